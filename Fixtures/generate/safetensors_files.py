"""Makes Fixtures/safetensors. Needs Python 3.11, safetensors 0.8.0, numpy 2.4.6.

accepts/   files that must be read, with what the reference reader sees in accepts.json
identity/  files as the reference writer writes them, with what it was given in identity.json
rejects/   one file (or folder) for each way to be wrong, named by the rule
"""
import ctypes
import json
import os
import random
import shutil
import struct

from safetensors import TensorSpec, deserialize, serialize

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "safetensors")
WIDTH = {
    "bool": ("BOOL", 1), "float4_e2m1fn_x2": ("F4", 1), "uint8": ("U8", 1), "int8": ("I8", 1),
    "float8_e5m2": ("F8_E5M2", 1), "float8_e4m3fn": ("F8_E4M3", 1), "float8_e8m0fnu": ("F8_E8M0", 1),
    "float8_e4m3fnuz": ("F8_E4M3FNUZ", 1), "float8_e5m2fnuz": ("F8_E5M2FNUZ", 1),
    "int16": ("I16", 2), "uint16": ("U16", 2), "float16": ("F16", 2), "bfloat16": ("BF16", 2),
    "int32": ("I32", 4), "uint32": ("U32", 4), "float32": ("F32", 4), "complex64": ("C64", 8),
    "float64": ("F64", 8), "int64": ("I64", 8), "uint64": ("U64", 8),
}


