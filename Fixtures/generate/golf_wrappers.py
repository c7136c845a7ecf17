"""Compressors, byte shuffles, packings and containers of golf artifacts.

Written from the description of the formats.

Needs the command-line programs brotli (1.0.9), zstd (1.5) and lrzip (0.651).

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import io
import lzma
import os
import struct
import subprocess
import tempfile
import zlib

import numpy as np
import torch


def torch_zip(graph):
    """What torch.save writes to a buffer."""
    buffer = io.BytesIO()
    torch.save(graph, buffer)
    return buffer.getvalue()


def brotli(data, window=22):
    """A brotli stream of quality 11."""
    command = ["brotli", "-q", "11", "-w", str(window), "-c"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def zstd(data):
    """One zstd frame of level 22 with its content size and no checksum."""
    command = ["zstd", "--ultra", "-22", "--no-check", "-q", "-c", f"--stream-size={len(data)}"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def xz(data, preset=9):
    """An xz container as Python's lzma writes it."""
    return lzma.compress(data, preset=preset)


def zlib9(data):
    """A zlib stream of level 9."""
    return zlib.compress(data, 9)


def lrzip(data):
    """An lrzip file with ZPAQ blocks, as `lrzip -z -L 9` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "group"), os.path.join(folder, "group.lrz")
        with open(source, "wb") as file:
            file.write(data)
        subprocess.run(
            ["lrzip", "-z", "-L", "9", "-q", "-f", "-o", target, source],
            check=True,
            capture_output=True,
        )
        with open(target, "rb") as file:
            return file.read()


def shuffled(data, stride=2, header_bytes=5):
    """The byte shuffle with a header of five bytes (stride u8) or six (stride u16)."""
    size = {5: "<B", 6: "<H"}[header_bytes]
    return (
        b"BSHF"
        + struct.pack(size, stride)
        + b"".join(data[phase::stride] for phase in range(stride))
    )


def pack_trits(trits):
    """Base 3, five a byte, the first in the units place; the last byte filled with zeros."""
    digits = [int(trit) + 1 for trit in trits]
    digits += [1] * (-len(digits) % 5)
    return bytes(
        sum(digits[start + place] * 3**place for place in range(5))
        for start in range(0, len(digits), 5)
    )


def pack_bitmask(trits):
    """A mask of the non-zeros and the signs of those, most significant bit first."""
    return _bits_high_first([trit != 0 for trit in trits]) + _bits_high_first(
        [t > 0 for t in trits if t != 0]
    )


def _bits_high_first(bits):
    padded = [*bits, *[False] * (-len(bits) % 8)]
    return bytes(
        sum(bool(bit) << (7 - place) for place, bit in enumerate(padded[start : start + 8]))
        for start in range(0, len(padded), 8)
    )


def pack_low_first(values, width):
    """Unsigned numbers of `width` bits, least significant bit first, filled with zeros."""
    total = sum(int(value) << (index * width) for index, value in enumerate(values))
    return total.to_bytes(-(-len(values) * width // 8), "little")


def pack_nibbles(values):
    """Two numbers a byte, the first in the low nibble; an odd end filled with 8."""
    padded = [int(value) for value in values] + [8] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(padded[::2], padded[1::2]))


GROUPS = (
    "tok_emb.weight.q",
    "attn.c_k.weight.q",
    "attn.c_q.weight.q",
    "attn.c_v.weight.q",
    "attn.proj.weight.q",
    "mlp.fc.weight.q",
    "mlp.proj.weight.q",
)
PERMUTED = frozenset(("tok_emb.weight.q", "attn.c_q.weight.q", "mlp.fc.weight.q"))


def _group_of(name):
    if name == GROUPS[0]:
        return name
    parts = name.split(".", 2)
    return parts[2] if parts[0] == "blocks" and parts[2] in GROUPS else None


def per_group(weights, meta, rng, permute=None):
    """A PGRP container around the `w` and `m` of family B; `permute` makes an order of n rows."""
    permute = permute or rng.permutation
    groups, shapes, orders, rest = {group: b"" for group in GROUPS}, {}, b"", {}
    for name, tensor in weights.items():
        if not _group_of(name):
            rest[name] = tensor
    for group in GROUPS:
        for name, tensor in weights.items():
            if _group_of(name) != group:
                continue
            matrix = tensor.numpy()
            if group in PERMUTED:
                order = np.asarray(permute(len(matrix)))
                orders += order.astype("<u2").tobytes()
                matrix = matrix[order % len(matrix)]
            groups[group] += np.ascontiguousarray(matrix.T).tobytes()
            key = "_" + group if group == GROUPS[0] else group
            shapes.setdefault(key, []).append(tuple(tensor.shape))
    streams = [lrzip(data) if data else b"" for data in groups.values()]
    streams.append(brotli(torch_zip({"r": rest, "m": meta, "s": shapes}), window=24))
    streams.append(brotli(orders) if orders else b"")
    return container(streams)


def container(streams, count=None, lengths=None):
    """The PGRP frame; `count` and `lengths` may lie."""
    lengths = [len(stream) for stream in streams] if lengths is None else lengths
    head = struct.pack(f"<I{len(lengths)}I", len(streams) if count is None else count, *lengths)
    return b"PGRP" + head + b"".join(streams)
