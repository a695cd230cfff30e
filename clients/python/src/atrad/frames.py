"""Bars from whatever holds columns: mappings of arrays, NumPy, pandas, Polars, Arrow.

Finds the columns by their names and turns them into contiguous little-endian arrays. What cannot be read without a
guess is an `InvalidError` that names the column.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any, Optional, Union

import numpy as np

from atrad import wire
from atrad.errors import InvalidError

#: Which column of a frame is which of the bars: `{"time": "when", "close": "Adj Close", "volume": None}`.
Names = Optional[Mapping[str, Optional[str]]]

#: The usual names, in lower case and without spaces and underscores.
_USUAL = {
    "time": ("times", "time", "timestamp", "datetime", "date", "opentime", "ts", "index"),
    "open": ("open", "o", "openprice"),
    "high": ("high", "h", "highprice"),
    "low": ("low", "l", "lowprice"),
    "close": ("close", "c", "closeprice"),
    "volume": ("volume", "v", "vol", "basevolume"),
}
_EXTRA_NAME = re.compile(r"[a-z0-9_]{1,32}")
_UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_TIME_MAX = np.iinfo(np.int64).max
_EARLIEST, _LATEST = np.datetime64("1677-09-22"), np.datetime64("2262-04-11")


@dataclass(frozen=True)
class Bars:
    """Bars in columns, ready to be sent."""

    #: datetime64[ns], UTC.
    times: np.ndarray
    #: open, high, low, close, volume, and extra columns by name: little-endian float64, contiguous unless absent.
    columns: dict[str, np.ndarray]
    #: The columns that the frame does not have, where they are not required.
    absent: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.times)

    def slice(self, start: int, stop: int) -> Bars:
        """Some of the bars, without a copy."""
        return Bars(self.times[start:stop], {name: column[start:stop] for name, column in self.columns.items()})


def bars(
    frame: Any = None,
    *,
    names: Names = None,
    extra: Union[Mapping[str, str], list[str], tuple[str, ...]] = (),
    time_unit: Optional[str] = None,
    required: bool = True,
    **columns: Any,
) -> Bars:
    """Reads bars from a frame or from one array per column.

    `names` says which column is which where the names are not the usual ones; None for the volume means zeros.
    `extra` are more columns to send. Times that are whole numbers need `time_unit`, s, ms, us or ns. Unless
    `required`, columns that are missing are NaN, and a missing time is the number of the row.
    """
    if frame is None:
        # By keyword the names are those of the API, and so is the unit.
        time_unit = time_unit or "ns"
    elif columns:
        raise InvalidError.of_field(next(iter(columns)), "bars come in a frame or column by column, not both")
    source = Source.of(columns if frame is None else frame)
    found = _assigned(source, names, required)
    when = _times(source, found.pop("time"), time_unit)
    rows = len(when) if when is not None else source.rows()
    numbered = when is None
    if when is None:
        when = (np.arange(rows, dtype="<i8") * _UNITS["s"]).view("<M8[ns]")
    values = {name: _values(source, found.get(name), name, rows, missing=not required) for name in wire.COLUMNS}
    for name, theirs in _extras(source, extra).items():
        values[name] = _values(source, theirs, name, rows)
    for name, column in values.items():
        if len(column) != rows:
            raise InvalidError.of_field(f"bars.{name}", f"{name} has {len(column)} values for {rows} times")
    absent = {name for name in wire.COLUMNS if found.get(name) is None and name not in (names or {})}
    return Bars(when, values, frozenset(absent | ({"time"} if numbered else set())))


class Source:
    """The columns of a frame by name, whatever the library."""

    def __init__(self, columns: Mapping[str, Any], index: Any = None) -> None:
        self.columns = columns
        #: The index of a pandas frame, if it holds times.
        self.index = index

    @classmethod
    def of(cls, frame: Any) -> Source:
        library = type(frame).__module__.partition(".")[0]
        if isinstance(frame, Source):
            return frame
        if isinstance(frame, Mapping):
            return cls(frame)
        if library == "pandas" and hasattr(frame, "columns"):
            index = frame.index if frame.index.dtype.kind == "M" or _zoned(frame.index.dtype) else None
            named = [str(name[0] if isinstance(name, tuple) else name) for name in frame.columns]
            return cls({name: frame.iloc[:, at] for at, name in enumerate(_distinct(named))}, index)
        if library == "polars" and hasattr(frame, "collect"):
            frame = frame.collect()
        if library == "polars" and hasattr(frame, "get_columns"):
            return cls({column.name: column for column in frame.get_columns()})
        if isinstance(frame, np.ndarray) and frame.dtype.names:
            return cls({name: frame[name] for name in frame.dtype.names})
        if library == "pyarrow" and hasattr(frame, "column_names"):
            return cls({name: frame.column(at) for at, name in enumerate(_distinct(frame.column_names))})
        if hasattr(frame, "__arrow_c_stream__"):
            return cls.of(_imported(frame))
        kind = f"{type(frame).__module__}.{type(frame).__qualname__}"
        raise InvalidError.of_field(
            "bars",
            f"bars are a mapping of arrays, a structured array, or a frame of pandas, Polars or Arrow, not {kind}",
        )

    def rows(self) -> int:
        return max((len(column) for column in self.columns.values()), default=0)

    def is_time(self, name: str) -> bool:
        column = self.columns[name]
        dtype = getattr(column, "dtype", None) or getattr(column, "type", None)
        return getattr(dtype, "kind", "") == "M" or re.match(r"(?i)date|timestamp", str(dtype)) is not None


def _distinct(names: list[str]) -> list[str]:
    """The names of columns, as in a frame of one symbol; that of several has each name several times."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidError.of_field("bars", f"several columns are named {', '.join(twice)}; select those of one symbol")
    return names


