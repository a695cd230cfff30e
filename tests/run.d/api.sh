# The protos, the code generated from them, and what the compilers and linters of the clients say without a server.

section_api() {
    section api
    check "protos keep Buf's style" buf lint proto
    check "protos build" buf build proto -o "$work/atrad.binpb"
    check "generated code is fresh" generated_code_is_fresh
    check "Go client compiles and is formatted" go_client_compiles
    check "TypeScript client compiles" npm --prefix clients/typescript run check
    check "Python client is typed and tidy" python_client_is_tidy
}

generated_code_is_fresh() {
    clients/generate "$work/generated"
    local part
    for part in python/src/atrad/v1 go/atradv1 typescript/src/generated; do
        diff --recursive --exclude=__pycache__ "clients/$part" "$work/generated/$part" ||
            fail "clients/$part is stale: run clients/generate"
    done
}

go_client_compiles() {
    cd clients/go
    go vet ./...
    [[ -z $(gofmt -l .) ]] || fail "gofmt would change:" "$(gofmt -l .)"
}

python_client_is_tidy() {
    cd clients/python
    local newest=../../$tools/newest/bin
    "$newest/ruff" check --no-cache .
    "$newest/ruff" format --no-cache --check .
    "$newest/mypy" --cache-dir "$work/mypy" src/atrad/client.py src/atrad/__init__.py samples
}
