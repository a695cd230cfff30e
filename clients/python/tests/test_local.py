"""`atrad.local`: a server that ends with its client, or with this process in whatever way it ends."""

import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

import atrad

BINARY = os.environ.get("ATRAD_BINARY")
pytestmark = pytest.mark.skipif(not BINARY or sys.platform == "win32", reason="needs the program, in ATRAD_BINARY")


def serving(folder):
    """The processes that serve from a socket in the folder."""
    found = []
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{each}/cmdline", "rb") as line:
                words = line.read().split(b"\0")
        except OSError:
            continue
        if words[1:2] == [b"serve"] and any(folder.encode() in word for word in words):
            found.append(int(each))
    return found


def gone(folder):
    end = time.monotonic() + 20
    while serving(folder) and time.monotonic() < end:
        time.sleep(0.05)
    return not serving(folder)


def test_it_serves_and_ends_with_its_client(tmp_path):
    with atrad.local(tmp_path / "data") as client:
        folder = client._server._folder
        assert len(serving(folder)) == 1
        times = [0, 60_000_000_000]
        prices = dict.fromkeys(("open", "high", "low", "close", "volume"), [1.0, 2.0])
        client.ingest("OWN", "1m", times=times, **prices)
        assert client.compute("OWN", "1m", "close")["close"].tolist() == [1.0, 2.0]
        other = pickle.loads(pickle.dumps(client.options(timeout=5)))
        assert other.series()[0].id.symbol == "OWN" and type(other) is atrad.Client
    assert gone(folder) and not os.path.exists(folder)
    # The data is there when it starts again.
    with atrad.local(tmp_path / "data") as client:
        assert client.series()[0].rows == 2


@pytest.mark.parametrize("how", ["import sys; sys.exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_it_ends_with_the_process(how):
    program = f"import atrad; client = atrad.local(); print(client._server._folder, flush=True); {how}"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert run.returncode in (0, -signal.SIGKILL) and run.stdout.startswith("/")
    assert gone(run.stdout.strip())


def test_what_is_wrong_is_told(tmp_path, monkeypatch):
    with pytest.raises(atrad.UnavailableError, match="--nosuch"):
        atrad.local(arguments=["--nosuch"])
    with pytest.raises(FileNotFoundError, match="no program at"):
        atrad.local(binary=tmp_path / "nosuch")
    monkeypatch.delenv("ATRAD_BINARY")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="ATRAD_BINARY"):
        atrad.local()
