"""Sweeps and screens: every variant is what `compute` answers with its numbers."""

import asyncio
import os

import numpy as np
import pytest

import atrad
from atrad import aio, variants


def test_variants_are_what_compute_answers(client):
    swept = client.sweep("MSFT", "1d", "ema(5..20 step 5)", "rsi(2..4)", reductions=["last", "mean", "argmax"])
    assert [table.label for table in swept] == ["ema(5..20 step 5)", "rsi(2..4)"] and len(swept) == 2
    ema = swept[0]
    assert list(ema) == ["period", "last", "mean", "argmax"] and ema.parameters == ["period"]
    np.testing.assert_array_equal(ema["period"], [5, 10, 15, 20])
    for row, period in enumerate(ema["period"]):
        values = client.compute("MSFT", "1d", f"ema({period:.0f})")
        column = values[f"ema({period:.0f})"]
        assert ema["last"][row] == column[-1]
        assert ema["mean"][row] == pytest.approx(np.nanmean(column), rel=1e-12)
        assert ema["argmax"][row] == values.times[np.nanargmax(column)]
    assert (swept.variants, swept.tried, swept.returned) == (7, 7, 7)


def test_helpers_make_ranges(client):
    fast, slow = variants(range(5, 16, 5), "fast"), variants([20, 40], "slow")
    expression = atrad.crossover(atrad.ema(fast), atrad.ema(slow))
    assert str(expression) == "crossover(ema(5..15 step 5 as fast), ema([20, 40] as slow))"
    [table] = client.sweep("MSFT", "1d", expression, reductions="count_true", where="fast + 10 < slow", top=2)
    assert table.parameters == ["fast", "slow"] and (table.variants, table.tried) == (6, 4)
    assert len(table["count_true"]) == 2 and table["count_true"][0] >= table["count_true"][1]
    assert str(atrad.rsi(14) < variants([20, 25, 30])) == "rsi(14) < [20, 25, 30]"
    for wrong in (lambda: variants([]), lambda: variants(range(5, 1, -1)), lambda: variants([1], "a b")):
        with pytest.raises(atrad.InvalidError):
            wrong()
    with pytest.raises(atrad.InvalidError, match="period of rsi"):
        atrad.rsi(variants([5, 1]))


def test_columns_themselves(client):
    swept = client.sweep("MSFT", "1d", atrad.macd(variants([8, 12]), 26, 9), reductions=(), last=50)
    [table] = swept
    assert list(table) == ["fast", "macd", "signal", "hist"] and table["hist"].shape == (2, 50)
    expected = client.compute("MSFT", "1d", "macd(12, 26, 9)", last=50)
    np.testing.assert_array_equal(swept.times, expected.times)
    np.testing.assert_array_equal(table["hist"][1], expected["macd(12, 26, 9).hist"])


def test_tables_are_frames(client):
    [table] = client.sweep("MSFT", "1d", "ema(5..20)", reductions=["last", "first_true"])
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    assert isinstance(table.to_pandas(), pandas.DataFrame) and len(table.to_pandas()) == 16
    assert table.to_polars().schema["first_true"] == polars.Datetime("ns")
    assert "16 of 16 variants" in repr(table)


def test_a_wrong_sweep_is_told(client):
    with pytest.raises(atrad.InvalidError):
        client.sweep("MSFT", "1d", "ema(20..5)")
    with pytest.raises(atrad.InvalidError):
        client.sweep("MSFT", "1d", "ema(5..20)", reductions="median_of_means")
    with pytest.raises(atrad.NotFoundError):
        client.sweep("NOSUCH", "1d", "ema(5..20)")


def test_a_screen_finds_the_series(client):
    found = client.screen(
        "1d", atrad.close > atrad.sma(50), "rsi(14)", "close", symbols=["AAPL", "MS*", "IBM", "GOOG"], rank_by="rsi(14)"
    )
    assert found.scanned == 4 and found.matched == len(found.series) > 0 and found.failed == 0
    assert (np.diff(found.rank) <= 0).all()
    for row, series in enumerate(found.series):
        newest = client.compute(*series, "rsi(14)", "close", "close > sma(50)", last=1)
        assert found.values["rsi(14)"][row] == newest["rsi(14)"][0] == found.rank[row]
        assert newest["close > sma(50)"][0] == 1 and found.times[row] == newest.times[0]
    nothing = client.screen("1d", "close < 0", "rsi(14)", symbols="AAPL")
    assert nothing.series == [] and nothing.values["rsi(14)"].shape == (0,) and nothing.rank is None
    polars = pytest.importorskip("polars")
    assert found.to_polars().columns == ["symbol", "time", "rank", "rsi(14)", "close"]
    assert isinstance(nothing.to_polars(), polars.DataFrame)


def test_both_clients_sweep_and_screen(client):
    async def main():
        async with aio.connect(os.environ["ATRAD_ADDRESS"]) as awaited:
            return await asyncio.gather(
                awaited.sweep("MSFT", "1d", "ema(5..8)"), awaited.screen("1d", "close > 0", symbols="AAPL")
            )

    swept, found = asyncio.run(main())
    np.testing.assert_array_equal(swept[0]["last"], client.sweep("MSFT", "1d", "ema(5..8)")[0]["last"])
    assert found.series == [("AAPL", "1d")]
