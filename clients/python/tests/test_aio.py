"""The asynchronous client against the same server: the same answers as the blocking one."""

import asyncio
import inspect
import os
import uuid

import numpy as np
import pytest

import atrad
from atrad import aio

ADDRESS = os.environ.get("ATRAD_ADDRESS", "")


def run(main, runner=asyncio.run):
    async def connected():
        async with aio.connect(ADDRESS) as client:
            return await main(client)

    return runner(connected())


def bars(count):
    close = 100 + np.random.default_rng(2).standard_normal(count).cumsum() * 0.01
    times = np.datetime64("2024-01-01T00:00", "ns") + np.arange(count) * np.timedelta64(1, "m")
    return {"times": times, "open": close, "high": close + 1, "low": close - 1, "close": close, "volume": close}


def test_both_clients_have_the_same_methods():
    def public(kind):
        return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}

    blocking, asynchronous = public(atrad.Client), public(aio.Client)
    assert list(blocking) == list(asynchronous) and len(blocking) > 30
    for name in blocking:
        one, two = (list(inspect.signature(each[name]).parameters.items()) for each in (blocking, asynchronous))
        assert [(key, each.default, each.kind) for key, each in one] == [
            (key, each.default, each.kind) for key, each in two
        ]
        assert not inspect.iscoroutinefunction(blocking[name])


@pytest.mark.parametrize("runner", [asyncio.run, aio.run])
def test_answers_are_the_same(client, runner):
    async def main(awaited):
        return await asyncio.gather(
            awaited.compute("BTCUSDT", "15m", atrad.rsi(14), last=100),
            awaited.compute("BTCUSDT", "15m", "macd()"),
            awaited.read_bars("MSFT", "1d", last=7),
            awaited.compute_bars("sma(3)", **bars(50)),
            awaited.series(),
            awaited.is_serving(),
            awaited.correlate([("MSFT", "1d"), ("AAPL", "1d")], returns=True),
        )

    small, large, read, sent, series, serving, correlation = run(main, runner)
    np.testing.assert_array_equal(small["rsi(14)"], client.compute("BTCUSDT", "15m", "rsi(14)", last=100)["rsi(14)"])
    whole = client.compute("BTCUSDT", "15m", "macd()")
    for label in whole:
        np.testing.assert_array_equal(large[label], whole[label])
    np.testing.assert_array_equal(read["close"], client.read_bars("MSFT", "1d", last=7)["close"])
    assert len(sent.times) == 50 and serving
    assert [each.id for each in series] == [each.id for each in client.series()]
    np.testing.assert_array_equal(
        correlation.matrix, client.correlate([("MSFT", "1d"), ("AAPL", "1d")], returns=True).matrix
    )


def test_streams_are_iterated():
    async def main(client):
        chunks = [chunk async for chunk in client.compute_stream("BTCUSDT", "15m", "rsi(14)", "ema(25)", "bbands()")]
        asked = [("BTCUSDT", "15m"), ("NOSUCH", "1d"), ("MSFT", "1d")]
        answers = {name: answer async for name, answer in client.batch(asked, "rsi(14)")}
        return chunks, answers

    chunks, answers = run(main)
    assert len(chunks) > 1 and sum(len(chunk.times) for chunk in chunks) == 51203
    assert isinstance(answers["NOSUCH", "1d"], atrad.NotFoundError)
    assert len(answers["MSFT", "1d"].times) == 3270


def test_bars_are_ingested_from_iterables_of_both_kinds():
    symbol = f"PY-{uuid.uuid4().hex[:12]}"

    async def main(client):
        async def batches():
            for _ in range(2):
                await asyncio.sleep(0)
                yield bars(20)

        first = await client.ingest(symbol, "1m", **bars(10))
        awaited = [receipt async for receipt in client.ingest_stream(symbol, "1m", batches())]
        plain = [receipt async for receipt in client.ingest_stream(symbol, "1m", [bars(30)])]
        return first, *awaited, *plain

    receipts = run(main)
    assert [receipt.accepted for receipt in receipts] == [10, 10, 0, 10]


def test_a_cancelled_call_is_cancelled_and_the_client_goes_on():
    async def main(client):
        call = asyncio.ensure_future(client.compute("BTCUSDT", "15m", *[f"stddev({n})" for n in range(500, 560)]))
        await asyncio.sleep(0.005)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.compute("BTCUSDT", "15m", *[f"wma({n})" for n in range(500, 560)]), 0.001)
        async for _chunk in client.compute_stream("BTCUSDT", "15m", "close"):
            break
        return await client.compute("IBM", "1d", "close", last=1)

    assert len(run(main).times) == 1


def test_errors_are_typed():
    async def main(client):
        with pytest.raises(atrad.InvalidError) as caught:
            await client.compute("BTCUSDT", "15m", "rsi(0)", last=1)
        assert "expressions[0]" in caught.value.fields
        with pytest.raises(atrad.NotFoundError):
            await client.read_bars("NOSUCH", "15m")
        with pytest.raises(atrad.DeadlineError):
            slow = [f"wma({n})" for n in np.random.default_rng().integers(1000, 5000, 60)]
            await client.options(timeout=0.002).compute("BTCUSDT", "15m", slow)

    run(main)


def test_a_client_is_of_one_loop_and_closed_for_good():
    client = aio.connect(ADDRESS)

    async def main():
        return await client.compute("IBM", "1d", "close", last=1)

    assert len(asyncio.run(main()).times) == 1
    # The first loop is closed, so the next one may have it.
    assert len(asyncio.run(main()).times) == 1

    async def closed():
        await main()
        await client.close()
        with pytest.raises(atrad.CancelledError):
            await main()

    asyncio.run(closed())
