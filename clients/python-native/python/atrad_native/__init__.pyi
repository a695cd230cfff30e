import os
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

import numpy as np

__version__: str

class QueryError(ValueError):
    """An expression or a column is wrong: the path of the field, and what is wrong with it."""

class StorageError(OSError):
    """A data folder cannot be read: the code of the error, and what happened."""

class Query:
    """Expressions, parsed and planned once."""

    def __init__(self, texts: Sequence[str]) -> None: ...
    @property
    def infos(self) -> list[tuple[str, str, int, Optional[int], int]]:
        """Label, canonical expression, lookback, stable_from and display shift of each column."""
    @property
    def columns(self) -> list[str]:
        """The columns that are read, without the times."""
    def compute(
        self, times: Optional[np.ndarray], columns: Mapping[str, np.ndarray], ends: Optional[Sequence[int]] = None
    ) -> list[np.ndarray]:
        """The values over contiguous int64 times and float64 columns, one new array per column of the answer."""

class Function:
    """Expressions over columns without a meaning, planned once."""

    def __init__(self, texts: Sequence[str], inputs: Sequence[str], integers: Sequence[bool]) -> None: ...
    def over(self, inputs: tuple[Any, ...]) -> Any:
        """The values in new arrays, one or a tuple; None if an input is none that is read as it is, or begins with NaN."""
    def __call__(self, inputs: Sequence[np.ndarray], outputs: Sequence[np.ndarray]) -> None:
        """Writes the values over contiguous float64 inputs into float64 or int32 outputs, one per expression."""

class Folder:
    """A data folder that is only read, also while a server writes to it."""

    def __init__(self, path: Union[str, os.PathLike[str]]) -> None: ...
    def series(self) -> list[tuple[str, str, int, int, Optional[tuple[int, int]]]]:
        """Symbol, timeframe, epoch, rows, and the times of the first and of the newest bar of each series, by name."""
    def open(self, symbol: str, timeframe: str) -> Optional[Series]:
        """A series as it is now; None if there is none of this name."""

class Series:
    """The bars of a stored series, as they were when they were opened."""

    @property
    def epoch(self) -> int: ...
    def read(
        self,
        start: Optional[int] = None,
        end: Optional[int] = None,
        last: Optional[int] = None,
        as_of: Optional[int] = None,
    ) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
        """The times and the columns of bars, int64 nanoseconds and float64."""
    def compute(
        self,
        query: Query,
        start: Optional[int] = None,
        end: Optional[int] = None,
        last: Optional[int] = None,
        as_of: Optional[int] = None,
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """The times and the values of a query, as over all bars."""
