# One server with the demo series, on free ports, with a Redis of its own; `address` and `metrics` say where it is.

# The one that the tests of the section rust have built, so that nothing is built twice.
binary=${BINARY:-target/debug/atrad}
server=
redis=
address=
metrics=

free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_redis() {
    redis_port=$(free_port)
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" \
        --maxmemory 64mb --maxmemory-policy allkeys-lru >"$logs/redis.log" 2>&1 &
    redis=$!
    until redis-cli -p "$redis_port" ping >/dev/null 2>&1; do
        kill -0 "$redis" || { cat "$logs/redis.log"; exit 1; }
        sleep 0.05
    done
}

stop_redis() {
    [[ -n $redis ]] || return 0
    kill -TERM "$redis" 2>/dev/null || true
    wait "$redis" 2>/dev/null || true
    redis=
}

# start_server OPTIONS...: returns when the server says that it listens.
start_server() {
    local line= tries
    metrics=127.0.0.1:$(free_port)
    : >"$logs/server.out"
    "$binary" serve --listen 127.0.0.1:0 --listen "unix:$work/atrad.sock" --data "$work/data" --redis "redis://127.0.0.1:$redis_port" \
        --metrics-listen "$metrics" "$@" >"$logs/server.out" 2>>"$logs/server.log" </dev/null &
    server=$!
    for ((tries = 0; tries < 600; tries++)); do
        line=$(grep -m1 '^listening on ' "$logs/server.out" || true)
        [[ -z $line ]] || break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    address=${line#listening on }
    export ATRAD_ADDRESS=$address ATRAD_SOCKET=$work/atrad.sock
    [[ -n $line ]]
}

# stop_server SIGNAL: its exit code is the code of this function.
stop_server() {
    [[ -n $server ]] || return 0
    local code=0 stopping=$server
    server=
    kill "-$1" "$stopping" 2>/dev/null || true
    wait "$stopping" 2>/dev/null || code=$?
    return "$code"
}
