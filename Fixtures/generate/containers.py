"""Writes one object into every container that torch has ever used, and some it merely accepts.

torch no longer writes the tar format of its version 0.1, archives of big-endian machines or zip64
records for small files. Those are written here by hand.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import io
import pickle
import pickletools
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import torch

EPOCH = (1980, 1, 1, 0, 0, 0)


def torch_bytes(value, protocol=2, legacy=False):
    """What torch.save writes to a buffer (root folder `archive`)."""
    buffer = io.BytesIO()
    torch.save(value, buffer, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def members(archive):
    """The records of a zip in order, as (name below the root, bytes)."""
    with zipfile.ZipFile(io.BytesIO(archive)) as reader:
        return [(info.filename.split("/", 1)[1], reader.read(info)) for info in reader.infolist()]


def rezip(records, root="archive", method=zipfile.ZIP_STORED):
    """The records under `root`, written by Python's zipfile with a fixed date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        for name, payload in records:
            info = zipfile.ZipInfo(f"{root}/{name}", EPOCH)
            info.compress_type = method
            writer.writestr(info, payload)
    return buffer.getvalue()


def zip64(records, root="archive"):
    """The records with zip64 fields, a zip64 end record and its locator, whatever their size."""
    body, directory = bytearray(), bytearray()
    for name, payload in records:
        path = f"{root}/{name}".encode()
        size, offset, crc = len(payload), len(body), zlib.crc32(payload)
        common = struct.pack(
            "<HHHHHLLLH", 45, 0x0800, 0, 0, 33, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(path)
        )
        local = struct.pack("<HHQQ", 1, 16, size, size)
        body += b"PK\x03\x04" + common + struct.pack("<H", len(local)) + path + local + payload
        central = struct.pack("<HHQQQ", 1, 24, size, size, offset)
        tail = struct.pack("<HHHHLL", len(central), 0, 0, 0, 0, 0xFFFFFFFF)
        directory += b"PK\x01\x02" + struct.pack("<H", 45) + common + tail + path + central
    start, count = len(body), len(records)
    end64 = struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, len(directory), start)
    locator = struct.pack("<LQL", 0, start + len(directory), 1)
    end = struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return bytes(
        body + directory + b"PK\x06\x06" + end64 + b"PK\x06\x07" + locator + b"PK\x05\x06" + end
    )


def without_checksums(value, path, protocol=2):
    """Saves with every CRC left at zero, as torch can be told to do."""
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(value, path, pickle_protocol=protocol)
    finally:
        torch.serialization.set_crc32_options(True)


class _Anything(dict):
    """Stands in for every class and function that a program names."""

    def __init__(self, *_):
        super().__init__()


class _StorageTypes(pickle.Unpickler):
    """Learns from a data.pkl which dtype each storage key has; builds nothing."""

    def __init__(self, program):
        super().__init__(io.BytesIO(program))
        self.widths, self.elements = {}, {}

    def find_class(self, module, name):
        if name.endswith("Storage"):
            return getattr(torch, name, torch.UntypedStorage)
        if name == "_rebuild_tensor_v3":
            return self._rebuild_untyped
        if (module, name) == ("collections", "OrderedDict"):
            return super().find_class(module, name)
        if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        return _Anything

    def persistent_load(self, identity):
        if identity[0] == "module":
            return _Anything
        _, kind, key = identity[:3]
        self._note(key, torch.uint8 if kind is torch.UntypedStorage else kind.dtype)
        return key

    def _rebuild_untyped(self, key, offset, size, stride, grad, hooks, dtype, *_):
        self._note(key, dtype)

    def _note(self, key, dtype):
        width = torch.empty(0, dtype=dtype).element_size()
        self.widths[key] = width // 2 if dtype.is_complex else width
        self.elements[key] = width


def _programs(content, count):
    """The first `count` pickles of a file and what follows them."""
    programs = []
    for _ in range(count):
        *_, (_, _, last) = pickletools.genops(content)
        programs.append(content[: last + 1])
        content = content[last + 1 :]
    return programs, content


