"""When a call is made again: while it fails for the moment, with pauses that grow, until the deadline."""

from __future__ import annotations

import random
import time
from typing import Any, Optional

import grpc

from atrad.errors import Error

#: The attempts for a server that has never answered: it may not be there at all. One that has is waited for.
_ATTEMPTS_MAX = 5
_PAUSE_FIRST_S = 0.1
#: Such pauses find a server that has restarted soon enough, and cost it nothing while it has not.
_PAUSE_MAX_S = 2.0
#: How long a server that is away is waited for by a call without a deadline.
_PATIENCE_S = 60.0
#: Later deadlines would overflow in gRPC, which takes them for ones of the past.
_LONGEST_S = 10_000 * 86_400.0
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
    """The attempts of one call, which together have `timeout` seconds; None waits for ever for an answer.

    One that is not `idempotent` is repeated only after a delay of the server, which then has not carried it out. After
    any other error, as of a connection that broke, nobody knows.
    """

    def __init__(self, timeout: Optional[float], reached: bool = False, idempotent: bool = True) -> None:
        self._reached = reached
        self._deadline = None if timeout is None else time.monotonic() + min(timeout, _LONGEST_S)
        self._failed = 0
        self._failing_since = 0.0
        self._idempotent = idempotent

    def left(self) -> Optional[float]:
        """The seconds left for the next attempt."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def progressed(self) -> None:
        """Counts anew: the call got further than before."""
        self._failed, self._reached = 0, True

    def pause(self, error: Error) -> float:
        """The seconds to wait before the next attempt.

        Raises `error` if another attempt would not help: it is of a kind that comes again, the pause ends after the
        deadline, or nothing has ever answered.
        """
        now = time.monotonic()
        if self._failed == 0:
            self._failing_since = now
        self._failed += 1
        # What asks for a delay is a server that is there.
        self._reached = self._reached or error.retry_after is not None
        pause = self._wanted(error)
        if pause is None or not (self._reached or self._failed < _ATTEMPTS_MAX):
            raise error
        end = self._failing_since + _PATIENCE_S if self._deadline is None else self._deadline
        if now + pause > end:
            raise error
        return pause

    def _wanted(self, error: Error) -> Optional[float]:
        if error._retry_forbidden or (error.retry_after is None and not self._idempotent):
            return None
        if error.code not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED):
            return None
        own: float = min(_PAUSE_MAX_S, _PAUSE_FIRST_S * 2 ** min(self._failed - 1, 8))
        if error.retry_after is not None:
            # The server's delay is a least one, and one of nothing is not to be asked for all the time.
            own = max(error.retry_after, own / 10)
        elif error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            # A limit that no waiting lifts comes without a delay.
            return None
        # All clients are told about the same, and are not to come back together.
        return own * random.uniform(1.0, 1.5)
