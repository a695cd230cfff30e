"""Computation in this process: the bits of the server, its errors, and no copies."""

import json
import multiprocessing
import os
import signal
import threading
import time
from importlib import resources

import numpy as np
import pytest

import atrad
from atrad import inline, native

pytest.importorskip("atrad_native")

ROWS = 3_000
TIMES = np.datetime64("2024-01-01T00:00", "ns") + np.arange(ROWS) * np.timedelta64(7, "m")


def prices(seed=1, rows=ROWS):
    random = np.random.default_rng(seed)
    open_ = 100 * np.exp(random.standard_normal(rows).cumsum() * 0.01)
    close = open_ * np.exp(random.standard_normal(rows) * 0.01)
    high, low = np.maximum(open_, close) * 1.002, np.minimum(open_, close) * 0.998
    return {"open": open_, "high": high, "low": low, "close": close, "volume": random.integers(0, 1000, rows) * 1.0}


def same_bits(one, two):
    return np.array_equal(np.asarray(one).view("i8"), np.asarray(two).view("i8"))


def catalogue():
    return json.loads(resources.files(atrad).joinpath("catalog.json").read_text(encoding="utf-8"))["indicators"]


@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "gaps"])
def test_every_indicator_has_the_bits_of_the_server(client, gaps):
    bars = prices()
    if gaps:
        for column in bars.values():
            column[200:210] = np.nan
            column[700] = np.nan
    names = [each["name"] for each in catalogue()]
    assert len(names) > 100
    for at in range(0, len(names), 40):
        asked = [f"{name}()" for name in names[at : at + 40]]
        ours, theirs = (each.compute_bars(asked, times=TIMES, **bars) for each in (native, client))
        assert list(ours) == list(theirs) and ours.infos == theirs.infos
        for label in theirs:
            assert same_bits(ours[label], theirs[label]), label


def test_formulas_and_what_is_beside_the_values(client):
    bars = prices()
    extra = {"funding": np.sin(np.arange(ROWS))}
    asked = ["if(close > sma(20), 1, 0)", "x = ema(rsi(14), 9) - time", "funding * shift(close, 3)", "macd"]
    ours, theirs = (each.compute_bars(*asked, times=TIMES, **bars, **extra, last=40) for each in (native, client))
    assert len(ours.times) == 40 and same_bits(ours.times, theirs.times) and ours.expressions == theirs.expressions
    assert all(same_bits(ours[label], theirs[label]) for label in theirs)
    assert not ours["x"].flags.writeable and ours.to_polars().shape == (40, len(theirs) + 1)


def wrong(change):
    bars = {"times": TIMES.copy(), **prices()}
    change(bars)
    return bars


@pytest.mark.parametrize(
    "asked, change",
    [
        ("rsi(0)", lambda bars: None),
        ("nosuch(3)", lambda bars: None),
        ("close, 3", lambda bars: None),
        ("close +", lambda bars: None),
        ("3", lambda bars: None),
        ("rsi(10..20)", lambda bars: None),
        ("atr(14)", lambda bars: bars.pop("high")),
        ("sma(volume, 3)", lambda bars: bars.pop("volume")),
        ("close", lambda bars: bars["close"].__setitem__(7, -1.0)),
        ("close", lambda bars: bars["volume"].__setitem__(9, np.inf)),
        ("close", lambda bars: bars["high"].__setitem__(11, 0.1)),
        ("close", lambda bars: bars["low"].__setitem__(13, 1e9)),
        ("close", lambda bars: bars["times"].__setitem__(5, bars["times"][4])),
        ("close + funding", lambda bars: bars.update(funding=np.full(ROWS, -np.inf))),
        ("close + funding", lambda bars: None),
    ],
)
def test_errors_are_those_of_the_server(client, asked, change):
    found = []
    for each in (native, client):
        with pytest.raises(atrad.InvalidError) as caught:
            each.compute_bars(asked, **wrong(change))
        found.append((caught.value.message, caught.value.fields))
    assert found[0] == found[1]


def test_other_series_need_a_server():
    with pytest.raises(atrad.InvalidError, match="only a server has other series, such as BTC-USD"):
        native.compute_bars(atrad.close.of("BTC-USD"), close=[1.0])


