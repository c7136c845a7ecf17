"""The bytes that codes take in the file that the challenge's record writes (PGRP, pull request 1855).

Codes of one role in all layers are one stream, each matrix transposed, packed by `lrzip -z -L 9`.
The rows of the embedding, of queries and of the MLPs' first matrices may be sorted before, each next
to the nearest one by L1 distance that is left, with permutations of two bytes a row; a group is
sorted where that makes it smaller. Scales, residuals and the tensors that are kept, in half
precision, are one stream packed by `brotli -q 11`: without the pickle that the record has around
them, which is in its favour.
"""

import concurrent.futures
import json
import os
import struct
import subprocess
import tempfile

import numpy as np

GROUPS = [
    "tok_emb.weight", "attn.c_k.weight", "attn.c_q.weight", "attn.c_v.weight", "attn.proj.weight",
    "mlp.fc.weight", "mlp.proj.weight",
]
SORTED = {"tok_emb.weight", "attn.c_q.weight", "mlp.fc.weight"}
TYPES = {"I8": "i1", "F16": "<f2", "F32": "<f4"}


def read(path):
    """The tensors of a safetensors file; bfloat16 becomes float32."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        payload = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        if entry["dtype"] == "BF16":
            wide = np.frombuffer(payload[start:end], "<u2").astype("<u4") << 16
            values = wide.view("<f4")
        else:
            values = np.frombuffer(payload[start:end], TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def packed(command, data):
    """The length of what a program makes of some bytes."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
        with open(source, "wb") as file:
            file.write(data)
        subprocess.run([*command, "-o", target, source], check=True, stdout=subprocess.DEVNULL)
        return os.path.getsize(target)


def lrzip(data):
    return packed(["lrzip", "-z", "-L", "9", "-q", "-f"], data)


def brotli(data):
    return packed(["brotli", "-q", "11", "-w", "24", "-f"], data) if data else 0


def neighbours(codes):
    """Rows in an order in which each is the nearest of those that are left, from the first on."""
    wide = codes.astype(np.int16)
    left = np.arange(len(wide))
    order = [0]
    left = left[1:]
    while len(left):
        distances = np.abs(wide[left] - wide[order[-1]]).sum(1)
        place = int(distances.argmin())
        order.append(int(left[place]))
        left = np.delete(left, place)
    return np.array(order, "<u2")


def group_bytes(key, matrices):
    """The smaller of the ways to pack a group, and the permutations that it takes."""
    plain = lrzip(b"".join(matrix.T.tobytes() for matrix in matrices))
    if key not in SORTED:
        return plain
    orders = [neighbours(matrix) for matrix in matrices]
    moved = lrzip(b"".join(m[order].T.tobytes() for m, order in zip(matrices, orders)))
    return min(plain, moved + brotli(b"".join(order.tobytes() for order in orders)))


def byte_count(path):
    """The bytes of the record's file for the codes in a safetensors file that birdie wrote."""
    tensors = read(path)
    groups = {key: [] for key in GROUPS}
    rest = []
    for name, values in tensors.items():
        key = next((key for key in GROUPS if name.endswith(key + ".q")), None)
        if key:
            groups[key].append(values)
        else:
            rest.append(values.astype("<f2") if values.dtype.kind == "f" else values)
    names = json.dumps([[name, values.shape] for name, values in tensors.items()])
    data = names.encode() + b"".join(values.tobytes() for values in rest)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(group_bytes, key, group) for key, group in groups.items() if group]
        parts.append(pool.submit(brotli, data))
        streams = sum(part.result() for part in parts)
    return streams + 8 + 4 * (len(GROUPS) + 2)
