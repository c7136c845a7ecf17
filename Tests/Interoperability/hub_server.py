"""What the scripts of this folder share: a server in a folder, requests without a library, and
a way to tell how checks went."""

import base64
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import time
import traceback
import urllib.parse


class Checks:
    """Runs functions at once, prints how each went, and counts those that failed."""

    def __init__(self):
        self.failures = 0

    def __call__(self, name):
        def run(function):
            begin = time.monotonic()
            try:
                note = function()
                note = f": {note}" if isinstance(note, str) else ""
                print(f"ok    {name}{note} ({time.monotonic() - begin:.1f} s)", flush=True)
            except Exception:  # noqa: BLE001, whatever a client throws is a failure
                self.fail(name, traceback.format_exc())
        return run

    def fail(self, name, text=""):
        self.failures += 1
        print(f"FAIL  {name}\n{text}".rstrip(), flush=True)


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Server:
    """`birdie serve` on a folder. What it says goes to a file beside the folder."""

    def __init__(self, birdie, root, *arguments, limit=None):
        self.birdie, self.root, self.arguments, self.limit = birdie, root, arguments, limit
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = root.rstrip("/") + ".log"
        self.start()

    def start(self):
        begin = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        command = [
            self.birdie, "serve", "--root", self.root, "--port", str(self.port), *self.arguments]
        if self.limit:
            command = ["bash", "-c", f'ulimit -n {self.limit}; exec "$@"', "-", *command]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stderr=log)
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with open(self.log, "rb") as log:
                log.seek(begin)
                if b"serving" in log.read():
                    return
            time.sleep(0.01)
        raise AssertionError(f"the server did not start: {self.said()}")

    def said(self):
        with open(self.log, "rb") as log:
            return log.read()[-2000:].decode(errors="replace")

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def is_alive(self):
        return self.process.poll() is None

    def memory(self, key="VmHWM"):
        """In MiB: the most that it ever had, or with VmRSS what it has now."""
        with open(f"/proc/{self.process.pid}/status") as file:
            line = next(line for line in file if line.startswith(key))
        return int(line.split()[1]) / 1024

    def inventory(self):
        """What `--check` finds, while the server is down."""
        done = subprocess.run(
            [self.birdie, "serve", "--root", self.root, "--check", "--json"],
            capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"--check: {done.returncode} {done.stdout} {done.stderr}"
        found = json.loads(done.stdout)["check"]
        assert found["defects"] == [], found
        return found


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    """Requests over one connection that is kept, for one thread."""

    def __init__(self, address, timeout=60):
        parts = urllib.parse.urlsplit(address)
        self.host, self.timeout = parts.netloc, timeout
        self.connection = None

    def request(self, method, path, body=None, headers=None):
        """Sends once; a kept connection that the server has closed is opened again."""
        if path.startswith("http"):
            path = path[path.index("/", 8):]
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        for is_fresh in (self.connection is None, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, timeout=self.timeout)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.connection.request(
                    method, path, body, {"Authorization": "Bearer any", **(headers or {})})
                answer = self.connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                if is_fresh:
                    raise
            except Exception:
                self.close()
                raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def create(self, repository):
        answer = self.request("POST", "/api/repos/create", dict(zip(
            ("organization", "name"), repository.split("/"))))
        assert answer.status in (200, 409), answer

    def commit(self, repository, lines, title="commit", parent=None, revision="main"):
        header = {"summary": title}
        if parent:
            header["parentCommit"] = parent
        lines = [{"key": "header", "value": header}, *lines]
        return self.request(
            "POST", f"/api/models/{repository}/commit/{revision}",
            "\n".join(map(json.dumps, lines)).encode(),
            {"Content-Type": "application/x-ndjson"})

    def upload(self, repository, data):
        """A large file, by Git LFS; the answer of the first request that is refused, or the
        last one."""
        digest = hashlib.sha256(data).hexdigest()
        answer = self.request("POST", f"/{repository}.git/info/lfs/objects/batch", {
            "operation": "upload", "transfers": ["basic"],
            "objects": [{"oid": digest, "size": len(data)}]})
        if answer.status != 200:
            return answer
        actions = answer.json["objects"][0].get("actions")
        return self.request("PUT", actions["upload"]["href"], data) if actions else answer

    def publish(self, repository, files):
        """Files of a repository, all of them large ones."""
        self.create(repository)
        for data in files.values():
            answer = self.upload(repository, data)
            assert answer.status == 200, answer
        answer = self.commit(repository, [large(path, data) for path, data in files.items()])
        assert answer.status == 200, answer
        return answer.json["commitOid"]

    def tree(self, repository, revision="main"):
        answer = self.request(
            "GET", f"/api/models/{repository}/tree/{quoted(revision)}?recursive=true")
        assert answer.status == 200, answer
        return {entry["path"]: entry for entry in answer.json if entry["type"] == "file"}

    def history(self, repository, revision="main"):
        """The commits of a branch, the last first."""
        commits, page = [], 0
        while True:
            answer = self.request(
                "GET",
                f"/api/models/{repository}/commits/{quoted(revision)}?limit=1000&p={page}")
            assert answer.status == 200, answer
            commits += answer.json
            page += 1
            if "Link" not in answer.headers:
                return commits

    def branches(self, repository):
        answer = self.request("GET", f"/api/models/{repository}/refs")
        assert answer.status == 200, answer
        return [branch["name"] for branch in answer.json["branches"]]

    def file(self, repository, revision, path, headers=None):
        return self.request(
            "GET", f"/{repository}/resolve/{quoted(revision)}/{urllib.parse.quote(path)}",
            headers=headers)


def quoted(text):
    return urllib.parse.quote(text, safe="")


def large(path, data):
    return {"key": "lfsFile", "value": {
        "path": path, "algo": "sha256", "oid": hashlib.sha256(data).hexdigest(),
        "size": len(data)}}


def small(path, data):
    return {"key": "file", "value": {
        "path": path, "encoding": "base64", "content": base64.b64encode(data).decode()}}


def is_entry_of(entry, data):
    """Whether an entry of a tree has the digests of the data."""
    if entry is None or entry["size"] != len(data):
        return False
    if "lfs" in entry:
        return entry["lfs"]["oid"] == hashlib.sha256(data).hexdigest()
    return entry["oid"] == git_name(data)


def git_name(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def noise(count, seed):
    return random.Random(seed).randbytes(count)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path