def _imported(frame: Any) -> Any:
    """The table behind the Arrow C stream of some other library, by a library that is there."""
    for name, read in (("pyarrow", "table"), ("polars", "from_arrow")):
        try:
            return getattr(__import__(name), read)(frame)
        except ImportError:
            continue
    raise InvalidError.of_field("bars", "an Arrow stream needs pyarrow or polars to be read")


def time_column(source: Source, names: Names = None) -> Optional[str]:
    """The name of the column of times; None where there is none, or the index holds them."""
    return _assigned(source, names, required=False)["time"]


def _assigned(source: Source, names: Names, required: bool) -> dict[str, Optional[str]]:
    """The name in the frame of each column that the bars have; None is the index, or nothing."""
    given = {("time" if ours == "times" else ours): theirs for ours, theirs in (names or {}).items()}
    unknown = sorted(set(given) - set(_USUAL))
    if unknown:
        raise InvalidError.of_field("names", f"names are of {', '.join(_USUAL)}; got {', '.join(unknown)}")
    for ours, theirs in given.items():
        if theirs is not None and theirs not in source.columns:
            raise InvalidError.of_field(f"bars.{ours}", f"no column {theirs!r}; {_listing(source)}")
    plain: dict[str, list[str]] = {}
    for name in source.columns:
        plain.setdefault(re.sub(r"[\s_]", "", name).lower(), []).append(name)
    found: dict[str, Optional[str]] = {}
    for ours, usual in _USUAL.items():
        hits = [name for known in usual for name in plain.get(known, ())]
        if ours in given:
            found[ours] = given[ours]
        elif ours == "time":
            found[ours] = _time_column(source, hits, required)
        elif hits and len(plain[re.sub(r"[\s_]", "", hits[0]).lower()]) > 1:
            raise InvalidError.of_field(
                f"bars.{ours}", f"several columns may be {ours}: {', '.join(hits)}; say which in names"
            )
        elif hits:
            found[ours] = hits[0]
        elif required:
            raise InvalidError.of_field(f"bars.{ours}", f"no column {ours}; {_listing(source)}")
    return found


def _time_column(source: Source, hits: list[str], required: bool) -> Optional[str]:
    """By type, where there is one that holds times; else by name; else the index of pandas."""
    typed = [name for name in source.columns if source.is_time(name)]
    named = [name for name in hits if name in typed] or hits
    if source.index is not None and not named:
        return None
    if named:
        return named[0]
    if len(typed) == 1:
        return typed[0]
    if typed:
        raise InvalidError.of_field("bars.times", f"several columns hold times: {', '.join(typed)}; say which in names")
    if required:
        raise InvalidError.of_field("bars.times", f"no column of times; {_listing(source)}")
    return None


def _listing(source: Source) -> str:
    listed = ", ".join(str(name) for name in list(source.columns)[:20]) or "none"
    return f"the columns are {listed}; names says which is which"


def _extras(source: Source, extra: Any) -> dict[str, str]:
    named = dict(extra) if isinstance(extra, Mapping) else {name: name for name in extra}
    for ours, theirs in named.items():
        if theirs not in source.columns:
            raise InvalidError.of_field("bars.extra", f"no column {theirs!r}; {_listing(source)}")
        if not _EXTRA_NAME.fullmatch(ours):
            raise InvalidError.of_field("bars.extra", f"an extra column is named by 1 to 32 of a-z 0-9 _, got {ours!r}")
    return named


def _times(source: Source, name: Optional[str], unit: Optional[str]) -> Optional[np.ndarray]:
    """The times as datetime64[ns], or None where there are none."""
    column = source.index if name is None else source.columns[name]
    if column is None:
        return None
    called = "the index" if name is None else f"column {name!r}"
    if unit is not None and unit not in _UNITS:
        raise InvalidError.of_field("time_unit", f"time_unit must be s, ms, us or ns, got {unit!r}")
    array = time_array(column)
    if array.dtype.kind in "iu":
        array = _counted(array, unit, called)
    elif array.dtype.kind != "M":
        advice = (
            "parse the text first, as with pandas.to_datetime"
            if array.dtype.kind in "OUS"
            else "whole numbers need time_unit"
        )
        raise InvalidError.of_field("bars.times", f"{called} holds {array.dtype}, not times; {advice}")
    return checked_times(array, called, "bars.times")


