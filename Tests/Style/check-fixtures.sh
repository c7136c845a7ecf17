#!/bin/sh
# Compares Fixtures/ with its MANIFEST, both ways: a file that changed, is missing or is not listed.
# A line of the manifest is: sha256, path, origin, tools, licence, separated by tabs.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../../Fixtures"

[ -f MANIFEST ] || { echo "check-fixtures: Fixtures/MANIFEST is missing" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

awk -F '\t' 'NF < 3 { print "MANIFEST line " NR " has no origin: " $0; bad = 1 }
             END { exit bad }' MANIFEST >&2
awk -F '\t' '{ print $2 }' MANIFEST | sort >"$scratch/listed"
find . -type f ! -path './generate/*' ! -path ./MANIFEST | sed 's|^\./||' | sort >"$scratch/present"

status=0
complain() {
  [ -s "$scratch/found" ] || return 0
  sed "s|^|check-fixtures: $1: |" "$scratch/found" >&2
  status=1
}
uniq -d "$scratch/listed" >"$scratch/found"
complain "listed twice"
comm -13 "$scratch/listed" "$scratch/present" >"$scratch/found"
complain "not in MANIFEST"
comm -23 "$scratch/listed" "$scratch/present" >"$scratch/found"
complain "in MANIFEST but missing"
awk -F '\t' '{ print $1 "  " $2 }' MANIFEST >"$scratch/sums"
sha256sum --check --quiet "$scratch/sums" 2>/dev/null | sed 's/: FAILED.*//' >"$scratch/found" || true
complain "differs from MANIFEST"

[ "$status" -ne 0 ] || echo "fixtures: $(wc -l <"$scratch/present") files match their digests"
exit "$status"
