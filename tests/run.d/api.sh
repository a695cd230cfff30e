# The protos, the code generated from them, and what the compilers and linters of the clients say without a server.

# Every message, field and method of the released API, without comments. A change that would break a client, on the wire or in
# its generated code, fails against this image. After an addition renew it, in this order, so that what it guards can only grow:
#
#   buf breaking proto --against proto/atrad.v1.txtpb && buf build proto --exclude-source-info -o proto/atrad.v1.txtpb
#
# A break on purpose is a new package, atrad.v2, beside this one.
image=proto/atrad.v1.txtpb

section_api() {
    section api
    check "protos keep Buf's style" buf lint proto
    check "protos build" buf build proto -o "$work/atrad.binpb"
    check "protos break no client of v1" buf breaking proto --against "$image"
    check "the image of v1 is fresh" image_is_fresh
    check "generated code is fresh" generated_code_is_fresh
    check "Go client compiles and is formatted" go_client_compiles
    check "TypeScript client compiles" npm --prefix clients/typescript run check
    check "Java client compiles without warnings and is formatted" java_client_compiles
    check "Python client is typed and tidy" python_client_is_tidy
}

image_is_fresh() {
    buf build proto --exclude-source-info -o "$work/atrad.v1.txtpb"
    diff "$image" "$work/atrad.v1.txtpb" || fail "$image is stale: renew it as tests/run.d/api.sh says"
}

generated_code_is_fresh() {
    clients/generate "$work/generated"
    local part
    for part in python/src/atrad/{v1,catalog.json,indicators.pyi,ta.pyi,client.py,connection.py,stores.py} go/atradv1 go/indicator/{indicators,every_test}.go typescript/src/generated columns.proto rust/src/indicators.rs \
        java/src/main/java/atrad/client/Indicators.java; do
        diff --recursive --exclude=__pycache__ "clients/$part" "$work/generated/$part" ||
            fail "clients/$part is stale: run clients/generate"
    done
}

go_client_compiles() {
    cd clients/go
    go vet ./...
    [[ -z $(gofmt -l .) ]] || fail "gofmt would change:" "$(gofmt -l .)"
}

java_client_compiles() {
    find clients/java/src -name '*.java' ! -name Indicators.java -print0 |
        xargs -0 java -jar "$tools/java/google-java-format-all-deps.jar" --dry-run --set-exit-if-changed
    maven --file clients/java/pom.xml test-compile
}

python_client_is_tidy() {
    cd clients/python
    local newest=../../$tools/newest/bin
    "$newest/ruff" check --no-cache .
    "$newest/ruff" format --no-cache --check .
    "$newest/ruff" check --no-cache --config pyproject.toml ../helpers/*.py ../helpers/{generate,columns}
    "$newest/ruff" format --no-cache --config pyproject.toml --check ../helpers/*.py ../helpers/{generate,columns}
    MYPYPATH=src "$newest/mypy" --cache-dir "$work/mypy" --python-version 3.9
    MYPYPATH=src "$newest/mypy" --cache-dir "$work/mypy" --warn-unused-ignores samples tests/typed.py
}
