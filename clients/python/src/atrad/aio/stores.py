"""The calls about what a server stores besides bars: cache, saved results, splits, clocks; administration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Optional

import numpy as np

from atrad import answer, requests, wire
from atrad.aio.board import Board
from atrad.aio.connection import ADMIN, CACHE, CLOCK, SAVED, SERIES, Connection
from atrad.answer import Answer
from atrad.errors import NotFoundError
from atrad.requests import Time
from atrad.v1 import admin_pb2, cache_pb2, clock_pb2, saved_result_pb2, series_pb2


class Stores(Connection):
    """A connection to one server, with these calls."""

    # The cache.

    async def cache_get(self, namespace: str, key: str) -> Optional[bytes]:
        """Reads one entry of the cache; None when there is none."""
        request = cache_pb2.GetRequest(namespace=namespace, key=key)
        try:
            return (await self._one(CACHE, "Get", request, cache_pb2.GetResponse)).value
        except NotFoundError:
            return None

    async def cache_put(self, namespace: str, key: str, value: bytes, ttl: float = 0.0) -> None:
        """Writes one entry of the cache, to be kept for `ttl` seconds at most; 0 means the default of the server."""
        request = cache_pb2.PutRequest(namespace=namespace, key=key, value=value, ttl_ms=round(ttl * 1e3))
        await self._one(CACHE, "Put", request, cache_pb2.PutResponse)

    async def cache_get_many(self, namespace: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Reads many entries of the cache; those that are missing are left out."""
        request = cache_pb2.GetManyRequest(namespace=namespace, keys=keys)
        found = await self._one(CACHE, "GetMany", request, cache_pb2.GetManyResponse)
        return {entry.key: entry.value for entry in found.entries}

    async def cache_put_many(self, namespace: str, entries: Mapping[str, bytes], ttl: float = 0.0) -> None:
        """Writes many entries of the cache, as `cache_put` does."""
        listed = [cache_pb2.CacheEntry(key=key, value=value) for key, value in entries.items()]
        request = cache_pb2.PutManyRequest(namespace=namespace, entries=listed, ttl_ms=round(ttl * 1e3))
        await self._one(CACHE, "PutMany", request, cache_pb2.PutManyResponse)

    async def cache_compare_and_set(
        self, namespace: str, key: str, expected: Optional[bytes], value: bytes, ttl: float = 0.0
    ) -> tuple[bool, Optional[bytes]]:
        """Writes one entry of the cache if it holds `expected`, or if there is none and None is expected.

        Returns True and the new value, or False and what the entry holds. After `UnavailableError` it may be written.
        """
        request = cache_pb2.CompareAndSetRequest(
            namespace=namespace, key=key, expected=expected, value=value, ttl_ms=round(ttl * 1e3)
        )
        found = await self._one(CACHE, "CompareAndSet", request, cache_pb2.CompareAndSetResponse)
        if found.stored:
            return True, value
        return False, found.current if found.HasField("current") else None

    async def cache_delete(self, namespace: str, key: str) -> None:
        """Deletes one entry of the cache, if it is there."""
        await self._one(
            CACHE, "Delete", cache_pb2.DeleteRequest(namespace=namespace, key=key), cache_pb2.DeleteResponse
        )

    async def cache_stats(self) -> list[cache_pb2.CacheTier]:
        """The counters of the cache, one entry per tier."""
        return list((await self._one(CACHE, "GetStats", cache_pb2.GetStatsRequest(), cache_pb2.GetStatsResponse)).tiers)

    # The board.

    def board(self, namespace: str) -> Board:
        """The board of a namespace: named values that the agents of the server share."""
        return Board(self, namespace)

    # Saved results.

    async def saved_results(self, prefix: str = "") -> list[saved_result_pb2.SavedResult]:
        """Lists the saved results, all or those whose key starts with `prefix`."""
        request = saved_result_pb2.ListSavedResultsRequest(key_prefix=prefix)
        return await self._pages(
            SAVED, "ListSavedResults", request, saved_result_pb2.ListSavedResultsResponse, "saved_results"
        )

    async def read_saved_result(self, key: str) -> Answer:
        """Reads one saved result by its key."""
        request = saved_result_pb2.ReadSavedResultRequest(key=key).SerializeToString()
        title = " ".join(key.rsplit("/", 3)[:2])
        return await self._whole(SAVED, "ReadSavedResult", request, answer.saved_chunk, title)

    async def expire_saved_result(self, key: str, ttl: float = 0.0) -> None:
        """Keeps a saved result for `ttl` seconds from now; 0 means for ever."""
        request = saved_result_pb2.ExpireSavedResultRequest(key=key, ttl_ms=round(ttl * 1e3))
        await self._one(SAVED, "ExpireSavedResult", request, saved_result_pb2.ExpireSavedResultResponse)

    async def delete_saved_result(self, key: str) -> None:
        """Deletes a saved result."""
        request = saved_result_pb2.DeleteSavedResultRequest(key=key)
        await self._one(SAVED, "DeleteSavedResult", request, saved_result_pb2.DeleteSavedResultResponse)

    # Splits and dividends.

    async def put_actions(self, symbol: str, actions: Iterable[tuple[Time, str, float]]) -> None:
        """Stores corporate actions of a symbol, as `("2020-08-31", "split", 4)` and `("2020-08-07", "dividend", 0.82)`.

        One of the same ex-date and kind is replaced. A split is told by the number of new shares per old share.
        """
        listed = [requests.corporate_action(*action) for action in actions]
        request = series_pb2.PutCorporateActionsRequest(symbol=symbol, actions=listed)
        await self._one(SERIES, "PutCorporateActions", request, series_pb2.PutCorporateActionsResponse)

    async def actions(self, prefix: str = "") -> list[series_pb2.SymbolActions]:
        """Lists the corporate actions of all symbols, or of those that start with `prefix`."""
        request = series_pb2.ListCorporateActionsRequest(symbol_prefix=prefix)
        response = series_pb2.ListCorporateActionsResponse
        return await self._pages(SERIES, "ListCorporateActions", request, response, "symbols")

    async def delete_actions(self, symbol: str, ex_date: Time = None, kind: Optional[str] = None) -> int:
        """Deletes corporate actions of a symbol: all, or those of an ex-date or a kind; returns how many."""
        time, number = requests.nanoseconds("ex_date", ex_date), requests.action_kind(kind)
        request = series_pb2.DeleteCorporateActionsRequest(symbol=symbol, ex_time=time, kind=number)
        found = await self._one(SERIES, "DeleteCorporateActions", request, series_pb2.DeleteCorporateActionsResponse)
        return found.deleted

    # Calendars.

    async def calendars(self, search: str = "") -> list[series_pb2.Calendar]:
        """Lists the calendars that bars may have, all or those with a text in their names, as in `york`."""
        request = series_pb2.ListCalendarsRequest(search=search)
        return list((await self._one(SERIES, "ListCalendars", request, series_pb2.ListCalendarsResponse)).calendars)

    # The clock of the token.

    async def clock(self) -> np.datetime64:
        """The time of the clock of the token: nothing that was known later is seen."""
        found = await self._one(CLOCK, "GetClock", clock_pb2.GetClockRequest(), clock_pb2.GetClockResponse)
        return np.datetime64(found.time, "ns")

    async def advance_clock(self, time: Time) -> None:
        """Moves the clock of the token to a later time, for a back-test; never back."""
        request = clock_pb2.AdvanceClockRequest(time=requests.nanoseconds("time", time))
        await self._one(CLOCK, "AdvanceClock", request, clock_pb2.AdvanceClockResponse)

    # Administration.

    async def profile(self) -> admin_pb2.GetProfileResponse:
        """The cost of each SQL statement of the server since it started."""
        return await self._one(ADMIN, "GetProfile", admin_pb2.GetProfileRequest(), admin_pb2.GetProfileResponse)

    async def advise(self, apply: bool = False) -> admin_pb2.AdviseResponse:
        """Proposes indexes for the database of the server; creates them if `apply`."""
        return await self._one(ADMIN, "Advise", admin_pb2.AdviseRequest(apply=apply), admin_pb2.AdviseResponse)

    async def check(self) -> admin_pb2.CheckResponse:
        """Reads everything that the server stores and reports damage."""
        return await self._one(ADMIN, "Check", admin_pb2.CheckRequest(), admin_pb2.CheckResponse)

    async def backup(self, name: str) -> admin_pb2.BackupResponse:
        """Takes a snapshot of the data folder, in a folder of this name on the server's machine."""
        return await self._one(ADMIN, "Backup", admin_pb2.BackupRequest(name=name), admin_pb2.BackupResponse, None)

    async def is_serving(self) -> bool:
        """Whether the server takes requests (grpc.health.v1)."""
        found = await self._transport.one("grpc.health.v1.Health/Check", b"", bytes, self.timeout)
        return any(number == 1 and value == 1 for number, value, _begin, _end in wire.fields(found))
