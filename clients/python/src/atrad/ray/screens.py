"""Screens of a universe, divided among workers."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

import numpy as np

from atrad import requests
from atrad.errors import Error, InvalidError
from atrad.expressions import Expr
from atrad.progress import Progress
from atrad.ray import universe
from atrad.ray.engine import Opener, Series
from atrad.ray.jobs import Client
from atrad.ray.runner import run
from atrad.requests import Expressions, Resampling, Time
from atrad.sweeps import Screen

_SYMBOLS_MAX = 256


@dataclass(frozen=True)
class _Screening:
    """What a worker does with some symbols."""

    opener: Opener
    timeframe: str
    condition: str
    expressions: tuple[Expressions, ...]
    options: dict[str, Any]

    def __call__(self, symbols: list[str]) -> tuple[list[str], Screen]:
        found = self.opener.patient().screen(
            self.timeframe, self.condition, *self.expressions, symbols=symbols, **self.options
        )
        return symbols, found


def screen(
    timeframe: str,
    condition: Union[Expr, str] = "",
    *expressions: Expressions,
    symbols: Union[str, Iterable[str]] = "*",
    rank_by: Union[Expr, str] = "",
    ascending: bool = False,
    top: int = 0,
    as_of: Time = None,
    resampling: Optional[Resampling] = None,
    client: Client = None,
    on: Optional[str] = None,
    parallel: Optional[int] = None,
    ray_options: Optional[Mapping[str, Any]] = None,
    progress: Optional[bool] = None,
) -> Screen:
    """Finds the series of a universe where a condition holds at the newest closed bar, as `Client.screen` does.

    `as_of` is by default now, the same for all parts, so that what is ranked is of one moment. The options of the
    workers are those of `compute`. Without ranking the series are in the order of names.
    """
    if not timeframe:
        raise InvalidError.of_field("timeframe", "give a timeframe, as in 1d")
    opener = Opener(client)
    asked = universe.described(symbols, timeframe)
    names = [symbol for (symbol, _), _ in universe.resolved(opener.engine(), asked, timeframe)]
    now = time.time_ns() if as_of is None else requests.nanoseconds("as_of", as_of)
    ranking = {"rank_by": str(rank_by), "ascending": ascending, "top": top}
    options = {**ranking, "as_of": now, "resampling": resampling}
    work = _Screening(opener, timeframe, str(condition), expressions, options)
    parts = [names[at : at + _SYMBOLS_MAX] for at in range(0, len(names), _SYMBOLS_MAX)]
    found: dict[str, Screen] = {}
    with Progress("screen", len(names), progress, "series") as bar:
        for part, answer in run(work, parts, on, parallel, ray_options or {}):
            found[part[0]] = answer
            bar.update(len(part))
    return _joined([found[part[0]] for part in parts], ascending, top)


def _joined(parts: list[Screen], ascending: bool, top: int) -> Screen:
    """One screen of those of its parts, which are in the order of names."""
    series: list[Series] = [each for part in parts for each in part.series]
    ranked = [part.rank for part in parts if part.rank is not None]
    rank = np.concatenate(ranked) if ranked else None
    # A part without a hit has no rank.
    order = range(len(series)) if rank is None else _order(rank.tolist(), [name for name, _ in series], ascending)
    chosen = np.array(list(order)[: top or None], dtype=np.intp)
    failures: dict[Series, Error] = {name: error for part in parts for name, error in part.failures.items()}
    return Screen(
        series=[series[at] for at in chosen],
        times=np.concatenate([part.times for part in parts])[chosen],
        values={label: np.concatenate([part.values[label] for part in parts])[chosen] for label in parts[0].values},
        rank=None if rank is None else rank[chosen],
        scanned=sum(part.scanned for part in parts),
        matched=sum(part.matched for part in parts),
        undefined=sum(part.undefined for part in parts),
        failed=sum(part.failed for part in parts),
        failures=failures,
    )


def _order(rank: list[float], names: list[str], ascending: bool) -> list[int]:
    """The best first, those without a rank last, and equal ones in the order of names, as the server has it."""

    def key(at: int) -> tuple[bool, float, str]:
        value = rank[at]
        return math.isnan(value), (0.0 if math.isnan(value) else value if ascending else -value), names[at]

    return sorted(range(len(rank)), key=key)
