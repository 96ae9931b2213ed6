#!/usr/bin/env bash
# Makes sure that the program can be built: Rust and a C compiler (for SQLite and ring). Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "prerequisites: $*" >&2; }

wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
if ! command -v cargo >/dev/null; then
  say "Rust $wanted or newer is needed: see https://rustup.rs"
  exit 1
fi
found=$(rustc --version | cut -d' ' -f2)
if [ "$(printf '%s\n' "$wanted" "${found%%-*}" | sort -V | head -1)" != "$wanted" ]; then
  say "Rust $wanted or newer is needed, but this is $found: run 'rustup update stable'"
  exit 1
fi

missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2
  elif ! command -v cc >/dev/null; then
    say "a C compiler is missing (on Debian, as root: apt-get install ${missing[*]})"
    exit 1
  fi
fi
