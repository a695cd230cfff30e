"""The client against a real server with the demo series."""

import os
import uuid
from datetime import datetime, timedelta, timezone

import grpc
import numpy as np
import pytest

import atrad
from atrad.v1 import indicator_pb2, indicator_pb2_grpc

BARS = 51203
STEP = np.timedelta64(15, "m")


@pytest.fixture
def symbol():
    return f"PY-{uuid.uuid4().hex[:12]}"


def bars(count, seed=1):
    close = 100 + np.random.default_rng(seed).standard_normal(count).cumsum() * 0.01
    return {
        "times": np.datetime64("2024-01-01T00:00", "ns") + np.arange(count) * np.timedelta64(1, "m"),
        "open": close,
        "high": close + 1,
        "low": close - 1,
        "close": close,
        "volume": np.full(count, 7.0),
    }


def test_an_answer_is_numpy_columns_by_label(client):
    answer = client.compute("BTCUSDT", "15m", "rsi(14)", "fast = ema(12)", "macd(12, 26, 9).hist", last=500)
    assert list(answer) == ["rsi(14)", "fast", "macd(12, 26, 9).hist"]
    assert answer.times.dtype == "datetime64[ns]" and len(answer.times) == 500
    assert (np.diff(answer.times) > np.timedelta64(0)).all()
    for column in answer.values():
        assert column.dtype == np.float64 and np.isfinite(column).all()
    assert ((answer["rsi(14)"] >= 0) & (answer["rsi(14)"] <= 100)).all()
    assert answer.epoch > 0
    assert "period=14" in answer.expressions["rsi(14)"].replace(" ", "")


def test_an_answer_equals_the_one_of_the_generated_stubs(client):
    answer = client.compute("MSFT", "1d", "rsi(14)", "bbands(20)")
    with grpc.insecure_channel(os.environ["ATRAD_ADDRESS"]) as channel:
        question = indicator_pb2.ComputeRequest(expressions=["rsi(14)", "bbands(20)"])
        question.series.symbol, question.series.timeframe = "MSFT", "1d"
        plain = indicator_pb2_grpc.IndicatorServiceStub(channel).Compute(question)
    assert list(answer.times.astype(np.int64)) == list(plain.times)
    assert list(answer) == [column.label for column in plain.columns]
    for column in plain.columns:
        np.testing.assert_array_equal(answer[column.label], column.values)


def test_a_mean_is_the_mean(client):
    answer = client.compute("BTCUSDT", "15m", "sma(close, 5)", "close", last=100)
    means = np.convolve(answer["close"], np.ones(5) / 5, "valid")
    np.testing.assert_allclose(answer["sma(close, 5)"][4:], means, rtol=1e-12)


def test_bounds_are_taken_in_every_shape(client):
    times = client.read_bars("BTCUSDT", "15m", last=100).times
    start, end = times[10], times[20]
    instant = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=int(start.astype(np.int64)) // 1000)
    elsewhere = instant.astimezone(timezone(timedelta(hours=5)))
    for form in (start, int(start.astype(np.int64)), str(start), instant, elsewhere):
        answer = client.compute("BTCUSDT", "15m", "close", start=form, end=end)
        np.testing.assert_array_equal(answer.times, times[10:20])


def test_chunks_join_to_the_whole(client):
    chunks = list(client.compute_stream("BTCUSDT", "15m", "rsi(14)", "ema(25)", "bbands(20)"))
    whole = client.compute("BTCUSDT", "15m", "rsi(14)", last=BARS)
    assert len(chunks) > 1
    assert sum(len(chunk.times) for chunk in chunks) == BARS
    np.testing.assert_array_equal(np.concatenate([chunk["rsi(14)"] for chunk in chunks]), whole["rsi(14)"])


def test_an_answer_too_large_for_a_message_comes_as_a_stream(client):
    expressions = [f"sma({period})" for period in range(2, 14)]
    whole = client.compute("BTCUSDT", "15m", *expressions)
    assert list(whole) == expressions and len(whole.times) == BARS and len(whole.expressions) == len(expressions)
    chunks = list(client.compute_stream("BTCUSDT", "15m", *expressions))
    for label in whole:
        np.testing.assert_array_equal(whole[label], np.concatenate([chunk[label] for chunk in chunks]))
    with grpc.insecure_channel(os.environ["ATRAD_ADDRESS"]) as channel:
        question = indicator_pb2.ComputeRequest(expressions=expressions)
        question.series.symbol, question.series.timeframe = "BTCUSDT", "15m"
        with pytest.raises(grpc.RpcError, match="answer_bytes_max"):
            indicator_pb2_grpc.IndicatorServiceStub(channel).Compute(question)


