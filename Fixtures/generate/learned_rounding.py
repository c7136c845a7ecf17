"""Golden files for learned rounding: codes, scales and zero points by its formulas in float64.
numpy 1.26.4.

    python Fixtures/generate/learned_rounding.py

Writes Fixtures/quantization/autoround-BITS-GRID-ITERATIONS.dump: for each weight NAME its second
moments under NAME.moment, and NAME.q, NAME.scale, NAME.zero_point. Written from Cheng et al. (2023)
with the derivatives that the straight-through estimator gives, a weight at a time; groups of 4
columns. Weights are drawn again where a decision is so close that float32 might take another.
Deterministic.
"""

import os

import numpy
import torch

from value_dump import dump_tensors

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quantization")
GROUP = 4
# How far a decision must be from being another, in parts of what is decided on: of float32, and of
# scales, which are found in float64.
MARGIN, SCALE_MARGIN = 2e-6, 1e-12


class TooClose(Exception):
    """A decision that float32 might take otherwise."""


def require(clear):
    if not clear:
        raise TooClose


SHAPES = {"plain": (6, 12), "cut": (4, 10), "tall": (70, 3), "line": (1, 9), "column": (7, 1)}


def draw(random, name):
    """A weight and the second moments of what it reads."""
    if name == "unread":
        return random.normal(0, 0.05, (2, 6)).astype("f4"), numpy.zeros((6, 6))
    rows, columns = SHAPES[name]
    weight = random.normal(0, 0.05, (rows, columns)).astype("f4")
    inputs = random.normal(0, 1, (4 * columns + 3, columns)) * random.uniform(0.3, 3, columns)
    inputs[:, 1:] += 0.7 * inputs[:, :-1]
    if name == "plain":
        inputs[:, 4] = 0  # nothing is ever read from this channel
        weight[2] = 0
        weight[3] = 0.125
    if name == "cut":
        weight[1] = abs(weight[1])
    return weight, inputs.T @ inputs


def half(number):
    """A number as float16 stores it."""
    stored = numpy.float16(numpy.float32(number))
    for factor in (1 - SCALE_MARGIN, 1 + SCALE_MARGIN):
        require(numpy.float16(numpy.float32(number * factor)) == stored)
    return float(stored)


def integer(number):
    """The nearest integer, which must be clear."""
    require(abs(number - numpy.floor(number) - 0.5) > MARGIN)
    return round(number)


class Grid:
    """The levels of a group whose ends are beta times its least and alpha times its greatest."""

    def __init__(self, elements, alpha, beta, bits, affine):
        self.affine = affine
        self.sign = bits == 1 and not affine
        self.low, self.high = min(elements.min(), 0.0), max(elements.max(), 0.0)
        half_range = 2 ** (bits - 1)
        self.least, self.greatest = -half_range, half_range - 1
        if not affine:
            self.greatest = max(self.greatest, 1)
            self.least = -self.greatest
        self.alpha, self.beta = alpha, beta
        upper, lower = self.high * alpha, self.low * beta
        if affine:
            self.scale = half((upper - lower) / (self.greatest - self.least))
            self.zero = integer(self.least - lower / self.scale) if self.scale else 0
            self.zero = min(max(self.zero, self.least), self.greatest)
        else:
            self.scale, self.zero = half(max(upper, -lower) / self.greatest), 0

    def quantize(self, w, v):
        """The code, the weight that it stands for, and what that is derived by V, by the scale and,
        through the zero point, by the lower end."""
        if self.scale == 0:
            return self.zero, 0.0, 0.0, 0.0, 0.0
        x = w / self.scale
        if self.sign:
            moved = x + 2 * v
            require(abs(moved) > MARGIN and abs(abs(moved) - 2) > MARGIN)
            code, inside = (-1 if moved < 0 else 1), abs(moved) <= 2
        else:
            nearest = integer(x + v) + self.zero
            code = min(max(nearest, self.least), self.greatest)
            inside = code == nearest
        level = code - self.zero
        if inside:
            return code, level * self.scale, self.scale, level - x, 0.0
        lower = self.low * self.beta / self.scale if self.affine else 0.0
        return code, level * self.scale, 0.0, level - lower, 1.0 if self.affine else 0.0

    def moved(self, by_scale, by_low, rate):
        """The ends after a step against the derivatives."""
        alpha, beta = self.alpha, self.beta
        if self.affine:
            span = self.greatest - self.least
            alpha -= rate * numpy.sign(by_scale * self.high / span)
            beta -= rate * numpy.sign(by_scale * -self.low / span + by_low * self.low)
        elif self.high * alpha >= -self.low * beta:
            alpha -= rate * numpy.sign(by_scale * self.high / self.greatest)
        else:
            beta -= rate * numpy.sign(by_scale * -self.low / self.greatest)
        return min(max(alpha, 0.0), 1.0), min(max(beta, 0.0), 1.0)


