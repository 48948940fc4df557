# What the commands of this folder share: `. bin/lib/common.sh` from a script in bin/. Ends the script on any error.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

BINARY=${CARGO_TARGET_DIR:-target}/debug/shibicheng
LOGS=${CARGO_TARGET_DIR:-target}/logs
STAMPS=${CARGO_TARGET_DIR:-target}/stamps
mkdir -p "$LOGS" "$STAMPS"

# Colour only where a person looks.
if [ -t 1 ]; then BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'; else BOLD='' RED='' GREEN='' PLAIN=''; fi

# `[  42s] What happens now`
step() { printf '%s[%4ds]%s %s\n' "$BOLD" "$SECONDS" "$PLAIN" "$*"; }

# Says what is wrong and what to do, and ends the script.
fail() {
    printf '%s%s: %s%s\n' "$RED" "$(basename "$0")" "$*" "$PLAIN" >&2
    exit 1
}

# Whether version $1 is at least $2.
_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_rust() {
    command -v cargo >/dev/null || fail "there is no Rust here. Install Rust 1.95 or newer (rustup), open a new shell and try again."
    local version
    version=$(cargo --version 2>&1) || fail "cargo does not start: $version"
    version=$(printf '%s' "$version" | awk '{ print $2 }')
    _at_least "$version" 1.95.0 || fail "cargo is $version; 1.95 or newer is needed."
    command -v cc >/dev/null || fail "there is no C compiler, with which SQLite is compiled. Debian/Ubuntu: apt-get install build-essential"
}

need_node() {
    command -v node >/dev/null || fail "there is no Node.js here. Install Node.js 20.19 or newer with npm."
    local version
    version=$(node --version | tr -d v)
    _at_least "$version" 20.19.0 || fail "Node.js is $version; 20.19 or newer is needed."
    command -v npm >/dev/null || fail "there is no npm here. It comes with Node.js; Debian/Ubuntu: apt-get install npm"
}

# Installs what a folder's package-lock.json names, when that has changed since.
node_modules() {
    local folder=$1 now stamp=$1/node_modules/.installed
    now=$(node bin/lib/stamp.mjs "$folder/package-lock.json")
    [ "$(cat "$stamp" 2>/dev/null || true)" != "$now" ] || return 0
    step "installing the packages of $folder/"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) || fail "npm ci did not succeed in $folder/; is the package registry reachable?"
    printf '%s' "$now" >"$stamp"
}

# Builds the web into web/dist, when its sources have changed since.
build_web() {
    node_modules web
    local now stamp=$STAMPS/web
    now=$(node bin/lib/stamp.mjs web)
    if [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null || true)" = "$now" ]; then return 0; fi
    step "building the web"
    rm -f "$stamp"
    (cd web && ./node_modules/.bin/vite build --logLevel warn) || fail "the web does not build."
    printf '%s' "$now" >"$stamp"
}

build_server() {
    if [ -x "$BINARY" ]; then
        step "building the server"
    else
        step "building the server (everything it needs the first time: several minutes)"
    fi
    cargo build --locked --package shibicheng || fail "the server does not build."
}

# Builds the web and the server side by side: the web is done long before.
build_all() {
    in_background "$LOGS/web.log" build_web
    local web=$BACKGROUND
    build_server
    if ! wait "$web"; then
        cat "$LOGS/web.log" >&2
        exit 1
    fi
    cat "$LOGS/web.log"
}

# Runs a command beside the script, in a process group of its own; its number is in BACKGROUND. Whatever still runs when
# the script ends is ended by `end_background`.
BACKGROUNDS=()
in_background() {
    local log=$1
    shift
    set -m
    ("$@") >"$log" 2>&1 </dev/null &
    BACKGROUND=$!
    set +m
    BACKGROUNDS+=("$BACKGROUND")
}

end_background() {
    local group
    for group in ${BACKGROUNDS[@]+"${BACKGROUNDS[@]}"}; do
        kill -TERM -- "-$group" 2>/dev/null || true
    done
    for group in ${BACKGROUNDS[@]+"${BACKGROUNDS[@]}"}; do
        wait "$group" 2>/dev/null || true
    done
    BACKGROUNDS=()
}

# Runs a command as one that nobody waits for key by key: on Linux its threads are not interrupted by one another, which
# spares a long run of small database statements a fifth of its time.
in_batches() {
    if command -v chrt >/dev/null && chrt -b 0 true 2>/dev/null; then chrt -b 0 "$@"; else "$@"; fi
}

# Whether somebody listens on this port of 127.0.0.1.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        port_taken "$port" || break
    done
    printf '%s' "$port"
}

# Asks whether the server on port $1 is ready.
is_ready() (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$1" >&3
    IFS= read -r -t 5 answer <&3
    [[ $answer == *" 200 "* ]]
)

# Waits until the server on port $1 is ready; gives up when process $2 has ended.
until_ready() {
    local tries=0
    until is_ready "$1" 2>/dev/null; do
        kill -0 "$2" 2>/dev/null || return 1
        tries=$((tries + 1))
        [ "$tries" -lt 1200 ] || return 1
        sleep 0.05
    done
}

# Installs a Debian package where that is possible; otherwise the caller says what is missing.
install_package() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    step "installing $* with apt-get"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$LOGS/apt.log" 2>&1 || {
        cat "$LOGS/apt.log" >&2
        return 1
    }
}
