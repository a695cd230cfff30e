"""The requests of the API, encoded: what both clients send."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from atrad import wire
from atrad.errors import InvalidError
from atrad.expressions import Expr, text_of
from atrad.frames import Bars, checked_times, time_array
from atrad.sweeps import WalkForward
from atrad.v1 import indicator_pb2, ingest_pb2, series_pb2

#: A time in nanoseconds since the Unix epoch, as text in ISO 8601, or as an object; None sets no bound.
Time = Union[None, int, str, datetime, np.datetime64]
#: An expression, its text, a list of both, or a mapping of labels to both.
Expressions = Union[Expr, str, Iterable[Union[Expr, str]], Mapping[str, Union[Expr, str]]]

#: The newest bars of those from a start to before an end, as of a time.
Span = tuple[Optional[int], Time, Time, Time]
#: The bars of one batch; a frame with more is sent in several.
BATCH_ROWS = 100_000
#: An answer of this size at most is asked for in one message.
UNARY_BYTES_MAX = 2_000_000
_OUTPUTS_GUESSED = 3

_ON_CONFLICT = {"replace": 1, "keep": 2, "error": 3}
_PRICES = {"not_negative": 1, "any": 2}
_METHODS = {"pearson": 1, "spearman": 2}
_ADJUST = {"none": 1, "split": 2, "total": 3}
_ACTIONS = {"split": 1, "dividend": 2}
_DTYPES = {"float64": 0, "float32": 1}
_FILLS = {"none": 1, "previous": 2, "nan": 3}


class Resampling(NamedTuple):
    """How bars of a timeframe that is not stored are made of shorter ones."""

    #: The session start in minutes from 00:00 UTC, -1439 to 1439.
    session_offset_minutes: int = 0
    #: Whether to return the newest bar before it is closed.
    include_forming: bool = False
    #: What fills gaps: none, previous or nan.
    fill: str = "none"
    #: The calendar of the bars: an exchange, as in XNYS, or a zone, as in America/New_York. Empty means days of UTC.
    calendar: str = ""

    def message(self) -> series_pb2.Resampling:
        fill: Any = word("fill", self.fill, _FILLS)
        return series_pb2.Resampling(
            session_offset_minutes=self.session_offset_minutes,
            include_forming=self.include_forming,
            fill=fill,
            calendar=self.calendar,
        )


def word(field: str, value: str, known: Mapping[str, int]) -> int:
    """The number of a word of the API."""
    if value not in known:
        raise InvalidError.of_field(field, f"{field} must be one of {', '.join(known)}, got {value!r}")
    return known[value]


def series_id(symbol: str, timeframe: str) -> series_pb2.SeriesId:
    """A series. What they may look like, the server says."""
    if not isinstance(symbol, str) or not isinstance(timeframe, str):
        raise InvalidError.of_field("series", f"a series is a symbol and a timeframe, got {symbol!r} and {timeframe!r}")
    return series_pb2.SeriesId(symbol=symbol, timeframe=timeframe)


def series_ids(series: Iterable[tuple[str, str]]) -> list[series_pb2.SeriesId]:
    """Many series, each a pair of symbol and timeframe."""
    listed = list(series)
    for each in listed:
        if isinstance(each, str) or len(each) != 2:
            raise InvalidError.of_field("series", f"each series is a pair of symbol and timeframe, got {each!r}")
    return [series_id(*each) for each in listed]


def nanoseconds(field: str, when: Time) -> Optional[int]:
    """A time in the unit of the API. Times without a zone are UTC."""
    if when is None or isinstance(when, (int, np.integer)):
        return None if when is None else int(when)
    plain: Any = when
    try:
        if isinstance(plain, str):
            # NumPy reads neither of these ends.
            plain = plain[:-1] if plain.endswith("Z") else _without_offset(plain)
        elif hasattr(plain, "to_datetime64"):
            # A Timestamp of pandas, whose nanoseconds a datetime has not.
            plain = plain.to_datetime64()
        if isinstance(plain, datetime) and plain.tzinfo is not None:
            plain = plain.astimezone(timezone.utc).replace(tzinfo=None)
        wide: np.datetime64 = np.datetime64(plain)
    except (ValueError, OverflowError):
        wide = np.datetime64("NaT")
    if np.isnat(wide):
        raise InvalidError.of_field(field, f"{field} must be a time as in 2024-01-31T09:30, got {when!r}")
    exact: np.datetime64 = wide.astype("M8[ns]")
    # NumPy wraps times that do not fit.
    if exact.astype("M8[s]") != wide.astype("M8[s]"):
        raise InvalidError.of_field(field, f"{field} must be between 1677-09-22 and 2262-04-11, got {when!r}")
    return int(exact.astype("int64"))


def _without_offset(text: str) -> str:
    """The same time in UTC, if the text ends with an offset."""
    parts = re.fullmatch(r"(.+?)((?<=:\d\d:\d\d)\.\d+)?([+-]\d\d:\d\d)", text)
    if parts is None:
        return text
    # A datetime has no nanoseconds, and offsets are whole minutes: the fraction stays as it is.
    seconds, fraction, offset = parts.groups()
    there = datetime.fromisoformat(seconds + offset)
    return there.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + (fraction or "")


def instants(field: str, times: Any) -> np.ndarray:
    """Times that are no bars', as datetime64[ns]: arrays and columns of times, or a list of times or texts."""
    array = time_array(times)
    if array.dtype.kind in "USO" and array.ndim == 1:
        found = [nanoseconds(f"{field}[{row}]", each) for row, each in enumerate(array.tolist())]
        return np.array(found, "<i8").view("<M8[ns]")
    if array.dtype.kind != "M" or array.ndim != 1:
        raise InvalidError.of_field(field, f"{field} must be a list of times, got {array.dtype} of shape {array.shape}")
    return checked_times(array, field, field)


