"""Writes Fixtures/merging/scalars.json: what PyYAML and pydantic make of scalars in a recipe.

    merge_scalars.py

An entry per scalar, as it stands in the file: `type` and `value` by PyYAML, and what pydantic makes
of that as a float, an int and a bool, null where it refuses. What is not finite, or does not fit 64 bits,
is a text.
"""

import json
import math
import os

import pydantic
import yaml

KINDS = {
    kind: pydantic.TypeAdapter(python)
    for kind, python in {"number": float, "integer": int, "flag": bool}.items()
}
WORDS = """
1 0 -1 +1 -0 1.0 0.0 -0.0 2.0 1. 1.5 -1.5 +1.5 .5 -.5 +.5 . -. 0.5f 1.5.2 --1 +-1 - +
1e-5 1.0e-5 1.5e3 1.5e+3 5E-1 1.e+2 1.0E+2 .5e-1 1e999 1.0e+999 1e e5 1.5e 1.5e+ 1.5e+_1
1_000 1_000.5 1__0 1_ _1 1_0.0_1 1._5 1.5_ .5_0 0_ 0_7 1_.5 1e1_0 1_e5
0 00 010 -010 07 08 09.5 0o10 0x1F 0X1F 0x1f_f 0x_ -0x1F 0xG 0b101 0b_1 0b2 -0b11 0B1
1:30 1:30.5 190:20:30 1:60 1:5 1:05 1:005 1: :1 0:30 -1:30 1_0:30 1:30._5 1:30:61.5
yes Yes YES yEs no No NO on On ON off Off OFF y Y n N t f T F true True TRUE tRue false False FALSE
~ null Null NULL nULL none None .inf -.inf +.inf .Inf .INF .iNf .nan .NaN .NAN -.nan inf nan Infinity
9223372036854775807 9223372036854775808 -9223372036854775808 99999999999999999999
2001-12-14 12e03 685.230_15e+03 685_230.15 0b1010_0111_0100_1010_1110 0x_0A_74_AE ½ ١ heavy
""".split()


def plain(value):
    """The value as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value)
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    return str(value)


def entry(text):
    """What becomes of a scalar."""
    try:
        value = yaml.safe_load(f"a: {text}\n")["a"]
    except (ValueError, yaml.YAMLError):
        return {"text": text, "type": "error"}
    result = {"text": text, "type": type(value).__name__, "value": plain(value)}
    for kind, adapter in KINDS.items():
        try:
            result[kind] = plain(adapter.validate_python(value))
        except pydantic.ValidationError:
            result[kind] = None
    return result


def main():
    """Writes the file."""
    texts = [text for word in dict.fromkeys(WORDS) for text in (word, f'"{word}"')]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../merging/scalars.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(entry(text)) for text in texts) + "\n]\n")


if __name__ == "__main__":
    main()
