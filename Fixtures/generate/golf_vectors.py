"""Writes golf artifacts that the given vectors do not cover, and what they decode to.

    golf_vectors.py [--out Fixtures/golf/accepts] [--given FOLDER_OF_GIVEN_VECTORS]

Each folder has `artifact` and `expected.safetensors` (or, for large ones, `expected.sha256.json`
with a digest per tensor) and `info.json`. The given vectors were written by the records' own code.

Made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0, brotli 1.0.9, zstd 1.5.4, lrzip 0.651.
"""

import argparse
import io
import json
import os
import pickle
import shutil
import zipfile

import numpy as np
import safetensors.torch
import torch

import expectation
import golf_samples as samples
import golf_values
import golf_wrappers as wrap

HERE = os.path.dirname(os.path.abspath(__file__))
LARGEST_EXPECTATION = 300_000


def _row_of_zeros(rng):
    graph = samples.dict_meta(rng)
    graph["w"]["blocks.0.attn.c_q.weight.q"][0] = 0
    return graph


def _weights_and_meta(graph):
    return golf_values.family_b(graph["w"], graph["m"])


def _xnor(rng, scale):
    return {
        "blocks.0.mlp.fc.weight": samples.grouped(rng, "binary", (5, 12), 8, scale),
        "blocks.0.mlp.proj.weight": samples.grouped(rng, "binary", (4, 16), 16, scale, (2, 2, 16)),
        **samples.plain_entries(rng),
    }


def _ternary(rng, kind):
    return {
        "blocks.0.attn.c_qkv.weight": samples.grouped(rng, kind, (5, 12), 8),
        "conv.weight": samples.grouped(rng, kind, (4, 16), 16, torch.float16, (4, 2, 8)),
        **samples.plain_entries(rng),
    }


def _bit_streams(rng, width):
    return {
        f"blocks.0.w{bits}": samples.bit_packed(rng, bits, (5, 7))
        for bits in (4, 5, 6)
        if bits >= width
    } | (samples.plain_entries(rng))


def _family_a(rng):
    yield (
        "a-zlib-tag",
        "A, format mixed_int8_int6_v1",
        "ASCII tag ZLIB, then zlib",
        *_clean(
            samples.int8_clean(rng, "mixed_int8_int6_v1"), lambda data: b"ZLIB" + wrap.zlib9(data)
        ),
    )
    yield (
        "a-unmarked-zlib",
        "A without qmeta and passthrough_orig_dtypes",
        "zlib",
        *_clean(samples.int8_clean(rng, marked=False), wrap.zlib9),
    )
    yield ("a-scalar-scales-xz", "A", "xz", *_clean(samples.int8_clean(rng), wrap.xz))
    graph = samples.numpy_graph(rng)
    yield (
        "h-numpy-pickle-zlib",
        "H: family A in a plain pickle of numpy arrays, protocol 5",
        "zlib",
        wrap.zlib9(pickle.dumps(graph, 5)),
        golf_values.family_a(graph),
    )
    yield (
        "h-numpy-pickle-protocol-2",
        "H, protocol 2",
        "zlib",
        wrap.zlib9(pickle.dumps(graph, 2)),
        golf_values.family_a(graph),
    )


def _clean(graph, compress):
    return compress(wrap.torch_zip(graph)), golf_values.family_a(graph)


def _family_b(rng):
    graph = _row_of_zeros(rng)
    yield (
        "b1-dict-meta-zstd",
        "B1",
        "zstd",
        wrap.zstd(wrap.torch_zip(graph)),
        _weights_and_meta(graph),
    )
    graph = samples.dict_meta(rng)
    data = wrap.shuffled(wrap.torch_zip(graph), header_bytes=6)
    yield (
        "b1-bshf6-brotli",
        "B1",
        "brotli over a byte shuffle with a six-byte header",
        wrap.brotli(data),
        _weights_and_meta(graph),
    )
    graph = samples.string_meta(rng)
    data = wrap.torch_zip(graph)
    for stride in (2, 4):
        yield (
            f"b2-gate-lqer-bshf5-stride-{stride}",
            "B2 with a gate and both residuals",
            f"brotli over a byte shuffle of stride {stride}",
            wrap.brotli(wrap.shuffled(data, stride)),
            _weights_and_meta(graph),
        )
    yield ("b2-plain-brotli", "B2", "brotli", wrap.brotli(data), _weights_and_meta(graph))
    yield (
        "b2-bshf5-xz",
        "B2",
        "xz over a byte shuffle",
        wrap.xz(wrap.shuffled(data), 6),
        _weights_and_meta(graph),
    )
    weights, meta = samples.per_group_weights(rng)
    yield (
        "c-per-group",
        "C, two layers, two groups absent",
        "PGRP: lrzip and brotli",
        wrap.per_group(weights, meta, rng),
        golf_values.family_b(weights, meta),
    )


def _typed(name, family, compressor, graph, compress):
    artifact = compress(wrap.torch_zip(graph))
    return name, f"D, {family}", compressor, artifact, golf_values.typed_entries(graph)


