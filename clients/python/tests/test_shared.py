"""Shared memory with the server whose Unix socket is in ATRAD_SOCKET: large answers, and the board."""

import asyncio
import gc
import os
import pickle
import threading
import uuid

import numpy as np
import pytest

import atrad
from atrad import aio, shared
from atrad.v1 import indicator_pb2

SOCKET = os.environ.get("ATRAD_SOCKET", "")
pytestmark = pytest.mark.skipif(not SOCKET, reason="ATRAD_SOCKET is not set")
ROWS = 50_000


@pytest.fixture(scope="module")
def local():
    with atrad.connect(f"unix:{SOCKET}") as connection:
        close = 100 + np.random.default_rng(1).standard_normal(ROWS).cumsum() * 0.01
        times = np.datetime64("2020-01-01T00:00", "ns") + np.arange(ROWS) * np.timedelta64(1, "m")
        frame = {"times": times, "open": close, "high": close + 1, "low": close - 1, "close": close, "volume": close}
        connection.ingest("SHARED", "1m", frame)
        yield connection


@pytest.fixture
def board(local):
    return local.board(f"test-{uuid.uuid4().hex[:12]}")


def mapped(answer):
    """Whether the columns lie in a mapping."""
    owner = answer["close"]
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
    return isinstance(getattr(owner, "obj", owner), __import__("mmap").mmap)


def test_a_large_answer_comes_in_shared_memory_with_the_same_values(local):
    answer = local.compute("SHARED", "1m", "close", "rsi(14)")
    chunks = list(local.compute_stream("SHARED", "1m", "close", "rsi(14)"))
    assert mapped(answer) and not mapped(chunks[0])
    assert np.array_equal(answer.times, np.concatenate([chunk.times for chunk in chunks]))
    for label in answer:
        assert answer[label].tobytes() == np.concatenate([chunk[label] for chunk in chunks]).tobytes()
        assert not answer[label].flags.writeable and answer[label].ctypes.data % 64 == 0
    assert answer.epoch == chunks[0].epoch and list(answer.expressions) == ["close", "rsi(14)"]
    assert len(pickle.loads(pickle.dumps(answer)).times) == ROWS
    assert not mapped(local.compute("SHARED", "1m", "close", last=10))


@pytest.mark.parametrize(
    "library, convert", [("polars", "to_polars"), ("pyarrow", "to_arrow"), ("pandas", "to_pandas")]
)
def test_a_mapped_answer_becomes_a_frame(local, library, convert):
    pytest.importorskip(library)
    answer = local.compute("SHARED", "1m", "close", "rsi(14)")
    assert mapped(answer) and len(getattr(answer, convert)()) == ROWS


def test_a_hundred_answers_exhaust_nothing(local):
    for _ in range(100):
        answer = local.compute("SHARED", "1m", "close", "ema(20)", "rsi(14)")
    assert mapped(answer)
    held = [local.compute("SHARED", "1m", "close", "ema(20)", "rsi(14)") for _ in range(80)]
    # Who holds more than its share gets the rest in messages.
    assert mapped(held[0]) and not mapped(held[-1])
    assert all(np.array_equal(each["close"], answer["close"]) for each in held)
    del held
    gc.collect()


def test_where_memory_is_not_shared_answers_come_in_chunks(local, monkeypatch):
    with atrad.connect(os.environ["ATRAD_ADDRESS"]) as tcp:
        assert not mapped(tcp.compute("SHARED", "1m", "close"))
    with atrad.connect(f"unix:{SOCKET}") as other:

        def unreachable(path, size):
            raise shared.Unreachable("another container")

        monkeypatch.setattr(shared, "_mapped", unreachable)
        assert len(other.compute("SHARED", "1m", "close").times) == ROWS
        assert not other._transport.target.shares_memory, "it is not tried again"
        monkeypatch.undo()
        assert not mapped(other.compute("SHARED", "1m", "close"))


def test_a_lease_that_lapsed_turns_nothing_off(monkeypatch):
    """As in a process that was suspended between the answer and the opening of its file."""
    answer = shared.answer

    def late(data, title):
        os.unlink(indicator_pb2.ComputeResponse.FromString(data).segment.path)
        return answer(data, title)

    with atrad.connect(f"unix:{SOCKET}") as other:
        monkeypatch.setattr(shared, "answer", late)
        found = other.compute("SHARED", "1m", "close")
        assert len(found.times) == ROWS and not mapped(found)
        monkeypatch.undo()
        assert mapped(other.compute("SHARED", "1m", "close"))


def test_nothing_else_is_mapped_or_removed_because_a_server_says_so(tmp_path):
    (tmp_path / "atrad-0-1").mkdir()
    precious, link = tmp_path / "precious", tmp_path / "atrad-0-1" / "link"
    precious.write_bytes(b"x" * 100)
    link.symlink_to(precious)
    for path, size in ((precious, 100), (link, 100), (tmp_path / "atrad-0-1", 0), (tmp_path / "missing", 1)):
        segment = indicator_pb2.Segment(path=str(path), bytes=size, labels=["close"], column_offsets=[0])
        response = indicator_pb2.ComputeResponse(segment=segment)
        with pytest.raises(shared.Unreachable):
            shared.answer(response.SerializeToString(), "")
    assert precious.exists()
    whole = tmp_path / "atrad-0-1" / "file"
    whole.write_bytes(b"x" * 100)
    segment = indicator_pb2.Segment(path=str(whole), bytes=100, rows=100, labels=["close"], column_offsets=[0])
    with pytest.raises(atrad.errors.InternalError, match="no room"):
        shared.answer(indicator_pb2.ComputeResponse(segment=segment).SerializeToString(), "")


