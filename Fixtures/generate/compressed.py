"""Makes Fixtures/compressed: tiny accepts, each decoding to accepts/plain.bin, and rejects.

Python 3.11 (zlib 1.2.13, liblzma 5.4.1) and the command-line tools zstd 1.5.4, brotli 1.0.9 and
lrzip 0.651. Every accept is decoded again by the tool that wrote it before it is kept.
Run from the root of the repository: python3 Fixtures/generate/compressed.py
"""

import lzma
import pathlib
import struct
import subprocess
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent / "compressed"
MIB = 1 << 20


def tool(arguments, data):
    return subprocess.run(arguments, input=data, stdout=subprocess.PIPE, check=True).stdout


def zstd(data, *options):
    return tool(["zstd", "-q", "-19", "--no-check", *options, "-c"], data)


def brotli(data, *options):
    return tool(["brotli", "-q", "11", *options, "-c"], data)


def lrzip(data, *options):
    with tempfile.TemporaryDirectory() as folder:
        plain, packed, again = (f"{folder}/{name}" for name in ("a", "a.lrz", "b"))
        pathlib.Path(plain).write_bytes(data)
        for words in ([*options, "-o", packed, plain], ["-d", "-o", again, packed]):
            subprocess.run(["lrzip", "-q", *words], check=True, capture_output=True)
        assert pathlib.Path(again).read_bytes() == data
        return pathlib.Path(packed).read_bytes()


def plain_bytes():
    """A zip's magic, then bell-shaped bytes with a repetition, like quantized weights."""
    state, values = 1, bytearray(b"PK\x03\x04")
    for _ in range(1500):
        total = 0
        for _ in range(4):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            total += state >> 60
        values.append((total - 30) & 255)
    return bytes(values + values[200:1500])


def shuffled(data, stride):
    return b"".join(data[phase::stride] for phase in range(stride))


def bshf5(data, stride=2):
    return b"BSHF" + bytes([stride]) + shuffled(data, stride)


def bshf6(data, order, stride=2):
    return b"BSHF" + stride.to_bytes(2, order) + shuffled(data, stride)


def container(*streams):
    lengths = struct.pack(f"<{len(streams) + 1}I", len(streams), *map(len, streams))
    return b"PGRP" + lengths + b"".join(streams)


def patched(data, offset, replacement):
    offset %= len(data)
    return data[:offset] + replacement + data[offset + len(replacement):]


def flipped(data, offset):
    return patched(data, offset, bytes([data[offset] ^ 1]))


def with_dictionary_size(stream, code):
    """An .xz stream whose only block asks for the dictionary size `code` (40 is 4 GiB)."""
    size = (stream[12] + 1) * 4
    header = bytearray(stream[12:12 + size - 4])
    at = header.index(b"\x21\x01")
    header[at + 2] = code
    return stream[:12] + bytes(header) + struct.pack("<I", zlib.crc32(header)) + stream[12 + size:]


def accepts(plain):
    return {
        "plain.bin": plain,
        "zlib.bin": zlib.compress(plain, 9),
        "zstd.bin": zstd(plain),
        "zstd-check.bin": tool(["zstd", "-q", "-19", "-c"], plain),
        "xz.bin": lzma.compress(plain, preset=6),
        "xz-preset9.bin": lzma.compress(plain, preset=9),
        "brotli.bin": brotli(plain),
        "brotli-window24.bin": brotli(plain, "-w", "24"),
        "lrzip-zpaq1.bin": lrzip(plain, "-z", "-L", "1"),
        "lrzip-zpaq2.bin": lrzip(plain, "-z", "-L", "5"),
        "lrzip-zpaq3.bin": lrzip(plain, "-z", "-L", "9"),
        "lrzip-stored.bin": lrzip(plain, "-n"),
        "tag-zstd.bin": b"ZSTD" + zstd(plain),
        "tag-zlib.bin": b"ZLIB" + zlib.compress(plain, 9),
        "method-xz.bin": b"\0" + lzma.compress(plain),
        "method-brotli.bin": b"\1" + brotli(plain),
        "method-zstd.bin": b"\2" + zstd(plain),
        "brotli-bshf5.bin": brotli(bshf5(plain)),
        "xz-bshf6-little.bin": lzma.compress(bshf6(plain, "little")),
        "brotli-bshf6-big.bin": brotli(bshf6(plain, "big")),
        "bshf5-stride3.bin": bshf5(plain, 3),
        "bshf5-stride64.bin": bshf5(plain, 64),
    }


