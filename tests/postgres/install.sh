#!/bin/sh
# Installs a PostgreSQL server for the tests where there is none; says and does nothing where there is one.
set -eu

if [ -n "${TEST_POSTGRES_URL:-}" ] || "$(dirname "$0")/find.sh" >/dev/null; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    cat >&2 <<'HOW'
The tests need a PostgreSQL server, 13 or newer. Install one and put its programs on PATH
(macOS: `brew install postgresql@17`; Fedora: `dnf install postgresql-server postgresql-contrib`), or set TEST_POSTGRES_URL to
the URL of a server on which its user may create databases.
HOW
    exit 1
fi

as_root() { "$@"; }
[ "$(id -u)" = 0 ] || as_root() { sudo "$@"; }

# The package also makes and starts a cluster of its own, as Debian does; the tests leave that one alone.
echo "Installing PostgreSQL for the tests"
as_root apt-get update -q
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql
