"""Golden files for the tensor encodings and the golf layouts, made with torch 2.15.0 (CPU).

    python Fixtures/generate/encodings.py

Writes Fixtures/encodings/*.dump (named tensors: components and what they decode to) and
Fixtures/golf/{accepts,rejects}/*.dump (objects as unpickled from an artifact; those to accept
with the tensors that the training scripts restore). Formulas are those of the scripts; fused
multiply-adds are computed exactly as fractions. Deterministic.
"""

import os
import warnings
from fractions import Fraction

import torch

from value_dump import dump, dump_tensors

warnings.simplefilter("ignore")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
random = torch.Generator().manual_seed(20261122)


def save(path, data):
    path = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def encoding(name, **tensors):
    save(f"encodings/{name}.dump", dump_tensors(tensors))


def codes(low, high, *shape, dtype=torch.int8):
    return torch.randint(low, high + 1, shape, generator=random).to(dtype)


def normal(*shape):
    return torch.randn(*shape, generator=random)


# ---- casts

HALVES = torch.tensor(
    [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, -6e-5, float("inf"), 0.3333, 1e-4, 100.1, -1e-7]
).half().reshape(3, 4)
for target in (torch.float32, torch.bfloat16):
    encoding(f"cast-f16-{str(target)[6:]}", stored=HALVES, expected=HALVES.to(target))
EIGHT = torch.arange(256, dtype=torch.int64).to(torch.uint8)
EIGHT = EIGHT[(EIGHT & 0x7F) != 0x7F].view(torch.float8_e4m3fn)
encoding("cast-f8-bfloat16", stored=EIGHT, expected=EIGHT.to(torch.bfloat16))
WIDE = torch.cat([normal(20), torch.tensor([1e-8, 70000.0, 2.00048828125, 1.0009765625])])
encoding("cast-f32-float16", stored=WIDE, expected=WIDE.half())
encoding("cast-f64-bfloat16", stored=WIDE.double() * 1.1, expected=(WIDE.double() * 1.1).bfloat16())
encoding("cast-view-float32", stored=HALVES.t(), expected=HALVES.t().float().contiguous())

# ---- scaled codes

Q = codes(-128, 127, 6, 5)
S = torch.tensor([0.01, 0.0, -0.5, 6e-8, 1000.0, 0.3333])
for name, dtype in (
    ("f16", torch.float16), ("bf16", torch.bfloat16), ("f32", torch.float32),
    ("f64", torch.float64), ("f8", torch.float8_e4m3fn),
):
    scale = S.to(dtype) if name != "f8" else S.clamp(-400, 400).to(dtype)
    encoding(
        f"scaled-row-{name}", codes=Q, scales=scale, expected=Q.float() * scale.float().view(6, 1))
ROW3 = codes(-32, 31, 3, 2, 4)
SCALE3 = torch.tensor([0.1, 0.2, 0.3]).half()
encoding("scaled-row-rank3", codes=ROW3, scales=SCALE3,
         expected=ROW3.float() * SCALE3.float().view(3, 1, 1))
encoding("scaled-row-bfloat16", codes=Q, scales=S.half(),
         expected=(Q.float() * S.half().float().view(6, 1)).bfloat16())
encoding("scaled-row-float16", codes=Q, scales=S.half(),
         expected=(Q.float() * S.half().float().view(6, 1)).half())
encoding("scaled-tensor-f32", codes=Q, scales=torch.tensor(0.0123), expected=Q.float() * 0.0123)
encoding("scaled-row-view", codes=Q.t(), scales=S[:5].half(),
         expected=(Q.t().float() * S[:5].half().float().view(5, 1)).contiguous())
encoding("scaled-row-empty", codes=Q[:0], scales=S[:0].half(), expected=Q[:0].float())

# ---- quantized tensors of torch

