"""The connection to a server: calls, retries, and columns as NumPy arrays.

The API carries columns as packed `repeated double`, which on the wire are the little-endian bytes of the array. So the
calls that carry columns use private twins of the generated messages, in which those fields are `bytes`: the same wire
format, read and written without looking at each number.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any, Callable, NamedTuple, Optional, Union

import grpc
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from atrad.v1 import (
    cache_pb2,
    cache_pb2_grpc,
    indicator_pb2,
    indicator_pb2_grpc,
    ingest_pb2,
    series_pb2,
    series_pb2_grpc,
)

#: A time in nanoseconds since the Unix epoch, as text in ISO 8601, or as an object; None sets no bound.
Time = Union[None, int, str, datetime, np.datetime64]
Count = Optional[int]

_COLUMNS = ("open", "high", "low", "close", "volume")
_MESSAGE_BYTES_MAX = 64 << 20
_WINDOW_BYTES = 8 << 20
_ATTEMPTS_MAX = 5
_PAUSE_FIRST_S = 0.1


class Error(Exception):
    """Why a call failed: the gRPC code, the message, and what the server said about it in detail."""

    def __init__(self, code: grpc.StatusCode, message: str, details: Iterable[Any] = ()) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        # An error of the transport on this side has no status of the server.
        self._from_server = True
        #: What is wrong with which field of the request, by the path of the field.
        self.fields: dict[str, str] = {}
        #: The kind and the name of the resource that was not found.
        self.resource: Optional[tuple[str, str]] = None
        #: The limit of the server that was exceeded, as its flag is named: `answer_bytes_max`.
        self.limit: Optional[str] = None
        #: Seconds after which a retry may help; None when a retry will not.
        self.retry_after: Optional[float] = None
        for detail in details:
            self._note(detail)

    def _note(self, detail: Any) -> None:
        bad, resource = error_details_pb2.BadRequest(), error_details_pb2.ResourceInfo()
        retry, quota = error_details_pb2.RetryInfo(), error_details_pb2.QuotaFailure()
        if detail.Unpack(bad):
            self.fields.update((each.field, each.description) for each in bad.field_violations)
        elif detail.Unpack(resource):
            self.resource = (resource.resource_type, resource.resource_name)
        elif detail.Unpack(quota):
            self.limit = quota.violations[0].subject if quota.violations else None
        elif detail.Unpack(retry):
            self.retry_after = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9

    @classmethod
    def _of_call(cls, error: grpc.RpcError) -> Error:
        trailers: dict[str, Any] = {each.key: each.value for each in error.trailing_metadata() or ()}
        packed = trailers.get("grpc-status-details-bin")
        made = cls(error.code(), error.details() or "", status_pb2.Status.FromString(packed or b"").details)
        made._from_server = packed is not None
        return made

    @classmethod
    def _of_failure(cls, failure: Any) -> Error:
        code = next((each for each in grpc.StatusCode if each.value[0] == failure.code), grpc.StatusCode.UNKNOWN)
        error = cls(code, failure.message)
        if failure.field:
            error.fields[failure.field] = failure.message
        if failure.retry_after_ms:
            error.retry_after = failure.retry_after_ms / 1e3
        return error


class Receipt(NamedTuple):
    """What became of the bars of one batch, which are durable now."""

    accepted: int
    replaced: int
    ignored: int
    epoch: int


class Answer(Mapping):
    """Columns by label, read-only float64 arrays with one value per bar."""

    def __init__(
        self, times: np.ndarray, columns: dict[str, np.ndarray], epoch: int, expressions: dict[str, str]
    ) -> None:
        for label, values in columns.items():
            if len(values) != len(times):
                raise ValueError(f"column {label} has {len(values)} values for {len(times)} bars")
        #: When each bar opens, datetime64[ns], UTC.
        self.times = times
        #: The epoch of the series that the values are of; 0 for bars sent along.
        self.epoch = epoch
        #: The canonical expression of each label, every default filled in.
        self.expressions = expressions
        self._columns = columns

    def __getitem__(self, label: str) -> np.ndarray:
        return self._columns[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"Answer({len(self.times)} bars: {', '.join(self._columns)})"

    @classmethod
    def _of_values(cls, values: Any) -> Answer:
        columns = {column.label: _floats(column.values) for column in values.columns}
        return cls(_times(values.times), columns, values.epoch, {info.label: info.expression for info in values.infos})

    @classmethod
    def _of_bars(cls, response: Any) -> Answer:
        bars = response.bars
        return cls(_times(bars.times), {name: _floats(getattr(bars, name)) for name in _COLUMNS}, response.epoch, {})

    @classmethod
    def _joined(cls, chunks: list[Answer]) -> Answer:
        first = chunks[0]
        if len(chunks) == 1:
            return first
        columns = {label: np.concatenate([chunk[label] for chunk in chunks]) for label in first}
        return cls(np.concatenate([chunk.times for chunk in chunks]), columns, first.epoch, first.expressions)


class Client:
    """A connection to one server. `timeout` is in seconds for a call with all its retries; None waits for ever."""

    def __init__(
        self,
        address: str,
        token: Optional[str] = None,
        *,
        timeout: Optional[float] = 60.0,
        credentials: Optional[grpc.ChannelCredentials] = None,
    ) -> None:
        options = [
            ("grpc.max_receive_message_length", _MESSAGE_BYTES_MAX),
            ("grpc.max_send_message_length", _MESSAGE_BYTES_MAX),
            ("grpc.http2.lookahead_bytes", _WINDOW_BYTES),
            ("grpc.keepalive_time_ms", 120_000),
        ]
        if credentials is None:
            self._channel = grpc.insecure_channel(address, options)
        else:
            self._channel = grpc.secure_channel(address, credentials, options)
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self._timeout = timeout
        self._indicators = indicator_pb2_grpc.IndicatorServiceStub(self._channel)
        self._series = series_pb2_grpc.SeriesServiceStub(self._channel)
        self._cache = cache_pb2_grpc.CacheServiceStub(self._channel)
        self._compute = self._twin("IndicatorService", "Compute")
        self._compute_stream = self._twin("IndicatorService", "ComputeStream")
        self._compute_batch = self._twin("IndicatorService", "ComputeBatch")
        self._ingest = self._twin("IngestService", "Ingest")
        self._ingest_stream = self._twin("IngestService", "IngestStream")
        self._read_bars = self._twin("SeriesService", "ReadBars")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; calls that are under way are cancelled."""
        self._channel.close()

    def compute(
        self, symbol: str, timeframe: str, *expressions: str, last: Count = None, start: Time = None, end: Time = None
    ) -> Answer:
        """Computes expressions over a series: bars from `start` to before `end`, of those the newest `last`.

        An answer that is too large for one message comes as a stream; `compute_stream` gives its chunks as they come.
        """
        return self._whole(_question(expressions, _range(last, start, end), series=_id(symbol, timeframe)))

    def compute_bars(self, *expressions: str, last: Count = None, **columns: Any) -> Answer:
        """Computes expressions over bars sent along: `times`, `open`, `high`, `low`, `close` and `volume`."""
        return self._whole(_question(expressions, _range(last, None, None), bars=_bars(**columns)))

    def compute_stream(
        self, symbol: str, timeframe: str, *expressions: str, last: Count = None, start: Time = None, end: Time = None
    ) -> Iterator[Answer]:
        """As `compute`, for answers of any length: chunks, oldest bars first."""
        question = _question(expressions, _range(last, start, end), series=_id(symbol, timeframe))
        yield from self._chunks(question, self._deadline())

    def batch(
        self,
        series: Iterable[tuple[str, str]],
        *expressions: str,
        last: Count = None,
        start: Time = None,
        end: Time = None,
    ) -> Iterator[tuple[tuple[str, str], Union[Answer, Error]]]:
        """Computes the same expressions over many series. Yields each with its answer or its error, as they finish."""
        asked = list(series)
        request = _message("ComputeBatchRequest")(
            series=[_id(*each) for each in asked], range=_range(last, start, end), expressions=expressions
        )
        chunks: dict[int, list[Answer]] = {}
        for response in self._all(self._compute_batch, request):
            name = asked[response.index]
            if response.WhichOneof("outcome") == "failure":
                yield name, Error._of_failure(response.failure)
                continue
            chunks.setdefault(response.index, []).append(Answer._of_values(response.values))
            if response.last:
                yield name, Answer._joined(chunks.pop(response.index))

    def indicators(self, group: str = "", search: str = "") -> list[indicator_pb2.Indicator]:
        """Lists the indicators, all or those of a group or whose name or title holds a text."""
        request = indicator_pb2.ListIndicatorsRequest(group=group, search=search)
        return list(self._one(self._indicators.ListIndicators, request).indicators)

    def ingest(self, symbol: str, timeframe: str, **columns: Any) -> Receipt:
        """Stores one batch of bars, whole or not at all: `times`, `open`, `high`, `low`, `close` and `volume`."""
        request = _message("IngestRequest")(series=_id(symbol, timeframe), bars=_bars(**columns))
        return _receipt(self._one(self._ingest, request).receipt)

    def ingest_stream(
        self, symbol: str, timeframe: str, batches: Iterable[Mapping[str, Any]]
    ) -> Iterator[Union[Receipt, Error]]:
        """Stores batches as they come. Yields in order the receipt of each, or the error for which it was refused."""
        requests = (
            _message("IngestStreamRequest")(batch=number, series=_id(symbol, timeframe), bars=_bars(**batch))
            for number, batch in enumerate(batches)
        )
        # Not retried: the batches that were taken from the iterator are gone.
        call = self._ingest_stream(requests, metadata=self._metadata)
        try:
            for response in call:
                failed = response.WhichOneof("outcome") == "failure"
                yield Error._of_failure(response.failure) if failed else _receipt(response.receipt)
        except grpc.RpcError as error:
            raise Error._of_call(error) from None
        finally:
            call.cancel()

    def series(self, prefix: str = "", timeframe: str = "") -> list[series_pb2.SeriesInfo]:
        """Lists the series, all or those whose symbol starts with `prefix` or that have this timeframe."""
        found: list[series_pb2.SeriesInfo] = []
        request = series_pb2.ListSeriesRequest(symbol_prefix=prefix, timeframe=timeframe)
        while True:
            page = self._one(self._series.ListSeries, request)
            found.extend(page.series)
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    def read_bars(
        self, symbol: str, timeframe: str, *, last: Count = None, start: Time = None, end: Time = None
    ) -> Answer:
        """Reads the bars of a series as columns `open`, `high`, `low`, `close` and `volume`."""
        request = _message("ReadBarsRequest")(series=_id(symbol, timeframe), range=_range(last, start, end))
        return Answer._joined([Answer._of_bars(each) for each in self._all(self._read_bars, request)])

    def cache_get(self, namespace: str, key: str) -> Optional[bytes]:
        """Reads one entry of the cache; None when there is none."""
        try:
            return self._one(self._cache.Get, cache_pb2.GetRequest(namespace=namespace, key=key)).value
        except Error as error:
            if error.code is grpc.StatusCode.NOT_FOUND:
                return None
            raise

    def cache_put(self, namespace: str, key: str, value: bytes, ttl: float = 0.0) -> None:
        """Writes one entry of the cache, to be kept for `ttl` seconds at most; 0 means the default of the server."""
        request = cache_pb2.PutRequest(namespace=namespace, key=key, value=value, ttl_ms=round(ttl * 1e3))
        self._one(self._cache.Put, request)

    def _twin(self, service: str, method: str) -> Callable[..., Any]:
        """The call of a method whose messages carry columns."""
        descriptor = _TWINS.FindServiceByName(f"atrad.v1.{service}").methods_by_name[method]
        streams = (descriptor.client_streaming, descriptor.server_streaming)
        return getattr(self._channel, "_".join("stream" if each else "unary" for each in streams))(
            f"/atrad.v1.{service}/{method}",
            request_serializer=_message(descriptor.input_type.name).SerializeToString,
            response_deserializer=_message(descriptor.output_type.name).FromString,
        )

    def _whole(self, question: Any) -> Answer:
        """The answer in one message or, if it exceeds the limit of a message here or there, in chunks."""
        deadline = self._deadline()
        try:
            return Answer._of_values(self._one(self._compute, question, deadline))
        except Error as error:
            too_large_here = error.code is grpc.StatusCode.RESOURCE_EXHAUSTED and not error._from_server
            if error.limit != "answer_bytes_max" and not too_large_here:
                raise
        return Answer._joined(list(self._chunks(question, deadline)))

    def _chunks(self, question: Any, deadline: Optional[float]) -> Iterator[Answer]:
        request = _message("ComputeStreamRequest")(request=question)
        for response in self._all(self._compute_stream, request, deadline):
            yield Answer._of_values(response.chunk)

    def _deadline(self) -> Optional[float]:
        return None if self._timeout is None else time.monotonic() + self._timeout

    def _one(self, call: Callable[..., Any], request: Any, deadline: Optional[float] = None) -> Any:
        return next(self._all(lambda *args, **options: iter([call(*args, **options)]), request, deadline))

    def _all(self, call: Callable[..., Any], request: Any, deadline: Optional[float] = None) -> Iterator[Any]:
        """Yields the responses of a call, made again while it fails for the moment and no response has come."""
        deadline = self._deadline() if deadline is None else deadline
        for attempt in range(_ATTEMPTS_MAX):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            come, responses = False, None
            try:
                responses = call(request, timeout=left, metadata=self._metadata)
                for response in responses:
                    come = True
                    yield response
                return
            except grpc.RpcError as failed:
                error = Error._of_call(failed)
            finally:
                if isinstance(responses, grpc.Call):
                    responses.cancel()
            wait = _retry_wait(error, _PAUSE_FIRST_S * 2**attempt)
            late = deadline is not None and wait is not None and time.monotonic() + wait > deadline
            if come or wait is None or late or attempt + 1 == _ATTEMPTS_MAX:
                raise error
            time.sleep(wait)


