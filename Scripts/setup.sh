#!/bin/sh
# Installs the C libraries that Birdie links, on Debian 12 and Ubuntu 24.04, if they are missing.
# Elsewhere it only says what is missing.
set -eu

: "${SWIFT:=swift}"

packages="pkg-config zlib1g-dev libzstd-dev liblzma-dev libbrotli-dev liblz4-dev
libsqlite3-dev libyaml-dev libopenblas-dev"
modules="zlib libzstd liblzma libbrotlidec libbrotlienc liblz4 sqlite3 yaml-0.1"

fail() {
  echo "setup: $1" >&2
  exit 1
}

# SWIFT may be a command with arguments.
command -v "${SWIFT%% *}" >/dev/null ||
  fail "Swift 6.2 or later is needed: https://www.swift.org/install/linux"

if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null; then
  for module in $modules; do
    pkg-config --exists "$module" || fail "install the development files of $module"
  done
  exit 0
fi

missing=""
for package in $packages; do
  dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
install() {
  # shellcheck disable=SC2086  # a list of packages and an optional command
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing \
    </dev/null
}
echo "setup: installing$missing"
# The lists may be absent or stale: refresh them only when installing fails without.
install || { $as_root apt-get update && install; }