for name, dtype, low, high, zero in (
    ("i8", torch.int8, -128, 127, 3), ("u8", torch.uint8, 0, 255, 100),
    ("i32", torch.int32, -(2**31), 2**31 - 1, 12345),
):
    q = codes(low, high, 4, 3, 5, dtype=dtype)
    scale = 0.0123456789
    whole = torch._make_per_tensor_quantized_tensor(q, scale, zero)
    encoding(f"affine-{name}-tensor", codes=q, scales=torch.tensor(scale, dtype=torch.float64),
             zeros=torch.tensor(zero), expected=whole.dequantize())
    for axis in (0, 1, 2):
        count = q.shape[axis]
        scales = torch.rand(count, generator=random, dtype=torch.float64) / 50
        zeros = codes(0, 50, count, dtype=torch.int64)
        channel = torch._make_per_channel_quantized_tensor(q, scales, zeros, axis)
        encoding(f"affine-{name}-axis{axis}", codes=q, scales=scales, zeros=zeros,
                 expected=channel.dequantize())
    if name != "i32":
        scales = torch.rand(4, generator=random) / 50
        zeros = torch.rand(4, generator=random) * 20
        channel = torch._make_per_channel_quantized_tensor(q, scales, zeros, 0)
        encoding(f"affine-{name}-floatzeros", codes=q, scales=scales, zeros=zeros,
                 expected=channel.dequantize())

# ---- low-rank residuals


def rounded(value):
    """A fraction as the nearest float32, ties to even; the values here are no subnormals."""
    if value == 0:
        return Fraction(0)
    exponent = 0
    while abs(value) * Fraction(2) ** -exponent >= 2**24:
        exponent += 1
    while abs(value) * Fraction(2) ** -exponent < 2**23:
        exponent -= 1
    return round(value * Fraction(2) ** -exponent) * Fraction(2) ** exponent


def fused_product(a, b):
    rows, rank = a.shape
    result = torch.zeros(rows, b.shape[1])
    for i in range(rows):
        for j in range(b.shape[1]):
            sum_ = Fraction(0)
            for k in range(rank):
                sum_ = rounded(Fraction(a[i, k].item()) * Fraction(b[k, j].item()) + sum_)
            result[i, j] = float(sum_)
    return result


W, WS = codes(-31, 31, 7, 12), (normal(7).abs() / 30 + 0.001).half()
BASE = W.float() * WS.float().view(7, 1)
A, AS = codes(-2, 1, 7, 4), torch.tensor(0.0123).half()
B, BS = codes(-8, 7, 4, 12), (normal(3).abs() / 100 + 0.001).half()
ASYM = BASE + fused_product(
    A.float() * AS.float(), (B.float().reshape(3, 16) * BS.float().view(3, 1)).reshape(4, 12))
encoding("lqer-groups", codes=W, scales=WS, a=A, a_scales=AS, b=B, b_scales=BS, expected=ASYM)
RA, RAS = codes(-7, 7, 7, 3), (normal(7).abs() / 100 + 0.001).half()
RB, RBS = codes(-7, 7, 3, 12), (normal(3).abs() / 100 + 0.001).half()
SYM = BASE + fused_product(RA.float() * RAS.float().view(7, 1), RB.float() * RBS.float().view(3, 1))
encoding("lqer-rows", codes=W, scales=WS, a=RA, a_scales=RAS, b=RB, b_scales=RBS, expected=SYM)

# ---- ternary and binary groups

ROWS, COLUMNS, GROUP = 3, 21, 16
PADDED = 32


def padded(values):
    return torch.nn.functional.pad(values, (0, PADDED - COLUMNS))


def bytes_of(values):
    return torch.tensor(list(values), dtype=torch.uint8)


TRITS = padded(codes(-1, 1, ROWS, COLUMNS))
TRITS[1, :GROUP] = 0
COUNT = TRITS.numel()
flat = (TRITS.flatten() + 1).tolist()
flat5 = flat + [0] * (-len(flat) % 5)
BASE3 = bytes_of(
    sum(flat5[i + j] * 3**j for j in range(5)) for i in range(0, len(flat5), 5))


def pack_msb(bits):
    bits = bits + [0] * (-len(bits) % 8)
    return bytes_of(
        sum(bits[i + j] << (7 - j) for j in range(8)) for i in range(0, len(bits), 8))


def pack_lsb(bits):
    bits = bits + [0] * (-len(bits) % 8)
    return bytes_of(sum(bits[i + j] << j for j in range(8)) for i in range(0, len(bits), 8))


