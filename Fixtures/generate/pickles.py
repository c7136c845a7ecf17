"""Writes Fixtures/pickle. Python 3.11 or later, numpy 2.4.6, torch 2.15.0.

rejects/ are assembled opcode by opcode and never loaded; some would run a command if they were.
accepts/ are written by pickle and torch, each with its values in a text rendering (`.txt`) that
the tests compare with what the machine read.

    python Fixtures/generate/pickles.py
"""

import _codecs
import _compat_pickle
import collections
import contextlib
import io
import pathlib
import pickle
import re
import struct
import tempfile
import zipfile

import numpy
import torch
import torch.distributed.checkpoint

HERE = pathlib.Path(__file__).resolve().parent.parent / "pickle"

# ---------------------------------------------------------------- opcodes, by hand

PROTO2, PROTO4, STOP = b"\x80\x02", b"\x80\x04", b"."


def glob(module, name):
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def short(value):
    return b"\x8c" + bytes([len(value.encode())]) + value.encode()


def call(function, *arguments):
    return function + b"(" + b"".join(arguments) + b"tR"


def p2(*parts):
    return PROTO2 + b"".join(parts) + STOP


def p4(*parts):
    return PROTO4 + b"".join(parts) + STOP


ORDERED = glob("collections", "OrderedDict")
EMPTY_ORDERED = ORDERED + b")R"
THING = glob("__main__", "Thing")
INT5 = b"K\x05"


def module_state(extra=b""):
    keys = b"".join(text(k) + b"}" for k in ("_parameters", "_buffers", "_modules"))
    return b"}(" + keys + extra + b"u"


