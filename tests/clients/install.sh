#!/bin/sh
# Installs what the tests with others' clients and linters need: Node where it is missing, and the packages that
# package-lock.json names; says and does nothing where all is there.
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null; then
    if ! command -v apt-get >/dev/null; then
        echo "The tests need Node 20 or newer with npm; install them and put them on PATH." >&2
        exit 1
    fi
    as_root() { "$@"; }
    [ "$(id -u)" = 0 ] || as_root() { sudo "$@"; }
    echo "Installing Node for the tests"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends nodejs npm
fi

# The lock is copied in once all is there, so that an installation that was cut off is made again.
installed=node_modules/.installed-lock.json
if ! cmp -s package-lock.json "$installed"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$installed"
fi
