# The documentation: generated from the binary, the protos and the catalogue, built without the network, every link followed.

section_docs() {
    section docs
    check "the binary to document builds" build_server
    # The first time this installs its tools.
    check "the site builds and every link leads somewhere" env BINARY="$binary" docs/build
    check "the site builds without a network" offline env BINARY="$binary" docs/build
    check "what nobody described is refused" refuses_the_undescribed
    check "a dead link and a remote script are refused" refuses_dead_links
    check "the tools of the site are tidy" site_tools_are_tidy
}

# In a network of its own, where nobody is; in ours where the system does not allow that.
offline() {
    local alone=(unshare --net --map-root-user)
    "${alone[@]}" true || alone=()
    "${alone[@]}" "$@"
}

# refused MESSAGE COMMAND...: the command must fail and say that.
refused() {
    local message=$1
    shift
    if "$@" >"$work/refused.txt" 2>&1; then
        fail "accepted: $*"
    fi
    cat "$work/refused.txt"
    grep -qF -- "$message" "$work/refused.txt" || fail "not about: $message"
}

# generate BINARY IMAGE CATALOG: lays out a site from these.
generate() {
    "$python" -B docs/generate "$1" "$2" "$3" "$work/source"
}

refuses_the_undescribed() {
    local image=$work/api.json catalog=clients/catalog.json part path
    buf build proto --output "$image"
    generate "$binary" "$image" "$catalog"
    # The first method, field and value that there are.
    for part in "method 6,0,2,0" "field 4,0,2,0" "value 5,0,2,0"; do
        path=${part#* }
        jq "(.file[].sourceCodeInfo.location[] | select(.path == [$path])).leadingComments = \"\"" "$image" >"$work/silent.json"
        refused "${part%% *}" generate "$binary" "$work/silent.json" "$catalog"
    done
    jq '.indicators[7].params[0].help = ""' "$catalog" >"$work/catalog.json"
    refused parameter generate "$binary" "$image" "$work/catalog.json"
    printf '#!/bin/sh\n"%s" "$@" | sed "/A listen address/,/any free port/d"\n' "$(realpath "$binary")" >"$work/mute"
    chmod +x "$work/mute"
    refused "--listen" generate "$work/mute" "$image" "$catalog"
}

refuses_dead_links() {
    local tag
    for tag in '<a href="nowhere.html">' '<a href="index.html#nowhere">' '<script src="https://example.org/a.js">' \
        '<style>@import "//example.org/a.css"</style>'; do
        cp -r target/docs/site "$work/spoilt"
        echo "$tag" >>"$work/spoilt/index.html"
        refused index.html "$python" -B docs/check "$work/spoilt"
        rm -r "$work/spoilt"
    done
    mkdir "$work/repository"
    for tag in '[there](nowhere.md)' '[there](README.md#nowhere)'; do
        printf '# Here\n\n%s\n' "$tag" >"$work/repository/README.md"
        refused "README.md links to" "$python" -B docs/check target/docs/site "$work/repository"
    done
}

site_tools_are_tidy() {
    local files=(docs/generate docs/check docs/conf.py docs/reference tests/run.d/examples.py tests/run.d/flight.py) ruff=$tools/newest/bin/ruff
    "$ruff" check --no-cache --config clients/python/pyproject.toml "${files[@]}"
    "$ruff" format --no-cache --config clients/python/pyproject.toml --check "${files[@]}"
}