def checked_times(array: np.ndarray, called: str, field: str) -> np.ndarray:
    missing = np.isnat(array)
    if missing.any():
        row = int(np.argmax(missing))
        raise InvalidError.of_field(f"{field}[{row}]", f"{called} has no time in row {row}")
    return _nanoseconds(array, called, field)


def time_array(column: Any) -> np.ndarray:
    """The column as NumPy has it; times with a zone as UTC."""
    library = type(column).__module__.partition(".")[0]
    if library == "pandas" and _zoned(column.dtype):
        accessor = column.dt if hasattr(column, "dt") else column
        return accessor.tz_convert("UTC").to_numpy(dtype=f"datetime64[{getattr(column.dtype, 'unit', 'ns')}]")
    if library == "pandas" and str(column.dtype).startswith("timestamp["):
        return column.to_numpy(dtype="datetime64[ns]", na_value=np.datetime64("NaT"))
    if library == "polars" or library == "pyarrow":
        return np.asarray(column.to_numpy())
    array = np.asarray(column)
    return _dated(array) if array.dtype.kind == "O" and len(array) else array


def _dated(array: np.ndarray) -> np.ndarray:
    """Objects of `datetime` in UTC, or days; as they are if they are anything else."""
    if all(isinstance(each, datetime) for each in array):
        naive = [each.astimezone(timezone.utc).replace(tzinfo=None) if each.tzinfo else each for each in array]
        return np.array(naive, dtype="M8[us]")
    if all(isinstance(each, date) and not isinstance(each, datetime) for each in array):
        return array.astype("M8[D]")
    return array


def _zoned(dtype: Any) -> bool:
    return getattr(dtype, "tz", None) is not None


def _counted(array: np.ndarray, unit: Optional[str], called: str) -> np.ndarray:
    if unit is None:
        raise InvalidError.of_field(
            "bars.times", f"{called} holds whole numbers; time_unit says of what: s, ms, us or ns"
        )
    factor = _UNITS[unit]
    if len(array) and (int(array.max()) > _TIME_MAX // factor or int(array.min()) < -(_TIME_MAX // factor)):
        raise InvalidError.of_field("bars.times", f"{called} has times that are not between 1677 and 2262 in {unit}")
    return (array.astype("<i8") * factor).view("<M8[ns]")


def _nanoseconds(array: np.ndarray, called: str, field: str) -> np.ndarray:
    # NumPy wraps what does not fit in silence, or raises, depending on its version.
    if np.datetime_data(array.dtype)[0] not in ("ns", "ps", "fs", "as") and len(array):
        for bound in (array.min(), array.max()):
            if not _EARLIEST <= bound <= _LATEST:
                message = f"{called} has times that are not between 1677 and 2262: {bound}"
                raise InvalidError.of_field(field, message)
    return aligned(array.astype("<M8[ns]", copy=False), "<M8[ns]")


def _values(source: Source, name: Optional[str], ours: str, rows: int, missing: bool = False) -> np.ndarray:
    if name is None:
        if not missing:
            return np.zeros(rows, dtype="<f8")
        # One value that is seen everywhere, as nearly nobody reads it: whoever sends it writes it out.
        return np.broadcast_to(np.array(0.0 if ours == "volume" else np.nan, dtype="<f8"), rows)
    return values(source, name, ours)


def values(source: Source, name: str, ours: str) -> np.ndarray:
    """A column as contiguous, aligned little-endian float64."""
    column = source.columns[name]
    array = _floats(column)
    if array.ndim != 1:
        raise InvalidError.of_field(f"bars.{ours}", f"column {name!r} has {array.ndim} dimensions, not 1")
    if array.dtype.kind not in "fiu":
        first = next((type(each).__name__ for each in array.ravel()[:1]), "nothing")
        kind = f"objects ({first})" if array.dtype.kind == "O" else str(array.dtype)
        raise InvalidError.of_field(f"bars.{ours}", f"column {name!r} holds {kind}, not numbers")
    return aligned(array, "<f8")


def aligned(array: np.ndarray, dtype: str) -> np.ndarray:
    """The array in one piece, at an address that its numbers may have; itself if it is so."""
    return np.require(array, dtype, ["C", "A", "E"])


def _floats(column: Any) -> np.ndarray:
    library = type(column).__module__.partition(".")[0]
    if library == "polars":
        polars = sys.modules["polars"]
        is_other = column.dtype.is_numeric() and column.dtype != polars.Float64
        return (column.cast(polars.Float64) if is_other else column).to_numpy()
    if library == "pyarrow":
        arrow = __import__("pyarrow")
        kind = column.type
        numeric = arrow.types.is_integer(kind) or arrow.types.is_floating(kind) or arrow.types.is_decimal(kind)
        return np.asarray((column.cast(arrow.float64()) if numeric else column).to_numpy(zero_copy_only=False))
    if library == "pandas" and column.dtype.kind in "fiu" and not isinstance(column.dtype, np.dtype):
        # Nullable and Arrow-backed columns mark what is missing by NA.
        return column.to_numpy(dtype="float64", na_value=np.nan)
    if np.ma.isMaskedArray(column):
        return np.ma.filled(column.astype("f8"), np.nan)
    return np.asarray(column)
