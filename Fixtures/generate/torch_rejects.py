"""Writes hostile and damaged PyTorch checkpoints, one rule per file: rejects/<RULE>-<slug>.pt.

    torch_rejects.py [--out Fixtures/pytorch/rejects] [--survey]

Each starts from a tiny archive and breaks one thing. `--survey` prints what torch.load makes of
each file with weights_only=True. No file runs code when torch loads it that way, and the programs
named in them are harmless.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import argparse
import codecs
import io
import os
import pickle
import struct
import warnings
import zipfile
from collections import OrderedDict

import numpy as np
import torch

import containers

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = np.arange(6, dtype="<f4").tobytes()


class Storage:
    """A persistent id as a program gives it: any class, key and length."""

    def __init__(self, kind=torch.FloatStorage, key="0", count=6):
        self.identity = ("storage", kind, key, "cpu", count)


class Call:
    """Pickles as a call of `function` with `arguments`, with BUILD after it for a state."""

    def __init__(self, function, *arguments, state=None):
        self.reduced = (function, arguments) if state is None else (function, arguments, state)

    def __reduce_ex__(self, protocol):
        return self.reduced


class _Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.identity if isinstance(value, Storage) else None


def program(value, protocol=2):
    """The pickle program for `value` with its storages as persistent ids."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol).dump(value)
    return buffer.getvalue()


def tensor(storage=None, offset=0, size=(2, 3), stride=(3, 1), *more):
    """A call of `_rebuild_tensor_v2` with arguments that nothing has checked."""
    arguments = (storage or Storage(), offset, size, stride, False, OrderedDict(), *more)
    return Call(torch._utils._rebuild_tensor_v2, *arguments)


def archive(value, records=None, **changed):
    """An archive around `value` with `records` as storages.

    `changed` replaces or adds records by name; None drops one.
    """
    pickled = value if isinstance(value, bytes) else program(value)
    parts = {"data.pkl": pickled, "byteorder": b"little"}
    parts.update({f"data/{key}": payload for key, payload in (records or {"0": DATA}).items()})
    parts["version"] = b"3\n"
    for name, payload in changed.items():
        parts[
            {
                "data_pkl": "data.pkl",
                "alignment": ".storage_alignment",
                "format_version": ".format_version",
            }.get(name, name)
        ] = payload
    return containers.rezip(
        [(name, payload) for name, payload in parts.items() if payload is not None]
    )


def _geometry():
    huge = 1 << 40
    yield "T01-record-too-short", archive({"w": tensor()}, {"0": DATA[:20]})
    yield "T01-record-too-long", archive({"w": tensor()}, {"0": DATA + b"\0\0\0\0"})
    yield "T18-legacy-storage-truncated", _legacy()[:-5]
    yield "T02-size-past-end", archive({"w": tensor(size=(3, 3))})
    yield "T02-offset-past-end", archive({"w": tensor(offset=1)})
    yield "T02-stride-past-end", archive({"w": tensor(stride=(4, 1))})
    yield "T04-offset-far-past-end", archive({"w": tensor(offset=(1 << 63) - 1)})
    yield "T03-negative-size", archive({"w": tensor(size=(-2, 3))})
    yield "T03-negative-offset", archive({"w": tensor(offset=-1)})
    yield "T03-negative-stride", archive({"w": tensor(offset=5, stride=(-3, -1))})
    yield "T03-negative-storage-length", archive({"w": tensor(Storage(count=-6))})
    yield (
        "T04-shape-product-overflow",
        archive({"w": tensor(size=(1 << 33, 1 << 31), stride=(0, 0))}),
    )
    yield "T04-shape-wraps-to-zero", archive({"w": tensor(size=(1 << 32, 1 << 32), stride=(0, 0))})
    yield "T04-storage-length-overflow", archive({"w": tensor(Storage(count=1 << 62))})
    yield "T04-stride-overflow", archive({"w": tensor(stride=((1 << 63) - 1, (1 << 63) - 1))})
    yield "T05-stride-zero-bomb", archive({"w": tensor(size=(huge,), stride=(0,))})
    yield (
        "T05-stride-zero-many",
        archive({f"w{i}": tensor(size=(1 << 24, 3), stride=(0, 1)) for i in range(12)}),
    )
    few = {f"w{i}": tensor(size=(1 << 18, 3), stride=(0, 1)) for i in range(6)}
    yield "T05-stride-zero-in-sum", archive(few)
    yield "T06-rank-65", archive({"w": tensor(size=(1,) * 65, stride=(1,) * 65)})
    yield "T06-size-and-stride-ranks-differ", archive({"w": tensor(stride=(1,))})


