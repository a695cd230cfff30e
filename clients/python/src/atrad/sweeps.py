"""What sweeps and screens answer: tables of variants, and of series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import numpy as np

from atrad import wire
from atrad.errors import Error, InternalError, of_failure
from atrad.v1 import indicator_pb2

if TYPE_CHECKING:
    import pandas
    import polars

_ROWS, _COLUMNS, _TIMES = (wire.numbers(indicator_pb2.SweepResponse)[name] for name in ("rows", "columns", "times"))
_ROWS_FIELDS = wire.numbers(indicator_pb2.SweepRows)
_COLUMNS_FIELDS = wire.numbers(indicator_pb2.SweepColumns)
_TIMES_FIELDS = wire.numbers(indicator_pb2.SweepTimes)


class WalkForward(NamedTuple):
    """Folds: in each the best variant is chosen by the bars in sample, and judged by the later bars out of sample."""

    #: The number of folds.
    folds: int
    #: Whether the bars in sample of every fold begin with the first bar, instead of being as many in each.
    anchored: bool = False
    #: The number of bars in sample of the first fold; 0 is as many as out of sample.
    in_sample: int = 0
    #: The number of bars at the end of those in sample, and at the start of those out of sample, that do not count.
    purge: int = 0
    embargo: int = 0

    def message(self) -> Any:
        """As a message."""
        return indicator_pb2.WalkForward(**self._asdict())


class Fold(NamedTuple):
    """The best variant of a fold in sample, and what came of it."""

    #: When the first and the last bar open by which the variant was chosen, datetime64[ns], UTC, and their number.
    in_sample_bars: tuple[np.datetime64, np.datetime64, int]
    #: The same of the bars by which it was judged.
    out_of_sample_bars: tuple[np.datetime64, np.datetime64, int]
    #: The values of its parameters, and its reductions; none if no variant has a value in sample.
    parameters: dict[str, float]
    in_sample: dict[str, float]
    out_of_sample: dict[str, float]


class Table(Mapping[str, np.ndarray]):
    """The variants of one expression, one row each: first the parameters, then the reductions, by label.

    Without reductions the columns have two dimensions, variants and bars.
    """

    def __init__(self, label: str, parameters: list[str], variants: int, tried: int) -> None:
        #: The expression, or its label.
        self.label = label
        #: The names of the parameters.
        self.parameters = parameters
        #: The combinations of parameters, and those of them that were computed.
        self.variants, self.tried = variants, tried
        #: The folds, with `walk_forward`, and the reductions over all bars out of sample, each fold with its variant.
        self.folds: list[Fold] = []
        self.out_of_sample: dict[str, float] = {}
        self._columns: dict[str, np.ndarray] = {}

    def __getitem__(self, label: str) -> np.ndarray:
        return self._columns[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        rows = len(next(iter(self._columns.values()), ()))
        return f"Table({self.label}: {rows} of {self.variants} variants, {', '.join(self._columns)})"

    def _repr_html_(self) -> str:
        from atrad.show import rows

        return rows(self, f"{self.label}: {self.variants:,} variants, {self.tried:,} tried")

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame, one row per variant."""
        import pandas

        return pandas.DataFrame({label: list(each) if each.ndim > 1 else each for label, each in self.items()})

    def to_polars(self) -> polars.DataFrame:
        """A Polars DataFrame, one row per variant."""
        import polars

        return polars.DataFrame({label: polars.Series(label, each) for label, each in self.items()})


