"""Writes Fixtures/records: descriptions of made-up records in the spellings that are in use, with the
facts that they were spelled from; files that must be refused; texts that YAML must survive; and
records with what the front matter of their cards must say.

    submissions.py

Nothing here is copied from a real record: names and numbers are made up, keys are those of the
challenge's repository. Facts come first and are spelled afterwards, so that what a reader must find
is known without reading.
"""

import json
import os
import shutil

from huggingface_hub import EvalResultEntry
from huggingface_hub._eval_results import eval_result_entries_to_yaml

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "records"))


def write(path, content):
    """Writes text or bytes below the root."""
    path = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    with open(path, "wb") as file:
        file.write(data)


def document(value):
    """JSON as the challenge's scripts write it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


# What is written under which key, and the fact that it is. A fact of None is no fact.
def spelled(*rows, seeds=(), other=(), notes=(), bases=(), measurements=()):
    """A submission and what must be found in it, from rows of (key, value, fact, fact's value)."""
    submission, facts, sources = {}, {}, {}
    for key, value, fact, meaning in rows:
        submission[key] = value
        if fact is not None:
            facts[fact] = meaning
            sources[fact] = key
    expectation = {
        "facts": facts,
        "sources": sources,
        "seeds": list(seeds),
        "other": list(other),
        "notes": list(notes),
        "bases": list(bases),
        "measurements": list(measurements),
    }
    return submission, expectation


def same(key, value, fact=None):
    """A row whose value is the fact."""
    return key, value, fact or key, value


def kept(key, value):
    """A row that no field takes."""
    return key, value, None, None


def run(seed, bpb=None, loss=None, size=None, steps=None, other=()):
    """What must be found of a seed."""
    return {
        "seed": seed,
        "val_bpb": bpb,
        "val_loss": loss,
        "bytes": size,
        "steps": steps,
        "other": list(other),
    }


WHO = [
    same("author", "Ada Example"),
    same("github_id", "ada-example"),
    same("name", "Eleven layers, narrow"),
    same("date", "2026-03-20"),
]

SUBMISSIONS = {
    "baseline": spelled(
        *WHO[:3],
        same("date", "2026-03-18T14:56:29Z"),
        same("blurb", "Nine layers of 512 — the baseline’s shape."),
        same("val_loss", 2.07112233),
        same("val_bpb", 1.22334455),
        same("bytes_total", 15800123),
        same("bytes_code", 47000),
        ("bytes_model_int8_zlib", 15753123, "bytes_model", 15753123),
        kept("step_stop", 13000),
        kept("wallclock_seconds", 600.25),
        other=["step_stop", "wallclock_seconds"],
    ),
    "means-and-results": spelled(
        *WHO,
        same("track", "10min_16mb"),
        same("mean_val_bpb", 1.1412, "val_bpb"),
        same("std_bpb", 0.0008, "val_bpb_std"),
        same("mean_val_loss_nats", 1.93, "val_loss"),
        ("seeds", [1337, 42], None, None),
        (
            "seed_results",
            {
                "1337": {"val_bpb": 1.1404, "val_loss": 1.929, "artifact_bytes": 15900001},
                "42": {"val_bpb": 1.142, "steps": 7000, "eval_time_s": 93.5},
            },
            None,
            None,
        ),
        same("artifact_bytes_mean", 15890000, "bytes_mean"),
        same("artifact_bytes_max", 15900001, "bytes_largest"),
        same("hardware", "8xH100 80GB SXM"),
        same("pytorch_version", "2.9.1+cu128"),
        seeds=[
            run(1337, 1.1404, 1.929, 15900001),
            run(42, 1.142, steps=7000, other=["eval_time_s"]),
        ],
    ),
    "results-under-seeds": spelled(
        *WHO,
        same("mean_bpb", 1.0811, "val_bpb"),
        (
            "seeds",
            {"0": {"val_bpb": 1.0809, "bytes_total": 15990000}, "7": 1.0813},
            None,
            None,
        ),
        kept("base_pr", 1394),
        kept("based_on", "PR #1586 (@somebody)"),
        seeds=[run(0, 1.0809, size=15990000), run(7, 1.0813)],
        bases=[["PR #1394", 1394], ["PR #1586 (@somebody)", 1586]],
    ),
    "scores-in-a-list": spelled(
        *WHO,
        same("val_bpb", 1.0912),
        kept("seeds", [42, 0, 1]),
        kept("seed_scores", [1.0905, 1.0908, 1.0923]),
        same("artifact_size_bytes", 15967000, "bytes_total"),
        same("code_bytes", 21000, "bytes_code"),
        seeds=[run(42, 1.0905), run(0, 1.0908), run(1, 1.0923)],
    ),
    "numbers-as-text": spelled(
        *WHO,
        ("val_bpb", "1.2345", "val_bpb", 1.2345),
        ("bytes_total", "15900000", "bytes_total", 15900000),
        kept("seeds", ["42", "seed_7"]),
        seeds=[run(42), run(7)],
        notes=["number_as_text"] * 4,
    ),
    "empty-and-null": spelled(
        same("author", "Ada Example"),
        kept("github_id", ""),
        same("name", "Eleven layers, narrow"),
        ("val_loss", None, None, None),
        ("bytes_code", None, None, None),
        kept("date", "20 March 2026"),
        same("val_bpb", 1.3),
        other=["date"],
        notes=["empty", "empty", "empty", "unread_date"],
    ),
    "conflicting": spelled(
        *WHO,
        same("val_bpb", 1.12),
        kept("mean_val_bpb", 1.13),
        same("bytes_total", 15900000),
        kept("artifact_bytes", 15900001),
        kept("seeds", [1, 2]),
        kept("seed_results", {"1": {"val_bpb": 1.11}, "3": {"val_bpb": 1.13}}),
        seeds=[run(1, 1.11), run(3, 1.13), run(2)],
        measurements=["mean_val_bpb"],
        other=["artifact_bytes"],
        notes=["conflict", "conflict", "conflict"],
    ),
    "rounded-alike": spelled(
        *WHO,
        same("val_bpb", 1.1748),
        kept("mean_val_bpb", 1.17475315),
        kept("mean_bpb", 1.1748),
        kept("seed", 1337),
        seeds=[run(1337)],
        measurements=["mean_val_bpb"],
    ),
    "results-of-no-seed": spelled(
        *WHO,
        same("val_bpb", 1.1),
        kept("base_pr", -3),
        kept("seed_results", {"5": {"val_bpb": 1.1}, "mean": {"val_bpb": 1.1}, "05": 1.2}),
        seeds=[run(5, 1.1)],
        other=["base_pr", "seed_results.mean", "seed_results.05"],
        notes=["odd_seed", "odd_seed"],
    ),
    "credits": spelled(
        *WHO,
        same("val_bpb", 1.08),
        same("technique_summary", "Everything at once"),
        same("pre_quant_val_bpb", 1.07),
        same("pre_quant_val_loss", 1.81),
        same("quantization_gap_bpb", -0.0001),
        kept("compliance", {"artifact_under_16mb": True, "no_slot": True}),
        kept("attribution", {"base": "@somebody (PR #1394)", "gates": "@another"}),
        kept("notes", "Unknown keys are kept: 日本語, \u2028 and \"quotes\"."),
        kept("techniques", ["one", "two"]),
        other=["notes", "techniques"],
    ),
}

REJECTS = {
    "I01-list.submission.json": "[]\n",
    "I01-text.submission.json": "val_bpb: 1.2\n",
    "I01-cut.submission.json": '{"author": "Ada Example", "val_bpb": 1.2',
    "I01-key-twice.submission.json": '{"val_bpb": 1.2, "val_bpb": 1.1}\n',
    "I01-not-a-number.submission.json": '{"val_bpb": NaN}\n',
    "I02-score-is-a-list.submission.json": '{"val_bpb": [1.2]}\n',
    "I02-name-is-a-number.submission.json": '{"name": 7}\n',
    "I02-score-in-words.submission.json": '{"val_bpb": "about 1.2"}\n',
    "I02-seeds-are-words.submission.json": '{"seeds": ["first"]}\n',
    "I03-negative-score.submission.json": '{"val_bpb": -1.2}\n',
    "I03-half-a-byte.submission.json": '{"bytes_total": 15900000.5}\n',
    "I03-negative-bytes.submission.json": '{"seed_results": {"1": {"artifact_bytes": -1}}}\n',
    "I04-long-name.submission.json": json.dumps({"name": "x" * 70000}) + "\n",
    "I04-thousands-of-seeds.submission.json": json.dumps({"seeds": list(range(1500))}) + "\n",
}

DIGEST = "ab" * 32


def manifest(**changes):
    """A manifest of one file of weights, with some members changed."""
    value = {
        "schema": 1,
        "tool": "birdie",
        "version": "0.1.0",
        "files": [{"path": "model.safetensors", "bytes": 9, "sha256": DIGEST, "role": "weights"}],
        "weights": [
            {
                "path": "model.safetensors",
                "format": "safetensors",
                "layers": [],
                "tensors": [
                    {
                        "name": "w",
                        "dtype": "F32",
                        "shape": [2, 2],
                        "bytes": 16,
                        "encoding": None,
                        "sha256": DIGEST,
                    }
                ],
            }
        ],
        "relations": [],
        "sources": [{"name": "PR #1", "url": "https://example.org/1"}],
    }
    value.update(changes)
    return document(value)


def listed(path, **changes):
    """An entry of a list of files."""
    return {"path": path, "bytes": 1, "sha256": DIGEST, "role": "other", **changes}


RELATION = {
    "artifact": "model.safetensors",
    "reference": "model.safetensors",
    "equal": 0,
    "different": ["w"],
    "missing": [],
    "extra": [],
}

MANIFESTS = {
    "I06-up.manifest.json": manifest(files=[listed("../evil")]),
    "I06-up-inside.manifest.json": manifest(files=[listed("a/../../evil")]),
    "I06-absolute.manifest.json": manifest(files=[listed("/etc/passwd")]),
    "I06-nul.manifest.json": manifest(files=[listed("a\u0000b")]),
    "I06-empty-part.manifest.json": manifest(files=[listed("a//b")]),
    "I06-backslash.manifest.json": manifest(files=[listed("..\\evil")]),
    "I06-reversed.manifest.json": manifest(files=[listed("a\u202eb")]),
    "I07-list.manifest.json": "[]\n",
    "I07-no-schema.manifest.json": '{"tool": "birdie"}\n',
    "I07-file-twice.manifest.json": manifest(files=[listed("a"), listed("a")], weights=[]),
    "I07-file-and-folder.manifest.json": manifest(files=[listed("a"), listed("a/b")], weights=[]),
    "I07-short-digest.manifest.json": manifest(files=[listed("a", sha256="ab")], weights=[]),
    "I07-capital-digest.manifest.json": manifest(
        files=[listed("a", sha256=DIGEST.upper())], weights=[]
    ),
    "I07-negative-bytes.manifest.json": manifest(files=[listed("a", bytes=-1)], weights=[]),
    "I07-weights-unlisted.manifest.json": manifest(files=[]),
    "I07-false-relation.manifest.json": manifest(relations=[RELATION]),
    "I09-later.manifest.json": manifest(schema=2),
}

ENTRY = {
    "path": "records/track_10min_16mb/2026-03-20_Example",
    "name": "Example",
    "author": "Ada Example",
    "date": "2026-03-20",
    "track": "10min_16mb",
    "val_bpb": 1.2,
    "bytes": 15900000,
    "files": [listed("README.md", role="readme")],
}


def index(*entries, schema=1):
    """An index of entries."""
    return document({"schema": schema, "records": list(entries)})


INDEXES = {
    "I06-up.index.json": index({**ENTRY, "path": "records/../.."}),
    "I06-file-up.index.json": index({**ENTRY, "files": [listed("../../x")]}),
    "I08-list.index.json": "[]\n",
    "I08-twice.index.json": index(ENTRY, ENTRY),
    "I08-inside-another.index.json": index(ENTRY, {**ENTRY, "path": ENTRY["path"] + "/inner"}),
    "I08-no-date.index.json": index({**ENTRY, "date": "2026-02-30"}),
    "I08-files-missing.index.json": index({k: v for k, v in ENTRY.items() if k != "files"}),
    "I09-later.index.json": index(ENTRY, schema=7),
}

# What a name, a blurb or an author may hold, and YAML must give back unchanged.
TEXTS = [
    "plain",
    "",
    " ",
    "with: a colon",
    "- a dash",
    "---",
    "--- front",
    "...",
    "#comment",
    "a #comment",
    "'single' \"double\"",
    "back\\slash \\n \\u0041",
    "line\nbreak",
    "\n---\nlicense: evil\n---\n",
    "tab\tand\rreturn",
    "yes",
    "null",
    "~",
    "1.5e3",
    "0x1F",
    "2026-03-20",
    "12:30:45",
    "{a: b}",
    "[a, b]",
    "*alias &anchor !tag %directive @at `tick",
    "| block",
    "> folded",
    "? key",
    "<<",
    "=",
    "naïve Ünïcödé 日本語 🐦‍⬛",
    "\u0085next\u2028line\u2029end",
    "\ufeffmark",
    "\u202ereversed\u202c",
    "\u0000\u0001\u007f\u009f",
    "\ud7ff\ue000\ufffd\uffff",
    "<script>alert(1)</script>",
    "x" * 3000,
]


def card(submission, license=None, **facts):
    """A record and what its card's front matter must be."""
    front = {
        "library_name": "birdie",
        "pipeline_tag": "text-generation",
        "language": ["en"],
        "tags": ["parameter-golf"] + ([facts["track"]] if "track" in facts else []),
        "datasets": ["HuggingFaceFW/fineweb"],
        "metrics": ["bits_per_byte"],
    }
    if license is not None:
        front["license"] = license
    if "bpb" in facts:
        front["model-index"] = [
            {
                "name": facts["name"],
                "results": [
                    {
                        "task": {"type": "text-generation", "name": "Language modeling"},
                        "dataset": {
                            "type": "HuggingFaceFW/fineweb",
                            "name": "FineWeb validation (first 50k docs)",
                            "split": "validation",
                        },
                        "metrics": [
                            {
                                "type": "bits_per_byte",
                                "name": "val_bpb",
                                "value": facts["bpb"],
                                "verified": False,
                            }
                        ],
                    }
                ],
            }
        ]
    return {
        "submission": submission,
        "license": license,
        "front_matter": front,
        "eval_results": eval_results(submission, facts),
    }


def eval_results(submission, facts):
    """The same score as the Hub's library writes it for `.eval_results/`; none without one."""
    if "bpb" not in facts:
        return None
    entry = EvalResultEntry(
        dataset_id="HuggingFaceFW/fineweb",
        task_id="bits_per_byte",
        value=facts["bpb"],
        date=submission.get("date"),
        notes=f"val_bpb of {facts['name']}, as its author states it",
    )
    return eval_result_entries_to_yaml([entry])


HOSTILE = "\"}]\n---\nlicense: evil\n- <img src=x onerror=alert(1)> [a](javascript:b) `c` | d"

CARDS = {
    "plain": card(
        {"author": "Ada Example", "name": "Plain", "date": "2026-03-20", "val_bpb": 1.25,
         "track": "non-record-16mb"},
        license="mit",
        name="Plain",
        bpb=1.25,
        track="non_record_16mb",
    ),
    "hostile": card(
        {"author": HOSTILE, "github_id": HOSTILE, "name": HOSTILE, "blurb": HOSTILE,
         "hardware": HOSTILE, "val_bpb": 1.06107587, "attribution": {HOSTILE: HOSTILE}},
        name=HOSTILE,
        bpb=1.06107587,
    ),
    "tiny-number": card({"name": "Tiny", "val_bpb": 1e-05}, name="Tiny", bpb=1e-05),
    "without-score": card({"author": "Ada Example", "name": "No score"}, name="No score"),
}


def main():
    """Writes all of it again."""
    shutil.rmtree(ROOT, ignore_errors=True)
    for name, (submission, expectation) in SUBMISSIONS.items():
        write(f"accepts/{name}.json", document(submission))
        write(f"accepts/{name}.expect.json", document(expectation))
    for name, content in {**REJECTS, **MANIFESTS, **INDEXES}.items():
        write(f"rejects/{name}", content)
    write("sharing/manifest.json", manifest(files=[
        {"path": "model.safetensors", "bytes": 9, "sha256": DIGEST, "role": "weights"}
    ]))
    write("sharing/index.json", index(ENTRY))
    write("texts.json", json.dumps(TEXTS, indent=1) + "\n")
    for name, value in CARDS.items():
        write(f"cards/{name}.json", document(value))


if __name__ == "__main__":
    main()
