"""Golden files for quantizers: weights, and the codes and scales that the challenge's scripts make
of them, or what a plain reading of a method's formula makes. torch 2.15.0.

    python Fixtures/generate/quantization.py

Writes Fixtures/quantization/model.pt, with artifacts of it as the scripts lay them out, and *.dump:
`clean-rows` and `record-rows-*` have, under NAME, a weight and
under NAME.q and NAME.scale what the formulas of the scripts give: openai/parameter-golf's train_gpt.py
(int8_clean_per_row_v1) and the records of 2026-03-20 to 2026-04-19. The names of the others tell
method, bits and options; percentiles are 90, deviations 2, groups 8. Deterministic.
"""

import io
import math
import os
import zlib

import torch

from value_dump import dump_tensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quantization")
QUANTILE = 99.99984 / 100


def weights():
    """Shapes and contents that quantizers stumble over."""
    random = torch.Generator().manual_seed(20261128)

    def normal(*shape, scale=0.05):
        return torch.randn(*shape, generator=random) * scale

    cases = {
        "plain": normal(5, 37), "wide": normal(2, 300, scale=0.2), "tall": normal(19, 1),
        "line": normal(1, 41), "large": normal(4, 23, scale=30), "one": torch.full((1, 1), -0.3),
        "zeros": torch.zeros(3, 4), "constant": torch.full((3, 7), 0.25),
        "subnormal": normal(3, 9, scale=1e-40), "tiny": normal(3, 9, scale=1e-9),
    }
    ties = torch.arange(-8, 9, dtype=torch.float32).repeat(4, 1) / 2
    cases["ties"] = ties * torch.tensor([[127.0], [63.5], [1.0], [0.25]]) / 4
    outliers = normal(4, 33)
    outliers[0, 3], outliers[1, 0], outliers[2, 32], outliers[3, 5] = 1e4, -777.0, 3.5, 1e-30
    cases["outliers"] = outliers
    mixed = normal(6, 11)
    mixed[1], mixed[3], mixed[4] = 0, -2.0, 1e-20
    cases["mixed"] = mixed
    return cases


def rounded(w, scale, least, greatest):
    return torch.clamp(torch.round(w / scale), least, greatest).to(torch.int8)


def clean(w, most, matrix=True):
    """int8_clean_per_row_v1: codes by the scale before it is narrowed."""
    if matrix:
        clip = torch.quantile(w.abs(), QUANTILE, dim=1)
        scale = (clip / float(most)).clamp_min(1.0 / most)
        cut = torch.maximum(torch.minimum(w, clip[:, None]), -clip[:, None])
        return rounded(cut, scale[:, None], -most, most), scale.to(torch.float16)
    clip = float(torch.quantile(w.abs().flatten(), QUANTILE))
    scale = torch.tensor(clip / float(most) if clip > 0 else 1.0)
    return rounded(torch.clamp(w, -clip, clip), scale, -most, most), scale


def absmax(w, most, matrix=True):
    if not matrix:
        scale = torch.tensor(max(float(w.abs().max()) / most, 1e-12), dtype=torch.float16)
        return rounded(w, scale.float(), -most - 1, most), scale
    scale = (w.abs().amax(dim=1) / most).clamp_min(1e-12).to(torch.float16)
    scale = scale.clamp_min(torch.finfo(torch.float16).tiny)
    return rounded(w, scale.float()[:, None], -most - 1, most), scale


def floored(w, most, matrix=True):
    if not matrix:
        top = float(w.abs().max())
        scale = torch.tensor(top / most if top > 0 else 1.0, dtype=torch.float16)
        return rounded(w, scale.float(), -most - 1, most), scale
    scale = (w.abs().amax(dim=1) / most).clamp_min(1.0 / most).to(torch.float16)
    return rounded(w, scale.float()[:, None], -most - 1, most), scale


