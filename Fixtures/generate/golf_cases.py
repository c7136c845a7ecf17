"""Small models for language_models.py: one for each feature, some with all that a record has."""

import dataclasses
import math
import zlib

import torch
from golf_gpt import DEFAULTS, layer_list

SIZES = {
    "vocab_size": 64, "num_layers": 2, "model_dim": 24, "num_heads": 4, "num_kv_heads": 2,
    "mlp_mult": 1.5, "tie_embeddings": True,
}  # fmt: skip


@dataclasses.dataclass
class Case:
    """A model to make: what config.json says, and what only the tensors show."""

    config: dict
    parts: tuple = ()
    lengths: tuple = (24,)
    storage: str = "bf16"
    sizes_in_config: bool = True

    @property
    def full(self):
        """All keys, with defaults."""
        return {**SIZES, **DEFAULTS, **self.config}

    def written(self):
        """The contents of config.json."""
        sizes = SIZES if self.sizes_in_config else {}
        return {"architecture": "golf-gpt", **sizes, **self.config}


def case(*parts, lengths=(24,), storage="bf16", sizes=True, **config):
    """A case, its features as words and its keys by name."""
    return Case(config, parts, lengths, storage, sizes)


LEVEL_3 = {
    "num_layers": 5, "xsa_last_n": 2, "rope_dims": 4, "ln_scale": True, "ve_layers": [2, 4],
    "neg_slope": 0.5, "rope_yarn": True, "train_seq_len": 1024,
}  # fmt: skip
LEVEL_5 = {
    "num_layers": 5, "xsa_last_n": 5, "rope_dims": 4, "ln_scale": True, "neg_slope": 0.5,
    "num_loops": 2, "loop_start": 1, "loop_end": 2, "rope_yarn": True, "train_seq_len": 2048,
}  # fmt: skip
LEVEL_6 = {**LEVEL_5, "rope_yarn": False, "parallel_start_layer": 3}
LOOPS = {"num_layers": 4, "num_loops": 2, "loop_start": 1, "loop_end": 2}
FOUR = {"num_layers": 4}
GATED_DOCUMENTS = {"document_mask": True, "eval_seq_len": 9, "smear_bos_mask": True}

CASES = {
    "core_tied": case("pt", storage="records", lengths=(24, 1, 7), **FOUR),
    "core_untied": case("untied", storage="f32", tie_embeddings=False),
    "odd_layers": case(num_layers=5),
    "two_layers_float16": case(storage="f16", sizes=False),
    "one_kv_head": case(num_kv_heads=1),
    "kv_heads_equal_heads": case(num_kv_heads=4),
    "rope_base_and_softcap": case(rope_base=500.0, logit_softcap=6.0, lengths=(40,)),
    "bigram_v1": case("bigram_v1", sizes=False),
    "bigram_v2": case("bigram", bigram_vocab_size=41, bigram_dim=12),
    "bigram_v2_without_proj": case("bigram", "bigram_wide"),
    "smear_before_norm": case("smear_before"),
    "smear_after_norm": case("smear_after"),
    "record_2026_03_19": case("bigram_v1", "smear_before", **FOUR),
    "xsa_last": case(xsa_last_n=1, num_layers=3),
    "xsa_more_than_layers": case(xsa_last_n=9),
    "partial_rotary": case(rope_dims=8, num_heads=2, num_kv_heads=1),
    "ln_scale": case(ln_scale=True, num_layers=3),
    "value_embeddings": case("ve", ve_layers="0,2", num_layers=3, ve_enabled=True, ve_dim=10),
    "value_embeddings_without_proj": case("ve", "ve_wide", ve_layers=[1]),
    "leaky_relu": case(neg_slope=0.5),
    "banks": case("banks", "pt", storage="records"),
    "record_2026_03_22": case("bigram", "smear_after", "ve", **{**LEVEL_3, "neg_slope": 0.0}),
    "record_2026_03_25": case("bigram", "smear_after", "ve", "banks", "pt", **LEVEL_3),
    "skip_gates": case("skip_gates", **FOUR),
    "recurrence": case(recur_layers=[1, 2], num_layers=5),
    "recurrence_clamped": case(recur_layers="1,2", num_layers=5, skip_clamp=True),
    "record_2026_04_03": case("ve", "skip_gates", **LEVEL_3, recur_layers=[1, 2], skip_clamp=True),
    "record_2026_04_04": case("ve", "skip_gates", "lane_merge", **{**LEVEL_3, "num_layers": 6},
                              recur_layers=[1, 2], parallel_start_layer=3, lane_skips="none"),
    "lane_merge": case("lane_merge", parallel_start_layer=2, **FOUR),
    "lane_merge_without_skips": case("lane_merge", parallel_start_layer=2, lane_skips="none",
                                     **FOUR),
    "loops": case(**LOOPS),
    "loops_of_three": case(num_layers=5, num_loops=2, loop_start=1, loop_end=3),
    "parallel_residual": case(parallel_residual_start=1, num_layers=3),
    "record_2026_04_05": case("skip_gates", **LEVEL_5),
    "record_2026_04_08": case("skip_gates", "lane_merge", parallel_start_layer=3, **LEVEL_5),
    "record_2026_04_09": case("skip_gates", parallel_residual_start=3, **LEVEL_5),
    "lane_lambdas": case("lambdas", "skip_gates", parallel_start_layer=2, **FOUR),
    "lane_lambdas_mlp_lane": case("lambdas", parallel_start_layer=2, parallel_final_lane="mlp",
                                  **FOUR),
    "lane_lambdas_attn_lane": case("lambdas", parallel_start_layer=3, parallel_final_lane="attn",
                                   **FOUR),
    "attn_gate_proj": case("gate_proj"),
    "attn_gate_proj_of_queries": case("gate_proj", attn_out_gate_src="q"),
    "attn_gate_proj_older_key": case("gate_proj", gate_attn_src="q"),
    "attn_gate_dense": case("gate_dense"),
    "attn_gate_sparse": case("gate_sparse", sparse_attn_gate_scale=0.5),
    "smear_windowed": case("smear_windowed"),
    "smear_windowed_bos_mask": case("smear_windowed", smear_bos_mask=True),
    "document_mask": case(document_mask=True, lengths=(40,)),
    "document_mask_limited": case(document_mask=True, eval_seq_len=7, bos_id=2, lengths=(40,)),
    "rope_longer_than_trained": case(rope_yarn=True, train_seq_len=16, lengths=(40, 16)),
    "rope_longer_than_trained_partial": case(rope_yarn=True, train_seq_len=16, rope_dims=4,
                                             lengths=(33,)),
    "longer_than_trained_without_rescale": case(train_seq_len=16, lengths=(33,)),
    "softcap_poly": case(softcap_type="poly", logit_softcap=4.0),
    "factored_embedding": case("factored", embedding_dim=20),
    "factored_embedding_untied": case("factored", "untied", embedding_dim=20,
                                      tie_embeddings=False),
    "factored_embedding_reversed": case("factored_reversed", "vocab_bias", embedding_dim=20,
                                        softcap_type="poly", logit_softcap=10.0, rope_base=5000.0),
    "vocab_bias": case("vocab_bias"),
    "record_2026_04_10": case("lambdas", "skip_gates", "banks", "pt", document_mask=True,
                              eval_seq_len=9, lengths=(40,), **LEVEL_6),
    "record_2026_04_16": case("lambdas", "skip_gates", "gate_proj", "smear_windowed", "banks",
                              "pt", **LEVEL_6),
    "record_2026_04_19": case("lambdas", "skip_gates", "gate_dense", **LEVEL_6),
    "record_2026_04_27": case("lambdas", "skip_gates", "gate_sparse", "smear_windowed",
                              sparse_attn_gate_scale=0.5, lengths=(40,), **GATED_DOCUMENTS,
                              **LEVEL_6),
}  # fmt: skip


