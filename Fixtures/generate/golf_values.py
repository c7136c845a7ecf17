"""What the entries of golf artifacts are worth: the dequantization rules in plain numpy.

Written from the description of the formats, not from any reader. `python golf_values.py DIR`
checks it against the artifacts that the records' own code wrote and dequantized.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import io
import json
import lzma
import os
import subprocess
import sys
import zlib
from fractions import Fraction

import numpy as np
import torch

import expectation

EMBEDDINGS = (
    "tok_emb.weight",
    "bigram.embed.weight",
    "ve_shared.embed.weight",
    "bigram_emb.weight",
    "bigram_hash.table.weight",
)
CONTROLS = (
    "attn_scale",
    "mlp_scale",
    "resid_mix",
    "q_gain",
    "skip_weight",
    "smear",
    "bigram.scale",
    "dtg_gate",
    "ve_layer_scales",
    "ve_shared.scale",
    "attn_gate",
    "vr_lambda",
    "skip_gates",
    "parallel_post_lambdas",
    "parallel_resid_lambdas",
    "lane_merge",
    "mlp_gate_proj",
)


def template_dtype(name, shape):
    """The dtype that a freshly built model gives a parameter; family B stores none."""
    if name in EMBEDDINGS:
        return torch.bfloat16
    if len(shape) < 2 or any(pattern in name for pattern in CONTROLS):
        return torch.float32
    return torch.float32 if len(shape) == 2 and name.endswith(".weight") else torch.bfloat16


def floats(tensor):
    """A tensor's or array's values as float32."""
    tensor = torch.as_tensor(tensor)
    return tensor.detach().to(torch.float32).numpy()


def scaled(codes, scale):
    """codes * scale in float32, the scale being one number or one per row."""
    codes, scale = floats(codes), floats(scale)
    return codes * (scale.reshape(-1, *[1] * (codes.ndim - 1)) if scale.ndim else scale)


def _nearest(exact):
    """A fraction rounded once to float32, ties to even."""
    guess = np.float32(float(exact))
    below, above = np.nextafter(guess, np.float32(-np.inf)), np.nextafter(guess, np.float32(np.inf))

    def distance_then_oddness(value):
        return abs(Fraction(float(value)) - exact), int(value.view(np.uint32)) & 1

    return min((guess, below, above), key=distance_then_oddness)


def fused_product(left, right):
    """left @ right in float32 where each step is one fused multiply-add, from zero upwards."""
    out = np.zeros((left.shape[0], right.shape[1]), np.float32)
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            total = np.float32(0)
            for step in range(left.shape[1]):
                product = float(left[row, step]) * float(right[step, column])  # exact in double
                total = _nearest(Fraction(product) + Fraction(float(total)))
            out[row, column] = total
    return out


def family_a(graph):
    """Dense tensors of the `__quant_format__` layout, tensors or numpy arrays inside."""
    out = {}
    for name, codes in graph["quantized"].items():
        dtype = getattr(torch, graph["dtypes"][name])
        out[name] = torch.from_numpy(np.asarray(scaled(codes, graph["scales"][name]))).to(dtype)
    for name, value in graph["passthrough"].items():
        kept = graph.get("passthrough_orig_dtypes", {}).get(name)
        tensor = torch.as_tensor(value)
        out[name] = tensor.to(getattr(torch, kept)) if kept else tensor
    return out


def family_b(weights, meta):
    """Dense tensors of the `w`/`m` layout."""
    return {name: _family_b_weight(weights, name, scheme) for name, scheme in meta.items()}


def _family_b_weight(weights, name, scheme):
    if isinstance(scheme, str) and "passthrough" in scheme:
        tensor = weights[name]
        return (
            tensor.to(template_dtype(name, tensor.shape))
            if tensor.dtype == torch.float16
            else tensor
        )
    if scheme == "gate_int8_row":
        dense = scaled(weights[f"{name}.gq"], weights[f"{name}.gs"])
    else:
        dense = scaled(weights[f"{name}.q"], weights[f"{name}.scale"])
        if isinstance(scheme, str) and "lqer" in scheme:
            dense = dense + _residual(weights, name, asymmetric="lqer_asym" in scheme)
    return torch.from_numpy(np.asarray(dense)).to(template_dtype(name, dense.shape))


def _residual(weights, name, asymmetric):
    if not asymmetric:
        left, right = (scaled(weights[f"{name}.lq{f}"], weights[f"{name}.lq{f}s"]) for f in "AB")
        return fused_product(left, right)
    left = scaled(weights[f"{name}.lqA_a"], weights[f"{name}.lqAs_a"])
    codes, scales = weights[f"{name}.lqB_a"], floats(weights[f"{name}.lqBs_a"])
    right = (floats(codes).reshape(scales.size, -1) * scales[:, None]).reshape(codes.shape)
    return fused_product(left, right)


def trits_base3(packed, count):
    """Five trits a byte, the first in the units place."""
    digits = np.frombuffer(packed, np.uint8)[:, None] // 3 ** np.arange(5) % 3
    return digits.reshape(-1)[:count].astype(np.int8) - 1


def trits_bitmask(packed, count):
    """A mask of the non-zeros, then the signs of those alone; most significant bit first."""
    split = -(-count // 8)
    mask = np.unpackbits(np.frombuffer(packed[:split], np.uint8))[:count].astype(bool)
    signs = np.unpackbits(np.frombuffer(packed[split:], np.uint8))[: mask.sum()]
    out = np.zeros(count, np.int8)
    out[mask] = signs.astype(np.int8) * 2 - 1
    return out


def signs(packed, count):
    """Eight signs a byte, least significant bit first; 1 is plus."""
    return (
        np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")[:count].astype(np.int8)
        * 2
        - 1
    )


def bit_stream(packed, count, width):
    """Unsigned numbers of `width` bits, least significant bit first."""
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")[: count * width]
    return bits.reshape(count, width) @ (1 << np.arange(width))


def _cropped(entry, groups):
    rows, columns = entry["shape"]
    return groups.reshape(-1, entry["padded_cols"])[:rows, :columns].reshape(entry["orig_shape"])


def _grouped(entry, codes, correct):
    groups = codes.reshape(-1, entry["group_size"]).astype(np.float32)
    scale = floats(entry["scale"]).reshape(-1, 1)
    if correct:
        mean = np.abs(groups).sum(1, keepdims=True) / np.float32(entry["group_size"])
        scale = scale / np.maximum(mean, np.float32(1e-8))
    return _cropped(entry, groups * scale)


def typed_entry(entry):
    """The BF16 tensor of one entry of the typed layout."""
    kind = entry["type"]
    if kind in ("fp8", "fp16", "bf16"):
        return entry["data"].to(torch.bfloat16)
    if kind == "ternary":
        dense = _grouped(entry, trits_base3(entry["packed"], entry["n_trits"]), True)
    elif kind == "ternary_bitmask":
        dense = _grouped(entry, trits_bitmask(entry["packed"], entry["n_trits"]), True)
    elif kind == "binary":
        dense = _grouped(entry, signs(entry["packed"], entry["n_bits"]), False)
    elif kind == "fp4":
        packed, count = entry["packed"].numpy(), int(np.prod(entry["shape"]))
        codes = np.stack([packed & 15, packed >> 4], -1).reshape(-1)[:count].astype(np.int8) - 8
        dense = scaled(codes.reshape(entry["shape"]), entry["scale"])
    else:
        width = entry["bits"]
        codes = bit_stream(entry["packed"], entry["n_vals"], width) - ((1 << (width - 1)) - 1)
        dense = scaled(codes.reshape(entry["shape"]), entry["scale"])
    return torch.from_numpy(np.ascontiguousarray(dense)).to(torch.bfloat16)


def typed_entries(graph):
    """Dense tensors of the typed layout."""
    return {name: typed_entry(entry) for name, entry in graph.items()}


def unshuffled(data):
    """Undoes the byte shuffle, told by its magic; BSHF6 where the sixth byte is zero."""
    if data[:4] != b"BSHF":
        return data
    start = 6 if data[5] == 0 else 5
    stride, body = data[4], np.frombuffer(data, np.uint8, offset=start)
    out, position = np.empty_like(body), 0
    for phase in range(stride):
        count = len(out[phase::stride])
        out[phase::stride] = body[position : position + count]
        position += count
    return out.tobytes()


def decompressed(data):
    """What the wrappers of a golf artifact hold."""
    if data[:4] in (b"ZSTD", b"ZLIB"):
        data = data[4:]
    if data[:4] == b"PK\x03\x04":
        return data
    if data[0] == 0x78:
        return zlib.decompress(data)
    if data[:6] == b"\xfd7zXZ\0":
        return unshuffled(lzma.decompress(data))
    program = ["zstd", "-dc"] if data[:4] == b"\x28\xb5\x2f\xfd" else ["brotli", "-dc"]
    return unshuffled(subprocess.run(program, input=data, capture_output=True, check=True).stdout)


def decoded(graph):
    """Dense tensors of whichever layout the graph has."""
    if "__quant_format__" in graph:
        return family_a(graph)
    if set(graph) == {"w", "m"}:
        return family_b(graph["w"], graph["m"])
    return (
        typed_entries(graph) if all(isinstance(value, dict) for value in graph.values()) else graph
    )


def main(folder):
    """Checks these rules against every given vector but the PGRP one."""
    failed = 0
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name, "info.json"), encoding="utf-8") as file:
            info = json.load(file)
        with open(os.path.join(folder, name, info["artifact"]), "rb") as file:
            data = file.read()
        if data[:4] == b"PGRP":
            continue
        found = decoded(torch.load(io.BytesIO(decompressed(data)), weights_only=False))
        wrong = [
            key
            for key, want in info["tensors"].items()
            if key not in found or expectation.tensor_entry(found[key])["sha256"] != want["sha256"]
        ]
        failed += bool(wrong) or len(found) != len(info["tensors"])
        print(f"{name}: {len(found)} tensors, {len(wrong)} differ {wrong[:3]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