class Sweep(Sequence[Table]):
    """The answer of a sweep: a table per expression, in the order of the request."""

    def __init__(self, title: str = "") -> None:
        self.title = title
        #: When each bar opens, datetime64[ns], UTC; empty if there are reductions.
        self.times: np.ndarray = np.empty(0, "<M8[ns]")
        self._times: list[np.ndarray] = []
        #: What the server says about the bars: their number, epoch, joins.
        self.header = indicator_pb2.SweepHeader()
        #: The combinations of parameters, those that were computed, and those that are here. Whoever picks the best has
        #: tried as many as were computed.
        self.variants = self.tried = self.returned = 0
        #: The variants with a reduction that has no value, as the Sharpe ratio of equal values.
        self.undefined = 0
        self._tables: list[Table] = []
        self._parts: list[list[tuple[list[str], list[Any]]]] = []
        self._whole: list[dict[tuple[float, ...], dict[str, np.ndarray]]] = []
        self._complete = False

    def __getitem__(self, index: Any) -> Any:
        return self._tables[index]

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return f"Sweep({self.title}: {', '.join(map(repr, self._tables))})"

    def _repr_html_(self) -> str:
        return "".join(table._repr_html_() for table in self)

    def take(self, message: bytes) -> None:
        """Takes the next message of the stream."""
        for number, value, _begin, _end in wire.fields(memoryview(message)):
            if number == _ROWS:
                self._take_rows(value)
            elif number == _COLUMNS:
                self._take_columns(value)
            elif number == _TIMES:
                self._take_times(value)
            else:
                self._take_frame(indicator_pb2.SweepResponse.FromString(message))

    def _take_frame(self, response: Any) -> None:
        if response.HasField("header"):
            self.header = response.header
            for each in self.header.expressions:
                self._tables.append(Table(each.label, list(each.parameters), each.variants, each.tried))
                self._parts.append([])
                self._whole.append({})
        elif response.HasField("fold"):
            self._take_fold(response.fold)
        elif response.HasField("out_of_sample"):
            all_bars = response.out_of_sample
            values = dict(zip(self._labels(all_bars.expression), all_bars.columns))
            self._tables[all_bars.expression].out_of_sample = values
        elif response.HasField("summary"):
            summary = response.summary
            self.variants, self.tried, self.returned = summary.variants, summary.tried, summary.returned
            self.undefined = summary.undefined
            self._complete = True

    def _take_fold(self, fold: Any) -> None:
        declared, labels = self.header.expressions[fold.expression], self._labels(fold.expression)
        bars = (fold.in_sample_bars, fold.out_of_sample_bars)
        spans = [(np.datetime64(e.first_time, "ns"), np.datetime64(e.last_time, "ns"), e.bars) for e in bars]
        parameters = dict(zip(declared.parameters, fold.parameters))
        values = [dict(zip(labels, each)) for each in (fold.in_sample, fold.out_of_sample)]
        self._tables[fold.expression].folds.append(Fold(spans[0], spans[1], parameters, values[0], values[1]))

    def _labels(self, index: int) -> list[str]:
        return [each.label for each in self.header.expressions[index].columns]

    def _take_rows(self, data: wire.Bytes) -> None:
        index, labels, values = 0, [], []
        for number, value, _begin, _end in wire.fields(data):
            if number == _ROWS_FIELDS["expression"]:
                index = value
            else:
                label, column = wire.labelled(value)
                labels.append(label)
                values.append(wire.floats(column))
        self._parts[index].append((labels, values))

    def _take_columns(self, data: wire.Bytes) -> None:
        index, start, parameters, columns = 0, 0, (), {}
        for number, value, _begin, _end in wire.fields(data):
            if number == _COLUMNS_FIELDS["expression"]:
                index = value
            elif number == _COLUMNS_FIELDS["start_row"]:
                start = value
            elif number == _COLUMNS_FIELDS["parameters"]:
                parameters = tuple(wire.floats(value).tolist())
            else:
                label, values = wire.labelled(value)
                columns[label] = wire.floats(values)
        variant = self._whole[index].setdefault(parameters, {})
        for label, column in columns.items():
            if label not in variant:
                variant[label] = np.full(self.header.rows, np.nan)
            variant[label][start : start + len(column)] = column

    def _take_times(self, data: wire.Bytes) -> None:
        times, _rest = wire.within(data, _TIMES_FIELDS["times"])
        self._times.append(wire.times(times))

    def complete(self) -> Sweep:
        """The sweep, if all of it came."""
        if not self._complete:
            raise InternalError("the sweep ended without its summary")
        self.times, self._times = np.concatenate([self.times, *self._times]), []
        for index, table in enumerate(self._tables):
            if table.folds:
                continue
            declared = self.header.expressions[index]
            labels = [*table.parameters, *(each.label for each in declared.columns)]
            times = [False] * len(table.parameters) + [each.is_time for each in declared.columns]
            for at, (label, is_time) in enumerate(zip(labels, times)):
                column = self._column(index, at, len(table.parameters), label)
                table._columns[label] = _instants(column) if is_time else column
        return self

    def _column(self, index: int, at: int, parameters: int, label: str) -> np.ndarray:
        """A column of a table: of rows as they came, of whole columns in the order of the parameters."""
        if self._parts[index]:
            return np.concatenate([values[at] for _labels, values in self._parts[index]])
        variants = sorted(self._whole[index].items())
        if at < parameters:
            return np.array([key[at] for key, _columns in variants])
        missing = np.full(self.header.rows, np.nan)
        rows = [columns.get(label, missing) for _key, columns in variants]
        return np.vstack(rows) if rows else np.empty((0, self.header.rows))


