package atrad

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"atrad/clients/go/atradv1"
)

// small is a server that turns calls away before it answers.
type small struct {
	atradv1.UnimplementedBoardServiceServer
	atradv1.UnimplementedCacheServiceServer
	atradv1.UnimplementedIndicatorServiceServer
	atradv1.UnimplementedIngestServiceServer
	refusals   []func(context.Context) error
	calls      atomic.Int32
	batches    []int
	pace       time.Duration
	correlated *atradv1.CorrelateRequest
}

var one = &atradv1.ComputeResponse{Times: []int64{1}, Columns: []*atradv1.Column{{Label: "close", Values: []float64{2.5}}}}

func (s *small) refuse(ctx context.Context) error {
	if call := int(s.calls.Add(1)); call <= len(s.refusals) {
		return s.refusals[call-1](ctx)
	}
	return nil
}

func (s *small) Compute(ctx context.Context, _ *atradv1.ComputeRequest) (*atradv1.ComputeResponse, error) {
	return one, s.refuse(ctx)
}

func (s *small) Correlate(_ context.Context, request *atradv1.CorrelateRequest) (*atradv1.CorrelateResponse, error) {
	s.correlated = request
	return &atradv1.CorrelateResponse{Values: []float64{1}, Epochs: []uint64{1}}, nil
}

// The three that compare do what they are asked for before they break off.
func (s *small) CompareAndSet(ctx context.Context, _ *atradv1.CompareAndSetRequest) (*atradv1.CompareAndSetResponse, error) {
	return &atradv1.CompareAndSetResponse{Stored: true}, s.refuse(ctx)
}

func (s *small) PostValue(ctx context.Context, _ *atradv1.PostValueRequest) (*atradv1.PostValueResponse, error) {
	return &atradv1.PostValueResponse{}, s.refuse(ctx)
}

func (s *small) DeleteValue(ctx context.Context, _ *atradv1.DeleteValueRequest) (*atradv1.DeleteValueResponse, error) {
	return &atradv1.DeleteValueResponse{}, s.refuse(ctx)
}

func (s *small) ComputeStream(_ *atradv1.ComputeStreamRequest, stream grpc.ServerStreamingServer[atradv1.ComputeStreamResponse]) error {
	if err := stream.Send(&atradv1.ComputeStreamResponse{Chunk: one}); err != nil {
		return err
	}
	return s.refuse(stream.Context())
}

func (s *small) IngestStream(stream grpc.BidiStreamingServer[atradv1.IngestStreamRequest, atradv1.IngestStreamResponse]) error {
	for {
		request, err := stream.Recv()
		if err != nil {
			return nil
		}
		if len(s.batches) == 1 {
			s.batches = append(s.batches, -1)
			return status.Error(codes.Unavailable, "stopping")
		}
		select {
		case <-stream.Context().Done():
			return nil
		case <-time.After(s.pace):
		}
		s.batches = append(s.batches, int(request.GetBatch()))
		receipt := &atradv1.Receipt{Accepted: uint64(len(request.GetBars().GetTimes())), Epoch: uint64(len(s.batches))}
		outcome := &atradv1.IngestStreamResponse_Receipt{Receipt: receipt}
		if err := stream.Send(&atradv1.IngestStreamResponse{Batch: request.GetBatch(), Outcome: outcome}); err != nil {
			return err
		}
	}
}

func refuse(code codes.Code, pushback string) func(context.Context) error {
	return func(ctx context.Context) error {
		if pushback != "none" {
			_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", pushback))
		}
		return status.Error(code, "not now")
	}
}

func serveSmall(t *testing.T, refusals ...func(context.Context) error) (*small, *Client) {
	t.Helper()
	server, running := &small{refusals: refusals}, grpc.NewServer(grpc.MaxRecvMsgSize(64<<20))
	atradv1.RegisterBoardServiceServer(running, server)
	atradv1.RegisterCacheServiceServer(running, server)
	atradv1.RegisterIndicatorServiceServer(running, server)
	atradv1.RegisterIngestServiceServer(running, server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = running.Serve(listener) }()
	t.Cleanup(running.Stop)
	return server, connected(t, listener.Addr().String())
}

