"""Measures `atrad.ta`, computed in this process, against TA-Lib's wheel: each function over random bars.

    python benches/talib_functions.py [ROWS] [ROUNDS]

Prints the ratio of the medians for each function, slowest first, and the geometric mean. The two alternate.
"""

import math
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Callable

import numpy as np
import talib

import atrad.ta as ta
from atrad import native


def bars(rows: int) -> dict[str, np.ndarray]:
    """A random walk, and the columns that TA-Lib's functions name otherwise."""
    random = np.random.default_rng(7)
    close = 100 * np.exp(random.standard_normal(rows).cumsum() * 0.001)
    open_ = close * (1 + random.standard_normal(rows) * 0.001)
    high, low = np.maximum(open_, close) * (1 + random.random(rows) * 0.002), np.minimum(open_, close) * 0.999
    found = {"open": open_, "high": high, "low": low, "close": close, "volume": random.random(rows) * 1e4}
    return {**found, "real": close, "real0": high, "real1": low, "periods": random.integers(2, 30, rows) * 1.0}


def inputs(name: str, columns: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Inputs of a function in its domain."""
    given = [columns[each] for each in ta._table()[name]["inputs"]]
    return [np.sin(each) for each in given] if name in ("ACOS", "ASIN", "EXP", "SINH", "COSH") else given


def timed(call: Callable[..., object], given: list[np.ndarray]) -> float:
    begin = time.perf_counter()
    call(*given)
    return time.perf_counter() - begin


def cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def main(rows: int, rounds: int) -> None:
    if not native.is_installed():
        sys.exit("this measures the native module: pip install ./clients/python-native")
    columns, ratios = bars(rows), {}
    for name in ta.get_functions():
        given, ours, theirs = inputs(name, columns), getattr(ta, name), getattr(talib, name)
        taken = [(timed(ours, given), timed(theirs, given)) for _ in range(rounds + 3)][3:]
        ours, theirs = (statistics.median(each) * 1e6 for each in zip(*taken))
        ratios[name] = (theirs / ours, ours, theirs)
    print(f"{cpu()}; {rows} bars, median of {rounds} calls; times of atrad.ta and of TA-Lib, and their ratio")
    for name, (ratio, ours, theirs) in sorted(ratios.items(), key=lambda each: each[1]):
        print(f"{name:20} {ours:9.1f} us {theirs:9.1f} us {ratio:6.2f}x")
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio, *_ in ratios.values()))
    below = sum(ratio < 0.9 for ratio, *_ in ratios.values())
    print(f"geometric mean {mean:.2f}x over {len(ratios)} functions, {below} below 0.9x")


if __name__ == "__main__":
    main(*(int(each) for each in [*sys.argv[1:], *["100000", "31"][len(sys.argv) - 1 :]]))