def _storages():
    both = {"a": tensor(), "b": tensor(Storage(torch.IntStorage))}
    yield "T07-missing-record", archive({"w": tensor(Storage(key="9"))})
    yield "T07-parent-folder", archive({"w": tensor(Storage(key="../data/0"))})
    yield "T07-slash", archive({"w": tensor(Storage(key="./0"))})
    yield "T07-nul", archive({"w": tensor(Storage(key="0\0"))})
    yield "T08-two-dtypes", archive(both)
    yield "T08-two-lengths", archive({"a": tensor(), "b": tensor(Storage(count=4), 0, (4,), (1,))})
    typed = program({"w": tensor()}).replace(b"torch\nFloatStorage", b"torch\nFloazStorage")
    yield "T09-unknown-storage-class", archive(typed)
    yield "T09-storage-class-is-a-dtype", archive({"w": tensor(Storage(torch.float32))})
    yield "T09-dtype-is-a-scheme", archive({"w": _untyped(torch.per_tensor_affine)})
    unknown = program({"w": _untyped(torch.uint16)}).replace(b"torch\nuint16", b"torch\nuint17")
    yield "T09-unknown-dtype", archive(unknown)


def _untyped(dtype):
    storage = Storage(torch.UntypedStorage, "0", 24)
    return Call(
        torch._utils._rebuild_tensor_v3, storage, 0, (12,), (1,), False, OrderedDict(), dtype
    )


def _quantized(scheme, kind=torch.QInt8Storage):
    return Call(
        torch._utils._rebuild_qtensor,
        Storage(kind, "0", 6),
        0,
        (2, 3),
        (3, 1),
        scheme,
        False,
        OrderedDict(),
    )


def _per_channel(scales, zeros, axis):
    scales, zeros = np.asarray(scales, "<f8"), np.asarray(zeros, "<i8")
    vectors = [
        tensor(Storage(kind, key, len(values)), 0, (len(values),), (1,))
        for kind, key, values in (
            (torch.DoubleStorage, "1", scales),
            (torch.LongStorage, "2", zeros),
        )
    ]
    value = {"w": _quantized((torch.per_channel_affine, *vectors, axis))}
    return archive(value, {"0": bytes(6), "1": scales.tobytes(), "2": zeros.tobytes()})


def _per_tensor(scale):
    return archive({"w": _quantized((torch.per_tensor_affine, scale, 0))}, {"0": bytes(6)})


def _encodings():
    nan, inf = float("nan"), float("inf")
    yield "T10-axis-out-of-range", _per_channel([1, 1], [0, 0], 5)
    yield "T10-negative-axis", _per_channel([1, 1], [0, 0], -3)
    yield "T10-too-few-scales", _per_channel([1], [0, 0], 0)
    yield "T10-too-many-zero-points", _per_channel([1, 1], [0, 0, 0], 0)
    yield "T15-scale-nan", _per_tensor(nan)
    yield "T15-scale-infinite", _per_tensor(inf)
    yield "T15-channel-scale-infinite", _per_channel([1, inf], [0, 0], 0)
    yield "T12-conj-of-float", archive({"w": tensor(None, 0, (2, 3), (3, 1), {"conj": True})})
    integers = Storage(torch.IntStorage)
    yield "T12-neg-of-integer", archive({"w": tensor(integers, 0, (2, 3), (3, 1), {"neg": True})})
    yield "T13-meta", containers.torch_bytes({"w": torch.empty(2, 3, device="meta")})
    yield "T13-complex128", containers.torch_bytes({"w": torch.ones(2, dtype=torch.complex128)})
    yield (
        "T13-complex32",
        containers.torch_bytes({"w": torch.view_as_complex(torch.ones(2, 2).half())}),
    )
    quantized = torch._make_per_tensor_quantized_tensor(torch.arange(6, dtype=torch.int8), 0.5, 1)
    yield "T13-quantized", containers.torch_bytes({"w": quantized})
    yield "T14-nonfinite", containers.torch_bytes({"w": torch.tensor([1, nan, inf, -inf, nan])})


