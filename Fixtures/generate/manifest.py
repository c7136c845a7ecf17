"""Writes Fixtures/MANIFEST, or with --check tells where it no longer fits the files.

    manifest.py [--check]

A line per file: sha256, path, origin, tools, licence, separated by tabs. A fixture below no folder
of `ORIGINS` is an error: add a line for its generator.
"""

import argparse
import hashlib
import os
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

TORCH = "torch 2.15.0, numpy 2.4.6"
GOLF = f"{TORCH}, safetensors 0.8.0, brotli 1.0.9, zstd 1.5.4, lrzip 0.651"
LIBRARIES = "hqq 0.2.8.post1, torchao 0.18.0, gguf 0.19.0, torch 2.15.0"
SIGNING = "model-signing 1.1.1, cryptography 50.0.2, pyOpenSSL 26.4.0, openssl 3.0.19"
RECORDS = "written by the record that info.json names, on seeded synthetic weights"
GIVEN = (
    "depthrec-zstd-prefixed int8-zlib-root pgrp-small-3layer raw-final-model-pt ternary-base3-fp8 "
    "wm-banks-lzma6 wm-int6-zstd wm-lqer-asym-brotli wm-sdclip-gptqemb-brotli"
).split()

# The longest matching prefix counts.
ORIGINS = {
    "pytorch/accepts/": ("generate/torch_accepts.py", TORCH),
    "pytorch/rejects/": ("generate/torch_rejects.py", TORCH),
    "pytorch/objects/": ("generate/torch_objects.py", TORCH),
    "golf/accepts/": ("generate/golf_vectors.py", GOLF),
    "golf/damaged/": ("generate/golf_rejects.py", GOLF),
    "golf/rejects/": ("generate/golf_rejects.py", GOLF),
    **{f"golf/accepts/{name}/": (RECORDS, "torch 2.15.0, safetensors 0.8.0") for name in GIVEN},
    "golf-layouts/": ("generate/encodings.py", TORCH),
    "kernels/": ("generate/kernels.py", TORCH),
    "kernels/blake3.": ("generate/blake3_vectors.py", "BLAKE3 1.8.6, test_vectors.json"),
    "xet/accepts/": ("generate/xet_uploads.py", "hf-xet 1.8.0, numpy 2.4.6"),
    "xet/accepts/byte-footer.": ("generate/xet_variants.py", "Python 3.11"),
    "xet/rejects/": ("generate/xet_variants.py", "Python 3.11, lz4 4.4.5"),
    "conversion/": ("generate/conversions.py", f"{TORCH}, safetensors 0.8.0"),
    "distributed/": ("generate/distributed_rejects.py", "torch 2.15.0"),
    "zip/": ("generate/archives.py", f"Python 3.11, {TORCH}"),
    "tar/": ("generate/archives.py", f"Python 3.11, {TORCH}"),
    "compressed/": ("generate/compressed.py", "numpy 2.4.6, brotli 1.0.9, zstd 1.5.4, lrzip 0.651"),
    "encodings/": ("generate/encodings.py", TORCH),
    **{
        f"encodings/{name}-": ("generate/grid_encodings.py", "torch 2.15.0, numpy 1.26.4")
        for name in ("grid", "grouped", "codebook")
    },
    "quantization/gptq-": ("generate/feedback.py", "numpy 1.26.4, torch 2.15.0"),
    "quantization/trellis.": ("generate/trellis.py", "numpy 1.26.4, torch 2.15.0"),
    "quantization/record.": ("generate/record.py", "numpy 1.26.4, torch 2.15.0"),
    "quantization/autoround-": ("generate/learned_rounding.py", "numpy 1.26.4, torch 2.15.0"),
    **{
        f"quantization/{name}-": ("generate/fitted_quantizers.py", "numpy 1.26.4, torch 2.15.0")
        for name in ("awq", "kmeans")
    },
    **{
        f"quantization/{name}-": ("generate/library_quantizers.py", f"{LIBRARIES}, numpy 1.26.4")
        for name in ("hqq", "torchao", "gguf")
    },
    "quantization/": ("generate/quantization.py", "torch 2.15.0"),
    "birdie/": (
        "generate/birdie_artifacts.py",
        "torch 2.15.0, numpy 1.26.4, safetensors 0.8.0",
    ),
    "language_models/": (
        "generate/language_models.py",
        f"{TORCH}, safetensors 0.8.0, transformers 5.23.0",
    ),
    "gradients/": (
        "generate/gradients.py",
        f"{TORCH}, safetensors 0.8.0, transformers 5.23.0",
    ),
    "merging/": ("generate/merging.py", "mergekit 0.1.5, torch 2.15.0, numpy 2.4.6"),
    "merging/refused.": ("hand-written", "from mergekit's grammar"),
    "merging/formulas.": ("generate/merging_matrices.py", "numpy 2.4.6, torch 2.15.0"),
    "merging/scalars.": ("generate/merge_scalars.py", "pyyaml 6.0.4, pydantic 2.14.4"),
    "merging/models/": (
        "generate/merge_models.py",
        "torch 2.15.0, numpy 2.4.6, safetensors 0.8.0, transformers 5.24.0",
    ),
    "merging/recipes/": (
        "generate/merge_models.py",
        "mergekit 0.1.5, torch 2.15.0, safetensors 0.8.0, transformers 5.24.0",
    ),
    "merging/tokenizers/": (
        "generate/merging_tokenizers.py",
        "mergekit 0.1.5, torch 2.15.0, safetensors 0.8.0, transformers 5.24.0, tokenizers 0.23.3",
    ),
    "adapters/": (
        "generate/adapters.py",
        "peft 0.18.0, transformers 5.24.0, torch 2.15.0, safetensors 0.8.0",
    ),
    "tensors/singular.": ("generate/singular.py", "numpy 1.26.4, torch 2.15.0"),
    "tensors/": ("generate/selection.py", "torch 2.15.0, safetensors 0.8.0"),
    "numpy/": ("generate/numpy_files.py", "numpy 2.4.6"),
    "pickle/": ("generate/pickles.py", f"Python 3.11, {TORCH}"),
    "tokenizers/": ("generate/tokenizer_files.py", "sentencepiece 0.2.3, tokenizers 0.23.3"),
    "records/": ("generate/submissions.py", "Python 3.11, huggingface_hub 2.4.0"),
    "signatures/": ("generate/signatures.py", SIGNING),
    "safetensors/": ("generate/safetensors_files.py", f"{TORCH}, safetensors 0.8.0"),
    "safetensors/kept/": (
        "generate/grid_encodings.py",
        "torch 2.15.0, numpy 1.26.4, safetensors 0.8.0",
    ),
}
LICENCE = "as the project"


def paths():
    """Every fixture below the root, sorted, without the generators and the manifest."""
    for folder, children, names in os.walk(ROOT):
        if folder == ROOT and "generate" in children:
            children.remove("generate")
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), ROOT)
            if path != "MANIFEST":
                yield path.replace(os.sep, "/")


def line(path):
    """The manifest's line for a file; KeyError where no origin is known."""
    prefix = max((known for known in ORIGINS if path.startswith(known)), key=len, default=None)
    origin, tools = ORIGINS[prefix]
    with open(os.path.join(ROOT, path), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return "\t".join((digest, path, origin, tools, LICENCE))


def main():
    """Writes or checks; exits with 1 where something is unknown or differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    lines, unknown = [], []
    for path in sorted(paths()):
        try:
            lines.append(line(path))
        except KeyError:
            unknown.append(path)
    for path in unknown:
        print(f"no origin is recorded for {path}", file=sys.stderr)
    target = os.path.join(ROOT, "MANIFEST")
    if options.check:
        with open(target, encoding="utf-8") as file:
            differing = set(file.read().splitlines()) ^ set(lines)
        for entry in sorted(differing):
            print(f"differs: {entry.split(chr(9))[1]}", file=sys.stderr)
        return 1 if differing or unknown else 0
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