def search(w, most):
    best, least = None, float("inf")
    for fraction in (0.999, 0.9995, 0.9999, 0.99999, 1.0):
        clip = torch.quantile(w.abs(), fraction, dim=1) if fraction < 1 else w.abs().amax(dim=1)
        scale = (clip / most).clamp_min(1.0 / most).to(torch.float16)
        q = rounded(w, scale.float()[:, None], -most, most)
        error = float((w - q.float() * scale.float()[:, None]).pow(2).mean())
        if error < least:
            best, least = (q, scale), error
    return best


def deadzone(w, most, zone):
    scale = (w.abs().amax(dim=1) / most).clamp_min(1e-12).to(torch.float16)
    q = torch.round(w / scale.float()[:, None])
    q[q.abs() < zone + 0.5] = 0
    return torch.clamp(q, -most - 1, most).to(torch.int8), scale


def gate(w):
    scale = (w.abs().amax(dim=1).clamp_min(1e-10) / 127).to(torch.float16)
    return rounded(w, scale.float()[:, None], -127, 127), scale


# ---- round to nearest: scales in double precision, stored in half, which codes are rounded by


def even_grid(w, bits, zeros, end, kind=torch.float16, percentile=90.0, clip=2.0, candidates=40):
    """Codes, scale and zero point of one group of elements."""
    half = 1 << bits - 1
    least, greatest = (-half, half - 1) if zeros else (-max(half - 1, 1), max(half - 1, 1))
    wide = w.double()

    def grid(low, high):
        span = (max(high, 0.0) - min(low, 0.0)) / (greatest - least)
        number = span if zeros else max(high, -low) / greatest
        scale = torch.tensor(min(number, torch.finfo(kind).max)).to(torch.float32).to(kind)
        zero = torch.tensor(0.0)
        if zeros and scale > 0:
            zero = (least - min(low, 0.0) / scale.double()).round().clamp(least, greatest).float()
        if bits == 1 and not zeros:
            q = torch.where(w < 0, -1.0, 1.0)
        else:
            q = torch.nan_to_num(torch.round(w / scale.float()) + zero, nan=float(zero))
            q = q.clamp(least, greatest)
        error = ((((q - zero) * scale.float()) - w).double() ** 2).sum()
        return float(error), q.to(torch.int8), scale, zero.to(torch.int8)

    low, high = float(wide.min()), float(wide.max())
    if end == "percentile":
        fraction = percentile / 100
        if zeros:
            low, high = -float((-w).quantile(fraction)), float(w.quantile(fraction))
        else:
            high = float(w.abs().quantile(fraction))
            low = -high
    elif end == "sdclip":
        mean, deviation = float(wide.mean()), float(wide.std()) if w.numel() > 1 else 0.0
        if zeros:
            low, high = max(low, mean - clip * deviation), min(high, mean + clip * deviation)
        else:
            low, high = -clip * deviation, clip * deviation
    elif end == "mse":
        parts = range(candidates, candidates // 5, -1)
        return min((grid(low * (i / candidates), high * (i / candidates)) for i in parts),
                   key=lambda result: result[0])[1:]
    return grid(low, high)[1:]


def nearest(w, bits, coverage="row", zeros=False, end="absmax", group=8, kind=torch.float16):
    size = {"tensor": w.numel(), "row": w.shape[1], "group": group}[coverage]
    lines = [w.flatten()] if coverage == "tensor" else w
    runs = [[even_grid(run, bits, zeros, end, kind) for run in line.split(size)] for line in lines]
    codes = torch.cat([run[0] for line in runs for run in line]).reshape(w.shape)
    scales, offsets = (torch.stack([run[i] for line in runs for run in line]) for i in (1, 2))
    grouped = [len(runs), len(runs[0])]
    if coverage == "tensor":
        scales, offsets = scales.reshape([]), offsets.reshape([]).long()
        if zeros:
            scales = scales.float()
    elif coverage == "group" or zeros:
        scales, offsets = scales.reshape(grouped), offsets.reshape(grouped)
    extra = {"zero_point": offsets if zeros else torch.zeros(0, dtype=torch.int8)}
    return codes, scales, extra if zeros or coverage == "group" else {}


# ---- few levels: groups of 8 columns, or the format's own


def groups_of(w, size, padded=False):
    """Rows cut into groups, and the number of zeros that each row was padded with."""
    width = -(-w.shape[1] // size) * size
    wide = torch.nn.functional.pad(w, (0, width - w.shape[1]))
    if padded:
        return wide.reshape(-1, size)
    return [line.split(size) for line in w]


def mean_magnitude(runs):
    return (runs.double().abs().sum(dim=1) / runs.shape[1]).clamp_max(65504.0)


def ternary(w, size=8):
    runs = groups_of(w, size, padded=True)
    scale = mean_magnitude(runs).clamp_min(1e-8).float().half()
    ratio = runs / scale.float()[:, None]
    trits = torch.where(scale[:, None] > 0, torch.round(ratio), torch.zeros(())).clamp(-1, 1)
    digits = torch.nn.functional.pad(trits.flatten() + 1, (0, -trits.numel() % 5))
    digits[trits.numel():] = 0
    packed = (digits.reshape(-1, 5) * torch.tensor([1, 3, 9, 27, 81])).sum(dim=1)
    return packed.to(torch.uint8), scale


def binary(w, size=8):
    runs = groups_of(w, size, padded=True)
    bits = torch.nn.functional.pad((runs >= 0).long().flatten(), (0, -runs.numel() % 8))
    packed = (bits.reshape(-1, 8) << torch.arange(8)).sum(dim=1)
    return packed.to(torch.uint8), mean_magnitude(runs).float().half()


# QLoRA, appendix E.
NF4 = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0])
E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def by_groups(w, size, scale_of, index_of):
    """Indices and scales, group by group; a scale of 0 leaves the index of 0."""
    indices, scales = [], []
    for line in groups_of(w, size):
        for run in line:
            scale = scale_of(run)
            scales.append(scale)
            wide = scale.float()
            indices.append(index_of(run / wide if wide > 0 else torch.zeros_like(run)))
    shape = w.shape[0], -1
    return torch.cat(indices).reshape(w.shape).to(torch.uint8), torch.stack(scales).reshape(shape)