class Screen(NamedTuple):
    """The series where a condition holds, at their newest closed bars."""

    #: Symbol and timeframe of each.
    series: list[tuple[str, str]]
    #: When the bar opens, datetime64[ns], UTC.
    times: np.ndarray
    #: The values by label, float64.
    values: dict[str, np.ndarray]
    #: What ranks them; None without `rank_by`.
    rank: Optional[np.ndarray]
    #: How many series were looked at, matched, had no value of the condition, and failed.
    scanned: int
    matched: int
    undefined: int
    failed: int
    #: The first of those that failed.
    failures: dict[tuple[str, str], Error]

    def _repr_html_(self) -> str:
        from atrad.show import rows

        return rows(self._frame(), f"{self.matched:,} of {self.scanned:,} series match")

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame, one row per series."""
        import pandas

        return pandas.DataFrame(self._frame())

    def to_polars(self) -> polars.DataFrame:
        """A Polars DataFrame, one row per series."""
        import polars

        return polars.DataFrame(self._frame())

    def _frame(self) -> dict[str, Any]:
        rank = {} if self.rank is None else {"rank": self.rank}
        return {"symbol": [symbol for symbol, _ in self.series], "time": self.times, **rank, **self.values}


class Hits:
    """The messages of a screen."""

    def __init__(self) -> None:
        self._hits: list[Any] = []
        self._summary: Any = None

    def take(self, message: bytes) -> None:
        """Takes the next message of the stream."""
        response = indicator_pb2.ScreenResponse.FromString(message)
        if response.HasField("hit"):
            self._hits.append(response.hit)
        elif response.HasField("summary"):
            self._summary = response.summary

    def complete(self) -> Screen:
        """The screen, if all of it came."""
        if self._summary is None:
            raise InternalError("the screen ended without its summary")
        summary, hits = self._summary, self._hits
        values = np.array([list(hit.values) for hit in hits]).reshape(len(hits), len(summary.labels))
        ranked = any(hit.HasField("rank") for hit in hits)
        return Screen(
            series=[(hit.series.symbol, hit.series.timeframe) for hit in hits],
            times=np.array([hit.time for hit in hits], dtype="<i8").view("<M8[ns]"),
            values={label: values[:, at].copy() for at, label in enumerate(summary.labels)},
            rank=np.array([hit.rank for hit in hits]) if ranked else None,
            scanned=summary.scanned,
            matched=summary.matched,
            undefined=summary.undefined,
            failed=summary.failed,
            failures={(e.series.symbol, e.series.timeframe): of_failure(e.failure) for e in summary.failures},
        )


def _instants(seconds: np.ndarray) -> np.ndarray:
    """Seconds since the Unix epoch as times; NaN is none."""
    known = np.isfinite(seconds)
    times = np.full(seconds.shape, np.datetime64("NaT"), dtype="<M8[ns]")
    times[known] = np.round(seconds[known] * 1e6).astype("<i8").astype("<M8[us]")
    return times
