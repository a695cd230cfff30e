package atrad

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"atrad/clients/go/atradv1"
)

const (
	// For a server that has never answered: it may not be there at all. One that has is waited for.
	attemptsMax = 5
	pauseFirst  = 100 * time.Millisecond
	// Such pauses find a server that has restarted soon enough, and cost it nothing while it has not.
	pauseMax = 2 * time.Second
	// How long a server that is away is waited for by a call without a deadline.
	patience = time.Minute
	// A delay that nobody waits for; longer ones would overflow.
	delayMax = 1000 * time.Hour
)

// comparing are the methods that are not idempotent, because they compare with what is stored; some only with a field of the
// request.
var comparing = map[string]protoreflect.Name{
	atradv1.CacheService_CompareAndSet_FullMethodName: "",
	atradv1.BoardService_PostValue_FullMethodName:     "expected_version",
	atradv1.BoardService_DeleteValue_FullMethodName:   "expected_version",
}

// isIdempotent tells whether a call that may have been carried out can be made again: the second time it changes nothing.
func isIdempotent(method string, request any) bool {
	name, compares := comparing[method]
	message, isMessage := request.(proto.Message)
	if !compares || !isMessage {
		return !compares
	}
	field := message.ProtoReflect().Descriptor().Fields().ByName(name)
	return field != nil && !message.ProtoReflect().Has(field)
}

// calls are what all calls of a client share.
type calls struct {
	timeout       time.Duration
	authorization string
	// Whether the server has ever answered.
	reached atomic.Bool
}

func (c *calls) bounded(ctx context.Context, method string) (context.Context, context.CancelFunc) {
	_, isBounded := ctx.Deadline()
	if isBounded || c.timeout <= 0 || method == atradv1.AdminService_Backup_FullMethodName {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.timeout)
}

// renewable is the context of a call whose parts have the time for a call each: renew grants it anew.
func (c *calls) renewable(ctx context.Context) (bounded context.Context, renew, cancel func()) {
	bounded, stop := context.WithCancelCause(ctx)
	if _, isBounded := ctx.Deadline(); isBounded || c.timeout <= 0 {
		return bounded, func() {}, func() { stop(nil) }
	}
	late := &Error{Code: codes.DeadlineExceeded, Message: "no answer before the deadline of the client", cause: context.DeadlineExceeded}
	timer := time.AfterFunc(c.timeout, func() { stop(late) })
	return bounded, func() { timer.Reset(c.timeout) }, func() { timer.Stop(); stop(nil) }
}

func (c *calls) authorized(ctx context.Context) context.Context {
	if c.authorization == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", c.authorization)
}

// unary makes a call again while it fails for the moment, until its deadline.
func (c *calls) unary(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn,
	invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	ctx, cancel := c.bounded(c.authorized(ctx), method)
	defer cancel()
	tries := c.attempts()
	tries.compares = !isIdempotent(method, request)
	for {
		var trailer metadata.MD
		err := invoke(ctx, method, request, reply, connection, append([]grpc.CallOption{grpc.Trailer(&trailer)}, options...)...)
		if err == nil {
			c.reached.Store(true)
			return nil
		}
		if err := tries.pause(ctx, errorOf(err, trailer)); err != nil {
			return err
		}
	}
}

// stream reads the errors of a stream. A stream is not made again here: what was taken of it is with the caller.
func (c *calls) stream(ctx context.Context, description *grpc.StreamDesc, connection *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	opened, err := open(c.authorized(ctx), description, connection, method, options...)
	if err != nil {
		return nil, errorOf(err, nil)
	}
	return &stream{opened, c}, nil
}

type stream struct {
	grpc.ClientStream
	calls *calls
}

func (s *stream) RecvMsg(message any) error {
	err := s.ClientStream.RecvMsg(message)
	switch {
	case err == nil:
		s.calls.reached.Store(true)
	case !errors.Is(err, io.EOF):
		err = errorOf(err, s.Trailer())
	}
	return err
}

// attempts are those of one call.
type attempts struct {
	calls  *calls
	failed int
	// When the first of those failed.
	since time.Time
	// Whether it is not idempotent. Then it is repeated only after a delay of the server, which has not carried it out: after
	// any other error, as of a connection that broke, nobody knows.
	compares bool
}

func (c *calls) attempts() *attempts { return &attempts{calls: c} }

// progressed counts anew: the call got further than before.
func (a *attempts) progressed() { a.failed = 0 }

// pause waits before the next attempt. It returns the error if another attempt would not help: it is of a kind that comes
// again, the wait would end after the deadline, or nothing has ever answered.
func (a *attempts) pause(ctx context.Context, err error) error {
	var failed *Error
	if !errors.As(err, &failed) {
		return err
	}
	if a.failed == 0 {
		a.since = time.Now()
	}
	a.failed++
	if failed.RetryAfter > 0 {
		// What asks for a delay is a server that is there.
		a.calls.reached.Store(true)
	}
	wait, again := a.wanted(failed)
	if !again || a.failed >= attemptsMax && !a.calls.reached.Load() {
		return err
	}
	deadline, isBounded := ctx.Deadline()
	if !isBounded {
		deadline = a.since.Add(patience)
	}
	if time.Now().Add(wait).After(deadline) {
		return err
	}
	select {
	case <-ctx.Done():
		return errorOf(context.Cause(ctx), nil)
	case <-time.After(wait):
		return nil
	}
}

func (a *attempts) wanted(failed *Error) (time.Duration, bool) {
	if failed.retryForbidden {
		return 0, false
	}
	own := min(pauseMax, pauseFirst<<min(a.failed-1, 8))
	switch {
	case failed.RetryAfter > 0 && (failed.Code == codes.Unavailable || failed.Code == codes.ResourceExhausted):
		// The server's delay is a least one, and one of nothing is not to be asked for all the time.
		own = min(max(failed.RetryAfter, own/10), delayMax)
	case failed.Code == codes.Unavailable && !a.compares:
	default:
		// A limit that no waiting lifts comes without a delay.
		return 0, false
	}
	// All clients are told about the same, and are not to come back together.
	return time.Duration(float64(own) * (1 + rand.Float64()/2)), true
}
