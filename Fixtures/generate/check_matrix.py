"""Compares what birdie reads in a matrix of checkpoints with what must be there.

    check_matrix.py --birdie PATH DIR [--convert-every 5] [--limit N]
    check_matrix.py --birdie PATH Fixtures/golf/accepts
    check_matrix.py --self-test DIR

A case is a file X beside X.expect.json, or a folder with `artifact` and `expected.…`. The
self-test reads every file with torch instead, which checks the expectations themselves.

Made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0 (see requirements.txt).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import safetensors
import safetensors.torch
import torch

import expectation
import samples  # noqa: F401 (registers the classes that some checkpoints name)

SUFFIX = ".expect.json"
# safetensors has no name for these.
UNREPRESENTABLE = {"C32", "C128"}


def _clip(value):
    return repr(value)[:160]


def compare_tensors(expected, found):
    """Problems between expected and found entries by name."""
    problems = [f"missing tensor {name!r}" for name in expected if name not in found]
    problems += [f"unexpected tensor {name!r}" for name in found if name not in expected]
    for name in expected.keys() & found.keys():
        want, have = expected[name], found[name]
        for key in ("dtype", "shape", "sha256"):
            coded = key == "dtype" and want.get("kind") == "quantized" and have.get("encoding")
            if want.get(key) != have.get(key) and not coded:
                problems.append(
                    f"{name!r}: {key} {_clip(have.get(key))}, not {_clip(want.get(key))}"
                )
    return problems


def compare_ties(expected, found):
    """Problems between two lists of groups of names."""
    want, have = ({frozenset(group) for group in groups} for groups in (expected, found))
    return (
        [f"ties {_clip(sorted(map(sorted, have)))}, not {_clip(sorted(map(sorted, want)))}"]
        if want != have
        else []
    )


def compare_metadata(expected, found):
    """Problems between metadata as name to JSON text and as birdie prints it."""
    problems = []
    for name, text in expected.items():
        have = found.get(name)
        if have is None or json.loads(have) != json.loads(text):
            problems.append(f"metadata {name!r}: {_clip(have)}, not {_clip(text)}")
    return problems


def load_with_torch(path):
    """The expectation computed from what torch reads."""
    if path.endswith(".ts.pt"):
        return expectation.document(dict(torch.jit.load(path).state_dict()))
    if not os.path.isdir(path):
        return expectation.document(torch.load(path, weights_only=False))
    from torch.distributed.checkpoint.default_planner import _EmptyStateDictLoadPlanner
    from torch.distributed.checkpoint.state_dict_loader import _load_state_dict

    state = {}
    reader = torch.distributed.checkpoint.FileSystemReader(path)
    _load_state_dict(state, reader, planner=_EmptyStateDictLoadPlanner(), no_dist=True)
    return expectation.document(state)


def self_test(path, expected):
    """Problems between an expectation and torch's own reading."""
    try:
        found = load_with_torch(path)
    except Exception as error:  # whatever torch raises is a finding
        return [f"torch: {type(error).__name__} {str(error)[:200]}"], []
    problems = compare_tensors(expected["tensors"], found["tensors"])
    if expected["ties"] or not (os.path.isdir(path) or path.endswith(".ts.pt")):
        problems += compare_ties(expected["ties"], found["ties"])
    if expected.get("metadata", {}) != found.get("metadata", {}):
        problems.append(f"metadata {_clip(found.get('metadata'))}")
    return problems, []


