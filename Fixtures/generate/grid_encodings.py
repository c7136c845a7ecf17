"""Golden files for codes with scales per row and column, per group, and codebooks. torch 2.15.0 for
the types that numpy 1.26.4 lacks; the arithmetic is numpy's float32.

    python Fixtures/generate/grid_encodings.py

Writes Fixtures/encodings/{grid,grouped,codebook}-*.dump (components and what they decode to) and
Fixtures/safetensors/kept/matrix-codes.safetensors: codes with the notes of `convert --codes keep`
and, under `expected.NAME`, what they decode to. Trellises are computed from Ungerboeck's
parity-check equation, not as the state machine that birdie runs. Deterministic.
"""

import json
import os
import struct

import numpy as np
import torch
from safetensors.torch import save

from value_dump import dump_tensors

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
random = np.random.RandomState(20261123)
F8 = torch.float8_e4m3fn

# The number of states and the parity-check polynomials h0, h1 (Ungerboeck 1982, table I).
TRELLISES = {
    4: (0o5, 0o2), 8: (0o13, 0o4), 16: (0o23, 0o4), 32: (0o45, 0o10), 64: (0o103, 0o24),
    128: (0o235, 0o126), 256: (0o515, 0o362),
}


def codes(low, high, *shape, dtype=np.int8):
    return random.randint(low, high + 1, shape).astype(dtype)


def positive(*shape):
    return (np.abs(random.standard_normal(shape)) / 30 + 0.001).astype(np.float32)


def typed(values, dtype=torch.float32):
    return torch.from_numpy(np.ascontiguousarray(values)).to(dtype)


def single(tensor):
    """A tensor's numbers as float32, in numpy."""
    return tensor.float().numpy()


def supersets(q, states):
    """z of each code: for every column and row t, the sum over i of h0's bit i times z at t - i and
    of h1's bit i times q at t - i is even."""
    h0, h1 = TRELLISES[states]
    z = np.zeros(q.shape, np.int64)
    for row in range(q.shape[0]):
        for i in range(1, min(row, h0.bit_length() - 1) + 1):
            z[row] += (h0 >> i & 1) * z[row - i] + (h1 >> i & 1) * q[row - i].astype(np.int64)
        z[row] %= 2
    return z


def grid(q, rows, columns, states=0):
    points = q.astype(np.int64)
    if states:
        points = 2 * points + supersets(q, states)
    product = points.astype(np.float32) * single(rows).reshape(-1, 1)
    return product * single(columns).reshape(1, -1)


def spread(values, group, columns):
    """A value of each group for each column."""
    return np.repeat(values, group or columns, axis=1)[:, :columns]


def grouped(q, scales, zeros, group):
    difference = q.astype(np.float32)
    if zeros.numel():
        difference = difference - spread(single(zeros), group, q.shape[1])
    return difference * spread(single(scales), group, q.shape[1])


def codebook(q, book, scales, group):
    return single(book)[q] * spread(single(scales), group, q.shape[1])


def encoding(name, expected, **tensors):
    tensors["expected"] = expected if isinstance(expected, torch.Tensor) else typed(expected)
    with open(os.path.join(ROOT, "encodings", name + ".dump"), "wb") as file:
        file.write(dump_tensors(tensors))


# ---- rows and columns


def grids():
    wide, signs = codes(-128, 127, 6, 5), np.sign(random.standard_normal(5)).astype(np.float32)
    rows = {
        "f16": typed(positive(6), torch.float16), "f32": typed(positive(6)),
        "f64": typed(positive(6), torch.float64), "one": typed(positive(1), torch.float16),
        "few": typed(np.array([1e-3, 0, -0.5, 6e-8, 1000, 1 / 3], np.float32)),
    }
    columns = {
        "bf16": typed(positive(5) * signs, torch.bfloat16), "f8": typed(positive(5) * 30, F8),
        "f32": typed(positive(5) * signs), "one": typed(np.float32(0.0123)),
        "tiny": typed(np.array([1e-36, 1e38, 0, -1e-38, 1], np.float32)),
    }
    for name, row, column in (
        ("i8", "f16", "bf16"), ("i8-f8", "f64", "f8"), ("i8-row", "f32", "one"),
        ("i8-column", "one", "f32"), ("i8-tensor", "one", "one"), ("i8-extremes", "few", "tiny"),
    ):
        encoding(
            f"grid-{name}", grid(wide, rows[row], columns[column]), codes=typed(wide, torch.int8),
            rows=rows[row], columns=columns[column])
    long = codes(-32768, 32767, 6, 5, dtype=np.int16)
    long[0, :2] = -32768, 32767
    parts = {"rows": rows["f16"], "columns": columns["f32"]}
    encoding("grid-i16", grid(long, *parts.values()), codes=typed(long, torch.int16), **parts)
    for dtype in (torch.bfloat16, torch.float16):
        encoding(f"grid-i8-{str(dtype)[6:]}", typed(grid(wide, *parts.values()), dtype),
                 codes=typed(wide, torch.int8), **parts)
    encoding("grid-i8-view", grid(wide[:5].T, rows["f16"][:5], columns["f32"]),
             codes=typed(wide[:5], torch.int8).t(), rows=rows["f16"][:5], columns=columns["f32"])
    encoding("grid-i8-empty", grid(wide[:0], rows["f16"][:0], columns["f32"]),
             codes=typed(wide[:0], torch.int8), rows=rows["f16"][:0], columns=columns["f32"])
    for states in TRELLISES:
        q = codes(-8, 7, 40, 6)
        parts = {"rows": typed(positive(40), torch.float16), "columns": typed(positive(6))}
        encoding(f"grid-trellis{states}-i8", grid(q, *parts.values(), states),
                 codes=typed(q, torch.int8), **parts)
    q = codes(-32768, 32767, 30, 4, dtype=np.int16)
    q[0] = -32768, 32767, -32767, 32766
    parts = {"rows": typed(positive(30)), "columns": typed(np.float32(0.5))}
    encoding("grid-trellis8-i16", grid(q, *parts.values(), 8), codes=typed(q, torch.int16), **parts)


