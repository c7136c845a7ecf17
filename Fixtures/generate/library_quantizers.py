"""Golden files of what other libraries make of weights: hqq 0.2.8.post1, torchao 0.18.0, gguf
0.19.0, torch 2.15.0, numpy 1.26.4. The first two are installed without what they depend on.

    python Fixtures/generate/library_quantizers.py

Writes Fixtures/quantization/{hqq,torchao,gguf}-*.dump: under NAME a weight, beside it codes, scales
and zero points as Birdie names them. Weights are drawn again where a number lies so close to the
middle between two codes that another order of operations might take the other. Deterministic.
"""

import os
import unittest.mock

import gguf
import numpy
import torch
from hqq.core.optimize import optimize_weights_proximal_v2
from torchao.prototype.mx_formats.kernels import unpack_uint4
from torchao.prototype.mx_formats.mx_tensor import to_mx
from torchao.prototype.mx_formats.nvfp4_tensor import nvfp4_quantize
from torchao.quantization import quant_primitives
from torchao.quantization.quantize_.workflows.nf4.nf4_tensor import NF4Tensor

from quantization import E2M1, NF4
from value_dump import dump_tensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quantization")
# How far from the middle between two codes a number must be, in distances between codes.
MARGIN = 1e-4
SCALES = {"plain": 0.05, "small": 1e-3, "large": 30.0}


class TooClose(Exception):
    """A number in the middle between two codes."""


def require_clear(places):
    """Numbers that are to be rounded to integers must not lie in the middle between two."""
    places = torch.as_tensor(places)
    if ((places - places.floor() - 0.5).abs() < MARGIN).any():
        raise TooClose


def draw(random, shape, deviation):
    """Normal weights of few bits, so that their differences are exact."""
    return (torch.randn(*shape, generator=random) * deviation).bfloat16().float()


def until_clear(random, shape, deviation, quantize):
    """Weights and what `quantize` makes of them, the first that are clear."""
    while True:
        weight = draw(random, shape, deviation)
        try:
            return weight, quantize(weight)
        except TooClose:
            continue


def write(name, make):
    """A dump of weights of different sizes, with what `make` gives for each."""
    random = torch.Generator().manual_seed(20261128)
    tensors = {}
    for case, deviation in SCALES.items():
        weight, parts = make(random, deviation)
        tensors[case] = weight
        tensors.update({f"{case}.{part}": value for part, value in parts.items()})
    with open(os.path.join(FOLDER, name + ".dump"), "wb") as file:
        file.write(dump_tensors(tensors))


# ---- hqq


def half_quadratic(random, deviation, bits):
    """Rows of groups of 16, 16 and 8. Each is solved by itself, so that the solver stops where the
    group's error no longer falls."""
    rows = [
        [until_clear(random, (size,), deviation, lambda run: half_quadratic_group(run, bits))
         for size in (16, 16, 8)] for _ in range(3)]
    weight = torch.stack([torch.cat([run for run, _ in row]) for row in rows])
    codes = torch.stack([torch.cat([parts[0] for _, parts in row]) for row in rows])
    scales, zeros = (
        torch.tensor([[float(parts[part]) for _, parts in row] for row in rows])
        for part in (1, 2))
    return weight, {"q": codes, "scale": scales, "zero_point": zeros}


def half_quadratic_group(elements, bits):
    codes, scale, zero = solve(elements, bits)
    # It must have stopped by itself, and where an error clearly no longer falls.
    for others in ({"iterations": 21}, {"tolerance": 1e-6}, {"tolerance": -1e-6}):
        if solve(elements, bits, **others)[2] != zero:
            raise TooClose
    require_clear(elements.double() * scale + zero)
    half = 2 ** (bits - 1)
    return (codes - half).to(torch.int8), 1 / scale, zero - half


def solve(elements, bits, iterations=20, tolerance=0.0):
    """Codes from 0, the inverse of the scale and the zero point, by hqq's solver in float64. The
    tolerance is in distances between codes."""
    run = elements.double()[None]
    greatest = 2**bits - 1
    scale = greatest / (run.max(dim=1, keepdim=True).values - run.min(dim=1, keepdim=True).values)
    zero = -run.min(dim=1, keepdim=True).values * scale
    parameters = {
        "lp_norm": 0.7, "beta": 1e1, "kappa": 1.01, "iters": iterations,
        "tol": tolerance / float(scale), "early_stop": True, "scale_gridsearch": False}
    # It compares errors in float32, in which they cease to fall early.
    with unittest.mock.patch.object(torch.Tensor, "float", torch.Tensor.double):
        codes, scale, zero = optimize_weights_proximal_v2(
            run, scale, zero, [0, greatest], axis=1, dtype=torch.float64, opt_params=parameters)
    return codes[0], scale[0, 0], zero[0, 0]


