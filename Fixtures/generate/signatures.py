"""Makes Fixtures/signatures: keys by openssl, signatures by model_signing.

    signatures.py

keys/      test keys, whose private numbers are below: never use them for anything
folder.json  the signed folder: paths and contents in base64 (git cannot keep a folder named .git)
accepts/   bundles over that folder that must be verified
rejects/   bundles, and keys in keys/rejects/, named by the rule that refuses them

Signatures of malformed statements are made with the same key and envelope as good ones, so that
nothing but the statement is wrong. Signatures are randomized, and model_signing writes members in an
order that changes from process to process, so that the files differ from run to run.

Needs model-signing 1.1.1, cryptography 50.0.2, pyOpenSSL 26.4.0 (which model-signing lacks in its
list) and openssl 3.0.19.
"""

import base64
import functools
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import model_signing
from model_signing import _cli
from model_signing._signing import sign_sigstore_pb

ROOT = pathlib.Path(__file__).resolve().parent.parent / "signatures"
IN_TOTO = "application/vnd.in-toto+json"
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
NUMBER = int.from_bytes(hashlib.sha256(b"birdie: a test key, not a secret").digest(), "big")
FOLDER = {
    "config.json": b'{"layers": 2}\n',
    "a/x.bin": bytes(range(40)),
    "a b/weights 1.bin": bytes(range(100, 133)),
    "a-b": b"-",
    "empty.bin": b"",
    "caf\u00e9.txt": b"one code point\n",
    "cafe\u0301.txt": b"two code points\n",
    "\u6f22/\U0001f426.bin": bytes(16),
    'quote " and \\.txt': b"escaped\n",
    "line\nbreak": b"\n",
    "sub/deep/er/weights.safetensors": b"\x08\0\0\0\0\0\0\0{}      ",
    ".hidden": b"hidden files count\n",
    ".gitignore": b"*.log\n",
    ".gitattributes": b"*.bin binary\n",
    ".git/config": b"[core]\n",
    ".github/workflows/ci.yml": b"on: push\n",
    "logs/train.log": b"step 1\n",
    "logs/more/x.log": b"step 2\n",
}


def run(*command, given=None):
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def key_path(name):
    return ROOT / "keys" / f"test-only-{name}"


def write_keys():
    """PKCS #8 and SEC 1 with the parameters before it, as `ecparam -genkey` writes them."""
    for name, curve in CURVES.items():
        key = ec.derive_private_key(NUMBER, curve)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        # openssl pads the number to the curve's length and adds the public key.
        key_path(f"{name}.pem").write_bytes(run("openssl", "pkey", given=pem))
        parameters = run("openssl", "ecparam", "-name", key_name(name))
        sec1 = run("openssl", "ec", given=pem)
        key_path(f"{name}-sec1.pem").write_bytes(parameters + sec1)
        key_path(f"{name}.pub").write_bytes(run("openssl", "pkey", "-pubout", given=pem))
    other = ec.derive_private_key(NUMBER + 1, CURVES["p256"]).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key_path("other-p256.pem").write_bytes(other)
    key_path("other-p256.pub").write_bytes(run("openssl", "pkey", "-pubout", given=other))


def key_name(name):
    return {"p256": "prime256v1", "p384": "secp384r1", "p521": "secp521r1"}[name]