def test_values_come_as_float32_where_asked(client):
    for last in (3, None):
        exact = client.compute("BTCUSDT", "15m", "close / 3", last=last)
        short = client.compute("BTCUSDT", "15m", "close / 3", last=last, dtype="float32")
        np.testing.assert_array_equal(short["close / 3"], exact["close / 3"].astype("float32"))
        np.testing.assert_array_equal(short.times, exact.times)
        assert short["close / 3"].dtype == np.float32
    chunk = next(iter(client.compute_stream("BTCUSDT", "15m", "close", dtype="float32")))
    assert chunk["close"].dtype == np.float32
    for series, found in client.batch([("BTCUSDT", "15m"), ("IBM", "1d")], "close / 3", dtype="float32"):
        exact = client.compute(*series, "close / 3")["close / 3"]
        np.testing.assert_array_equal(found["close / 3"], exact.astype("float32"))
        assert found["close / 3"].dtype == np.float32
    with pytest.raises(atrad.InvalidError, match="dtype must be one of float64, float32, got 'int8'"):
        client.compute("BTCUSDT", "15m", "close", dtype="int8")


def test_another_limit_is_an_error_that_names_it(client):
    with pytest.raises(atrad.Error) as caught:
        client.compute("BTCUSDT", "15m", "close", *[f"sma({period})" for period in range(100_000 - 60, 100_001)])
    assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caught.value.limit == "window_bars_max"


def test_a_stream_may_be_left_early(client):
    for chunk in client.compute_stream("BTCUSDT", "15m", "rsi(14)", "ema(25)", "bbands(20)"):
        assert len(chunk.times) > 0
        break
    assert len(client.compute("IBM", "1d", "close", last=1).times) == 1


def test_a_batch_answers_each_series_and_fails_the_unknown_one(client):
    asked = [("BTCUSDT", "15m"), ("NOSUCH", "1d"), ("MSFT", "1d")]
    answers = dict(client.batch(asked, "rsi(14)", "bbands(20)"))
    assert set(answers) == set(asked)
    assert len(answers["BTCUSDT", "15m"].times) == BARS
    assert len(answers["MSFT", "1d"].times) == 3270
    failure = answers["NOSUCH", "1d"]
    assert isinstance(failure, atrad.Error) and failure.code is grpc.StatusCode.NOT_FOUND


def test_bars_sent_along_are_computed_and_not_kept(client):
    sent = bars(300)
    answer = client.compute_bars("sma(close, 3)", last=10, **sent)
    expected = np.convolve(sent["close"], np.ones(3) / 3, "valid")[-10:]
    np.testing.assert_allclose(answer["sma(close, 3)"], expected, rtol=1e-12)
    np.testing.assert_array_equal(answer.times, sent["times"][-10:])
    assert answer.epoch == 0


def test_bars_come_back_as_they_went_in(client, symbol):
    sent = bars(20_000)
    first = client.ingest(symbol, "1m", **sent)
    assert (first.accepted, first.replaced, first.ignored) == (20_000, 0, 0)
    again = client.ingest(symbol, "1m", **sent)
    assert (again.accepted, again.replaced, again.ignored, again.epoch) == (0, 0, 20_000, first.epoch)
    read = client.read_bars(symbol, "1m")
    np.testing.assert_array_equal(read.times, sent["times"])
    for name in read:
        np.testing.assert_array_equal(read[name], sent[name])
    assert [(each.id.symbol, each.rows) for each in client.series(prefix=symbol)] == [(symbol, 20_000)]


def test_a_stream_of_batches_gets_receipts_in_order(client, symbol):
    good = bars(50)
    bad = {**bars(50), "high": np.zeros(50)}
    more = {name: column[25:] for name, column in bars(75).items()}
    first, second, third = client.ingest_stream(symbol, "1m", [good, bad, more])
    assert first.accepted == 50
    assert isinstance(second, atrad.Error) and second.code is grpc.StatusCode.INVALID_ARGUMENT
    assert any("high" in field for field in second.fields)
    assert (third.accepted, third.replaced + third.ignored) == (25, 25)


