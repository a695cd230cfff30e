package atrad

import (
	"context"
	"iter"

	"atrad/clients/go/atradv1"
)

// ListSeries yields the series, all or those whose symbol starts with a prefix or that have a timeframe.
func (c *Client) ListSeries(ctx context.Context, prefix, timeframe string) iter.Seq2[*atradv1.SeriesInfo, error] {
	return pages(func(token string) ([]*atradv1.SeriesInfo, string, error) {
		page, err := c.Series.ListSeries(ctx, &atradv1.ListSeriesRequest{SymbolPrefix: prefix, Timeframe: timeframe, PageToken: token})
		return page.GetSeries(), page.GetNextPageToken(), err
	})
}

// ReadBars reads the bars of a series as columns open, high, low, close, volume, and its extra columns.
func (c *Client) ReadBars(ctx context.Context, symbol, timeframe string, given ...Option) (*Answer, error) {
	options, err := without("ReadBars", given, "persist", "float32")
	if err != nil {
		return nil, err
	}
	request := &atradv1.ReadBarsRequest{Series: Series{symbol, timeframe}.id(), Range: options.bounds, Resampling: options.resampling, Adjust: options.adjust}
	request.SinceEpoch, request.SinceToken = options.since.fields()
	return assembled(c, ctx, options.rows(), request, c.Series.ReadBars,
		func(response *atradv1.ReadBarsResponse) *Answer { return answerOfBars(response, options) })
}

// ListSavedResults yields the saved results, all or those whose key starts with a prefix.
func (c *Client) ListSavedResults(ctx context.Context, prefix string) iter.Seq2[*atradv1.SavedResult, error] {
	return pages(func(token string) ([]*atradv1.SavedResult, string, error) {
		page, err := c.SavedResults.ListSavedResults(ctx, &atradv1.ListSavedResultsRequest{KeyPrefix: prefix, PageToken: token})
		return page.GetSavedResults(), page.GetNextPageToken(), err
	})
}

// ReadSavedResult reads one saved result by its key.
func (c *Client) ReadSavedResult(ctx context.Context, key string) (*Answer, error) {
	request := &atradv1.ReadSavedResultRequest{Key: key}
	return assembled(c, ctx, 0, request, c.SavedResults.ReadSavedResult,
		func(response *atradv1.ReadSavedResultResponse) *Answer {
			return answerOf(response.GetChunk(), &options{})
		})
}

// pages yields the items of all pages of a list.
func pages[V any](page func(token string) ([]V, string, error)) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		for token := ""; ; {
			items, next, err := page(token)
			if err != nil {
				var none V
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}
