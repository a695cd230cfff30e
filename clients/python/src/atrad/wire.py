"""The wire format of columns, read and written without looking at each number.

The API carries columns as packed `repeated double`, `repeated float` and `repeated sfixed64`, which on the wire are the
little-endian bytes of the array. Messages with columns are split here: the columns become views of the received bytes,
and the rest, a few bytes, is left to the generated messages. Field numbers come from the generated descriptors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Union

import numpy as np

from atrad.errors import InternalError
from atrad.v1 import indicator_pb2, series_pb2

Bytes = Union[bytes, memoryview]

#: The prices and the volume of a bar, in the order of the API.
COLUMNS = ("open", "high", "low", "close", "volume")

_FLOAT: np.dtype = np.dtype("<f8")
_FLOAT32: np.dtype = np.dtype("<f4")
_TIME: np.dtype = np.dtype("<M8[ns]")
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


class Malformed(InternalError):
    """Bytes that are not a message of the API."""


class Chunk(NamedTuple):
    """Columns of some bars, as views of the message that they came in."""

    times: Bytes
    labels: list[str]
    values: list[Bytes]
    #: All other fields, still encoded.
    rest: bytes

    @property
    def dtype(self) -> np.dtype:
        """The type of the values, which all columns have: float32 has half the bytes of the times."""
        return _FLOAT32 if any(2 * len(column) == len(self.times) > 0 for column in self.values) else _FLOAT


def numbers(message: Any) -> dict[str, int]:
    """The field numbers of a generated message, by name."""
    return {field.name: field.number for field in message.DESCRIPTOR.fields}


_TIMES, _COLUMNS = (numbers(indicator_pb2.ComputeResponse)[name] for name in ("times", "columns"))
_LABEL, _VALUES, _FLOAT32S = (numbers(indicator_pb2.Column)[name] for name in ("label", "values", "float32_values"))
_BARS, _EXTRA = numbers(series_pb2.Bars), numbers(series_pb2.ExtraColumn)
_PRICES = [_BARS[name] for name in COLUMNS]


def _varint(data: Bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise Malformed("a varint of more than 10 bytes")


def fields(data: Bytes) -> Iterator[tuple[int, Any, int, int]]:
    """Yields the number of each field, its value (a view if it has a length), and where it begins and ends."""
    at, end = 0, len(data)
    try:
        while at < end:
            begin = at
            value: Any
            # Nearly all tags and lengths have one byte.
            tag, at = (data[at], at + 1) if data[at] < 0x80 else _varint(data, at)
            kind = tag & 7
            if kind == _LENGTH:
                size, at = (data[at], at + 1) if data[at] < 0x80 else _varint(data, at)
                value, at = data[at : at + size], at + size
            elif kind == _VARINT:
                value, at = _varint(data, at)
            elif kind in (_FIXED64, _FIXED32):
                size = 8 if kind == _FIXED64 else 4
                value, at = data[at : at + size], at + size
            else:
                raise Malformed(f"wire type {kind} in field {tag >> 3}")
            if at > end:
                raise Malformed(f"field {tag >> 3} is cut off")
            yield tag >> 3, value, begin, at
    except IndexError:
        raise Malformed("a tag or a length is cut off") from None


def answer(data: Bytes) -> Chunk:
    """Splits a `ComputeResponse`."""
    times: Bytes = b""
    labels, values, rest = [], [], []
    for number, value, begin, end in fields(data):
        if number == _TIMES:
            times = value
        elif number == _COLUMNS:
            label, column = labelled(value, values_numbers=(_VALUES, _FLOAT32S))
            labels.append(label)
            values.append(column)
        else:
            rest.append(data[begin:end])
    return Chunk(times, labels, values, b"".join(rest))


def bars(data: Bytes, rest: bytes = b"") -> Chunk:
    """Splits a `Bars`. Its five columns are always there, the extra ones follow."""
    found: dict[int, Bytes] = {}
    labels, values = list(COLUMNS), []
    for number, value, _begin, _end in fields(data):
        if number == _BARS["extra"]:
            label, column = labelled(value, _EXTRA["name"], (_EXTRA["values"],))
            labels.append(label)
            values.append(column)
        else:
            found[number] = value
    prices = [found.get(number, b"") for number in _PRICES]
    return Chunk(found.get(_BARS["times"], b""), labels, prices + values, rest)


def within(data: Bytes, number: int) -> tuple[Bytes, bytes]:
    """The submessage with this number, and all other fields, still encoded."""
    inside: Bytes = b""
    rest = []
    for found, value, begin, end in fields(data):
        if found == number:
            inside = value
        else:
            rest.append(data[begin:end])
    return inside, b"".join(rest)


def labelled(
    data: Bytes, label_number: int = _LABEL, values_numbers: tuple[int, ...] = (_VALUES,)
) -> tuple[str, Bytes]:
    """The label and the values of a `Column`, or of a message like it."""
    label, values = "", b""
    for number, value, _begin, _end in fields(data):
        if number == label_number:
            label = str(value, "utf-8")
        elif number in values_numbers:
            values = value
    return label, values


def floats(column: Bytes, dtype: np.dtype = _FLOAT) -> np.ndarray:
    """A read-only view of a column of values."""
    return np.frombuffer(column, dtype=dtype)


def times(column: Bytes) -> np.ndarray:
    """A read-only view of a column of times, datetime64[ns]."""
    return np.frombuffer(column, dtype=_TIME)


def field(number: int, parts: Iterable[Bytes]) -> list[Bytes]:
    """Encodes a field that has a length, of parts that are joined once, at the end."""
    listed = list(parts)
    size = sum(len(part) for part in listed)
    return [_encoded(number << 3 | _LENGTH) + _encoded(size), *listed] if size else []


def _encoded(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def packed(column: np.ndarray) -> list[Bytes]:
    """The bytes of a contiguous column of eight-byte numbers in little-endian order."""
    # Times have no buffer; as integers they do.
    data: Any = np.ascontiguousarray(column).view("<i8")
    return [memoryview(data).cast("B")] if len(column) else []


def encoded_bars(number: int, when: np.ndarray, columns: dict[str, np.ndarray]) -> list[Bytes]:
    """Encodes a `Bars` as the field `number` of a request: the times, the five columns, then the extra ones."""
    parts = field(_BARS["times"], packed(when))
    for name, column in columns.items():
        if name in COLUMNS:
            parts += field(_BARS[name], packed(column))
        else:
            named = field(_EXTRA["name"], [name.encode()]) + field(_EXTRA["values"], packed(column))
            parts += field(_BARS["extra"], named)
    return field(number, parts)
