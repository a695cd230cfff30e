"""Data folders, read in this process: the values of a server without a server, also while one writes to the folder.

    import atrad

    folder = atrad.Folder("/var/lib/atrad")
    answer = folder.compute("BTCUSDT", "15m", atrad.rsi(14), last=500)

Price files are mapped, so that processes of one machine share their memory, and only the bars that have an influence
are read. It needs the native module, and the right to read the folder. Bars are as they were traded: to adjust,
resample or join them, ask a server.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, Optional, Union

import grpc
import numpy as np

from atrad import native, requests
from atrad.answer import Answer
from atrad.errors import Error, InvalidError, NotFoundError, UnimplementedError, of_code
from atrad.requests import Expressions, Time
from atrad.target import PathLike
from atrad.v1 import indicator_pb2, series_pb2

#: Folders that were opened before a fork. A connection of SQLite is of one process, which closes it.
_foreign: list[Any] = []


class Folder:
    """A data folder that is only read. What a question sees is what was committed when it was asked.

    It can be the `client` of `atrad.ray.compute`, whose workers then compute by themselves.
    """

    def __init__(self, path: PathLike) -> None:
        self.path = Path(path)
        self._folder = _checked(native.installed().Folder, self.path)
        self._process = os.getpid()

    def __reduce__(self) -> Any:
        return Folder, (self.path,)

    def __repr__(self) -> str:
        return f"Folder({str(self.path)!r})"

    def series(self, prefix: str = "", timeframe: str = "") -> list[series_pb2.SeriesInfo]:
        """Lists the series, all or those whose symbol starts with `prefix` or that have this timeframe."""
        return [
            series_pb2.SeriesInfo(
                id=series_pb2.SeriesId(symbol=symbol, timeframe=stored),
                epoch=epoch,
                rows=rows,
                first_time=times and times[0],
                last_time=times and times[1],
            )
            for symbol, stored, epoch, rows, times in _checked(self._opened().series, timeframe)
            if symbol.startswith(prefix)
        ]

    def read_bars(
        self,
        symbol: str,
        timeframe: str,
        *,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        as_of: Time = None,
    ) -> Answer:
        """Reads the bars of a series as columns `open`, `high`, `low`, `close`, `volume`, and its extra columns."""
        series, span = self._get(symbol, timeframe), _span(last, start, end, as_of)
        times, columns = _checked(series.read, *span)
        rest = series_pb2.ReadBarsResponse(epoch=series.epoch, as_of=span[-1]).SerializeToString()
        return _answer(times, dict(columns), rest, f"{symbol} {timeframe}", of_bars=True)

    def compute(
        self,
        symbol: str,
        timeframe: str,
        *expressions: Expressions,
        last: Optional[int] = None,
        start: Time = None,
        end: Time = None,
        as_of: Time = None,
    ) -> Answer:
        """Computes expressions over a series: bars from `start` to before `end`, of those the newest `last`.

        With `as_of` the answer is that of a folder with only the bars that were closed then.
        """
        asked = native.query(tuple(requests.texts(expressions)))
        series, span = self._get(symbol, timeframe), _span(last, start, end, as_of)
        times, values = _checked(series.compute, asked, *span)
        infos = native.infos(asked)
        rest = indicator_pb2.ComputeResponse(epoch=series.epoch, infos=infos, as_of=span[-1]).SerializeToString()
        columns = {info.label: column for info, column in zip(infos, values)}
        return _answer(times, columns, rest, f"{symbol} {timeframe}").newest_of(last)

    def compute_stream(
        self, symbol: str, timeframe: str, *expressions: Expressions, **options: Any
    ) -> Iterator[Answer]:
        """As `compute`, in one chunk."""
        yield self.compute(symbol, timeframe, *expressions, **_known(options))

    def batch(
        self, series: Iterable[tuple[str, str]], *expressions: Expressions, **options: Any
    ) -> Iterator[tuple[tuple[str, str], Union[Answer, Error]]]:
        """Computes the same expressions over series, one after the other. Yields each with its answer or its error."""
        span = _known(options)
        for symbol, timeframe in series:
            try:
                found: Union[Answer, Error] = self.compute(symbol, timeframe, *expressions, **span)
            except Error as error:
                found = error
            yield (symbol, timeframe), found

    def compute_bars(self, *expressions: Expressions, **options: Any) -> Answer:
        """Computes expressions over bars, as `atrad.native.compute_bars` does."""
        return native.compute_bars(*expressions, **options)

    def sweep(self, *_asked: Any, **_options: Any) -> NoReturn:
        """Refused: sweeps need a server."""
        raise UnimplementedError("a folder has no sweeps; ask a server")

    def screen(self, *_asked: Any, **_options: Any) -> NoReturn:
        """Refused: screens need a server."""
        raise UnimplementedError("a folder has no screens; ask a server")

    def _opened(self) -> Any:
        """The folder, opened by this process."""
        if self._process != os.getpid():
            _foreign.append(self._folder)
            self._folder, self._process = _checked(native.installed().Folder, self.path), os.getpid()
        return self._folder

    def _get(self, symbol: str, timeframe: str) -> Any:
        series = _checked(self._opened().open, symbol, timeframe)
        if series is None:
            raise NotFoundError(f"no series {symbol} {timeframe} in {self.path}")
        return series


def _span(last: Optional[int], start: Time, end: Time, as_of: Time) -> tuple[Optional[int], ...]:
    """Start, end, last and the time of `as_of`, as the module has them."""
    requests.bounds(last)
    times = (requests.nanoseconds(name, time) for name, time in (("start", start), ("end", end), ("as_of", as_of)))
    first, before, closed = times
    return first, before, last, closed


_SPAN = ("last", "start", "end", "as_of")


def _known(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a computation; those that only a server has are refused, unless they say nothing."""
    for name, value in options.items():
        if name not in _SPAN and value not in (None, "none", "float64"):
            raise InvalidError.of_field(name, f"{name} needs a server; a folder has the bars as they were traded")
    return {name: value for name, value in options.items() if name in _SPAN}


def _answer(
    times: np.ndarray, columns: dict[str, np.ndarray], rest: bytes, title: str, of_bars: bool = False
) -> Answer:
    for column in columns.values():
        column.flags.writeable = False
    return Answer(times.view("M8[ns]"), columns, rest, title, of_bars)


def _checked(call: Any, *arguments: Any) -> Any:
    try:
        return native.checked(call, *arguments)
    except native.installed().StorageError as error:
        code, message = error.args
        raise of_code(grpc.StatusCode[code], message) from None