func TestWhatFailsForTheMomentIsTriedAgain(t *testing.T) {
	unavailable, exhausted := codes.Unavailable, codes.ResourceExhausted
	many := slices.Repeat([]func(context.Context) error{refuse(exhausted, "1")}, 10)
	for name, each := range map[string]struct {
		refusals []func(context.Context) error
		calls    int32
		code     codes.Code
	}{
		"until it is answered":   {[]func(context.Context) error{refuse(unavailable, "none"), refuse(exhausted, "20")}, 3, codes.OK},
		"pushback forbids it":    {[]func(context.Context) error{refuse(unavailable, "-1")}, 1, unavailable},
		"a limit has no hint":    {[]func(context.Context) error{refuse(exhausted, "none")}, 1, exhausted},
		"a wrong question":       {[]func(context.Context) error{refuse(codes.InvalidArgument, "1")}, 1, codes.InvalidArgument},
		"a hint past the end":    {[]func(context.Context) error{refuse(exhausted, "90000")}, 1, exhausted},
		"as long as it is busy":  {many, 11, codes.OK},
		"nobody has answered":    {slices.Repeat([]func(context.Context) error{refuse(unavailable, "none")}, 10), 5, unavailable},
		"at least the hint long": {[]func(context.Context) error{refuse(unavailable, "300")}, 2, codes.OK},
	} {
		server, client := serveSmall(t, each.refusals...)
		began := time.Now()
		if err := closeOf(t.Context(), client); status.Code(err) != each.code || server.calls.Load() != each.calls {
			t.Errorf("%s: got %v after %d calls", name, err, server.calls.Load())
		}
		if name == "at least the hint long" && time.Since(began) < 300*time.Millisecond {
			t.Error("the pushback was not heeded")
		}
	}
}

func TestAServerThatIsBusyIsAskedUntilTheDeadline(t *testing.T) {
	server, client := serveSmall(t, slices.Repeat([]func(context.Context) error{refuse(codes.Unavailable, "1")}, 1000)...)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	began := time.Now()
	err, calls := closeOf(ctx, client), server.calls.Load()
	if !errors.Is(err, ErrUnavailable) || time.Since(began) > 10*time.Second || calls < 6 || calls > 50 {
		t.Errorf("got %v after %d calls", err, server.calls.Load())
	}
}

func TestAServerThatIsAwayIsWaitedFor(t *testing.T) {
	// Of two calls without a deadline one began to fail long ago.
	for age, isLate := range map[time.Duration]bool{time.Second: false, patience: true} {
		tries := &attempts{calls: &calls{}, failed: 1, since: time.Now().Add(-age)}
		tries.calls.reached.Store(true)
		err := tries.pause(t.Context(), &Error{Code: codes.Unavailable})
		if (err != nil) != isLate {
			t.Errorf("after %v: got %v", age, err)
		}
	}
	tries := &attempts{calls: &calls{}, failed: 100}
	if wait, again := tries.wanted(&Error{Code: codes.Unavailable, RetryAfter: 1<<63 - 1}); !again || wait < patience {
		t.Errorf("got %v, %v", wait, again)
	}
	if wait, again := tries.wanted(&Error{Code: codes.Unavailable}); !again || wait > 3*time.Second {
		t.Errorf("got %v, %v", wait, again)
	}
}

