"""Parts of language_models.py: what layers read, and losses over token shards."""

import math
import os
import struct

import torch
from golf_cases import Case, Parameters, sequences
from golf_gpt import GolfGPT
from safetensors.torch import save_file

MAGIC, VERSION = 20240520, 1
SMALL = {"model_dim": 16, "num_heads": 2, "num_kv_heads": 1, "vocab_size": 32}
READ = Case({**SMALL, "num_layers": 3, "num_loops": 1, "loop_start": 1, "loop_end": 1},
            ("skip_gates",), (24, 9), "f32")  # fmt: skip
JUDGED = Case({**SMALL, "num_layers": 3, "neg_slope": 0.5}, ("bigram", "smear_after"),
              (), "f32")  # fmt: skip


def put_model(folder, made, tensors, put_json):
    """The model's two files."""
    put_json(os.path.join(folder, "config.json"), made.written(), 2)
    save_file(tensors, os.path.join(folder, "model.safetensors"))


def write_moments(folder, put_json):
    """Sums over all positions of all sequences, runs of looped layers included, in float64.

    For each matrix, by its name: `second_moment` is sum(x xᵀ) over its inputs x, not divided;
    `abs_max` and `mean` are per channel; `count` is the number of inputs.
    """
    tensors = Parameters("hessian", READ).drawn("f32")
    inputs = {}
    model = GolfGPT(READ.config, tensors, torch.float64,
                    lambda name, x: inputs.setdefault(name, []).append(x))  # fmt: skip
    all_tokens = list(sequences("hessian", READ.lengths, READ.full["vocab_size"], 1))
    for tokens in all_tokens:
        model(tokens[:-1])
    expected = {}
    for name, parts in inputs.items():
        x = torch.cat(parts)
        expected[f"{name}.second_moment"] = x.T @ x
        expected[f"{name}.abs_max"] = x.abs().amax(0)
        expected[f"{name}.mean"] = x.mean(0)
        expected[f"{name}.count"] = torch.tensor(len(x))
    put_model(folder, READ, tensors, put_json)
    put_json(os.path.join(folder, "tokens.json"), [tokens.tolist() for tokens in all_tokens])
    save_file(expected, os.path.join(folder, "expected.safetensors"))


def put_shard(path, values):
    """A token shard as the challenge has them."""
    header = struct.pack("<256i", MAGIC, VERSION, len(values), *[0] * 253)
    with open(path, "wb") as file:
        file.write(header + struct.pack(f"<{len(values)}H", *values))


def byte_table(vocabulary):
    """What a tokenizer would say of each id: bytes, begins with a space, is no text."""
    random = torch.Generator().manual_seed(5)
    count = torch.randint(1, 7, (vocabulary,), generator=random)
    space = torch.rand(vocabulary, generator=random) < 0.4
    boundary = torch.zeros(vocabulary, dtype=torch.bool)
    boundary[:3] = True
    count[:3], space[:3] = 0, False
    return count, space, boundary


