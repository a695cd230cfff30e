"""The calls of the API."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from functools import partial
from typing import Any, Optional, Union

import numpy as np

from atrad import answer, frames, inline, requests, wire
from atrad.aio.connection import INDICATOR, INGEST, SERIES, ingested
from atrad.aio.stores import Stores
from atrad.answer import Answer, Assembler, Correlation, Receipt
from atrad.errors import Error, of_failure
from atrad.expressions import Expr
from atrad.frames import Names
from atrad.progress import Progress
from atrad.requests import BATCH_ROWS, Expressions, Ingestion, Resampling, Time
from atrad.sweeps import Hits, Screen, Sweep, WalkForward
from atrad.v1 import indicator_pb2, ingest_pb2, series_pb2
from atrad.watches import Update, watching

#: A batch of bars: a frame, or one array per column.
Frame = Any
Extra = Union[Mapping[str, str], list[str], tuple[str, ...]]


class Client(Stores):
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
        as_of: Time = None,
        resampling: Optional[Resampling] = None,
        persist: Union[None, bool, float] = None,
        adjust: str = "none",
        since_epoch: Optional[int] = None,
        dtype: str = "float64",
    ) -> Answer:
        """Computes expressions over a series: bars from `start` to before `end`, of those the newest `last`.

        With `as_of` the answer is that of a server that was given only the bars that were closed then. `persist`
        saves it on the server, for so many seconds or, if True, for ever. With `adjust` prices are adjusted for splits
        (`split`), or for splits and dividends (`total`). With the `epoch` of an earlier answer as `since_epoch`, at
        first 0, only rows that are new or revised since come; `updated` applies them. With the `dtype` float32, values
        come rounded to it, in half the bytes. Answers of any size are whole; `compute_stream` gives the chunks of a
        large one as they come.
        """
        span, series = (last, start, end, as_of), (symbol, timeframe)
        plain = (adjust, dtype) == ("none", "float64")
        if plain and start is end is as_of is resampling is persist is since_epoch is None:
            # What is asked for again and again is prepared once.
            return await self.ask(requests.newest(tuple(requests.texts(expressions)), last, symbol, timeframe))
        asked = requests.question(expressions, span, series, None, resampling, persist, adjust, since_epoch, dtype)
        return await self.ask(asked)

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
        return inline.complete(await self.ask(requests.question((texts,), (last, None, None, None), bars=bars)), bars)

    async def compute_stream(
        self,
        symbol: str,
        timeframe: str,
        *expressions: Expressions,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        as_of: Time = None,
        resampling: Optional[Resampling] = None,
        persist: Union[None, bool, float] = None,
        adjust: str = "none",
        since_epoch: Optional[int] = None,
        dtype: str = "float64",
    ) -> AsyncIterator[Answer]:
        """As `compute`, in chunks, oldest bars first."""
        span, series = (last, start, end, as_of), (symbol, timeframe)
        asked = requests.question(expressions, span, series, None, resampling, persist, adjust, since_epoch, dtype)
        async for chunk in self._each(INDICATOR, "ComputeStream", asked.streamed(), answer.stream_chunk):
            yield answer.answer_of(chunk, asked.title).newest_of(last)

    async def batch(
        self,
        series: Iterable[tuple[str, str]],
        *expressions: Expressions,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        as_of: Time = None,
        resampling: Optional[Resampling] = None,
        adjust: str = "none",
        dtype: str = "float64",
    ) -> AsyncIterator[tuple[tuple[str, str], Union[Answer, Error]]]:
        """Computes the same expressions over many series. Yields each with its answer or its error, as they finish."""
        asked = list(series)
        request = requests.batch(asked, expressions, (last, start, end, as_of), resampling, adjust, dtype)
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
        as_of: Time = None,
        returns: bool = False,
        method: str = "pearson",
        resampling: Optional[Resampling] = None,
        adjust: str = "none",
    ) -> Correlation:
        """The correlation matrix of many series of one timeframe, `pearson` or `spearman`, of values or `returns`."""
        request = requests.correlate(series, expression, (last, start, end, as_of), returns, method, resampling, adjust)
        found = await self._one(INDICATOR, "Correlate", request, indicator_pb2.CorrelateResponse)
        size = len(found.epochs)
        matrix = np.array(found.values, dtype=np.float64).reshape(size, size)
        return Correlation(matrix, found.rows, list(found.epochs), list(found.bars))

    async def sweep(
        self,
        symbol: str,
        timeframe: str,
        *expressions: Expressions,
        reductions: Union[str, Iterable[str]] = "last",
        where: Union[Expr, str] = "",
        top: int = 0,
        by: str = "",
        ascending: bool = False,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        as_of: Time = None,
        resampling: Optional[Resampling] = None,
        walk_forward: Optional[WalkForward] = None,
        adjust: str = "none",
    ) -> Sweep:
        """Computes every variant of expressions with ranges: `ema(5..200)`, or `atrad.ema(range(5, 201))`.

        Each variant is reduced on the server, as to `mean` or `sharpe(252)`; `reductions=()` returns the columns
        themselves. `where` is a condition over the parameters, as `fast < slow`; `top` returns the best by the column
        `by`. `walk_forward` chooses the best of each fold by `by`, and judges it by later bars: `folds` of each table.
        """
        ranking = (top, by, ascending)
        span, series = (last, start, end, as_of), (symbol, timeframe)
        more = (walk_forward, adjust)
        request = requests.sweep(expressions, series, span, reductions, where, ranking, resampling, *more)
        begin = partial(Sweep, f"{symbol} {timeframe}")
        return (await self._taken(INDICATOR, "Sweep", request, begin)).complete()

    async def screen(
        self,
        timeframe: str,
        condition: Union[Expr, str] = "",
        *expressions: Expressions,
        symbols: Union[str, Iterable[str]] = (),
        rank_by: Union[Expr, str] = "",
        ascending: bool = False,
        top: int = 0,
        as_of: Time = None,
        resampling: Optional[Resampling] = None,
        adjust: str = "none",
    ) -> Screen:
        """Finds the series where a condition holds at the newest closed bar, with the values of expressions there.

        `symbols` are names and patterns, as in `*USDT`, by default all. `top` returns the first by `rank_by`. With
        `as_of` the newest bar is the one that was closed then.
        """
        ranking = (top, rank_by, ascending)
        request = requests.screen(timeframe, condition, expressions, symbols, ranking, as_of, resampling, adjust)
        return (await self._taken(INDICATOR, "Screen", request, Hits)).complete()

    async def watch(
        self,
        series: Union[str, Iterable[tuple[str, str]]],
        *expressions: Expressions,
        timeframe: str = "",
        last: int = 1,
        include_forming: bool = False,
        only_when: Union[None, Expr, str] = None,
        wait_for_series: bool = False,
        resampling: Optional[Resampling] = None,
        adjust: str = "none",
    ) -> AsyncIterator[Update]:
        """Yields the `last` rows of each series, then each row as its bar is stored, for as long as it is iterated.

        `series` are pairs of symbol and timeframe, or a pattern of symbols such as `*USDT` with `timeframe`.
        `only_when` is a condition, which makes the watch an alert. `adjust` is that of `compute`: a new split or
        dividend revises the rows of before. After an interruption it goes on where it broke off.
        """
        how = (include_forming, only_when, wait_for_series, resampling, adjust)
        asked = watching(series, timeframe, expressions, last, *how)
        attempts = self._transport.attempts(None)
        while True:
            has_begun = False
            try:
                request = asked.request()
                async for update in self._transport.each(f"{INDICATOR}/Watch", request, asked.told, None):
                    has_begun = True
                    attempts.progressed()
                    yield update
                return
            except Error as error:
                if not has_begun:
                    # Until then `each` has waited.
                    raise
                await self._transport.pause(attempts, error)

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
        self, symbol: str, timeframe: str, *, as_of: Time = None, resampling: Optional[Resampling] = None
    ) -> series_pb2.SeriesInfo:
        """What is known about a series, stored or resampled: its rows, its span, its epoch, its extra columns."""
        request = series_pb2.GetSeriesRequest(
            series=requests.series_id(symbol, timeframe),
            resampling=resampling and resampling.message(),
            as_of=requests.nanoseconds("as_of", as_of),
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
        as_of: Time = None,
        resampling: Optional[Resampling] = None,
        adjust: str = "none",
        since_epoch: Optional[int] = None,
    ) -> Answer:
        """Reads the bars of a series as columns `open`, `high`, `low`, `close`, `volume`, and its extra columns.

        `adjust` and `since_epoch` are those of `compute`.
        """
        request = series_pb2.ReadBarsRequest(
            series=requests.series_id(symbol, timeframe),
            range=requests.bounds(last, start, end, as_of),
            resampling=resampling and resampling.message(),
            adjust=requests.adjustment(adjust),
            **requests.since(since_epoch),
        ).SerializeToString()
        title = f"{symbol} {timeframe}"
        found = await self._whole(SERIES, "ReadBars", request, answer.bars_chunk, title, of_bars=True, rows=last)
        return found.newest_of(last)

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
