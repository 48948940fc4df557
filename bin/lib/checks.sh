# What bin/test and bin/ci share: running parts, counting what ran, and the last line. Sourced after common.sh.

. bin/lib/postgres.sh
. bin/lib/clamd.sh
. bin/lib/oracles.sh

NAMES=() PASSED=() FAILED=() SKIPPED=()

# record NAME PASSED FAILED [SKIPPED]
record() {
    NAMES+=("$1") PASSED+=("$2") FAILED+=("$3") SKIPPED+=("${4:-0}")
    if [ "$3" -gt 0 ]; then printf '%s         %s: %s failed%s\n' "$RED" "$1" "$3" "$PLAIN"; fi
}

# check NAME COMMAND… — one thing that holds or does not.
check() {
    local name=$1
    shift
    step "$name"
    if "$@"; then record "$name" 1 0; else record "$name" 0 1; fi
}

# beside COMMAND… — runs a part beside the script; join_beside waits for it, prints what it said and takes in what it recorded.
beside() {
    step "$*, beside what follows"
    rm -f "$LOGS/beside.records"
    in_background "$LOGS/beside.log" _recorded "$@"
    BESIDE=$BACKGROUND
}
_recorded() {
    NAMES=() PASSED=() FAILED=() SKIPPED=()
    "$@"
    local index
    for index in ${NAMES[@]+"${!NAMES[@]}"}; do
        printf '%s|%s|%s|%s\n' "${NAMES[$index]}" "${PASSED[$index]}" "${FAILED[$index]}" "${SKIPPED[$index]}"
    done >"$LOGS/beside.records"
}
join_beside() {
    local ended=0 name passed failed skipped
    wait "$BESIDE" || ended=$?
    cat "$LOGS/beside.log"
    if [ "$ended" -ne 0 ] || [ ! -s "$LOGS/beside.records" ]; then
        record "what ran beside" 0 1
        return
    fi
    while IFS='|' read -r name passed failed skipped; do record "$name" "$passed" "$failed" "$skipped"; done <"$LOGS/beside.records"
}

any_failed() {
    local n
    for n in ${FAILED[@]+"${FAILED[@]}"}; do [ "$n" -eq 0 ] || return 0; done
    return 1
}

# What failed or was shaky and why, as the logs have it: whoever reads only the end of a long run finds it there.
reasons() {
    local log
    for log in "$LOGS"/e2e-sqlite.log "$LOGS"/e2e-postgres.log; do
        [ ! -f "$log" ] || awk '/^# (failed|shaky): / { on = 1 } /^# [0-9.]+ s on / { on = 0 } on && n++ < 60 { print "  " substr($0, 1, 600) }' "$log"
    done
    [ ! -f "$LOGS/test-rust.log" ] || awk '/^---- .* stdout ----$/ { on = 1 } /^failures:$/ { on = 0 } on && n++ < 60 { print "  " substr($0, 1, 600) }' "$LOGS/test-rust.log"
}

# Prints what ran and ends the script.
finish() {
    local index passed=0 failed=0 skipped=0
    printf '\n'
    for index in ${NAMES[@]+"${!NAMES[@]}"}; do
        printf '  %-34s %5d passed %4d failed %4d skipped\n' "${NAMES[$index]}" "${PASSED[$index]}" "${FAILED[$index]}" "${SKIPPED[$index]}"
        passed=$((passed + PASSED[index])) failed=$((failed + FAILED[index])) skipped=$((skipped + SKIPPED[index]))
    done
    # Nothing that ran is no success.
    [ $((passed + failed)) -gt 0 ] || failed=1
    reasons
    step "done in $((SECONDS / 60)) min $((SECONDS % 60)) s"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ] || exit 1
    exit 0
}

STARTED_POSTGRES=no
use_postgres() {
    [ -z "${SHIBICHENG_TEST_POSTGRES:-}" ] || return 0
    step "starting a throw-away PostgreSQL"
    start_postgres || return 1
    STARTED_POSTGRES=yes
}

STARTED_CLAMD=no
# Without one its tests are skipped, and say so.
use_clamd() {
    [ -z "${SHIBICHENG_TEST_CLAMD:-}" ] || return 0
    step "starting a throw-away clamd"
    if start_clamd; then STARTED_CLAMD=yes; else step "no clamd: the tests that scan for viruses say SKIPPED"; fi
}