def fresh(folder):
    path = os.path.join(ROOT, folder)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def put(folder, name, content):
    path = os.path.join(ROOT, folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def reference(tensors, metadata):
    """tensors: {name: (dtype, shape)}; the payload bytes count up from 0 (booleans alternate)."""
    buffers, specs = [], {}
    for name, (dtype, shape) in tensors.items():
        count = WIDTH[dtype][1]
        for extent in shape:
            count *= extent
        step = 2 if dtype == "bool" else 251
        data = bytes(index % step for index in range(count))
        buffer = ctypes.create_string_buffer(data, max(count, 1))
        buffers.append(buffer)
        specs[name] = TensorSpec(
            dtype=dtype, shape=list(shape), data_ptr=ctypes.addressof(buffer), data_len=count)
    return bytes(serialize(specs, metadata=metadata))


def stored_shape(dtype, shape):
    # The reference doubles the last extent of PyTorch's packed pairs.
    return list(shape[:-1]) + [shape[-1] * 2] if dtype == "float4_e2m1fn_x2" else list(shape)


def identity_cases():
    every = {f"t.{name}": (name, [2, 2]) for name in WIDTH}
    yield every, None
    yield dict(reversed(every.items())), {"format": "pt"}
    yield {}, None
    yield {}, {"only": "metadata"}
    yield {"scalar": ("float32", [])}, None
    yield {"empty": ("float32", [0]), "other": ("float32", [3]), "a": ("int8", [4, 0, 2])}, None
    yield {"é": ("uint8", [1]), "z": ("uint8", [1]), "Z": ("uint8", [1]), "😀": ("uint8", [1]),
           "ｚ": ("uint8", [1])}, {"clé": "valeur “ü”"}
    yield {'quote"back\\slash': ("int16", [1]), "tab\tnewline\n": ("int16", [2]),
           "control\x01\x1f\x7f": ("int16", [3])}, {"a\b\f\r": "\x00\x0b/"}
    yield {"a": ("uint8", [1])}, {}
    for padding in range(8):
        yield {"n" * (padding + 1): ("uint8", [padding])}, None
    generator = random.Random(20260101)
    for _ in range(24):
        tensors = {}
        for _ in range(generator.randrange(1, 7)):
            name = ".".join(generator.choice(["wte", "h", "0", "10", "2", "attn", "weight", "É"])
                            for _ in range(generator.randrange(1, 5)))
            dtype = generator.choice(list(WIDTH))
            rank = generator.randrange(1 if "x2" in dtype else 0, 4)
            tensors[name] = (dtype, [generator.randrange(0, 4) for _ in range(rank)])
        yield tensors, generator.choice([None, {"format": "pt"}, {"format": "np"}])


def write_identity():
    fresh("identity")
    listing = []
    for number, (tensors, metadata) in enumerate(identity_cases()):
        name = f"{number:02}.safetensors"
        put("identity", name, reference(tensors, metadata))
        listing.append({
            "file": name, "metadata": metadata,
            "tensors": [{"name": key, "dtype": WIDTH[dtype][0], "shape": stored_shape(dtype, shape)}
                        for key, (dtype, shape) in tensors.items()]})
    text = json.dumps(listing, indent=1, ensure_ascii=False) + "\n"
    put("", "identity.json", text.encode())


def file(header, payload=b"", pad=True):
    if isinstance(header, str):
        header = header.encode()
    elif isinstance(header, dict):
        header = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    if pad:
        header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + payload


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def write_accepts():
    fresh("accepts")
    plain = {"a": entry(), "b": entry("U8", [3], [4, 7])}
    files = {
        "unpadded": file({"a": entry("U8", [1], [0, 1])}, b"\x07", pad=False),
        "padded-by-64-spaces": file(json.dumps({"a": entry("U8", [1], [0, 1])}) + " " * 64, b"\x07"),
        "header-out-of-order": file({"b": plain["b"], "a": plain["a"]}, bytes(range(7))),
        "white-space-inside": file(json.dumps(plain, indent=4), bytes(range(7))),
        "escaped-name": file(r'{"\u0061\/\u00e9\ud83d\ude00":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', b"\x01\x02"),
        "empty": file({}),
        "metadata-last": file({"a": entry(), "__metadata__": {"format": "pt"}}, bytes(4)),
        "tied": file({"__metadata__": {"lm_head.weight": "wte.weight", "format": "pt"},
                      "wte.weight": entry("BF16", [2, 2], [0, 8])}, bytes(range(8))),
        "metadata-look-alikes": file({"__metadata__": {"e\u0301": "two", "\u00e9": "one"},
                                      "a": entry("U8", [1], [0, 1])}, b"\x07"),
        "tied-look-alikes": file({"__metadata__": {"e\u0301": "a", "\u00e9": "a"},
                                  "a": entry("U8", [1], [0, 1])}, b"\x07"),
        "f6": file({"a": entry("F6_E2M3", [4], [0, 3]), "b": entry("F6_E3M2", [2, 2], [3, 6])}, bytes(range(6))),
        "f4": file({"a": entry("F4", [3, 2], [0, 3])}, bytes(range(3))),
        "zero-sizes": file({"a": entry("F32", [0, 5], [0, 0]), "b": entry("F64", [], [0, 8]),
                            "c": entry("I8", [3, 0], [8, 8])}, bytes(range(8))),
        "name-with-slash": file({"encoder/layer..0/w": entry()}, bytes(4)),
        "booleans": file({"a": entry("BOOL", [11], [0, 11])}, bytes([0, 1] * 5 + [1])),
    }
    listing = {}
    for name, content in files.items():
        put("accepts", name + ".safetensors", content)
        seen = {key: {"dtype": info["dtype"], "shape": info["shape"], "hex": bytes(info["data"]).hex()}
                for key, info in sorted(deserialize(content))}
        length = struct.unpack("<Q", content[:8])[0]
        metadata = json.loads(content[8:8 + length]).get("__metadata__")
        listing[name + ".safetensors"] = {"tensors": seen, "metadata": metadata or {}}
    put("", "accepts.json", (json.dumps(listing, indent=1, ensure_ascii=False) + "\n").encode())


def kept(note, name="w", scales=(2,), **more):
    """A file of codes [[1, 2], [3, 4]] and two scales with a note in the metadata."""
    text = note if isinstance(note, str) else json.dumps(note)
    return file({"__metadata__": {f"birdie.encoding.{name}": text, **more},
                 "w.scale": entry("F32", list(scales), [0, 8]), "v": entry("F32", [1], [8, 12]),
                 "w.q": entry("I8", [2, 2], [12, 16])},
                struct.pack("<3f4b", 0.5, 2, 7, 1, 2, 3, 4))


def kept_code_rejects():
    good = {"dtype": "F32", "shape": [2, 2], "components": ["w.q", "w.scale"],
            "method": "scaled", "parameters": {"bits": 8, "coverage": "row"}}
    twice = json.dumps(good)
    grouped = {"rows": 2, "columns": 2, "padded_columns": 2, "group_size": 2}
    for slug, change in {
        "part-missing": {"components": ["w.q", "w.scales"]},
        "part-twice": {"components": ["w.q", "w.q"]},
        "no-part": {"components": []},
        "seven-parts": {"components": ["w.q"] * 7},
        "part-number": {"components": ["w.q", 1]},
        "method-unknown": {"method": "scaled_twice"},
        "method-number": {"method": 1},
        "bits-nine": {"parameters": {"bits": 9, "coverage": "row"}},
        "coverage-unknown": {"parameters": {"bits": 8, "coverage": "column"}},
        "parameters-list": {"parameters": []},
        "group-size-zero": {"method": "binary", "parameters": {**grouped, "group_size": 0}},
        "groups-overflow": {"method": "binary", "parameters": {
            "rows": 2**62, "columns": 4, "padded_columns": 4, "group_size": 4}},
        "packed-zero-no-code": {"method": "packed", "parameters": {"width": 2, "zero": 4}},
        "grid-five-states": {"method": "grid", "parameters": {"states": 5}},
        "grid-no-states": {"method": "grid", "parameters": {}},
        "grouped-size-zero": {"method": "grouped", "parameters": {"group_size": 0}},
        "codebook-size-negative": {"method": "codebook", "parameters": {"group_size": -1}},
        "shape-negative": {"shape": [-2, -2]},
        "shape-overflow": {"shape": [2**62, 4]},
        "shape-text": {"shape": "2,2"},
        "dtype-unknown": {"dtype": "float32"},
    }.items():
        yield f"S26-{slug}", kept({**good, **change})
    yield "S26-not-json", kept("int8")
    yield "S26-list", kept("[]")
    yield "S26-part-of-two", kept(good, **{"birdie.encoding.x": twice})
    yield "S26-name-taken", kept(good, name="v")
    yield "C08-kept-bytes-left", kept({
        **good, "method": "ternary_base3",
        "parameters": {**grouped, "scales_divided_by": None}}).replace(b'"I8"', b'"U8"')
    yield "C08-kept-index-beyond-codebook", kept({
        **good, "method": "codebook", "components": ["w.q", "v", "w.scale"],
        "parameters": {"group_size": 0}}, scales=[2, 1]).replace(b'"I8"', b'"U8"')
    yield "C09-kept-columns-without-scales", kept({
        **good, "method": "grid", "components": ["w.q", "w.scale"], "parameters": {"states": 0}})
    yield "C09-kept-codes-of-other-shape", kept({**good, "shape": [4]})
    yield "C09-kept-parts-swapped", kept({**good, "components": ["w.scale", "w.q"]})
    yield "C09-kept-decodes-to-integer", kept({**good, "dtype": "I8"})
    yield "C09-kept-axis-beyond", kept({**good, "method": "affine",
                                        "components": ["w.q", "w.scale", "v"],
                                        "parameters": {"codes": "I8", "axis": -1}})
    yield "C09-kept-cast-from-integer", kept({**good, "method": "cast", "components": ["w.q"],
                                              "parameters": {"stored": "I8"}})


def rejects():
    one = {"a": entry()}
    good = file(one, bytes(4))
    text = json.dumps(one, separators=(",", ":"))
    u8 = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    yield "S01-zero", struct.pack("<Q", 0) + b"{}"
    yield "S01-beyond-file", struct.pack("<Q", 200) + good[8:]
    yield "S01-above-limit", struct.pack("<Q", 100_000_001) + good[8:]
    yield "S02-space", file(" " + text, bytes(4))
    yield "S02-newline", file("\n" + text, bytes(4))
    yield "S02-byte-order-mark", file("\ufeff" + text, bytes(4))
    yield "S03-trailing-byte", good + b"\0"
    yield "S03-nul-padding", file(text.encode() + b"\0" * 8, bytes(4))
    yield "S04-truncated", good[:-1]
    yield "S04-no-payload", file(one)
    yield "S05-hole", file({"a": entry(), "b": entry(offsets=[8, 12])}, bytes(12))
    yield "S05-overlap", file({"a": entry(), "b": entry(offsets=[2, 6])}, bytes(6))
    yield "S05-reversed", file({"a": entry(offsets=[4, 0])}, bytes(4))
    yield "S05-not-from-zero", file({"a": entry(offsets=[4, 8])}, bytes(8))
    yield "S05-same-range", file({"a": entry(), "b": entry()}, bytes(4))
    yield "S06-too-long", file({"a": entry(offsets=[0, 8])}, bytes(8))
    yield "S06-too-short", file({"a": entry(shape=[2])}, bytes(4))
    yield "S06-empty-range", file({"a": entry(offsets=[0, 0])})
    yield "S07-product", file({"a": entry(shape=[2**32, 2**32])}, bytes(4))
    yield "S07-behind-zero", file({"a": entry(shape=[0, 2**62, 4], offsets=[0, 0])})
    yield "S07-extent-above-63-bits", file({"a": entry(shape=[0, 2**63, 2**63], offsets=[0, 0])})
    yield "S07-bits", file({"a": entry(shape=[2**61])}, bytes(4))
    for slug, number in [("negative", "-1"), ("float", "1.0"), ("exponent", "1e0"),
                         ("leading-zero", "01"), ("above-64-bits", "18446744073709551616"),
                         ("negative-zero", "-0")]:
        yield f"S08-{slug}", file('{"a":{"dtype":"F32","shape":[%s],"data_offsets":[0,4]}}' % number, bytes(4))
    for slug, name in [("lower-case", "f32"), ("unknown", "F128"), ("complex128", "C128"), ("empty", "")]:
        yield f"S09-{slug}", file({"a": entry(dtype=name)}, bytes(4))
    yield "S10-twice", file('{"a":%s,"a":%s}' % (u8, u8), b"\1")
    yield "S10-twice-escaped", file('{"a":%s,"\\u0061":%s}' % (u8, u8), b"\1")
    yield "S11-field", file('{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', b"\1")
    yield "S11-metadata", file('{"__metadata__":{},"__metadata__":{},"a":%s}' % u8, b"\1")
    yield "S12-twice", file('{"__metadata__":{"k":"1","k":"2"},"a":%s}' % u8, b"\1")
    yield "S13-null", file('{"__metadata__":null,"a":%s}' % u8, b"\1")
    yield "S13-number", file('{"__metadata__":{"k":1},"a":%s}' % u8, b"\1")
    yield "S13-object", file('{"__metadata__":{"k":{}},"a":%s}' % u8, b"\1")
    yield "S13-string", file('{"__metadata__":"pt","a":%s}' % u8, b"\1")
    yield "S14-extra-field", file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":[{}]}}', b"\1")
    yield "S14-array", file('{"a":["U8",[1],[0,1]]}', b"\1")
    yield "S14-dtype-object", file('{"a":{"dtype":{"U8":null},"shape":[1],"data_offsets":[0,1]}}', b"\1")
    yield "S14-missing-dtype", file('{"a":{"shape":[1],"data_offsets":[0,1]}}', b"\1")
    yield "S14-missing-shape", file('{"a":{"dtype":"U8","data_offsets":[0,1]}}', b"\1")
    yield "S14-missing-offsets", file('{"a":{"dtype":"U8","shape":[1]}}', b"\1")
    yield "S14-three-offsets", file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}', b"\1")
    yield "S14-string-extent", file('{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}', b"\1")
    yield "S14-null-tensor", file('{"a":null}')
    yield "S15-invalid-utf8", file(b'{"\xff":' + u8.encode() + b"}", b"\1")
    yield "S15-overlong-utf8", file(b'{"\xc0\xaf":' + u8.encode() + b"}", b"\1")
    yield "S15-lone-surrogate", file('{"\\ud800":%s}' % u8, b"\1")
    yield "S15-raw-control", file('{"a\nb":%s}' % u8, b"\1")
    yield "S15-bad-escape", file('{"\\x61":%s}' % u8, b"\1")
    yield "S16-empty", file('{"":%s}' % u8, b"\1")
    yield "S16-nul", file('{"a\\u0000b":%s}' % u8, b"\1")
    yield "S16-long", file({"n" * 4097: entry()}, bytes(4))
    yield "S16-path", file('{"a/../../b":%s}' % u8, b"\1")
    yield "S17-nesting", file('{"__metadata__":{"a":"b"},"t":{"x":' + "[" * 2000 + "]" * 2000 + "}}")
    yield "S18-second-document", file(text + "{}", bytes(4))
    yield "S18-comment", file("{/* */" + text[1:], bytes(4))
    yield "S18-trailing-comma", file(text[:-1] + ",}", bytes(4))
    yield "S18-nan", file('{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', bytes(4))
    yield "S18-cut-off", file(text[:-1], bytes(4))
    yield "S18-single-quotes", file('{"a":{\'dtype\':"U8"}}')
    yield "S19-f4", file({"a": entry("F4", [3], [0, 2])}, bytes(2))
    yield "S19-f6", file({"a": entry("F6_E3M2", [2], [0, 2])}, bytes(2))
    yield "S20-two", file({"m": entry("BOOL", [9], [0, 9])}, bytes(8) + b"\2")
    yield "S21-axes", file({"a": entry(shape=[1] * 65)}, bytes(4))
    yield from kept_code_rejects()
    end = b"PK\5\6" + bytes(18)
    yield "S23-zip-behind", good + end
    yield "S23-zip-inside", file({"a": entry("U8", [22], [0, 22])}, end)


