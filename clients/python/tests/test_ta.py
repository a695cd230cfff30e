"""`atrad.ta` against TA-Lib's own wheel: every function, the same names, arguments, shapes and values."""

import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

import atrad
import atrad.ta as ta

talib = pytest.importorskip("talib")

ROWS = 1000


@pytest.fixture(autouse=True)
def connection(client):
    atrad.use(client)
    yield
    atrad.use(None)


def data(lead=0):
    rng = np.random.default_rng(3)
    close = 100 + rng.standard_normal(ROWS).cumsum() * 0.5
    open_ = close + rng.standard_normal(ROWS) * 0.3
    high, low = np.maximum(open_, close) + rng.random(ROWS), np.minimum(open_, close) - rng.random(ROWS)
    found = {"open": open_, "high": high, "low": low, "close": close, "volume": rng.random(ROWS) * 1e4}
    found.update(real=close, real0=high, real1=low, periods=rng.integers(2, 30, ROWS).astype(float))
    for column in found.values():
        column[:lead] = np.nan
    return found


def inputs(name, columns):
    given = [columns[each] for each in ta._table()[name]["inputs"]]
    scale = {"ACOS": 200, "ASIN": 200, "EXP": 10, "SINH": 10, "COSH": 10}.get(name, 1)
    return [each / scale for each in given]


def same(found, expected):
    found, expected = (each if isinstance(each, tuple) else (each,) for each in (found, expected))
    assert len(found) == len(expected)
    for one, two in zip(found, expected):
        assert one.dtype == two.dtype and one.shape == two.shape
        np.testing.assert_allclose(one, two, rtol=1e-7, atol=1e-7)


def test_the_table_is_that_of_the_wheel():
    import talib_table

    assert (talib_table.PACKAGE / "talib.json").read_text(encoding="utf-8") == talib_table.text()
    assert ta.get_functions() == sorted(talib.get_functions())
    assert {name: set(each) for name, each in ta.get_function_groups().items()} == {
        name: set(each) for name, each in talib.get_function_groups().items()
    }


@pytest.mark.parametrize("lead", [0, 17])
@pytest.mark.parametrize("name", ta.get_functions())
def test_a_function_answers_as_the_wheel_does(name, lead):
    given = inputs(name, data(lead))
    same(getattr(ta, name)(*given), getattr(talib, name)(*given))


@pytest.mark.parametrize(
    "name, params",
    [
        ("RSI", {"timeperiod": 5}),
        ("BBANDS", {"timeperiod": 10, "nbdevup": 1.5, "nbdevdn": 3.0, "matype": talib.MA_Type.EMA}),
        ("MA", {"timeperiod": 12, "matype": ta.MA_Type.T3}),
        ("MACDEXT", {"fastperiod": 5, "fastmatype": 1, "slowperiod": 12, "slowmatype": 2, "signalmatype": 6}),
        ("STOCH", {"fastk_period": 9, "slowk_period": 4, "slowk_matype": 1, "slowd_period": 5, "slowd_matype": 1}),
        ("STOCH", {"fastk_period": 9, "slowk_period": 4, "slowk_matype": 1, "slowd_period": 5, "slowd_matype": 2}),
        ("KDJ", {"fastk_period": 9, "slowk_matype": 0, "slowd_matype": 1}),
        ("STOCHRSI", {"timeperiod": 9, "fastk_period": 4, "fastd_period": 2, "fastd_matype": 5}),
        ("SAREXT", {"accelerationlong": 0.03, "accelerationmaxshort": 0.15, "startvalue": 0.0}),
        ("ULTOSC", {"timeperiod1": 3, "timeperiod2": 9, "timeperiod3": 20}),
        ("MAVP", {"minperiod": 3, "maxperiod": 12, "matype": 2}),
        ("CDLMORNINGSTAR", {"penetration": 0.6}),
        ("STDDEV", {"timeperiod": 8, "nbdev": 2.0}),
        ("VAR", {"timeperiod": 8, "nbdev": 2.0}),
        ("T3", {"vfactor": 0.5}),
        ("PERCENTILE", {"timeperiod": 20, "percentile": 25.0}),
    ],
)
def test_parameters_are_those_of_the_wheel(name, params):
    given = inputs(name, data())
    same(getattr(ta, name)(*given, **params), getattr(talib, name)(*given, **params))
    order = list(inspect.signature(getattr(ta, name)).parameters)[len(given) :]
    positional = [params.get(each, dict((n, v) for n, _, v in ta._table()[name]["params"])[each]) for each in order]
    same(getattr(ta, name)(*given, *positional), getattr(talib, name)(*given, *positional))


def test_series_answer_with_series():
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    close = data()["close"]
    index = pandas.date_range("2024-01-01", periods=ROWS)
    found, expected = (each.RSI(pandas.Series(close, index)) for each in (ta, talib))
    pandas.testing.assert_series_equal(found, expected, rtol=1e-7)
    assert isinstance(ta.MACD(polars.Series(close))[0], polars.Series)
    np.testing.assert_allclose(ta.SMA(polars.Series(close)).to_numpy(), talib.SMA(close))


def test_odd_inputs():
    close = data()["close"]
    same(ta.RSI(close[::2]), talib.RSI(close[::2].copy()))
    same(ta.SMA(close.astype("f4")), talib.SMA(close.astype("f4").astype("f8")))
    same(ta.SMA(np.full(50, np.nan)), np.full(50, np.nan))
    assert ta.SMA(np.array([])).shape == (0,)
    assert ta.SMA(close[:3], timeperiod=5).shape == (3,)
    with pytest.raises(atrad.InvalidError, match="different lengths"):
        ta.ATR(close, close[1:], close)
    with pytest.raises(atrad.InvalidError, match="2 dimensions"):
        ta.SMA(close.reshape(10, -1))
    with pytest.raises(atrad.InvalidError, match="not numbers"):
        ta.SMA(np.array(["a"]))
    with pytest.raises(atrad.InvalidError, match="MA_Type"):
        ta.MA(close, matype=99)
    with pytest.raises(atrad.InvalidError):
        ta.RSI(close, timeperiod=0)
    with pytest.raises(TypeError):
        ta.RSI()
    with pytest.raises(AttributeError, match="NOSUCH"):
        _ = ta.NOSUCH


def test_large_arrays_are_whole():
    close = np.tile(data()["close"], 300)
    same(ta.SMA(close, 30), talib.SMA(close, 30))


def test_existing_code_runs_with_the_import_changed():
    code = """
import numpy as np
import {module} as talib

close = 100 + np.sin(np.arange(100) / 5)
upper, middle, lower = talib.BBANDS(close, matype=talib.MA_Type.SMA)
print(talib.RSI(close, timeperiod=14)[-1].round(6), upper[-1].round(6), "CDLDOJI" in talib.get_functions())
"""
    environment = {**os.environ, "ATRAD_SERVER": os.environ["ATRAD_ADDRESS"]}
    printed = [
        subprocess.run(
            [sys.executable, "-c", code.format(module=module)], check=True, capture_output=True, env=environment
        ).stdout
        for module in ("talib", "atrad.ta")
    ]
    assert printed[0] == printed[1] and b"True" in printed[0]
