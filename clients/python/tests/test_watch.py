"""Watches: the newest rows, then each as its bar is stored, resumed after an interruption."""

import asyncio
import os
import subprocess
import threading
import time
import uuid

import numpy as np
import pytest

import atrad
from atrad import aio

MINUTE = np.timedelta64(1, "m")


def bars(count, start=0):
    close = 100 + np.sin(np.arange(start, start + count))
    times = np.datetime64("2024-01-01T00:00", "ns") + np.arange(start, start + count) * MINUTE
    return {"times": times, "open": close, "high": close + 1, "low": close - 1, "close": close, "volume": close}


@pytest.fixture
def symbol():
    return f"PYW{uuid.uuid4().hex[:12]}"


def test_rows_come_as_bars_are_stored(client, symbol):
    client.ingest(symbol, "1m", **bars(50))
    told = []
    for update in client.watch([(symbol, "1m")], atrad.ema(9), "close", last=3):
        assert update.series == (symbol, "1m") and update.error is None
        told.extend(zip(update.answer.times, update.answer["ema(9)"]))
        if len(told) == 3:
            client.ingest(symbol, "1m", **bars(2, start=50))
        if len(told) >= 5:
            break
    expected = client.compute(symbol, "1m", "ema(9)", last=5)
    assert [when for when, _ in told] == list(expected.times)
    assert [value for _, value in told] == list(expected["ema(9)"])


def test_only_rows_that_match(client, symbol):
    client.ingest(symbol, "1m", **bars(50))
    watch = client.watch([(symbol, "1m")], "close", last=50, only_when=atrad.close > 100.5)
    closes = next(iter(watch)).answer["close"]
    assert len(closes) > 0 and (closes > 100.5).all()


def test_a_correction_voids_rows(client, symbol):
    client.ingest(symbol, "1m", **bars(50))
    watch = client.watch([(symbol, "1m")], "close", last=2)
    assert next(watch).revised_from is None
    corrected = {name: column[-1:] for name, column in bars(50).items()}
    corrected["close"] = corrected["close"] + 0.5
    client.ingest(symbol, "1m", **corrected)
    update = next(watch)
    assert update.revised_from == corrected["times"][0]
    assert list(update.answer["close"]) == list(corrected["close"])
    watch.close()


def test_patterns_and_series_to_come(client, symbol):
    with pytest.raises(atrad.NotFoundError):
        next(iter(client.watch([(symbol, "1m")], "close")))
    watch = client.watch(f"{symbol}*", "close", timeframe="1m", wait_for_series=True)
    threading.Timer(0.3, lambda: client.ingest(f"{symbol}X", "1m", **bars(5))).start()
    assert next(watch).series == (f"{symbol}X", "1m")
    watch.close()


def test_wrong_watches_are_told(client):
    for wrong in (["AAPL"], [("IBM",)]):
        with pytest.raises(atrad.InvalidError):
            next(iter(client.watch(wrong, "close")))
    with pytest.raises(atrad.InvalidError):
        next(iter(client.watch([("IBM", "1d")], "rsi(0)")))
    with pytest.raises(atrad.InvalidError):
        next(iter(client.watch("*", "close")))


def test_the_asynchronous_client_watches(client, symbol):
    client.ingest(symbol, "1m", **bars(20))

    async def main():
        async with aio.connect(os.environ["ATRAD_ADDRESS"]) as awaited:
            seen = 0
            async for update in awaited.watch([(symbol, "1m")], "close", last=1):
                seen += len(update.answer.times)
                if seen == 1:
                    await awaited.ingest(symbol, "1m", **bars(1, start=20))
                if seen == 2:
                    return update

    assert asyncio.run(asyncio.wait_for(main(), 20)).answer.times[-1] == bars(1, start=20)["times"][0]


def test_a_watch_goes_on_after_a_restart(tmp_path):
    binary = os.environ.get("ATRAD_BINARY")
    if not binary:
        pytest.skip("ATRAD_BINARY names no server to start")

    def start(listen):
        command = [binary, "serve", "--listen", listen, "--data", str(tmp_path / "data")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return process, process.stdout.readline().removeprefix("listening on ").strip()

    process, address = start("127.0.0.1:0")
    try:
        with atrad.connect(address, timeout=30) as client:
            client.ingest("S", "1m", **bars(30))
            watch = client.watch([("S", "1m")], atrad.ema(5), last=2)
            told = list(next(watch).answer.times)
            process.terminate()
            process.wait(30)

            def again():
                nonlocal process
                time.sleep(0.3)
                process, _ = start(address)
                with atrad.connect(address) as other:
                    other.ingest("S", "1m", **bars(3, start=30))

            back = threading.Thread(target=again)
            back.start()
            while len(told) < 5:
                told += list(next(watch).answer.times)
            back.join()
            # Nothing twice and nothing missing.
            assert told == list(client.compute("S", "1m", "close", last=5).times)
            watch.close()
    finally:
        process.kill()
        process.wait(30)
