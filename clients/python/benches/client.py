"""The client against grpcio itself: `python benches/client.py ATRAD [ROUNDS]`, with the binary of the server.

    call     p50 of compute('BTCUSDT', '15m', 'rsi(14)', last=1), against a bare grpcio call that echoes as many bytes
    column   a column of 1M rows to NumPy, against the same bytes as a stream of grpcio, joined to one array
    ingest   a Polars frame of 1M rows until it is durable, against the stock stubs with the same batches

The echo and the stream are served by a process of grpcio's own server, the calls by ATRAD. Rounds alternate between the
two sides, and the figures are medians over the rounds.
"""

import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent import futures

import grpc
import numpy as np

import atrad
from atrad.v1 import ingest_pb2, ingest_pb2_grpc

ROWS = 1_000_000
CHUNK_BYTES = 1 << 20
CALLS = 1500
UNBOUNDED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def echo(port_of):
    """grpcio's own server: echoes, and streams as many bytes as it is asked for."""

    def stream(request, _context):
        chunk = bytes(CHUNK_BYTES)
        for _ in range(int(request) // CHUNK_BYTES):
            yield chunk

    handlers = {
        "Echo": grpc.unary_unary_rpc_method_handler(lambda request, _context: bytes(int(request[:8]))),
        "Stream": grpc.unary_stream_rpc_method_handler(stream),
    }
    server = grpc.server(futures.ThreadPoolExecutor(4), options=UNBOUNDED)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("bench", handlers)])
    port_of.send(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    server.wait_for_termination()


def median_us(call, count=CALLS):
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e6


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def alternating(rounds, measure, *calls):
    """The median of each call over the rounds, in turn; the first round warms up."""
    taken = [[measure(call) for call in calls] for _ in range(rounds + 1)][1:]
    return [statistics.median(each) for each in zip(*taken, strict=True)]


def calls(client, address, bare, rounds):
    request = atrad.requests.question(("rsi(14)",), (1, None, None), ("BTCUSDT", "15m")).encoded()
    with grpc.insecure_channel(address) as channel:
        answer = channel.unary_unary("/atrad.v1.IndicatorService/Compute")(request)
        health = channel.unary_unary("/grpc.health.v1.Health/Check")
        raw = channel.unary_unary("/atrad.v1.IndicatorService/Compute")
        same = bare.unary_unary("/bench/Echo")
        sized = b"%08d" % len(answer) + bytes(len(request) - 8)
        measured = alternating(
            rounds,
            median_us,
            lambda: client.compute("BTCUSDT", "15m", "rsi(14)", last=1),
            lambda: same(sized),
            lambda: raw(request),
            lambda: health(b""),
        )
    ours, echoed, undecoded, checked = measured
    print(f"call: {ours:.0f} us; grpcio echo {echoed:.0f} us; {ours / echoed:.2f}x")
    print(f"      the same call by bare grpcio, undecoded {undecoded:.0f} us; a health check {checked:.0f} us")


def columns(client, address, bare, rounds):
    # An expression whose values are stored: what is measured is the way to NumPy.
    def ours():
        assert len(client.compute("BENCH", "1m", "close")["close"]) == ROWS

    size = 2 * 8 * ROWS // CHUNK_BYTES * CHUNK_BYTES
    raw = bare.unary_stream("/bench/Stream")

    def theirs():
        assert np.frombuffer(b"".join(raw(b"%d" % size)), dtype="f8").nbytes == size

    column = np.random.default_rng(1).standard_normal(2 * ROWS)
    request = atrad.requests.question(("close",), (None, None, None), ("BENCH", "1m")).streamed()
    with grpc.insecure_channel(address, UNBOUNDED) as channel:
        undecoded = channel.unary_stream("/atrad.v1.IndicatorService/ComputeStream")
        measured = alternating(
            2 * rounds, seconds, ours, theirs, lambda: list(undecoded(request)), lambda: column.copy()
        )
    one, two, received, copied = measured
    print(f"column: {one * 1e3:.1f} ms for 1M times and values")
    print(f"        grpcio stream of the bytes {two * 1e3:.1f} ms; {two / one:.2f}x")
    print(f"        the same answer by bare grpcio, undecoded {received * 1e3:.1f} ms; {received / one:.2f}x")
    print(f"        a copy in memory {copied * 1e3:.1f} ms")


def ingestions(client, address, frame, rounds):
    """Each round stores the frame under names of its own."""
    names = iter(range(10**6))
    batch = atrad.requests.BATCH_ROWS
    columns = {name: frame[name].to_list() for name in frame.columns if name != "times"}
    times = frame["times"].dt.timestamp("ns").to_list()

    def ours():
        assert client.ingest(f"OURS{next(names)}", "1m", frame).accepted == ROWS

    def theirs():
        symbol = f"STOCK{next(names)}"
        with grpc.insecure_channel(address, UNBOUNDED) as channel:
            stub = ingest_pb2_grpc.IngestServiceStub(channel)

            def requests():
                for start in range(0, ROWS, batch):
                    rows = slice(start, start + batch)
                    request = ingest_pb2.IngestStreamRequest(batch=start)
                    request.series.symbol, request.series.timeframe = symbol, "1m"
                    request.bars.times.extend(times[rows])
                    for name, column in columns.items():
                        getattr(request.bars, name).extend(column[rows])
                    yield request

            assert sum(each.receipt.accepted for each in stub.IngestStream(requests())) == ROWS

    def listed():
        for name in columns:
            columns[name] = frame[name].to_list()
        times[:] = frame["times"].dt.timestamp("ns").to_list()
        theirs()

    def encoded():
        bars = atrad.frames.bars(frame)
        how = atrad.requests.Ingestion("X", "1m")
        for number, part in enumerate(atrad.requests.slices(bars, batch)):
            how.streamed(number, part)

    one, two, client_side = alternating(min(rounds, 3), seconds, ours, listed, encoded)
    print(f"ingest: {one * 1e3:.0f} ms for 1M bars; stock stubs {two * 1e3:.0f} ms; {two / one:.1f}x")
    print(f"        of ours, on the client {client_side * 1e3:.1f} ms; the rest is the server")


def frame_of_bars():
    import polars

    close = 100 + np.random.default_rng(1).standard_normal(ROWS).cumsum() * 0.01
    close -= min(0.0, close.min() - 10)
    times = np.datetime64("2020-01-01T00:00", "ns") + np.arange(ROWS) * np.timedelta64(1, "m")
    prices = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": np.full(ROWS, 7.0)}
    return polars.DataFrame({"times": times, **prices})


def main(binary, rounds=5):
    receiver, sender = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=echo, args=(sender,), daemon=True)
    server.start()
    bare = grpc.insecure_channel(f"127.0.0.1:{receiver.recv()}", UNBOUNDED)
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "serve", "--demo", "--listen", "127.0.0.1:0", "--data", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            address = process.stdout.readline().removeprefix("listening on ").strip()
            with atrad.connect(address, progress=False) as client:
                frame = frame_of_bars()
                calls(client, address, bare, rounds)
                client.ingest("BENCH", "1m", frame)
                columns(client, address, bare, rounds)
                ingestions(client, address, frame, rounds)
        finally:
            process.kill()
            process.wait()
    server.terminate()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
