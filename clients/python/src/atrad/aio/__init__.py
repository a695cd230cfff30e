"""The asynchronous client: `async with atrad.aio.connect() as client: await client.compute(...)`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Optional, TypeVar, Union

import grpc

from atrad.aio.client import Client
from atrad.target import TLS, PathLike

__all__ = ["Client", "connect", "run"]

T = TypeVar("T")


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
    """A client for the tasks of one event loop. The options are those of `atrad.connect`."""
    return Client(
        address,
        token=token,
        token_file=token_file,
        tls=tls,
        credentials=credentials,
        timeout=timeout,
        progress=progress,
    )


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, on uvloop where it is installed."""
    try:
        import uvloop  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return asyncio.run(main)
    loop = uvloop.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