def index(weight_map, **metadata):
    return json.dumps({"metadata": metadata, "weight_map": weight_map}, indent=2).encode()


def write_folders():
    one, two = file({"a": entry()}, bytes(4)), file({"b": entry("U8", [2], [0, 2])}, b"\1\2")
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    name = "model.safetensors.index.json"
    whole = {"a": first, "b": second}
    put("accepts/sharded", name, index(whole, total_size=6))
    put("accepts/wrong-total", name, index(whole, total_size=7))
    put("accepts/single", "weights.safetensors", one)
    put("accepts/other-index-name", "adapter.safetensors.index.json", index(whole, total_size=6))
    folders = {
        "S22-missing-shard": (index({"a": first, "b": "model-00003-of-00003.safetensors"}), one, two),
        "S22-wrong-shard": (index({"a": second, "b": first}), one, two),
        "S22-no-such-tensor": (index({**whole, "c": second}), one, two),
        "S22-unlisted-tensor": (index({"b": second, "c": first}),
                                file({"a": entry(), "c": entry("U8", [1], [4, 5])}, bytes(5)), two),
        "S22-twice": (index(whole), one, file({"a": entry("U8", [1], [0, 1]), "b": entry("U8", [2], [1, 3])}, bytes(3))),
        "S22-no-weight-map": (b'{"metadata":{},"weight_map":[]}', one, two),
        "S22-duplicate-key": (b'{"weight_map":{"a":"%s","a":"%s"}}' % (first.encode(), second.encode()), one, two),
        "S22-number-for-file": (b'{"weight_map":{"a":1}}', one, two),
        "S25-parent": (index({"a": "../accepts/single/weights.safetensors"}), one, two),
        "S25-absolute": (index({"a": "/etc/passwd"}), one, two),
        "S25-nul": (index({"a": "a\0.safetensors"}), one, two),
        "S25-backslash": (index({"a": "..\\x.safetensors"}), one, two),
    }
    for folder in ["accepts/sharded", "accepts/wrong-total", "accepts/other-index-name"]:
        put(folder, first, one)
        put(folder, second, two)
    for folder, (text, left, right) in folders.items():
        put("rejects/" + folder, name, text)
        put("rejects/" + folder, first, left)
        put("rejects/" + folder, second, right)
    put("rejects/S22-one-of-two", first, one)


def main():
    write_identity()
    write_accepts()
    fresh("rejects")
    for name, content in rejects():
        put("rejects", name + ".safetensors", content)
    write_folders()


main()
