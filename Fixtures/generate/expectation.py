"""What a reader must find in a checkpoint: names, dtypes, shapes, digests, ties.

The rules are written down in README.md. Nothing here reads a file: an expectation is computed from
the objects in memory, so that it cannot inherit a reader's mistake.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import hashlib
import json

import numpy as np
import torch

DTYPE_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.uint16: "U16",
    torch.uint32: "U32",
    torch.uint64: "U64",
    torch.bool: "BOOL",
    torch.complex32: "C32",
    torch.complex64: "C64",
    torch.complex128: "C128",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.float8_e5m2: "F8_E5M2",
    torch.float8_e4m3fnuz: "F8_E4M3FNUZ",
    torch.float8_e5m2fnuz: "F8_E5M2FNUZ",
    torch.float8_e8m0fnu: "F8_E8M0",
    torch.float4_e2m1fn_x2: "F4",
    torch.bits8: "U8",
    torch.bits16: "U16",
}

NUMPY_NAMES = {
    "f8": "F64",
    "f4": "F32",
    "f2": "F16",
    "i8": "I64",
    "i4": "I32",
    "i2": "I16",
    "i1": "I8",
    "u8": "U64",
    "u4": "U32",
    "u2": "U16",
    "u1": "U8",
    "b1": "BOOL",
    "c8": "C64",
    "c16": "C128",
}

_BITS_VIEW = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def raw_bytes(tensor):
    """The elements in row-major order as little-endian bytes, conj and neg bits applied."""
    tensor = tensor.detach()
    if tensor.dtype.is_complex or tensor.is_floating_point() and tensor.is_neg():
        tensor = tensor.resolve_conj().resolve_neg()
    if tensor.dtype.is_complex:
        tensor = torch.view_as_real(tensor)
    bits = tensor.view(_BITS_VIEW[tensor.element_size()])
    return bits.contiguous().numpy().tobytes()


def _entry(name, shape, payload, **more):
    digest = hashlib.sha256(payload).hexdigest()
    return {"dtype": name, "shape": list(shape), "sha256": digest, **more}


def tensor_entry(tensor):
    """The expectation for one strided tensor."""
    if tensor.is_quantized:
        dense = tensor.dequantize()
        kind = str(tensor.qscheme()).removeprefix("torch.")
        return _entry("F32", dense.shape, raw_bytes(dense), kind="quantized", scheme=kind)
    name = DTYPE_NAMES[tensor.dtype]
    shape = list(tensor.shape)
    if name == "F4":
        shape[-1] *= 2
    if tensor.is_meta:
        return {"dtype": name, "shape": shape, "absent": True}
    return _entry(name, shape, raw_bytes(tensor))


def array_entry(array):
    """The expectation for one numpy array."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    return _entry(NUMPY_NAMES[array.dtype.str[1:]], array.shape, little.tobytes())


def _components(tensor):
    """The strided tensors that a sparse tensor is made of, by name."""
    if tensor.layout == torch.sparse_coo:
        return {"indices": tensor._indices(), "values": tensor._values()}
    if tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
        rows, columns = tensor.crow_indices(), tensor.col_indices()
        return {"crow_indices": rows, "col_indices": columns, "values": tensor.values()}
    columns, rows = tensor.ccol_indices(), tensor.row_indices()
    return {"ccol_indices": columns, "row_indices": rows, "values": tensor.values()}


class Expectation:
    """Collects what a checkpoint holds while walking the object that was saved."""

    def __init__(self):
        self.tensors = {}
        self.metadata = {}
        self.sparse = {}
        self._aliases = {}

    def walk(self, value, path=()):
        """Adds everything below `value`, which lies at `path`."""
        name = ".".join(path) if path else "tensor"
        if isinstance(value, torch.Tensor):
            self._add_tensor(name, value)
        elif isinstance(value, np.ndarray):
            self.tensors[name] = array_entry(value)
        elif isinstance(value, torch.nn.Module):
            for key, tensor in value.state_dict().items():
                self.walk(tensor, (*path, key))
        elif isinstance(value, dict):
            for key, item in value.items():
                self.walk(item, (*path, str(key)))
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                self.walk(item, (*path, str(index)))
        else:
            self.metadata[name] = json.dumps(value)
        return self

    def _add_tensor(self, name, tensor):
        if tensor.layout == torch.strided:
            self.tensors[name] = tensor_entry(tensor)
            self._note_alias(name, tensor)
            return
        layout = str(tensor.layout).removeprefix("torch.sparse_")
        self.sparse[name] = {"layout": layout, "shape": list(tensor.shape)}
        for part, component in _components(tensor).items():
            self._add_tensor(f"{name}.{part}", component)

    def _note_alias(self, name, tensor):
        if tensor.is_meta or tensor.is_quantized or tensor.numel() == 0:
            return
        view = (tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride()))
        key = (
            tensor.untyped_storage()._cdata,
            tensor.dtype,
            view,
            tensor.is_conj(),
            tensor.is_neg(),
        )
        self._aliases.setdefault(key, []).append(name)

    def ties(self):
        """Groups of names for one and the same view of one storage."""
        return sorted(sorted(names) for names in self._aliases.values() if len(names) > 1)

    def document(self, axes=None):
        """The expectation as it is stored in an `.expect.json`."""
        parts = {
            "axes": axes,
            "tensors": self.tensors,
            "ties": self.ties(),
            "metadata": self.metadata,
            "sparse": self.sparse,
        }
        return {key: part for key, part in parts.items() if part or key in ("tensors", "ties")}


def document(value, axes=None):
    """The expectation for a saved object."""
    return Expectation().walk(value).document(axes)


def write(value, path, axes=None):
    """Writes the expectation for `value` to `path`, one tensor per line."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(encode(document(value, axes)))


def encode(document):
    """JSON that diffs well: one line per tensor."""
    sections = []
    for key, part in document.items():
        if key == "tensors":
            lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in part.items()]
            sections.append('"tensors": {\n' + ",\n".join(lines) + "\n}")
        else:
            sections.append(f"{json.dumps(key)}: {json.dumps(part)}")
    return "{" + ",\n".join(sections) + "}\n"
