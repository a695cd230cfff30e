"""Measures `atrad.ray.compute` over many series: threads of one process, and Ray's workers.

    ATRAD_BINARY=target/release/atrad python benches/universe.py [SERIES] [ROWS] [WORKERS]

Starts a server of its own. Ray is started, and has computed something, before the clock runs.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import ray

import atrad
import atrad.ray

EXPRESSIONS = [f"{name}({period})" for period in range(5, 30, 5) for name in
               ("sma", "ema", "rsi", "wma", "atr", "roc", "cci", "mfi", "stddev", "adx")]  # fmt: skip


def bars(rows: int, seed: int) -> dict[str, np.ndarray]:
    """The bars of a random walk."""
    random = np.random.default_rng(seed)
    close = 100 * np.exp(random.standard_normal(rows).cumsum() * 0.01)
    times = np.datetime64("2015-01-01", "ns") + np.arange(rows) * np.timedelta64(1, "D")
    return {
        "times": times,
        "open": close,
        "high": close * 1.01,
        "low": close * 0.99,
        "close": close,
        "volume": random.integers(1, 1000, rows) * 1.0,
    }


def main(series: int, rows: int, workers: int) -> None:
    # Ray's workers would yield to everything else on the machine, which the threads do not.
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="disabled", RAY_worker_niceness="0")
    with atrad.local() as client, tempfile.TemporaryDirectory() as folder:
        for number in range(series):
            client.ingest(f"S{number:05}", "1d", **bars(rows, number))
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
        options = {"client": client, "timeframe": "1d", "parallel": workers}
        for on in ("threads", "ray"):
            # Connects each worker, and warms the server.
            for round in range(workers):
                atrad.ray.compute("S000*", *EXPRESSIONS, to=f"{folder}/warm-{on}-{round}", on=on, **options)
        taken = {}
        for round in range(3):
            for on in ("threads", "ray"):
                begin = time.perf_counter()
                found = atrad.ray.compute("*", *EXPRESSIONS, to=f"{folder}/{on}-{round}", on=on, **options)
                taken.setdefault(on, []).append(time.perf_counter() - begin)
        size = sum(part["bytes"] for part in found.manifest["parts"])
        print(
            f"{series} series x {rows} rows x {len(EXPRESSIONS)} indicators, {size / 1e6:.0f} MB of Parquet, best of 3"
        )
        for on, seconds in taken.items():
            print(f"{on:8} {min(seconds):6.2f} s")
        print(f"Ray is {min(taken['threads']) / min(taken['ray']):.2f}x threads")
        assert {each.name for each in Path(f"{folder}/ray-0").iterdir()} == {
            each.name for each in Path(f"{folder}/threads-0").iterdir()
        }
        ray.shutdown()


if __name__ == "__main__":
    main(*(int(each) for each in [*sys.argv[1:4], *(1000, 500, 2)[len(sys.argv) - 1 :]]))
