# The built server, spoken to by everything that speaks to it.

service=atrad.v1.IndicatorService
question='{"series": {"symbol": "BTCUSDT", "timeframe": "15m"}, "range": {"last": 3}, "expressions": ["rsi(14)"]}'

section_live() {
    section live
    check "the server builds" build_server
    rm -f "$logs/server.log"
    start_redis
    check_start "the demo server starts" --demo
    check "Kubernetes sets only variables that exist" kubernetes_variables_exist
    check "grpcurl lists and describes" grpcurl_lists_and_describes
    check "grpcurl health is SERVING" grpcurl_health
    check "grpcurl computes by JSON" grpcurl_computes
    check "grpcurl tells an error in detail" grpcurl_error
    check "curl computes by JSON over HTTP/1.1 and HTTP/2" curl_computes
    check "the OpenAPI document is valid" openapi_is_valid
    check "the command and the API agree" command_agrees
    check "README's grpcurl works as pasted" readme_works
    check "the examples of docs/ print what they show" examples_work
    check "Arrow Flight with pyarrow and Polars" flight_with_pyarrow
    check "Arrow Flight with Go" go -C tests/run.d/flight-go run . "$address"
    check "an agent asks with the official SDK of MCP" "$tools/mcp/bin/python" tests/run.d/agent.py "$binary" "$address"
    check "ghz load has no error" ghz_load
    check "Python client with the oldest packages" python_tests oldest
    check "Python client with the newest packages" python_tests newest
    check "computation in Python's process has the bits of the server" python_native_tests
    check "Go client" client_tests go -C clients/go test -count=1 ./...
    check "TypeScript client" client_tests npm --prefix clients/typescript test
    check "Java client" client_tests maven --file clients/java/pom.xml test
    check "Rust client" client_tests cargo test "${packages[@]}" --test live
    check "the samples run and agree" samples_agree
    check "Prometheus text" metrics_are_told
    stop_redis
    check "without Redis the same answer" grpcurl_computes
    check_stop "SIGTERM drains and exits 0"
    start_redis
    check_start "it starts again on the same data"
    check "everything is still there" series_are_there
    check_stop "SIGTERM exits 0 again"
    stop_redis
}

# Only the shell that started the server can wait for it; so these two are not jobs.
check_start() {
    local name=$1
    shift
    if start_server "$@"; then
        passed=$((passed + 1))
        echo "ok      $name: $address"
    else
        failed+=("$name")
        echo "FAILED  $name"
        tail -n 40 "$logs/server.log" | sed 's/^/        | /'
        summary
        exit 1
    fi
}

check_stop() {
    local code=0 began=$SECONDS
    stop_server TERM || code=$?
    if [[ $code -eq 0 && $((SECONDS - began)) -le 30 ]]; then
        passed=$((passed + 1))
        echo "ok      $1 ($((SECONDS - began)) s)"
    else
        failed+=("$1")
        echo "FAILED  $1: exit code $code after $((SECONDS - began)) s"
        tail -n 40 "$logs/server.log" | sed 's/^/        | /'
    fi
}

build_server() {
    case $binary in
        # The one that the tests have built.
        target/debug/atrad) cargo test "${packages[@]}" --no-run --test cli ;;
        target/release/atrad) cargo build --locked --release ;;
    esac
}

kubernetes_variables_exist() {
    local help variable
    help=$("$binary" serve --help)
    for variable in $(grep -oh 'ATRAD_[A-Z_]*' k8s/base/atrad.env k8s/base/atrad.yaml k8s/tls/tls.yaml); do
        grep -qw "$variable" <<<"$help" || fail "atrad serve knows no $variable"
    done
}

grpcurl_lists_and_describes() {
    local name listed
    listed=$(grpcurl -plaintext "$address" list)
    for name in atrad.v1.{Indicator,Ingest,Series,SavedResult,Admin,Cache}Service grpc.health.v1.Health grpc.reflection.v1.ServerReflection; do
        grep -qx "$name" <<<"$listed" || fail "$name is not in:" "$listed"
    done
    grpcurl -plaintext "$address" describe "$service.Compute" | grep 'rpc Compute'
    grpcurl -plaintext "$address" describe atrad.v1.Column | grep 'repeated double values'
}

grpcurl_health() {
    [[ $(grpcurl -plaintext "$address" grpc.health.v1.Health/Check | jq -r .status) == SERVING ]]
    [[ $(grpcurl -plaintext -d "{\"service\": \"$service\"}" "$address" grpc.health.v1.Health/Check | jq -r .status) == SERVING ]]
}

