from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetProfileRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatementStats(_message.Message):
    __slots__ = ("sql", "runs", "total_ns", "min_ns", "max_ns", "p95_ns", "scanned_rows")
    SQL_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_NS_FIELD_NUMBER: _ClassVar[int]
    MIN_NS_FIELD_NUMBER: _ClassVar[int]
    MAX_NS_FIELD_NUMBER: _ClassVar[int]
    P95_NS_FIELD_NUMBER: _ClassVar[int]
    SCANNED_ROWS_FIELD_NUMBER: _ClassVar[int]
    sql: str
    runs: int
    total_ns: int
    min_ns: int
    max_ns: int
    p95_ns: int
    scanned_rows: int
    def __init__(self, sql: _Optional[str] = ..., runs: _Optional[int] = ..., total_ns: _Optional[int] = ..., min_ns: _Optional[int] = ..., max_ns: _Optional[int] = ..., p95_ns: _Optional[int] = ..., scanned_rows: _Optional[int] = ...) -> None: ...

class SlowStatement(_message.Message):
    __slots__ = ("end_time", "duration_ns", "sql", "plan")
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_NS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    end_time: int
    duration_ns: int
    sql: str
    plan: str
    def __init__(self, end_time: _Optional[int] = ..., duration_ns: _Optional[int] = ..., sql: _Optional[str] = ..., plan: _Optional[str] = ...) -> None: ...

class GetProfileResponse(_message.Message):
    __slots__ = ("statements", "slow_statements")
    STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    SLOW_STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    statements: _containers.RepeatedCompositeFieldContainer[StatementStats]
    slow_statements: _containers.RepeatedCompositeFieldContainer[SlowStatement]
    def __init__(self, statements: _Optional[_Iterable[_Union[StatementStats, _Mapping]]] = ..., slow_statements: _Optional[_Iterable[_Union[SlowStatement, _Mapping]]] = ...) -> None: ...

class GetMetricsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetMetricsResponse(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class AdviseRequest(_message.Message):
    __slots__ = ("apply",)
    APPLY_FIELD_NUMBER: _ClassVar[int]
    apply: bool
    def __init__(self, apply: bool = ...) -> None: ...

class IndexAdvice(_message.Message):
    __slots__ = ("index_sql", "statement_sql", "scanned_rows", "plan", "plan_with_index")
    INDEX_SQL_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_SQL_FIELD_NUMBER: _ClassVar[int]
    SCANNED_ROWS_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    PLAN_WITH_INDEX_FIELD_NUMBER: _ClassVar[int]
    index_sql: str
    statement_sql: str
    scanned_rows: int
    plan: str
    plan_with_index: str
    def __init__(self, index_sql: _Optional[str] = ..., statement_sql: _Optional[str] = ..., scanned_rows: _Optional[int] = ..., plan: _Optional[str] = ..., plan_with_index: _Optional[str] = ...) -> None: ...

class AdviseResponse(_message.Message):
    __slots__ = ("advice", "applied")
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    advice: _containers.RepeatedCompositeFieldContainer[IndexAdvice]
    applied: bool
    def __init__(self, advice: _Optional[_Iterable[_Union[IndexAdvice, _Mapping]]] = ..., applied: bool = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("problems", "series_count", "segment_count", "orphan_count")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    SERIES_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ORPHAN_COUNT_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedScalarFieldContainer[str]
    series_count: int
    segment_count: int
    orphan_count: int
    def __init__(self, problems: _Optional[_Iterable[str]] = ..., series_count: _Optional[int] = ..., segment_count: _Optional[int] = ..., orphan_count: _Optional[int] = ...) -> None: ...

class BackupRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class BackupResponse(_message.Message):
    __slots__ = ("path", "series_count", "segment_count", "file_bytes", "already_existed")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SERIES_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FILE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ALREADY_EXISTED_FIELD_NUMBER: _ClassVar[int]
    path: str
    series_count: int
    segment_count: int
    file_bytes: int
    already_existed: bool
    def __init__(self, path: _Optional[str] = ..., series_count: _Optional[int] = ..., segment_count: _Optional[int] = ..., file_bytes: _Optional[int] = ..., already_existed: bool = ...) -> None: ...
