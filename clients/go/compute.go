package atrad

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"

	"google.golang.org/protobuf/proto"

	"atrad/clients/go/atradv1"
)

const (
	// An answer of this size at most is asked for in one message.
	unaryBytesMax  = 2_000_000
	outputsGuessed = 3
)

// Compute computes expressions over a series. Answers of any size are whole: a large one comes in chunks, which are joined.
func (c *Client) Compute(ctx context.Context, symbol, timeframe string, expressions Expressions, given ...Option) (*Answer, error) {
	request, options, err := question(Series{symbol, timeframe}, expressions, given)
	if err != nil {
		return nil, err
	}
	return c.ask(ctx, request, options, options.rows())
}

// ComputeBars computes expressions over bars sent along, which are not stored. Only the columns that the expressions read
// are needed: one that is nil is NaN.
func (c *Client) ComputeBars(ctx context.Context, bars *Bars, expressions Expressions, given ...Option) (*Answer, error) {
	request, options, err := question(Series{}, expressions, given)
	bars = bars.filled()
	if err == nil {
		err = bars.check()
	}
	if err != nil {
		return nil, err
	}
	request.Source = &atradv1.ComputeRequest_Bars{Bars: bars.message(0, len(bars.Times))}
	return c.ask(ctx, request, options, len(bars.Times))
}

// ComputeStream is Compute in chunks, oldest bars first, all of one epoch.
func (c *Client) ComputeStream(ctx context.Context, symbol, timeframe string, expressions Expressions, given ...Option) iter.Seq2[*Answer, error] {
	request, options, err := question(Series{symbol, timeframe}, expressions, given)
	if err != nil {
		return failed[*Answer](err)
	}
	return each(c, ctx, &atradv1.ComputeStreamRequest{Request: request}, c.Indicators.ComputeStream,
		func(response *atradv1.ComputeStreamResponse) *Answer { return answerOf(response.GetChunk(), options) })
}

// Result is the answer of one series of a batch, or its error.
type Result struct {
	Series Series
	Answer *Answer
	Err    error
}

// Batch computes the same expressions over many series, and yields the result of each as it is ready. The second value is
// an error of the call as a whole, after which nothing comes.
func (c *Client) Batch(ctx context.Context, series []Series, expressions Expressions, given ...Option) iter.Seq2[Result, error] {
	options, err := without("Batch", given, "persist", "since")
	texts, wrong := expressions.texts()
	if err := firstOf(err, wrong); err != nil {
		return failed[Result](err)
	}
	request := &atradv1.ComputeBatchRequest{
		Series: ids(series), Range: options.bounds, Expressions: texts, Resampling: options.resampling,
		Adjust: options.adjust, ValueType: options.valueType(),
	}
	keep := func(response *atradv1.ComputeBatchResponse) *atradv1.ComputeBatchResponse { return response }
	return func(yield func(Result, error) bool) {
		parts := map[uint32]*assembler{}
		for response, err := range each(c, ctx, request, c.Indicators.ComputeBatch, keep) {
			if err != nil {
				yield(Result{}, err)
				return
			}
			found := Result{Series: seriesOf(response.GetSeries())}
			if response.GetFailure() != nil {
				found.Err = failureOf(response.GetFailure())
			} else {
				part := parts[response.GetIndex()]
				if part == nil {
					part = &assembler{rows: options.rows()}
					parts[response.GetIndex()] = part
				}
				found.Err = part.add(answerOf(response.GetValues(), options))
				if found.Err == nil && !response.GetLast() {
					continue
				}
				found.Answer = part.answer()
				delete(parts, response.GetIndex())
			}
			if !yield(found, nil) {
				return
			}
		}
	}
}

// Correlation is a correlation matrix: one row and one column per series.
type Correlation struct {
	Matrix [][]float64
	// Samples is the number of timestamps used, or of returns between them.
	Samples uint64
	Epochs  []uint64
	// Bars are those of each series that have a value, before the join.
	Bars []uint64
}

