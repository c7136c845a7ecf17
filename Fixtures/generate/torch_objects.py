"""Writes pytorch/objects: pickles of objects that no plain torch.save makes on a CPU.

    torch_objects.py

`array-for-bf16` is what saving a bfloat16 tensor of an XLA device gives: a float32 array and the
type it stands for. `tensors-in-tensors` has a parameter with attributes. `standard-containers` has
what Python's own modules pickle. `storages` keeps storages for themselves, `keys-of-bytes` has keys
that are no text, `devices` and `scalars` what becomes metadata.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import collections
import decimal
import fractions
import os
import uuid

import numpy as np
import torch

import containers
from torch_rejects import HERE, Call, program


def _device(values, dtype):
    array = np.asarray(values, "<f4")
    return Call(torch._utils._rebuild_device_tensor_from_numpy, array, dtype, "xla:0", False)


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


def main():
    """Writes one file per object."""
    out = os.path.join(HERE, "..", "pytorch", "objects")
    os.makedirs(out, exist_ok=True)
    for name, payload in files():
        with open(os.path.join(out, name + ".pt"), "wb") as file:
            file.write(payload)


if __name__ == "__main__":
    main()
