"""Checks that birdie and model_signing verify each other's signatures and find the same changes.

    check_signatures.py --birdie PATH [--count 40] [--seed 1]

Each case makes a folder of random names and contents, signs it with one tool and a random key on a
random curve, and lets both verify it: untouched, after one change (a bit, a removed, added, cut or renamed
file, a link), with unsigned files let be, and with another key. Of the signature itself single bits are
changed, and birdie must refuse what comes out wherever it counts.

Made with model-signing 1.1.1, cryptography 50.0.2, pyOpenSSL 26.4.0 (see requirements.txt).
"""

import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import model_signing
from click.testing import CliRunner
from model_signing import _cli

CURVES = ["prime256v1", "secp384r1", "secp521r1"]
ALPHABET = list("abcxyz019._- ") + ["\u00e9", "e\u0301", "\u6f22", "\U0001f426", '"', "\\", "'", "\n", ":", "%", "~"]
FOLDERS = ["", "", "a/", "a b/", "a-b/", "sub/deep/er/", ".hidden/", ".git/", ".github/", "logs/"]

_use_shards = model_signing.hashing.Config.use_shard_serialization


def _use_whole_shards(config, *, shard_size, **more):
    return _use_shards(config, shard_size=int(shard_size), **more)


# Protocol buffers write the size as a double, on which model_signing fails when it reads it back.
model_signing.hashing.Config.use_shard_serialization = _use_whole_shards


def theirs(*arguments):
    """Whether a command of model_signing succeeds."""
    return CliRunner().invoke(_cli.main, [str(part) for part in arguments]).exit_code == 0


