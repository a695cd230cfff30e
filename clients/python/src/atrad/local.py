"""A server of one's own: `atrad.local()` starts one at a Unix socket, which ends with this process."""

from __future__ import annotations

import atexit
import os
import selectors
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Optional

from atrad.client import Client
from atrad.errors import UnavailableError
from atrad.target import PathLike

#: Runs a program until the pipe on its input ends, which it does however this process ends.
_GUARD = '"$@" </dev/null & child=$!; exec >&- 2>&-; read -r _; kill "$child"; wait "$child"'
_STOP_S = 30.0


class LocalClient(Client):
    """The client of a server of one's own. Closing it ends the server."""

    _server: Optional[_Server] = None

    def close(self) -> None:
        """Closes the connection and ends the server."""
        super().close()
        if self._server is not None:
            self._server.stop()

    def __reduce__(self) -> Any:
        # In another process it is a client like any other: the server is this process's.
        return Client, (self._transport.target,)


def local(
    data: Optional[PathLike] = None,
    *,
    demo: bool = False,
    binary: Optional[PathLike] = None,
    arguments: Sequence[str] = (),
    start_timeout: float = 60.0,
    timeout: Optional[float] = 60.0,
    progress: Optional[bool] = None,
) -> LocalClient:
    """Starts a server at a Unix socket, and returns its client. The server ends with the client or this process.

    `data` is its folder, by default one that is removed at the end; `demo` loads the demo series. `binary` is the
    program, by default that of ATRAD_BINARY, that of the package `atrad-native`, or `atrad` on the PATH; `arguments`
    are more of `atrad serve`.
    """
    server = _Server(_binary(binary), data, [*(["--demo"] if demo else []), *arguments], start_timeout)
    client = LocalClient(server.address, timeout=timeout, progress=progress)
    client._server = server
    return client


def _binary(given: Optional[PathLike]) -> str:
    # Wheels put programs there, whether or not the environment is active.
    beside = shutil.which("atrad", path=sysconfig.get_path("scripts"))
    named = given or os.environ.get("ATRAD_BINARY") or beside or shutil.which("atrad")
    if named is None:
        raise FileNotFoundError("no program atrad: install atrad-native, or name it in binary or ATRAD_BINARY")
    path = Path(named).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"no program at {path}")
    return str(path.resolve())


class _Server:
    """A server that was started here."""

    def __init__(self, binary: str, data: Optional[PathLike], arguments: list[str], start_timeout: float) -> None:
        self._folder = tempfile.mkdtemp(prefix="atrad-")
        self.address = f"unix:{self._folder}/socket"
        where = f"{self._folder}/data" if data is None else str(Path(data).expanduser())
        command = [binary, "serve", "--listen", self.address, "--data", where, *arguments]
        with open(f"{self._folder}/log", "wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # An interrupt from the terminal is for this process.
                start_new_session=True,
            )
        atexit.register(self.stop)
        try:
            self._wait(time.monotonic() + start_timeout)
        except BaseException:
            self.stop()
            raise

    def _wait(self, deadline: float) -> None:
        """Returns when the server listens."""
        output: Optional[IO[bytes]] = self._process.stdout
        assert output is not None
        told = b""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while b"listening on" not in told:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise UnavailableError(f"the server does not listen yet; it says: {self._log()}")
                read = os.read(output.fileno(), 4096)
                if not read:
                    raise UnavailableError(f"the server ended: {self._log()}")
                told += read

    def _log(self) -> str:
        """The end of what the server wrote."""
        return Path(self._folder, "log").read_text(encoding="utf-8", errors="replace").strip()[-2000:]

    def stop(self) -> None:
        """Ends the server and waits for it."""
        atexit.unregister(self.stop)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
