"""Everything that unmodified Python clients do with a Hub, against `birdie serve`.

  python hub.py BIRDIE

Each check prints a line; the exit status is the number of those that failed. The clients run with
their default settings, which is with Xet, and once more without it; the server's log tells whether
they did. All that requirements.txt names has to be installed.
"""

import filecmp
import functools
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile

import hub_server
from hub_server import noise, write

BIRDIE = os.path.abspath(sys.argv[1])
Server = functools.partial(hub_server.Server, BIRDIE)
check = hub_server.Checks()


def body(folder, label):
    """The checks, in a process of their own: huggingface_hub reads its settings when imported."""
    import huggingface_hub
    from huggingface_hub import (
        CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download, snapshot_download)
    from huggingface_hub.errors import (
        EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError)

    api = HfApi()
    hf = [os.path.join(os.path.dirname(sys.executable), "hf")]

    def command(*arguments):
        done = subprocess.run([*hf, *arguments], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def refused(kind, function):
        try:
            function()
        except kind:
            return
        raise AssertionError(f"no {kind}")

    @check(f"{label}: hf auth whoami")
    def _():
        assert "local" in command("auth", "whoami")
        assert api.whoami()["name"] == "local"

    @check(f"{label}: hf repos create, again with exist_ok, and a conflict without")
    def _():
        command("repos", "create", "me/model")
        assert api.create_repo("me/model", exist_ok=True).repo_id == "me/model"
        refused(HfHubHTTPError, lambda: api.create_repo("me/model"))
        assert api.create_repo("short").repo_id == "local/short"
        assert api.repo_exists("me/model") and not api.repo_exists("me/none")

    tree = {
        "README.md": b"---\nlicense: mit\ntags: [a, b]\n---\n# hello\n",
        "config.json": b"{}", "empty.bin": b"", "deep/er/notes.txt": b"text\n",
        "weights.safetensors": noise(3_000_000, 1), "a name with spaces é.bin": noise(100_001, 2),
        "tiny.bin": b"\0",
    }
    source = os.path.join(folder, "source")
    for path, data in tree.items():
        write(os.path.join(source, path), data)

    @check(f"{label}: hf upload of a file")
    def _():
        command("upload", "me/model", os.path.join(source, "config.json"), "one/config.json")
        assert api.file_exists("me/model", "one/config.json")

    @check(f"{label}: hf upload of a folder, and again: nothing is sent")
    def _():
        command("upload", "me/model", source, ".")
        before = api.list_repo_commits("me/model")
        text = command("upload", "me/model", source, ".")
        assert len(api.list_repo_commits("me/model")) == len(before), text

    @check(f"{label}: hf download of everything, of one file, and of a range")
    def _():
        target = os.path.join(folder, "target")
        command("download", "me/model", "--local-dir", target)
        for path in tree:
            assert filecmp.cmp(os.path.join(source, path), os.path.join(target, path), False), path
        cached = snapshot_download("me/model")
        for path, data in tree.items():
            with open(os.path.join(cached, path), "rb") as file:
                assert file.read() == data, path
        one = hf_hub_download("me/model", "weights.safetensors")
        assert os.path.getsize(one) == 3_000_000
        address = huggingface_hub.hf_hub_url("me/model", "weights.safetensors")
        import urllib.request
        for header, part in [
                ("bytes=0-9", slice(0, 10)), ("bytes=2999990-", slice(2_999_990, None)),
                ("bytes=-7", slice(-7, None)), ("bytes=65530-70000", slice(65530, 70001))]:
            request = urllib.request.Request(address, headers={"Range": header})
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 206
                assert answer.read() == tree["weights.safetensors"][part], header

    @check(f"{label}: names of git: blobs, and what the tree says")
    def _():
        for entry in api.list_repo_tree("me/model", recursive=True):
            if not hasattr(entry, "blob_id"):
                continue
            data = tree.get(entry.path)
            if data is None:
                continue
            assert entry.size == len(data), entry
            if entry.lfs:
                assert entry.lfs.sha256 == hashlib.sha256(data).hexdigest()
            else:
                blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
                assert entry.blob_id == blob, entry
        infos = api.get_paths_info("me/model", ["deep/er/notes.txt", "deep", "none"])
        assert sorted(info.path for info in infos) == ["deep", "deep/er/notes.txt"]
        assert "empty.bin" in api.list_repo_files("me/model")

    @check(f"{label}: create_commit with several operations, and stale parents refused")
    def _():
        head = api.model_info("me/model").sha
        made = api.create_commit(
            "me/model", commit_message="several", commit_description="more",
            parent_commit=head, operations=[
                CommitOperationAdd("new.txt", b"new"),
                CommitOperationAdd("new.bin", noise(70_000, 3)),
                CommitOperationDelete("one/config.json"),
                CommitOperationDelete("deep/", is_folder=True)])
        files = api.list_repo_files("me/model")
        assert "new.txt" in files and "new.bin" in files and "one/config.json" not in files
        assert not [path for path in files if path.startswith("deep/")]
        assert api.model_info("me/model").sha == made.oid
        assert api.list_repo_commits("me/model")[0].title == "several"
        refused(HfHubHTTPError, lambda: api.create_commit(
            "me/model", commit_message="stale", parent_commit=head,
            operations=[CommitOperationAdd("stale.txt", b"x")]))
        refused(EntryNotFoundError, lambda: api.delete_file("none.txt", "me/model"))

    @check(f"{label}: delete_file")
    def _():
        api.delete_file("new.txt", "me/model")
        assert not api.file_exists("me/model", "new.txt")

    @check(f"{label}: branches, tags, revisions and history")
    def _():
        head = api.model_info("me/model").sha
        api.create_branch("me/model", branch="side")
        refused(HfHubHTTPError, lambda: api.create_branch("me/model", branch="side"))
        api.create_branch("me/model", branch="side", exist_ok=True)
        api.upload_file(
            path_or_fileobj=b"side", path_in_repo="side.txt", repo_id="me/model", revision="side")
        assert not api.file_exists("me/model", "side.txt")
        assert api.file_exists("me/model", "side.txt", revision="side")
        api.create_tag("me/model", tag="v1/rc", revision=head)
        refs = api.list_repo_refs("me/model")
        assert {branch.name for branch in refs.branches} == {"main", "side"}
        assert [(tag.name, tag.target_commit) for tag in refs.tags] == [("v1/rc", head)]
        assert api.model_info("me/model", revision="v1/rc").sha == head
        path = hf_hub_download("me/model", "weights.safetensors", revision="v1/rc")
        assert filecmp.cmp(path, os.path.join(source, "weights.safetensors"), False)
        api.delete_tag("me/model", tag="v1/rc")
        api.delete_branch("me/model", branch="side")
        assert not api.revision_exists("me/model", "side")
        refused(RevisionNotFoundError, lambda: api.model_info("me/model", revision="none"))

    @check(f"{label}: pull requests")
    def _():
        made = api.upload_file(
            path_or_fileobj=noise(80_000, 4), path_in_repo="proposed.bin", repo_id="me/model",
            create_pr=True, commit_message="propose")
        assert made.pr_num == 1 and made.pr_revision == "refs/pr/1"
        assert api.file_exists("me/model", "proposed.bin", revision="refs/pr/1")
        assert not api.file_exists("me/model", "proposed.bin")
        assert [found.num for found in api.get_repo_discussions("me/model")] == [1]
        details = api.get_discussion_details("me/model", 1)
        assert details.is_pull_request and details.status == "open", details
        api.merge_pull_request("me/model", 1)
        assert api.file_exists("me/model", "proposed.bin")

    @check(f"{label}: errors that clients know")
    def _():
        refused(RepositoryNotFoundError, lambda: api.model_info("me/none"))
        refused(EntryNotFoundError, lambda: hf_hub_download("me/model", "none.bin"))
        refused(RevisionNotFoundError, lambda: hf_hub_download(
            "me/model", "config.json", revision="none"))
        for name in ["../out.txt", "a/../../out.txt", ".git/config", "a//b"]:
            line = {"key": "file", "value": {
                "path": name, "content": "eA==", "encoding": "base64"}}
            lines = [{"key": "header", "value": {"summary": "x"}}, line]
            answer = huggingface_hub.utils.get_session().post(
                f"{os.environ['HF_ENDPOINT']}/api/models/me/model/commit/main",
                content="\n".join(map(json.dumps, lines)),
                headers={"Authorization": "Bearer x"})
            assert answer.status_code == 400, (name, answer.status_code)

    @check(f"{label}: list_models, private repositories, delete_repo")
    def _():
        api.create_repo("me/hidden", private=True)
        names = [model.id for model in api.list_models(author="me")]
        assert sorted(names) == ["me/hidden", "me/model"], names
        assert [model.id for model in api.list_models(search="hid")] == ["me/hidden"]
        api.update_repo_settings("me/hidden", private=False)
        assert not api.model_info("me/hidden").private
        api.delete_repo("me/hidden")
        assert not api.repo_exists("me/hidden")

    @check(f"{label}: a file that shares most of its content with another")
    def _():
        data = noise(4_000_000, 5)
        changed = data[:1_500_000] + b"inserted" + data[1_500_000:]
        api.upload_file(path_or_fileobj=data, path_in_repo="a.bin", repo_id="me/model")
        api.upload_file(path_or_fileobj=changed, path_in_repo="b.bin", repo_id="me/model")
        for name, wanted in [("a.bin", data), ("b.bin", changed)]:
            with open(hf_hub_download("me/model", name), "rb") as file:
                assert file.read() == wanted

    @check(f"{label}: push_to_hub and from_pretrained have the same bits")
    def _():
        import torch
        from transformers import GPT2Config, GPT2LMHeadModel
        torch.manual_seed(0)
        config = GPT2Config(n_layer=2, n_head=2, n_embd=64, vocab_size=512, n_positions=64)
        model = GPT2LMHeadModel(config)
        model.push_to_hub("me/gpt")
        again = GPT2LMHeadModel.from_pretrained("me/gpt")
        for (name, one), (_, other) in zip(
                model.state_dict().items(), again.state_dict().items(), strict=True):
            assert torch.equal(one, other), name


def uploads(log):
    """How many uploads of each kind the server took."""
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    kinds = {
        "xorbs": r"POST /xet/\S+/xorbs/\S+ 200\b", "shards": r"POST /xet/\S+/shards\S* 200\b",
        "LFS objects": r"PUT /lfs/upload/\S+ 200\b"}
    return {kind: len(re.findall(pattern, text)) for kind, pattern in kinds.items()}


def tokens(folder):
    """What tokens of a file may do."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    path = write(os.path.join(folder, "tokens"), (
        b"# tokens\nwriter-token alice write\nreader-token bob read\n"))
    server = Server(os.path.join(folder, "guarded"), "--token-file", path)
    try:
        def client(token):
            return HfApi(endpoint=server.address, token=token)

        @check("tokens: scopes hold")
        def _():
            alice, bob, nobody, thief = map(
                client, ["writer-token", "reader-token", False, "stolen-token"])
            alice.create_repo("alice/model")
            alice.upload_file(
                path_or_fileobj=noise(200_000, 6), path_in_repo="w.bin", repo_id="alice/model")
            assert bob.whoami()["name"] == "bob"
            assert bob.file_exists("alice/model", "w.bin")
            for api, act in [
                    (bob, lambda api: api.create_repo("bob/model")),
                    (bob, lambda api: api.delete_file("w.bin", "alice/model")),
                    (bob, lambda api: api.upload_file(
                        path_or_fileobj=b"x", path_in_repo="x", repo_id="alice/model")),
                    (nobody, lambda api: api.model_info("alice/model")),
                    (thief, lambda api: api.model_info("alice/model")),
                    (thief, lambda api: api.whoami())]:
                try:
                    act(api)
                except HfHubHTTPError as error:
                    assert error.response.status_code in (401, 403), error
                else:
                    raise AssertionError("not refused")
    finally:
        server.stop()


def require_clients():
    """A client that is missing would leave checks out, which looks as if they had passed."""
    names = ["huggingface_hub", "hf_xet", "safetensors", "torch", "transformers"]
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(
            f"hub.py: {', '.join(missing)} not installed for {sys.executable}; "
            "pip install -r Tests/Interoperability/requirements.txt")


def main():
    require_clients()
    if len(sys.argv) > 3:
        body(sys.argv[3], sys.argv[2])
        sys.exit(check.failures)
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for label, setting in [("default", {}), ("without Xet", {"HF_HUB_DISABLE_XET": "1"})]:
            root = os.path.join(folder, label, "hub")
            os.makedirs(os.path.dirname(root))
            server = Server(root, "--verbose")
            environment = {
                **os.environ, "HF_ENDPOINT": server.address, "HF_TOKEN": "any-token",
                "HF_HOME": os.path.join(folder, label, "home"), "NO_COLOR": "1", "TERM": "dumb",
                "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1", **setting}
            done = subprocess.run(
                [sys.executable, __file__, BIRDIE, label, os.path.join(folder, label, "work")],
                env=environment)
            total += done.returncode
            assert server.stop() == 0, "a server that is told to stop ends with 0"
            sent = uploads(server.log)

            @check(f"{label}: large files went up as they should")
            def _():
                if setting:
                    assert sent["xorbs"] == sent["shards"] == 0 < sent["LFS objects"], sent
                else:
                    assert sent["xorbs"] > 0 < sent["shards"] and sent["LFS objects"] == 0, sent
                return ", ".join(f"{count} {kind}" for kind, count in sent.items())

            found = subprocess.run(
                [BIRDIE, "serve", "--root", root, "--check", "--json"],
                capture_output=True, text=True)
            print(f"{label}: {found.stdout.strip()}")
            total += found.returncode != 0
        tokens(folder)
    total += check.failures
    print(f"{total} failed")
    sys.exit(min(total, 100))


main()
