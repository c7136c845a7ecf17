"""Checks that birdie rewrites safetensors files to the very bytes that safetensors writes.

    check_safetensors_identity.py --birdie PATH [--count 2000] [--seed 1] [--jobs 2]

Each case saves a random dict with safetensors 0.8 (through torch or numpy), converts the file and
compares the bytes. Every fifth case starts from torch.save instead and must give what `save_file`
writes with the metadata {"format": "pt"}. `--self-test` rewrites with safetensors itself.

Made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0 (see requirements.txt).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

import samples

# bits8 and bits16 are torch's alone.
TORCH_DTYPES = [
    name for name in samples.PLAIN if name not in ("complex32", "complex128", "bits8", "bits16")
]
NUMPY_DTYPES = "f8 f4 f2 i8 i4 i2 i1 u8 u4 u2 u1 ? c8".split()
ALPHABET = list("abcdwxyz0123456789._-/ ") + [
    '"',
    "\\",
    "\n",
    "\t",
    "\r",
    "\b",
    "\f",
    "\x01",
    "\x1f",
    "\x7f",
    "é",
    "ß",
    "漢",
    "🐦",
    "\u2028",
    "\u00a0",
    "\ufeff",
    "e\u0301",
]
SHAPES = [(), (0,), (1,), (3,), (2, 3), (0, 4), (3, 1, 2), (2, 0, 5), (5, 7), (1, 1, 1, 1), (129,)]


def _text(rng, longest=12):
    return "".join(ALPHABET[rng.integers(len(ALPHABET))] for _ in range(rng.integers(1, longest)))


def _names(rng):
    plain = [f"blocks.{index}.weight" for index in range(rng.integers(0, 20))]
    odd = [_text(rng) for _ in range(rng.integers(0, 20))]
    # Birdie refuses ".." as a part of a name's path (S16), which the reference does not.
    taken = ("__metadata__", "..")
    names = list(dict.fromkeys(name for name in plain + odd if name not in taken))
    rng.shuffle(names)
    return names


def _tensor(rng, dtype):
    shape = SHAPES[rng.integers(len(SHAPES))]
    if dtype == "float4_e2m1fn_x2" and shape == ():
        shape = (2,)
    return samples.dense(rng, dtype, shape)


def _array(rng, dtype):
    shape = SHAPES[rng.integers(len(SHAPES))]
    count = int(np.prod(shape)) * np.dtype(dtype).itemsize
    bits = rng.integers(0, 2 if dtype == "?" else 256, count, dtype=np.uint8)
    return bits.view(dtype).reshape(shape)


def _metadata(rng, named):
    # safetensors 0.8.0 writes invalid JSON for no tensors with empty metadata.
    if not named:
        return None
    return [None, {}, {"format": "pt"}, {_text(rng): _text(rng, 40)}][rng.integers(4)]


def write_case(rng, kind, source, reference):
    """Writes the input and the bytes to match; returns nothing."""
    names = _names(rng)
    if kind == "numpy":
        named = {name: _array(rng, NUMPY_DTYPES[rng.integers(len(NUMPY_DTYPES))]) for name in names}
        safetensors.numpy.save_file(named, reference, metadata=_metadata(rng, named))
        shutil.copy(reference, source)
        return
    named = {name: _tensor(rng, TORCH_DTYPES[rng.integers(len(TORCH_DTYPES))]) for name in names}
    if kind == "pickle":
        torch.save(named, source)
        safetensors.torch.save_file(named, reference, metadata={"format": "pt"})
        return
    safetensors.torch.save_file(named, reference, metadata=_metadata(rng, named))
    shutil.copy(reference, source)


def _rewrite(kind, source, target):
    """What birdie should do, done by safetensors; for the self-test."""
    if kind == "pickle":
        safetensors.torch.save_file(torch.load(source), target, metadata={"format": "pt"})
        return
    with safetensors.safe_open(source, "pt") as reader:
        metadata = reader.metadata()
    safetensors.torch.save_file(safetensors.torch.load_file(source), target, metadata=metadata)


def check_case(options, folder, index):
    """A problem, or None."""
    kind = "pickle" if index % 5 == 4 else ("torch", "numpy")[index % 2]
    rng = np.random.default_rng([options.seed, index])
    stem = os.path.join(folder, str(index))
    source = stem + (".pt" if kind == "pickle" else ".a.safetensors")
    reference, target = stem + ".reference", stem + ".b.safetensors"
    try:
        write_case(rng, kind, source, reference)
        if options.self_test:
            _rewrite(kind, source, target)
        else:
            command = [options.birdie, "convert", source, target, "--force", "-q"]
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)
            if done.returncode:
                talk = done.stderr.decode(errors="replace")[:300]
                return f"case {index} ({kind}): exit {done.returncode}: {talk}"
        return _difference(index, kind, reference, target)
    finally:
        for path in (source, reference, target):
            if os.path.exists(path) and not options.keep:
                os.remove(path)


def _difference(index, kind, reference, target):
    with open(reference, "rb") as want, open(target, "rb") as have:
        want, have = want.read(), have.read()
    if want == have:
        return None
    place = next(
        (i for i, (a, b) in enumerate(zip(want, have)) if a != b), min(len(want), len(have))
    )
    context = slice(max(0, place - 40), place + 40)
    return (
        f"case {index} ({kind}): differs at byte {place} of {len(want)} (ours has {len(have)})\n"
        f"    want {want[context]!r}\n    have {have[context]!r}"
    )


def main():
    """Parses the arguments, checks, and exits with 1 when any file differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--birdie")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", help="a folder for the files, which are then kept")
    options = parser.parse_args()
    if not options.birdie and not options.self_test:
        parser.error("needs --birdie PATH or --self-test")
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        folder = options.keep or scratch
        os.makedirs(folder, exist_ok=True)
        results = list(
            pool.map(lambda index: check_case(options, folder, index), range(options.count))
        )
    failures = [problem for problem in results if problem]
    print("\n".join(failures[:10]))
    print(f"{len(results) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or not results else 0


if __name__ == "__main__":
    sys.exit(main())