def _retry_wait(error: Error, pause: float) -> Optional[float]:
    if error.code is grpc.StatusCode.UNAVAILABLE:
        return (error.retry_after or pause) * random.uniform(1.0, 1.5)
    # A limit that no waiting lifts comes without a hint.
    if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED and error.retry_after is not None:
        return error.retry_after * random.uniform(1.0, 1.5)
    return None


def _twins() -> descriptor_pool.DescriptorPool:
    """The public messages, with every packed column of eight-byte numbers as bytes."""
    pool = descriptor_pool.DescriptorPool()
    kind = descriptor_pb2.FieldDescriptorProto
    for module in (series_pb2, ingest_pb2, indicator_pb2):
        file = descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)
        for message in file.message_type:
            for field in message.field:
                if field.label == kind.LABEL_REPEATED and field.type in (kind.TYPE_DOUBLE, kind.TYPE_SFIXED64):
                    field.label, field.type = kind.LABEL_OPTIONAL, kind.TYPE_BYTES
        pool.AddSerializedFile(file.SerializeToString())
    return pool


@cache
def _message(name: str) -> Any:
    """The class of a twin by the name of its message."""
    return message_factory.GetMessageClass(_TWINS.FindMessageTypeByName(f"atrad.v1.{name}"))


_TWINS = _twins()


