"""Bars from whatever holds columns: right, or an error that names the column."""

import uuid
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

import atrad
from atrad import frames

COUNT = 200
TIMES = np.datetime64("2024-01-01T00:00", "ns") + np.arange(COUNT) * np.timedelta64(1, "m")
CLOSE = 100 + np.random.default_rng(5).standard_normal(COUNT).cumsum() * 0.01
PLAIN = {
    "times": TIMES,
    "open": CLOSE,
    "high": CLOSE + 1,
    "low": CLOSE - 1,
    "close": CLOSE + 0.5,
    "volume": np.arange(COUNT, dtype="f8"),
}


def pandas_frame(**changes):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({**PLAIN, **changes})


def polars_frame(**changes):
    polars = pytest.importorskip("polars")
    return polars.DataFrame({**PLAIN, **changes})


def arrow_table(**changes):
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.table({**PLAIN, **changes})


def structured(**changes):
    columns = {**PLAIN, **changes}
    made = np.empty(COUNT, dtype=[(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        made[name] = column
    return made


def as_is(**changes):
    return {**PLAIN, **changes}


KINDS = [as_is, pandas_frame, polars_frame, arrow_table, structured]
every_kind = pytest.mark.parametrize("frame", KINDS, ids=lambda kind: kind.__name__)


def same(bars, **changes):
    expected = {**PLAIN, **changes}
    np.testing.assert_array_equal(bars.times, expected["times"])
    assert bars.times.dtype == "<M8[ns]" and bars.times.flags.c_contiguous
    assert list(bars.columns) == ["open", "high", "low", "close", "volume"]
    for name, column in bars.columns.items():
        np.testing.assert_array_equal(column, expected[name])
        assert column.dtype == "<f8" and column.flags.c_contiguous


def refused(frame, field, said, **options):
    with pytest.raises(atrad.InvalidError, match=said) as caught:
        frames.bars(frame, **options)
    assert list(caught.value.fields) == [field]


@every_kind
def test_a_frame_is_read_as_it_is(frame):
    same(frames.bars(frame()))


@every_kind
def test_a_frame_is_stored_and_comes_back(frame, client):
    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    assert client.ingest(symbol, "1m", frame()).accepted == COUNT
    read = client.read_bars(symbol, "1m")
    np.testing.assert_array_equal(read.times, TIMES)
    for name in read:
        np.testing.assert_array_equal(read[name], PLAIN[name])


@every_kind
def test_narrow_numbers_are_widened(frame):
    narrow = CLOSE.astype("f4")
    same(frames.bars(frame(open=narrow, volume=np.arange(COUNT, dtype="u4"))), open=narrow.astype("f8"))


def test_arrays_need_not_be_contiguous_writable_or_little_endian():
    strided = np.repeat(CLOSE, 3)[::3]
    reversed_twice = CLOSE[::-1].copy()[::-1]
    locked = (CLOSE - 1).copy()
    locked.flags.writeable = False
    volume = PLAIN["volume"].astype(">f8")
    assert not strided.flags.c_contiguous and not reversed_twice.flags.c_contiguous
    changed = {"open": strided, "close": reversed_twice, "low": locked, "volume": volume}
    same(frames.bars(as_is(**changed)), close=CLOSE)


def test_a_column_of_objects_is_refused():
    objects = np.array([1.5, "n/a", *CLOSE[2:]], dtype=object)
    refused(as_is(high=objects), "bars.high", "column 'high' holds objects .float., not numbers")
    refused(as_is(high=CLOSE.astype(str)), "bars.high", "column 'high' holds <U")
    refused(as_is(high=CLOSE > 0), "bars.high", "holds bool")
    refused(as_is(high=CLOSE.astype(complex)), "bars.high", "holds complex")
    refused(as_is(high=np.ones((COUNT, 2))), "bars.high", "2 dimensions")
    refused(pandas_frame(high=objects), "bars.high", "not numbers")
    refused(polars_frame(high=CLOSE.astype(str)), "bars.high", "not numbers")
    refused(arrow_table(high=[str(each) for each in CLOSE]), "bars.high", "not numbers")


@every_kind
def test_a_frame_without_times_says_what_it_has(frame):
    columns = frame()
    if hasattr(columns, "drop"):
        columns = columns.drop(columns=["times"]) if frame is pandas_frame else columns.drop(["times"])
    elif isinstance(columns, dict):
        columns.pop("times")
    else:
        columns = columns[[name for name in columns.dtype.names if name != "times"]]
    refused(columns, "bars.times", "no column of times; the columns are open, high, low, close, volume")


def test_names_are_found_and_mapped():
    renamed = {
        "Date": TIMES,
        "Open": CLOSE,
        "High": CLOSE + 1,
        "LOW": CLOSE - 1,
        "Close": CLOSE + 0.5,
        "Vol": PLAIN["volume"],
    }
    same(frames.bars(renamed))
    renamed["Adj Close"] = renamed.pop("Close")
    refused(renamed, "bars.close", "no column close; the columns are Date, Open")
    same(frames.bars(renamed, names={"close": "Adj Close"}))
    refused(renamed, "bars.close", "no column 'adj'", names={"close": "adj"})
    refused(renamed, "names", "got clse", names={"clse": "Adj Close"})
    short = {"t": TIMES, "o": CLOSE, "h": CLOSE + 1, "l": CLOSE - 1, "c": CLOSE + 0.5}
    refused(short, "bars.volume", "no column volume")
    same(frames.bars(short, names={"volume": None}), volume=np.zeros(COUNT))
    refused({**PLAIN, "Close": CLOSE}, "bars.close", "several columns may be close: close, Close")


def test_times_are_found_by_type_or_index():
    renamed = {("when" if name == "times" else name): column for name, column in PLAIN.items()}
    same(frames.bars(renamed))
    refused({**renamed, "then": TIMES}, "bars.times", "several columns hold times: when, then")
    same(frames.bars({**renamed, "then": TIMES - 5}, names={"time": "when"}))
    pandas = pytest.importorskip("pandas")
    indexed = pandas_frame().set_index("times")
    same(frames.bars(indexed))
    same(frames.bars(indexed.rename_axis("anything")))
    same(frames.bars(indexed.rename_axis(None)))
    refused(pandas_frame().drop(columns=["times"]), "bars.times", "no column of times")
    several = pandas.concat({"AAPL": indexed}, axis=1).swaplevel(axis=1)
    same(frames.bars(several))
    both = pandas.concat({"AAPL": indexed, "MSFT": indexed}, axis=1).swaplevel(axis=1)
    refused(both, "bars", "several columns are named close, high, low, open, volume; select those of one symbol")
    same(frames.bars(both.xs("MSFT", axis=1, level=1)))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_zones_are_heeded(zone):
    pandas = pytest.importorskip("pandas")
    index = pandas.DatetimeIndex(TIMES).tz_localize("UTC").tz_convert(zone)
    same(frames.bars(pandas_frame(times=index)))
    same(frames.bars(pandas_frame().drop(columns="times").set_index(index)))
    polars = pytest.importorskip("polars")
    converted = polars_frame().with_columns(
        polars.col("times").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.cast_time_unit("us")
    )
    same(frames.bars(converted))
    pyarrow = pytest.importorskip("pyarrow")
    same(frames.bars(arrow_table(times=pyarrow.array(TIMES.view("i8")).cast(pyarrow.timestamp("ns", zone)))))
    import zoneinfo

    aware = [
        datetime.fromisoformat(str(each)[:19]).replace(tzinfo=timezone.utc).astimezone(zoneinfo.ZoneInfo(zone))
        for each in TIMES
    ]
    same(frames.bars(as_is(times=aware)))


@every_kind
@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_units_of_times_are_converted(frame, unit):
    if frame is polars_frame and unit == "s":
        pytest.skip("Polars has no seconds")
    same(frames.bars(frame(times=TIMES.astype(f"M8[{unit}]"))))


@every_kind
def test_counts_need_a_unit(frame):
    counted = frame(times=TIMES.astype("M8[ms]").astype("i8"))
    refused(counted, "bars.times", "holds whole numbers; time_unit says of what")
    same(frames.bars(counted, time_unit="ms"))
    refused(counted, "time_unit", "must be s, ms, us or ns, got 'minutes'", time_unit="minutes")
    refused(counted, "bars.times", "not between 1677 and 2262", time_unit="s")


@every_kind
def test_a_missing_time_is_named_by_its_row(frame):
    broken = TIMES.copy()
    broken[17] = np.datetime64("NaT")
    refused(frame(times=broken), "bars.times[17]", "no time in row 17")


def test_times_that_are_none_are_refused():
    refused(as_is(times=CLOSE), "bars.times", "holds float64, not times")
    refused(as_is(times=[str(each) for each in TIMES]), "bars.times", "parse the text first")
    refused(polars_frame(times=[str(each) for each in TIMES]), "bars.times", "not times")
    far = TIMES.astype("M8[s]") + np.timedelta64(400 * 366 * 86400, "s")
    refused(as_is(times=far), "bars.times", "not between 1677 and 2262")


def test_what_is_missing_in_a_column_is_nan_and_refused_by_the_server(client):
    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    holed = CLOSE.copy()
    holed[17] = np.nan
    with_none = [None if np.isnan(each) else each for each in holed]
    pandas, polars, pyarrow = map(pytest.importorskip, ("pandas", "polars", "pyarrow"))
    for frame in (
        as_is(close=holed),
        pandas_frame(close=holed),
        pandas_frame(close=pandas.array(with_none, dtype="Float64")),
        pandas_frame(close=pandas.Series(with_none, dtype="float64[pyarrow]")),
        polars_frame(close=polars.Series(with_none)),
        arrow_table(close=pyarrow.array(with_none)),
        as_is(close=np.ma.masked_invalid(holed)),
    ):
        np.testing.assert_array_equal(frames.bars(frame).columns["close"], holed)
        with pytest.raises(atrad.InvalidError) as caught:
            client.ingest(symbol, "1m", frame)
        assert list(caught.value.fields) == ["bars.close[17]"]


def test_whole_numbers_and_decimals():
    pyarrow, polars = map(pytest.importorskip, ("pyarrow", "polars"))
    from decimal import Decimal

    volume = [Decimal(each) for each in range(COUNT)]
    same(frames.bars(arrow_table(volume=pyarrow.array(volume))))
    same(frames.bars(polars_frame(volume=polars.Series(volume))))
    same(frames.bars(polars_frame(volume=polars.Series([None, *range(1, COUNT)]))), volume=[np.nan, *range(1, COUNT)])


def test_a_stream_of_arrow_and_a_lazy_frame():
    class Stream:
        def __init__(self, table):
            self.table = table

        def __arrow_c_stream__(self, requested_schema=None):
            return self.table.__arrow_c_stream__(requested_schema)

    same(frames.bars(Stream(arrow_table())))
    same(frames.bars(polars_frame().lazy()))


def test_chunked_columns_are_joined():
    polars, pyarrow = map(pytest.importorskip, ("polars", "pyarrow"))
    halves = polars_frame()
    same(frames.bars(polars.concat([halves[:70], halves[70:]], rechunk=False)))
    table = arrow_table()
    same(frames.bars(pyarrow.concat_tables([table.slice(0, 70), table.slice(70)])))


def test_what_holds_no_columns_is_refused():
    for nothing in (5, "BTCUSDT", CLOSE, [PLAIN]):
        refused(nothing, "bars", "bars are a mapping of arrays")
    with pytest.raises(atrad.InvalidError, match="not both"):
        frames.bars(as_is(), close=CLOSE)


def test_lengths_differ():
    refused(as_is(low=CLOSE[1:]), "bars.low", "low has 199 values for 200 times")


def test_extra_columns_are_stored_and_computed(client):
    symbol = f"PY-{uuid.uuid4().hex[:12]}"
    funding = np.sin(np.arange(COUNT))
    funding[3] = np.nan
    client.ingest(symbol, "1m", as_is(funding=funding), extra=["funding"])
    both = as_is(**{"Open Interest": CLOSE, "funding": funding})
    client.ingest(symbol, "1m", both, extra={"open_interest": "Open Interest", "funding": "funding"})
    read = client.read_bars(symbol, "1m")
    np.testing.assert_array_equal(read["funding"], funding)
    np.testing.assert_array_equal(read["open_interest"], CLOSE)
    assert list(client.get_series(symbol, "1m").extra) == ["funding", "open_interest"]
    answer = client.compute(symbol, "1m", atrad.sma(atrad.column("open_interest"), 3), last=1)
    assert answer["sma(open_interest, 3)"][0] == pytest.approx(CLOSE[-3:].mean())
    refused(as_is(), "bars.extra", "no column 'funding'", extra=["funding"])
    refused(as_is(Funding=funding), "bars.extra", "1 to 32 of a-z", extra=["Funding"])


def test_computing_needs_only_the_columns_that_are_read(client):
    answer = client.compute_bars(atrad.sma(3), "signal * 2", frame={"close": CLOSE, "signal": CLOSE.astype("f4")})
    np.testing.assert_allclose(answer["sma(3)"][2:], np.convolve(CLOSE, np.ones(3) / 3, "valid"), rtol=1e-12)
    np.testing.assert_array_equal(answer["signal * 2"], CLOSE.astype("f4").astype("f8") * 2)
    for expression, column in (
        ("atr(14)", "high"),
        ("sma(hl2, 3)", "high"),
        ("obv()", "volume"),
        ("close * time", "time"),
    ):
        with pytest.raises(atrad.InvalidError, match=f"reads {column}, which the bars do not have") as caught:
            client.compute_bars(expression, frame={"close": CLOSE, "open": CLOSE, "low": CLOSE})
        assert list(caught.value.fields) == [f"bars.{column}"]
    # Neither an output nor a parameter of such a name is a column.
    assert len(client.compute_bars("pivothigh(close, 2, 2)", frame={"close": CLOSE})) == 1


def test_a_window_over_a_gap_recovers(client):
    holed = CLOSE.copy()
    holed[50] = np.nan
    values = client.compute_bars("sma(3)", frame={"close": holed})["sma(3)"]
    assert np.isnan(values[50:53]).all() and np.isfinite(values[53:]).all()


def test_a_day_is_a_time():
    from datetime import date

    days = [date(2024, 1, 1) + timedelta(days=day) for day in range(COUNT)]
    expected = np.array(days, dtype="M8[D]").astype("M8[ns]")
    same(frames.bars(polars_frame(times=days)), times=expected)
    same(frames.bars(arrow_table(times=days)), times=expected)
    same(frames.bars(as_is(times=np.array(days))), times=expected)
    same(frames.bars(pandas_frame(times=days)), times=expected)


def test_arrays_of_a_buffer_may_lie_at_any_address(client):
    def within_bytes(array):
        return np.frombuffer(b"?" + array.tobytes(), array.dtype, len(array), 1)

    odd = {name: within_bytes(column) for name, column in PLAIN.items()}
    assert not odd["times"].flags.aligned and not odd["close"].flags.aligned
    bars = frames.bars(odd)
    same(bars)
    assert all(column.flags.aligned for column in (bars.times, *bars.columns.values()))
    # What needs no copy gets none.
    plain = frames.bars(PLAIN)
    assert np.shares_memory(plain.columns["close"], PLAIN["close"]) and np.shares_memory(plain.times, TIMES)
    expected = client.compute_bars("ema(9)", **PLAIN)
    np.testing.assert_array_equal(client.compute_bars("ema(9)", **odd)["ema(9)"], expected["ema(9)"])
