"""Universes by Ray itself: the same files as those of threads, also if a worker is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import atrad
from atrad.ray import universe

# A token of one's own would go with the cluster.
os.environ.setdefault("RAY_AUTH_MODE", "disabled")
pyarrow = pytest.importorskip("pyarrow", minversion="16")
library = pytest.importorskip("ray")

import universes  # noqa: E402
from universes import AS_OF, DAILY, Watched, computed, files  # noqa: E402

import atrad.ray  # noqa: E402

# Holds a cluster until its input ends. Started here it would fork a process in which gRPC has threads already.
HEAD = """
import os, sys
os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_gcs_server_port_wait_time_s="180", RAY_worker_niceness="0")
import ray
found = ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 << 20)
print("ADDRESS", found.address_info["address"], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def ray():
    with subprocess.Popen(
        [sys.executable, "-c", HEAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as head:
        address = next(line.split()[1] for line in head.stdout if line.startswith("ADDRESS"))
        library.init(address=address, log_to_driver=False)
        # Workers do not find the tests.
        for module in (sys.modules[__name__], universes):
            library.cloudpickle.register_pickle_by_value(module)
        yield library
        library.shutdown()
        head.stdin.close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch, client):
    monkeypatch.setattr(universe, "PART_SERIES_MAX", 2)
    atrad.use(client)
    yield
    atrad.use(None)


def dying(marker, address):
    """A client that kills its worker in the middle of a part, once."""

    def kill(series):
        if ("IBM", "1d") in series and not os.path.exists(marker):
            Path(marker).write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)

    return Watched(atrad.connect(address), kill)


def test_a_worker_that_is_killed_leaves_the_same_files(ray, client, tmp_path):
    marker, address = tmp_path / "killed", os.environ["ATRAD_ADDRESS"]
    expected = computed(tmp_path / "threads", on="threads")
    # Here it is asked for the series only.
    engine = _Elsewhere(str(marker), address)
    found = computed(tmp_path / "ray", client=engine)
    assert marker.exists() and int(marker.read_text()) != os.getpid()
    assert files(tmp_path / "ray") == files(tmp_path / "threads") and found.manifest == expected.manifest


class _Elsewhere:
    """What connects in a worker, and here gives a client that kills nobody."""

    def __init__(self, marker, address):
        self._given, self._here = (marker, address), os.getpid()

    def __call__(self):
        return atrad.connect(self._given[1]) if os.getpid() == self._here else dying(*self._given)


def test_errors_of_workers_are_themselves(ray, client, tmp_path):
    with pytest.raises(atrad.InvalidError) as caught:
        atrad.ray.compute(DAILY, "rsi(0)", timeframe="1d", to=tmp_path)
    assert type(caught.value) is atrad.InvalidError and list(caught.value.fields) == ["expressions[0]"]
    secret = atrad.connect("localhost:1", tls=True)
    with pytest.raises(atrad.InvalidError, match="give a function that connects"):
        atrad.ray.screen("1d", "close > 1", symbols=["IBM"], client=Watched(client, lambda series: secret))


def test_sweeps_and_screens_by_ray(ray, client, tmp_path):
    options = {"timeframe": "1d", "reductions": "mean", "as_of": AS_OF}
    for on in ("ray", "threads"):
        atrad.ray.sweep(DAILY, "ema(5..20 step 5)", to=tmp_path / on, on=on, **options)
    assert files(tmp_path / "ray") == files(tmp_path / "threads")
    found = atrad.ray.screen("1d", "close > 1", symbols=DAILY, rank_by="close")
    assert found.series == client.screen("1d", "close > 1", symbols=DAILY, rank_by="close").series


def test_ray_data_in_and_out(ray, client, tmp_path):
    import ray.data

    ray.data.DataContext.get_current().enable_progress_bars = False
    universe_of = ray.data.from_items([{"symbol": symbol, "timeframe": "1d"} for symbol in sorted(DAILY)])
    read = atrad.ray.dataset(universe_of, "rsi(14)", as_of=AS_OF).to_pandas()
    written = atrad.ray.compute(universe_of, "rsi(14)", as_of=AS_OF, to=tmp_path)
    kept = written.to_ray().to_pandas()
    for frame in (read, kept):
        frame = frame.sort_values(["symbol", "time"])
        np.testing.assert_array_equal(frame["rsi(14)"].to_numpy(), written.to_arrow()["rsi(14)"].to_numpy())
    with pytest.raises(Exception, match="NOSUCH 1d"):
        atrad.ray.dataset([("NOSUCH", "1d"), ("IBM", "1d")], "close").materialize()


def test_ray_data_of_bars_gets_columns(ray, client):
    import ray.data

    parts = []
    for symbol in ("IBM", "GOOG"):
        bars = client.read_bars(symbol, "1d", last=200)
        table = bars.to_arrow()
        parts.append(table.append_column("symbol", pyarrow.array([symbol] * table.num_rows)))
    mixed = pyarrow.concat_tables(parts)
    mixed = mixed.take(np.random.default_rng(1).permutation(mixed.num_rows))
    found = atrad.ray.features(ray.data.from_arrow(mixed), "rsi(14)", {"atr": atrad.atr(5)}, num_partitions=1)
    found = found.to_pandas()
    for symbol in ("IBM", "GOOG"):
        rows = found[found["symbol"] == symbol]
        bars = client.read_bars(symbol, "1d", last=200)
        assert list(rows["time"]) == sorted(rows["time"])
        expected = client.compute_bars("rsi(14)", "atr(5)", times=bars.times, **bars)
        np.testing.assert_array_equal(rows["rsi(14)"].to_numpy(), expected["rsi(14)"])
        np.testing.assert_array_equal(rows["atr"].to_numpy(), expected["atr(5)"])