def _floats(column: bytes) -> np.ndarray:
    return np.frombuffer(column, dtype="<f8")


def _times(column: bytes) -> np.ndarray:
    return np.frombuffer(column, dtype="<M8[ns]")


def _bars(*, times: Any, **columns: Any) -> Any:
    if set(columns) != set(_COLUMNS):
        raise TypeError(f"the columns of bars are times, {', '.join(_COLUMNS)}; got times, {', '.join(columns)}")
    values = {name: np.asarray(column, dtype="<f8").tobytes() for name, column in columns.items()}
    return _message("Bars")(times=np.asarray(times).astype("<M8[ns]").tobytes(), **values)


def _id(symbol: str, timeframe: str) -> Any:
    return _message("SeriesId")(symbol=symbol, timeframe=timeframe)


def _question(expressions: tuple[str, ...], span: Any, **source: Any) -> Any:
    return _message("ComputeRequest")(expressions=expressions, range=span, **source)


def _range(last: Count, start: Time, end: Time) -> Any:
    bounds = {"last": last, "start_time": _nanoseconds(start), "end_time": _nanoseconds(end)}
    return _message("Range")(**{name: bound for name, bound in bounds.items() if bound is not None})


def _nanoseconds(when: Time) -> Optional[int]:
    if when is None or isinstance(when, (int, np.integer)):
        return None if when is None else int(when)
    if isinstance(when, datetime) and when.tzinfo is not None:
        when = when.astimezone(timezone.utc).replace(tzinfo=None)
    return int(np.datetime64(when).astype("M8[ns]").astype("int64"))


def _receipt(receipt: Any) -> Receipt:
    return Receipt(receipt.accepted, receipt.replaced, receipt.ignored, receipt.epoch)
