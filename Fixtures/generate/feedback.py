"""Golden files for error feedback: weights, second moments, and the codes and half-precision scales
that GPTQ with activation order and SDClip gives, by its formulas in float64. numpy 1.26.4.

    python Fixtures/generate/feedback.py

Writes Fixtures/quantization/gptq-BITS-CLIP.dump: for each weight NAME its second moments under
NAME.moment, and NAME.q and NAME.scale. Written from Frantar et al. (2023), Algorithm 1, one column
at a time and with the inverse of the whole matrix. Deterministic.
"""

import os

import numpy
import torch

from value_dump import dump_tensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quantization")


def cases(random):
    """Weights and the inputs that they read."""
    shapes = {"plain": (5, 12), "wide": (3, 150), "tall": (40, 6), "line": (1, 9), "column": (7, 1)}
    for name, (rows, columns) in shapes.items():
        weight = random.normal(0, 0.05, (rows, columns)).astype("f4")
        inputs = random.normal(0, 1, (4 * columns + 3, columns)) * random.uniform(0.1, 3, columns)
        inputs[:, 1:] += 0.5 * inputs[:, :-1]
        if name == "plain":
            inputs[:, 4] = 0  # nothing is ever read from this channel
            weight[2] = 0
        yield name, weight, inputs.T @ inputs


def gptq(weight, moment, bits, clip):
    most = 2 ** (bits - 1) - 1
    w = weight.astype("f8")
    deviation = w.std(1, ddof=1) if w.shape[1] > 1 else numpy.zeros(len(w))
    scale = numpy.float16(numpy.float32(numpy.maximum(clip * deviation / most, 1e-10)))
    h = moment.copy()
    dead = numpy.diag(h) == 0
    h[dead, dead] = 1
    w[:, dead] = 0
    diagonal = numpy.diag(h).copy()
    h += numpy.diag(numpy.full(len(h), 0.01 * diagonal.mean()))
    order = numpy.argsort(-diagonal, kind="stable")
    h, w = h[order][:, order], w[:, order]
    inverse = numpy.linalg.inv(h)
    factor = numpy.linalg.cholesky(inverse).T  # upper: factor.T @ factor is the inverse
    codes = numpy.zeros(w.shape, "i1")
    s = scale.astype("f8")
    for j in range(w.shape[1]):
        with numpy.errstate(divide="ignore", invalid="ignore"):
            q = numpy.clip(numpy.rint(w[:, j] / s), -most, most)
        q[s == 0] = 0
        codes[:, order[j]] = q
        error = (w[:, j] - q * s) / factor[j, j]
        w[:, j + 1 :] -= numpy.outer(error, factor[j, j + 1 :])
    return codes, scale


def main():
    for bits, clip in [(6, 12.85), (4, 3.0)]:
        random = numpy.random.default_rng(20261128)
        tensors = {}
        for name, weight, moment in cases(random):
            codes, scale = gptq(weight, moment, bits, clip)
            tensors[name] = torch.from_numpy(weight)
            tensors[name + ".moment"] = torch.from_numpy(moment)
            tensors[name + ".q"] = torch.from_numpy(codes)
            tensors[name + ".scale"] = torch.from_numpy(scale)
        with open(os.path.join(FOLDER, f"gptq-{bits}-{clip}.dump"), "wb") as file:
            file.write(dump_tensors(tensors))


if __name__ == "__main__":
    main()
