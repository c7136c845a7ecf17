# Writes Fixtures/kernels/: what torch and hashlib make of the values that CKernels converts.
# Made with Python 3.11, torch 2.15.0, numpy 2.4.6. All files are little-endian.
#
#   f8_<format>.bin   256 x u32: the float32 bits of each code
#   f16.bin           4096 x u16 codes, then 4096 x u32: their float32 bits
#   narrowing.bin     n x u32 float32 bits, then n x u16 as float16, then n x u16 as bfloat16
#   narrowing8.bin    n x u32 float32 bits, then n x u8 as float8 E4M3FN, then n x u8 as E5M2
#   sha256.bin        201 x 32 bytes: digests of the first 0 ... 200 bytes of 3, 10, 17, ... (mod 256)
import hashlib
import os
import pathlib

# torch's vector code turns NaNs into bfloat16 0xFFFF on some CPUs; its definition says 0x7FC0.
os.environ["ATEN_CPU_CAPABILITY"] = "default"

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).parent.parent / "kernels"

FLOAT8 = {
    "e4m3fn": torch.float8_e4m3fn,
    "e5m2": torch.float8_e5m2,
    "e4m3fnuz": torch.float8_e4m3fnuz,
    "e5m2fnuz": torch.float8_e5m2fnuz,
    "e8m0": torch.float8_e8m0fnu,
}


def save(name, *arrays):
    (FOLDER / name).write_bytes(b"".join(array.tobytes() for array in arrays))


def float32_bits(codes, dtype):
    return torch.from_numpy(codes).view(dtype).to(torch.float32).numpy().view(np.uint32)


def narrow_bits(values, dtype):
    return torch.from_numpy(values).to(dtype).view(torch.int16).numpy().view(np.uint16)


def narrowing_cases():
    """float32 bits: every exponent, and around every kind of tie of both narrow formats."""
    rng = np.random.default_rng(20240601)
    mantissas = [0, 1, 0x0FFF, 0x1000, 0x1001, 0x3000, 0x7FFF, 0x8000, 0x8001, 0x18000, 0x7FFFFF]
    every_exponent = [e << 23 | m for e in range(256) for m in mantissas]
    # Halfway between neighbouring float16 subnormals, where the dropped bits are many.
    subnormal_ties = [
        int(np.float32((k + 0.5) * 2.0**-24).view(np.uint32)) + d
        for k in (0, 1, 2, 3, 511, 512, 1021, 1022, 1023)
        for d in (-1, 0, 1)
    ]
    overflow = [0x477FE000, 0x477FEFFF, 0x477FF000, 0x477FF001, 0x7F7F7FFF, 0x7F7F8000]
    positive = np.array(every_exponent + subnormal_ties + overflow, dtype=np.uint32)
    random = rng.integers(0, 2**32, size=1024, dtype=np.uint32)
    return np.concatenate([positive, positive[::5] | np.uint32(1 << 31), random])


def narrowing8_cases():
    """float32 bits: every number of both 8-bit formats, what lies halfway, and their neighbours."""
    codes = np.arange(256, dtype=np.uint8)
    magnitudes = [0.0, 464.0, 480.0, 61440.0, 65536.0, 2.0**-10, 2.0**-17]
    for dtype in (torch.float8_e4m3fn, torch.float8_e5m2):
        numbers = torch.from_numpy(codes).view(dtype).to(torch.float32).numpy().astype(np.float64)
        numbers = np.unique(np.abs(numbers[np.isfinite(numbers)]))
        magnitudes += [*numbers, *((numbers[1:] + numbers[:-1]) / 2)]
    exact = np.unique(np.array(magnitudes, dtype=np.float32)).view(np.uint32).astype(np.int64)
    near = np.unique((exact[:, None] + np.array([-1, 0, 1])).clip(0)).astype(np.uint32)
    special = np.array([1, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF], np.uint32)
    rng = np.random.default_rng(20240602)
    random = rng.integers(0x30000000, 0x48000000, size=512, dtype=np.uint32)
    positive = np.concatenate([near, special, random])
    return np.concatenate([positive, positive | np.uint32(1 << 31)])


FOLDER.mkdir(exist_ok=True)
for format, dtype in FLOAT8.items():
    save(f"f8_{format}.bin", float32_bits(np.arange(256, dtype=np.uint8), dtype))

halves = (np.arange(4096) * 16 + np.arange(4096) * 7 % 16).astype(np.uint16)
save("f16.bin", halves, float32_bits(halves, torch.float16))

bits = narrowing_cases()
values = bits.view(np.float32)
save(
    "narrowing.bin",
    bits,
    narrow_bits(values, torch.float16),
    narrow_bits(values, torch.bfloat16),
)

bits = narrowing8_cases()
values = torch.from_numpy(bits.view(np.float32))
codes = [values.to(FLOAT8[format]).view(torch.uint8).numpy() for format in ("e4m3fn", "e5m2")]
save("narrowing8.bin", bits, *codes)

message = bytes((3 + 7 * i) % 256 for i in range(200))
digests = [hashlib.sha256(message[:n]).digest() for n in range(201)]
(FOLDER / "sha256.bin").write_bytes(b"".join(digests))
