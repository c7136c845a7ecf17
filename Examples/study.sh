#!/bin/sh
# What each part of Birdie's quantizer is worth beside the challenge's record, at equal bytes.
#
#   TRAIN='train_*.bin' VAL='val_*.bin' TOKENIZER=t.model study.sh MODEL …
#
# For each model and rate the record's recipe (recipes/record.yml) is packed as the record packs it,
# by lrzip, and as .birdie; then its parts are replaced one after another until Birdie's defaults are
# left. Layers are calibrated on TRAIN and divergence is measured on VAL. Tables go to stdout as
# Markdown; what was measured stays in RESULTS, and a run that was interrupted goes on from there.
#
#   BIRDIE=birdie              the program, a release build
#   PYTHON=python3             with the packages of study/requirements.txt
#   RATES="2.5 3 3.5 4 4.5"    bits of artifact per parameter
#   CALIBRATION_TOKENS=32768   of TRAIN, for second moments
#   FISHER_TOKENS=8192         of TRAIN, for the Fisher information
#   VAL_TOKENS=24577           of VAL
#   SEQUENCE_LENGTH=1024       how many tokens the model sees at once
#   RESULTS=study-results      a folder
#
# The programs lrzip and brotli are needed (packages of the same names).
set -eu

here=$(dirname "$0")
if [ $# -eq 0 ] || [ -z "${TRAIN:-}" ] || [ -z "${VAL:-}" ] || [ -z "${TOKENIZER:-}" ]; then
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 64
fi
for program in lrzip brotli; do
  command -v "$program" >/dev/null || {
    echo "study.sh: install $program" >&2
    exit 69
  }
done

# Kernels and cache sizes are to be those that birdie chooses.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
exec "${PYTHON:-python3}" "$here/study/study.py" --birdie "${BIRDIE:-birdie}" \
  --recipe "$here/recipes/record.yml" --train "$TRAIN" --val "$VAL" --tokenizer "$TOKENIZER" \
  --rates "${RATES:-2.5 3 3.5 4 4.5}" --calibration-tokens "${CALIBRATION_TOKENS:-32768}" \
  --fisher-tokens "${FISHER_TOKENS:-8192}" --val-tokens "${VAL_TOKENS:-24577}" \
  --sequence-length "${SEQUENCE_LENGTH:-1024}" --results "${RESULTS:-study-results}" "$@"
