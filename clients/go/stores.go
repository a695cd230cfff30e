package atrad

import (
	"context"
	"errors"
	"iter"
	"time"

	"atrad/clients/go/atradv1"
)

// GetSeries describes a series, stored or resampled. Of the options it takes AsOf and Resample.
func (c *Client) GetSeries(ctx context.Context, symbol, timeframe string, given ...Option) (*atradv1.SeriesInfo, error) {
	options, err := without("GetSeries", given, "last", "from", "until", "adjust", "persist", "since", "float32")
	if err != nil {
		return nil, err
	}
	request := &atradv1.GetSeriesRequest{Series: Series{symbol, timeframe}.id(), Resampling: options.resampling}
	if options.bounds != nil {
		request.AsOf = options.bounds.AsOf
	}
	found, err := c.Series.GetSeries(ctx, request)
	return found.GetSeries(), err
}

// Retention says which bars of a series are kept; the zero Retention keeps all.
type Retention struct {
	// Rows is the number of newest bars that are kept; 0 is no bound.
	Rows uint64
	// Age is how long bars are kept after they close; 0 is no bound.
	Age time.Duration
}

// SetRetention removes the bars of a stored series that are too many or too old, now and from now on, and describes what is left.
func (c *Client) SetRetention(ctx context.Context, symbol, timeframe string, keep Retention) (*atradv1.SeriesInfo, error) {
	if keep.Age < 0 {
		return nil, invalid("retention.age", "the age of retention must be at least 0, got "+keep.Age.String())
	}
	request := &atradv1.SetRetentionRequest{Series: Series{symbol, timeframe}.id()}
	if keep != (Retention{}) {
		request.Retention = &atradv1.Retention{RowsMax: keep.Rows, AgeMaxMs: milliseconds(keep.Age)}
	}
	found, err := c.Series.SetRetention(ctx, request)
	return found.GetSeries(), err
}

// DeleteSeries deletes a series with all its bars, and returns how many these were.
func (c *Client) DeleteSeries(ctx context.Context, symbol, timeframe string) (uint64, error) {
	found, err := c.Series.DeleteSeries(ctx, &atradv1.DeleteSeriesRequest{Series: Series{symbol, timeframe}.id()})
	return found.GetRows(), err
}

// Split is a split with so many new shares per old share.
func Split(exDate time.Time, ratio float64) *atradv1.CorporateAction {
	kind := atradv1.CorporateActionKind_CORPORATE_ACTION_KIND_SPLIT
	return &atradv1.CorporateAction{ExTime: exDate.UnixNano(), Kind: kind, Value: ratio}
}

// Dividend is a cash dividend per share held before the ex-date.
func Dividend(exDate time.Time, cash float64) *atradv1.CorporateAction {
	kind := atradv1.CorporateActionKind_CORPORATE_ACTION_KIND_DIVIDEND
	return &atradv1.CorporateAction{ExTime: exDate.UnixNano(), Kind: kind, Value: cash}
}

// PutCorporateActions stores corporate actions of a symbol, which Adjust applies. One of the same ex-date and kind is replaced.
func (c *Client) PutCorporateActions(ctx context.Context, symbol string, actions ...*atradv1.CorporateAction) error {
	_, err := c.Series.PutCorporateActions(ctx, &atradv1.PutCorporateActionsRequest{Symbol: symbol, Actions: actions})
	return err
}

// ListCorporateActions yields the corporate actions of all symbols, or of those that start with a prefix.
func (c *Client) ListCorporateActions(ctx context.Context, prefix string) iter.Seq2[*atradv1.SymbolActions, error] {
	return pages(func(token string) ([]*atradv1.SymbolActions, string, error) {
		page, err := c.Series.ListCorporateActions(ctx, &atradv1.ListCorporateActionsRequest{SymbolPrefix: prefix, PageToken: token})
		return page.GetSymbols(), page.GetNextPageToken(), err
	})
}

// DeleteCorporateActions deletes the corporate actions of a symbol, and returns how many these were. The stub deletes those of
// one time or kind.
func (c *Client) DeleteCorporateActions(ctx context.Context, symbol string) (uint64, error) {
	found, err := c.Series.DeleteCorporateActions(ctx, &atradv1.DeleteCorporateActionsRequest{Symbol: symbol})
	return found.GetDeleted(), err
}

// ListCalendars lists the calendars that bars may have, all or those with a text in their names.
func (c *Client) ListCalendars(ctx context.Context, search string) ([]*atradv1.Calendar, error) {
	found, err := c.Series.ListCalendars(ctx, &atradv1.ListCalendarsRequest{Search: search})
	return found.GetCalendars(), err
}

// GetClock is the time of the clock of the token: nothing that was known later is seen.
func (c *Client) GetClock(ctx context.Context) (time.Time, error) {
	found, err := c.Clock.GetClock(ctx, &atradv1.GetClockRequest{})
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, found.GetTime()).UTC(), nil
}

// AdvanceClock moves the clock of the token to a later time, for a back-test.
func (c *Client) AdvanceClock(ctx context.Context, to time.Time) error {
	_, err := c.Clock.AdvanceClock(ctx, &atradv1.AdvanceClockRequest{Time: instant(to)})
	return err
}

// CacheGet reads an entry of the cache, if there is one.
func (c *Client) CacheGet(ctx context.Context, namespace, key string) (value []byte, found bool, err error) {
	response, err := c.Cache.Get(ctx, &atradv1.GetRequest{Namespace: namespace, Key: key})
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	return response.GetValue(), err == nil, err
}

// CachePut writes an entry of the cache, to be kept so long at most; 0 is the default of the server.
func (c *Client) CachePut(ctx context.Context, namespace, key string, value []byte, ttl time.Duration) error {
	_, err := c.Cache.Put(ctx, &atradv1.PutRequest{Namespace: namespace, Key: key, Value: value, TtlMs: milliseconds(ttl)})
	return err
}

// CacheGetMany reads entries of the cache; those that are not there are left out.
func (c *Client) CacheGetMany(ctx context.Context, namespace string, keys ...string) (map[string][]byte, error) {
	response, err := c.Cache.GetMany(ctx, &atradv1.GetManyRequest{Namespace: namespace, Keys: keys})
	if err != nil {
		return nil, err
	}
	made := make(map[string][]byte, len(response.GetEntries()))
	for _, each := range response.GetEntries() {
		made[each.GetKey()] = each.GetValue()
	}
	return made, nil
}

// CachePutMany writes entries of the cache, as CachePut does.
func (c *Client) CachePutMany(ctx context.Context, namespace string, entries map[string][]byte, ttl time.Duration) error {
	request := &atradv1.PutManyRequest{Namespace: namespace, TtlMs: milliseconds(ttl)}
	for _, key := range sorted(entries) {
		request.Entries = append(request.Entries, &atradv1.CacheEntry{Key: key, Value: entries[key]})
	}
	_, err := c.Cache.PutMany(ctx, request)
	return err
}

// CacheDelete deletes an entry of the cache, if it is there.
func (c *Client) CacheDelete(ctx context.Context, namespace, key string) error {
	_, err := c.Cache.Delete(ctx, &atradv1.DeleteRequest{Namespace: namespace, Key: key})
	return err
}