def fixed(model, tokens, length):
    """Target number → loss, in windows side by side."""
    found = {}
    for start in range(0, (len(tokens) - 1) // length * length, length):
        losses = model.losses(tokens[start : start + length + 1])
        found.update(zip(range(start, start + length), losses.tolist()))
    return found


def sliding(model, tokens, length, stride):
    """Target number → loss, each in the first window that reaches it."""
    found, targets = {}, len(tokens) - 1
    for start in range(0, targets, stride):
        if start and start + length - stride >= targets:
            break
        losses = model.losses(tokens[start : start + length + 1]).tolist()
        for offset, loss in enumerate(losses):
            found.setdefault(start + offset, loss)
    return found


def documents(model, tokens, length, bos):
    """Target number → loss, each document in chunks of its own."""
    found, start, targets = {}, 0, len(tokens) - 1
    while start < targets:
        end = start + 1
        while end < targets and end - start < length and tokens[end] != bos:
            end += 1
        found.update(zip(range(start, end), model.losses(tokens[start : end + 1]).tolist()))
        start = end
    return found


def summary(mode, found, tokens, table, sidecar):
    """What a report says of some targets' losses."""
    count, space, boundary = table
    total = math.fsum(found.values())
    now, before = tokens[1:], tokens[:-1]
    each = count[now] + (space[now] & ~boundary[before])
    size = sum(each[target].item() for target in found)
    marked = sum(sidecar[target + 1] for target in found)
    return {
        **mode, "first_target": min(found), "tokens": len(found), "nll_sum": total,
        "val_loss": total / len(found), "bytes": size,
        "val_bpb": total / math.log(2) / size, "sidecar_bytes": marked,
        "sidecar_val_bpb": total / math.log(2) / marked,
    }  # fmt: skip


def put_tokens(folder):
    """Writes two shards with their sidecars; gives all tokens and all of the sidecars' counts."""
    random = torch.Generator().manual_seed(11)
    tokens = torch.randint(3, SMALL["vocab_size"], (203,), generator=random)
    tokens[[0, 1, 30, 41, 43, 100, 119, 160, 202]] = 1
    counts = torch.randint(1, 9, tokens.shape, generator=random)
    sidecar = torch.where(tokens == 1, 0, counts).tolist()
    for number, (start, end) in enumerate(((0, 90), (90, 203))):
        for infix, values in (("", tokens.tolist()), ("bytes_", sidecar)):
            name = f"fineweb_val_{infix}{number:06}.bin"
            put_shard(os.path.join(folder, name), values[start:end])
    return tokens, sidecar


def coarser(value):
    """A matrix with 15 levels per row."""
    step = value.abs().amax(-1, keepdim=True) / 7
    return (value / step).round() * step if value.ndim == 2 else value


def comparison(reference, candidate, tokens, length):
    """How far a candidate's predictions are from the reference's, in fixed windows.

    KL(reference ‖ candidate) in nats for each position; the 99th percentile interpolates linearly.
    """
    divergences, agree, cosines = [], [], []
    for start in range(0, (len(tokens) - 1) // length * length, length):
        ours, theirs = (m(tokens[start : start + length]) for m in (reference, candidate))
        p, q = ours.log_softmax(-1), theirs.log_softmax(-1)
        divergences.append((p.exp() * (p - q)).sum(-1))
        agree.append((ours.argmax(-1) == theirs.argmax(-1)).double())
        cosines.append(torch.nn.functional.cosine_similarity(ours, theirs, dim=-1))
    kl = torch.cat(divergences)
    return {
        "length": length, "positions": len(kl), "kl_mean": kl.mean().item(),
        "kl_p99": kl.quantile(0.99).item(), "kl_max": kl.max().item(),
        "top1_agreement": torch.cat(agree).mean().item(),
        "logit_cosine_min": torch.cat(cosines).min().item(),
    }  # fmt: skip


def write_evaluation(folder, put_json):
    """Token shards with sidecars, a byte table, and what each way of evaluating gives.

    expected.json is a list of ways with their results; losses.safetensors has each target's loss in
    float64, in the same order: `nll.<n>`. comparison.json is candidate.safetensors against the model.
    """
    tensors = Parameters("evaluation", JUDGED).drawn("f32")
    tokens, sidecar = put_tokens(folder)
    put_model(folder, JUDGED, tensors, put_json)
    table = byte_table(SMALL["vocab_size"])
    keys = ("byte_count", "begins_with_space", "is_boundary")
    put_json(os.path.join(folder, "bytes.json"), {k: v.tolist() for k, v in zip(keys, table)})
    model = GolfGPT(JUDGED.config, tensors, torch.float64)
    ways = [
        ({"mode": "fixed", "length": 32}, fixed(model, tokens, 32)),
        ({"mode": "fixed", "length": 101}, fixed(model, tokens, 101)),
        ({"mode": "sliding", "length": 32, "stride": 8}, sliding(model, tokens, 32, 8)),
        ({"mode": "sliding", "length": 32, "stride": 32}, sliding(model, tokens, 32, 32)),
        ({"mode": "sliding", "length": 24, "stride": 7}, sliding(model, tokens, 24, 7)),
        ({"mode": "sliding", "length": 300, "stride": 64}, sliding(model, tokens, 300, 64)),
        ({"mode": "documents", "length": 512}, documents(model, tokens, 512, 1)),
        ({"mode": "documents", "length": 16}, documents(model, tokens, 16, 1)),
        ({"mode": "documents", "length": 64, "begin_token": 7}, documents(model, tokens, 64, 7)),
    ]  # fmt: skip
    losses = {}
    for place, (mode, found) in enumerate(ways):
        complete = sorted(found) == list(range(len(tokens) - 1))
        assert complete or mode["mode"] == "fixed", mode
        ordered = [found[target] for target in sorted(found)]
        losses[f"nll.{place}"] = torch.tensor(ordered, dtype=torch.float64)
    report = [summary(mode, found, tokens, table, sidecar) for mode, found in ways]
    put_json(os.path.join(folder, "expected.json"), report, 2)
    save_file(losses, os.path.join(folder, "losses.safetensors"))
    rounded = {name: coarser(value) for name, value in tensors.items()}
    save_file(rounded, os.path.join(folder, "candidate.safetensors"))
    candidate = GolfGPT(JUDGED.config, rounded, torch.float64)
    compared = comparison(model, candidate, tokens, 32)
    put_json(os.path.join(folder, "comparison.json"), compared, 2)
