# A PostgreSQL server of one's own for tests: `. bin/lib/postgres.sh; start_postgres; …; stop_postgres`.
# It lives in a temporary folder (in memory where there is plenty: making and removing a database for every test is a thousand
# files each time, and took a fifth of the tests' time on a disk), listens on a free port of 127.0.0.1 only, trusts everybody there, and keeps nothing.
# It syncs nothing, unless POSTGRES_DURABLE=yes, which keeps it on the disk. Sets SHIBICHENG_TEST_POSTGRES. Where there is no
# PostgreSQL it is installed when that is possible (root and apt), else start_postgres says what to do and fails.

_postgres_bin() {
    local folder
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        [ -x "$folder/initdb" ] && echo "$folder"
    done | sort -V | tail -n 1
    return 0
}

# Runs a command as somebody whom PostgreSQL accepts: it refuses to run as root.
_postgres_as() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif command -v runuser >/dev/null; then
        runuser -u "$POSTGRES_USER_NAME" -- "$@"
    else
        su -s /bin/sh "$POSTGRES_USER_NAME" -c "$(printf '%q ' "$@")"
    fi
}

_free_port() {
    # Bound and let go at once: nobody else gets it in the moment until the server takes it, or the start is tried again.
    local port
    while :; do
        port=$((20000 + RANDOM % 40000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# Where it lives: in memory only when 4 GB are free there and 8 GB for everybody.
_postgres_home() {
    local shared memory
    shared=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || shared=0
    memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null) || memory=0
    if [ "${POSTGRES_DURABLE:-no}" = no ] && [ -w /dev/shm ] && [ "${shared:-0}" -gt 4000000 ] && [ "${memory:-0}" -gt 8000000 ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

start_postgres() {
    local bin attempt port sync='-c fsync=off -c synchronous_commit=off -c full_page_writes=off'
    [ "${POSTGRES_DURABLE:-no}" = no ] || sync=''
    bin=$(_postgres_bin)
    if [ -z "$bin" ] && command -v initdb >/dev/null; then
        bin=$(dirname "$(command -v initdb)")
    fi
    if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "postgres: installing postgresql with apt-get" >&2
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >&2 || true
        bin=$(_postgres_bin)
    fi
    if [ -z "$bin" ]; then
        echo "postgres: no PostgreSQL on this machine. Install it (Debian/Ubuntu: sudo apt-get install postgresql), or set" >&2
        echo "postgres: SHIBICHENG_TEST_POSTGRES to the URL of a server on which the tests may create databases." >&2
        return 1
    fi
    POSTGRES_USER_NAME=postgres
    if [ "$(id -u)" = 0 ] && ! id "$POSTGRES_USER_NAME" >/dev/null 2>&1; then
        POSTGRES_USER_NAME=sbctest
        id "$POSTGRES_USER_NAME" >/dev/null 2>&1 || useradd --system --no-create-home --shell /bin/sh "$POSTGRES_USER_NAME" || return 1
    fi
    POSTGRES_BIN=$bin
    POSTGRES_DIR=$(mktemp -d "$(_postgres_home)/sbc-postgres.XXXXXX") || return 1
    [ "$(id -u)" != 0 ] || chown "$POSTGRES_USER_NAME" "$POSTGRES_DIR"
    chmod 755 "$POSTGRES_DIR"
    if ! _postgres_as "$bin/initdb" --pgdata "$POSTGRES_DIR/data" --username postgres --auth trust --encoding UTF8 --locale C \
        --no-sync >"$POSTGRES_DIR/initdb.log" 2>&1; then
        cat "$POSTGRES_DIR/initdb.log" >&2
        rm -rf "$POSTGRES_DIR"
        return 1
    fi
    for attempt in 1 2 3 4 5; do
        port=$(_free_port)
        if _postgres_as "$bin/pg_ctl" start --pgdata "$POSTGRES_DIR/data" --wait --timeout 60 --silent \
            --log "$POSTGRES_DIR/data/server.log" --options \
            "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= $sync -c max_connections=300 -c shared_buffers=128MB" >/dev/null 2>&1; then
            export SHIBICHENG_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
            return 0
        fi
    done
    echo "postgres: the server does not start:" >&2
    tail -n 20 "$POSTGRES_DIR/data/server.log" >&2 || true
    rm -rf "$POSTGRES_DIR"
    return 1
}

# Ends the server and removes its folder; does nothing when there is none.
stop_postgres() {
    [ -n "${POSTGRES_DIR:-}" ] || return 0
    _postgres_as "$POSTGRES_BIN/pg_ctl" stop --pgdata "$POSTGRES_DIR/data" --mode immediate --silent >/dev/null 2>&1 || true
    rm -rf "$POSTGRES_DIR"
    unset POSTGRES_DIR SHIBICHENG_TEST_POSTGRES
}
