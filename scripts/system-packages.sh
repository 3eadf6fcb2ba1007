#!/bin/sh
# What pip cannot bring: on Debian or Ubuntu it is installed when run as root, elsewhere the command that gets it is named.
#   system-packages.sh main    the OpenMP runtime that implicit and LightGBM link to; Chromium, which draws pages for
#                              crawls, and a library that Playwright's driver of it links to
#   system-packages.sh test    these, a Java runtime for Spark, and systemd to verify the units that are written
set -eu

has_chromium() {
  for command in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$command" >/dev/null 2>&1; then return 0; fi
  done
  for download in "${PLAYWRIGHT_BROWSERS_PATH:-${HOME:-/root}/.cache/ms-playwright}"/chromium*; do
    if [ -e "$download" ]; then return 0; fi
  done
  return 1
}

wanted=
has_library() { python3 -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null; }
has_library libgomp.so.1 || wanted="libgomp1"
has_library libatomic.so.1 || wanted="$wanted libatomic1"
if [ "${1:-main}" = test ] && ! command -v java >/dev/null 2>&1; then wanted="$wanted openjdk-17-jre-headless"; fi
if [ "${1:-main}" = test ] && ! command -v systemd-analyze >/dev/null 2>&1; then wanted="$wanted systemd"; fi
browser=
has_chromium || browser=chromium
[ -n "$wanted$browser" ] || exit 0

if [ "$(uname)" != Linux ]; then
  [ -z "$wanted" ] || echo "not checked on this system, install what is missing: $wanted" >&2
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq || [ -z "$wanted" ]
  # Ubuntu has Chromium as a snap only, which is none for a server; Playwright's own download is.
  if [ -n "$browser" ] && apt-cache show "$browser" >/dev/null 2>&1; then wanted="$wanted $browser"; fi
  if [ -n "$wanted" ]; then
    echo "installing from the system's packages: $wanted"
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null ||
      [ "$wanted" = " $browser" ] # alone it is no reason to stop
  fi
elif [ -n "$wanted" ]; then
  echo "missing: $wanted. On Debian or Ubuntu: sudo apt-get install $wanted" >&2
  echo "Without libgomp1 recommender and matcher cannot work, without libatomic1 Chromium cannot be steered;" >&2
  echo "without Java or systemd their tests are skipped." >&2
fi
if ! has_chromium; then
  echo "no Chromium is found: of shops that are drawn by JavaScript no prices will be read." >&2
  echo "Debian: sudo apt-get install chromium; elsewhere: .venv/bin/playwright install --with-deps chromium" >&2
fi
