"""Writes Python objects that hold torch tensors in the form that ValueDump.swift reads.

A value is a tag byte and what belongs to it; integers are little-endian:
N none, T true, F false, i int64, d float64, s string and b bytes (u32 count, content),
l list, t tuple and m dict (u32 count, items; a dict's are key, value, key, value),
x tensor (u8 count and name of the safetensors type, u8 rank, int64 extents, int64 strides in
elements, int64 offset in elements, u32 count and content of the storage).
A file of named tensors is a u32 count and for each u8 count, name and the tensor without tag.
"""

import struct

import torch

DTYPES = {
    torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8", torch.int16: "I16",
    torch.int32: "I32", torch.int64: "I64", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.float32: "F32", torch.float64: "F64", torch.float8_e4m3fn: "F8_E4M3",
    torch.float8_e5m2: "F8_E5M2", torch.float8_e8m0fnu: "F8_E8M0",
}


def counted(data):
    return struct.pack("<I", len(data)) + data


def tensor(value):
    storage = bytes(value.untyped_storage().tolist()) if value.untyped_storage().nbytes() else b""
    name = DTYPES[value.dtype].encode()
    numbers = [*value.shape, *value.stride(), value.storage_offset()]
    return (
        bytes([len(name)]) + name + bytes([value.dim()])
        + b"".join(struct.pack("<q", number) for number in numbers) + counted(storage)
    )


def dump(value):
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"T" if value else b"F"
    if isinstance(value, int):
        return b"i" + struct.pack("<q", value)
    if isinstance(value, float):
        return b"d" + struct.pack("<d", value)
    if isinstance(value, str):
        return b"s" + counted(value.encode())
    if isinstance(value, (bytes, bytearray)):
        return b"b" + counted(bytes(value))
    if isinstance(value, torch.Tensor):
        return b"x" + tensor(value.detach())
    if isinstance(value, dict):
        items = b"".join(dump(part) for item in value.items() for part in item)
        return b"m" + struct.pack("<I", len(value)) + items
    if isinstance(value, (list, tuple)):
        tag = b"l" if isinstance(value, list) else b"t"
        return tag + struct.pack("<I", len(value)) + b"".join(dump(item) for item in value)
    raise TypeError(type(value))


def dump_tensors(tensors):
    return struct.pack("<I", len(tensors)) + b"".join(
        bytes([len(name)]) + name.encode() + tensor(value) for name, value in tensors.items()
    )
