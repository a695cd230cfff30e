"""Ray Data: universes that are read as a Dataset, and Datasets of bars that get columns of indicators."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, Callable, NamedTuple, Optional, Union

import grpc

from atrad import frames, native, requests
from atrad.answer import Answer
from atrad.errors import Error, of_code
from atrad.frames import Names, Source
from atrad.ray import universe
from atrad.ray.engine import Opener
from atrad.ray.jobs import Client
from atrad.ray.parquet import library
from atrad.ray.parts import FailedLate, Question, tables
from atrad.ray.universe import Universe
from atrad.requests import Expressions, Resampling, Time
from atrad.retry import Attempts
from atrad.session import computes_here


def dataset(
    series: Universe,
    *expressions: Expressions,
    timeframe: str = "",
    last: Optional[int] = None,
    start: Time = None,
    end: Time = None,
    as_of: Time = None,
    resampling: Optional[Resampling] = None,
    client: Client = None,
    concurrency: Optional[int] = None,
    **ray_options: Any,
) -> Any:
    """A Ray Dataset of expressions over each series of a universe, computed as it is read, as `compute` writes it.

    `as_of` is by default now, so that every reading is the same. A series that fails is an error. `concurrency` and
    what else is given are options of `Dataset.map_batches`.
    """
    import ray.data

    opener, asked = Opener(client), universe.described(series, timeframe)
    question = Question.over("compute", expressions, (last, start, end, as_of), resampling)
    found = universe.resolved(opener.engine(), asked, timeframe)
    parts = universe.divided(found, last, len(question.expressions), universe.PART_SERIES_MAX)
    numbered = ray.data.from_items([{"part": number} for number in range(len(parts))], override_num_blocks=len(parts))
    reading = _Reading(opener, question, parts)
    return numbered.map_batches(reading.read, batch_size=None, concurrency=concurrency, **ray_options)


class _Reading(NamedTuple):
    """What a worker reads."""

    opener: Opener
    question: Question
    parts: Sequence[Any]

    def read(self, batch: Any) -> Iterator[Any]:
        """The tables of some parts."""
        for number in batch["part"]:
            yield self._part(self.parts[int(number)])

    def _part(self, series: Sequence[Any]) -> Any:
        attempts = Attempts(None, reached=True)
        while True:
            told: dict[str, Any] = {"series": [], "failures": []}
            try:
                made = list(tables(self.opener.patient(), self.question, series, told))
            except FailedLate as late:
                raise of_code(late.error.code, f"{' '.join(late.series)}: {late.error.message}") from None
            except Error as error:
                time.sleep(attempts.pause(error))
                continue
            for symbol, timeframe, code, message in told["failures"]:
                raise of_code(grpc.StatusCode[code], f"{symbol} {timeframe}: {message}")
            return library().concat_tables(made)


def features(
    bars: Any,
    *expressions: Expressions,
    by: Union[str, list[str]] = "symbol",
    names: Names = None,
    time_unit: Optional[str] = None,
    client: Client = None,
    num_partitions: Optional[int] = None,
    **ray_options: Any,
) -> Any:
    """A Ray Dataset of bars with the columns of expressions added, each series by itself, in the order of its times.

    `by` are the columns that tell one series from another, `names` and `time_unit` as in `Client.ingest`. Bars are sent
    along and not stored, or computed over in the process of the worker, as with `df.atrad`. `num_partitions` is that of
    `Dataset.groupby`, and what else is given are options of `GroupedData.map_groups`.
    """
    keys = [by] if isinstance(by, str) else list(by)
    opener = None if client is None and computes_here() else Opener(client)
    computing = _Computing(opener, requests.texts(expressions), keys, names, time_unit)
    return bars.groupby(by, num_partitions).map_groups(computing.group, batch_format="pyarrow", **ray_options)


class _Computing(NamedTuple):
    """What a worker adds to the bars of a series."""

    #: None computes in the process of the worker.
    opener: Optional[Opener]
    expressions: list[str]
    by: list[str]
    names: Names
    time_unit: Optional[str]

    def group(self, table: Any) -> Any:
        """The bars of a series with its columns."""
        source = Source.of(table)
        name = frames.time_column(source, self.names)
        table = table if name is None else table.sort_by(name)
        columns = [each for each in table.column_names if each not in self.by]
        compute: Callable[..., Answer] = (
            native.compute_bars if self.opener is None else self.opener.patient().compute_bars
        )
        answer = compute(self.expressions, frame=table.select(columns), names=self.names, time_unit=self.time_unit)
        for label, values in answer.items():
            column = library().array(values, from_pandas=False)
            there = table.column_names.index(label) if label in table.column_names else table.num_columns
            table = (
                table.set_column(there, label, column)
                if there < table.num_columns
                else table.append_column(label, column)
            )
        return table
