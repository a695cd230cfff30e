package atrad

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"atrad/clients/go/atradv1"
)

// batchRows is the number of bars of one batch; more are sent in several.
const batchRows = 100_000

// Receipt is what became of bars, which are durable now.
type Receipt struct {
	// Accepted counts new bars, Replaced those that replaced a different bar of the same time, Ignored those that changed
	// nothing.
	Accepted, Replaced, Ignored uint64
	// Epoch is the epoch of the series afterwards.
	Epoch uint64
}

func receiptOf(receipt *atradv1.Receipt) Receipt {
	return Receipt{receipt.GetAccepted(), receipt.GetReplaced(), receipt.GetIgnored(), receipt.GetEpoch()}
}

// IngestOption says how bars are stored.
type IngestOption func(*atradv1.IngestStreamRequest)

// OnConflict says what happens to a bar whose time is stored already; it is replaced unless set.
func OnConflict(what atradv1.OnConflict) IngestOption {
	return func(r *atradv1.IngestStreamRequest) { r.OnConflict = what }
}

// AnyPrice allows negative prices.
func AnyPrice() IngestOption {
	return func(r *atradv1.IngestStreamRequest) { r.PriceRange = atradv1.PriceRange_PRICE_RANGE_ANY }
}

// Key names the batch, so that a retry is recognised even after a restart of the server.
func Key(client, batch string) IngestOption {
	return func(r *atradv1.IngestStreamRequest) {
		r.IdempotencyKey = &atradv1.IdempotencyKey{Client: client, Batch: batch}
	}
}

// Ingest stores bars, which are durable when it returns. Up to 100,000 bars are stored whole or not at all; more in such
// batches, and after an interruption it goes on with the first that has no receipt. Without a deadline of the context each
// batch has the time of WithTimeout.
func (c *Client) Ingest(ctx context.Context, symbol, timeframe string, bars *Bars, given ...IngestOption) (Receipt, error) {
	if err := bars.check(); err != nil {
		return Receipt{}, err
	}
	how := batchOf(symbol, timeframe, given)
	if len(bars.Times) > batchRows {
		return c.ingestBatches(ctx, how, bars)
	}
	response, err := c.Ingestion.Ingest(ctx, &atradv1.IngestRequest{
		Series: how.Series, Bars: bars.message(0, len(bars.Times)), OnConflict: how.OnConflict,
		IdempotencyKey: how.IdempotencyKey, PriceRange: how.PriceRange,
	})
	return receiptOf(response.GetReceipt()), err
}

// Outcome is the receipt of one batch, or the error for which it was refused.
type Outcome struct {
	Batch   uint64
	Receipt Receipt
	Err     error
}

// IngestStream stores batches as they come, and yields in order what became of each. The second value is an error of the
// call as a whole, after which nothing comes. The batches are iterated in a goroutine of their own, which has ended when the
// outcomes have.
func (c *Client) IngestStream(ctx context.Context, symbol, timeframe string, batches iter.Seq[*Bars], given ...IngestOption) iter.Seq2[Outcome, error] {
	how := batchOf(symbol, timeframe, given)
	requests := func(yield func(*atradv1.IngestStreamRequest, error) bool) {
		number := uint64(0)
		for bars := range batches {
			if err := bars.check(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(how.numbered(number, bars, 0, len(bars.Times)), nil) {
				return
			}
			number++
		}
	}
	return c.outcomes(ctx, requests)
}

type batch struct {
	*atradv1.IngestStreamRequest
}

func batchOf(symbol, timeframe string, given []IngestOption) batch {
	how := &atradv1.IngestStreamRequest{Series: Series{symbol, timeframe}.id()}
	for _, each := range given {
		each(how)
	}
	return batch{how}
}

// numbered is one of many batches, each with a key of its own.
func (b batch) numbered(number uint64, bars *Bars, from, to int) *atradv1.IngestStreamRequest {
	key := b.IdempotencyKey
	if key != nil {
		key = &atradv1.IdempotencyKey{Client: key.GetClient(), Batch: fmt.Sprintf("%s.%d", key.GetBatch(), number)}
	}
	return &atradv1.IngestStreamRequest{
		Batch: number, Series: b.Series, Bars: bars.message(from, to), OnConflict: b.OnConflict, IdempotencyKey: key,
		PriceRange: b.PriceRange,
	}
}

func (c *Client) ingestBatches(ctx context.Context, how batch, bars *Bars) (Receipt, error) {
	ctx, renew, cancel := c.calls.renewable(ctx)
	defer cancel()
	total, rows, tries := Receipt{}, len(bars.Times), c.calls.attempts()
	for done := 0; done*batchRows < rows; {
		requests := func(yield func(*atradv1.IngestStreamRequest, error) bool) {
			for number := done; number*batchRows < rows; number++ {
				from := number * batchRows
				if !yield(how.numbered(uint64(number), bars, from, min(rows, from+batchRows)), nil) {
					return
				}
			}
		}
		var stopped error
		before := done
		for outcome, err := range c.outcomes(ctx, requests) {
			if stopped = firstOf(err, outcome.Err); stopped != nil {
				break
			}
			got := outcome.Receipt
			total = Receipt{total.Accepted + got.Accepted, total.Replaced + got.Replaced, total.Ignored + got.Ignored, got.Epoch}
			done++
			tries.progressed()
			renew()
		}
		if stopped == nil && done == before {
			stopped = broken("the stream ended without a receipt")
		}
		if stopped != nil {
			if err := tries.pause(ctx, stopped); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// outcomes sends batches from a goroutine of its own, as flow control allows, and yields what comes back.
func (c *Client) outcomes(ctx context.Context, requests iter.Seq2[*atradv1.IngestStreamRequest, error]) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		stream, err := c.Ingestion.IngestStream(ctx)
		if err != nil {
			cancel(nil)
			yield(Outcome{}, err)
			return
		}
		sent := make(chan struct{})
		// The iterator of batches is the caller's: it is not used any more when this one ends.
		defer func() { cancel(nil); <-sent }()
		go func() {
			defer close(sent)
			for request, err := range requests {
				if err != nil {
					cancel(err)
					return
				}
				if stream.Send(request) != nil {
					// Receiving tells why.
					return
				}
			}
			_ = stream.CloseSend()
		}()
		for {
			response, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				if refused := (*Error)(nil); errors.As(context.Cause(ctx), &refused) {
					err = refused
				}
				yield(Outcome{}, err)
				return
			}
			outcome := Outcome{Batch: response.GetBatch(), Receipt: receiptOf(response.GetReceipt())}
			if response.GetFailure() != nil {
				outcome.Err = failureOf(response.GetFailure())
			}
			if !yield(outcome, nil) {
				return
			}
		}
	}
}