class Case:
    """A folder with a signature by one of the tools."""

    def __init__(self, birdie, rng, scratch):
        self.birdie, self.rng, self.scratch = birdie, rng, scratch
        self.folder = scratch / "model"
        self.signature = self.folder / "model.sig"
        self.key, self.public = self.make_key("key")
        self.make_folder()

    def make_key(self, name):
        private, public = self.scratch / f"{name}.pem", self.scratch / f"{name}.pub"
        command = ["openssl", "ecparam", "-name", self.rng.choice(CURVES), "-genkey"]
        if self.rng.random() < 0.5:
            command += ["-noout"]
        private.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        private.chmod(0o600)
        command = ["openssl", "pkey", "-in", private, "-pubout", "-out", public]
        subprocess.run(command, check=True)
        return private, public

    def make_folder(self):
        for _ in range(self.rng.randrange(1, 12)):
            name = "".join(self.rng.choices(ALPHABET, k=self.rng.randrange(1, 9)))
            path = self.folder / (self.rng.choice(FOLDERS) + name)
            if path.name in (".", "..", "logs") or path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.rng.randbytes(self.rng.choice([0, 1, 63, 64, 300, 70_000])))
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        (self.folder / "logs" / "x.log").write_bytes(b"x")
        (self.folder / "config.json").write_bytes(b"{}")
        (self.folder / ".gitignore").write_bytes(b"*.log")

    def run_birdie(self, *arguments):
        command = [self.birdie, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    def sign(self):
        """Signs with one of the tools; says which."""
        if self.rng.random() < 0.6:
            status = self.run_birdie(
                "sign", self.folder, "--key", self.key, "--ignore", "logs", "-q"
            )
            assert status == 0, f"birdie sign: {status}"
            return "birdie"
        # model_signing cannot read the names of shards that it writes for names with a colon.
        if self.rng.random() < 0.4 and not any(":" in str(p) for p in self.folder.rglob("*")):
            config = model_signing.hashing.Config()
            config.use_shard_serialization(shard_size=self.rng.choice([1 << 10, 64, 1 << 20]))
            config.set_ignored_paths(paths=["logs", "model.sig"])
            signer = model_signing.signing.Config().use_elliptic_key_signer(private_key=self.key)
            signer.set_hashing_config(config).sign(self.folder, self.signature)
            return "shards"
        assert theirs(
            "sign", "key", self.folder, "--private_key", self.key, "--signature",
            self.signature, "--ignore-paths", self.folder / "logs",
        )  # fmt: skip
        return "model_signing"

    def verdicts(self, public=None, unsigned=False):
        """Birdie's status, and whether model_signing is content."""
        public = public or self.public
        more = ["--ignore-unsigned"] if unsigned else []
        status = self.run_birdie("verify", self.folder, "--key", public, "-q", *more)
        verifier = model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public)
        verifier.set_ignore_unsigned_files(unsigned)
        try:
            verifier.verify(self.folder, self.signature)
        except Exception:  # noqa: BLE001  what it raises is not a promise
            return status, False
        return status, True

    def expect(self, what, status, content):
        found = self.verdicts()
        assert found == (status, content), f"{what}: {found}, not {(status, content)}"

    def signed_files(self):
        def is_signed(path):
            top = path.relative_to(self.folder).parts[0]
            return top not in ("logs", "model.sig", ".git", ".github", ".gitignore")

        return [path for path in self.folder.rglob("*") if path.is_file() and is_signed(path)]

    def changes(self):
        """Changes that both must find, each undone by copying the folder back."""
        keeps = self.rng.choice([path for path in self.signed_files() if path.stat().st_size])
        flipped = bytearray(keeps.read_bytes())
        flipped[self.rng.randrange(len(flipped))] ^= 1 << self.rng.randrange(8)
        yield "a bit", lambda: keeps.write_bytes(flipped)
        yield "a byte more", lambda: keeps.write_bytes(keeps.read_bytes() + b"\0")
        yield "a byte less", lambda: keeps.write_bytes(keeps.read_bytes()[:-1])
        yield "removed", keeps.unlink
        yield "renamed", lambda: keeps.rename(keeps.with_name(keeps.name + "~2"))
        yield "added", lambda: (self.folder / "a" / "new.py").parent.mkdir(exist_ok=True) or (
            self.folder / "a" / "new.py"
        ).write_bytes(b"1")
        yield "linked", lambda: (self.folder / "link").symlink_to("config.json")

    def check(self):
        tool = self.sign()
        self.expect(f"{tool}: untouched", 0, True)
        kept = self.scratch / "kept"
        shutil.copytree(self.folder, kept, symlinks=True)
        for what, change in self.changes():
            change()
            self.expect(f"{tool}: {what}", 1, False)
            if what == "added" and tool != "shards":
                assert self.verdicts(unsigned=True) == (0, True), f"{tool}: unsigned let be"
            self.restore(kept)
        (self.folder / "logs" / "y.log").write_bytes(b"y")
        self.expect(f"{tool}: ignored", 0, True)
        _, other = self.make_key("other")
        assert self.verdicts(other) == (77, False), f"{tool}: another key"
        self.damage(tool)

    def damage(self, tool):
        """Changed bits of the signature, which are refused where they count."""
        whole = self.signature.read_bytes()
        values = re.compile(rb'"(?:mediaType|hint|payload|payloadType|sig)":"([^"]*)')
        ranges = [match.span(1) for match in values.finditer(whole)]
        assert len(ranges) == 5, ranges
        for _ in range(12):
            changed = bytearray(whole)
            place = self.rng.randrange(len(changed))
            changed[place] ^= 1 << self.rng.randrange(8)
            self.signature.write_bytes(changed)
            status, _ = self.verdicts()
            part = bytes(changed[max(place - 20, 0) : place + 20])
            assert status in (0, 65, 77), f"{tool}: damaged: {status}: {part}"
            # The names of members that only model_signing requires, such as keyid, do not count.
            counts = any(start <= place < end for start, end in ranges)
            assert status != 0 or not counts, f"{tool}: birdie accepts {part}"

    def restore(self, kept):
        shutil.rmtree(self.folder)
        shutil.copytree(kept, self.folder, symlinks=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--birdie", required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for index in range(options.count):
        rng = random.Random(options.seed * 1_000_003 + index)
        with tempfile.TemporaryDirectory() as scratch:
            try:
                Case(options.birdie, rng, pathlib.Path(scratch)).check()
            except AssertionError as failure:
                sys.exit(f"case {index} of seed {options.seed}: {failure}")
    print(f"{options.count} folders: birdie and model_signing agree")


if __name__ == "__main__":
    main()
