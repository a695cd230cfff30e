from atrad.v1 import ingest_pb2 as _ingest_pb2
from atrad.v1 import series_pb2 as _series_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ParamKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PARAM_KIND_UNSPECIFIED: _ClassVar[ParamKind]
    PARAM_KIND_INTEGER: _ClassVar[ParamKind]
    PARAM_KIND_REAL: _ClassVar[ParamKind]
    PARAM_KIND_CHOICE: _ClassVar[ParamKind]

class DeliveryMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_MODE_UNSPECIFIED: _ClassVar[DeliveryMode]
    DELIVERY_MODE_SHARED_MEMORY: _ClassVar[DeliveryMode]

class ValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VALUE_TYPE_UNSPECIFIED: _ClassVar[ValueType]
    VALUE_TYPE_FLOAT32: _ClassVar[ValueType]

class JoinType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOIN_TYPE_UNSPECIFIED: _ClassVar[JoinType]
    JOIN_TYPE_LEFT: _ClassVar[JoinType]
    JOIN_TYPE_INNER: _ClassVar[JoinType]

class CorrelationMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CORRELATION_METHOD_UNSPECIFIED: _ClassVar[CorrelationMethod]
    CORRELATION_METHOD_PEARSON: _ClassVar[CorrelationMethod]
    CORRELATION_METHOD_SPEARMAN: _ClassVar[CorrelationMethod]
PARAM_KIND_UNSPECIFIED: ParamKind
PARAM_KIND_INTEGER: ParamKind
PARAM_KIND_REAL: ParamKind
PARAM_KIND_CHOICE: ParamKind
DELIVERY_MODE_UNSPECIFIED: DeliveryMode
DELIVERY_MODE_SHARED_MEMORY: DeliveryMode
VALUE_TYPE_UNSPECIFIED: ValueType
VALUE_TYPE_FLOAT32: ValueType
JOIN_TYPE_UNSPECIFIED: JoinType
JOIN_TYPE_LEFT: JoinType
JOIN_TYPE_INNER: JoinType
CORRELATION_METHOD_UNSPECIFIED: CorrelationMethod
CORRELATION_METHOD_PEARSON: CorrelationMethod
CORRELATION_METHOD_SPEARMAN: CorrelationMethod

class Param(_message.Message):
    __slots__ = ("name", "kind", "default_value", "min", "max", "choices", "help")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: ParamKind
    default_value: str
    min: float
    max: float
    choices: _containers.RepeatedScalarFieldContainer[str]
    help: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[ParamKind, str]] = ..., default_value: _Optional[str] = ..., min: _Optional[float] = ..., max: _Optional[float] = ..., choices: _Optional[_Iterable[str]] = ..., help: _Optional[str] = ...) -> None: ...

class Output(_message.Message):
    __slots__ = ("name", "help", "display_shift")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HELP_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_SHIFT_FIELD_NUMBER: _ClassVar[int]
    name: str
    help: str
    display_shift: int
    def __init__(self, name: _Optional[str] = ..., help: _Optional[str] = ..., display_shift: _Optional[int] = ...) -> None: ...

class Indicator(_message.Message):
    __slots__ = ("name", "title", "summary", "formula", "source", "group", "inputs", "params", "outputs", "lookback", "revision", "stable_from")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    LOOKBACK_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STABLE_FROM_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    summary: str
    formula: str
    source: str
    group: str
    inputs: _containers.RepeatedScalarFieldContainer[str]
    params: _containers.RepeatedCompositeFieldContainer[Param]
    outputs: _containers.RepeatedCompositeFieldContainer[Output]
    lookback: int
    revision: int
    stable_from: int
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., summary: _Optional[str] = ..., formula: _Optional[str] = ..., source: _Optional[str] = ..., group: _Optional[str] = ..., inputs: _Optional[_Iterable[str]] = ..., params: _Optional[_Iterable[_Union[Param, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[Output, _Mapping]]] = ..., lookback: _Optional[int] = ..., revision: _Optional[int] = ..., stable_from: _Optional[int] = ...) -> None: ...

class Preset(_message.Message):
    __slots__ = ("name", "summary", "expressions")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    summary: str
    expressions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., summary: _Optional[str] = ..., expressions: _Optional[_Iterable[str]] = ...) -> None: ...

