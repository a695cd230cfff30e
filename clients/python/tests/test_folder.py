"""`atrad.Folder`: data folders that are read in this process, beside their server and without one."""

import multiprocessing
import os
import pickle

import grpc
import numpy as np
import pytest

import atrad
import atrad.ray

pytest.importorskip("atrad_native")
pytestmark = pytest.mark.skipif(not os.environ.get("ATRAD_BINARY"), reason="needs the program, in ATRAD_BINARY")

ROWS = 60_000
ASKED = ("rsi(14)", "x = macd(12, 26, 9).hist", "close * 2", "vwap", "funding - sma(3)", "t = time - close")


def bars(rows, seed):
    random = np.random.default_rng(seed)
    close = np.round(100 * np.exp(random.standard_normal(rows).cumsum() * 0.001), 2)
    times = np.datetime64("2024-01-01", "ns") + np.arange(rows) * np.timedelta64(60, "s")
    volume = random.integers(1, 1000, rows) * 1.0
    return {"times": times, "open": close, "high": close + 1, "low": close - 1, "close": close, "volume": volume}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("folder") / "data"


@pytest.fixture(scope="module")
def server(data):
    with atrad.local(data) as client:
        for seed, symbol in enumerate(("AAA", "BBB", "CCC")):
            client.ingest(symbol, "1m", {**bars(ROWS, seed), "funding": np.arange(ROWS) / 8}, extra=["funding"])
        client.ingest("SMALL", "1h", **bars(7, 9))
        yield client


@pytest.fixture
def folder(server, data):
    return atrad.Folder(data)


def same(one, two):
    assert list(one) == list(two) and np.array_equal(one.times, two.times) and one.epoch == two.epoch
    for label in two:
        assert np.array_equal(one[label].view("i8"), two[label].view("i8")), label
        assert not one[label].flags.writeable


@pytest.mark.parametrize(
    "span",
    [
        {},
        {"last": 100},
        {"start": "2024-01-20", "end": "2024-01-21T07:00"},
        {"last": 1},
        {"as_of": "2024-01-09T12:30:30", "last": 9},
    ],
)
def test_it_has_the_bits_of_its_server(folder, server, span):
    ours, theirs = (each.compute("BBB", "1m", *ASKED, **span) for each in (folder, server))
    same(ours, theirs)
    assert ours.infos == theirs.infos and ours.title == theirs.title and ours.as_of == theirs.as_of
    same(folder.read_bars("BBB", "1m", **span), server.read_bars("BBB", "1m", **span))


def facts(series):
    return series.id, series.rows, series.epoch, series.first_time, series.last_time


def test_it_lists_what_is_there_and_sees_what_is_new(folder, server):
    for asked in ((), ("A",), ("", "1h"), ("", "60m"), ("", "3600s")):
        ours, theirs = ([facts(each) for each in some.series(*asked)] for some in (folder, server))
        assert ours == theirs and ours
    held = folder.compute("SMALL", "1h", "close")
    for count in range(8, 30):
        server.ingest("SMALL", "1h", **bars(count, 9))
        same(folder.compute("SMALL", "1h", "ema(3)"), server.compute("SMALL", "1h", "ema(3)"))
    assert len(held.times) == 7


def test_what_is_wrong_is_told_as_by_a_server(folder, server, tmp_path):
    for asked, kind in (
        (("NONE", "1m", "close"), atrad.NotFoundError),
        (("AAA", "1x", "close"), atrad.InvalidError),
        (("", "1m", "close"), atrad.InvalidError),
        (("AAA", "1m", "nosuch"), atrad.InvalidError),
        (("SMALL", "1h", "funding"), atrad.InvalidError),
        (("AAA", "1m"), atrad.InvalidError),
    ):
        for each in (folder, server):
            with pytest.raises(kind):
                each.compute(*asked)
    for each in (folder, server):
        with pytest.raises(atrad.InvalidError, match="1x"):
            each.series(timeframe="1x")
    for span in ({"last": 0}, {"start": 5, "end": 5}, {"start": "soon"}):
        with pytest.raises(atrad.InvalidError):
            folder.compute("AAA", "1m", "close", **span)
    assert len(folder.compute("AAA", "1m", "close", start="2030-01-01").times) == 0
    with pytest.raises(atrad.NotFoundError, match="not a data folder"):
        atrad.Folder(tmp_path)
    with pytest.raises(atrad.InvalidError, match="adjust needs a server"):
        list(folder.batch([("AAA", "1m")], "close", adjust="split"))
    with pytest.raises(atrad.UnimplementedError, match="server"):
        folder.sweep("AAA", "1m", "close")


def test_only_what_needs_a_lost_file_is_refused(tmp_path):
    data, rows = tmp_path / "data", bars(30_000, 3)
    with atrad.local(data) as client:
        for part in (slice(0, 27_000), slice(27_000, 30_000)):
            client.ingest("AAA", "1m", {name: column[part] for name, column in rows.items()})
        expected = client.compute("AAA", "1m", "sma(20)", last=50)
    folder = atrad.Folder(data)
    first = min((data / "prices").glob("*.atp"))
    first.rename(data / "aside")
    same(folder.compute("AAA", "1m", "sma(20)", last=50), expected)
    assert len(folder.read_bars("AAA", "1m", last=50).times) == 50
    # Without a server that would write, nobody puts it back: to try again is of no use.
    for asked in ({}, {"end": "2024-01-02"}):
        with pytest.raises(atrad.Error, match=f"{first.name}.*missing") as lost:
            folder.compute("AAA", "1m", "sma(20)", **asked)
        assert lost.value.code == grpc.StatusCode.DATA_LOSS
        with pytest.raises(atrad.Error, match=first.name):
            folder.read_bars("AAA", "1m", **asked)
    with pytest.raises(atrad.Error, match=first.name):
        folder.compute("AAA", "1m", "ema(20)", last=5)
    (data / "aside").rename(first)
    assert len(folder.compute("AAA", "1m", "sma(20)").times) == 30_000


def _child(folder, answers):
    answers.put(float(folder.compute("AAA", "1m", "sma(5)", last=1)["sma(5)"][0]))


def test_it_goes_to_other_processes(folder):
    expected = float(folder.compute("AAA", "1m", "sma(5)", last=1)["sma(5)"][0])
    assert pickle.loads(pickle.dumps(folder)).compute("AAA", "1m", "sma(5)", last=1)["sma(5)"][0] == expected
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    children = [context.Process(target=_child, args=(folder, answers)) for _ in range(3)]
    for child in children:
        child.start()
    assert [answers.get(timeout=30) for _ in children] == [expected] * 3
    for child in children:
        child.join()
    _child(folder, answers)


def test_universes_are_computed_over_it(folder, server, tmp_path):
    pytest.importorskip("pyarrow", minversion="16")
    found = [
        atrad.ray.compute("*", *ASKED[:3], timeframe="1m", to=tmp_path / name, client=client, on="threads")
        for name, client in (("folder", folder), ("server", server))
    ]
    ours, theirs = (each.to_arrow() for each in found)
    assert ours.num_rows == 3 * ROWS and ours.to_pandas().equals(theirs.to_pandas())
