"""Writes Fixtures/merging/tokenizers: what mergekit 0.1.5 makes of models whose vocabularies differ.

    ATEN_CPU_CAPABILITY=avx2 OMP_NUM_THREADS=1 PYTHONHASHSEED=0 python merging_tokenizers.py [NAME]...

Needs requirements-merging.txt. Models of Llama's form, one layer of width 8, with tokenizers that
`tokenizers` trains on a few words each; weights by numpy, and a generator for each tensor.
"""

import json
import logging
import os
import shlex
import shutil
import sys
import tempfile
import zlib
from importlib.metadata import version

for name, wanted in (
    ("ATEN_CPU_CAPABILITY", "avx2"), ("OMP_NUM_THREADS", "1"), ("PYTHONHASHSEED", "0"),
):
    if os.environ.get(name) != wanted:
        sys.exit(f"set {name}={wanted}")
os.environ["HF_HUB_OFFLINE"] = "1"
HERE = os.path.dirname(os.path.abspath(__file__))
# transformers imports a package `kernels`, and must not find the script of that name.
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != HERE]

import numpy
import torch
import transformers
import yaml
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

FOLDER = os.path.normpath(os.path.join(HERE, "..", "merging", "tokenizers"))
MODELS, RECIPES = os.path.join(FOLDER, "models"), os.path.join(FOLDER, "recipes")

SIZES = {
    "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 1, "max_position_embeddings": 32, "bos_token_id": 0, "eos_token_id": 1,
    "pad_token_id": None,
}  # fmt: skip
PLAIN = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
LOUD = "{% for m in messages %}<|start|>{{ m['content'] }}<|end|>{% endfor %}"

ADDED = {
    "<|start|>": {"special": True, "normalized": False},
    "<|end|>": {"special": True, "normalized": False, "rstrip": True},
    "<|tool|>": {"lstrip": True},
    "<|new|>": {},
    "<|none|>": {},
}
NAMED = ("alpaca", "chatml", "exaone", "llama3", "mistral")

# What each tokenizer is trained on, the size of its model, and the tokens that are added to it.
SEASONS = "low lower lowest new newer newest wide wider widest old older oldest"
TOKENIZERS = {
    "base": (SEASONS, 44, []),
    "a": ("low lower slow slower show shower flow flower grow grower", 40, ["<|start|>", "<|end|>"]),
    "b": ("new news newest west nest best zest jest old", 36, ["<|end|>", "<|tool|>"]),
    "long": (SEASONS, 44, ["<|tool|>", "<|end|>"]),
}  # fmt: skip
# The tokenizer, the kind, the type, rows beyond its tokens, and the template.
FAMILY = {
    "base": ("base", "Llama", "float32", 0, None),
    "a": ("a", "Llama", "float32", 0, LOUD),
    "b": ("b", "Llama", "bfloat16", 0, LOUD),
    "roomy": ("base", "Llama", "float32", 5, PLAIN),
    "narrow": ("long", "Llama", "float32", -1, None),
    "half-base": ("base", "Llama", "bfloat16", 3, PLAIN),
    "half-a": ("a", "Llama", "bfloat16", 0, None),
    "half-b": ("b", "Llama", "bfloat16", 0, None),
    "tied-base": ("base", "Tied", "float16", 0, None),
    "tied-a": ("a", "Tied", "float16", 0, None),
    "tied-b": ("b", "Tied", "float16", 0, None),
    "phi-base": ("base", "Phi", "float32", 0, None),
    "phi-a": ("a", "Phi", "float32", 0, None),
    "gpt2-base": ("base", "GPT2", "float32", 0, None),
    "gpt2-b": ("b", "GPT2", "float32", 0, None),
}  # fmt: skip
SUMS = [
    (7, 5, "float32"), (90, 7, "float32"), (40, 40, "float32"), (1000, 72, "float32"), (70000, 3, "float32"),
    (300, 20, "float64"),
]  # fmt: skip
GPT2 = {
    "n_embd": 8, "n_inner": 12, "n_layer": 1, "n_head": 2, "n_positions": 16, "bos_token_id": 0,
    "eos_token_id": 1,
}  # fmt: skip


def generator(*words):
    return numpy.random.default_rng(zlib.crc32("/".join(words).encode()))


def make_tokenizer(name):
    text, size, added = TOKENIZERS[name]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<s>", "</s>", "<unk>"], show_progress=False)
    tokenizer.train_from_iterator([text], trainer)
    for text in added:
        tokenizer.add_tokens([AddedToken(text, **ADDED[text])])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def configuration(kind, size):
    if kind == "GPT2":
        return transformers.GPT2Config(vocab_size=size, **GPT2), transformers.GPT2LMHeadModel
    sizes = SIZES | {"vocab_size": size, "tie_word_embeddings": kind == "Tied"}
    if kind == "Phi":
        return transformers.PhiConfig(**sizes), transformers.PhiForCausalLM
    return transformers.LlamaConfig(**sizes), transformers.LlamaForCausalLM


def make_model(name):
    words, kind, dtype, more, template = FAMILY[name]
    tokenizer = make_tokenizer(words)
    tokenizer.chat_template = template
    folder = os.path.join(MODELS, name)
    os.makedirs(folder, exist_ok=True)
    tokenizer.save_pretrained(folder)
    config, made = configuration(kind, len(tokenizer) + more)
    config.architectures, config.dtype = [made.__name__], getattr(torch, dtype)
    config.save_pretrained(folder)
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in made(config).state_dict().items()}
    if config.tie_word_embeddings:
        shapes.pop("lm_head.weight", None)
    tensors = {
        key: torch.from_numpy(generator(name, key).normal(0, 0.1, shape)).to(config.dtype)
        for key, shape in sorted(shapes.items())
    }
    save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


