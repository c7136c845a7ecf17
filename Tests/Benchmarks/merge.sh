#!/usr/bin/env bash
# Times merges beside mergekit's on the same files, in one run.
#
#   merge.sh BIRDIE MERGEKIT-PYTORCH [--runs 3] [--matrices 6] [--dtype float32] [--methods a,b]
#
# PYTHON names an interpreter with torch and safetensors (python3); files go to TMPDIR. mergekit
# uses as many threads as it likes; processor time is what compares the arithmetic.
set -euo pipefail
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
folder=$(mktemp -d -p "${TMPDIR:-/tmp}" birdie-benchmark-XXXXXX)
trap 'rm -rf "$folder"' EXIT
birdie=$(realpath "$1") mergekit=$(realpath "$2")
shift 2
"${PYTHON:-python3}" "$(dirname "$0")/merge.py" "$birdie" "$mergekit" "$folder" "$@"
