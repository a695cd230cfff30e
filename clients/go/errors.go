package atrad

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"atrad/clients/go/atradv1"
)

// The kinds of errors, for errors.Is: errors.Is(err, atrad.ErrNotFound).
var (
	ErrInvalid       = kind("the question is wrong")
	ErrNotFound      = kind("no such series, alert, saved result, cache entry or value of a board")
	ErrExhausted     = kind("a limit, a full queue or a full disk")
	ErrDeadline      = kind("no answer before the deadline")
	ErrUnavailable   = kind("no server, one that is stopping, or one whose Redis is away")
	ErrDenied        = kind("no token, a wrong one, or one that does not allow this")
	ErrPrecondition  = kind("not by this road, or not on this server: shared memory over TCP")
	ErrConflict      = kind("the value has another version than expected: somebody else was faster")
	ErrDataLoss      = kind("acknowledged bars cannot be read")
	ErrInternal      = kind("a fault of the server")
	ErrUnimplemented = kind("no such method: the server is older than the client")
	ErrCancelled     = kind("the call was cancelled, or the client closed")
)

type kind string

func (k kind) Error() string { return string(k) }

var kinds = map[codes.Code]kind{
	codes.InvalidArgument: ErrInvalid, codes.NotFound: ErrNotFound, codes.ResourceExhausted: ErrExhausted,
	codes.DeadlineExceeded: ErrDeadline, codes.Unavailable: ErrUnavailable, codes.Unauthenticated: ErrDenied,
	codes.PermissionDenied: ErrDenied, codes.FailedPrecondition: ErrPrecondition, codes.Aborted: ErrConflict,
	codes.DataLoss: ErrDataLoss, codes.Internal: ErrInternal, codes.Unimplemented: ErrUnimplemented, codes.Canceled: ErrCancelled,
}

// Field is a field of the request that is wrong, by its path: expressions[1], bars.high[17].
type Field struct {
	Path, Message string
}

// Resource is what was not found: its kind and its name.
type Resource struct {
	Kind, Name string
}

// Error is why a call failed, with what the server said about it in detail.
type Error struct {
	Code    codes.Code
	Message string
	// Fields are what is wrong with the request; none when no field is to blame.
	Fields []Field
	// Resource is what was not found; nil when the error is about something else.
	Resource *Resource
	// Limit is the limit of the server that was exceeded, as its flag is named: answer_bytes_max.
	Limit string
	// RetryAfter is how long to wait before a retry may help; 0 when the server says nothing about it.
	RetryAfter time.Duration
	// RequestID is the name of the request in the log of the server.
	RequestID string

	retryForbidden bool
	cause          error
}

// Error tells the code and the message.
func (e *Error) Error() string { return e.Code.String() + ": " + e.Message }

// Unwrap returns the error of gRPC; nil when the client refused the request itself.
func (e *Error) Unwrap() error { return e.cause }

// Is tells whether the error is of a kind, such as ErrNotFound. Calls that were cancelled or late are those of context, too.
func (e *Error) Is(other error) bool {
	switch other {
	case context.Canceled:
		return e.Code == codes.Canceled
	case context.DeadlineExceeded:
		return e.Code == codes.DeadlineExceeded
	}
	kind, known := kinds[e.Code]
	return known && error(kind) == other
}

// GRPCStatus is the status, for status.Code and status.Convert.
func (e *Error) GRPCStatus() *status.Status { return status.New(e.Code, e.Message) }

// invalid is what is refused here, before it is sent.
func invalid(field, message string) *Error {
	return &Error{Code: codes.InvalidArgument, Message: message, Fields: []Field{{field, message}}}
}

func broken(message string) *Error {
	return &Error{Code: codes.Internal, Message: message}
}

// errorOf is the error of a call that failed, with the details in its status and trailers.
func errorOf(err error, trailer metadata.MD) error {
	known := (*Error)(nil)
	if err == nil || errors.Is(err, io.EOF) || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = status.FromContextError(err).Err()
	}
	told := status.Convert(err)
	// In a stream the question is inside of another message, which nobody who asks has seen.
	made := &Error{Code: told.Code(), Message: strings.TrimPrefix(told.Message(), "request: "), cause: err}
	for _, detail := range told.Details() {
		made.note(detail)
	}
	if ids := trailer.Get("x-request-id"); made.RequestID == "" && len(ids) > 0 {
		made.RequestID = ids[0]
	}
	if pushback := trailer.Get("grpc-retry-pushback-ms"); len(pushback) > 0 {
		milliseconds, err := strconv.ParseUint(pushback[0], 10, 31)
		made.RetryAfter, made.retryForbidden = time.Duration(milliseconds)*time.Millisecond, err != nil
	}
	return made
}

func (e *Error) note(detail any) {
	switch found := detail.(type) {
	case *errdetails.BadRequest:
		for _, each := range found.GetFieldViolations() {
			path, message := strings.TrimPrefix(each.GetField(), "request."), strings.TrimPrefix(each.GetDescription(), "request: ")
			e.Fields = append(e.Fields, Field{path, message})
		}
	case *errdetails.ResourceInfo:
		e.Resource = &Resource{found.GetResourceType(), found.GetResourceName()}
	case *errdetails.QuotaFailure:
		for _, each := range found.GetViolations() {
			e.Limit = each.GetSubject()
		}
	case *errdetails.RetryInfo:
		e.RetryAfter = found.GetRetryDelay().AsDuration()
	case *errdetails.RequestInfo:
		e.RequestID = found.GetRequestId()
	}
}

// failureOf is the error of one item of a batch or a stream, whose other items are not affected.
func failureOf(failure *atradv1.Failure) *Error {
	made := &Error{Code: codes.Code(failure.GetCode()), Message: failure.GetMessage()}
	if failure.GetField() != "" {
		made.Fields = []Field{{failure.GetField(), failure.GetMessage()}}
	}
	made.RetryAfter = time.Duration(failure.GetRetryAfterMs()) * time.Millisecond
	return made
}
