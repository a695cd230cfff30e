"""Helpers print to the text that the server reads, and refuse what it would refuse."""

import builtins
import inspect

import numpy as np
import pytest

import atrad
from atrad import close, column, crossover, ema, high, if_, indicators, low, macd, rsi, sma, volume
from atrad import open as opened


@pytest.mark.parametrize(
    "expression, text",
    [
        (rsi(14), "rsi(14)"),
        (rsi(), "rsi()"),
        (rsi(period=9, method="cutler"), "rsi(period=9, method=cutler)"),
        (rsi(high, 14), "rsi(high, 14)"),
        (rsi("hl2", 14), "rsi(hl2, 14)"),
        (ema(rsi(14), 9), "ema(rsi(14), 9)"),
        (macd(12, 26, 9), "macd(12, 26, 9)"),
        (macd(12, 26, 9).hist, "macd(12, 26, 9).hist"),
        (macd()["signal"], "macd().signal"),
        (atrad.bbands(close, 20, up=2.5).upper, "bbands(close, 20, up=2.5).upper"),
        (ema(rsi(14), 9) > 50, "ema(rsi(14), 9) > 50"),
        (close - opened, "close - open"),
        (close - (opened - high), "close - (open - high)"),
        ((close - opened) - high, "close - open - high"),
        (close * (high + low) / 2, "close * (high + low) / 2"),
        (2 / close, "2 / close"),
        (1 - close, "1 - close"),
        (-close * 3, "-close * 3"),
        (-(close + 1), "-(close + 1)"),
        (close + -1, "close + -1"),
        (close**2**1, "close ^ 2"),
        ((close**2) ** 3, "(close ^ 2) ^ 3"),
        (2**close, "2 ^ close"),
        ((-close) ** 2, "(-close) ^ 2"),
        ((close > 1) & (close < 2) | ~(volume == 0), "close > 1 and close < 2 or not volume == 0"),
        (((close > 1) | (close < 0)) & (volume > 0), "(close > 1 or close < 0) and volume > 0"),
        ((close > opened) == (high > low), "(close > open) == (high > low)"),
        (~((close > 1) & (close < 2)), "not (close > 1 and close < 2)"),
        (close != 0, "close != 0"),
        (abs(close - opened), "abs(close - open)"),
        (round(close), "round(close)"),
        (close.shift(1), "shift(close, 1)"),
        (close.of("AAPL"), "close@AAPL"),
        (close.of("BTC-USD").ffill(), 'ffill(close@"BTC-USD")'),
        (column("open_interest") / volume, "open_interest / volume"),
        (if_(close > sma(20), 1, -1.5), "if(close > sma(20), 1, -1.5)"),
        (crossover(ema(12), "ema(26)"), "crossover(ema(12), ema(26))"),
        (rsi(14).alias("fast"), "fast = rsi(14)"),
        (atrad.max(close, 20), "max(close, 20)"),
        (atrad.sma(np.int64(20)), "sma(20)"),
        (atrad.sma(20.0), "sma(20)"),
        (atrad.ewma_volatility(lambda_=0.9), "ewma_volatility(lambda=0.9)"),
        (ema(builtins.range(5, 201, 5)), "ema(5..200 step 5)"),
        (ema(builtins.range(5, 8)), "ema(5..7)"),
        (sma("close - open", 3) > 0, "sma(close - open, 3) > 0"),
        (atrad.larger("close - open", 0), "larger(close - open, 0)"),
        ("close" + rsi(14), "close + rsi(14)"),
        ("close - open" * rsi(14), "(close - open) * rsi(14)"),
    ],
)
def test_an_expression_prints_to_its_text(expression, text):
    assert str(expression) == text


def test_the_server_reads_what_is_printed(client):
    asked = [
        (close - opened) ** 2 / -(high - low + 1),
        2 ** -(close / close),
        ((close > opened) & ~(close == high)) | (volume <= 0),
        (close > opened) != (high > low),
        -close - -opened,
        1e-7 * close + 2.5e20,
    ]
    answer = client.compute("BTCUSDT", "15m", asked, last=50)
    bars = client.read_bars("BTCUSDT", "15m", last=50)
    c, o, h, lo, v = (bars[name] for name in ("close", "open", "high", "low", "volume"))
    expected = [
        (c - o) ** 2 / -(h - lo + 1),
        np.full(50, 0.5),
        (((c > o) & ~(c == h)) | (v <= 0)).astype(float),
        ((c > o) != (h > lo)).astype(float),
        -c + o,
        1e-7 * c + 2.5e20,
    ]
    for expression, values in zip(asked, expected):
        np.testing.assert_allclose(answer[expression], values, rtol=1e-12)


