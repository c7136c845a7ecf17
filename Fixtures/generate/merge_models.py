"""Writes Fixtures/merging/models and what mergekit 0.1.5 makes of the recipes beside them.

    ATEN_CPU_CAPABILITY=avx2 OMP_NUM_THREADS=1 PYTHONHASHSEED=0 python merge_models.py [RECIPE…]

Needs requirements-merging.txt. Each recipes/NAME.yml starts with a comment that is its command; it
is carried out by mergekit's own commands in the folder of the models. Written beside it:

- NAME.safetensors: the file that mergekit wrote, byte for byte; not where there are shards, nor for
  large ones.
- NAME.json: `error`, the first line of mergekit's message, or `files`: for each file its digest and
  for each tensor, in the order of the data, its type, shape and digest; `config` as mergekit writes
  it, `index` where there are shards, and `parts`, the files of the named documents.

Where no base is named, mergekit takes the config of a model that the order of a hash set chooses,
so that those recipes name models whose configs agree. mergekit-pytorch goes through tensors in an
order of hashes, on which draws and shards depend: no recipe has several of either.

What the recipes show beyond the grammar:

- An optional tensor that some inputs lack is an error only where the method's own rules break:
  linear, karcher, passthrough and methods with their base at hand go on with the inputs that have
  it, and the task family gives the base where only the base has it.
- A tied name counts as the tensor itself, once any input has the name or an alias: the head of a
  tied model is its embedding.
- mergekit-yaml stops at a tensor that is both optional and has aliases (BERT's position_ids, say):
  no recipe has one.
- Tensors outside of layers pair the last slice's models with as many as the first slice has.
- mergekit-pytorch -u merges what is there by the method's own rules. None of its tensors counts as
  optional, so that slerp and its like refuse a tensor that one input has, rather than copy it.
"""

import hashlib
import json
import logging
import os
import re
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
from safetensors.torch import save_file

FOLDER = os.path.normpath(os.path.join(HERE, "..", "merging"))
MODELS, RECIPES = os.path.join(FOLDER, "models"), os.path.join(FOLDER, "recipes")
DIGESTS_ONLY = 40000

SIZES = {
    "vocab_size": 32, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 32,
    "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": None,
}  # fmt: skip
DEEP = SIZES | {"num_hidden_layers": 12, "hidden_size": 8, "intermediate_size": 8}
GPT2 = {
    "vocab_size": 32, "n_embd": 16, "n_inner": 24, "n_layer": 2, "n_head": 4, "n_positions": 16,
    "bos_token_id": 0, "eos_token_id": 1,
}  # fmt: skip
SMALL = SIZES | {"num_hidden_layers": 2, "hidden_size": 8, "intermediate_size": 12}
TIED = {"tie_word_embeddings": True}
BIASED = {"attention_bias": True}

# The class, its sizes, and the models: the type of their tensors and what else is theirs.
FAMILIES = {
    "llama": ("Llama", SIZES, {
        "base": "bfloat16", "a": "bfloat16", "b": "bfloat16", "c": "bfloat16",
        "half": "float16", "single": "float32"}),
    "tied": ("Llama", SIZES | TIED, {"a": "bfloat16", "b": "bfloat16"}),
    "deep": ("Llama", DEEP, {"base": "bfloat16", "a": "bfloat16", "b": "bfloat16"}),
    "qwen2": ("Qwen2", SMALL, {"a": "bfloat16", "b": "bfloat16"}),
    "mistral": ("Mistral", SMALL | {"sliding_window": 8}, {"a": "float16", "b": "float16"}),
    "gemma": ("Gemma", SMALL | {"head_dim": 4}, {"a": "bfloat16", "b": "bfloat16"}),
    "gpt2": ("GPT2", GPT2, {"a": "float32", "b": "float32", "short": "float32"}),
    "granite": ("Granite", SMALL, {"a": "bfloat16", "b": "bfloat16", "c": "bfloat16"}),
}  # fmt: skip


def generator(*words):
    return numpy.random.default_rng(zlib.crc32("/".join(words).encode()))


def filled(family, model, name, shape):
    """The family's values for a tensor, moved a little for each model."""
    around = 1.0 if re.search(r"norm|ln_", name) and "bias" not in name else 0.0
    value = around + generator(family, name).normal(0, 0.05, shape)
    if model != "base":
        value = value + generator(family, model, name).normal(0, 0.01, shape)
    return torch.from_numpy(value)


def make_model(family, model):
    kind, sizes, members = FAMILIES[family]
    dtype = getattr(torch, members[model])
    if (family, model) == ("granite", "a"):
        sizes = sizes | BIASED
    config = getattr(transformers, f"{kind}Config")(**sizes)
    head = "LMHeadModel" if kind == "GPT2" else "ForCausalLM"
    made = getattr(transformers, f"{kind}{head}")
    config.architectures, config.dtype = [made.__name__], dtype
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in made(config).state_dict().items()}
    if config.tie_word_embeddings:
        shapes.pop("lm_head.weight", None)
    tensors = {name: filled(family, model, name, shape).to(dtype)
               for name, shape in sorted(shapes.items())}
    if model == "short":
        tensors = {name.removeprefix("transformer."): value for name, value in tensors.items()}
    folder = os.path.join(MODELS, f"{family}-{model}")
    os.makedirs(folder, exist_ok=True)
    config.save_pretrained(folder)
    save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


