"""Quantizes a checkpoint as the challenge's scripts do and codes the integers with Birdie and peers.

entropy.py BIRDIE CODER CHECKPOINT [SCHEME…]      SCHEME is int6 or int8, both by default

int6: one scale a row, 12.85 standard deviations over 31 (SDClip); int8: one scale a row, its largest
magnitude over 127. Every matrix of more than 65,536 elements is quantized. Peers get the codes alone,
one stream of bytes for all tensors, where "groups" is not said; groups are tensors of one role, as the
records group them. Birdie's bytes are the codes' own chunks and their part of the directory: the whole
artifact less one in which the same tensors have codes of zero.
"""

import json
import lzma
import os
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np
import torch
from safetensors.torch import save_file


def quantize(weight, scheme):
    if scheme == "int6":
        scale = (12.85 * weight.std(1) / 31).clamp_min(1e-10).to(torch.float16)
        limit = 31
    else:
        scale = (weight.abs().amax(1) / 127).clamp_min(1e-10).to(torch.float16)
        limit = 127
    codes = torch.round(weight / scale.float()[:, None]).clamp(-limit, limit)
    return codes.to(torch.int8), scale


def load(path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: value.float() for name, value in state.items()
            if value.ndim == 2 and value.numel() > 65536}


def write_codes(path, tensors, bits):
    """Codes and scales as `birdie convert --codes keep` writes them."""
    content, metadata = {}, {}
    for name, (codes, scale) in tensors.items():
        content[f"{name}.q"], content[f"{name}.scale"] = codes, scale
        metadata[f"birdie.encoding.{name}"] = json.dumps({
            "kind": f"int{bits}_row", "bits": bits, "granularity": "row", "dtype": "F32",
            "shape": list(codes.shape), "components": [f"{name}.q", f"{name}.scale"],
            "method": "scaled", "parameters": {"bits": bits, "coverage": "row"}})
    save_file(content, path, metadata)


def birdie_size(birdie, folder, tensors, bits):
    sizes = []
    for kind in ["real", "zero"]:
        source, target = f"{folder}/{kind}.safetensors", f"{folder}/{kind}.birdie"
        chosen = tensors if kind == "real" else {
            name: (torch.zeros_like(codes), scale) for name, (codes, scale) in tensors.items()}
        write_codes(source, chosen, bits)
        subprocess.run([birdie, "convert", source, target, "--force", "-q"], check=True)
        sizes.append(os.path.getsize(target))
    return sizes[0] - sizes[1], sizes[0]


def run(command, data, folder, suffix=""):
    """The length of what a program makes of a file."""
    source, target = f"{folder}/input", f"{folder}/output{suffix}"
    with open(source, "wb") as file:
        file.write(data)
    if os.path.exists(target):
        os.remove(target)
    line = [part.format(source=source, target=target) for part in command]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.path.getsize(target)


def shuffled(data):
    """Even bytes, then odd ones: what the records do before brotli."""
    return data[0::2] + data[1::2]


def group(name):
    for key in ["tok_emb", "attn.c_q", "attn.c_k", "attn.c_v", "attn.proj", "mlp.fc", "mlp.proj"]:
        if key in name:
            return key
    return "other"


def constriction_size(codes):
    """Each tensor under its own histogram, whose 16-bit counts are added."""
    import constriction
    total = 0
    for values in codes:
        symbols, counts = np.unique(values, return_counts=True)
        index = np.searchsorted(symbols, values.ravel()).astype(np.int32)
        model = constriction.stream.model.Categorical(counts / counts.sum(), perfect=False)
        coder = constriction.stream.stack.AnsCoder()
        coder.encode_reverse(index, model)
        total += len(coder.get_compressed()) * 4 + 2 * len(symbols) + 2
    return total


def nncodec_size(codes):
    """Each tensor by DeepCABAC, the better of its two ways to adapt; without the rest of the package."""
    import importlib.machinery
    import importlib.util
    place = importlib.util.find_spec("nncodec")
    if place is None:
        raise ImportError("nncodec is not installed")
    folder = os.path.join(os.path.dirname(place.origin), "extensions")
    name = next(file for file in os.listdir(folder) if file.startswith("deepCABAC.c"))
    spec = importlib.util.spec_from_file_location("deepCABAC", os.path.join(folder, name))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def size(values, adaptation):
        coder = module.Encoder()
        coder.initCtxModels(10, adaptation)
        coder.encodeLayer(values, 0, 0, 0, 0, 0, np.zeros(len(values), np.int32),
                          module.HdspMode.AlwaysOff, np.zeros(2, np.int8), 0, 0)
        return len(coder.finish())

    return sum(min(size(values.astype(np.int32), adaptation) for adaptation in [0, 1])
               for values in codes)