def _family_d(rng):
    for kind, name in (("ternary_bitmask", "bitmask"), ("ternary", "base3")):
        yield _typed(f"d-ternary-{name}-xz", kind, "xz", _ternary(rng, kind), wrap.xz)
    graph = _xnor(rng, torch.float16)
    yield _typed("d-binary-fp16-xz", "binary, F16 scales", "xz", graph, wrap.xz)
    yield from _method_byte_wrapped(rng)
    compressors = ((4, "brotli", wrap.brotli), (5, "xz", wrap.xz), (6, "zstd", wrap.zstd))
    for width, name, compress in compressors:
        graph = _bit_streams(rng, width)
        yield _typed(f"d-int{width}-stream-{name}", "bit streams", name, graph, compress)
    graph = {"w": samples.nibbles(rng, (4, 6)), "odd": samples.nibbles(rng, (3, 5))}
    graph |= samples.plain_entries(rng)
    yield _typed("d-nibbles-xz", "fp4 (which are integers)", "xz", graph, wrap.xz)


def _method_byte_wrapped(rng):
    methods = (
        (b"\0", "xz", wrap.xz, "bfloat16"),
        (b"\1", "brotli", wrap.brotli, "float8_e4m3fn"),
        (b"\2", "zstd", wrap.zstd, "bfloat16"),
    )
    for byte, name, compress, scale in methods:
        graph = _xnor(rng, getattr(torch, scale))
        inner = f"method byte {byte[0]}, {name}"
        found = _typed(f"d-xnor-{name}", f"binary, {scale} scales", inner, graph, compress)
        yield *found[:3], byte + found[3], found[4]


def _npz(arrays, method):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            writer.writestr(info, member.getvalue())
    return buffer.getvalue()


def _flat_arrays(rng):
    dense = {
        "tok_emb.weight": samples.values(rng, (6, 4), torch.bfloat16),
        "blocks.0.mlp.fc.weight": samples.values(rng, (4, 3)),
        "q_gain": samples.values(rng, 3, torch.float16),
        "step": torch.tensor(7),
        "mask": torch.tensor([True, False]),
        "empty": torch.zeros(0, 4),
    }
    arrays = {
        name: tensor.view(torch.int16).numpy().view("V2")
        if tensor.dtype == torch.bfloat16
        else tensor.numpy()
        for name, tensor in dense.items()
    }
    dense["fortran"] = samples.values(rng, (3, 5))
    arrays["fortran"] = np.asfortranarray(dense["fortran"].numpy())
    return arrays, dense


def _other_families(rng):
    arrays, dense = _flat_arrays(rng)
    yield "i-npz", "I: npz, BF16 as raw V2", "none", _npz(arrays, zipfile.ZIP_STORED), dense
    yield (
        "i-npz-deflated",
        "I: npz, BF16 as raw V2",
        "deflate",
        _npz(arrays, zipfile.ZIP_DEFLATED),
        dense,
    )
    graph = samples.nested_checkpoint(rng)
    found = _flat(graph)
    yield "e-nested", "E: a training checkpoint", "none", wrap.torch_zip(graph), found
    yield (
        "e-nested-zstd",
        "E: a training checkpoint",
        "zstd",
        wrap.zstd(wrap.torch_zip(graph)),
        found,
    )


def _flat(value, path=()):
    if isinstance(value, torch.Tensor):
        return {".".join(path): value}
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return {
        name: tensor
        for key, item in items
        for name, tensor in _flat(item, (*path, str(key))).items()
    }


def vectors():
    """All synthetic vectors as (name, family, compressor, artifact, expected tensors)."""
    for seed, group in enumerate((_family_a, _family_b, _family_d, _other_families)):
        yield from group(np.random.default_rng([202, seed]))


def write_expected(folder, expected):
    """The expected tensors where they are small, a digest for each where they are not."""
    path = os.path.join(folder, "expected.safetensors")
    contiguous = {name: tensor.contiguous() for name, tensor in expected.items()}
    safetensors.torch.save_file(contiguous, path)
    if os.path.getsize(path) <= LARGEST_EXPECTATION:
        return
    os.remove(path)
    digests = {name: expectation.tensor_entry(tensor) for name, tensor in sorted(expected.items())}
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in digests.items()
    )
    with open(os.path.join(folder, "expected.sha256.json"), "w", encoding="utf-8") as file:
        file.write("{" + lines + "}\n")


def _write_info(folder, info):
    with open(os.path.join(folder, "info.json"), "w", encoding="utf-8") as file:
        json.dump(info, file, indent=1)
        file.write("\n")


def copy_given(source, out):
    """Copies the vectors that the records' own code made, checking their digests."""
    for name in sorted(os.listdir(source)):
        with open(os.path.join(source, name, "info.json"), encoding="utf-8") as file:
            info = json.load(file)
        expected = safetensors.torch.load_file(os.path.join(source, name, "expected.safetensors"))
        for tensor, want in info["tensors"].items():
            entry = expectation.tensor_entry(expected[tensor])
            assert (entry["sha256"], entry["shape"]) == (want["sha256"], want["shape"]), (
                name,
                tensor,
            )
        assert expected.keys() == info["tensors"].keys()
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(
            os.path.join(source, name, info["artifact"]), os.path.join(folder, "artifact")
        )
        write_expected(folder, expected)
        _write_info(folder, info)


def main():
    """Parses the arguments and writes the vectors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=os.path.join(HERE, "..", "golf", "accepts"))
    parser.add_argument("--given")
    options = parser.parse_args()
    for name, family, compressor, artifact, expected in vectors():
        folder = os.path.join(options.out, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "artifact"), "wb") as file:
            file.write(artifact)
        write_expected(folder, expected)
        _write_info(
            folder,
            {
                "family": family,
                "compressor": compressor,
                "origin": "synthetic",
                "bytes": len(artifact),
            },
        )
    if options.given:
        copy_given(options.given, options.out)


if __name__ == "__main__":
    main()
