#!/bin/sh
# Installs what the tests with others' clients and linters need: Node and Python where they are missing, and the
# packages that package-lock.json and requirements.txt name; says and does nothing where all is there.
set -eu
cd "$(dirname "$0")"

install() {
    if ! command -v apt-get >/dev/null; then
        echo "The tests need Node 20 or newer with npm, and Python 3.10 or newer with venv; install them and put them on PATH." >&2
        exit 1
    fi
    as_root() { "$@"; }
    [ "$(id -u)" = 0 ] || as_root() { sudo "$@"; }
    echo "Installing $* for the tests"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

command -v npm >/dev/null || install nodejs npm
python3 -c 'import ensurepip, venv' 2>/dev/null || install python3 python3-venv

# The lists are copied in once all is there, so that an installation that was cut off is made again.
installed=node_modules/.installed-lock.json
if ! cmp -s package-lock.json "$installed"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$installed"
fi
installed=.venv/installed-requirements.txt
if ! cmp -s requirements.txt "$installed"; then
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.txt
    cp requirements.txt "$installed"
fi
