"""Reads the cards that birdie writes with the Hub's own library, and compares.

    check_cards.py --birdie PATH [RECORD…]

For each case of Fixtures/records/cards, and for each text of Fixtures/records/texts.json as a name:
writes a record, runs `birdie card`, and reads the result with `ModelCard.load`, with PyYAML and with
`model_index_to_eval_results`. Each RECORD, a folder, is read in the same way. Ends with 1 on a
difference.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import yaml
from huggingface_hub import ModelCard
from huggingface_hub.repocard_data import model_index_to_eval_results

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "records"))


def card_of(birdie, folder, license=None):
    """The file that `birdie card` writes for a folder."""
    path = os.path.join(tempfile.mkdtemp(), "README.md")
    command = [birdie, "card", folder, "-o", path] + (["--license", license] if license else [])
    subprocess.run(command, check=True)
    return path


def record_of(submission):
    """A folder with a description and a README of its own."""
    folder = os.path.join(tempfile.mkdtemp(), "2026-03-20_Case")
    os.makedirs(folder)
    with open(os.path.join(folder, "submission.json"), "w", encoding="utf-8") as file:
        json.dump(submission, file)
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write("---\nlicense: other\n---\n\n# Own\n\n---\n\nlicense: evil\n")
    return folder


def front_matter(path):
    """What lies between the first two fences, by PyYAML alone."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    assert lines[0] == "---", path
    return yaml.safe_load("\n".join(lines[1 : lines.index("---", 1)]))


def read(path):
    """The front matter, by both readers, and the score that the Hub indexes."""
    data = front_matter(path)
    card = ModelCard.load(path)
    loaded = card.data.to_dict()
    results = model_index_to_eval_results(data["model-index"])[1] if "model-index" in data else []
    for key, value in data.items():
        # The library turns its index into results and back, in its own words.
        if key != "model-index" and loaded.get(key) != value:
            raise ValueError(f"{key}: {loaded.get(key)!r} is not {value!r}")
    if bool(results) != bool(card.data.eval_results):
        raise ValueError("the library finds other results")
    return data, results


def check_cases(birdie):
    """The committed cases; yields what differs."""
    folder = os.path.join(ROOT, "cards")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            case = json.load(file)
        path = card_of(birdie, record_of(case["submission"]), case["license"])
        data, results = read(path)
        if data != case["front_matter"]:
            yield f"{name}: {data} is not {case['front_matter']}"
        score = case["submission"].get("val_bpb")
        if [result.metric_value for result in results] != ([] if score is None else [score]):
            yield f"{name}: {results}"
        if any(result.metric_type != "bits_per_byte" for result in results):
            yield f"{name}: another metric"


def check_texts(birdie):
    """Every text as a name; yields what differs."""
    with open(os.path.join(ROOT, "texts.json"), encoding="utf-8") as file:
        texts = json.load(file)
    for text in texts:
        data, _ = read(card_of(birdie, record_of({"name": text, "val_bpb": 1.5})))
        expected = text if text.strip(" ") else "2026-03-20_Case"
        if data["model-index"][0]["name"] != expected:
            yield f"{text!r} became {data['model-index'][0]['name']!r}"


def check_records(birdie, folders):
    """Records of yours; yields what differs from their submission.json."""
    for folder in folders:
        data, results = read(card_of(birdie, folder))
        path = os.path.join(folder, "submission.json")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            submission = json.load(file)
        score = submission.get("val_bpb")
        if score is not None and [result.metric_value for result in results] != [score]:
            yield f"{folder}: {results}"
        name = submission.get("name")
        if results and name and data["model-index"][0]["name"] != name:
            yield f"{folder}: {data['model-index'][0]['name']!r}"


def main():
    """Runs all of it; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--birdie", required=True)
    parser.add_argument("records", nargs="*")
    options = parser.parse_args()
    checks = [
        *check_cases(options.birdie),
        *check_texts(options.birdie),
        *check_records(options.birdie, options.records),
    ]
    for difference in checks:
        print(difference, file=sys.stderr)
    print("cards differ" if checks else "cards are what they should be")
    return 1 if checks else 0


if __name__ == "__main__":
    sys.exit(main())