def write_rejected_keys():
    """Keys that cannot be used; what ends in .pub is public, what ends in .pem private."""
    good = key_path("p256.pem").read_bytes()
    public = key_path("p256.pub").read_bytes()
    generate = ("openssl", "genpkey", "-algorithm")
    k1 = run(*generate, "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1")
    rsa = run(*generate, "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    ed25519 = run(*generate, "ED25519")
    encrypt = ("-aes256", "-passout", "pass:birdie")
    files = {
        "G08-secp256k1.pem": k1,
        "G08-secp256k1-sec1.pem": run("openssl", "ec", given=k1),
        "G08-explicit-parameters.pem": run("openssl", "ec", "-param_enc", "explicit", given=good),
        "G08-secp256k1.pub": run("openssl", "pkey", "-pubout", given=k1),
        "G08-rsa.pem": rsa,
        "G08-rsa.pub": run("openssl", "pkey", "-pubout", given=rsa),
        "G08-ed25519.pem": ed25519,
        "G08-ed25519.pub": run("openssl", "pkey", "-pubout", given=ed25519),
        "G08-compressed.pub": run(
            "openssl", "ec", "-pubin", "-conv_form", "compressed", given=public
        ),
        "G08-certificate.pub": certificate(),
        "G08-private.pub": good,
        "G08-public.pem": public,
        "G08-empty.pem": b"",
        "G08-no-end.pem": good.replace(b"-----END PRIVATE KEY-----\n", b""),
        "G08-other-end.pub": public.replace(b"END PUBLIC", b"END PRIVATE"),
        "G08-nested.pub": public.replace(b"\n", b"\n" + public, 1),
        "G08-no-base64.pub": public.replace(b"\nM", b"\n*"),
        "G08-cut.pem": good.replace(good.splitlines()[2] + b"\n", b""),
        "G09-pkcs8.pem": run("openssl", "pkey", *encrypt, given=good),
        "G09-sec1.pem": run("openssl", "ec", *encrypt, given=good),
    }
    for name, content in files.items():
        (ROOT / "keys" / "rejects" / name).write_bytes(content)


@functools.cache
def certificate():
    """A certificate for signatures that its own key signed."""
    return run(
        "openssl", "req", "-x509", "-key", key_path("p256.pem"), "-subj", "/CN=test only",
        "-days", "36500", "-addext", "keyUsage=critical,digitalSignature",
    )  # fmt: skip


def write_folder(root):
    for name, content in FOLDER.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def sign(folder, target, *flags, key="p256", method="key", ignore=("logs",)):
    """Signs by the command line of model_signing, with the signature in the folder."""
    path = folder / "model.sig"
    more = [flag for name in ignore for flag in ("--ignore-paths", folder / name)]
    command = ["sign", method, folder, "--signature", path, *more, *flags]
    command += ["--private_key", key_path(f"{key}.pem")]
    _cli.main([str(part) for part in command], standalone_mode=False)
    target.write_bytes(path.read_bytes())
    path.unlink()


def sign_as(folder, target, **serialization_options):
    """Signs by the library, whose command line has no flag for digests and shards."""
    method = serialization_options.pop("method")
    config = model_signing.hashing.Config().set_ignored_paths(paths=["logs"])
    getattr(config, f"use_{method}_serialization")(**serialization_options)
    signer = model_signing.signing.Config().use_elliptic_key_signer(
        private_key=key_path("p256.pem")
    )
    signer.set_hashing_config(config).sign(folder, target)


def bundle(payload, pae=sign_sigstore_pb.pae, key="p256"):
    """A bundle over a payload of our own, signed as model_signing signs."""
    if not isinstance(payload, bytes):
        payload = json.dumps(payload).encode()
    private = serialization.load_pem_private_key(key_path(f"{key}.pem").read_bytes(), None)
    signature = private.sign(pae(payload), ec.ECDSA(hashes.SHA256()))
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "publicKey": {
                "hint": hashlib.sha256(key_path(f"{key}.pub").read_bytes()).hexdigest()
            },
            "tlogEntries": [],
        },
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": IN_TOTO,
            "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
        },
    }


def payload_of(path):
    envelope = json.loads(path.read_text())["dsseEnvelope"]
    return json.loads(base64.b64decode(envelope["payload"]))


def reject(name, content):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    (ROOT / "rejects" / f"{name}.sig").write_bytes(content)