def make_sums():
    """Sums over rows, by torch: rows of padding are such means. Numbers are told by their bits."""
    cases = []
    for rows, width, kind in SUMS:
        places = numpy.arange(rows)[:, None] * 7919 + numpy.arange(width) * 104729
        values = torch.from_numpy((places % 10007 / 10007 - 0.5).astype(kind))
        bits = values.sum(0).numpy().view(kind.replace("float", "uint"))
        cases.append({"rows": rows, "width": width, "dtype": kind,
                      "bits": [f"{int(word):x}" for word in bits]})
    with open(os.path.join(FOLDER, "sums.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


def run(command, recipe, out):
    """Calls mergekit as its command line would; the message if it refuses."""
    from mergekit.scripts import run_yaml

    _, *flags = shlex.split(command)
    arguments = [recipe, out, *flags, "--no-write-model-card", "--quiet"]
    try:
        run_yaml.main.main(args=arguments, standalone_mode=False)
    except Exception as error:
        return (f"{type(error).__name__}: {error}").splitlines()[0].replace(MODELS, "")
    return None


def rows_in_order(tensors, ids, new):
    """Each tensor with the rows of the new tokens in the order of their texts."""
    texts = {number: text for text, number in ids.items()}
    order = [number for number in sorted(texts) if texts[number] not in new]
    order += [ids[text] for text in sorted(new)]
    return {key: value[torch.tensor(order)].clone() for key, value in tensors.items()}


def expectation(out, name):
    """Tokens, configuration and files; the tensors with a row for each token are kept.

    New tokens of a union have ids by the order of a hash map, another one each time. Their rows
    stand in the order of the texts instead. Rows of padding behind them are a mean whose last bits
    depend on that order, and are left out.
    """
    with open(os.path.join(RECIPES, f"{name}.yml"), encoding="utf-8") as file:
        recipe = yaml.safe_load(file)
    tensors = load_file(os.path.join(out, "model.safetensors"))
    with open(os.path.join(out, "tokenizer.json"), encoding="utf-8") as file:
        description = json.load(file)
    ids = Tokenizer.from_file(os.path.join(out, "tokenizer.json")).get_vocab()
    section = recipe.get("tokenizer") or {}
    is_union = (recipe.get("tokenizer_source") or section.get("source", "union")) == "union"
    new = set()
    if is_union and ("tokenizer" in recipe or "tokenizer_source" in recipe):
        words, _, _, more, _ = FAMILY[recipe["base_model"]]
        known = make_tokenizer(words).get_vocab()
        new = {text for text in ids if known.get(text, len(known)) >= len(known) + min(more, 0)}
    kept = {
        key: tensors[key] for key in tensors
        if "embed_tokens" in key or "lm_head" in key or "wte" in key
    }
    with open(os.path.join(out, "config.json"), encoding="utf-8") as file:
        size = json.load(file)["vocab_size"]
    save_file(rows_in_order(kept, ids, new) if new else kept,
              os.path.join(RECIPES, f"{name}.safetensors"))
    result = {
        "vocab_size": size, "files": sorted(os.listdir(out)),
        "tokens": [text for text in sorted(ids, key=ids.get) if text not in new],
        "new": sorted(new),
        "added": {
            entry["content"]: sorted(key for key in entry if entry[key] is True)
            for entry in sorted(description["added_tokens"], key=lambda entry: entry["content"])
            if entry["content"] in ADDED and entry["content"] in new
        },
    }
    # The text of a template that has a name is mergekit's own.
    if recipe.get("chat_template") not in NAMED:
        path = os.path.join(out, "chat_template.jinja")
        result["chat_template"] = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                result["chat_template"] = file.read()
    return result


def carry_out(name, scratch):
    recipe = os.path.join(RECIPES, f"{name}.yml")
    with open(recipe, encoding="utf-8") as file:
        command = file.readline().removeprefix("#").strip()
    for ending in ("safetensors", "json"):
        if os.path.exists(path := os.path.join(RECIPES, f"{name}.{ending}")):
            os.remove(path)
    out = os.path.join(scratch, name)
    message = run(command, recipe, out)
    result = {"error": message} if message else expectation(out, name)
    result = {"command": command} | result
    with open(os.path.join(RECIPES, f"{name}.json"), "w", encoding="utf-8") as file:
        lines = [f"{json.dumps(key)}: {json.dumps(result[key], ensure_ascii=False)}" for key in result]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    print(name, "refused: " + message if message else "done", flush=True)


def main():
    if version("mergekit") != "0.1.5" or not torch.__version__.startswith("2.15.0"):
        sys.exit("needs mergekit 0.1.5 and torch 2.15.0")
    if torch.backends.cpu.get_cpu_capability() != "AVX2":
        sys.exit("torch does not use its AVX2 kernels")
    if len(sys.argv) == 1:
        shutil.rmtree(MODELS, ignore_errors=True)
    for name in FAMILY:
        make_model(name)
    make_sums()
    names = sys.argv[1:] or sorted(part[:-4] for part in os.listdir(RECIPES) if part[-3:] == "yml")
    logging.disable(logging.WARNING)
    os.chdir(MODELS)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            carry_out(name, scratch)


if __name__ == "__main__":
    main()
