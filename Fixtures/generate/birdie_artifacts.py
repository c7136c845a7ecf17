"""An encoder of Birdie artifacts, and the fixtures it makes: birdie/accepts and birdie/rejects.

    birdie_artifacts.py [--out Fixtures/birdie]

Written from docs/formats/birdie.md alone, one plain step after another. Each folder of accepts/ has

    artifact.birdie
    expected.safetensors              the tensors, decoded
    expected-components.safetensors   the parts of encoded tensors, if any, as `tensor/part`
    expected.json                     metadata and, in order, types, shapes, encodings, components

Where the tensors are large, expected.json has their SHA-256 and there are no safetensors. Made with
torch 2.15.0, numpy 1.26.4, safetensors 0.8.0.
"""

import argparse
import hashlib
import json
import math
import os
import shutil
import struct
import zlib
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
MAGIC, END = b"\x89BIRDIE\x01", b"BIRD"
CHUNK = 1 << 20

# ---- elements

TORCH = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U64": torch.uint64, "U32": torch.uint32, "U16": torch.uint16, "U8": torch.uint8,
    "BOOL": torch.bool, "F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2,
    "C64": torch.complex64,
}  # fmt: skip
ROTATED = ("F16", "BF16", "F32", "F64")


@dataclass
class Array:
    """Elements as a file stores them: a type, a shape and little-endian bytes."""

    dtype: str
    shape: tuple
    data: bytes

    @property
    def count(self):
        return math.prod(self.shape)

    @property
    def rows(self):
        return self.shape[0] if len(self.shape) > 1 else 1

    @property
    def width(self):
        return TORCH[self.dtype].itemsize

    def torch(self):
        if not self.data:
            return torch.zeros(self.shape, dtype=TORCH[self.dtype])
        return torch.frombuffer(bytearray(self.data), dtype=TORCH[self.dtype]).reshape(self.shape)

    def floats(self):
        return self.torch().float().numpy()

    def symbols(self):
        """Whole elements as integers; for types of one byte and the 16-bit integers."""
        kind = {"I8": "<i1", "I16": "<i2", "U16": "<u2"}.get(self.dtype, "<u1")
        return np.frombuffer(self.data, kind).astype(np.int64)

    def planes(self):
        """The bytes of each significance, the highest first."""
        width = self.width
        if width == 1:
            return [np.frombuffer(self.data, "u1")]
        data = self.data
        if self.dtype in ROTATED:
            numbers = np.frombuffer(data, f"<u{width}")
            one, rest = numbers.dtype.type(1), numbers.dtype.type(8 * width - 1)
            data = (numbers << one | numbers >> rest).tobytes()
        matrix = np.frombuffer(data, "u1").reshape(-1, width)
        return [matrix[:, width - 1 - plane] for plane in range(width)]


def array(dtype, values, shape=None):
    """Values, rounded to `dtype` the way torch rounds them."""
    values = torch.as_tensor(np.asarray(values)).to(TORCH[dtype])
    if shape is not None:
        values = values.reshape(shape)
    data = (
        values.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        if values.numel()
        else b""
    )
    return Array(dtype, tuple(values.shape), data)


# ---- the adaptive coder


class Coder:
    """Writes what the adaptive decoder reads.

    `damage` maps a field to (n, value): the n-th number of that field is written as another value.
    """

    def __init__(self, damage=None):
        self.low, self.range, self.out = 0, (1 << 32) - 1, bytearray()
        self.contexts, self.words = {}, []
        self.damage, self.seen = damage or {}, {}

    def _narrow(self, start, size):
        """Keeps the part of the interval that has this start and size."""
        self.low, self.range = self.low + start, size
        if self.low >> 32:
            self._carry()
        while self.range < 1 << 24:
            self.out.append(self.low >> 24)
            self.low, self.range = self.low << 8 & 0xFFFFFFFF, self.range << 8

    def _carry(self):
        self.low -= 1 << 32
        place = len(self.out) - 1
        while self.out[place] == 255:
            self.out[place] = 0
            place -= 1
        self.out[place] += 1

    def finish(self):
        """The message: as few bytes as tell the interval, when zeros follow."""
        for count in range(5):
            unit = 1 << 32 - 8 * count
            value = -(-self.low // unit) * unit
            if value < self.low + self.range:
                break
        self.low = value
        if self.low >> 32:
            self._carry()
        return bytes(self.out) + self.low.to_bytes(4, "big")[:count]

    def bit(self, context, bit):
        p, n = self.contexts.get(context, (32768, 0))
        threshold = (self.range >> 16) * p
        if bit:
            self._narrow(0, threshold)
            p += (65536 - p) // (n + 2)
        else:
            self._narrow(threshold, self.range - threshold)
            p -= p // (n + 2)
        self.contexts[context] = p, min(n + 1, 254)

    def uniform(self, n, value):
        part = self.range // n
        start = value * part
        self._narrow(start, part if value < n - 1 else self.range - start)

    def number(self, name, value, digits=64):
        times = self.seen[name] = self.seen.get(name, -1) + 1
        if name in self.damage and self.damage[name][0] == times:
            value = self.damage[name][1]
        binary = bin(value + 1)[2:]
        length = len(binary) - 1
        for place in range(length):
            self.bit((name, place), 1)
        if length < 64:
            self.bit((name, length), 0)
        assert "1" not in binary[1 + digits :], "more digits than are written"
        for place in range(1, min(length, digits) + 1):
            self.bit((name, length, int(binary[:place], 2)), int(binary[place]))

    def signed(self, name, value):
        self.number(name, 2 * value if value >= 0 else -2 * value - 1)

    def byte(self, name, a, b, value):
        for place in range(8):
            self.bit((name, a, b, 1 << place | value >> 8 - place), value >> 7 - place & 1)

    def text(self, text):
        """A text, or bytes that are none."""
        data = text.encode() if isinstance(text, str) else text
        self.number(1, len(data))
        a = b = 0
        for value in data:
            self.byte(2, a, b, value)
            a, b = value, a

    def word(self, text):
        if text in self.words:
            self.number(3, 1 + self.words.index(text))
        else:
            self.number(3, 0)
            self.text(text)
            self.words.append(text)


# ---- tables

TRELLIS = {  # states: h0, h1
    4: (0o5, 0o2), 8: (0o13, 0o4), 16: (0o23, 0o4), 32: (0o45, 0o10), 64: (0o103, 0o24),
    128: (0o235, 0o126), 256: (0o515, 0o362),
}  # fmt: skip


def supersets(codes, states):
    """The superset of each code of a matrix."""
    h0, h1 = TRELLIS[states]
    state = np.zeros(codes.shape[1], np.int64)
    result = np.zeros(codes.shape, np.int64)
    for row in range(codes.shape[0]):
        result[row] = state & 1
        state = state >> 1 ^ (h1 >> 1) * (codes[row] & 1) ^ (h0 >> 1) * result[row]
    return result


def power(a, s):
    """2^(a / 2^s)."""
    value, root = math.ldexp(1.0, a >> s), 2.0
    for place in reversed(range(s)):
        root = math.sqrt(root)
        if a >> place & 1:
            value *= root
    return value


def completed(frequencies, precision):
    """Frequencies with what is missing to 2^P at the first largest."""
    result = list(frequencies)
    result[result.index(max(result))] += (1 << precision) - sum(result)
    return result


def kept(x, digits):
    """x or the next number below it whose x + 1 has only zeros after its first 1 + m digits."""
    drop = max((x + 1).bit_length() - 1 - digits, 0)
    return (x + 1 >> drop << drop) - 1


@dataclass
class Histograms:
    """Frequencies as they are counted, each with `digits` binary digits after the first."""

    digits: int = 15
    forced: list = None  # frequencies to write instead, for damaged files

    def write(self, coder, stream, tables, counts):
        """Writes the tables; gives the frequencies by width class and superset."""
        coder.number(29, 0)
        return {key: self._table(coder, stream.precision, counts[key]) for key in tables}

    def _table(self, coder, precision, counts):
        total, used = int(counts.sum()), int((counts > 0).sum())
        coder.number(30, self.digits if total else 0)
        if not total:
            return None
        room = (1 << precision) - used
        frequencies = self.forced or [
            kept(1 + int(count) * room // total, self.digits) if count else 0 for count in counts
        ]
        before = 0
        for frequency in frequencies:
            coder.number(31 + min(before, 15), frequency, self.digits)
            before = (frequency + 1).bit_length()
        return completed(frequencies, precision)


@dataclass
class Mixture:
    """Shapes, each (b, j, width, amplitude); the first one's amplitude is 64."""

    support: int
    shapes: list
    location: int = 0

    def write(self, coder, stream, tables, counts):
        coder.number(29, len(self.shapes))
        coder.number(50, self.support)
        coder.signed(51, self.location)
        for index, (b, j, width, amplitude) in enumerate(self.shapes):
            coder.number(52, b)
            coder.number(53, j)
            coder.signed(54, width)
            if index:
                coder.number(55, amplitude)
        result = {}
        for key in tables:
            points = [stream.least + k for k in range(len(counts[key]))]
            if stream.states:
                points = [2 * q + key[1] for q in points]
            result[key] = self.table(points, key[0], 2 if stream.states else 1, stream.precision)
        return result

    def table(self, points, width_class, distance, precision):
        probabilities = [self._probability(v, width_class, distance) for v in points]
        total = 0.0
        for p in probabilities:
            total += p
        if total == 0:
            return None
        scale = 1 << precision
        frequencies = [math.floor(p / total * scale + 0.5) for p in probabilities]
        frequencies = [f if f or p == 0 else 1 for f, p in zip(frequencies, probabilities)]
        return completed(frequencies, precision)

    def _probability(self, v, width_class, distance):
        first = power(self.shapes[0][2] + 8 * width_class, 6)
        if abs(v) > self.support * first / 4:
            return 0.0
        g, half, result = v - self.location / 16, distance / 2, 0.0
        for index, (b, j, width, amplitude) in enumerate(self.shapes):
            w = power(width + 8 * width_class, 6)
            density = [self._density(t, w, b, j) for t in (g - half, g, g + half)]
            mass = (density[0] + 4 * density[1]) + density[2]
            result += (amplitude if index else 64) * mass
        return result

    @staticmethod
    def _density(t, w, b, j):
        u = abs(t) / w
        root = math.sqrt(math.sqrt(math.sqrt(u)))
        raised = root
        for _ in range(b - 1):
            raised *= root
        y = 1 / (1 + raised / (1 << j))
        for _ in range(j):
            y *= y
        return y


# ---- streams


@dataclass
class Raw:
    """Symbols as they are."""

    def write(self, coder, symbols, rows, width):
        coder.number(16, 0)
        symbols = symbols.astype(f"<u{width}")
        return [symbols[i : i + CHUNK].tobytes() for i in range(0, len(symbols), CHUNK)]


@dataclass
class Rans:
    """Symbols under probabilities. What is None is taken from the symbols."""

    model: object = field(default_factory=Histograms)
    precision: int = 12
    lanes: int = 4
    low_bits: int = 0
    row_classes: list = None
    column_classes: list = None
    states: int = 0
    least: int = None
    count: int = None
    start: int = 1 << 16  # where lanes end
    spoil: object = None  # what becomes of a chunk, for damaged files

    def write(self, coder, symbols, rows, width):
        coder.number(16, 1)
        return self.write_plainly(coder, symbols, rows)

    def write_plainly(self, coder, symbols, rows):
        """Writes the description, gives the chunks."""
        shifted = symbols >> self.low_bits
        columns = len(symbols) // rows if rows else 0
        if self.least is None:
            self.least = int(shifted.min()) if len(shifted) else 0
        if self.count is None:
            self.count = int(shifted.max(initial=self.least)) - self.least + 1
        assert self.spoil or self.count <= 1 << self.precision, self
        coder.number(21, self.precision)
        coder.signed(22, self.least)
        coder.number(23, self.count - 1)
        coder.number(24, self.low_bits)
        classes = self._write_classes(coder, rows, columns)
        tables = self._write_tables(coder, shifted - self.least, classes, rows, columns)
        coder.number(56, self.lanes.bit_length() - 1)
        chunks = []
        for first in range(0, len(symbols), CHUNK):
            part = slice(first, first + CHUNK)
            low = symbols[part] & (1 << self.low_bits) - 1
            chunk = self._chunk(*(numbers[part] for numbers in tables)) + fields(low, self.low_bits)
            chunks.append(self.spoil(chunk) if self.spoil else chunk)
            coder.number(57, len(chunks[-1]))
        return chunks

    def _write_classes(self, coder, rows, columns):
        has_rows, has_columns = self.row_classes is not None, self.column_classes is not None
        coder.number(25, has_rows + 2 * has_columns + 4 * (self.states > 0))
        of_rows = self.row_classes if has_rows else [0] * rows
        of_columns = self.column_classes if has_columns else [0] * columns
        assert (len(of_rows), len(of_columns)) == (rows, columns)
        for value in of_rows if has_rows else []:
            coder.number(26, value)
        for value in of_columns if has_columns else []:
            coder.number(27, value)
        if self.states:
            coder.number(28, self.states.bit_length() - 1)
        return np.add.outer(np.asarray(of_rows, np.int64), np.asarray(of_columns, np.int64))

    def _write_tables(self, coder, places, classes, rows, columns):
        """Writes the tables; gives each symbol's frequency and the sum of those before it."""
        fits = not self.low_bits and (columns >= self.lanes or not rows)
        assert self.spoil or not self.states or fits, self
        kinds, supers = (2, None) if self.states else (1, np.zeros(classes.shape, np.int64))
        if self.states:
            supers = supersets((places + self.least).reshape(rows, columns), self.states)
        largest = int(classes.max(initial=0))
        keys = [(c, z) for c in range(largest + 1) for z in range(kinds)]
        index = (classes * kinds + supers).ravel()
        counts = np.zeros((len(keys), self.count), np.int64)
        np.add.at(counts, (index, places), 1)
        tables = self.model.write(coder, self, keys, dict(zip(keys, counts)))
        whole = [1 << self.precision] + [0] * (self.count - 1)
        frequencies = np.array([tables[key] or whole for key in keys], np.int64)
        before = np.cumsum(frequencies, 1) - frequencies
        chosen = frequencies[index, places]
        assert self.spoil or ((frequencies >= 0).all() and (chosen > 0).all()), self
        return chosen, before[index, places]

    def _chunk(self, frequencies, before):
        """States and words, the last symbols first; a group has one symbol for each lane."""
        lanes, precision = self.lanes, self.precision
        missing = -len(frequencies) % lanes
        # The symbols that fill the last group have the whole range, which changes nothing.
        whole = np.full(missing, 1 << precision)
        frequencies = np.append(frequencies, whole).reshape(-1, lanes)
        before = np.append(before, 0 * whole).reshape(-1, lanes)
        state = np.full(lanes, self.start, np.int64)
        groups = []
        for f, c in zip(frequencies[::-1], before[::-1]):
            full = state >= f << 32 - precision
            if full.any():
                groups.append((state[full] & 0xFFFF).astype("<u2").tobytes())
                state = np.where(full, state >> 16, state)
            quotient = state // np.maximum(f, 1)  # 0 in damaged files
            state = (quotient << precision) + c + (state - quotient * f)
        return state.astype("<u4").tobytes() + b"".join(reversed(groups))


def fields(values, width):
    """Numbers of `width` bits, the least significant bits first."""
    bits = np.asarray(values, np.int64)[:, None] >> np.arange(width) & 1
    return np.packbits(bits.astype("u1").ravel(), bitorder="little").tobytes()


# ---- codings


@dataclass
class Inline:
    """Bytes in the directory; one model for all planes or a list."""

    models: object = 2

    def write(self, coder, array):
        coder.number(12, 0)
        for index, plane in enumerate(array.planes()):
            model = self.models if isinstance(self.models, int) else self.models[index]
            coder.number(13, model)
            before = 0
            for value in map(int, plane):
                if model == 0:
                    coder.uniform(256, value)
                elif model == 1:
                    coder.byte(14, index, 0, value)
                else:
                    coder.byte(15, index, before, value)
                before = value
        return []


class Streams:
    """A stream for each plane, or one of 16-bit symbols."""

    def __init__(self, *streams):
        self.streams = streams

    def write(self, coder, array):
        coder.number(12, 1)
        whole = array.width == 1 or array.dtype in ("I16", "U16")
        planes = [array.symbols()] if whole else [p.astype(np.int64) for p in array.planes()]
        width = 2 if array.dtype in ("I16", "U16") else 1
        assert len(planes) == len(self.streams)
        chunks = []
        for stream, symbols in zip(self.streams, planes):
            chunks.append(stream.write(coder, symbols, array.rows, width))
        # The first chunks of all planes, then the second ones, and so on.
        return [chunk for several in zip(*chunks) for chunk in several]


@dataclass
class Logarithmic:
    """The exponents of elements that `logarithmic` made."""

    step_bits: int
    exponents: list
    differences: bool = False

    def write(self, coder, array):
        coder.number(12, 2)
        coder.number(17, self.step_bits)
        coder.bit((19,), int(self.differences))
        before = 0
        for exponent in self.exponents:
            coder.signed(18, exponent - before)
            before = exponent if self.differences else 0
        return []


class Permutation:
    """The numbers 0 … n − 1 in some order."""

    def write(self, coder, array):
        coder.number(12, 3)
        left = list(range(array.count))
        for value in array.torch().reshape(-1).tolist():
            place = left.index(value)
            coder.uniform(len(left), place)
            del left[place]
        return []


@dataclass
class BitFields:
    """Bytes as fields of `width` bits, those that fill the rows under a stream."""

    width: int
    stream: Rans
    rows: int = 1

    def write(self, coder, array):
        coder.number(12, 4)
        coder.number(20, self.width)
        coder.number(59, self.rows - 1)
        bits = np.unpackbits(np.frombuffer(array.data, "u1"), bitorder="little").astype(np.int64)
        count = len(bits) // self.width // self.rows * self.rows
        symbols = bits[: count * self.width].reshape(count, self.width) @ (
            1 << np.arange(self.width)
        )
        chunks = self.stream.write_plainly(coder, symbols, self.rows)
        for bit in bits[count * self.width :]:
            coder.uniform(2, int(bit))
        return chunks


@dataclass
class Digits:
    """Bytes as digits of a base, those that fill the rows under a stream."""

    base: int
    stream: Rans
    rows: int = 1

    def write(self, coder, array):
        coder.number(12, 4)
        coder.number(20, 0)
        coder.number(58, self.base)
        coder.number(59, self.rows - 1)
        digits = np.array([d for byte in array.data for d in digits_of(byte, self.base)], np.int64)
        count = len(digits) // self.rows * self.rows
        chunks = self.stream.write_plainly(coder, digits[:count], self.rows)
        for digit in digits[count:]:
            coder.uniform(self.base, int(digit))
        return chunks


def digits_per_byte(base):
    """The most digits whose every value fits a byte."""
    count = 1
    while base ** (count + 1) <= 256:
        count += 1
    return count


def digits_of(byte, base):
    """The digits of a byte, the least significant first."""
    digits = []
    for _ in range(digits_per_byte(base)):
        digits.append(byte % base)
        byte //= base
    assert byte == 0, "the byte is more than its digits"
    return digits


def packed_digits(digits, base):
    """Bytes of digits, the last one filled up with zeros."""
    count = digits_per_byte(base)
    filled = np.append(digits, [0] * (-len(digits) % count)).astype(np.int64).reshape(-1, count)
    return Array("U8", (len(filled),), (filled @ base ** np.arange(count)).astype("u1").tobytes())


def logarithmic(dtype, step_bits, exponents, shape=None, differences=False):
    """An array of powers of two and the coding that tells it exactly."""
    values = [nearest(power(k, step_bits), dtype) for k in exponents]
    return array(dtype, np.array(values), shape), Logarithmic(step_bits, exponents, differences)


def nearest(value, dtype):
    """A positive double rounded once, to nearest even; as a double."""
    digits, lowest = {"F32": (24, -149), "F16": (11, -24), "BF16": (8, -133)}[dtype]
    unit = Fraction(2) ** max(math.frexp(value)[1] - digits, lowest)
    return float(round(Fraction(value) / unit) * unit)


class Adaptive:
    """Each symbol after the one before it in its row and the magnitudes above it in its column."""

    def write(self, coder, array):
        coder.number(12, 5)
        columns = array.count // array.rows if array.rows else 0
        means = [0] * columns
        for index, symbol in enumerate(array.symbols().tolist()):
            column = index % columns
            before = magnitude if column else 0
            magnitude = abs(symbol)
            a, b = (min(number.bit_length(), 11) for number in (means[column], before))
            coder.number(60 + 12 * a + b, magnitude)
            if magnitude:
                coder.bit((200,), int(symbol < 0))
            means[column] += (16 * magnitude - means[column]) // 8
        return []


# ---- artifacts


@dataclass
class Component:
    """A part of a tensor; `@` in its name stands for the tensor's."""

    name: str
    array: Array
    coding: object = field(default_factory=Inline)


@dataclass
class Tensor:
    """A named tensor: what it decodes to and what is stored."""

    name: object
    decoded: Array
    components: list
    encoding: str = ""
    checksum: int = None


def plain(name, elements, coding=None):
    return Tensor(name, elements, [Component("", elements, coding or Inline())])


def encoded(name, dtype, values, method, parameters, *components):
    """A tensor of which the components' values give `values`, in float32."""
    text = method + " " + json.dumps(parameters, separators=(",", ":"))
    return Tensor(name, array(dtype, values), [Component(*part) for part in components], text)


def artifact(tensors, metadata=None, features=(), damage=None, change=None):
    """The file. `change` takes chunks and directory and gives others, for damaged files."""
    coder, chunks = Coder(damage), []
    coder.number(4, len(features))
    for feature in features:
        coder.text(feature)
    coder.number(5, len(metadata or {}))
    for key, value in (metadata or {}).items():
        coder.text(key)
        coder.text(value)
    coder.number(6, len(tensors))
    before = b""
    for tensor in tensors:
        name = tensor.name.encode() if isinstance(tensor.name, str) else tensor.name
        shared = len(os.path.commonprefix([name, before]))
        coder.number(7, shared)
        coder.text(name[shared:])
        before = name
        chunks += _write_tensor(coder, tensor)
    data, directory = MAGIC + b"".join(chunks), coder.finish()
    if change:
        data, directory = change(data, directory)
    return data + directory + struct.pack("<II", len(directory), zlib.crc32(directory)) + END


def _write_tensor(coder, tensor):
    coder.word(tensor.decoded.dtype)
    coder.number(8, len(tensor.decoded.shape))
    for extent in tensor.decoded.shape:
        coder.number(9, extent)
    coder.word(tensor.encoding)
    coder.number(10, len(tensor.components))
    chunks, checksum = [], 0
    for component in tensor.components:
        elements = component.array
        if tensor.encoding:
            coder.word(component.name)
            coder.word(elements.dtype)
            if elements.shape == tensor.decoded.shape:
                coder.number(11, 0)
            else:
                coder.number(11, 1 + len(elements.shape))
                for extent in elements.shape:
                    coder.number(9, extent)
        chunks += component.coding.write(coder, elements)
        checksum = zlib.crc32(elements.data, checksum)
    checksum = checksum if tensor.checksum is None else tensor.checksum
    coder.uniform(65536, checksum >> 16)
    coder.uniform(65536, checksum & 0xFFFF)
    return chunks


# ---- what components stand for, in float32 with one rounding for each operation


def rows_of(values):
    """Numbers that can be multiplied with a matrix, one for each row."""
    return values.reshape(-1, 1)


def scaled(codes, scales):
    flat = codes.torch().numpy().reshape(scales.count, -1).astype(np.float32)
    return (flat * rows_of(scales.floats())).reshape(codes.shape)


def grid(codes, row_scales, column_scales, states):
    points = codes.torch().numpy().astype(np.int64).reshape(codes.shape[0], -1)
    if states:
        points = 2 * points + supersets(points, states)
    values = points.astype(np.float32) * rows_of(row_scales.floats())
    return (values * column_scales.floats().reshape(1, -1)).reshape(codes.shape)


def spread(values, group, columns):
    """Numbers of groups, one for each column."""
    return np.repeat(values, group, 1)[:, :columns]


def grouped(codes, scales, zeros, group):
    values, columns = codes.torch().numpy().astype(np.float32), codes.shape[1]
    if zeros.count:
        values = values - spread(zeros.floats(), group, columns)
    return values * spread(scales.floats(), group, columns)


def codebook(indices, book, scales, group):
    values = book.floats()[indices.torch().numpy().astype(np.int64)]
    return values * spread(scales.floats(), group, indices.shape[1])


def fused(a, b, c):
    """a · b + c as float32, rounded once."""
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    near = np.float32(float(exact))
    choices = [np.nextafter(near, np.float32(end)) for end in (-np.inf, np.inf)] + [near]
    return min(choices, key=lambda x: (abs(Fraction(float(x)) - exact), x.view(np.uint32) & 1))


def product(a, b):
    """A · B: sums of fused products over the inner axis, from zero."""
    result = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for k in range(a.shape[1]):
        for i, j in np.ndindex(result.shape):
            result[i, j] = fused(a[i, k], b[k, j], result[i, j])
    return result


def in_groups(codes, scales, rows, columns, padded, group, divided):
    """Codes of whole groups, times scales that may be divided by the codes' mean magnitude."""
    codes, scales = codes.reshape(-1, group).astype(np.float32), rows_of(scales.floats())
    if divided:
        mean = np.abs(codes).sum(1, keepdims=True) / np.float32(group)
        scales = scales / np.maximum(mean, np.float32(1e-8))
    return (codes * scales).reshape(rows, padded)[:, :columns]


def affine(codes, scales, zeros, axis):
    values = codes.torch().numpy()
    if axis is None:
        zero = np.int32(zeros.torch().item())
        with np.errstate(over="ignore"):
            difference = values.astype(np.int32) - zero
        return difference.astype(np.float32) * np.float32(scales.torch().item())
    shape = [-1 if place == axis else 1 for place in range(values.ndim)]
    of_axis = [part.torch().numpy().reshape(shape) for part in (scales, zeros)]
    difference = values.astype(np.float32) - of_axis[1].astype(np.float32)
    return (difference * of_axis[0]).astype(np.float32)


# ---- accepted artifacts

CASES = []


def case(name, metadata=None, large=False):
    """Registers a function that gives tensors, made with random numbers of its own."""

    def register(make):
        CASES.append((name, make, metadata or {}, large))
        return make

    return register


def gaussian(rng, shape, deviation, limit):
    codes = np.rint(rng.standard_normal(shape) * deviation)
    return np.clip(codes, -limit, limit).astype(np.int64)


def width_of(deviation):
    """The width of a Gaussian shape."""
    return round(64 * math.log2(deviation * math.sqrt(2)))


def any_bytes(rng, dtype, shape):
    """Any bits; a third of the high bytes are alike, as in weights."""
    data = rng.integers(0, 256, math.prod(shape) * TORCH[dtype].itemsize, dtype=np.uint8)
    if dtype == "BOOL":
        data &= 1
    return Array(dtype, tuple(shape), data.tobytes())


def weights(rng, dtype, shape):
    """Numbers that look like weights, and for integers, like token ids."""
    if dtype == "BOOL":
        return array(dtype, rng.random(shape) < 0.2)
    if dtype == "C64":
        return array(dtype, rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
    if dtype[0] in "IU":
        low, high = (-100, 100) if dtype == "I8" else (0, 200) if dtype == "U8" else (0, 3000)
        return array(dtype, rng.integers(low, high, shape))
    return array(dtype, rng.standard_normal(shape) / 30)


def special(dtype):
    """Zeros, subnormals, infinities and NaNs with payloads, of both signs."""
    width, infinity = {"F16": (2, 0x7C00), "BF16": (2, 0x7F80), "F32": (4, 0x7F800000),
                       "F64": (8, 0x7FF0000000000000)}[dtype]  # fmt: skip
    numbers = [
        0,
        1,
        2,
        infinity - 1,
        infinity,
        infinity + 1,
        infinity + 5,
        2 * (infinity | 0) - infinity,
    ]
    numbers += [infinity + (1 << infinity.bit_length() - 1) % infinity // 2 + 1]
    numbers += [(1 << 8 * width - 1) - 1, infinity >> 1]
    numbers += [number | 1 << 8 * width - 1 for number in numbers]
    return Array(dtype, (len(numbers),), b"".join(n.to_bytes(width, "little") for n in numbers))


@case("nothing")
def _(rng):
    return []


@case("inline")
def _(rng):
    tensors = []
    for dtype in TORCH:
        for model in range(3):
            shape = [(7,), (3, 5), (2, 3, 4)][model]
            tensors.append(plain(f"{dtype}.{model}", weights(rng, dtype, shape), Inline(model)))
        width = TORCH[dtype].itemsize
        models = [(2 * plane + width) % 3 for plane in range(width)]
        tensors.append(plain(f"{dtype}.mixed", any_bytes(rng, dtype, (9, 2)), Inline(models)))
    tensors.append(plain("long", weights(rng, "F16", (600,)), Inline([2, 1])))
    return tensors


@case("non-finite")
def _(rng):
    tensors = []
    for dtype in ROTATED:
        values, width = special(dtype), TORCH[dtype].itemsize
        tensors.append(plain(f"{dtype}.inline", values, Inline([2] * (width - 1) + [0])))
        tensors.append(plain(f"{dtype}.raw", values, Streams(*[Raw()] * width)))
        tensors.append(plain(f"{dtype}.rans", values, Streams(*[Rans() for _ in range(width)])))
    every = Array("F8_E4M3", (256,), bytes(range(256)))
    tensors.append(plain("F8_E4M3.every", every, Inline(0)))
    tensors.append(plain("F8_E4M3.stream", every, Streams(Rans(precision=8))))
    scale = Array("F16", (3,), special("F16").data[6:12])
    tensors.append(plain("scale", scale, Inline(1)))
    return tensors


@case("raw-streams")
def _(rng):
    tensors = []
    for dtype in TORCH:
        streams = 1 if dtype in ("I16", "U16") else TORCH[dtype].itemsize
        tensors.append(plain(dtype, any_bytes(rng, dtype, (4, 3)), Streams(*[Raw()] * streams)))
    return tensors


@case("histograms")
def _(rng):
    tensors = []
    for index, precision in enumerate(range(8, 16)):
        lanes = 1 << index % 7
        codes = array("I8", gaussian(rng, (11, 37), 2 + index, 100))
        digits = [15, 0 + 1, 2, 3, 4, 5, 6, 8][index]
        stream = Rans(Histograms(digits), precision, lanes)
        tensors.append(plain(f"precision.{precision}", codes, Streams(stream)))
    for lanes in (1, 2, 4, 8, 16, 32, 64):
        for name, count in (("one", 1), ("group", lanes), ("more", 5 * lanes + 3)):
            codes = array("U8", rng.integers(0, 9, count))
            tensors.append(plain(f"lanes.{lanes}.{name}", codes, Streams(Rans(lanes=lanes))))
    constant = array("I8", np.full((6, 7), -128))
    tensors.append(plain("constant", constant, Streams(Rans(Histograms(1), 8, 2))))
    tensors.append(plain("sparse", array("I8", 127 * (np.arange(500) % 250 == 7)), Streams(Rans())))
    every = array("U8", rng.permutation(np.arange(512) % 256))
    tensors.append(plain("every", every, Streams(Rans(precision=8, lanes=8))))
    wider = Rans(Histograms(3), least=-20, count=60)
    tensors.append(plain("wider", array("I8", gaussian(rng, (90,), 3, 15)), Streams(wider)))
    return tensors


@case("planes")
def _(rng):
    tensors = []
    for dtype in TORCH:
        values = weights(rng, dtype, (23, 10))
        width = 1 if dtype in ("I16", "U16") else TORCH[dtype].itemsize
        least = 12 if width == 1 else 8
        rans = [Rans(Histograms(3), least + plane, 1 << plane % 7) for plane in range(width)]
        tensors.append(plain(f"{dtype}.rans", values, Streams(*rans)))
        mixed = [
            Raw() if plane % 2 == width % 2 else Rans(Histograms(4), 15) for plane in range(width)
        ]
        tensors.append(plain(f"{dtype}.mixed", values, Streams(*mixed)))
    wide = array("I16", gaussian(rng, (40, 25), 300, 900))
    tensors.append(
        plain("I16.wide", wide, Streams(Rans(Mixture(40, [(16, 12, width_of(300), 0)]), 15)))
    )
    ends = array("I16", rng.choice([-32768, -32767, -32766], 50))
    tensors.append(plain("I16.least", ends, Streams(Rans())))
    ends = array("U16", rng.choice([65535, 65534, 65530], 50))
    tensors.append(plain("U16.largest", ends, Streams(Rans())))
    return tensors


@case("classes")
def _(rng):
    rows, columns = [0, 3, 1, 5, 1, 0, 2], [2, 0, 0, 1, 7, 0, 1, 1, 0, 3, 4]
    codes = gaussian(rng, (7, 11), 4, 30)
    every = Mixture(60, [(16, 12, width_of(4) - 16, 0)])
    tensors = []
    for name, r, c in (("rows", rows, None), ("columns", None, columns), ("both", rows, columns)):
        for model in (Histograms(5), every):
            stream = Rans(model, 11, 4, row_classes=r, column_classes=c)
            kind = type(model).__name__.lower()
            tensors.append(plain(f"{name}.{kind}", array("I8", codes), Streams(stream)))
    cube = array("U8", rng.integers(0, 6, (3, 4, 5)))
    stream = Rans(row_classes=[1, 0, 2], column_classes=list(rng.integers(0, 3, 20)))
    tensors.append(plain("cube", cube, Streams(stream)))
    vector = array("U8", rng.integers(0, 6, 40))
    stream = Rans(row_classes=[2], column_classes=list(rng.integers(0, 2, 40)))
    tensors.append(plain("vector", vector, Streams(stream)))
    planes = weights(rng, "BF16", (6, 30))
    streams = [Rans(Histograms(4), 10, row_classes=[0, 1, 0, 1, 2, 0]), Rans(Histograms(1), 8)]
    tensors.append(plain("planes", planes, Streams(*streams)))
    largest = Rans(
        Mixture(10**6, [(8, 12, -700, 0)]), 9, row_classes=[200, 0], column_classes=[0, 55, 3]
    )
    tensors.append(plain("largest", array("I8", [[0, 9, -5], [0, 3, 0]]), Streams(largest)))
    return tensors


@case("low-bits")
def _(rng):
    tensors = []
    for low in range(1, 9):
        codes = array("I16", gaussian(rng, (9, 13), 60 * 2 ** (low / 2), 32000))
        mixture = Mixture(40, [(16, 12, width_of(60 * 2 ** (low / 2 - low)), 0)])
        model = mixture if low % 2 else Histograms(3)
        tensors.append(plain(f"I16.{low}", codes, Streams(Rans(model, 13, 8, low))))
    for low in (1, 3, 7, 8):
        codes = array("I8", gaussian(rng, (5, 9), 40, 127))
        tensors.append(plain(f"I8.{low}", codes, Streams(Rans(Histograms(), 8, 2, low))))
    codes = array("U16", rng.integers(0, 65536, 77))
    tensors.append(plain("U16", codes, Streams(Rans(Histograms(2), 15, 64, 8))))
    codes = array("U8", rng.integers(0, 256, (7, 11)))
    classes = Rans(Histograms(4), 9, 1, 2, row_classes=[0, 1, 2, 0, 1, 2, 0])
    tensors.append(plain("classes", codes, Streams(classes)))
    planes = weights(rng, "F32", (10, 10))
    streams = [Rans(), Rans(low_bits=4), Rans(low_bits=8), Raw()]
    tensors.append(plain("F32", planes, Streams(*streams)))
    return tensors


@case("trellis")
def _(rng):
    tensors = []
    for index, states in enumerate(TRELLIS):
        codes = array("I8", gaussian(rng, (21, 19 + index), 3, 20))
        mixture = Mixture(60, [(16, 12, width_of(6), 0)])
        for model in (Histograms(4), mixture):
            stream = Rans(model, 12, 1 << index % 5, states=states)
            kind = type(model).__name__.lower()
            tensors.append(plain(f"states.{states}.{kind}", codes, Streams(stream)))
    rows, columns = list(rng.integers(0, 3, 14)), list(rng.integers(0, 4, 33))
    codes = array("I8", gaussian(rng, (14, 33), 3, 20))
    mixture = Mixture(60, [(16, 12, width_of(6), 0), (8, 2, width_of(7), 5)])
    stream = Rans(mixture, 14, 32, row_classes=rows, column_classes=columns, states=8)
    tensors.append(plain("classes", codes, Streams(stream)))
    narrow = array("I8", gaussian(rng, (50, 3), 2, 9))
    tensors.append(plain("narrow", narrow, Streams(Rans(lanes=2, states=16))))
    column = array("I8", gaussian(rng, (70, 1), 2, 9))
    tensors.append(plain("column", column, Streams(Rans(lanes=1, states=4))))
    row = array("I8", gaussian(rng, 70, 2, 9))
    tensors.append(plain("row", row, Streams(Rans(lanes=8, states=4))))
    cube = array("I16", gaussian(rng, (9, 4, 5), 90, 270))
    tensors.append(
        plain(
            "cube",
            cube,
            Streams(Rans(Mixture(40, [(16, 12, width_of(180), 0)]), 15, 16, states=256)),
        )
    )
    unsigned = array("U8", rng.integers(0, 12, (13, 17)))
    tensors.append(plain("unsigned", unsigned, Streams(Rans(lanes=16, states=64))))
    return tensors


@case("mixtures")
def _(rng):
    codes = array("I8", gaussian(rng, (25, 31), 5, 40))
    mixtures = {
        "gaussian": [(16, 12, width_of(5), 0)], "laplacian": [(8, 12, 150, 0)],
        "student": [(16, 2, width_of(5), 0)], "cauchy": [(16, 0, 130, 0)],
        "two": [(16, 12, width_of(5), 0), (8, 3, 250, 7)],
        "three": [(16, 12, width_of(4), 0), (12, 6, 200, 30), (1, 0, -40, 1)],
        "four": [(20, 12, 180, 0), (9, 1, 90, 64), (3, 11, 300, 200), (64, 12, 330, 3)],
        "flat": [(64, 12, 330, 0)], "flat-short": [(64, 5, 345, 0)], "root": [(1, 12, -300, 0)],
        "no-amplitude": [(16, 12, width_of(5), 0), (16, 12, 20, 0)],
    }  # fmt: skip
    tensors = []
    for index, (name, shapes) in enumerate(mixtures.items()):
        stream = Rans(Mixture(10**4, shapes), 8 + index % 8, 1 << index % 7)
        tensors.append(plain(name, codes, Streams(stream)))
    for location in (-100, -7, 1, 16, 55):
        moved = codes.symbols().reshape(codes.shape) + round(location / 16)
        stream = Rans(Mixture(5000, [(16, 12, width_of(5), 0)], location))
        tensors.append(plain(f"location.{location}", array("I8", moved), Streams(stream)))
    for support in (0, 1, 4, 10, 13):
        width = 1.5 * math.sqrt(2)
        limit = math.floor(support * power(round(64 * math.log2(width)), 6) / 4)
        cut = array("I8", gaussian(rng, (15, 20), 1.5, limit))
        stream = Rans(
            Mixture(support, [(16, 12, round(64 * math.log2(width)), 0)]), least=-9, count=19
        )
        tensors.append(plain(f"support.{support}", cut, Streams(stream)))
    unsigned = array("U8", 100 + gaussian(rng, (9, 9), 6, 30))
    stream = Rans(Mixture(400, [(16, 12, width_of(6), 0)], 1600), 13)
    tensors.append(plain("unsigned", unsigned, Streams(stream)))
    many = Rans(Mixture(10**6, [(64, 12, 557, 0)]), 8, least=-128, count=256)
    tensors.append(plain("as-many-as-slots", array("I8", gaussian(rng, 200, 5, 30)), Streams(many)))
    return tensors


@case("mixture-support-location")
def _(rng):
    """The support is around 0, whatever the location."""
    tensors = []
    for location, support in ((40, 6), (-24, 9)):
        codes = array("I8", gaussian(rng, (15, 20), 3, 6))
        stream = Rans(
            Mixture(support, [(16, 12, width_of(3), 0)], location), 10, 4, least=-15, count=31
        )
        tensors.append(plain(f"location.{location}", codes, Streams(stream)))
    return tensors


@case("logarithmic")
def _(rng):
    tensors = []
    for dtype, low, high in (("F16", -23, 15), ("BF16", -132, 127), ("F32", -148, 127)):
        for step_bits in range(7):
            exponents = rng.integers(low << step_bits, (high << step_bits) + 1, 24).tolist()
            exponents[:2] = [low << step_bits, (high + 1 << step_bits) - (2 if step_bits else 1)]
            exponents = [
                k
                for k in exponents
                if nearest(power(k, step_bits), dtype) < 65520 or dtype != "F16"
            ]
            elements, coding = logarithmic(dtype, step_bits, exponents, None, step_bits % 2 == 0)
            tensors.append(plain(f"{dtype}.{step_bits}", elements, coding))
        walk = np.cumsum(rng.integers(-3, 4, 60)).tolist()
        elements, coding = logarithmic(dtype, 5, walk, (12, 5), True)
        tensors.append(plain(f"{dtype}.walk", elements, coding))
    return tensors


@case("permutations")
def _(rng):
    tensors = []
    for dtype in ("I32", "I64"):
        for count in (0, 1, 2, 3, 700):
            order = array(dtype, rng.permutation(count))
            tensors.append(plain(f"{dtype}.{count}", order, Permutation()))
    tensors.append(plain("matrix", array("I64", rng.permutation(24), (4, 6)), Permutation()))
    tensors.append(plain("identity", array("I32", np.arange(300)), Permutation()))
    return tensors


@case("adaptive")
def _(rng):
    tensors = []
    for dtype, limit in (("I8", 127), ("I16", 32767)):
        for deviation in (0.3, 2, 20, 3000):
            codes = codes_of(rng, (23, 17), min(deviation, limit / 3), limit, dtype)
            tensors.append(plain(f"{dtype}.{deviation}", codes, Adaptive()))
        ends = array(dtype, rng.choice([-limit - 1, limit, 0, 1], (6, 5)))
        tensors.append(plain(f"{dtype}.ends", ends, Adaptive()))
        tensors.append(plain(f"{dtype}.row", codes_of(rng, 40, 9, 99, dtype), Adaptive()))
        tensors.append(plain(f"{dtype}.column", codes_of(rng, (40, 1), 9, 99, dtype), Adaptive()))
        tensors.append(plain(f"{dtype}.cube", codes_of(rng, (5, 4, 3), 9, 99, dtype), Adaptive()))
        tensors.append(plain(f"{dtype}.scalar", array(dtype, -3), Adaptive()))
        for shape in ((0,), (0, 5), (5, 0)):
            name = f"{dtype}.empty.{'x'.join(map(str, shape))}"
            tensors.append(plain(name, array(dtype, np.zeros(shape)), Adaptive()))
    varied = gaussian(rng, (30, 40), 4, 100) * (1 << np.arange(40) % 5)
    tensors.append(plain("columns", array("I16", varied), Adaptive()))
    return tensors


@case("bit-fields")
def _(rng):
    tensors = []
    for width in range(1, 8):
        for count in (1, 7, 40):
            packed = Array("U8", (count,), rng.integers(0, 256, count, dtype=np.uint8).tobytes())
            coding = BitFields(width, Rans(Histograms(3), 10, 1 << width % 7))
            tensors.append(plain(f"width.{width}.{count}", packed, coding))
    skewed = array("U8", np.packbits(rng.random((6, 80)) < 0.1, axis=1, bitorder="little"))
    tensors.append(plain("skewed", skewed, BitFields(1, Rans(Histograms(), 12, 8))))
    columns = list(rng.integers(0, 2, 60 * 8 // 3))
    packed = Array("U8", (60,), fields(rng.integers(0, 8, 160), 3))
    stream = Rans(Mixture(100, [(16, 12, 200, 0)], 64), 9, 2, column_classes=columns)
    tensors.append(plain("classes", packed, BitFields(3, stream)))
    tensors.append(plain("low-bits", packed, BitFields(6, Rans(Histograms(2), 9, 2, 3))))
    return tensors


@case("bit-fields-in-rows")
def _(rng):
    tensors = []
    for width in range(1, 8):
        # Rows that fill the bytes, that leave bits or fields, and one for each field.
        for count, rows in ((21, 8), (21, 9), (40, 7), (5, 5 * 8 // width)):
            packed = Array("U8", (count,), rng.integers(0, 256, count, dtype=np.uint8).tobytes())
            columns = count * 8 // width // rows
            classes = {}
            if rows % 2:
                classes["row_classes"] = list(rng.integers(0, 3, rows))
            if count > 21:
                classes["column_classes"] = list(rng.integers(0, 3, columns))
            coding = BitFields(width, Rans(Histograms(3), 10, 4, **classes), rows)
            tensors.append(plain(f"width.{width}.{count}.{rows}", packed, coding))
    packed = Array("U8", (60,), fields(rng.integers(0, 16, 120), 4))
    shapes = Mixture(100, [(16, 12, 200, 0)], 128)
    trellis = Rans(shapes, 10, 4, states=8, row_classes=[0, 1, 2, 0, 1])
    tensors.append(plain("trellis", packed, BitFields(4, trellis, 5)))
    tensors.append(plain("low-bits", packed, BitFields(6, Rans(Histograms(2), 9, 2, 3), 9)))
    return tensors


@case("digits")
def _(rng):
    tensors = []
    for base in range(3, 16):
        per_byte = digits_per_byte(base)
        for count in (1, 7, 40):
            for rows in sorted({1, min(3, per_byte * count), per_byte * count}):
                numbers = rng.integers(0, base, per_byte * count)
                coding = Digits(base, Rans(Histograms(3), 10, 1 << base % 4), rows)
                name = f"base.{base}.{count}.{rows}"
                tensors.append(plain(name, packed_digits(numbers, base), coding))
    ends = array("U8", [0, 242, 1, 81, 241, 3])
    tensors.append(plain("ends", ends, Digits(3, Rans(Histograms(), 8, 1), 7)))
    tensors.append(plain("all", array("U8", np.arange(256)), Digits(4, Rans(), 256)))
    likely = np.arange(60) % 7 / 8
    numbers = np.where(rng.random((16, 60)) < likely, 2 * rng.integers(0, 2, (16, 60)), 1)
    packed = packed_digits(numbers.ravel(), 3)
    for name, model in (("histograms", Histograms()), ("mixture", Mixture(60, [(8, 12, 0, 0)], 16))):
        rows, columns = [0, 2] * 8, list(np.arange(60) % 7)
        stream = Rans(model, 12, 8, row_classes=rows, column_classes=columns)
        tensors.append(plain(f"classes.{name}", packed, Digits(3, stream, 16)))
    trellis = Rans(Histograms(), 12, 8, states=4)
    tensors.append(plain("trellis", packed, Digits(3, trellis, 16)))
    return tensors


@case("several-chunks")
def _(rng):
    bits = rng.random(CHUNK + 8000) < 0.001
    packed = array("U8", np.packbits(bits, bitorder="little"))
    return [plain("bits", packed, BitFields(1, Rans(precision=15, lanes=8)))]


@case("several-chunks-large", large=True)
def _(rng):
    codes = np.zeros((1100, 2000), np.int64)
    codes[rng.random(codes.shape) < 0.0005] = 1
    codes[3, 5:9] = [-2, 3, -4, 5]
    rows, columns = list(rng.integers(0, 2, 1100)), list(rng.integers(0, 3, 2000))
    classes = Rans(precision=15, lanes=16, row_classes=rows, column_classes=columns)
    trellis = Rans(precision=15, lanes=32, states=32, column_classes=columns)
    planes = array("BF16", np.where(codes, 1.5, 1.0)[:700, :1600])
    exact = Rans(precision=14, lanes=4)
    codes = array("I8", codes)
    trits = np.where(rng.random(CHUNK + 12345) < 0.0005, rng.integers(0, 3, CHUNK + 12345), 1)
    thirds = Rans(precision=15, lanes=16, column_classes=list(np.arange(530) % 2))
    return [
        plain("classes", codes, Streams(classes)),
        plain("trellis", codes, Streams(trellis)),
        plain("planes", planes, Streams(Rans(precision=15), exact)),
        plain("exactly", array("I8", np.zeros(2 * CHUNK)), Streams(Rans(lanes=16))),
        plain(
            "one-more",
            array("I8", np.arange(CHUNK + 1) == CHUNK),
            Streams(Rans(precision=15, lanes=64)),
        ),
        plain("digits", packed_digits(trits, 3), Digits(3, thirds, 1999)),
    ]


@case("shapes")
def _(rng):
    tensors = [
        plain("scalar.F32", array("F32", 2.5)),
        plain("scalar.I64", array("I64", -3), Streams(*[Rans() for _ in range(8)])),
        plain("scalar.BOOL", array("BOOL", True), Streams(Raw())),
        plain("scalar.I8", array("I8", -7), Streams(Rans(lanes=64))),
        plain("rank3", array("I8", gaussian(rng, (4, 3, 5), 3, 9)), Streams(Rans())),
        plain(
            "rank6",
            array("U8", rng.integers(0, 5, (1, 2, 1, 3, 2, 1))),
            Streams(Rans(row_classes=[1])),
        ),
    ]
    for shape in ((0,), (0, 5), (5, 0), (2, 0, 3)):
        name = "x".join(map(str, shape))
        tensors.append(plain(f"empty.{name}.inline", array("F16", np.zeros(shape))))
        raw = Streams(*[Raw()] * 4)
        tensors.append(plain(f"empty.{name}.raw", array("I32", np.zeros(shape)), raw))
    for shape in ((0,), (5, 0)):
        name = "x".join(map(str, shape))
        tensors.append(plain(f"empty.{name}.rans", array("I8", np.zeros(shape)), Streams(Rans())))
    tensors.append(plain("empty.bits", array("U8", np.zeros(0)), BitFields(3, Rans())))
    tensors.append(plain("empty.digits", array("U8", np.zeros(0)), Digits(3, Rans())))
    tensors.append(plain("empty.logarithmic", *logarithmic("F32", 3, [])))
    codes, scales = array("I8", np.zeros((0, 4))), array("F16", np.zeros(0))
    parts = ("@.q", codes, Streams(Raw())), ("@.scale", scales)
    parameters = {"bits": 8, "coverage": "row"}
    tensors.append(encoded("empty.scaled", "BF16", np.zeros((0, 4)), "scaled", parameters, *parts))
    return tensors


@case(
    "names",
    metadata={
        "format": "pt", "lm_head.weight": "embed.weight", "block.ê": "block.é", "": "",
        "config": '{"layers": 2, "日本": [1, 2, 3]}', "\0": "\n\t\\\"",
        "long": "the same words again and again, " * 20,
    },
)  # fmt: skip
def _(rng):
    names = [
        "embed.weight", "block.é", "block.ê", "block.ès", "block.", "block", "日本", "日曜", "日",
        "\U0001f426", "\U0001f427", "a b\tc/d", "@", "x@y", "block.0.attention.query.weight",
        "block.0.attention.query.bias", "block.1.attention.query.bias", "long." * 60, "z",
    ]  # fmt: skip
    tensors = [plain(name, array("U8", [index])) for index, name in enumerate(names)]
    codes, scales = array("I8", gaussian(rng, (2, 3), 9, 99)), array("F16", [0.5, 0.25])
    for name in ("layer.é", "layer.ê", "layer@"):
        parts = ("@.q", codes), ("shared/@/@.scale" if name[-1] != "@" else "scale", scales)
        parameters = {"bits": 8, "coverage": "row"}
        tensors.append(encoded(name, "F32", scaled(codes, scales), "scaled", parameters, *parts))
    return tensors


# ---- accepted encodings


def codes_of(rng, shape, deviation, limit, dtype="I8"):
    return array(dtype, gaussian(rng, shape, deviation, limit))


def scales_of(rng, shape, dtype="F16"):
    return array(dtype, np.abs(rng.standard_normal(shape)) / 30 + 0.001)


def gaussian_stream(deviation, **settings):
    return Streams(Rans(Mixture(60, [(16, 12, width_of(deviation), 0)]), **settings))


@case("encoding-scaled")
def _(rng):
    tensors = []
    for index, (scale_type, dtype, bits) in enumerate((
        ("F16", "F32", 6), ("F32", "F16", 8), ("BF16", "BF16", 5), ("F64", "F32", 1),
        ("F8_E4M3", "F32", None), ("F8_E5M2", "BF16", 8), ("F16", "BF16", 7),
    )):  # fmt: skip
        for coverage in ("row", "tensor"):
            codes = codes_of(rng, [(6, 10), (60,), (3, 4, 5)][index % 3], 7, 31)
            count = codes.shape[0] if coverage == "row" else ()
            scales = scales_of(rng, count, scale_type)
            parameters = {"bits": bits, "coverage": coverage}
            parts = ("@.q", codes, gaussian_stream(7)), ("@.scale", scales)
            name = f"{scale_type}.{dtype}.{coverage}"
            tensors.append(
                encoded(name, dtype, scaled(codes, scales), "scaled", parameters, *parts)
            )
    codes, scales = codes_of(rng, (8, 40), 7, 31), logarithmic(
        "F32", 4, [-90, -88, -90, -91, -80, -85, -89, -90]
    )
    stream = Streams(
        Rans(Mixture(60, [(16, 12, 150, 0)]), 14, 32, row_classes=[0, 1, 0, 2, 9, 4, 1, 0])
    )
    parts = ("@.q", codes, stream), ("@.scale", *scales)
    values = scaled(codes, scales[0])
    tensors.append(
        encoded("logarithmic", "BF16", values, "scaled", {"bits": 6, "coverage": "row"}, *parts)
    )
    odd = array("F32", [0.0, -0.5, 1e-42, -0.0, 3e30, 1.0])
    codes = array("I8", [[0, 1, -128, 127]] * 6)
    parts = ("@.q", codes), ("@.scale", odd, Inline([0, 1, 2, 0]))
    values = scaled(codes, odd)
    tensors.append(
        encoded("odd-scales", "F32", values, "scaled", {"bits": 8, "coverage": "row"}, *parts)
    )
    return tensors


@case("encoding-grid")
def _(rng):
    tensors = []
    for index, states in enumerate([0, *TRELLIS]):
        dtype, code_type = ("F32", "BF16", "F16")[index % 3], ("I8", "I16")[index % 2]
        codes = codes_of(rng, (18, 24), (3, 60)[index % 2], (20, 250)[index % 2], code_type)
        r, c = scales_of(rng, 18, ("F16", "F32")[index % 2]), scales_of(
            rng, 24, ("F32", "F16")[index % 2]
        )
        if states == 8:
            r, c = logarithmic("F32", 4, rng.integers(-90, -80, 18).tolist()), (c, Inline(1))
        else:
            r, c = (r, Inline(2)), (c, Inline(2))
        classes = {"row_classes": list(rng.integers(0, 3, 18))} if index % 2 else {}
        deviation = (3, 60)[index % 2] * (2 if states else 1)
        stream = gaussian_stream(deviation, precision=15, lanes=8, states=states, **classes)
        parts = ("@.q", codes, stream), ("@.rows", *r), ("@.columns", *c)
        values = grid(codes, r[0], c[0], states)
        tensors.append(
            encoded(f"states.{states}", dtype, values, "grid", {"states": states}, *parts)
        )
    codes, r, c = codes_of(rng, (9, 7), 3, 20), scales_of(rng, 9), scales_of(rng, 7)
    parts = ("@.q", codes, Streams(Raw())), ("@.rows", r), ("@.columns", c)
    values = grid(codes, r, c, 16)
    tensors.append(encoded("other-coding", "F32", values, "grid", {"states": 16}, *parts))
    return tensors


def _grouped(rng, name, zeros_of):
    tensors = []
    for columns, group, dtype in ((32, 8, "F32"), (21, 8, "BF16"), (5, 16, "F16"), (6, 1, "F32")):
        codes = codes_of(rng, (7, columns), 3, 7)
        scales = scales_of(rng, (7, -(-columns // group)))
        zeros = zeros_of(scales.shape)
        parts = ("@.q", codes, gaussian_stream(3)), ("@.scale", scales), ("@.zero", zeros)
        values = grouped(codes, scales, zeros, group)
        tensors.append(
            encoded(f"{columns}.{group}", dtype, values, "grouped", {"group_size": group}, *parts)
        )
    return tensors


@case("encoding-grouped")
def _(rng):
    return _grouped(rng, "grouped", lambda shape: array("F16", np.zeros(0)))


@case("encoding-grouped-float-zeros")
def _(rng):
    return _grouped(rng, "grouped", lambda shape: array("F16", rng.standard_normal(shape)))


@case("encoding-grouped-integer-zeros")
def _(rng):
    return _grouped(rng, "grouped", lambda shape: array("I8", rng.integers(-4, 4, shape)))


@case("encoding-codebook")
def _(rng):
    tensors = []
    for columns, group, dtype, size in (
        (32, 8, "F32", 16),
        (21, 8, "BF16", 256),
        (5, 16, "F16", 3),
    ):
        indices = array("U8", rng.integers(0, size, (7, columns)))
        book = array("F32", np.sort(rng.standard_normal(size)))
        scales = scales_of(rng, (7, -(-columns // group)))
        name = "@.book" if columns > 5 else "book"
        parts = ("@.q", indices, Streams(Rans())), (name, book), ("@.scale", scales)
        values = codebook(indices, book, scales, group)
        tensors.append(
            encoded(f"{columns}.{group}", dtype, values, "codebook", {"group_size": group}, *parts)
        )
    return tensors


@case("encoding-packed")
def _(rng):
    tensors = []
    for width in range(2, 9):
        numbers = rng.integers(0, 1 << width, (5, 7))
        zero = (1 << width) - 1 - 127 if width == 8 else 1 << width - 1
        data = fields(numbers.ravel(), width) + b"\0" * (3 if width == 5 else 0)
        packed, scales = Array("U8", (len(data),), data), scales_of(rng, 5, "BF16")
        coding = BitFields(width, Rans(Histograms(4)), 5) if width < 8 else Streams(Rans())
        parts = ("@.packed", packed, coding), ("@.scale", scales)
        values = (numbers - zero).astype(np.float32) * rows_of(scales.floats())
        parameters = {"width": width, "zero": zero}
        tensors.append(encoded(f"width.{width}", "BF16", values, "packed", parameters, *parts))
    return tensors


@case("encoding-low-rank")
def _(rng):
    tensors = []
    for kind, coverage, dtype in (
        ("lqer", "row", "F32"),
        ("lqer_asym", "row", "BF16"),
        ("lqer_asym", "tensor", "F32"),
        ("lqer", "tensor", "F16"),
    ):
        codes = codes_of(rng, (7, 12), 9, 31)
        scales = scales_of(rng, 7 if coverage == "row" else ())
        a, b = codes_of(rng, (7, 4), 3, 7), codes_of(rng, (4, 12), 3, 7)
        a_scales = scales_of(rng, 7 if kind == "lqer" else ())
        b_scales = scales_of(rng, 4 if kind == "lqer" else 3)
        values = scaled(codes, scales) + product(scaled(a, a_scales), scaled(b, b_scales))
        parts = [
            ("@.q", codes, gaussian_stream(9)),
            ("@.scale", scales),
            ("@.A", a, gaussian_stream(3)),
        ]
        parts += [("@.A.scale", a_scales), ("@.B", b, Streams(Raw())), ("@.B.scale", b_scales)]
        parameters = {"bits": 6, "coverage": coverage, "residual": kind}
        name = f"{kind}.{coverage}"
        tensors.append(encoded(name, dtype, values, "scaled+low_rank", parameters, *parts))
    return tensors


def _geometry(rows, columns, padded, group):
    return {"rows": rows, "columns": columns, "padded_columns": padded, "group_size": group}


def _trits(rng, padded, columns):
    trits = rng.integers(-1, 2, (3, padded))
    trits[:, columns:] = 0
    trits[1, :16] = 0
    return trits


@case("encoding-ternary")
def _(rng):
    tensors = []
    for divided in (None, "mean_magnitude"):
        for columns, padded, shape in ((21, 32, (3, 3, 7)), (32, 32, (3, 32)), (20, 48, (60,))):
            trits, scales = _trits(rng, padded, columns), scales_of(rng, 3 * padded // 16)
            flat = trits.ravel()
            values = in_groups(flat, scales, 3, columns, padded, 16, divided).reshape(shape)
            parameters = {**_geometry(3, columns, padded, 16), "scales_divided_by": divided}
            base3, stream = packed_digits(flat + 1, 3), Rans(Histograms(3))
            coding = Digits(3, stream, 3) if divided else Streams(stream)
            parts = ("@.packed", base3, coding), ("@.scale", scales)
            name = f"{columns}.{divided}"
            tensors.append(
                encoded("base3." + name, "BF16", values, "ternary_base3", parameters, *parts)
            )
            masks = np.packbits(flat != 0).tobytes() + np.packbits(flat[flat != 0] > 0).tobytes()
            mask = Array("U8", (len(masks),), masks)
            parts = ("@.packed", mask, BitFields(1, Rans())), ("@.scale", scales)
            tensors.append(
                encoded("mask." + name, "F32", values, "ternary_bitmask", parameters, *parts)
            )
    return tensors


@case("encoding-binary")
def _(rng):
    tensors = []
    for columns, padded, dtype in ((21, 32, "BF16"), (32, 32, "F32"), (7, 8, "F16")):
        group = min(16, padded)
        signs, scales = rng.integers(0, 2, (3, padded)), scales_of(rng, 3 * padded // group, "BF16")
        packed = array("U8", np.packbits(signs.ravel(), bitorder="little"))
        values = in_groups(2 * signs.ravel() - 1, scales, 3, columns, padded, group, None)
        parts = ("@.packed", packed, BitFields(1, Rans(), 3)), ("@.scale", scales)
        parameters = _geometry(3, columns, padded, group)
        tensors.append(encoded(f"{columns}", dtype, values, "binary", parameters, *parts))
    return tensors


@case("encoding-affine")
def _(rng):
    tensors = []
    ranges = {"I8": (-128, 128), "U8": (0, 256), "I32": (-(2**31), 2**31)}
    for code_type, (low, high) in ranges.items():
        codes = array(code_type, rng.integers(low, high, (4, 3, 5)))
        coding = Streams(*[Raw()] * codes.width)
        for axis in (None, 0, 1, 2):
            count = () if axis is None else codes.shape[axis]
            kinds = [("F64", "I64"), ("F32", "I64")] + ([] if axis is None else [("F32", "F32")])
            for scale_type, zero_type in kinds:
                scales = scales_of(rng, count, scale_type)
                zeros = array(zero_type, rng.integers(0, 50, count) + (zero_type == "F32") * 0.37)
                parts = ("@.q", codes, coding), ("@.scale", scales), ("@.zero", zeros)
                values = affine(codes, scales, zeros, axis)
                parameters = {"codes": code_type, "axis": axis}
                name = f"{code_type}.{axis}.{scale_type}.{zero_type}"
                tensors.append(encoded(name, "F32", values, "affine", parameters, *parts))
    return tensors


@case("encoding-cast")
def _(rng):
    tensors = []
    for stored, dtype in (
        ("F16", "F32"),
        ("F16", "BF16"),
        ("BF16", "F32"),
        ("F8_E4M3", "BF16"),
        ("F8_E5M2", "F16"),
        ("F64", "F32"),
        ("F32", "BF16"),
        ("F32", "F16"),
    ):
        numbers = np.append(rng.standard_normal(20), [0.0, -0.0, 0.3333, 1e-4])
        elements = array(stored, numbers, (4, 6))
        parts = [("@", elements, Streams(*[Rans() for _ in range(elements.width)]))]
        name = f"{stored}.{dtype}"
        tensors.append(encoded(name, dtype, elements.floats(), "cast", {"stored": stored}, *parts))
    return tensors


# ---- rejected artifacts


def _codes(dtype="I8", **settings):
    """A small tensor of codes in one rANS stream."""
    values = [[0, 1, -1, 2] * 10, [0, 0, 3, -2] * 10, [1, 0, 0, 0] * 10]
    stream = Rans(**{"lanes": 2, "precision": 8, **settings})
    return plain("codes", array(dtype, values), Streams(stream))


def _sample(**arguments):
    floats = plain("floats", array("F32", [0.5, -2.0, 3.25]))
    return artifact([_codes(), floats], {"format": "pt"}, **arguments)


def _containers():
    whole = _sample()
    yield "truncated-nothing-left", b""
    yield "truncated-magic", whole[:5]
    yield "truncated-after-magic", whole[:8]
    yield "truncated-chunks", whole[:14]
    yield "truncated-directory", whole[:-30]
    yield "truncated-end", whole[:-1]
    yield "truncated-footer", whole[:-12]
    yield "wrong-magic", b"\x88" + whole[1:]
    yield "wrong-version", whole[:7] + b"\x02" + whole[8:]
    yield "wrong-end", whole[:-1] + b"E"
    yield "bytes-after-end", whole + b"\0"
    yield "directory-checksum", whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]
    yield "directory-checksum-field", whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:]
    length = len(whole)
    yield "directory-longer-than-file", _with_length(whole, length - 19)
    yield "directory-length-largest", _with_length(whole, 0xFFFFFFFF)
    yield "directory-over-magic", _with_length(whole, length - 12 - 4)
    yield "directory-without-bytes", artifact([], change=lambda data, _: (data, b""))
    yield "directory-of-ones", artifact([], change=lambda data, _: (data, b"\xff" * 9))
    yield "chunks-missing-byte", _sample(change=lambda data, rest: (data[:-1], rest))
    yield "chunks-surplus-byte", _sample(change=lambda data, rest: (data + b"\0", rest))
    yield "unknown-feature", _sample(features=["hologram"])


def _with_length(data, length):
    directory = data[max(len(data) - 12 - length, 0) : -12]
    return data[:-12] + struct.pack("<II", length, zlib.crc32(directory)) + END


def _directories():
    values = array("U8", [1, 2, 3])
    yield "name-twice", artifact([plain("a", values), plain("b", values), plain("a", values)])
    yield "name-not-utf8", artifact([plain(b"a\xff", values)])
    yield "name-cut-character", artifact([plain("é", values), plain(b"\xc3", values)])
    yield "name-shares-too-much", _sample(damage={7: (1, 6)})
    yield "name-shares-before-first", _sample(damage={7: (0, 1)})
    yield "metadata-not-utf8", artifact([], {b"key": b"\xc3"})
    yield "metadata-twice", artifact([], {"key": "1", b"key": "2"})
    yield "text-longer-than-file", _sample(damage={1: (0, 1 << 40)})
    yield "number-of-64-digits", _sample(damage={9: (0, (1 << 64) - 1)})
    yield "word-never-said", _sample(damage={3: (0, 1)})
    yield "word-never-said-later", _sample(damage={3: (2, 9)})
    yield "type-unknown", artifact([_typed("F24")])
    yield "type-of-half-bytes", artifact([_typed("F4")])
    yield "rank-too-large", _sample(damage={8: (0, 1 << 50)})
    yield "shape-overflow", artifact([_shaped((1 << 40, 1 << 40))])
    yield "shape-overflow-bytes", artifact([_shaped((1 << 31, 1 << 31), "F64")])
    yield "shape-overflow-empty", artifact([_shaped((1 << 40, 1 << 40, 0))])
    yield "components-none", _sample(damage={10: (0, 0)})
    yield "components-two-for-plain", _sample(damage={10: (0, 2)})
    yield "components-endless", _sample(damage={10: (0, 1 << 50)})
    yield "tensor-checksum", artifact([_with_checksum(plain("a", values))])
    yield "tensor-checksum-stream", artifact([_with_checksum(_codes())])
    yield "tensors-endless", _sample(damage={6: (0, 1 << 60)})
    yield "metadata-endless", _sample(damage={5: (0, 1 << 60)})
    yield "features-endless", _sample(damage={4: (0, 1 << 60)})
    yield "inline-endless", artifact([_bomb((1 << 50,), Inline(0))])
    yield "inline-endless-model", artifact([_bomb((1 << 50,), Inline(1))])
    many = [plain(f"{n}", array("U8", np.zeros(0))) for n in range(3000)]
    yield "tensors-many-then-none", artifact(many, damage={6: (0, 1 << 60)})


def _typed(dtype):
    """A plain tensor of a type that torch may not have."""
    tensor = plain("a", array("U8", [1, 2, 3, 4]))
    tensor.decoded = Array(dtype, (3,), b"")
    return tensor


def _shaped(shape, dtype="U8"):
    """A plain tensor that claims a shape."""
    tensor = plain("a", array(dtype, [1, 2]))
    tensor.decoded = Array(dtype, shape, b"")
    return tensor


def _bomb(shape, coding):
    """A plain tensor of a vast shape, coded as if it had no elements."""
    tensor = plain("a", Array("U8", (0,), b""), coding)
    tensor.decoded = Array("U8", shape, b"")
    return tensor


def _with_checksum(tensor):
    tensor.checksum = 0x12345678
    return tensor


def _codings():
    values = array("U8", [1, 2, 3])
    yield "coding-unknown", _sample(damage={12: (0, 6)})
    yield "inline-model-unknown", artifact([plain("a", values)], damage={13: (0, 3)})
    yield "adaptive-of-u8", artifact([plain("a", values, Adaptive())])
    yield "adaptive-of-f16", artifact([plain("a", array("F16", [1, 2]), Wrapped([1, 2]))])
    for symbol in (128, -129):
        wrapped = array("I8", [0, (symbol + 128) % 256 - 128])
        yield f"adaptive-symbol-{symbol}", artifact([plain("a", wrapped, Wrapped([0, symbol]))])
    vast = Wrapped([0, 1 << 61])
    yield "adaptive-symbol-vast", artifact([plain("a", array("I8", [0, 0]), vast)])
    yield "stream-kind-unknown", _sample(damage={16: (0, 2)})
    yield "raw-beyond-file", artifact([_shaped_raw((1 << 20,))])
    yield "raw-huge", artifact([_shaped_raw((1 << 62,))])
    yield "permutation-of-u8", artifact([plain("a", array("U8", [2, 0, 1]), Permutation())])
    yield "permutation-of-u32", artifact([plain("a", array("U32", [2, 0, 1]), Permutation())])
    long = plain("a", array("I32", np.zeros(0)), Permutation())
    long.decoded = Array("I32", (65537,), b"")
    yield "permutation-too-long", artifact([long])
    coding = Logarithmic(2, [0, 4])
    yield "logarithmic-of-f64", artifact([plain("a", array("F64", [1.0, 2.0]), coding)])
    yield "logarithmic-of-i32", artifact([plain("a", array("I32", [1, 2]), coding)])
    yield "logarithmic-steps", artifact(
        [plain("a", array("F32", [1.0, 2.0]), coding)], damage={17: (0, 7)}
    )
    for name, exponent, element in (("infinite", 600, np.inf), ("zero", -4000, 0.0)):
        elements = array("F32", [element])
        yield f"logarithmic-{name}", artifact([plain("a", elements, Logarithmic(2, [exponent]))])
    vast = plain("a", array("F32", [1.0]), Logarithmic(2, [1 << 60]))
    yield "logarithmic-vast", artifact([vast])
    fielded = BitFields(2, Rans(precision=8))
    yield "bit-fields-of-i8", artifact([plain("a", array("I8", [1, 2, 3]), fielded)])
    yield "bit-fields-of-8", _fields(BitFields, 2, damage={20: (0, 8)})
    for name, base in (("2", 2), ("16", 16), ("vast", 1 << 60)):
        yield f"digits-of-base-{name}", _fields(Digits, 3, damage={58: (0, base)})
    yield "digits-of-i8", artifact([plain("a", array("I8", [1, 2, 3]), Digits(3, Rans()))])
    for name, rows in (("rows-13-of-12", 13), ("rows-vast", 1 << 61)):
        yield f"bit-fields-{name}", _fields(BitFields, 2, damage={59: (0, rows - 1)})
    for name, rows in (("rows-16-of-15", 16), ("rows-vast", 1 << 61)):
        yield f"digits-{name}", _fields(Digits, 3, damage={59: (0, rows - 1)})
    none = plain("a", array("U8", np.zeros(0)), Digits(3, Rans(lanes=1)))
    yield "digits-rows-2-of-0", artifact([none], damage={59: (0, 1)})
    vast = _bomb((1 << 26,), BitFields(1, Rans(lanes=1)))
    yield "bit-fields-classes-vast", artifact([vast], damage={59: (0, (1 << 27) - 1), 25: (0, 1)})
    halves = Digits(3, Rans(precision=8, low_bits=1, lanes=1))
    yield "digits-with-low-bits", artifact([plain("a", values, halves)])
    beyond = Digits(3, _Symbols(Rans(precision=8), [0, 1, 3, 2, 1] * 3))
    yield "digits-symbol-too-large", artifact([plain("a", values, beyond)])
    # 9999 of 20000 digits are left, more than the directory holds.
    rest = Digits(3, Rans(precision=8, lanes=1), 1)
    yield "digits-rest-missing", artifact(
        [plain("a", array("U8", np.zeros(4000)), rest)], damage={59: (0, 10000)}
    )
    # The elements are what is left of the symbols in two bits.
    beyond = BitFields(2, _Symbols(Rans(precision=8), [0, 1, 4, 3] * 3))
    elements = array("U8", [0b11000100] * 3)
    yield "bit-fields-symbol-too-large", artifact([plain("a", elements, beyond)])


def _fields(kind, number, damage):
    """Three bytes as fields of two bits or as digits of base 3, damaged."""
    coding = kind(number, Rans(precision=8, lanes=1))
    return artifact([plain("a", array("U8", [1, 2, 3]), coding)], damage=damage)


class Wrapped(Adaptive):
    """Other symbols than the elements."""

    def __init__(self, symbols):
        self.symbols = symbols

    def write(self, coder, array):
        elements = Array("I64", array.shape, b"")
        elements.symbols = lambda: np.array(self.symbols, np.int64)
        return super().write(coder, elements)


def _shaped_raw(shape):
    tensor = plain("a", array("U8", [1, 2]), Streams(Raw()))
    tensor.decoded = Array("U8", shape, b"")
    return tensor


def _streams():
    for name, where, value in (
        ("precision-7", 21, 7), ("precision-16", 21, 16), ("symbols-too-many", 23, 256),
        ("symbols-vast", 23, 1 << 60), ("low-bits-9", 24, 9), ("flags-8", 25, 8),
        ("lanes-128", 56, 7), ("lanes-vast", 56, 1 << 40), ("chunk-beyond-file", 57, 1000),
        ("chunk-length-vast", 57, 1 << 63), ("chunk-shorter-than-states", 57, 7),
        ("mixture-of-5", 29, 5),
    ):  # fmt: skip
        yield name, artifact([_codes()], damage={where: (0, value)})
    for states in (1, 9):
        damage = {28: (0, states)}
        yield f"trellis-of-2-to-the-{states}", artifact([_codes(states=4)], damage=damage)
    classes = _codes(row_classes=[0, 1, 0], column_classes=[0, 0, 0, 2] * 10)
    yield "class-sum-256", artifact([classes], damage={26: (0, 254)})
    damage = {24: (0, 1)}
    yield "trellis-with-low-bits", artifact([_codes(states=4)], damage=damage)
    narrow = _codes(states=4, lanes=64, spoil=lambda chunk: chunk)
    yield "trellis-of-fewer-columns-than-lanes", artifact([narrow])
    three = plain("a", array("U8", [1, 2, 3]), Streams(Rans(lanes=1, low_bits=1)))
    yield "low-bits-padding", artifact(
        [three], change=lambda data, directory: (data[:-1] + bytes([data[-1] | 0x80]), directory)
    )
    wide = Rans(precision=9, lanes=1, low_bits=8, count=257, least=0)
    yield "symbols-of-17-bits", artifact([plain("a", array("U16", [0, 700, 9]), Streams(wide))])
    many = _codes("I16", precision=15, least=-5, count=1 << 15, row_classes=[0, 1, 0])
    yield "tables-too-many", artifact([many], damage={26: (0, 40)})
    yield "class-vast", artifact([_codes(row_classes=[0, 1, 0])], damage={26: (0, 1 << 60)})
    mixture = Mixture(60, [(16, 12, 60, 0)])
    for name, where, value in (
        ("b-0", 52, 0),
        ("b-65", 52, 65),
        ("j-13", 53, 13),
        ("width-vast", 54, 1 << 61),
    ):
        yield f"mixture-{name}", artifact([_codes(model=mixture)], damage={where: (0, value)})
    yield from _tables()
    for name, spoil in (
        ("words-few", lambda chunk: chunk[:-2]), ("words-surplus", lambda chunk: chunk + b"\0\0"),
        ("words-none", lambda chunk: chunk[:8]), ("words-and-a-half", lambda chunk: chunk + b"\0"),
        ("states-zero", lambda chunk: bytes(8) + chunk[8:]),
        ("state-below-2-to-the-16", lambda chunk: b"\xff\xff\0\0" + chunk[4:]),
        ("chunk-empty", lambda chunk: b""),
    ):  # fmt: skip
        yield name, artifact([_codes(spoil=spoil)])
    yield "lane-ends-elsewhere", artifact([_codes(start=(1 << 16) + 5)])
    unused = _codes(row_classes=[0, 1, 2], spoil=lambda chunk: chunk)
    unused.components[0].coding.streams[0].model = _WithUnused()
    yield "class-unused-but-read", artifact([unused])
    beyond = Rans(precision=8, lanes=1, least=100, count=100)
    yield "symbol-beyond-type", artifact([_symbols("I8", [120, 130, 199], beyond)])
    beyond = Rans(precision=8, lanes=1)
    yield "symbol-negative-in-u8", artifact([_symbols("U8", [-1, 0, 1], beyond)])
    beyond = Rans(precision=8, lanes=1, low_bits=8)
    yield "symbol-beyond-type-low-bits", artifact([_symbols("U8", [300, 256, 2], beyond)])
    beyond = Rans(precision=8, lanes=1, least=1 << 62, count=1, spoil=lambda chunk: chunk)
    yield "symbol-vast", artifact([plain("a", array("U8", [0]), Streams(_Constant(beyond)))])


class _WithUnused(Histograms):
    """Histograms of which that of class 1 is left out."""

    def write(self, coder, stream, tables, counts):
        counts[1, 0] = counts[1, 0] * 0
        return super().write(coder, stream, tables, counts)


class _Constant:
    """A stream that says one symbol, whatever the symbols are."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, coder, symbols, rows, width):
        return self.stream.write(coder, symbols + self.stream.least, rows, width)


class _Symbols:
    """A stream of other symbols than the elements'."""

    def __init__(self, stream, symbols):
        self.stream, self.symbols = stream, np.array(symbols, np.int64)

    def write(self, coder, symbols, rows, width):
        return self.stream.write(coder, self.symbols, rows, width)

    def write_plainly(self, coder, symbols, rows):
        return self.stream.write_plainly(coder, self.symbols, rows)


def _symbols(dtype, symbols, stream):
    """A tensor whose elements are out of their type's range, taken modulo 2^8."""
    wrapped = Array(dtype, (len(symbols),), bytes(s & 255 for s in symbols))
    return plain("a", wrapped, Streams(_Symbols(stream, symbols)))


def _tables():
    nothing = Rans(Mixture(0, [(16, 12, 60, 0)]), 8, 1, least=5, count=3, spoil=lambda chunk: chunk)
    yield "table-of-zeros", artifact([plain("a", array("U8", [5, 6, 7]), Streams(nothing))])
    # Two peaks of 128 and 254 symbols that are raised to 1: the difference makes a peak negative.
    peaks = Mixture(10**6, [(8, 12, -110, 0)], 8)
    codes = array("I8", [0, 1, 1, 0])
    negative = Rans(peaks, 8, 1, least=-127, count=255, spoil=lambda chunk: chunk)
    yield "table-negative", artifact([plain("a", codes, Streams(negative))])
    much = Histograms(15, [256, 256, 256])
    three = Rans(much, 8, 1, spoil=lambda chunk: chunk)
    yield "frequencies-over", artifact([plain("a", array("U8", [0, 1, 2]), Streams(three))])
    vast = Histograms(64, [(1 << 62), (1 << 62), 1])
    three = Rans(vast, 8, 1, spoil=lambda chunk: chunk)
    yield "frequencies-vast", artifact([plain("a", array("U8", [0, 1, 2]), Streams(three))])


def _bombs():
    """Little files of vast tensors."""
    yield "bomb-shape-without-chunks", artifact([_bomb((1 << 50,), Streams(Rans(lanes=1)))])
    classes = _bomb((1 << 50, 1), Streams(Rans(lanes=1)))
    yield "bomb-classes", artifact([classes], damage={25: (0, 3)})
    # 2^32 zeros in 4096 chunks of one state each; everything about them is right.
    zeros = plain("a", Array("U8", (0,), b""), Streams(_Zeros(1 << 32)))
    zeros.decoded = Array("U8", (1 << 16, 1 << 16), b"")
    zeros.checksum = zlib_of_zeros(1 << 32)
    yield "bomb-constant-table", artifact([zeros])
    logarithms = plain("a", Array("F32", (0,), b""), Logarithmic(0, []))
    logarithms.decoded = Array("F32", (1 << 50,), b"")
    yield "bomb-logarithmic", artifact([logarithms])
    # What is said once and repeated for a few bits: names, encodings, tables of no symbols.
    long, empty = "a" * (1 << 18), array("U8", [])
    yield "bomb-names", artifact([plain(f"{long}{k:03}", empty) for k in range(300)])
    yield "bomb-component-names", artifact([_scaled(k, f"@{long}") for k in range(300)])
    spaces = " " * (1 << 18)
    encodings = [_scaled(k, "@.q", spaces) for k in range(300)]
    yield "bomb-encodings", artifact(encodings)
    nothing = array("I16", np.zeros((1, 0)))
    yield "bomb-tables", artifact([plain(f"t{k}", nothing, Streams(_Tables())) for k in range(40)])


def _scaled(number, name, spaces=""):
    """One code and its scale, the code under a name of its own."""
    parts = ((name, array("I8", [[0]])), ("scale", array("F32", [1.0])))
    values = np.zeros((1, 1), np.float32)
    tensor = encoded(f"t{number:03}", "F32", values, "scaled", {"bits": 8, "coverage": "row"}, *parts)
    tensor.encoding = tensor.encoding.replace("{", "{" + spaces)
    return tensor


class _Tables:
    """A stream of nothing under as many frequencies of as many shapes as there can be."""

    def write(self, coder, symbols, rows, width):
        for name, value in ((16, 1), (21, 15), (22, 0), (23, (1 << 15) - 1), (24, 0), (25, 1)):
            coder.number(name, value)
        for name, value in ((26, 31), (29, 4), (50, 1 << 20), (51, 0)):
            coder.number(name, value)
        for shape in range(4):
            coder.number(52, 64)
            coder.number(53, 12)
            coder.signed(54, 1000)
            if shape:
                coder.number(55, 64)
        coder.number(56, 0)
        return []


@dataclass
class _Zeros:
    """A stream of zeros without the symbols."""

    count: int

    def write(self, coder, symbols, rows, width):
        for name, value in (
            (16, 1),
            (21, 8),
            (22, 0),
            (23, 0),
            (24, 0),
            (25, 0),
            (29, 0),
            (30, 1),
        ):
            coder.number(name, value)
        coder.number(31, 255, 1)
        coder.number(56, 0)
        chunks = [(1 << 16).to_bytes(4, "little")] * (self.count // CHUNK)
        for chunk in chunks:
            coder.number(57, len(chunk))
        return chunks


def zlib_of_zeros(count):
    """The CRC-32 of zeros, half a gigabyte at most at a time."""
    block, checksum = bytes(1 << 24), 0
    for _ in range(count >> 24):
        checksum = zlib.crc32(block, checksum)
    return checksum


def _encodings():
    codes, scales = array("I8", [[1, 2, 3], [4, 5, 6]]), array("F16", [0.5, 0.25])
    parameters = {"bits": 8, "coverage": "row"}
    values = scaled(codes, scales)

    def tensor(method, parameters, *parts, dtype="F32", values=values):
        return artifact([encoded("w", dtype, values, method, parameters, *parts)])

    q, s = ("@.q", codes), ("@.scale", scales)
    yield "encoding-unknown", tensor("holographic", parameters, q, s)
    yield "encoding-parameters-missing", tensor("scaled", {"bits": 8}, q, s)
    yield "encoding-parameters-wrong", tensor("scaled", {"bits": 9, "coverage": "row"}, q, s)
    bare = encoded("w", "F32", values, "scaled", parameters, q, s)
    bare.encoding = "scaled"
    yield "encoding-without-parameters", artifact([bare])
    bare = encoded("w", "F32", values, "scaled", parameters, q, s)
    bare.encoding = 'scaled {"bits":8,"coverage":"row"'
    yield "encoding-no-json", artifact([bare])
    yield "encoding-of-integers", tensor("scaled", parameters, q, s, dtype="I8")
    yield "component-missing", tensor("scaled", parameters, q)
    yield "component-too-many", tensor("scaled", parameters, q, s, ("@.more", scales))
    yield "component-name-twice", tensor("scaled", parameters, q, ("@.q", scales))
    turned = array("I8", [[1, 2], [3, 4], [5, 6]])
    yield "component-shape", tensor("scaled", parameters, ("@.q", turned), s)
    yield "component-shape-scales", tensor(
        "scaled", parameters, q, ("@.scale", array("F16", [0.5] * 3))
    )
    yield "component-type", tensor(
        "scaled", parameters, ("@.q", array("U8", [[1, 2, 3], [4, 5, 6]])), s
    )
    infinite = array("F16", [0.5, np.inf])
    yield "scale-infinite", tensor("scaled", parameters, q, ("@.scale", infinite))
    columns = ("@.columns", array("F16", [1.0, 2.0, 3.0]))
    yield "grid-states", tensor("grid", {"states": 12}, q, s, columns)
    yield "grid-columns", tensor("grid", {"states": 0}, q, s, ("@.columns", scales))
    groups = array("F16", [[1.0, 2.0], [3.0, 4.0]])
    none = ("@.zero", array("F16", np.zeros(0)))
    yield "grouped-size-0", tensor("grouped", {"group_size": 0}, q, ("@.scale", groups), none)
    yield "grouped-scales", tensor("grouped", {"group_size": 3}, q, ("@.scale", groups), none)
    three = ("@.zero", array("F16", [1.0, 2.0, 3.0]))
    yield "grouped-zeros", tensor("grouped", {"group_size": 2}, q, ("@.scale", groups), three)
    indices = ("@.q", array("U8", [[0, 1, 2], [0, 1, 3]]))
    book = ("book", array("F32", [0.0, 1.0, 2.0]))
    parts = indices, book, ("@.scale", groups)
    yield "codebook-index", tensor("codebook", {"group_size": 2}, *parts)


# ---- writing


def write_case(folder, name, make, metadata, large):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    tensors = make(rng)
    folder = os.path.join(folder, name)
    os.makedirs(folder)
    with open(os.path.join(folder, "artifact.birdie"), "wb") as file:
        file.write(artifact(tensors, metadata))
    with open(os.path.join(folder, "expected.json"), "w") as file:
        file.write(_expectation(tensors, metadata, large))
    if large:
        return
    decoded = {tensor.name: tensor.decoded.torch() for tensor in tensors}
    components = {
        f"{tensor.name}/{spoken(part.name, tensor.name)}": part.array.torch()
        for tensor in tensors
        if tensor.encoding
        for part in tensor.components
    }
    save_file(decoded, os.path.join(folder, "expected.safetensors"))
    if components:
        save_file(components, os.path.join(folder, "expected-components.safetensors"))


def spoken(name, tensor):
    """A component's name: a first at sign is the tensor's name, two are one of its own."""
    if name.startswith("@@"):
        return name[1:]
    return tensor + name[1:] if name.startswith("@") else name


def _expectation(tensors, metadata, large):
    """JSON, a line for each tensor."""
    lines = []
    for tensor in tensors:
        told = _told(tensor.decoded, large)
        if tensor.encoding:
            told["encoding"] = tensor.encoding
            names = [spoken(part.name, tensor.name) for part in tensor.components]
            arrays = [part.array for part in tensor.components]
            told["components"] = dict(zip(names, (_told(elements, large) for elements in arrays)))
        lines.append(_text(tensor.name) + ": " + _text(told))
    return '{"metadata": %s,\n"tensors": {\n%s\n}}\n' % (_text(metadata), ",\n".join(lines))


def _text(value):
    return json.dumps(value, ensure_ascii=False)


def _told(elements, large):
    told = {"dtype": elements.dtype, "shape": list(elements.shape)}
    if large:
        told["sha256"] = hashlib.sha256(elements.data).hexdigest()
    return told


# The rule that each broken artifact breaks; B05 where it is not named here.
RULES = {
    "B01": """
        bytes-after-end
        directory-length-largest
        directory-longer-than-file
        directory-over-magic
        truncated-after-magic
        truncated-chunks
        truncated-directory
        truncated-end
        truncated-footer
        wrong-end
""",
    "B02": """
        wrong-version
""",
    "B03": """
        encoding-no-json
        encoding-parameters-missing
        encoding-parameters-wrong
        encoding-unknown
        encoding-without-parameters
        grid-states
        grouped-size-0
        unknown-feature
""",
    "B04": """
        directory-checksum
        directory-checksum-field
""",
    "B06": """
        low-bits-padding
        chunk-empty
        lane-ends-elsewhere
        state-below-2-to-the-16
        states-zero
        words-and-a-half
        words-few
        words-none
        words-surplus
""",
    "B07": """
        tensor-checksum
        tensor-checksum-stream
""",
    "B08": """
        class-unused-but-read
        frequencies-over
        table-negative
        table-of-zeros
""",
    "B09": """
        bomb-classes
        bomb-component-names
        bomb-constant-table
        bomb-encodings
        bomb-logarithmic
        bomb-names
        bomb-shape-without-chunks
        bomb-tables
        inline-endless
        inline-endless-model
""",
    "C08": """
        codebook-index
""",
    "C09": """
        component-missing
        component-shape
        component-shape-scales
        component-too-many
        component-type
        encoding-of-integers
        grid-columns
        grouped-scales
        grouped-zeros
        scale-infinite
""",
    "Z01": """
        truncated-magic
        truncated-nothing-left
        wrong-magic
""",
}


def ruled(name):
    """The name of the file: the rule first."""
    rule = next((rule for rule, names in RULES.items() if name in names.split()), "B05")
    return f"{rule}-{name}"


def rejected():
    for group in (_containers, _directories, _codings, _streams, _bombs, _encodings):
        yield from group()


def main():
    parser = argparse.ArgumentParser(description="Writes artifacts to read and to refuse.")
    parser.add_argument("--out", default=os.path.join(HERE, "..", "birdie"))
    out = parser.parse_args().out
    accepts, rejects = os.path.join(out, "accepts"), os.path.join(out, "rejects")
    for folder in (accepts, rejects):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    for name, make, metadata, large in CASES:
        write_case(accepts, name, make, metadata, large)
    for name, data in rejected():
        with open(os.path.join(rejects, ruled(name) + ".birdie"), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
