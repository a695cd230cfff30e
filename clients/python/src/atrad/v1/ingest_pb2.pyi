from atrad.v1 import series_pb2 as _series_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PriceRange(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICE_RANGE_UNSPECIFIED: _ClassVar[PriceRange]
    PRICE_RANGE_NOT_NEGATIVE: _ClassVar[PriceRange]
    PRICE_RANGE_ANY: _ClassVar[PriceRange]

class OnConflict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_CONFLICT_UNSPECIFIED: _ClassVar[OnConflict]
    ON_CONFLICT_REPLACE: _ClassVar[OnConflict]
    ON_CONFLICT_KEEP: _ClassVar[OnConflict]
    ON_CONFLICT_ERROR: _ClassVar[OnConflict]
PRICE_RANGE_UNSPECIFIED: PriceRange
PRICE_RANGE_NOT_NEGATIVE: PriceRange
PRICE_RANGE_ANY: PriceRange
ON_CONFLICT_UNSPECIFIED: OnConflict
ON_CONFLICT_REPLACE: OnConflict
ON_CONFLICT_KEEP: OnConflict
ON_CONFLICT_ERROR: OnConflict

class IngestRequest(_message.Message):
    __slots__ = ("series", "bars", "on_conflict", "idempotency_key", "price_range")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    ON_CONFLICT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PRICE_RANGE_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    bars: _series_pb2.Bars
    on_conflict: OnConflict
    idempotency_key: IdempotencyKey
    price_range: PriceRange
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., bars: _Optional[_Union[_series_pb2.Bars, _Mapping]] = ..., on_conflict: _Optional[_Union[OnConflict, str]] = ..., idempotency_key: _Optional[_Union[IdempotencyKey, _Mapping]] = ..., price_range: _Optional[_Union[PriceRange, str]] = ...) -> None: ...

class IdempotencyKey(_message.Message):
    __slots__ = ("client", "batch")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    client: str
    batch: str
    def __init__(self, client: _Optional[str] = ..., batch: _Optional[str] = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: Receipt
    def __init__(self, receipt: _Optional[_Union[Receipt, _Mapping]] = ...) -> None: ...

class IngestStreamRequest(_message.Message):
    __slots__ = ("batch", "series", "bars", "on_conflict", "idempotency_key", "price_range")
    BATCH_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    ON_CONFLICT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PRICE_RANGE_FIELD_NUMBER: _ClassVar[int]
    batch: int
    series: _series_pb2.SeriesId
    bars: _series_pb2.Bars
    on_conflict: OnConflict
    idempotency_key: IdempotencyKey
    price_range: PriceRange
    def __init__(self, batch: _Optional[int] = ..., series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., bars: _Optional[_Union[_series_pb2.Bars, _Mapping]] = ..., on_conflict: _Optional[_Union[OnConflict, str]] = ..., idempotency_key: _Optional[_Union[IdempotencyKey, _Mapping]] = ..., price_range: _Optional[_Union[PriceRange, str]] = ...) -> None: ...

class IngestStreamResponse(_message.Message):
    __slots__ = ("batch", "receipt", "failure")
    BATCH_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    batch: int
    receipt: Receipt
    failure: Failure
    def __init__(self, batch: _Optional[int] = ..., receipt: _Optional[_Union[Receipt, _Mapping]] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("accepted", "replaced", "ignored", "epoch")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    IGNORED_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    replaced: int
    ignored: int
    epoch: int
    def __init__(self, accepted: _Optional[int] = ..., replaced: _Optional[int] = ..., ignored: _Optional[int] = ..., epoch: _Optional[int] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("code", "message", "field", "retry_after_ms")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    field: str
    retry_after_ms: int
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., retry_after_ms: _Optional[int] = ...) -> None: ...
