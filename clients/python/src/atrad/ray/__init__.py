"""Computations over universes of series, by Ray or by threads.

    import atrad.ray

    found = atrad.ray.compute("*USDT", "rsi(14)", "macd()", timeframe="15m", to="features")
    found.to_polars()

Work is divided in parts, and what divides does not depend on how many workers there are. Workers compute with a server
and write a Parquet file per part. A part that is computed again, after a worker was lost or when the job is resumed,
has the same rows, bit for bit. Where `ray.init` was called, Ray's tasks do the work, else threads of this process.
"""

from __future__ import annotations

from atrad.ray.datasets import dataset, features
from atrad.ray.engine import Engine
from atrad.ray.jobs import compute, sweep
from atrad.ray.results import Results
from atrad.ray.screens import screen

__all__ = ["Engine", "Results", "compute", "dataset", "features", "screen", "sweep"]