def raw_tensors(name, dtypes):
    random = generator("raw", name)
    return {
        "vector": torch.from_numpy(random.normal(0, 1, 11)).to(dtypes[0]),
        "matrix": torch.from_numpy(random.normal(0, 1, (5, 9))).to(dtypes[1]),
        "block.matrix": torch.from_numpy(random.normal(0, 1, (2, 3, 4))).to(dtypes[2]),
        "steps": torch.tensor([3, 1, 4, 1, 5]),
        "flags": torch.tensor([True, False]),
    }


def make_raw():
    folder = os.path.join(MODELS, "raw")
    os.makedirs(folder, exist_ok=True)
    half, brain, single = torch.float16, torch.bfloat16, torch.float32
    files = {
        "one": raw_tensors("one", (single, brain, half)),
        "two": raw_tensors("two", (single, brain, brain)),
        "other": raw_tensors("other", (brain, brain, brain)),
        "more": raw_tensors("more", (brain, brain, brain)),
        "counted": raw_tensors("counted", (single, brain, half)),
    }
    files["more"]["extra"] = torch.from_numpy(generator("extra").normal(0, 1, 6)).to(single)
    files["other"]["another"] = torch.arange(6).reshape(2, 3)
    files["counted"]["steps"] = torch.tensor([3, 1, 4, 1, 6])
    for name in ("lone", "lone-base"):
        values = torch.from_numpy(generator("raw", name).normal(0, 1, (13, 17)))
        files[name] = {"matrix": values.to(single)}
    for name, tensors in files.items():
        save_file(tensors, os.path.join(folder, f"{name}.safetensors"))
    storage = torch.arange(48, dtype=torch.float32) / 8
    shared = storage[8:20].view(3, 4)
    views = {
        "turned": storage.view(6, 8).t(), "strided": storage[1::3], "window": shared,
        "again": shared, "spread": storage[:4].expand(3, 4),
    }
    plain = {name: torch.ones(value.shape) for name, value in views.items()}
    torch.save(views, os.path.join(folder, "views.pt"))
    torch.save(plain, os.path.join(folder, "plain.pt"))


def commands():
    from mergekit.scripts import merge_raw_pytorch, multimerge, run_yaml

    return {
        "mergekit-yaml": run_yaml.main, "mergekit-pytorch": merge_raw_pytorch.main,
        "mergekit-multi": multimerge.main,
    }


def run(command, recipe, out, tools):
    """Calls mergekit as its command line would; the message if it refuses."""
    tool, *flags = shlex.split(command)
    arguments = [recipe, out, *flags, "--no-copy-tokenizer", "--no-write-model-card", "--quiet"]
    if tool == "mergekit-multi":
        arguments[1:2] = ["--out-path", out, "-I", f"{out}-parts"]
    random_state = torch.get_rng_state()
    try:
        tools[tool].main(args=arguments, standalone_mode=False)
    except Exception as error:
        return (str(error) or type(error).__name__).splitlines()[0]
    finally:
        torch.set_rng_state(random_state)
    return None


def described(path):
    with open(path, "rb") as file:
        content = file.read()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        tensors[name] = {
            "dtype": entry["dtype"], "shape": entry["shape"],
            "sha256": hashlib.sha256(content[start:end]).hexdigest(),
        }
    return {"sha256": hashlib.sha256(content).hexdigest(), "tensors": tensors}


def expectation(out, name):
    """What is to be said of an output, whose lone file is kept if it is small."""
    weights = sorted(part for part in os.listdir(out) if part.endswith(".safetensors"))
    result = {"files": {part: described(os.path.join(out, part)) for part in weights}}
    for key, part in (("config", "config.json"), ("index", "model.safetensors.index.json")):
        if os.path.exists(os.path.join(out, part)):
            with open(os.path.join(out, part), encoding="utf-8") as file:
                result[key] = json.load(file)
    if "config" in result:
        result["config"].pop("transformers_version")
    source = os.path.join(out, weights[0])
    if len(weights) == 1 and os.path.getsize(source) < DIGESTS_ONLY:
        shutil.copy(source, os.path.join(RECIPES, f"{name}.safetensors"))
    return result


def carry_out(name, tools, scratch):
    recipe = os.path.join(RECIPES, f"{name}.yml")
    with open(recipe, encoding="utf-8") as file:
        command = file.readline().removeprefix("#").strip()
    for ending in ("safetensors", "json"):
        if os.path.exists(path := os.path.join(RECIPES, f"{name}.{ending}")):
            os.remove(path)
    out = os.path.join(scratch, name)
    message = run(command, recipe, out, tools)
    result = {"error": message.replace(MODELS, "")} if message else expectation(out, name)
    if os.path.exists(parts := f"{out}-parts"):
        result["parts"] = {
            part: described(os.path.join(parts, part, "model.safetensors"))
            for part in sorted(os.listdir(parts))
        }
    with open(os.path.join(RECIPES, f"{name}.json"), "w", encoding="utf-8") as file:
        json.dump({"command": command} | result, file, indent=1)
        file.write("\n")
    print(name, "refused: " + message if message else "done", flush=True)


def main():
    if version("mergekit") != "0.1.5" or not torch.__version__.startswith("2.15.0"):
        sys.exit("needs mergekit 0.1.5 and torch 2.15.0")
    if torch.backends.cpu.get_cpu_capability() != "AVX2":
        sys.exit("torch does not use its AVX2 kernels")
    for family, (_, _, members) in FAMILIES.items():
        for model in members:
            make_model(family, model)
    make_raw()
    names = sys.argv[1:] or sorted(part[:-4] for part in os.listdir(RECIPES) if part[-3:] == "yml")
    tools = commands()
    logging.disable(logging.WARNING)
    os.chdir(MODELS)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            carry_out(name, tools, scratch)


if __name__ == "__main__":
    main()
