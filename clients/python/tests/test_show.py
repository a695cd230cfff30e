"""Answers in other libraries, in notebooks and as charts."""

import builtins
import sys

import numpy as np
import pytest

import atrad


@pytest.fixture
def answer(client):
    return client.compute("BTCUSDT", "15m", atrad.rsi(14), "macd()", last=300)


def test_to_pandas(answer):
    pandas = pytest.importorskip("pandas")
    frame = answer.to_pandas()
    assert list(frame.columns) == list(answer) and str(frame.index.dtype) == "datetime64[ns, UTC]"
    np.testing.assert_array_equal(frame.index.tz_localize(None).to_numpy(), answer.times)
    np.testing.assert_array_equal(frame["rsi(14)"].to_numpy(), answer["rsi(14)"])
    assert frame.index[0] == pandas.Timestamp(answer.times[0], tz="UTC")


def test_to_polars(answer):
    polars = pytest.importorskip("polars")
    frame = answer.to_polars()
    assert frame.columns == ["time", *answer] and frame.schema["time"] == polars.Datetime("ns", "UTC")
    np.testing.assert_array_equal(frame["rsi(14)"].to_numpy(), answer["rsi(14)"])
    np.testing.assert_array_equal(frame["time"].dt.replace_time_zone(None).to_numpy(), answer.times)


def test_to_arrow_shares_the_values(answer):
    pytest.importorskip("pyarrow")
    table = answer.to_arrow()
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    column = table.column("rsi(14)").chunk(0)
    assert column.buffers()[1].address == answer["rsi(14)"].ctypes.data
    assert column.null_count == 0


def test_the_arrow_stream_is_read_by_others(answer, monkeypatch):
    polars, pyarrow = map(pytest.importorskip, ("polars", "pyarrow"))
    assert polars.DataFrame(pyarrow.table(answer)).equals(answer.to_polars())
    assert pyarrow.RecordBatchReader.from_stream(answer).read_all().equals(answer.to_arrow())
    real = builtins.__import__

    def without(name, *args):
        if name == "pyarrow":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    capsule = answer.__arrow_c_stream__()
    assert "arrow_array_stream" in repr(capsule)


def test_warm_up_stays_nan(client):
    answer = client.compute("MSFT", "1d", "sma(20)")
    assert np.isnan(answer["sma(20)"][:19]).all() and np.isfinite(answer["sma(20)"][19:]).all()
    polars = pytest.importorskip("polars")
    assert answer.to_polars()["sma(20)"].is_nan().sum() == 19 and isinstance(answer.to_polars(), polars.DataFrame)


def test_repr_in_terminals_and_notebooks(answer, client):
    assert repr(answer) == "Answer(BTCUSDT 15m, 300 bars: rsi(14), macd().macd, macd().signal, macd().hist)"
    shown = answer._repr_html_()
    assert shown.count("<tr>") == 12 and "BTCUSDT 15m: 300 bars" in shown and "macd().hist" in shown
    # A label is text, whatever it holds.
    hostile = atrad.Answer(answer.times[:1], {"<script>alert(1)</script>": np.zeros(1)}, title="<b>")
    assert "<script>" not in hostile._repr_html_() and "<b>" not in hostile._repr_html_()
    empty = client.compute("MSFT", "1d", "close", start="2050-01-01")
    assert "0 bars" in empty._repr_html_()


def test_sweeps_and_screens_in_notebooks(client):
    sweep = client.sweep("MSFT", "1d", "ema(5..40)", "hi = rsi(2..3) > 50", reductions=["mean", "argmax"])
    shown = sweep._repr_html_()
    assert shown.count("<table>") == 2 and "36 variants" in shown and "hi: 2 variants" in shown
    assert shown.count("<tr>") == 1 + 11 + 1 + 2 and "argmax" in shown
    whole = client.sweep("MSFT", "1d", "ema(5..6)", reductions=(), last=7)
    assert whole[0]._repr_html_().count("<td>7 values</td>") == 2
    screen = client.screen("1d", "close > 0", "close < 5", symbols=["IBM", "GOOG"])
    assert "2 of 2 series match" in screen._repr_html_() and "<td>IBM</td>" in screen._repr_html_()
    assert "<th>close &lt; 5</th>" in screen._repr_html_()


def test_a_chart_has_candles_and_panes(client):
    pytest.importorskip("plotly")
    chart = client.chart("BTCUSDT", "15m", "rsi(14)", "macd()", atrad.ema(20), "bbands()", "ichimoku()", last=120)
    kinds = [trace.type for trace in chart.data]
    assert kinds[0] == "candlestick" and kinds.count("candlestick") == 1
    rows = {trace.name: trace.yaxis or "y" for trace in chart.data}
    assert rows["ema(20)"] == rows["bbands().upper"] == "y"
    panes = {rows["rsi(14)"], rows["macd().hist"], rows["volume"]}
    assert len(panes) == 3 and "y" not in panes
    assert rows["macd().macd"] == rows["macd().hist"]
    by_name = {trace.name: trace for trace in chart.data}
    assert by_name["macd().hist"].type == "bar"
    # The cloud is drawn ahead, as on charts.
    assert by_name["ichimoku().spana"].x[-1] - by_name["ema(20)"].x[-1] == np.timedelta64(26 * 15, "m")


def test_an_answer_alone_or_with_bars_is_drawn(client):
    pytest.importorskip("plotly")
    answer = client.compute("MSFT", "1d", "rsi(14)", "sma(50)", last=80)
    assert [trace.type for trace in answer.plot().data] == ["scatter", "scatter"]
    bars = client.read_bars("MSFT", "1d", last=80)
    chart = answer.plot(bars, height=700)
    assert chart.data[0].type == "candlestick" and chart.layout.height == 700
    with pytest.raises(atrad.InvalidError, match="candles need"):
        answer.plot(answer)


def test_without_plotly_it_says_so(answer, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(ImportError, match="pip install plotly"):
        answer.plot()


def test_progress_is_shown_when_asked(client, capsys):
    pytest.importorskip("tqdm")
    client.options(timeout=60, progress=True).compute("BTCUSDT", "15m", "close")
    assert "51.2k" in capsys.readouterr().err
    client.options(timeout=60, progress=False).compute("BTCUSDT", "15m", "close")
    # Nobody looks at a pipe.
    client.compute("BTCUSDT", "15m", "close")
    assert capsys.readouterr().err == ""
