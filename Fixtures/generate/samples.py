"""Tensors of every dtype and layout, and the objects that people save them in.

Values come from a numpy generator that the caller seeds; floats are random bit patterns, so that
NaN payloads, subnormals and infinities take part.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn

PLAIN = (
    "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 "
    "complex32 uint16 uint32 uint64 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz "
    "float8_e8m0fnu float4_e2m1fn_x2 bits8 bits16"
).split()
QUANTIZED = [
    f"{name}_per_{scheme}"
    for name in ("qint8", "quint8", "qint32")
    for scheme in ("tensor", "channel")
]
DTYPES = PLAIN + QUANTIZED

LAYOUTS = (
    "contiguous transposed permuted sliced offset expanded scalar empty shared conj neg "
    "conj_imag channels_last"
).split()

_COMPLEX = {"complex64": torch.float32, "complex128": torch.float64, "complex32": torch.float16}
_NEGATABLE = {*_COMPLEX, "float64", "float32", "float16", "bfloat16"}


def fits(dtype, layout):
    """Whether torch can make this dtype in this layout."""
    if dtype in QUANTIZED:
        return layout in ("contiguous", "transposed", "empty", "scalar") and not (
            dtype.endswith("channel") and layout != "contiguous"
        )
    if layout in ("conj", "conj_imag"):
        return dtype in _COMPLEX
    if layout == "neg":
        return dtype in _NEGATABLE
    return not (dtype == "float4_e2m1fn_x2" and layout == "scalar")


def dense(rng, dtype, shape, finite=False):
    """A contiguous tensor of random bits, or of small numbers where negation must be exact."""
    count = int(np.prod(shape, dtype=np.int64))
    if dtype == "bool":
        return torch.from_numpy(rng.integers(0, 2, shape).astype(bool))
    if finite:
        part = _COMPLEX.get(dtype)
        extra = (2,) if part else ()
        values = torch.from_numpy(rng.standard_normal((*shape, *extra))).to(
            part or getattr(torch, dtype)
        )
        return torch.view_as_complex(values) if part else values
    kind = getattr(torch, dtype)
    width = torch.empty(0, dtype=kind).element_size()
    if count == 0:
        return torch.empty(0, dtype=kind).reshape(shape)
    bits = torch.from_numpy(rng.integers(0, 256, count * width, dtype=np.uint8))
    return bits.view(kind).reshape(shape)


def _quantized(rng, dtype, layout):
    name, scheme = dtype.split("_per_")
    shape = {"empty": (0, 3), "scalar": ()}.get(layout, (3, 4))
    integer = {"qint8": np.int8, "quint8": np.uint8, "qint32": np.int32}[name]
    low, high = {"qint8": (-128, 128), "quint8": (0, 256), "qint32": (-70000, 70000)}[name]
    codes = torch.from_numpy(np.asarray(rng.integers(low, high, shape), dtype=integer))
    if scheme == "tensor":
        zero = int(rng.integers(0, 9))
        made = torch._make_per_tensor_quantized_tensor(codes, float(rng.uniform(0.01, 2)), zero)
        return made.t() if layout == "transposed" else made
    axis = int(rng.integers(0, 2))
    scales = torch.from_numpy(rng.uniform(0.01, 2, shape[axis]))
    zeros = torch.from_numpy(rng.integers(0, 9, shape[axis]))
    return torch._make_per_channel_quantized_tensor(codes, scales, zeros, axis)


def tensors(rng, dtype, layout):
    """One tensor in the layout, or for `shared` several that share a storage, by name."""
    if dtype in QUANTIZED:
        return {"weight": _quantized(rng, dtype, layout)}
    if layout == "shared":
        whole = dense(rng, dtype, (4, 6))
        return {
            "weight": whole,
            "alias": whole.view(4, 6),
            "rows": whole[1:3],
            "flat": whole.view(24),
            "again": whole[1:3],
        }
    return {"weight": _one(rng, dtype, layout)}


def _one(rng, dtype, layout):
    def matrix():
        return dense(rng, dtype, (3, 4))

    recipes = {
        "contiguous": matrix,
        "transposed": lambda: matrix().t(),
        "permuted": lambda: dense(rng, dtype, (2, 3, 4)).permute(2, 0, 1),
        "sliced": lambda: dense(rng, dtype, (7, 9))[1::2, ::3],
        "offset": lambda: dense(rng, dtype, (24,))[5:17].view(3, 4),
        "expanded": lambda: dense(rng, dtype, (1, 4)).expand(3, 4),
        "scalar": lambda: dense(rng, dtype, (1,)).reshape(()),
        "empty": lambda: dense(rng, dtype, (0, 4)),
        "conj": lambda: dense(rng, dtype, (3, 4), finite=True).conj(),
        "neg": lambda: torch._neg_view(dense(rng, dtype, (3, 4), finite=True)),
        "conj_imag": lambda: dense(rng, dtype, (3, 4), finite=True).conj().imag,
        "channels_last": lambda: dense(rng, dtype, (2, 4, 5, 3)).permute(0, 3, 1, 2),
    }
    return recipes[layout]()


class TinyNet(nn.Module):
    """A module of no library: a reader must recover its state without its code."""

    def __init__(self, width=4):
        super().__init__()
        self.embed = nn.Embedding(6, width)
        self.body = nn.Sequential(
            nn.Linear(width, width, bias=False), nn.ReLU(), nn.LayerNorm(width)
        )
        self.head = nn.Linear(width, 6, bias=False)
        self.head.weight = self.embed.weight
        self.gain = nn.Parameter(torch.zeros(()))
        self.register_buffer("steps", torch.tensor(7))
        self.register_buffer("cache", torch.ones(3), persistent=False)
        self.note = "state that is no tensor"

    def forward(self, ids):
        return self.head(self.body(self.embed(ids)))


class TaggedTensor(torch.Tensor):
    """A tensor subclass of no library."""


for _class in (TinyNet, TaggedTensor):
    _class.__module__ = "__main__"
    setattr(sys.modules["__main__"], _class.__name__, _class)


def _fill(rng, module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.from_numpy(rng.standard_normal(parameter.shape)))
    return module


def tiny_net(rng):
    """A module of a class that only the writer had."""
    return _fill(rng, TinyNet())


def sequential(rng):
    """A module of torch's own classes, with buffers."""
    layers = [nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(3, 2), nn.Dropout(0.1)]
    return _fill(rng, nn.Sequential(*layers))


