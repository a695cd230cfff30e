from atrad.v1 import indicator_pb2 as _indicator_pb2
from atrad.v1 import series_pb2 as _series_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AnswerInfo(_message.Message):
    __slots__ = ("key", "series", "range", "framing", "derived_from", "labels", "expressions", "epoch", "rows", "bytes", "created_time", "expires_time")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    FRAMING_FIELD_NUMBER: _ClassVar[int]
    DERIVED_FROM_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_TIME_FIELD_NUMBER: _ClassVar[int]
    key: str
    series: _series_pb2.SeriesId
    range: _series_pb2.Range
    framing: _series_pb2.Framing
    derived_from: str
    labels: _containers.RepeatedScalarFieldContainer[str]
    expressions: _containers.RepeatedScalarFieldContainer[str]
    epoch: int
    rows: int
    bytes: int
    created_time: int
    expires_time: int
    def __init__(self, key: _Optional[str] = ..., series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., range: _Optional[_Union[_series_pb2.Range, _Mapping]] = ..., framing: _Optional[_Union[_series_pb2.Framing, _Mapping]] = ..., derived_from: _Optional[str] = ..., labels: _Optional[_Iterable[str]] = ..., expressions: _Optional[_Iterable[str]] = ..., epoch: _Optional[int] = ..., rows: _Optional[int] = ..., bytes: _Optional[int] = ..., created_time: _Optional[int] = ..., expires_time: _Optional[int] = ...) -> None: ...

class ListAnswersRequest(_message.Message):
    __slots__ = ("key_prefix", "page_size", "page_token")
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    key_prefix: str
    page_size: int
    page_token: str
    def __init__(self, key_prefix: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAnswersResponse(_message.Message):
    __slots__ = ("answers", "next_page_token")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[AnswerInfo]
    next_page_token: str
    def __init__(self, answers: _Optional[_Iterable[_Union[AnswerInfo, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReadAnswerRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class ReadAnswerResponse(_message.Message):
    __slots__ = ("info", "chunk")
    INFO_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    info: AnswerInfo
    chunk: _indicator_pb2.ComputeResponse
    def __init__(self, info: _Optional[_Union[AnswerInfo, _Mapping]] = ..., chunk: _Optional[_Union[_indicator_pb2.ComputeResponse, _Mapping]] = ...) -> None: ...

class ExpireAnswerRequest(_message.Message):
    __slots__ = ("key", "ttl_ms")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    key: str
    ttl_ms: int
    def __init__(self, key: _Optional[str] = ..., ttl_ms: _Optional[int] = ...) -> None: ...

class ExpireAnswerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DeleteAnswerRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class DeleteAnswerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
