"""Splits, dividends, what changed and clocks, against a server; the oracle of factors is pandas."""

import hashlib
import json
import os
import socket
import subprocess

import numpy as np
import pytest

import atrad

pd = pytest.importorskip("pandas")

MINUTE = 60 * 10**9
SYMBOL = "ADJUSTED.PY"
ACTIONS = [
    ("2021-01-04", "dividend", 0.73),
    ("2021-01-06", "split", 4),
    ("2021-01-06", "dividend", 0.41),
    ("2021-01-09", "split", 0.1),
    ("2021-01-12", "dividend", 1.25),
]


@pytest.fixture
def frame(client):
    """Fourteen days, raw as they were traded, stored on the server."""
    rng = np.random.default_rng(7)
    index = pd.date_range("2021-01-01", periods=14, freq="D", tz="UTC")
    close = 100 + rng.normal(0, 1, 14).cumsum()
    frame = pd.DataFrame({"open": close - 0.5, "high": close + 1, "low": close - 1, "close": close}, index=index)
    frame["volume"] = rng.integers(1000, 9000, 14).astype(float)
    client.ingest(SYMBOL, "1d", frame)
    client.put_actions(SYMBOL, ACTIONS)
    yield frame
    client.delete_actions(SYMBOL)
    client.delete_series(SYMBOL, "1d")


def by_pandas(frame, kinds):
    """Adjusted closes and volumes by cumulative products over the table of actions, as vendors publish them."""
    actions = pd.DataFrame(ACTIONS, columns=["date", "kind", "value"])
    actions["date"] = pd.to_datetime(actions["date"], utc=True)
    price, volume = pd.Series(1.0, index=frame.index), pd.Series(1.0, index=frame.index)
    splits = actions[actions.kind == "split"].groupby("date").value.prod()
    price.loc[splits.index] /= splits
    volume.loc[splits.index] *= splits
    if "dividend" in kinds:
        cash = actions[actions.kind == "dividend"].groupby("date").value.sum()
        price.loc[cash.index] *= 1 - cash / frame.close.shift(1).loc[cash.index]
    # The factor of an ex-date is that of the bars before it.
    later = [factors[::-1].cumprod()[::-1].shift(-1, fill_value=1.0) for factors in (price, volume)]
    return frame.close * later[0], frame.volume * later[1]


@pytest.mark.parametrize("adjust, kinds", [("split", {"split"}), ("total", {"split", "dividend"})])
def test_prices_are_those_of_cumulative_factors(client, frame, adjust, kinds):
    close, volume = by_pandas(frame, kinds)
    found = client.compute(SYMBOL, "1d", "close", "volume", "sma(close, 3)", adjust=adjust)
    np.testing.assert_allclose(found["close"], close, rtol=1e-14)
    np.testing.assert_allclose(found["volume"], volume, rtol=1e-14)
    np.testing.assert_allclose(found["sma(close, 3)"], close.rolling(3).mean(), rtol=1e-12)
    read = client.read_bars(SYMBOL, "1d", adjust=adjust)
    assert read["close"].tobytes() == found["close"].tobytes()
    assert [one.rows for one in found.adjustments] == [11 if adjust == "total" else 8]
    assert np.array_equal(client.compute(SYMBOL, "1d", "close")["close"], frame.close)
    streamed = [chunk["close"] for chunk in client.compute_stream(SYMBOL, "1d", "close", adjust=adjust)]
    assert np.concatenate(streamed).tobytes() == found["close"].tobytes()
    ((_, batch),) = client.batch([(SYMBOL, "1d")], "close", adjust=adjust)
    assert batch["close"].tobytes() == found["close"].tobytes()
    swept = client.sweep(SYMBOL, "1d", "sma(close, 3..4)", reductions="last", adjust=adjust)
    screened = client.screen("1d", "close > 0", "sma(close, 3)", symbols=SYMBOL, adjust=adjust)
    last = found["sma(close, 3)"][-1]
    assert swept[0]["last"][0] == last and screened.values["sma(close, 3)"][0] == last


