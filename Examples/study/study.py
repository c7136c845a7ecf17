"""Quantizes models at several rates in several ways and prints tables; study.sh says how to run it."""

import argparse
import json
import math
import os
import subprocess
import sys
import time

import record_file

# The record's steps in standard deviations, k over 31 or 63: of attention, MLPs and the embedding.
STEPS = {"*": 13 / 31, "*.mlp.*": 11.5 / 31, "tok_emb.weight": 14 / 63}


def trellis(columns):
    """Trellises with the record's steps, each for a whole matrix."""
    general = ["--method", "trellis", "--option", f"columns={columns}"]
    general += ["--option", f"step={STEPS['*']:.4f}"]
    return general + [
        f"--tensors={pattern}=trellis,columns={columns},step={step:.4f}"
        for pattern, step in STEPS.items() if pattern != "*"]


RECORD, WIDE = "record: GPTQ, SDClip, LQER; lrzip", "record with a bit more for each code; lrzip"


def ways(options):
    """The rows: a name and what `birdie quantize` is told. RECORD and WIDE are packed by lrzip."""
    plain = ["--sensitivity-tokens", "0", "--tune-tokens", "0"]
    unweighed = ["--fisher-tokens", "0", *plain]
    fisher = ["--fisher-tokens", str(options.fisher_tokens)]
    record = ["--recipe", options.recipe, *unweighed]
    wide = os.path.join(os.path.dirname(os.path.abspath(__file__)), "record-wide.yml")
    half = ["--small", "f16"]
    return [
        (RECORD, record),
        (WIDE, ["--recipe", wide, *unweighed]),
        ("record, in .birdie", record),
        ("+ trellis, one step for a matrix", trellis("constant") + unweighed + half),
        ("+ waterfilled columns", trellis("waterfilled") + unweighed + half),
        ("+ Fisher information of outputs", fisher + plain + half),
        ("+ allocation by measured cost", fisher + ["--tune-tokens", "0"] + half),
        ("+ tuned scales, small tensors in bf16: the default", fisher),
    ]


