"""TA-Lib's Python functions: `import atrad.ta as talib` runs existing code.

Names, arguments, defaults and shapes are those of TA-Lib's wheel. They are computed in this process where the native
module is installed, else by the server of `atrad.use` or ATRAD_SERVER, to which arrays are sent along and not stored. A
pandas or Polars Series as input makes a Series of the answer.
"""

from __future__ import annotations

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

#: Parameters of a function that are remembered.
_KNOWN_MAX = 1024


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
    params = [each for each, _type, _value in row["params"]]
    # Compiled from its signature, as by collections.namedtuple: Python binds the arguments, which takes a tenth of the
    # time of inspect.Signature.bind. What was asked for before goes to the module as it is, where that can be.
    declared = ", ".join([*row["inputs"], *(f"{each}=_defaults[{at}]" for at, each in enumerate(params))])
    inputs, given = (f"({''.join(f'{each}, ' for each in names)})" for names in (row["inputs"], params))
    code = f"""def {name}({declared}):
    known = _known.get({given})
    if known is not None and _here():
        found = _checked(known, {inputs})
        if found is not None:
            return found
    return _call(_row, _known, {inputs}, {given})
"""
    scope = {
        "_call": _call,
        "_checked": native.checked,
        "_defaults": [value for _name, _type, value in row["params"]],
        "_here": computes_here,
        "_known": {},
        "_row": row,
    }
    exec(code, scope)
    function: Callable[..., Any] = scope[name]  # type: ignore[assignment]
    function.__module__ = __name__
    function.__doc__ = f"{row['title']}: `{row['text']}`."
    return function


def _call(row: dict[str, Any], known: dict[Any, Any], inputs: tuple[Any, ...], params: tuple[Any, ...]) -> Any:
    arrays = [_array(row, name, each) for name, each in zip(row["inputs"], inputs)]
    rows = len(arrays[0])
    if any(len(each) != rows for each in arrays):
        raise InvalidError.of_field(
            "inputs", f"the inputs of {row['name']} have different lengths: {list(map(len, arrays))}"
        )
    # As TA-Lib does: what comes before the first row where every input has a value is no part of the series.
    begin = 0 if rows and all(each[0] == each[0] for each in arrays) else _first(arrays, rows)
    outputs = [np.empty(rows, np.int32 if whole else np.float64) for whole in row["integers"]]
    if begin:
        for each in outputs:
            each[:begin] = 0 if each.dtype == np.int32 else np.nan
    if begin < rows:
        asked = _expressions(row["name"], *params)
        _fill(row, asked, [each[begin:] for each in arrays], [each[begin:] for each in outputs], begin)
        # The next call with these parameters goes to the module at once.
        if computes_here() and len(known) < _KNOWN_MAX:
            known[params] = native.function(*asked, tuple(row["integers"])).over
    wrapped = [_like(inputs, each) for each in outputs]
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


def _fill(
    row: dict[str, Any],
    asked: tuple[tuple[str, ...], tuple[str, ...]],
    arrays: list[np.ndarray],
    outputs: list[np.ndarray],
    begin: int,
) -> None:
    """Computes the outputs over the arrays, which begin at a row of the caller's."""
    # Positions count from the first row of the caller, and only where there is one.
    moved = begin if row["name"].endswith("INDEX") else 0
    if computes_here():
        columns = [np.empty(len(each)) for each in outputs] if moved else outputs
        native.checked(native.function(*asked, tuple(row["integers"])), arrays, columns)
    else:
        columns = _asked(*asked, arrays)
    if columns is not outputs:
        for output, column in zip(outputs, columns):
            output[:] = np.nan_to_num(column + moved) if output.dtype == np.int32 else column


@lru_cache(maxsize=4096, typed=True)
def _expressions(name: str, *params: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The expressions of a function with these parameters, and the names of its inputs in them."""
    row = _table()[name]
    names = tuple(f"input_{at}" for at in range(len(row["inputs"])))
    values = {param: value for (param, _type, _default), value in zip(row["params"], params)}
    if values.get("slowd_matype", values.get("slowk_matype")) != values.get("slowk_matype"):
        return _stochastic(name, names, values), names
    given = [f"{to}={_value(theirs, values[theirs])}" for theirs, to in row["named"].items() if to]
    return (f"{row['indicator']}({', '.join([*names, *given])})",), names


def _stochastic(name: str, names: tuple[str, ...], params: dict[str, Any]) -> tuple[str, ...]:
    """STOCH and KDJ with two kinds of moving averages: our declarations have one."""
    fast = f"stochf({', '.join(names)}, fastk={params['fastk_period']}, fastd=1, ma=sma).k"
    k = f"ma({fast}, {params['slowk_period']}, ma={_value('matype', params['slowk_matype'])})"
    d = f"ma({k}, {params['slowd_period']}, ma={_value('matype', params['slowd_matype'])})"
    # All outputs begin at the same bar: 0 times a value that is absent is absent.
    begun = f"{k} + 0 * {d}"
    return (begun, d) if name == "STOCH" else (begun, d, f"3 * {k} - 2 * {d}")


def _asked(expressions: tuple[str, ...], names: tuple[str, ...], arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The columns from a server. They are sent as extra columns: prices have rules that TA-Lib's inputs do not."""
    rows = len(arrays[0])
    nothing = np.zeros(rows, dtype="<f8")
    columns = {**dict.fromkeys(("open", "high", "low", "close", "volume"), nothing), **dict(zip(names, arrays))}
    bars = frames.Bars(np.arange(rows).astype("<M8[s]").astype("<M8[ns]"), columns)
    asked = requests.question(expressions, (None, None, None, None), bars=bars)
    return list(shared().ask(asked).values())


def _value(param: str, value: Any) -> str:
    if param.endswith("matype"):
        try:
            return MA_Type(value).name.lower()
        except ValueError:
            raise InvalidError.of_field(param, f"{param} must be one of MA_Type, got {value}") from None
    # Python finds 14.0 where 14 is known.
    return number(int(value) if isinstance(value, float) and value.is_integer() else value)


def _like(inputs: tuple[Any, ...], values: np.ndarray) -> Any:
    """A Series where an input is one."""
    for each in inputs:
        if type(each) is np.ndarray:
            continue
        library = type(each).__module__.partition(".")[0]
        if library == "pandas":
            return type(each)(values, index=each.index)
        if library == "polars":
            return type(each)(values)
    return values
