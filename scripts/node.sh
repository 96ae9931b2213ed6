#!/usr/bin/env bash
# Makes sure that the widget and the console can be built: Node and npm. Says what is missing; installs nothing.
set -euo pipefail

wanted=20.19.0
say() { echo "node: $*" >&2; }

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  say "Node $wanted or newer with npm is needed to build the widget and the console: see https://nodejs.org"
  say "without it, 'cargo build --release' still builds the program; its pages then say what is missing"
  exit 1
fi
found=$(node --version); found=${found#v}
if [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -1)" != "$wanted" ]; then
  say "Node $wanted or newer is needed, but this is $found"
  exit 1
fi