func TestWhatComparesIsMadeAgainOnlyAfterADelayOfTheServer(t *testing.T) {
	none, unavailable := new(uint64(0)), codes.Unavailable
	compare := func(client *Client) error {
		_, err := client.Cache.CompareAndSet(t.Context(), &atradv1.CompareAndSetRequest{Namespace: "locks", Key: "leader"})
		return err
	}
	post := func(expected *uint64) func(*Client) error {
		return func(client *Client) error {
			_, err := client.Board.PostValue(t.Context(), &atradv1.PostValueRequest{Name: "x", ExpectedVersion: expected})
			return err
		}
	}
	remove := func(expected *uint64) func(*Client) error {
		return func(client *Client) error {
			_, err := client.Board.DeleteValue(t.Context(), &atradv1.DeleteValueRequest{Name: "x", ExpectedVersion: expected})
			return err
		}
	}
	for name, each := range map[string]struct {
		call    func(*Client) error
		refusal string
		calls   int32
		code    codes.Code
	}{
		"a value of the cache":               {compare, "none", 1, unavailable},
		"a post with a version":              {post(none), "none", 1, unavailable},
		"a deletion with a version":          {remove(none), "none", 1, unavailable},
		"a value of the cache after a delay": {compare, "1", 2, codes.OK},
		"a post after a delay":               {post(none), "1", 2, codes.OK},
		"a deletion after a delay":           {remove(none), "1", 2, codes.OK},
		"a post of any version":              {post(nil), "none", 2, codes.OK},
		"a deletion of any version":          {remove(nil), "none", 2, codes.OK},
	} {
		server, client := serveSmall(t, refuse(unavailable, each.refusal))
		if err := each.call(client); status.Code(err) != each.code || server.calls.Load() != each.calls {
			t.Errorf("%s: got %v after %d calls", name, err, server.calls.Load())
		}
	}
}

func TestACorrelationIsOfAllThatItsRequestSays(t *testing.T) {
	server, client := serveSmall(t)
	how := &atradv1.CorrelateRequest{
		Expression: "high", Returns: true, Method: atradv1.CorrelationMethod_CORRELATION_METHOD_SPEARMAN, Adjust: atradv1.Adjust_ADJUST_TOTAL,
	}
	if _, err := client.Correlate(t.Context(), []Series{{"A", "1d"}}, how, Last(5)); err != nil {
		t.Fatal(err)
	}
	asked := server.correlated
	if asked.GetExpression() != "high" || !asked.GetReturns() || asked.GetMethod() != how.GetMethod() || asked.GetAdjust() != how.GetAdjust() {
		t.Errorf("asked for %v", asked)
	}
	if len(asked.GetSeries()) != 1 || asked.GetRange().GetLast() != 5 || len(how.GetSeries()) != 0 {
		t.Errorf("asked for %v", asked)
	}
}

func TestAWholeAnswerIsBegunAgainAndAStreamIsNot(t *testing.T) {
	server, client := serveSmall(t, refuse(codes.Unavailable, "1"))
	answer, err := client.Compute(t.Context(), "IBM", "1d", Text("close"))
	if err != nil || answer.Len() != 1 || server.calls.Load() != 2 {
		t.Errorf("got %v, %v", answer, err)
	}
	server, client = serveSmall(t, refuse(codes.Unavailable, "1"))
	var errs []error
	for _, err := range client.ComputeStream(t.Context(), "IBM", "1d", Text("close")) {
		errs = append(errs, err)
	}
	if len(errs) != 2 || errs[0] != nil || !errors.Is(errs[1], ErrUnavailable) || server.calls.Load() != 1 {
		t.Errorf("got %v", errs)
	}
}

func TestInterruptedIngestionGoesOnWithTheFirstBatchWithoutAReceipt(t *testing.T) {
	server, client := serveSmall(t)
	receipt, err := client.Ingest(t.Context(), "S", "1m", minutes(250_000))
	if err != nil || receipt.Accepted != 250_000 || !slices.Equal(server.batches, []int{0, -1, 1, 2}) {
		t.Errorf("got %v, %v after %v", receipt, err, server.batches)
	}
}

func TestEveryBatchHasTheTimeOfACall(t *testing.T) {
	for _, each := range []struct {
		pace time.Duration
		want error
	}{{600 * time.Millisecond, nil}, {time.Hour, ErrDeadline}} {
		server, client := serveSmall(t)
		server.pace, client.calls.timeout = each.pace, 2*time.Second
		// Only if the client does not end the call.
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(20*time.Second, cancel)
		_, err := client.Ingest(ctx, "S", "1m", minutes(450_000))
		timer.Stop()
		cancel()
		if !errors.Is(err, each.want) {
			t.Errorf("a batch in %v: got %v", each.pace, err)
		}
	}
}