class Parameters:
    """Draws the tensors of a case, in the order in which a script's state dict has them."""

    def __init__(self, name, made):
        self.random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        self.c, self.parts, self.tensors = made.full, made.parts, {}
        self.width = self.c["model_dim"]
        self.kv = self.width // self.c["num_heads"] * self.c["num_kv_heads"]
        self.hidden = int(self.c["mlp_mult"] * self.width)
        self.embedding = self.c.get("embedding_dim", self.width)

    def matrix(self, name, rows, columns, gain=1.0):
        """A matrix that keeps the size of what it multiplies, times gain."""
        values = torch.randn(rows, columns, generator=self.random)
        self.tensors[name] = values * gain / math.sqrt(columns)

    def table(self, name, rows, columns, spread=1.0):
        """An embedding."""
        self.tensors[name] = torch.randn(rows, columns, generator=self.random) * spread

    def between(self, name, low, high, *shape):
        """A control tensor, uniform."""
        self.tensors[name] = low + (high - low) * torch.rand(shape, generator=self.random)

    def normal(self, name, *shape):
        """A control tensor, of standard normal numbers."""
        self.tensors[name] = torch.randn(shape, generator=self.random)

    def front(self):
        """What comes before the blocks."""
        self.table("tok_emb.weight", self.c["vocab_size"], self.embedding, 0.7)
        if "bigram_v1" in self.parts:
            self.table("bigram_hash.table.weight", 37, 12)
            self.matrix("bigram_hash.proj.weight", self.width, 12)
        if "bigram" in self.parts:
            wide = "bigram_wide" in self.parts
            self.between("bigram.scale", 0.3, 0.9)
            self.table("bigram.embed.weight", 41, self.width if wide else 12)
            if not wide:
                self.matrix("bigram.proj.weight", self.width, 12)
        if "smear_before" in self.parts:
            self.normal("smeargate.gate", self.width)
        if "smear_after" in self.parts:
            self.normal("smear.gate", self.width)
        if "smear_windowed" in self.parts:
            self.matrix("smear_gate.weight", 1, 12, 2.0)
            self.between("smear_lambda", 0.5, 0.9, 1)

    def schedule(self):
        """What belongs to the schedule as a whole."""
        layers, loop = self.c["num_layers"], self.c["loop_end"] - self.c["loop_start"] + 1
        rows = (layers + (loop * self.c["num_loops"] if self.c["num_loops"] else 0)) // 2
        self.between("skip_weights", 0.3, 1.2, rows, self.width)
        if "skip_gates" in self.parts:
            self.normal("skip_gates", rows, self.width)
        if "lane_merge" in self.parts:
            self.between("lane_merge", 0.2, 0.4)
        if "lambdas" in self.parts:
            self.between("parallel_post_lambdas", 0.5, 1.4, layers, 2, 2)
            self.between("parallel_resid_lambdas", 0.6, 1.2, layers, 2)

    def block(self, layer):
        """One layer."""
        prefix, heads = f"blocks.{layer}", self.c["num_heads"]
        self.between(f"{prefix}.attn_scale", 0.5, 1.3, self.width)
        self.between(f"{prefix}.mlp_scale", 0.5, 1.3, self.width)
        self.between(f"{prefix}.resid_mix", 0.2, 0.9, 2, self.width)
        self.between(f"{prefix}.attn.q_gain", 1.0, 3.5, heads)
        if "gate_proj" in self.parts:
            self.matrix(f"{prefix}.attn.attn_gate_proj.weight", heads, 12, 2.0)
        if "gate_dense" in self.parts:
            self.matrix(f"{prefix}.attn.attn_gate_w", heads, self.width, 2.0)
        if "gate_sparse" in self.parts:
            self.matrix(f"{prefix}.attn.attn_gate_w", heads, 12, 3.0)
        self.matrix(f"{prefix}.attn.c_q.weight", self.width, self.width)
        self.matrix(f"{prefix}.attn.c_k.weight", self.kv, self.width)
        self.matrix(f"{prefix}.attn.c_v.weight", self.kv, self.width)
        self.matrix(f"{prefix}.attn.proj.weight", self.width, self.width, 1.5)
        self.matrix(f"{prefix}.mlp.fc.weight", self.hidden, self.width)
        self.matrix(f"{prefix}.mlp.proj.weight", self.width, self.hidden)

    def back(self):
        """What comes after the blocks, and what they share."""
        vocabulary = self.c["vocab_size"]
        if "ve" in self.parts:
            wide = "ve_wide" in self.parts
            self.between("ve_shared.scale", 0.5, 1.0)
            self.table("ve_shared.embed.weight", vocabulary, self.kv if wide else 10)
            if not wide:
                self.matrix("ve_shared.proj.weight", self.kv, 10)
            for place in range(len(layer_list(self.c["ve_layers"]))):
                self.between(f"ve_layer_scales.{place}", 0.6, 1.4, 1)
        if {"factored", "factored_reversed"} & set(self.parts):
            back = "head_proj" if "factored" in self.parts else "embed_proj_rev"
            self.matrix("embed_proj.weight", self.width, self.embedding)
            self.matrix(f"{back}.weight", self.embedding, self.width)
        if "untied" in self.parts:
            self.matrix("lm_head.weight", vocabulary, self.embedding, 3.0)
        if "vocab_bias" in self.parts:
            self.normal("vocab_bias", vocabulary)

    def banked(self):
        """The blocks' matrices moved into banks."""
        layers, moved = range(self.c["num_layers"]), {}
        for bank, names in {
            "qo_bank": ("attn.c_q", "attn.proj"), "kv_bank": ("attn.c_k", "attn.c_v"),
            "mlp_up_bank": ("mlp.fc",), "mlp_down_bank": ("mlp.proj",),
        }.items():  # fmt: skip
            keys = [f"blocks.{layer}.{name}.weight" for name in names for layer in layers]
            moved[bank] = torch.stack([self.tensors.pop(key) for key in keys])
        self.tensors.update(moved)

    def drawn(self, storage):
        """All tensors in their stored types."""
        self.front()
        self.schedule()
        for layer in range(self.c["num_layers"]):
            self.block(layer)
        self.back()
        if "banks" in self.parts:
            self.banked()
        return {name: stored(name, value, storage) for name, value in self.tensors.items()}


CONTROL = "resid_mix q_gain attn_scale mlp_scale skip_ lambda gate_w smear_gate".split()


def stored(name, value, storage):
    """A tensor in the type that a script's checkpoint, or a cast of it, would have."""
    control = value.ndim < 2 or any(word in name for word in CONTROL)
    if storage == "f32" or (control and storage != "f16"):
        return value
    if storage == "records":
        embeds = "tok_emb" in name or ".embed." in name or ".table." in name
        return value.bfloat16() if embeds else value
    return value.to({"bf16": torch.bfloat16, "f16": torch.float16}[storage])


def sequences(name, lengths, vocabulary, bos):
    """Random token ids, one more than each length, with documents beginning here and there."""
    random = torch.Generator().manual_seed(zlib.crc32(f"{name} tokens".encode()))
    for length in lengths:
        tokens = torch.randint(3, vocabulary, (length + 1,), generator=random)
        tokens[0] = bos
        for place in (5, 6, 15, 33):
            if place < length:
                tokens[place] = bos
        yield tokens
