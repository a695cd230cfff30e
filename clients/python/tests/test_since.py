"""What changed since an epoch, and adjusted prices."""

import pickle
import uuid

import numpy as np
import pytest

import atrad
from atrad import requests
from atrad.answer import Answer, Epoch
from atrad.v1 import indicator_pb2, series_pb2


def answer(times, values, **meta):
    rest = indicator_pb2.ComputeResponse(**meta).SerializeToString()
    return Answer(np.array(times, dtype="M8[ns]"), {"x": np.array(values, dtype=float)}, rest, "A 1m")


def test_an_epoch_is_a_number_that_names_its_bars():
    epoch = answer([1], [2.0], epoch=4, since_token=b"t").epoch
    assert (epoch, epoch.token, epoch + 1) == (4, b"t", 5)
    again = pickle.loads(pickle.dumps(epoch))
    assert isinstance(again, Epoch) and (again, again.token) == (4, b"t")
    assert requests.since(epoch) == {"since_epoch": 4, "since_token": b"t"}
    assert requests.since(7) == {"since_epoch": 7, "since_token": b""}
    assert requests.since(None) == {}


def test_news_take_the_place_of_void_rows():
    before = answer([1, 2, 3], [1, 2, 3], epoch=4)
    for news, times, values in (
        (answer([], [], epoch=4), [1, 2, 3], [1, 2, 3]),
        (answer([4], [9], epoch=5, changed_from=4), [1, 2, 3, 4], [1, 2, 3, 9]),
        (answer([3, 4], [8, 9], epoch=5, changed_from=3), [1, 2, 3, 4], [1, 2, 8, 9]),
        (answer([7], [7], epoch=5, changed_from=-(2**63)), [7], [7]),
        (answer([], [], epoch=5, changed_from=2), [1], [1]),
    ):
        after = before.updated(news)
        assert (after.times.astype("i8").tolist(), after["x"].tolist()) == (times, values)
        assert after.epoch == news.epoch and after.title == "A 1m"


def test_a_table_of_the_newest_rows_stays_one():
    before = answer([1, 2, 3], [1, 2, 3], epoch=4).newest_of(3)
    for times, last, expected in (
        ([], 3, [1, 2, 3]),
        ([4], 3, [2, 3, 4]),
        ([50, 51, 52], 3, [50, 51, 52]),
        ([4, 5], None, [1, 2, 3, 4, 5]),
    ):
        news = answer(times, times, epoch=5, changed_from=times[0] if times else 9).newest_of(last)
        after = pickle.loads(pickle.dumps(before)).updated(news)
        assert (after.times.astype("i8").tolist(), after["x"].tolist()) == (expected, expected)
    later = answer([53], [53], epoch=6, changed_from=53).newest_of(3)
    assert before.updated(answer([4], [4], epoch=5, changed_from=4).newest_of(3)).updated(later).times.astype(
        "i8"
    ).tolist() == [3, 4, 53]


def test_an_answer_that_does_not_follow_is_refused():
    before = answer([1, 2, 3], [1, 2, 3], epoch=4)
    other = Answer(np.array([4], "M8[ns]"), {"y": np.array([4.0])}, before._rest)
    short = Answer(np.array([4], "M8[ns]"), {"x": np.array([4], "f4")}, before._rest)
    bars = Answer(np.array([4], "M8[ns]"), {"x": np.array([4.0])}, b"", of_bars=True)
    for news in (answer([3, 4], [3, 4], epoch=5), answer([2], [2], epoch=5, changed_from=3), other, short, bars):
        with pytest.raises(atrad.InvalidError) as refused:
            before.updated(news)
        assert list(refused.value.fields) == ["news"]


def test_float32_stays_float32(client):
    def stored(*rows):
        times = (np.array(rows) * 60_000_000_000).view("M8[ns]")
        close = 1 / (np.array(rows) + 3)
        client.ingest(symbol, "1m", times=times, open=close, high=close, low=close, close=close, volume=close)
        return (1 / (np.arange(rows[-1] + 1) + 3)).astype("f4")

    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    expected = stored(0, 1, 2)
    table = client.compute(symbol, "1m", "close", dtype="float32", since_epoch=0)
    for rows in ((), (3,), ()):
        expected = stored(*rows) if rows else expected
        table = table.updated(client.compute(symbol, "1m", "close", dtype="float32", since_epoch=table.epoch))
        np.testing.assert_array_equal(table["close"], expected)
        assert table["close"].dtype == np.float32


def test_a_series_that_gets_a_column_has_none_before(client):
    def stored(first, count, **extra):
        bars = {name: np.ones(count) for name in ("open", "high", "low", "close", "volume")}
        bars["times"] = (np.arange(first, first + count) * 60_000_000_000).view("M8[ns]")
        client.ingest(symbol, "1m", {**bars, **extra}, extra=list(extra))

    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    stored(0, 3)
    table = client.read_bars(symbol, "1m", since_epoch=0)
    stored(3, 2, funding=np.array([7.0, 8.0]))
    table = table.updated(client.read_bars(symbol, "1m", since_epoch=table.epoch))
    np.testing.assert_array_equal(table["funding"], [np.nan, np.nan, np.nan, 7, 8])
    np.testing.assert_array_equal(table["close"], np.ones(5))


def test_what_changed_gives_the_fresh_answer(client):
    def stored(first, count):
        close = np.arange(first, first + count, dtype=float) % 7 + 1
        times = (np.arange(first, first + count) * 60_000_000_000).view("M8[ns]")
        client.ingest(symbol, "1m", times=times, open=close, high=close, low=close, close=close, volume=close)

    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    stored(0, 10)

    def asked(since_epoch):
        return (
            client.compute(symbol, "1m", "close", last=10, since_epoch=since_epoch),
            client.read_bars(symbol, "1m", last=10, since_epoch=since_epoch),
        )

    tables = asked(0)
    for first, count in ((10, 3), (12, 4), (16, 50), (60, 1), (66, 9)):
        stored(first, count)
        news = asked(tables[0].epoch)
        tables = tuple(table.updated(each) for table, each in zip(tables, news))
        for table, fresh in zip(
            tables, (client.compute(symbol, "1m", "close", last=10), client.read_bars(symbol, "1m", last=10))
        ):
            np.testing.assert_array_equal(table.times, fresh.times)
            np.testing.assert_array_equal(table["close"], fresh["close"])


def test_adjusted_questions_and_actions_are_encoded():
    asked = requests.question(("close",), (5, None, None, None), ("A", "1d"), adjust="total", since_epoch=0)
    read = indicator_pb2.ComputeRequest.FromString(asked.encoded())
    assert (read.adjust, read.since_epoch, read.HasField("since_epoch")) == (series_pb2.ADJUST_TOTAL, 0, True)
    plain = requests.question(("close",), (5, None, None, None), ("A", "1d"))
    assert not indicator_pb2.ComputeRequest.FromString(plain.encoded()).HasField("since_epoch")
    action = requests.corporate_action("2020-08-31", "split", 4)
    assert (action.ex_time, action.kind, action.value) == (
        1598832000000000000,
        series_pb2.CORPORATE_ACTION_KIND_SPLIT,
        4,
    )
    for wrong in (
        lambda: requests.question(("close",), (None, None, None, None), ("A", "1d"), adjust="all"),
        lambda: requests.corporate_action("2020-08-31", "merger", 4),
    ):
        with pytest.raises(atrad.InvalidError, match="must be one of"):
            wrong()
