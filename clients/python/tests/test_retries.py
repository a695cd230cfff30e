"""When a call is made again: a small server here turns calls away before it answers."""

import asyncio
import time
from concurrent import futures
from contextlib import contextmanager
from types import SimpleNamespace

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

import atrad
from atrad import retry
from atrad.v1 import board_pb2, cache_pb2, indicator_pb2

EXHAUSTED, UNAVAILABLE = grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE
ANSWER = indicator_pb2.ComputeResponse(times=[1], columns=[indicator_pb2.Column(label="close", values=[2.5])])


def refuse(context, code, hint_ms, pushback=None):
    """Ends a call with a code, and with a hint when to come back unless that is None."""
    if pushback is not None:
        context.set_trailing_metadata((("grpc-retry-pushback-ms", pushback),))
        context.abort(code, "not now")
    status = status_pb2.Status(code=code.value[0], message="not now")
    if hint_ms is not None:
        packed = any_pb2.Any()
        delay = duration_pb2.Duration(nanos=hint_ms % 1000 * 1_000_000, seconds=hint_ms // 1000)
        packed.Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        status.details.append(packed)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, "not now")


@contextmanager
def server(*refusals, streams=None):
    """Refuses as many calls as there are refusals, then answers; streams are refused after their first chunk, `streams`
    of them."""
    calls = []

    def compute(_request, context):
        calls.append("Compute")
        if len(calls) <= len(refusals):
            refuse(context, *refusals[len(calls) - 1])
        return ANSWER

    def compute_stream(_request, context):
        calls.append("ComputeStream")
        yield indicator_pb2.ComputeStreamResponse(chunk=ANSWER)
        if streams is None or len(calls) <= streams:
            refuse(context, *refusals[0])

    handlers = {
        "Compute": grpc.unary_unary_rpc_method_handler(
            compute, indicator_pb2.ComputeRequest.FromString, indicator_pb2.ComputeResponse.SerializeToString
        ),
        "ComputeStream": grpc.unary_stream_rpc_method_handler(
            compute_stream,
            indicator_pb2.ComputeStreamRequest.FromString,
            indicator_pb2.ComputeStreamResponse.SerializeToString,
        ),
    }
    running = grpc.server(futures.ThreadPoolExecutor(2))
    running.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("atrad.v1.IndicatorService", handlers)])
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    with atrad.Client(f"127.0.0.1:{port}", timeout=20) as client:
        yield client, calls
    running.stop(None)


def refused(client):
    with pytest.raises(atrad.Error) as caught:
        client.compute("BTCUSDT", "15m", "close", last=1)
    return caught.value


def test_a_call_is_made_again_until_it_is_answered():
    with server((UNAVAILABLE, None), (EXHAUSTED, 20), (UNAVAILABLE, 10)) as (client, calls):
        assert list(client.compute("BTCUSDT", "15m", "close", last=1)["close"]) == [2.5]
        assert len(calls) == 4


def test_pushback_is_heeded():
    with server((UNAVAILABLE, None, "300")) as (client, calls):
        began = time.monotonic()
        assert len(client.compute("BTCUSDT", "15m", "close", last=1)["close"]) == 1
        assert time.monotonic() - began >= 0.3
    with server((EXHAUSTED, None, "10")) as (client, calls):
        assert len(client.compute("BTCUSDT", "15m", "close", last=1)["close"]) == 1


@pytest.mark.parametrize("pushback", ["-1", "soon", ""])
def test_pushback_may_forbid_a_retry(pushback):
    with server((UNAVAILABLE, None, pushback)) as (client, calls):
        assert refused(client).code is UNAVAILABLE
        assert len(calls) == 1


def test_a_whole_answer_is_begun_again():
    with server((UNAVAILABLE, 1), streams=1) as (client, calls):
        assert list(client.compute("BTCUSDT", "15m", "close")["close"]) == [2.5]
        assert calls == ["ComputeStream", "ComputeStream"]


def test_a_limit_without_a_hint_is_not_tried_again():
    with server((EXHAUSTED, None)) as (client, calls):
        assert refused(client).retry_after is None
        assert len(calls) == 1


def test_a_wrong_question_is_not_tried_again():
    with server((grpc.StatusCode.INVALID_ARGUMENT, 10)) as (client, calls):
        assert refused(client).code is grpc.StatusCode.INVALID_ARGUMENT
        assert len(calls) == 1


def test_a_hint_past_the_timeout_is_not_waited_for():
    with server((EXHAUSTED, 60_000)) as (client, calls):
        assert refused(client).retry_after == 60.0
        assert len(calls) == 1