class Birdie:
    """The program under test."""

    def __init__(self, path, folder):
        self.path = path
        self.folder = folder

    def run(self, *arguments):
        """Exit status, stdout and stderr; 124 when it takes over a minute."""
        try:
            done = subprocess.run(
                [self.path, *arguments], capture_output=True, timeout=60, check=False
            )
        except subprocess.TimeoutExpired:
            return 124, "", "took over 60 s"
        return (
            done.returncode,
            done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"),
        )

    def inspect(self, path, expected):
        """Problems and notes (metadata, which is not promised) of one checkpoint."""
        status, output, talk = self.run("inspect", "--json", "--hash", path)
        if status:
            return [f"inspect exits {status}: {talk.strip()[:300]}"], []
        try:
            report = json.loads(output)
            found = {tensor["name"]: tensor for tensor in report["tensors"]}
            problems = compare_tensors(expected["tensors"], found)
            if len(found) != len(report["tensors"]):
                problems.append("a tensor name is reported twice")
            problems += compare_ties(expected["ties"], report.get("ties", []))
            return problems, compare_metadata(
                expected.get("metadata", {}), report.get("metadata", {})
            )
        except (ValueError, KeyError, TypeError) as error:
            return [f"inspect prints no usable JSON: {error!r}"], []

    def convert(self, path, expected):
        """Problems of one conversion to safetensors, read back by safetensors itself."""
        entries = expected["tensors"]
        if any(
            entry["dtype"] in UNREPRESENTABLE or entry.get("absent") or entry.get("kind")
            for entry in entries.values()
        ):
            return []
        with tempfile.NamedTemporaryFile(suffix=".safetensors", dir=self.folder) as out:
            status, _, talk = self.run("convert", path, out.name, "--force", "-q")
            if status:
                return [f"convert exits {status}: {talk.strip()[:300]}"]
            loaded = safetensors.torch.load_file(out.name)
            with safetensors.safe_open(out.name, "pt") as reader:
                notes = reader.metadata() or {}
        # A tied name may be dropped where the metadata says which name holds its values.
        restored = {
            name: loaded[kept] for name, kept in notes.items() if name in entries and kept in loaded
        }
        found = {
            name: expectation.tensor_entry(tensor)
            for name, tensor in {**loaded, **restored}.items()
        }
        return [f"converted: {problem}" for problem in compare_tensors(entries, found)]


def _golf_document(folder):
    """The expectation of a golf folder, from expected tensors or from digests."""
    path = os.path.join(folder, "expected.sha256.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)
    else:
        dense = safetensors.torch.load_file(os.path.join(folder, "expected.safetensors"))
        entries = {name: expectation.tensor_entry(tensor) for name, tensor in dense.items()}
    return {"axes": {"container": "golf"}, "tensors": entries, "ties": []}


def _cases(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(SUFFIX):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield os.path.join(folder, name.removesuffix(SUFFIX)), json.load(file)
        elif os.path.exists(os.path.join(folder, name, "artifact")):
            yield os.path.join(folder, name, "artifact"), _golf_document(os.path.join(folder, name))


def _check_all(options, check):
    cases = list(_cases(options.folder))[: options.limit]
    with ThreadPoolExecutor(1 if options.self_test else options.jobs) as pool:
        results = pool.map(check, range(len(cases)), *zip(*cases))
        return [(path, expected, *result) for (path, expected), result in zip(cases, results)]


def _report(results, folder, shown, strict):
    failures, by_container, notes = [], Counter(), 0
    for path, expected, problems, remarks in results:
        notes += bool(remarks)
        problems = problems + remarks if strict else problems
        if problems:
            failures.append((path, problems))
            by_container[(expected.get("axes") or {}).get("container", "?")] += 1
    for path, problems in failures[:shown]:
        print(f"{os.path.relpath(path, folder)}\n    " + "\n    ".join(problems[:4]))
    if failures:
        print(
            "failures by container: " + ", ".join(f"{k} {n}" for k, n in by_container.most_common())
        )
    if notes and not strict:
        print(f"{notes} files with other metadata (--metadata counts them as failures)")
    print(f"{len(results) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or not results else 0


def main():
    """Parses the arguments, checks, and exits with 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--birdie")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--metadata", action="store_true", help="differing metadata is a failure")
    parser.add_argument(
        "--convert-every", type=int, default=5, help="convert each Nth file too; 0 for none"
    )
    parser.add_argument("--limit", type=int)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shown", type=int, default=20)
    options = parser.parse_args()
    if not options.birdie and not options.self_test:
        parser.error("needs --birdie PATH or --self-test")
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        birdie = Birdie(options.birdie, folder)

        def check(index, path, expected):
            if options.self_test:
                return self_test(path, expected)
            problems, remarks = birdie.inspect(path, expected)
            if options.convert_every and index % options.convert_every == 0 and not problems:
                problems = birdie.convert(path, expected)
            return problems, remarks

        results = _check_all(options, check)
    return _report(results, options.folder, options.shown, options.metadata)


if __name__ == "__main__":
    sys.exit(main())