@pytest.mark.parametrize(
    "made",
    [
        lambda x: x.astype("f4"),
        lambda x: x.astype(">f8"),
        lambda x: np.column_stack([x, x])[:, 0],
        lambda x: np.frombuffer(x.tobytes()),
        list,
    ],
    ids=["f4", "big", "strided", "readonly", "list"],
)
def test_arrays_of_any_kind(made):
    close = prices()["close"].astype("f4").astype("f8")
    assert same_bits(
        native.compute_bars("ema(9)", close=made(close))["ema(9)"], native.compute_bars("ema(9)", close=close)["ema(9)"]
    )


def test_no_bars_are_told():
    with pytest.raises(atrad.InvalidError, match="bars must have at least 1 bar, got 0"):
        native.compute_bars("close", close=[])


def test_negative_zero_and_the_input_stay():
    close = np.array([-0.0, 1.0, 2.0])
    assert same_bits(native.compute_bars("close", close=close)["close"], [0.0, 1.0, 2.0]) and np.signbit(close[0])


@pytest.fixture
def here():
    atrad.use(None)
    yield


@pytest.mark.parametrize("ordered", [True, False])
def test_frames_compute_here(here, client, ordered, monkeypatch):
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    import atrad.pandas
    import atrad.polars

    # Nobody is asked.
    monkeypatch.setenv("ATRAD_SERVER", "127.0.0.1:1")
    parts = {name: prices(seed, 200) for seed, name in enumerate("ABCDE")}
    order = np.arange(1000) if ordered else np.random.default_rng(2).permutation(5 * 200).reshape(5, 200).T.ravel()
    order = order if ordered else np.arange(1000).reshape(5, 200).T.ravel()
    columns = {name: np.concatenate([part[name] for part in parts.values()])[order] for name in prices()}
    symbols = np.repeat(list(parts), 200)[order]
    frame = {"time": np.tile(TIMES[:200], 5)[order], "symbol": symbols, **columns}
    for kind in (pandas.DataFrame, polars.DataFrame):
        found = kind(frame).atrad.compute("rsi(14)", "macd()", by="symbol")
        for name, part in parts.items():
            expected = client.compute_bars("rsi(14)", "macd()", times=TIMES[:200], **part)
            for label in expected:
                assert same_bits(found[label].to_numpy()[symbols == name], expected[label])
        alone = kind({"close": parts["A"]["close"]})
        assert same_bits(
            alone.atrad.ema(9).to_numpy(), native.compute_bars("ema(9)", close=parts["A"]["close"])["ema(9)"]
        )
        with pytest.raises(atrad.InvalidError, match="reads high"):
            alone.atrad.atr(14)
        # Whoever names a client is given its values.
        with pytest.raises((atrad.UnavailableError, atrad.DeadlineError)):
            alone.atrad.using(client=atrad.connect("127.0.0.1:1", timeout=0.2)).ema(9)


def test_workers_of_ray_compute_here(client):
    pyarrow = pytest.importorskip("pyarrow", minversion="16")
    from atrad.ray.datasets import _Computing

    bars = {"time": TIMES, "symbol": ["A"] * ROWS, **prices()}
    mixed = pyarrow.table(bars).take(np.random.default_rng(1).permutation(ROWS))
    found = _Computing(None, ["atr(5)", "close"], ["symbol"], None, None).group(mixed)
    expected = client.compute_bars("atr(5)", times=TIMES, **prices())
    assert found.column_names == [*bars, "atr(5)"] and found["symbol"][0].as_py() == "A"
    assert same_bits(found["atr(5)"].to_numpy(), expected["atr(5)"])


def test_talib_computes_here(here, client):
    from atrad import ta

    bars = prices()
    for name in ta.get_functions():
        row = ta._table()[name]
        inputs = [bars["volume" if "volume" in each else each if each in bars else "close"] for each in row["inputs"]]
        if name in ("ACOS", "ASIN"):
            inputs = [np.sin(each) for each in inputs]
        ours = getattr(ta, name)(*inputs)
        atrad.use(client)
        theirs = getattr(ta, name)(*inputs)
        atrad.use(None)
        for one, two in zip(*((each if isinstance(each, tuple) else (each,)) for each in (ours, theirs))):
            np.testing.assert_array_equal(one, two, name)


def test_talib_computes_with_infinite_values(here):
    from atrad import ta

    bars = prices()
    for name in ta.get_functions():
        row = ta._table()[name]
        inputs = [bars[each if each in bars else "close"].copy() for each in row["inputs"]]
        if name in ("ACOS", "ASIN"):
            inputs = [np.sin(each) for each in inputs]
        before = getattr(ta, name)(*inputs)
        for each in inputs:
            each[1000::701] = np.inf
            each[1003::701] = -np.inf
        after = getattr(ta, name)(*inputs)
        for one, two in zip(*((each if isinstance(each, tuple) else (each,)) for each in (before, after))):
            assert one.shape == two.shape and one.dtype == two.dtype
            # What comes a while before does not know of it.
            np.testing.assert_array_equal(one[:900], two[:900], name)


