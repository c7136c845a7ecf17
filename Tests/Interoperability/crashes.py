"""What is left when a server or a client is killed at any moment (SIGKILL), and whether doing it
again brings it to its end.

  python crashes.py BIRDIE [--rounds 50] [--seed 1] [--only server,pull,publish,partial]

Each part prints a summary; the exit status is the number of checks that failed.
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from hub_server import (
    Checks, Client, Server, git_name, is_entry_of, noise, small, write)

check = Checks()


# Clients that upload, in processes of their own: each does one operation after another, says on
# stdout what it begins and what was acknowledged, and repeats what failed.

def operation(seed, worker, number):
    """What a worker does at a step: always the same for the same numbers."""
    draw = random.Random(f"{seed} {worker} {number}")
    if worker == "small":
        files = {
            f"op{number}/{index}.txt":
            f"{worker} {number} {index}\n".encode() * draw.randint(1, 900)
            for index in range(draw.randint(1, 6))}
        branch = f"b{number}" if number % 8 == 3 else "main"
        return files, branch
    files = {}
    for index in range(draw.randint(1, 3)):
        files[f"op{number}/{index}.bin"] = draw.randbytes(draw.randint(50_000, 1_500_000))
    if number % 3 == 1:
        # Much of it is there already.
        before = random.Random(f"{seed} {worker} shared").randbytes(1_000_000)
        place = draw.randint(0, len(before))
        files[f"op{number}/shared.bin"] = before[:place] + draw.randbytes(1000) + before[place:]
    if number % 2:
        files[f"op{number}/note.txt"] = f"{worker} {number}\n".encode() * 50
    return files, "main"


def work(address, seed, worker, pause):
    if worker == "small":
        client = Client(address, timeout=20)

        def act(repository, number, files, branch):
            if branch != "main":
                made = client.request(
                    "POST", f"/api/models/{repository}/branch/{branch}", {"startingPoint": "main"})
                if made.status not in (201, 409):
                    raise RuntimeError(f"refused: {made}")
            lines = [small(path, data) for path, data in files.items()]
            made = client.commit(repository, lines, f"op {number}", revision=branch)
            if made.status != 200:
                raise RuntimeError(f"refused: {made}")
            return made.json["commitOid"]

        def prepare(repository):
            client.create(repository)
    else:
        from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download
        api = HfApi()

        def act(repository, number, files, branch):
            made = api.create_commit(
                repository, commit_message=f"op {number}", revision=branch, operations=[
                    CommitOperationAdd(path, data) for path, data in files.items()])
            if number % 4 == 0:
                path, data = next(iter(files.items()))
                with open(hf_hub_download(repository, path, revision=made.oid), "rb") as file:
                    if file.read() != data:
                        raise RuntimeError("refused: downloaded bytes differ")
            return made.oid

        def prepare(repository):
            api.create_repo(repository, exist_ok=True)
    repository = f"crash/{worker}"
    number = -1
    while True:
        while os.path.exists(pause):
            time.sleep(0.005)
        files, branch = operation(seed, worker, number) if number >= 0 else ({}, "main")
        print(json.dumps({"begin": number}), flush=True)
        while True:
            try:
                commit = (
                    act(repository, number, files, branch) if number >= 0 else prepare(repository))
                break
            except Exception as error:  # noqa: BLE001, it is told and judged there
                response = getattr(error, "response", None)
                status = getattr(response, "status_code", None)
                print(json.dumps({
                    "error": f"{type(error).__name__}: {error}"[:600],
                    "isRefusal": status is not None or "refused:" in str(error)}), flush=True)
                time.sleep(0.1)
        print(json.dumps({"done": number, "commit": commit, "branch": branch}), flush=True)
        number += 1
        if worker == "small":
            time.sleep(0.1)


class Worker:
    def __init__(self, name, server, seed, folder, settings):
        self.name, self.seed = name, seed
        self.repository = f"crash/{name}"
        self.lock = threading.Lock()
        self.begun, self.done, self.retries, self.refusals = -1, {}, 0, []
        self.isIdle = False
        self.heads, self.seen, self.verified = {}, {}, set()
        environment = {
            **os.environ, "HF_ENDPOINT": server.address, "HF_TOKEN": "any",
            "HF_HOME": os.path.join(folder, f"home-{name}"), "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1", **settings}
        self.log = open(os.path.join(folder, f"{name}.log"), "wb")
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--worker", server.address, str(seed), name,
             os.path.join(folder, "pause")],
            stdout=subprocess.PIPE, stderr=self.log, env=environment, text=True)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            said = json.loads(line)
            with self.lock:
                if "begin" in said:
                    self.begun, self.isIdle = said["begin"], False
                elif "error" in said:
                    self.retries += 1
                    if said["isRefusal"]:
                        self.refusals.append(said["error"])
                else:
                    self.isIdle = True
                    if said["done"] >= 0:
                        self.done[said["done"]] = (said["commit"], said["branch"])

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def verify(client, worker, everything=False):
    """Every commit that is visible is whole, every one that was acknowledged is visible."""
    with worker.lock:
        done = dict(worker.done)
    answer = client.request("GET", f"/api/models/{worker.repository}/refs")
    if answer.status == 404 and not done:
        return
    assert answer.status == 200, answer
    heads = {branch["name"]: branch["targetCommit"] for branch in answer.json["branches"]}
    for branch, head in heads.items():
        if worker.heads.get(branch) == head and not everything:
            continue
        for commit in client.history(worker.repository, branch):
            worker.seen[commit["id"]] = commit["title"]
    worker.heads = heads
    for number, (commit, branch) in done.items():
        assert branch in heads, f"{worker.name}: branch {branch} is gone"
        assert commit in worker.seen, f"{worker.name}: op {number} was acknowledged and is gone"
    for commit, title in worker.seen.items():
        if not title.startswith("op ") or (commit in worker.verified and not everything):
            continue
        whole(client, worker, commit, int(title.split()[1]))
        worker.verified.add(commit)
    for number, (commit, _) in done.items():
        # Doing it again may have made no new commit; its files are there all the same.
        if worker.seen[commit] != f"op {number}":
            whole(client, worker, commit, number)


def whole(client, worker, commit, number):
    """A commit has all files of an operation, which can be downloaded and are right."""
    files, _ = operation(worker.seed, worker.name, number)
    tree = client.tree(worker.repository, commit)
    there = {path for path in tree if path.startswith(f"op{number}/")}
    assert there == set(files), f"{worker.name}: op {number} at {commit} has {there}"
    for path, data in files.items():
        assert is_entry_of(tree[path], data), (worker.name, number, commit, path)
        answer = client.file(worker.repository, commit, path)
        assert answer.status == 200 and answer.body == data, (worker.name, number, commit, path)


class Reader(threading.Thread):
    """Downloads all the while; what comes as a whole must be right."""

    def __init__(self, server, workers):
        super().__init__(daemon=True)
        self.server, self.workers = server, workers
        self.isOver, self.whole, self.cut, self.wrong = False, 0, 0, []

    def run(self):
        draw = random.Random(0)
        client = Client(self.server.address, timeout=20)
        while not self.isOver:
            worker = draw.choice(self.workers)
            with worker.lock:
                done = list(worker.done.items())
            if not done:
                time.sleep(0.05)
                continue
            number, (commit, _) = draw.choice(done)
            files, _ = operation(worker.seed, worker.name, number)
            path = draw.choice(list(files))
            try:
                answer = client.file(worker.repository, commit, path)
            except Exception:  # noqa: BLE001, a connection that was cut
                self.cut += 1
                time.sleep(0.05)
                continue
            self.whole += 1
            time.sleep(0.02)
            if answer.status != 200 or answer.body != files[path]:
                self.wrong.append(f"{worker.name} {number} {path}: {answer.status}")


def server_part(birdie, rounds, seed):
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(birdie, os.path.join(folder, "hub"))
        pause = os.path.join(folder, "pause")
        workers = [
            Worker("xet", server, seed, folder, {}),
            Worker("lfs", server, seed, folder, {"HF_HUB_DISABLE_XET": "1"}),
            Worker("small", server, seed, folder, {})]
        reader = Reader(server, workers)
        reader.start()
        client = Client(server.address, timeout=60)
        moments, slowest, leftovers, inside = [], (0, ""), 0, 0

        def wait(what, condition):
            """Until it is so for every worker; gives how long the last one took, and its name."""
            begin, last = time.monotonic(), (0, "")
            while late := [worker for worker in workers if not condition(worker)]:
                last = time.monotonic() - begin, late[0].name
                # Clients wait longer and longer before they try again.
                assert last[0] < 240, (
                    f"{last[1]}: op {late[0].begun} {what}: {late[0].refusals[-1:]}")
                assert late[0].process.poll() is None, f"{last[1]} ended"
                time.sleep(0.01)
            return last

        def packs():
            return len(glob.glob(os.path.join(server.root, "packs", "*.pack")))

        try:
            wait("does not begin", lambda worker: worker.begun >= 0)
            for turn in range(rounds):
                moment = draw.uniform(0.01, 1.2)
                moments.append(f"{moment:.3f}")
                time.sleep(moment)
                server.stop(signal.SIGKILL)
                inside += sum(not worker.isIdle for worker in workers)
                before = packs()
                server.inventory()
                leftovers += before - packs()
                write(pause, b"")
                server.start()
                # What was interrupted comes to its end by being done again.
                slowest = max(slowest, wait("does not end", lambda worker: worker.isIdle))
                for worker in workers:
                    verify(client, worker)
                os.unlink(pause)
            for worker in workers:
                worker.end()
                verify(client, worker, everything=True)
            reader.isOver = True
            reader.join(30)
        finally:
            for worker in workers:
                if worker.process.poll() is None:
                    worker.end()
            if server.is_alive():
                server.stop()
            print(f"      killed after (s): {' '.join(moments)}")
        inventory = server.inventory()
        refusals = [text for worker in workers for text in worker.refusals]
        print(
            f"      {inside} uploads were interrupted; acknowledged "
            f"{ {worker.name: len(worker.done) for worker in workers} }, tries that failed "
            f"{ {worker.name: worker.retries for worker in workers} }; downloads: {reader.whole} "
            f"whole and {reader.cut} cut; leftover packs removed: {leftovers}; the slowest repeat "
            f"took {slowest[0]:.1f} s ({slowest[1]}); in the end {inventory}")
        for text, count in collections.Counter(refusals).most_common(5):
            print(f"      refused {count}: {text}")
        assert not reader.wrong, reader.wrong[:5]
        assert not refusals, f"{len(refusals)} requests were refused after a restart"
        verified = sum(len(worker.verified) for worker in workers)
        return f"{rounds} kills of the server, {verified} commits verified"


class Proxy:
    """Passes bytes on, downwards no faster than a rate for all connections together, and counts
    those that it sent down."""

    def __init__(self, port, rate):
        self.target, self.rate = port, rate
        self.lock = threading.Lock()
        self.sent, self.next = 0, 0.0
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.server.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
            upstream = socket.create_connection(("127.0.0.1", self.target))
            for one, other, isDown in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(
                    target=self.pass_on, args=(one, other, isDown), daemon=True).start()

    def pass_on(self, one, other, isDown):
        try:
            while data := one.recv(1 << 15):
                if isDown:
                    self.wait(len(data))
                other.sendall(data)
                if isDown:
                    with self.lock:
                        self.sent += len(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            if isDown:
                end.close()

    def wait(self, count):
        with self.lock:
            now = time.monotonic()
            self.next = max(self.next, now) + count / self.rate
            pause = self.next - now
        if pause > 0.002:
            time.sleep(pause)

    def close(self):
        self.server.close()


def run(birdie, arguments, environment, kill_after=None):
    """The exit status and what was said; a process that is killed has -9."""
    process = subprocess.Popen(
        [birdie, *arguments], env={**os.environ, **environment}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    if kill_after is not None:
        try:
            process.wait(timeout=kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def pull_part(birdie, rounds, seed):
    draw = random.Random(seed)
    files = {
        "model.safetensors": noise(40 << 20, 1), "part/optimizer.bin": noise(16 << 20, 2),
        "model.int8.ptz": noise((8 << 20) + 12345, 3), "five.bin": noise(5 << 20, 4)}
    text = b"# a card\n" * 1000
    total = sum(map(len, files.values())) + len(text)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(birdie, os.path.join(folder, "hub"))
        client = Client(server.address)
        client.publish("ns/name", files)
        assert client.commit("ns/name", [small("README.md", text)]).status == 200
        proxy = Proxy(server.port, rate=60 << 20)
        home = os.path.join(folder, "home")
        environment = {"HF_ENDPOINT": proxy.address, "HF_TOKEN": "x", "HF_HOME": home}
        everything = {**files, "README.md": text}

        def all_there():
            snapshot = glob.glob(os.path.join(home, "hub", "*", "snapshots", "*"))
            assert len(snapshot) == 1, snapshot
            for path, data in everything.items():
                with open(os.path.join(snapshot[0], path), "rb") as file:
                    assert file.read() == data, path
            left = glob.glob(os.path.join(home, "hub", "*", "blobs", "*.incomplete"))
            assert not left, left

        try:
            begin, before = time.monotonic(), proxy.sent
            status, said = run(birdie, ["pull", "ns/name"], environment)
            assert status == 0, said
            duration, talk = time.monotonic() - begin, proxy.sent - before - total - len(
                client.file("ns/name", "main", ".gitattributes").body)
            all_there()
            kills, moments, excesses, partial_refs = 0, [], [], 0
            while kills < rounds:
                shutil.rmtree(home)
                before = proxy.sent
                count = min(draw.randint(1, 4), rounds - kills)
                killed = 0
                for _ in range(count):
                    moment = draw.uniform(0.02, duration * 0.9 / (1 if count == 1 else 2))
                    moments.append(f"{moment:.3f}")
                    kills += 1
                    status, said = run(birdie, ["pull", "ns/name"], environment, moment)
                    assert status in (-9, 0), (status, said)
                    killed += status == -9
                    time.sleep(0.05)  # what the proxy has on its way is counted
                status, said = run(birdie, ["pull", "ns/name"], environment)
                assert status == 0, said
                all_there()
                partial_refs += len(glob.glob(os.path.join(home, "hub", "*", "refs", "*.partial")))
                excess = proxy.sent - before - total
                excesses.append((excess, killed))
                assert excess <= max(killed, 1) * len(everything) << 20, (
                    f"{excess} bytes more than the files after {killed} kills")
            print(f"      killed after (s), a download takes {duration:.2f}: {' '.join(moments)}")
            most = max(excesses, key=lambda pair: pair[0] / max(pair[1], 1))
            killed = sum(pair[1] for pair in excesses)
            again = sum(pair[0] for pair in excesses)
            return (
                f"{kills} kills of pull, {killed} of them before its end; {total} bytes of files, "
                f"{talk} of talk without a kill; transferred again in all {again} bytes, "
                f"{again // max(killed, 1)} for each kill; the most {most[0]} after {most[1]} "
                f"kills; notes left in refs/: {partial_refs}")
        finally:
            proxy.close()
            server.stop()


def record(folder, seed):
    """A small record of the challenge, and the bytes of its weights."""
    place = os.path.join(folder, "track_10min_16mb", "2026-01-02_Small")
    header, parts, start = {}, [], 0
    for index in range(6):
        data = noise(256 * 512 * 4, seed + index)
        header[f"blocks.{index}.weight"] = {
            "dtype": "F32", "shape": [256, 512], "data_offsets": [start, start + len(data)]}
        parts.append(data)
        start += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    weights = struct.pack("<Q", len(text)) + text + b"".join(parts)
    write(os.path.join(place, "final_model.safetensors"), weights)
    write(os.path.join(place, "README.md"), b"# Small\n\nA record.\n")
    write(os.path.join(place, "train_gpt.py"), b"print(1)\n")
    write(os.path.join(place, "submission.json"), json.dumps({
        "author": "me", "github_id": "me", "name": "Small", "date": "2026-01-02",
        "val_bpb": 1.25, "track": "10min_16mb", "bytes_total": 5_000_000}).encode())
    write(os.path.join(place, "train_seed1337.log"), (
        b"seed:1337\nstep:1/1 val_loss:2.1 val_bpb:1.2500 train_time:100ms\n"))
    return place, weights


def publish_part(birdie, rounds, seed):
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(birdie, os.path.join(folder, "hub"))
        client = Client(server.address)
        scratch = os.path.join(folder, "scratch")
        os.mkdir(scratch)
        environment = {
            "HF_ENDPOINT": server.address, "HF_TOKEN": "x", "TMPDIR": scratch,
            "HF_HOME": os.path.join(folder, "home")}
        try:
            # The first one says how long it takes and which files there are in the end.
            place, weights = record(os.path.join(folder, "first"), 1000)
            begin = time.monotonic()
            status, said = run(birdie, ["publish", place, "--repo", "rec/first"], environment)
            assert status == 0, said
            duration = time.monotonic() - begin
            paths = set(client.tree("rec/first"))
            assert "index.json" in paths and any(path.endswith(".safetensors") for path in paths)
            assert not os.listdir(scratch), os.listdir(scratch)
            moments, killed, visible, leftovers, kept = [], 0, 0, 0, 0
            for turn in range(rounds):
                repository = f"rec/turn{turn}"
                place, weights = record(os.path.join(folder, f"turn{turn}"), 10 * turn)
                publish = ["publish", place, "--repo", repository]
                moment = draw.uniform(0.01, duration)
                moments.append(f"{moment:.3f}")
                status, said = run(birdie, publish, environment, moment)
                assert status in (-9, 0), (status, said)
                killed += status == -9

                def commits():
                    answer = client.request("GET", f"/api/models/{repository}")
                    if answer.status == 404:
                        return []
                    found = client.history(repository)
                    for commit in found[:-1]:
                        tree = client.tree(repository, commit["id"])
                        assert set(tree) == paths, f"half a record is visible: {sorted(tree)}"
                        entry = next(
                            tree[path] for path in tree if path.endswith(".safetensors"))
                        assert is_entry_of(entry, weights)
                    return found

                visible += len(commits()) > 1
                before = set(os.listdir(scratch))
                leftovers += len(before)
                status, said = run(birdie, publish, environment)
                assert status == 0, said
                assert len(commits()) == 2, f"{len(commits())} commits"
                kept += len(set(os.listdir(scratch)) - before)
                for path in client.tree(repository):
                    entry = client.tree(repository)[path]
                    body = client.file(repository, "main", path).body
                    assert is_entry_of(entry, body), path
                for name in os.listdir(scratch):
                    shutil.rmtree(os.path.join(scratch, name))
                if turn % 10 == 0:
                    status, said = run(birdie, publish, environment)
                    assert status == 0 and len(commits()) == 2, (status, said)
            assert kept == 0, f"{kept} folders are left of runs that came to their end"
            print(f"      killed after (s), it takes {duration:.2f}: {' '.join(moments)}")
        finally:
            server.stop()
        inventory = server.inventory()
        return (
            f"{rounds} kills of publish, {killed} of them before its end; the commit was visible "
            f"after {visible}; {leftovers} staging folders left of killed runs, none of others; "
            f"{inventory['commits']} commits, no defects")


def partial_part(birdie):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(birdie, os.path.join(folder, "hub"))
        client = Client(server.address)
        data, text = noise(5_000_000, 1), b"some words\n" * 5000
        client.publish("ns/name", {"model.safetensors": data})
        assert client.commit("ns/name", [small("notes.txt", text)]).status == 200
        home = os.path.join(folder, "home")
        blobs = os.path.join(home, "hub", "models--ns--name", "blobs")
        environment = {"HF_ENDPOINT": server.address, "HF_TOKEN": "x", "HF_HOME": home}

        def pull():
            return run(birdie, ["pull", "ns/name"], environment)

        def all_there():
            snapshot = glob.glob(os.path.join(home, "hub", "*", "snapshots", "*"))[0]
            for path, wanted in (("model.safetensors", data), ("notes.txt", text)):
                with open(os.path.join(snapshot, path), "rb") as file:
                    assert file.read() == wanted, path

        wrong = noise(6_000_000, 2)
        names = (
            ("model", hashlib.sha256(data).hexdigest(), data), ("text", git_name(text), text))
        for kind, name, wanted in names:
            size = len(wanted)
            for label, content in [
                    ("longer than the file", wrong[:size + 1000]),
                    ("the file and more", wanted + wrong[:10]),
                    ("garbage as long as the file", wrong[:size]),
                    ("garbage, shorter", wrong[:size // 2]),
                    ("one bit is wrong", bytes([wanted[0] ^ 1]) + wanted[1:size // 2]),
                    ("a part that is right", wanted[:size // 3]),
                    ("all of it", wanted), ("nothing", b"")]:
                @check(f"partial: {kind}, {label}")
                def _(name=name, content=content):
                    shutil.rmtree(home, ignore_errors=True)
                    write(os.path.join(blobs, name + ".incomplete"), content)
                    status, said = pull()
                    # What is wrong is found at the end, and downloaded once more.
                    assert status == 0, (status, said)
                    all_there()

        @check("partial: a link to somebody's file is not written through")
        def _():
            shutil.rmtree(home, ignore_errors=True)
            other = write(os.path.join(folder, "other"), b"precious")
            os.makedirs(blobs)
            os.symlink(other, os.path.join(blobs, names[0][1] + ".incomplete"))
            status, said = pull()
            with open(other, "rb") as file:
                assert file.read() == b"precious"
            return f"exit {status}"

        @check("partial: a folder in its place is an error, not a crash")
        def _():
            shutil.rmtree(home, ignore_errors=True)
            os.makedirs(os.path.join(blobs, names[0][1] + ".incomplete"))
            status, said = pull()
            assert status == 74, (status, said)

        @check("partial: a blob that was cut off is downloaded again")
        def _():
            shutil.rmtree(home, ignore_errors=True)
            assert pull()[0] == 0
            write(os.path.join(blobs, names[0][1]), data[:1000])
            status, said = pull()
            assert status == 0, (status, said)
            all_there()

        @check("partial: pulls at once do no harm, and one of them comes to its end")
        def _():
            stuck = 0
            for _ in range(10):
                shutil.rmtree(home, ignore_errors=True)
                both = [subprocess.Popen(
                    [birdie, "pull", "ns/name"], env={**os.environ, **environment},
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                    for _ in range(3)]
                said = [process.communicate()[1] for process in both]
                ends = [process.returncode for process in both]
                assert set(ends) <= {0, 75}, (ends, said)
                stuck += 0 not in ends
                if 0 not in ends:
                    assert pull()[0] == 0
                all_there()
            assert not stuck, f"each of three waited for none and gave up, {stuck} times of 10"

        server.stop()


def main():
    if sys.argv[1:2] == ["--worker"]:
        return work(sys.argv[2], int(sys.argv[3]), *sys.argv[4:6])
    parser = argparse.ArgumentParser()
    parser.add_argument("birdie")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="server,pull,publish,partial")
    options = parser.parse_args()
    birdie, parts = os.path.abspath(options.birdie), options.only.split(",")
    print(f"seed {options.seed}, {options.rounds} rounds", flush=True)
    # A Hub that grows for ever would take ever longer to be checked.
    for start in range(0, options.rounds, 10) if "server" in parts else []:
        check("server")(lambda start=start: server_part(
            birdie, min(10, options.rounds - start), options.seed + start))
    for name, part in [("pull", pull_part), ("publish", publish_part)]:
        if name in parts:
            check(name)(lambda part=part: part(birdie, options.rounds, options.seed))
    if "partial" in parts:
        partial_part(birdie)
    print(f"{check.failures} failed")
    sys.exit(min(check.failures, 100))


main()
