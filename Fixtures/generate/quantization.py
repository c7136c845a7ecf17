"""Golden files for quantizers: weights, and the codes and scales that the challenge's scripts make
of them, or what a plain reading of a method's formula makes. torch 2.15.0.

    python Fixtures/generate/quantization.py

Writes Fixtures/quantization/*.dump. `clean-rows` and `record-rows-*` have, under NAME, a weight and
under NAME.q and NAME.scale what the formulas of the scripts give: openai/parameter-golf's train_gpt.py
(int8_clean_per_row_v1) and the records of 2026-03-20 to 2026-04-19. The names of the others tell
method, bits and options; percentiles are 90, deviations 2, groups 8. Deterministic.
"""

import os

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


def write(name, quantize):
    tensors = {}
    for case, weight in weights().items():
        codes, scale, *more = quantize(weight)
        if not scale.isfinite().all():
            continue
        tensors.update({case: weight, case + ".q": codes, case + ".scale": scale})
        for part in more:
            tensors.update({f"{case}.{key}": value for key, value in part.items()})
    with open(os.path.join(FOLDER, name + ".dump"), "wb") as file:
        file.write(dump_tensors(tensors))


def main():
    os.makedirs(FOLDER, exist_ok=True)
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


if __name__ == "__main__":
    main()
