"""Golden files for the default method: weights, second moments, and the codes, scales and errors that
GPTQ with waterfilled column steps and a trellis down each column gives, by its formulas in float64.
numpy 1.26.4.

    python Fixtures/generate/trellis.py

Writes Fixtures/quantization/trellis.dump: for each weight NAME its second moments under NAME.moment,
the number of states as NAME.states, and NAME.codes, NAME.column_scales, NAME.row_scales (with row
scales that are fitted to the codes) and NAME.distortion, tr(E H E^T) with E the error of the weights
without those. Written from the papers: Frantar et al. (2023), Algorithm 1, with the whole inverse;
Ungerboeck (1982), Table I, for the trellis, whose supersets and transitions are those that
docs/formats/birdie.md defines; Viterbi over every point. Deterministic.
"""

import math
import os

import numpy
import torch

from value_dump import dump_tensors

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quantization", "trellis.dump")

# Parity checks h0 and h1 in octal, as Ungerboeck prints them.
CHECKS = {8: (0o13, 0o4), 256: (0o515, 0o362)}
STEP, DAMPING, RATE_WEIGHT = 0.4145, 0.01, 0.3


def cases():
    random = numpy.random.default_rng(20261129)
    for name, (rows, columns), states in [("small", (40, 24), 8), ("wide", (32, 40), 256)]:
        weight = random.normal(0, 0.05, (rows, columns)).astype("f4")
        inputs = random.normal(0, 1, (4 * columns, columns)) * random.uniform(0.3, 3, columns)
        inputs[:, 1:] += 0.5 * inputs[:, :-1]
        yield name, weight, inputs.T @ inputs, states


def successor(state, code, states):
    """The state after a code: shifted, with h1's bits where the code is odd, h0's where z is 1."""
    h0, h1 = CHECKS[states]
    return (state >> 1) ^ ((h1 >> 1) if code & 1 else 0) ^ ((h0 >> 1) if state & 1 else 0)


def viterbi(x, states, cost_of_rate):
    """The points 2q + z of least squared error and rate along a way through the trellis."""
    reach = max(8, int(numpy.abs(x).max()) + 8)
    points = numpy.arange(-reach, reach + 1)
    rate = cost_of_rate(points)
    best = numpy.full(states, numpy.inf)
    best[0] = 0
    history = []
    for number in x:
        cost = (number - points) ** 2 + rate
        # Points of one residue modulo 4 have the same superset and the same parity of their code.
        choice = {r: min(points[points % 4 == r], key=lambda p: cost[p + reach]) for r in range(4)}
        after = numpy.full(states, numpy.inf)
        way = [None] * states
        for state in range(states):
            z = state & 1
            for parity in (0, 1):
                point = choice[z + 2 * parity]
                target = successor(state, parity, states)
                total = best[state] + cost[point + reach]
                if total < after[target]:
                    after[target], way[target] = total, (state, point)
        history.append(way)
        best = after
    state = int(best.argmin())
    found = []
    for way in reversed(history):
        state, point = way[state]
        found.append(point)
    return numpy.array(found[::-1])


def gaussian_rate(x):
    """Bits under a Gaussian of the column's mean magnitude, as error that a bit is worth."""
    mean = numpy.abs(x).mean()
    deviation = mean * 1.2533
    per_bit = RATE_WEIGHT * 2 * math.log(2) * 0.26
    return lambda points: per_bit * math.log2(math.e) * (points / deviation) ** 2 / 2


def quantize(weight, moment, states):
    w = weight.astype("f8")
    rows, columns = w.shape
    diagonal = numpy.diag(moment)
    order = numpy.argsort(-diagonal, kind="stable")
    h = (moment + numpy.eye(columns) * DAMPING * diagonal.mean())[order][:, order]
    # Reverse Cholesky: h = v v^T with v upper, and u = v^-1 has u^T u = h^-1.
    v = numpy.linalg.cholesky(h[::-1, ::-1])[::-1, ::-1]
    u = numpy.linalg.inv(v)
    octaves = numpy.log2(numpy.diag(u))
    spacing = STEP * math.sqrt((w * w).mean()) / 2
    exponents = math.log2(spacing) + octaves - octaves.mean()
    assert numpy.abs(octaves - octaves.mean()).max() < 4
    eighths = exponents * 8
    assert numpy.abs(eighths - numpy.floor(eighths) - 0.5).min() > 1e-6
    scales = numpy.empty(columns, "f4")
    scales[order] = (2.0 ** (numpy.rint(eighths) / 8)).astype("f4")
    codes, points = numpy.zeros((rows, columns), "i8"), numpy.zeros((rows, columns), "i8")
    left = w[:, order].copy()
    for place, column in enumerate(order):
        scale = float(scales[column])
        x = left[:, place] / scale
        points[:, column] = viterbi(x, states, gaussian_rate(x))
        error = (left[:, place] - points[:, column] * scale) / u[place, place]
        left[:, place + 1:] -= numpy.outer(error, u[place, place + 1:])
    codes = points >> 1
    values = points * scales.astype("f8")
    error = w - values
    distortion = numpy.trace(error @ moment @ error.T)
    # The factor of a row that leaves least of its output's error, in sixty-fourths of an octave.
    factors = ((values @ moment) * w).sum(1) / ((values @ moment) * values).sum(1)
    row_scales = 2.0 ** (numpy.rint(numpy.log2(factors) * 64) / 64)
    return codes, scales, row_scales.astype("f4"), distortion


def main():
    tensors = {}
    for name, weight, moment, states in cases():
        codes, columns, rows, distortion = quantize(weight, moment, states)
        assert numpy.abs(codes).max() < 128
        parts = {
            "": weight, ".moment": moment, ".states": numpy.array([states]),
            ".codes": codes.astype("i1"), ".column_scales": columns, ".row_scales": rows,
            ".distortion": numpy.array([distortion]),
        }
        for suffix, part in parts.items():
            tensors[name + suffix] = torch.from_numpy(numpy.ascontiguousarray(part))
    with open(PATH, "wb") as file:
        file.write(dump_tensors(tensors))


if __name__ == "__main__":
    main()