MASK = pack_msb([int(v != 1) for v in flat])
SIGNS = pack_msb([int(v == 2) for v in flat if v != 1])
BITMASK = torch.cat([MASK, SIGNS])
TSCALE = (normal(COUNT // GROUP).abs() / 20 + 0.001).half()


def grouped(values, scale, corrected):
    q = values.float().reshape(-1, GROUP)
    s = scale.float().unsqueeze(-1)
    if corrected:
        s = s / q.abs().mean(-1, keepdim=True).clamp(min=1e-8)
    return (q * s).view(-1, PADDED)[:ROWS, :COLUMNS].contiguous()


TERNARY = grouped(TRITS, TSCALE, True)
encoding("ternary-base3", codes=BASE3, scales=TSCALE, expected=TERNARY,
         effective=grouped(TRITS, TSCALE, False))
encoding("ternary-bitmask", codes=BITMASK, scales=TSCALE, expected=TERNARY)
BINARY = codes(0, 1, ROWS, PADDED) * 2 - 1
BINARY[:, COLUMNS:] = 1
BITS = pack_lsb([int(v > 0) for v in BINARY.flatten().tolist()])
BSCALE = TSCALE.float().bfloat16()
for name, dtype in (("bf16", torch.bfloat16), ("f8", torch.float8_e4m3fn)):
    scale = TSCALE.float().to(dtype)
    encoding(f"binary-{name}", codes=BITS, scales=scale, expected=grouped(BINARY, scale, False))

# ---- packed integers

STREAMS = {}
for bits in (4, 5, 6):
    top = 2 ** (bits - 1) - 1
    values = codes(-top, top, 5, 7)
    unsigned = (values.long() + top).flatten().tolist()
    stream = pack_lsb([(u >> bit) & 1 for u in unsigned for bit in range(bits)])
    scale = (normal(5).abs() / 9).bfloat16()
    STREAMS[bits] = (stream, scale, values)
    encoding(f"packed-int{bits}", codes=stream, scales=scale,
             expected=values.float() * scale.float().view(5, 1))
NIBBLES = codes(-7, 7, 5, 7)
unsigned = (NIBBLES.long() + 8).flatten().tolist() + [8]
FP4 = bytes_of(unsigned[i] | unsigned[i + 1] << 4 for i in range(0, 36, 2))
FP4S = (normal(5).abs() / 9).half()
encoding("packed-nibble", codes=FP4, scales=FP4S, expected=NIBBLES.float() * FP4S.float().view(5, 1))

# ---- golf layouts

HALF = normal(3, 4).half()


def accept(name, value, expected):
    save(f"golf-layouts/accepts/{name}.dump", dump({"input": value, "expected": expected}))


def reject(name, value):
    save(f"golf-layouts/rejects/{name}.dump", dump(value))


def int8_clean(**changes):
    value = {
        "__quant_format__": "int8_clean_per_row_v1",
        "quantized": {"b.weight": Q, "a.weight": ROW3, "c": Q[0]},
        "scales": {"a.weight": SCALE3, "b.weight": S.half(), "c": torch.tensor(0.5)},
        "dtypes": {"b.weight": "float32", "a.weight": "bfloat16", "c": "float16"},
        "passthrough": {"tok": HALF, "gain": normal(3), "step": torch.tensor([7, 8])},
        "qmeta": {"b.weight": {"scheme": "per_row", "axis": 0}},
        "passthrough_orig_dtypes": {"tok": "bfloat16"},
    }
    value.update(changes)
    return value


CLEAN = int8_clean()
accept("int8-clean", CLEAN, {
    "b.weight": Q.float() * S.half().float().view(6, 1),
    "a.weight": (ROW3.float() * SCALE3.float().view(3, 1, 1)).bfloat16(),
    "c": (Q[0].float() * 0.5).half(),
    "tok": HALF.bfloat16(), "gain": CLEAN["passthrough"]["gain"],
    "step": CLEAN["passthrough"]["step"],
})

GATE, GS = codes(-127, 127, 4, 3), (normal(4).abs() / 127).half()
TABLE, TS = codes(-64, 63, 8, 3), (normal(8).abs() / 60).half()
LINEAR = "blocks.0.mlp.fc.weight"


def quantized_meta(**changes):
    value = {
        "w": {
            LINEAR + ".q": W, LINEAR + ".scale": WS, LINEAR + ".lqA_a": A, LINEAR + ".lqAs_a": AS,
            LINEAR + ".lqB_a": B, LINEAR + ".lqBs_a": BS,
            "blocks.1.mlp.fc.weight.q": W, "blocks.1.mlp.fc.weight.scale": WS,
            "blocks.1.mlp.fc.weight.lqA": RA, "blocks.1.mlp.fc.weight.lqAs": RAS,
            "blocks.1.mlp.fc.weight.lqB": RB, "blocks.1.mlp.fc.weight.lqBs": RBS,
            "tok_emb.weight.q": TABLE, "tok_emb.weight.scale": TS,
            "blocks.0.attn.attn_gate_w.gq": GATE, "blocks.0.attn.attn_gate_w.gs": GS,
            "bigram.scale": torch.tensor(0.05).half(), "blocks.0.resid_mix": HALF,
            "conv.kernel": HALF.reshape(3, 2, 2), "wide": HALF.float(),
            "steps": torch.tensor([1, 2]),
            "bigram.bias.q": Q[0], "bigram.bias.scale": torch.tensor(0.25),
        },
        "m": {
            LINEAR: "gptq (int6)+lqer_asym",
            "blocks.1.mlp.fc.weight": "gptq (int6)+lqer",
            "tok_emb.weight": "gptq (int7)",
            "blocks.0.attn.attn_gate_w": "gate_int8_row",
            "bigram.scale": "passthrough",
            "blocks.0.resid_mix": "passthrough (float16)",
            "conv.kernel": "passthrough_fp16", "wide": "passthrough_ctrl",
            "steps": "passthrough",
            "bigram.bias": {"type": "int8", "method": "gptq"},
        },
    }
    for key, change in changes.items():
        value[key].update(change)
    return value


accept("quantized-meta", quantized_meta(), {
    LINEAR: ASYM, "blocks.1.mlp.fc.weight": SYM,
    "tok_emb.weight": (TABLE.float() * TS.float().view(8, 1)).bfloat16(),
    "blocks.0.attn.attn_gate_w": GATE.float() * GS.float().view(4, 1),
    "bigram.scale": torch.tensor(0.05).half().float(), "blocks.0.resid_mix": HALF.float(),
    "conv.kernel": HALF.reshape(3, 2, 2).bfloat16(), "wide": HALF.float(),
    "steps": torch.tensor([1, 2]), "bigram.bias": Q[0].float() * 0.25,
})
accept("quantized-meta-repeat-mlp", {
    "w": {"skip_gates": HALF, "repeat_mlp.0.fc.weight": HALF},
    "m": {"skip_gates": "passthrough", "repeat_mlp.0.fc.weight": "passthrough"},
}, {"skip_gates": HALF.bfloat16(), "repeat_mlp.0.fc.weight": HALF.float()})


def raw(tensor):
    return bytes(tensor.tolist())


def ternary(**changes):
    entry = {
        "type": "ternary", "packed": raw(BASE3), "scale": TSCALE, "shape": [ROWS, COLUMNS],
        "padded_cols": PADDED, "group_size": GROUP, "n_trits": COUNT,
        "orig_shape": (ROWS, 3, 7),
    }
    entry.update(changes)
    return entry


BINARY_ENTRY = {
    "type": "binary", "packed": raw(BITS), "scale": BSCALE, "shape": (ROWS, COLUMNS),
    "padded_cols": PADDED, "group_size": GROUP, "n_bits": COUNT, "orig_shape": (ROWS, COLUMNS),
}
SMALL = normal(4, 3).to(torch.float8_e4m3fn)


def packed(width, **changes):
    stream, scale, _ = STREAMS[width]
    entry = {"type": f"int{width}", "packed": raw(stream), "scale": scale, "shape": (5, 7),
             "n_vals": 35, "bits": width}
    entry.update(changes)
    return entry


accept("typed-entries", {
    "t": ternary(), "m": ternary(type="ternary_bitmask", packed=raw(BITMASK)), "b": BINARY_ENTRY,
    "i4": packed(4), "i5": packed(5), "i6": packed(6),
    "fp4": {"type": "fp4", "packed": FP4, "scale": FP4S, "shape": (5, 7)},
    "fp8": {"type": "fp8", "data": SMALL}, "fp16": {"type": "fp16", "data": HALF},
    "bf16": {"type": "bf16", "data": HALF.bfloat16()},
}, {
    "t": TERNARY.bfloat16().reshape(ROWS, 3, 7), "m": TERNARY.bfloat16().reshape(ROWS, 3, 7),
    "b": grouped(BINARY, BSCALE, False).bfloat16(),
    **{f"i{bits}": (STREAMS[bits][2].float() * STREAMS[bits][1].float().view(5, 1)).bfloat16()
       for bits in (4, 5, 6)},
    "fp4": (NIBBLES.float() * FP4S.float().view(5, 1)).bfloat16(),
    "fp8": SMALL.bfloat16(), "fp16": HALF.bfloat16(), "bf16": HALF.bfloat16(),
})

# ---- grouped artifacts

ORDERED = {"tok_emb.weight.q", "attn.c_q.weight.q", "mlp.fc.weight.q"}
KINDS = [
    ("tok_emb.weight.q", [(8, 3)]), ("attn.c_k.weight.q", [(2, 4), (3, 4)]),
    ("attn.c_q.weight.q", [(4, 4), (5, 4)]), ("attn.c_v.weight.q", []),
    ("attn.proj.weight.q", [(4, 5)]), ("mlp.fc.weight.q", [(70, 3)]),
    ("mlp.proj.weight.q", [(3, 70)]),
]


def grouped_artifact():
    rest, meta, shapes, groups, orders, expected = {}, {}, {}, [], b"", {}
    for kind, extents in KINDS:
        data = b""
        for layer, extent in enumerate(extents):
            matrix = codes(-31, 31, *extent)
            scale = (normal(extent[0]).abs() / 31).half()
            name = kind[:-2] if kind.startswith("tok") else f"blocks.{layer}.{kind[:-2]}"
            rest[name + ".scale"], meta[name] = scale, "gptq (int6)"
            value = matrix.float() * scale.float().view(-1, 1)
            expected[name] = value.bfloat16() if kind.startswith("tok") else value
            if kind in ORDERED:
                order = torch.randperm(extent[0], generator=random)
                orders += b"".join(int(row).to_bytes(2, "little") for row in order)
                matrix = matrix[order]
            data += matrix.t().contiguous().numpy().tobytes()
        if extents:
            shapes[("_" if kind.startswith("tok") else "") + kind] = extents
        groups.append(data)
    rest["gain"], meta["gain"] = HALF[0], "passthrough"
    expected["gain"] = HALF[0].float()
    value = {"remainder": {"r": rest, "m": meta, "s": shapes}, "groups": groups, "orders": orders}
    return value, expected


GROUPED, RESTORED = grouped_artifact()
accept("per-group", GROUPED, RESTORED)

# ---- what must be refused

ORDERS = GROUPED["orders"]
reject("C07-row-twice", {**GROUPED, "orders": ORDERS[:2] + ORDERS[:2] + ORDERS[4:]})
reject("C07-row-beyond", {**GROUPED, "orders": b"\xff\xff" + ORDERS[2:]})
reject("C07-short", {**GROUPED, "orders": ORDERS[:-2]})
reject("C07-long", {**GROUPED, "orders": ORDERS + b"\0\0"})
reject("C08-group-short", {**GROUPED, "groups": [GROUPED["groups"][0][:-1], *GROUPED["groups"][1:]]})
reject("C08-group-long", {**GROUPED, "groups": [*GROUPED["groups"][:-1], GROUPED["groups"][-1] + b"x"]})


def huge_groups(shape):
    remainder = {**GROUPED["remainder"], "s": {"mlp.fc.weight.q": [shape]}}
    return {"remainder": remainder, "groups": [b""] * 7, "orders": b""}


reject("C08-huge-rows", huge_groups((2**62, 1)))
reject("C09-shape-overflows", huge_groups((2**40, 2**40)))
reject("C09-group-shape-rank", huge_groups((3,)))
reject("C08-byte-above-242", {"w": ternary(packed=b"\xf3" + raw(BASE3)[1:])})
reject("C08-trits-short", {"w": ternary(packed=raw(BASE3)[:-1])})
reject("C08-trit-count", {"w": ternary(n_trits=COUNT + 16)})
reject("C08-huge-shape", {"w": ternary(
    shape=[2**40, COLUMNS], n_trits=PADDED * 2**40, orig_shape=[2**40, COLUMNS])})
reject("C08-bitmask-popcount", {"w": ternary(
    type="ternary_bitmask", packed=b"\xff" * MASK.numel() + raw(SIGNS))})
reject("C08-bitmask-short", {"w": ternary(type="ternary_bitmask", packed=raw(MASK)[:-1])})
reject("C08-binary-short", {"w": {**BINARY_ENTRY, "packed": b"\0"}})
reject("C08-stream-short", {"w": packed(5, packed=raw(STREAMS[5][0])[:-1])})
reject("C08-value-count", {"w": packed(5, n_vals=34)})
reject("C09-shape-product-overflows", {"w": ternary(orig_shape=[2**40, 2**40])})
reject("C09-negative-shape", {"w": ternary(shape=[-3, COLUMNS])})
reject("C09-group-size-zero", {"w": ternary(group_size=0)})
reject("C09-groups-straddle", {"w": ternary(group_size=24)})
reject("C09-original-shape", {"w": ternary(orig_shape=[ROWS, COLUMNS + 1])})
reject("C09-group-scales", {"w": ternary(scale=TSCALE[:-1])})
reject("C09-missing-field", {"w": {"type": "ternary", "packed": b"", "scale": TSCALE}})
reject("C09-bits-differ", {"w": packed(5, bits=6)})
reject("C09-packed-missing", {"w": {"type": "fp4", "scale": FP4S, "shape": (5, 7)}})
reject("C09-data-is-text", {"w": {"type": "fp8", "data": "weights"}})
reject("C09-integers-as-floats", {"w": {"type": "fp16", "data": torch.tensor([1, 2])}})
reject("C09-scales-missing", int8_clean(scales={}))
reject("C09-type-missing", int8_clean(dtypes={}))
reject("C09-quantized-is-list", int8_clean(quantized=[Q]))
reject("C09-keys-are-numbers", int8_clean(quantized={1: Q}))
reject("C09-row-scales-short", int8_clean(
    quantized={"x": Q}, scales={"x": S[:5].half()}, dtypes={"x": "float32"}))
for name, value in (("nan", float("nan")), ("infinity", float("inf"))):
    reject(f"C09-scale-{name}", int8_clean(
        quantized={"x": Q}, scales={"x": torch.full((6,), value)}, dtypes={"x": "float32"}))
reject("C09-codes-are-floats", int8_clean(
    quantized={"x": Q.float()}, scales={"x": S}, dtypes={"x": "float32"}))
reject("C09-scales-are-integers", int8_clean(
    quantized={"x": Q}, scales={"x": S.long()}, dtypes={"x": "float32"}))
reject("C09-codes-repeat", int8_clean(
    quantized={"x": torch.zeros(1, dtype=torch.int8).expand(6, 2**40)}, scales={"x": S},
    dtypes={"x": "float32"}))
reject("C09-scalar-with-rows", int8_clean(
    quantized={"x": Q[0, 0]}, scales={"x": S[:1]}, dtypes={"x": "float32"}))
reject("C09-codes-missing", quantized_meta(m={"absent": "gptq (int6)"}))
reject("C09-residual-shape", quantized_meta(w={LINEAR + ".lqB_a": B[:, :-1].contiguous()}))
reject("C09-residual-rank", quantized_meta(
    w={LINEAR + ".lqA_a": codes(0, 1, 7, 9), LINEAR + ".lqB_a": codes(0, 1, 9, 12)}))
reject("C09-residual-groups", quantized_meta(w={LINEAR + ".lqBs_a": torch.ones(5).half()}))
reject("C09-residual-scale", quantized_meta(w={LINEAR + ".lqAs_a": torch.tensor(float("nan"))}))
reject("C12-format", int8_clean(__quant_format__="int3_secret_v9"))
reject("C12-original-type", int8_clean(dtypes={"b.weight": "float128"}))
reject("C12-meta-text", quantized_meta(m={LINEAR: "trellis (int2)"}))
reject("C12-meta-bits", quantized_meta(m={LINEAR: "gptq (int12)"}))
reject("C12-meta-suffix", quantized_meta(m={LINEAR: "gptq (int6)+magic"}))
reject("C12-meta-type", quantized_meta(m={LINEAR: {"type": "vq8"}}))
reject("C12-meta-number", quantized_meta(m={LINEAR: 6}))
reject("C12-entry-type", {"w": {"type": "ternary_base4"}})
