#!/usr/bin/env bash
# Times a conversion to safetensors beside its peers, on the same file in the same run:
# cp, cp and sync (what the disk allows: birdie syncs, cp does not), birdie convert, and Python's
# torch.load + save_file.
#
#   convert.sh BIRDIE [CHECKPOINT]
#
# Without a checkpoint, one of 1 GiB is made, which needs torch. PYTHON names the interpreter
# (python3), RUNS the number of runs (5). Needs hyperfine.
set -euo pipefail

birdie=$(realpath "$1")
checkpoint=${2:-}
python=${PYTHON:-python3}
runs=${RUNS:-5}
# A shell that pins these slows every program that multiplies matrices, peers included.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

command -v hyperfine >/dev/null || { echo "benchmark: hyperfine is needed" >&2; exit 69; }
folder=$(mktemp -d -p "${TMPDIR:-/tmp}" birdie-benchmark-XXXXXX)
trap 'rm -rf "$folder"' EXIT

has_torch=no
"$python" -c 'import safetensors.torch, torch' 2>/dev/null && has_torch=yes

if [ -z "$checkpoint" ]; then
  [ $has_torch = yes ] || {
    echo "benchmark: give a checkpoint, or PYTHON with torch" >&2
    exit 69
  }
  checkpoint=$folder/model.pt
  "$python" - "$checkpoint" <<'PYTHON'
import sys
import torch

generator = torch.Generator().manual_seed(0)
# One gibibyte, 16 layers of bfloat16.
names = [f"blocks.{i}.weight" for i in range(16)]
torch.save(
    {name: torch.randn(8192, 4096, generator=generator).bfloat16() for name in names}, sys.argv[1])
PYTHON
fi

cat >"$folder/peer.py" <<'PYTHON'
import sys
import torch
from safetensors.torch import save_file

save_file(torch.load(sys.argv[1], weights_only=True, map_location="cpu"), sys.argv[2])
PYTHON

out=$folder/out.safetensors
peers=(
  -n cp "cp '$checkpoint' '$out'"
  -n cp+sync "cp '$checkpoint' '$out' && sync '$out'"
  -n birdie "'$birdie' convert -q '$checkpoint' '$out'"
)
[ $has_torch = no ] || peers+=(-n python "'$python' '$folder/peer.py' '$checkpoint' '$out'")
hyperfine --warmup 1 --runs "$runs" --prepare "rm -f '$out'" --export-csv "$folder/times.csv" \
  --style none "${peers[@]}" >/dev/null

# The anonymous memory is what the process itself asked for; mapped file pages are the cache's.
peak_memory() {
  local anonymous=0 resident=0 pid
  rm -f "$out"
  "$birdie" convert -q "$checkpoint" "$out" &
  pid=$!
  while [ -e "/proc/$pid/status" ] && kill -0 "$pid" 2>/dev/null; do
    while read -r key value _; do
      case $key in
        RssAnon:) [ "$value" -le "$anonymous" ] || anonymous=$value ;;
        VmHWM:) [ "$value" -le "$resident" ] || resident=$value ;;
      esac
    done <"/proc/$pid/status" || true
    sleep 0.002
  done 2>/dev/null
  wait "$pid"
  awk -v anonymous="$anonymous" -v resident="$resident" 'BEGIN {
    printf "birdie convert: at most %.1f MB of anonymous memory, %.1f MB resident in all\n",
      anonymous * 1024 / 1e6, resident * 1024 / 1e6 }'
}

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "input: $(stat -c %s "$checkpoint") bytes, page cache warm, median of $runs runs"
awk -F, 'NR > 1 { name[NR] = $1; median[NR] = $4; of[$1] = $4 }
  END { for (i = 2; i <= NR; i++)
    printf "%-8s %8.3f s  %6.2f x cp  %6.2f x birdie\n", name[i], median[i], median[i] / of["cp"],
      median[i] / of["birdie"] }' "$folder/times.csv"
peak_memory
hyperfine -N --warmup 5 --runs 50 --export-csv "$folder/inspect.csv" --style none \
  "'$birdie' inspect --json '$checkpoint'" >/dev/null
awk -F, 'NR == 2 { printf "birdie inspect: %.1f ms\n", $4 * 1000 }' "$folder/inspect.csv"
