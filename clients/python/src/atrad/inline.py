"""Computations over bars that are sent along: which columns to send, and whether the expressions found theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Optional

from atrad import wire
from atrad.answer import Answer
from atrad.errors import InvalidError
from atrad.frames import Bars, Names, Source, bars

_BUILT_IN = {
    **{name: {name} for name in (*wire.COLUMNS, "time")},
    "hl2": {"high", "low"},
    "hlc3": {"high", "low", "close"},
    "ohlc4": {"open", "high", "low", "close"},
    "hlcc4": {"high", "low", "close"},
    "returns": {"close"},
}
# A column in a canonical expression: neither an output, nor a parameter, nor a call, nor of another series.
_COLUMN = re.compile(r"(?<![.\w@:/-])([a-z_][a-z0-9_]*)(?!\w|\s*\(|=(?!=)|@)")
_EXTRAS_MAX = 16


def prepare(
    expressions: Iterable[str], frame: Any, names: Names, time_unit: Optional[str], columns: dict[str, Any]
) -> Bars:
    """The bars to send: prices, volume, and the other columns that the expressions name."""
    source = Source.of(columns if frame is None else frame)
    words = set(re.findall(r"[a-z0-9_]+", " ".join(expressions).lower()))
    known = {"times", *_BUILT_IN, *filter(None, (names or {}).values())}
    extra = [name for name in source.columns if name in words and name not in known and not source.is_time(name)]
    unit = time_unit or ("ns" if frame is None else None)
    return bars(source, names=names, extra=extra[:_EXTRAS_MAX], time_unit=unit, required=False)


def complete(answer: Answer, sent: Bars) -> Answer:
    """The answer, if every column that its expressions read was sent."""
    for label, expression in answer.expressions.items() if sent.absent else ():
        read = set().union(*(_BUILT_IN.get(name, set()) for name in _COLUMN.findall(expression)))
        for name in sorted(read & sent.absent):
            raise InvalidError.of_field(f"bars.{name}", f"{label} reads {name}, which the bars do not have")
    return answer