def rejects(plain, good):
    files = {
        "C01-brotli-bomb.bin": brotli(plain + bytes(1 << 30)),
        "C01-zstd-bomb.bin": zstd(bytes(100 * MIB)),
        "C01-xz-bomb.bin": lzma.compress(bytes(65 * MIB), preset=6),
        "C01-zstd-window.bin": b"\x28\xb5\x2f\xfd\x00\xa0" + b"\x09\x00\x00P",
        "C01-xz-dictionary.bin": with_dictionary_size(lzma.compress(plain), 40),
        "C01-lrzip-size.bin": patched(good["lrzip-stored.bin"], 6, struct.pack("<Q", 1 << 60)),
        "C02-zstd-frames.bin": good["zstd.bin"] * 2,
        "C02-zstd-skippable.bin": good["zstd.bin"] + b"\x50\x2a\x4d\x18\x01\0\0\0x",
        "C02-xz-padding.bin": good["xz.bin"] + bytes(4),
        "C02-lrzip-gap.bin": good["lrzip-stored.bin"][:-16] + b"x" + good["lrzip-stored.bin"][-16:],
        "C03-zlib-adler.bin": flipped(good["zlib.bin"], -1),
        "C03-zstd-checksum.bin": flipped(good["zstd-check.bin"], -1),
        "C03-xz-data.bin": flipped(good["xz.bin"], 200),
        "C03-lrzip-md5.bin": flipped(good["lrzip-stored.bin"], -1),
        "C03-lrzip-literal.bin": flipped(good["lrzip-stored.bin"], 500),
        "C03-lrzip-zpaq.bin": flipped(good["lrzip-zpaq1.bin"], 900),
        "C05-stride0.bin": b"BSHF\0PK\3\4",
        "C05-stride1.bin": b"BSHF\1PK\3\4",
        "C05-stride65.bin": b"BSHF\x41" + plain[:100],
        "C05-stride-beyond-payload.bin": b"BSHF\x05PK\3\4",
        "C05-no-zip.bin": b"BSHF\2hello",
        "C06-count.bin": b"PGRP\xff\xff\xff\xff",
        "C06-length.bin": container(b"ab", b"cd")[:-1],
        "C06-leftover.bin": container(b"ab", b"cd") + b"e",
        "C06-header.bin": b"PGRP\0",
        "C10-lrzip-more.bin": patched(
            good["lrzip-stored.bin"], 6, struct.pack("<Q", len(plain) + 1)),
        "C10-lrzip-less.bin": patched(
            good["lrzip-stored.bin"], 6, struct.pack("<Q", len(plain) - 1)),
        "C10-lrzip-2e63.bin": patched(good["lrzip-stored.bin"], 6, struct.pack("<Q", 1 << 63)),
        "C12-lrzip-gzip.bin": lrzip(plain, "-g"),
        "C12-lrzip-bzip2.bin": lrzip(plain, "-b"),
        "C12-lrzip-lzma.bin": lrzip(plain),
        "C12-lrzip-encrypted.bin": patched(good["lrzip-stored.bin"], 22, b"\1"),
        "C12-lrzip-version.bin": patched(good["lrzip-stored.bin"], 5, b"\5"),
        "C04-text.bin": brotli(b"neither a zip nor shuffled bytes"),
    }
    for name in ("zlib", "brotli"):
        files[f"C02-{name}-trailing.bin"] = good[f"{name}.bin"] + b"x"
    for name in ("zlib", "zstd", "xz", "brotli", "lrzip-stored", "lrzip-zpaq1"):
        stream = good[f"{name}.bin"]
        files[f"C03-{name}-half.bin"] = stream[:len(stream) // 2]
        files[f"C03-{name}-last.bin"] = stream[:-1]
    nested = plain
    for _ in range(5):
        nested = zlib.compress(nested, 1)
    files["C11-five-layers.bin"] = nested
    return files


def main():
    plain = plain_bytes()
    good = accepts(plain)
    for folder, files in (("accepts", good), ("rejects", rejects(plain, good))):
        (ROOT / folder).mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (ROOT / folder / name).write_bytes(data)


main()
