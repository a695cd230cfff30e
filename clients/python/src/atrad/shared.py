"""Memory shared with a server on this machine: answers in segments, and boards that are read without a call."""

from __future__ import annotations

import mmap
import os
import platform
import stat
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from atrad import wire
from atrad.answer import Answer, answer_of
from atrad.errors import Error, InternalError, UnavailableError
from atrad.v1 import indicator_pb2

#: `delivery` of a `ComputeRequest`, encoded. It follows the rest, which protobuf allows.
DELIVERY = bytes(
    [wire.numbers(indicator_pb2.ComputeRequest)["delivery"] << 3, indicator_pb2.DELIVERY_MODE_SHARED_MEMORY]
)


class Unreachable(Exception):
    """The file of a segment or a board cannot be opened here, as in another container."""


class Lapsed(Unreachable):
    """The file has gone, the folder of the server is there: its lease ended before it was opened."""


def answer(data: bytes, title: str) -> Answer:
    """The answer of a `ComputeResponse`, whose columns may be in a segment."""
    chunk = wire.answer(memoryview(data))
    rest = indicator_pb2.ComputeResponse.FromString(chunk.rest)
    if not rest.HasField("segment"):
        return answer_of(chunk, title)
    segment = rest.segment
    memory = _mapped(segment.path, segment.bytes)
    try:
        # From now on the memory is ours, and goes with the last array.
        os.unlink(segment.path)
    except OSError:
        pass  # The lease ends by itself.
    try:
        times: np.ndarray = np.frombuffer(memory, "<M8[ns]", segment.rows, segment.times_offset)
        columns: dict[str, np.ndarray] = {
            label: np.frombuffer(memory, "<f8", segment.rows, offset)
            for label, offset in zip(segment.labels, segment.column_offsets)
        }
    except ValueError:
        raise InternalError(f"a segment of {segment.bytes} bytes has no room for its columns") from None
    rest.ClearField("segment")
    return Answer(times, columns, rest.SerializeToString(), title)


def _mapped(path: str, size: int) -> mmap.mmap:
    """Maps a file of a server; nothing else would be mapped, or removed, because a server says so."""
    if not os.path.basename(os.path.dirname(path)).startswith("atrad-"):
        raise Unreachable(f"{path} is not in a folder of a server")
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError as error:
        # The name of the folder is random: that of a server elsewhere is not here.
        raise (Lapsed if os.path.isdir(os.path.dirname(path)) else Unreachable)(str(error)) from None
    except OSError as error:
        raise Unreachable(str(error)) from None
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size or size == 0:
            raise Unreachable(f"{path} is not the file that the server has made")
        # All pages at once take a fraction of the time of one by one.
        return mmap.mmap(file, size, mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0), mmap.PROT_READ)
    finally:
        os.close(file)


class Value(NamedTuple):
    """A value of a board."""

    name: str
    #: Higher than that of every value that was posted to the board before.
    version: int
    #: When it was posted, UTC.
    time: np.datetime64
    #: What the bytes are, as the poster says; empty for columns.
    content_type: str
    #: The bytes; None for columns.
    data: Optional[bytes]
    #: The columns by label, as read-only arrays; None for bytes.
    columns: Optional[Mapping[str, np.ndarray]]
    #: The times of the columns; None if they have none.
    times: Optional[np.ndarray]


class View:
    """The content of a value in the memory of a board, without a copy.

    It may be replaced while it is used: what was read of it counts only if `is_current()` afterwards.
    """

    def __init__(self, reader: BoardReader, slot: int, place: int, start: int, size: int) -> None:
        self._reader, self._slot, self._place = reader, slot, place
        #: The bytes of the content, as a read-only array; `view(numpy.float64)` makes numbers of them.
        self.content: np.ndarray = reader._bytes[start : start + size]

    def is_current(self) -> bool:
        """Whether the value has not been replaced since the view was made."""
        return self._reader._still_has(self._slot, self._place)