def normal_float(w, size=8):
    def index(ratio):
        return (ratio.double()[:, None] - NF4.double()).abs().argmin(dim=1)

    indices, scales = by_groups(
        w, size, lambda run: run.abs().max().clamp_max(65504.0).half(), index)
    return indices, scales, {"codebook": NF4}


def e2m1(ratio):
    """Nearest, ties to the even code."""
    distance = (ratio.abs().double()[:, None] - E2M1[:8].double()).abs()
    near = distance == distance.min(dim=1, keepdim=True).values
    # Of two as near, the code whose lowest bit is 0.
    code = torch.where(near, torch.arange(8) % 2 - 2, torch.zeros(8, dtype=torch.int64))
    code = code.argmin(dim=1)
    return torch.where((ratio < 0) & (code > 0), code + 8, code)


def microscaling(w):
    def scale(run):
        top = float(run.abs().max())
        exponent = max(-127, math.frexp(top)[1] - 3) if top > 0 else -127
        return torch.tensor([exponent + 127], dtype=torch.uint8).view(torch.float8_e8m0fnu)[0]

    indices, scales = by_groups(w, 32, scale, e2m1)
    return indices, scales, {"codebook": E2M1}


def blackwell(w):
    whole = torch.tensor(float(w.abs().max().double()) / 448 / 6, dtype=torch.float32)
    shared = (whole.view(torch.int32) & ~3).view(torch.float32).clamp_min(2.0**-120)
    scales = []

    def scale(run):
        wanted = float(run.abs().max()) / 6 / float(shared)
        scales.append(torch.tensor(wanted, dtype=torch.float32).to(torch.float8_e4m3fn))
        return scales[-1].float() * shared

    indices, _ = by_groups(w, 16, scale, e2m1)
    codes = torch.stack([scale.view(torch.uint8) for scale in scales])
    stored = codes.reshape(w.shape[0], -1).view(torch.float8_e4m3fn)
    return indices, stored, {"codebook": E2M1 * shared}