def canonical_legacy(content):
    """A legacy file with its storages in order of use, and numbers instead of addresses as keys."""
    programs, data = _programs(content, 5)
    types = _StorageTypes(programs[3])
    types.load()
    payloads = {}
    for key in pickle.loads(programs[4]):
        size = 8 + struct.unpack_from("<q", data)[0] * types.elements[key]
        payloads[key], data = data[:size], data[size:]
    renamed = {key: str(10 ** (len(key) - 1) + index) for index, key in enumerate(types.widths)}
    program = programs[3]
    for key, new in renamed.items():
        program = program.replace(key.encode(), new.encode())
    listed = pickle.dumps(sorted(renamed.values()), 2)
    # Keys have one length, so that order of use is sorted order.
    return b"".join([*programs[:3], program, listed, *(payloads[key] for key in renamed)]) + data


def big_endian(value, protocol=2):
    """The archive that a big-endian machine writes: swapped storages, `byteorder` says `big`."""
    records = dict(members(torch_bytes(value, protocol)))
    types = _StorageTypes(records["data.pkl"])
    types.load()
    for key, width in types.widths.items():
        payload = np.frombuffer(records[f"data/{key}"], f"u{width}").byteswap()
        records[f"data/{key}"] = payload.tobytes()
    records["byteorder"] = b"big"
    return rezip(records.items())


class _TarPickler(pickle.Pickler):
    """Pickles an object with its tensors replaced by numbers, as torch 0.1 did."""

    def __init__(self, file):
        super().__init__(file, 2)
        self.tensors = {}

    def persistent_id(self, value):
        if not isinstance(value, torch.Tensor):
            return None
        self.tensors.setdefault(id(value), (100 + len(self.tensors), value))
        return self.tensors[id(value)][0]


_TENSOR_TYPES = {
    torch.float64: "Double",
    torch.float32: "Float",
    torch.float16: "Half",
    torch.int64: "Long",
    torch.int32: "Int",
    torch.int16: "Short",
    torch.int8: "Char",
    torch.uint8: "Byte",
}
TAR_DTYPES = frozenset(_TENSOR_TYPES)


def _dump(value):
    return pickle.dumps(value, 2)


def _tar_storages(tensors, views):
    roots = {tensor.untyped_storage()._cdata: tensor for _, tensor in tensors}
    keys = {identity: 7000 + index for index, identity in enumerate(roots)}
    out = _dump(len(roots))
    for identity, tensor in roots.items():
        prefix = _TENSOR_TYPES[tensor.dtype]
        out += _dump((keys[identity], "cpu", getattr(torch, prefix + "Storage")))
        payload = bytes(tensor.untyped_storage())
        out += struct.pack("<q", len(payload) // tensor.element_size()) + payload
    windows = [(8000 + i, next(iter(keys.values())), o, n) for i, (o, n) in enumerate(views)]
    return out + _dump(windows), keys


def _tar_tensors(tensors, keys):
    out = _dump(len(tensors))
    for number, tensor in tensors:
        kind = getattr(torch, _TENSOR_TYPES[tensor.dtype] + "Tensor")
        out += _dump((number, keys[tensor.untyped_storage()._cdata], kind))
        rank = tensor.dim()
        out += struct.pack(
            f"<ii{rank}q{rank}qq", rank, 0, *tensor.shape, *tensor.stride(), tensor.storage_offset()
        )
    return out


def tar(value, views=()):
    """The tar archive of torch 0.1. `views` are (offset, count) windows of the first storage."""
    program = io.BytesIO()
    pickler = _TarPickler(program)
    pickler.dump(value)
    tensors = list(pickler.tensors.values())
    storages, keys = _tar_storages(tensors, views)
    info = {
        "protocol_version": 1000,
        "little_endian": True,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    parts = {
        "sys_info": _dump(info),
        "pickle": program.getvalue(),
        "storages": storages,
        "tensors": _tar_tensors(tensors, keys),
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:", format=tarfile.PAX_FORMAT) as writer:
        for name in ("sys_info", "storages", "tensors", "pickle"):
            entry = tarfile.TarInfo(name)
            entry.size = len(parts[name])
            writer.addfile(entry, io.BytesIO(parts[name]))
    return buffer.getvalue()
