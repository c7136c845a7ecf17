#!/usr/bin/env bash
# Times quantizing and encoding 36 million weights of the shapes of the challenge's last record, with
# statistics given, and says how much memory it took.
#
#   quantize.sh BIRDIE
#
# PYTHON names an interpreter with numpy and safetensors (python3), RUNS the number of rounds (3),
# THREADS the threads (all processors). With RECORD=1 the challenge's own quantizer is timed too, as
# Birdie has it: integers with a scale per row.
set -euo pipefail
export LC_ALL=C

birdie=$(realpath "$1")
python=${PYTHON:-python3}
threads=${THREADS:-$(nproc)}
# A shell that pins these slows every program that multiplies matrices.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

"$python" -c 'import numpy, safetensors' 2>/dev/null || {
  echo "benchmark: PYTHON with numpy and safetensors is needed" >&2
  exit 69
}
folder=$(mktemp -d -p "${TMPDIR:-/tmp}" birdie-benchmark-XXXXXX)
trap 'rm -rf "$folder"' EXIT

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
  "load $(cut -d ' ' -f 1 /proc/loadavg)"
"$python" "$(dirname "$0")/quantize.py" make "$folder"

round() {
  /usr/bin/time -f "%e s, %U s of processors, %M KB" "$birdie" quantize \
    "$folder/model.safetensors" "$folder/out.birdie" --statistics "$folder/statistics.safetensors" \
    --threads "$threads" --step 1 --force --quiet "$@"
}
for ((run = 1; run <= ${RUNS:-3}; run++)); do
  echo "round $run: trellis of 256 states"
  round
  stat -c '%s bytes' "$folder/out.birdie"
  if [ -n "${RECORD:-}" ]; then
    echo "round $run: integers"
    round --method gptq
  fi
done
