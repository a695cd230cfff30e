"""What the server answers: columns of NumPy values by label, and ways into other libraries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

import numpy as np

from atrad import wire
from atrad.errors import InvalidError
from atrad.progress import Progress
from atrad.v1 import indicator_pb2, saved_result_pb2, series_pb2

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_ROWS_GUESSED = 1 << 20


class Receipt(NamedTuple):
    """What became of the bars of one batch, which are durable now."""

    #: New bars.
    accepted: int
    #: Bars that replaced a different bar of the same time.
    replaced: int
    #: Bars that changed nothing.
    ignored: int
    #: The epoch of the series afterwards.
    epoch: int

    @classmethod
    def of(cls, receipt: Any) -> Receipt:
        return cls(receipt.accepted, receipt.replaced, receipt.ignored, receipt.epoch)

    def plus(self, later: Receipt) -> Receipt:
        """The receipt of both batches together."""
        accepted, replaced, ignored = (one + two for one, two in zip(self[:3], later[:3]))
        return Receipt(accepted, replaced, ignored, later.epoch)


class Correlation(NamedTuple):
    """A correlation matrix."""

    #: One row and one column per series, float64.
    matrix: np.ndarray
    #: The samples per series.
    rows: int
    epochs: list[int]
    #: The bars of each series that have a value, before the join.
    bars: list[int]


class Epoch(int):
    """The version of a series, a number. After a question with `since_epoch` it also names the bars behind it.

    The next question with it is then answered with what changed, whatever happened to the series. An `int` of it has
    lost that.
    """

    token: bytes

    def __new__(cls, number: int, token: bytes = b"") -> Epoch:
        epoch = super().__new__(cls, number)
        epoch.token = token
        return epoch

    def __reduce__(self) -> tuple[type[Epoch], tuple[int, bytes]]:
        return Epoch, (int(self), self.token)


class Answer(Mapping[str, np.ndarray]):
    """Columns by label: read-only arrays of float64, or float32 if asked for, with NaN where there is no value."""

    def __init__(
        self,
        times: np.ndarray,
        columns: Mapping[str, np.ndarray],
        rest: bytes = b"",
        title: str = "",
        of_bars: bool = False,
    ) -> None:
        for label, values in columns.items():
            if len(values) != len(times):
                raise ValueError(f"column {label} has {len(values)} values for {len(times)} bars")
        #: When each bar opens: datetime64[ns], UTC.
        self.times = times
        #: The series, as in `BTCUSDT 15m`; empty for bars sent along.
        self.title = title
        self._columns = dict(columns)
        self._rest = rest
        self._of_bars = of_bars
        self._parsed: Any = None
        # The number of newest rows that were asked for.
        self._last: Optional[int] = None

    def newest_of(self, last: Optional[int]) -> Answer:
        """This answer, as that of a question with this `last`."""
        self._last = last
        return self

    def __getstate__(self) -> dict[str, Any]:
        # The columns are copied; the parsed rest is parsed again.
        return {**self.__dict__, "_parsed": None}

    @property
    def _meta(self) -> Any:
        """Everything but the columns; parsed when somebody asks."""
        if self._parsed is None:
            kind: Any = series_pb2.ReadBarsResponse if self._of_bars else indicator_pb2.ComputeResponse
            self._parsed = kind.FromString(self._rest)
        return self._parsed

    @property
    def epoch(self) -> Epoch:
        """The version of the series that the values are of; 0 for bars sent along. To be asked for as `since_epoch`."""
        return Epoch(self._meta.epoch, self._meta.since_token)

    @property
    def changed_from(self) -> Optional[np.datetime64]:
        """With `since_epoch`: rows of earlier answers from this time on are void; NaT is all, None is none of them."""
        return np.datetime64(self._meta.changed_from, "ns") if self._meta.HasField("changed_from") else None

    @property
    def adjustments(self) -> list[series_pb2.SeriesAdjustment]:
        """How the bars of each series were adjusted: the actions that count, their factors, the bars before them."""
        return list(self._meta.adjustments)

    def updated(self, news: Answer) -> Answer:
        """This table, brought up to date by the answer to the same question with its epoch as `since_epoch`.

        With `last` it is cut to so many of the newest rows, as those of a fresh answer. A column that a series has got
        since is NaN before.
        """
        # Not as a datetime64, where the smallest number is no time.
        meta = news._meta
        valid = len(self.times)
        if meta.HasField("changed_from"):
            valid = int(np.searchsorted(self.times.view("i8"), meta.changed_from))
        self._check_follows(news, valid)
        # The server returns what is new among the newest rows: rows between these and older ones are not known.
        first = 0 if news._last is None else max(0, valid + len(news.times) - news._last)
        times = np.concatenate([self.times[:valid], news.times])[first:]
        missing = np.full(valid, np.nan)
        columns = {
            label: _joined(self._columns.get(label, missing)[:valid], values)[first:] for label, values in news.items()
        }
        return Answer(times, columns, news._rest, self.title, self._of_bars).newest_of(news._last)

    def _check_follows(self, news: Answer, valid: int) -> None:
        """Refuses an answer that does not follow this one, of which so many rows are valid."""
        if valid and len(news.times) and news.times[0] <= self.times[valid - 1]:
            told = "the answer has rows of the earlier one that are not void: ask with its epoch as since_epoch"
            raise InvalidError.of_field("news", told)
        # A series may get columns, an answer may not.
        if news._of_bars != self._of_bars or (valid and not self._of_bars and list(news) != list(self)):
            told = f"the answer has the columns {', '.join(news)}, the earlier {', '.join(self)}"
            raise InvalidError.of_field("news", told)
        if valid and len(news.times) and any(news[each].dtype != self[each].dtype for each in self):
            raise InvalidError.of_field("news", "the answer has another dtype than the earlier one")

    @property
    def as_of(self) -> Optional[np.datetime64]:
        """The time as of which the values are; None means now."""
        return np.datetime64(self._meta.as_of, "ns") if self._meta.HasField("as_of") else None

    @property
    def resampled_from(self) -> str:
        """The stored timeframe that the bars were resampled from; empty if they were stored."""
        return self._meta.resampled_from

    @property
    def infos(self) -> list[indicator_pb2.ColumnInfo]:
        """What the server says about each column: canonical expression, lookback, shift on charts."""
        return [] if self._of_bars else list(self._meta.infos)

    @property
    def expressions(self) -> dict[str, str]:
        """The canonical expression of each label, every default filled in."""
        return {info.label: info.expression for info in self.infos}

    @property
    def joins(self) -> list[indicator_pb2.Join]:
        """The other series that the expressions name, and how many of their bars matched."""
        return [] if self._of_bars else list(self._meta.joins)

    @property
    def saved_key(self) -> str:
        """The key of the saved result; empty if it was not saved."""
        return "" if self._of_bars else self._meta.saved_result_key

    def __getitem__(self, label: Any) -> np.ndarray:
        # An expression is looked up by its text.
        return self._columns[label if isinstance(label, str) else str(label)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        title = f"{self.title}, " if self.title else ""
        return f"Answer({title}{len(self.times)} bars: {', '.join(self._columns)})"

    def _repr_html_(self) -> str:
        from atrad.show import table

        return table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame, indexed by the times in UTC."""
        import pandas

        index = pandas.DatetimeIndex(self.times, name="time").tz_localize("UTC")
        return pandas.DataFrame(self._columns, index=index)

    def to_polars(self) -> polars.DataFrame:
        """A Polars DataFrame with a column `time` in UTC; NaN stays NaN."""
        import polars

        time = polars.Series("time", self.times).dt.replace_time_zone("UTC")
        return polars.DataFrame([time, *(polars.Series(label, values) for label, values in self._columns.items())])

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow Table with a column `time` in UTC, without a copy of the values; NaN stays NaN."""
        import pyarrow

        time = pyarrow.array(self.times.view("i8")).cast(pyarrow.timestamp("ns", "UTC"))
        columns = [pyarrow.array(values, from_pandas=False) for values in self._columns.values()]
        return pyarrow.table([time, *columns], names=["time", *self._columns])

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The Arrow C stream, which DuckDB, Polars, pandas and others read; by pyarrow or Polars."""
        try:
            table: Any = self.to_arrow()
        except ImportError:
            table = self.to_polars()
        return table.__arrow_c_stream__(requested_schema)

    def plot(self, bars: Optional[Mapping[str, np.ndarray]] = None, **layout: Any) -> Any:
        """A Plotly figure: candles with what belongs over them, and a pane for each other indicator.

        The candles are those of `bars` (what `read_bars` answers), or the columns open, high, low and close of this
        answer.
        """
        from atrad.show import figure

        return figure(self, bars, **layout)