REJECTS = {
    "P01-os-system": p2(call(glob("os", "system"), text("echo pwned"))),
    "P01-posix-system": p2(call(glob("posix", "system"), text("echo pwned"))),
    "P01-nt-system": p2(call(glob("nt", "system"), text("echo pwned"))),
    "P01-subprocess-popen": p2(call(glob("subprocess", "Popen"), text("id"))),
    "P01-sys-modules": p2(glob("sys", "modules")),
    "P01-builtins-eval": p2(call(glob("builtins", "eval"), text("1"))),
    "P01-builtin-exec": p2(call(glob("__builtin__", "exec"), text("1"))),
    "P01-getattr": p2(call(glob("builtins", "getattr"), ORDERED, text("x"))),
    "P01-open": p2(call(glob("builtins", "open"), text("/etc/passwd"))),
    "P01-import": p2(call(glob("builtins", "__import__"), text("os"))),
    "P01-import-alone": p2(glob("os", "system"), b"0", b"N"),
    "P01-stack-global": p4(short("os"), short("system"), b"\x93", short("id"), b"\x85R"),
    "P01-stack-global-from-memo": p4(
        b"](", short("system"), b"\x94", short("os"), b"\x94", b"e0h\x01h\x00\x93"),
    "P01-payload-then-truncation": p2(call(glob("posix", "system"), text("id")))[:-1],
    "P01-dotted-eval": p4(short("builtins"), short("eval.__call__"), b"\x93"),
    "P01-inst-os": p2(b"(", text("id"), b"ios\nsystem\n"),
    "P01-pip": p2(call(glob("pip._internal.cli.main", "main"), b"]")),
    "P02-import-alone": p2(glob("helpers", "setup"), b"0N"),
    "P02-import-as-value": p2(b"}", text("class"), THING, b"s"),
    "P03-stack-global-of-numbers": p4(INT5, INT5, b"\x93"),
    "P03-stack-global-of-bytes": p4(short("os"), b"C\x06system", b"\x93"),
    "P04-inst": p2(b"(icollections\nOrderedDict\n"),
    "P05-obj": p2(b"(", ORDERED, b"o"),
    "P06-newobj": p2(THING, b")\x81"),
    "P06-newobj-plain-state": p2(THING, b")\x81}", text("a"), INT5, b"sb"),
    "P06-newobj-with-arguments": p2(THING, INT5, b"\x85\x81", module_state(), b"b"),
    "P06-newobj-ex": p4(short("__main__"), short("Thing"), b"\x93)}\x92"),
    "P06-one-of-two-is-no-module": p2(
        b"](", THING, b")\x81", module_state(), b"b", THING, b")\x81e"),
    "P07-reduce-number": p2(INT5, b")R"),
    "P07-reduce-result": p2(EMPTY_ORDERED, b")R"),
    "P07-reduce-list-arguments": p2(ORDERED, b"]R"),
    "P07-newobj-of-string": p2(text("Thing"), b")\x81"),
    "P08-build-dict": p2(b"}}b"),
    "P08-build-symbol": p2(ORDERED, b"}b"),
    "P08-build-twice": p2(EMPTY_ORDERED, b"}b}b"),
    "P09-slots": p2(THING, b")\x81N}", text("a"), INT5, b"s\x86b"),
    "P10-ext1": p2(b"\x82\x01)R"),
    "P10-ext2": p2(b"\x83\x01\x01)R"),
    "P10-ext4": p2(b"\x84\x01\x01\x01\x01)R"),
    "P11-persid": p2(b"Pstorage\n"),
    "P12-dotted": p2(glob("torch", "os.system")),
    "P12-newline-in-name": p4(short("torch"), short("a\nb"), b"\x93"),
    "P12-nul": p4(short("torch\0"), short("load"), b"\x93"),
    "P12-look-alike": p4(short("torch"), short("f\u04cfoat32"), b"\x93"),
    "P12-carriage-return": p2(b"ccollections\r\nOrderedDict\n"),
    "P12-empty-name": p2(b"ctorch\n\n"),
    "P12-not-utf8": p2(b"ctorch\n\xff\n"),
    "P13-torch-load": p2(glob("torch", "load")),
    "P13-torch-hub": p2(call(glob("torch.hub", "load"), text("x"))),
    "P13-torch-exec-wrapper": p2(
        call(glob("torch.jit.unsupported_tensor_ops", "execWrapper"), text("1"))),
    "P13-numpy-load": p2(glob("numpy", "load")),
    "P13-partial": p2(glob("functools", "partial")),
    "P13-operator": p2(call(glob("operator", "attrgetter"), text("system"))),
    "P13-fileio": p2(call(glob("_io", "FileIO"), text("/tmp/x"), text("w"))),
    "P13-logging": p2(call(glob("logging", "FileHandler"), text("/tmp/x"))),
    "P13-codetype": p2(glob("types", "CodeType")),
    "P13-cloudpickle": p2(glob("cloudpickle.cloudpickle", "_make_function")),
    "P40-unlisted-call": p2(call(glob("helpers", "build"), INT5)),
    "P13-call-of-constant": p2(call(glob("torch", "float32"))),
    "P13-instance-called": p2(call(glob("torch.nn.modules.linear", "Linear"), INT5)),
    "P14-unlisted-then-truncated": p2(glob("helpers", "setup"), b"0]")[:-1],
    "P14-unlisted-then-damage": p2(glob("helpers", "setup"), b"0000"),
    "P15-empty": b"",
    "P15-no-stop": p2(b"}")[:-1],
    "P15-inside-operand": PROTO2 + b"J\x01\x02",
    "P15-unfinished-line": PROTO2 + b"ccollections\nOrdered",
    "P16-trailing-zeros": p2(b"}") + b"\0" * 8,
    "P17-second-pickle": p2(b"}") + p2(b"]"),
    "P17-second-pickle-imports": p2(b"}") + p2(call(glob("os", "system"), text("id")))[:-1],
    "P18-missing": b"}.",
    "P18-repeated": p2(PROTO2, b"}"),
    "P18-version-6": b"\x80\x06}.",
    "P18-version-99": b"\x80\x63}.",
    "P19-beyond-stream": PROTO4 + b"\x95" + struct.pack("<Q", 1 << 40) + b"}.",
    "P19-straddled": PROTO4 + b"\x95" + struct.pack("<Q", 3) + short("name") + STOP,
    "P19-nested": PROTO4 + b"\x95" + struct.pack("<Q", 11) + b"\x95" + struct.pack("<Q", 2) + b"}.",
    "P19-past-stop": PROTO4 + b"\x95" + struct.pack("<Q", 4) + b"}.NN",
    "P20-stop-on-nothing": p2(),
    "P20-no-mark": p2(b"t"),
    "P20-tuple2-of-one": p2(b"N\x86"),
    "P20-pop-across-mark": p2(b"N(N\x86t"),
    "P20-left-over": p2(b"NN"),
    "P20-open-mark": p2(b"(N"),
    "P21-binget": p2(b"h\x05"),
    "P21-long-binget": p2(b"j\xff\xff\xff\xff"),
    "P22-sparse-memo": p2(b"}r\xff\xff\xff\xff"),
    "P22-text": p2(b"}p4294967295\n"),
    "P23-nested-lists": p2(b"]" * 1500, b"a" * 1499),
    "P23-nested-tuples": p2(b")", b"\x85" * 1500),
    "P24-billion-laughs": p2(b"]q\x00", (b"0](" + b"h\x00" * 10 + b"eq\x00") * 12),
    "P25-binunicode": PROTO2 + b"X\xff\xff\xff\x7fabc.",
    "P25-binbytes8": PROTO4 + b"\x8e" + struct.pack("<Q", 1 << 63) + b"abc.",
    "P25-binunicode8": PROTO4 + b"\x8d" + struct.pack("<Q", (1 << 64) - 1) + b"abc.",
    "P25-bytearray8": b"\x80\x05\x96" + struct.pack("<Q", 1 << 33) + b"abc.",
    "P25-binstring-negative": PROTO2 + b"T\xff\xff\xff\xffabc.",
    "P25-long1": PROTO2 + b"\x8a\x09\x01.",
    "P26-long4-negative": PROTO2 + b"\x8b\xff\xff\xff\xff.",
    "P26-long4-giant": PROTO2 + b"\x8b\xff\xff\xff\x7f.",
    "P27-setitem-list": p2(b"]", INT5, INT5, b"s"),
    "P27-setitems-tuple": p2(b")(", INT5, INT5, b"u"),
    "P27-odd": p2(b"}(", INT5, b"u"),
    "P27-dict-odd": p2(b"(", INT5, b"d"),
    "P28-append-dict": p2(b"}", INT5, b"a"),
    "P28-appends-tuple": p2(b")(", INT5, b"e"),
    "P28-additems-list": p4(b"](", INT5, b"\x90"),
    "P29-list-key": p2(b"}]", INT5, b"s"),
    "P29-list-in-tuple-key": p2(b"}]\x85", INT5, b"s"),
    "P29-bytearray-key": b"\x80\x05}\x96" + struct.pack("<Q", 1) + b"a" + INT5 + b"s.",
    "P29-set-of-dict": p4(b"\x8f(}\x90"),
    "P29-ordered-dict-key": p2(EMPTY_ORDERED, b"]", INT5, b"s"),
    "P30-string-twice": p2(b"}(", text("w"), INT5, text("w"), b"Nu"),
    "P30-one-and-true": p2(b"}(", b"K\x01", INT5, b"\x88", b"Nu"),
    "P30-one-and-float": p2(b"}(", b"K\x01", INT5, b"G\x3f\xf0\0\0\0\0\0\0", b"Nu"),
    "P30-tuple-twice": p2(
        b"}(", b"K\x01", text("a"), b"\x86", INT5, b"K\x01", text("a"), b"\x86", b"Nu"),
    "P30-ordered-dict": p2(EMPTY_ORDERED, b"(", text("w"), INT5, text("w"), b"Nu"),
    "P31-list": p2(b"]q\x00h\x00a"),
    "P31-dict-through-tuple": p2(b"}q\x00", text("self"), b"h\x00\x85s"),
    "P31-object-state": p2(EMPTY_ORDERED, b"q\x00h\x00b"),
    "P32-invalid-utf8": p2(text(b"\xff\xfe")),
    "P32-lone-surrogate": p2(text(b"\xed\xa0\x80")),
    "P32-overlong": p2(text(b"\xc0\xaf")),
    "P38-get-huge": p2(b"g" + b"9" * 400 + b"\n"),
    "P38-get-words": p2(b"gzero\n"),
    "P38-put-negative": p2(b"}p-1\n"),
    "P38-int-huge": p2(b"I" + b"9" * 400 + b"\n"),
    "P38-float-hex": p2(b"F0x1p3\n"),
    "P39-unknown-opcode": p2(b"\xf0"),
    "P39-next-buffer": b"\x80\x05\x97.",
    "P39-text-string": p2(b"S'a'\n"),
}

