"""Times merges beside mergekit's, on the same files, in one run; merge.sh says how to call it."""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import threading
import time

import torch
from safetensors.torch import save_file

METHODS = {
    "linear": ({"weight": 0.5}, False),
    "ties": ({"weight": 0.5, "density": 0.5}, True),
    "dare_ties": ({"weight": 0.5, "density": 0.5}, True),
    "breadcrumbs": ({"weight": 0.5, "density": 0.8, "gamma": 0.05}, True),
    "della": ({"weight": 0.5, "density": 0.5, "epsilon": 0.15}, True),
    "sce": ({}, True),
    "slerp": ({}, True),
}


def recipe(method, folder):
    values, has_base = METHODS[method]
    models = ["one"] if method == "slerp" else ["one", "two"]
    lines = [f"merge_method: {method}", "models:"]
    for name in models:
        lines.append(f"  - {{model: {folder}/{name}.safetensors, parameters: {json.dumps(values)}}}")
    if has_base:
        lines.append(f"base_model: {folder}/base.safetensors")
    if method == "slerp":
        lines.append("parameters: {t: 0.4}")
    if method == "sce":
        lines.append("parameters: {select_topk: 0.5}")
    path = os.path.join(folder, method + ".yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def watch(process, anonymous):
    """Keeps the largest anonymous memory that a process has in KiB, until it ends."""
    while process.returncode is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                found = re.search(r"RssAnon:\s+(\d+)", file.read())
            anonymous[0] = max(anonymous[0], int(found[1]) if found else 0)
        except OSError:
            pass
        time.sleep(0.01)


def timed(command):
    """Wall and processor seconds of a command, and the largest anonymous memory it had."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    anonymous = [0]
    watcher = threading.Thread(target=watch, args=(process, anonymous))
    watcher.start()
    complaint = process.stderr.read()
    process.wait()
    wall = time.monotonic() - started
    watcher.join()
    if process.returncode:
        sys.exit(f"{command}: {complaint.decode()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, anonymous[0]


def fresh(path):
    """Removes an output, and waits until the disk has nothing to do."""
    if os.path.isfile(path):
        os.remove(path)
    os.sync()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("birdie")
    parser.add_argument("mergekit")
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--matrices", type=int, default=6)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--methods", default=",".join(METHODS))
    options = parser.parse_args()
    generator = torch.Generator().manual_seed(0)
    dtype = getattr(torch, options.dtype)
    base = {f"blocks.{i}.weight": torch.randn(4096, 4096, generator=generator) / 64
            for i in range(options.matrices)}
    for name in ["base", "one", "two"]:
        moved = {key: (value if name == "base" else value + torch.randn(
            value.shape, generator=generator) / 512).to(dtype) for key, value in base.items()}
        save_file(moved, f"{options.folder}/{name}.safetensors")
    elements = sum(value.numel() for value in base.values())
    del base
    one, two = (f"{options.folder}/{name}.safetensors" for name in ["one", "two"])
    merged, copy = f"{options.folder}/out.safetensors", f"{options.folder}/copy"
    copying = ["sh", "-c", f"cp {one} {copy} && sync {copy}"]
    copies = []
    print(f"{elements / 1e6:.0f} M elements of {options.dtype}, medians of {options.runs}")
    print("| method | birdie s | CPU s | anon MiB | mergekit s | CPU s | anon MiB | wall | CPU |")
    print("|---|---|---|---|---|---|---|---|---|")
    for method in options.methods.split(","):
        path = recipe(method, options.folder)
        commands = [
            [options.birdie, "merge", path, merged, "--raw", "-q"],
            [options.mergekit, path, f"{options.folder}/mergekit", "--random-seed", "1", "--quiet"],
        ]
        rounds = []
        for _ in range(options.runs):
            fresh(copy)
            copies.append(timed(copying)[0])
            fresh(merged)
            rounds.append([timed(command) for command in commands])
        own, other = ([statistics.median(run[side][part] for run in rounds) for part in range(3)]
                      for side in range(2))
        print(f"| {method} | {own[0]:.3f} | {own[1]:.2f} | {own[2] / 1024:.0f} | {other[0]:.2f} "
              f"| {other[1]:.2f} | {other[2] / 1024:.0f} | {other[0] / own[0]:.1f}x "
              f"| {other[1] / own[1]:.1f}x |", flush=True)
    print(f"cp of one input, {os.path.getsize(one) / 1e6:.0f} MB, and sync: "
          f"{statistics.median(copies):.3f} s")


main()
