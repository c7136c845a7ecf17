"""Parts of language_models.py: tokenizers for the evaluations, and a model of bytes."""

import math
import os
import struct

import torch
from golf_cases import Case, Parameters
from golf_evaluation import SMALL, byte_table, fixed, put_model, put_shard
from golf_gpt import GolfGPT

BOS = 1
BYTES = Case({"model_dim": 16, "num_heads": 2, "num_kv_heads": 1, "vocab_size": 260,
              "num_layers": 2}, (), (), "bf16")  # fmt: skip
TEXTS = (
    "Windows lie side by side.",
    "naïve — 日本語 🐦",
    "The rest is left out of the last window.",
)


def field(tag, content):
    """One field of a protocol buffer: bytes shorter than 128, a small integer or a float."""
    if isinstance(content, float):
        return bytes([tag << 3 | 5]) + struct.pack("<f", content)
    if isinstance(content, int):
        return bytes([tag << 3, content])
    return bytes([tag << 3 | 2, len(content)]) + content


def letters(token, count):
    """A text of some bytes that no other token has."""
    return chr(0x40 + token) * count


def put_sentencepiece(path, table):
    """A SentencePiece model whose pieces have the bytes of the table: <unk>, <s>, </s>, the rest."""
    pieces = [(b"<unk>", 2), (b"<s>", 3), (b"</s>", 3)]
    for token, (count, space, _) in enumerate(zip(*(part.tolist() for part in table))):
        if token >= len(pieces):
            pieces.append((("▁" * space + letters(token, count)).encode(), 1))
    out = b""
    for token, (text, kind) in enumerate(pieces):
        score = -float(token) if kind == 1 else 0.0
        out += field(1, field(1, text) + field(2, score) + field(3, kind))
    # BPE.
    trainer = field(3, 2)
    with open(path, "wb") as file:
        file.write(out + field(2, trainer))


def put_description(path, table, put_json):
    """A tokenizer.json of the same texts; a space is a byte like any other here."""
    names = ["<unk>", "<s>", "</s>"]
    for token, (count, space, _) in enumerate(zip(*(part.tolist() for part in table))):
        if token >= len(names):
            names.append("Ġ" * space + letters(token, count))
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    added = [{"id": token, "content": names[token], **plain, "special": True} for token in range(3)]
    step = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
            "use_regex": False}  # fmt: skip
    put_json(path, {
        "version": "1.0", "added_tokens": added, "normalizer": None, "pre_tokenizer": step,
        "post_processor": None, "decoder": step,
        "model": {"type": "BPE", "vocab": {name: token for token, name in enumerate(names)},
                  "merges": []},
    })  # fmt: skip


def shard(path):
    """The tokens of a shard."""
    with open(path, "rb") as file:
        content = file.read()[1024:]
    return list(struct.unpack(f"<{len(content) // 2}H", content))


def write_tokenizers(folder, put_json):
    """Tokenizers with the bytes of bytes.json beside the evaluation's shards.

    tokenizers.json has the bytes of fixed windows of 32 by the description, which counts spaces
    after boundaries too.
    """
    names = (f"fineweb_val_{number:06}.bin" for number in range(2))
    tokens = torch.tensor([token for name in names for token in shard(os.path.join(folder, name))])
    table = byte_table(SMALL["vocab_size"])
    put_sentencepiece(os.path.join(folder, "tokenizer.model"), table)
    put_description(os.path.join(folder, "tokenizer.json"), table, put_json)
    count, space, _ = table
    targets = tokens[1:][: (len(tokens) - 1) // 32 * 32]
    total = (count[targets] + space[targets].long()).sum().item()
    put_json(os.path.join(folder, "tokenizers.json"), {"length": 32, "description_bytes": total})


def write_bytes(folder, put_json):
    """A model of bytes with four specials, a shard, and what fixed windows of 32 give."""
    tokens = [token for text in TEXTS for token in [BOS] + [4 + byte for byte in text.encode()]]
    put_shard(os.path.join(folder, "fineweb_val_000000.bin"), tokens)
    tensors = Parameters("bytes", BYTES).drawn("bf16")
    put_model(folder, BYTES, tensors, put_json)
    found = fixed(GolfGPT(BYTES.config, tensors, torch.float64), torch.tensor(tokens), 32)
    size = sum(tokens[target + 1] >= 4 for target in found)
    total = math.fsum(found.values())
    put_json(os.path.join(folder, "expected.json"), {
        "length": 32, "tokens": len(found), "bytes": size, "val_loss": total / len(found),
        "val_bpb": total / math.log(2) / size,
    }, 2)  # fmt: skip
