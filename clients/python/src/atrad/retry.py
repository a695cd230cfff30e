"""When a call is made again: while it fails for the moment, with pauses that grow, until the deadline."""

from __future__ import annotations

import random
import time
from typing import Any, Optional

import grpc

from atrad.errors import Error

_ATTEMPTS_MAX = 5
_ATTEMPTS_MAX_REACHED = 8
_PAUSE_FIRST_S = 0.1
#: Methods that are not idempotent, because they compare with what is stored; some only with a field of the request.
_COMPARING: dict[str, Optional[str]] = {
    "atrad.v1.CacheService/CompareAndSet": None,
    "atrad.v1.BoardService/PostValue": "expected_version",
    "atrad.v1.BoardService/DeleteValue": "expected_version",
}


def is_idempotent(method: str, request: Any) -> bool:
    """Whether a call that may have been carried out can be made again: the second time it changes nothing."""
    if method not in _COMPARING:
        return True
    field = _COMPARING[method]
    return field is not None and not request.HasField(field)


class Attempts:
    """The attempts of one call, which together have `timeout` seconds; None waits for ever.

    One that is not `idempotent` is repeated only after a delay of the server, which then has not carried it out. After
    any other error, as of a connection that broke, nobody knows.
    """

    def __init__(self, timeout: Optional[float], reached: bool = False, idempotent: bool = True) -> None:
        # A server that has answered before is likely to come back; one that never has may not be there at all.
        self._max = _ATTEMPTS_MAX_REACHED if reached else _ATTEMPTS_MAX
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._failed = 0
        self._idempotent = idempotent

    def left(self) -> Optional[float]:
        """The seconds left for the next attempt."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def progressed(self) -> None:
        """Counts anew: the call got further than before."""
        self._failed = 0

    def pause(self, error: Error) -> float:
        """The seconds to wait before the next attempt.

        Raises `error` if another attempt would not help: it is of a kind that comes again, the delay that the server
        asks for ends after the deadline, or there were enough of them.
        """
        self._failed += 1
        pause = self._wanted(error)
        if pause is None or self._failed >= self._max:
            raise error
        if self._deadline is not None and time.monotonic() + pause > self._deadline:
            raise error
        return pause

    def _wanted(self, error: Error) -> Optional[float]:
        if error._retry_forbidden or (error.retry_after is None and not self._idempotent):
            return None
        # The server's delay is a least one. All clients are told about the same, and are not to come back together.
        spread = random.uniform(1.0, 1.5)
        if error.code is grpc.StatusCode.UNAVAILABLE:
            own = _PAUSE_FIRST_S * 2 ** (self._failed - 1)
            return (own if error.retry_after is None else error.retry_after) * spread
        # A limit that no waiting lifts comes without a hint.
        if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED and error.retry_after is not None:
            return error.retry_after * spread
        return None