def test_talib_parameters_are_known_by_their_value(here):
    from atrad import ta

    close = prices()["close"]
    first, again, whole = (
        ta.EMA(close, timeperiod=7),
        ta.EMA(close, timeperiod=np.int64(7)),
        ta.EMA(close, timeperiod=7.0),
    )
    assert same_bits(first, again) and same_bits(first, whole) and first is not again
    for wrong in (0, -1, 2.5, None, "x"):
        for _ in range(2):
            with pytest.raises((atrad.InvalidError, TypeError)):
                ta.EMA(close, timeperiod=wrong)
    # What cannot be read as it is goes the longer way.
    for same in (close.astype(">f8"), close.tolist(), np.repeat(close, 2)[::2], np.asfortranarray(close)):
        assert same_bits(ta.EMA(same, timeperiod=7), first)


def test_threads_run_beside_each_other():
    bars = {"times": np.arange(2_000_000).view("M8[ns]"), "close": np.full(2_000_000, 5.0)}
    native.compute_bars("ema(9)", **bars)
    stop, counted = threading.Event(), []

    def count():
        while not stop.is_set():
            counted.append(time.perf_counter())
            time.sleep(0.0005)

    counter = threading.Thread(target=count)
    counter.start()
    begin = time.perf_counter()
    native.compute_bars([f"kama({period})" for period in range(10, 40)], **bars)
    end = time.perf_counter()
    stop.set()
    counter.join()
    # The lock of the interpreter was not held all the while.
    assert sum(begin < each < end for each in counted) > (end - begin) / 0.05


def forked(queue):
    frame = {"symbol": np.repeat(["A", "B", "C"], 100), "close": np.arange(300.0) + 1}
    import polars

    queue.put(polars.DataFrame(frame).atrad.ema(3, by="symbol").to_numpy())


def test_the_child_of_a_fork_computes_too(here):
    pytest.importorskip("polars")
    if not hasattr(os, "fork"):
        pytest.skip("no fork")
    import atrad.polars  # noqa: F401

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    forked(queue)
    expected = queue.get(timeout=20)
    child = context.Process(target=forked, args=(queue,))
    child.start()
    try:
        np.testing.assert_array_equal(queue.get(timeout=30), expected)
    finally:
        child.kill()
        child.join()


def interrupted(compute, after=0.3):
    """The seconds from an interrupt in the midst of a computation to its end."""
    # A shell that starts the tests in the background has the interrupt ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sent = []

    def interrupt():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(after, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        while True:
            compute()
    timer.join()
    return time.perf_counter() - sent[0]


def test_a_long_computation_is_interrupted():
    bars = {"times": np.arange(20_000_000).view("M8[ns]"), "close": np.full(20_000_000, 5.0)}
    assert interrupted(lambda: native.compute_bars("ema(rsi(14), 9)", **bars)) < 30


def test_many_series_at_once_are_interrupted():
    """On all threads, of which Python tells one about it."""
    rows, series = 20_000, 64
    close = np.tile(np.sin(np.arange(rows)) + 2, series)
    ends = [rows * (at + 1) for at in range(series)]
    bars = inline.prepare(["close"], {"close": close}, None, None, {})

    def compute():
        return native.answer_of(["kendall(close, ema(9), 200)"], bars, ends=ends)

    begin = time.perf_counter()
    whole = compute()
    all_of_it = time.perf_counter() - begin
    taken = interrupted(compute, after=all_of_it / 10)
    assert taken < all_of_it / 2, f"{taken:.2f} s after the interrupt; all of it takes {all_of_it:.2f} s"
    # The threads go on.
    for one, two in zip(compute().values(), whole.values()):
        assert same_bits(one, two)


def test_columns_may_lie_at_any_address():
    odd = {}
    for name, column in {"times": TIMES, **prices()}.items():
        odd[name] = np.frombuffer(b"?" + column.tobytes(), column.dtype, len(column), 1)
    assert not odd["close"].flags.aligned
    ours, expected = native.compute_bars("rsi(14)", **odd), native.compute_bars("rsi(14)", times=TIMES, **prices())
    assert same_bits(ours["rsi(14)"], expected["rsi(14)"])