def test_actions_are_listed_and_refused(client, frame):
    (found,) = client.actions(SYMBOL)
    assert (found.symbol, len(found.actions), found.actions[0].value) == (SYMBOL, 5, 0.73)
    nan, inf = float("nan"), float("inf")
    for kind, value in [("split", 0), ("split", -2), ("split", nan), ("dividend", 0), ("dividend", inf)]:
        with pytest.raises(atrad.InvalidError, match=r"actions\[0\].value"):
            client.put_actions(SYMBOL, [("2021-01-02", kind, value)])
    assert client.delete_actions(SYMBOL, "2021-01-06", "dividend") == 1
    assert client.delete_actions(SYMBOL, kind="split") == 2
    client.put_actions(SYMBOL, [("2021-01-03", "dividend", 1e6)])
    with pytest.raises(atrad.InvalidError, match="adjust cannot be total"):
        client.compute(SYMBOL, "1d", "close", adjust="total")


def test_only_what_changed_comes(client, frame):
    table = client.compute(SYMBOL, "1d", "ema(close, 3)", since_epoch=0)
    assert len(table.times) == 14 and not table.changed_from > table.times[0]
    news = client.compute(SYMBOL, "1d", "ema(close, 3)", since_epoch=table.epoch)
    assert len(news.times) == 0 and news.changed_from is None
    late = frame.iloc[[9]] * 1.01
    client.ingest(SYMBOL, "1d", late)
    news = client.compute(SYMBOL, "1d", "ema(close, 3)", since_epoch=table.epoch)
    assert len(news.times) == 5 and news.changed_from == news.times[0]
    updated, whole = table.updated(news), client.compute(SYMBOL, "1d", "ema(close, 3)")
    assert updated["ema(close, 3)"].tobytes() == whole["ema(close, 3)"].tobytes()
    assert updated.epoch == whole.epoch
    read = client.read_bars(SYMBOL, "1d", since_epoch=table.epoch)
    assert len(read.times) == 5


def test_a_watch_is_adjusted(client, frame):
    updates = client.watch([(SYMBOL, "1d")], "close", last=14, adjust="split")
    first = next(updates)
    assert first.answer["close"].tobytes() == client.compute(SYMBOL, "1d", "close", adjust="split")["close"].tobytes()
    client.put_actions(SYMBOL, [("2021-01-10", "split", 3)])
    second = next(updates)
    assert second.revised_from is not None and len(second.answer.times) == 14
    assert second.answer["close"].tobytes() == client.compute(SYMBOL, "1d", "close", adjust="split")["close"].tobytes()
    updates.close()


def test_a_clock_shows_what_was_known(tmp_path):
    binary = os.environ.get("ATRAD_BINARY")
    if not binary:
        pytest.skip("ATRAD_BINARY names no server to start")
    begin = int(pd.Timestamp("2021-01-05", tz="UTC").value)
    entries = [
        {"name": "writer", "scopes": ["read", "write", "admin"]},
        {"name": "test", "scopes": ["read"], "as_of": begin, "clock": True},
    ]
    lines = [json.dumps({**entry, "sha256": hashlib.sha256(entry["name"].encode()).hexdigest()}) for entry in entries]
    (tmp_path / "tokens").write_text("\n".join(lines))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [binary, "serve", "--data", str(tmp_path / "data"), "--listen", address]
    command += ["--tokens", str(tmp_path / "tokens")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert "listening on" in server.stdout.readline()
        index = pd.date_range("2021-01-01", periods=10, freq="D", tz="UTC")
        names = ("open", "high", "low", "close", "volume")
        bars = pd.DataFrame({name: np.arange(10.0) + 50 for name in names}, index=index)
        with atrad.Client(address, token="writer") as writer, atrad.Client(address, token="test") as test:
            writer.ingest("C", "1d", bars)
            writer.put_actions("C", [("2021-01-07", "split", 2)])
            assert test.clock() == np.datetime64("2021-01-05")
            assert len(test.compute("C", "1d", "close").times) == 4 and test.actions() == []
            assert test.compute("C", "1d", "close", adjust="split")["close"].tolist() == [50, 51, 52, 53]
            test.advance_clock("2021-01-08")
            seen = test.compute("C", "1d", "close", adjust="split")
            assert seen["close"].tolist() == [25, 25.5, 26, 26.5, 27, 27.5, 56] and len(test.actions()) == 1
            with pytest.raises(atrad.InvalidError, match="only moves forward"):
                test.advance_clock("2021-01-07")
            with pytest.raises(atrad.DeniedError):
                writer.advance_clock("2021-01-07")
    finally:
        server.terminate()
        server.wait(20)
