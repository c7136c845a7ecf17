"""Writes Fixtures/merging: what the merge methods of mergekit 0.1.5 make of single tensors.

    ATEN_CPU_CAPABILITY=avx2 OMP_NUM_THREADS=1 python merging.py

Needs requirements-merging.txt. The expected outputs are mergekit's, called by `merge_tensors`;
nothing of it is copied. They hold for torch's AVX2 kernels and one thread, which this script
demands: others contract multiply-adds or order sums differently.

METHOD.dump has for each case CASE.input.<n> in the order that the models are listed and
CASE.output. Where a method keeps a part of the elements, CASE.mask.<n> is what it kept of input n,
or CASE.mask for all: among equal magnitudes mergekit keeps any. Where a method has a formula that
float64 can carry out, CASE.oracle is that formula (merging_oracles.py). cases.json tells how the
cases were made: `base` is an index into the inputs, `parameters` are shared, `models` has each
input's own, `dtype` is what the method works in. Cases with `error` are refused by the method.
Outputs hold NaNs of any sign and payload.

What the method descriptions in the papers and in mergekit's own docs leave open, as observed. D is
the type the method works in; "rounds" is to nearest even, after every operation unless said. With
torch's own norms and sums in float32 (float64), these rules give every output here bit for bit.

- Scalars of Python are applied in float32 to float32, bfloat16 and float16, and are rounded to D
  where they are *compared* with or clamp a tensor: ram's epsilon, nearswap's 1e-6 and the 1e-6 and
  1e-7 of the others differ in float16 from their decimal values, and 1e-8 is zero there.
- linear: the weights and their sum are float32 unless D is float64. The accumulator starts at +0,
  so that a lone -0 comes out as +0.
- Task family: the signs that vote and the masks are of the weighted deltas; int8_mask changes no
  finite result. A sum over models of nothing but -0 is +0. The ratio of `rescale` is a quotient of
  two sums that were rounded to the work type of the mask first; in float32 their last bit depends
  on the order in which torch adds. DARE and DELLA round to D between rescaling and weighting.
- magnitude (ties): density <= 0 gives zeros, less than one element keeps one. breadcrumbs with
  density 0 keeps none; gamma that would leave fewer than density shrinks, from the largest on.
- dare: density 0 gives zeros and draws; a negative one is an error of the generator. float16 and
  float64 deltas are masked and rescaled in float32, and the result is rounded to D.
- della: ranks, (rank - 1) / (m - 1) and the probability are of the work type: above 256 elements
  bfloat16 ranks are rounded, and so is each step of (density - epsilon) + ((q * 2) * epsilon),
  where density - epsilon is a double. Ranks come from an unstable sort of |d| in D.
  density <= 0 gives zeros and draws nothing; the check of epsilon comes after both shortcuts.
- nuslerp: coefficients sin((1-t)θ) and sin(tθ) are rounded to D, then the products, their sum and
  the quotient by sin θ. row_wise exchanges axes 0 and -1 of any rank.
- multislerp: eps is added, not a lower bound. In float16 it vanishes, so that a zero input is 0/0
  and identical inputs can be. With one other input the base takes no part.
- karcher: |x|, |T| and the final scale are float32 (float64), m and u are D; dot, acos, θ/sin θ and
  alpha * θ/sin θ round to D. Divisions by |x| and |T| apply them in float32, but cos |T|, sin |T|
  and the scale are rounded to D before they multiply: torch does so with what stands left. θ of two
  opposite units is π, whose sine is rounding noise: such results mean nothing. The first unit that
  stands in for a vanishing mean is the first whose norm exceeds tol. One input is returned as is.
- model_stock: norms, dots, quotients, their mean and t round to D. The mean of the models starts
  from +0, adds in the listed order and divides. filter_wise takes rows of the last axis, and a
  vector is one row.
- nearswap: t / max(|b-x|, 1e-6) is (1 / max(|b-x|, 1e-6)) * t, rounded twice. In float16 the
  reciprocal of anything below 1.5e-5 is infinite: t = 0 gives NaN there and not the base.
- sce: k is trunc(count * select_topk) with both numbers and the product in float32, where
  0.29 * 100 is 29 (ties and breadcrumbs count in doubles: 28). Variances, mean squares and
  weights round to D; 1e-6 is compared with their sum as a double. The variance of one model is
  zero: k = 0, so the base. select_topk >= 1 selects all, <= 0 none.
- ram: each active delta is divided by the count (rounds), then they are summed in the listed order
  in float32 and rounded once.
- ramplus_tl: rho, 1 + r * clamp(rho) are float32 even in float64; counts are integers and
  max(unique, epsilon) only prevents 0/0. Shared elements take part at delta / count, and the
  products with the factor are float32 (float64): the sum is rounded only by the final addition.
- arcee_fusion: a last axis of one element has KL 0 everywhere, so the threshold is 0 and all is
  taken. 1e-8 vanishes in float16: softmax 0 gives log(0/0). Indices q * (n - 1) are truncated.
- passthrough: a scale is applied in float32 and rounded once.
"""

