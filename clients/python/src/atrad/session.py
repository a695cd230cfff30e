"""Connections: `connect`, and the one that the accessors of frames and `atrad.ta` use."""

from __future__ import annotations

import threading
from typing import Optional, Union

import grpc

from atrad import native
from atrad.client import Client
from atrad.target import TLS, PathLike

_lock = threading.Lock()
_shared: Optional[Client] = None
_is_named = False


def connect(
    address: Optional[str] = None,
    *,
    token: Optional[str] = None,
    token_file: Optional[PathLike] = None,
    tls: Union[bool, TLS, None] = None,
    credentials: Optional[grpc.ChannelCredentials] = None,
    timeout: Optional[float] = 60.0,
    progress: Optional[bool] = None,
) -> Client:
    """A client of the server at `HOST:PORT`, `unix:PATH` or `https://HOST:PORT`.

    Without an address it is that of ATRAD_SERVER, with the token of ATRAD_TOKEN, or 127.0.0.1:50051. `tls` is True
    for the well-known certificate authorities, or a `TLS` with files; `credentials` are those of grpcio instead.
    `timeout` are the seconds for a call with all its retries, None without a bound. `progress` says whether long
    transfers show a progress bar; None means on a terminal or in a notebook, after a second. Nothing is sent before
    the first call.
    """
    return Client(
        address,
        token=token,
        token_file=token_file,
        tls=tls,
        credentials=credentials,
        timeout=timeout,
        progress=progress,
    )


def use(client: Optional[Client]) -> None:
    """Sets the connection of the accessors of frames and of `atrad.ta`.

    None means this process, where the native module is installed, else the server of ATRAD_SERVER.
    """
    global _shared, _is_named
    with _lock:
        _shared, _is_named = client, client is not None


def computes_here() -> bool:
    """Whether frames and `atrad.ta` compute in this process: the native module is there, and no client was named."""
    return not _is_named and native.is_installed()


def shared() -> Client:
    """The connection of the accessors of frames and of `atrad.ta`."""
    global _shared
    with _lock:
        if _shared is None:
            _shared = connect()
        return _shared
