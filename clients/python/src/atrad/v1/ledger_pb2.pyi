from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetProfileRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Statement(_message.Message):
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

class SlowRun(_message.Message):
    __slots__ = ("time", "took_ns", "sql", "plan")
    TIME_FIELD_NUMBER: _ClassVar[int]
    TOOK_NS_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    time: int
    took_ns: int
    sql: str
    plan: str
    def __init__(self, time: _Optional[int] = ..., took_ns: _Optional[int] = ..., sql: _Optional[str] = ..., plan: _Optional[str] = ...) -> None: ...

class GetProfileResponse(_message.Message):
    __slots__ = ("statements", "slow_runs")
    STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    SLOW_RUNS_FIELD_NUMBER: _ClassVar[int]
    statements: _containers.RepeatedCompositeFieldContainer[Statement]
    slow_runs: _containers.RepeatedCompositeFieldContainer[SlowRun]
    def __init__(self, statements: _Optional[_Iterable[_Union[Statement, _Mapping]]] = ..., slow_runs: _Optional[_Iterable[_Union[SlowRun, _Mapping]]] = ...) -> None: ...

class AdviseRequest(_message.Message):
    __slots__ = ("apply",)
    APPLY_FIELD_NUMBER: _ClassVar[int]
    apply: bool
    def __init__(self, apply: bool = ...) -> None: ...

class Advice(_message.Message):
    __slots__ = ("index", "statement", "scanned_rows", "plan", "plan_with")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    SCANNED_ROWS_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    PLAN_WITH_FIELD_NUMBER: _ClassVar[int]
    index: str
    statement: str
    scanned_rows: int
    plan: str
    plan_with: str
    def __init__(self, index: _Optional[str] = ..., statement: _Optional[str] = ..., scanned_rows: _Optional[int] = ..., plan: _Optional[str] = ..., plan_with: _Optional[str] = ...) -> None: ...

class AdviseResponse(_message.Message):
    __slots__ = ("advice", "applied")
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    advice: _containers.RepeatedCompositeFieldContainer[Advice]
    applied: bool
    def __init__(self, advice: _Optional[_Iterable[_Union[Advice, _Mapping]]] = ..., applied: bool = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("problems", "series", "segments")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedScalarFieldContainer[str]
    series: int
    segments: int
    def __init__(self, problems: _Optional[_Iterable[str]] = ..., series: _Optional[int] = ..., segments: _Optional[int] = ...) -> None: ...

class BackupRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class BackupResponse(_message.Message):
    __slots__ = ("path", "series", "segments", "bytes")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    path: str
    series: int
    segments: int
    bytes: int
    def __init__(self, path: _Optional[str] = ..., series: _Optional[int] = ..., segments: _Optional[int] = ..., bytes: _Optional[int] = ...) -> None: ...
