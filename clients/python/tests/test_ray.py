"""Universes: the same files whoever computes them, and after an interruption."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

import atrad
from atrad.ray import universe

pyarrow = pytest.importorskip("pyarrow", minversion="16")

from universes import AS_OF, DAILY, Watched, computed, files  # noqa: E402

import atrad.ray  # noqa: E402


@pytest.fixture(autouse=True)
def small_parts(monkeypatch, client):
    monkeypatch.setattr(universe, "PART_SERIES_MAX", 2)
    atrad.use(client)
    yield
    atrad.use(None)


def test_rows_are_what_compute_answers(client, tmp_path):
    found = computed(tmp_path / "a")
    assert found.series == [(symbol, "1d") for symbol in sorted(DAILY)] and not found.failures
    labels = ["rsi(14)", "fast", "macd().macd", "macd().signal", "macd().hist"]
    table = found.to_arrow()
    assert table.column_names == ["symbol", "timeframe", "time", *labels]
    for symbol in DAILY:
        expected = client.compute(symbol, "1d", "rsi(14)", "fast = ema(12)", "macd()", as_of=AS_OF)
        rows = table.filter(pyarrow.compute.equal(table["symbol"], symbol))
        np.testing.assert_array_equal(rows["time"].to_numpy().astype("M8[ns]"), expected.times)
        for label in labels:
            np.testing.assert_array_equal(rows[label].to_numpy(), expected[label])
    assert [part["rows"] for part in found.manifest["parts"]] == [
        sum(rows for _, _, rows, _ in part["series"]) for part in found.manifest["parts"]
    ]
    assert found.rows == table.num_rows and "rows of 4 series in 2 files" in repr(found)
    assert atrad.ray.Results.open(tmp_path / "a").manifest == found.manifest


def test_results_are_frames(tmp_path):
    polars, pandas = map(pytest.importorskip, ("polars", "pandas"))
    found = computed(tmp_path, last=5)
    assert found.to_polars().shape == (20, 8) and isinstance(found.to_pandas(), pandas.DataFrame)
    scanned = polars.scan_parquet(found.files).filter(polars.col("symbol") == "IBM").select("fast").collect()
    assert scanned.equals(found.to_polars(["symbol", "fast"]).filter(polars.col("symbol") == "IBM").select("fast"))


def test_files_do_not_depend_on_who_writes_them(client, tmp_path):
    expected = computed(tmp_path / "a", parallel=1)
    again = computed(tmp_path / "b", parallel=4)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert list(files(tmp_path / "a")) == ["_job.json", "_manifest.json", "part-00000.parquet", "part-00001.parquet"]
    assert [each["sha256"] for each in again.manifest["parts"]] == [e["sha256"] for e in expected.manifest["parts"]]


def test_the_folder_is_not_listed_for_each_part(tmp_path, monkeypatch):
    listed, names = [], atrad.ray.parquet.Folder.names
    monkeypatch.setattr(atrad.ray.parquet.Folder, "names", lambda folder: listed.append(1) or names(folder))
    computed(tmp_path / "a")
    few = len(listed)
    monkeypatch.setattr(universe, "PART_SERIES_MAX", 1)
    assert len(computed(tmp_path / "b").manifest["parts"]) == 4 and len(listed) == 2 * few


def test_chunks_and_whole_answers_make_the_same_rows(client, tmp_path, monkeypatch):
    whole = atrad.ray.compute([("BTCUSDT", "15m")], "rsi(14)", to=tmp_path / "a", as_of=AS_OF)
    monkeypatch.setattr(atrad.ray.parquet, "_GROUP_ROWS", 1_000)
    small = atrad.ray.compute([("BTCUSDT", "15m")], "rsi(14)", to=tmp_path / "b", as_of=AS_OF)
    assert small.rows == whole.rows > 10_000
    for label in ("time", "rsi(14)"):
        np.testing.assert_array_equal(small.to_arrow()[label].to_numpy(), whole.to_arrow()[label].to_numpy())
    groups = pyarrow.parquet.read_metadata(small.files[0])
    assert {groups.row_group(at).num_rows for at in range(groups.num_row_groups - 1)} == {1_000}


def test_a_job_that_was_interrupted_goes_on(client, tmp_path):
    expected = computed(tmp_path / "whole")

    def interrupt(series):
        if ("IBM", "1d") in series:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        computed(tmp_path / "cut", client=Watched(client, interrupt), parallel=1)
    with pytest.raises(atrad.NotFoundError, match="not complete"):
        atrad.ray.Results.open(tmp_path / "cut")
    (tmp_path / "cut" / ".part-00009.parquet.left").write_bytes(b"of a worker that was lost")
    assert "part-00000.parquet" in files(tmp_path / "cut") and "part-00001.parquet" not in files(tmp_path / "cut")
    watched = Watched(client)
    found = computed(tmp_path / "cut", client=watched)
    assert watched.asked == [("IBM", "1d"), ("MSFT", "1d")] and found.manifest == expected.manifest
    assert files(tmp_path / "cut") == files(tmp_path / "whole")
    # Complete, it needs nobody.
    done = Watched(client)
    assert computed(tmp_path / "cut", client=done).manifest == expected.manifest and not done.asked


def test_a_part_that_is_there_is_not_replaced(client, tmp_path):
    """A worker that was given up may still write: the file stays that of the checksum in the manifest."""
    times = np.datetime64("2024-01-01", "ns") + np.arange(40) * np.timedelta64(1, "D")
    flat = {name: np.full(40, 5.0) for name in ("open", "high", "low", "close", "volume")}
    client.ingest("PY-RAY-D", "1d", times=times, **flat)
    first = atrad.ray.compute("PY-RAY-D", "sma(3)", timeframe="1d", to=tmp_path / "a", as_of="2024-02-01")
    client.ingest("PY-RAY-D", "1d", times=times[-1:] + np.timedelta64(1, "D"), **{k: v[:1] for k, v in flat.items()})
    later = atrad.ray.compute("PY-RAY-D", "sma(3)", timeframe="1d", to=tmp_path / "b", as_of="2024-02-01")
    client.delete_series("PY-RAY-D", "1d")
    np.testing.assert_array_equal(first.to_arrow()["sma(3)"].to_numpy(), later.to_arrow()["sma(3)"].to_numpy())
    assert [each[3] for each in later.manifest["parts"][0]["series"]] == [2]
    # What the worker that was given up does at last.
    folder, [part] = atrad.ray.parquet.Folder(tmp_path / "a"), first.manifest["parts"]
    assert folder.write_part(part["name"], iter([later.to_arrow()]), {"series": [], "failures": []})
    assert folder.about(part["name"]) == part
    assert list(files(tmp_path / "a")) == ["_job.json", "_manifest.json", "part-00000.parquet"]


def test_what_resumes_sees_the_bars_of_the_first_time(client, tmp_path):
    times = np.datetime64("2024-01-01", "ns") + np.arange(40) * np.timedelta64(1, "D")
    flat = {name: np.full(40, 5.0) for name in ("open", "high", "low", "close", "volume")}
    for symbol in ("PY-RAY-A", "PY-RAY-B"):
        client.ingest(symbol, "1d", times=times, **flat)

    def asked(**options):
        return atrad.ray.compute("PY-RAY-?", "sma(3)", timeframe="1d", to=tmp_path, **options)

    first = asked()
    (tmp_path / "_manifest.json").unlink()
    # Of a time that has not come.
    future = {name: values[:1] for name, values in flat.items()}
    client.ingest("PY-RAY-A", "1d", times=np.array(["2099-01-01"], "M8[ns]"), **future)
    client.ingest("PY-RAY-C", "1d", times=times, **flat)
    again = asked()
    assert again.rows == first.rows == 80 and again.manifest == first.manifest
    assert len(asked(overwrite=True).series) == 3
    for symbol in ("PY-RAY-A", "PY-RAY-B", "PY-RAY-C"):
        client.delete_series(symbol, "1d")


def test_a_server_that_is_away_for_a_moment_is_waited_for(client, tmp_path):
    failed = []

    def fail(series):
        if len(failed) < 2:
            failed.append(series)
            raise atrad.UnavailableError("restarting")

    found = computed(tmp_path / "a", client=Watched(client, fail), parallel=1)
    assert len(failed) == 2 and files(tmp_path / "a") == files(Path(computed(tmp_path / "b").files[0]).parent)
    assert not found.failures


def test_series_that_fail_are_told_and_others_go_on(client, tmp_path):
    series = [("IBM", "1d"), ("NOSUCH", "1d"), ("NOSUCH2", "1d"), ("NOSUCH3", "1d"), ("GOOG", "1d")]
    found = atrad.ray.compute(series, "rsi(14)", to=tmp_path)
    assert found.series == [("IBM", "1d"), ("GOOG", "1d")] and "3 series failed" in repr(found)
    failures = found.failures
    assert list(failures) == [(name, "1d") for name in ("NOSUCH", "NOSUCH2", "NOSUCH3")]
    assert all(isinstance(each, atrad.NotFoundError) for each in failures.values())
    # The part that has no columns has no file, and its place.
    assert [part["name"] for part in found.manifest["parts"]] == ["part-00000.parquet", None, "part-00002.parquet"]


def test_a_series_that_fails_behind_its_first_chunk_is_told_and_others_go_on(client, tmp_path, monkeypatch):
    monkeypatch.setattr(universe, "PART_SERIES_MAX", 1)

    class Damaged(Watched):
        def compute_stream(self, symbol, *arguments, **options):
            for chunk in self._client.compute_stream(symbol, *arguments, **options):
                self.asked.append(symbol)
                yield chunk
                if symbol == "GOOG":
                    raise atrad.DataLossError("a block of GOOG is damaged")

    damaged = Damaged(client)
    found = computed(tmp_path / "a", client=damaged)
    assert found.series == [(symbol, "1d") for symbol in ("AAPL", "IBM", "MSFT")]
    assert list(found.failures) == [("GOOG", "1d")] and "is damaged" in str(found.failures["GOOG", "1d"])
    assert damaged.asked.count("GOOG") == 1
    assert set(found.to_arrow()["symbol"].to_pylist()) == {"AAPL", "IBM", "MSFT"}
    assert not [name for name in files(tmp_path / "a") if name.startswith(".part-")]
    with pytest.raises(atrad.DataLossError, match="all 1 series failed"):
        atrad.ray.compute([("GOOG", "1d")], "rsi(14)", to=tmp_path / "b", client=Damaged(client))


def test_when_all_fail_it_is_an_error_and_the_folder_is_free(tmp_path):
    with pytest.raises(atrad.NotFoundError, match="all 2 series failed, the first, NOSUCH 1d"):
        atrad.ray.compute([("NOSUCH", "1d"), ("NOSUCH2", "1d")], "rsi(14)", to=tmp_path)
    with pytest.raises(atrad.InvalidError, match="rsi"):
        atrad.ray.compute(DAILY, "rsi(0)", timeframe="1d", to=tmp_path)
    assert computed(tmp_path).rows > 0


def test_a_folder_is_of_one_job(tmp_path):
    computed(tmp_path, last=5)
    with pytest.raises(atrad.InvalidError, match="another job, whose last is 5 and not 6"):
        computed(tmp_path, last=6)
    (tmp_path / "mine.txt").write_text("stays")
    assert computed(tmp_path, last=6, overwrite=True).rows == 24
    assert (tmp_path / "mine.txt").read_text() == "stays"
    other = tmp_path / "other"
    other.mkdir()
    (other / "bars.parquet").write_bytes(b"")
    with pytest.raises(atrad.InvalidError, match="Parquet files of something else"):
        computed(other, last=5)


@pytest.mark.parametrize(
    "series, options, message",
    [
        ([], {}, "at least one series"),
        ("*", {}, "need a timeframe"),
        ([("IBM", "1d")] * 2, {}, "given twice"),
        ([("IBM", "1d")], {"timeframe": "1d"}, "pairs have theirs"),
        ([("IBM", "1d")], {"on": "moon"}, "on must be ray or threads"),
        ([("IBM", "1d")], {"parallel": 0}, "at least 1, got 0"),
        ([("IBM", "1d")], {"last": 0}, "last must be"),
        ([("IBM", "1d")], {"to": "nosuch://there"}, "to must be a folder"),
        ([("IBM", "1d"), ("GOOG", "1d")], {"expressions": ["symbol = close"]}, "have a column symbol already"),
        ([("IBM", "1d")], {"expressions": []}, "at least one expression"),
    ],
)
def test_wrong_questions_are_refused(tmp_path, series, options, message):
    options = {"to": tmp_path, **options}
    expressions = options.pop("expressions", ["close"])
    with pytest.raises(atrad.InvalidError, match=message):
        atrad.ray.compute(series, *expressions, **options)
    with pytest.raises(atrad.NotFoundError, match="no series at 1d matches Q"):
        atrad.ray.compute("Q*", "close", timeframe="1d", to=tmp_path)


def test_patterns_are_those_of_screens(client, tmp_path):
    found = atrad.ray.compute(["?OO*", "IBM"], "close", timeframe="1w", to=tmp_path, last=2)
    assert found.series == [("GOOG", "1w"), ("IBM", "1w")]


def test_a_pattern_matches_what_the_server_can_resample(client, tmp_path):
    """By the listed timeframes, without a question about each symbol, which would resample each."""
    minutes = (np.arange(20_160) * 60_000_000_000).view("M8[ns]")
    flat = {name: np.full(len(minutes), 5.0) for name in ("open", "high", "low", "close", "volume")}
    stored = {"PY-GRID-A": 1, "PY-GRID-B": 60, "PY-GRID-C": 90, "PY-GRID-D": 4_320, "PY-GRID-E": 10_080}
    for symbol, length in stored.items():
        times, columns = minutes[::length], {name: values[::length] for name, values in flat.items()}
        client.ingest(symbol, f"{length}m", times=times, **columns)

    class Planned(Watched):
        def get_series(self, *_):
            raise AssertionError("the server resamples it")

    for timeframe in ("1m", "60m", "1h", "90m", "3h", "3d", "1w", "3w", "6d", "2w", "21d", "45s", "1M", "12M"):
        expected = []
        for symbol in stored:
            try:
                client.get_series(symbol, timeframe)
            except atrad.NotFoundError:
                continue
            expected.append((symbol, timeframe))
        asked = universe.described("PY-GRID-*", timeframe)
        try:
            found = [series for series, _ in universe.resolved(Planned(client), asked, timeframe)]
        except atrad.NotFoundError:
            found = []
        assert found == expected, timeframe
    for wrong in ("1", "m", "0m", "01m", "400d", "1y", "-1m", "5M"):
        with pytest.raises(atrad.InvalidError, match="timeframe must be a count"):
            universe.resolved(client, ["PY-GRID-*"], wrong)
    for symbol, length in stored.items():
        client.delete_series(symbol, f"{length}m")


def test_sweeps_are_what_sweep_answers(client, tmp_path):
    asked = ["ema(5..20 step 5)", "fast = rsi(2..3 as length)"]
    found = atrad.ray.sweep(
        ["IBM", "GOOG"], *asked, timeframe="1d", to=tmp_path, reductions=["last", "argmax"], as_of=AS_OF
    )
    table = found.to_arrow()
    assert table.column_names == ["symbol", "timeframe", "expression", "period", "last", "argmax", "length"]
    for symbol in ("IBM", "GOOG"):
        swept = client.sweep(symbol, "1d", *asked, reductions=["last", "argmax"], as_of=AS_OF)
        for expected in swept:
            rows = table.filter(pyarrow.compute.equal(table["symbol"], symbol))
            rows = rows.filter(pyarrow.compute.equal(rows["expression"], expected.label))
            for label, values in expected.items():
                np.testing.assert_array_equal(rows[label].to_numpy().astype(values.dtype), values)
    assert table["length"].null_count == 8
    with pytest.raises(atrad.InvalidError, match="compute gives the columns"):
        atrad.ray.sweep(["IBM"], "ema(5..20)", timeframe="1d", to=tmp_path / "b", reductions=())


def test_folds_are_rows(client, tmp_path):
    options = {"reductions": ["sum"], "by": "sum", "walk_forward": atrad.WalkForward(3), "as_of": AS_OF}
    found = atrad.ray.sweep(["IBM", "GOOG"], "roc(5..10)", timeframe="1d", to=tmp_path, **options)
    rows = found.to_arrow().to_pylist()
    assert len(rows) == 6
    [table] = client.sweep("IBM", "1d", "roc(5..10)", **options)
    fold, row = table.folds[1], rows[4]
    assert (row["symbol"], row["fold"], row["period"]) == ("IBM", 1, fold.parameters["period"])
    assert row["out_of_sample.sum"] == fold.out_of_sample["sum"] and row["in_sample.bars"] == fold.in_sample_bars[2]


@pytest.mark.parametrize("options", [{}, {"rank_by": "rsi(14)"}, {"rank_by": "sign(close)", "top": 3}])
def test_screens_are_what_screen_answers(client, monkeypatch, options):
    monkeypatch.setattr(atrad.ray.screens, "_SYMBOLS_MAX", 2)
    asked = ("1d", atrad.close > 1, "rsi(14)", "ema(9)")
    expected = client.screen(*asked, symbols=DAILY, **options)
    found = atrad.ray.screen(*asked, symbols=DAILY, **options)
    assert found.series == expected.series and len(found.series) >= 3
    np.testing.assert_array_equal(found.times, expected.times)
    for label, values in expected.values.items():
        np.testing.assert_array_equal(found.values[label], values)
    assert (found.scanned, found.matched, found.failed) == (expected.scanned, expected.matched, expected.failed)
    np.testing.assert_array_equal(found.rank, expected.rank) if options else None


def test_all_parts_of_a_screen_are_of_one_moment(client, monkeypatch):
    monkeypatch.setattr(atrad.ray.screens, "_SYMBOLS_MAX", 1)
    asked = []

    class Screened(Watched):
        def screen(self, *arguments, **options):
            asked.append(options.get("as_of"))
            return self._client.screen(*arguments, **options)

    began = time.time_ns()
    atrad.ray.screen("1d", "close > 1", symbols=DAILY, client=Screened(client))
    assert len(asked) == 4 and len(set(asked)) == 1 and began <= asked[0] <= time.time_ns()
    expected = client.compute("IBM", "1d", "close", last=1, as_of="2005-06-01")
    for screen in (client.screen, atrad.ray.screen):
        found = screen("1d", "", "close", symbols=["IBM"], as_of="2005-06-01")
        assert (found.times[0], found.values["close"][0]) == (expected.times[0], expected["close"][0])


def test_progress_is_shown_when_asked(tmp_path, capsys):
    pytest.importorskip("tqdm")
    computed(tmp_path / "a", progress=True)
    assert "4.00/4.00" in capsys.readouterr().err
    computed(tmp_path / "b")
    assert capsys.readouterr().err == ""


def test_a_job_is_described(tmp_path):
    computed(tmp_path)
    job = json.loads((tmp_path / "_job.json").read_text())
    assert job["parts"] == [[["AAPL", "1d"], ["GOOG", "1d"]], [["IBM", "1d"], ["MSFT", "1d"]]]
    assert job["job"]["expressions"] == ["rsi(14)", "fast = ema(12)", "macd()"]
