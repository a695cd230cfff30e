# Runs checks one at a time, counts them, and tidies up: the log of each goes to a file and is shown when it fails.

logs=target/tests
work=$(mktemp -d)
passed=0
failed=()
running=
mkdir -p "$logs"

section_name=
section_began=0

# section NAME: begins a section, and says how long the one before took.
section() {
    end_section
    section_name=$1
    section_began=$SECONDS
    printf '\n== %s ==\n' "$1"
}

end_section() {
    [[ -z $section_name ]] || printf '%s took %d s\n' "$section_name" $((SECONDS - section_began))
    section_name=
}

# check NAME COMMAND...: passes when the command succeeds. It runs as a job of its own, so that `set -e` holds in it
# and so that all of it can be stopped.
check() {
    local name=$1 log code=0 began=$SECONDS
    shift
    log=$logs/${name//[^A-Za-z0-9]/-}.log
    set -m
    (
        set -euo pipefail
        "$@"
    ) </dev/null >"$log" 2>&1 &
    running=$!
    set +m
    wait "$running" || code=$?
    running=
    if [[ $code -eq 0 ]]; then
        passed=$((passed + 1))
        printf 'ok      %s (%d s)\n' "$name" $((SECONDS - began))
    else
        failed+=("$name")
        printf 'FAILED  %s (%d s), exit code %d, %s:\n' "$name" $((SECONDS - began)) "$code" "$log"
        tail -n 40 "$log" | sed 's/^/        | /'
    fi
}

# fail MESSAGE...: what a check says when it is not satisfied.
fail() {
    printf '%s\n' "$@" >&2
    return 1
}

summary() {
    end_section
    printf '\nall took %d s\n' "$SECONDS"
    [[ ${#failed[@]} -eq 0 ]] || printf 'failed: %s\n' "${failed[@]}"
    printf '%d passed, %d failed\n' "$passed" "${#failed[@]}"
    [[ ${#failed[@]} -eq 0 ]]
}

tidy() {
    local code=$?
    trap '' INT TERM
    [[ -z $running ]] || kill -- "-$running" 2>/dev/null || true
    stop_server KILL || true
    stop_redis
    rm -rf "$work"
    exit "$code"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
