"""Makes Fixtures/adapters: low-rank adapters by PEFT, and the models that it makes with them.

    python adapters.py

peft 0.18.0, transformers and torch as in requirements-adapters.txt. Each case is a folder with
model.safetensors (the base, in the names that transformers saves), adapter_config.json and
adapter_model.safetensors as PEFT saves them, and merged.safetensors: what `merge_and_unload` gives,
in float64 from the same numbers, so that nothing but the formula is compared. weighted.safetensors
in `pair` and `even` has the products B · A of what `add_weighted_adapter` makes of the case's two
adapters by cat and linear, or by svd to rank 2, with weights 0.7 and 0.4.
"""

import os
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "adapters")


def llama():
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=11, hidden_size=8, intermediate_size=12, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=False))


def gpt2():
    return GPT2LMHeadModel(GPT2Config(
        vocab_size=11, n_positions=6, n_embd=8, n_layer=1, n_head=2))


CASES = {
    "plain": (llama, dict(r=3, lora_alpha=5, target_modules=["q_proj", "down_proj"])),
    "stabilized": (llama, dict(r=4, lora_alpha=6, use_rslora=True, target_modules=["v_proj"])),
    "patterns": (llama, dict(
        r=2, lora_alpha=4, target_modules=["q_proj", "k_proj", "up_proj"],
        rank_pattern={"up_proj": 3, "self_attn.k_proj": 1}, alpha_pattern={"up_proj": 7})),
    "table": (llama, dict(r=2, lora_alpha=3, target_modules=["embed_tokens", "o_proj"])),
    "kept": (llama, dict(r=2, lora_alpha=3, target_modules=["embed_tokens", "lm_head"])),
    "saved": (llama, dict(
        r=2, lora_alpha=2, target_modules=["q_proj"], modules_to_save=["lm_head"])),
    "magnitudes": (llama, dict(
        r=2, lora_alpha=4, use_dora=True, target_modules=["o_proj", "gate_proj"])),
    "conv1d": (gpt2, dict(
        r=2, lora_alpha=4, fan_in_fan_out=True, target_modules=["c_attn", "c_proj", "c_fc"])),
}


def randomize(model):
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, 0, 0.3)
        if "magnitude" in name:
            parameter.data.abs_()


def saved(model):
    return {name: value.detach().float().contiguous() for name, value in model.state_dict().items()}


def make(name, build, options):
    folder = os.path.join(FOLDER, name)
    os.makedirs(folder)
    base = build()
    randomize(base)
    tensors = saved(base)
    if "transformer.wte.weight" in tensors:
        del tensors["lm_head.weight"]
    save_file(tensors, os.path.join(folder, "model.safetensors"), {"format": "pt"})
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **options))
    randomize_adapter(model)
    # By itself PEFT keeps the embeddings and the head that it changes beside the factors.
    model.save_pretrained(folder, save_embedding_layers="auto" if name == "kept" else False)
    merged = model.double().merge_and_unload()
    result = {
        key: value.detach().contiguous() for key, value in merged.state_dict().items()
        if key in tensors}
    save_file(result, os.path.join(folder, "merged.safetensors"))
    os.remove(os.path.join(folder, "README.md"))


def randomize_adapter(model):
    for name, parameter in model.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            torch.nn.init.normal_(parameter, 0, 0.3)
            if "magnitude" in name:
                parameter.data.abs_()


def pair(name, alphas, ways):
    folder = os.path.join(FOLDER, name)
    options = dict(r=3, task_type="CAUSAL_LM", target_modules=["q_proj", "down_proj"])
    model = get_peft_model(
        llama(), LoraConfig(lora_alpha=alphas[0], **options), adapter_name="first")
    model.add_adapter("second", LoraConfig(lora_alpha=alphas[1], **options))
    randomize_adapter(model)
    model.save_pretrained(folder, save_embedding_layers=False)
    result = {}
    for way in ways:
        rank = {"svd_rank": 2} if way == "svd" else {}
        model.add_weighted_adapter(
            ["first", "second"], [0.7, 0.4], way, combination_type=way, **rank)
        for key, module in model.named_modules():
            if hasattr(module, "lora_A") and way in module.lora_A:
                product = module.lora_B[way].weight @ module.lora_A[way].weight
                own = key.removeprefix("base_model.model.")
                result[f"{way}.{own}"] = (product * module.scaling[way]).detach().contiguous()
    save_file(result, os.path.join(folder, "weighted.safetensors"))
    for path, _, names in os.walk(folder):
        if "README.md" in names:
            os.remove(os.path.join(path, "README.md"))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    torch.manual_seed(20261129)
    for name, (build, options) in CASES.items():
        make(name, build, options)
    pair("pair", (6, 3), ["cat", "linear"])
    # PEFT multiplies with the scale twice where it decomposes: here it is 1.
    pair("even", (3, 3), ["svd"])


if __name__ == "__main__":
    main()
