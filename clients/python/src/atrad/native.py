"""Computation in this process, by the module `atrad_native`: the values of the server without a server.

    import atrad.native

    answer = atrad.native.compute_bars("rsi(14)", frame=frame)

The accessors of frames and `atrad.ta` compute with it where it is installed, unless `atrad.use` names a client.
"""

from __future__ import annotations

import importlib
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
    asked = query(tuple(texts))
    given = {name: column for name, column in bars.columns.items() if name not in bars.absent}
    # What reads a column that is absent, `inline.complete` tells.
    given.update((name, np.ascontiguousarray(bars.columns[name])) for name in asked.columns if name in bars.absent)
    values = checked(asked.compute, bars.times.view("<i8"), given, ends)
    rows = slice(-last if last else None, None)
    columns = {}
    for (label, *_), column in zip(asked.infos, values):
        column.flags.writeable = False
        columns[label] = column[rows]
    return Answer(bars.times[rows], columns, _rest(tuple(texts)))


@lru_cache(maxsize=1024)
def function(texts: tuple[str, ...], inputs: tuple[str, ...], integers: tuple[bool, ...]) -> Any:
    """Expressions of named inputs. Called with contiguous columns of float64, and with the arrays of float64 or int32
    that it writes."""
    return checked(installed().Function, list(texts), list(inputs), list(integers))


@lru_cache(maxsize=1024)
def query(texts: tuple[str, ...]) -> Any:
    """Expressions, parsed and planned once."""
    return checked(installed().Query, list(texts))


def installed() -> Any:
    """The native module, which is needed."""
    native = module()
    if native is None:
        raise ImportError("this needs the native module: pip install atrad-native")
    return native


@lru_cache(maxsize=1024)
def _rest(texts: tuple[str, ...]) -> bytes:
    """What the server says about the columns."""
    return indicator_pb2.ComputeResponse(infos=infos(query(texts))).SerializeToString()


def infos(asked: Any) -> list[indicator_pb2.ColumnInfo]:
    """What the server says about each column of a query."""
    return [
        indicator_pb2.ColumnInfo(
            label=label, expression=expression, lookback=lookback, stable_from=stable, display_shift=shift
        )
        for label, expression, lookback, stable, shift in asked.infos
    ]


def checked(call: Any, *arguments: Any) -> Any:
    """Calls the module; its errors are those of the client."""
    native = module()
    try:
        return call(*arguments)
    except native.QueryError as error:
        field, message = error.args
        raise InvalidError.of_field(field, message) from None
