#!/bin/sh
# Merges two fine-tuned children of a base by several methods, and says what each merge knows of each
# domain: a table of bits per byte.
#
#   BASE=base.pt ONE=a.pt TWO=b.pt TOKENIZER=t.model \
#     TOKENS='docs=val_docs.bin swift=val_swift.bin' sh Examples/merge.sh > table.md
#
# With TRAIN_ONE and TRAIN_TWO, token shards that the children were trained on, Fisher's merge and RegMean
# are in the table too. BIRDIE names the program (birdie), MAX_TOKENS how many tokens of each domain are read (24576),
# SEQUENCE_LENGTH the window (512). Files go to a folder of their own and are removed.
set -eu
birdie=${BIRDIE:-birdie}
: "${BASE:?}" "${ONE:?}" "${TWO:?}" "${TOKENIZER:?}" "${TOKENS:?}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

bits() { # MODEL TOKENS
  "$birdie" eval "$1" --tokens "$2" --tokenizer "$TOKENIZER" --max-tokens "${MAX_TOKENS:-24576}" \
    --sequence-length "${SEQUENCE_LENGTH:-512}" --json |
    sed -n 's/.*"val_bpb": *\([0-9.]*\).*/\1/p' | head -n 1
}

row() { # NAME MODEL
  printf '| %s |' "$1"
  for domain in $TOKENS; do printf ' %.4f |' "$(bits "$2" "${domain#*=}")"; done
  echo
}

merge() { # NAME METHOD PARAMETERS-OF-EACH PARAMETERS [BASE]
  {
    echo "merge_method: $2"
    echo "models:"
    echo "  - {model: $ONE, parameters: {$3}}"
    echo "  - {model: $TWO, parameters: {$3}}"
    [ -z "${5:-}" ] || echo "base_model: $5"
    echo "parameters: {$4}"
  } > "$folder/recipe.yml"
  "$birdie" merge "$folder/recipe.yml" "$folder/merged.safetensors" --raw --force -q
  row "$1" "$folder/merged.safetensors"
}

printf '| |'
for domain in $TOKENS; do printf ' %s |' "${domain%%=*}"; done
printf '\n|---|'
for domain in $TOKENS; do printf -- '---|'; done
echo
row "base" "$BASE"
row "first child" "$ONE"
row "second child" "$TWO"
merge "linear" linear "weight: 1" "normalize: true"
merge "task arithmetic, 1" task_arithmetic "weight: 1" "lambda: 1" "$BASE"
merge "task arithmetic, 0.7" task_arithmetic "weight: 0.7" "lambda: 1" "$BASE"
merge "TIES, half" ties "weight: 1, density: 0.5" "lambda: 1" "$BASE"
merge "DARE, half" dare_linear "weight: 0.7, density: 0.5" "rescale: true" "$BASE"
merge "DARE and TIES, half" dare_ties "weight: 0.7, density: 0.5" "rescale: true" "$BASE"
merge "DELLA" della "weight: 1, density: 0.5, epsilon: 0.1" "lambda: 1" "$BASE"
merge "Breadcrumbs" breadcrumbs "weight: 0.7, density: 0.9, gamma: 0.01" "lambda: 1" "$BASE"
merge "SCE, most varying 0.8" sce "" "select_topk: 0.8" "$BASE"
merge "model stock" model_stock "" "filter_wise: false" "$BASE"
merge "NuSLERP of differences" nuslerp "weight: 1" "nuslerp_flatten: true" "$BASE"
merge "Karcher mean" karcher "" "max_iter: 10"
merge "RAM" ram "" "epsilon: 0.00001" "$BASE"
merge "TSV" tsv "" "lambda: 1" "$BASE"
merge "Iso-C" iso_c "" "lambda: 1" "$BASE"
merge "Iso-CTS" iso_cts "" "lambda: 1" "$BASE"
merge "TSV, 0.5" tsv "" "lambda: 0.5" "$BASE"
merge "Iso-C, 0.5" iso_c "" "lambda: 0.5" "$BASE"
merge "Iso-CTS, 0.5" iso_cts "" "lambda: 0.5" "$BASE"

informed() { # NAME METHOD PARAMETERS FLAG
  calibrate "$ONE" "$TRAIN_ONE" one "$4"
  calibrate "$TWO" "$TRAIN_TWO" two "$4"
  cat > "$folder/recipe.yml" << END
merge_method: $2
models:
  - {model: $ONE, statistics: $folder/one}
  - {model: $TWO, statistics: $folder/two}
parameters: {$3}
END
  "$birdie" merge "$folder/recipe.yml" "$folder/merged.safetensors" --raw --force -q
  row "$1" "$folder/merged.safetensors"
}

calibrate() { # MODEL TOKENS NAME FLAG
  "$birdie" calibrate "$1" "$folder/$3" --tokens "$2" --max-tokens 65536 \
    --sequence-length "${SEQUENCE_LENGTH:-512}" --force -q ${4:+"$4"}
}

[ -n "${TRAIN_ONE:-}" ] && [ -n "${TRAIN_TWO:-}" ] || exit 0
informed "Fisher" fisher "floor: 0.000001" --fisher
informed "RegMean" regmean "alpha: 0.9" ""