# ---- groups


def groups():
    q = codes(-128, 127, 4, 10)
    three = lambda dtype=torch.float16: typed(positive(4, 3), dtype)
    fractions = random.uniform(-9, 9, (4, 3)).astype(np.float32)
    none = torch.zeros(0, dtype=torch.int8)
    for name, group, scales, zeros in (
        ("plain", 4, three(), none),
        ("i8", 4, three(), typed(codes(-128, 127, 4, 3), torch.int8)),
        ("u8", 4, three(torch.bfloat16), typed(codes(0, 255, 4, 3, dtype=np.uint8), torch.uint8)),
        ("f16", 4, three(torch.float32), typed(fractions, torch.float16)),
        ("f32", 4, three(torch.float64), typed(fractions)),
        ("f8", 4, typed(positive(4, 3) * 30, F8), typed(fractions, torch.bfloat16)),
        ("size1", 1, typed(positive(4, 10)), typed(codes(-9, 9, 4, 10), torch.int8)),
        ("size10", 10, typed(positive(4, 1)), typed(codes(-9, 9, 4, 1), torch.int8)),
        ("beyond", 2**62, typed(positive(4, 1)), none),
        ("view", 4, three().t().contiguous().t(), typed(fractions.T).t()),
    ):
        encoding(f"grouped-{name}", grouped(q, scales, zeros, min(group, 10)),
                 codes=typed(q, torch.int8), scales=scales, zeros=zeros)
    zeros = typed(fractions, torch.float16)
    scales = three()
    encoding("grouped-bfloat16", typed(grouped(q, scales, zeros, 4), torch.bfloat16),
             codes=typed(q, torch.int8), scales=scales, zeros=zeros)


# ---- codebooks


def codebooks():
    for name, entries, group, scales in (
        ("16", 16, 4, typed(positive(4, 3), torch.float16)),
        ("16-row", 16, 0, typed(positive(4, 1), torch.bfloat16)),
        ("256", 256, 5, typed(positive(4, 2))),
        ("3", 3, 10, typed(positive(4, 1), torch.float64)),
        ("1", 1, 0, typed(-positive(4, 1))),
    ):
        book = typed(np.sort(random.standard_normal(entries)).astype(np.float32))
        q = codes(0, entries - 1, 4, 10, dtype=np.uint8)
        encoding(f"codebook-{name}", codebook(q, book, scales, group),
                 codes=typed(q, torch.uint8), book=book, scales=scales)
        if name == "16":
            encoding("codebook-16-float16", typed(codebook(q, book, scales, group), torch.float16),
                     codes=typed(q, torch.uint8), book=book, scales=scales)


# ---- kept codes


def kept():
    metadata, tensors = {}, {}

    def add(name, method, parameters, expected, dtype=torch.float32, **parts):
        # Tensors that share memory cannot be saved together.
        names = {f"{name}.{part}": tensor.clone() for part, tensor in parts.items()}
        tensors.update(names)
        tensors["expected." + name] = typed(expected, dtype)
        metadata["birdie.encoding." + name] = json.dumps({
            "dtype": {torch.float32: "F32", torch.bfloat16: "BF16"}[dtype],
            "shape": list(expected.shape), "components": list(names), "method": method,
            "parameters": parameters})

    rows, columns = typed(positive(9), torch.float16), typed(positive(8), torch.float16)
    q = codes(-8, 7, 9, 8)
    add("grid", "grid", {"states": 0}, grid(q, rows, columns),
        q=typed(q, torch.int8), rows=rows, columns=columns)
    q = codes(-300, 300, 9, 8, dtype=np.int16)
    add("trellis", "grid", {"states": 8}, grid(q, rows, columns, 8), torch.bfloat16,
        q=typed(q, torch.int16), rows=rows, columns=columns)
    q, scales = codes(-8, 7, 9, 8), typed(positive(9, 3), torch.bfloat16)
    zeros, none = typed(codes(-8, 7, 9, 3), torch.int8), torch.zeros(0, dtype=torch.int8)
    add("grouped", "grouped", {"group_size": 3}, grouped(q, scales, zeros, 3),
        q=typed(q, torch.int8), scales=scales, zeros=zeros)
    add("symmetric", "grouped", {"group_size": 3}, grouped(q, scales, none, 3),
        q=typed(q, torch.int8), scales=scales, zeros=none)
    q, book = codes(0, 6, 9, 8, dtype=np.uint8), typed(random.standard_normal(7).astype(np.float32))
    add("codebook", "codebook", {"group_size": 3}, codebook(q, book, scales, 3),
        q=typed(q, torch.uint8), book=book, scales=scales)
    scales = typed(positive(9, 1))
    add("codebook-rows", "codebook", {"group_size": 0}, codebook(q, book, scales, 0),
        q=typed(q, torch.uint8), book=book, scales=scales)
    folder = os.path.join(ROOT, "safetensors", "kept")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "matrix-codes.safetensors"), "wb") as file:
        file.write(in_order(save(tensors, metadata)))


def in_order(content):
    """A safetensors file whose metadata are in the order of their keys: the library's order
    differs from run to run."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"))
    assert len(text) <= length
    return content[:8] + text.ljust(length).encode() + content[8 + length:]


if __name__ == "__main__":
    np.seterr(over="ignore", under="ignore")
    grids()
    groups()
    codebooks()
    kept()
