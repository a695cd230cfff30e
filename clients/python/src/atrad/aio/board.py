"""The board of a namespace: named values that the agents of a server share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Optional, Union

import numpy as np

from atrad import shared
from atrad.aio.connection import BOARD, Connection
from atrad.errors import InvalidError, NotFoundError
from atrad.requests import instants
from atrad.shared import BoardReader, Value
from atrad.v1 import board_pb2

Columns = Mapping[str, Any]


class Board:
    """The board of a namespace, as `client.board` gives it."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._connection = connection
        #: The namespace.
        self.namespace = namespace

    async def post(
        self,
        name: str,
        value: Union[bytes, bytearray, memoryview, str, Columns],
        *,
        content_type: str = "",
        times: Any = None,
        expected_version: Optional[int] = None,
    ) -> int:
        """Posts bytes, a text, or columns by label (with their `times`), and returns the version of the value.

        A number is posted as a column of one value, or as a text.
        With `expected_version` the value is replaced only if it has that version (0: only if there is none); otherwise
        `ConflictError` is raised. After `UnavailableError` it may have been.
        """
        request = board_pb2.PostValueRequest(namespace=self.namespace, name=name, expected_version=expected_version)
        # Set with columns, too: the server says that they have no content type.
        request.content_type = content_type
        if isinstance(value, Mapping):
            for label, values in value.items():
                request.columns.columns.add(label=label, values=_numbers(label, values))
            if times is not None:
                request.columns.times.extend(instants("times", times).view("<i8"))
        elif times is not None:
            raise InvalidError.of_field("times", "times belong to columns, not to bytes or a text")
        elif isinstance(value, str):
            request.data, request.content_type = value.encode(), content_type or "text/plain"
        elif isinstance(value, (bytes, bytearray, memoryview)):
            request.data = bytes(value)
        else:
            given = type(value).__name__
            raise InvalidError.of_field("value", f"value must be bytes, a text or columns by label, got {given}")
        return (await self._connection._one(BOARD, "PostValue", request, board_pb2.PostValueResponse)).version

    async def read(self, name: str) -> Optional[Value]:
        """Reads a value by a call; None if there is none. A `reader` needs no call."""
        request = board_pb2.ReadValueRequest(namespace=self.namespace, name=name)
        try:
            return read_value(await self._connection._one(BOARD, "ReadValue", request, board_pb2.ReadValueResponse))
        except NotFoundError:
            return None

    async def values(self, prefix: str = "") -> list[board_pb2.BoardValue]:
        """Lists the values, all or those whose name starts with `prefix`, without their contents."""
        request = board_pb2.ListValuesRequest(namespace=self.namespace, name_prefix=prefix)
        return await self._connection._pages(BOARD, "ListValues", request, board_pb2.ListValuesResponse, "values")

    async def delete(self, name: str, *, expected_version: Optional[int] = None) -> bool:
        """Deletes a value; whether there was one."""
        request = board_pb2.DeleteValueRequest(namespace=self.namespace, name=name, expected_version=expected_version)
        try:
            await self._connection._one(BOARD, "DeleteValue", request, board_pb2.DeleteValueResponse)
        except NotFoundError:
            return False
        return True

    async def watch(self, prefix: str = "") -> AsyncIterator[tuple[str, Optional[Value]]]:
        """Yields the values that are there, then each as it is posted, and None for one that is deleted."""
        request = board_pb2.WatchValuesRequest(namespace=self.namespace, name_prefix=prefix)
        events = self._connection.options(timeout=None)._each(
            BOARD, "WatchValues", request.SerializeToString(), board_pb2.WatchValuesResponse.FromString
        )
        async for event in events:
            if event.HasField("posted"):
                yield event.posted.value.name, read_value(event.posted)
            else:
                yield event.deleted, None

    async def reader(self) -> BoardReader:
        """Maps the board, for reading without a call: where the server is on this machine, at a Unix socket, and of the
        same user. Raises `PreconditionError` or `atrad.shared.Unreachable` elsewhere.
        """
        request = board_pb2.MapBoardRequest(namespace=self.namespace)
        found = await self._connection._one(BOARD, "MapBoard", request, board_pb2.MapBoardResponse)
        return shared.BoardReader(found.path, found.generation)


def _numbers(label: str, values: Any) -> np.ndarray:
    field = f"columns[{label!r}]"
    try:
        array = np.asarray(values, "<f8")
    except (TypeError, ValueError) as error:
        raise InvalidError.of_field(field, f"{field} must be numbers: {error}") from None
    if array.ndim != 1:
        raise InvalidError.of_field(field, f"{field} must have one dimension, has {array.ndim}")
    return array


def read_value(response: board_pb2.ReadValueResponse) -> Value:
    """The value of a message."""
    value = response.value
    when: np.datetime64 = np.datetime64(value.post_time, "ns")
    if response.HasField("columns"):
        columns: dict[str, np.ndarray] = {
            column.label: np.array(column.values, "<f8") for column in response.columns.columns
        }
        times = np.array(response.columns.times, "<M8[ns]") if response.columns.times else None
        return Value(value.name, value.version, when, "", None, columns, times)
    return Value(value.name, value.version, when, value.content_type, response.data, None, None)