def peers(tensors, folder):
    import brotli
    codes = [value.numpy() for value, _ in tensors.values()]
    data = b"".join(value.tobytes() for value in codes)
    groups = {}
    for name, (value, _) in tensors.items():
        groups.setdefault(group(name), []).append(value.numpy().tobytes())
    yield "zlib -9", lambda: len(zlib.compress(data, 9))
    yield "zstd -22", lambda: run(
        ["zstd", "--ultra", "-22", "-q", "-f", "{source}", "-o", "{target}"], data, folder)
    yield "xz -9e", lambda: len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    yield "brotli -q 11", lambda: len(brotli.compress(data, quality=11, lgwin=24))
    yield "zlib, shuffled", lambda: len(zlib.compress(shuffled(data), 9))
    yield "zstd, shuffled", lambda: run(
        ["zstd", "--ultra", "-22", "-q", "-f", "{source}", "-o", "{target}"],
        shuffled(data), folder)
    yield "xz, shuffled", lambda: len(
        lzma.compress(shuffled(data), preset=9 | lzma.PRESET_EXTREME))
    yield "brotli, shuffled", lambda: len(
        brotli.compress(shuffled(data), quality=11, lgwin=24))
    lrzip = ["lrzip", "-z", "-L", "9", "-q", "-f", "-o", "{target}", "{source}"]
    yield "lrzip -z -L 9", lambda: run(lrzip, data, folder, ".lrz")
    yield "lrzip -z -L 9, groups", lambda: sum(
        run(lrzip, b"".join(parts), folder, ".lrz") for parts in groups.values())
    zpaq = ["zpaq", "add", "{target}", "{source}", "-m5", "-t1"]
    yield "zpaq -m5", lambda: run(zpaq, data, folder, ".zpaq")
    yield "zpaq -m5, groups", lambda: sum(
        run(zpaq, b"".join(parts), folder, ".zpaq") for parts in groups.values())
    yield "constriction, histograms", lambda: constriction_size(codes)
    yield "nncodec", lambda: nncodec_size(codes)


def entropy(codes):
    total = 0.0
    for values in codes:
        _, counts = np.unique(values, return_counts=True)
        total -= (counts * np.log2(counts / counts.sum())).sum()
    return total / 8


def constriction_speed(values, runs):
    import constriction
    symbols, counts = np.unique(values, return_counts=True)
    index = np.searchsorted(symbols, values.ravel()).astype(np.int32)
    model = constriction.stream.model.Categorical(counts / counts.sum(), perfect=False)
    encoding, decoding = [], []
    for _ in range(runs):
        coder = constriction.stream.stack.AnsCoder()
        start = time.perf_counter()
        coder.encode_reverse(index, model)
        encoding.append(time.perf_counter() - start)
        start = time.perf_counter()
        decoded = coder.decode(model, index.size)
        decoding.append(time.perf_counter() - start)
        assert (decoded == index).all()
    return index.size / np.median(encoding) / 1e6, index.size / np.median(decoding) / 1e6


def zpaq_speed(data, folder):
    start = time.perf_counter()
    run(["zpaq", "add", "{target}", "{source}", "-m5", "-t1"], data, folder, ".zpaq")
    middle = time.perf_counter()
    subprocess.run(["zpaq", "extract", f"{folder}/output.zpaq", "-to", f"{folder}/back", "-f",
                    "-t1"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.perf_counter()
    return len(data) / (middle - start) / 1e6, len(data) / (end - middle) / 1e6


def speeds(coder, tensors):
    """Millions of codes a second on one core, for all codes of one group of tensors."""
    width = max(codes.shape[1] for codes, _ in tensors.values())
    values = np.concatenate([codes.numpy() for codes, _ in tensors.values()
                             if codes.shape[1] == width])
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/codes", "wb") as file:
            file.write(values.tobytes())
        line = [coder, f"{folder}/codes", str(len(values)), "15"]
        ours = json.loads(subprocess.run(line, check=True, capture_output=True).stdout)
        print(f"\n{values.size:,} codes of {values.shape[1]} columns, one core, medians: "
              f"{ours['model']}, {ours['bits']:.4f} bits")
        print(f"{'coder':16}{'encode':>12}{'decode':>12}  million codes a second")
        print(f"{'birdie':16}{ours['encode_msym_s']:>12.1f}{ours['decode_msym_s']:>12.1f}")
        for name, measure in [("constriction", lambda: constriction_speed(values, 15)),
                              ("zpaq -m5", lambda: zpaq_speed(values.tobytes(), folder))]:
            encode, decode = measure()
            print(f"{name:16}{encode:>12.2f}{decode:>12.2f}")


def main():
    birdie, coder, checkpoint = sys.argv[1:4]
    weights = load(checkpoint)
    for scheme in sys.argv[4:] or ["int6", "int8"]:
        bits = int(scheme[3:])
        tensors = {name: quantize(weight, scheme) for name, weight in weights.items()}
        count = sum(codes.numel() for codes, _ in tensors.values())
        with tempfile.TemporaryDirectory() as folder:
            ours, whole = birdie_size(birdie, folder, tensors, bits)
            rows = [("birdie", ours)]
            rows.append(("order-0 entropy of each tensor",
                         int(entropy([codes.numpy() for codes, _ in tensors.values()]))))
            for name, size in peers(tensors, folder):
                try:
                    rows.append((name, size()))
                except (FileNotFoundError, ImportError) as error:
                    print(f"{name}: left out, {error}", file=sys.stderr)
        best = min(size for name, size in rows[2:])
        print(f"\n{scheme}: {count:,} codes of {len(tensors)} tensors; the whole artifact with "
              f"scales: {whole:,} bytes")
        print(f"{'coder':32}{'bytes':>12}{'bits/code':>11}{'of best peer':>14}")
        for name, size in sorted(rows, key=lambda row: row[1]):
            print(f"{name:32}{size:>12,}{8 * size / count:>11.4f}{size / best:>13.2%}")
        speeds(coder, tensors)


if __name__ == "__main__":
    main()
