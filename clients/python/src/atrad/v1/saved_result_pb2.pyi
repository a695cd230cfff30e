from atrad.v1 import indicator_pb2 as _indicator_pb2
from atrad.v1 import series_pb2 as _series_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SavedResult(_message.Message):
    __slots__ = ("key", "series", "range", "resampling", "resampled_from", "labels", "expressions", "epoch", "rows", "bytes", "create_time", "expire_time")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    RESAMPLED_FROM_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    key: str
    series: _series_pb2.SeriesId
    range: _series_pb2.Range
    resampling: _series_pb2.Resampling
    resampled_from: str
    labels: _containers.RepeatedScalarFieldContainer[str]
    expressions: _containers.RepeatedScalarFieldContainer[str]
    epoch: int
    rows: int
    bytes: int
    create_time: int
    expire_time: int
    def __init__(self, key: _Optional[str] = ..., series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., range: _Optional[_Union[_series_pb2.Range, _Mapping]] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., resampled_from: _Optional[str] = ..., labels: _Optional[_Iterable[str]] = ..., expressions: _Optional[_Iterable[str]] = ..., epoch: _Optional[int] = ..., rows: _Optional[int] = ..., bytes: _Optional[int] = ..., create_time: _Optional[int] = ..., expire_time: _Optional[int] = ...) -> None: ...

class ListSavedResultsRequest(_message.Message):
    __slots__ = ("key_prefix", "page_size", "page_token")
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    key_prefix: str
    page_size: int
    page_token: str
    def __init__(self, key_prefix: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSavedResultsResponse(_message.Message):
    __slots__ = ("saved_results", "next_page_token")
    SAVED_RESULTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    saved_results: _containers.RepeatedCompositeFieldContainer[SavedResult]
    next_page_token: str
    def __init__(self, saved_results: _Optional[_Iterable[_Union[SavedResult, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReadSavedResultRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class ReadSavedResultResponse(_message.Message):
    __slots__ = ("saved_result", "chunk")
    SAVED_RESULT_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    saved_result: SavedResult
    chunk: _indicator_pb2.ComputeResponse
    def __init__(self, saved_result: _Optional[_Union[SavedResult, _Mapping]] = ..., chunk: _Optional[_Union[_indicator_pb2.ComputeResponse, _Mapping]] = ...) -> None: ...

class ExpireSavedResultRequest(_message.Message):
    __slots__ = ("key", "ttl_ms")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    key: str
    ttl_ms: int
    def __init__(self, key: _Optional[str] = ..., ttl_ms: _Optional[int] = ...) -> None: ...

class ExpireSavedResultResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DeleteSavedResultRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class DeleteSavedResultResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