def clear(terms):
    """The sum of terms, which must be 0 or well away from it."""
    total, size = sum(terms), sum(abs(term) for term in terms)
    require(size == 0 or abs(total) > MARGIN * size)
    return total


def descend(w, moment, bits, affine, iterations):
    """The best iterate of one row: codes, scales, zero points."""
    starts = range(0, len(w), GROUP)
    offsets, ends, best = numpy.zeros(len(w)), [(1.0, 1.0) for _ in starts], None
    for iteration in range(iterations + 1):
        grids = [Grid(w[s:s + GROUP], *ends[i], bits, affine) for i, s in enumerate(starts)]
        parts = [grids[j // GROUP].quantize(w[j], offsets[j]) for j in range(len(w))]
        error = numpy.array([part[1] for part in parts]) - w
        loss = error @ moment @ error
        if best is not None and loss != best[0]:
            require(abs(loss - best[0]) > MARGIN * best[0])
        if best is None or loss < best[0]:
            best = loss, [p[0] for p in parts], [g.scale for g in grids], [g.zero for g in grids]
        if loss == 0:
            break
        rate = (1 - iteration / iterations) / iterations
        slopes = [2 * clear(error * moment[:, j]) for j in range(len(w))]
        for i, start in enumerate(starts):
            group = range(start, min(start + GROUP, len(w)))
            by_scale = clear([slopes[j] * parts[j][3] for j in group])
            by_low = clear([slopes[j] * parts[j][4] for j in group])
            ends[i] = grids[i].moved(by_scale, by_low, rate)
        for j in range(len(w)):
            step = rate * numpy.sign(slopes[j] * parts[j][2])
            offsets[j] = min(max(offsets[j] - step, -0.5), 0.5)
    return best[1:]


def case(random, name, bits, affine, iterations):
    """A weight, its moments, codes, scales and zero points."""
    while True:
        weight, moment = draw(random, name)
        try:
            rows = [descend(row.astype("f8"), moment, bits, affine, iterations) for row in weight]
        except TooClose:
            continue
        return weight, moment, *(numpy.array([row[part] for row in rows]) for part in range(3))


def main():
    for bits, affine, iterations in [
        (4, False, 8), (3, True, 6), (2, False, 5), (1, False, 4), (1, True, 4),
    ]:
        random = numpy.random.default_rng(20261128)
        tensors = {}
        for name in [*SHAPES, "unread"]:
            weight, moment, codes, scales, zeros = case(random, name, bits, affine, iterations)
            tensors[name] = torch.from_numpy(weight)
            tensors[name + ".moment"] = torch.from_numpy(moment)
            tensors[name + ".q"] = torch.from_numpy(codes.astype("i1"))
            tensors[name + ".scale"] = torch.from_numpy(scales.astype("f2"))
            zeros = zeros.astype("i1") if affine else numpy.zeros(0, "i1")
            tensors[name + ".zero_point"] = torch.from_numpy(zeros)
        kind = "zeros" if affine else "plain"
        path = os.path.join(FOLDER, f"autoround-{bits}-{kind}-{iterations}.dump")
        with open(path, "wb") as file:
            file.write(dump_tensors(tensors))


if __name__ == "__main__":
    main()
