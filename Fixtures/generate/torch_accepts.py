"""Writes the small PyTorch checkpoints that must be read, with what must be found in each.

    torch_accepts.py [--out Fixtures/pytorch/accepts]

One file per container, dtype family, layout family and kind of object, drawn from the same
makers as the matrix.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import argparse
import contextlib
import os
import pickle
import shutil
import warnings
from dataclasses import asdict

import numpy as np
import torch

import containers
import expectation
import samples
import sharded
import torch_matrix

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20

# name: (dtype, layout, kind of object, container, pickle protocol)
ACCEPTS = {
    "state-dict.pt": ("float32", "contiguous", "ordered", "zip", 2),
    "buffer-bf16.pt": ("bfloat16", "contiguous", "flat", "buffer", 2),
    "deflate.pt": ("float16", "contiguous", "flat", "deflate", 2),
    "other-root.pt": ("int16", "contiguous", "flat", "root", 2),
    "zip64.pt": ("float32", "sliced", "flat", "zip64", 2),
    "no-checksums.pt": ("int32", "contiguous", "flat", "nocrc", 2),
    "legacy.pt": ("float32", "shared", "flat", "legacy", 2),
    "legacy-module.pt": ("float32", "contiguous", "module_main", "legacy", 2),
    "legacy-protocol-4.pt": ("int64", "transposed", "nested", "legacy", 4),
    "tar.pt": ("float32", "shared", "flat", "tar", 2),
    "tar-nested.pt": ("int16", "transposed", "nested", "tar", 2),
    "big-endian.pt": ("float32", "permuted", "flat", "big", 2),
    "big-endian-complex.pt": ("complex64", "sliced", "flat", "big", 2),
    "torchscript.ts.pt": ("float32", "contiguous", "flat", "torchscript", 2),
    "module.pt": ("float32", "contiguous", "module", "zip", 2),
    "module-of-main.pt": ("float32", "contiguous", "module_main", "zip", 2),
    "nested-protocol-3.pt": ("float64", "contiguous", "nested", "zip", 3),
    "nested-protocol-4.pt": ("float64", "contiguous", "nested", "zip", 4),
    "nested-protocol-5.pt": ("uint8", "contiguous", "nested", "buffer", 5),
    "numpy.pt": ("float32", "contiguous", "numpy", "buffer", 2),
    "numpy-protocol-5.pt": ("float32", "contiguous", "numpy", "buffer", 5),
    "optimizer.pt": ("float32", "contiguous", "optimizer", "buffer", 2),
    "tagged.pt": ("float32", "contiguous", "tagged", "buffer", 2),
    "parameters.pt": ("float32", "transposed", "parameters", "buffer", 2),
    "sparse.pt": ("float32", "contiguous", "sparse", "buffer", 2),
    "meta.pt": ("float32", "contiguous", "meta", "buffer", 2),
    "bare.pt": ("int8", "channels_last", "bare", "buffer", 2),
    "tuple.pt": ("bool", "offset", "tuple", "buffer", 2),
    "ties.pt": ("float32", "shared", "flat", "buffer", 2),
    "expanded.pt": ("int64", "expanded", "flat", "buffer", 2),
    "empty.pt": ("float32", "empty", "flat", "buffer", 2),
    "scalar.pt": ("complex128", "scalar", "flat", "buffer", 2),
    "conj.pt": ("complex64", "conj", "flat", "buffer", 2),
    "conj-half.pt": ("complex32", "conj", "flat", "buffer", 2),
    "imag-of-conj.pt": ("complex128", "conj_imag", "flat", "buffer", 2),
    "neg.pt": ("float16", "neg", "flat", "buffer", 2),
    "fp4.pt": ("float4_e2m1fn_x2", "transposed", "flat", "buffer", 2),
    "per-tensor.pt": ("quint8_per_tensor", "transposed", "flat", "buffer", 2),
    "per-channel.pt": ("qint8_per_channel", "contiguous", "flat", "buffer", 2),
    "per-channel-32.pt": ("qint32_per_channel", "contiguous", "flat", "legacy", 2),
}


def _source_of(kind):
    """Stands in for the sources of module classes, which torch copies into legacy files."""
    return [f"class {kind.__name__}:\n", "    pass\n"], 1, "model.py"


def make_reproducible(path, container):
    """Removes addresses, paths of this machine and identities from a file that torch wrote."""
    with open(path, "rb") as file:
        content = file.read()
    if container == "legacy":
        content = containers.canonical_legacy(content)
    elif container == "torchscript":
        records = containers.members(content)
        root = os.path.basename(path).removesuffix(".pt")
        content = containers.rezip(
            [record for record in records if not _is_volatile(record[0])], root
        )
    with open(path, "wb") as file:
        file.write(content)


def _is_volatile(name):
    return name.endswith(".debug_pkl") or name == ".data/serialization_id"


def write_case(name, case, out):
    """Writes one checkpoint and its expectation."""
    dtype, layout, kind, container, protocol = case
    rng = np.random.default_rng([SEED, *name.encode()])
    value = samples.wrap(rng, samples.tensors(rng, dtype, layout), kind)
    found = torch_matrix.save(value, os.path.join(out, name), container, protocol)
    make_reproducible(os.path.join(out, name), container)
    cell = torch_matrix.Cell(dtype, layout, container, protocol, kind)
    document = expectation.document(found, asdict(cell))
    if container == "torchscript":
        document["ties"] = []
    _write_expectation(document, os.path.join(out, name))


def _write_expectation(document, path):
    with open(path + ".expect.json", "w", encoding="utf-8") as file:
        file.write(expectation.encode(document))


def write_new_dtypes(out):
    """Every dtype that torch keeps in an untyped storage, in one file."""
    rng = np.random.default_rng(SEED)
    names = [name for name in samples.PLAIN[13:] if name != "float4_e2m1fn_x2"]
    value = {name: samples.dense(rng, name, (2, 3)) for name in names}
    path = os.path.join(out, "new-dtypes.pt")
    with open(path, "wb") as file:
        file.write(containers.torch_bytes(value))
    _write_expectation(expectation.document(value), path)


def write_tar_views(out):
    """A tar archive that also lists a view of a storage, as torch 0.1 wrote for shared storages."""
    value = {"w": torch.arange(6.0).view(2, 3)}
    path = os.path.join(out, "tar-with-views.pt")
    with open(path, "wb") as file:
        file.write(containers.tar(value, views=[(1, 3)]))
    _write_expectation(expectation.document(value), path)


def write_old_archive(out):
    """An archive of a torch before 2.1 (no byte order record), with numpy's old module names."""
    grid = np.arange(6, dtype=np.float32).reshape(2, 3)
    value = {"w": torch.arange(6.0).view(2, 3).t(), "grid": grid}
    kept = ("data.pkl", "data/0", "version")
    records = [
        record for record in containers.members(containers.torch_bytes(value)) if record[0] in kept
    ]
    program = records[0][1].replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    path = os.path.join(out, "before-torch-2.1.pt")
    with open(path, "wb") as file:
        file.write(containers.rezip([("data.pkl", program), *records[1:]], root="final_model"))
    _write_expectation(expectation.document(value), path)


