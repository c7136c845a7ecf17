"""Reads Birdie artifacts (version 1) with numpy alone: load(path) gives the decoded tensors.

Elements come in numpy's type of the same name. BF16 and the 8-bit floats, which numpy lacks, come as
float32 arrays of exactly the same values. Checksums are not verified: this reads artifacts that have
been verified when they were written. A section from `#[NAMES` to `#]` is needed by artifacts with one
of the named features only; sections may lie inside others.
"""

from numpy import *
from builtins import *  # numpy 2 brings its own min, max, abs and sum


def load(path):
    file = open(path, "rb")
    data = file.read()
    file.seek(8)  # from here on, chunk by chunk
    data = data[-12 - int.from_bytes(data[-9:-13:-1]) : -12] + bytes(8)

    # The adaptive coder

    size = 2**32 - 1
    code = int.from_bytes(data[:4])
    data = iter(data[4:])
    contexts = {}
    known = []

    def take(count, part=0):
        """One of `count` values: each has a `part` of the interval, the last one the rest."""
        nonlocal size, code
        part = part or size // count
        value = min(code // part, count - 1)
        code -= value * part
        size = (part, size - value * part)[value > count - 2]
        while size < 1 << 24:
            size <<= 8
            code = code << 8 | next(data)
        return value

    def bit(*context):
        p, n = contexts.get(context, (32768, 0))
        x = 1 - take(2, (size >> 16) * p)
        contexts[context] = p + int(((x << 16) - p) / (n + 2)), n + (n < 254)
        return x

    def binary(digits, *context):
        x = 1
        for i in range(digits):
            x += x + bit(*context, x)
        return x

    def number(field, digits=64):
        k = 0
        while bit(field, k):
            k += 1
        i = min(k, digits)
        return (binary(i, field, k) << k - i) - 1

    def signed(field):
        x = number(field)
        return x >> 1 ^ -(x & 1)

    def text():
        x = [0, 0]
        for i in range(number(1)):
            x += binary(8, 2, x[-1], x[-2]) - 256,
        return bytes(x[2:])

    def word():
        k = number(3)
        k or known.append(text().decode())
        return known[k - 1]

    #[mixture logarithmic
    def power(a, s):
        """2^(a / 2^s), the same everywhere."""
        x = 2.0 ** (a >> s)
        root = 2
        while s:
            s -= 1
            root = sqrt(root)
            x *= (1, root)[a >> s & 1]
        return x

    #]
    #[low_bits packed binary
    def fields(packed, count, width):
        x = unpackbits(frombuffer(packed, "u1"), bitorder="little")
        return resize(x, (count, width)) @ (1 << arange(width))

    #]
    #[logarithmic scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
    def rounded(kind, x):
        x = x.astype("f2" if kind == "F16" else "f4")
        #[bf16
        if kind == "BF16":
            x = x.view("u4")
            x = (x + 32767 + (x >> 16 & 1) >> 16 << 16).view("f4")
        #]
        return x

    #]
    # Streams. Tables lie one after another, each with 2^P slots. The first symbol of all has every
    # slot of its table, so it reads nothing; it fills up where there is no symbol.

    #[rans
    frequencies = [65536]
    values = [0]
    batches = {}
    #[trellis
    states = []
    #]

    #]
    #[rans raw
    def stream(count, rows, width=0):
        """Gives the symbols; then reads a chunk each time.

        Until the batches are decoded, they are the first slots of the symbols' tables. Only streams
        of bytes or of 16-bit symbols can be raw and have a `width`.
        """
        raw = width and 1 - number(16)
        #[raw
        if raw:
            x = zeros(count, "u%d" % width)
            yield x
            for i in range(0, count, 1 << 20):
                file.readinto(x[i:][: 1 << 20])
                yield
            return
        #]
        #[rans
        precision = number(21)
        codes = signed(22) + arange(number(23) + 1)
        low_bits = number(24)
        flags = number(25)
        columns = count // (rows or 1)
        classes = [flags & 1 and number(26) for i in range(rows)]
        classes = add.outer(classes, [flags & 2 and number(27) for i in range(columns)]).astype("i4")
        kinds = 1 + flags // 4
        #[trellis
        trellis = kinds > 1 and 1 << number(28)
        #]
        shapes = number(29)
        #[mixture
        if shapes:
            support = number(50)
            location = signed(51) / 16
            shapes = [(number(52), number(53), signed(54), number(55) if i else 64) for i in range(shapes)]
        #]
        symbols = (sum(frequencies) + (classes * kinds << precision)).ravel()
        for i in range(kinds * classes.max(initial=0) + kinds):
            #[mixture
            if shapes:
                point = kinds * codes + i % kinds
                mass = cut = 0
                for b, j, width, amplitude in shapes:
                    width = power(width + i // kinds * 8, 6)
                    cut = cut or width * support / 4
                    x = abs(point - location + kinds * c_[[-0.5, 0, 0.5]]) / width
                    y = 1
                    for k in range(b):
                        y = y * sqrt(sqrt(sqrt(x)))
                    y = 1 / (1 + y / 2**j)
                    for k in range(j):
                        y = y * y
                    mass = mass + amplitude * (y[0] + 4 * y[1] + y[2])
                mass = mass * (abs(point) <= cut)
                x = (mass / mass.cumsum()[-1] * 2**precision + 0.5).astype(int)
                x += (x < 1) & (mass > 0)
            #]
            #[histogram
            if shapes == 0:
                digits = number(30)
                k = -1
                x = []
                for j in codes:
                    k = digits and number(31 + min((k + 1).bit_length(), 15), digits)
                    x += k,
                x = array(x)
            #]
            x[x.argmax()] += 2**precision - x.sum()
            frequencies.extend(x)
            values.extend(codes << low_bits)
        lanes = 1 << number(56)
        lengths = [number(57) for i in range(0, count, 1 << 20)]
        #[trellis
        place = columns, len(states)
        states[:0] = [0] * columns
        #]
        yield symbols
        for i, k in enumerate(lengths):
            x = symbols[i << 20 :][: 1 << 20]
            k = file.read(k)
            y = 0
            #[low_bits
            if low_bits:
                j = -len(x) * low_bits // 8
                y = fields(k[j:], len(x), low_bits)
                k = k[:j]
            #]
            job = k, x, y
            key = precision, lanes
            #[trellis
            if trellis:
                # A chunk needs the states that the chunk before left.
                job += (i << 20, *place),
                key += trellis, i
            #]
            batches[key] = batches.get(key, []) + [job]
            yield

        #]

    #]
    # The directory

    def component(kind, shape):
        """Reads a component; then, once the streams are decoded, gives its elements."""
        #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
        if encoding:
            word()
            kind = word()
            i = number(11)
            if i:
                shape = [number(9) for i in range(i - 1)]
        #]
        count = int(prod(shape))
        width = 2 ** ("163264".find(kind[-2:]) // 2 + 1)
        rows = shape[0] if shape[1:] else 1
        streams = []
        coding = number(12)
        #[streams
        if coding == 1:
            y = 1
            #[sixteen
            y += kind in "I16U16"
            #]
            streams = [stream(count, rows, y) for i in range(width // y)]
        #]
        #[bit_fields digits
        if coding == 4:
            # A field has k digits, a byte j; bits are digits of base 2.
            k = number(20)
            base = 2
            j = 8
            #[digits
            if k < 1:
                k = 1
                base = number(58)
                j = int(8.1 / log2(base))
            #]
            rows = number(59) + 1
            y = j * count // k // rows * rows
            streams = [stream(y, rows)]
        #]
        planes = list(map(next, streams))
        #[bit_fields digits
        if coding == 4:
            x = [take(base) for i in range(j * count - k * y)]
        #]
        #[inline
        if coding < 1:
            for i in range(width):
                k = number(13)
                x = [0]
                for j in range(count):
                    x += binary(8, 13 + k, i, k > 1 and x[-1]) - 256 if k else take(256),
                planes += x[1:],
        #]
        #[logarithmic
        if coding == 2:
            k = number(17)
            j = bit(19)
            y = 0
            x = []
            for i in range(count):
                y = y * j + signed(18)
                x += power(y, k),
            x = rounded(kind, array(x))
        #]
        #[permutation
        if coding == 3:
            x = [*range(count)]
            planes = [[x.pop(take(len(x))) for i in x[:]]]
        #]
        #[adaptive
        if coding > 4:
            x = []
            mean = [0] * count
            for i in range(count):
                j = i % (count // rows)
                y = number(60 + 12 * min(mean[j].bit_length(), 11) + min(j and y.bit_length(), 11))
                x += -y if y and bit(200) else y,
                mean[j] += (16 * y - mean[j]) // 8
            planes = [x]
        #]
        #[rans raw
        list(zip(*streams))  # reads chunk after chunk, plane after plane
        #]
        yield
        #[bit_fields digits
        if coding == 4:
            x = append(planes[0][:, None] // base ** arange(k) % base, x).reshape(-1, j)
            planes = [x @ base ** arange(j)]
        #]
        #[inline streams permutation bit_fields digits adaptive
        if planes:
            x = 0
            for y in planes:
                x = x * 256 + array(y, int)
            x = x.astype("u%d" % width)
            y = kind[0].lower() + str(width)
            #[float_planes
            if kind[0] in "BF" and width > 1:
                x = x >> 1 | x << 8 * width - 1
            #]
            #[bf16
            if kind == "BF16":
                x = x.astype("u4") << 16
                y = "f4"
            #]
            #[f8
            if "_" in kind:
                # E5M2 is half a half. E4M3 becomes one that is 2^8 too small; 127 and 255 are NaN.
                i = "M3" in kind
                x = x.astype("u2")
                x = (x * 128 + ((x >> 7) + x % 128 // 127 << 14) if i else x << 8).view("f2")
                x = float32(x) * 256**i
                y = "f4"
            #]
            x = x.view(y)
        #]
        yield x.reshape(shape)

    tensors = []
    name = b""
    number(4)
    for i in range(2 * number(5)):
        text()

    for i in range(number(6)):
        name = name[: number(7)] + text()
        kind = word()
        shape = [number(9) for i in range(number(8))]
        encoding = word()
        parts = []
        for i in range(number(10)):
            x = component(kind, shape)
            next(x)
            parts += x,
        take(65536)
        take(65536)
        tensors += (name.decode(), kind, shape, encoding, parts),

    # The streams: the chunks of a batch go side by side, a row each

    #[trellis grid
    def following(state, states, codes):
        """The states, some of `states`, after these codes."""
        k = states.bit_length() - 3
        x = b"\1\2\2\4\n+y\2\5\t\22!N\xa6"  # h1 / 2 and h0 / 2
        return state >> 1 ^ x[k] * (codes & 1) ^ x[k + 7] * (state & 1)

    #]
    #[rans
    #[trellis
    states = array(states)
    #]
    values = array(values)
    frequencies = array(frequencies)
    before = frequencies.cumsum() - frequencies
    in_slots = repeat(arange(len(values)), frequencies).astype("i4")
    for (precision, lanes, *o), jobs in batches.items():
        frequencies[0] = 1 << precision
        chunks, symbols, lows, *columns = zip(*jobs)
        count = max(map(len, symbols))
        rows = zeros((len(jobs), count + lanes), "i4")
        for x, y in zip(rows, symbols):
            x[: len(y)] = y
        #[trellis
        if o:
            columns = array(columns[0]).T[..., None]
        #]
        x = array([frombuffer(x, "u4", lanes) for x in chunks], int)  # the lanes
        words = frombuffer(b"".join(chunks), "u2")
        # Of the last word that was read.
        place = cumsum([[2 * lanes - 1]] + [[len(x) // 2] for x in chunks[:-1]], 0)
        for i in range(0, count, lanes):
            row = rows[:, i : i + lanes]
            slot = row + x % (1 << precision)
            #[trellis
            if o:
                j = (columns[0] + i + arange(lanes)) % columns[1] + columns[2]
                state = states[j]
                slot += state % 2 << precision
            #]
            k = in_slots[slot]
            y = frequencies[k] * (x >> precision) + slot - before[k]
            place = place[:, -1:] + (y < 65536).cumsum(1)
            x = where(y < 65536, y << 16 | words[place], y)
            row[:] = k
            #[trellis
            if o:
                states[j] = following(state, o[0], values[k])
            #]
        for x, y, k in zip(rows, symbols, lows):
            y[:] = values[x[: len(y)]] + k

    #]
    # What codes stand for

    #[scaled packed base3 bitmask binary grid low_rank
    def scaled(x, scales):
        """Codes times scales, each for a run of equal length."""
        k = x.size // (scales.size or 1)
        return float32(x * float32(scales).repeat(k).reshape(x.shape))

    #]
    #[grouped codebook
    def spread(x):
        """Numbers of groups for every column."""
        return repeat(float32(x), o[0] or shape[1], 1)[:, : shape[1]]

    #]
    result = {}
    for name, kind, shape, encoding, parts in tensors:
        x, *parts = map(next, parts)
        #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
        if encoding:
            method = encoding[3]  # different for every method
            #[packed base3 bitmask binary grid grouped codebook affine
            o = [int(i) for i in __import__("re").findall(r"\d+", encoding)]
            #]
            #[packed
            if method == "k":
                x = fields(x, prod(shape), o[0]) - o[1]
            #]
            #[base3 bitmask binary
            if method in "na":
                rows, columns, count, group = o[-4:]
                count *= rows
            #]
            #[base3
            if "3 " in encoding:
                x = (x[:, None] // [1, 3, 9, 27, 81] % 3).ravel()[:count] - 1
            #]
            #[bitmask
            if "mask" in encoding:
                y = unpackbits(x).astype(int)
                x = y[:count]
                x[x > 0] = y[count + -count % 8 :][: x.sum()] * 2 - 1
            #]
            #[mean_magnitude
            if "mean" in encoding:
                y = maximum(abs(x).reshape(-1, group).mean(1, "f4"), 1e-8)
                parts[0] = float32(parts[0]).ravel() / y
            #]
            #[binary
            if method == "a":
                x = fields(x, count, 1) * 2 - 1
            #]
            #[grid
            if method == "d":
                if o[0]:
                    x = x.astype(int).reshape(shape)
                    state = 0 * x[0]
                    for y in x:
                        k = state & 1
                        state = following(state, o[0], y)
                        y += y + k
                x = scaled(x, parts[0])
                x = x * resize(float32(parts[1]), x.shape)
            #]
            #[scaled packed base3 bitmask binary low_rank
            if method in "lkna":
                x = scaled(x, parts[0])
            #]
            #[base3 bitmask binary
            if method in "na":
                x = x.reshape(rows, -1)[:, :columns]
            #]
            #[low_rank
            if "+" in encoding:
                y = 0
                for i, j in zip(scaled(*parts[1:3]).T, scaled(*parts[3:])):
                    # Fused: the exact product, a sum that is rounded to odd, then to float32.
                    i = outer(float64(i), j)
                    k = i + y
                    j = k - i
                    j = i - (k - j) + (y - j)
                    y = float32((k.view(int) - (j * k < 0) | (j != 0)).view(float))
                x = x + y
            #]
            #[grouped
            if method == "u":
                if parts[1].size:
                    x = x - spread(parts[1])
                x = x * spread(parts[0])
            #]
            #[codebook
            if method == "e":
                x = parts[0][x] * spread(parts[1])
            #]
            #[affine
            if method == "i":
                i, j = "fd" if o[1:] else "if"
                y = lambda x: resize(x.repeat(int(prod(shape[o[-1] + 1 :]))), shape)
                x = float32(x.astype(i) - y(parts[1].astype(i))) * y(parts[0].astype(j))
            #]
            x = rounded(kind, float32(x))
        #]
        result[name] = x.reshape(shape)
    return result