def test_lists_and_plain_integers_do_too(client, symbol):
    receipt = client.ingest(
        symbol, "1d", times=[0, 86_400_000_000_000], open=[1, 2], high=[3, 3], low=[1, 1], close=[2, 3], volume=[0, 1]
    )
    assert receipt.accepted == 2
    assert list(client.read_bars(symbol, "1d")["close"]) == [2.0, 3.0]


def test_errors_name_the_field_or_the_resource(client):
    with pytest.raises(atrad.Error) as caught:
        client.compute("BTCUSDT", "15m", "rsi(14)", "rsi(0)")
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert any(field.startswith("expressions[1]") for field in caught.value.fields)
    with pytest.raises(atrad.Error) as caught:
        client.compute("NOSUCH", "15m", "rsi(14)")
    assert caught.value.code is grpc.StatusCode.NOT_FOUND
    assert "NOSUCH" in caught.value.message and "NOSUCH" in caught.value.resource[1]


def test_a_column_that_is_missing_or_too_short_is_told(client, symbol):
    short = {**bars(10), "low": np.zeros(9)}
    with pytest.raises(atrad.Error) as caught:
        client.ingest(symbol, "1m", **short)
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    short.pop("low")
    with pytest.raises(atrad.InvalidError, match="low") as caught:
        client.ingest(symbol, "1m", **short)
    assert list(caught.value.fields) == ["bars.low"]


def test_the_cache_keeps_bytes(client):
    key = uuid.uuid4().hex
    assert client.cache_get("python", key) is None
    client.cache_put("python", key, b"\x00\xff", ttl=60)
    assert client.cache_get("python", key) == b"\x00\xff"


def test_every_demo_series_is_listed(client):
    rows = {(each.id.symbol, each.id.timeframe): each.rows for each in client.series()}
    expected = {
        ("BTCUSDT", "15m"): BARS,
        ("BTCUSD", "4h"): 15577,
        ("MSFT", "1d"): 3270,
        ("AAPL", "1d"): 3270,
        ("IBM", "1d"): 3270,
        ("GOOG", "1d"): 2148,
    }
    assert expected.items() <= rows.items()


def test_calendars_are_listed(client):
    (found,) = client.calendars("nyse")
    assert (found.name, found.zone, found.hours) == ("XNYS", "America/New_York", "09:30-16:00")
    assert (found.first_date, found.last_date) == ("1970-01-01", "2040-12-31") and "NYSE" in found.aliases
    assert len(client.calendars()) > 300 and client.calendars("nothing of this name") == []


def test_a_clock_beside_a_calendar_is_refused(client):
    with pytest.raises(atrad.InvalidError, match="utc_offset of vwap must be 0 with calendar=xnys"):
        client.compute("BTCUSDT", "15m", "vwap(week, calendar=xnys, utc_offset=60)")


def test_the_catalogue_is_declared(client):
    rsi = next(each for each in client.indicators() if each.name == "rsi")
    assert rsi.params[0].default_value == "14" and rsi.lookback == 14
    assert all(each.group == rsi.group for each in client.indicators(group=rsi.group))


@pytest.mark.parametrize(
    "field, options",
    [
        ("last", {"last": 0}),
        ("last", {"last": -1}),
        ("start", {"start": "yesterday"}),
        ("start", {"start": np.datetime64("NaT")}),
        ("end", {"end": "2024-13-01"}),
        ("end", {"end": 5.5}),
        ("series", {"symbol": 5}),
        ("series", {"timeframe": None}),
        ("label", {"expression": {"a b": "close"}}),
        ("label", {"expression": {5: "close"}}),
        ("expressions", {"expression": [None]}),
    ],
)
def test_wrong_arguments_are_told_by_name(client, field, options):
    asked = {"symbol": "IBM", "timeframe": "1d", "expression": "close", **options}
    with pytest.raises(atrad.InvalidError) as caught:
        client.compute(asked.pop("symbol"), asked.pop("timeframe"), asked.pop("expression"), **asked)
    assert list(caught.value.fields) == [field]


