"""Compares what the Python decoder of an artifact gives with what birdie decodes, bit for bit.

    check_decoder.py --birdie PATH [CHECKPOINT…]

Goes through every artifact of birdie/accepts, as it is with the whole decoder and converted anew, then
through the checkpoints that are given: each is converted to an artifact with its decoder first. Says how
long each took. Needs Python 3.11 and numpy; torch and safetensors to compare.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time

import torch
from safetensors import safe_open

HERE = os.path.dirname(os.path.abspath(__file__))
ACCEPTS = os.path.join(HERE, "..", "birdie", "accepts")
WHOLE = os.path.join(HERE, "..", "..", "Scripts", "decoder", "decode.py")
# Types that numpy lacks come as the float32 numbers of the same values.
WIDENED = {torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2}


def load(decoder, artifact):
    spec = importlib.util.spec_from_file_location("decoder", decoder)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    start = time.perf_counter()
    tensors = module.load(artifact)
    return tensors, time.perf_counter() - start


def differences(found, expected):
    with safe_open(expected, "pt") as file:
        names = set(file.keys())
        yield from names ^ set(found)
        for name in names & set(found):
            tensor = file.get_tensor(name)
            if tensor.dtype in WIDENED:
                tensor = tensor.float()
            values = tensor.numpy()
            same = found[name].dtype == values.dtype and found[name].shape == values.shape
            # The payload of a NaN that arithmetic makes is anyone's.
            if not same or found[name].tobytes() != values.tobytes():
                yield name


def check(birdie, source, folder, name):
    artifact, decoder = f"{folder}/a.birdie", f"{folder}/decode.py"
    expected = f"{folder}/expected.safetensors"
    run = [birdie, "convert", "-q", "--force"]
    subprocess.run([*run, source, artifact, "--decoder", decoder], check=True)
    subprocess.run([*run, artifact, expected, "--codes", "decode"], check=True)
    found, seconds = load(decoder, artifact)
    wrong = set(differences(found, expected))
    if source.endswith(".birdie"):
        # What birdie writes is not all that an artifact may be.
        wrong |= set(differences(load(WHOLE, source)[0], expected))
    wrong = sorted(wrong)
    print(f"{'FAILED ' + ', '.join(wrong) if wrong else 'ok':8} {seconds:6.2f} s  "
          f"{os.path.getsize(decoder):5} bytes  {name}")
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--birdie", required=True)
    parser.add_argument("checkpoints", nargs="*")
    options = parser.parse_args()
    sources = [(os.path.join(ACCEPTS, name, "artifact.birdie"), name)
               for name in sorted(os.listdir(ACCEPTS))]
    sources += [(path, path) for path in options.checkpoints]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for source, name in sources:
            failed += not check(options.birdie, source, folder, name)
    print(f"{len(sources) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
