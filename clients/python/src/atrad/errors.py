"""Why a call failed: one class per kind of failure, each with what the server said about it in detail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

import grpc
from google.rpc import error_details_pb2, status_pb2

_DETAILS, _PUSHBACK, _REQUEST_ID = "grpc-status-details-bin", "grpc-retry-pushback-ms", "x-request-id"

_INSIDE, _SAID = "request.", "request: "


class Error(Exception):
    """A call failed. The classes below say of which kind; this one is also of those that have no class."""

    #: The gRPC code of the class.
    CODE = grpc.StatusCode.UNKNOWN

    def __init__(self, message: str, details: Iterable[Any] = (), code: Optional[grpc.StatusCode] = None) -> None:
        self.code: grpc.StatusCode = code or self.CODE
        super().__init__(f"{self.code.name}: {message}")
        self.message = message
        #: What is wrong with which field of the request, by the path of the field: `expressions[1]`, `bars.high[17]`.
        self.fields: dict[str, str] = {}
        #: The kind and the name of the resource that was not found.
        self.resource: Optional[tuple[str, str]] = None
        #: The limit of the server that was exceeded, as its flag is named: `answer_bytes_max`.
        self.limit: Optional[str] = None
        #: Seconds after which a retry may help; None when a retry will not.
        self.retry_after: Optional[float] = None
        #: The name of the request in the log of the server.
        self.request_id: Optional[str] = None
        # An error of the transport on this side has no status of the server.
        self._from_server = True
        self._retry_forbidden = False
        for detail in details:
            self._note(detail)

    def __reduce__(self) -> Any:
        # What other processes raise is told here in full.
        return _restored, (type(self), self.__dict__)

    def _note(self, detail: Any) -> None:
        bad, resource = error_details_pb2.BadRequest(), error_details_pb2.ResourceInfo()
        retry, quota = error_details_pb2.RetryInfo(), error_details_pb2.QuotaFailure()
        request = error_details_pb2.RequestInfo()
        if detail.Unpack(bad):
            self.fields.update((each.field, each.description) for each in bad.field_violations)
        elif detail.Unpack(resource):
            self.resource = (resource.resource_type, resource.resource_name)
        elif detail.Unpack(quota):
            self.limit = quota.violations[0].subject if quota.violations else None
        elif detail.Unpack(retry):
            self.retry_after = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
        elif detail.Unpack(request):
            self.request_id = request.request_id

    def _lift(self) -> None:
        """Drops the name of the message around the question of a stream, which nobody who asks has seen."""
        self.fields = {path.removeprefix(_INSIDE): said.removeprefix(_SAID) for path, said in self.fields.items()}
        if self.message.startswith(_SAID):
            self.message = self.message[len(_SAID) :]
            self.args = (f"{self.code.name}: {self.message}",)


class InvalidError(Error, ValueError):
    """The question is wrong: a field, an expression, a bar, or a column that was sent along."""

    CODE = grpc.StatusCode.INVALID_ARGUMENT

    @classmethod
    def of_field(cls, field: str, message: str) -> InvalidError:
        """What was refused here, before it was sent."""
        error = cls(message)
        error.fields[field] = message
        return error


class NotFoundError(Error, LookupError):
    """No such series, saved result or cache entry."""

    CODE = grpc.StatusCode.NOT_FOUND


class ExhaustedError(Error):
    """A limit, a full queue or a full disk. With `retry_after` the server is busy, else the request too large."""

    CODE = grpc.StatusCode.RESOURCE_EXHAUSTED


class DeadlineError(Error, TimeoutError):
    """No answer before the deadline."""

    CODE = grpc.StatusCode.DEADLINE_EXCEEDED


class UnavailableError(Error, ConnectionError):
    """No server, one that is stopping, or one whose Redis is away."""

    CODE = grpc.StatusCode.UNAVAILABLE


class DeniedError(Error, PermissionError):
    """No token, a wrong one, or one that does not allow this."""

    CODE = grpc.StatusCode.UNAUTHENTICATED


class PreconditionError(Error):
    """Not by this road, or not on this server: shared memory over TCP."""

    CODE = grpc.StatusCode.FAILED_PRECONDITION


class ConflictError(Error):
    """The value has another version than expected: somebody else was faster. Read it again."""

    CODE = grpc.StatusCode.ABORTED


class DataLossError(Error):
    """Acknowledged bars cannot be read; the message names the price file and its span."""

    CODE = grpc.StatusCode.DATA_LOSS


class InternalError(Error):
    """A fault of the server, logged there under `request_id`."""

    CODE = grpc.StatusCode.INTERNAL


class UnimplementedError(Error, NotImplementedError):
    """The server does not have this method: it is older than the client."""

    CODE = grpc.StatusCode.UNIMPLEMENTED


class CancelledError(Error):
    """The call was cancelled: the client was closed meanwhile."""

    CODE = grpc.StatusCode.CANCELLED


_CLASSES: dict[grpc.StatusCode, type[Error]] = {
    each.CODE: each
    for each in (
        InvalidError,
        NotFoundError,
        ExhaustedError,
        DeadlineError,
        UnavailableError,
        DeniedError,
        PreconditionError,
        ConflictError,
        DataLossError,
        InternalError,
        UnimplementedError,
        CancelledError,
    )
}
_CLASSES[grpc.StatusCode.PERMISSION_DENIED] = DeniedError


def _restored(kind: type[Error], facts: dict[str, Any]) -> Error:
    """An error that was pickled."""
    error = kind(facts["message"], code=facts["code"])
    error.__dict__.update(facts)
    return error


def of_code(code: grpc.StatusCode, message: str, details: Iterable[Any] = ()) -> Error:
    """The error of a code, of the class of its kind."""
    return _CLASSES.get(code, Error)(message, details, code)


def of_call(failed: Any) -> Error:
    """The error of a call that failed, with the details in its trailers."""
    trailers: dict[str, Any] = {key: value for key, value in failed.trailing_metadata() or ()}
    packed = trailers.get(_DETAILS)
    try:
        details = status_pb2.Status.FromString(packed or b"").details
    except Exception:  # What is in the way of the call may write anything here.
        details = []
    error = of_code(failed.code(), failed.details() or "", details)
    error._lift()
    error._from_server = packed is not None
    error.request_id = error.request_id or trailers.get(_REQUEST_ID)
    _heed(error, trailers.get(_PUSHBACK))
    return error


def _heed(error: Error, pushback: Optional[str]) -> None:
    """Takes the delay of `grpc-retry-pushback-ms`; anything but a number of at least 0 forbids a retry."""
    if pushback is None:
        return
    allowed = pushback.isascii() and pushback.isdigit()
    error.retry_after = int(pushback) / 1e3 if allowed else None
    error._retry_forbidden = not allowed


def of_failure(failure: Any) -> Error:
    """The error of one item of a batch or a stream, whose other items are not affected."""
    code = next((each for each in grpc.StatusCode if each.value[0] == failure.code), grpc.StatusCode.UNKNOWN)
    error = of_code(code, failure.message)
    if failure.field:
        error.fields[failure.field] = failure.message
    if failure.retry_after_ms:
        error.retry_after = failure.retry_after_ms / 1e3
    return error
