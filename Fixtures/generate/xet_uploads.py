"""Writes Fixtures/xet/accepts: what Xet's own client uploads, as a server on loopback receives it.

    xet_uploads.py

Needs hf-xet. The contents are made by formulas that the tests repeat, so that only what came of
them is kept: each upload's shard, the xorbs where they are small, and `uploads.txt` with a line for
each file: upload, name, bytes, Xet's hash, SHA-256; and for each xorb: upload, "xorb", bytes as
stored, hash.
"""

import hashlib
import http.server
import json
import os
import shutil
import tempfile
import threading

import numpy as np

OUT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "xet"))
LARGEST_XORB = 40_000


def noise(seed, count):
    """SplitMix64 from a state (Steele, Lea and Flood 2014), its numbers as little-endian bytes."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * np.arange(
            1, count // 8 + 2, dtype=np.uint64
        )
        state = (state ^ state >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ state >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state.astype("<u8").tobytes()[:count]


def weights(seed, count):
    """float32 between -1/2 and 1/2: the upper 24 bits of the same numbers, exactly."""
    numbers = np.frombuffer(noise(seed, 8 * (count // 4 + 1)), "<u8") >> np.uint64(40)
    values = numbers.astype(np.float32) / np.float32(1 << 24) - np.float32(0.5)
    return values.astype("<f4").tobytes()[:count]


def log(count):
    """Lines of a training log."""
    lines, length, step = [], 0, 0
    while length < count:
        lines.append(b"step %d loss %d\n" % (step, step * step % 9973))
        length += len(lines[-1])
        step += 1
    return b"".join(lines)[:count]


# What is before a point names the store: the client knows what it sent to the same one before.
UPLOADS = {
    "empty": {"empty": b""},
    "byte": {"byte": b"\x42"},
    "small": {"small": noise(1, 7168)},
    "noise": {"noise": noise(2, 102_400)},
    "layer": {"layer": weights(3, 40_000)},
    "tails": {f"tail{rest}": weights(4 + rest, 8000 + rest) for rest in (1, 2, 3)},
    "weights": {"weights": weights(8, 1 << 20)},
    "log": {"log": log(60_000)},
    "long-log": {"long-log": log(3_000_000)},
    "zeros": {"zeros": bytes(300_000)},
    "halves.1": {"first": noise(9, 400_000)},
    "halves.2": {"second": noise(9, 200_000) + noise(10, 200_000)},
}


class Store(http.server.BaseHTTPRequestHandler):
    """The part of the protocol that an upload needs; keeps the bodies of what was uploaded."""

    protocol_version = "HTTP/1.1"
    received = []

    def log_message(self, *_):
        """Says nothing."""

    def reply(self, status, content, kind="application/json"):
        """Sends a whole answer."""
        body = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        """Hands out tokens, and knows no chunk."""
        if not self.path.startswith("/token/"):
            return self.reply(404, "{}")
        store = self.path.rsplit("/", 1)[1]
        answer = {
            "accessToken": "none",
            "exp": 4_000_000_000,
            "casUrl": f"http://127.0.0.1:{self.server.server_port}/{store}",
        }
        return self.reply(200, json.dumps(answer))

    def do_POST(self):
        """Takes xorbs and shards."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[1:] == ["v2", "shards"]:
            self.received.append(("shard", None, body))
            return self.reply(200, '{"type":"result","result":1}\n', "application/x-ndjson")
        if parts[1:3] == ["v1", "xorbs"]:
            self.received.append(("xorb", parts[-1], body))
            return self.reply(200, '{"was_inserted":true}')
        return self.reply(404, "{}")


def upload(server, name, files):
    """Uploads files in one commit; what the client says of each: name, bytes, hash, SHA-256."""
    import hf_xet

    session = hf_xet.XetSession()
    handles = []
    with session.new_upload_commit(
        token_refresh_url=f"http://127.0.0.1:{server.server_port}/token/{name.split('.')[0]}",
        token_refresh_headers={},
        custom_headers={},
    ) as commit:
        for file, content in files.items():
            handle = commit.start_upload_bytes(content, sha256=hf_xet.COMPUTE_SHA256)
            handles.append((file, content, handle))
    for file, content, handle in handles:
        info = handle.result().xet_info
        assert info.sha256 == hashlib.sha256(content).hexdigest(), file
        yield name, file, len(content), info.hash, info.sha256


def main():
    """Uploads everything and keeps what arrived."""
    os.environ["HF_HOME"] = tempfile.mkdtemp()
    # Files that are cut at the same time end up in a xorb in whichever order they are ready.
    os.environ["HF_XET_DATA_MAX_CONCURRENT_FILE_INGESTION"] = "1"
    os.environ["HF_XET_CACHE"] = os.path.join(os.environ["HF_HOME"], "xet")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shutil.rmtree(os.path.join(OUT, "accepts"), ignore_errors=True)
    os.makedirs(os.path.join(OUT, "accepts"))
    lines = []
    for name, files in UPLOADS.items():
        Store.received.clear()
        lines += upload(server, name, files)
        for kind, digest, body in Store.received:
            if kind == "xorb":
                lines.append((name, "xorb", len(body), digest))
            if kind == "shard" or len(body) <= LARGEST_XORB:
                path = os.path.join(OUT, "accepts", f"{name}.{kind}")
                assert not os.path.exists(path), path
                with open(path, "wb") as file:
                    file.write(body)
    with open(os.path.join(OUT, "accepts", "uploads.txt"), "w", encoding="utf-8") as file:
        file.writelines(" ".join(map(str, line)) + "\n" for line in lines)
    shutil.rmtree(os.environ["HF_HOME"])


if __name__ == "__main__":
    main()
