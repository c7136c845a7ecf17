"""Writes Fixtures/kernels/blake3.bin from the test vectors of BLAKE3's authors.

    blake3_vectors.py TEST_VECTORS.JSON

The argument is test_vectors/test_vectors.json of github.com/BLAKE3-team/BLAKE3 (CC0), here as of
commit 77b257eee7da. A record per case, little-endian: u32 bytes of
input, 32 bytes of hash, 32 bytes of keyed hash.
"""

import json
import os
import struct
import sys

OUT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kernels"))


def main():
    """Keeps the first 32 bytes of each output."""
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["key"] == "whats the Elvish word for friend"
    with open(os.path.join(OUT, "blake3.bin"), "wb") as file:
        for case in vectors["cases"]:
            file.write(struct.pack("<I", case["input_len"]))
            file.write(bytes.fromhex(case["hash"])[:32])
            file.write(bytes.fromhex(case["keyed_hash"])[:32])


if __name__ == "__main__":
    main()
