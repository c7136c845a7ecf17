"""Compares our tokenizers with the reference libraries on many lines. Needs what tokenizer_files.py
needs.

    check_tokenizer.py --out DIR [--lines 10000] [--text FILE …] [MODEL …]

Trains larger tokenizers of every kind into DIR, beside copies of the given .model and tokenizer.json
files, and writes for each what the reference library makes of hostile lines and of the lines of the
given texts. Then prints the command that compares: the test reads the files that
BIRDIE_TOKENIZER_CORPUS names.
"""
import argparse
import os
import shutil
import sys

import tokenizer_files


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--lines", type=int, default=10000)
    parser.add_argument("--scale", type=int, default=4, help="times the vocabulary of the fixtures")
    parser.add_argument("--text", action="append", default=[])
    parser.add_argument("models", nargs="*")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    tokenizer_files.make_all(options.out, options.scale)
    for path in options.models:
        shutil.copyfile(path, os.path.join(options.out, os.path.basename(path)))
    texts = tokenizer_files.lines(options.lines, 11)
    for path in options.text:
        with open(path, "rb") as file:
            texts += file.read().split(b"\n")
    goldens = []
    for name in sorted(os.listdir(options.out)):
        if name.endswith((".model", ".json")):
            golden = os.path.abspath(os.path.join(options.out, name + ".golden"))
            reference = tokenizer_files.reference(os.path.join(options.out, name))
            count = tokenizer_files.write_golden(golden, reference, texts)
            print(f"{name}: {len(texts)} lines, {count} ids", file=sys.stderr)
            goldens.append(golden)
    print(f"BIRDIE_TOKENIZER_CORPUS={':'.join(goldens)} "
          "swift test --disable-xctest --filter LanguageModelsTests.TokenizerCorpusTests")


if __name__ == "__main__":
    main()