class ListIndicatorsRequest(_message.Message):
    __slots__ = ("group", "search")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    group: str
    search: str
    def __init__(self, group: _Optional[str] = ..., search: _Optional[str] = ...) -> None: ...

class ListIndicatorsResponse(_message.Message):
    __slots__ = ("indicators", "presets", "columns")
    INDICATORS_FIELD_NUMBER: _ClassVar[int]
    PRESETS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    indicators: _containers.RepeatedCompositeFieldContainer[Indicator]
    presets: _containers.RepeatedCompositeFieldContainer[Preset]
    columns: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, indicators: _Optional[_Iterable[_Union[Indicator, _Mapping]]] = ..., presets: _Optional[_Iterable[_Union[Preset, _Mapping]]] = ..., columns: _Optional[_Iterable[str]] = ...) -> None: ...

class ComputeRequest(_message.Message):
    __slots__ = ("series", "bars", "range", "expressions", "resampling", "persist", "since_epoch", "since_token", "adjust", "value_type", "omit_times", "delivery")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    PERSIST_FIELD_NUMBER: _ClassVar[int]
    SINCE_EPOCH_FIELD_NUMBER: _ClassVar[int]
    SINCE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    VALUE_TYPE_FIELD_NUMBER: _ClassVar[int]
    OMIT_TIMES_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    bars: _series_pb2.Bars
    range: _series_pb2.Range
    expressions: _containers.RepeatedScalarFieldContainer[str]
    resampling: _series_pb2.Resampling
    persist: Persist
    since_epoch: int
    since_token: bytes
    adjust: _series_pb2.Adjust
    value_type: ValueType
    omit_times: bool
    delivery: DeliveryMode
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., bars: _Optional[_Union[_series_pb2.Bars, _Mapping]] = ..., range: _Optional[_Union[_series_pb2.Range, _Mapping]] = ..., expressions: _Optional[_Iterable[str]] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., persist: _Optional[_Union[Persist, _Mapping]] = ..., since_epoch: _Optional[int] = ..., since_token: _Optional[bytes] = ..., adjust: _Optional[_Union[_series_pb2.Adjust, str]] = ..., value_type: _Optional[_Union[ValueType, str]] = ..., omit_times: bool = ..., delivery: _Optional[_Union[DeliveryMode, str]] = ...) -> None: ...

class Persist(_message.Message):
    __slots__ = ("ttl_ms",)
    TTL_MS_FIELD_NUMBER: _ClassVar[int]
    ttl_ms: int
    def __init__(self, ttl_ms: _Optional[int] = ...) -> None: ...

class Column(_message.Message):
    __slots__ = ("label", "values", "float32_values")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FLOAT32_VALUES_FIELD_NUMBER: _ClassVar[int]
    label: str
    values: _containers.RepeatedScalarFieldContainer[float]
    float32_values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, label: _Optional[str] = ..., values: _Optional[_Iterable[float]] = ..., float32_values: _Optional[_Iterable[float]] = ...) -> None: ...

class ColumnInfo(_message.Message):
    __slots__ = ("label", "expression", "lookback", "stable_from", "display_shift")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    LOOKBACK_FIELD_NUMBER: _ClassVar[int]
    STABLE_FROM_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_SHIFT_FIELD_NUMBER: _ClassVar[int]
    label: str
    expression: str
    lookback: int
    stable_from: int
    display_shift: int
    def __init__(self, label: _Optional[str] = ..., expression: _Optional[str] = ..., lookback: _Optional[int] = ..., stable_from: _Optional[int] = ..., display_shift: _Optional[int] = ...) -> None: ...

class Join(_message.Message):
    __slots__ = ("series", "epoch", "matched", "unmatched", "join_type")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    UNMATCHED_FIELD_NUMBER: _ClassVar[int]
    JOIN_TYPE_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    epoch: int
    matched: int
    unmatched: int
    join_type: JoinType
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., epoch: _Optional[int] = ..., matched: _Optional[int] = ..., unmatched: _Optional[int] = ..., join_type: _Optional[_Union[JoinType, str]] = ...) -> None: ...

