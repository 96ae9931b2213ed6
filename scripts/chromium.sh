#!/usr/bin/env bash
# Makes sure that there is a browser for the tests, with fonts for the languages that the pages speak. Quick when all is there.
set -euo pipefail

say() { echo "chromium: $*" >&2; }

missing=()
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
[ -d /usr/share/fonts/opentype/noto ] || missing+=(fonts-noto-cjk fonts-noto-core)
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2
elif [[ " ${missing[*]} " == *" chromium "* ]]; then
  say "the browser tests need chromium (on Debian, as root: apt-get install ${missing[*]}; or set CHROMIUM to its path)"
  exit 1
fi