def bounds(last: Optional[int], start: Time = None, end: Time = None, as_of: Time = None) -> Optional[series_pb2.Range]:
    """The range of bars; None without a bound."""
    if last is None and start is None and end is None and as_of is None:
        return None
    if last is not None and not 0 < operator.index(last) < 2**63:
        raise InvalidError.of_field("last", f"last must be between 1 and 2**63 - 1, got {last}")
    return series_pb2.Range(
        last=last,
        start_time=nanoseconds("start", start),
        end_time=nanoseconds("end", end),
        as_of=nanoseconds("as_of", as_of),
    )


def since(epoch: Optional[int]) -> dict[str, Any]:
    """The fields that ask for what changed since an epoch, as an answer has it."""
    if epoch is None:
        return {}
    return {"since_epoch": operator.index(epoch), "since_token": getattr(epoch, "token", b"")}


def adjustment(adjust: str) -> Any:
    """Which corporate actions adjust the bars."""
    return 0 if adjust == "none" else word("adjust", adjust, _ADJUST)


def corporate_action(when: Time, kind: str, value: float) -> series_pb2.CorporateAction:
    """A split of `value` new shares per old share, or a dividend of `value` per share, from an ex-date on."""
    number: Any = word("kind", kind, _ACTIONS)
    return series_pb2.CorporateAction(ex_time=nanoseconds("ex_date", when), kind=number, value=value)


def action_kind(kind: Optional[str]) -> Any:
    """A kind of corporate actions; None is both."""
    return 0 if kind is None else word("kind", kind, _ACTIONS)


def texts(expressions: tuple[Expressions, ...]) -> list[str]:
    """The texts of expressions, given one by one, in lists, or as mappings of labels."""
    found: list[str] = []
    for each in expressions:
        if isinstance(each, (Expr, str)):
            found.append(str(each))
        elif isinstance(each, Mapping):
            found += [str(Expr(text_of(expression)).alias(label)) for label, expression in each.items()]
        elif isinstance(each, Iterable):
            found += [text_of(expression) for expression in each]
        else:
            text_of(each)
    if not found:
        raise InvalidError.of_field("expressions", "give at least one expression, as in rsi(14)")
    return found


