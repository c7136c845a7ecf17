#!/bin/sh
# From a trained model to weights that others use, on a Hub of one's own on this machine.
#
#   share.sh BIRDIE [FOLDER]
#
# Publishes a small trained model with its record, pulls it with birdie and, where they are
# installed, with the Python clients, evaluates it, verifies what its compression cost, checks its
# signature, and saves the record's page. What comes of it stays in FOLDER, if one is given.
set -eu
birdie=$(realpath "$1")
fixtures=$(realpath "$(dirname "$0")/../Fixtures")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"

# Nobody listens there: without a Hub of our own nobody else is asked.
export HF_ENDPOINT=http://127.0.0.1:1 HF_TOKEN=any HF_HOME="$folder/home"
rm -f address.json
"$birdie" serve --root hub --port 0 --json >address.json 2>serve.log &
server=$!
finish() {
  kill "$server" 2>/dev/null && wait "$server" || true
  [ $# -eq 0 ] || rm -rf "$folder"
}
if [ -n "${2:-}" ]; then trap finish EXIT; else trap 'finish remove' EXIT; fi
for _ in $(seq 600); do
  [ -s address.json ] && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
address=$(sed -n 's/.*"address": "\(http[^"]*\)".*/\1/p' address.json)
if [ -z "$address" ]; then
  echo 'share.sh: the Hub did not start' >&2
  cat serve.log >&2
  exit 1
fi
HF_ENDPOINT=$address
echo "--- a Hub at $HF_ENDPOINT"

echo '--- a record: a script, a log, a description, and the weights'
record=track_10min_16mb/2026-05-01_Example
mkdir -p "$record"
cp "$fixtures/language_models/evaluation/model.safetensors" "$record/final_model.safetensors"
cp "$fixtures/language_models/evaluation/config.json" "$record/config.json"
echo 'print("trains")' >"$record/train_gpt.py"
printf 'seed: 42\nfinal_int8_zlib_roundtrip_exact val_loss:5.1 val_bpb:2.8\n' >"$record/train_seed42.log"
echo '# An example' >"$record/README.md"
cat >"$record/submission.json" <<'JSON'
{"author": "somebody", "github_id": "somebody", "name": "Example", "date": "2026-05-01",
 "val_bpb": 2.8, "track": "10min_16mb", "blurb": "a small model"}
JSON
"$birdie" quantize "$record/final_model.safetensors" "$record/final_model.birdie" --method keep \
  --tensors '*.mlp.*.weight=rtn,bits=6' --tensors '*.attn.*.weight=rtn,bits=6' -q

echo '--- published, signed with a key for examples; again, it sends nothing'
keys=$fixtures/signatures/keys
"$birdie" publish "$record" --repo me/golf --sign "$keys/test-only-p256.pem"
"$birdie" publish "$record" --repo me/golf --sign "$keys/test-only-p256.pem"

echo '--- pulled, verified'
place=records/$record/seed_42
pulled=$("$birdie" pull me/golf --local-dir pulled)
"$birdie" verify "$pulled/$place"
"$birdie" verify "$pulled/$place" --key "$keys/test-only-p256.pub"
"$birdie" verify "$pulled/$place/final_model.birdie" --against "$pulled/$place/final_model.safetensors"

if command -v curl >/dev/null; then
  echo '--- its page'
  curl -sf "$HF_ENDPOINT/me/golf/record/$place" -o record.html
  sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p' record.html
fi

echo '--- evaluated where it lies'
"$birdie" eval "hf://me/golf/$place/final_model.safetensors" \
  --tokens "$fixtures/language_models/evaluation/fineweb_val_*.bin" --sequence-length 16

if python3 -c 'import huggingface_hub' 2>/dev/null; then
  echo '--- and by Python'
  python3 - "$place" <<'PYTHON'
import sys
from huggingface_hub import snapshot_download
print(snapshot_download("me/golf", allow_patterns=[sys.argv[1] + "/*"]))
PYTHON
fi