# ---------------------------------------------------------------- values, by pickle


def python2_name(module, name, protocol):
    if protocol >= 3:
        return f"{module}.{name}"
    module, name = _compat_pickle.REVERSE_NAME_MAPPING.get((module, name), (module, name))
    return f"{_compat_pickle.REVERSE_IMPORT_MAPPING.get(module, module)}.{name}"


def symbol(value, protocol):
    return "<" + python2_name(value.__module__, value.__qualname__, protocol) + ">"


def thing(function, arguments, protocol, state=None, items=None, instance=False):
    shown = f"{symbol(function, protocol)}{'new' if instance else ''}{render(arguments, protocol)}"
    if items:
        shown += "{" + ",".join(f"{render(k, protocol)}:{render(v, protocol)}" for k, v in items) + "}"
    return shown + (f"|{render(state, protocol)}" if state is not None else "")


def render(value, protocol):
    """The value as the machine should see it: calls stay calls, floats are bits, text is hex."""
    def many(items):
        return ",".join(render(item, protocol) for item in items)

    match value:
        case None | True | False:
            return str(value)
        case int():
            return str(value) if -(2**63) <= value < 2**63 else "big " + value.to_bytes(
                value.bit_length() // 8 + 1, "little", signed=True).hex()
        case float():
            return "float " + struct.pack(">d", value).hex()
        case str():
            return "str " + value.encode().hex()
        case bytes() if protocol >= 3:
            return "bytes " + value.hex()
        case bytes() if not value:
            return thing(bytes, (), protocol)
        case bytes():
            return thing(_codecs.encode, (value.decode("latin1"), "latin1"), protocol)
        case bytearray() if protocol >= 5:
            return "bytearray " + value.hex()
        case bytearray():
            return thing(bytearray, (bytes(value),) if value else (), protocol)
        case set() if protocol >= 4:
            return "set{" + many(value) + "}"
        case frozenset() if protocol >= 4:
            return "frozenset{" + many(value) + "}"
        case set() | frozenset():
            return thing(type(value), (list(value),), protocol)
        case pickle.PickleBuffer():
            raw = value.raw()
            return ("bytes " if raw.readonly else "bytearray ") + raw.tobytes().hex()
        case type():
            return symbol(value, protocol)
    if type(value) is list:
        return "[" + many(value) + "]"
    if type(value) is tuple:
        return "(" + many(value) + ")"
    if type(value) is dict:
        return "{" + ",".join(
            f"{render(k, protocol)}:{render(v, protocol)}" for k, v in value.items()) + "}"
    function, arguments, state, _, items = (*value.__reduce_ex__(protocol), None, None, None)[:5]
    if function.__name__ == "__newobj__":
        return thing(arguments[0], arguments[1:], protocol, state, items, instance=True)
    return thing(function, arguments, protocol, state, items)


def accepts():
    shared = ["shared", 1]
    ordered = collections.OrderedDict(a=1, b=2)
    ordered._metadata = collections.OrderedDict({"": {"version": 1}})
    plain = {
        "numbers": [0, 1, 255, 256, 65535, 65536, -1, -2**31, 2**31, 2**63 - 1, -(2**63)],
        "big": [2**63, -(2**63) - 1, 2**64, 1 << 2100, -(1 << 2100)],
        "floats": [0.0, -0.0, 1.5, -1e300, float("inf"), 5e-324],
        "truth": [None, True, False],
        "text": ["", "name", "naïve ✓ 🐦", "x" * 300],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        ("a", 1): {0: {"step": 1}, 1: {}},
        "shared": [shared, shared],
    }
    binary = {
        "bytes": [b"", b"abc", bytes(range(256)) * 2],
        "bytearray": bytearray(b"\x00\xff"),
        "set": {3},
        "frozenset": frozenset(["f"]),
    }
    for protocol in (2, 3, 4, 5):
        yield f"plain-{protocol}", plain, protocol
        yield f"binary-{protocol}", binary, protocol
        yield f"ordered-{protocol}", ordered, protocol
    for protocol in (2, 5):
        array = numpy.arange(6, dtype="<f4").reshape(2, 3)
        yield f"numpy-{protocol}", {"w": array, "n": numpy.float32(1.5)}, protocol


def torch_program(value, protocol):
    file = io.BytesIO()
    torch.save(value, file, pickle_protocol=protocol)
    with zipfile.ZipFile(file) as archive:
        return archive.read("archive/data.pkl")


def whole_model():
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))


