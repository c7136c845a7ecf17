"""Golden files for methods that fit what they round by: AWQ's scales of columns and codebooks of
k-means, by their formulas in float64. numpy 1.26.4.

    python Fixtures/generate/fitted_quantizers.py

Writes Fixtures/quantization/{awq,kmeans}-*.dump: for each weight NAME its second moments under
NAME.moment, for AWQ the means of |x| under NAME.mean_abs, and what the method stores. AWQ is
written from Lin et al. (2024), section 3.2, k-means from Lloyd (1982) with weights as in Kim et al.
(2023). Weights are drawn again where a decision is so close that float32 might take another.
Deterministic.
"""

import os

import numpy
import torch

from value_dump import dump_tensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quantization")
MARGIN = 2e-5
SHAPES = {"plain": (5, 12), "wide": (3, 40), "line": (1, 9), "column": (7, 1),
          "tall": (30, 4)}


class TooClose(Exception):
    """A decision that float32 might take otherwise."""


def require(clear):
    if not clear:
        raise TooClose


def half(numbers, margin=2e-6):
    """Numbers as float16 stores them, well within its bounds."""
    numbers = numpy.asarray(numbers)
    stored = numpy.float16(numpy.float32(numbers))
    for factor in (1 - margin, 1 + margin):
        require((numpy.float16(numpy.float32(numbers * factor)) == stored).all())
    return stored


def integers(numbers):
    """The nearest integers, which must be clear."""
    require((abs(numbers - numpy.floor(numbers) - 0.5) > MARGIN).all())
    return numpy.rint(numbers)


def draw(random, name):
    """A weight, the second moments of what it reads, and the means of its magnitudes."""
    rows, columns = SHAPES[name]
    weight = random.normal(0, 0.05, (rows, columns)).astype("f4")
    inputs = random.normal(0, 1, (4 * columns + 3, columns)) * random.uniform(0.1, 9, columns)
    inputs[:, 1:] += 0.5 * inputs[:, :-1]
    if name == "plain":
        inputs[:, 4] = 0  # nothing is ever read from this channel
        weight[2] = 0
    return weight, inputs.T @ inputs, abs(inputs).mean(0)


# ---- AWQ


def awq(weight, moment, magnitudes, bits, powers=20):
    """The scales of columns with the least error of the output, of `powers` powers."""
    most = 2 ** (bits - 1) - 1
    live = magnitudes > 0
    results = []
    for power in numpy.arange(powers) / powers:
        scales = numpy.where(live, numpy.where(live, magnitudes, 1.0) ** power, 1.0)
        # As far above 1 as below it; a channel that is never read stands in the middle.
        middle = numpy.sqrt(scales[live].max() * scales[live].min())
        scales[live] /= middle
        columns = half(1 / scales).astype("f8")
        scaled = weight.astype("f8") / columns
        rows = half(abs(scaled).max(1) / most)
        step = rows.astype("f8")[:, None]
        quotients = numpy.divide(scaled, step, out=numpy.zeros_like(scaled), where=step > 0)
        codes = numpy.clip(integers(quotients), -most, most)
        error = codes * step * columns - weight
        results.append((numpy.einsum("ij,jk,ik->", error, moment, error), codes, rows, columns))
    losses = numpy.array([result[0] for result in results])
    best = results[losses.argmin()]
    # Other losses are greater, unless they are of the same result.
    for loss, codes, rows, columns in results:
        alike = all((a == b).all() for a, b in zip((codes, rows, columns), best[1:]))
        require(alike or loss > best[0] * (1 + 1e-4))
    return {
        "codes": best[1].astype("i1"), "row_scales": best[2], "column_scales": best[3].astype("f2")}


# ---- k-means


def kmeans(weight, moment, bits, weighed, iterations=40):
    """A codebook for all of a weight, whose rows are divided by their root mean squares."""
    scale = half(numpy.sqrt((weight.astype("f8") ** 2).mean(1)), 1e-12).astype("f4")[:, None]
    ratios = numpy.divide(weight, scale, out=numpy.zeros_like(weight), where=scale > 0)
    importance = numpy.ones(weight.shape[1])
    if weighed:
        importance = numpy.maximum(numpy.diag(moment) / numpy.diag(moment).max(), 1e-6)
    order = numpy.argsort(ratios.ravel(), kind="stable")
    numbers = ratios.ravel()[order].astype("f8")
    weights = numpy.tile(importance, len(weight))[order]

    def mean(members):
        return (numbers[members] * weights[members]).sum() / weights[members].sum()

    count = 2**bits
    # To begin with, as many numbers for each centroid.
    cuts = [len(numbers) * part // count for part in range(count + 1)]
    require(all(low < high for low, high in zip(cuts, cuts[1:])))
    means = numpy.array([mean(slice(low, high)) for low, high in zip(cuts, cuts[1:])])
    for _ in range(iterations):
        nearest = nearest_of(numbers, means)
        moved = numpy.array([
            mean(nearest == part) if (nearest == part).any() else means[part]
            for part in range(count)])
        if (moved == means).all():
            break
        means = moved
    book = means.astype("f4")
    require(((means * (1 - 1e-11)).astype("f4") == (means * (1 + 1e-11)).astype("f4")).all())
    indices = nearest_of(ratios.ravel().astype("f8"), book.astype("f8"))
    return {
        "indices": indices.reshape(weight.shape).astype("u1"), "codebook": book,
        "scale": scale.astype("f2")}


def nearest_of(numbers, means):
    """The index of the nearest mean of each number, which must be clear."""
    distances = abs(numbers[:, None] - means)
    nearest = distances.argmin(1)
    others = numpy.sort(distances, 1)
    require((others[:, 1] - others[:, 0] > 1e-7).all())
    return nearest


def write(name, cases, quantize, parts):
    random = numpy.random.default_rng(20261128)
    tensors = {}
    for case in cases:
        while True:
            drawn = draw(random, case)
            try:
                results = quantize(*drawn)
                break
            except TooClose:
                continue
        tensors[case] = torch.from_numpy(drawn[0])
        results.update(zip(parts, drawn[1:]))
        tensors.update({
            f"{case}.{part}": torch.from_numpy(value) for part, value in results.items()})
    with open(os.path.join(FOLDER, name + ".dump"), "wb") as file:
        file.write(dump_tensors(tensors))


def main():
    for bits in (3, 4):
        write(f"awq-{bits}", SHAPES, lambda *drawn: awq(*drawn, bits), ("moment", "mean_abs"))
    # Where means are not known, roots of mean squares; the fixture's moments are of one row.
    write("awq-4-moments", SHAPES,
          lambda w, m, _: awq(w, m, numpy.sqrt(numpy.diag(m)), 4), ("moment",))
    cases = ("tall", "wide")
    for bits in (2, 4):
        write(f"kmeans-{bits}", cases, lambda w, m, _: kmeans(w, m, bits, True), ("moment",))
    write("kmeans-3-plain", cases, lambda w, m, _: kmeans(w, m, 3, False), ("moment",))


if __name__ == "__main__":
    main()
