"""Weights and statistics of the shapes of the challenge's last record, drawn at random.

    quantize.py make FOLDER     writes model.safetensors and statistics.safetensors

Needs numpy and safetensors (requirements.txt). Weights are Gaussian; inputs have channels whose
deviations are spread log-normally and a correlation of 0.3 with their neighbours.
"""

import pathlib
import sys

import numpy as np
from safetensors.numpy import save_file

LAYERS, WIDTH, KEYS, HIDDEN, VOCABULARY = 11, 512, 256, 2048, 8192
ROWS = 4096


def moments(random, width):
    """Σ xᵀx of ROWS inputs, and what a calibration keeps besides."""
    x = random.standard_normal((ROWS, width))
    x[:, 1:] += 0.3 * x[:, :-1]
    x *= np.exp(0.5 * random.standard_normal(width))
    return {
        "second_moment": x.T @ x, "abs_max": np.abs(x).max(0).astype(np.float32),
        "mean_abs": np.abs(x).mean(0), "mean": x.mean(0), "count": np.array(ROWS, np.int64),
    }  # fmt: skip


def make(folder):
    random = np.random.default_rng(0)
    tensors, statistics = {}, {}

    def add(names, width):
        shared = moments(random, width)
        for name, rows in names.items():
            weight = random.standard_normal((rows, width)) / np.sqrt(width)
            tensors[name] = weight.astype(np.float32)
            statistics.update({f"{name}.{kind}": value for kind, value in shared.items()})

    for layer in range(LAYERS):
        name = f"blocks.{layer}"
        keys = {f"{name}.attn.c_{part}.weight": rows for part, rows in
                (("q", WIDTH), ("k", KEYS), ("v", KEYS))}  # fmt: skip
        add(keys, WIDTH)
        add({f"{name}.attn.proj.weight": WIDTH}, WIDTH)
        add({f"{name}.mlp.fc.weight": HIDDEN}, WIDTH)
        add({f"{name}.mlp.proj.weight": WIDTH}, HIDDEN)
    add({"tok_emb.weight": VOCABULARY}, WIDTH)
    save_file(tensors, folder / "model.safetensors")
    save_file(
        statistics, folder / "statistics.safetensors", {"format": "birdie-calibration"})  # fmt: skip
    print(sum(tensor.size for tensor in tensors.values()), "weights")


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[2]))