def _coo(indices, size=(3, 4)):
    indices = np.asarray(indices, "<i8")
    count = indices.shape[1]
    parts = (
        tensor(Storage(torch.LongStorage, "1", 2 * count), 0, (2, count), (count, 1)),
        tensor(Storage(torch.FloatStorage, "0", count), 0, (count,), (1,)),
    )
    layout = Call(torch.serialization._get_layout, "torch.sparse_coo")
    value = Call(torch._utils._rebuild_sparse_tensor, layout, (*parts, torch.Size(size), False))
    return archive({"w": value}, {"0": DATA[: 4 * count], "1": indices.tobytes()})


def _csr(rows, columns, size=(2, 3)):
    rows, columns = np.asarray(rows, "<i8"), np.asarray(columns, "<i8")
    vectors = [
        tensor(Storage(torch.LongStorage, key, len(v)), 0, (len(v),), (1,))
        for key, v in (("1", rows), ("2", columns))
    ]
    values = tensor(Storage(count=len(columns)), 0, (len(columns),), (1,))
    layout = Call(torch.serialization._get_layout, "torch.sparse_csr")
    value = Call(torch._utils._rebuild_sparse_tensor, layout, (*vectors, values, torch.Size(size)))
    return archive(
        {"w": value}, {"0": DATA[: 4 * len(columns)], "1": rows.tobytes(), "2": columns.tobytes()}
    )


def _sparse():
    yield "T11-coo-index-out-of-range", _coo([[0, 3], [0, 1]])
    yield "T11-coo-negative-index", _coo([[0, -1], [0, 1]])
    yield "T11-csr-column-out-of-range", _csr([0, 1, 2], [0, 3])
    yield "T11-csr-rows-decrease", _csr([0, 2, 1], [0, 1])
    yield "T11-csr-rows-past-values", _csr([0, 1, 9], [0, 1])


