#!/bin/sh
# Holds the imports of Sources/ to layers.txt, and the names of files and folders to docs/STYLE.md.
#
# The table keeps the properties that docs/ARCHITECTURE.md defends: reading a checkpoint needs no
# BLAS and running a kernel no parser; only the executable knows its front ends; no library needs
# Foundation; leaves import nothing above them.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../.."

status=0
complain() {
  echo "check-layers: $1" >&2
  status=1
}

for folder in Sources/*/; do
  target=$(basename "$folder")
  # C targets and module maps have no Swift imports to check.
  find "$folder" -name '*.swift' | grep -q . || continue
  grep -q "^$target:" Tests/Style/layers.txt ||
    complain "$target has no row in Tests/Style/layers.txt"
done

awk '
  FILENAME ~ /layers.txt$/ {
    if ($0 ~ /^#/ || NF == 0) next
    target = $1
    sub(":", "", target)
    for (i = 2; i <= NF; i++) {
      if ($i == "system") { allowed[target, "Glibc"] = allowed[target, "Musl"] = 1 }
      else if ($i == "Foundation") { allowed[target, "FoundationEssentials"] = 1 }
      else allowed[target, $i] = 1
    }
    next
  }
  /^ *(@[A-Za-z]+(\([^)]*\))? +)*((public|package|internal|private|fileprivate) +)?import +/ {
    split(FILENAME, path, "/")
    line = $0
    sub(/^.*import +((struct|class|enum|protocol|func|var|let|typealias) +)?/, "", line)
    split(line, module, /[^A-Za-z0-9_]/)
    if (module[1] ~ /^(Swift|Synchronization|_Concurrency)$/) next
    if (!((path[2], module[1]) in allowed)) {
      printf "check-layers: %s:%d: %s may not import %s\n", FILENAME, FNR, path[2], module[1]
      bad = 1
    }
  }
  END { exit bad }
' Tests/Style/layers.txt $(find Sources -name '*.swift' | sort) >&2 || status=1

vague=$(find Sources Tests Examples Fixtures/generate Scripts 2>/dev/null |
  grep -v '/\.build' |
  grep -E '/[^/]*(Utils?|Helpers?|Common|Misc|Managers?)(\+[^/]*)?(\.[a-z]+)?$' || true)
[ -z "$vague" ] || complain "these names say nothing: $vague"

[ "$status" -ne 0 ] || echo "layers: every import is one its target may have"
exit "$status"