def eight_bit_float(w, kind):
    top = torch.finfo(kind).max
    scale = (w.abs().amax(dim=1).double() / top).float()[:, None]
    ratio = torch.where(scale > 0, w / scale, torch.zeros(())).clamp(-top, top)
    book = torch.arange(256).to(torch.uint8).view(kind).float()
    book[~book.isfinite()] = 0
    return ratio.to(kind).view(torch.uint8), scale, {"codebook": book}


def write(name, quantize, codes_name="q"):
    tensors = {}
    for case, weight in weights().items():
        codes, scale, *more = quantize(weight)
        if not scale.isfinite().all():
            continue
        tensors.update({case: weight, f"{case}.{codes_name}": codes, case + ".scale": scale})
        for part in more:
            tensors.update({f"{case}.{key}": value for key, value in part.items()})
    with open(os.path.join(FOLDER, name + ".dump"), "wb") as file:
        file.write(dump_tensors(tensors))


# ---- whole artifacts


def model():
    """A state dictionary with tensors on every side of the scripts' rules. Large ones are windows on
    small storages."""
    random = torch.Generator().manual_seed(65_537)

    def windows(rows, columns, dtype=torch.float32):
        numbers = (torch.randn(rows + columns, generator=random) * 0.3).to(dtype)
        return numbers.as_strided((rows, columns), (1, 1))

    return {
        "tok_emb.weight": windows(257, 256, torch.bfloat16),
        "blocks.0.attn.c_q.weight": windows(130, 508),
        "blocks.0.mlp.fc.weight": windows(130, 508, torch.float16),
        "blocks.0.mlp.proj.weight": windows(90, 100),
        "blocks.0.resid_mix": windows(2, 40_000, torch.bfloat16),
        "blocks.0.attn_scale": torch.randn(16, generator=random),
        "skip_weights": torch.randn(3, 8, generator=random).bfloat16(),
        "conv.weight": windows(150, 450).reshape(150, 450)[:, :450].unflatten(1, (3, 150)),
        "norm.weight": torch.randn(9, generator=random),
        "gate.weight": torch.randn(4, 5, generator=random).bfloat16(),
        "bias": torch.randn(7, generator=random).half(),
        "steps": torch.tensor(1234),
    }


CONTROLS = ("attn_scale", "mlp_scale", "resid_mix", "q_gain", "skip_weight")


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


def clean_artifact(state):
    """int8_clean_per_row_v1."""
    quantized, scales, dtypes, kept, original, schemes = {}, {}, {}, {}, {}, {}
    for name, w in state.items():
        if w.is_floating_point() and w.numel() > 65_536:
            quantized[name], scales[name] = clean(w.float(), 127, w.dim() == 2)
            dtypes[name] = name_of(w.dtype)
            if w.dim() == 2:
                schemes[name] = {"scheme": "per_row", "axis": 0}
        elif w.is_floating_point() and any(word in name for word in CONTROLS):
            kept[name] = w.float()
        elif w.dtype in (torch.float32, torch.bfloat16):
            kept[name], original[name] = w.half(), name_of(w.dtype)
        else:
            kept[name] = w
    return {
        "__quant_format__": "int8_clean_per_row_v1", "quantized": quantized, "scales": scales,
        "dtypes": dtypes, "passthrough": kept, "qmeta": schemes,
        "passthrough_orig_dtypes": original,
    }