def test_a_server_that_never_answers_is_given_up_after_a_few_tries():
    with server(*[(UNAVAILABLE, None)] * 10) as (client, calls):
        assert refused(client).code is UNAVAILABLE
        assert len(calls) == 5


def test_a_server_that_is_busy_is_asked_until_the_deadline():
    with server(*[(EXHAUSTED, 1)] * 10) as (client, calls):
        assert len(client.compute("BTCUSDT", "15m", "close", last=1)["close"]) == 1
        assert len(calls) == 11
    with server(*[(UNAVAILABLE, 0)] * 1000) as (client, calls):
        began = time.monotonic()
        assert refused(client.options(timeout=3)).code is UNAVAILABLE
        assert time.monotonic() - began < 10 and 6 <= len(calls) < 50


@pytest.mark.parametrize("timeout", [1e9, 1e12, float("inf")])
def test_a_timeout_may_be_of_any_length(timeout):
    with server((UNAVAILABLE, 1)) as (client, calls):
        assert len(client.options(timeout=timeout).compute("BTCUSDT", "15m", "close", last=1)["close"]) == 1
        assert len(calls) == 2


@pytest.mark.parametrize("timeout, seconds", [(None, 60), (30, 30), (300, 300)])
def test_a_server_that_is_away_is_waited_for(monkeypatch, timeout, seconds):
    now = [1000.0]
    monkeypatch.setattr(retry, "time", SimpleNamespace(monotonic=lambda: now[0]))
    attempts, pauses = retry.Attempts(timeout, reached=True), []
    with pytest.raises(atrad.UnavailableError):
        while True:
            pauses.append(attempts.pause(atrad.UnavailableError("away")))
            now[0] += pauses[-1]
    assert seconds - 3 <= sum(pauses) <= seconds and max(pauses) <= 3 and pauses[0] <= 0.15


def test_a_stream_that_has_begun_is_not_begun_again():
    with server((UNAVAILABLE, 1)) as (client, calls):
        chunks = client.compute_stream("BTCUSDT", "15m", "close")
        assert list(next(chunks)["close"]) == [2.5]
        with pytest.raises(atrad.Error):
            next(chunks)
        assert calls == ["ComputeStream"]


@contextmanager
def comparing_server(*refusals):
    """Does what it is asked for, then breaks off as many calls as there are refusals."""
    calls = []

    def method(request, response):
        def handle(_request, context):
            calls.append(_request)
            if len(calls) <= len(refusals):
                refuse(context, *refusals[len(calls) - 1])
            return response()

        return grpc.unary_unary_rpc_method_handler(handle, request.FromString, response.SerializeToString)

    services = {
        "CacheService": {"CompareAndSet": method(cache_pb2.CompareAndSetRequest, cache_pb2.CompareAndSetResponse)},
        "BoardService": {
            "PostValue": method(board_pb2.PostValueRequest, board_pb2.PostValueResponse),
            "DeleteValue": method(board_pb2.DeleteValueRequest, board_pb2.DeleteValueResponse),
        },
    }
    running = grpc.server(futures.ThreadPoolExecutor(2))
    for name, handlers in services.items():
        running.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(f"atrad.v1.{name}", handlers)])
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    yield f"127.0.0.1:{port}", calls
    running.stop(None)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.cache_compare_and_set("locks", "leader", None, b"me"),
        lambda client: client.board("desk").post("x", "1", expected_version=0),
        lambda client: client.board("desk").delete("x", expected_version=0),
    ],
)
def test_what_compares_is_made_again_only_after_a_delay_of_the_server(call):
    async def asynchronous(address):
        async with atrad.aio.connect(address) as client:
            await call(client)

    with comparing_server((UNAVAILABLE, None)) as (address, calls), pytest.raises(atrad.UnavailableError):
        asyncio.run(asynchronous(address))
    assert len(calls) == 1
    with comparing_server((UNAVAILABLE, None)) as (address, calls), atrad.connect(address) as client:
        with pytest.raises(atrad.UnavailableError):
            call(client)
    assert len(calls) == 1
    with comparing_server((UNAVAILABLE, 1), (EXHAUSTED, 1)) as (address, calls), atrad.connect(address) as client:
        call(client)
    assert len(calls) == 3


def test_what_does_not_compare_is_made_again():
    with comparing_server((UNAVAILABLE, None), (UNAVAILABLE, None)) as (address, calls):
        with atrad.connect(address) as client:
            client.board("desk").post("x", "1")
            client.board("desk").delete("x")
    assert len(calls) == 4 and not any(call.HasField("expected_version") for call in calls)
