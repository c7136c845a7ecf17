#!/bin/sh
# Runs every example on committed fixtures, in a temporary folder.
#
#   run.sh BIRDIE LARGEST_TENSORS
set -eu
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "--- largest-tensors"
"$2" Fixtures/golf/accepts/int8-zlib-root/artifact "$folder/model.safetensors"
"$2" "$folder/model.safetensors" "$folder/again.safetensors" >/dev/null
cmp "$folder/model.safetensors" "$folder/again.safetensors"
echo "--- walkthrough.sh"
sh Examples/walkthrough.sh "$1"
echo "--- share.sh"
sh Examples/share.sh "$1"