def birdie(options, *arguments):
    command = [options.birdie, *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def quantize(options, model, target, arguments):
    return birdie(
        options, "quantize", model, target, "--force", "--calibrate", options.train,
        "--calibration-tokens", str(options.calibration_tokens), "--sequence-length",
        str(options.sequence_length), *arguments)


def judge(options, model, artifact):
    """What `birdie verify` finds, as far as it goes into a table."""
    found = birdie(
        options, "verify", artifact, "--against", model, "--tokens", options.val, "--tokenizer",
        options.tokenizer, "--max-tokens", str(options.val_tokens), "--sequence-length",
        str(options.sequence_length))
    reference = found["evaluation"]["reference"]
    return {
        "parameters": found["parameters"], "kl": reference["kl_mean"],
        "kl_ci95": reference["kl_mean_ci95"], "bpb_loss": reference["val_bpb_difference"],
        "bpb_loss_ci95": reference["val_bpb_difference_ci95"],
        "agreement": reference["top1_agreement"],
    }


class RecordSteps:
    """Finds the step with which the record's file just fits; tries at one rate help at the next."""

    def __init__(self, options, model, target, arguments):
        self.options, self.model, self.target = options, model, target
        self.arguments = arguments
        self.tries = {}

    def run(self, octaves):
        arguments = [*self.arguments, "--step", repr(2.0**octaves)]
        report = quantize(self.options, self.model, self.target, arguments)
        self.elements = sum(tensor["elements"] for tensor in report["tensors"])
        self.tries[octaves] = record_file.byte_count(self.target)

    def next(self, limit):
        """Along the line through the nearest tries; else a bit of each weight for each octave."""
        near = sorted(self.tries.items(), key=lambda item: abs(item[1] - limit))[:2]
        slope = -self.elements / 8
        # At its floor a file has one size whatever the step.
        if len(near) > 1 and near[1][1] != near[0][1]:
            slope = (near[1][1] - near[0][1]) / (near[1][0] - near[0][0])
        return near[0][0] + (0.9997 * limit - near[0][1]) / slope

    def fit(self, limit, first):
        """Leaves the codes in the target; gives bytes, octaves and seconds. Begins at `first`."""
        started = time.monotonic()
        if not self.tries:
            self.run(first)
        for _ in range(8):
            octaves = self.next(limit)
            self.run(octaves)
            if 0.999 * limit <= self.tries[octaves] <= limit:
                break
        else:
            # lrzip's bytes jump by more than that with steps that hardly differ.
            fitting = [(size, at) for at, size in self.tries.items() if size <= limit]
            if not fitting:
                sizes = ", ".join(str(size) for size in sorted(self.tries.values()))
                sys.exit(f"{self.model}: no step brings the record's file to {limit} bytes; "
                         f"it came to {sizes}: choose higher rates")
            octaves = max(fitting)[1]
            self.run(octaves)
        return self.tries[octaves], octaves, time.monotonic() - started


def measure(options, model, folder):
    """All rows at all rates, from the notes of an earlier run where there are some."""
    parameters = birdie(options, "inspect", model)["parameters"]
    path = os.path.join(folder, "measured.json")
    notes = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            notes = json.load(file)
    rows = ways(options)
    codes, artifact = os.path.join(folder, "codes.safetensors"), os.path.join(folder, "out.birdie")
    packed = {name: RecordSteps(options, model, codes, arguments)
              for name, arguments in rows if name in (RECORD, WIDE)}
    for rate in options.rates.split():
        limit = int(float(rate) * parameters / 8)
        for name, arguments in rows:
            key = f"{rate} {name}"
            first = notes.get(f"{rate} {RECORD}", {"step": 1.0})["step"]
            # Codes end where the record's do, or later, unless steps are finer than its own.
            if key in notes or name == WIDE and first >= 1:
                continue
            if name in packed:
                size, octaves, seconds = packed[name].fit(limit, math.log2(first))
                note = {"bytes": size, "step": 2.0**octaves, "seconds": seconds,
                        **judge(options, model, codes)}
            else:
                report = quantize(options, model, artifact, [*arguments, "--budget", str(limit)])
                note = {"bytes": report["output"]["bytes"], "step": report["step"],
                        "seconds": report["seconds"], **judge(options, model, artifact)}
            notes[key] = note
            with open(path, "w", encoding="utf-8") as file:
                json.dump(notes, file, indent=1)
            print(f"{model}: {key}: {note['bytes']} bytes, KL {note['kl']:.6f}", file=sys.stderr)
    return parameters, notes


def interpolated(points, x):
    """y at x on the broken line through points, whose end pieces go on."""
    points = sorted(points)
    place = next((i for i in range(1, len(points) - 1) if x < points[i][0]), len(points) - 1)
    (x0, y0), (x1, y1) = points[place - 1], points[place]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def record_curve(rates, notes):
    """Bytes and KL of the record's file at each rate, as far as KL falls with bytes."""
    curve = []
    for rate in rates:
        rows = [notes[key] for key in (f"{rate} {RECORD}", f"{rate} {WIDE}") if key in notes]
        best = min(rows, key=lambda note: note["kl"])
        if not curve or best["kl"] < curve[-1][1]:
            curve.append((best["bytes"], best["kl"]))
    return curve


def interval(value, ends, digits):
    return f"{value:.{digits}f} [{ends[0]:.{digits}f}, {ends[1]:.{digits}f}]"


def tables(options, model, parameters, notes):
    names = [name for name, _ in ways(options)]
    rates = sorted(options.rates.split(), key=float)
    print(f"\n## {model}: {parameters:,} parameters\n")
    print("Seconds are those until the file fits, with all tries: for the record's file packing too.")
    is_marked = False
    for rate in rates:
        print(f"\n### {rate} bits per parameter\n")
        print("| | bytes | bits/param | KL [95 %] | bpb loss [95 %] | seconds |")
        print("|---|---:|---:|---|---|---:|")
        for name in names:
            note = notes.get(f"{rate} {name}")
            if note is None:
                continue
            limit = float(rate) * parameters / 8
            far = " †" if abs(note["bytes"] / limit - 1) > 1e-3 else ""
            is_marked = is_marked or bool(far)
            print(f"| {name} | {note['bytes']:,}{far} | {8 * note['bytes'] / parameters:.4f} "
                  f"| {interval(note['kl'], note['kl_ci95'], 5)} "
                  f"| {interval(note['bpb_loss'], note['bpb_loss_ci95'], 5)} "
                  f"| {note['seconds']:.0f} |")
    if is_marked:
        print("\n† More than a thousandth off the rate, so this row cannot be set beside those of its "
              "table; what follows reckons with the bytes that it has.")
    curve = record_curve(rates, notes)
    if len(curve) < 2:
        return
    by_bytes = [(size, math.log(kl)) for size, kl in curve]
    by_kl = [(y, x) for x, y in by_bytes]
    print("\n### Against the record's file\n")
    print("KL at equal bytes; bytes at equal KL, by the logarithm of KL over bytes on the record's "
          "curve: of its two rows the one of less KL at each rate. * beyond the curve's ends.\n")
    print("| | " + " | ".join(f"{rate} b" for rate in rates) + " |")
    print("|---|" + "---|" * len(rates))
    for name in names:
        if name in (RECORD, WIDE):
            continue
        cells = []
        for rate in rates:
            note = notes[f"{rate} {name}"]
            kl = note["kl"] / math.exp(interpolated(by_bytes, note["bytes"])) - 1
            size = note["bytes"] / interpolated(by_kl, math.log(note["kl"])) - 1
            mark = "" if curve[-1][1] <= note["kl"] <= curve[0][1] else "*"
            cells.append(f"KL {kl:+.1%}, bytes {size:+.1%}{mark}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["birdie", "recipe", "train", "val", "tokenizer", "rates", "results"]:
        parser.add_argument("--" + name, required=True)
    for name in ["calibration-tokens", "fisher-tokens", "val-tokens", "sequence-length"]:
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    for model in options.models:
        name = os.path.join(os.path.basename(os.path.dirname(os.path.abspath(model))),
                            os.path.basename(model))
        folder = os.path.join(options.results, name.replace(os.sep, "-"))
        os.makedirs(folder, exist_ok=True)
        parameters, notes = measure(options, model, folder)
        tables(options, name, parameters, notes)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
