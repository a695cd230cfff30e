package atrad

import (
	"fmt"
	"math"
	"slices"
	"time"

	"atrad/clients/go/atradv1"
	"atrad/clients/go/indicator"
)

// Expressions are what to compute; their order is that of the columns.
type Expressions []indicator.Expression

// Text gives expressions by their texts: Text("rsi(14)", "fast = ema(12)").
func Text(texts ...string) Expressions {
	made := make(Expressions, len(texts))
	for at, each := range texts {
		made[at] = indicator.Text(each)
	}
	return made
}

// Exprs gives expressions that package indicator made: Exprs(indicator.Rsi(indicator.RsiParams{}).As("rsi")).
func Exprs(expressions ...indicator.Expression) Expressions { return expressions }

func (e Expressions) texts() ([]string, error) {
	if len(e) == 0 {
		return nil, invalid("expressions", "give at least one expression, as in rsi(14)")
	}
	texts, err := indicator.Texts(e...)
	if err != nil {
		return nil, invalid("expressions", err.Error())
	}
	return texts, nil
}

// Series is the bars of one symbol at one timeframe.
type Series struct {
	Symbol, Timeframe string
}

// String is the series as errors name it: BTCUSDT 15m.
func (s Series) String() string { return s.Symbol + " " + s.Timeframe }

func (s Series) id() *atradv1.SeriesId {
	return &atradv1.SeriesId{Symbol: s.Symbol, Timeframe: s.Timeframe}
}

func seriesOf(id *atradv1.SeriesId) Series { return Series{id.GetSymbol(), id.GetTimeframe()} }

func ids(series []Series) []*atradv1.SeriesId {
	made := make([]*atradv1.SeriesId, len(series))
	for at, each := range series {
		made[at] = each.id()
	}
	return made
}

// Option says which bars to take, and how.
type Option func(*options)

type options struct {
	bounds     *atradv1.Range
	resampling *atradv1.Resampling
	adjust     atradv1.Adjust
	persist    *atradv1.Persist
	since      *Version
	isFloat32  bool
	err        error
}

func (o *options) span() *atradv1.Range {
	if o.bounds == nil {
		o.bounds = &atradv1.Range{}
	}
	return o.bounds
}

func gather(given []Option) (*options, error) {
	made := &options{}
	for _, each := range given {
		each(made)
	}
	return made, made.err
}

// without gathers options, and refuses those that the method does not have, and would ignore.
func without(method string, given []Option, settings ...string) (*options, error) {
	made, err := gather(given)
	isSet := map[string]bool{
		"last": made.bounds != nil && made.bounds.Last != nil, "from": made.bounds != nil && made.bounds.StartTime != nil,
		"until": made.bounds != nil && made.bounds.EndTime != nil, "resampling": made.resampling != nil, "persist": made.persist != nil,
		"since": made.since != nil, "float32": made.isFloat32, "adjust": made.adjust != 0,
	}
	for _, setting := range settings {
		if isSet[setting] {
			err = firstOf(err, invalid(setting, method+" has no option "+setting))
		}
	}
	return made, err
}

// rows is the number of rows that an answer has at most; 0 means that it is not known.
func (o *options) rows() int { return int(min(o.bounds.GetLast(), 1<<31)) }

// Last takes the newest bars of those in the range, at least 1.
func Last(bars int) Option {
	return func(o *options) {
		if bars < 1 {
			o.err = invalid("last", fmt.Sprintf("last must be at least 1, got %d", bars))
			return
		}
		count := uint64(bars)
		o.span().Last = &count
	}
}

// From takes the bars that open at this time or later.
func From(start time.Time) Option { return func(o *options) { o.span().StartTime = instant(start) } }

// Until takes the bars that open before this time.
func Until(end time.Time) Option { return func(o *options) { o.span().EndTime = instant(end) } }

// AsOf answers as a server that was given only the bars that were closed at this time.
func AsOf(when time.Time) Option { return func(o *options) { o.span().AsOf = instant(when) } }

// Resample says how bars of a timeframe that is not stored are made of shorter ones.
func Resample(how *atradv1.Resampling) Option { return func(o *options) { o.resampling = how } }

// Adjust says which corporate actions adjust the bars: splits, or dividends too. Without it bars are as they were traded.
func Adjust(by atradv1.Adjust) Option { return func(o *options) { o.adjust = by } }

// Persist saves the answer on the server; 0 means for ever.
func Persist(ttl time.Duration) Option {
	return func(o *options) { o.persist = &atradv1.Persist{TtlMs: milliseconds(ttl)} }
}

// milliseconds is a time to keep something, rounded up: 0 has a meaning of its own.
func milliseconds(ttl time.Duration) uint64 {
	return uint64(max(0, ttl+time.Millisecond-1) / time.Millisecond)
}

// Since takes only the rows that are new or revised since an earlier answer, for Compute, ComputeStream and ReadBars: the zero
// Version has nothing yet, and gets all rows. Answer.Updated applies what comes.
func Since(earlier Version) Option { return func(o *options) { o.since = &earlier } }

// Float32 takes the values rounded to the nearest float32, as Answer.Columns32, in half the bytes: beyond 3.4e38 they are
// infinite. It is for Compute, ComputeBars, ComputeStream and Batch; everything is computed in float64 all the same.
func Float32() Option { return func(o *options) { o.isFloat32 = true } }

func (o *options) valueType() atradv1.ValueType {
	if o.isFloat32 {
		return atradv1.ValueType_VALUE_TYPE_FLOAT32
	}
	return atradv1.ValueType_VALUE_TYPE_UNSPECIFIED
}

// Bars are bars in columns of the same length, oldest first.
type Bars struct {
	// Times are when each bar opens: nanoseconds since the Unix epoch, UTC.
	Times                          []int64
	Open, High, Low, Close, Volume []float64
	// Extra are more columns, by name.
	Extra map[string][]float64
}

// message is the bars of some rows; the columns are shared, not copied.
func (b *Bars) message(from, to int) *atradv1.Bars {
	cut := func(column []float64) []float64 { return column[from:to] }
	made := &atradv1.Bars{
		Times: b.Times[from:to], Open: cut(b.Open), High: cut(b.High), Low: cut(b.Low), Close: cut(b.Close), Volume: cut(b.Volume),
	}
	for _, name := range sorted(b.Extra) {
		made.Extra = append(made.Extra, &atradv1.ExtraColumn{Name: name, Values: cut(b.Extra[name])})
	}
	return made
}

// check refuses columns of different lengths: a part of one is not told from a whole one once it is cut.
func (b *Bars) check() error {
	columns := map[string][]float64{"open": b.Open, "high": b.High, "low": b.Low, "close": b.Close, "volume": b.Volume}
	for name, column := range b.Extra {
		columns["extra "+name] = column
	}
	for _, name := range sorted(columns) {
		if values := len(columns[name]); values != len(b.Times) {
			return invalid("bars."+name, fmt.Sprintf("bars.%s has %d values for %d bars", name, values, len(b.Times)))
		}
	}
	return nil
}

// filled is the bars with NaN in the columns that are not there.
func (b *Bars) filled() *Bars {
	made := *b
	var missing []float64
	for _, column := range []*[]float64{&made.Open, &made.High, &made.Low, &made.Close, &made.Volume} {
		if *column != nil {
			continue
		}
		if missing == nil {
			missing = slices.Repeat([]float64{math.NaN()}, len(b.Times))
		}
		*column = missing
	}
	return &made
}