def optimizer_state(rng):
    """What Adam saves after one step: integer keys, numbers, None, tuples."""
    model = _fill(rng, nn.Linear(3, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return optimizer.state_dict()


def _tagged(named):
    name, tensor = next(iter(named.items()))
    subclass = tensor.clone().as_subclass(TaggedTensor)
    subclass.origin = "here"
    attributed = tensor.clone()
    attributed.note = {"step": 3}
    return {"subclass": subclass, "attributed": attributed}


def _sparse(rng):
    rows = torch.tensor([[0, 2, 2], [1, 0, 3]])
    values = torch.from_numpy(rng.standard_normal(3)).float()
    matrix = torch.sparse_coo_tensor(rows, values, (3, 4))
    hybrid = torch.sparse_coo_tensor(
        torch.tensor([[0, 2]]), torch.ones(2, 2), (3, 2), is_coalesced=True
    )
    plain = matrix.to_dense()
    blocks = torch.ones(4, 4).to_sparse_bsr((2, 2))
    return {
        "coo": matrix,
        "hybrid": hybrid,
        "csr": plain.to_sparse_csr(),
        "csc": plain.to_sparse_csc(),
        "bsr": blocks,
    }


def _arrays(rng):
    grid = rng.standard_normal((3, 4))
    return {
        "f64": grid,
        "f32": grid.astype(np.float32),
        "fortran": np.asfortranarray(grid),
        "big": grid.astype(">f4"),
        "strided": grid[:, ::2],
        "f16": grid.astype(np.float16),
        "i64": np.arange(5),
        "u8": np.arange(200, 256, dtype=np.uint8),
        "flag": np.array([True, False]),
        "c64": grid.astype(np.complex64),
        "zero_dim": np.array(2.5),
        "empty": np.zeros((0, 3)),
    }


def _nested(named):
    moments = {name: {"step": 3, "flags": (True, False)} for name in named}
    return {
        "model": {"layer": dict(named)},
        "optimizer": {"state": moments, "param_groups": [{"lr": 1e-3}]},
        "step": 5,
        "lr": 1e-3,
        "name": 'run é\n"1"',
        "none": None,
        "big": 2**70,
        "negative": -(2**40),
        "medium": 70000,
        "history": [1.5, 2.0, [torch.tensor([1, 2])]],
    }


OBJECTS = (
    "flat ordered nested list tuple parameters tagged sparse module module_main numpy optimizer "
    "bare meta"
).split()


def _parameters(named):
    return {
        name: nn.Parameter(tensor, requires_grad=tensor.is_floating_point())
        for name, tensor in named.items()
    }


def wrap(rng, named, kind):
    """The object of this kind around (or instead of) the named tensors."""
    first = next(iter(named.values()))
    makers = {
        "flat": lambda: {**named, "blocks.0.weight": torch.ones(2)},
        "ordered": lambda: OrderedDict(sequential(rng).state_dict()),
        "nested": lambda: _nested(named),
        "list": lambda: [*named.values(), torch.ones(2)],
        "tuple": lambda: (*named.values(), (torch.ones(2), 3)),
        "parameters": lambda: _parameters(named),
        "tagged": lambda: _tagged(named),
        "sparse": lambda: _sparse(rng),
        "module": lambda: sequential(rng),
        "module_main": lambda: tiny_net(rng),
        "numpy": lambda: {"arrays": _arrays(rng), "step": 2, **named},
        "optimizer": lambda: {"optimizer": optimizer_state(rng), **named},
        "bare": lambda: first,
        "meta": lambda: {**named, "ghost": torch.empty(5, 3, dtype=torch.bfloat16, device="meta")},
    }
    return makers[kind]()
