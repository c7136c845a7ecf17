"""Many clients at once, slow ones, hostile ones, and a full disk.

  python load.py BIRDIE [--seconds 60] [--clients 100] [--seed 1]
                 [--only load,slow,hostile,disk]

Each check prints a line; the exit status is the number of those that failed. Everything stays on
this machine.
"""

import argparse
import collections
import hashlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from hub_server import (
    Checks, Client, Server, is_entry_of, large, noise, quoted, small, write)

check = Checks()


class Tally:
    """How long requests took and how they ended, by kind."""

    def __init__(self):
        self.lock = threading.Lock()
        self.times, self.bytes = collections.defaultdict(list), collections.Counter()
        self.statuses = collections.defaultdict(collections.Counter)
        self.wrong = collections.Counter()

    def add(self, kind, seconds, status, count, allowed, said=""):
        with self.lock:
            self.times[kind].append(seconds)
            self.statuses[kind][status] += 1
            self.bytes[kind] += count
            if status not in allowed:
                self.wrong[f"{kind}: {status} {said}"] += 1

    def blame(self, text):
        with self.lock:
            self.wrong[text] += 1

    def table(self, seconds):
        lines = [
            f"      {'':16}{'requests':>9}{'per s':>8}{'MB/s':>7}{'p50 ms':>9}{'p95 ms':>9}"
            f"{'p99 ms':>9}{'most':>9}  statuses"]
        for kind, times in sorted(self.times.items()):
            times = sorted(times)

            def part(share, times=times):
                return 1000 * times[min(int(share * len(times)), len(times) - 1)]
            lines.append(
                f"      {kind:16}{len(times):9}{len(times) / seconds:8.1f}"
                f"{self.bytes[kind] / seconds / 1e6:7.2f}{part(0.5):9.1f}{part(0.95):9.1f}"
                f"{part(0.99):9.1f}{part(1):9.1f}  {dict(self.statuses[kind])}")
        total = sum(map(len, self.times.values()))
        lines.append(f"      {total} requests, {total / seconds:.1f} per second")
        return "\n".join(lines)


class Visitor(threading.Thread):
    """A client that does one thing after another, and notes what was acknowledged."""

    def __init__(self, number, server, tally, seed, end, shared):
        super().__init__(daemon=True)
        self.number, self.tally, self.end, self.shared = number, tally, end, shared
        self.draw = random.Random(f"{seed} {number}")
        self.client = Client(server.address, timeout=60)
        self.own = f"load/own{number}"
        self.files, self.head, self.branches = {}, None, {}
        # (repository, commit, {path: bytes}) of every commit that was acknowledged.
        self.acknowledged = []
        self.count = 0

    def send(self, kind, allowed, method, path, body=None, headers=None):
        begin = time.monotonic()
        answer = self.client.request(method, path, body, headers)
        count = len(answer.body) + (len(body) if isinstance(body, bytes) else 0)
        self.tally.add(
            kind, time.monotonic() - begin, answer.status, count, allowed, answer.body[:200])
        return answer

    def run(self):
        acts = [
            (self.info, 3), (self.tree, 3), (self.download, 6), (self.range, 6),
            (self.commit_own, 4), (self.commit_shared, 3), (self.commit_parent, 3),
            (self.upload, 3), (self.branch, 2), (self.shared_branch, 1), (self.delete, 1)]
        while time.monotonic() < self.end:
            act = self.draw.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
            try:
                act()
            except Exception as error:  # noqa: BLE001, told at the end
                self.tally.blame(f"{act.__name__}: {type(error).__name__}: {error}"[:300])
                self.client.close()

    def info(self):
        self.send("info", {200}, "GET", f"/api/models/{self.draw.choice([self.own, self.shared])}")

    def tree(self):
        repository = self.draw.choice([self.own, self.shared])
        answer = self.send(
            "tree", {200}, "GET", f"/api/models/{repository}/tree/main?recursive=true")
        if answer.status == 200 and repository == self.own:
            entries = {entry["path"]: entry for entry in answer.json}
            for path, data in self.files.items():
                if not is_entry_of(entries.get(path), data):
                    self.tally.blame("tree: a file that was acknowledged is missing or another")

    def any_file(self):
        if not self.acknowledged:
            return None
        repository, commit, files = self.draw.choice(self.acknowledged)
        path = self.draw.choice(list(files))
        return f"/{repository}/resolve/{commit}/{path}", files[path]

    def download(self):
        if found := self.any_file():
            answer = self.send("resolve", {200}, "GET", found[0])
            if answer.status == 200 and answer.body != found[1]:
                self.tally.blame("resolve: wrong bytes")

    def range(self):
        if found := self.any_file():
            place, data = found
            first = self.draw.randrange(len(data))
            last = self.draw.randrange(first, len(data))
            answer = self.send(
                "resolve range", {206}, "GET", place, headers={"Range": f"bytes={first}-{last}"})
            if answer.status == 206 and answer.body != data[first:last + 1]:
                self.tally.blame("resolve range: wrong bytes")

    def new_files(self):
        files = {}
        for _ in range(self.draw.randint(1, 4)):
            self.count += 1
            files[f"c{self.number}/{self.count % 40}.txt"] = (
                f"{self.number} {self.count} {self.draw.random()}\n" * self.draw.randint(1, 100)
            ).encode()
        return files

    def commit(self, kind, allowed, repository, lines, files, parent=None, revision="main"):
        header = {"summary": f"{self.number} {self.count}"}
        if parent:
            header["parentCommit"] = parent
        body = "\n".join(map(json.dumps, [{"key": "header", "value": header}, *lines])).encode()
        answer = self.send(
            kind, allowed, "POST", f"/api/models/{repository}/commit/{quoted(revision)}", body)
        if answer.status == 200:
            commit = answer.json["commitOid"]
            self.acknowledged.append((repository, commit, files))
            return commit
        return None

    def commit_own(self):
        files = self.new_files()
        lines = [small(path, data) for path, data in files.items()]
        parent = self.head if self.draw.random() < 0.5 else None
        commit = self.commit("commit own", {200}, self.own, lines, files, parent)
        if commit:
            self.head = commit
            self.files.update(files)

    def commit_shared(self):
        files = self.new_files()
        lines = [small(path, data) for path, data in files.items()]
        self.commit("commit shared", {200}, self.shared, lines, files)

    def commit_parent(self):
        answer = self.send("info", {200}, "GET", f"/api/models/{self.shared}")
        files = self.new_files()
        lines = [small(path, data) for path, data in files.items()]
        self.commit("commit parent", {200, 412}, self.shared, lines, files, answer.json["sha"])

    def upload(self):
        self.count += 1
        data = self.draw.randbytes(self.draw.randint(100_000, 2_000_000))
        oid = hashlib.sha256(data).hexdigest()
        answer = self.send(
            "lfs batch", {200}, "POST", f"/{self.own}.git/info/lfs/objects/batch",
            json.dumps({
                "operation": "upload", "objects": [{"oid": oid, "size": len(data)}]}).encode())
        place = answer.json["objects"][0]["actions"]["upload"]["href"]
        if self.send("lfs upload", {200}, "PUT", place, data).status != 200:
            return
        path = f"large/{self.count % 10}.bin"
        commit = self.commit("commit large", {200}, self.own, [large(path, data)], {path: data})
        if commit:
            self.head = commit
            self.files[path] = data

    def branch(self):
        place = f"/api/models/{self.own}/branch/"
        if self.branches and self.draw.random() < 0.4:
            name = self.draw.choice(list(self.branches))
            self.send("branch delete", {200}, "DELETE", place + name)
            del self.branches[name]
            self.send("branch gone", {404}, "GET", f"/api/models/{self.own}/tree/{name}")
            return
        self.count += 1
        name = f"b{self.count}"
        made = self.send("branch create", {201}, "POST", place + name, b'{"startingPoint":"main"}')
        if made.status == 201:
            files = {"branch.txt": f"{name} {self.draw.random()}".encode()}
            lines = [small(path, data) for path, data in files.items()]
            self.branches[name] = self.commit(
                "commit branch", {200}, self.own, lines, files, revision=name)

    def shared_branch(self):
        place = f"/api/models/{self.shared}/branch/s{self.draw.randrange(4)}"
        if self.draw.random() < 0.5:
            self.send("shared branch +", {201, 409}, "POST", place, b"{}")
        else:
            self.send("shared branch -", {200, 404}, "DELETE", place)

    def delete(self):
        if not self.files:
            return
        path = self.draw.choice(list(self.files))
        lines = [{"key": "deletedFile", "value": {"path": path}}]
        commit = self.commit("commit delete", {200}, self.own, lines, {})
        if commit:
            self.acknowledged.pop()
            self.head = commit
            del self.files[path]
            self.send("file gone", {404}, "GET", f"/{self.own}/resolve/main/{path}")