def _joined(known: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Both columns. An empty one has no type of its own: nothing tells float32 from float64."""
    return np.concatenate([each for each in (known, more) if len(each)] or [known])


_CHUNK = wire.numbers(indicator_pb2.ComputeStreamResponse)["chunk"]
_BATCH = wire.numbers(indicator_pb2.ComputeBatchResponse)["values"]
_SAVED = wire.numbers(saved_result_pb2.ReadSavedResultResponse)["chunk"]
_BARS = wire.numbers(series_pb2.ReadBarsResponse)["bars"]


def unary_chunk(data: bytes) -> wire.Chunk:
    """The columns of a `ComputeResponse`."""
    return wire.answer(memoryview(data))


def stream_chunk(data: bytes) -> wire.Chunk:
    """The columns of a `ComputeStreamResponse`."""
    return wire.answer(wire.within(memoryview(data), _CHUNK)[0])


def saved_chunk(data: bytes) -> wire.Chunk:
    """The columns of a `ReadSavedResultResponse`."""
    return wire.answer(wire.within(memoryview(data), _SAVED)[0])


def batch_chunk(data: bytes) -> tuple[Any, wire.Chunk]:
    """A `ComputeBatchResponse` without its values, and these."""
    values, rest = wire.within(memoryview(data), _BATCH)
    return indicator_pb2.ComputeBatchResponse.FromString(rest), wire.answer(values)


def bars_chunk(data: bytes) -> wire.Chunk:
    """The columns of a `ReadBarsResponse`."""
    found, rest = wire.within(memoryview(data), _BARS)
    return wire.bars(found, rest)


def answer_of(chunk: wire.Chunk, title: str = "", of_bars: bool = False) -> Answer:
    """The answer of one chunk: its columns are views of the message."""
    columns = {label: wire.floats(values, chunk.dtype) for label, values in zip(chunk.labels, chunk.values)}
    return Answer(wire.times(chunk.times), columns, chunk.rest, title, of_bars)


class Assembler:
    """Joins chunks to one answer, with one allocation per column: each chunk is copied to its place as it comes."""

    def __init__(
        self,
        parse: Callable[[bytes], wire.Chunk],
        progress: Progress,
        title: str = "",
        of_bars: bool = False,
        rows: Optional[int] = None,
    ) -> None:
        self._parse, self._progress = parse, progress
        self._title, self._of_bars = title, of_bars
        self._capacity = rows or _ROWS_GUESSED
        self._first: Optional[wire.Chunk] = None
        self._arrays: list[np.ndarray] = []
        self.rows = 0

    def take(self, message: bytes) -> None:
        """Takes the next message of the stream."""
        self._progress.update(self.add(self._parse(message)))

    def add(self, chunk: wire.Chunk) -> int:
        """Takes the next chunk; returns its number of rows."""
        rows = len(chunk.times) // 8
        if self._first is None:
            self._first = chunk
        else:
            if not self._arrays:
                self._begin(self._first)
            self._copy(chunk)
        self.rows += rows
        return rows

    def _begin(self, first: wire.Chunk) -> None:
        self._capacity = max(self._capacity, 2 * self.rows)
        # Pages that are never written cost nothing, so a guess may be generous.
        types: list[np.dtype] = [np.dtype("<M8[ns]"), *[first.dtype] * len(first.values)]
        self._arrays = [np.empty(self._capacity, dtype) for dtype in types]
        self.rows, after = 0, self.rows
        self._copy(first)
        self.rows = after

    def _copy(self, chunk: wire.Chunk) -> None:
        rows = len(chunk.times) // 8
        if len(chunk.values) + 1 != len(self._arrays):
            raise wire.Malformed(f"{len(chunk.values)} columns after {len(self._arrays) - 1}")
        if self.rows + rows > self._capacity:
            self._grow(self.rows + rows)
        for array, column in zip(self._arrays, (chunk.times, *chunk.values)):
            array[self.rows : self.rows + rows] = np.frombuffer(column, array.dtype)

    def _grow(self, rows: int) -> None:
        self._capacity = max(4 * self._capacity, rows)
        for at, array in enumerate(self._arrays):
            larger: np.ndarray = np.empty(self._capacity, array.dtype)
            larger[: self.rows] = array[: self.rows]
            self._arrays[at] = larger

    def answer(self) -> Answer:
        """The whole answer."""
        first = self._first or wire.Chunk(b"", [], [], b"")
        if not self._arrays:
            return answer_of(first, self._title, self._of_bars)
        for array in self._arrays:
            # Gives back what the guess was too large by; the values stay where they are.
            array.resize(self.rows, refcheck=False)
            array.flags.writeable = False
        when, *values = self._arrays
        return Answer(when, dict(zip(first.labels, values)), first.rest, self._title, self._of_bars)
