"""Formulas of merge methods in float64, over the inputs as they are: the answers without rounding.

Each takes the inputs in listed order, the setting of merging_plans.py and, for `sce`, the elements
that were selected. Nothing is rounded to the type of the inputs: where a method chooses by a sign
or a threshold, a tensor of 16 bits may choose otherwise.
"""

import numpy


def split(inputs, setting):
    """The base, or nothing, and the other inputs."""
    others = [value for index, value in enumerate(inputs) if index != setting.base]
    return (None if setting.base is None else inputs[setting.base]), others


def weights_of(setting):
    rows = [row for index, row in enumerate(setting.models) if index != setting.base]
    return [row["weight"] for row in rows]


def cosine(first, second, least):
    """The cosine of flat vectors whose lengths count as 1 up to `least`."""
    lengths = [numpy.linalg.norm(vector) for vector in (first, second)]
    one, two = [length if length > least else 1.0 for length in lengths]
    return min(1.0, max(-1.0, float((first / one) @ (second / two))))


def slerp(inputs, setting, _):
    base, (other,) = split(inputs, setting)
    t, c = setting.shared["t"], cosine(base.ravel(), other.ravel(), 1e-8)
    if abs(c) > 0.9995:
        return (1 - t) * base + t * other
    angle = numpy.arccos(c)
    return (numpy.sin((1 - t) * angle) * base + numpy.sin(t * angle) * other) / numpy.sin(angle)


def along_rows(first, second, t):
    """Spherical interpolation of vectors along the last axis."""
    units = [
        value / numpy.maximum(numpy.linalg.norm(value, axis=-1, keepdims=True), 1e-7)
        for value in (first, second)
    ]
    c = numpy.clip((units[0] * units[1]).sum(-1, keepdims=True), -1, 1)
    flat = 1 - c * c <= 1e-16
    angle = numpy.arccos(numpy.where(flat, 0, c))
    curved = numpy.sin((1 - t) * angle) * first + numpy.sin(t * angle) * second
    return numpy.where(flat, (1 - t) * first + t * second, curved / numpy.sin(angle))


def nuslerp(inputs, setting, _):
    base, others = split(inputs, setting)
    one, two = weights_of(setting)
    t = 0.5 if abs(one + two) < 1e-6 else two / (one + two)
    first, second = [value if base is None else value - base for value in others]
    shape = first.shape
    if setting.shared.get("nuslerp_flatten", True):
        merged = along_rows(first.ravel(), second.ravel(), t).reshape(shape)
    elif setting.shared.get("nuslerp_row_wise", False):
        turned = [numpy.swapaxes(value, 0, -1) for value in (first, second)]
        merged = numpy.swapaxes(along_rows(*turned, t), 0, -1)
    else:
        merged = along_rows(first, second, t)
    return merged if base is None else base + merged


def multislerp(inputs, setting, _):
    base, others = split(inputs, setting)
    if len(others) == 1:
        return others[0]
    eps = setting.shared.get("eps", 1e-8)
    weights = numpy.array(weights_of(setting))
    if setting.shared.get("normalize_weights", True):
        weights = weights / weights.sum()
    vectors = numpy.stack([value if base is None else value - base for value in others])
    flat = vectors.reshape(len(others), -1)
    lengths = numpy.linalg.norm(flat, axis=1)
    units = flat / (lengths + eps)[:, None]
    mean = weights @ units
    length = numpy.linalg.norm(mean)
    if length < eps:
        if len(others) > 2:
            return None
        merged = weights @ flat
    else:
        mean = mean / length
        tangent = weights @ (units - (units @ mean)[:, None] * mean)
        angle = numpy.linalg.norm(tangent) + eps
        merged = mean * numpy.cos(angle) + tangent * (numpy.sin(angle) / angle)
        merged = merged * (lengths @ weights)
    merged = merged.reshape(others[0].shape)
    return merged if base is None else merged + base


def karcher(inputs, setting, _):
    if len(inputs) == 1:
        return inputs[0]
    tol, rounds = setting.shared.get("tol", 1e-5), setting.shared.get("max_iter", 10)
    flat = [value.ravel() for value in inputs]
    lengths = [numpy.linalg.norm(value) for value in flat]
    units = [value / length for value, length in zip(flat, lengths) if length > tol]
    if not units:
        return numpy.zeros_like(inputs[0])
    mean = sum(units) / len(units)
    length = numpy.linalg.norm(mean)
    mean = units[0] if length < tol else mean / length
    for _ in range(rounds):
        tangent = numpy.zeros_like(mean)
        for unit in units:
            c = min(1.0, max(-1.0, float(mean @ unit)))
            angle = numpy.arccos(c)
            if angle >= tol:
                tangent += angle / numpy.sin(angle) * (unit - c * mean) / len(units)
        length = numpy.linalg.norm(tangent)
        if length < tol:
            break
        mean = numpy.cos(length) * mean + numpy.sin(length) * tangent / length
        mean = mean / numpy.linalg.norm(mean)
    return (mean * sum(lengths) / len(lengths)).reshape(inputs[0].shape)


def model_stock(inputs, setting, _):
    base, others = split(inputs, setting)
    shape, count = base.shape, len(others)
    rows = (-1, shape[-1]) if setting.shared.get("filter_wise", False) else (1, -1)
    base, others = base.reshape(rows), [value.reshape(rows) for value in others]
    offsets = [value - base for value in others]
    cosines = []
    for index, one in enumerate(offsets):
        for two in offsets[index + 1:]:
            product = numpy.linalg.norm(one, axis=1) * numpy.linalg.norm(two, axis=1)
            cosines.append(numpy.clip((one * two).sum(1) / numpy.maximum(product, 1e-6), -1, 1))
    c = numpy.mean(cosines, axis=0)[:, None]
    below = 1 + (count - 1) * c
    flat = abs(below) < 1e-6
    t = numpy.where(flat, 0, count * c / numpy.where(flat, 1, below))
    return (t * sum(others) / count + (1 - t) * base).reshape(shape)


def sce(inputs, setting, mask):
    base, others = split(inputs, setting)
    if not others:
        return base
    moves = numpy.stack([value - base for value in others])
    if mask is not None:
        moves = moves * mask
    agreed = numpy.sign(moves) == numpy.where(moves.sum(0) >= 0, 1, -1)
    squares = (moves ** 2).reshape(len(others), -1).mean(1)
    total = squares.sum()
    shares = numpy.full(len(others), 1 / len(others)) if total < 1e-6 else squares / total
    shares = shares.reshape(-1, *[1] * base.ndim) * agreed
    return base + (moves * shares).sum(0) / numpy.maximum(shares.sum(0), 1e-6)


ORACLES = {
    "slerp": slerp, "nuslerp": nuslerp, "multislerp": multislerp, "karcher": karcher,
    "model_stock": model_stock, "sce": sce,
}
