#!/bin/sh
# From a checkpoint that somebody sent you to a file that you can use, in five commands.
#
#   walkthrough.sh BIRDIE
set -eu
cd "$(dirname "$0")/.."

birdie=$1
checkpoint=Fixtures/pytorch/accepts/state-dict.pt
damaged=Fixtures/zip/rejects/Z04-payload-bit.pt
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

# A damaged file is refused with the id of a rule, and `explain` has the long text.
status=0
"$birdie" convert "$damaged" "$folder/damaged.safetensors" 2>"$folder/error" || status=$?
cat "$folder/error"
test "$status" -ne 0
test ! -e "$folder/damaged.safetensors"
"$birdie" explain Z04
