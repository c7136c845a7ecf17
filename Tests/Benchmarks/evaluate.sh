#!/usr/bin/env bash
# Times an evaluation beside PyTorch's, on the same model, tokens and number of threads.
#
#   evaluate.sh BIRDIE [MODEL TOKENS]
#
# Without a model one of the challenge's baseline is made (9 layers, width 512) with a shard of random
# tokens; a model of one's own must be of the baseline's kind. PYTHON names an interpreter with torch
# and numpy (python3), RUNS the number of rounds (3), COUNT the tokens (50000), LENGTH the window
# (512), THREADS the threads (all processors), TOKENIZER what tells the bytes if no sidecars do.
set -euo pipefail
export LC_ALL=C

birdie=$(realpath "$1")
python=${PYTHON:-python3}
# A shell that pins these slows every program that multiplies matrices, peers included.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

"$python" -c 'import numpy, torch' 2>/dev/null || {
  echo "benchmark: PYTHON with torch and numpy is needed" >&2
  exit 69
}
folder=$(mktemp -d -p "${TMPDIR:-/tmp}" birdie-benchmark-XXXXXX)
trap 'rm -rf "$folder"' EXIT

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
  "load $(cut -d ' ' -f 1 /proc/loadavg)"
"$python" "$(dirname "$0")/evaluate.py" compare "$folder" "$birdie" "${@:2}"
