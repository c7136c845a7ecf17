"""Part of language_models.py: tiny models that transformers makes, saves and runs."""

import json
import os
import zlib

import torch
from safetensors.torch import save_file
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

SIZES = {
    "vocab_size": 64, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
}  # fmt: skip
ENDS = {"bos_token_id": 0, "eos_token_id": 0}
LLAMA = (LlamaConfig, LlamaForCausalLM)
LLAMA_3 = {
    "rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 16,
}  # fmt: skip
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.5}
BASE_500 = {"rope_type": "default", "rope_theta": 500.0}

CASES = {
    "gpt2": (GPT2Config, GPT2LMHeadModel, {
        **ENDS, "vocab_size": 64, "n_positions": 48, "n_embd": 24, "n_layer": 2, "n_head": 4}),
    "gpt2_untied": (GPT2Config, GPT2LMHeadModel, {
        **ENDS, "vocab_size": 64, "n_positions": 48, "n_embd": 24, "n_layer": 1, "n_head": 2,
        "n_inner": 40,
        "tie_word_embeddings": False, "activation_function": "gelu", "layer_norm_epsilon": 1e-2}),
    "llama": (*LLAMA, {"rope_parameters": BASE_500}),
    "llama_tied": (*LLAMA, {"tie_word_embeddings": True, "num_key_value_heads": 4,
                            "rms_norm_eps": 1e-2}),
    "llama_one_kv_head": (*LLAMA, {"num_key_value_heads": 1, "head_dim": 12}),
    "llama_biases": (*LLAMA, {"attention_bias": True, "mlp_bias": True, "num_hidden_layers": 1}),
    "llama_rope_linear": (*LLAMA, {"rope_parameters": LINEAR}),
    "llama_rope_llama3": (*LLAMA, {"rope_parameters": LLAMA_3}),
    "mistral": (MistralConfig, MistralForCausalLM, {"sliding_window": 6}),
    "mistral_without_window": (MistralConfig, MistralForCausalLM, {
        "sliding_window": None, "num_hidden_layers": 1}),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, {}),
    "qwen2_window": (Qwen2Config, Qwen2ForCausalLM, {
        "use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1,
        "tie_word_embeddings": True}),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, {"head_dim": 10}),
    "qwen3_tied": (Qwen3Config, Qwen3ForCausalLM, {"head_dim": 8, "tie_word_embeddings": True}),
}  # fmt: skip


def randomise(model, random):
    """Numbers for which every tensor counts: gains around 1, biases that are not 0."""
    for name, value in model.named_parameters():
        noise = torch.randn(value.shape, generator=random)
        if "norm" in name or ".ln_" in name:
            value.copy_(noise * 0.3 + (1 if name.endswith("weight") else 0))
        elif value.ndim == 1:
            value.copy_(noise * 0.5)
        elif "embed" in name or "wte" in name or "wpe" in name:
            value.copy_(noise * 0.7)
        else:
            # Rounded to bfloat16, so that the file may be stored as such and mean the same.
            value.copy_(noise * 1.5 / value.shape[1] ** 0.5)
        value.copy_(value.bfloat16())


def older(config):
    """config.json as transformers before version 5 wrote it: rope_theta and rope_scaling."""
    plain = {key: value for key, value in config.items() if key != "rope_parameters"}
    rope = dict(config["rope_parameters"])
    plain["rope_theta"] = rope.pop("rope_theta")
    plain["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    plain["torch_dtype"] = plain.pop("dtype")
    return plain


def write_case(name, kind, model_kind, keys, folder, put_json):
    """One model, in float32 arithmetic whatever it is stored in."""
    random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    sizes = {} if kind is GPT2Config else SIZES
    model = model_kind._from_config(kind(**{**sizes, **keys}), attn_implementation="eager").eval()
    randomise(model, random)
    tokens = torch.randint(0, 64, (33,), generator=random)
    logits = model(tokens[None, :-1], use_cache=False).logits[0]
    losses = torch.nn.functional.cross_entropy(logits, tokens[1:], reduction="none")
    expected = {"logits.0": logits.contiguous(), "nll.0": losses}
    save_file(expected, os.path.join(folder, "expected.safetensors"))
    put_json(os.path.join(folder, "tokens.json"), [tokens.tolist()])
    stored = model.bfloat16() if name != "gpt2_untied" else model
    stored.save_pretrained(folder)
    extra = os.path.join(folder, "generation_config.json")
    if os.path.exists(extra):
        os.remove(extra)
    if kind is not GPT2Config:
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            put_json(os.path.join(folder, "config-older.json"), older(json.load(file)), 2)


def write_transformers(fresh, put_json):
    """All of them."""
    for name, (kind, model_kind, keys) in CASES.items():
        write_case(name, kind, model_kind, keys, fresh(name), put_json)