def in_parallel(items, address, work, width=8):
    """Does work for every item with a client; gives what was thrown."""
    items, lock, failures = list(items), threading.Lock(), []

    def run():
        client = Client(address)
        while True:
            with lock:
                if not items:
                    return
                item = items.pop()
            try:
                work(client, item)
            except Exception as error:  # noqa: BLE001
                failures.append(f"{type(error).__name__}: {error}"[:300])
    threads = [threading.Thread(target=run) for _ in range(width)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def load_part(birdie, options, folder):
    server = Server(birdie, os.path.join(folder, "load"))
    idle = []
    try:
        shared = [f"load/shared{index}" for index in range(5)]
        first = Client(server.address)
        for name in shared + [f"load/own{index}" for index in range(options.clients)]:
            first.create(name)
        before = server.memory("VmRSS")
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
        begin = time.monotonic()
        tally = Tally()
        visitors = [
            Visitor(
                index, server, tally, options.seed, begin + options.seconds,
                shared[index % len(shared)])
            for index in range(options.clients)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        seconds = time.monotonic() - begin

        @check(f"load: {options.clients} clients for {options.seconds} s")
        def _():
            print(tally.table(seconds))
            print(
                f"      memory: {before:.0f} MiB before, {server.memory('VmRSS'):.0f} after, "
                f"{server.memory():.0f} at most; processor time "
                f"{processor_time(server):.1f} s")
            assert server.is_alive()
            assert not tally.wrong, "\n".join(
                f"{count} times {text}" for text, count in tally.wrong.most_common(20))

        @check("load: everything that was acknowledged is there")
        def _():
            commits = [item for visitor in visitors for item in visitor.acknowledged]
            histories = {
                name: {commit["id"] for commit in first.history(name)} for name in shared}
            lost = [
                commit for name, commit, _ in commits
                if name in histories and commit not in histories[name]]
            assert not lost, f"{len(lost)} commits are not in the history of their branch"

            def look(client, item):
                name, commit, files = item
                tree = client.tree(name, commit)
                for path, data in files.items():
                    assert is_entry_of(tree.get(path), data), (name, commit, path)
            failures = in_parallel(commits, server.address, look)

            def get(client, visitor):
                entries = set(client.tree(visitor.own))
                assert entries == {*visitor.files, ".gitattributes"}, visitor.own
                for path, data in visitor.files.items():
                    assert client.file(visitor.own, "main", path).body == data, path
                assert set(client.branches(visitor.own)) == {"main", *visitor.branches}
            failures += in_parallel(visitors, server.address, get)
            assert not failures, f"{len(failures)}: {failures[:5]}"
            return f"{len(commits)} commits"

        @check("load: idle connections are closed after a minute")
        def _():
            while time.monotonic() < begin + 70:
                time.sleep(0.5)
            open_ones = 0
            for connection in idle:
                connection.settimeout(0.05)
                try:
                    open_ones += connection.recv(1) != b""
                except TimeoutError:
                    open_ones += 1
                except ConnectionError:
                    pass
            assert open_ones == 0, f"{open_ones} of {len(idle)} are open"

        @check("load: the server ends with 0, and everything is whole")
        def _():
            assert server.stop() == 0
            return str(server.inventory())
    finally:
        for connection in idle:
            connection.close()
        if server.is_alive():
            server.stop()


def processor_time(server):
    with open(f"/proc/{server.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def raw(server, data, timeout=10, ends=False):
    """Sends bytes as they are; gives everything that comes until nothing more does."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        try:
            connection.sendall(data)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = b""
        try:
            while part := connection.recv(1 << 16):
                answer += part
                head, separator, body = answer.partition(b"\r\n\r\n")
                if separator and b"content-length" in head.lower():
                    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    if len(body) >= length:
                        break
        except (TimeoutError, ConnectionError):
            pass
        return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None


class Slow:
    """Connections that send a head and then one byte of something a second."""

    def __init__(self, server, head, count, byte=b"a"):
        self.isOver = False
        self.connections = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(head)
            self.connections.append(connection)
        self.thread = threading.Thread(target=self.run, args=(byte,), daemon=True)
        self.thread.start()

    def run(self, byte):
        while not self.isOver:
            for connection in self.connections:
                try:
                    connection.send(byte)
                except OSError:
                    pass
            time.sleep(1)

    def close(self):
        self.isOver = True
        self.thread.join()
        for connection in self.connections:
            connection.close()


def others_are_served(server, limit=5.0):
    """Reads, commits and uploads; throws where one takes longer than seconds."""
    client = Client(server.address, timeout=limit)
    times = {}

    def timed(name, work):
        begin = time.monotonic()
        try:
            answer = work()
        except TimeoutError:
            times[name] = None
            client.close()
            return
        times[name] = time.monotonic() - begin
        assert answer.status in (200, 201, 409), (name, answer)
    number = random.randrange(1 << 40)
    data = noise(500_000, number)
    timed("create", lambda: client.request(
        "POST", "/api/repos/create", {"organization": "slow", "name": "others"}))
    timed("info", lambda: client.request("GET", "/api/models/slow/model"))
    timed("resolve", lambda: client.file("slow/model", "main", "w.bin"))
    timed("upload", lambda: client.upload("slow/model", data))
    timed("commit", lambda: client.commit("slow/model", [small("x.txt", b"%d" % number)]))
    stopped = [name for name, seconds in times.items() if seconds is None]
    assert not stopped, f"for more than {limit:.0f} s nothing came of: {', '.join(stopped)}"
    return f"the slowest took {max(times.values()):.2f} s"


def head_of(server, method, path, *lines, token=None):
    text = [
        f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
        f"Authorization: Bearer {token or 'any'}", *lines]
    return ("\r\n".join(text) + "\r\n").encode()


def xet_place(client, repository):
    """Where chunks are sent, and the permission to do so."""
    answer = client.request("GET", f"/api/models/{repository}/xet-write-token/main")
    assert answer.status == 200, answer
    return urllib.parse.urlsplit(answer.json["casUrl"]).path, answer.json["accessToken"]


def slow_part(birdie, folder):
    server = Server(birdie, os.path.join(folder, "slow"))
    client = Client(server.address)
    client.publish("slow/model", {"w.bin": noise(300_000, 1)})
    place, grant = xet_place(client, "slow/model")
    digest = hashlib.sha256(b"a" * 50_000_000).hexdigest()
    batch = client.request("POST", "/slow/model.git/info/lfs/objects/batch", {
        "operation": "upload", "objects": [{"oid": digest, "size": 50_000_000}]})
    upload = batch.json["objects"][0]["actions"]["upload"]["href"]
    upload = upload[upload.index("/", 8):]
    kinds = [
        ("a head", head_of(server, "GET", "/api/models/slow/model") + b"X-Slow: "),
        ("the body of a commit", head_of(
            server, "POST", "/api/models/slow/model/commit/main",
            "Content-Length: 1000000") + b"\r\n"),
        ("the body of an upload", head_of(
            server, "PUT", upload, "Content-Length: 50000000") + b"\r\n"),
        ("the body of a new repository", head_of(
            server, "POST", "/api/repos/create", "Content-Length: 100000") + b"\r\n"),
        ("a xorb", head_of(
            server, "POST", f"{place}/v1/xorbs/default/{'0' * 64}", "Content-Length: 60000000",
            token=grant) + b"\r\n"),
        ("a shard", head_of(
            server, "POST", f"{place}/v1/shards", "Content-Length: 60000000",
            token=grant) + b"\r\n"),
    ]
    try:
        for name, head in kinds:
            @check(f"slow: ten clients that send one byte a second of {name}")
            def _(head=head):
                slow = Slow(server, head, 10)
                try:
                    time.sleep(0.5)
                    return others_are_served(server)
                finally:
                    slow.close()

            @check(f"slow: after they are gone ({name})")
            def _():
                time.sleep(0.5)
                return others_are_served(server)

        @check("slow: ten clients that never read what they asked for")
        def _():
            client.publish("slow/large", {"large.bin": noise(50_000_000, 2)})
            before = server.memory("VmRSS")
            connections = []
            for _ in range(10):
                connection = socket.socket()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect(("127.0.0.1", server.port))
                connection.sendall(
                    head_of(server, "GET", "/slow/large/resolve/main/large.bin") + b"\r\n")
                connections.append(connection)
            time.sleep(1)
            try:
                said = others_are_served(server)
                grown = server.memory("VmRSS") - before
                assert grown < 150, f"{grown:.0f} MiB are held for them"
                return f"{said}, {grown:.0f} MiB more"
            finally:
                for connection in connections:
                    connection.close()

        @check("slow: 500 idle connections")
        def _():
            connections = [
                socket.create_connection(("127.0.0.1", server.port)) for _ in range(500)]
            try:
                return others_are_served(server)
            finally:
                for connection in connections:
                    connection.close()

        for name, path, body, headers in [
                ("a commit", "/api/models/slow/model/commit/main", b"", []),
                ("a new repository", "/api/repos/create", b"{", []),
                ("a batch", "/slow/model.git/info/lfs/objects/batch", b"{", []),
                ("an upload", upload, b"abc", []),
                ("a xorb", f"{place}/v1/xorbs/default/{'0' * 64}", b"x", [grant]),
                ("a shard", f"{place}/v1/shards", b"x", [grant])]:
            @check(f"slow: 5 GB are announced and never come: {name}")
            def _(path=path, body=body, headers=headers, name=name):
                before = server.memory("VmRSS")
                method = "PUT" if name == "an upload" else "POST"
                connections = []
                for _ in range(10):
                    connection = socket.create_connection(("127.0.0.1", server.port))
                    connection.sendall(head_of(
                        server, method, path, f"Content-Length: {5 << 30}",
                        token=headers[0] if headers else None) + b"\r\n" + body)
                    connections.append(connection)
                time.sleep(0.5)
                try:
                    said = others_are_served(server)
                    grown = server.memory("VmRSS") - before
                    assert grown < 100, f"{grown:.0f} MiB are held for them"
                    return said
                finally:
                    for connection in connections:
                        connection.close()

        @check("slow: told to stop while clients are slow, the server ends with 0")
        def _():
            assert server.is_alive(), server.said()
            slow = [Slow(server, head, 3) for _, head in kinds]
            time.sleep(0.5)
            begin = time.monotonic()
            try:
                assert server.stop() == 0
                return f"after {time.monotonic() - begin:.1f} s"
            finally:
                for some in slow:
                    some.close()

        check("slow: everything is whole")(lambda: str(server.inventory()))
    finally:
        if server.is_alive():
            server.stop()
    descriptors_part(birdie, folder)


def descriptors_part(birdie, folder):
    """More connections than a process may have files open."""
    server = Server(birdie, os.path.join(folder, "narrow"), limit=128)
    try:
        @check("slow: more idle connections than there are descriptors")
        def _():
            client = Client(server.address, timeout=10)
            client.publish("slow/model", {"w.bin": noise(300_000, 1)})
            client.close()
            connections = []
            for _ in range(300):
                connection = socket.socket()
                connection.settimeout(2)
                try:
                    connection.connect(("127.0.0.1", server.port))
                    connections.append(connection)
                except OSError:
                    connection.close()
                    break
            time.sleep(2)
            assert server.is_alive(), f"the server ended: {server.said()}"
            used = processor_time(server)
            time.sleep(2)
            used = processor_time(server) - used
            for connection in connections:
                connection.close()
            time.sleep(1)
            assert server.is_alive(), f"the server ended: {server.said()}"
            said = others_are_served(server, limit=15)
            return (
                f"{len(connections)} connections, {used / 2:.0%} of a processor meanwhile; "
                f"then {said}")
    finally:
        if server.is_alive():
            server.stop()
    check("slow: everything is whole where descriptors were few")(lambda: str(server.inventory()))


def hostile_part(birdie, folder):
    outside = os.path.join(folder, "hostile")
    os.mkdir(outside)
    secret = b"a secret outside of the Hub"
    write(os.path.join(outside, "secret.txt"), secret)
    server = Server(birdie, os.path.join(outside, "hub"))
    client = Client(server.address, timeout=20)
    data = noise(300_000, 1)
    client.publish("safe/model", {"w.bin": data})
    assert client.commit("safe/model", [
        small("README.md", b"# hello\n"), small("empty.txt", b""),
        small("folder/inside.txt", b"inside")]).status == 200
    place, grant = xet_place(client, "safe/model")
    try:
        paths_part(server, client, outside, secret, place, grant)
        hosts_part(server)
        bodies_part(server, client, place, grant)
        ranges_part(client, data)
        heads_part(client)
        parents_part(server, client)
        nests_part(server, client, place, grant)

        @check("hostile: everything is whole")
        def _():
            assert server.is_alive(), server.said()
            assert server.stop() == 0
            server.inventory()
    finally:
        if server.is_alive():
            server.stop()


def paths_part(server, client, outside, secret, place, grant):
    climbs = [
        "../secret.txt", "../../secret.txt", "../../../secret.txt", "..", ".", "/etc/passwd",
        "//etc/passwd", "....//secret.txt", "a/../../secret.txt", "..\\secret.txt", "hub.sqlite",
        "../hub.sqlite", "packs", "lock", ".git/config", "secret.txt\0.bin", "\0", "a//b", "a/",
        "refs/../../x", "a/./b", "~/x", "$HOME", "a" * 300, "a/" * 3000 + "b", "con\n", "\x7f",
        "\u202e", "é/../x", "%2e%2e/secret.txt", "file:///etc/passwd"]
    encodings = [
        lambda text: urllib.parse.quote(text, safe="/"), lambda text: quoted(text),
        lambda text: quoted(text).replace(".", "%2e"), lambda text: quoted(quoted(text)),
        lambda text: text.replace("/", "%c0%af").replace("\0", "%00").encode().decode(
            "latin1") if text.isascii() and text.isprintable() else quoted(text)]
    templates = [
        ("GET", "/safe/model/resolve/main/{}"), ("GET", "/safe/model/resolve/{}/README.md"),
        ("GET", "/safe/model/raw/main/{}"), ("GET", "/api/models/safe/model/tree/main/{}"),
        ("GET", "/api/models/safe/model/tree/{}"), ("GET", "/api/models/safe/model/revision/{}"),
        ("GET", "/api/models/safe/model/commits/{}"), ("GET", "/api/models/safe/{}"),
        ("GET", "/api/models/{}"), ("GET", "/{}"), ("GET", "/api/{}"), ("GET", "/safe/{}"),
        ("POST", "/api/models/safe/model/branch/{}"), ("POST", "/api/models/safe/model/tag/{}"),
        ("DELETE", "/api/models/safe/model/branch/{}"),
        ("POST", "/api/models/safe/model/commit/{}"),
        ("POST", "/api/models/safe/model/preupload/{}"),
        ("POST", "/api/models/safe/model/paths-info/{}"),
        ("GET", "/api/models/safe/model/discussions/{}"),
        ("GET", "/api/models/safe/model/xet-read-token/{}"), ("PUT", "/lfs/upload/{}"),
        ("GET", "/lfs/{}"), ("POST", "/xet/{}/v1/shards"),
        ("GET", f"{place}/v1/chunks/default/{{}}"),
        ("POST", f"{place}/v1/xorbs/default/{{}}"), ("POST", f"{place}/v1/xorbs/{{}}/{'0' * 64}"),
        ("POST", "/{}.git/info/lfs/objects/batch"),
        ("POST", "/safe/{}.git/info/lfs/objects/batch")]

    @check("hostile: paths that lead elsewhere, in every address")
    def _():
        count, wrong = 0, []
        for method, template in templates:
            token = grant if "xet" in template and "token" not in template else "any"
            for climb in climbs:
                for encode in encodings:
                    path = template.format(encode(climb))
                    if not path.isascii() or not path.isprintable() or " " in path:
                        continue
                    head = head_of(
                        server, method, path, "Content-Length: 2", "Connection: close",
                        token=token)
                    answer = raw(server, head + b"\r\n{}")
                    count += 1
                    status = status_of(answer)
                    leaks = secret in answer or b"SQLite format" in answer or b"root:" in answer
                    if leaks or status is None or status >= 500:
                        wrong.append(f"{method} {path[:150]}: {answer[:200]!r}")
                    if not server.is_alive():
                        raise AssertionError(f"the server ended at {method} {path[:200]}")
        names = sorted(os.listdir(outside))
        assert names == ["hub", "hub.log", "secret.txt"], names
        inside = sorted(os.listdir(os.path.join(outside, "hub")))
        assert set(inside) <= {"hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "lock", "packs"}
        assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong[:10])
        return f"{count} requests"

    @check("hostile: paths that lead elsewhere, in bodies")
    def _():
        wrong = []

        def refused(what, answer, allowed=(400, 404)):
            if answer.status not in allowed:
                wrong.append(f"{what!r}: {answer}")
        harmless = {"hub.sqlite", "packs", "lock", "~/x", "$HOME", "\u202e", "%2e%2e/secret.txt"}
        for climb in climbs:
            if climb in harmless or climb in ("a/", "....//secret.txt"[:0]):
                continue
            refused(climb, client.commit("safe/model", [small(climb, b"x")]))
            refused(climb, client.commit("safe/model", [
                {"key": "deletedFolder", "value": {"path": climb}}]))
            refused(climb, client.commit("safe/model", [{"key": "lfsFile", "value": {
                "path": climb, "oid": hashlib.sha256(noise(300_000, 1)).hexdigest(),
                "size": 300_000}}]))
            refused(climb, client.request("POST", "/api/models/safe/model/preupload/main", {
                "files": [{"path": climb, "size": 1, "sample": ""}]}))
        for climb in climbs:
            refused(climb, client.commit("safe/model", [{"key": "lfsFile", "value": {
                "path": "x.bin", "oid": climb, "size": 1}}]))
            refused(climb, client.request("POST", "/safe/model.git/info/lfs/objects/batch", {
                "operation": "upload", "objects": [{"oid": climb, "size": 1}]}))
            refused(climb, client.request("POST", "/lfs/verify", {"oid": climb, "size": 1}))
            for name in ({"name": climb, "organization": "x"}, {"name": "x", "organization": climb},
                         {"name": f"x/{climb}"}):
                answer = client.request("POST", "/api/repos/create", name)
                # One slash is between the two parts of a name, others may be dropped.
                if "/" not in climb and climb not in ("hub.sqlite", "packs", "lock"):
                    refused(name, answer, (400,))
                if answer.status == 200:
                    client.request("DELETE", "/api/repos/delete", name)
                    made = answer.json["id"]
                    if not re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", made):
                        wrong.append(f"{name} became {made!r}")
        assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong[:10])
        assert sorted(os.listdir(outside)) == ["hub", "hub.log", "secret.txt"]

    @check("hostile: names of repositories with more slashes than one")
    def _():
        wrong = []
        for name in ({"name": "/etc/passwd", "organization": "x"}, {"name": "x/a/"},
                     {"name": "a//b"}, {"name": "/a"}, {"name": "y/b", "organization": "x"}):
            answer = client.request("POST", "/api/repos/create", name)
            if answer.status != 400:
                wrong.append(f"{name} became {answer.json['id']}")
        assert not wrong, wrong

    @check("hostile: a large file that was never sent is not verified")
    def _():
        for size in ({"size": 1}, {}, {"size": None}):
            body = {"oid": "0" * 64, **size}
            answer = client.request("POST", "/lfs/verify", body)
            assert answer.status in (400, 404), f"{body}: {answer}"

    @check("hostile: permissions for one file are for no other")
    def _():
        one, other = b"one" * 1000, b"two" * 1000
        batch = client.request("POST", "/safe/model.git/info/lfs/objects/batch", {
            "operation": "upload",
            "objects": [{"oid": hashlib.sha256(one).hexdigest(), "size": len(one)}]})
        href = batch.json["objects"][0]["actions"]["upload"]["href"]
        href = href[href.index("/", 8):]
        name, wanted = hashlib.sha256(one).hexdigest(), hashlib.sha256(other).hexdigest()
        assert client.request("PUT", href.replace(name, wanted), other).status == 403
        assert client.request("PUT", href, other).status == 400
        assert client.request("PUT", href.replace("size=3000", "size=3001"), one).status == 403
        assert client.request("PUT", href.split("&")[0], one).status == 403
        answer = client.request("POST", "/lfs/verify", {"oid": wanted, "size": len(other)})
        assert answer.status == 404, answer


def hosts_part(server):
    def ask(*hosts, path="/api/models/safe/model"):
        lines = "".join(f"Host: {host}\r\n" for host in hosts)
        return status_of(raw(server, f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()))

    port = server.port

    @check("hostile: names of this machine are served")
    def _():
        for host in ["127.0.0.1", f"127.0.0.1:{port}", "localhost", f"localhost:{port}", "[::1]",
                     f"[::1]:{port}", "127.1.2.3"]:
            assert ask(host) == 200, (host, ask(host))

    @check("hostile: the name of this machine in capitals is served, too")
    def _():
        assert ask("LOCALHOST") == 200, ask("LOCALHOST")

    @check("hostile: other hosts are refused")
    def _():
        wrong = []
        for host in ["evil.example", f"evil.example:{port}", "localhost.evil.example",
                     "evil.example.localhost.x", "169.254.169.254", "0.0.0.0", "[::2]",
                     "127.0.0.1@evil.example", "localhost/evil", "", " ", "localhost evil.example",
                     "xn--127-x", "2130706433", "evil.example#127.0.0.1"]:
            status = ask(host)
            if status not in (400, 403):
                wrong.append((host, status))
        if ask() not in (400, 403):
            wrong.append(("none", ask()))
        assert not wrong, wrong

    @check("hostile: of two hosts the first one counts")
    def _():
        assert ask("evil.example", "localhost") in (400, 403), ask("evil.example", "localhost")

    @check("hostile: names that begin like an address of this machine are refused")
    def _():
        wrong = [(host, ask(host)) for host in [
            "127.0.0.1.evil.example", "127.evil.example", f"127.0.0.1.nip.io:{port}",
            "127.", "[::1].evil.example", "[::1]x", "[::1"] if ask(host) not in (400, 403)]
        assert not wrong, f"a page of such a host could write here: {wrong}"

    @check("hostile: a whole address in the first line")
    def _():
        status = ask("127.0.0.1", path="http://evil.example/api/models/safe/model")
        # The host is still the one of the header: a page cannot send such a line.
        assert status in (200, 400, 403, 404), status
        status = ask("evil.example", path="http://127.0.0.1/api/models/safe/model")
        assert status in (400, 403, 404), status


def bodies_part(server, client, place, grant):
    @check("hostile: a body that is longer than was announced")
    def _():
        data = noise(1000, 7)
        name = hashlib.sha256(data).hexdigest()
        batch = client.request("POST", "/safe/model.git/info/lfs/objects/batch", {
            "operation": "upload", "objects": [{"oid": name, "size": len(data)}]})
        href = batch.json["objects"][0]["actions"]["upload"]["href"]
        href = href[href.index("/", 8):]
        answer = Client(server.address).request("PUT", href, data + b"more")
        assert answer.status in (400, 413), answer
        # What follows a body is another request, or none.
        answer = raw(server, head_of(
            server, "PUT", href, f"Content-Length: {len(data)}") + b"\r\n" + data + b"\0" * 5000)
        assert status_of(answer) in (200, 400), answer[:200]
        assert client.request("GET", "/api/models/safe/model").status == 200

    @check("hostile: a body that ends too early")
    def _():
        data = noise(100_000, 8)
        name = hashlib.sha256(data).hexdigest()
        batch = client.request("POST", "/safe/model.git/info/lfs/objects/batch", {
            "operation": "upload", "objects": [{"oid": name, "size": len(data)}]})
        href = batch.json["objects"][0]["actions"]["upload"]["href"]
        href = href[href.index("/", 8):]
        head = head_of(server, "PUT", href, f"Content-Length: {len(data)}") + b"\r\n"
        answer = raw(server, head + data[:50_000], ends=True)
        assert status_of(answer) != 200, answer[:200]
        answer = client.request("PUT", href, data[:50_000])
        assert answer.status == 400, answer
        line = json.dumps({"key": "header", "value": {"summary": "cut"}}).encode() + b"\n"
        line += json.dumps(small("cut.txt", b"cut")).encode()
        head = head_of(
            server, "POST", "/api/models/safe/model/commit/main",
            f"Content-Length: {len(line) + 100}") + b"\r\n"
        raw(server, head + line, ends=True)
        time.sleep(0.3)
        assert client.file("safe/model", "main", "cut.txt").status == 404
        assert client.upload("safe/model", data).status == 200

    @check("hostile: two lengths, chunks and lengths, broken chunks")
    def _():
        path = "/api/models/safe/model/commit/main"
        line = json.dumps({"key": "header", "value": {"summary": "x"}}).encode()
        smuggled = b"GET /api/models HTTP/1.1\r\nHost: evil.example\r\n\r\n"
        for headers, body in [
                (["Content-Length: 5", "Content-Length: 6"], b"12345"),
                (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + smuggled),
                (["Transfer-Encoding: chunked"], b"zz\r\nabc"),
                (["Transfer-Encoding: chunked"], b"ffffffffffffffffff\r\nabc"),
                (["Transfer-Encoding: xchunked"], line),
                (["Content-Length: -1"], line), (["Content-Length: 99999999999999999999"], line),
                (["Content-Length: abc"], line), (["X: " + "a" * 100_000], b""),
                (["X: a"] * 5000, b""), (["Expect: 100-continue", "Content-Length: 5"], b"")]:
            answer = raw(
                server, head_of(server, "POST", path, *headers) + b"\r\n" + body, timeout=2)
            assert status_of(answer) not in (200, 500), (headers[0][:60], answer[:200])
            assert server.is_alive(), headers[0][:60]
        for line in [b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 200_000,
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]:
            raw(server, line, timeout=1, ends=True)
            assert server.is_alive(), line[:50]
        assert client.request("GET", "/api/models/safe/model").status == 200

    @check("hostile: bodies that are no what they should be")
    def _():
        draw = random.Random(1)
        places = [
            ("POST", "/api/repos/create", None), ("DELETE", "/api/repos/delete", None),
            ("POST", "/api/models/safe/model/commit/main", None),
            ("POST", "/api/models/safe/model/preupload/main", None),
            ("POST", "/api/models/safe/model/paths-info/main", None),
            ("PUT", "/api/models/safe/model/settings", None),
            ("POST", "/api/models/safe/model/discussions", None),
            ("POST", "/api/models/safe/model/discussions/1/merge", None),
            ("POST", "/api/models/safe/model/tag/main", None),
            ("POST", "/safe/model.git/info/lfs/objects/batch", None),
            ("POST", "/lfs/verify", None), ("POST", "/api/validate-yaml", None),
            ("POST", f"{place}/v1/shards", grant), ("POST", f"{place}/v2/shards", grant),
            ("POST", f"{place}/v1/xorbs/default/{'0' * 64}", grant)]
        bodies = [
            b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000,
            b'{"a":' * 100_000, b'{"files":[1,null,{}]}', b'{"files":[{"path":1,"size":"x"}]}',
            b'{"files":[{"path":"a","size":-1}]}', b'{"files":[{"path":"a","size":1e99}]}',
            b'{"operation":"upload","objects":[{"oid":"x","size":-9223372036854775808}]}',
            b'{"operation":"upload","objects":[{"oid":"' + b"0" * 64
            + b'","size":9223372036854775807}]}',
            b'{"name":1,"type":"x"}', b'{"private":"x"}', b'{"content":"---\\n*a\\n---\\n"}',
            b'{"content":"---\\na: &a [*a,*a]\\n---\\n"}',
            b'{"content":"---\\n' + b"[" * 50_000 + b'\\n---\\n"}',
            b'{"key":"header","value":{"summary":1}}\n{"key":"file"}',
            b'{"key":"file","value":{"path":"x","content":"!!!","encoding":"base64"}}',
            b"paths=%zz", b"paths=" + b"a%2F" * 20_000, draw.randbytes(100_000), b"\n" * 100_000]
        wrong = []
        for method, path, token in places:
            for body in bodies:
                answer = Client(server.address, timeout=20).request(
                    method, path, body, {"Authorization": f"Bearer {token}"} if token else None)
                if answer.status >= 500:
                    wrong.append(f"{method} {path} {body[:60]!r}: {answer}")
                assert server.is_alive(), f"the server ended at {method} {path} {body[:60]!r}"
        assert not wrong, "\n".join(wrong[:10])
        return f"{len(places) * len(bodies)} requests"


def ranges_part(client, data):
    def ask(header, path="w.bin", **others):
        return client.file("safe/model", "main", path, {"Range": header, **others})

    size = len(data)

    @check("hostile: ranges")
    def _():
        for header in [f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=-0",
                       "bytes=99999999999999999999-", "bytes=9223372036854775807-"]:
            answer = ask(header)
            assert answer.status == 416, (header, answer.status)
            assert answer.headers["Content-Range"] == f"bytes */{size}", header
            assert not answer.body or len(answer.body) < 1000
        for header in ["bytes=5-2", "bytes=a-b", "bytes=", "bytes=-", "lines=0-1", "bytes=0-1,5-6",
                       "bytes=--1", "bytes=1--2", "bytes 0-1", "bytes=0x1-2", "bytes=+1-2"]:
            answer = ask(header)
            assert answer.status in (200, 206, 400, 416), (header, answer.status)
            assert answer.status != 200 or answer.body == data, header
        for header, part in [("bytes=0-0", data[:1]), (f"bytes={size - 1}-", data[-1:]),
                             ("bytes=-1", data[-1:]), (f"bytes=-{size * 2}", data),
                             ("bytes=0-99999999999999999999", data),
                             ("bytes=7-9223372036854775807", data[7:])]:
            answer = ask(header)
            assert answer.status == 206 and answer.body == part, (header, answer.status)
        for header in ["bytes=0-", "bytes=0-0", "bytes=-1"]:
            assert ask(header, "empty.txt").status in (200, 416), header
        tag = ask("bytes=0-0").headers["ETag"]
        assert ask("bytes=0-0", **{"If-Range": tag}).status == 206
        assert ask("bytes=0-0", **{"If-Range": '"other"'}).status == 200
        assert client.file("safe/model", "main", "w.bin", {"If-None-Match": tag}).status == 304


def heads_part(client):
    @check("hostile: HEAD says what GET says")
    def _():
        wrong = []
        for path in ["/safe/model/resolve/main/w.bin", "/safe/model/resolve/main/README.md",
                     "/safe/model/resolve/main/empty.txt", "/safe/model/resolve/main/none",
                     "/safe/model/resolve/none/w.bin", "/safe/none/resolve/main/w.bin",
                     "/api/models/safe/model", "/api/models/safe/none", "/none/of/it/all"]:
            for headers in [{}, {"Range": "bytes=0-1"}, {"Range": "bytes=99999999-"}]:
                get = client.request("GET", path, headers=headers)
                head = client.request("HEAD", path, headers=headers)
                names = {"etag", "content-length", "content-range", "x-repo-commit", "content-type",
                         "x-error-code", "accept-ranges"}

                def told(answer):
                    return {
                        name.lower(): value for name, value in answer.headers.items()
                        if name.lower() in names}
                if (get.status, told(get)) != (head.status, told(head)) or head.body:
                    wrong.append(f"{path} {headers}: GET {get.status} {told(get)}, HEAD "
                                 f"{head.status} {told(head)}")
        assert not wrong, "\n".join(wrong)


def parents_part(server, client):
    @check("hostile: of commits with the same parent exactly one is made")
    def _():
        client.create("safe/race")
        for turn in range(20):
            head = client.request("GET", "/api/models/safe/race").json["sha"]
            statuses, barrier = [], threading.Barrier(16)

            def go(index, head=head, statuses=statuses, barrier=barrier, turn=turn):
                mine = Client(server.address)
                mine.request("GET", "/api/models/safe/race")
                barrier.wait()
                same = index % 2 == 0
                content = b"same %d" % turn if same else b"%d %d" % (turn, index)
                statuses.append(mine.commit(
                    "safe/race", [small("x.txt", content)], f"turn {turn}", parent=head).status)
            threads = [threading.Thread(target=go, args=(index,)) for index in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(statuses) == [200] + [412] * 15, statuses
        assert len(client.history("safe/race")) == 21

    @check("hostile: of branches and repositories of one name exactly one is made")
    def _():
        for turn in range(10):
            for path, body, made in [
                    (f"/api/models/safe/race/branch/b{turn}", {}, 201),
                    ("/api/repos/create", {"name": f"r{turn}", "organization": "safe"}, 200)]:
                statuses, barrier = [], threading.Barrier(12)

                def go(path=path, body=body, statuses=statuses, barrier=barrier):
                    mine = Client(server.address)
                    barrier.wait()
                    statuses.append(mine.request("POST", path, body).status)
                threads = [threading.Thread(target=go) for _ in range(12)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                assert sorted(statuses) == sorted([made] + [409] * 11), statuses

    @check("hostile: the same new content from many at once")
    def _():
        for turn in range(10):
            data, statuses, barrier = noise(700_000, turn + 50), [], threading.Barrier(8)

            def go(data=data, statuses=statuses, barrier=barrier):
                mine = Client(server.address)
                barrier.wait()
                statuses.append(mine.upload("safe/race", data).status)
            threads = [threading.Thread(target=go) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert set(statuses) == {200}, statuses
            assert client.commit("safe/race", [large("same.bin", data)]).status == 200
            assert client.file("safe/race", "main", "same.bin").body == data


def nests_part(server, client, place, grant):
    @check("hostile: folders in folders, as deep as a path may be long")
    def _():
        client.create("safe/deep")
        path = "/".join("a" * 2000)
        answer = client.commit("safe/deep", [small(path, b"deep")])
        assert server.is_alive(), "the server ended"
        if answer.status == 200:
            assert client.file("safe/deep", "main", path).body == b"deep"
            assert path in client.tree("safe/deep")
            assert client.request("GET", "/api/models/safe/deep").status == 200
            assert client.commit("safe/deep", [
                {"key": "deletedFolder", "value": {"path": "a"}}]).status == 200
        else:
            assert answer.status == 400, answer
        return f"status {answer.status}"

    for name, pattern, path in [
            ("stars in a name", "*a" * 30 + "b", "a" * 200),
            ("stars between slashes", "**/a/" * 15 + "b", "/".join(["a"] * 300))]:
        @check(f"hostile: patterns that backtrack do not stop others: {name}")
        def _(pattern=pattern, path=path):
            slow = []
            body = json.dumps({
                "gitIgnore": pattern, "files": [{"path": path, "size": 1, "sample": ""}]}).encode()
            for _ in range(20):
                connection = socket.create_connection(("127.0.0.1", server.port))
                connection.sendall(head_of(
                    server, "POST", "/api/models/safe/model/preupload/main",
                    f"Content-Length: {len(body)}") + b"\r\n" + body)
                slow.append(connection)
            time.sleep(1)
            try:
                mine = Client(server.address, timeout=8)
                begin = time.monotonic()
                for request in range(3):
                    assert mine.request("GET", "/api/models/safe/model").status == 200
                return f"three requests took {time.monotonic() - begin:.2f} s"
            finally:
                for connection in slow:
                    connection.close()
                end, used = time.monotonic() + 10, processor_time(server)
                while time.monotonic() < end:
                    time.sleep(0.5)
                    now = processor_time(server)
                    if now - used < 0.1:
                        break
                    used = now
                else:
                    # It computes for nobody any more, and would for ever.
                    server.process.kill()
                    server.process.wait()
                    server.start()


def disk_part(birdie, folder):
    """A Hub on a disk of 30 MB that becomes full."""
    place = os.path.join(folder, "small")
    os.mkdir(place)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", place], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"skip  disk: nothing can be mounted here: {done.stderr.strip()}", flush=True)
        return
    server = None
    try:
        root = place
        server = Server(birdie, root)
        client = Client(server.address)
        client.create("disk/model")
        there = {}

        @check("disk: a full one is answered with 507, and the server lives")
        def _():
            statuses = collections.Counter()
            for index in range(60):
                data = noise(1_500_000, index)
                answer = client.upload("disk/model", data)
                statuses["upload", answer.status] += 1
                assert server.is_alive(), server.said()
                if answer.status == 200:
                    path = f"{index}.bin"
                    answer = client.commit("disk/model", [large(path, data)])
                    statuses["commit", answer.status] += 1
                    if answer.status == 200:
                        there[path] = data
                assert answer.status in (200, 507), (index, answer)
                if statuses["upload", 507] > 8:
                    break
            # And now drop by drop, until not even a page of a table is left.
            for index in range(400):
                files = {f"small/{index}/{n}.txt": noise(20_000 >> (index // 30), index * 9 + n)
                         for n in range(4)}
                answer = client.commit(
                    "disk/model", [small(path, data) for path, data in files.items()])
                statuses["small", answer.status] += 1
                assert server.is_alive(), server.said()
                assert answer.status in (200, 507), (index, answer)
                if answer.status == 200:
                    there.update(files)
            assert any(status == 507 for _, status in statuses), statuses
            return str(dict(statuses))

        @check("disk: what is there can be read while the disk is full")
        def _():
            for path, data in there.items():
                answer = client.file("disk/model", "main", path)
                assert answer.status == 200 and answer.body == data, (path, answer.status)
            assert client.request("GET", "/api/models/disk/model").status == 200
            for kind, answer in [
                    ("create", client.request("POST", "/api/repos/create", {"name": "new"})),
                    ("branch", client.request("POST", "/api/models/disk/model/branch/new", {}))]:
                assert answer.status in (200, 201, 507), (kind, answer)

        @check("disk: what could not be stored takes no room")
        def _():
            def used():
                with os.scandir(os.path.join(root, "packs")) as entries:
                    return sum(entry.stat().st_size for entry in entries)
            before = used()
            for index in range(5):
                client.upload("disk/model", noise(20_000_000, 900 + index))
            assert used() == before, f"{used() - before} bytes are left of what was refused"

        @check("disk: a server on a full disk stops, starts and checks")
        def _():
            if server.is_alive():
                assert server.stop() == 0
            server.inventory()
            server.start()
            for path, data in there.items():
                assert client.file("disk/model", "main", path).body == data, path

        @check("disk: it goes on once there is room")
        def _():
            if not server.is_alive():
                server.start()
            subprocess.run(["mount", "-o", "remount,size=60m", place], check=True)
            data = noise(1_500_000, 5000)
            assert client.upload("disk/model", data).status == 200
            assert client.commit("disk/model", [large("later.bin", data)]).status == 200
            there["later.bin"] = data
            assert server.stop() == 0
            inventory = server.inventory()
            server.start()
            for path, data in there.items():
                assert client.file("disk/model", "main", path).body == data, path
            server.stop()
            return str(inventory)
    finally:
        if server and server.is_alive():
            server.stop()
        subprocess.run(["umount", place], check=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("birdie")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="load,slow,hostile,disk")
    options = parser.parse_args()
    birdie, parts = os.path.abspath(options.birdie), options.only.split(",")
    with tempfile.TemporaryDirectory() as folder:
        for name, part in [
                ("load", lambda: load_part(birdie, options, folder)),
                ("slow", lambda: slow_part(birdie, folder)),
                ("hostile", lambda: hostile_part(birdie, folder)),
                ("disk", lambda: disk_part(birdie, folder))]:
            if name not in parts:
                continue
            try:
                part()
            except Exception as error:  # noqa: BLE001, the others shall run all the same
                check.fail(name, f"{type(error).__name__}: {error}")
    print(f"{check.failures} failed")
    sys.exit(min(check.failures, 100))


main()
