"""Writes a matrix of torch checkpoints and what a reader must find in each.

    torch_matrix.py --out DIR [--count 1200] [--seed 1]

Beside each file (or folder) X lies X.expect.json; README.md says what is in it. Every pair of dtype
with layout, dtype with container and object with protocol is there; the rest is drawn at random.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import argparse
import itertools
import json
import os
import shutil
import warnings
import zipfile
from collections import Counter
from dataclasses import asdict, dataclass

import numpy as np
import torch

import containers
import expectation
import samples
import sharded

CONTAINERS = ("zip buffer deflate root zip64 nocrc legacy tar big dcp torchscript").split()
PROTOCOLS = (2, 3, 4, 5)
# torch swaps only typed storages, so what it would write elsewhere is anyone's guess.
SWAPPABLE = samples.PLAIN[:12]


@dataclass(frozen=True)
class Cell:
    """One point of the matrix."""

    dtype: str
    layout: str
    container: str
    protocol: int
    object: str

    def exists(self):
        """Whether torch can write this combination."""
        if not samples.fits(self.dtype, self.layout):
            return False
        if self.container == "tar":
            plain = self.layout not in ("conj", "neg", "conj_imag")
            typed = (
                self.dtype in samples.PLAIN and getattr(torch, self.dtype) in containers.TAR_DTYPES
            )
            return plain and typed and self.object in ("flat", "nested", "list", "bare")
        if self.container == "big":
            return self.dtype in SWAPPABLE and self.object in (
                "flat",
                "nested",
                "bare",
                "parameters",
            )
        if self.container == "dcp":
            return (
                self.dtype in samples.PLAIN[:20]
                and self.object in ("flat", "nested")
                and (self.layout not in ("conj", "neg", "conj_imag"))
            )
        if self.container == "torchscript":
            return (
                self.dtype in samples.PLAIN[:12]
                and self.object == "flat"
                and (self.layout not in ("conj", "neg", "conj_imag"))
            )
        # torch writes untyped storages into legacy files but cannot read them back.
        if self.container == "legacy" and self.dtype in samples.PLAIN[12:]:
            return False
        if self.object in ("parameters", "tagged"):
            return self.dtype in samples.PLAIN[:12]
        return True


def _covering_cells():
    for dtype, layout in itertools.product(samples.DTYPES, samples.LAYOUTS):
        yield Cell(dtype, layout, "zip", 2, "flat")
    for dtype, container in itertools.product(samples.DTYPES, CONTAINERS):
        yield Cell(dtype, "contiguous", container, 2, "flat")
    for layout, container in itertools.product(samples.LAYOUTS, CONTAINERS):
        yield Cell("float32", layout, container, 2, "flat")
        yield Cell("complex64", layout, container, 2, "flat")
    for kind, protocol, container in itertools.product(samples.OBJECTS, PROTOCOLS, CONTAINERS):
        yield Cell("float32", "contiguous", container, protocol, kind)


def cells(count, seed):
    """The covering cells, then random ones until there are `count`."""
    chosen = list(dict.fromkeys(cell for cell in _covering_cells() if cell.exists()))
    seen, rng = set(chosen), np.random.default_rng(seed)
    axes = (samples.DTYPES, samples.LAYOUTS, CONTAINERS, PROTOCOLS, samples.OBJECTS)
    while len(chosen) < count:
        cell = Cell(*(axis[rng.integers(len(axis))] for axis in axes))
        if cell.exists() and cell not in seen:
            seen.add(cell)
            chosen.append(cell)
    return chosen


class _Scale(torch.nn.Module):
    """A child with a parameter, so that a scripted archive has a nested name."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.full((2,), 0.5))

    def forward(self, x):
        return x * self.weight


class _Holder(torch.nn.Module):
    """Carries tensors into a TorchScript archive."""

    def __init__(self, named):
        super().__init__()
        self.inner = _Scale()
        for name, tensor in named.items():
            self.register_buffer(name.replace(".", "_"), tensor)

    def forward(self, x):
        return self.inner(x)


def save_torchscript(named, path):
    """Saves the tensors as buffers of a scripted module; returns what was saved."""
    holder = _Holder(named)
    torch.jit.save(torch.jit.script(holder), path)
    return dict(holder.state_dict())


def save(value, path, container, protocol):
    """Writes `value` in the container; returns the object that a reader finds there."""
    if container == "dcp":
        return sharded.save_folder(value, path)
    if container == "torchscript":
        return save_torchscript(value, path)
    if container in ("zip", "legacy"):
        torch.save(
            value, path, pickle_protocol=protocol, _use_new_zipfile_serialization=container == "zip"
        )
        return value
    if container == "nocrc":
        containers.without_checksums(value, path, protocol)
        return value
    with open(path, "wb") as file:
        file.write(_encoded(value, container, protocol))
    return value


def _encoded(value, container, protocol):
    if container == "tar":
        return containers.tar(value)
    if container == "big":
        return containers.big_endian(value, protocol)
    archive = containers.torch_bytes(value, protocol)
    if container == "deflate":
        return containers.rezip(containers.members(archive), method=zipfile.ZIP_DEFLATED)
    if container == "root":
        return containers.rezip(containers.members(archive), root="weights v2.é")
    if container == "zip64":
        return containers.zip64(containers.members(archive))
    return archive


def write_cell(cell, out, index, seed):
    """Writes one cell and its expectation; returns the path or why torch refused."""
    rng = np.random.default_rng([seed, index])
    named = samples.tensors(rng, cell.dtype, cell.layout)
    value = samples.wrap(rng, named, cell.object)
    suffix = {"dcp": "dcp", "torchscript": "ts.pt"}.get(cell.container, "pt")
    stem = "-".join(
        (f"{index:04d}", cell.dtype, cell.layout, cell.object, cell.container, f"p{cell.protocol}")
    )
    path = os.path.join(out, f"{stem}.{suffix}")
    try:
        found = save(value, path, cell.container, cell.protocol)
    except (
        RuntimeError,
        NotImplementedError,
        TypeError,
        AttributeError,
        ValueError,
        KeyError,
    ) as error:
        shutil.rmtree(path, ignore_errors=True)
        if os.path.isfile(path):
            os.remove(path)
        return None, f"{type(error).__name__}: {str(error).splitlines()[0][:90]}"
    document = expectation.document(found, asdict(cell))
    if cell.container == "dcp":
        document["ties"] = []
    with open(path + ".expect.json", "w", encoding="utf-8") as file:
        file.write(expectation.encode(document))
    return path, None


def main():
    """Parses the arguments and writes the matrix."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.makedirs(options.out, exist_ok=True)
    written, refused = Counter(), Counter()
    for index, cell in enumerate(cells(options.count, options.seed)):
        path, problem = write_cell(cell, options.out, index, options.seed)
        if path:
            written[cell.container] += 1
        else:
            refused[f"{cell.container} {cell.dtype} {cell.layout} {cell.object}: {problem}"] += 1
    ranks = sharded.save_multi_rank(options.out, options.seed)
    written["dcp 2 ranks"] += len(ranks)
    for reason, times in sorted(refused.items()):
        print(f"torch refuses {times} x {reason}")
    print(
        json.dumps(
            {
                "written": sum(written.values()),
                "by container": written,
                "refused": sum(refused.values()),
            }
        )
    )


if __name__ == "__main__":
    main()
