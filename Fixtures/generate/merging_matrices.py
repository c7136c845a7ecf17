"""Makes Fixtures/merging/formulas.dump and formulas.json: merges by formulas in float64.

    python merging_matrices.py

numpy 2.4.6 (LAPACK's singular values and solver), torch 2.15.0 for the file format. The methods are
those that mergekit has not: averages over checkpoints, Fisher's, RegMean, TSV-M, Iso-C and Iso-CTS,
written here from the papers. formulas.json lists for each method its cases as cases.json does;
`statistics` says for each input how many rows its second moments are sums over, and whether the
weight lies with inputs by rows. formulas.dump has CASE.input.N, CASE.statistics.N and CASE.output,
which is the formula's float64, whatever type the inputs have.
"""

import json
import os

import numpy as np
import torch

from value_dump import dump_tensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "merging")
TYPES = {"F64": torch.float64, "F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}
random = np.random.default_rng(20261129)


def average(inputs, weights):
    return sum(w * x for w, x in zip(weights, inputs)) / sum(weights)


def uniform_soup(inputs, shared, each, statistics, base):
    return average(inputs, [1] * len(inputs))


def ema(inputs, shared, each, statistics, base):
    mean = inputs[0]
    for x in inputs[1:]:
        mean = shared["decay"] * mean + (1 - shared["decay"]) * x
    return mean


def lawa(inputs, shared, each, statistics, base):
    return np.mean(inputs[-shared["latest"]:], axis=0)


def fisher(inputs, shared, each, statistics, base):
    floor = shared.get("floor", 1e-6) * np.mean(statistics)
    weights = [one.get("weight", 1) * (f + floor) for one, f in zip(each, statistics)]
    return average(inputs, weights)


def regmean(inputs, shared, each, statistics, base):
    weights = [one.get("weight", 1) for one in each]
    if statistics is None:
        return average(inputs, weights)
    grams = [sums / count for sums, count, _ in statistics]
    damping = shared.get("damping", 1e-6) * np.mean([np.diag(g) for g in grams])
    alpha = shared.get("alpha", 0.9)
    scaled = [
        alpha * g + np.diag((1 - alpha) * np.diag(g)) + damping * np.eye(len(g)) for g in grams]
    rows = [x if is_transposed else x.T for x, (_, _, is_transposed) in zip(inputs, statistics)]
    left = sum(w * g for w, g in zip(weights, scaled))
    right = sum(w * g @ x for w, g, x in zip(weights, scaled, rows))
    solution = np.linalg.solve(left, right)
    return solution if statistics[0][2] else solution.T


def differences(inputs, each, base):
    return [
        one.get("weight", 1) * (x - inputs[base])
        for place, (x, one) in enumerate(zip(inputs, each)) if place != base]


def polar(matrix):
    u, _, v = np.linalg.svd(matrix, full_matrices=False)
    return u @ v


def spectral(combine):
    def merge(inputs, shared, each, statistics, base):
        deltas = differences(inputs, each, base)
        if inputs[0].ndim != 2:
            return inputs[base] + shared.get("lambda", 1) * np.mean(deltas, axis=0)
        return inputs[base] + shared.get("lambda", 1) * combine(deltas, shared)
    return merge


def tsv(deltas, shared):
    count = min(deltas[0].shape) // len(deltas)
    parts = [np.linalg.svd(d, full_matrices=False) for d in deltas]
    u = polar(np.concatenate([p[0][:, :count] for p in parts], axis=1))
    s = np.concatenate([p[1][:count] for p in parts])
    v = polar(np.concatenate([p[2][:count] for p in parts], axis=0))
    return u @ np.diag(s) @ v


def iso_c(deltas, shared):
    u, s, v = np.linalg.svd(sum(deltas), full_matrices=False)
    return s.mean() * u @ v


def iso_cts(deltas, shared):
    rank = min(deltas[0].shape)
    own = (rank - int(shared.get("common_space", 0.8) * rank)) // len(deltas)
    u, s, v = np.linalg.svd(sum(deltas), full_matrices=False)
    k = rank - own * len(deltas)
    common = u[:, :k], s[:k], v[:k]
    parts = []
    for d in deltas:
        p = np.linalg.svd(d - common[0] @ common[0].T @ d, full_matrices=False)
        parts.append((p[0][:, :own], p[1][:own], p[2][:own]))
    parts.append(common)
    mean = np.concatenate([p[1] for p in parts]).mean()
    left = polar(np.concatenate([p[0] for p in parts], axis=1))
    return mean * left @ polar(np.concatenate([p[2] for p in parts], axis=0))


METHODS = {
    "uniform_soup": uniform_soup, "greedy_soup": uniform_soup, "ema": ema, "lawa": lawa,
    "fisher": fisher, "regmean": regmean, "tsv": spectral(tsv), "iso_c": spectral(iso_c),
    "iso_cts": spectral(iso_cts),
}
PARAMETERS = {
    "ema": [{"decay": 0.0}, {"decay": 0.9}, {"decay": 1.0}], "lawa": [{"latest": 1}, {"latest": 2}],
    "fisher": [{}, {"floor": 0.1}], "regmean": [{}, {"alpha": 0.0}, {"alpha": 1.0, "damping": 0.01}],
    "iso_cts": [{}, {"common_space": 0.5}], "tsv": [{}, {"lambda": 0.4}],
}
SHAPES = [(12, 9), (7, 16), (8, 8), (11,), (3, 2, 4), (1, 5), (5, 1)]


def gram(shape, transposed, dead):
    width = shape[0] if transposed else shape[1]
    rows = random.normal(0, 1, (3 * width, width)) * np.exp(random.normal(0, 1, width))
    rows[:, :1] += rows[:, -1:]
    if dead and width > 2:
        rows[:, width // 2] = 0
    return rows.T @ rows, len(rows), transposed


def knowledge(method, shape, count, number):
    if method == "fisher":
        return [
            np.exp(random.normal(-12, 3, shape)).astype(np.float32).astype(np.float64)
            for _ in range(count)]
    if method != "regmean" or len(shape) != 2:
        return None
    transposed = number % 3 == 2
    return [gram(shape, transposed, dead=number % 4 == 1) for _ in range(count)]


def main():
    tensors, listing = {}, {}
    for method, merge in METHODS.items():
        listing[method] = []
        needs_base = method in ("tsv", "iso_c", "iso_cts")
        for number, shape in enumerate(SHAPES * 2):
            dtype = ["F64", "F32", "BF16", "F16"][number % 4]
            count = 3 if number % 2 else 2 + needs_base
            start = random.normal(0, 1, shape)
            stored = [
                torch.from_numpy(start + random.normal(0, 0.2, shape)).to(TYPES[dtype])
                for _ in range(count)]
            inputs = [x.double().numpy() for x in stored]
            choices = PARAMETERS.get(method, [{}])
            shared = choices[number % len(choices)]
            weighs = method in ("fisher", "regmean", "tsv", "iso_c", "iso_cts") and number % 3 == 1
            base = (0 if number % 2 else count - 1) if needs_base else None
            each = [
                {"weight": round(0.3 + 0.4 * i, 1)} if weighs and i != base else {}
                for i in range(count)]
            statistics = knowledge(method, shape, count, number)
            # An input of one row or column is no matrix to decompose.
            flat = needs_base and 1 in shape
            result = merge(
                [x.reshape(-1) for x in inputs] if flat else inputs, shared, each, statistics, base)
            name = f"{method}-{number}"
            entry = {"name": name, "dtype": dtype, "parameters": shared, "models": each}
            if base is not None:
                entry["base"] = base
            for i, x in enumerate(stored):
                tensors[f"{name}.input.{i}"] = x
            if statistics is not None:
                entry["statistics"] = []
                for i, known in enumerate(statistics):
                    matrix = known if method == "fisher" else known[0]
                    tensors[f"{name}.statistics.{i}"] = torch.from_numpy(matrix)
                    entry["statistics"].append(
                        {} if method == "fisher" else {"rows": known[1], "transposed": known[2]})
            tensors[f"{name}.output"] = torch.from_numpy(
                np.ascontiguousarray(result.reshape(shape)))
            listing[method].append(entry)
    with open(os.path.join(FOLDER, "formulas.dump"), "wb") as file:
        file.write(dump_tensors(tensors))
    with open(os.path.join(FOLDER, "formulas.json"), "w") as file:
        json.dump(listing, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
