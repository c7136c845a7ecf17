"""Writes golf artifacts that contradict themselves, one rule per file: rejects/<RULE>-<slug>.ptz.

What opening cannot find, because only reading every byte does, is damaged/<RULE>-<slug>.ptz.

    golf_rejects.py [--out Fixtures/golf/rejects]

Made with torch 2.15.0, numpy 2.4.6, brotli 1.0.9, zstd 1.5.4, lrzip 0.651.
"""

import argparse
import io
import os
import subprocess
import zipfile

import numpy as np
import torch

import golf_samples as samples
import golf_wrappers as wrap

HERE = os.path.dirname(os.path.abspath(__file__))
HIGHEST = 0xFFFFFFFF


def _xz(graph):
    return wrap.xz(wrap.torch_zip(graph), 6)


def _per_group(permute=None):
    rng = np.random.default_rng(7)
    name = "tok_emb.weight"
    weights = {f"{name}.q": samples.codes(rng, (8, 4)), f"{name}.scale": samples.scales(rng, 8)}
    return wrap.per_group(weights, {name: "gptq (int8)"}, rng, permute)


def _frame(count=None, lengths=None, streams=(b"", b"")):
    return wrap.container(list(streams), count, lengths)


def _containers():
    whole = _per_group()
    yield "C06-no-streams", _frame(0, [], [])
    yield "C06-count-past-file", _frame(HIGHEST, [4, 4])
    yield "C06-too-few-streams", _frame(streams=[b"abcd", b"efgh"])
    yield "C06-lengths-overflow", _frame(9, [HIGHEST] * 9, [b"payload"])
    yield "C06-truncated-lengths", whole[:20]
    yield "C06-truncated-stream", whole[:-3]
    yield "C06-trailing-bytes", whole + b"tail"
    yield "C06-length-one-less", _with_length(whole, 8, -1)
    yield "C06-length-one-more", _with_length(whole, 8, 1)


def _with_length(data, stream, change):
    start = 8 + 4 * stream
    length = int.from_bytes(data[start : start + 4], "little") + change
    return data[:start] + length.to_bytes(4, "little") + data[start + 4 :]


def _damaged():
    """A PGRP container in whose inner zip one bit of a tensor is turned, its checksum is not."""
    data = _per_group()
    streams = _streams(data)
    command = ["brotli", "-dc"]
    inner = bytearray(
        subprocess.run(command, input=streams[7], capture_output=True, check=True).stdout
    )
    with zipfile.ZipFile(io.BytesIO(inner)) as archive:
        member = next(entry for entry in archive.infolist() if "/data/" in entry.filename)
        content = archive.read(member)
    inner[inner.index(content)] ^= 1
    streams[7] = wrap.brotli(bytes(inner), window=24)
    yield "Z04-remainder", wrap.container(streams)


def _permutations():
    yield "C07-row-twice", _per_group(lambda rows: [0, *range(rows - 1)])
    yield "C07-row-out-of-range", _per_group(lambda rows: [rows, *range(1, rows)])
    yield "C07-all-65535", _per_group(lambda rows: [0xFFFF] * rows)
    yield "C07-one-short", _with_orders(_per_group(), np.arange(7))
    yield "C07-one-too-many", _with_orders(_per_group(), np.arange(9))
    yield "C07-odd-length", _with_orders(_per_group(), np.arange(8), b"\0")
    yield "C07-absent", _with_orders(_per_group(), None)


def _streams(data):
    """The nine streams of a container."""
    lengths = [int.from_bytes(data[8 + 4 * i : 12 + 4 * i], "little") for i in range(9)]
    position, streams = 8 + 36, []
    for length in lengths:
        streams.append(data[position : position + length])
        position += length
    return streams


def _with_orders(data, order, tail=b""):
    """The container with another last stream."""
    streams = _streams(data)
    streams[8] = b"" if order is None else wrap.brotli(order.astype("<u2").tobytes() + tail)
    return wrap.container(streams)


def _entry(kind, **changed):
    rng = np.random.default_rng(8)
    return _xz({"w": samples.grouped(rng, kind, (4, 8), 8) | changed})


def _bits(**changed):
    return _xz({"w": samples.bit_packed(np.random.default_rng(9), 5, (4, 6)) | changed})


def _nibbles(**changed):
    return _xz({"w": samples.nibbles(np.random.default_rng(10), (4, 6)) | changed})


def _codes():
    yield "C08-ternary-byte-243", _entry("ternary", packed=b"\x79" * 6 + b"\xf3")
    yield "C08-ternary-bytes-missing", _entry("ternary", packed=b"\x79" * 6)
    yield "C08-ternary-bytes-left", _entry("ternary", packed=b"\x79" * 8)
    yield "C08-trits-fewer-than-shape", _entry("ternary", n_trits=31)
    yield "C08-trits-negative", _entry("ternary", n_trits=-32)
    yield "C08-trits-huge", _entry("ternary", n_trits=1 << 62)
    yield "C08-bitmask-signs-missing", _entry("ternary_bitmask", packed=b"\xff" * 4 + b"\x00" * 3)
    yield (
        "C08-bitmask-signs-left",
        _entry("ternary_bitmask", packed=b"\x01\x00\x00\x00" + b"\x80" * 2),
    )
    yield "C08-bitmask-mask-missing", _entry("ternary_bitmask", packed=b"\x00\x00")
    yield "C08-bits-fewer-than-shape", _entry("binary", n_bits=24)
    yield "C08-sign-bytes-missing", _entry("binary", packed=b"\xff\x00\xff")
    yield "C08-values-fewer-than-shape", _bits(n_vals=23)
    yield "C08-stream-too-short", _bits(packed=bytes(14))
    yield "C08-nibbles-missing", _nibbles(packed=torch.zeros(11, dtype=torch.uint8))


