"""Makes Fixtures/tensors/singular.dump: singular value decompositions. numpy 1.26.4, float64.

    python Fixtures/generate/singular.py

For each matrix NAME what numpy.linalg.svd gives: NAME.left (a column for each value), NAME.values and
NAME.right (a row for each), with signs such that the element of largest magnitude of each left vector
is positive. The values of a matrix differ from each other. Deterministic.
"""

import os

import numpy
import torch

from value_dump import dump_tensors

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tensors", "singular.dump")


def cases():
    random = numpy.random.default_rng(20261129)
    shapes = {"tall": (9, 5), "wide": (4, 11), "square": (6, 6), "column": (7, 1), "line": (1, 5),
              "noise": (40, 24), "one": (1, 1)}
    for name, shape in shapes.items():
        yield name, random.normal(0, 1, shape)
    left, _ = numpy.linalg.qr(random.normal(0, 1, (12, 8)))
    right, _ = numpy.linalg.qr(random.normal(0, 1, (8, 8)))
    yield "graded", left * 10.0 ** -numpy.arange(8) @ right
    near = 1 + numpy.arange(8)[::-1] * 1e-6
    yield "near", left * near @ right
    yield "small", random.normal(0, 1e-30, (7, 4))
    yield "large", random.normal(0, 1e200, (3, 5))


def main():
    tensors = {}
    for name, matrix in cases():
        left, values, right = numpy.linalg.svd(matrix, full_matrices=False)
        largest = numpy.abs(left).argmax(0)
        signs = numpy.sign(left[largest, numpy.arange(len(values))])
        parts = {"": matrix, ".left": left * signs, ".values": values, ".right": right * signs[:, None]}
        for suffix, part in parts.items():
            tensors[name + suffix] = torch.from_numpy(numpy.ascontiguousarray(part))
    with open(PATH, "wb") as file:
        file.write(dump_tensors(tensors))


if __name__ == "__main__":
    main()