def test_an_asynchronous_client_shares_memory_too(local):
    async def main():
        async with aio.connect(f"unix:{SOCKET}") as client:
            answer = await client.compute("SHARED", "1m", "close")
            board = client.board("test-aio")
            await board.post("a", b"one")
            reader, events = await board.reader(), board.watch()
            assert (await events.__anext__())[1].data == b"one"
            await board.post("a", b"two")
            assert (await events.__anext__())[1].data == b"two"
            await events.aclose()
            return mapped(answer), reader.read("a").data, await board.delete("a"), reader.read("a")

    assert asyncio.run(main()) == (True, b"two", True, None)


def test_a_board_is_posted_read_listed_and_deleted(board):
    first = board.post("risk", "low")
    value = board.read("risk")
    assert (value.name, value.version, value.content_type, value.data) == ("risk", first, "text/plain", b"low")
    with pytest.raises(atrad.ConflictError, match="not the expected 0"):
        board.post("risk", "high", expected_version=0)
    second = board.post("risk", b"high", content_type="x/y", expected_version=first)
    times = np.array(["2024-01-01", "2024-01-02"], "M8[ns]")
    board.post("frame", {"close": [1.5, np.nan], "rsi(14)": [50, 60]}, times=times)
    reader = board.reader()
    for value in (board.read("frame"), reader.read("frame")):
        assert list(value.columns) == ["close", "rsi(14)"] and list(value.times) == list(times)
        assert (
            value.data is None and value.columns["rsi(14)"].tolist() == [50, 60] and np.isnan(value.columns["close"][1])
        )
    assert reader.read("risk")[:2] == ("risk", second) and reader.read("risk").data == b"high"
    assert [(each.name, each.rows) for each in board.values()] == [("frame", 2), ("risk", 0)]
    view = reader.view("risk")
    assert view.content.tobytes() == b"high" and view.is_current()
    assert board.delete("risk") and not board.delete("risk")
    assert not view.is_current() and reader.read("risk") is None and reader.view("risk") is None
    assert board.read("risk") is None and reader.read("never") is None
    reader.check()
    with pytest.raises(atrad.InvalidError, match="name must be 1 to 128 bytes"):
        board.post("", b"")


def test_names_that_are_gone_are_forgotten(board):
    reader = board.reader()
    slots = len(reader._table)
    for number in range(slots + 10):
        board.post(f"signal/{number}", b"x")
        assert reader.read(f"signal/{number}").data == b"x"
        board.delete(f"signal/{number}")
    assert 0 < len(reader._slots) <= slots
    board.post("one", b"y")
    assert reader.read("one").data == b"y" and reader.read("signal/5") is None


def test_no_value_is_torn(board):
    reader, done, reads = board.reader(), threading.Event(), []

    def read():
        count, last = 0, 0
        while not done.is_set():
            value = reader.read("a")
            if value is not None:
                assert value.data == value.data[:1] * (1 + value.data[0] * 37 % 5000)
                assert value.version >= last
                count, last = count + 1, value.version
        reads.append(count)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1000):
        byte = number * 7 % 256
        board.post("a", bytes([byte]) * (1 + byte * 37 % 5000))
        if number % 50 == 0:
            board.delete("a")
    done.set()
    for thread in threads:
        thread.join()
    assert len(reads) == 2 and min(reads) > 100


def test_a_file_that_is_no_board_is_refused(tmp_path):
    folder = tmp_path / "atrad-0-1"
    folder.mkdir()
    path = folder / "file"
    for content in (b"", b"short", b"ATRDBRD2" * 1000, b"ATRDBRD1" + bytes(8000)):
        path.write_bytes(content)
        with pytest.raises(shared.Unreachable):
            shared.BoardReader(str(path))
    link, pipe = folder / "link", folder / "pipe"
    link.symlink_to(path)
    os.mkfifo(pipe)
    for wrong in (link, pipe, folder, folder / "none"):
        with pytest.raises(shared.Unreachable):
            shared.BoardReader(str(wrong))


@pytest.mark.parametrize(
    "value, options, field",
    [
        (5, {}, "value"),
        ([1, 2, 3], {}, "value"),
        ({"a": [[1.0], [2.0]]}, {}, "columns['a']"),
        ({"a": ["x"]}, {}, "columns['a']"),
        ({"a": [1.0]}, {"times": ["9999-01-01"]}, "times[0]"),
        ({"a": [1.0]}, {"times": ["NaT"]}, "times[0]"),
        ({"a": [1.0]}, {"times": [1623916800]}, "times"),
        (b"x", {"times": ["2024-01-01"]}, "times"),
    ],
)
def test_what_the_board_cannot_hold_is_refused_by_name(board, value, options, field):
    with pytest.raises(atrad.InvalidError) as raised:
        board.post("wrong", value, **options)
    assert list(raised.value.fields) == [field]
    assert board.read("wrong") is None


def test_columns_have_no_content_type(board):
    with pytest.raises(atrad.InvalidError):
        board.post("wrong", {"a": [1.0]}, content_type="text/csv")


def test_times_are_posted_as_they_are(board):
    times = ["2024-01-01T00:00Z", "2024-01-02T09:30:00.000000001"]
    board.post("levels", {"a": [1.0, 2.0]}, times=times)
    assert list(board.read("levels").times) == [np.datetime64(each.rstrip("Z"), "ns") for each in times]