import json
import os
import sys
import zlib

os.environ.setdefault("OMP_NUM_THREADS", "1")
if os.environ.get("ATEN_CPU_CAPABILITY") != "avx2" or os.environ["OMP_NUM_THREADS"] != "1":
    sys.exit("set ATEN_CPU_CAPABILITY=avx2 and OMP_NUM_THREADS=1")

from importlib.metadata import version

import merging_oracles
import numpy
import torch
from merging_plans import PLANS
from value_dump import DTYPES, dump_tensors

HERE = os.path.dirname(os.path.abspath(__file__))
# transformers imports a package `kernels`, and must not find the script of that name.
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != HERE]

from mergekit import merge_methods, sparsify
from mergekit.merge_methods import generalized_task_arithmetic, sce
from mergekit.merge_methods.api import merge_tensors
from mergekit.merge_methods.base import MISSING

OUT = os.path.join(HERE, "..", "merging")
SMALL = [(1,), (7,), (5, 3), (1, 70), (64, 1), (3, 4, 5)]
MIDDLE, LARGE = (16, 33), (41, 73)
TYPES = [torch.float32, torch.bfloat16, torch.float16, torch.float64]
KINDS = [
    "normal", "grid", "wide", "zeros", "equal", "subnormal", "huge", "opposite", "mirrored",
    "sparse", "signed",
]
# Elementwise, or thinning as another method does, which has a large tensor.
WITHOUT_LARGE = (
    "task_arithmetic", "dare_linear", "breadcrumbs_ties", "della_linear", "ram", "nearswap",
    "passthrough",
)


class Recorder:
    """Notes which elements a method keeps, by standing between its functions."""

    def __init__(self):
        self.calls = []
        inner, masked = generalized_task_arithmetic.sparsify, sparsify.rescaled_masked_tensor
        chosen = sce.sce_mask

        def sparsified(*arguments, **options):
            self.calls.append(None)
            return inner(*arguments, **options)

        def rescaled(tensor, mask, *arguments, **options):
            self.calls[-1] = mask.clone()
            return masked(tensor, mask, *arguments, **options)

        def selected(*arguments, **options):
            mask = chosen(*arguments, **options)
            self.calls.append(mask.clone())
            return mask

        generalized_task_arithmetic.sparsify = sparsified
        sparsify.rescaled_masked_tensor = rescaled
        sce.sce_mask = selected


def finite(array, dtype):
    limit = torch.finfo(dtype).max
    return torch.from_numpy(numpy.clip(array, -limit, limit)).to(dtype)


def spread(random, shape):
    sign = random.choice([-1.0, 1.0], shape)
    return sign * 10 ** random.uniform(-5, 1, shape)


def deltas(kind, random, shape, count):
    """Each model's distance from the base, where that is how the values are made."""
    if kind == "grid":
        return [random.integers(-2, 3, shape) / 8 for _ in range(count)]
    if kind == "mirrored":
        step = random.integers(-4, 5, shape) / 8
        return [step * (-1) ** index for index in range(count)]
    if kind == "sparse":
        keep = [random.random(shape) < 0.4 for _ in range(count)]
        return [numpy.where(part, random.normal(0, 0.01, shape), 0) for part in keep]
    scale = 0.002 if kind == "normal" else 0.5
    return [random.normal(0, scale, shape) for _ in range(count)]


