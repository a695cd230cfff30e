from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Fill(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FILL_UNSPECIFIED: _ClassVar[Fill]
    FILL_NONE: _ClassVar[Fill]
    FILL_PREVIOUS: _ClassVar[Fill]
    FILL_NAN: _ClassVar[Fill]

class Adjust(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADJUST_UNSPECIFIED: _ClassVar[Adjust]
    ADJUST_NONE: _ClassVar[Adjust]
    ADJUST_SPLIT: _ClassVar[Adjust]
    ADJUST_TOTAL: _ClassVar[Adjust]

class CorporateActionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CORPORATE_ACTION_KIND_UNSPECIFIED: _ClassVar[CorporateActionKind]
    CORPORATE_ACTION_KIND_SPLIT: _ClassVar[CorporateActionKind]
    CORPORATE_ACTION_KIND_DIVIDEND: _ClassVar[CorporateActionKind]
FILL_UNSPECIFIED: Fill
FILL_NONE: Fill
FILL_PREVIOUS: Fill
FILL_NAN: Fill
ADJUST_UNSPECIFIED: Adjust
ADJUST_NONE: Adjust
ADJUST_SPLIT: Adjust
ADJUST_TOTAL: Adjust
CORPORATE_ACTION_KIND_UNSPECIFIED: CorporateActionKind
CORPORATE_ACTION_KIND_SPLIT: CorporateActionKind
CORPORATE_ACTION_KIND_DIVIDEND: CorporateActionKind

class SeriesId(_message.Message):
    __slots__ = ("symbol", "timeframe")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TIMEFRAME_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    timeframe: str
    def __init__(self, symbol: _Optional[str] = ..., timeframe: _Optional[str] = ...) -> None: ...

class Bars(_message.Message):
    __slots__ = ("times", "open", "high", "low", "close", "volume", "extra")
    TIMES_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    times: _containers.RepeatedScalarFieldContainer[int]
    open: _containers.RepeatedScalarFieldContainer[float]
    high: _containers.RepeatedScalarFieldContainer[float]
    low: _containers.RepeatedScalarFieldContainer[float]
    close: _containers.RepeatedScalarFieldContainer[float]
    volume: _containers.RepeatedScalarFieldContainer[float]
    extra: _containers.RepeatedCompositeFieldContainer[ExtraColumn]
    def __init__(self, times: _Optional[_Iterable[int]] = ..., open: _Optional[_Iterable[float]] = ..., high: _Optional[_Iterable[float]] = ..., low: _Optional[_Iterable[float]] = ..., close: _Optional[_Iterable[float]] = ..., volume: _Optional[_Iterable[float]] = ..., extra: _Optional[_Iterable[_Union[ExtraColumn, _Mapping]]] = ...) -> None: ...

class ExtraColumn(_message.Message):
    __slots__ = ("name", "values")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    name: str
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, name: _Optional[str] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class Range(_message.Message):
    __slots__ = ("start_time", "end_time", "last", "as_of")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    start_time: int
    end_time: int
    last: int
    as_of: int
    def __init__(self, start_time: _Optional[int] = ..., end_time: _Optional[int] = ..., last: _Optional[int] = ..., as_of: _Optional[int] = ...) -> None: ...

class Resampling(_message.Message):
    __slots__ = ("session_offset_minutes", "include_forming", "fill", "calendar")
    SESSION_OFFSET_MINUTES_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FORMING_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    session_offset_minutes: int
    include_forming: bool
    fill: Fill
    calendar: str
    def __init__(self, session_offset_minutes: _Optional[int] = ..., include_forming: bool = ..., fill: _Optional[_Union[Fill, str]] = ..., calendar: _Optional[str] = ...) -> None: ...

class SeriesInfo(_message.Message):
    __slots__ = ("id", "rows", "first_time", "last_time", "epoch", "segment_count", "tail_rows", "file_bytes", "retention", "resampled_from", "extra", "missing")
    ID_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    TAIL_ROWS_FIELD_NUMBER: _ClassVar[int]
    FILE_BYTES_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    RESAMPLED_FROM_FIELD_NUMBER: _ClassVar[int]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    id: SeriesId
    rows: int
    first_time: int
    last_time: int
    epoch: int
    segment_count: int
    tail_rows: int
    file_bytes: int
    retention: Retention
    resampled_from: str
    extra: _containers.RepeatedScalarFieldContainer[str]
    missing: _containers.RepeatedCompositeFieldContainer[MissingBars]
    def __init__(self, id: _Optional[_Union[SeriesId, _Mapping]] = ..., rows: _Optional[int] = ..., first_time: _Optional[int] = ..., last_time: _Optional[int] = ..., epoch: _Optional[int] = ..., segment_count: _Optional[int] = ..., tail_rows: _Optional[int] = ..., file_bytes: _Optional[int] = ..., retention: _Optional[_Union[Retention, _Mapping]] = ..., resampled_from: _Optional[str] = ..., extra: _Optional[_Iterable[str]] = ..., missing: _Optional[_Iterable[_Union[MissingBars, _Mapping]]] = ...) -> None: ...

class MissingBars(_message.Message):
    __slots__ = ("file", "first_time", "last_time", "rows")
    FILE_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    file: str
    first_time: int
    last_time: int
    rows: int
    def __init__(self, file: _Optional[str] = ..., first_time: _Optional[int] = ..., last_time: _Optional[int] = ..., rows: _Optional[int] = ...) -> None: ...

class Retention(_message.Message):
    __slots__ = ("rows_max", "age_max_ms")
    ROWS_MAX_FIELD_NUMBER: _ClassVar[int]
    AGE_MAX_MS_FIELD_NUMBER: _ClassVar[int]
    rows_max: int
    age_max_ms: int
    def __init__(self, rows_max: _Optional[int] = ..., age_max_ms: _Optional[int] = ...) -> None: ...

class CorporateAction(_message.Message):
    __slots__ = ("ex_time", "kind", "value")
    EX_TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ex_time: int
    kind: CorporateActionKind
    value: float
    def __init__(self, ex_time: _Optional[int] = ..., kind: _Optional[_Union[CorporateActionKind, str]] = ..., value: _Optional[float] = ...) -> None: ...

class AppliedAction(_message.Message):
    __slots__ = ("action", "price_factor", "volume_factor", "rows")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    PRICE_FACTOR_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FACTOR_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    action: CorporateAction
    price_factor: float
    volume_factor: float
    rows: int
    def __init__(self, action: _Optional[_Union[CorporateAction, _Mapping]] = ..., price_factor: _Optional[float] = ..., volume_factor: _Optional[float] = ..., rows: _Optional[int] = ...) -> None: ...

class SeriesAdjustment(_message.Message):
    __slots__ = ("series", "actions", "rows")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    series: SeriesId
    actions: _containers.RepeatedCompositeFieldContainer[AppliedAction]
    rows: int
    def __init__(self, series: _Optional[_Union[SeriesId, _Mapping]] = ..., actions: _Optional[_Iterable[_Union[AppliedAction, _Mapping]]] = ..., rows: _Optional[int] = ...) -> None: ...

class PutCorporateActionsRequest(_message.Message):
    __slots__ = ("symbol", "actions")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    actions: _containers.RepeatedCompositeFieldContainer[CorporateAction]
    def __init__(self, symbol: _Optional[str] = ..., actions: _Optional[_Iterable[_Union[CorporateAction, _Mapping]]] = ...) -> None: ...

class PutCorporateActionsResponse(_message.Message):
    __slots__ = ("added", "replaced", "unchanged")
    ADDED_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    added: int
    replaced: int
    unchanged: int
    def __init__(self, added: _Optional[int] = ..., replaced: _Optional[int] = ..., unchanged: _Optional[int] = ...) -> None: ...

class ListCorporateActionsRequest(_message.Message):
    __slots__ = ("symbol_prefix", "page_size", "page_token")
    SYMBOL_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    symbol_prefix: str
    page_size: int
    page_token: str
    def __init__(self, symbol_prefix: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SymbolActions(_message.Message):
    __slots__ = ("symbol", "actions")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    actions: _containers.RepeatedCompositeFieldContainer[CorporateAction]
    def __init__(self, symbol: _Optional[str] = ..., actions: _Optional[_Iterable[_Union[CorporateAction, _Mapping]]] = ...) -> None: ...

class ListCorporateActionsResponse(_message.Message):
    __slots__ = ("symbols", "next_page_token")
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    symbols: _containers.RepeatedCompositeFieldContainer[SymbolActions]
    next_page_token: str
    def __init__(self, symbols: _Optional[_Iterable[_Union[SymbolActions, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListCalendarsRequest(_message.Message):
    __slots__ = ("search",)
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    search: str
    def __init__(self, search: _Optional[str] = ...) -> None: ...

class Calendar(_message.Message):
    __slots__ = ("name", "zone", "hours", "first_date", "last_date", "aliases", "source")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    FIRST_DATE_FIELD_NUMBER: _ClassVar[int]
    LAST_DATE_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    zone: str
    hours: str
    first_date: str
    last_date: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    source: str
    def __init__(self, name: _Optional[str] = ..., zone: _Optional[str] = ..., hours: _Optional[str] = ..., first_date: _Optional[str] = ..., last_date: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ...) -> None: ...

class ListCalendarsResponse(_message.Message):
    __slots__ = ("calendars",)
    CALENDARS_FIELD_NUMBER: _ClassVar[int]
    calendars: _containers.RepeatedCompositeFieldContainer[Calendar]
    def __init__(self, calendars: _Optional[_Iterable[_Union[Calendar, _Mapping]]] = ...) -> None: ...

class DeleteCorporateActionsRequest(_message.Message):
    __slots__ = ("symbol", "ex_time", "kind")
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    EX_TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    ex_time: int
    kind: CorporateActionKind
    def __init__(self, symbol: _Optional[str] = ..., ex_time: _Optional[int] = ..., kind: _Optional[_Union[CorporateActionKind, str]] = ...) -> None: ...

class DeleteCorporateActionsResponse(_message.Message):
    __slots__ = ("deleted",)
    DELETED_FIELD_NUMBER: _ClassVar[int]
    deleted: int
    def __init__(self, deleted: _Optional[int] = ...) -> None: ...

class ListSeriesRequest(_message.Message):
    __slots__ = ("symbol_prefix", "timeframe", "page_size", "page_token", "as_of")
    SYMBOL_PREFIX_FIELD_NUMBER: _ClassVar[int]
    TIMEFRAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    symbol_prefix: str
    timeframe: str
    page_size: int
    page_token: str
    as_of: int
    def __init__(self, symbol_prefix: _Optional[str] = ..., timeframe: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., as_of: _Optional[int] = ...) -> None: ...

class ListSeriesResponse(_message.Message):
    __slots__ = ("series", "next_page_token")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    series: _containers.RepeatedCompositeFieldContainer[SeriesInfo]
    next_page_token: str
    def __init__(self, series: _Optional[_Iterable[_Union[SeriesInfo, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetSeriesRequest(_message.Message):
    __slots__ = ("series", "resampling", "as_of")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    series: SeriesId
    resampling: Resampling
    as_of: int
    def __init__(self, series: _Optional[_Union[SeriesId, _Mapping]] = ..., resampling: _Optional[_Union[Resampling, _Mapping]] = ..., as_of: _Optional[int] = ...) -> None: ...

class GetSeriesResponse(_message.Message):
    __slots__ = ("series", "as_of")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    series: SeriesInfo
    as_of: int
    def __init__(self, series: _Optional[_Union[SeriesInfo, _Mapping]] = ..., as_of: _Optional[int] = ...) -> None: ...

class ReadBarsRequest(_message.Message):
    __slots__ = ("series", "range", "resampling", "since_epoch", "since_token", "adjust")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    SINCE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    SINCE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    series: SeriesId
    range: Range
    resampling: Resampling
    since_epoch: int
    since_token: bytes
    adjust: Adjust
    def __init__(self, series: _Optional[_Union[SeriesId, _Mapping]] = ..., range: _Optional[_Union[Range, _Mapping]] = ..., resampling: _Optional[_Union[Resampling, _Mapping]] = ..., since_epoch: _Optional[int] = ..., since_token: _Optional[bytes] = ..., adjust: _Optional[_Union[Adjust, str]] = ...) -> None: ...

class ReadBarsResponse(_message.Message):
    __slots__ = ("bars", "epoch", "resampled_from", "as_of", "changed_from", "since_token", "adjustments")
    BARS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RESAMPLED_FROM_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FROM_FIELD_NUMBER: _ClassVar[int]
    SINCE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    bars: Bars
    epoch: int
    resampled_from: str
    as_of: int
    changed_from: int
    since_token: bytes
    adjustments: _containers.RepeatedCompositeFieldContainer[SeriesAdjustment]
    def __init__(self, bars: _Optional[_Union[Bars, _Mapping]] = ..., epoch: _Optional[int] = ..., resampled_from: _Optional[str] = ..., as_of: _Optional[int] = ..., changed_from: _Optional[int] = ..., since_token: _Optional[bytes] = ..., adjustments: _Optional[_Iterable[_Union[SeriesAdjustment, _Mapping]]] = ...) -> None: ...

class SetRetentionRequest(_message.Message):
    __slots__ = ("series", "retention")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    series: SeriesId
    retention: Retention
    def __init__(self, series: _Optional[_Union[SeriesId, _Mapping]] = ..., retention: _Optional[_Union[Retention, _Mapping]] = ...) -> None: ...

class SetRetentionResponse(_message.Message):
    __slots__ = ("series",)
    SERIES_FIELD_NUMBER: _ClassVar[int]
    series: SeriesInfo
    def __init__(self, series: _Optional[_Union[SeriesInfo, _Mapping]] = ...) -> None: ...

class AcceptLossRequest(_message.Message):
    __slots__ = ("series",)
    SERIES_FIELD_NUMBER: _ClassVar[int]
    series: SeriesId
    def __init__(self, series: _Optional[_Union[SeriesId, _Mapping]] = ...) -> None: ...

class AcceptLossResponse(_message.Message):
    __slots__ = ("series",)
    SERIES_FIELD_NUMBER: _ClassVar[int]
    series: SeriesInfo
    def __init__(self, series: _Optional[_Union[SeriesInfo, _Mapping]] = ...) -> None: ...

class DeleteSeriesRequest(_message.Message):
    __slots__ = ("series",)
    SERIES_FIELD_NUMBER: _ClassVar[int]
    series: SeriesId
    def __init__(self, series: _Optional[_Union[SeriesId, _Mapping]] = ...) -> None: ...

class DeleteSeriesResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: int
    def __init__(self, rows: _Optional[int] = ...) -> None: ...
