"""A part of a job: what a worker computes, as tables of Arrow."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, Optional, Union

import grpc
import numpy as np

from atrad import requests
from atrad.answer import Answer
from atrad.errors import Error, ExhaustedError, InvalidError
from atrad.ray.engine import Engine, Opener, Series
from atrad.ray.parquet import Folder, library
from atrad.requests import Resampling
from atrad.retry import Attempts
from atrad.sweeps import Sweep, Table, WalkForward

_RESERVED = ("symbol", "timeframe", "time")


class Question(NamedTuple):
    """What is asked of each series, in words of JSON."""

    #: compute or sweep.
    kind: str
    expressions: list[str]
    #: The other arguments of the call.
    options: dict[str, Any]

    @classmethod
    def over(
        cls,
        kind: str,
        expressions: tuple[requests.Expressions, ...],
        span: requests.Span,
        resampling: Optional[Resampling],
        **options: Any,
    ) -> Question:
        """A question about the bars of a span, which is that of now for whoever reads it later."""
        requests.bounds(*span)
        last, start, end, as_of = span
        ranged = {
            "last": last,
            "start": requests.nanoseconds("start", start),
            "end": requests.nanoseconds("end", end),
            "as_of": time.time_ns() if as_of is None else requests.nanoseconds("as_of", as_of),
            "resampling": resampling and resampling._asdict(),
        }
        return cls(kind, requests.texts(expressions), {**ranged, **options})

    def arguments(self) -> dict[str, Any]:
        """The arguments of the call that are not words of JSON there."""
        options = dict(self.options)
        for name, made in (("resampling", Resampling), ("walk_forward", WalkForward)):
            if options.get(name) is not None:
                options[name] = made(**options[name])
        return options


class Part(NamedTuple):
    """A part of the universe."""

    number: int
    series: list[Series]

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"part-{self.number:05}.parquet"


class Writing(NamedTuple):
    """What a worker does with a part: it computes and writes it, unless its file is there."""

    opener: Opener
    question: Question
    folder: str

    def __call__(self, part: Part) -> dict[str, Any]:
        """The entry of the part in the manifest."""
        folder = Folder(self.folder)
        if folder.has(part.name):
            return folder.about(part.name)
        attempts = Attempts(None, reached=True)
        failed: dict[Series, Error] = {}
        while True:
            told: dict[str, Any] = {"series": [], "failures": []}
            try:
                found = tables(self.opener.patient(), self.question, part.series, told, failed)
                if folder.write_part(part.name, found, told):
                    return folder.about(part.name)
                # It has no columns, so it has no file.
                return {"name": None, "rows": 0, "bytes": 0, "sha256": "", **told}
            except FailedLate as late:
                failed[late.series] = late.error
            except Error as error:
                time.sleep(attempts.pause(error))


_FINAL = (
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.PERMISSION_DENIED,
)


def is_final(error: Error) -> bool:
    """Whether the series is to blame, and another attempt would tell the same."""
    is_too_large = isinstance(error, ExhaustedError) and error.retry_after is None
    return is_too_large or error.code in _FINAL


class FailedLate(Exception):
    """A series failed for good when some of its tables had come, which are not to stay."""

    def __init__(self, series: Series, error: Error) -> None:
        super().__init__(f"{' '.join(series)}: {error}")
        self.series, self.error = series, error


def tables(
    engine: Engine,
    question: Question,
    series: Sequence[Series],
    told: dict[str, Any],
    failed: Optional[Mapping[Series, Error]] = None,
) -> Iterator[Any]:
    """The tables of a part, in the order of its series; `told` hears which there are and which failed.

    Raises `FailedLate`, after which the part begins again without the series, which is then in `failed`.
    """
    each_of = _computed if question.kind == "compute" else _swept
    known = failed or {}
    asked = [name for name in series if name not in known]
    for name, found in chain(known.items(), each_of(engine, question, asked) if asked else ()):
        symbol, timeframe = name
        if isinstance(found, Error):
            if not is_final(found):
                raise found
            told["failures"].append([symbol, timeframe, found.code.name, found.message])
            continue
        rows, epoch = 0, 0
        try:
            for version, table in found:
                rows, epoch = rows + table.num_rows, version
                yield _named(table, symbol, timeframe)
        except Error as error:
            if rows == 0 or not is_final(error):
                raise
            raise FailedLate(name, error) from error
        told["series"].append([symbol, timeframe, rows, epoch])


Found = Iterator[tuple[Series, Union[Error, Iterator[tuple[int, Any]]]]]


def _computed(engine: Engine, question: Question, series: Sequence[Series]) -> Found:
    """The columns of each series. One that is alone may be larger than memory, and comes in chunks."""
    arguments = question.arguments()
    if len(series) == 1:
        chunks = engine.compute_stream(*series[0], *question.expressions, **arguments)
        try:
            first = next(chunks)
        except Error as error:
            yield series[0], error
            return
        yield series[0], _columns(first, chunks)
        return
    # They come as they are finished.
    early: dict[Series, Union[Answer, Error]] = {}
    waiting = iter(series)
    expected = next(waiting, None)
    for name, found in engine.batch(series, *question.expressions, **arguments):
        early[name] = found
        while expected in early:
            answer = early.pop(expected)
            yield expected, answer if isinstance(answer, Error) else _columns(answer, iter(()))
            expected = next(waiting, None)
    if expected is not None:
        raise Error(f"the batch ended without {' '.join(expected)}")


def _columns(first: Answer, more: Iterator[Answer]) -> Iterator[tuple[int, Any]]:
    epoch = first.epoch
    reserved = [label for label in first if label in _RESERVED]
    if reserved:
        message = f"results have a column {reserved[0]} already; give the expression another label"
        raise InvalidError.of_field("expressions", message)
    yield epoch, first.to_arrow()
    for each in more:
        yield epoch, each.to_arrow()


def _swept(engine: Engine, question: Question, series: Sequence[Series]) -> Found:
    arguments = question.arguments()
    for name in series:
        try:
            sweep = engine.sweep(*name, *question.expressions, **arguments)
        except Error as error:
            yield name, error
            continue
        yield name, iter([(sweep.header.epoch, _variants(sweep))])


def _variants(sweep: Sweep) -> Any:
    """The rows of all tables of a sweep; a column that a table does not have is null in its rows."""
    arrow = library()
    made = []
    for table, declared in zip(sweep, sweep.header.expressions):
        labels = [each.label for each in declared.columns]
        made.append(_folds(table, labels) if table.folds else dict(table))
        rows = len(next(iter(made[-1].values()), ()))
        made[-1] = {"expression": arrow.repeat(arrow.scalar(table.label, arrow.string()), rows), **made[-1]}
    return arrow.concat_tables(map(arrow.table, made), promote_options="default").combine_chunks()


def _folds(table: Table, labels: Sequence[str]) -> dict[str, np.ndarray]:
    """The folds of a walk forward, a row each. Where no variant has a value in sample there are none."""
    columns: dict[str, Any] = {"fold": np.arange(len(table.folds))}
    for name in table.parameters:
        columns[name] = np.array([fold.parameters.get(name, np.nan) for fold in table.folds])
    for side in ("in_sample", "out_of_sample"):
        bars = [getattr(fold, f"{side}_bars") for fold in table.folds]
        columns[f"{side}.first_time"] = np.array([each[0] for each in bars], "M8[ns]")
        columns[f"{side}.last_time"] = np.array([each[1] for each in bars], "M8[ns]")
        columns[f"{side}.bars"] = np.array([each[2] for each in bars], "i8")
        for label in labels:
            values = [getattr(fold, side).get(label, np.nan) for fold in table.folds]
            columns[f"{side}.{label}"] = np.array(values, "f8")
    return columns


def _named(table: Any, symbol: str, timeframe: str) -> Any:
    """The table with the series in front."""
    arrow = library()
    named = zip(("symbol", "timeframe"), (symbol, timeframe))
    for at, (name, value) in enumerate(named):
        table = table.add_column(at, name, arrow.repeat(arrow.scalar(value, arrow.string()), table.num_rows))
    return table