def values(kind, seed, shape, dtype, count):
    """A base and `count` models, as tensors of `dtype`."""
    random = numpy.random.default_rng(seed)
    limits = torch.finfo(dtype)
    if kind in ("zeros", "signed"):
        pick = [0.0, -0.0] if kind == "zeros" else [0.0, -0.0, 1.0, -1.0, 0.5, -0.5]
        parts = [random.choice(pick, shape) for _ in range(count + 1)]
    elif kind == "wide":
        parts = [spread(random, shape) for _ in range(count + 1)]
    elif kind == "subnormal":
        parts = [random.integers(-40, 41, shape) * limits.smallest_normal / 32
                 for _ in range(count + 1)]
    elif kind == "huge":
        parts = [random.uniform(-1, 1, shape) * limits.max for _ in range(count + 1)]
    elif kind == "opposite":
        base = random.normal(0, 1, shape)
        parts = [base * (-1) ** index for index in range(count + 1)]
    elif kind == "infinite":
        parts = [random.choice([1.0, -2.0, numpy.inf], shape) for _ in range(count + 1)]
        return [torch.from_numpy(part).to(dtype) for part in parts]
    else:
        base = random.integers(-16, 17, shape) / 8.0
        if kind in ("normal", "sparse"):
            base = random.normal(0, 0.02, shape)
        parts = [base]
        if kind == "equal":
            parts += [base.copy() for _ in range(count)]
        else:
            rounded = finite(base, dtype).double().numpy()
            parts += [rounded + delta for delta in deltas(kind, random, shape, count)]
    return [finite(part, dtype) for part in parts]


def parameters_of(method, setting, base):
    """A setting in the form that `merge_tensors` takes."""
    result = dict(setting.shared)
    for parameter in merge_methods.get(method).spec.input_parameters:
        rows = [row for index, row in enumerate(setting.models)
                if parameter.scope == "input" or index != base]
        given = [row.get(parameter.name, parameter.default) for row in rows]
        if any(parameter.name in row for row in rows):
            result[parameter.name] = [value for value in given if value is not MISSING]
    return result


class Case:
    """One call of a method: its inputs and how it is called."""

    def __init__(self, method, setting, kind, dtype, shape, mixed=None):
        self.method, self.setting, self.kind, self.dtype = method, setting, kind, dtype
        extents = "x".join(str(extent) for extent in shape)
        self.name = f"{DTYPES[dtype].lower()}-{extents}-{kind}-{setting.name}"
        if mixed is not None:
            self.name += "-mixed"
        seed = zlib.crc32(f"{method}/{self.name}".encode())
        self.seed = seed % 100000 if PLANS[method].random else None
        others = len(setting.models) - (setting.base is not None)
        base, *models = values(kind, seed, shape, dtype, others)
        self.inputs = models
        if setting.base is not None:
            self.inputs.insert(setting.base, base)
        elif kind == "opposite":
            self.inputs = [base, *models][:others]
        if mixed is not None:
            self.inputs[-1] = self.inputs[-1].to(mixed)
            self.dtype = torch.promote_types(dtype, mixed)

    def entry(self):
        return {
            "name": self.name, "dtype": DTYPES[self.dtype], "base": self.setting.base,
            "parameters": self.setting.shared, "models": self.setting.models, "seed": self.seed,
        }

    def merged(self, recorder):
        recorder.calls.clear()
        if self.seed is not None:
            torch.manual_seed(self.seed)
        given = [tensor.clone() for tensor in self.inputs]
        return merge_tensors(
            given, self.method, base_index=self.setting.base,
            parameters=parameters_of(self.method, self.setting, self.setting.base),
        )

    def masks(self, recorder):
        shape = self.inputs[0].shape
        if self.method == "sce":
            return {"mask": mask.reshape(shape).bool() for mask in recorder.calls}
        indices = [index for index in range(len(self.inputs)) if index != self.setting.base]
        return {
            f"mask.{index}": mask.reshape(shape).bool()
            for index, mask in zip(indices, recorder.calls) if mask is not None
        }

    def tensors(self, recorder):
        output = self.merged(recorder)
        parts = {f"input.{index}": tensor for index, tensor in enumerate(self.inputs)}
        parts["output"] = output.contiguous().clone()
        masks = self.masks(recorder)
        parts.update(masks)
        oracle = merging_oracles.ORACLES.get(self.method)
        wanted = output.numel() < 1000 or self.method == "slerp"
        if self.method == "karcher" and self.kind == "opposite":
            wanted = False
        if oracle is not None and wanted:
            given = [tensor.double().numpy() for tensor in self.inputs]
            chosen = masks["mask"].numpy() if "mask" in masks else None
            exact = oracle(given, self.setting, chosen)
            if exact is not None:
                parts["oracle"] = torch.from_numpy(numpy.ascontiguousarray(exact))
        return {f"{self.name}.{key}": value for key, value in parts.items()}