class Segment(_message.Message):
    __slots__ = ("path", "bytes", "rows", "times_offset", "column_offsets", "labels", "lease_ms")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TIMES_OFFSET_FIELD_NUMBER: _ClassVar[int]
    COLUMN_OFFSETS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LEASE_MS_FIELD_NUMBER: _ClassVar[int]
    path: str
    bytes: int
    rows: int
    times_offset: int
    column_offsets: _containers.RepeatedScalarFieldContainer[int]
    labels: _containers.RepeatedScalarFieldContainer[str]
    lease_ms: int
    def __init__(self, path: _Optional[str] = ..., bytes: _Optional[int] = ..., rows: _Optional[int] = ..., times_offset: _Optional[int] = ..., column_offsets: _Optional[_Iterable[int]] = ..., labels: _Optional[_Iterable[str]] = ..., lease_ms: _Optional[int] = ...) -> None: ...

class ComputeResponse(_message.Message):
    __slots__ = ("times", "columns", "infos", "epoch", "joins", "resampled_from", "saved_result_key", "as_of", "changed_from", "since_token", "adjustments", "segment")
    TIMES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    INFOS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    JOINS_FIELD_NUMBER: _ClassVar[int]
    RESAMPLED_FROM_FIELD_NUMBER: _ClassVar[int]
    SAVED_RESULT_KEY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FROM_FIELD_NUMBER: _ClassVar[int]
    SINCE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    times: _containers.RepeatedScalarFieldContainer[int]
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    infos: _containers.RepeatedCompositeFieldContainer[ColumnInfo]
    epoch: int
    joins: _containers.RepeatedCompositeFieldContainer[Join]
    resampled_from: str
    saved_result_key: str
    as_of: int
    changed_from: int
    since_token: bytes
    adjustments: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesAdjustment]
    segment: Segment
    def __init__(self, times: _Optional[_Iterable[int]] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ..., infos: _Optional[_Iterable[_Union[ColumnInfo, _Mapping]]] = ..., epoch: _Optional[int] = ..., joins: _Optional[_Iterable[_Union[Join, _Mapping]]] = ..., resampled_from: _Optional[str] = ..., saved_result_key: _Optional[str] = ..., as_of: _Optional[int] = ..., changed_from: _Optional[int] = ..., since_token: _Optional[bytes] = ..., adjustments: _Optional[_Iterable[_Union[_series_pb2.SeriesAdjustment, _Mapping]]] = ..., segment: _Optional[_Union[Segment, _Mapping]] = ...) -> None: ...

class DownsampleRequest(_message.Message):
    __slots__ = ("request", "buckets_max", "with_bars")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_MAX_FIELD_NUMBER: _ClassVar[int]
    WITH_BARS_FIELD_NUMBER: _ClassVar[int]
    request: ComputeRequest
    buckets_max: int
    with_bars: bool
    def __init__(self, request: _Optional[_Union[ComputeRequest, _Mapping]] = ..., buckets_max: _Optional[int] = ..., with_bars: bool = ...) -> None: ...

class DownsampledColumn(_message.Message):
    __slots__ = ("label", "last", "first", "min", "max")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    label: str
    last: _containers.RepeatedScalarFieldContainer[float]
    first: _containers.RepeatedScalarFieldContainer[float]
    min: _containers.RepeatedScalarFieldContainer[float]
    max: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, label: _Optional[str] = ..., last: _Optional[_Iterable[float]] = ..., first: _Optional[_Iterable[float]] = ..., min: _Optional[_Iterable[float]] = ..., max: _Optional[_Iterable[float]] = ...) -> None: ...

class DownsampleResponse(_message.Message):
    __slots__ = ("bucket_rows", "first_row", "rows", "times", "bars", "columns", "infos", "epoch", "resampled_from", "as_of", "adjustments")
    BUCKET_ROWS_FIELD_NUMBER: _ClassVar[int]
    FIRST_ROW_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    INFOS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RESAMPLED_FROM_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    bucket_rows: int
    first_row: int
    rows: int
    times: _containers.RepeatedScalarFieldContainer[int]
    bars: _series_pb2.Bars
    columns: _containers.RepeatedCompositeFieldContainer[DownsampledColumn]
    infos: _containers.RepeatedCompositeFieldContainer[ColumnInfo]
    epoch: int
    resampled_from: str
    as_of: int
    adjustments: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesAdjustment]
    def __init__(self, bucket_rows: _Optional[int] = ..., first_row: _Optional[int] = ..., rows: _Optional[int] = ..., times: _Optional[_Iterable[int]] = ..., bars: _Optional[_Union[_series_pb2.Bars, _Mapping]] = ..., columns: _Optional[_Iterable[_Union[DownsampledColumn, _Mapping]]] = ..., infos: _Optional[_Iterable[_Union[ColumnInfo, _Mapping]]] = ..., epoch: _Optional[int] = ..., resampled_from: _Optional[str] = ..., as_of: _Optional[int] = ..., adjustments: _Optional[_Iterable[_Union[_series_pb2.SeriesAdjustment, _Mapping]]] = ...) -> None: ...

class ComputeStreamRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: ComputeRequest
    def __init__(self, request: _Optional[_Union[ComputeRequest, _Mapping]] = ...) -> None: ...

class ComputeStreamResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: ComputeResponse
    def __init__(self, chunk: _Optional[_Union[ComputeResponse, _Mapping]] = ...) -> None: ...

class ComputeBatchRequest(_message.Message):
    __slots__ = ("series", "range", "expressions", "resampling", "adjust", "value_type", "omit_times")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    VALUE_TYPE_FIELD_NUMBER: _ClassVar[int]
    OMIT_TIMES_FIELD_NUMBER: _ClassVar[int]
    series: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesId]
    range: _series_pb2.Range
    expressions: _containers.RepeatedScalarFieldContainer[str]
    resampling: _series_pb2.Resampling
    adjust: _series_pb2.Adjust
    value_type: ValueType
    omit_times: bool
    def __init__(self, series: _Optional[_Iterable[_Union[_series_pb2.SeriesId, _Mapping]]] = ..., range: _Optional[_Union[_series_pb2.Range, _Mapping]] = ..., expressions: _Optional[_Iterable[str]] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., adjust: _Optional[_Union[_series_pb2.Adjust, str]] = ..., value_type: _Optional[_Union[ValueType, str]] = ..., omit_times: bool = ...) -> None: ...

class ComputeBatchResponse(_message.Message):
    __slots__ = ("index", "series", "values", "failure", "last")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    index: int
    series: _series_pb2.SeriesId
    values: ComputeResponse
    failure: _ingest_pb2.Failure
    last: bool
    def __init__(self, index: _Optional[int] = ..., series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., values: _Optional[_Union[ComputeResponse, _Mapping]] = ..., failure: _Optional[_Union[_ingest_pb2.Failure, _Mapping]] = ..., last: bool = ...) -> None: ...

class CorrelateRequest(_message.Message):
    __slots__ = ("series", "range", "expression", "returns", "method", "adjust", "resampling")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    series: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesId]
    range: _series_pb2.Range
    expression: str
    returns: bool
    method: CorrelationMethod
    adjust: _series_pb2.Adjust
    resampling: _series_pb2.Resampling
    def __init__(self, series: _Optional[_Iterable[_Union[_series_pb2.SeriesId, _Mapping]]] = ..., range: _Optional[_Union[_series_pb2.Range, _Mapping]] = ..., expression: _Optional[str] = ..., returns: bool = ..., method: _Optional[_Union[CorrelationMethod, str]] = ..., adjust: _Optional[_Union[_series_pb2.Adjust, str]] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ...) -> None: ...

class CorrelateResponse(_message.Message):
    __slots__ = ("values", "rows", "epochs", "bars", "join_type", "as_of", "adjustments")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    EPOCHS_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    JOIN_TYPE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    rows: int
    epochs: _containers.RepeatedScalarFieldContainer[int]
    bars: _containers.RepeatedScalarFieldContainer[int]
    join_type: JoinType
    as_of: int
    adjustments: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesAdjustment]
    def __init__(self, values: _Optional[_Iterable[float]] = ..., rows: _Optional[int] = ..., epochs: _Optional[_Iterable[int]] = ..., bars: _Optional[_Iterable[int]] = ..., join_type: _Optional[_Union[JoinType, str]] = ..., as_of: _Optional[int] = ..., adjustments: _Optional[_Iterable[_Union[_series_pb2.SeriesAdjustment, _Mapping]]] = ...) -> None: ...