def torchscript_program(model):
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(model), file)
    with zipfile.ZipFile(file) as archive:
        return archive.read("archive/data.pkl")


def sharded_metadata(state):
    """`.metadata` of a distributed checkpoint, its random save id replaced by a fixed one."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        torch.distributed.checkpoint.save(state, checkpoint_id="checkpoint")
        content = pathlib.Path("checkpoint/.metadata").read_bytes()
    return re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"0" * 36, content)


def write(folder, name, content):
    path = HERE / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def main():
    for name, program in REJECTS.items():
        write("rejects", name + ".pkl", program)
    for name, value, protocol in accepts():
        write("accepts", name + ".pkl", pickle.dumps(value, protocol))
        write("accepts", name + ".txt", render(value, protocol).encode() + b"\n")
    torch.manual_seed(1)
    model = whole_model()
    write("accepts", "torch-state-dict-2.pkl", torch_program(model.state_dict(), 2))
    write("accepts", "torch-state-dict-4.pkl", torch_program(model.state_dict(), 4))
    write("accepts", "torch-module-2.pkl", torch_program(model, 2))
    linear = torch.nn.Sequential(torch.nn.Linear(2, 3))
    write("accepts", "torchscript-2.pkl", torchscript_program(linear))
    state = {"model": linear.state_dict(), "step": 3}
    write("accepts", "torch-sharded-metadata-4.pkl", sharded_metadata(state))
    unknown = p2(THING, b")\x81", module_state(text("training") + b"\x88"), b"b")
    write("accepts", "unknown-module-2.pkl", unknown)
    old = glob("copy_reg", "_reconstructor") + b"(" + THING + glob("__builtin__", "object") + b"NtR"
    write("accepts", "unknown-module-reconstructed-2.pkl", p2(old, module_state(), b"b"))
    write("accepts", "python2-strings-2.pkl", p2(b"](U\x03abcT\x02\x00\x00\x00\xff\x00e"))
    write("accepts", "text-numbers-2.pkl", p2(b"](I01\nI00\nI-7\nL12L\nF1.5\np0\ng0\ne"))


main()
