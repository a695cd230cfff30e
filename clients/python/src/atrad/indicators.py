"""One function per indicator, with its parameters, defaults, ranges, documentation and outputs.

They are made from the declarations of the server, which `catalog.json` beside this file holds, when they are asked for;
`indicators.pyi` tells editors and type checkers the same. Arguments are as in the text of expressions: first the
inputs, all or none of them, then the parameters, by position or by name.
"""

from __future__ import annotations

import builtins
import inspect
import json
import keyword
import operator
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Optional

from atrad.documents import bound, document, python_name
from atrad.errors import InvalidError
from atrad.expressions import Expr, Outputs, Variants, number, operand, text_of

__all__: list[str]


@lru_cache(maxsize=None)
def declarations() -> dict[str, dict[str, Any]]:
    """The declaration of each indicator by its name, as `ListIndicators` tells them."""
    text = (Path(__file__).parent / "catalog.json").read_text(encoding="utf-8")
    return {each["name"]: each for each in json.loads(text)["indicators"]}


@lru_cache(maxsize=None)
def function(name: str) -> Callable[..., Any]:
    """The function of an indicator."""
    declared = declarations()[name]

    def indicator(*arguments: Any, **named: Any) -> Expr:
        return call(declared, arguments, named)

    indicator.__name__ = indicator.__qualname__ = python_name(name)
    indicator.__module__ = __name__
    indicator.__doc__ = document(declared)
    indicator.__signature__ = signature(declared)  # type: ignore[attr-defined]
    return indicator


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return [each for each in map(python_name, declarations()) if not hasattr(builtins, each)]
    known = name.rstrip("_") if keyword.iskeyword(name.rstrip("_")) else name
    if known.startswith("__") or known not in declarations():
        raise AttributeError(f"module {__name__!r} has no indicator {name!r}")
    return function(known)


def __dir__() -> list[str]:
    return sorted([*globals(), *map(python_name, declarations())])


def call(declared: dict[str, Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Expr:
    """The expression of a call, checked against the declaration."""
    name, params = declared["name"], declared["params"]
    inputs, values = _split(declared, arguments)
    if len(values) > len(params):
        raise TypeError(f"{name} has {len(params)} parameters, got {len(values)}")
    written = [str(operand(each)) for each in inputs]
    written += [checked(name, param, value) for param, value in zip(params, values)]
    for given, value in named.items():
        param = next((each for each in params if given in (each["name"], python_name(each["name"]))), None)
        if param is None:
            allowed = ", ".join(each["name"] for each in params) or "none"
            raise TypeError(f"{name} has the parameters {allowed}; {given!r} is none of them")
        if param in params[: len(values)]:
            raise TypeError(f"{name} got {param['name']} by position and by name")
        written.append(f"{param['name']}={checked(name, param, value)}")
    text = f"{name}({', '.join(written)})"
    outputs = tuple(each["name"] for each in declared["outputs"])
    return Outputs(text, outputs) if len(outputs) > 1 else Expr(text)


def _split(declared: dict[str, Any], arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The inputs and the values of parameters. Inputs are expressions, of which there are all or none."""
    count, params = len(declared["inputs"]), declared["params"]
    first = arguments[:count]
    words = params[0]["choices"] if params else []
    given = [isinstance(each, Expr) or (isinstance(each, str) and each not in words) for each in first]
    if not any(given):
        return (), arguments
    if len(first) < count or not all(isinstance(each, (Expr, str)) for each in first):
        names = ", ".join(declared["inputs"])
        message = (
            f"{declared['name']} reads {count} inputs ({names}): all of them or none are given first, as expressions"
        )
        raise TypeError(f"{message}; got {', '.join(map(repr, arguments))}")
    return first, arguments[count:]


def checked(indicator: str, param: dict[str, Any], value: Any) -> str:
    """The text of a value, if it is of the kind of the parameter and within its range."""
    what = f"{param['name']} of {indicator}"
    if isinstance(value, (builtins.range, Variants)):
        return _variants(indicator, param, value if isinstance(value, Variants) else Variants(value))
    if param["kind"] == "choice":
        if isinstance(value, str) and value.lower() in param["choices"]:
            return value.lower()
        raise InvalidError.of_field(
            param["name"], f"{what} must be one of {', '.join(param['choices'])}, got {value!r}"
        )
    exact = _number(value, whole=param["kind"] == "integer")
    if exact is None:
        kind = "an integer" if param["kind"] == "integer" else "a number"
        raise InvalidError.of_field(
            param["name"], f"{what} must be {kind}, got {value if isinstance(value, Expr) else repr(value)}"
        )
    if not param["min"] <= exact <= param["max"]:
        bounds = f"{bound(param['min'])} and {bound(param['max'])}"
        raise InvalidError.of_field(param["name"], f"{what} must be between {bounds}, got {value}")
    return number(exact)


def _number(value: Any, whole: bool) -> Any:
    """The value as int or float; None if it is of another kind."""
    if isinstance(value, (bool, str, Expr)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        pass
    try:
        real = float(value)
    except (TypeError, ValueError):
        return None
    if not whole:
        return real
    return int(real) if real.is_integer() else None


def _variants(indicator: str, param: dict[str, Any], several: Variants) -> str:
    """The variants of a sweep, each of which is checked."""
    values = several.values
    ends = (values[0], values[-1]) if isinstance(values, builtins.range) else values
    for each in ends:
        checked(indicator, param, each)
    return str(several)


def signature(declared: dict[str, Any]) -> inspect.Signature:
    """What `help` and notebooks show."""
    kind = inspect.Parameter
    shown = [kind("inputs", kind.VAR_POSITIONAL)]
    for param in declared["params"]:
        shown.append(kind(python_name(param["name"]), kind.KEYWORD_ONLY, default=default(param)))
    return inspect.Signature(shown)


def default(param: dict[str, Any]) -> Any:
    """The default of a parameter, of its type."""
    return (
        param["default"]
        if param["kind"] == "choice"
        else (int if param["kind"] == "integer" else float)(param["default"])
    )


def labels(expression: Any) -> Optional[list[str]]:
    """The labels of the columns of an expression, where they are known without the server."""
    if isinstance(expression, Outputs):
        return [f"{expression}.{name}" for name in expression._names]
    return [text_of(expression)] if isinstance(expression, Expr) else None
