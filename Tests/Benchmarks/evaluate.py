"""The work of evaluate.sh. Python 3.11, torch 2.15.0, numpy 2.4.6.

    evaluate.py compare FOLDER BIRDIE [MODEL TOKENS]    all programs in turn, medians
    evaluate.py peer MODEL TOKENS COUNT LENGTH THREADS BATCH
    evaluate.py peak THREADS                            GFLOP/s of a large float32 product
    evaluate.py make FOLDER COUNT                       a model, a shard and its sidecar

Only the subcommands import torch: the memory of a child begins with that of its parent.
"""

import glob
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import time

BATCHES = (1, 8, 32)
LAYERS, WIDTH, HEADS, GROUPS, VOCABULARY = 9, 512, 8, 4, 1024


# What is compared


def make(folder, count):
    """A model with the shapes of the challenge's baseline, tokens, and bytes for each."""
    import torch

    random = torch.Generator().manual_seed(0)

    def matrix(rows, columns):
        return torch.randn(rows, columns, generator=random) / columns**0.5

    tensors = {"tok_emb.weight": matrix(VOCABULARY, WIDTH) * 4}
    tensors["skip_weights"] = torch.ones(LAYERS // 2, WIDTH)
    for layer in range(LAYERS):
        name, narrow = f"blocks.{layer}", WIDTH // HEADS * GROUPS
        tensors[f"{name}.attn_scale"] = tensors[f"{name}.mlp_scale"] = torch.ones(WIDTH)
        tensors[f"{name}.resid_mix"] = torch.stack((torch.ones(WIDTH), torch.zeros(WIDTH)))
        tensors[f"{name}.attn.q_gain"] = torch.full((HEADS,), 1.5)
        tensors[f"{name}.attn.c_q.weight"] = matrix(WIDTH, WIDTH)
        tensors[f"{name}.attn.c_k.weight"] = matrix(narrow, WIDTH)
        tensors[f"{name}.attn.c_v.weight"] = matrix(narrow, WIDTH)
        tensors[f"{name}.attn.proj.weight"] = matrix(WIDTH, WIDTH)
        tensors[f"{name}.mlp.fc.weight"] = matrix(2 * WIDTH, WIDTH)
        tensors[f"{name}.mlp.proj.weight"] = matrix(WIDTH, 2 * WIDTH)
    torch.save(tensors, os.path.join(folder, "model.pt"))
    tokens = torch.randint(3, VOCABULARY, (count + 1,), generator=random).tolist()
    for name, values in (("val_0.bin", tokens), ("val_bytes_0.bin", [3] * len(tokens))):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(struct.pack("<256i", 20240520, 1, len(values), *[0] * 253))
            file.write(struct.pack(f"<{len(values)}H", *values))


class Baseline:
    """The baseline script's forward pass in float32, on batches, with torch's fused operations."""

    def __init__(self, tensors):
        import torch

        self.torch, self.f = torch, torch.nn.functional
        self.w = {name: value.float() for name, value in tensors.items()}
        self.layers = 1 + max(int(n.split(".")[1]) for n in self.w if n.startswith("blocks."))
        self.heads = len(self.w["blocks.0.attn.q_gain"])
        self.width = self.w["blocks.0.resid_mix"].shape[1]
        self.head = self.width // self.heads
        self.turns = {}

    def rms(self, x):
        """x over its root mean square."""
        return self.f.rms_norm(x, (x.shape[-1],))

    def rotated(self, x):
        """x (batch × heads × T × d) turned by its positions."""
        length, half = x.shape[2], self.head // 2
        if length not in self.turns:
            frequencies = 1.0 / 10000.0 ** (self.torch.arange(0, self.head, 2) / self.head)
            angles = self.torch.outer(self.torch.arange(length).float(), frequencies)
            self.turns[length] = angles.cos(), angles.sin()
        cos, sin = self.turns[length]
        first, second = x[..., :half], x[..., half:]
        return self.torch.cat((first * cos + second * sin, second * cos - first * sin), -1)

    def attention(self, name, x):
        """What the heads say, projected."""
        batch, length, width = x.shape

        def split(part):
            flat = self.f.linear(x, self.w[f"{name}.{part}.weight"])
            return flat.view(batch, length, -1, self.head).transpose(1, 2)

        q, k = self.rotated(self.rms(split("c_q"))), self.rotated(self.rms(split("c_k")))
        q = q * self.w[f"{name}.q_gain"][:, None, None]
        y = self.f.scaled_dot_product_attention(
            q, k, split("c_v"), is_causal=True, enable_gqa=True)  # fmt: skip
        y = y.transpose(1, 2).reshape(batch, length, width)
        return self.f.linear(y, self.w[f"{name}.proj.weight"])

    def block(self, layer, x, x0):
        """One layer."""
        name = f"blocks.{layer}"
        mix = self.w[f"{name}.resid_mix"]
        x = mix[0] * x + mix[1] * x0
        x = x + self.w[f"{name}.attn_scale"] * self.attention(f"{name}.attn", self.rms(x))
        hidden = self.f.linear(self.rms(x), self.w[f"{name}.mlp.fc.weight"]).relu().square()
        out = self.f.linear(hidden, self.w[f"{name}.mlp.proj.weight"])
        return x + self.w[f"{name}.mlp_scale"] * out

    def losses(self, inputs, targets):
        """The sum of −log p(target), in nats."""
        x = x0 = self.rms(self.w["tok_emb.weight"][inputs])
        skips, half = [], self.layers // 2
        for layer in range(self.layers):
            if layer >= half and skips:
                x = x + self.w["skip_weights"][layer - half] * skips.pop()
            x = self.block(layer, x, x0)
            if layer < half:
                skips.append(x)
        head = self.w.get("lm_head.weight", self.w["tok_emb.weight"])
        logits = 30.0 * self.torch.tanh(self.f.linear(self.rms(x), head) / 30.0)
        return self.f.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


def peer(model, pattern, count, length, threads, batch):
    """Evaluates with torch; prints seconds without start and loading, tokens and the loss."""
    import torch

    torch.set_num_threads(threads)
    baseline = Baseline(torch.load(model, weights_only=True))
    parts = []
    for path in sorted(p for p in glob.glob(pattern) if "_bytes_" not in os.path.basename(p)):
        with open(path, "rb") as file:
            parts.append(torch.frombuffer(bytearray(file.read()[1024:]), dtype=torch.uint16))
    tokens = torch.cat(parts)[:count].long()
    windows = (len(tokens) - 1) // length
    inputs = tokens[: windows * length].view(windows, length)
    targets = tokens[1 : windows * length + 1].view(windows, length)
    with torch.inference_mode():
        baseline.losses(inputs[:batch], targets[:batch])
        start, total = time.perf_counter(), 0.0
        for first in range(0, windows, batch):
            rows = slice(first, first + batch)
            total += baseline.losses(inputs[rows], targets[rows]).item()
        seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "tokens": windows * length,
                      "loss": total / (windows * length)}))  # fmt: skip


