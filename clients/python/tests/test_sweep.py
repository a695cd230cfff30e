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


def test_forward_returns_are_judged(client):
    swept = "when(rsi([7, 14]) < 40, ahead(close, 5))"
    judging = ["count", "expectancy", "hit_rate"]
    [table] = client.sweep("MSFT", "1d", swept, reductions=judging)
    [signals] = client.sweep("MSFT", "1d", "rsi([7, 14]) < 40", reductions=["forward_quantiles(5, 0.25)"])
    for row, period in enumerate(table["period"]):
        values = client.compute("MSFT", "1d", "close", f"rsi({period:.0f}) < 40")
        close, signal = (values[label] for label in values)
        # The last five bars have no known future and do not count.
        returns = (close[5:] / close[:-5] - 1)[signal[:-5] == 1]
        assert table["count"][row] == len(returns) > 100
        assert table["expectancy"][row] == pytest.approx(returns.mean(), rel=1e-9)
        assert table["hit_rate"][row] == pytest.approx((returns > 0).mean())
        assert signals["forward_quantiles(5, 0.25)"][row] == pytest.approx(np.quantile(returns, 0.25), rel=1e-9)
    for reductions in ("last", "quantile(0.5)", ()):
        with pytest.raises(atrad.InvalidError, match="looks at later bars"):
            client.sweep("MSFT", "1d", swept, reductions=reductions)
    with pytest.raises(atrad.InvalidError, match="no value that a live caller reads"):
        client.compute("MSFT", "1d", "ahead(close, 5)")


def test_positions_are_those_of_vectorbt(client):
    vectorbt, pandas = map(pytest.importorskip, ("vectorbt", "pandas"))
    rule = "position(crossover(ema(10), ema(30)), crossunder(ema(10), ema(30)))"
    judging = ["holding", "exposure", "sharpe(252)", "max_drawdown"]
    position = client.sweep("MSFT", "1d", rule, reductions=judging[:2])[0]
    returns = client.sweep("MSFT", "1d", f"pnl({rule}, 0)", reductions=judging[2:])[0]
    trades = client.sweep("MSFT", "1d", f"trades({rule}, 0)", reductions=["expectancy", "hit_rate", "count"])[0]
    values = client.compute("MSFT", "1d", "close", "crossover(ema(10), ema(30))", "crossunder(ema(10), ema(30))")
    close, enter, leave = (pandas.Series(values[label]) for label in values)
    # Before both averages exist there is no position to judge.
    first = enter.first_valid_index()
    close, enter, leave = (each[first:].reset_index(drop=True) for each in (close, enter, leave))
    book = vectorbt.Portfolio.from_signals(close, enter == 1, leave == 1, freq="1D", init_cash=1.0)
    closed = book.trades.closed
    assert trades["count"][0] == closed.count() > 50
    assert position["holding"][0] == pytest.approx(closed.duration.values.mean())
    assert position["exposure"][0] == pytest.approx(book.position_coverage())
    assert trades["expectancy"][0] == pytest.approx(closed.returns.values.mean(), rel=1e-9)
    assert trades["hit_rate"][0] == pytest.approx(closed.win_rate())
    assert returns["max_drawdown"][0] == pytest.approx(-book.max_drawdown(), rel=1e-9)
    daily = book.returns()[1:]
    assert returns["sharpe(252)"][0] == pytest.approx(daily.mean() / daily.std(ddof=1) * 252**0.5)


def test_folds_are_sweeps_of_their_bars(client):
    swept = "pnl(ema(5..20 step 5 as fast) > ema([30, 60] as slow), 1)"
    walk = atrad.WalkForward(4, anchored=True, in_sample=1000, purge=10, embargo=5)
    asked = {"reductions": ["sharpe", "deflated_sharpe", "count"], "by": "sharpe"}
    answer = client.sweep("MSFT", "1d", swept, walk_forward=walk, **asked)
    [table] = answer
    assert len(table.folds) == answer.returned == 4 and answer.tried == 8 and len(table) == 0
    for fold in table.folds:
        first, last, bars = fold.in_sample_bars
        inside = client.sweep("MSFT", "1d", swept, start=first, end=last + np.timedelta64(1, "ns"), top=1, **asked)
        assert inside.header.rows == bars and inside[0]["sharpe"][0] == fold.in_sample["sharpe"]
        assert {name: inside[0][name][0] for name in inside[0].parameters} == fold.parameters
        assert last < fold.out_of_sample_bars[0]
    counts = [fold.out_of_sample["count"] for fold in table.folds]
    assert sum(counts) == table.out_of_sample["count"]
    with pytest.raises(atrad.InvalidError, match="walk_forward.purge must be less than"):
        client.sweep("MSFT", "1d", swept, walk_forward=atrad.WalkForward(4, purge=5000), **asked)