def reject_statement(name, change, source="p256"):
    """A signed statement with something changed, and the digest over all made to fit."""
    statement = payload_of(ROOT / "accepts" / f"{source}.sig")
    change(statement)
    resources = statement.get("predicate", {}).get("resources")
    if isinstance(resources, list) and name != "G06-root-digest":
        digests = b"".join(bytes.fromhex(resource["digest"]) for resource in resources)
        statement["subject"][0]["digest"]["sha256"] = hashlib.sha256(digests).hexdigest()
    reject(name, bundle(statement))


def write_rejected_bundles(folder):
    text = (ROOT / "accepts" / "p256.sig").read_text()

    def changed(change):
        document = json.loads(text)
        change(document)
        return document

    def material(document):
        return document["verificationMaterial"]

    def envelope(document):
        return document["dsseEnvelope"]

    def entry(document):
        return envelope(document)["signatures"][0]

    def flip(document, owner, key):
        value = bytearray(base64.b64decode(owner(document)[key]))
        value[-1] ^= 1
        owner(document)[key] = base64.b64encode(value).decode()

    reject("G02-no-json", text[:-1].encode())
    reject("G02-list", b"[]")
    reject("G02-key-twice", text.replace("{", '{"mediaType":"",', 1).encode())
    reject("G02-no-envelope", changed(lambda d: d.pop("dsseEnvelope")))
    reject("G02-no-material", changed(lambda d: d.pop("verificationMaterial")))
    reject("G02-no-key", changed(lambda d: material(d).pop("publicKey")))
    reject("G02-hint", changed(lambda d: material(d)["publicKey"].update(hint=1)))
    reject("G02-no-payload", changed(lambda d: envelope(d).pop("payload")))
    reject("G02-payload", changed(lambda d: envelope(d).update(payload="e30")))
    reject("G02-line-break", changed(lambda d: envelope(d).update(payload="e30=\n")))
    reject("G02-bits-left", changed(lambda d: envelope(d).update(payload="e31=")))
    reject("G02-url-alphabet", changed(lambda d: entry(d).update(sig="-_8=")))
    reject("G02-no-signatures", changed(lambda d: envelope(d).update(signatures=[])))
    reject("G02-two-signatures", changed(lambda d: envelope(d)["signatures"].append(entry(d))))
    reject("G02-empty-signature", changed(lambda d: entry(d).update(sig="")))
    reject("G02-long-signature", changed(lambda d: entry(d).update(sig="AAAA" * 100)))
    reject("G03-version", changed(lambda d: d.update(mediaType=d["mediaType"].replace("3", "2"))))
    reject("G03-payload-type", changed(lambda d: envelope(d).update(payloadType="text/plain")))
    reject("G03-message", changed(lambda d: d.update(messageSignature={})))
    chain = ROOT / "keys" / "rejects" / "G08-certificate.pub"
    sign(
        folder, ROOT / "rejects" / "G03-certificate.sig", "--signing_certificate", chain,
        "--certificate_chain", chain, method="certificate",
    )  # fmt: skip
    reject("G04-key", bundle(payload_of(ROOT / "accepts" / "p256.sig"), key="other-p256"))
    reject("G04-hint", changed(lambda d: material(d)["publicKey"].update(hint="ab" * 32)))
    reject("G05-signature", changed(lambda d: flip(d, entry, "sig")))
    reject("G05-payload", changed(lambda d: flip(d, envelope, "payload")))
    reject("G05-no-der", changed(lambda d: entry(d).update(sig="AAAA")))
    payload = payload_of(ROOT / "accepts" / "p256.sig")
    reject("G05-without-encoding", bundle(payload, pae=lambda raw: raw))
    # What version 0.2 signed by mistake, and version 1 still accepts.
    reject("G05-before-1.0", bundle(payload, pae=sign_sigstore_pb.pae_compat))
    other = bundle(payload, key="other-p256")
    del other["verificationMaterial"]["publicKey"]["hint"]
    reject("G05-other-key-without-hint", other)


