"""Calls on an asyncio channel: deadlines, retries. Messages are bytes here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any, Callable, Optional, TypeVar, Union

import grpc
import grpc.aio

from atrad import errors
from atrad.retry import Attempts
from atrad.target import Target

T = TypeVar("T")


class AsyncTransport:
    """One server, for the tasks of one event loop. The channel opens with the first call."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._channel: Any = None
        self._owner: Any = None
        self._calls: dict[tuple[str, str], Callable[..., Any]] = {}
        self._closed = False
        self._reached = False

    async def close(self) -> None:
        self._closed = True
        channel, self._channel = self._channel, None
        self._calls.clear()
        if channel is not None and self._owner == (os.getpid(), asyncio.get_running_loop()):
            await channel.close()

    def _call(self, kind: str, method: str) -> Callable[..., Any]:
        if self._closed:
            raise errors.CancelledError("the client is closed")
        owner = (os.getpid(), asyncio.get_running_loop())
        if self._owner != owner:
            if self._owner is not None and self._owner[0] == owner[0] and not self._owner[1].is_closed():
                raise RuntimeError("this client belongs to another event loop; connect in each loop")
            self._calls, self._owner = {}, owner
            self._channel = self.target.channel(grpc.aio)
        call = self._calls.get((kind, method))
        if call is None:
            call = self._calls[kind, method] = getattr(self._channel, kind)(f"/{method}")
        return call

    def attempts(self, timeout: Optional[float], idempotent: bool = True) -> Attempts:
        """The attempts of a call."""
        return Attempts(timeout, self._reached, idempotent)

    async def one(
        self,
        method: str,
        request: bytes,
        parse: Callable[[bytes], T],
        timeout: Optional[float],
        waits: bool = True,
        idempotent: bool = True,
    ) -> T:
        """The answer of a unary call. Unless it `waits`, a server that is busy is an error at once."""
        attempts = self.attempts(timeout, idempotent)
        while True:
            try:
                call = self._call("unary_unary", method)
                answer = await call(request, timeout=attempts.left(), metadata=self.target.metadata)
                self._reached = True
                return parse(answer)
            except grpc.RpcError as failed:
                error = errors.of_call(failed)
            if not waits and error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise error
            await asyncio.sleep(attempts.pause(error))

    async def each(
        self, method: str, request: bytes, parse: Callable[[bytes], T], timeout: Optional[float]
    ) -> AsyncIterator[T]:
        """The answers of a streaming call, which is made again only while none has come."""
        attempts = self.attempts(timeout)
        while True:
            come, responses = False, None
            try:
                call = self._call("unary_stream", method)
                responses = call(request, timeout=attempts.left(), metadata=self.target.metadata)
                async for response in responses:
                    come = self._reached = True
                    yield parse(response)
                return
            except grpc.RpcError as failed:
                error = errors.of_call(failed)
            finally:
                if responses is not None:
                    responses.cancel()
            if come:
                raise error
            await asyncio.sleep(attempts.pause(error))

    async def whole(self, method: str, request: bytes, begin: Callable[[], Any], timeout: Optional[float]) -> Any:
        """All answers of a streaming call, given to what `begin` returns; from the start again if it breaks off."""
        attempts = self.attempts(timeout)
        while True:
            taken = begin()
            responses = None
            try:
                call = self._call("unary_stream", method)
                responses = call(request, timeout=attempts.left(), metadata=self.target.metadata)
                async for response in responses:
                    taken.take(response)
                self._reached = True
                return taken
            except grpc.RpcError as failed:
                error = errors.of_call(failed)
            finally:
                if responses is not None:
                    responses.cancel()
            await asyncio.sleep(attempts.pause(error))

    async def duplex(
        self, method: str, requests: AsyncIterable[bytes], parse: Callable[[bytes], T], timeout: Optional[float] = None
    ) -> AsyncIterator[T]:
        """Answers to requests as they come. Not made again: the requests that were taken are gone."""
        responses = self._call("stream_stream", method)(requests, timeout=timeout, metadata=self.target.metadata)
        try:
            async for response in responses:
                self._reached = True
                yield parse(response)
        except grpc.RpcError as failed:
            raise errors.of_call(failed) from None
        finally:
            responses.cancel()

    @staticmethod
    async def items(items: Union[Iterable[T], AsyncIterable[T]]) -> AsyncIterator[T]:
        """The items of an iterable of either kind."""
        if isinstance(items, AsyncIterable):
            async for each in items:
                yield each
        else:
            for each in items:
                yield each

    async def pause(self, attempts: Attempts, error: errors.Error) -> None:
        """Waits before another attempt, or raises the error."""
        await asyncio.sleep(attempts.pause(error))