class SweepRequest(_message.Message):
    __slots__ = ("series", "bars", "range", "expressions", "resampling", "reductions", "where", "top", "by", "ascending", "walk_forward", "adjust")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    REDUCTIONS_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    ASCENDING_FIELD_NUMBER: _ClassVar[int]
    WALK_FORWARD_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    bars: _series_pb2.Bars
    range: _series_pb2.Range
    expressions: _containers.RepeatedScalarFieldContainer[str]
    resampling: _series_pb2.Resampling
    reductions: _containers.RepeatedScalarFieldContainer[str]
    where: str
    top: int
    by: str
    ascending: bool
    walk_forward: WalkForward
    adjust: _series_pb2.Adjust
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., bars: _Optional[_Union[_series_pb2.Bars, _Mapping]] = ..., range: _Optional[_Union[_series_pb2.Range, _Mapping]] = ..., expressions: _Optional[_Iterable[str]] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., reductions: _Optional[_Iterable[str]] = ..., where: _Optional[str] = ..., top: _Optional[int] = ..., by: _Optional[str] = ..., ascending: bool = ..., walk_forward: _Optional[_Union[WalkForward, _Mapping]] = ..., adjust: _Optional[_Union[_series_pb2.Adjust, str]] = ...) -> None: ...

class WalkForward(_message.Message):
    __slots__ = ("folds", "anchored", "in_sample", "purge", "embargo")
    FOLDS_FIELD_NUMBER: _ClassVar[int]
    ANCHORED_FIELD_NUMBER: _ClassVar[int]
    IN_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    PURGE_FIELD_NUMBER: _ClassVar[int]
    EMBARGO_FIELD_NUMBER: _ClassVar[int]
    folds: int
    anchored: bool
    in_sample: int
    purge: int
    embargo: int
    def __init__(self, folds: _Optional[int] = ..., anchored: bool = ..., in_sample: _Optional[int] = ..., purge: _Optional[int] = ..., embargo: _Optional[int] = ...) -> None: ...

class SweepResponse(_message.Message):
    __slots__ = ("header", "times", "rows", "columns", "summary", "fold", "out_of_sample")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    FOLD_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    header: SweepHeader
    times: SweepTimes
    rows: SweepRows
    columns: SweepColumns
    summary: SweepSummary
    fold: SweepFold
    out_of_sample: SweepOutOfSample
    def __init__(self, header: _Optional[_Union[SweepHeader, _Mapping]] = ..., times: _Optional[_Union[SweepTimes, _Mapping]] = ..., rows: _Optional[_Union[SweepRows, _Mapping]] = ..., columns: _Optional[_Union[SweepColumns, _Mapping]] = ..., summary: _Optional[_Union[SweepSummary, _Mapping]] = ..., fold: _Optional[_Union[SweepFold, _Mapping]] = ..., out_of_sample: _Optional[_Union[SweepOutOfSample, _Mapping]] = ...) -> None: ...

class SweepHeader(_message.Message):
    __slots__ = ("expressions", "rows", "epoch", "joins", "resampled_from", "as_of", "adjustments")
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    JOINS_FIELD_NUMBER: _ClassVar[int]
    RESAMPLED_FROM_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    expressions: _containers.RepeatedCompositeFieldContainer[SweptExpression]
    rows: int
    epoch: int
    joins: _containers.RepeatedCompositeFieldContainer[Join]
    resampled_from: str
    as_of: int
    adjustments: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesAdjustment]
    def __init__(self, expressions: _Optional[_Iterable[_Union[SweptExpression, _Mapping]]] = ..., rows: _Optional[int] = ..., epoch: _Optional[int] = ..., joins: _Optional[_Iterable[_Union[Join, _Mapping]]] = ..., resampled_from: _Optional[str] = ..., as_of: _Optional[int] = ..., adjustments: _Optional[_Iterable[_Union[_series_pb2.SeriesAdjustment, _Mapping]]] = ...) -> None: ...

class SweptExpression(_message.Message):
    __slots__ = ("label", "parameters", "columns", "variants", "tried")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    label: str
    parameters: _containers.RepeatedScalarFieldContainer[str]
    columns: _containers.RepeatedCompositeFieldContainer[SweptColumn]
    variants: int
    tried: int
    def __init__(self, label: _Optional[str] = ..., parameters: _Optional[_Iterable[str]] = ..., columns: _Optional[_Iterable[_Union[SweptColumn, _Mapping]]] = ..., variants: _Optional[int] = ..., tried: _Optional[int] = ...) -> None: ...

