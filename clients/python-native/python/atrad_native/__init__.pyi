from collections.abc import Mapping, Sequence
from typing import Any, Optional

import numpy as np

__version__: str

class QueryError(ValueError):
    """An expression or a column is wrong: the path of the field, and what is wrong with it."""

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