_MAGIC = int.from_bytes(b"ATRDBRD1", "little")
_FORMAT, _OPEN = 1, 1
_ATTEMPTS_MAX = 1000
_HEARTBEAT_NS = 2_000_000_000
# The words of the header.
_WORD_MAGIC, _WORD_FORMAT, _GENERATION, _STATE, _HEARTBEAT, _SLOTS, _SLOTS_USED, _SLOTS_AT = range(8)
_FILE_BYTES, _CHANGES, _ALLOCATED = 9, 10, 11
# The words before the texts of a value.
_VERSION, _TIME, _BYTES, _NAME_BYTES, _TYPE_BYTES, _LABEL_BYTES, _ROWS, _COLUMNS, _HAS_TIMES = range(9)
_VALUE_WORDS = 16
_OFFSET_MASK = (1 << 26) - 1
# On x86 loads are not reordered with loads. Elsewhere a lock that is taken and released twice is a fence: no load
# before the first release moves behind it, and none after the second acquisition before it.
_ORDERED = platform.machine() in ("x86_64", "AMD64", "i686")


def hashed(name: bytes) -> int:
    """FNV-1a of 64 bits, and 1 instead of 0."""
    value = 0xCBF29CE484222325
    for byte in name:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value or 1


class BoardReader:
    """A board of a server on this machine, read from mapped memory without a call. Safe to share between threads.

    The writer replaces the word of a slot when it posts a value, and never changes a value in place. So a value is
    whole if the word of its slot is the same before and after it was read; `docs/board.md` has the format.
    """

    def __init__(self, path: str, generation: Optional[int] = None) -> None:
        if not os.path.basename(os.path.dirname(path)).startswith("atrad-"):
            raise Unreachable(f"{path} is not in a folder of a server")
        try:
            # Opening a pipe would wait for its other end.
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            size = os.fstat(self._file).st_size
            memory = mmap.mmap(self._file, size, mmap.MAP_SHARED, mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise Unreachable(str(error)) from None
        self._bytes: np.ndarray = np.frombuffer(memory, "u1")
        self._words: np.ndarray = np.frombuffer(memory, "<u8", size // 8)
        self._lock = threading.Lock()
        self._slots: dict[bytes, int] = {}
        words = self._words
        if size < 4096 or int(words[_WORD_MAGIC]) != _MAGIC or int(words[_FILE_BYTES]) // 8 != size // 8:
            raise Unreachable(f"{path} is not a board")
        if int(words[_WORD_FORMAT]) != _FORMAT:
            raise Unreachable(f"{path} has format {int(words[_WORD_FORMAT])}, this client knows {_FORMAT}")
        if generation is not None and int(words[_GENERATION]) != generation:
            raise Unreachable(f"{path} is the board of another server")
        start, slots = int(words[_SLOTS_AT]) // 8, int(words[_SLOTS])
        #: Two words per slot: the hash of the name, and the place of the value.
        self._table: np.ndarray = words[start : start + 2 * slots].reshape(slots, 2)

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)

    @property
    def generation(self) -> int:
        """The random number of this board: that of another server differs."""
        return int(self._words[_GENERATION])

    @property
    def changes(self) -> int:
        """The number of changes of the board: as long as it stays, no value has changed."""
        return int(self._words[_CHANGES])

    def check(self) -> None:
        """Raises `UnavailableError` if the server of the board has gone."""
        if int(self._words[_STATE]) == _OPEN:
            if abs(time.time_ns() - int(self._words[_HEARTBEAT])) < _HEARTBEAT_NS or self._is_locked():
                return
        raise UnavailableError("the server of this board has gone; ask for the board of the new one")

    def _is_locked(self) -> bool:
        """Whether the server lives, which is stopped or slow: its lock ends with its process."""
        import fcntl

        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return False

    def _fence(self) -> None:
        if not _ORDERED:
            for _ in range(2):
                with self._lock:
                    pass

    def _still_has(self, slot: int, place: int) -> bool:
        self._fence()
        return int(self._table[slot, 1]) == place

    def _facts(self, name: bytes, slot: int, place: int) -> Optional[tuple[list[int], int]]:
        """The words of the value of a name, and where its content begins. Torn ones are found out later."""
        start, end = (place & _OFFSET_MASK) * 8, int(self._words[_ALLOCATED])
        facts = self._words[start : start + _VALUE_WORDS].tolist()
        if len(facts) < _VALUE_WORDS or facts[_NAME_BYTES] != len(name):
            return None
        text = 8 * (start + _VALUE_WORDS)
        if self._bytes[text : text + len(name)].tobytes() != name:
            return None
        texts = facts[_NAME_BYTES] + facts[_TYPE_BYTES] + facts[_LABEL_BYTES]
        content = 8 * start + (8 * _VALUE_WORDS + texts + 63) // 64 * 64
        # Torn lengths may be anything; memory that the server has not allocated is not to be touched.
        return (facts, content) if content + facts[_BYTES] <= end else None

    def _find(self, name: bytes) -> Optional[tuple[int, int, list[int], int]]:
        """The slot of a name, the place of its value, its facts and where its content begins; None without a value."""
        for _ in range(_ATTEMPTS_MAX):
            slot = self._slots.get(name)
            known = [] if slot is None else [slot]
            used = min(int(self._words[_SLOTS_USED]), len(self._table))
            for slot in known or np.flatnonzero(self._table[:used, 0] == hashed(name)).tolist():
                place = int(self._table[slot, 1])
                self._fence()
                found = self._facts(name, slot, place) if place else None
                if place and not self._still_has(slot, place):
                    break  # Replaced: once more.
                if found is not None:
                    if len(self._slots) >= len(self._table):
                        # Most of these names have no value any more.
                        self._slots.clear()
                    self._slots[name] = slot
                    return slot, place, *found
            else:
                if not known:
                    return None
                # Another thread may have dropped it.
                self._slots.pop(name, None)
        raise Error(f"the value was replaced {_ATTEMPTS_MAX} times while it was read")

    def view(self, name: str) -> Optional[View]:
        """The content of a value where it is; None if there is no value."""
        self.check()
        found = self._find(name.encode())
        if found is None:
            return None
        slot, place, facts, start = found
        return View(self, slot, place, start, facts[_BYTES])

    def read(self, name: str) -> Optional[Value]:
        """A value, copied; None if there is none."""
        self.check()
        encoded = name.encode()
        for _ in range(_ATTEMPTS_MAX):
            found = self._find(encoded)
            if found is None:
                return None
            slot, place, facts, start = found
            text = (place & _OFFSET_MASK) * 64 + 8 * _VALUE_WORDS + facts[_NAME_BYTES]
            texts = self._bytes[text : text + facts[_TYPE_BYTES] + facts[_LABEL_BYTES]].tobytes()
            content = self._bytes[start : start + facts[_BYTES]].tobytes()
            if self._still_has(slot, place):
                return _value(name, facts, texts, content)
        raise Error(f"the value was replaced {_ATTEMPTS_MAX} times while it was read")


def _value(name: str, facts: list[int], texts: bytes, content: bytes) -> Value:
    kind, labels = texts[: facts[_TYPE_BYTES]].decode(), texts[facts[_TYPE_BYTES] :].decode()
    version, when = facts[_VERSION], np.datetime64(facts[_TIME], "ns")
    if not facts[_COLUMNS]:
        return Value(name, version, when, kind, content, None, None)
    rows, stride, first = facts[_ROWS], (8 * facts[_ROWS] + 63) // 64 * 64, facts[_HAS_TIMES]
    columns: dict[str, np.ndarray] = {
        label: np.frombuffer(content, "<f8", rows, (first + at) * stride) for at, label in enumerate(labels.split("\n"))
    }
    times: Union[Any, None] = np.frombuffer(content, "<M8[ns]", rows) if first else None
    return Value(name, version, when, "", None, columns, times)
