"""Makes Fixtures/gradients. Python 3.11, torch 2.15.0, numpy 2.4.6, safetensors 0.8.0 and
transformers 5.23.0, CPU builds. Run after language_models.py.

For models of Fixtures/language_models, the gradients of the mean negative log-likelihood of the
first of their sequences: <model>.safetensors holds that of each tensor under the name that it has
in the model, matrices as outputs × inputs, banks cut into matrices; and for each linear layer, as
`moment:<weight>`, Σ g gᵀ over the positions and uses, g being the gradient of the layer's output.
Computed in float64 from the stored weights and rounded once, to float32.
"""

import json
import os
import shutil

import torch
from golf_gpt import GolfGPT, unbanked
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "..", "language_models")
ROOT = os.path.join(HERE, "..", "gradients")
GOLF = ("core_tied", "record_2026_03_25", "record_2026_04_16", "record_2026_04_27")
OTHERS = ("gpt2", "qwen3")
# The oracle computes it anew for each layer that reads it, so that its uses differ.
WITHOUT_MOMENT = "ve_shared.proj.weight"


class ObservedGPT(GolfGPT):
    """Keeps what its linear layers give."""

    def __init__(self, config, tensors):
        super().__init__(config, tensors, torch.float64)
        self.outputs = []

    def linear(self, name, x):
        """The layer, whose output is kept."""
        y = super().linear(name, x)
        y.retain_grad()
        self.outputs.append((name, y))
        return y


def moments(outputs):
    """Σ g gᵀ for each weight."""
    sums = {}
    for name, y in outputs:
        g = y.grad.reshape(-1, y.shape[-1])
        sums[f"moment:{name}"] = sums.get(f"moment:{name}", 0) + g.T @ g
    sums.pop(f"moment:{WITHOUT_MOMENT}", None)
    return sums


def read_json(name, file):
    """The content of a model's file."""
    with open(os.path.join(MODELS, name, file), encoding="utf-8") as opened:
        return json.load(opened)


def golf_gradients(name, tokens):
    """Those of one of the records' models."""
    folder = os.path.join(MODELS, name)
    if os.path.exists(os.path.join(folder, "final_model.pt")):
        tensors = torch.load(os.path.join(folder, "final_model.pt"))
    else:
        tensors = load_file(os.path.join(folder, "model.safetensors"))
    leaves = {
        key: value.double().clone().requires_grad_() for key, value in unbanked(tensors).items()
    }
    model = ObservedGPT(read_json(name, "config.json"), leaves)
    model.losses(tokens).mean().backward()
    gradients = {key: value.grad for key, value in leaves.items() if value.grad is not None}
    return {**gradients, **moments(model.outputs)}


def keep_output(outputs, name):
    """A hook that keeps what a module gives."""

    def hook(_module, _inputs, y):
        y.retain_grad()
        outputs.append((name, y))

    return hook


def other_gradients(name, tokens):
    """Those of a model of transformers."""
    model = AutoModelForCausalLM.from_pretrained(
        os.path.join(MODELS, name), dtype=torch.float64, attn_implementation="eager")  # fmt: skip
    outputs, turned = [], set()
    for path, module in model.named_modules():
        if isinstance(module, (torch.nn.Linear, Conv1D)) and path != "lm_head":
            weight = f"{path.removeprefix('transformer.')}.weight"
            module.register_forward_hook(keep_output(outputs, weight))
            if isinstance(module, Conv1D):
                turned.add(weight)
    logits = model(tokens[None, :-1]).logits[0]
    torch.nn.functional.cross_entropy(logits, tokens[1:]).backward()
    gradients = {
        key.removeprefix("transformer."): value.grad for key, value in model.named_parameters()
    }
    plain = {key: value.T if key in turned else value for key, value in gradients.items()}
    return {**plain, **moments(outputs)}


def main():
    """Writes everything anew."""
    torch.set_num_threads(1)
    shutil.rmtree(ROOT, ignore_errors=True)
    os.makedirs(ROOT)
    for name in GOLF + OTHERS:
        tokens = torch.tensor(read_json(name, "tokens.json")[0])
        gradients = (golf_gradients if name in GOLF else other_gradients)(name, tokens)
        plain = {key: value.float().contiguous() for key, value in gradients.items()}
        save_file(plain, os.path.join(ROOT, f"{name}.safetensors"))


if __name__ == "__main__":
    main()
