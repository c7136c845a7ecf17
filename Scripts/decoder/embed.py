"""Makes decode.py small and puts it, with the marks of its sections, into the library.

    embed.py            writes Sources/Checkpoints/Artifact/PythonDecoder+Text.swift
    embed.py --check    says whether that file is what would be written

The decoder that `birdie convert --decoder` writes is this text without the sections that the artifact
does not need.
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "../../Sources/Checkpoints/Artifact/PythonDecoder+Text.swift")
WIDTH = 96


def minified():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "decode.py")
        command = [sys.executable, os.path.join(HERE, "minify.py"), os.path.join(HERE, "decode.py"),
                   "--marks", "--search", "3000", "--out", path]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(path) as file:
            return file.read()


def swift(text):
    lines = ["// Written by Scripts/decoder/embed.py from decode.py beside it: change that instead.", "",
             "extension PythonDecoder {", "  /// The program with its marks, small.",
             '  static let text = #"""']
    for line in text.splitlines():
        while len(line) > WIDTH - 2:
            lines.append("    " + line[: WIDTH - 6] + "\\#")
            line = line[WIDTH - 6 :]
        lines.append(("    " + line).rstrip() if not line else "    " + line)
    return "\n".join(lines + ['    """#', "}", ""])


def main():
    content = swift(minified())
    if sys.argv[1:] == ["--check"]:
        with open(TARGET) as file:
            sys.exit(0 if file.read() == content else f"{TARGET} is out of date")
    with open(TARGET, "w") as file:
        file.write(content)


if __name__ == "__main__":
    main()
