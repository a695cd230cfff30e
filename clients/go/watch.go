package atrad

import (
	"context"
	"iter"
	"time"

	"atrad/clients/go/atradv1"
	"atrad/clients/go/indicator"
)

// WatchOf says which series to watch, and which of their rows are told.
type WatchOf struct {
	Series []Series
	// Pattern watches all series of Timeframe whose symbols match, as in *USDT, those to come, too.
	Pattern, Timeframe string
	// Last is the number of newest closed rows of each series to begin with.
	Last uint64
	// IncludeForming tells the newest bar before it is closed, again with every change.
	IncludeForming bool
	// OnlyWhen is a condition, which makes the watch an alert.
	OnlyWhen indicator.Expression
	// WaitForSeries waits for series that do not exist yet.
	WaitForSeries bool
	Resampling    *atradv1.Resampling
	// Adjust says which corporate actions adjust the bars; without it they are as they were traded.
	Adjust atradv1.Adjust
}

// Update is what a watch tells of one series: rows, or why there are none.
type Update struct {
	Series Series
	// Answer has the rows, oldest first; without any, after a correction or a failure.
	Answer *Answer
	// IsProvisional says that the bar of the only row is not closed: the next rows of the series replace it.
	IsProvisional bool
	// RevisedFrom voids the rows that were told before and open at this time or later; nil leaves all as they are.
	RevisedFrom *time.Time
	// Skipped counts the closed rows before these that were not sent, because this side read too slowly.
	Skipped uint64
	// Err is why the watch of this series is interrupted; nil while it goes on.
	Err *Error
}

// Watch yields the newest rows of each series, then each row as its bar is stored, until the context ends or the loop
// breaks. After an interruption it goes on where it broke off.
func (c *Client) Watch(ctx context.Context, of WatchOf, expressions Expressions) iter.Seq2[*Update, error] {
	texts, err := expressions.texts()
	condition, wrong := optional("only_when", of.OnlyWhen)
	if err := firstOf(err, wrong); err != nil {
		return failed[*Update](err)
	}
	request := &atradv1.WatchRequest{
		Series: ids(of.Series), SymbolGlob: of.Pattern, Timeframe: of.Timeframe, Expressions: texts, Resampling: of.Resampling,
		Last: of.Last, IncludeForming: of.IncludeForming, OnlyWhen: condition, WaitForSeries: of.WaitForSeries, Adjust: of.Adjust,
	}
	return func(yield func(*Update, error) bool) {
		tokens, tries := map[Series][]byte{}, c.calls.attempts()
		for {
			request.ResumeTokens = request.ResumeTokens[:0]
			for _, token := range tokens {
				request.ResumeTokens = append(request.ResumeTokens, token)
			}
			err := receive(ctx, request, c.Indicators.Watch, func(response *atradv1.WatchResponse) (bool, error) {
				tries.progressed()
				if len(response.GetResumeToken()) > 0 {
					tokens[seriesOf(response.GetSeries())] = response.GetResumeToken()
				}
				return yield(updateOf(response), nil), nil
			})
			if err != nil {
				if err := tries.pause(ctx, err); err != nil {
					yield(nil, err)
					return
				}
				continue
			}
			return
		}
	}
}

func updateOf(response *atradv1.WatchResponse) *Update {
	rows := response.GetRows()
	made := &Update{
		Series: seriesOf(response.GetSeries()), Answer: answerOf(rows.GetValues(), &options{}), IsProvisional: rows.GetProvisional(),
		Skipped: rows.GetSkipped(),
	}
	if rows != nil {
		made.RevisedFrom = timeOf(rows.RevisedFrom)
	}
	if response.GetFailure() != nil {
		made.Err = failureOf(response.GetFailure())
	}
	return made
}