# Without them their tests are skipped, and say so.
use_oracles() {
    step "preparing the clients of others to be tested against"
    prepare_oracles || step "no clients of others: the tests against them say SKIPPED"
}

clean_up() {
    end_background
    [ "$STARTED_CLAMD" = no ] || stop_clamd
    STARTED_CLAMD=no
    [ "$STARTED_POSTGRES" = no ] || stop_postgres
    STARTED_POSTGRES=no
}
trap clean_up EXIT
rm -f "$LOGS"/e2e-*.log "$LOGS/test-rust.log"
trap 'exit 130' INT TERM HUP

find_chromium() {
    local name
    for name in "${E2E_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}

use_chromium() {
    if ! find_chromium >/dev/null; then
        install_package chromium || {
            printf 'There is no Chromium on this machine. Debian/Ubuntu: apt-get install chromium; or set E2E_CHROMIUM to its path.\n' >&2
            return 1
        }
    fi
    E2E_CHROMIUM=$(find_chromium) || return 1
    export E2E_CHROMIUM
}

# Compiles every test; the binary with them.
compile_tests() { cargo test --workspace --locked --no-run --quiet; }

test_rust() {
    use_postgres || { record "rust: PostgreSQL" 0 1; return; }
    use_clamd
    use_oracles
    step "running the Rust tests on both databases"
    local log=$LOGS/test-rust.log code=0 counts passed failed skipped
    # Many of them wait for a process, a timer or a disk: two a processor keep it busy (169 s became 106 for the program's own).
    RUST_TEST_THREADS=${RUST_TEST_THREADS:-$(($(nproc) * 2))} cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$log" || code=1
    counts=$(awk '/^test result: / { p += $4; f += $6; s += $8 } END { print p + 0, f + 0, s + 0 }' "$log")
    read -r passed failed skipped <<<"$counts"
    # What does not compile or dies has no result line of its own.
    if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    record rust "$passed" "$failed" "$skipped"
}

test_web() {
    node_modules web
    check "web: types" npm --prefix web run --silent typecheck
    check "web: lint" npm --prefix web run --silent lint
    step "running the web's unit tests"
    local report=$PWD/$LOGS/vitest.json code=0 passed failed skipped
    case $LOGS in /*) report=$LOGS/vitest.json ;; esac
    rm -f "$report"
    (cd web && ./node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json="$report") || code=1
    read -r passed failed skipped <<<"$(node bin/lib/vitest-counts.mjs "$report")"
    if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    record "web: unit" "$passed" "$failed" "$skipped"
}

# Browser tests against the real binary, on each database; a file says where one is enough (`only`).
test_e2e() {
    if [ ! -f e2e/run.mjs ]; then
        step "there are no browser tests: e2e/run.mjs is missing"
        record "e2e" 0 1
        return
    fi
    use_chromium || { record "e2e: Chromium" 0 1; return; }
    use_postgres || { record "e2e: PostgreSQL" 0 1; return; }
    [ ! -f e2e/package-lock.json ] || node_modules e2e
    build_web
    # Already there when the Rust tests ran.
    if [ "${HAVE_BINARY:-no}" = no ]; then build_server; fi
    local database
    for database in sqlite postgres; do
        step "running the browser tests on $database"
        local log=$LOGS/e2e-$database.log code=0 passed=0 failed=0 skipped=0 line
        E2E_DATABASE=$database E2E_AGAIN=${E2E_AGAIN:-3} node e2e/run.mjs 2>&1 | tee "$log" || code=1
        line=$(grep -aE '^([A-Za-z0-9]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1 || true)
        read -r passed failed skipped <<<"$(printf '%s 0 0 0' "$(grep -oE '[0-9]+ (passed|failed|skipped)' <<<"$line" | grep -oE '^[0-9]+' | tr '\n' ' ')")"
        if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
        # Without its last line nobody knows what ran.
        if [ -z "$line" ] && [ "$failed" -eq 0 ]; then failed=1; fi
        record "e2e: $database" "$passed" "$failed" "${skipped%% *}"
    done
}