def _legacy(
    magic=None, keys=None, count=6, tail=b"", number=1001, info=None, value=None, payload=DATA
):
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, 2) if magic is None else magic
    facts = {
        "protocol_version": 1001,
        "little_endian": True,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    arguments = (LegacyStorage(), 0, (2, 3), (3, 1), False, OrderedDict())
    tensors = {"w": Call(torch._utils._rebuild_tensor_v2, *arguments)}
    parts = [
        magic,
        pickle.dumps(number, 2),
        pickle.dumps(facts if info is None else info, 2),
        program(tensors) if value is None else value,
        pickle.dumps(["94001"] if keys is None else keys, 2),
    ]
    size = struct.pack("<q", count) if payload else b""
    return b"".join(parts) + size + payload + tail


class LegacyStorage(Storage):
    """A persistent id with the sixth item of the legacy format."""

    def __init__(self, count=6):
        super().__init__(key="94001", count=count)
        self.identity += (None,)


def _legacy_files():
    computed = b"\x80\x02c__builtin__\neval\nX\x16\x00\x00\x000x1950a86a20f9469cfc6c\x85R."
    yield "T18-length-differs-from-program", _legacy(count=5)
    yield "T18-negative-length", _legacy(count=-1)
    yield "T18-unknown-key", _legacy(keys=["94002"])
    yield "T18-missing-key", _legacy(keys=[])
    yield "T18-key-listed-twice", _legacy(keys=["94001", "94001"], tail=struct.pack("<q", 6) + DATA)
    yield "T18-trailing-bytes", _legacy(tail=b"\0" * 8)
    yield "P01-legacy-magic-by-eval", _legacy(magic=computed)
    sum_of = (
        b"\x80\x02coperator\nadd\n\x8a\x0a"
        + (0x1950A86A20F9469CFC6C - 1).to_bytes(10, "little")
        + b"K\x01\x86R."
    )
    yield "P13-legacy-magic-by-addition", _legacy(magic=sum_of)


    yield "P35-protocol-number-1002", _legacy(number=1002)
    yield "P35-facts-are-a-list", _legacy(info=[])


def _storage_file(program_bytes=None, **more):
    """What torch saves of a lone storage in the legacy format."""
    return _legacy(value=program_bytes or program(LegacyStorage()), **more)


def _nested(content, protocol=4):
    """A pickle of a tensor whose storage is a legacy file in a byte string."""
    storage = Call(torch.storage._load_from_bytes, content)
    arguments = (storage, 0, (2, 3), (3, 1), False, OrderedDict())
    return pickle.dumps({"w": Call(torch._utils._rebuild_tensor_v2, *arguments)}, protocol)


def _nested_files():
    code = Call(os.getcwd)
    inner = _storage_file(program(code))
    again = Call(torch.storage._load_from_bytes, _storage_file())
    yield "P01-nested-stream-imports", _nested(inner)
    yield "P01-nested-stream-imports-protocol-2", _nested(inner, 2)
    yield "P13-nested-in-nested", _nested(_storage_file(program(again)))
    yield "P13-nested-tensor", _nested(_legacy())
    yield "P13-nested-number", _nested(_storage_file(program(7), keys=[], payload=b""))
    yield "P13-nested-zip", _nested(archive({"w": tensor()}))
    yield "P13-nested-nothing", _nested(b"")
    yield "P07-nested-text", _nested("text")
    yield "P25-nested-cut-off", _nested(_storage_file()[:60])
    yield "P35-nested-number-1002", _nested(_storage_file(number=1002))
    yield "T18-nested-payload-cut-off", _nested(_storage_file()[:-1])
    yield "T18-nested-trailing-bytes", _nested(_storage_file(tail=b"\0"))
    yield "T02-nested-size-past-end", _nested(_storage_file(
        program(LegacyStorage(5)), count=5, payload=DATA[:20]))


def _names():
    yield "T19-no-tensors", program({"step": 5})
    yield "T20-two-tensors", archive({"a": {"b": tensor()}, "a.b": tensor()})
    attributes = {"note": "kept", "extra": tensor()}
    parameter = Call(
        torch._utils._rebuild_parameter_with_state, tensor(), False, OrderedDict(), attributes)
    yield "T21-tensor-of-a-parameter", archive({"w": parameter})
    yield "S24-name-of-the-metadata", archive({"__metadata__": tensor(), "w": tensor()})


def _python_values():
    yield "P33-bytearray-of-a-length", archive(program({"w": Call(bytearray, 1 << 33)}))
    yield "P33-bytes-of-a-length", archive(program({"w": Call(bytes, 1 << 33)}))
    yield "P34-codec-rot13", archive(program({"w": Call(codecs.encode, "text", "rot13")}))
    yield "P34-codec-zlib", archive(program({"w": Call(codecs.encode, "text", "zlib")}))
    yield "P34-text-beyond-latin1", archive(program({"w": Call(codecs.encode, "€", "latin1")}))


def _numpy_programs():
    objects = np.array([None, "text"], dtype=object)
    for protocol in (2, 5):
        yield f"P36-object-array-protocol-{protocol}", archive(program({"w": objects}, protocol))
    kind = Call(np.dtype, "O8", False, True, state=(3, "|", None, None, None, -1, -1, 63))
    scalar = Call(np._core.multiarray.scalar, kind, {"any": "object"})
    yield "P36-object-scalar", archive({"w": scalar})
    record = np.zeros(2, dtype=[("name", "O"), ("value", "<f4")])
    yield "P36-object-field", archive(program({"w": record}))
    structured = np.zeros(2, dtype=[("index", "<i4"), ("value", "<f4")])
    others = {
        "structured-array": structured,
        "extended-precision": np.arange(3, dtype=np.longdouble),
        "dates": np.array(["2026-01-02"], dtype="M8[D]"),
        "text": np.array(["one"]),
        "extended-scalar": np.longdouble(1),
        "complex-scalar": np.complex64(1),
    }
    for slug, value in others.items():
        yield f"T22-{slug}", archive({"w": tensor(), "other": value})


def _shared_values():
    """Lists of nine lists each, all below one key: nine million leaves in 313 bytes."""
    level = [0] * 9
    for _ in range(6):
        level = [level] * 9
    yield "P24-shared-lists-below-a-key", program({"k" * 150: level})
    yield "T23-name-of-4097-bytes", program({"k" * 4097: 1})
    parts = ("k",) * 9
    for _ in range(6):
        parts = (parts,) * 9
    yield "T23-shared-tuples-in-a-key", program({parts: 1})


def _device_tensors():
    rebuild = torch._utils._rebuild_device_tensor_from_numpy
    call = Call(rebuild, np.arange(3, dtype="<i4"), torch.int64, "xla:0", False)
    yield "T09-device-array-of-another-integer", program({"w": call})


def _module_programs():
    linear = torch.nn.modules.linear.Linear
    yield "P13-module-constructor-called", archive({"m": Call(linear, 2, 3), "w": tensor()})
    new = b"\x80\x02ctorch.nn.modules.linear\nLinear\nK\x02K\x03\x86\x81"
    made = new + b"}X\x08\x00\x00\x00trainingq\x00\x88sb."
    yield "P37-arguments-for-new", archive(made)
    torn = b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81K\x07b."
    yield "P37-state-is-no-dict", archive(torn)


def _members():
    plain = {"w": tensor()}
    both = containers.members(archive(plain))
    deflated = containers.rezip(both, method=zipfile.ZIP_DEFLATED)
    yield "T16-unknown-byteorder", archive(plain, byteorder=b"middle")
    yield "T16-byteorder-with-newline", archive(plain, byteorder=b"little\n")
    yield "T16-byteorder-empty", archive(plain, byteorder=b"")
    yield "Z13-two-roots", _two_roots(both)
    yield "Z13-no-root", _rootless(both)
    yield "Z13-nested-root", containers.rezip(both, root="outer/inner")
    yield "Z14-no-program", archive(plain, data_pkl=None)
    yield "Z14-no-version", archive(plain, version=None)
    yield "Z14-version-0", archive(plain, version=b"0\n")
    yield "Z14-version-11", archive(plain, version=b"11\n")
    yield "Z14-version-of-400-digits", archive(plain, version=b"3" * 400)
    yield "Z14-version-no-number", archive(plain, version=b"three\n")
    yield (
        "Z14-constants-without-program",
        archive(plain, data_pkl=None, **{"constants.pkl": program(())}),
    )
    yield "Z15-constants-beside-state-dict", archive(plain, **{"constants.pkl": program(())})
    yield "Z17-deflated-storage", deflated
    yield "Z18-extra-member", archive(plain, **{"extra/run.sh": b"echo hello\n"})
    yield "Z18-unreferenced-storage", archive(plain, {"0": DATA, "1": DATA})
    yield "Z20-alignment-no-number", archive(plain, alignment=b"sixty-four")
    yield "Z20-alignment-zero", archive(plain, alignment=b"0")
    yield "Z20-format-version-no-number", archive(plain, format_version=b"one")


def _paths_to_zip(paths):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        for path, payload in paths:
            writer.writestr(zipfile.ZipInfo(path, containers.EPOCH), payload)
    return buffer.getvalue()


def _two_roots(records):
    return _paths_to_zip(
        [
            (f"{'first' if name != 'data/0' else 'second'}/{name}", payload)
            for name, payload in records
        ]
    )


def _rootless(records):
    return _paths_to_zip([(name.replace("data/0", "0"), payload) for name, payload in records])


def files():
    """Every file as (name without suffix, bytes)."""
    groups = (
        _geometry,
        _storages,
        _encodings,
        _sparse,
        _legacy_files,
        _nested_files,
        _python_values,
        _names,
        _numpy_programs,
        _module_programs,
        _shared_values,
        _device_tensors,
        _members,
    )
    for group in groups:
        yield from group()


def survey(path):
    """What torch's own safe mode makes of a file, in a line."""
    try:
        torch.load(path, weights_only=True)
    except Exception as error:  # any exception is an answer
        return f"{type(error).__name__}: {' '.join(str(error).split())[:90]}"
    return "ACCEPTED"


def main():
    """Parses the arguments and writes the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=os.path.join(HERE, "..", "pytorch", "rejects"))
    parser.add_argument("--survey", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.makedirs(options.out, exist_ok=True)
    for name, payload in files():
        path = os.path.join(options.out, name + ".pt")
        with open(path, "wb") as file:
            file.write(payload)
        if options.survey:
            print(f"{len(payload):5d} {name:36s} {survey(path)}")


if __name__ == "__main__":
    main()
