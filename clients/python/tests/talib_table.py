"""The table behind `atrad.ta`, from TA-Lib's wheel: running this writes `src/atrad/talib.json` anew."""

import json
import re
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "atrad"

# Parameters whose names are not TA-Lib's without the word for their kind.
NAMES = {
    "timeperiod": "period",
    "nbdevup": "up",
    "nbdevdn": "down",
    "matype": "ma",
    "slowk_matype": "ma",
    "slowd_matype": None,
    "fastd_matype": "ma",
    "fastmatype": "fast_ma",
    "slowmatype": "slow_ma",
    "signalmatype": "signal_ma",
    "startvalue": "start",
    "offsetonreverse": "offset",
    "accelerationinitlong": "init_long",
    "accelerationlong": "step_long",
    "accelerationmaxlong": "max_long",
    "accelerationinitshort": "init_short",
    "accelerationshort": "step_short",
    "accelerationmaxshort": "max_short",
}


def ours(name, param, params):
    """Our name of a parameter; None where we have none: TA-Lib ignores the factor of VAR itself."""
    if param in NAMES:
        return NAMES[param]
    if (name, param) == ("VAR", "nbdev"):
        return None
    period = re.fullmatch(r"timeperiod(\d)", param)
    short = f"period{period[1]}" if period else re.sub(r"_?period$|bars$|limit$", "", param)
    if short not in params:
        raise KeyError(f"{name} has no parameter for {param}: {params}")
    return short


def row(name, talib, abstract, catalogue):
    info = abstract.Function(name).info
    indicator = name.lower() if name.lower() in catalogue else name.lower().replace("cdl", "cdl_", 1)
    declared = catalogue[indicator]
    params = [each["name"] for each in declared["params"]]
    first_line = getattr(talib, name).__doc__.split("\n")[0]
    inputs = re.findall(r"ndarray (\w+)", first_line)
    theirs = [
        (param, "float" if isinstance(value, float) else "int", value) for param, value in info["parameters"].items()
    ]
    named = {param: ours(name, param, params) for param, _kind, _value in theirs}
    arguments = [*declared["inputs"], *(f"{to}={param}" for param, to in named.items() if to)]
    return {
        "name": name,
        "group": info["group"],
        "title": info["display_name"],
        "inputs": inputs,
        "params": [[param, kind, value] for param, kind, value in theirs],
        "outputs": info["output_names"],
        "integers": integers(getattr(talib, name), len(inputs)),
        "indicator": indicator,
        "named": named,
        "columns": [each["name"] for each in declared["outputs"]],
        "text": f"{indicator}({', '.join(arguments)})",
    }


def integers(function, inputs):
    """Which outputs are whole numbers: what the function answers says so."""
    outputs = function(*[np.linspace(0.1, 0.9, 200)] * inputs)
    return [each.dtype == np.int32 for each in (outputs if isinstance(outputs, tuple) else (outputs,))]


def table():
    import talib
    from talib import abstract

    catalogue = {each["name"]: each for each in json.loads((PACKAGE / "catalog.json").read_text())["indicators"]}
    return [row(name, talib, abstract, catalogue) for name in sorted(talib.get_functions())]


def text():
    return "[\n" + ",\n".join(json.dumps(each, sort_keys=True) for each in table()) + "\n]\n"


if __name__ == "__main__":
    (PACKAGE / "talib.json").write_text(text(), encoding="utf-8")
