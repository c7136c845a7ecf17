"""Makes Fixtures/tensors/selection.safetensors. torch 2.15.0, safetensors 0.8.0, CPU build.

`rows.<n>` are matrices; `sort.<n>`, `argsort.<n>` (stable), `top.<n>` (the five largest) and
`quantile.<n>` (one row for each fraction of `fractions`) are what PyTorch makes of their rows.
"""

import os

import torch
from safetensors.torch import save_file

PATH = os.path.join(os.path.dirname(__file__), "..", "tensors", "selection.safetensors")
FRACTIONS = (0.0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.9999984, 1.0)


def main():
    """Writes everything anew."""
    random = torch.Generator().manual_seed(7)
    made = [
        torch.randn(4, 300, generator=random),
        torch.randint(-3, 4, (5, 41), generator=random).float(),
        torch.randn(3, 5, generator=random) * 1e20,
        torch.full((2, 6), 0.5),
        torch.tensor([[1.0, -torch.inf, torch.inf, 0.0, -0.0, 3.0]]),
    ]
    out = {"fractions": torch.tensor(FRACTIONS)}
    for place, rows in enumerate(made):
        values, order = rows.sort(dim=-1, stable=True)
        out[f"rows.{place}"] = rows
        out[f"sort.{place}"], out[f"argsort.{place}"] = values, order
        out[f"top.{place}"] = rows.topk(5, dim=-1).values
        finite = place < 4
        if finite:
            quantiles = [torch.quantile(rows, part, dim=-1) for part in FRACTIONS]
            out[f"quantile.{place}"] = torch.stack(quantiles)
    os.makedirs(os.path.dirname(PATH), exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in out.items()}, PATH)


if __name__ == "__main__":
    main()
