from atrad.v1 import series_pb2 as _series_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Delivery(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_UNSPECIFIED: _ClassVar[Delivery]
    DELIVERY_NONE: _ClassVar[Delivery]
    DELIVERY_PENDING: _ClassVar[Delivery]
    DELIVERY_DONE: _ClassVar[Delivery]
    DELIVERY_FAILED: _ClassVar[Delivery]
DELIVERY_UNSPECIFIED: Delivery
DELIVERY_NONE: Delivery
DELIVERY_PENDING: Delivery
DELIVERY_DONE: Delivery
DELIVERY_FAILED: Delivery

class Webhook(_message.Message):
    __slots__ = ("url", "secret")
    URL_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    url: str
    secret: str
    def __init__(self, url: _Optional[str] = ..., secret: _Optional[str] = ...) -> None: ...

class Alert(_message.Message):
    __slots__ = ("name", "series", "symbol_glob", "timeframe", "expressions", "condition", "resampling", "webhook", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_GLOB_FIELD_NUMBER: _ClassVar[int]
    TIMEFRAME_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    RESAMPLING_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    series: _containers.RepeatedCompositeFieldContainer[_series_pb2.SeriesId]
    symbol_glob: str
    timeframe: str
    expressions: _containers.RepeatedScalarFieldContainer[str]
    condition: str
    resampling: _series_pb2.Resampling
    webhook: Webhook
    create_time: int
    def __init__(self, name: _Optional[str] = ..., series: _Optional[_Iterable[_Union[_series_pb2.SeriesId, _Mapping]]] = ..., symbol_glob: _Optional[str] = ..., timeframe: _Optional[str] = ..., expressions: _Optional[_Iterable[str]] = ..., condition: _Optional[str] = ..., resampling: _Optional[_Union[_series_pb2.Resampling, _Mapping]] = ..., webhook: _Optional[_Union[Webhook, _Mapping]] = ..., create_time: _Optional[int] = ...) -> None: ...

class Firing(_message.Message):
    __slots__ = ("number", "alert", "series", "time", "epoch", "values", "fire_time", "acknowledge_time", "delivery", "labels")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ALERT_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGE_TIME_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    number: int
    alert: str
    series: _series_pb2.SeriesId
    time: int
    epoch: int
    values: _containers.RepeatedScalarFieldContainer[float]
    fire_time: int
    acknowledge_time: int
    delivery: Delivery
    labels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, number: _Optional[int] = ..., alert: _Optional[str] = ..., series: _Optional[_Union[_series_pb2.SeriesId, _Mapping]] = ..., time: _Optional[int] = ..., epoch: _Optional[int] = ..., values: _Optional[_Iterable[float]] = ..., fire_time: _Optional[int] = ..., acknowledge_time: _Optional[int] = ..., delivery: _Optional[_Union[Delivery, str]] = ..., labels: _Optional[_Iterable[str]] = ...) -> None: ...

class PutAlertRequest(_message.Message):
    __slots__ = ("alert",)
    ALERT_FIELD_NUMBER: _ClassVar[int]
    alert: Alert
    def __init__(self, alert: _Optional[_Union[Alert, _Mapping]] = ...) -> None: ...

class PutAlertResponse(_message.Message):
    __slots__ = ("alert",)
    ALERT_FIELD_NUMBER: _ClassVar[int]
    alert: Alert
    def __init__(self, alert: _Optional[_Union[Alert, _Mapping]] = ...) -> None: ...

class ListAlertsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAlertsResponse(_message.Message):
    __slots__ = ("alerts",)
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    alerts: _containers.RepeatedCompositeFieldContainer[Alert]
    def __init__(self, alerts: _Optional[_Iterable[_Union[Alert, _Mapping]]] = ...) -> None: ...

class DeleteAlertRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteAlertResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListFiringsRequest(_message.Message):
    __slots__ = ("alert", "after", "unacknowledged", "page_size")
    ALERT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    UNACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    alert: str
    after: int
    unacknowledged: bool
    page_size: int
    def __init__(self, alert: _Optional[str] = ..., after: _Optional[int] = ..., unacknowledged: bool = ..., page_size: _Optional[int] = ...) -> None: ...

class ListFiringsResponse(_message.Message):
    __slots__ = ("firings",)
    FIRINGS_FIELD_NUMBER: _ClassVar[int]
    firings: _containers.RepeatedCompositeFieldContainer[Firing]
    def __init__(self, firings: _Optional[_Iterable[_Union[Firing, _Mapping]]] = ...) -> None: ...

class AcknowledgeFiringsRequest(_message.Message):
    __slots__ = ("alert", "through")
    ALERT_FIELD_NUMBER: _ClassVar[int]
    THROUGH_FIELD_NUMBER: _ClassVar[int]
    alert: str
    through: int
    def __init__(self, alert: _Optional[str] = ..., through: _Optional[int] = ...) -> None: ...

class AcknowledgeFiringsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
