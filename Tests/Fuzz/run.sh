#!/bin/sh
# Fuzzes the parsers, each from the committed fixtures, its dictionary and its past failures.
#
#   run.sh [FUZZER] [SECONDS]      all fuzzers, 60 seconds each, by default
#
# A new failure ends up in Tests/Fuzz/Failures/<fuzzer>/: fix it and commit the file, which the
# ordinary tests then replay. The growing corpus stays in .build-fuzz/corpus/.
set -eu
cd "$(dirname "$0")/../.."

fuzzers=${1:-pickle zip tar codecs safetensors numpy json artifact sentencepiece tokenizer shard xorb \
  xet-shard recipe adapter record signature checkpoint folder conversion}
seconds=${2:-60}
scratch=$PWD/.build-fuzz
# libFuzzer writes the failing input on a crash; Swift's backtraces would come first and hang.
export SWIFT_BACKTRACE=enable=no
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# Which fixtures a fuzzer starts from.
seeds() {
  case $1 in
    pickle) find Fixtures/pickle -type f ;;
    zip) find Fixtures/zip Fixtures/numpy Fixtures/pytorch -type f ! -name '*.json' ;;
    tar) find Fixtures/tar Fixtures/pytorch -type f -name '*tar*' ! -name '*.json' ;;
    codecs) find Fixtures/compressed Fixtures/golf -type f ! -name '*.json' ! -name 'expected.*' ;;
    safetensors) find Fixtures/safetensors -type f -name '*.safetensors' ;;
    numpy) find Fixtures/numpy -type f -name "*.npy" ;;
    sentencepiece) find Fixtures/tokenizers -type f -name '*.model' ;;
    tokenizer) find Fixtures/tokenizers -type f -name '*.json' ;;
    artifact) find Fixtures -type f -name '*.birdie' ;;
    shard) find Fixtures/tokenizers -type f -name '*.bin' ;;
    xorb) find Fixtures/xet -type f -name '*.xorb' ;;
    xet-shard) find Fixtures/xet -type f -name '*.shard' ;;
    recipe) find Tests/Fuzz/Seeds/recipe Fixtures/merging/recipes -type f ! -name '*.safetensors' ;;
    adapter) find Tests/Fuzz/Seeds/adapter -type f ;;
    record) find Fixtures/records -type f ;;
    signature) find Fixtures/signatures Tests/Fuzz/Seeds/signature -type f ! -name folder.json ;;
    json) find Fixtures -type f -name '*.json' ;;
    folder) find Fixtures/safetensors Fixtures/pytorch Fixtures/distributed -type f \
      -name '*.index.json' -o -name '*.metadata' -o -path '*/single/*' ;;
    # Beside the fixtures stand artifacts without their compression, which hides all from mutations.
    *) find Tests/Fuzz/Seeds/checkpoint Fixtures/*/accepts Fixtures/*/rejects -type f ! -name '*.json' ;;
  esac 2>/dev/null || true
}

# The file that makes a folder a checkpoint, then what lies beside it, as `folder` takes them apart.
# Metadata that stand alone lie about the ranks of another fixture.
bundle() {
  case $1 in
    */rejects/*.metadata) name=.metadata beside=Fixtures/pytorch/accepts/ranks-columns.dcp ;;
    *) name=$(basename "$1") beside=$(dirname "$1") ;;
  esac
  printf '\n=== %s\n' "$name"
  cat "$1"
  for other in "$beside"/*; do
    [ "$other" = "$1" ] || { printf '\n=== %s\n' "$(basename "$other")" && cat "$other"; }
  done
}

# Copies the seeds under their paths; large ones only slow a fuzzer down.
plant() {
  mkdir -p "$scratch/corpus/$1" "$scratch/seeds/$1"
  seeds "$1" | while read -r path; do
    seed=$scratch/seeds/$1/$(echo "$path" | tr / _)
    if [ "$1" = folder ]; then
      bundle "$path" >"$seed"
    elif [ "$(wc -c <"$path")" -le 65536 ]; then
      cp "$path" "$seed"
    fi
  done
}

# `--sanitize` leaves the main function to libFuzzer; of several `-sanitize` flags the compiler obeys
# the last, so that one names both. Dead stripping would take the coverage counters away.
# shellcheck disable=SC2086  # SWIFT may be a command with arguments
${SWIFT:-swift} build -c release --package-path Tests/Fuzz --scratch-path "$scratch" \
  --product fuzz --sanitize=fuzzer -Xswiftc -sanitize=address,fuzzer \
  -Xcc -fsanitize=address -Xswiftc -use-ld=lld --disable-dead-strip >&2

status=0
for fuzzer in $fuzzers; do
  failures=Tests/Fuzz/Failures/$fuzzer
  mkdir -p "$failures"
  plant "$fuzzer"
  echo "=== $fuzzer: $(find "$scratch/seeds/$fuzzer" -type f | wc -l) seeds, $seconds s"
  FUZZER=$fuzzer "$scratch/release/fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=1024 -max_len=65536 -print_final_stats=1 -verbosity=0 \
    -dict="Tests/Fuzz/Dictionaries/$fuzzer.dict" -artifact_prefix="$failures/" \
    "$scratch/corpus/$fuzzer" "$scratch/seeds/$fuzzer" "$failures" || status=1
done
exit "$status"
