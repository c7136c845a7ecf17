"""Golden file for the recipe of the challenge's record of 2026-04-27. numpy 1.26.4, torch 2.15.0.

    python Fixtures/generate/record.py

Writes Fixtures/quantization/record.dump: for each weight NAME its second moments under NAME.moment,
NAME.q and NAME.scale by the formulas of `feedback.py`, and for the three with the largest errors the
residual of rank 4 (LQER) under NAME.lqA…: from numpy's singular value decomposition of the error, in
float64. The sign of each triplet, which a decomposition leaves open, is such that the element of
largest magnitude of its left vector is positive. Deterministic.
"""

import os

import numpy
import torch

from feedback import gptq
from value_dump import dump_tensors

PATH = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "quantization", "record.dump")
# Name, shape, standard deviation. Of the three with the largest errors one has a right factor that 64
# divides, and one has fewer columns than the residual has ranks.
WEIGHTS = [
    ("blocks.0.attn.c_q.weight", (16, 16), 0.01), ("blocks.0.attn.proj.weight", (16, 24), 0.2),
    ("blocks.0.mlp.fc.weight", (32, 16), 0.1), ("blocks.0.mlp.proj.weight", (16, 32), 0.01),
    ("blocks.1.mlp.proj.weight", (40, 3), 0.3), ("blocks.1.mlp.fc.weight", (24, 16), 0.2),
    ("tok_emb.weight", (48, 16), 0.05),
]


def bits_and_clip(name):
    if name == "tok_emb.weight":
        return 7, 14.0
    return (6, 11.5) if ".mlp." in name else (6, 13.0)


def half(number):
    return numpy.float16(numpy.float32(number))


def rounded(values, scale, low, high):
    with numpy.errstate(divide="ignore", invalid="ignore"):
        codes = numpy.clip(numpy.rint(values / scale.astype("f8")), low, high)
    return numpy.where(scale == 0, 0, codes).astype("i1")


def residual(error, rank):
    left, values, right = numpy.linalg.svd(error, full_matrices=False)
    rank = min(rank, len(values))
    signs = numpy.sign(left[numpy.abs(left).argmax(0), numpy.arange(left.shape[1])])
    a = ((left * signs) * values)[:, :rank]
    b = (right * signs[:, None])[:rank]
    if b.size % 64 == 0:
        scale_a = half(max(numpy.abs(a).max(), 1e-10) / 1.5)
        groups = b.reshape(-1, 64)
        scale_b = half(numpy.maximum(numpy.abs(groups).max(1), 1e-10) / 7.5)
        codes_b = rounded(groups, scale_b[:, None], -8, 7).reshape(b.shape)
        return {"lqA_a": rounded(a, scale_a, -2, 1), "lqAs_a": numpy.array(scale_a),
                "lqB_a": codes_b, "lqBs_a": scale_b}
    scale_a = half(numpy.maximum(numpy.abs(a).max(1), 1e-10) / 7)
    scale_b = half(numpy.maximum(numpy.abs(b).max(1), 1e-10) / 7)
    return {"lqA": rounded(a, scale_a[:, None], -7, 7), "lqAs": scale_a,
            "lqB": rounded(b, scale_b[:, None], -7, 7), "lqBs": scale_b}


def main():
    random = numpy.random.default_rng(20261129)
    tensors, errors = {}, {}
    for name, (rows, columns), deviation in WEIGHTS:
        weight = random.normal(0, deviation, (rows, columns)).astype("f4")
        inputs = random.normal(0, 1, (4 * columns, columns)) * random.uniform(0.1, 3, columns)
        inputs[:, 1:] += 0.5 * inputs[:, :-1]
        moment = inputs.T @ inputs
        codes, scale = gptq(weight, moment, *bits_and_clip(name))
        errors[name] = weight.astype("f8") - codes * scale.astype("f8")[:, None]
        tensors.update({name: weight, name + ".moment": moment, name + ".q": codes,
                        name + ".scale": scale})
    largest = sorted(errors, key=lambda name: -numpy.linalg.norm(errors[name]))[:3]
    for name in largest:
        for part, value in residual(errors[name], 4).items():
            tensors[f"{name}.{part}"] = value
    with open(PATH, "wb") as file:
        file.write(dump_tensors({name: torch.from_numpy(numpy.ascontiguousarray(value).reshape(
            value.shape)) for name, value in tensors.items()}))


if __name__ == "__main__":
    main()
