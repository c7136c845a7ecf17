"""A part of language_models.py: the baseline model as its script runs it, in bfloat16.

The script turns the whole module to bfloat16, the rotary buffer too, and only the weights of linear
layers and small tensors back to float32; under autocast every operation then gives bfloat16. Built
of PyTorch's own operations, so that it rounds where they round.
"""

import math
import os

import torch
import torch.nn.functional as F
from golf_cases import Case, Parameters, sequences
from safetensors.torch import save_file

# Long enough for positions that bfloat16 cannot tell apart.
LENGTH = 400
ROUNDED = Case({"model_dim": 32, "num_heads": 2, "num_kv_heads": 1, "vocab_size": 48,
                "num_layers": 4}, (), (LENGTH,), "f32")  # fmt: skip


def norm(x):
    """RMSNorm without a gain."""
    return F.rms_norm(x, (x.shape[-1],))


class Baseline:
    """The baseline's forward pass; small tensors are cast where they are used."""

    def __init__(self, made, tensors):
        self.made = made.full
        self.w = tensors
        self.embedding = tensors["tok_emb.weight"].bfloat16()
        self.width = self.made["model_dim"] // self.made["num_heads"]
        steps = torch.arange(0, self.width, 2, dtype=torch.float32) / self.width
        self.frequencies = (1.0 / (self.made["rope_base"] ** steps)).bfloat16()

    def linear(self, name, x):
        """A matrix product whose weight is rounded as its input is."""
        return F.linear(x, self.w[name].to(x.dtype))

    def rotated(self, x):
        """x (heads × T × d) turned; positions have the type of the buffer of frequencies."""
        positions = torch.arange(x.shape[-2], dtype=self.frequencies.dtype)
        angles = torch.outer(positions, self.frequencies)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        first, second = x.chunk(2, -1)
        return torch.cat((first * cos + second * sin, second * cos - first * sin), -1)

    def heads(self, name, x):
        """A projection, cut into heads."""
        return self.linear(name, x).view(len(x), -1, self.width).transpose(0, 1)

    def block(self, layer, x, x0):
        """Attention, then the squared rectifier."""
        name = f"blocks.{layer}"
        small = {key: self.w[f"{name}.{key}"].to(x.dtype)
                 for key in ("resid_mix", "attn_scale", "mlp_scale", "attn.q_gain")}  # fmt: skip
        x = small["resid_mix"][0] * x + small["resid_mix"][1] * x0
        y = norm(x)
        q = self.rotated(norm(self.heads(f"{name}.attn.c_q.weight", y)))
        k = self.rotated(norm(self.heads(f"{name}.attn.c_k.weight", y)))
        v = self.heads(f"{name}.attn.c_v.weight", y)
        q = q * small["attn.q_gain"][:, None, None]
        out = F.scaled_dot_product_attention(
            q[None], k[None], v[None], is_causal=True, enable_gqa=True)[0]  # fmt: skip
        out = out.transpose(0, 1).reshape(x.shape)
        x = x + small["attn_scale"] * self.linear(f"{name}.attn.proj.weight", out)
        hidden = torch.relu(self.linear(f"{name}.mlp.fc.weight", norm(x))).square()
        return x + small["mlp_scale"] * self.linear(f"{name}.mlp.proj.weight", hidden)

    def __call__(self, tokens):
        """Logits in bfloat16."""
        x = x0 = norm(F.embedding(tokens, self.embedding))
        count, skips = self.made["num_layers"], []
        for layer in range(count):
            if layer < count // 2:
                x = self.block(layer, x, x0)
                skips.append(x)
                continue
            place = layer - count // 2
            x = x + self.w["skip_weights"][place].to(x.dtype) * skips.pop()
            x = self.block(layer, x, x0)
        cap = self.made["logit_softcap"]
        return cap * torch.tanh(F.linear(norm(x), self.embedding) / cap)


def write_rounded(folder, put_json):
    """One model; `logits.0` in bfloat16 and `nll.0` from them in float32."""
    tensors = Parameters("bfloat16", ROUNDED).drawn("f32")
    tokens = next(iter(sequences("bfloat16", ROUNDED.lengths, ROUNDED.full["vocab_size"], 1)))
    put_json(os.path.join(folder, "config.json"), ROUNDED.written(), 2)
    put_json(os.path.join(folder, "tokens.json"), [tokens.tolist()])
    save_file(tensors, os.path.join(folder, "model.safetensors"))
    logits = Baseline(ROUNDED, tensors)(tokens[:-1])
    losses = F.cross_entropy(logits.float(), tokens[1:], reduction="none")
    assert math.isfinite(losses.sum().item())
    save_file({"logits.0": logits, "nll.0": losses}, os.path.join(folder, "expected.safetensors"))