// Correlate computes the correlation matrix of many series; the request says of what. Its series and range are those given.
func (c *Client) Correlate(ctx context.Context, series []Series, request *atradv1.CorrelateRequest, given ...Option) (*Correlation, error) {
	options, err := without("Correlate", given, "persist", "since", "float32")
	if err != nil {
		return nil, err
	}
	asked := &atradv1.CorrelateRequest{}
	proto.Merge(asked, request)
	asked.Series, asked.Range = ids(series), options.bounds
	if options.resampling != nil {
		asked.Resampling = options.resampling
	}
	if options.adjust != atradv1.Adjust_ADJUST_UNSPECIFIED {
		asked.Adjust = options.adjust
	}
	found, err := c.Indicators.Correlate(ctx, asked)
	if err != nil {
		return nil, err
	}
	size := len(found.GetEpochs())
	if len(found.GetValues()) != size*size {
		return nil, broken("a correlation matrix that is not square")
	}
	made := &Correlation{Samples: found.GetRows(), Epochs: found.GetEpochs(), Bars: found.GetBars()}
	for row := range size {
		made.Matrix = append(made.Matrix, found.GetValues()[row*size:(row+1)*size])
	}
	return made, nil
}

// question is a computation over a series, and its options.
func question(series Series, expressions Expressions, given []Option) (*atradv1.ComputeRequest, *options, error) {
	options, err := gather(given)
	if err != nil {
		return nil, options, err
	}
	texts, err := expressions.texts()
	epoch, token := options.since.fields()
	return &atradv1.ComputeRequest{
		Source:      &atradv1.ComputeRequest_Series{Series: series.id()},
		Range:       options.bounds,
		Expressions: texts,
		Resampling:  options.resampling,
		Adjust:      options.adjust,
		Persist:     options.persist,
		SinceEpoch:  epoch,
		SinceToken:  token,
		ValueType:   options.valueType(),
	}, options, err
}

// ask takes an answer in one message, or in chunks if it is or may be too large for that.
func (c *Client) ask(ctx context.Context, request *atradv1.ComputeRequest, options *options, rows int) (*Answer, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	if rows > 0 && rows*8*(1+outputsGuessed*len(request.GetExpressions())) <= unaryBytesMax {
		response, err := c.Indicators.Compute(ctx, request)
		if err == nil {
			return answerOf(response, options), nil
		}
		if told := (*Error)(nil); !errors.As(err, &told) || told.Limit != "answer_bytes_max" {
			return nil, err
		}
	}
	return assembled(c, ctx, rows, &atradv1.ComputeStreamRequest{Request: request}, c.Indicators.ComputeStream,
		func(response *atradv1.ComputeStreamResponse) *Answer { return answerOf(response.GetChunk(), options) })
}

// assembled joins the chunks of a stream.
func assembled[Q, R any](c *Client, ctx context.Context, rows int, request *Q, open opener[Q, R], read func(*R) *Answer) (*Answer, error) {
	var made *assembler
	err := whole(c, ctx, request, open, func() { made = &assembler{rows: rows} }, func(response *R) error {
		return made.add(read(response))
	})
	if err != nil {
		return nil, err
	}
	return made.answer(), nil
}

// opener is a method of a stub that answers in a stream.
type opener[Q, R any] func(context.Context, *Q, ...grpc.CallOption) (grpc.ServerStreamingClient[R], error)

// whole takes all messages of a stream; from the start again if it breaks off.
func whole[Q, R any](c *Client, ctx context.Context, request *Q, open opener[Q, R], begin func(), take func(*R) error) error {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	tries := c.calls.attempts()
	for {
		begin()
		err := receive(ctx, request, open, func(response *R) (bool, error) { return true, take(response) })
		if err == nil {
			return nil
		}
		if err := tries.pause(ctx, err); err != nil {
			return err
		}
	}
}

// each yields the messages of a stream, which is made again only while none has come.
func each[Q, R, V any](c *Client, ctx context.Context, request *Q, open opener[Q, R], read func(*R) V) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		ctx, cancel := c.bounded(ctx)
		defer cancel()
		tries, isBegun := c.calls.attempts(), false
		for {
			err := receive(ctx, request, open, func(response *R) (bool, error) {
				isBegun = true
				return yield(read(response), nil), nil
			})
			if err != nil && !isBegun {
				err = tries.pause(ctx, err)
				if err == nil {
					continue
				}
			}
			if err != nil {
				var none V
				yield(none, err)
			}
			return
		}
	}
}

// receive gives the messages of one stream to `take`, until it wants no more or fails.
func receive[Q, R any](ctx context.Context, request *Q, open opener[Q, R], take func(*R) (bool, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	responses, err := open(ctx, request)
	if err != nil {
		return err
	}
	for {
		response, err := responses.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if goesOn, err := take(response); err != nil || !goesOn {
			return err
		}
	}
}

// failed is an iterator of nothing but an error.
func failed[V any](err error) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		var none V
		yield(none, err)
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