class Question(NamedTuple):
    """A computation: what both `Compute` and `ComputeStream` are asked."""

    #: A `ComputeRequest` without bars.
    plain: bytes
    expressions: int
    bars: Optional[Bars]
    title: str
    last: Optional[int]
    #: Whether it may be answered by shared memory.
    is_shareable: bool = True

    def encoded(self) -> bytes:
        """A `ComputeRequest`. The bars follow the rest, which protobuf allows."""
        if self.bars is None:
            return self.plain
        return b"".join([self.plain, *wire.encoded_bars(_BARS_OF_COMPUTE, self.bars.times, self.bars.columns)])

    def streamed(self) -> bytes:
        """A `ComputeStreamRequest`."""
        return b"".join(wire.field(_REQUEST, [self.encoded()]))

    def is_small(self) -> bool:
        """Whether the answer fits in one message, as far as can be told before."""
        rows = self.last if self.bars is None else len(self.bars)
        return rows is not None and rows * 8 * (1 + _OUTPUTS_GUESSED * self.expressions) <= UNARY_BYTES_MAX


_BARS_OF_COMPUTE = wire.numbers(indicator_pb2.ComputeRequest)["bars"]
_BARS_OF_INGEST = wire.numbers(ingest_pb2.IngestRequest)["bars"]
_BARS_OF_STREAM = wire.numbers(ingest_pb2.IngestStreamRequest)["bars"]
_REQUEST = wire.numbers(indicator_pb2.ComputeStreamRequest)["request"]


def question(
    expressions: tuple[Expressions, ...],
    span: Span,
    series: Optional[tuple[str, str]] = None,
    bars: Optional[Bars] = None,
    resampling: Optional[Resampling] = None,
    persist: Union[None, bool, float] = None,
    adjust: str = "none",
    since_epoch: Optional[int] = None,
    dtype: str = "float64",
) -> Question:
    """A computation over a series or over bars. `persist` saves it, for so many seconds or, if True, for ever."""
    value_type: Any = word("dtype", dtype, _DTYPES)
    message = indicator_pb2.ComputeRequest(
        expressions=texts(expressions),
        range=bounds(*span),
        series=series and series_id(*series),
        resampling=resampling and resampling.message(),
        persist=None if persist is None or persist is False else indicator_pb2.Persist(ttl_ms=_ttl(persist)),
        adjust=adjustment(adjust),
        value_type=value_type,
        **since(since_epoch),
    )
    plain = message.SerializeToString()
    title, is_shareable = " ".join(series or ()), not (message.HasField("persist") or message.value_type)
    return Question(plain, len(message.expressions), bars, title, span[0], is_shareable)


@lru_cache(maxsize=1024)
def newest(expressions: tuple[str, ...], last: Optional[int], symbol: str, timeframe: str) -> Question:
    """A computation over the newest bars of a series, or all of them."""
    return question(expressions, (last, None, None, None), (symbol, timeframe))


def _ttl(persist: Union[bool, float]) -> int:
    return 0 if persist is True else max(1, round(persist * 1e3))


def batch(
    series: list[tuple[str, str]],
    expressions: tuple[Expressions, ...],
    span: Span,
    resampling: Optional[Resampling],
    adjust: str,
    dtype: str,
) -> bytes:
    value_type: Any = word("dtype", dtype, _DTYPES)
    return indicator_pb2.ComputeBatchRequest(
        series=series_ids(series),
        range=bounds(*span),
        expressions=texts(expressions),
        resampling=resampling and resampling.message(),
        adjust=adjustment(adjust),
        value_type=value_type,
    ).SerializeToString()


