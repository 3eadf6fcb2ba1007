#!/bin/sh
# What pip cannot bring: on Debian or Ubuntu it is installed when run as root, elsewhere the command that gets it is named.
#   system-packages.sh main    the OpenMP runtime that implicit links to
#   system-packages.sh test    that, a Java runtime for Spark, and systemd to verify the units that are written
set -eu

wanted=
python3 -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || wanted="libgomp1"
if [ "${1:-main}" = test ] && ! command -v java >/dev/null 2>&1; then wanted="$wanted openjdk-17-jre-headless"; fi
if [ "${1:-main}" = test ] && ! command -v systemd-analyze >/dev/null 2>&1; then wanted="$wanted systemd"; fi
[ -n "$wanted" ] || exit 0

if [ "$(uname)" != Linux ]; then
  echo "not checked on this system, install what is missing:$wanted" >&2
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing from the system's packages: $wanted"
  apt-get update -qq
  # shellcheck disable=SC2086  # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
else
  echo "missing: $wanted. On Debian or Ubuntu: sudo apt-get install $wanted" >&2
  echo "Without libgomp1 the recommender cannot train; without Java or systemd their tests are skipped." >&2
fi
