"""What workers compute with: the client of a server, or anything else that has its methods."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Callable, Protocol, Union, cast

from atrad.answer import Answer
from atrad.client import Client
from atrad.errors import Error, InvalidError
from atrad.session import shared
from atrad.sweeps import Screen, Sweep

#: Symbol and timeframe.
Series = tuple[str, str]


class Engine(Protocol):
    """The methods of `atrad.Client` that workers call: by threads that share it, and by Ray, which pickles it."""

    def series(self, prefix: str = "", timeframe: str = "") -> Iterable[Any]: ...

    def batch(
        self, series: Iterable[Series], *expressions: Any, **options: Any
    ) -> Iterator[tuple[Series, Union[Answer, Error]]]: ...

    def compute_stream(self, symbol: str, timeframe: str, *expressions: Any, **options: Any) -> Iterator[Answer]: ...

    def compute_bars(self, *expressions: Any, **options: Any) -> Answer: ...

    def sweep(self, symbol: str, timeframe: str, *expressions: Any, **options: Any) -> Sweep: ...

    def screen(self, timeframe: str, condition: Any = "", *expressions: Any, **options: Any) -> Screen: ...


class Opener:
    """An engine on its way to the workers: itself in this process, pickled in others, where it is opened once."""

    def __init__(self, client: Union[Engine, Callable[[], Engine], None]) -> None:
        self._given: Any = shared() if client is None else client
        self._engine = cast(Engine, self._given if hasattr(self._given, "batch") else self._given())

    def __reduce__(self) -> Any:
        return _Received, (_pickled(self._given),)

    def engine(self) -> Engine:
        """The engine of this process."""
        return self._engine

    def patient(self) -> Engine:
        """The same for parts, which may take longer than a call: without a client's timeout, until the server's."""
        engine = self.engine()
        return engine.options(timeout=None) if isinstance(engine, Client) else engine


class _Received(Opener):
    """An opener in the process of a worker."""

    def __init__(self, pickled: bytes) -> None:
        self._pickled = pickled

    def __reduce__(self) -> Any:
        return _Received, (self._pickled,)

    def engine(self) -> Engine:
        return _opened(self._pickled)


@lru_cache(maxsize=16)
def _opened(pickled: bytes) -> Engine:
    """The engine of a worker; its connection serves all parts that the process computes."""
    given = pickle.loads(pickled)
    return cast(Engine, given if hasattr(given, "batch") else given())


def _pickled(given: Any) -> bytes:
    try:
        from ray import cloudpickle  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        cloudpickle = pickle
    try:
        return cast(bytes, cloudpickle.dumps(given))
    except Exception as error:
        advice = "credentials of TLS stay in their process: give a function that connects, and the workers call it"
        raise InvalidError.of_field("client", f"client cannot go to workers ({error}); {advice}") from error
