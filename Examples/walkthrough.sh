#!/bin/sh
# From a checkpoint that somebody sent you to a file that you can use, in five commands.
#
#   walkthrough.sh BIRDIE
set -eu
cd "$(dirname "$0")/.."

birdie=$1
checkpoint=Fixtures/pytorch/accepts/state-dict.pt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What is in it? Only headers are read; --json is for scripts.
"$birdie" inspect "$checkpoint"
"$birdie" inspect "$checkpoint" --json >"$folder/inspection.json"
grep -q '"schema"' "$folder/inspection.json"

# What would a conversion write, and how large? Nothing is written yet.
"$birdie" convert "$checkpoint" "$folder/model.safetensors" --dry-run
test ! -e "$folder/model.safetensors"

# Write it. The checksums of the input are verified on the way.
"$birdie" convert "$checkpoint" "$folder/model.safetensors"

# The same weights? Exit status 1 would say no.
"$birdie" diff "$checkpoint" "$folder/model.safetensors"

# One damaged weight, as a bad disk or transfer leaves it: the first tensor begins at byte 1280.
cp "$checkpoint" "$folder/damaged.pt"
printf 'X' | dd of="$folder/damaged.pt" bs=1 seek=1280 conv=notrunc 2>/dev/null

# The error names a rule, nothing appears under the output's name, and `explain` has the long text.
status=0
"$birdie" convert "$folder/damaged.pt" "$folder/damaged.safetensors" || status=$?
test "$status" -eq 65
test ! -e "$folder/damaged.safetensors"
"$birdie" explain Z04
