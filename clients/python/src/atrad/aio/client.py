"""The calls of the API."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from typing import Any, Optional, Union

import numpy as np

from atrad import answer, frames, inline, requests, wire
from atrad.aio.connection import ADMIN, CACHE, INDICATOR, INGEST, SAVED, SERIES, Connection, ingested
from atrad.answer import Answer, Assembler, Correlation, Receipt
from atrad.errors import Error, NotFoundError, of_failure
from atrad.expressions import Expr
from atrad.frames import Names
from atrad.progress import Progress
from atrad.requests import BATCH_ROWS, Expressions, Ingestion, Resampling, Time
from atrad.v1 import admin_pb2, cache_pb2, indicator_pb2, ingest_pb2, saved_result_pb2, series_pb2

#: A batch of bars: a frame, or one array per column.
Frame = Any
Extra = Union[Mapping[str, str], list[str], tuple[str, ...]]


class Client(Connection):
    """A connection to one server, as `atrad.aio.connect` makes it. Every method may raise `atrad.Error`."""

    # Computation.

    async def indicators(self, group: str = "", search: str = "") -> list[indicator_pb2.Indicator]:
        """Lists the indicators, all or those of a group or whose name or title holds a text."""
        request = indicator_pb2.ListIndicatorsRequest(group=group, search=search)
        found = await self._one(INDICATOR, "ListIndicators", request, indicator_pb2.ListIndicatorsResponse)
        return list(found.indicators)

    async def compute(
        self,
        symbol: str,
        timeframe: str,
        *expressions: Expressions,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        resampling: Optional[Resampling] = None,
        persist: Union[None, bool, float] = None,
    ) -> Answer:
        """Computes expressions over a series: bars from `start` to before `end`, of those the newest `last`.

        `persist` saves the result on the server, for so many seconds or, if True, for ever. Answers of any size are
        whole; `compute_stream` gives the chunks of a large one as they come.
        """
        span, series = (last, start, end), (symbol, timeframe)
        if start is None and end is None and resampling is None and persist is None:
            # What is asked for again and again is prepared once.
            return await self.ask(requests.newest(tuple(requests.texts(expressions)), last, symbol, timeframe))
        return await self.ask(requests.question(expressions, span, series, None, resampling, persist))

    async def compute_bars(
        self,
        *expressions: Expressions,
        frame: Frame = None,
        names: Names = None,
        time_unit: Optional[str] = None,
        last: Optional[int] = None,
        **columns: Any,
    ) -> Answer:
        """Computes expressions over bars sent along, in a frame or as `times`, `open`, `high`, `low`, `close`...

        Only the columns that the expressions read are needed. Without times the rows are numbered.
        """
        texts = requests.texts(expressions)
        bars = inline.prepare(texts, frame, names, time_unit, columns)
        return inline.complete(await self.ask(requests.question((texts,), (last, None, None), bars=bars)), bars)

    async def compute_stream(
        self,
        symbol: str,
        timeframe: str,
        *expressions: Expressions,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        resampling: Optional[Resampling] = None,
        persist: Union[None, bool, float] = None,
    ) -> AsyncIterator[Answer]:
        """As `compute`, in chunks, oldest bars first."""
        span, series = (last, start, end), (symbol, timeframe)
        asked = requests.question(expressions, span, series, None, resampling, persist)
        async for chunk in self._each(INDICATOR, "ComputeStream", asked.streamed(), answer.stream_chunk):
            yield answer.answer_of(chunk, asked.title)

    async def batch(
        self,
        series: Iterable[tuple[str, str]],
        *expressions: Expressions,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        resampling: Optional[Resampling] = None,
    ) -> AsyncIterator[tuple[tuple[str, str], Union[Answer, Error]]]:
        """Computes the same expressions over many series. Yields each with its answer or its error, as they finish."""
        asked = list(series)
        request = requests.batch(asked, expressions, (last, start, end), resampling)
        parts: dict[int, Assembler] = {}
        with Progress("compute", None, self.progress) as progress:
            async for facts, chunk in self._each(INDICATOR, "ComputeBatch", request, answer.batch_chunk):
                name = asked[facts.index]
                if facts.HasField("failure"):
                    yield name, of_failure(facts.failure)
                    continue
                part = parts.setdefault(facts.index, Assembler(answer.unary_chunk, progress, " ".join(name)))
                progress.update(part.add(chunk))
                if facts.last:
                    yield name, parts.pop(facts.index).answer()

    async def correlate(
        self,
        series: Iterable[tuple[str, str]],
        expression: Union[Expr, str] = "close",
        *,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        returns: bool = False,
        method: str = "pearson",
    ) -> Correlation:
        """The correlation matrix of many series of one timeframe, `pearson` or `spearman`, of values or `returns`."""
        request = requests.correlate(series, expression, (last, start, end), returns, method)
        found = await self._one(INDICATOR, "Correlate", request, indicator_pb2.CorrelateResponse)
        size = len(found.epochs)
        matrix = np.array(found.values, dtype=np.float64).reshape(size, size)
        return Correlation(matrix, found.rows, list(found.epochs), list(found.bars))

    async def chart(
        self, symbol: str, timeframe: str, *expressions: Expressions, last: int = 500, **layout: Any
    ) -> Any:
        """A Plotly figure of the newest bars as candles, with indicators over and under them."""
        found = await self.compute(symbol, timeframe, *wire.COLUMNS, *expressions, last=last)
        return found.plot(**layout)

    # Ingestion.

    async def ingest(
        self,
        symbol: str,
        timeframe: str,
        frame: Frame = None,
        *,
        names: Names = None,
        extra: Extra = (),
        time_unit: Optional[str] = None,
        on_conflict: str = "replace",
        prices: str = "not_negative",
        key: Optional[tuple[str, str]] = None,
        **columns: Any,
    ) -> Receipt:
        """Stores bars, in a frame or as `times`, `open`, `high`, `low`, `close` and `volume`; durable when it returns.

        Frames are those of pandas, Polars and Arrow, structured arrays, and mappings of arrays. `names` says which
        column is which where the names are not the usual ones, `extra` which more to store. Up to 100,000 bars are
        stored whole or not at all, more in such batches, of which all before an error are stored. `on_conflict` is
        replace, keep or error, `prices` not_negative or any, `key` a client and a batch, by which a retry is
        recognised.
        """
        bars = frames.bars(frame, names=names, extra=extra, time_unit=time_unit, **columns)
        how = Ingestion(symbol, timeframe, on_conflict, prices, key)
        if len(bars) <= BATCH_ROWS:
            found = await self._one(INGEST, "Ingest", how.unary(bars), ingest_pb2.IngestResponse)
            return Receipt.of(found.receipt)
        return await self._ingest_batches(how, list(requests.slices(bars, BATCH_ROWS)), len(bars))

    async def ingest_stream(
        self,
        symbol: str,
        timeframe: str,
        batches: Union[Iterable[Frame], AsyncIterable[Frame]],
        *,
        names: Names = None,
        extra: Extra = (),
        time_unit: Optional[str] = None,
        on_conflict: str = "replace",
        prices: str = "not_negative",
    ) -> AsyncIterator[Union[Receipt, Error]]:
        """Stores batches as they come. Yields in order the receipt of each, or the error for which it was refused."""
        how = Ingestion(symbol, timeframe, on_conflict, prices)

        async def encoded() -> AsyncIterator[bytes]:
            number = 0
            async for batch in self._transport.items(batches):
                # In a mapping the names and the unit are those of the API.
                unit = time_unit or ("ns" if isinstance(batch, Mapping) and "times" in batch else None)
                yield how.streamed(number, frames.bars(batch, names=names, extra=extra, time_unit=unit))
                number += 1

        async for response in self._transport.duplex(f"{INGEST}/IngestStream", encoded(), ingested):
            yield response

    # Series.

    async def series(self, prefix: str = "", timeframe: str = "") -> list[series_pb2.SeriesInfo]:
        """Lists the series, all or those whose symbol starts with `prefix` or that have this timeframe."""
        request = series_pb2.ListSeriesRequest(symbol_prefix=prefix, timeframe=timeframe)
        return await self._pages(SERIES, "ListSeries", request, series_pb2.ListSeriesResponse, "series")

    async def get_series(
        self, symbol: str, timeframe: str, *, resampling: Optional[Resampling] = None
    ) -> series_pb2.SeriesInfo:
        """What is known about a series, stored or resampled: its rows, its span, its epoch, its extra columns."""
        request = series_pb2.GetSeriesRequest(
            series=requests.series_id(symbol, timeframe), resampling=resampling and resampling.message()
        )
        return (await self._one(SERIES, "GetSeries", request, series_pb2.GetSeriesResponse)).series

    async def read_bars(
        self,
        symbol: str,
        timeframe: str,
        *,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        resampling: Optional[Resampling] = None,
    ) -> Answer:
        """Reads the bars of a series as columns `open`, `high`, `low`, `close`, `volume`, and its extra columns."""
        request = series_pb2.ReadBarsRequest(
            series=requests.series_id(symbol, timeframe),
            range=requests.bounds(last, start, end),
            resampling=resampling and resampling.message(),
        ).SerializeToString()
        title = f"{symbol} {timeframe}"
        return await self._whole(SERIES, "ReadBars", request, answer.bars_chunk, title, of_bars=True, rows=last)

    async def set_retention(
        self, symbol: str, timeframe: str, *, rows_max: int = 0, age_max: float = 0.0
    ) -> series_pb2.SeriesInfo:
        """Bounds a series by rows or by age in seconds (0: no bound) and removes for ever what exceeds that."""
        retention = series_pb2.Retention(rows_max=rows_max, age_max_ms=round(age_max * 1e3))
        request = series_pb2.SetRetentionRequest(series=requests.series_id(symbol, timeframe), retention=retention)
        return (await self._one(SERIES, "SetRetention", request, series_pb2.SetRetentionResponse)).series

    async def accept_loss(self, symbol: str, timeframe: str) -> series_pb2.SeriesInfo:
        """Gives up for ever the bars of a series that cannot be read."""
        request = series_pb2.AcceptLossRequest(series=requests.series_id(symbol, timeframe))
        return (await self._one(SERIES, "AcceptLoss", request, series_pb2.AcceptLossResponse)).series

    async def delete_series(self, symbol: str, timeframe: str) -> int:
        """Deletes a series for ever; returns how many bars it had."""
        request = series_pb2.DeleteSeriesRequest(series=requests.series_id(symbol, timeframe))
        return (await self._one(SERIES, "DeleteSeries", request, series_pb2.DeleteSeriesResponse)).rows

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

    async def cache_delete(self, namespace: str, key: str) -> None:
        """Deletes one entry of the cache, if it is there."""
        await self._one(
            CACHE, "Delete", cache_pb2.DeleteRequest(namespace=namespace, key=key), cache_pb2.DeleteResponse
        )

    async def cache_stats(self) -> list[cache_pb2.CacheTier]:
        """The counters of the cache, one entry per tier."""
        return list((await self._one(CACHE, "GetStats", cache_pb2.GetStatsRequest(), cache_pb2.GetStatsResponse)).tiers)

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