def _clean(name="w", **changed):
    graph = {
        "__quant_format__": "int8_clean_per_row_v1",
        "quantized": {name: torch.ones(4, 3, dtype=torch.int8)},
        "scales": {name: torch.ones(4).half()},
        "dtypes": {name: "float32"},
        "passthrough": {},
    }
    return wrap.zlib9(wrap.torch_zip(graph | changed))


def _scaled(scheme="gptq (int6)", **changed):
    name = "blocks.0.mlp.fc.weight"
    weights = {"q": torch.ones(4, 8, dtype=torch.int8), "scale": torch.ones(4).half()} | changed
    graph = {
        "w": {f"{name}.{part}": tensor for part, tensor in weights.items() if tensor is not None},
        "m": {name: scheme},
    }
    return wrap.zstd(wrap.torch_zip(graph))


def _low_rank(**changed):
    parts = {
        "lqA_a": torch.ones(4, 2, dtype=torch.int8),
        "lqAs_a": torch.tensor(1.0).half(),
        "lqB_a": torch.ones(2, 8, dtype=torch.int8),
        "lqBs_a": torch.ones(2).half(),
    }
    return _scaled("gptq (int6)+lqer_asym", **(parts | changed))


def _scales():
    nan, inf = float("nan"), float("inf")
    yield "C09-clean-rows-differ", _clean(scales={"w": torch.ones(3).half()})
    yield "C09-clean-scale-missing", _clean(scales={})
    yield "C09-clean-scale-infinite", _clean(scales={"w": torch.tensor([1, inf, 1, 1]).half()})
    yield "C09-clean-scale-nan", _clean(scales={"w": torch.tensor(nan)})
    yield "C09-meta-rows-differ", _scaled(scale=torch.ones(8).half())
    yield "C09-meta-scale-missing", _scaled(scale=None)
    yield "C09-meta-scale-infinite", _scaled(scale=torch.tensor([1, 1, -inf, 1]).half())
    yield "C09-groups-differ", _entry("ternary", scale=torch.ones(3).half())
    yield "C09-group-scale-nan", _entry("binary", scale=torch.tensor([1, 1, nan, 1]).half())
    yield "C09-group-size-zero", _entry("ternary", group_size=0)
    yield "C09-group-straddles-rows", _entry("ternary", group_size=16)
    yield "C09-stream-rows-differ", _bits(scale=torch.ones(6).bfloat16())
    yield "C09-nibble-scale-infinite", _nibbles(scale=torch.tensor([inf, 1, 1, 1]).half())
    yield "C09-residual-groups-differ", _low_rank(lqBs_a=torch.ones(3).half())
    yield "C09-residual-ranks-differ", _low_rank(lqA_a=torch.ones(4, 3, dtype=torch.int8))
    yield "C09-residual-rows-differ", _low_rank(lqA_a=torch.ones(5, 2, dtype=torch.int8))
    yield "C09-residual-scale-nan", _low_rank(lqAs_a=torch.tensor(nan).half())
    yield "C09-residual-part-missing", _low_rank(lqB_a=None)
    yield "C09-crop-larger-than-padding", _entry("ternary", shape=[4, 9], orig_shape=[4, 9])
    yield "C09-original-shape-differs", _entry("ternary", orig_shape=[4, 9])


def _schemes():
    yield "C12-meta-string", _scaled("vq (8x8)")
    yield "C12-meta-suffix", _scaled("gptq (int6)+hadamard")
    yield "C12-meta-type", _scaled({"type": "nf4"})
    yield "C12-meta-dict-without-type", _scaled({"bits": 6})
    yield "C12-meta-number", _scaled(6)
    yield "C12-entry-type", _entry("ternary", type="quaternary")
    yield "C12-clean-format", _clean(__quant_format__="int8_per_column_v9")
    yield "C12-clean-axis", _clean(qmeta={"w": {"scheme": "per_row", "axis": 1}})
    yield "C12-clean-scheme", _clean(qmeta={"w": {"scheme": "per_block", "axis": 0}})
    yield "C12-clean-dtype", _clean(dtypes={"w": "float7"})


def files():
    """Every file as (name without suffix, bytes)."""
    for group in (_containers, _permutations, _codes, _scales, _schemes):
        yield from group()


def main():
    """Parses the arguments and writes the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=os.path.join(HERE, "..", "golf", "rejects"))
    options = parser.parse_args()
    damaged = os.path.join(options.out, "..", "damaged")
    for folder, content in ((options.out, files()), (damaged, _damaged())):
        os.makedirs(folder, exist_ok=True)
        for name, payload in content:
            with open(os.path.join(folder, name + ".ptz"), "wb") as file:
                file.write(payload)


if __name__ == "__main__":
    main()
