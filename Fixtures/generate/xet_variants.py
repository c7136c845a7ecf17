"""Makes variants of what xet_uploads.py keeps: Fixtures/xet/rejects, and footers in accepts.

    xet_variants.py

rejects/  one file for each way to be wrong, named by the rule
accepts/  byte-footer.*: the upload `byte` with the footers that xet-core writes, by its layout
"""

import os
import struct

import lz4.frame

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "xet"))
ENTRY = 48


def accepted(name):
    """The bytes of an accepted file."""
    with open(os.path.join(ROOT, "accepts", name), "rb") as file:
        return file.read()


def number(count, width):
    """Little-endian."""
    return count.to_bytes(width, "little")


def chunk(data, byte_count, scheme=0, version=0):
    """A chunk with its header."""
    return bytes([version]) + number(len(data), 3) + bytes([scheme]) + number(byte_count, 3) + data


def patched(content, offset, replacement):
    """The content with some bytes replaced."""
    return content[:offset] + replacement + content[offset + len(replacement) :]


def xorb_footer(digest, chunk_hash, stored, unpacked):
    """The footer of a xorb of one chunk, and its length."""
    hashes = b"XBLBHSH\0" + number(1, 4) + chunk_hash
    boundaries = b"XBLBBND\1" + number(1, 4) + number(stored, 4) + number(unpacked, 4)
    tail = 4 + 4 + 4 + 16
    footer = b"XETBLOB\1" + digest + hashes + boundaries + number(1, 4)
    footer += number(len(hashes) + len(boundaries) + tail, 4) + number(len(boundaries) + tail, 4)
    footer += bytes(16)
    return footer + number(len(footer), 4)


def xorbs():
    """Xorbs that must be refused."""
    byte, log = accepted("byte.xorb"), accepted("log.xorb")
    frame = lz4.frame.compress(b"weights " * 100)
    footed = accepted("byte-footer.xorb")
    return {
        "X01-empty": b"",
        "X01-header": byte + byte[:7],
        "X01-data": log[:-1],
        "X01-footer-alone": footed[len(byte) :],
        "X02-version": patched(byte, 0, b"\1"),
        "X02-scheme": patched(byte, 4, b"\3"),
        "X03-no-content": chunk(b"", 0),
        "X03-no-data": chunk(b"", 1, scheme=1),
        "X03-content": chunk(frame, (128 << 10) + 1, scheme=1),
        "X03-data": b"\0" + number((256 << 10) + 1, 3) + b"\1" + number(800, 3) + frame,
        "X03-stored": chunk(b"ab", 3),
        "X04-no-frame": chunk(b"abcdefghijklmnop", 16, scheme=1),
        "X04-more": chunk(frame, 799, scheme=1),
        "X04-less": chunk(frame, 801, scheme=1),
        "X04-cut": chunk(frame[:-5], 800, scheme=1),
        "X04-behind": chunk(frame + b"\0", 800, scheme=1),
        "X04-two-frames": chunk(frame + frame, 1600, scheme=1),
        "X04-grouped": chunk(frame, 799, scheme=2),
        "X04-skippable": chunk(b"\x50\x2a\x4d\x18" + number(4, 4) + b"skip", 800, scheme=1),
        "X05-chunks": byte * (8 * 1024 + 1),
        "X06-hash": patched(footed, len(byte) + 8, b"\0"),
        "X06-length": footed + b"\0",
        "X06-short": byte + b"XETBLOB\1",
    }


def shards():
    """Shards that must be refused. `byte` is: header, file, segment, verification, SHA-256, end,
    xorb, chunk, end; each an entry."""
    byte, halves = accepted("byte.shard"), accepted("halves.1.shard")
    footed = accepted("byte-footer.shard")

    def entry(index, content=byte):
        return content[ENTRY * index : ENTRY * (index + 1)]

    def with_number(index, place, count, content=byte):
        return patched(content, ENTRY * index + 32 + 4 * place, number(count, 4))

    plain_file = with_number(0, 0, 0x40000000, entry(1)) + entry(2) + entry(4)
    return {
        "X07-empty": b"",
        "X07-tag": patched(byte, 31, b"\0"),
        "X07-short": byte[:47],
        "X07-version": patched(byte, 32, b"\3"),
        "X08-no-end": byte[:-ENTRY],
        "X08-half-an-end": byte[:-1],
        "X08-segments": with_number(1, 1, 0xFFFFFFFF),
        "X08-chunks": with_number(6, 1, 0xFFFFFFFF),
        "X08-end": with_number(5, 3, 1),
        "X09-backwards": with_number(2, 2, 2),
        "X09-no-chunk": with_number(2, 3, 0),
        "X09-no-bytes": with_number(2, 1, 0),
        "X09-bytes": with_number(2, 1, (128 << 10) + 1),
        "X09-flags": with_number(1, 0, 0xC0000001),
        "X09-verified": byte[: 5 * ENTRY] + plain_file + byte[5 * ENTRY :],
        "X10-offset": with_number(9, 0, 1, halves),
        "X10-sum": with_number(6, 2, 2),
        "X10-no-bytes": with_number(6, 2, 0, with_number(7, 1, 0)),
        "X10-length": with_number(6, 2, (128 << 10) + 1, with_number(7, 1, (128 << 10) + 1)),
        "X10-none": with_number(6, 2, 0, with_number(6, 1, 0, byte[: 7 * ENTRY] + entry(8))),
        "X11-behind": byte + b"\0",
        "X11-announced": patched(byte, 40, number(200, 8)),
        "X11-length": patched(byte, 40, number(8, 8)) + bytes(8),
        "X11-version": patched(footed, len(byte), b"\2"),
        "X11-key": patched(footed, len(byte) + 72, b"\1"),
    }


def write(folder, name, content):
    """One file."""
    os.makedirs(os.path.join(ROOT, folder), exist_ok=True)
    with open(os.path.join(ROOT, folder, name), "wb") as file:
        file.write(content)


def main():
    """The footers, then all that is wrong."""
    xorb, shard = accepted("byte.xorb"), accepted("byte.shard")
    digest, chunk_hash = shard[6 * ENTRY :][:32], shard[7 * ENTRY :][:32]
    write("accepts", "byte-footer.xorb", xorb + xorb_footer(digest, chunk_hash, len(xorb), 1))
    offsets = struct.pack("<QQQ", 1, ENTRY, 6 * ENTRY)
    footer = offsets + bytes(200 - len(offsets) - 8) + number(len(shard), 8)
    write("accepts", "byte-footer.shard", patched(shard, 40, number(200, 8)) + footer)
    for name, content in xorbs().items():
        write("rejects", f"{name}.xorb", content)
    for name, content in shards().items():
        write("rejects", f"{name}.shard", content)


if __name__ == "__main__":
    main()
