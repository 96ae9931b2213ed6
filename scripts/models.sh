#!/usr/bin/env bash
# Sets up a local embedding model in ./models (see scripts/models.py). Safe to run again; exits 0 when no model can be had,
# because search then works with words alone.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "models: $*" >&2; }
without() {
  say "$1"
  say "no local embedding model: search will use words alone. Run 'make models' again later, or set a provider under [embed]."
  exit 0
}

if [ -f models/model.toml ] && python3 scripts/models.py --check 2>/dev/null; then
  say "already set up ($(sed -n 's/^name = "\(.*\)"$/\1/p' models/model.toml | head -1))"
  exit 0
fi

command -v python3 >/dev/null || without "python3 is missing"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || without "Python 3.11 or newer is needed"

# Debian splits venv off from python3.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing python3-venv"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; } >&2 ||
      without "python3-venv could not be installed"
  else
    without "Python's venv module is missing (on Debian: apt-get install python3-venv)"
  fi
fi

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  say "making the private Python environment .venv"
  python3 -m venv --clear .venv
fi

# Everything after this line has 15 minutes; each step inside has its own, shorter limit.
timeout -k 10 900 .venv/bin/python scripts/models.py || without "the set-up did not finish (its reason stands above)"