grpcurl_computes() {
    grpcurl -plaintext -d "$question" "$address" "$service/Compute" | tee "$work/answer.json"
    jq -e '(.times | length) == 3 and (.columns | length) == 1 and .columns[0].label == "rsi(14)"
        and (.columns[0].values | length == 3 and all(. > 0 and . < 100)) and .infos[0].lookback == "14"' "$work/answer.json"
}

curl_computes() {
    local version url=http://$address/$service/Compute
    grpcurl_computes >/dev/null
    for version in --http1.1 --http2-prior-knowledge; do
        curl --silent --show-error --fail "$version" --compressed -d "$question" -H 'content-type: application/json' "$url" |
            tee "$work/curl.json"
        diff <(jq -S 'del(.infos)' "$work/curl.json") <(jq -S 'del(.infos)' "$work/answer.json")
    done
    [[ $(curl --silent --output "$work/refused.json" --write-out '%{http_code}' -d '{"serie": 1}' \
        -H 'content-type: application/json' "$url") == 400 ]]
    jq -e '.code == "invalid_argument" and (.message | startswith("serie is not a field"))' "$work/refused.json"
    [[ $(curl --silent --output /dev/null --write-out '%{http_code}' -d "$question" "$url") == 415 ]]
}

openapi_is_valid() {
    curl --silent --show-error --fail "http://$address/openapi.json" >"$work/openapi.json"
    "$tools/newest/bin/openapi-spec-validator" "$work/openapi.json"
}

flight_with_pyarrow() {
    "$tools/newest/bin/python" tests/run.d/flight.py "$address" "$work/answer.json"
}

# grpcurl exits with 64 plus the gRPC code.
grpcurl_error() {
    refused_with 69 ResourceInfo NOSUCH '{"series": {"symbol": "NOSUCH", "timeframe": "15m"}, "expressions": ["rsi(14)"]}'
    refused_with 67 BadRequest 'expressions\[0\]' "${question/rsi(14)/rsi(0)}"
}

refused_with() {
    local code=0
    grpcurl -plaintext -d "$4" "$address" "$service/Compute" >"$work/error.txt" 2>&1 || code=$?
    cat "$work/error.txt"
    [[ $code -eq $1 ]] || fail "exit code $code, want $1"
    grep -q "google.rpc.$2" "$work/error.txt" || fail "no $2 in the details"
    grep -q "$3" "$work/error.txt" || fail "no $3 in the details"
}

command_agrees() {
    grpcurl_computes >/dev/null
    "$binary" compute BTCUSDT 15m 'rsi(14)' --last 3 --format csv --server "$address" >"$work/answer.csv"
    cat "$work/answer.csv"
    [[ $(head -n 1 "$work/answer.csv") == 'time,rsi(14)' ]]
    diff <(tail -n +2 "$work/answer.csv" | cut -d, -f2 | jq -c .) <(jq -c '.columns[0].values[]' "$work/answer.json")
}

# The README's server listens on the default port; ours does not. Nothing else is changed in what is pasted.
readme_works() {
    awk '!/^```/ { block = block $0 "\n"; next }
        fenced { if (shell && block ~ /grpcurl/) printf "%s", block; fenced = 0; next }
        { fenced = 1; shell = ($0 == "```sh"); block = "" }' README.md |
        sed -E "s/(127\.0\.0\.1|localhost):50051/$address/g" >"$work/pasted"
    cat "$work/pasted"
    grep -q grpcurl "$work/pasted" || fail "README has no example with grpcurl"
    PATH="$(dirname "$(realpath "$binary")"):$PATH" bash -euo pipefail "$work/pasted" | tee "$work/pasted.out"
    grep -q '"values"' "$work/pasted.out" || fail "README's example shows no values"
}

# Before anybody else stores bars: some examples show all that there are.
examples_work() {
    mkdir "$work/bin"
    ln -s "$(realpath "$binary")" "$work/bin/atrad"
    install_python_client newest
    PATH="$work/bin:$PATH" "$python" tests/run.d/examples.py "$address" "$PWD/$tools/newest/bin/python" \
        docs/{quickstart,concepts,expressions,errors,operations,python,universes}.md
}

ghz_load() {
    ghz --insecure --call "$service/Compute" --data "${question/\"last\": 3/\"last\": 500}" --concurrency 16 --connections 4 \
        --total 5000 --duration-stop wait --timeout 10s --format json "$address" >"$work/ghz.json"
    jq '{count, rps, average, fastest, slowest, statusCodeDistribution, errorDistribution}' "$work/ghz.json"
    jq -e '.statusCodeDistribution == {"OK": 5000} and (.errorDistribution // {} | length == 0)' "$work/ghz.json"
}

