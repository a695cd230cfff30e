"""The documentation of an indicator. The generator shares it, so it imports nothing of the package."""

from __future__ import annotations

import keyword
from typing import Any


def python_name(name: str) -> str:
    """The name in Python: with an underscore where Python has the word."""
    return f"{name}_" if keyword.iskeyword(name) else name


def bound(value: float) -> str:
    """A bound of a range, as short as it is exact enough to read."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def document(declared: dict[str, Any], indent: str = "") -> str:
    """The documentation of an indicator."""
    lines = [headline(declared), "", declared["formula"], ""]
    lines.append(f"Inputs: {', '.join(declared['inputs'])}, unless others are given. {_lookback(declared)}")
    if declared["params"]:
        lines += ["", "Parameters:"]
        lines += [f"    {python_name(each['name'])}: {each['help']}; {_range(each)}" for each in declared["params"]]
    if len(declared["outputs"]) > 1:
        lines += ["", "Outputs:"]
        lines += [f"    {each['name']}: {each['help']}" for each in declared["outputs"]]
    lines += ["", f"Source: {declared['source']}."]
    return "\n".join(f"{indent}{line}".rstrip() for line in lines).lstrip()


def headline(declared: dict[str, Any]) -> str:
    """The title and the summary."""
    return f"{declared['title']}: {declared['summary'][:1].lower()}{declared['summary'][1:]}"


def _lookback(declared: dict[str, Any]) -> str:
    return f"No value in the first {declared['lookback']} bars." if declared["lookback"] else "A value at every bar."


def _range(param: dict[str, Any]) -> str:
    if param["choices"]:
        return f"one of {', '.join(param['choices'])}, by default {param['default']}"
    return f"{bound(param['min'])} to {bound(param['max'])}, by default {param['default']}"
