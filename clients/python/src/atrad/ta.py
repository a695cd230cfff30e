"""TA-Lib's Python functions: `import atrad.ta as talib` runs existing code.

Names, arguments, defaults and shapes are those of TA-Lib's wheel. They are computed in this process where the native
module is installed, else by the server of `atrad.use` or ATRAD_SERVER, to which arrays are sent along and not stored. A
pandas or Polars Series as input makes a Series of the answer.
"""

from __future__ import annotations

import inspect
import json
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable

import numpy as np

from atrad import frames, native, requests
from atrad.errors import InvalidError
from atrad.expressions import number
from atrad.session import computes_here, shared


class MA_Type(IntEnum):
    """TA-Lib's numbers of moving averages."""

    SMA = 0
    EMA = 1
    WMA = 2
    DEMA = 3
    TEMA = 4
    TRIMA = 5
    KAMA = 6
    MAMA = 7
    T3 = 8
    HMA = 9
    ZLEMA = 12
    RMA = 13
    VIDYA = 14
    ALMA = 15


@lru_cache(maxsize=None)
def _table() -> dict[str, dict[str, Any]]:
    text = (Path(__file__).parent / "talib.json").read_text(encoding="utf-8")
    return {each["name"]: each for each in json.loads(text)}


def get_functions() -> list[str]:
    """The names of all functions."""
    return list(_table())


def get_function_groups() -> dict[str, list[str]]:
    """The names of all functions by group."""
    groups: dict[str, list[str]] = {}
    for name, row in _table().items():
        groups.setdefault(row["group"], []).append(name)
    return groups


def __getattr__(name: str) -> Any:
    if name not in _table():
        raise AttributeError(f"module {__name__!r} has no function {name!r}")
    return _function(name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_table()])


@lru_cache(maxsize=None)
def _function(name: str) -> Callable[..., Any]:
    row = _table()[name]
    kind = inspect.Parameter
    shown = [kind(each, kind.POSITIONAL_OR_KEYWORD) for each in row["inputs"]]
    shown += [kind(each, kind.POSITIONAL_OR_KEYWORD, default=value) for each, _type, value in row["params"]]
    signature = inspect.Signature(shown)

    def function(*arguments: Any, **named: Any) -> Any:
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        values = dict(bound.arguments)
        return _call(row, [values.pop(each) for each in row["inputs"]], values)

    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = f"{row['title']}: `{row['text']}`."
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _call(row: dict[str, Any], inputs: list[Any], params: dict[str, Any]) -> Any:
    arrays = [_array(row, name, each) for name, each in zip(row["inputs"], inputs)]
    rows = len(arrays[0])
    if any(len(each) != rows for each in arrays):
        raise InvalidError.of_field(
            "inputs", f"the inputs of {row['name']} have different lengths: {list(map(len, arrays))}"
        )
    # As TA-Lib does: what comes before the first row where every input has a value is no part of the series.
    begin = 0 if rows and not any(np.isnan(each[0]) for each in arrays) else _first(arrays, rows)
    outputs = _columns(row, [each[begin:] for each in arrays], params) if begin < rows else None
    made = [_output(row, at, outputs and outputs[at], begin, rows) for at in range(len(row["outputs"]))]
    wrapped = [_like(inputs, each) for each in made]
    return wrapped[0] if len(wrapped) == 1 else tuple(wrapped)


def _first(arrays: list[np.ndarray], rows: int) -> int:
    """The first row where all have a value; behind the last one if there is none."""
    valid = ~np.isnan(np.vstack(arrays)).any(axis=0) if rows else np.zeros(0, bool)
    return int(np.argmax(valid)) if valid.any() else rows


def _array(row: dict[str, Any], name: str, values: Any) -> np.ndarray:
    source = frames.Source.of({name: values})
    array = frames.values(source, name, name)
    if array.ndim != 1:
        raise InvalidError.of_field(name, f"{name} of {row['name']} must have one dimension, got {array.ndim}")
    return array


def _columns(row: dict[str, Any], arrays: list[np.ndarray], params: dict[str, Any]) -> list[np.ndarray]:
    """The outputs of the indicator over the arrays."""
    names = [f"input_{at}" for at in range(len(arrays))]
    if params.get("slowd_matype", params.get("slowk_matype")) != params.get("slowk_matype"):
        return _stochastic(row, names, arrays, params)
    given = [f"{to}={_value(theirs, params[theirs])}" for theirs, to in row["named"].items() if to]
    return _compute([f"{row['indicator']}({', '.join([*names, *given])})"], names, arrays)


def _stochastic(
    row: dict[str, Any], names: list[str], arrays: list[np.ndarray], params: dict[str, Any]
) -> list[np.ndarray]:
    """STOCH and KDJ with two kinds of moving averages: our declarations have one."""
    fast = f"stochf({', '.join(names)}, fastk={params['fastk_period']}, fastd=1, ma=sma).k"
    slow_k = f"ma({fast}, {params['slowk_period']}, ma={_value('matype', params['slowk_matype'])})"
    slow_d = f"ma({slow_k}, {params['slowd_period']}, ma={_value('matype', params['slowd_matype'])})"
    outputs = _compute([f"k = {slow_k}", f"d = {slow_d}"], names, arrays)
    # All outputs begin at the same bar.
    outputs[0] = np.where(np.isnan(outputs[1]), np.nan, outputs[0])
    return outputs if row["name"] == "STOCH" else [*outputs, 3 * outputs[0] - 2 * outputs[1]]


def _compute(expressions: list[str], names: list[str], arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Sends the arrays as extra columns: prices and volumes have rules that TA-Lib's inputs do not."""
    rows = len(arrays[0])
    if computes_here():
        return native.values_of(expressions, dict(zip(names, arrays)))
    nothing = np.zeros(rows, dtype="<f8")
    columns = {**dict.fromkeys(("open", "high", "low", "close", "volume"), nothing), **dict(zip(names, arrays))}
    bars = frames.Bars(np.arange(rows).astype("<M8[s]").astype("<M8[ns]"), columns)
    asked = requests.question((expressions,), (None, None, None, None), bars=bars)
    return list(shared().ask(asked).values())


def _value(param: str, value: Any) -> str:
    if param.endswith("matype"):
        try:
            return MA_Type(value).name.lower()
        except ValueError:
            raise InvalidError.of_field(param, f"{param} must be one of MA_Type, got {value}") from None
    return number(value)


def _output(row: dict[str, Any], at: int, column: Any, begin: int, rows: int) -> np.ndarray:
    """The column in the type of TA-Lib, filled up to all rows."""
    if row["integers"][at]:
        whole = np.zeros(rows, dtype=np.int32)
        if column is not None:
            whole[begin:] = np.nan_to_num(column)
            if row["name"].endswith("INDEX"):
                # Positions count from the first row that was sent.
                whole[begin:] += np.where(np.isnan(column), 0, begin).astype(np.int32)
        return whole
    if column is not None and not begin and column.flags.writeable:
        return np.asarray(column)
    real = np.full(rows, np.nan)
    if column is not None:
        real[begin:] = column
    return real


def _like(inputs: list[Any], values: np.ndarray) -> Any:
    """A Series where an input is one."""
    for each in inputs:
        library = type(each).__module__.partition(".")[0]
        if library == "pandas":
            return type(each)(values, index=each.index)
        if library == "polars":
            return type(each)(values)
    return values
