"""`df.atrad` on frames of pandas and Polars: indicators over the columns of the frame.

They are computed in this process where the native module is installed, else by a server.

`import atrad` registers it in each of the two that is imported already; `import atrad.pandas` and `import
atrad.polars` do in any case.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Callable, Optional

import numpy as np

from atrad import frames, indicators, inline, native
from atrad.client import Client
from atrad.errors import InvalidError
from atrad.frames import Names
from atrad.requests import Expressions, texts
from atrad.session import computes_here, shared


class Accessor:
    """Indicators over the columns of a frame, one value per row.

    A frame needs only the columns that the expressions read. Times come from its column of times or, with pandas,
    from its index; a frame without is computed by the order of its rows.
    """

    def __init__(self, frame: Any, names: Names = None, client: Optional[Client] = None) -> None:
        self._frame, self._names, self._client = frame, names, client

    def using(self, *, names: Names = None, client: Optional[Client] = None) -> Accessor:
        """The same with a mapping of column names, as in `Client.ingest`, or with another connection."""
        return type(self)(self._frame, names or self._names, client or self._client)

    def compute(self, *expressions: Expressions, by: Optional[str] = None) -> Any:
        """A frame of the columns of expressions, row by row. `by` is a column each of whose values is a series."""
        return self._made(self._columns(texts(expressions), by))

    def with_columns(self, *expressions: Expressions, by: Optional[str] = None) -> Any:
        """This frame with the columns of expressions added."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            made = getattr(indicators, name)
        except AttributeError:
            raise AttributeError(f"no indicator {name!r}") from None

        def indicator(*arguments: Any, by: Optional[str] = None, **named: Any) -> Any:
            columns = self._columns([str(made(*arguments, **named))], by)
            return self._made(columns) if len(columns) > 1 else self._series(*next(iter(columns.items())))

        indicator.__doc__ = made.__doc__
        indicator.__name__ = name
        return indicator

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *indicators.declarations()]

    def _columns(self, expressions: list[str], by: Optional[str]) -> dict[str, np.ndarray]:
        source = frames.Source.of(self._frame)
        if by is None:
            return self._part(source, expressions)
        if by not in source.columns:
            raise InvalidError.of_field("by", f"no column {by!r} in the frame")
        keys = _codes(source.columns[by])
        if self._client is None and computes_here():
            return self._grouped(source, expressions, by, keys)
        found: dict[str, np.ndarray] = {}
        for rows in _groups(keys):
            part = {name: _taken(column, rows) for name, column in source.columns.items() if name != by}
            index = None if source.index is None else source.index[rows]
            for label, values in self._part(frames.Source(part, index), expressions).items():
                found.setdefault(label, np.full(len(keys), np.nan))[rows] = values
        return found

    def _grouped(
        self, source: frames.Source, expressions: list[str], by: str, keys: np.ndarray
    ) -> dict[str, np.ndarray]:
        """As by groups, at once and on all cores. A frame whose groups follow each other is not copied."""
        codes = keys if keys.dtype.kind in "iu" else np.unique(keys, return_inverse=True)[1]
        is_ordered = bool((codes[1:] >= codes[:-1]).all())
        order = np.empty(0, np.intp) if is_ordered else np.argsort(codes, kind="stable")
        ranked = codes if is_ordered else codes[order]
        ends = [*(np.flatnonzero(ranked[1:] != ranked[:-1]) + 1).tolist(), len(codes)]
        columns = {name: column for name, column in source.columns.items() if name != by}
        if not is_ordered:
            columns = {name: _taken(column, order) for name, column in columns.items()}
        index = source.index if source.index is None or is_ordered else source.index[order]
        bars = inline.prepare(expressions, frames.Source(columns, index), self._names, None, {})
        answer = inline.complete(native.answer_of(expressions, bars, ends=ends), bars)
        if is_ordered:
            return dict(answer)
        found = {label: np.empty_like(values) for label, values in answer.items()}
        for label, values in answer.items():
            found[label][order] = values
        return found

    def _part(self, source: frames.Source, expressions: list[str]) -> dict[str, np.ndarray]:
        if self._client is None and computes_here():
            return dict(native.compute_bars(expressions, frame=source, names=self._names))
        client = self._client or shared()
        answer = client.compute_bars(expressions, frame=source, names=self._names)
        return dict(answer)

    def _made(self, columns: Mapping[str, np.ndarray]) -> Any:
        raise NotImplementedError

    def _series(self, label: str, values: np.ndarray) -> Any:
        raise NotImplementedError


class PandasAccessor(Accessor):
    __doc__ = Accessor.__doc__

    def with_columns(self, *expressions: Expressions, by: Optional[str] = None) -> Any:
        return self._frame.assign(**self._columns(texts(expressions), by))

    def _made(self, columns: Mapping[str, np.ndarray]) -> Any:
        return type(self._frame)(dict(columns), index=self._frame.index)

    def _series(self, label: str, values: np.ndarray) -> Any:
        return sys.modules["pandas"].Series(values, index=self._frame.index, name=label)


class PolarsAccessor(Accessor):
    __doc__ = Accessor.__doc__

    def with_columns(self, *expressions: Expressions, by: Optional[str] = None) -> Any:
        columns = self._columns(texts(expressions), by)
        return self._frame.with_columns([self._series(label, values) for label, values in columns.items()])

    def _made(self, columns: Mapping[str, np.ndarray]) -> Any:
        return type(self._frame)([self._series(label, values) for label, values in columns.items()])

    def _series(self, label: str, values: np.ndarray) -> Any:
        return sys.modules["polars"].Series(label, values)


def _codes(column: Any) -> np.ndarray:
    """Numbers that are equal where the values are, by the library of the column where that is fast."""
    library = type(column).__module__.partition(".")[0]
    if library == "pandas":
        codes: np.ndarray = sys.modules["pandas"].factorize(column)[0]
        return codes
    polars = sys.modules.get("polars")
    if polars is not None and library == "polars" and column.dtype == polars.String and not column.null_count():
        return np.asarray(column.cast(polars.Categorical).to_physical().to_numpy())
    return np.asarray(column)


def _groups(keys: np.ndarray) -> list[np.ndarray]:
    """The rows of each value, in their order in the frame."""
    _values, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.split(np.argsort(group, kind="stable"), np.cumsum(counts)[:-1]) if len(keys) else []


def _taken(column: Any, rows: np.ndarray) -> Any:
    """Some rows of a column of either library."""
    return column.iloc[rows] if hasattr(column, "iloc") else column[rows]


def register_pandas() -> None:
    """Gives frames of pandas the accessor."""
    import pandas

    if not hasattr(pandas.DataFrame, "atrad"):
        pandas.api.extensions.register_dataframe_accessor("atrad")(PandasAccessor)


def register_polars() -> None:
    """Gives frames of Polars the namespace."""
    import polars

    if not hasattr(polars.DataFrame, "atrad"):
        polars.api.register_dataframe_namespace("atrad")(PolarsAccessor)


def register_imported() -> None:
    """Registers in each library that is imported already."""
    for name, register in (("pandas", register_pandas), ("polars", register_polars)):
        # A library that is just being imported is not ready yet.
        if hasattr(sys.modules.get(name), "DataFrame"):
            register()