def write_rejected_statements(folder):
    def resources(statement):
        return statement["predicate"]["resources"]

    def rename(name):
        return lambda statement: resources(statement)[0].update(name=name)

    def serialization_of(statement):
        return statement["predicate"]["serialization"]

    reject_statement("G01-altered", lambda s: resources(s)[0].update(digest="00" * 32))
    reject("G06-no-json", bundle(b"{"))
    reject_statement("G06-root-digest", lambda s: resources(s)[0].update(digest="00" * 32))
    reject_statement("G06-no-predicate", lambda s: s.pop("predicate"))
    reject_statement("G06-no-resources", lambda s: s["predicate"].pop("resources"))
    reject_statement("G06-two-subjects", lambda s: s["subject"].append(s["subject"][0]))
    reject_statement("G06-twice", lambda s: resources(s).append(resources(s)[0]))
    reject_statement("G06-short-digest", lambda s: resources(s)[0].update(digest="00" * 31))
    for label, name in {
        "parent": "../config.json", "inner-parent": "a/../config.json", "absolute": "/etc/passwd",
        "dot": "./config.json", "slashes": "a//x.bin", "empty": "", "nul": "a\0b",
    }.items():  # fmt: skip
        reject_statement(f"G06-{label}", rename(name))
    for label, name in {
        "plain": "a/x.bin", "backwards": "a/x.bin:16:0", "long": "a/x.bin:0:17",
        "negative": "a/x.bin:-1:3", "gap": "a/x.bin:1:8", "huge": "a/x.bin:0:99999999999999999999",
    }.items():  # fmt: skip
        reject_statement(f"G06-shard-{label}", rename(name), "p256-shards")
    reject_statement(
        "G06-shard-size", lambda s: serialization_of(s).update(shard_size=0), "p256-shards"
    )
    reject_statement("G07-type", lambda s: s.update(_type="https://in-toto.io/Statement/v0.1"))
    provenance = "https://slsa.dev/provenance/v1"
    reject_statement("G07-predicate", lambda s: s.update(predicateType=provenance))
    reject_statement("G07-method", lambda s: serialization_of(s).update(method="tensors"))
    reject_statement("G07-algorithm", lambda s: resources(s)[0].update(algorithm="sha512"))
    sign_as(folder, ROOT / "rejects" / "G07-blake2.sig", method="file", hashing_algorithm="blake2")
    sign_as(folder, ROOT / "rejects" / "G07-blake3.sig", method="file", hashing_algorithm="blake3")
    digest = {"sha256": hashlib.sha256(FOLDER["config.json"]).hexdigest()}
    reject("G07-before-1.0", bundle({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "config.json", "digest": digest}],
        "predicateType": "https://model_signing/Digests/v0.1",
        "predicate": {"unused": "Unused, just passed due to API requirements"},
    }))  # fmt: skip
    sign_as(folder / "config.json", ROOT / "rejects" / "G07-lone-file.sig", method="file")


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    for name in ("keys/rejects", "accepts", "rejects"):
        (ROOT / name).mkdir(parents=True)
    write_keys()
    write_rejected_keys()
    contents = {name: base64.b64encode(content).decode() for name, content in FOLDER.items()}
    (ROOT / "folder.json").write_text(json.dumps(contents, indent=1) + "\n")
    accepts = ROOT / "accepts"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "bird model"
        write_folder(folder)
        for name in CURVES:
            sign(folder, accepts / f"{name}.sig", key=name)
        sign(folder, accepts / "p256-with-git.sig", "--no-ignore-git-paths")
        sign(folder, accepts / "p256-with-logs.sig", ignore=())
        sign(folder, accepts / "p256-links-allowed.sig", "--allow_symlinks")
        sign_as(folder, accepts / "p256-shards.sig", method="shard", shard_size=16)
        older = json.loads((accepts / "p256.sig").read_text())
        del older["verificationMaterial"]["publicKey"]["hint"]
        (accepts / "p256-without-hint.sig").write_text(json.dumps(older))
        write_rejected_bundles(folder)
        write_rejected_statements(folder)


if __name__ == "__main__":
    main()