def correlate(
    series: Iterable[tuple[str, str]],
    expression: Union[Expr, str],
    span: Span,
    of_returns: bool,
    method: str,
    resampling: Optional[Resampling],
    adjust: str,
) -> bytes:
    kind: Any = word("method", method, _METHODS)
    return indicator_pb2.CorrelateRequest(
        series=series_ids(series),
        range=bounds(*span),
        expression=text_of(expression),
        returns=of_returns,
        method=kind,
        resampling=resampling and resampling.message(),
        adjust=adjustment(adjust),
    ).SerializeToString()


class Ingestion(NamedTuple):
    """How bars are stored: the fields that a batch of a stream and one alone have in common."""

    symbol: str
    timeframe: str
    on_conflict: str = "replace"
    prices: str = "not_negative"
    #: Client and batch, by which a retry is recognised even after a restart.
    key: Optional[tuple[str, str]] = None

    def numbered(self, batch: int) -> Ingestion:
        """The same for one of many batches, each with a key of its own."""
        return self._replace(key=(self.key[0], f"{self.key[1]}.{batch}")) if self.key else self

    def _common(self) -> dict[str, Any]:
        key = self.key and ingest_pb2.IdempotencyKey(client=self.key[0], batch=self.key[1])
        return {
            "series": series_id(self.symbol, self.timeframe),
            "on_conflict": word("on_conflict", self.on_conflict, _ON_CONFLICT),
            "price_range": word("prices", self.prices, _PRICES),
            "idempotency_key": key,
        }

    def unary(self, bars: Bars) -> bytes:
        plain = ingest_pb2.IngestRequest(**self._common()).SerializeToString()
        return b"".join([plain, *wire.encoded_bars(_BARS_OF_INGEST, bars.times, bars.columns)])

    def streamed(self, number: int, bars: Bars) -> bytes:
        plain = ingest_pb2.IngestStreamRequest(batch=number, **self._common()).SerializeToString()
        return b"".join([plain, *wire.encoded_bars(_BARS_OF_STREAM, bars.times, bars.columns)])


def slices(bars: Bars, rows: int) -> Iterator[Bars]:
    """The bars in batches of so many rows."""
    for start in range(0, max(1, len(bars)), rows):
        yield bars.slice(start, start + rows)


def sweep(
    asked: tuple[Expressions, ...],
    series: tuple[str, str],
    span: Span,
    reductions: Union[str, Iterable[str]],
    where: Union[Expr, str],
    ranking: tuple[int, str, bool],
    resampling: Optional[Resampling],
    walk_forward: Optional[WalkForward],
    adjust: str,
) -> bytes:
    """A sweep; `ranking` are top, by and ascending."""
    top, by, ascending = ranking
    return indicator_pb2.SweepRequest(
        series=series_id(*series),
        range=bounds(*span),
        expressions=texts(asked),
        resampling=resampling and resampling.message(),
        reductions=[reductions] if isinstance(reductions, str) else reductions,
        where=text_of(where),
        top=top,
        by=by,
        ascending=ascending,
        walk_forward=walk_forward and walk_forward.message(),
        adjust=adjustment(adjust),
    ).SerializeToString()


def screen(
    timeframe: str,
    condition: Union[Expr, str],
    asked: tuple[Expressions, ...],
    symbols: Union[str, Iterable[str]],
    ranking: tuple[int, Union[Expr, str], bool],
    as_of: Time,
    resampling: Optional[Resampling],
    adjust: str,
) -> bytes:
    """A screen; `ranking` are top, rank_by and ascending."""
    top, rank_by, ascending = ranking
    return indicator_pb2.ScreenRequest(
        symbols=[symbols] if isinstance(symbols, str) else symbols,
        timeframe=timeframe,
        condition=text_of(condition),
        expressions=texts(asked) if asked else [],
        rank_by=text_of(rank_by),
        ascending=ascending,
        top=top,
        as_of=nanoseconds("as_of", as_of),
        resampling=resampling and resampling.message(),
        adjust=adjustment(adjust),
    ).SerializeToString()