# The same programs in every language: the same lines.
samples_agree() {
    local sample
    npm --prefix clients/typescript run --silent build
    cargo build "${packages[@]}" --example 'client_*'
    for sample in compute watch sweep screen board; do
        sample_agrees "$sample"
    done
}

# sample_agrees SAMPLE: the lines in every language are those in Python.
sample_agrees() {
    local sample=$1 language
    sample_in_python "$sample" | tee "$work/$sample.python"
    [[ $(wc -l <"$work/$sample.python") -ge 4 ]] || fail "the sample $sample shows too little"
    for language in go typescript rust java; do
        "sample_in_$language" "$sample" >"$work/$sample.$language"
        diff "$work/$sample.python" "$work/$sample.$language" || fail "$sample in $language differs"
    done
}

sample_in_python() {
    "$tools/newest/bin/python" "clients/python/samples/$1.py"
}

sample_in_go() {
    go -C clients/go run "./samples/$1"
}

sample_in_typescript() {
    node "clients/typescript/dist/samples/$1.js"
}

sample_in_rust() {
    "target/debug/examples/client_$1"
}

sample_in_java() {
    java -cp "clients/java/target/classes:clients/java/target/test-classes:$(<clients/java/target/classpath)" "atrad.samples.${1^}"
}

# client_tests COMMAND...: the tests of a client, which start servers of their own, too.
client_tests() {
    ATRAD_BINARY=$(realpath "$binary") "$@"
}

python_tests() {
    install_python_client "$1"
    client_tests "$tools/$1/bin/python" -m pytest -q -p no:cacheprovider clients/python/tests
}

# The module as cargo builds it. Only this check has it on its path: elsewhere the server computes.
python_native_tests() {
    local module=$work/native/atrad_native
    # An example among the targets, because only then do the features of tests count.
    cargo build "${packages[@]}" --lib --example client_compute
    mkdir -p "$module"
    cp clients/python-native/python/atrad_native/* "$module"
    cp target/debug/lib_native.so "$module/_native.abi3.so"
    PYTHONPATH=$work/native client_tests "$tools/newest/bin/python" -m pytest -q -p no:cacheprovider clients/python/tests/test_native.py clients/python/tests/test_folder.py
}

# As a wheel, so that what is packed is what is tried.
install_python_client() {
    if [[ ! -e $work/wheel ]]; then
        cp -r clients/python "$work/python"
        "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work/wheel" "$work/python"
    fi
    "$tools/$1/bin/pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall "$work"/wheel/atrad-*.whl
}

metrics_are_told() {
    curl --silent --show-error --fail "http://$metrics/metrics" >"$work/metrics.txt"
    grep --invert-match --max-count 60 '^#' "$work/metrics.txt"
    "$python" - "$work/metrics.txt" docs/operations.md <<'METRICS'
import re
import sys
from prometheus_client.parser import text_string_to_metric_families

families = {each.name: each for each in text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read())}
for word in ("call", "duration", "cache", "writer", "queue"):
    named = [name for name in families if word in name]
    assert named, f"no figure is about {word}: {sorted(families)}"
    assert any(family.samples for name, family in families.items() if name in named), f"no samples of {named}"

# The table of the documentation has each, and no other.
served = {name + ("_total" if family.type == "counter" else "") for name, family in families.items()}
rows = re.findall(r"^\| (`.*?`) \|", open(sys.argv[2], encoding="utf-8").read(), re.MULTILINE)
shown = {name for row in rows for name in re.findall(r"`((?:atrad|grpc|process)_\w+)`", row)}
assert served == shown, f"only served: {sorted(served - shown)}, only documented: {sorted(shown - served)}"
METRICS
}

series_are_there() {
    local listed symbol
    listed=$(grpcurl -plaintext -d '{"page_size": 1000}' "$address" atrad.v1.SeriesService/ListSeries)
    jq -c '.series[] | [.id.symbol, .id.timeframe, .rows, .epoch]' <<<"$listed"
    for symbol in BTCUSDT BTCUSD MSFT AAPL IBM GOOG; do
        jq -e --arg symbol "$symbol" 'any(.series[]; .id.symbol == $symbol)' <<<"$listed" || fail "$symbol is gone"
    done
    jq -e '[.series[] | select(.id.symbol | startswith("PY-")) | .rows] | index("20000")' <<<"$listed" ||
        fail "what the Python tests stored is gone"
}