def record_artifact(state, quantize, limit, halves, mlp, bigram=()):
    """The records of 2026-03-20 and 22."""
    weights, meta = {}, {}
    for name, w in state.items():
        coded = any(part in name for part in (".mlp.", ".attn.", ".proj.", *bigram))
        if not w.is_floating_point() or w.numel() <= limit:
            weights[name], meta[name] = w.half() if w.is_floating_point() else w, "passthrough"
        elif any(word in name for word in CONTROLS):
            weights[name], meta[name] = w.float(), "passthrough_ctrl"
        elif any(word in name for word in halves):
            weights[name], meta[name] = w.half(), "passthrough_fp16"
        else:
            most = mlp if ".mlp." in name else 31
            q, scale = quantize(w.float(), most) if coded else clean(w.float(), 127, w.dim() == 2)
            weights[name + ".q"], weights[name + ".scale"] = q, scale
            meta[name] = {"type": f"int{most.bit_length() + 1 if coded else 8}"}
    return {"w": weights, "m": meta}


def artifacts():
    state = model()
    torch.save(state, os.path.join(FOLDER, "model.pt"))
    halves = ("tok_emb", "blocks.8.attn.c_k")
    for script, artifact in {
        "int8": clean_artifact(state),
        "int6": record_artifact(state, absmax, 65_536, halves, 31),
        "int5": record_artifact(state, absmax, 8192, halves, 15, ("bigram",)),
        "int6-floored": record_artifact(state, floored, 65_536, (), 31),
        "int6-search": record_artifact(state, search, 65_536, (), 31),
    }.items():
        content = io.BytesIO()
        torch.save(artifact, content)
        with open(os.path.join(FOLDER, f"model.{script}.ptz"), "wb") as file:
            file.write(zlib.compress(content.getvalue(), 9))


def main():
    os.makedirs(FOLDER, exist_ok=True)
    artifacts()
    for most in (127, 31):
        write(f"clean-rows-{most}", lambda w: clean(w, most))
    write("clean-rows-127-tensor", lambda w: clean(w, 127, matrix=False))
    for most in (15, 31):
        write(f"record-rows-absmax-{most}", lambda w: absmax(w, most))
    write("record-rows-absmax-31-tensor", lambda w: absmax(w, 31, matrix=False))
    write("record-rows-floored-31", lambda w: floored(w, 31))
    write("record-rows-floored-31-tensor", lambda w: floored(w, 31, matrix=False))
    write("record-rows-search-31", lambda w: search(w, 31))
    write("record-rows-deadzone-15", lambda w: deadzone(w, 15, 1.0))
    write("record-rows-deadzone-31", lambda w: deadzone(w, 31, 0.0))
    write("record-rows-gate-127", gate)
    for bits in range(1, 9):
        write(f"rtn-{bits}-row", lambda w: nearest(w, bits))
        write(f"rtn-{bits}-group-zeros", lambda w: nearest(w, bits, "group", zeros=True))
    for end in ("percentile", "mse", "sdclip"):
        write(f"rtn-4-row-{end}", lambda w: nearest(w, 4, end=end))
        write(f"rtn-4-group-zeros-{end}", lambda w: nearest(w, 4, "group", zeros=True, end=end))
    write("rtn-4-group", lambda w: nearest(w, 4, "group"))
    write("rtn-5-tensor", lambda w: nearest(w, 5, "tensor"))
    write("rtn-5-tensor-zeros", lambda w: nearest(w, 5, "tensor", zeros=True))
    write("rtn-6-row-f32", lambda w: nearest(w, 6, kind=torch.float32))
    write("ternary", ternary, "packed")
    write("binary", binary, "packed")
    write("nf4", normal_float, "indices")
    write("mxfp4", microscaling, "indices")
    write("nvfp4", blackwell, "indices")
    write("fp8-e4m3", lambda w: eight_bit_float(w, torch.float8_e4m3fn), "indices")
    write("fp8-e5m2", lambda w: eight_bit_float(w, torch.float8_e5m2), "indices")


if __name__ == "__main__":
    main()
