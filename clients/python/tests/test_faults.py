"""What goes wrong between the two ends: no server, one that restarts, a fork, wrong tokens and certificates."""

import os
import re
import subprocess
import sys
import threading
import time
import uuid
from concurrent import futures
from pathlib import Path

import grpc
import numpy as np
import pytest

import atrad
from atrad.target import target
from atrad.v1 import indicator_pb2, ingest_pb2

ADDRESS = os.environ.get("ATRAD_ADDRESS", "")
ANSWER = indicator_pb2.ComputeResponse(times=[1], columns=[indicator_pb2.Column(label="close", values=[2.5])])


def bars(count):
    close = 100 + np.random.default_rng(1).standard_normal(count).cumsum() * 0.01
    times = np.datetime64("2020-01-01T00:00", "ns") + np.arange(count) * np.timedelta64(1, "m")
    return {"times": times, "open": close, "high": close + 1, "low": close - 1, "close": close, "volume": close}


def serve(listen, services):
    """A server with these services; `listen` opens its port."""
    running = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
    for service, handlers in services.items():
        running.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(f"atrad.v1.{service}", handlers)])
    port = listen(running)
    running.start()
    return running, port


def guarded(seen):
    """A `Compute` that wants a token."""

    def compute(_request, context):
        seen.append(dict(context.invocation_metadata()).get("authorization"))
        if seen[-1] != "Bearer secret":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "a wrong token")
        return ANSWER

    handler = grpc.unary_unary_rpc_method_handler(
        compute, indicator_pb2.ComputeRequest.FromString, indicator_pb2.ComputeResponse.SerializeToString
    )
    return {"IndicatorService": {"Compute": handler}}


def close_of(client):
    return list(client.compute("X", "1d", "close", last=1)["close"])


def test_no_server_is_told_after_a_few_tries():
    began = time.monotonic()
    with atrad.connect("127.0.0.1:1", timeout=20) as nobody, pytest.raises(atrad.UnavailableError) as caught:
        close_of(nobody)
    assert isinstance(caught.value, ConnectionError) and time.monotonic() - began < 15


def test_a_token_is_sent_and_a_wrong_one_is_told(tmp_path):
    seen = []
    running, port = serve(lambda server: server.add_insecure_port("127.0.0.1:0"), guarded(seen))
    file = tmp_path / "token"
    file.write_text("secret\n")
    for options in ({"token": "secret"}, {"token_file": file}):
        with atrad.connect(f"127.0.0.1:{port}", **options) as client:
            assert close_of(client) == [2.5]
    for options in ({"token": "wrong"}, {}):
        with atrad.connect(f"127.0.0.1:{port}", **options) as client, pytest.raises(atrad.DeniedError) as caught:
            close_of(client)
        assert isinstance(caught.value, PermissionError)
    assert seen == ["Bearer secret", "Bearer secret", "Bearer wrong", None]
    running.stop(None)


@pytest.mark.parametrize("form", ["unix:{}", "unix://{}"])
def test_a_unix_socket_is_an_address(tmp_path, form):
    path = tmp_path / "atrad.sock"
    running, _ = serve(lambda server: server.add_insecure_port(f"unix:{path}"), guarded([]))
    with atrad.connect(form.format(path), token="secret") as client:
        assert close_of(client) == [2.5]
    assert ("grpc.default_authority", "localhost") in target(form.format(path)).options
    running.stop(None)


def test_an_address_may_be_of_ipv6():
    try:
        running, port = serve(lambda server: server.add_insecure_port("[::1]:0"), guarded([]))
    except RuntimeError:
        pytest.skip("this machine has no IPv6")
    for address in (f"[::1]:{port}", f"http://[::1]:{port}/"):
        with atrad.connect(address, token="secret") as client:
            assert close_of(client) == [2.5]
    running.stop(None)


