#!/usr/bin/env bash
# Times a conversion to safetensors beside its peers, on the same file, disk and page cache.
#
#   convert.sh BIRDIE [CHECKPOINT]
#
# Without a checkpoint one of 1 GiB is made, which needs torch. PYTHON names the interpreter
# (python3), RUNS the number of rounds (5), TMPDIR where the files go. Needs hyperfine.
#
# A round runs every program once, so that what else the machine does falls on all of them alike.
# Before each run the last output is removed and the disk is idle, so that nobody waits for the
# pages of another. birdie's output is on the disk when it ends and so is that of cp+sync: those
# two do the same work. cp and Python leave it in the page cache; beside them stands
# birdie-nosync, the same program with fsync made to do nothing.
set -euo pipefail
export LC_ALL=C

birdie=$(realpath "$1")
checkpoint=${2:+$(realpath "$2")}
python=${PYTHON:-python3}
rounds=${RUNS:-5}
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
unsynced=$folder/unsynced.so
convert() { "$birdie" convert -q "$checkpoint" "$out"; }

run() {
  case $1 in
    cp) cp "$checkpoint" "$out" ;;
    cp+sync) cp "$checkpoint" "$out" && sync -d "$out" ;;
    birdie) convert ;;
    birdie-nosync) LD_PRELOAD=$unsynced convert ;;
    python) "$python" "$folder/peer.py" "$checkpoint" "$out" ;;
  esac
}

programs=(cp cp+sync birdie)
if cc -shared -fPIC -o "$unsynced" -x c - 2>/dev/null <<'C'
int fsync(int file) { return file < 0 ? -1 : 0; }
C
then programs+=(birdie-nosync); fi
[ $has_torch = no ] || programs+=(python)

# Wall and processor seconds of one run go to times.tsv.
TIMEFORMAT=$'%R\t%U\t%S'
measure() {
  rm -f "$out"
  sync
  { time run "$1" 2>"$folder/errors"; } 2>"$folder/time" ||
    { cat "$folder/errors" >&2; exit 1; }
  [ "$2" = 0 ] || printf '%s\t%s\n' "$1" "$(tail -n 1 "$folder/time")" >>"$folder/times.tsv"
}

cat "$checkpoint" >/dev/null
for round in $(seq 0 "$rounds"); do # round 0 warms up
  for program in "${programs[@]}"; do measure "$program" "$round"; done
done

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
    printf "convert: at most %.1f MiB of anonymous memory, %.1f MiB resident in all\n",
      anonymous / 1024, resident / 1024 }'
}

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
  "load $(cut -d ' ' -f 1 /proc/loadavg)"
echo "input: $(stat -c %s "$checkpoint") bytes, page cache warm, medians of $rounds rounds"
awk -F '\t' -v order="${programs[*]}" -v bytes="$(stat -c %s "$checkpoint")" '
  function median(list, count, i, j, swap) {
    for (i = 2; i <= count; i++)
      for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
        swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap
      }
    return (list[int((count + 1) / 2)] + list[int(count / 2) + 1]) / 2
  }
  { n = ++runs[$1]; wall[$1, n] = $2; processor[$1, n] = $3 + $4 }
  END {
    count = split(order, names, " ")
    for (p = 1; p <= count; p++) {
      name = names[p]
      for (i = 1; i <= runs[name]; i++) { a[i] = wall[name, i] + 0; b[i] = processor[name, i] + 0 }
      time[name] = median(a, runs[name]); least[name] = a[1]; most[name] = a[runs[name]]
      cpu[name] = median(b, runs[name])
    }
    print "program         median     least      most       cpu      GB/s"
    for (p = 1; p <= count; p++) {
      name = names[p]
      printf "%-13s %6.2f s  %6.2f s  %6.2f s  %6.2f s  %8.2f\n", name, time[name], least[name],
        most[name], cpu[name], bytes / time[name] / 1e9
    }
    ratio("on the disk: birdie at %.0f %% of the throughput of cp+sync\n", "birdie", "cp+sync", 100)
    ratio("in the cache: birdie at %.0f %% of the throughput of cp\n", "birdie-nosync", "cp", 100)
    ratio("in the cache: birdie %.1f times as fast as Python\n", "birdie-nosync", "python", 1)
    ratio("birdie with sync %.1f times as fast as Python without\n", "birdie", "python", 1)
  }
  function ratio(text, ours, theirs, scale) {
    if (time[ours] > 0 && theirs in time) printf text, scale * time[theirs] / time[ours]
  }' "$folder/times.tsv"
peak_memory
hyperfine -N --warmup 5 --runs 50 --export-csv "$folder/inspect.csv" --style none \
  "'$birdie' inspect --json '$checkpoint'" >/dev/null 2>&1
awk -F, 'NR == 2 { printf "inspect: %.1f ms\n", $4 * 1000 }' "$folder/inspect.csv"
