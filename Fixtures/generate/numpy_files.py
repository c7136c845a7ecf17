"""Makes Fixtures/numpy. Needs Python 3.11 and numpy 2.4.6.

accepts/  arrays and archives that must be read, with what NumPy sees in accepts.json: the elements
          in row-major order, little-endian, as hexadecimal bytes
rejects/  one file for each way to be wrong, named by the rule
"""
import io
import json
import os
import shutil
import struct
import zipfile

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "numpy")
NAMES = {"b1": "BOOL", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "u2": "U16",
         "u4": "U32", "u8": "U64", "f2": "F16", "f4": "F32", "f8": "F64", "c8": "C64",
         "c16": "C128", "V2": "BF16"}
listing = {}


def fresh(folder):
    path = os.path.join(ROOT, folder)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)


def put(name, content):
    with open(os.path.join(ROOT, name), "wb") as file:
        file.write(content)


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def seen(array):
    little = array.astype(array.dtype.newbyteorder("<"))
    return {"dtype": NAMES[array.dtype.str[1:]], "shape": list(array.shape),
            "hex": little.tobytes("C").hex()}


def accept(name, array, content=None):
    content = content or saved(array)
    put(f"accepts/{name}.npy", content)
    listing[f"{name}.npy"] = {"array": seen(array)}


def by_hand(header, payload=b"", version=(1, 0), length=None):
    if isinstance(header, str):
        header = header.encode("utf-8")
    size = "<H" if version[0] == 1 else "<I"
    stated = len(header) if length is None else length
    return b"\x93NUMPY" + bytes(version) + struct.pack(size, stated) + header + payload


def fields(descr="'<f4'", order="False", shape="(1,)"):
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n" % (descr, order, shape)


def accepts():
    fresh("accepts")
    for code in NAMES:
        if code == "V2":
            continue
        array = (np.arange(6) % 2 if code == "b1" else np.arange(6)).reshape(2, 3)
        for order in "<>":
            if code.endswith("1") and order == ">":
                continue
            name = ("little-" if order == "<" else "big-") + code
            accept(name, array.astype(order + code) * (1 if code[0] != "c" else 1 + 2j))
    matrix = np.arange(24, dtype="<f4").reshape(2, 3, 4)
    accept("fortran", np.asfortranarray(matrix))
    accept("fortran-big", np.asfortranarray(matrix.astype(">i2")))
    accept("scalar", np.array(1.5, dtype="<f8"))
    accept("empty", np.zeros((0, 3), dtype="<f4"))
    accept("fortran-empty", np.asfortranarray(np.zeros((3, 0, 2), dtype="<f4")))
    accept("bfloat16-v2", np.array([0x3F80, 0x4000], dtype="<u2").view("V2"))
    one = np.array([1.5], dtype="<f4")
    accept("version-2", one, by_hand(fields(), one.tobytes(), (2, 0)))
    accept("version-3", one, by_hand(fields(), one.tobytes(), (3, 0)))
    accept("double-quotes", one, by_hand(fields().replace("'", '"'), one.tobytes()))
    accept("python-2-longs", one, by_hand(fields(shape="(1L,)"), one.tobytes()))
    accept("no-padding-other-order", one,
           by_hand("{'shape':(1,),'fortran_order':False,'descr':'f4'}", one.tobytes()))
    accept("bfloat16-name", np.array([1, 2], dtype="<u2").view("V2"),
           by_hand(fields("'bfloat16'", shape="(2,)"), bytes([1, 0, 2, 0])))
    arrays = {"a": np.arange(3, dtype="<f4"), "layer.0/w": np.asfortranarray(matrix), "é": np.array(True),
              "zeros": np.zeros(4000, dtype="<i1")}
    for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        file = io.BytesIO()
        save(file, **arrays)
        put(f"accepts/{name}.npz", file.getvalue())
        listing[f"{name}.npz"] = {key: seen(array) for key, array in arrays.items()}
    put("accepts.json", (json.dumps(listing, indent=1, ensure_ascii=False) + "\n").encode())


def rejects():
    good = by_hand(fields(), bytes(4))
    yield "N01-magic", b"\x93NUMPX" + good[6:]
    yield "N01-version-0", good[:6] + b"\0" + good[7:]
    yield "N01-version-4", good[:6] + b"\4" + good[7:]
    yield "N01-version-1.1", good[:7] + b"\1" + good[8:]
    yield "N01-cut-off", good[:8]
    yield "N02-beyond-file", by_hand(fields(), bytes(4), length=60000)
    yield "N02-four-gigabytes", by_hand(fields(), bytes(4), (2, 0), length=0xFFFFFFFF)
    yield "N03-call", by_hand(fields(shape="tuple([1])"), bytes(4))
    yield "N03-list-shape", by_hand(fields(shape="[1]"), bytes(4))
    yield "N03-number-shape", by_hand(fields(shape="(1)"), bytes(4))
    yield "N03-float-extent", by_hand(fields(shape="(1.0,)"), bytes(4))
    yield "N03-order-is-one", by_hand(fields(order="1"), bytes(4))
    yield "N03-missing-key", by_hand("{'descr': '<f4', 'shape': (1,), }", bytes(4))
    yield "N03-unknown-key", by_hand(fields().replace("}", "'x': 1}"), bytes(4))
    yield "N03-repeated-key", by_hand(fields().replace("}", "'shape': (1,)}"), bytes(4))
    yield "N03-escape", by_hand(fields("'\\x3cf4'"), bytes(4))
    yield "N03-open-string", by_hand("{'descr", bytes(4))
    yield "N03-second-expression", by_hand(fields() + "; 1", bytes(4))
    yield "N03-open-list", by_hand("{'descr': [[[[", bytes(4))
    yield "N04-objects", saved(np.array([None, 1], dtype=object))
    yield "N04-objects-in-records", by_hand(fields("[('a', '|O')]"), bytes(8))
    yield "N05-records", saved(np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")]))
    for slug, code in [("text", "<U3"), ("bytes", "|S3"), ("date", "<M8[s]"), ("void", "|V3"),
                       ("quadruple", "<f16"), ("nothing", ""), ("order-only", "<")]:
        yield f"N06-{slug}", by_hand(fields(f"'{code}'"), bytes(16))
    yield "N07-product", by_hand(fields(shape="(4294967296, 4294967296)"), bytes(4))
    yield "N07-negative", by_hand(fields(shape="(-1,)"), bytes(4))
    yield "N07-behind-zero", by_hand(fields(shape="(0, 4611686018427387904, 4)"))
    yield "N07-above-64-bits", by_hand(fields(shape="(18446744073709551617,)"), bytes(4))
    yield "N07-axes", by_hand(fields(shape="(" + "1," * 65 + ")"), bytes(4))
    yield "N08-truncated", by_hand(fields(), bytes(3))
    yield "N08-huge", by_hand(fields(shape="(1000000000000,)"), bytes(4))
    yield "N09-trailing", by_hand(fields(), bytes(5))


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for name, content in members:
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return file.getvalue()


def main():
    os.makedirs(ROOT, exist_ok=True)
    accepts()
    fresh("rejects")
    for name, content in rejects():
        put(f"rejects/{name}.npy", content)
    good = by_hand(fields(), bytes(4))
    put("rejects/N10-text-member.npz", archive([("a.npy", good), ("README.txt", b"hello")]))
    put("rejects/N01-member.npz", archive([("a.npy", good), ("b.npy", b"no array")]))
    put("rejects/N04-objects.npz", archive([("a.npy", saved(np.array([None], dtype=object)))]))


main()