class SweptColumn(_message.Message):
    __slots__ = ("label", "is_time")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    IS_TIME_FIELD_NUMBER: _ClassVar[int]
    label: str
    is_time: bool
    def __init__(self, label: _Optional[str] = ..., is_time: bool = ...) -> None: ...

class SweepTimes(_message.Message):
    __slots__ = ("times",)
    TIMES_FIELD_NUMBER: _ClassVar[int]
    times: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, times: _Optional[_Iterable[int]] = ...) -> None: ...

class SweepRows(_message.Message):
    __slots__ = ("expression", "parameters", "columns")
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    expression: int
    parameters: _containers.RepeatedCompositeFieldContainer[Column]
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    def __init__(self, expression: _Optional[int] = ..., parameters: _Optional[_Iterable[_Union[Column, _Mapping]]] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ...) -> None: ...

class SweepColumns(_message.Message):
    __slots__ = ("expression", "parameters", "start_row", "columns")
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    START_ROW_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    expression: int
    parameters: _containers.RepeatedScalarFieldContainer[float]
    start_row: int
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    def __init__(self, expression: _Optional[int] = ..., parameters: _Optional[_Iterable[float]] = ..., start_row: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ...) -> None: ...

class SweepFold(_message.Message):
    __slots__ = ("expression", "number", "in_sample_bars", "out_of_sample_bars", "parameters", "in_sample", "out_of_sample")
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    IN_SAMPLE_BARS_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_SAMPLE_BARS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    IN_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    expression: int
    number: int
    in_sample_bars: FoldBars
    out_of_sample_bars: FoldBars
    parameters: _containers.RepeatedScalarFieldContainer[float]
    in_sample: _containers.RepeatedScalarFieldContainer[float]
    out_of_sample: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, expression: _Optional[int] = ..., number: _Optional[int] = ..., in_sample_bars: _Optional[_Union[FoldBars, _Mapping]] = ..., out_of_sample_bars: _Optional[_Union[FoldBars, _Mapping]] = ..., parameters: _Optional[_Iterable[float]] = ..., in_sample: _Optional[_Iterable[float]] = ..., out_of_sample: _Optional[_Iterable[float]] = ...) -> None: ...

class FoldBars(_message.Message):
    __slots__ = ("first_time", "last_time", "bars")
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    first_time: int
    last_time: int
    bars: int
    def __init__(self, first_time: _Optional[int] = ..., last_time: _Optional[int] = ..., bars: _Optional[int] = ...) -> None: ...

class SweepOutOfSample(_message.Message):
    __slots__ = ("expression", "bars", "columns")
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    BARS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    expression: int
    bars: int
    columns: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, expression: _Optional[int] = ..., bars: _Optional[int] = ..., columns: _Optional[_Iterable[float]] = ...) -> None: ...

class SweepSummary(_message.Message):
    __slots__ = ("variants", "tried", "returned", "undefined")
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    TRIED_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    UNDEFINED_FIELD_NUMBER: _ClassVar[int]
    variants: int
    tried: int
    returned: int
    undefined: int
    def __init__(self, variants: _Optional[int] = ..., tried: _Optional[int] = ..., returned: _Optional[int] = ..., undefined: _Optional[int] = ...) -> None: ...

class ScreenRequest(_message.Message):
    __slots__ = ("symbols", "timeframe", "condition", "expressions", "rank_by", "ascending", "top", "resampling", "as_of", "adjust")
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TIMEFRAME_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    RANK_BY_FIELD_NUMBER: _ClassVar[int]
    ASCENDING_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    symbols: _containers.RepeatedScalarFieldContainer[str]
    timeframe: str
    condition: str
    expressions: _containers.RepeatedScalarFieldContainer[str]
    rank_by: str
    ascending: bool
    top: int
    resampling: _series_pb2.Resampling
    as_of: int
    adjust: _series_pb2.Adjust
    def __init__(self, symbols: _Optional[_Iterable[str]] = ..., timeframe: _Optional[str] = ..., condition: _Optional[str] = ..., expressions: _Optional[_Iterable[str]] = ..., rank_by: _Optional[str] = ..., ascending: bool = ..., top: _Optional[int] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., as_of: _Optional[int] = ..., adjust: _Optional[_Union[_series_pb2.Adjust, str]] = ...) -> None: ...

