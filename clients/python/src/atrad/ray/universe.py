"""Which series a universe is of, and how its work is divided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, Optional, Union

from atrad.errors import InvalidError, NotFoundError
from atrad.ray.engine import Engine, Series
from atrad.requests import series_ids

#: Patterns or names of symbols, or pairs of symbol and timeframe, or a Ray Dataset with such columns.
Universe = Union[str, Iterable[Any], Any]

#: What a part holds at most, so that a worker needs no more memory than for a few of them.
PART_BYTES = 32 << 20
PART_SERIES_MAX = 64
_ROWS_UNKNOWN = 100_000
_OUTPUTS_GUESSED = 2
_TIMEFRAME = re.compile(r"([1-9][0-9]{0,8})([smhdwM])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_MONTHS = (1, 2, 3, 4, 6, 12)


def described(universe: Universe, timeframe: str) -> Union[list[str], list[Series]]:
    """The universe as it was asked for: patterns with a timeframe, or pairs."""
    if isinstance(universe, str):
        listed: list[Any] = [universe]
    elif hasattr(universe, "iter_rows") and not isinstance(universe, (Mapping, Sequence)):
        listed = list(_rows(universe, timeframe))
    else:
        listed = list(universe)
    if listed and all(isinstance(each, str) for each in listed):
        if not timeframe:
            raise InvalidError.of_field("timeframe", "names and patterns of symbols need a timeframe, as in 1d")
        return [str(each) for each in listed]
    if timeframe and not hasattr(universe, "iter_rows"):
        raise InvalidError.of_field("timeframe", "timeframe goes with names of symbols; pairs have theirs")
    pairs = [(each.symbol, each.timeframe) for each in series_ids(listed)]
    if not pairs:
        raise InvalidError.of_field("series", "give at least one series")
    if len(set(pairs)) < len(pairs):
        twice = next(each for each in pairs if pairs.count(each) > 1)
        raise InvalidError.of_field("series", f"series {' '.join(twice)} is given twice")
    return pairs


def _rows(dataset: Any, timeframe: str) -> Iterator[Series]:
    """The rows of a Ray Dataset with the columns symbol and, unless it is given, timeframe."""
    for row in dataset.iter_rows():
        if "symbol" not in row or not (timeframe or "timeframe" in row):
            columns = ", ".join(row)
            raise InvalidError.of_field("series", f"the dataset needs columns symbol and timeframe; it has {columns}")
        yield row["symbol"], timeframe or row["timeframe"]


def resolved(engine: Engine, asked: Sequence[Any], timeframe: str) -> list[tuple[Series, Optional[int]]]:
    """The series with their numbers of stored rows, in the order of names; None for those that are resampled."""
    stored = {(each.id.symbol, each.id.timeframe): int(each.rows) for each in engine.series()}
    if not isinstance(asked[0], str):
        return [(each, stored.get(each)) for each in asked]
    names = [each for each in asked if not re.search(r"[*?]", each)]
    patterns = [_pattern(each) for each in asked if re.search(r"[*?]", each)]
    is_source = _sources(timeframe) if patterns else None
    found = {
        symbol
        for symbol, source in stored
        if is_source and is_source(source) and any(pattern.fullmatch(symbol) for pattern in patterns)
    }
    series = [(symbol, timeframe) for symbol in sorted({*names, *found})]
    if not series:
        raise NotFoundError(f"no series at {timeframe} matches {', '.join(asked)}")
    return [(each, stored.get(each)) for each in series]


def _pattern(glob: str) -> re.Pattern[str]:
    """`*` is any characters and `?` one, as in screens; all others are themselves."""
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in glob))


def _sources(timeframe: str) -> Callable[[str], bool]:
    """Which stored timeframes the bars of this one are stored in, or can be resampled from.

    As the server has it: those that divide it and whose bars begin with its own. To ask the server about each symbol
    would resample each.
    """
    length, origin, months = _grid(timeframe)

    def is_source(stored: str) -> bool:
        other, begin, stored_months = _grid(stored)
        if stored_months:
            return months > 0 and months % stored_months == 0
        if months:
            return _SECONDS["d"] % other == 0
        return length % other == 0 and (origin - begin) % other == 0

    return is_source


def _grid(timeframe: str) -> tuple[int, int, int]:
    """The length of the bars, and the open of one of them, in seconds since the Unix epoch; their months, else 0.

    Weeks begin on Monday.
    """
    parsed = _TIMEFRAME.fullmatch(timeframe)
    if parsed and parsed[2] == "M" and int(parsed[1]) in _MONTHS:
        return 0, 0, int(parsed[1])
    length = int(parsed[1]) * _SECONDS.get(parsed[2], 0) if parsed else 0
    if not 0 < length <= 366 * _SECONDS["d"]:
        known = "a count and a unit of s m h d w up to 366 days, as in 15m, or 1M, 2M, 3M, 4M, 6M or 12M"
        raise InvalidError.of_field("timeframe", f"timeframe must be {known}, got {timeframe!r}")
    return length, 4 * _SECONDS["d"] if length % _SECONDS["w"] == 0 else 0, 0


def divided(
    series: Sequence[tuple[Series, Optional[int]]], last: Optional[int], columns: int, most: int
) -> list[list[Series]]:
    """The parts: neighbours, as many as fit in the bytes of a part, of `columns` expressions."""
    parts: list[list[Series]] = []
    left = 0
    for each, rows in series:
        known = rows or _ROWS_UNKNOWN
        size = 8 * min(known, last or known) * (1 + _OUTPUTS_GUESSED * columns)
        if not parts or size > left or len(parts[-1]) == most:
            parts.append([])
            left = PART_BYTES
        parts[-1].append(each)
        left -= size
    return parts