@pytest.fixture
def certificates(tmp_path):
    """An authority, and a server and a client that it vouches for, made by openssl."""

    def openssl(*arguments):
        try:
            subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)
        except FileNotFoundError:
            pytest.skip("no openssl")

    new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(*new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "2")
    for name in ("server", "client"):
        (tmp_path / "names").write_text("subjectAltName=DNS:atrad.test")
        openssl(*new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ["x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        openssl(*signed, "-days", "2", "-extfile", "names", "-out", f"{name}.pem")
    return tmp_path


def test_tls_both_ways(certificates):
    read = {path.name: path.read_bytes() for path in certificates.iterdir()}
    keys = grpc.ssl_server_credentials([(read["server.key"], read["server.pem"])], read["ca.pem"], True)
    running, port = serve(lambda server: server.add_secure_port("127.0.0.1:0", keys), guarded([]))
    mutual = atrad.TLS(
        ca=certificates / "ca.pem",
        cert=certificates / "client.pem",
        key=str(certificates / "client.key"),
        server_name="atrad.test",
    )
    for address in (f"127.0.0.1:{port}", f"https://127.0.0.1:{port}"):
        with atrad.connect(address, token="secret", tls=mutual) as client:
            assert close_of(client) == [2.5]
    for refused in (mutual._replace(cert=None, key=None), mutual._replace(server_name=None), True):
        with (
            atrad.connect(f"127.0.0.1:{port}", tls=refused, timeout=2) as client,
            pytest.raises(atrad.UnavailableError),
        ):
            close_of(client)
    running.stop(None)


@pytest.mark.parametrize(
    "options, field",
    [
        ({"address": "localhost"}, "address"),
        ({"address": "localhost:port"}, "address"),
        ({"address": "localhost:70000"}, "address"),
        ({"address": "https://a/b"}, "address"),
        ({"token": ""}, "token"),
        ({"token": "a b"}, "token"),
        ({"token": "a", "token_file": "b"}, "token"),
        ({"tls": atrad.TLS(cert="a")}, "tls"),
        ({"tls": True, "credentials": grpc.ssl_channel_credentials()}, "tls"),
    ],
)
def test_wrong_options_are_told_at_once(options, field):
    with pytest.raises(atrad.InvalidError) as caught:
        atrad.connect(**{"address": "127.0.0.1:1", **options})
    assert list(caught.value.fields) == [field]


def test_the_environment_says_where_the_server_is(monkeypatch):
    monkeypatch.setenv("ATRAD_SERVER", "there:1")
    monkeypatch.setenv("ATRAD_TOKEN", "secret")
    assert (target().address, target().metadata) == ("there:1", (("authorization", "Bearer secret"),))
    # A token is of that server only.
    assert (target("here:1").address, target("here:1").metadata) == ("here:1", ())
    monkeypatch.delenv("ATRAD_SERVER")
    assert target().address == "127.0.0.1:50051"


FORKS = """
import multiprocessing, sys, threading
import atrad

def forked(client, results):
    try:
        results.put(list(client.compute("IBM", "1d", "close", last=1)["close"]))
    except atrad.Error as error:
        results.put(error.code.name)

client = atrad.connect(sys.argv[1])
expected = list(client.compute("IBM", "1d", "close", last=1)["close"])
context = multiprocessing.get_context("fork")
"""


def run_forks(body):
    """In a process of its own: other tests have servers and asyncio channels in theirs."""
    done = subprocess.run([sys.executable, "-c", FORKS + body, ADDRESS], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr


def test_a_client_goes_on_in_a_forked_child():
    """Both sides of a fork use the client at once; the child gets a connection of its own."""
    run_forks("""
results = context.Queue()
children = [context.Process(target=forked, args=(client, results)) for _ in range(3)]
for child in children:
    child.start()
for _ in range(20):
    mine = list(client.compute("IBM", "1d", "close", last=1)["close"])
assert [results.get(timeout=30) for _ in children] == [expected] * 3 and mine == expected
for child in children:
    child.join(30)
    assert child.exitcode == 0
print("ok")
""")


WATCHES = """
def other():
    for _ in client.watch([("IBM", "1d")], "close"):
        started.set()
"""

AWAITS = """
import asyncio
import atrad.aio

async def awaits():
    async with atrad.aio.connect(sys.argv[1]) as client:
        await client.compute("IBM", "1d", "close", last=1)
        started.set()
        await asyncio.sleep(60)

def other():
    asyncio.run(awaits())
"""


@pytest.mark.parametrize("other", [WATCHES, AWAITS], ids=["watch", "asyncio"])
def test_a_child_forked_amid_calls_is_refused(other):
    """What it would open crashes its parent."""
    run_forks(
        other
        + """
started = threading.Event()
threading.Thread(target=other, daemon=True).start()
assert started.wait(30)
results = context.Queue()
context.Process(target=forked, args=(client, results)).start()
assert results.get(timeout=30) == "FAILED_PRECONDITION"
assert list(client.compute("IBM", "1d", "close", last=1)["close"]) == expected
print("ok")
"""
    )


def test_threads_share_a_client(client):
    with futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.compute, "BTCUSDT", "15m", f"ema({n})", last=200) for n in range(5, 105)]
        answers = [each.result() for each in asked]
    for n, answer in enumerate(answers, 5):
        assert list(answer) == [f"ema({n})"] and len(answer.times) == 200


def test_a_closed_client_says_so():
    client = atrad.connect(ADDRESS)
    assert client.is_serving()
    client.close()
    with pytest.raises(atrad.CancelledError, match="closed"):
        client.is_serving()


def test_closing_cancels_what_is_under_way():
    client = atrad.connect(ADDRESS)
    threading.Timer(0.05, client.close).start()
    slow = [f"wma({n})" for n in np.random.default_rng().integers(5000, 50000, 60)]
    with pytest.raises(atrad.CancelledError):
        client.compute("BTCUSDT", "15m", slow)


def test_a_frame_of_many_batches_is_one_receipt(client):
    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    sent = bars(250_001)
    receipt = client.ingest(symbol, "1m", **sent)
    assert receipt[:3] == (250_001, 0, 0)
    again = client.ingest(symbol, "1m", **sent, key=("test", symbol))
    assert again == (0, 0, 250_001, receipt.epoch)
    read = client.read_bars(symbol, "1m")
    np.testing.assert_array_equal(read.times, sent["times"])
    np.testing.assert_array_equal(read["close"], sent["close"])
    sent["high"] = sent["high"].copy()
    sent["high"][200_005] = 0
    with pytest.raises(atrad.InvalidError) as caught:
        client.ingest(symbol, "1m", **sent)
    assert list(caught.value.fields) == ["bars.high[5]"]


def test_an_interrupted_frame_goes_on_with_the_first_batch_without_a_receipt():
    taken = []

    def stream(requests, context):
        for request in requests:
            if len(taken) == 1:
                taken.append("broken off")
                context.abort(grpc.StatusCode.UNAVAILABLE, "stopping")
            taken.append((request.batch, len(request.bars.times), request.idempotency_key.batch))
            receipt = ingest_pb2.Receipt(accepted=len(request.bars.times), epoch=len(taken))
            yield ingest_pb2.IngestStreamResponse(batch=request.batch, receipt=receipt)

    handler = grpc.stream_stream_rpc_method_handler(
        stream, ingest_pb2.IngestStreamRequest.FromString, ingest_pb2.IngestStreamResponse.SerializeToString
    )
    running, port = serve(
        lambda server: server.add_insecure_port("127.0.0.1:0"), {"IngestService": {"IngestStream": handler}}
    )
    with atrad.connect(f"127.0.0.1:{port}") as client:
        receipt = client.ingest("S", "1m", **bars(250_000), key=("me", "k"))
    assert receipt == (250_000, 0, 0, 4)
    assert taken == [(0, 100_000, "k.0"), "broken off", (1, 100_000, "k.1"), (2, 50_000, "k.2")]
    running.stop(None)


def test_a_server_that_restarts_is_found_again(tmp_path):
    binary = os.environ.get("ATRAD_BINARY")
    if not binary:
        pytest.skip("ATRAD_BINARY names no server to start")

    def start(listen):
        command = [binary, "serve", "--listen", listen, "--data", str(tmp_path / "data")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = process.stdout.readline()
        return process, line.removeprefix("listening on ").strip()

    process, address = start("127.0.0.1:0")
    try:
        with atrad.connect(address, timeout=30) as client:
            assert client.ingest("S", "1m", **bars(1000)).accepted == 1000
            process.terminate()
            process.wait(30)
            later = futures.ThreadPoolExecutor(1).submit(lambda: (time.sleep(0.3), start(address))[1])
            # Asked while nobody is there.
            assert len(client.compute("S", "1m", "close", last=5).times) == 5
            process = later.result()[0]
            assert client.ingest("S", "1m", **bars(1000)).ignored == 1000
    finally:
        process.kill()
        process.wait(30)


def test_the_table_of_errors_has_every_class():
    page = Path(__file__).resolve().parents[3] / "docs" / "python.md"
    rows = re.findall(r"^\| `(\w+Error)` \| (?:`(\w+)`)? ?\| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name: (also, codes) for name, also, codes in rows}
    classes = {each.__name__: each for each in set(atrad.errors._CLASSES.values())}
    assert documented.keys() == classes.keys()
    for name, (also, codes) in documented.items():
        assert classes[name].CODE.name in codes
        assert [each.__name__ for each in classes[name].__bases__ if each is not atrad.Error] == (
            [also] if also else []
        )
