# A virus scanner of one's own for tests: `. bin/lib/clamd.sh; start_clamd; …; stop_clamd`.
# The real clamd in a temporary folder, on a free port of 127.0.0.1, with one signature that nothing but the tests bears: nothing is
# fetched, and nothing leaves the machine. Sets SHIBICHENG_TEST_CLAMD. Where there is no clamd it is installed when that is possible
# (root and apt), without being started; else start_clamd says what to do and fails, and the tests that need it say SKIPPED.

_clamd_bin() {
    command -v clamd || { [ -x /usr/sbin/clamd ] && echo /usr/sbin/clamd; } || return 0
}

start_clamd() {
    local bin attempt port tries
    [ -z "${SHIBICHENG_TEST_CLAMD:-}" ] || return 0
    bin=$(_clamd_bin)
    if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "clamd: installing clamav-daemon with apt-get" >&2
        # RUNLEVEL=1 keeps the package from starting anything, freshclam above all.
        { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends clamav-daemon; } >&2 || true
        bin=$(_clamd_bin)
    fi
    if [ -z "$bin" ]; then
        echo "clamd: no clamd on this machine: the tests that scan for viruses are skipped. Debian/Ubuntu: sudo apt-get install clamav-daemon" >&2
        return 1
    fi
    CLAMD_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sbc-clamd.XXXXXX") || return 1
    mkdir "$CLAMD_DIR/db"
    # "SBC-TEST-VIRUS-7f3a" in hexadecimal, anywhere in a file of any kind.
    printf 'Shibicheng.Test:0:*:5342432d544553542d56495255532d37663361\n' >"$CLAMD_DIR/db/test.ndb"
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 40000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        cat >"$CLAMD_DIR/clamd.conf" <<CONF
Foreground yes
TCPAddr 127.0.0.1
TCPSocket $port
DatabaseDirectory $CLAMD_DIR/db
TemporaryDirectory $CLAMD_DIR
LogFile $CLAMD_DIR/clamd.log
StreamMaxLength 2M
SelfCheck 0
CONF
        "$bin" --config-file="$CLAMD_DIR/clamd.conf" >"$CLAMD_DIR/out.log" 2>&1 </dev/null &
        CLAMD_PID=$!
        for ((tries = 0; tries < 200; tries++)); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
                export SHIBICHENG_TEST_CLAMD="127.0.0.1:$port"
                return 0
            fi
            kill -0 "$CLAMD_PID" 2>/dev/null || break
            sleep 0.05
        done
        kill "$CLAMD_PID" 2>/dev/null || true
    done
    echo "clamd: it does not start:" >&2
    tail -n 20 "$CLAMD_DIR/out.log" "$CLAMD_DIR/clamd.log" >&2 || true
    rm -rf "$CLAMD_DIR"
    unset CLAMD_DIR CLAMD_PID
    return 1
}

# Ends it and removes its folder; does nothing when there is none.
stop_clamd() {
    [ -n "${CLAMD_DIR:-}" ] || return 0
    kill "$CLAMD_PID" 2>/dev/null || true
    wait "$CLAMD_PID" 2>/dev/null || true
    rm -rf "$CLAMD_DIR"
    unset CLAMD_DIR CLAMD_PID SHIBICHENG_TEST_CLAMD
}
