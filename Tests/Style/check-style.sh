#!/bin/sh
# Measures the sources and holds them to the limits of docs/STYLE.md:
# 600 lines a file, 60 lines a function, 100 columns.
#
#   check-style.sh [FOLDER…]
#
# A function runs from its first line (`func`, `init`, `subscript`, a computed property) to its
# closing brace, both counted. The formatter puts that brace at the indentation of the first line,
# which is how it is found.
set -eu
export LC_ALL=C
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- Sources

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
find "$@" -name '*.swift' -o -name '*.[ch]' -path '*/C*/*' | sort >"$scratch/files"

measure() {
  xargs awk -v file_limit=600 -v function_limit=60 -v width_limit=100 '
    function indentation(line) { match(line, /^ */); return RLENGTH }
    BEGIN { keyword = "^(func |init[?]?[(<]|subscript[(<]|deinit |var [^=]*[{])" }
    function begins_function(line) {
      if (!swift) return line ~ /^[a-z].*[(]/ && line !~ /^(typedef|struct|enum)| = /
      sub(/^ */, "", line)
      # Words before the keyword: attributes and modifiers, such as `private(set) static`.
      while (line !~ keyword && sub(/^@?[A-Za-z]+([(][^)]*[)])? +/, "", line)) continue
      return line ~ keyword
    }
    function close_file() { if (file != "") record("file", lines, file, file_limit, 1) }
    function record(kind, size, place, limit, line) {
      print kind, size, place ":" line
      if (size > limit)
        printf "check-style: %s:%d: a %s of %d lines (limit %d)\n", place, line, kind, size,
          limit >"/dev/stderr"
    }
    FNR == 1 { close_file(); file = FILENAME; open_at = header_at = 0; swift = file ~ /\.swift$/ }
    {
      lines = FNR
      width = $0
      gsub(/[\200-\277]/, "", width)  # counts characters, not the bytes of UTF-8
      if (length(width) > width_limit) {
        printf "check-style: %s:%d: %d columns (limit %d)\n", file, FNR, length(width),
          width_limit >"/dev/stderr"
        print "wide", length(width), file ":" FNR
      }
    }
    open_at && indentation($0) == indent && $0 ~ /^ *}/ {
      record("function", FNR - open_at + 1, file, function_limit, open_at)
      open_at = 0
      next
    }
    open_at { next }
    # A header without a body, such as a requirement of a protocol, ends where nothing continues it.
    header_at && depth == 0 && indentation($0) <= indent &&
      $0 !~ /^ *(->|throws|async|where|[{])/ { header_at = 0 }
    !header_at && begins_function($0) { header_at = FNR; indent = indentation($0); depth = 0 }
    header_at {
      code = $0
      gsub(/"[^"]*"|\/\/.*$/, "", code)
      depth += gsub(/[(\[]/, "&", code) - gsub(/[)\]]/, "&", code)
      if (depth > 0) next
      if (code ~ /[{] *$/) { open_at = header_at; header_at = 0 }
      else if (code ~ /[{].*[}] *$/) {
        record("function", FNR - header_at + 1, file, function_limit, header_at)
        header_at = 0
      } else if (code ~ /; *$/) header_at = 0
    }
    END { close_file() }
  '
}
measure <"$scratch/files" >"$scratch/sizes" 2>"$scratch/complaints"

summary() {
  awk -v kind="$1" '$1 == kind { print $2, $3 }' "$scratch/sizes" | sort -n |
    awk -v label="$2" '
      { size[NR] = $1; place[NR] = $2 }
      END {
        if (NR == 0) exit
        median = size[int((NR + 1) / 2)]
        ninth = size[int((NR * 9 + 9) / 10)]
        printf "%s: %d, median %d, ninth decile %d, longest %d lines (%s)\n", label, NR, median,
          ninth, size[NR], place[NR]
      }'
}
summary file files
summary function functions
if [ -s "$scratch/complaints" ]; then
  cat "$scratch/complaints" >&2
  exit 1
fi