# ---- torchao


def affine(weight, bits, group):
    """Scales and zero points per group, by torchao's primitives."""
    least, greatest = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    scale, zero = quant_primitives.choose_qparams_affine(
        weight, quant_primitives.MappingType.ASYMMETRIC, (1, group), torch.int8, least, greatest,
        eps=1e-30, scale_dtype=torch.float32, zero_point_dtype=torch.int8)
    codes = quant_primitives.quantize_affine(
        weight, (1, group), scale, zero, torch.int8, least, greatest)
    spread = scale.double().repeat_interleave(group, dim=1)
    require_clear(weight.double() / spread)
    require_clear(weight.double().unflatten(1, (-1, group)).amin(dim=2).clamp(max=0) / scale)
    return {"q": codes, "scale": scale, "zero_point": zero}


def without_negative_zero(codes):
    """Birdie writes no −0."""
    return torch.where(codes == 8, torch.zeros_like(codes), codes)


def microscaling(weight):
    scales, packed = to_mx(weight, torch.float4_e2m1fn_x2, 32)
    codes = without_negative_zero(unpack_uint4(packed.view(torch.uint8)))
    return {
        "indices": codes, "codebook": E2M1,
        "scale": scales.view(torch.uint8).reshape(len(weight), -1).view(torch.float8_e8m0fnu)}


def blackwell(weight):
    """With the tensor's scale as Birdie narrows it: its two lowest bits are 0."""
    whole = (weight.abs().max().double() / 448 / 6).float()
    shared = (whole.view(torch.int32) & ~3).view(torch.float32)
    scales, packed = nvfp4_quantize(weight, 16, shared)
    ratios = weight.double().unflatten(1, (-1, 16)) / (scales.double() * shared.double())[..., None]
    bounds = torch.tensor([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0]).double()
    if ((ratios.abs()[..., None] - bounds).abs() < MARGIN / 10).any():
        raise TooClose
    codes = without_negative_zero(unpack_uint4(packed))
    return {"indices": codes, "codebook": E2M1 * shared, "scale": scales.reshape(len(weight), -1)}


def normal_float(weight, group=8):
    """torchao's table has four digits, which tell the same numbers apart."""
    runs = weight.unflatten(1, (-1, group))
    scale = runs.abs().amax(dim=2).half()
    ratios = (runs / scale.float()[..., None]).flatten(1)
    table = NF4Tensor.from_tensor(torch.randn(64), 64, 1).nf4.float()
    assert (table - NF4).abs().max() < 1e-4
    near = [NF4Tensor.quantize_tensor_nearest(ratios.flatten(), book) for book in (table, NF4)]
    if not torch.equal(*near):
        raise TooClose
    indices = near[0].reshape(weight.shape).to(torch.uint8)
    return {"indices": indices, "codebook": NF4, "scale": scale}


# ---- gguf


def eight_bits(weight):
    """Q8_0, with scales before they are narrowed."""
    blocks = gguf.quants.quantize(weight.numpy(), gguf.GGMLQuantizationType.Q8_0)
    blocks = blocks.reshape(len(weight), -1, 34)
    codes = numpy.ascontiguousarray(blocks[:, :, 2:]).view(numpy.int8).reshape(weight.shape)
    scale = (weight.unflatten(1, (-1, 32)).abs().amax(dim=2).double() / 127).float()
    require_clear(weight.double().unflatten(1, (-1, 32)) / scale[..., None])
    return {
        "q": torch.from_numpy(codes), "scale": scale,
        "zero_point": torch.zeros(0, dtype=torch.int8)}


def main():
    for bits in (2, 3, 4, 8):
        write(f"hqq-{bits}", lambda *drawn: half_quadratic(*drawn, bits))
    for name, shape, quantize in (
        ("torchao-affine-4", (4, 40), lambda w: affine(w, 4, 8)),
        ("torchao-affine-8", (4, 40), lambda w: affine(w, 8, 8)),
        ("torchao-mxfp4", (3, 96), microscaling), ("torchao-nvfp4", (3, 96), blackwell),
        ("torchao-nf4", (3, 40), normal_float), ("gguf-q8_0", (3, 96), eight_bits),
    ):
        write(name, lambda random, deviation: until_clear(random, shape, deviation, quantize))


if __name__ == "__main__":
    main()