def test_a_series_is_a_pair(client):
    for wrong in (["AAPL"], [("AAPL", "1d", "x")], "AAPL"):
        with pytest.raises(atrad.InvalidError, match="pair"):
            client.correlate(wrong)
    with pytest.raises(TypeError):
        client.compute("IBM", "1d", "close", last=1.5)


def test_saved_results_are_listed_read_and_deleted(client):
    answer = client.compute("IBM", "1d", "rsi(14)", last=5, persist=60)
    key = answer.saved_key
    assert key in [each.key for each in client.saved_results("IBM/1d/")]
    read = client.read_saved_result(key)
    np.testing.assert_array_equal(read["rsi(14)"], answer["rsi(14)"])
    assert (read.title, read.epoch) == ("IBM 1d", answer.epoch)
    client.expire_saved_result(key, ttl=30)
    client.delete_saved_result(key)
    with pytest.raises(atrad.NotFoundError):
        client.read_saved_result(key)


def test_series_are_described_bounded_and_deleted(client, symbol):
    client.ingest(symbol, "1m", **bars(100))
    hourly = client.get_series(symbol, "1h", resampling=atrad.Resampling(include_forming=True))
    assert (client.get_series(symbol, "1m").rows, hourly.rows, hourly.resampled_from) == (100, 2, "1m")
    filled = client.compute(symbol, "1h", "close", resampling=atrad.Resampling(include_forming=True))
    assert filled.resampled_from == "1m" and len(filled.times) == 2
    assert client.set_retention(symbol, "1m", rows_max=40).rows == 40
    assert client.accept_loss(symbol, "1m").rows == 40
    assert client.delete_series(symbol, "1m") == 40
    with pytest.raises(atrad.NotFoundError):
        client.get_series(symbol, "1m")


def test_the_cache_takes_many_entries(client):
    one, two = uuid.uuid4().hex, uuid.uuid4().hex
    client.cache_put_many("python", {one: b"1", two: b""}, ttl=60)
    assert client.cache_get_many("python", [one, two, "none"]) == {one: b"1", two: b""}
    assert client.cache_compare_and_set("python", two, None, b"2") == (False, b"")
    assert client.cache_compare_and_set("python", two, b"", b"2") == (True, b"2")
    client.cache_delete("python", one)
    assert client.cache_get("python", one) is None
    assert client.cache_compare_and_set("python", one, b"1", b"3") == (False, None)
    assert sum(tier.hits for tier in client.cache_stats()) > 0


def test_an_operator_sees_costs_and_damage(client):
    assert client.is_serving()
    assert len(client.profile().statements) > 0 and not client.advise().applied
    assert list(client.check().problems) == []
    with pytest.raises(atrad.InvalidError):
        client.backup("no such folder")


def test_a_correlation_is_symmetric(client):
    found = client.correlate([("IBM", "1d"), ("AAPL", "1d"), ("MSFT", "1d")], atrad.close, method="spearman")
    assert found.matrix.shape == (3, 3) and (np.diag(found.matrix) == 1).all()
    np.testing.assert_array_equal(found.matrix, found.matrix.T)
    close = [client.compute(symbol, "1d", "close")["close"] for symbol in ("IBM", "AAPL")]
    pearson = client.correlate([("IBM", "1d"), ("AAPL", "1d")]).matrix[0, 1]
    assert pearson == pytest.approx(np.corrcoef(*close)[0, 1])
    with pytest.raises(atrad.InvalidError, match="pearson, spearman"):
        client.correlate([("IBM", "1d"), ("AAPL", "1d")], method="kendall")


def test_options_that_are_not_given_stay(client):
    other = client.options(progress=True)
    assert (other.timeout, other.progress) == (client.timeout, True)
    assert (other.options(timeout=None).timeout, other.options(timeout=None).progress) == (None, True)
    assert other.is_serving() and client.progress is None


def test_a_server_that_is_away_is_told_after_a_few_tries():
    with atrad.Client("127.0.0.1:1", timeout=1.0) as nobody:
        with pytest.raises(atrad.Error) as caught:
            nobody.compute("BTCUSDT", "15m", "rsi(14)")
    assert caught.value.code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
