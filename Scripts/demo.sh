#!/bin/sh
# Converts a checkpoint and says in plain words what happened.
#
#   demo.sh BIRDIE [CHECKPOINT]
set -eu
cd "$(dirname "$0")/.."

birdie=$1
checkpoint=${2:-Fixtures/golf/accepts/int8-zlib-root/artifact}
hostile=Fixtures/pickle/rejects/P01-os-system.pkl

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
result="$folder/model.safetensors"

say() { printf '\n%s\n\n' "$1"; }
run() {
  echo "\$ birdie $*"
  "$birdie" "$@"
}

say "1. What is in $checkpoint? Reading it runs nothing that is in it."
run inspect "$checkpoint"
say "2. Write the same weights as safetensors, which every framework reads."
run convert "$checkpoint" "$result"
say "3. What was written?"
run inspect "$result"
say "4. Is every tensor the same, number by number?"
run diff "$checkpoint" "$result"
say "5. This file would run a command on torch.load. Birdie names the rule and stops."
run inspect "$hostile" || status=$?
[ "${status:-0}" -eq 77 ] || { echo "demo: the file was not refused" >&2; exit 1; }

say "Done: $(wc -c <"$checkpoint") bytes became $(wc -c <"$result") bytes of safetensors, \
nothing was executed, and nothing is left behind. For a file of yours:
  make demo CHECKPOINT=path/to/model.pt"
