#!/bin/sh
# Prints the folder of the newest PostgreSQL server on this machine: Debian keeps it off PATH, others on it.
set -eu

newest=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -n 1)
[ -n "$newest" ] || newest=$(command -v postgres) || exit 1
# A link on PATH may stand alone; the programs that belong to the server are where it points.
dirname "$(readlink -f "$newest")"