def cases(method, number):
    """Every setting, kind of values, and pair of type and shape; not their product."""
    plan = PLANS[method]
    settings, turn = plan.settings, 0
    sixteen = [torch.bfloat16, torch.float16]
    few = TYPES if number % 8 == 0 else TYPES[:3]
    shapes = [(shape, few if shape in [(1, 70), (64, 1)] else TYPES) for shape in SMALL]
    shapes.append((MIDDLE, [[torch.float32, torch.bfloat16, torch.float16][number % 3]]))
    for shape, types in shapes:
        for dtype in types:
            kind = "normal" if shape == MIDDLE else KINDS[turn % 3]
            yield Case(method, settings[turn % len(settings)], kind, dtype, shape)
            turn += 1
    if method not in WITHOUT_LARGE:
        yield Case(method, plan.large, "normal", sixteen[(number + 1) % 2], LARGE)
    for turn, setting in enumerate(settings):
        for step, dtype in enumerate([torch.float32, torch.bfloat16, torch.float16]):
            if step == turn % 3 or len(settings) > 10 and step == (turn + 1) % 3:
                continue
            kind = ["normal", "grid", "sparse"][(turn + step) % 3]
            yield Case(method, setting, kind, dtype, [(5, 7), (2, 3, 4)][(turn + step) % 2])
    for turn, kind in enumerate(KINDS[2:] + plan.kinds):
        for step in range(1 if kind in ("zeros", "equal", "signed") else 2):
            dtype = [torch.float32, torch.bfloat16, torch.float16, torch.float64][
                (turn + 2 * step + step * (turn // 2 % 2)) % 4]
            yield Case(method, settings[(turn + step) % len(settings)], kind, dtype, (3, 5))
    for setting in settings:
        # 0.29 * 100 is 28 or 29, as the product is made.
        if setting.name in ("d1", "share"):
            yield Case(method, setting, "normal", torch.float32, (10, 10))
    if any(len(setting.models) > 1 for setting in settings):
        setting = max(settings[:4], key=lambda candidate: len(candidate.models))
        yield Case(method, setting, "normal", torch.bfloat16, (5, 3), torch.float16)
        yield Case(method, setting, "normal", torch.bfloat16, (5, 3), torch.float32)


def refused(method, recorder):
    """Cases whose arguments the method must not accept."""
    for setting in PLANS[method].refused:
        kind = "opposite" if setting.name == "balanced" else "normal"
        case = Case(method, setting, kind, torch.float32, (2, 3))
        try:
            case.merged(recorder)
        except (ValueError, TypeError):
            yield case
        else:
            sys.exit(f"{method}: {setting.name} was accepted")


def generate(method, number, recorder):
    tensors, entries = {}, []
    for case in cases(method, number):
        if any(entry["name"] == case.name for entry in entries):
            continue
        try:
            parts = case.tensors(recorder)
        except RuntimeError as error:
            # torch refuses the probability 0/0 of rows with one element.
            if not method.startswith("della") or "p_in" not in str(error):
                raise
            print(f"{method}: left out {case.name}: {error}", file=sys.stderr)
            continue
        tensors.update(parts)
        dtype = parts[f"{case.name}.output"].dtype
        entries.append(case.entry() | {"outputDtype": DTYPES[dtype]})
    for case in refused(method, recorder):
        tensors.update({f"{case.name}.input.{index}": tensor
                        for index, tensor in enumerate(case.inputs)})
        entries.append(case.entry() | {"error": True})
    with open(os.path.join(OUT, f"{method}.dump"), "wb") as file:
        file.write(dump_tensors(tensors))
    return entries


def main():
    if version("mergekit") != "0.1.5" or not torch.__version__.startswith("2.15.0"):
        sys.exit("needs mergekit 0.1.5 and torch 2.15.0")
    if torch.backends.cpu.get_cpu_capability() != "AVX2":
        sys.exit("torch does not use its AVX2 kernels")
    torch.set_num_threads(1)
    numpy.seterr(all="ignore")
    os.makedirs(OUT, exist_ok=True)
    recorder = Recorder()
    table = {method: generate(method, number, recorder) for number, method in enumerate(PLANS)}
    lines = []
    for method, entries in table.items():
        rows = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        lines.append(f'"{method}":[\n{rows}\n]')
    with open(os.path.join(OUT, "cases.json"), "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
