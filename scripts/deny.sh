#!/usr/bin/env bash
# Checks the dependencies against deny.toml. Installs cargo-deny into target/tools when it is not there: no system folder
# and no folder of yours is touched. The advisory database comes from the internet; where it cannot be fetched, that part is
# left out, and this says so.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
say() { echo "deny: $*" >&2; }

if command -v cargo-deny >/dev/null; then
  deny=cargo-deny
else
  deny=target/tools/bin/cargo-deny
  if [ ! -x "$deny" ]; then
    say "installing cargo-deny $version into target/tools (a few minutes, once)"
    # Of no use but for this check, so it is built as quickly as possible rather than to run fast.
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
      CARGO_TARGET_DIR=target/tools/build cargo install cargo-deny --locked --quiet --version "$version" --root target/tools
    rm -rf target/tools/build
  fi
fi

"$deny" check bans licenses sources

if timeout 60 "$deny" fetch db >/dev/null 2>&1; then
  "$deny" check advisories
else
  say "the advisory database cannot be fetched from here: known vulnerabilities were NOT checked"
fi
