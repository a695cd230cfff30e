"""`df.atrad`: indicators over the columns of a frame, beside its rows."""

import subprocess
import sys

import numpy as np
import pytest

import atrad

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")

import atrad.pandas  # noqa: E402
import atrad.polars  # noqa: E402

COUNT = 300
TIMES = np.datetime64("2024-01-01T00:00", "ns") + np.arange(COUNT) * np.timedelta64(1, "m")


def prices(seed=1):
    close = 100 + np.random.default_rng(seed).standard_normal(COUNT).cumsum() * 0.1
    return {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": np.full(COUNT, 2.0)}


@pytest.fixture(autouse=True)
def connection(client):
    atrad.use(client)
    yield
    atrad.use(None)


@pytest.fixture(params=[pandas.DataFrame, polars.DataFrame], ids=["pandas", "polars"])
def frame(request):
    return request.param({"time": TIMES, **prices()})


def test_an_indicator_is_a_series(frame, client):
    expected = client.compute_bars("rsi(14)", times=TIMES, **prices())["rsi(14)"]
    found = frame.atrad.rsi(14)
    assert found.name == "rsi(14)" and type(found).__name__ == "Series"
    np.testing.assert_array_equal(found.to_numpy(), expected)
    np.testing.assert_array_equal(frame.atrad.rsi(atrad.close, period=14).to_numpy(), expected)


def test_several_outputs_are_a_frame(frame):
    found = frame.atrad.macd(12, 26, 9)
    assert type(found) is type(frame) and len(found) == COUNT
    assert list(found.columns) == [f"macd(12, 26, 9).{name}" for name in ("macd", "signal", "hist")]


def test_expressions_and_columns_beside(frame):
    found = frame.atrad.compute(["rsi(14)", atrad.ema(9)], {"cheap": atrad.close < atrad.sma(20)})
    assert list(found.columns) == ["rsi(14)", "ema(9)", "cheap"]
    wider = frame.atrad.with_columns(fast := atrad.ema(9).alias("fast"), "slow = ema(26)")
    assert list(wider.columns) == [*frame.columns, "fast", "slow"] and str(fast) == "fast = ema(9)"
    np.testing.assert_array_equal(wider["fast"].to_numpy(), found["ema(9)"].to_numpy())


def test_each_series_of_a_long_frame_is_its_own(client):
    parts = {name: prices(seed) for seed, name in enumerate(("A", "B", "C"))}
    # One bar of each in turn.
    order = np.arange(3 * COUNT).reshape(3, COUNT).T.ravel()
    columns = {name: np.concatenate([part[name] for part in parts.values()])[order] for name in prices()}
    symbols = np.repeat(list(parts), COUNT)[order]
    for kind in (pandas.DataFrame, polars.DataFrame):
        long = kind({"when": np.tile(TIMES, 3)[order], "symbol": symbols, **columns})
        found = long.atrad.rsi(14, by="symbol").to_numpy()
        for name, part in parts.items():
            expected = client.compute_bars("rsi(14)", times=TIMES, **part)["rsi(14)"]
            np.testing.assert_array_equal(found[symbols == name], expected)
        assert list(long.atrad.compute("close", "macd()", by="symbol").columns)[0] == "close"
        with pytest.raises(atrad.InvalidError, match="no column 'sym'"):
            long.atrad.rsi(14, by="sym")
        # Without the key the times repeat.
        with pytest.raises(atrad.InvalidError, match="times"):
            long.atrad.rsi(14)


def test_a_frame_needs_no_times_and_only_the_columns_that_are_read(frame):
    close = frame[["close"]]
    np.testing.assert_array_equal(close.atrad.ema(9).to_numpy(), frame.atrad.ema(9).to_numpy())
    with pytest.raises(atrad.InvalidError, match="reads high, which the bars do not have"):
        close.atrad.atr(14)


def test_names_of_columns_are_mapped(frame):
    renamed = (
        frame.rename(columns={"close": "Adj Close"})
        if isinstance(frame, pandas.DataFrame)
        else frame.rename({"close": "Adj Close"})
    )
    with pytest.raises(atrad.InvalidError, match="reads close"):
        renamed.atrad.ema(9)
    found = renamed.atrad.using(names={"close": "Adj Close"}).ema(9)
    np.testing.assert_array_equal(found.to_numpy(), frame.atrad.ema(9).to_numpy())


def test_the_index_of_pandas_is_kept():
    frame = pandas.DataFrame(prices(), index=pandas.DatetimeIndex(TIMES, tz="America/New_York"))
    assert frame.atrad.rsi(14).index is frame.index or (frame.atrad.rsi(14).index == frame.index).all()
    assert (frame.atrad.compute("close").index == frame.index).all()


def test_indicators_are_listed_and_documented(frame):
    assert {"rsi", "macd", "compute"} <= set(dir(frame.atrad))
    assert "Relative Strength" in frame.atrad.rsi.__doc__
    with pytest.raises(AttributeError, match="no indicator 'nosuch'"):
        frame.atrad.nosuch(14)
    with pytest.raises(atrad.InvalidError, match="period of rsi"):
        frame.atrad.rsi(0)


@pytest.mark.parametrize("first, second", [("polars", "atrad"), ("atrad", "atrad.polars")])
def test_it_is_registered_by_the_import(first, second):
    program = f"import {first}; import {second}; import polars; print(polars.DataFrame.atrad)"
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
