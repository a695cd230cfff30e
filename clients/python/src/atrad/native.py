"""Computation in this process, by the module `atrad_native`: the values of the server without a server.

    import atrad.native

    answer = atrad.native.compute_bars("rsi(14)", frame=frame)

The accessors of frames and `atrad.ta` compute with it where it is installed, unless `atrad.use` names a client.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Optional

import numpy as np

from atrad import inline, requests
from atrad.answer import Answer
from atrad.errors import InvalidError
from atrad.frames import Bars, Names
from atrad.requests import Expressions
from atrad.v1 import indicator_pb2


@lru_cache(maxsize=1)
def module() -> Any:
    """The native module; None where it is not installed."""
    try:
        return importlib.import_module("atrad_native")
    except ImportError:
        return None


def is_installed() -> bool:
    """Whether computation in this process is possible."""
    return module() is not None


def compute_bars(
    *expressions: Expressions,
    frame: Any = None,
    names: Names = None,
    time_unit: Optional[str] = None,
    last: Optional[int] = None,
    **columns: Any,
) -> Answer:
    """Computes expressions over bars, as `Client.compute_bars` does. Columns of float64 are not copied."""
    texts = requests.texts(expressions)
    bars = inline.prepare(texts, frame, names, time_unit, columns)
    return inline.complete(answer_of(texts, bars, last), bars)


def answer_of(texts: list[str], bars: Bars, last: Optional[int] = None, ends: Optional[list[int]] = None) -> Answer:
    """The answer about bars that were read; `ends` are the rows at which each of several series ends."""
    requests.bounds(last)
    query = _query(tuple(texts))
    given = {name: column for name, column in bars.columns.items() if name not in bars.absent}
    # What reads a column that is absent, `inline.complete` tells.
    given.update((name, np.ascontiguousarray(bars.columns[name])) for name in query.columns if name in bars.absent)
    values = _checked(query.compute, bars.times.view("<i8"), given, ends)
    rows = slice(-last if last else None, None)
    columns = {}
    for (label, *_), column in zip(query.infos, values):
        column.flags.writeable = False
        columns[label] = column[rows]
    return Answer(bars.times[rows], columns, _rest(tuple(texts)))


def values_of(texts: list[str], columns: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The columns of expressions over contiguous columns of float64, in new arrays; the rows are their times."""
    values: list[np.ndarray] = _checked(_query(tuple(texts)).compute, None, columns)
    return values


@lru_cache(maxsize=1024)
def _query(texts: tuple[str, ...]) -> Any:
    native = module()
    if native is None:
        raise ImportError("this needs the native module: pip install atrad-native")
    return _checked(native.Query, list(texts))


@lru_cache(maxsize=1024)
def _rest(texts: tuple[str, ...]) -> bytes:
    """What the server says about the columns."""
    infos = [
        indicator_pb2.ColumnInfo(
            label=label, expression=expression, lookback=lookback, stable_from=stable, display_shift=shift
        )
        for label, expression, lookback, stable, shift in _query(texts).infos
    ]
    return indicator_pb2.ComputeResponse(infos=infos).SerializeToString()


def _checked(call: Any, *arguments: Any) -> Any:
    native = module()
    try:
        return call(*arguments)
    except native.QueryError as error:
        field, message = error.args
        raise InvalidError.of_field(field, message) from None