def test_every_indicator_is_a_function_that_the_server_computes(client):
    names = list(indicators.declarations())
    assert names == [each.name for each in client.indicators()] and len(names) > 400
    for start in range(0, len(names), 40):
        part = names[start : start + 40]
        made = [getattr(atrad, indicators.python_name(name))() for name in part]
        answer = client.compute("IBM", "1d", made, last=1)
        canonical = " ".join(answer.expressions.values())
        for name in part:
            assert f"{name}(" in canonical or name in canonical


def test_every_parameter_is_taken_by_name_at_its_default_and_bounds(client):
    asked = []
    for declared in indicators.declarations().values():
        made = getattr(atrad, indicators.python_name(declared["name"]))
        params = {indicators.python_name(each["name"]): indicators.default(each) for each in declared["params"]}
        asked.append(str(made(**params)))
        for param in declared["params"]:
            for bound in () if param["choices"] else (param["min"], param["max"]):
                made(**{indicators.python_name(param["name"]): bound})
    for start in range(0, len(asked), 40):
        assert len(client.compute("IBM", "1d", asked[start : start + 40], last=1)) >= 40 - 40 * (
            start + 40 > len(asked)
        )


@pytest.mark.parametrize(
    "wrong, said",
    [
        (lambda: rsi(1), "period of rsi must be between 2 and 100000, got 1"),
        (lambda: rsi(100_001), "between 2 and 100000"),
        (lambda: rsi(14.5), "must be an integer"),
        (lambda: rsi(True), "must be an integer"),
        (lambda: rsi(method="sma"), "must be one of wilder, cutler, ewm"),
        (lambda: atrad.bbands(up=float("nan")), "between"),
        (lambda: ema(builtins.range(0, 10)), "between 1 and"),
        (lambda: ema(builtins.range(10, 0, -1)), "rise and hold"),
        (lambda: macd() > 1, "take one of .macd .signal .hist"),
        (lambda: close + float("inf"), "finite"),
        (lambda: close.alias("a b"), "label"),
        (lambda: close.alias("x") + 1, "cannot be part"),
        (lambda: rsi(14).of("AAPL"), "only a column"),
        (lambda: close.of("no such"), "symbol"),
    ],
)
def test_what_is_wrong_is_told_before_it_is_sent(wrong, said):
    with pytest.raises(atrad.InvalidError, match=said.replace("(", r"\(")) as caught:
        wrong()
    assert isinstance(caught.value, ValueError) and len(caught.value.fields) == 1


@pytest.mark.parametrize(
    "wrong, kind",
    [
        (lambda: rsi(close, 14, "wilder", 3), TypeError),
        (lambda: rsi(perod=14), TypeError),
        (lambda: rsi(14, period=14), TypeError),
        (lambda: atrad.kc(close, 20), TypeError),
        (lambda: bool(close > 1), TypeError),
        (lambda: 1 < close < 2, TypeError),
        (lambda: atrad.nosuch(14), AttributeError),
        (lambda: macd().histogram, AttributeError),
        (lambda: indicators.nosuch, AttributeError),
    ],
)
def test_a_wrong_call_is_one_of_python(wrong, kind):
    with pytest.raises(kind):
        wrong()


def test_functions_are_documented_and_listed():
    assert "default 14" in rsi.__doc__ and "Relative Strength Index" in rsi.__doc__
    assert list(inspect.signature(rsi).parameters) == ["inputs", "period", "method"]
    assert rsi.__name__ == "rsi" and rsi.__module__ == "atrad.indicators"
    assert {"rsi", "macd", "ta", "connect"} <= set(dir(atrad))
    assert {"hist", "signal"} <= set(dir(macd()))
    assert "max" not in indicators.__all__ and "rsi" in indicators.__all__
    assert "open" not in atrad.__all__ and str(atrad.open - atrad.time) == "open - time"
    assert atrad.max is indicators.max and builtins.max(1, 2) == 2


def test_labels_and_lists_and_mappings(client):
    answer = client.compute(
        "IBM", "1d", [rsi(14), "ema(9)"], {"slow": sma(50), "x": "close"}, rsi(2).alias("y"), last=3
    )
    assert list(answer) == ["rsi(14)", "ema(9)", "slow", "x", "y"]
    np.testing.assert_array_equal(answer[rsi(14)], answer["rsi(14)"])
    with pytest.raises(atrad.InvalidError):
        client.compute("IBM", "1d")
    with pytest.raises(atrad.InvalidError):
        client.compute("IBM", "1d", 14)
