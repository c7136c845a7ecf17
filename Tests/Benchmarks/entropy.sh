#!/usr/bin/env bash
# Sets the bytes and the speed of Birdie's coder beside its peers', on the codes of one checkpoint.
#
#   entropy.sh BIRDIE CHECKPOINT [int6|int8 …]
#
# PYTHON names an interpreter with torch, safetensors, brotli, constriction and nncodec (python3); the
# programs zstd, lrzip and zpaq are needed too. A peer that is missing is left out and named.
set -euo pipefail
export LC_ALL=C

birdie=$(realpath "$1")
checkpoint=$(realpath "$2")
folder=$(dirname "$0")
scratch=$(realpath "$folder/../..")/.build-coder
${SWIFT:-swift} build -c release --package-path "$folder/Coder" --scratch-path "$scratch" >&2

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
  "load $(cut -d ' ' -f 1 /proc/loadavg)"
"${PYTHON:-python3}" "$folder/entropy.py" "$birdie" "$scratch/release/coder-speed" "$checkpoint" "${@:3}"
