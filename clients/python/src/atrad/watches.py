"""Watches: the rows of indicators as their bars come, resumed where they broke off."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import numpy as np

from atrad import answer, requests, wire
from atrad.answer import Answer
from atrad.errors import Error, of_failure
from atrad.v1 import indicator_pb2

_ROWS = wire.numbers(indicator_pb2.WatchResponse)["rows"]
_VALUES = wire.numbers(indicator_pb2.WatchRows)["values"]


class Update(NamedTuple):
    """What a watch tells of one series: rows, or why there are none."""

    #: Symbol and timeframe.
    series: tuple[str, str]
    #: The rows, oldest first; without any, after a correction or a failure.
    answer: Answer
    #: Whether the bar of the only row is not closed: the next rows of the series replace it.
    provisional: bool
    #: Rows that were told before and open at this time or later are void; None leaves all as they are.
    revised_from: Optional[np.datetime64]
    #: The closed rows before these that were not sent, because this side read too slowly or was away for too long.
    skipped: int
    #: Why the watch of this series is interrupted; None while it goes on.
    error: Optional[Error]


class Watching:
    """A watch that can be resumed: the request, and where each series stands."""

    def __init__(self, message: indicator_pb2.WatchRequest) -> None:
        self._message = message
        self._tokens: dict[tuple[str, str], bytes] = {}

    def request(self) -> bytes:
        """The request that begins the watch, or goes on after what was told."""
        del self._message.resume_tokens[:]
        self._message.resume_tokens.extend(self._tokens.values())
        return self._message.SerializeToString()

    def told(self, data: bytes) -> Update:
        """Reads a response and keeps where the series stands."""
        rows, rest = wire.within(memoryview(data), _ROWS)
        values, facts = wire.within(rows, _VALUES)
        response, event = indicator_pb2.WatchResponse.FromString(rest), indicator_pb2.WatchRows.FromString(facts)
        series = (response.series.symbol, response.series.timeframe)
        if response.resume_token:
            self._tokens[series] = response.resume_token
        return Update(
            series=series,
            answer=answer.answer_of(wire.answer(values), " ".join(series)),
            provisional=event.provisional,
            revised_from=np.datetime64(event.revised_from, "ns") if event.HasField("revised_from") else None,
            skipped=event.skipped,
            error=of_failure(response.failure) if response.HasField("failure") else None,
        )


def watching(
    series: Any,
    timeframe: str,
    expressions: tuple[requests.Expressions, ...],
    last: int,
    include_forming: bool,
    only_when: Any,
    wait_for_series: bool,
    resampling: Optional[requests.Resampling],
    adjust: str = "none",
) -> Watching:
    """A watch of series, or of all whose symbols match a pattern."""
    pattern = series if isinstance(series, str) else ""
    message = indicator_pb2.WatchRequest(
        series=[] if pattern else requests.series_ids(series),
        symbol_glob=pattern,
        timeframe=timeframe,
        expressions=requests.texts(expressions),
        resampling=resampling and resampling.message(),
        last=last,
        include_forming=include_forming,
        only_when="" if only_when is None else requests.text_of(only_when),
        wait_for_series=wait_for_series,
        adjust=requests.adjustment(adjust),
    )
    return Watching(message)
