"""Calls on a blocking channel: deadlines, retries, and a new channel after a fork. Messages are bytes here."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, Callable, Optional, TypeVar

import grpc

from atrad import errors
from atrad.retry import Attempts
from atrad.target import Target

T = TypeVar("T")


class Transport:
    """One server. Safe to share between threads, and with children of a fork, which get a channel of their own."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._lock = threading.Lock()
        self._process = 0
        self._channel: Any = None
        self._calls: dict[tuple[str, str], Callable[..., Any]] = {}
        self._closed = False
        self._reached = False

    def __reduce__(self) -> Any:
        # In another process it connects anew. Credentials of TLS cannot go there.
        return Transport, (self.target,)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._channel is not None and self._process == os.getpid():
                self._channel.close()
            self._channel = None
            self._calls.clear()

    def _call(self, kind: str, method: str) -> Callable[..., Any]:
        if self._process == os.getpid():
            call = self._calls.get((kind, method))
            if call is not None:
                return call
        with self._lock:
            if self._closed:
                raise errors.CancelledError("the client is closed")
            if self._process != os.getpid():
                # The sockets of the parent are shared; its channel is not touched, not even to close it.
                self._calls, self._process = {}, os.getpid()
                self._channel = self.target.channel(grpc)
            call = getattr(self._channel, kind)(f"/{method}")
            self._calls[kind, method] = call
            return call

    def _failed(self, failed: Any) -> errors.Error:
        """The error of a call. Without a connection the channel is dropped: a new one connects at once, an old one
        waits longer and longer, and older grpcio connects only while a call waits.
        """
        error = errors.of_call(failed)
        if error.code is grpc.StatusCode.UNAVAILABLE and not error._from_server:
            with self._lock:
                # Calls of other threads keep theirs.
                self._process = 0
        return error

    def attempts(self, timeout: Optional[float], idempotent: bool = True) -> Attempts:
        """The attempts of a call."""
        return Attempts(timeout, self._reached, idempotent)

    def one(
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
                answer = call(request, timeout=attempts.left(), metadata=self.target.metadata)
                self._reached = True
                return parse(answer)
            except grpc.RpcError as failed:
                error = self._failed(failed)
            if not waits and error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise error
            time.sleep(attempts.pause(error))

    def each(self, method: str, request: bytes, parse: Callable[[bytes], T], timeout: Optional[float]) -> Iterator[T]:
        """The answers of a streaming call, which is made again only while none has come."""
        attempts = self.attempts(timeout)
        while True:
            come, responses = False, None
            try:
                call = self._call("unary_stream", method)
                responses = call(request, timeout=attempts.left(), metadata=self.target.metadata)
                for response in responses:
                    come = self._reached = True
                    yield parse(response)
                return
            except grpc.RpcError as failed:
                error = self._failed(failed)
            finally:
                if responses is not None:
                    responses.cancel()
            if come:
                raise error
            time.sleep(attempts.pause(error))

    def whole(self, method: str, request: bytes, begin: Callable[[], Any], timeout: Optional[float]) -> Any:
        """All answers of a streaming call, given to what `begin` returns; from the start again if it breaks off."""
        attempts = self.attempts(timeout)
        while True:
            taken = begin()
            responses = None
            try:
                call = self._call("unary_stream", method)
                responses = call(request, timeout=attempts.left(), metadata=self.target.metadata)
                for response in responses:
                    taken.take(response)
                self._reached = True
                return taken
            except grpc.RpcError as failed:
                error = self._failed(failed)
            finally:
                if responses is not None:
                    responses.cancel()
            time.sleep(attempts.pause(error))

    def duplex(
        self, method: str, requests: Iterable[bytes], parse: Callable[[bytes], T], timeout: Optional[float] = None
    ) -> Iterator[T]:
        """Answers to requests as they come. Not made again: the requests that were taken are gone."""
        responses = self._call("stream_stream", method)(iter(requests), timeout=timeout, metadata=self.target.metadata)
        try:
            for response in responses:
                self._reached = True
                yield parse(response)
        except grpc.RpcError as failed:
            raise self._failed(failed) from None
        finally:
            responses.cancel()

    @staticmethod
    def items(items: Iterable[T]) -> Iterator[T]:
        """What is iterated here and awaited there."""
        return iter(items)

    def pause(self, attempts: Attempts, error: errors.Error) -> None:
        """Waits before another attempt, or raises the error."""
        time.sleep(attempts.pause(error))
