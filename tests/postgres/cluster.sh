#!/bin/sh
# Starts a PostgreSQL cluster in a folder of its own, prints its URL, and stops and removes it when
# standard input ends. Whoever holds that pipe need not clean up: it closes however its process dies.
set -eu
exec 2>&1
export LC_ALL=C.UTF-8

bin=$("$(dirname "$0")/find.sh") || {
    echo "no PostgreSQL server found: run \`make test\`, which installs one, or set TEST_POSTGRES_URL"
    exit 1
}
home=$(mktemp -d "${TMPDIR:-/tmp}/cashable-postgres.XXXXXX")
data=$home/data

# PostgreSQL refuses to run as root, so root hands it to the user that its package made.
as_server() { "$@"; }
if [ "$(id -u)" = 0 ]; then
    chown postgres "$home"
    as_server() { runuser -u postgres -- "$@"; }
fi

clean_up() {
    as_server "$bin/pg_ctl" stop -D "$data" -m immediate >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
cd "$home"

as_server "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-sync >"$home/initdb.log" || {
    cat "$home/initdb.log"
    exit 1
}
# Nothing here outlives a crash, so nothing waits for the disk. The socket in a private folder needs no
# free port and lets nobody else in. What was executed is kept, for a walk through it (tests/it/sharding).
# POSTGRES_SETTINGS may hold lines that overrule these.
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
max_connections = 200
shared_buffers = 32MB
fsync = off
synchronous_commit = off
full_page_writes = off
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 20000
${POSTGRES_SETTINGS:-}
CONF
as_server "$bin/pg_ctl" start -w -D "$data" -l "$home/postgres.log" >/dev/null || {
    cat "$home/postgres.log"
    exit 1
}

# The reader may be gone by now; that must end in cleaning up, not in death by SIGPIPE.
trap '' PIPE
echo "postgres://postgres@localhost/postgres?host=$home"
exec >/dev/null
cat
