"""The wire format against protobuf's own reading and writing of it."""

import numpy as np
import pytest
from google.protobuf import text_format

import atrad
from atrad import answer, frames, requests, wire
from atrad.progress import Progress
from atrad.v1 import indicator_pb2, ingest_pb2, series_pb2

VALUES = [0.0, -0.0, 1.5, float("nan"), float("inf"), 5e-324, -1e300]


def message(rows=7, columns=3):
    made = indicator_pb2.ComputeResponse(times=range(-3, rows - 3), epoch=2**40, resampled_from="15m")
    for at in range(columns):
        made.columns.add(label=f"c\u00e4{at}", values=(VALUES * (rows // len(VALUES) + 1))[:rows])
        made.infos.add(label=f"c\u00e4{at}", expression="x", stable_from=7)
    return made


@pytest.mark.parametrize("rows, columns", [(0, 1), (1, 1), (7, 3), (1000, 2), (20, 20)])
def test_an_answer_is_split_as_protobuf_reads_it(rows, columns):
    whole = message(rows, columns)
    read = answer.answer_of(answer.unary_chunk(whole.SerializeToString()), "title")
    assert list(read.times.view("i8")) == list(whole.times)
    assert list(read) == [column.label for column in whole.columns]
    for column in whole.columns:
        np.testing.assert_array_equal(read[column.label], np.array(column.values))
        assert not read[column.label].flags.writeable
    assert (read.epoch, read.resampled_from) == (2**40, "15m")
    assert read.infos == list(whole.infos)
    with pytest.raises(ValueError):
        read[next(iter(read))][:1] = 0


def test_nan_keeps_its_bits():
    column = np.array([0x7FF0000000000001, 0xFFF8000000000005], dtype="<u8")
    parts = wire.field(2, wire.field(1, [b"x"]) + wire.field(2, [column.tobytes()]))
    data = b"".join([*wire.field(1, [np.array([1, 2], "<i8").tobytes()]), *parts])
    for rows in (None, 4):
        assembler = answer.Assembler(answer.unary_chunk, Progress("", None, False), rows=rows)
        assembler.take(data)
        assembler.take(data)
        np.testing.assert_array_equal(assembler.answer()["x"].view("<u8"), [*column, *column])


def test_float32_columns_stay_float32():
    whole = indicator_pb2.ComputeResponse(times=range(5))
    whole.columns.add(label="x", float32_values=[0.1, float("nan"), -0.0, float("inf"), 1e-45])
    data = whole.SerializeToString()
    one = answer.answer_of(answer.unary_chunk(data))["x"]
    assembler = answer.Assembler(answer.unary_chunk, Progress("", None, False), rows=4)
    assembler.take(data)
    assembler.take(data)
    both = assembler.answer()["x"]
    assert (one.dtype, both.dtype, both.flags.writeable) == ("<f4", "<f4", False)
    np.testing.assert_array_equal(one, np.array(whole.columns[0].float32_values, "<f4"))
    np.testing.assert_array_equal(both.view("<u4"), [*one.view("<u4"), *one.view("<u4")])


def test_bars_are_written_as_protobuf_reads_them():
    count = 300
    times = np.arange(count).astype("<M8[ns]")
    columns = {name: np.arange(count) * 1.5 + at for at, name in enumerate((*wire.COLUMNS, "funding"))}
    bars = frames.Bars(times, columns)
    how = requests.Ingestion("S", "1m", "keep", "any", ("me", "1"))
    read = ingest_pb2.IngestRequest.FromString(how.unary(bars))
    assert (read.series.symbol, read.on_conflict, read.price_range, read.idempotency_key.batch) == ("S", 2, 2, "1")
    assert list(read.bars.times) == list(range(count))
    for name in wire.COLUMNS:
        assert list(getattr(read.bars, name)) == list(columns[name])
    assert [(each.name, list(each.values)) for each in read.bars.extra] == [("funding", list(columns["funding"]))]
    streamed = ingest_pb2.IngestStreamRequest.FromString(how.streamed(9, bars.slice(10, 20)))
    assert streamed.batch == 9 and list(streamed.bars.times) == list(range(10, 20))
    asked = requests.question((["close"],), (5, None, None), bars=bars)
    assert list(indicator_pb2.ComputeStreamRequest.FromString(asked.streamed()).request.bars.close) == list(
        columns["close"]
    )
    empty = ingest_pb2.IngestRequest.FromString(how.unary(bars.slice(0, 0)))
    assert not empty.bars.times and empty.series.symbol == "S"


def test_bars_are_split_as_protobuf_reads_them():
    whole = series_pb2.ReadBarsResponse(epoch=3)
    whole.bars.times.extend([1, 2])
    for name in wire.COLUMNS:
        getattr(whole.bars, name).extend([1.5, 2.5])
    whole.bars.extra.add(name="funding", values=[3.0, float("nan")])
    read = answer.answer_of(answer.bars_chunk(whole.SerializeToString()), "t", of_bars=True)
    assert list(read) == [*wire.COLUMNS, "funding"] and read.epoch == 3
    np.testing.assert_array_equal(read["funding"], [3.0, np.nan])


def test_many_chunks_are_joined_in_place():
    assembler = answer.Assembler(answer.unary_chunk, Progress("", None, False), rows=10)
    chunk = message(1000, 2).SerializeToString()
    for _ in range(7):
        assembler.take(chunk)
    whole = assembler.answer()
    assert len(whole.times) == 7000
    for label in whole:
        np.testing.assert_array_equal(whole[label], np.tile(answer.answer_of(answer.unary_chunk(chunk))[label], 7))
        assert not whole[label].flags.writeable


def test_chunks_that_do_not_fit_are_told():
    assembler = answer.Assembler(answer.unary_chunk, Progress("", None, False))
    assembler.take(message(7, 2).SerializeToString())
    with pytest.raises(atrad.InternalError, match="3 columns after 2"):
        assembler.take(message(7, 3).SerializeToString())


def test_no_bytes_take_it_down():
    good = message(5, 2).SerializeToString()
    for end in range(len(good)):
        try:
            answer.unary_chunk(good[:end])
        except atrad.InternalError:
            pass
    for at in range(len(good)):
        for flipped in (0xFF, 0x80, 0x07):
            try:
                answer.unary_chunk(good[:at] + bytes([good[at] ^ flipped]) + good[at + 1 :])
            except (atrad.InternalError, UnicodeDecodeError):
                pass
    with pytest.raises(atrad.InternalError, match="cut off"):
        answer.unary_chunk(good[:-1])
    with pytest.raises(atrad.InternalError, match="more than 10"):
        list(wire.fields(b"\xff" * 12))


def test_a_request_is_what_it_says():
    asked = requests.question(
        ("rsi(14)",),
        (5, "2024-01-01", "2024-01-02T00:00:00Z"),
        ("S", "1h"),
        None,
        requests.Resampling(570, True, "nan", "XNYS"),
        60,
    )
    assert requests.bounds(None, as_of="2024-01-01").as_of == 1704067200000000000
    assert not requests.bounds(5).HasField("as_of") and requests.bounds(None) is None
    read = indicator_pb2.ComputeRequest.FromString(asked.encoded())
    expected = """series { symbol: "S" timeframe: "1h" } range { start_time: 1704067200000000000
        end_time: 1704153600000000000 last: 5 } expressions: "rsi(14)" persist { ttl_ms: 60000 }
        resampling { session_offset_minutes: 570 include_forming: true fill: FILL_NAN calendar: "XNYS" }"""
    assert read == text_format.Parse(expected, indicator_pb2.ComputeRequest())
    for wrong in (
        lambda: requests.Resampling(fill="zero").message(),
        lambda: requests.Ingestion("S", "1m", "merge").unary(None),
    ):
        with pytest.raises(atrad.InvalidError, match="must be one of"):
            wrong()


@pytest.mark.parametrize("fraction", ["", ".1", ".123", ".123456", ".1234567", ".000000001", ".999999999"])
@pytest.mark.parametrize("clock", ["2024-01-31T09:30:15", "1969-12-31T23:59:59", "2000-02-28 23:30:00"])
@pytest.mark.parametrize("offset, minutes", [("Z", 0), ("+00:00", 0), ("+05:30", 330), ("-08:00", -480)])
def test_times_are_exact_to_the_nanosecond(clock, fraction, offset, minutes):
    expected = np.datetime64(clock + fraction, "ns") - np.timedelta64(minutes, "m")
    text = clock + fraction + offset
    assert requests.nanoseconds("start", text) == int(expected.astype("i8"))
    assert requests.instants("times", [text]).tolist() == [int(expected.astype("i8"))]
    pandas = pytest.importorskip("pandas")
    assert requests.nanoseconds("start", pandas.Timestamp(text)) == int(expected.astype("i8"))


def test_texts_that_are_no_times_with_an_offset_are_refused():
    for text in ("+01:00", "soon+01:00", "soon:00:00.5+01:00", "2024-01-31T09:30:00+99:00"):
        with pytest.raises(atrad.InvalidError, match="start must be a time"):
            requests.nanoseconds("start", text)
    with pytest.raises(atrad.InvalidError, match="start must be between"):
        requests.nanoseconds("start", "2300-01-31T09:30:00.5+01:00")
