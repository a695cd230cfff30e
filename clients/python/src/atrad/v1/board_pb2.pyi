from atrad.v1 import indicator_pb2 as _indicator_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BoardColumns(_message.Message):
    __slots__ = ("times", "columns")
    TIMES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    times: _containers.RepeatedScalarFieldContainer[int]
    columns: _containers.RepeatedCompositeFieldContainer[_indicator_pb2.Column]
    def __init__(self, times: _Optional[_Iterable[int]] = ..., columns: _Optional[_Iterable[_Union[_indicator_pb2.Column, _Mapping]]] = ...) -> None: ...

class BoardValue(_message.Message):
    __slots__ = ("name", "version", "post_time", "bytes", "content_type", "rows", "labels")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    POST_TIME_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    post_time: int
    bytes: int
    content_type: str
    rows: int
    labels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., post_time: _Optional[int] = ..., bytes: _Optional[int] = ..., content_type: _Optional[str] = ..., rows: _Optional[int] = ..., labels: _Optional[_Iterable[str]] = ...) -> None: ...

class PostValueRequest(_message.Message):
    __slots__ = ("namespace", "name", "data", "columns", "content_type", "expected_version")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name: str
    data: bytes
    columns: BoardColumns
    content_type: str
    expected_version: int
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., data: _Optional[bytes] = ..., columns: _Optional[_Union[BoardColumns, _Mapping]] = ..., content_type: _Optional[str] = ..., expected_version: _Optional[int] = ...) -> None: ...

class PostValueResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class ReadValueRequest(_message.Message):
    __slots__ = ("namespace", "name")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name: str
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ReadValueResponse(_message.Message):
    __slots__ = ("value", "data", "columns")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    value: BoardValue
    data: bytes
    columns: BoardColumns
    def __init__(self, value: _Optional[_Union[BoardValue, _Mapping]] = ..., data: _Optional[bytes] = ..., columns: _Optional[_Union[BoardColumns, _Mapping]] = ...) -> None: ...

class ListValuesRequest(_message.Message):
    __slots__ = ("namespace", "name_prefix", "page_size", "page_token")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name_prefix: str
    page_size: int
    page_token: str
    def __init__(self, namespace: _Optional[str] = ..., name_prefix: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListValuesResponse(_message.Message):
    __slots__ = ("values", "next_page_token")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[BoardValue]
    next_page_token: str
    def __init__(self, values: _Optional[_Iterable[_Union[BoardValue, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteValueRequest(_message.Message):
    __slots__ = ("namespace", "name", "expected_version")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name: str
    expected_version: int
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., expected_version: _Optional[int] = ...) -> None: ...

class DeleteValueResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchValuesRequest(_message.Message):
    __slots__ = ("namespace", "name_prefix")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_PREFIX_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name_prefix: str
    def __init__(self, namespace: _Optional[str] = ..., name_prefix: _Optional[str] = ...) -> None: ...

class WatchValuesResponse(_message.Message):
    __slots__ = ("posted", "deleted")
    POSTED_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    posted: ReadValueResponse
    deleted: str
    def __init__(self, posted: _Optional[_Union[ReadValueResponse, _Mapping]] = ..., deleted: _Optional[str] = ...) -> None: ...

class MapBoardRequest(_message.Message):
    __slots__ = ("namespace",)
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    def __init__(self, namespace: _Optional[str] = ...) -> None: ...

class MapBoardResponse(_message.Message):
    __slots__ = ("path", "generation")
    PATH_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    path: str
    generation: int
    def __init__(self, path: _Optional[str] = ..., generation: _Optional[int] = ...) -> None: ...
