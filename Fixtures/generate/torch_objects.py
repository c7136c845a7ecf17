"""Writes pytorch/objects: pickles of objects that no plain torch.save makes on a CPU.

    torch_objects.py

`array-for-bf16` is what saving a bfloat16 tensor of an XLA device gives: a float32 array and the
type it stands for. `tensors-in-tensors` has a parameter with attributes. `standard-containers` has
what Python's own modules pickle. `storages` keeps storages for themselves, `keys-of-bytes` has keys
that are no text, `devices` and `scalars` what becomes metadata. `empty-views` looks beyond its
storages at nothing, `jagged` is a nested tensor. `unlisted-instances` and `unlisted-calls` hold
objects of the classes of a script. `frozen`, `traced` and `script` are TorchScript modules: one
whose weights are constants, one with the inputs it was traced with, one with a dictionary.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import collections
import decimal
import enum
import fractions
import os
import sys
import tempfile
import types
import typing
import uuid

import numpy as np
import torch

import containers
from torch_rejects import HERE, Call, program


def _device(values, dtype):
    array = np.asarray(values, "<f4")
    return Call(torch._utils._rebuild_device_tensor_from_numpy, array, dtype, "xla:0", False)


class Settings(dict):
    """A dictionary of a script's own class."""


class Layers(list):
    """A list of a script's own class."""


class Ordered(collections.OrderedDict):
    """Pickled as a call of the class."""


class Kind(enum.Enum):
    """Pickled as a call with the member's value."""

    SMALL = 1


Pair = collections.namedtuple("Pair", "left right")


def _publish():
    """Gives the classes a module that pickle finds them in."""
    module = types.ModuleType("script")
    for kind in (Settings, Layers, Ordered, Kind, Pair):
        kind.__module__, kind.__qualname__ = "script", kind.__name__
        setattr(module, kind.__name__, kind)
    sys.modules["script"] = module


def _unlisted():
    _publish()
    settings = Settings(w=torch.tensor([1, 2], dtype=torch.uint8), step=3)
    settings.extra = torch.tensor([9], dtype=torch.uint8)
    layers = Layers([torch.tensor([4], dtype=torch.uint8), 5])
    pair = Pair(torch.tensor([6], dtype=torch.uint8), "right")
    plain = torch.tensor([7, 8], dtype=torch.uint8)
    value = {"plain": plain, "settings": settings, "layers": layers, "pair": pair}
    yield "unlisted-instances", containers.torch_bytes(value)
    value = {"plain": plain, "ordered": Ordered(w=plain + 1), "kind": Kind.SMALL}
    yield "unlisted-calls", containers.torch_bytes(value)


class _Sum(torch.nn.Module):
    bounds: typing.Dict[str, int]

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
        self.bounds = {"low": 3}
        self.sizes = [4, 5]

    def forward(self, x):
        """Uses every attribute, for freezing drops the others."""
        return x + self.weight + self.bounds["low"] + self.sizes[0]


class _Same(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))

    def forward(self, x):
        """Tracing keeps the example."""
        return x + self.weight


def _scripts():
    scripted = torch.jit.script(_Sum().eval())
    yield "script", _saved(scripted)
    yield "frozen", _saved(torch.jit.freeze(scripted))
    yield "traced", _saved(torch.jit.trace(_Same(), torch.tensor([3.0, 4.0])))


def _saved(module):
    """What torch.jit.save writes, without paths of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "module.pt")
        torch.jit.save(module, path)
        with open(path, "rb") as file:
            records = containers.members(file.read())
    kept = [record for record in records if not record[0].endswith((".debug_pkl", "_id"))]
    return containers.rezip(kept, "module")


def files():
    """Every file as (name without suffix, bytes)."""
    # 1 + 2**-8 lies between two numbers of bfloat16 and goes to the even one.
    values = [1.0, -2.5, 1 + 2**-8, 3.0e38]
    yield "array-for-bf16", program({"w": _device(values, torch.bfloat16)})
    plain = _device([1, 2], torch.float32)
    state = {"left": _device([3], torch.float32), "tag": "text", "right": plain}
    rebuild = torch._utils._rebuild_parameter_with_state
    parameter = Call(rebuild, plain, True, collections.OrderedDict(), state)
    yield "tensors-in-tensors", program({"w": parameter})
    mappings = {
        "w": plain,
        "deque": collections.deque([1, 2], maxlen=4),
        "decimal": decimal.Decimal("1.5"),
        "fraction": fractions.Fraction(1, 2),
        "uuid": uuid.UUID(int=7),
    }
    yield "standard-containers", program(mappings)
    storages = {
        "w": torch.arange(4.0),
        "untyped": torch.tensor([1, 2], dtype=torch.int16).untyped_storage(),
        "typed": torch.FloatStorage([1, 2, 3]),
        "list": [torch.LongStorage([7])],
        "tuple": (torch.ByteStorage([5, 6]), 1),
    }
    yield "storages", containers.torch_bytes(storages)
    yield "bare-storage", containers.torch_bytes(torch.FloatStorage([1, 2, 3]))
    yield "keys-of-bytes", program({key: plain for key in (b"k", b"it's", b"\x00\xff\n\\")})
    devices = {"w": plain, "gpu": torch.device("cuda:1"), "cpu": torch.device("cpu")}
    yield "devices", program(devices)
    scalars = {"w": plain, "half": np.float16(1.5), "long": np.uint64(2**64 - 1)}
    yield "scalars", program(scalars)
    beyond = torch.empty(0).as_strided((0, 3), (3, 1), 7)
    yield "empty-views", containers.torch_bytes({"w": torch.ones(2)[:0], "beyond": beyond})
    parts = [torch.tensor([1.0, 2.0]), torch.tensor([3.0])]
    nested = torch.nested.nested_tensor(parts, layout=torch.jagged)
    yield "jagged", containers.torch_bytes({"s": nested})
    counts = collections.defaultdict(int, a=1)
    yield "default-of-int", containers.torch_bytes({"w": torch.ones(1), "counts": counts})
    yield from _unlisted()
    yield from _scripts()


def main():
    """Writes one file per object."""
    out = os.path.join(HERE, "..", "pytorch", "objects")
    os.makedirs(out, exist_ok=True)
    for name, payload in files():
        with open(os.path.join(out, name + ".pt"), "wb") as file:
            file.write(payload)


if __name__ == "__main__":
    main()
