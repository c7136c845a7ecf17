"""Makes Fixtures/language_models. Python 3.11, torch 2.15.0, numpy 2.4.6, safetensors 0.8.0 and
transformers 5.23.0, CPU builds.

Each folder is a model (model.safetensors or final_model.pt, config.json), tokens.json and what the
model makes of them, expected.safetensors. The n-th of the sequences in tokens.json has T+1 ids: all
but the last are the input, all but the first are the targets; `logits.<n>` is T × V, `nll.<n>` T.
Expectations are computed in float64 from the stored weights and rounded once, to float32.
"""

import collections
import json
import os
import shutil

import torch
from golf_autocast import write_rounded
from golf_cases import CASES, Parameters, sequences
from golf_evaluation import write_evaluation, write_moments
from golf_gpt import DEFAULTS, GolfGPT
from golf_tokenizers import write_bytes, write_tokenizers
from safetensors.torch import save_file
from transformers_models import write_transformers

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "language_models")
SMALLEST_EFFECT = 1e-3


def fresh(name):
    """An empty folder of that name."""
    path = os.path.join(ROOT, name)
    os.makedirs(path)
    return path


def put_json(path, value, indent=None):
    """A JSON file with a final newline."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=indent) + "\n")


def put_model(folder, tensors, pickled):
    """The weights, as a script or a converter leaves them."""
    if pickled:
        state = collections.OrderedDict(tensors)
        torch.save(state, os.path.join(folder, "final_model.pt"))
    else:
        save_file(tensors, os.path.join(folder, "model.safetensors"))


def expectations(model, all_tokens):
    """What expected.safetensors holds."""
    expected = {}
    for place, tokens in enumerate(all_tokens):
        expected[f"logits.{place}"] = model(tokens[:-1]).float()
        expected[f"nll.{place}"] = model.losses(tokens).float()
    return expected


def check_effects(name, config, tensors, all_tokens):
    """Fails unless every key and every tensor changes the logits."""

    def effect(other_config, other_tensors):
        other = GolfGPT(other_config, other_tensors, torch.float64)
        ours = GolfGPT(config, tensors, torch.float64)
        return max((ours(ids[:-1]) - other(ids[:-1])).abs().max().item() for ids in all_tokens)

    for key in DEFAULTS:
        unlike = key in config and config[key] != DEFAULTS[key]
        # Trained with longer sequences than those here, or never rescaled.
        about_length = key in ("rope_yarn", "train_seq_len")
        rescales = config.get("rope_yarn") and config["train_seq_len"] < 1024
        if unlike and key != "bos_id" and (rescales or not about_length):
            if effect({**config, key: DEFAULTS[key]}, tensors) < SMALLEST_EFFECT:
                raise SystemExit(f"{name}: {key} changes nothing")
    for key, value in tensors.items():
        if effect(config, {**tensors, key: value * 1.5 + 0.05}) < SMALLEST_EFFECT:
            raise SystemExit(f"{name}: {key} changes nothing")


def write_golf(name, made):
    """One model of the records' kind."""
    tensors = Parameters(name, made).drawn(made.storage)
    full = made.full
    all_tokens = list(sequences(name, made.lengths, full["vocab_size"], full["bos_id"]))
    check_effects(name, made.config, tensors, all_tokens)
    folder = fresh(name)
    put_json(os.path.join(folder, "config.json"), made.written(), 2)
    put_json(os.path.join(folder, "tokens.json"), [ids.tolist() for ids in all_tokens])
    put_model(folder, tensors, "pt" in made.parts)
    model = GolfGPT(made.config, tensors, torch.float64)
    save_file(expectations(model, all_tokens), os.path.join(folder, "expected.safetensors"))


def main():
    """Writes everything anew."""
    torch.set_num_threads(1)
    shutil.rmtree(ROOT, ignore_errors=True)
    with torch.no_grad():
        for name, made in CASES.items():
            write_golf(name, made)
        write_moments(fresh("hessian"), put_json)
        judged = fresh("evaluation")
        write_evaluation(judged, put_json)
        write_tokenizers(judged, put_json)
        write_bytes(fresh("bytes"), put_json)
        write_rounded(fresh("bfloat16"), put_json)
        write_transformers(fresh, put_json)


if __name__ == "__main__":
    main()