def peak(threads):
    """The best of some products of 2048 × 2048, on this many threads."""
    os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
    # numpy's OpenBLAS may not know the processor; the kernels are those that birdie asks for.
    with open("/proc/cpuinfo") as file:
        flags = file.read()
    if "avx2" in flags:
        os.environ["OPENBLAS_CORETYPE"] = "SkylakeX" if "avx512dq" in flags else "Haswell"
    import numpy

    size = 2048
    left = numpy.random.default_rng(0).random((size, size), dtype=numpy.float32)
    right, best = left.T.copy(), 0.0
    for _ in range(12):
        start = time.perf_counter()
        left @ right
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
    print(json.dumps(best / 1e9))


def flops(model):
    """Floating-point operations for each token: those of matrices, and width times layers, by which
    attention grows with the length."""
    import torch

    tensors = torch.load(model, weights_only=True)
    head = tensors.get("lm_head.weight", tensors["tok_emb.weight"])
    matrices = [v for n, v in tensors.items() if n.startswith("blocks.") and n.endswith(".weight")]
    mixes = [v.shape[1] for n, v in tensors.items() if n.endswith(".resid_mix")]
    print(json.dumps([2 * sum(v.numel() for v in [*matrices, head]), sum(mixes)]))


# The comparison


def measured(command):
    """What a program printed, its processor seconds and its largest resident memory in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"benchmark: {' '.join(command)} ended with {process.returncode}")
    return output, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def own(*arguments):
    """What a subcommand of this script printed."""
    output, processor, memory = measured([sys.executable, __file__, *map(str, arguments)])
    return (json.loads(output) if output else None), processor, memory


def birdie_run(command):
    """Tokens per second, loss, processor seconds and memory of an evaluation."""
    output, processor, memory = measured(command)
    rate = float(re.search(r"([\d.]+) tokens/s", output)[1])
    loss = float(re.search(r"val_loss +([\d.]+)", output)[1])
    return rate, loss, processor, memory


def peer_run(*arguments):
    """The same of torch."""
    result, processor, memory = own("peer", *arguments)
    return result["tokens"] / result["seconds"], result["loss"], processor, memory


def hot_spots(folder, command):
    """Where the time of an evaluation goes, by perf; nothing where there is none."""
    data = os.path.join(folder, "perf.data")
    record = ["perf", "record", "-q", "-F", "499", "-o", data, *command]
    report = ["perf", "report", "-i", data, "--stdio", "-q", "--sort", "dso,symbol"]
    try:
        subprocess.run(record, check=True, capture_output=True)
        text = subprocess.run(report, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    rows = re.findall(r"^ +([\d.]+)% +(\S+) +\[.\] +(.+?)(?: +-)* *$", text, re.MULTILINE)
    return [(float(share), library, symbol) for share, library, symbol in rows]


def compare(folder, birdie, model=None, tokens=None):
    """Runs every program once a round, and prints medians."""
    rounds, count = int(os.environ.get("RUNS", "3")), int(os.environ.get("COUNT", "50000"))
    length = int(os.environ.get("LENGTH", "512"))
    threads = int(os.environ.get("THREADS", str(os.cpu_count())))
    if model is None:
        own("make", folder, count)
        model, tokens = os.path.join(folder, "model.pt"), os.path.join(folder, "val_*.bin")
    command = [birdie, "eval", model, "--tokens", tokens, "--max-tokens", str(count),
               "--sequence-length", str(length), "--threads", str(threads)]  # fmt: skip
    if "TOKENIZER" in os.environ:
        command += ["--tokenizer", os.environ["TOKENIZER"]]
    programs = {"birdie": lambda: birdie_run(command)}
    for batch in BATCHES:
        arguments = (model, tokens, count, length, threads, batch)
        programs[f"torch, batch {batch}"] = lambda a=arguments: peer_run(*a)
    runs = {name: [] for name in programs}
    peaks = []
    for turn in range(rounds + 1):
        peaks.append(own("peak", threads)[0])
        for name, program in programs.items():
            result = program()
            if turn:  # the first round warms up
                runs[name].append(result)
    report(runs, peaks, own("flops", model)[0], length)
    spots = hot_spots(folder, command)
    products = sum(share for share, library, symbol in spots if "gemm" in symbol.lower())
    if spots:
        print(f"matrix products take {products:.0f} % of birdie's samples; the most, in %:")
    for share, library, symbol in spots[:12]:
        print(f"  {share:5.1f}  {symbol}  ({library})")


def report(runs, peaks, work, length):
    """Prints the table, the ratio and the share of the machine's peak."""
    print("program            tokens/s     least      most       cpu    memory       loss")
    rates = {}
    for name, results in runs.items():
        rate, loss, processor, memory = (statistics.median(part) for part in zip(*results))
        rates[name] = rate
        least, most = (choice(part[0] for part in results) for choice in (min, max))
        print(f"{name:16} {rate:10.0f} {least:9.0f} {most:9.0f} {processor:7.2f} s"
              f" {memory:6.0f} MiB {loss:10.6f}")  # fmt: skip
    losses = [result[1] for results in runs.values() for result in results]
    if max(losses) - min(losses) > 1e-4:
        raise SystemExit("benchmark: the programs disagree about the loss")
    ours = rates.pop("birdie")
    best = max(rates, key=rates.get)
    print(f"birdie is {ours / rates[best]:.2f} times as fast as {best}")
    peak_rate = statistics.median(peaks)
    matrices, grown = work
    # A causal token sees half of its window on average, twice: scores and sums of values.
    attention = 2 * grown * length
    for name, rate in (("birdie", ours), (best, rates[best])):
        print(f"{name}: {matrices * rate / 1e9:.0f} GFLOP/s in matrices and"
              f" {attention * rate / 1e9:.0f} in attention,"
              f" {100 * (matrices + attention) * rate / 1e9 / peak_rate:.0f} % of the"
              f" {peak_rate:.0f} of a large product")  # fmt: skip


def main():
    """Does what the first argument says."""
    verb, *arguments = sys.argv[1:]
    if verb == "compare":
        compare(*arguments)
    elif verb == "flops":
        flops(*arguments)
    elif verb == "peak":
        peak(int(arguments[0]))
    elif verb == "make":
        make(arguments[0], int(arguments[1]))
    else:
        peer(*arguments[:2], *map(int, arguments[2:]))


if __name__ == "__main__":
    main()
