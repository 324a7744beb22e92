#!/bin/sh
# Installs the Vendure that package-lock.json names, and Node where it is missing; says and does nothing where all is
# there.
set -eu
cd "$(dirname "$0")"

command -v npm >/dev/null || ../clients/install.sh
# The list is copied in once all is there, so that an installation that was cut off is made again.
installed=node_modules/.installed-lock.json
if ! cmp -s package-lock.json "$installed"; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json "$installed"
fi
