#!/usr/bin/env python3
"""Writes the fixtures of the Archives target: Fixtures/zip and Fixtures/tar.

Made with CPython 3.11.7 (zipfile, tarfile, zlib 1.2.13), numpy 2.4.6 and torch 2.15.0. Run without
arguments from anywhere. Everything but accepts/torch.pt and accepts/numpy*.npz is written byte by
byte from here and is the same on every run; those three need numpy and torch and are left alone
where the modules are missing.
"""

import io
import pathlib
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent
EPOCH = (1980, 1, 1, 0, 0, 0)
U32, U16 = 0xFFFFFFFF, 0xFFFF


def write(name: str, data: bytes) -> None:
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def wide(*numbers: int) -> bytes:
    return struct.pack("<HH", 1, 8 * len(numbers)) + struct.pack(f"<{len(numbers)}Q", *numbers)


@dataclass
class Entry:
    """One entry; `local` and `central` override single header fields to tell lies."""

    name: bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    packed: bytes | None = None
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)
    descriptor: bytes | None = None
    before: bytes = b""  # stray bytes in front of the local header

    def __post_init__(self):
        if self.packed is None:
            self.packed = raw_deflate(self.data) if self.method == 8 else self.data

    def fields(self) -> dict:
        return {
            "flags": self.flags, "method": self.method, "crc": zlib.crc32(self.data),
            "packed": len(self.packed), "size": len(self.data), "name": self.name,
            "extra": b"", "comment": b"", "attributes": 0, "disk": 0,
        }

    def local_bytes(self) -> bytes:
        f = self.fields() | self.local
        return struct.pack(
            "<4sHHHHHIIIHH", b"PK\3\4", 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"],
            f["size"], len(f["name"]), len(f["extra"])) + f["name"] + f["extra"]

    def central_bytes(self, offset: int) -> bytes:
        f = self.fields() | {"offset": offset} | self.central
        return struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, f["flags"], f["method"], 0, 33, f["crc"],
            f["packed"], f["size"], len(f["name"]), len(f["extra"]), len(f["comment"]), f["disk"],
            0, f["attributes"], f["offset"]) + f["name"] + f["extra"] + f["comment"]


def end_record(count, size, offset, /, comment=b"", **lies):
    f = dict(disk=0, start=0, here=count, count=count, size=size, offset=offset,
             comment_size=len(comment)) | lies
    return struct.pack("<4sHHHHIIH", b"PK\5\6", f["disk"], f["start"], f["here"], f["count"],
                       f["size"], f["offset"], f["comment_size"]) + comment


def end_record_64(count, size, offset, position, /, **lies):
    f = dict(here=count, count=count, size=size, offset=offset, disk=0, disks=1, length=44,
             position=position) | lies
    return struct.pack("<4sQHHIIQQQQ", b"PK\6\6", f["length"], 45, 45, f["disk"], 0, f["here"],
                       f["count"], f["size"], f["offset"]) + struct.pack(
        "<4sIQI", b"PK\6\7", f["disk"], f["position"], f["disks"])


def archive(*entries: Entry, comment=b"", end=None, end64=None, gap=b"", after=b"") -> bytes:
    """`end` and `end64` override fields of the end records; `end64={}` merely adds the wide one."""
    out, offsets = b"", []
    for entry in entries:
        out += entry.before
        offsets.append(len(out))
        out += entry.local_bytes() + entry.packed + (entry.descriptor or b"")
    out += gap
    directory = b"".join(e.central_bytes(o) for e, o in zip(entries, offsets))
    start = len(out)
    out += directory
    if end64 is not None:
        out += end_record_64(len(entries), len(directory), start, len(out), **end64)
    return out + end_record(len(entries), len(directory), start, comment, **(end or {})) + after


def torch_like(name: bytes, data: bytes, position: int) -> Entry:
    """An entry as torch.save lays it out at `position`: padded, its sizes behind it."""
    if not data:
        pad = -(position + 30 + len(name) + 4) % 64
        return Entry(name, flags=0x800, local={"extra": struct.pack("<2sH", b"FB", pad) + b"Z" * pad})
    pad = -(position + 30 + len(name) + 4) % 64
    extra = struct.pack("<2sH", b"FB", pad) + b"Z" * pad
    crc = zlib.crc32(data)
    return Entry(
        name, data, flags=0x808, local={"crc": 0, "packed": 0, "size": 0, "extra": extra},
        descriptor=struct.pack("<4sIII", b"PK\7\x08", crc, len(data), len(data)))


def torch_archive(records: list[tuple[bytes, bytes]], change=lambda entries: None) -> bytes:
    entries, position = [], 0
    for name, data in records:
        entry = torch_like(name, data, position)
        entries.append(entry)
        position += len(entry.local_bytes()) + len(entry.packed) + len(entry.descriptor or b"")
    change(entries)
    return archive(*entries)


RECORDS = [
    (b"archive/data.pkl", b"\x80\x02}q\x00."), (b"archive/byteorder", b"little"),
    (b"archive/data/0", bytes(range(12))), (b"archive/data/1", b""),
    (b"archive/version", b"3\n"),
]
TEXT = b"The quick brown fox jumps over the lazy dog. " * 4
A, B = Entry(b"a/one", b"first payload"), Entry(b"a/two", b"second payload")


def plain(**changes) -> Entry:
    return Entry(**({"name": b"a/one", "data": b"first payload"} | changes))


def through_zipfile(fill, stream=None) -> bytes:
    out = io.BytesIO() if stream is None else stream
    with zipfile.ZipFile(out, "w") as z:
        fill(z)
    return out.getvalue()


class Unseekable(io.BytesIO):
    """Makes zipfile write data descriptors, as it does to a pipe."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise io.UnsupportedOperation

    def tell(self):
        raise io.UnsupportedOperation


def zip_accepts() -> None:
    folder = "zip/accepts/"

    def put(z, name, data, method=zipfile.ZIP_STORED, force=False):
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = method
        with z.open(info, "w", force_zip64=force) as f:
            f.write(data)

    def two(z):
        put(z, "a/one", b"first payload")
        put(z, "a/text", TEXT, zipfile.ZIP_DEFLATED)

    def commented(z):
        two(z)
        z.comment = b"made by hand"

    def forced(z):
        put(z, "a/one", b"first payload", force=True)
        put(z, "a/text", TEXT, zipfile.ZIP_DEFLATED, force=True)

    def named(z):
        put(z, "gewichte/\u00e4.bin", b"umlaut")
        put(z, "gewichte/", b"")

    write(folder + "stored-and-deflated.zip", through_zipfile(two))
    write(folder + "comment.zip", through_zipfile(commented))
    write(folder + "zip64-local.zip", through_zipfile(forced))
    write(folder + "streamed.zip", through_zipfile(two, Unseekable()))
    write(folder + "streamed-zip64.zip", through_zipfile(forced, Unseekable()))
    write(folder + "unicode-and-folder.zip", through_zipfile(named))
    write(folder + "torch-like.pt", torch_archive(RECORDS))

    def without_checksums(entries):
        for entry in entries:
            entry.central["crc"] = 0
            if entry.descriptor:
                entry.descriptor = entry.descriptor[:4] + bytes(4) + entry.descriptor[8:]

    write(folder + "no-checksums.pt", torch_archive(RECORDS, without_checksums))
    write(folder + "zip64-end.zip", archive(A, B, end64={}, end={
        "here": U16, "count": U16, "size": U32, "offset": U32}))
    write(folder + "zip64-end-redundant.zip", archive(A, B, end64={}))
    n = len(A.data)
    write(folder + "zip64-central.zip", archive(plain(
        central={"packed": U32, "size": U32, "offset": U32, "extra": wide(n, n, 0)}), B))
    write(folder + "zip64-central-all-fields.zip", archive(plain(
        central={"size": U32, "extra": wide(n, n, 0)}), B))
    write(folder + "torch-beyond-4gib-style.zip", archive(A, Entry(
        b"a/two", B.data, flags=0x808,
        local={"crc": 0, "packed": 0, "size": 0, "extra": wide(len(A.local_bytes() + A.data))},
        descriptor=struct.pack("<4sIQQ", b"PK\7\x08", zlib.crc32(B.data), len(B.data),
                               len(B.data)))))
    unsigned = struct.pack("<III", zlib.crc32(A.data), n, n)
    write(folder + "descriptor-unsigned.zip", archive(plain(
        flags=8, local={"crc": 0, "packed": 0, "size": 0}, descriptor=unsigned)))
    unsigned = struct.pack("<IQQ", zlib.crc32(A.data), n, n)
    write(folder + "descriptor-unsigned-64.zip", archive(plain(
        flags=8, local={"crc": 0, "packed": 0, "size": 0}, descriptor=unsigned)))
    write(folder + "padding-between.zip", archive(A, Entry(b"a/two", B.data, before=bytes(16))))
    write(folder + "zip-in-zip.zip", archive(A, Entry(b"a/inner.zip", archive(A, B))))
    write(folder + "empty-deflate.zip", archive(Entry(b"a/nothing", b"", method=8)))


def library_accepts() -> None:
    try:
        import numpy as np

        array = np.arange(3, dtype=np.float32)
        for name, save in [("numpy.npz", np.savez), ("numpy-deflated.npz", np.savez_compressed)]:
            out = io.BytesIO()
            save(out, a=array)
            write("zip/accepts/" + name, out.getvalue())
        import torch

        out = io.BytesIO()
        torch.save({"a": torch.arange(3.0), "e": torch.empty(0)}, out)
        write("zip/accepts/torch.pt", out.getvalue())
    except ImportError as missing:
        print(f"left alone: {missing}")


def zip_rejects() -> None:
    def reject(name: str, data: bytes) -> None:
        write("zip/rejects/" + name, data)

    sample = torch_archive(RECORDS)

    reject("Z01-empty.pt", b"")
    reject("Z01-empty-archive.zip", archive())
    reject("Z01-7z.pt", bytes.fromhex("377abcaf271c0004") + bytes(24))
    reject("Z01-rar.pt", b"Rar!\x1a\x07\x01\x00" + bytes(24))
    reject("Z01-gzip.pt", bytes.fromhex("1f8b0800000000000003") + raw_deflate(TEXT))
    reject("Z01-html.pt", b"\n<!DOCTYPE html><html><body>404: Not Found</body></html>\n")
    reject("Z01-lfs-pointer.pt", b"version https://git-lfs.github.com/spec/v1\noid sha256:" +
           b"0" * 64 + b"\nsize 1589\n")
    reject("Z01-legacy-torch.pt", bytes.fromhex("80028a0a6cfc9c46f9206aa850192e") + bytes(20))

    reject("Z02-cut-in-half.pt", sample[:len(sample) // 2])
    reject("Z02-cut-in-end-record.pt", sample[:-5])
    reject("Z02-comment-cut-off.zip", archive(A, comment=b"a comment")[:-4])

    size = len(A.central_bytes(0)) + len(B.central_bytes(0))
    start = len(A.local_bytes() + A.data + B.local_bytes() + B.data)
    reject("Z03-directory-offset.zip", archive(A, B, end={"offset": start - 1}))
    reject("Z03-directory-offset-beyond.zip", archive(A, B, end={"offset": 1 << 30}))
    reject("Z03-directory-size.zip", archive(A, B, end={"size": size - 1}))
    reject("Z03-count-too-small.zip", archive(A, B, end={"here": 1, "count": 1}))
    reject("Z03-count-too-large.zip", archive(A, B, end={"here": 3, "count": 3}))
    reject("Z03-count-absurd.zip", archive(A, B, end64={"here": 1 << 40, "count": 1 << 40}, end={
        "here": U16, "count": U16}))
    reject("Z03-two-counts.zip", archive(A, B, end={"here": 1}))
    reject("Z03-second-disk.zip", archive(A, B, end={"disk": 1}))
    reject("Z03-second-disk-64.zip", archive(A, B, end64={"disks": 2}))
    reject("Z03-entry-on-second-disk.zip", archive(plain(central={"disk": 1}), B))
    broken = bytearray(archive(A, B))
    broken[start] = 0x51
    reject("Z03-directory-signature.zip", bytes(broken))

    flipped = bytearray(sample)
    flipped[flipped.index(bytes(range(12))) + 5] ^= 1
    reject("Z04-payload-bit.pt", bytes(flipped))
    lie = zlib.crc32(A.data) ^ 1
    reject("Z04-checksum.zip", archive(plain(local={"crc": lie}, central={"crc": lie}), B))
    reject("Z04-one-checksum-zero.zip", archive(plain(local={"crc": 0}, central={"crc": 0}), B))
    packed = raw_deflate(TEXT)
    text = dict(name=b"a/text", data=TEXT, method=8)
    reject("Z04-deflate-cut-off.zip", archive(Entry(**text, packed=packed[:-4])))
    reject("Z04-deflate-damaged.zip", archive(Entry(**text, packed=b"\x07" + packed[1:])))
    longer = {"size": len(TEXT) + 1}
    reject("Z04-deflate-shorter-than-said.zip", archive(Entry(**text, local=longer, central=longer)))

    reject("Z05-same-name.zip", archive(A, Entry(b"a/one", b"another payload")))
    reject("Z05-case-twin.zip", archive(A, Entry(b"A/ONE", b"another payload")))
    reject("Z05-two-data-pkl.pt", torch_archive(RECORDS + [(b"archive/data.pkl", b"\x80\x02N.")]))

    reject("Z06-name.zip", archive(plain(local={"name": b"a/0ne"}), B))
    reject("Z06-method.zip", archive(plain(local={"method": 8}), B))
    reject("Z06-flags.zip", archive(plain(local={"flags": 0x800}), B))
    reject("Z06-encrypted-locally.zip", archive(plain(local={"flags": 1}), B))
    reject("Z06-size.zip", archive(plain(local={"size": 12}), B))
    reject("Z06-compressed-size.zip", archive(plain(local={"packed": 12}), B))
    reject("Z06-checksum.zip", archive(plain(local={"crc": 1}), B))
    reject("Z06-zero-sizes-without-descriptor.zip", archive(plain(
        local={"crc": 0, "packed": 0, "size": 0}), B))
    reject("Z06-stored-sizes-differ.zip", archive(plain(
        local={"size": 12}, central={"size": 12}), B))

    def descriptor_lie(at):
        def change(entries):
            descriptor = bytearray(entries[2].descriptor)
            descriptor[at] ^= 1
            entries[2].descriptor = bytes(descriptor)
        return torch_archive(RECORDS, change)

    reject("Z06-descriptor-checksum.pt", descriptor_lie(4))
    reject("Z06-descriptor-compressed-size.pt", descriptor_lie(8))
    reject("Z06-descriptor-size.pt", descriptor_lie(12))
    reject("Z06-descriptor-missing.zip", archive(plain(
        flags=8, local={"crc": 0, "packed": 0, "size": 0}), B))
    other = struct.pack("<HHBI", 0x7075, 10, 1, zlib.crc32(b"a/one")) + b"a/eno"
    reject("Z06-other-name-in-extra.zip", archive(plain(central={"extra": other}), B))
    reject("Z06-extra-overruns.zip", archive(plain(local={"extra": b"FB\xff\0"}), B))

    def point_elsewhere(entries):
        entries[4].central["offset"] = 0
    reject("Z07-offset-of-another.pt", torch_archive(RECORDS, point_elsewhere))
    reject("Z07-offset-in-directory.zip", archive(A, plain(
        name=b"a/two", central={"offset": start + 3})))
    reject("Z07-offset-beyond-file.zip", archive(A, plain(
        name=b"a/two", central={"offset": U32 - 1})))
    reject("Z07-offset-into-padding.zip", archive(A, plain(
        name=b"a/two", before=bytes(40), central={"offset": len(A.local_bytes() + A.data) + 4})))

    inner = Entry(b"a/in", b"shared")
    inner_bytes = inner.local_bytes() + inner.data
    outer = Entry(b"a/out", inner_bytes)
    kernel = outer.local_bytes() + inner_bytes
    listing = outer.central_bytes(0) + inner.central_bytes(len(outer.local_bytes()))
    reject("Z08-entry-in-entry.zip", kernel + listing + end_record(2, len(listing), len(kernel)))
    reject("Z08-into-directory.zip", archive(A, Entry(
        b"a/two", b"second payload", local={"packed": 20, "size": 20},
        central={"packed": 20, "size": 20})))
    # Fifield's bomb: each stored-block header quotes the next local header as data.
    last = Entry(b"b/1", raw_deflate(bytes(64)))
    quoted = last.local_bytes() + last.data
    stored_block = struct.pack("<BHH", 1, len(quoted), len(quoted) ^ 0xFFFF)
    first = Entry(b"b/0", quoted, method=8, packed=stored_block + quoted)
    body = first.local_bytes() + first.packed
    listing = first.central_bytes(0) + last.central_bytes(len(first.local_bytes()) + 5)
    reject("Z08-quoted-overlap.zip", body + listing + end_record(2, len(listing), len(body)))

    reject("Z09-ratio.zip", archive(Entry(b"a/zeros", bytes(3 << 20), method=8)))
    shorter = {"size": 100}
    reject("Z09-more-than-announced.zip", archive(Entry(**text, local=shorter, central=shorter)))
    announced = {"size": U32, "packed": U32, "extra": wide(1 << 36, len(packed))}
    reject("Z09-announced-64-gib.zip", archive(Entry(**text, local=announced, central=announced)))

    reject("Z10-lzma.zip", archive(plain(method=14, packed=b"not lzma"), B))
    for name, bit in [("encrypted", 0), ("patched", 5), ("strongly-encrypted", 6), ("masked", 13),
                      ("unknown-flag", 4)]:
        reject(f"Z10-{name}.zip", archive(plain(flags=1 << bit), B))
    aes = struct.pack("<HHHHBH", 0x9901, 7, 2, 0x4541, 3, 0)
    reject("Z10-aes.zip", archive(plain(local={"extra": aes}, central={"extra": aes}), B))

    n = len(A.data)
    reject("Z11-contradicting-size.zip", archive(plain(central={"extra": wide(n + 1, n, 0)}), B))
    reject("Z11-too-short.zip", archive(plain(
        central={"size": U32, "packed": U32, "extra": wide(n)}), B))
    reject("Z11-beyond-2-63.zip", archive(plain(
        central={"size": U32, "packed": U32, "extra": wide(1 << 63, 1 << 63)}), B))
    reject("Z11-two-fields.zip", archive(plain(
        central={"size": U32, "extra": wide(n) + wide(n + 1)}), B))
    reject("Z11-odd-length.zip", archive(plain(
        central={"size": U32, "extra": struct.pack("<HH", 1, 7) + bytes(7)}), B))
    reject("Z11-local-too-short.zip", archive(plain(
        local={"size": U32, "packed": U32, "extra": wide(n)}), B))
    reject("Z11-local-stranger.zip", archive(plain(local={"extra": wide(n + 1)}), B))
    reject("Z11-end-records-disagree.zip", archive(A, B, end64={"here": 3, "count": 3}))
    reject("Z11-end-beyond-2-63.zip", archive(A, B, end64={"size": 1 << 63}, end={"size": U32}))
    reject("Z11-locator-astray.zip", archive(A, B, end64={"position": 7}))
    reject("Z11-end-record-length.zip", archive(A, B, end64={"length": 45}))

    for slug, name in [
        ("parent", b"a/../../x"), ("absolute", b"/etc/passwd"), ("backslash", b"a\\..\\x"),
        ("nul", b"a/x\0.txt"), ("drive", b"C:/x"), ("control", b"a/\x1b[2Jx"), ("empty", b""),
        ("long", b"a/" + b"x" * 4095), ("latin-1", b"a/\xe4"), ("dot", b"a/./x"),
        ("double-slash", b"a//x"), ("reversed", "a/\u202exkp".encode()),
    ]:
        reject(f"Z12-{slug}.zip", archive(A, Entry(name, b"x")))
    reject("Z12-symlink.zip", archive(A, Entry(
        b"a/link", b"/etc/passwd", central={"attributes": 0o120777 << 16})))
    reject("Z12-device.zip", archive(A, Entry(
        b"a/null", b"", central={"attributes": 0o020666 << 16})))
    reject("Z12-folder-with-bytes.zip", archive(A, Entry(b"a/folder/", b"x")))

    reject("Z16-script-before.pt", b"#!/bin/sh\nexit 0\n" + sample)
    reject("Z16-trailing.pt", sample + b"and then some")
    reject("Z03-archive-behind-archive.zip", archive(A) + archive(B))
    reject("Z16-end-in-comment.zip", archive(A, comment=archive(B)))
    reject("Z16-cut-end-in-comment.zip", archive(A, comment=b"x" * 10 + b"PK\5\6"))
    hidden = Entry(b"a/hidden", b"seen by streaming readers only")
    listed_last = archive(hidden, A)
    listing = A.central_bytes(len(hidden.local_bytes() + hidden.data))
    body = listed_last[:len(hidden.local_bytes() + hidden.data + A.local_bytes() + A.data)]
    reject("Z16-unlisted-first.zip", body + listing + end_record(1, len(listing), len(body)))
    body = A.local_bytes() + A.data + hidden.local_bytes() + hidden.data
    listing = A.central_bytes(0)
    reject("Z16-unlisted-last.zip", body + listing + end_record(1, len(listing), len(body)))
    reject("Z16-after-deflate.zip", archive(Entry(**text, packed=packed + b"tail")))


def tar_header(name: bytes, size=0, kind=b"0", *, magic=b"ustar\x0000", prefix=b"", link=b"",
               size_field=None, checksum=None) -> bytes:
    block = bytearray(512)

    def put(at: int, value: bytes) -> None:
        block[at:at + len(value)] = value

    put(0, name)
    put(100, b"0000644\0" b"0000000\0" b"0000000\0")
    put(124, size_field if size_field is not None else b"%011o\0" % size)
    put(136, b"00000000000\0")
    put(156, kind)
    put(157, link)
    put(257, magic)
    put(345, prefix)
    put(148, b" " * 8)
    put(148, b"%06o\0 " % (sum(block) if checksum is None else checksum))
    return bytes(block)


def tar_member(name: bytes, data=b"", kind=b"0", **fields) -> bytes:
    return tar_header(name, len(data), kind, **fields) + data + bytes(-len(data) % 512)


def pax(*records: tuple[str, bytes], kind=b"x") -> bytes:
    out = b""
    for key, value in records:
        body = key.encode() + b"=" + value
        length = len(body) + 3
        while length != len(b"%d %s\n" % (length, body)):
            length = len(b"%d %s\n" % (length, body))
        out += b"%d %s\n" % (length, body)
    return tar_member(b"PaxHeaders/x", out, kind)


TAR_END = bytes(1024)
LONG = b"folder/" * 20 + b"long-name"


def tar_accepts() -> None:
    def through_tarfile(form) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            for name, data in [("sys_info", b"info"), ("pickle", b"\x80\x02N."),
                               ("folder", None), (LONG.decode(), b"x" * 600)]:
                info = tarfile.TarInfo(name)
                info.mtime = 0.5 if form == tarfile.PAX_FORMAT else 0
                if data is None:
                    info.type = tarfile.DIRTYPE
                    tar.addfile(info)
                else:
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        members = out.getvalue().rstrip(b"\0")
        return members + bytes(-len(members) % 512) + TAR_END  # without a tape's padding

    write("tar/accepts/ustar.tar", through_tarfile(tarfile.USTAR_FORMAT))
    write("tar/accepts/gnu.tar", through_tarfile(tarfile.GNU_FORMAT))
    write("tar/accepts/pax.tar", through_tarfile(tarfile.PAX_FORMAT))
    write("tar/accepts/binary-size.tar", tar_member(
        b"a", b"data", size_field=b"\x80" + (4).to_bytes(11, "big")) + TAR_END)
    write("tar/accepts/pax-size.tar", pax(("size", b"4")) + tar_member(
        b"a", b"data", size_field=b"%011o\0" % 0) + TAR_END)
    write("tar/accepts/global-comment.tar", pax(("comment", b"hello"), kind=b"g") +
          tar_member(b"a", b"data") + TAR_END)


def tar_rejects() -> None:
    def reject(name: str, data: bytes) -> None:
        write("tar/rejects/" + name, data)

    a = tar_member(b"a", b"data")
    gnu = dict(magic=b"ustar  \0")
    reject("Z19-empty.tar", b"")
    reject("Z19-no-mark.tar", tar_member(b"a", b"data", magic=bytes(8)) + TAR_END)
    reject("Z19-checksum.tar", tar_member(b"a", b"data", checksum=1) + TAR_END)
    reject("Z19-hard-link.tar", a + tar_member(b"b", kind=b"1", link=b"a") + TAR_END)
    reject("Z19-symbolic-link.tar", tar_member(b"a", kind=b"2", link=b"/etc") + TAR_END)
    reject("Z19-long-link.tar", tar_member(b"././@LongLink", LONG, b"K", **gnu) + a + TAR_END)
    reject("Z19-pax-link.tar", pax(("linkpath", b"/etc/passwd")) + a + TAR_END)
    reject("Z19-device.tar", tar_member(b"a", kind=b"3") + TAR_END)
    reject("Z19-sparse.tar", tar_member(b"a", b"data", b"S", **gnu) + TAR_END)
    reject("Z19-pax-sparse.tar", pax(("GNU.sparse.major", b"1")) + a + TAR_END)
    reject("Z19-absolute.tar", tar_member(b"/etc/passwd", b"data") + TAR_END)
    reject("Z19-parent.tar", tar_member(b"a/../../x", b"data") + TAR_END)
    reject("Z19-parent-in-prefix.tar", tar_member(b"x", b"data", prefix=b"a/../..") + TAR_END)
    reject("Z19-parent-in-pax.tar", pax(("path", b"../x")) + a + TAR_END)
    reject("Z19-parent-in-long-name.tar",
           tar_member(b"././@LongLink", b"../x\0", b"L", **gnu) + a + TAR_END)
    reject("Z19-no-name.tar", tar_member(b"", b"data") + TAR_END)
    reject("Z19-size-cut-off.tar", tar_header(b"a", 5000) + bytes(2048))
    reject("Z19-size-not-octal.tar", tar_member(b"a", b"data", size_field=b"00000000009\0") + TAR_END)
    reject("Z19-size-empty.tar", tar_member(b"a", b"data", size_field=bytes(12)) + TAR_END)
    reject("Z19-size-negative.tar", tar_member(b"a", b"data", size_field=b"\xff" * 12) + TAR_END)
    reject("Z19-size-overflow.tar", tar_member(
        b"a", b"data", size_field=b"\x80" + b"\xff" * 11) + TAR_END)
    reject("Z19-size-2-63-less-1.tar", tar_member(
        b"a", b"data", size_field=b"\x80" + (2**63 - 1).to_bytes(11, "big")) + TAR_END)
    reject("Z19-pax-size-overflow.tar", pax(("size", b"9" * 19)) + a + TAR_END)
    reject("Z19-pax-size-negative.tar", pax(("size", b"-4")) + a + TAR_END)
    reject("Z19-pax-length.tar", tar_member(b"x", b"99 path=b\n", b"x") + a + TAR_END)
    reject("Z19-pax-without-value.tar", tar_member(b"x", b"7 path\n", b"x") + a + TAR_END)
    reject("Z19-pax-twice.tar", pax(("path", b"b")) + pax(("path", b"c")) + a + TAR_END)
    reject("Z19-pax-two-names.tar", pax(("path", b"b"), ("path", b"c")) + a + TAR_END)
    reject("Z19-pax-charset.tar", pax(("hdrcharset", b"BINARY")) + a + TAR_END)
    reject("Z19-global-path.tar", pax(("path", b"b"), kind=b"g") + a + TAR_END)
    long = tar_member(b"././@LongLink", LONG + b"\0", b"L", **gnu)
    reject("Z19-long-name-twice.tar", long + long + a + TAR_END)
    reject("Z19-long-name-and-pax.tar", long + pax(("path", b"b")) + a + TAR_END)
    reject("Z19-long-name-for-nothing.tar", long + TAR_END)
    reject("Z19-long-name-hides.tar",
           tar_member(b"././@LongLink", b"b\0hidden", b"L", **gnu) + a + TAR_END)
    reject("Z19-long-name-of-2-mib.tar",
           tar_header(b"././@LongLink", 2 << 20, b"L", **gnu) + TAR_END)
    reject("Z19-name-too-long.tar",
           tar_member(b"././@LongLink", b"x" * 4097, b"L", **gnu) + a + TAR_END)
    reject("Z19-folder-with-bytes.tar", tar_member(b"a", b"data", b"5") + TAR_END)
    reject("Z19-file-named-like-folder.tar", tar_member(b"a/", b"data") + TAR_END)
    reject("Z19-no-end.tar", a)
    reject("Z19-half-an-end.tar", a + bytes(512))
    reject("Z05-same-name.tar", a + a + TAR_END)
    reject("Z05-file-and-folder.tar", a + tar_member(b"a/", kind=b"5") + TAR_END)
    reject("Z16-trailing.tar", a + TAR_END + b"and then some")
    reject("Z16-second-archive.tar", a + TAR_END + tar_member(b"b", b"data") + TAR_END)


if __name__ == "__main__":
    zip_accepts()
    library_accepts()
    zip_rejects()
    tar_accepts()
    tar_rejects()