@contextlib.contextmanager
def reproducible_storages():
    """Replaces the addresses in the files that `pickle.dumps` makes of storages."""
    kinds = (torch.storage.TypedStorage, torch.storage.UntypedStorage)
    written = {kind: kind.__reduce__ for kind in kinds}

    def reduced(storage):
        function, (content,) = written[type(storage)](storage)
        return function, (containers.canonical_legacy(content),)

    for kind in kinds:
        kind.__reduce__ = reduced
    try:
        yield
    finally:
        for kind in kinds:
            kind.__reduce__ = written[kind]


def write_pickles(out):
    """What `pickle.dumps` makes of tensors: each storage is a legacy file in a byte string."""
    rng = np.random.default_rng(SEED)
    weight = samples.dense(rng, "bfloat16", (3, 4))
    value = {
        "model": {"weight": weight, "turned": samples.dense(rng, "float64", (2, 3)).t()},
        "bias": torch.nn.Parameter(torch.arange(4.0)),
        "row": torch.arange(12).view(3, 4)[1],
        "mask": torch.tensor([True, False]),
        "none": torch.zeros(0, 3),
        "step": 7,
    }
    values = {f"pickled-protocol-{protocol}": (value, protocol) for protocol in (2, 4, 5)}
    values["pickled-tensor"] = (torch.arange(6, dtype=torch.int16).view(2, 3), 4)
    module = torch.nn.Linear(2, 3)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(samples.dense(rng, "float32", tuple(parameter.shape)))
    values["pickled-module"] = (module, 4)
    codes = torch.quantize_per_tensor(torch.arange(-3.0, 3.0), 0.5, 1, torch.qint8)
    values["pickled-quantized"] = ({"w": codes}, 4)
    with reproducible_storages():
        for name, (content, protocol) in values.items():
            path = os.path.join(out, name + ".pkl")
            with open(path, "wb") as file:
                file.write(pickle.dumps(content, protocol))
            _write_expectation(expectation.document(content), path)


def write_folders(out):
    """A sharded folder of one process and one of two."""
    rng = np.random.default_rng(SEED)
    value = {
        "model": {"weight": samples.dense(rng, "bfloat16", (3, 4)), "scale": torch.tensor(2.5)},
        "step": 5,
    }
    path = os.path.join(out, "one-rank.dcp")
    shutil.rmtree(path, ignore_errors=True)
    sharded.save_folder(value, path)
    _write_expectation(expectation.document(value), path)
    for name in ("rows", "columns"):
        shutil.rmtree(os.path.join(out, f"ranks-{name}.dcp"), ignore_errors=True)
    sharded.save_multi_rank(out, SEED)
    for name in ("one-rank", "ranks-rows", "ranks-columns"):
        sharded.make_reproducible(os.path.join(out, name + ".dcp"))


def main():
    """Parses the arguments and writes the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=os.path.join(HERE, "..", "pytorch", "accepts"))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.serialization.get_source_lines_and_file = _source_of
    os.makedirs(options.out, exist_ok=True)
    for name, case in ACCEPTS.items():
        write_case(name, case, options.out)
    write_new_dtypes(options.out)
    write_tar_views(options.out)
    write_old_archive(options.out)
    write_pickles(options.out)
    write_folders(options.out)


if __name__ == "__main__":
    main()
