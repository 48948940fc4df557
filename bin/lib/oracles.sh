# Programs of others to be tested against: `. bin/lib/oracles.sh; prepare_oracles`.
# Puts what oracles.txt names, pinned by hash, into a virtual environment beside what was built, and sets SHIBICHENG_ORACLE_PYTHON to
# its Python. Where there is no Python or the registry is not reached it says so and fails, and the tests that need it say SKIPPED.
# The tests themselves call nobody. It is one list for all crates, so that no two want another version of the same, and is made anew
# from oracles.in in this folder by
# `pip-compile --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --strip-extras -o oracles.txt oracles.in`.

prepare_oracles() {
    local base=${CARGO_TARGET_DIR:-target} list=bin/lib/oracles.txt venv stamp now
    [ -z "${SHIBICHENG_ORACLE_PYTHON:-}" ] || return 0
    case $base in /*) ;; *) base=$PWD/$base ;; esac
    venv=$base/oracles stamp=$base/oracles/.installed
    now=$(sha256sum <"$list" | cut -d ' ' -f 1)
    if [ "$(cat "$stamp" 2>/dev/null || true)" != "$now" ]; then
        rm -rf "$venv"
        if ! { python3 -m venv "$venv" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --timeout 10 --retries 1 \
            --require-hashes --requirement "$list"; } >&2; then
            rm -rf "$venv"
            echo "oracles: there is no Python 3 with venv (Debian/Ubuntu: apt-get install python3-venv) or its packages are not reached: the tests against the vendors' own clients are skipped." >&2
            return 1
        fi
        printf '%s' "$now" >"$stamp"
    fi
    export SHIBICHENG_ORACLE_PYTHON=$venv/bin/python
}
