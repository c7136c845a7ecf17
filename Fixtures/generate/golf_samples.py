"""Synthetic artifacts of every golf layout, tiny, with the codes that the layouts allow.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import numpy as np
import torch

import golf_wrappers as wrap


def codes(rng, shape, low=-128, high=127):
    """Random int8 codes in a closed range, both ends present."""
    values = rng.integers(low, high + 1, shape)
    values.reshape(-1)[:2] = low, high
    return torch.from_numpy(values.astype(np.int8))


def scales(rng, shape, dtype=torch.float16):
    """Positive scales; the first two are zero and subnormal where there are more than two."""
    values = torch.from_numpy(np.asarray(rng.uniform(0.001, 0.1, shape))).to(dtype)
    if values.numel() > 2 and dtype == torch.float16:
        values[0], values[1] = 0.0, 6e-8
    return values


def values(rng, shape, dtype=torch.float32):
    """Random numbers."""
    return torch.from_numpy(np.asarray(rng.standard_normal(shape))).to(dtype)


def int8_clean(rng, label="int8_clean_per_row_v1", marked=True):
    """Family A: per-row and scalar scales, passthrough tensors with and without their own dtype."""
    matrix = "blocks.0.attn.c_q.weight"
    graph = {
        "__quant_format__": label,
        "quantized": {
            "tok_emb.weight": codes(rng, (6, 4)),
            matrix: codes(rng, (5, 4), -32, 31),
            "blocks.0.conv.weight": codes(rng, (4, 2, 3)),
            "bigram.scale": codes(rng, (3,)),
            "vector": codes(rng, (7,)),
        },
        "scales": {
            "tok_emb.weight": scales(rng, 6),
            matrix: scales(rng, 5),
            "blocks.0.conv.weight": scales(rng, 4),
            "bigram.scale": torch.tensor(0.0123),
            "vector": torch.tensor(0.37),
        },
        "dtypes": {
            "tok_emb.weight": "bfloat16",
            matrix: "float32",
            "blocks.0.conv.weight": "float16",
            "bigram.scale": "float32",
            "vector": "bfloat16",
        },
        "passthrough": {
            "skip_weights": values(rng, (2, 4)),
            "blocks.0.attn.q_gain": values(rng, 3, torch.float16),
            "blocks.0.mlp_scale": values(rng, 4, torch.float16),
            "steps": torch.tensor(12),
            "mask": torch.tensor([True, False]),
        },
    }
    if marked:
        graph["qmeta"] = {
            "tok_emb.weight": {"scheme": "per_row", "axis": 0},
            matrix: {"scheme": "per_row", "axis": 0},
        }
        graph["passthrough_orig_dtypes"] = {
            "blocks.0.attn.q_gain": "float32",
            "blocks.0.mlp_scale": "bfloat16",
        }
    return graph


def numpy_graph(rng):
    """Family A as the MLX script holds it: numpy arrays, 0-dim arrays for scalar scales."""
    graph = int8_clean(rng)
    for part in ("quantized", "scales", "passthrough"):
        graph[part] = {name: tensor.numpy() for name, tensor in graph[part].items()}
    graph["quantized"]["fortran"] = np.asfortranarray(codes(rng, (3, 4)).numpy())
    graph["scales"]["fortran"], graph["dtypes"]["fortran"] = scales(rng, 3).numpy(), "float32"
    return graph


def dict_meta(rng):
    """Family B1: meta values are dicts, besides the three passthrough strings."""
    weights, meta = {}, {}

    def add(name, shape, low, high, scale, kind):
        weights[f"{name}.q"], weights[f"{name}.scale"], meta[name] = (
            codes(rng, shape, low, high),
            scale,
            kind,
        )

    add("blocks.0.mlp.fc.weight", (6, 4), -16, 15, scales(rng, 6), {"type": "int5"})
    add(
        "blocks.0.mlp.proj.weight",
        (4, 6),
        -16,
        15,
        scales(rng, 4),
        {"type": "int5", "bits": 5, "deadzone": 1},
    )
    add("blocks.0.attn.c_q.weight", (4, 4), -32, 31, scales(rng, 4), {"type": "int6"})
    clipped = {"type": "int6", "method": "gptq", "clip_range": 31}
    add("blocks.0.attn.proj.weight", (4, 4), -31, 31, scales(rng, 4), clipped)
    add(
        "blocks.1.attn.proj.weight",
        (4, 4),
        -15,
        15,
        scales(rng, 4),
        {"type": "int5", "method": "clip_search", "clip_range": 15},
    )
    add("bigram.embed.weight", (5, 4), -127, 127, scales(rng, 5), {"type": "int8"})
    add("blocks.0.local_conv.weight", (4, 1, 3), -127, 127, scales(rng, 4), {"type": "int8"})
    add("blocks.0.attn_scale", (4,), -127, 127, torch.tensor(0.011), {"type": "int8"})
    add(
        "blocks.0.resid_mix",
        (3,),
        -32,
        31,
        torch.tensor(0.02, dtype=torch.float16),
        {"type": "int6"},
    )
    add("blocks.0.mlp.gate.weight", (2, 8), -8, 7, scales(rng, 2), {"type": "int4"})
    kept = {
        "tok_emb.weight": ("passthrough_fp16", values(rng, (6, 4), torch.float16)),
        "skip_weights": ("passthrough_ctrl", values(rng, (2, 4))),
        "blocks.0.attn.q_gain": ("passthrough", values(rng, 3, torch.float16)),
        "ve_shared.embed.weight": ("passthrough_ctrl", values(rng, (2, 2))),
        "steps": ("passthrough", torch.tensor([3, 4])),
        "seen": ("passthrough", torch.tensor(True)),
    }
    for name, (kind, tensor) in kept.items():
        weights[name], meta[name] = tensor, kind
    return {"w": weights, "m": meta}


def _symmetric(rng, name, rows, columns, rank=4):
    return {
        f"{name}.lqA": codes(rng, (rows, rank), -7, 7),
        f"{name}.lqAs": scales(rng, rows),
        f"{name}.lqB": codes(rng, (rank, columns), -7, 7),
        f"{name}.lqBs": scales(rng, rank),
    }


def _asymmetric(rng, name, rows, columns, rank=4, group=8):
    return {
        f"{name}.lqA_a": codes(rng, (rows, rank), -2, 1),
        f"{name}.lqAs_a": torch.tensor(0.03).half(),
        f"{name}.lqB_a": codes(rng, (rank, columns), -8, 7),
        f"{name}.lqBs_a": scales(rng, rank * columns // group),
    }


def string_meta(rng):
    """Family B2: meta values are strings; a gate, both kinds of residual, half precision."""
    weights = {}
    meta = {
        "tok_emb.weight": "gptq (int7)",
        "blocks.0.attn.c_q.weight": "gptq (int6)",
        "blocks.0.mlp.fc.weight": "gptq (int6)+lqer",
        "blocks.0.mlp.proj.weight": "gptq (int6)+lqer_asym",
        "blocks.0.attn.attn_gate_w": "gate_int8_row",
        "blocks.0.attn.q_gain": "passthrough (float16)",
        "skip_gates": "passthrough (float16)",
        "lane_merge": "passthrough (float16)",
        "steps": "passthrough (int64)",
    }
    shapes = {
        "tok_emb.weight": (9, 8),
        "blocks.0.attn.c_q.weight": (8, 8),
        "blocks.0.mlp.fc.weight": (12, 8),
        "blocks.0.mlp.proj.weight": (8, 12),
    }
    for name, shape in shapes.items():
        limit = 63 if "tok" in name else 31
        weights[f"{name}.q"], weights[f"{name}.scale"] = (
            codes(rng, shape, -limit, limit),
            scales(rng, shape[0]),
        )
    weights |= _symmetric(rng, "blocks.0.mlp.fc.weight", 12, 8)
    weights |= _asymmetric(rng, "blocks.0.mlp.proj.weight", 8, 12)
    gate = "blocks.0.attn.attn_gate_w"
    weights |= {f"{gate}.gq": codes(rng, (3, 6), -127, 127), f"{gate}.gs": scales(rng, 3)}
    weights |= {
        "blocks.0.attn.q_gain": values(rng, 3, torch.float16),
        "lane_merge": torch.tensor(0.5).half(),
        "skip_gates": values(rng, (2, 4), torch.float16),
        "steps": torch.tensor(5),
    }
    return {"w": weights, "m": meta}


def per_group_weights(rng):
    """Family C: two layers, with the groups c_k and c_v absent."""
    weights, meta = {}, {}
    shapes = {"tok_emb.weight": (16, 8)}
    for layer in range(2):
        shapes |= {
            f"blocks.{layer}.attn.c_q.weight": (8, 8),
            f"blocks.{layer}.mlp.fc.weight": (12, 8),
            f"blocks.{layer}.mlp.proj.weight": (8, 12),
        }
    for name, shape in shapes.items():
        weights[f"{name}.q"], weights[f"{name}.scale"] = (
            codes(rng, shape, -31, 31),
            scales(rng, shape[0]),
        )
        meta[name] = "gptq (int6)"
    weights["blocks.0.attn.q_gain"], meta["blocks.0.attn.q_gain"] = (
        values(rng, 2, torch.float16),
        "passthrough (float16)",
    )
    return weights, meta


def grouped(rng, kind, shape, group, scale_dtype=torch.float16, orig_shape=None):
    """A ternary, ternary_bitmask or binary entry of the typed layout; rows padded to the group."""
    rows, columns = shape
    padded = -(-columns // group) * group
    matrix = np.zeros((rows, padded), np.int64)
    low = -1 if kind != "binary" else 0
    matrix[:, :columns] = rng.integers(low, 2, shape)
    if kind != "binary":
        matrix[0, :group] = 0  # a group of zeros: its mean is clamped
    flat = matrix.reshape(-1)
    packers = {
        "ternary": wrap.pack_trits,
        "ternary_bitmask": wrap.pack_bitmask,
        "binary": lambda bits: wrap.pack_low_first([1 if bit else 0 for bit in bits], 1),
    }
    if kind == "binary":
        matrix[:, columns:] = 1
    scale = torch.from_numpy(rng.uniform(0.01, 1, rows * padded // group)).to(scale_dtype)
    return {
        "type": kind,
        "packed": packers[kind](flat),
        "scale": scale,
        "shape": [rows, columns],
        "padded_cols": padded,
        "group_size": group,
        "n_bits" if kind == "binary" else "n_trits": len(flat),
        "orig_shape": list(orig_shape or shape),
    }


def bit_packed(rng, width, shape):
    """An intN entry: a stream of numbers of N bits, BF16 row scales."""
    limit = (1 << (width - 1)) - 1
    numbers = rng.integers(0, 2 * limit + 1, shape)
    return {
        "type": f"int{width}",
        "packed": wrap.pack_low_first(numbers.reshape(-1), width),
        "scale": scales(rng, shape[0], torch.bfloat16),
        "shape": list(shape),
        "n_vals": numbers.size,
        "bits": width,
    }


def nibbles(rng, shape):
    """An fp4 entry, which holds integers, in a tensor of bytes."""
    numbers = rng.integers(1, 16, shape).reshape(-1)
    packed = torch.from_numpy(np.frombuffer(wrap.pack_nibbles(numbers), np.uint8).copy())
    return {"type": "fp4", "packed": packed, "scale": scales(rng, shape[0]), "shape": list(shape)}


def plain_entries(rng):
    """The entries that are no codes."""
    return {
        "blocks.0.resid_mix": {"type": "fp8", "data": values(rng, (2, 4)).to(torch.float8_e4m3fn)},
        "blocks.0.attn.q_gain": {"type": "fp16", "data": values(rng, 3, torch.float16)},
        "vocab_bias": {"type": "bf16", "data": values(rng, 5, torch.bfloat16)},
    }


def nested_checkpoint(rng):
    """Family E as training checkpoints nest it; also what a bank looks like."""
    model = {
        "tok_emb.weight": values(rng, (6, 4), torch.bfloat16),
        "qo_bank": values(rng, (4, 3, 3)),
        "blocks.0.attn.q_gain": values(rng, 3),
    }
    state = {0: {"momentum_buffer": values(rng, (6, 4))}}
    return {
        "model": model,
        "optimizer": {"state": state, "param_groups": [{"lr": 0.02, "params": [0]}]},
        "step": 300,
        "best": 1.25,
    }
