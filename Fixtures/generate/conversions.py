"""Digests of what conversions must write, made by torch and safetensors themselves.

Writes conversion/files.json, the digest of each whole file that `save_file` gives for a torch
checkpoint, and conversion/codes.json, those of the codes and scales in golf artifacts' pickles.

Made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0 (see requirements.txt).
"""

import hashlib
import io
import json
import os
import pickle

import safetensors.torch
import torch

import expectation
import golf_values
import samples  # noqa: F401 (registers the classes that some checkpoints name)

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
CASTS = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
# Types that safetensors has no name for and that hold bare bits.
BITS = {torch.bits8: torch.uint8, torch.bits16: torch.uint16}
CASES = (
    ("bare", "keep"),
    ("big-endian", "keep"),
    ("big-endian", "f16"),
    ("buffer-bf16", "keep"),
    ("buffer-bf16", "f32"),
    ("conj", "keep"),
    ("deflate", "bf16"),
    ("empty", "f16"),
    ("expanded", "keep"),
    ("imag-of-conj", "f16"),
    ("imag-of-conj", "bf16"),
    ("legacy", "keep"),
    ("module", "keep"),
    ("module", "f16"),
    ("module", "bf16"),
    ("neg", "f32"),
    ("new-dtypes", "keep"),
    ("new-dtypes", "f32"),
    ("new-dtypes", "f16"),
    ("new-dtypes", "bf16"),
    ("optimizer", "bf16"),
    ("tar", "keep"),
    ("ties", "keep"),
    ("ties", "bf16"),
    ("zip64", "keep"),
)
# A folder of each layout that keeps codes, and the parts of its pickle.
CODED = (
    "a-scalar-scales-xz",
    "a-zlib-tag",
    "b1-dict-meta-zstd",
    "b2-gate-lqer-bshf5-stride-2",
    "d-binary-fp16-xz",
    "d-int5-stream-xz",
    "d-nibbles-xz",
    "d-ternary-base3-xz",
    "d-ternary-bitmask-xz",
    "d-xnor-zstd",
    "h-numpy-pickle-zlib",
    "int8-zlib-root",
    "ternary-base3-fp8",
    "wm-int6-zstd",
    "wm-lqer-asym-brotli",
)


def _tensors(value, path=()):
    if isinstance(value, torch.Tensor):
        parts = {"": value} if value.layout == torch.strided else expectation._components(value)
        for part, tensor in parts.items():
            yield ".".join((*path, part) if part else path) or "tensor", tensor
    elif isinstance(value, torch.nn.Module):
        yield from value.state_dict().items()
    elif isinstance(value, (dict, list, tuple)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _tensors(item, (*path, str(key)))


def saved(name, cast):
    """The bytes of `save_file`, ties dropped to the name that sorts first."""
    value = torch.load(f"{ROOT}/pytorch/accepts/{name}.pt", weights_only=False)
    document = expectation.document(value)
    dropped = {other: group[0] for group in document["ties"] for other in group[1:]}
    wanted = {}
    for key, tensor in _tensors(value):
        if key in dropped:
            continue
        dense = tensor.resolve_conj().resolve_neg().clone(memory_format=torch.contiguous_format)
        if dense.dtype in BITS:
            dense = dense.view(BITS[dense.dtype])
        if dense.is_floating_point() and cast != "keep":
            dense = dense.to(CASTS[cast])
        wanted[key] = dense
    metadata = {**dropped, **document.get("metadata", {}), "format": "pt"}
    return _with_sorted_metadata(safetensors.torch.save(wanted, metadata))


def _with_sorted_metadata(data):
    """The file with its metadata, which safetensors writes in no order, sorted by key."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return data[:8] + text.ljust(length) + data[8 + length :]


def _tensor(value):
    return (
        value if isinstance(value, torch.Tensor) else torch.tensor(list(value), dtype=torch.uint8)
    )


def components(name):
    """The codes and scales in an artifact's pickle, under the names that they are kept by."""
    with open(f"{ROOT}/golf/accepts/{name}/artifact", "rb") as file:
        data = file.read()
    # These begin with a byte that tells the compressor.
    data = golf_values.decompressed(data[name.startswith("d-xnor") :])
    if data[:2] == b"PK":
        graph = torch.load(io.BytesIO(data), map_location="cpu", weights_only=False)
    else:
        graph = pickle.loads(data)
    if "quantized" in graph:
        found = {
            f"{part}.{key}": torch.as_tensor(value)
            for part in ("quantized", "scales")
            for key, value in graph[part].items()
        }
    elif set(graph) == {"w", "m"}:
        found = {
            key: value
            for key, value in graph["w"].items()
            if key.rpartition(".")[0] + ".q" in graph["w"]
        }
    else:
        found = {
            f"{key}.{part}": _tensor(entry[part])
            for key, entry in graph.items()
            for part in ("packed", "scale")
            if part in entry
        }
    return {key: expectation.tensor_entry(value) for key, value in sorted(found.items())}


def main():
    """Writes both documents."""
    files = []
    for name, cast in CASES:
        data = saved(name, cast)
        digest = hashlib.sha256(data).hexdigest()
        files.append({"input": name, "floats": cast, "bytes": len(data), "sha256": digest})
    codes = {name: components(name) for name in CODED}
    os.makedirs(f"{ROOT}/conversion", exist_ok=True)
    for name, document in (("files", files), ("codes", codes)):
        with open(f"{ROOT}/conversion/{name}.json", "w", encoding="utf-8") as file:
            file.write(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