class ScreenResponse(_message.Message):
    __slots__ = ("hit", "summary")
    HIT_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    hit: ScreenHit
    summary: ScreenSummary
    def __init__(self, hit: _Optional[_Union[ScreenHit, _Mapping]] = ..., summary: _Optional[_Union[ScreenSummary, _Mapping]] = ...) -> None: ...

class ScreenHit(_message.Message):
    __slots__ = ("series", "time", "values", "rank", "adjustments")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    time: int
    values: _containers.RepeatedScalarFieldContainer[float]
    rank: float
    adjustments: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesAdjustment]
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., time: _Optional[int] = ..., values: _Optional[_Iterable[float]] = ..., rank: _Optional[float] = ..., adjustments: _Optional[_Iterable[_Union[_series_pb2.SeriesAdjustment, _Mapping]]] = ...) -> None: ...

class ScreenSummary(_message.Message):
    __slots__ = ("labels", "scanned", "matched", "undefined", "failed", "failures", "as_of")
    LABELS_FIELD_NUMBER: _ClassVar[int]
    SCANNED_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    UNDEFINED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    labels: _containers.RepeatedScalarFieldContainer[str]
    scanned: int
    matched: int
    undefined: int
    failed: int
    failures: _containers.RepeatedCompositeFieldContainer[ScreenFailure]
    as_of: int
    def __init__(self, labels: _Optional[_Iterable[str]] = ..., scanned: _Optional[int] = ..., matched: _Optional[int] = ..., undefined: _Optional[int] = ..., failed: _Optional[int] = ..., failures: _Optional[_Iterable[_Union[ScreenFailure, _Mapping]]] = ..., as_of: _Optional[int] = ...) -> None: ...

class ScreenFailure(_message.Message):
    __slots__ = ("series", "failure")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    failure: _ingest_pb2.Failure
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., failure: _Optional[_Union[_ingest_pb2.Failure, _Mapping]] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("series", "symbol_glob", "timeframe", "expressions", "resampling", "last", "include_forming", "only_when", "wait_for_series", "resume_tokens", "adjust")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_GLOB_FIELD_NUMBER: _ClassVar[int]
    TIMEFRAME_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_FORMING_FIELD_NUMBER: _ClassVar[int]
    ONLY_WHEN_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_SERIES_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKENS_FIELD_NUMBER: _ClassVar[int]
    ADJUST_FIELD_NUMBER: _ClassVar[int]
    series: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesId]
    symbol_glob: str
    timeframe: str
    expressions: _containers.RepeatedScalarFieldContainer[str]
    resampling: _series_pb2.Resampling
    last: int
    include_forming: bool
    only_when: str
    wait_for_series: bool
    resume_tokens: _containers.RepeatedScalarFieldContainer[bytes]
    adjust: _series_pb2.Adjust
    def __init__(self, series: _Optional[_Iterable[_Union[_series_pb2.SeriesId, _Mapping]]] = ..., symbol_glob: _Optional[str] = ..., timeframe: _Optional[str] = ..., expressions: _Optional[_Iterable[str]] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., last: _Optional[int] = ..., include_forming: bool = ..., only_when: _Optional[str] = ..., wait_for_series: bool = ..., resume_tokens: _Optional[_Iterable[bytes]] = ..., adjust: _Optional[_Union[_series_pb2.Adjust, str]] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("series", "rows", "failure", "resume_token")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    series: _series_pb2.SeriesId
    rows: WatchRows
    failure: _ingest_pb2.Failure
    resume_token: bytes
    def __init__(self, series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., rows: _Optional[_Union[WatchRows, _Mapping]] = ..., failure: _Optional[_Union[_ingest_pb2.Failure, _Mapping]] = ..., resume_token: _Optional[bytes] = ...) -> None: ...

class WatchRows(_message.Message):
    __slots__ = ("values", "provisional", "revised_from", "skipped")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    PROVISIONAL_FIELD_NUMBER: _ClassVar[int]
    REVISED_FROM_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    values: ComputeResponse
    provisional: bool
    revised_from: int
    skipped: int
    def __init__(self, values: _Optional[_Union[ComputeResponse, _Mapping]] = ..., provisional: bool = ..., revised_from: _Optional[int] = ..., skipped: _Optional[int] = ...) -> None: ...
