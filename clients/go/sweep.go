package atrad

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"atrad/clients/go/atradv1"
	"atrad/clients/go/indicator"
)

// SweepBy says what each variant is reduced to, which are computed, and which returned.
type SweepBy struct {
	// Reductions are such as "mean" or "sharpe(252)"; none returns the columns themselves.
	Reductions []string
	// Where is a condition over the parameters, as in fast < slow.
	Where string
	// Top returns the best variants by the column By; 0 returns all.
	Top       uint32
	By        string
	Ascending bool
	// WalkForward chooses the best variant of each fold by the column By, and judges it by later bars: the tables have Folds
	// instead of all variants. Nil cuts no folds.
	WalkForward *atradv1.WalkForward
}

// Table has the variants of one expression.
type Table struct {
	// Label is the expression, or its label.
	Label string
	// Parameters are the names of the parameters, Labels those of the columns.
	Parameters, Labels []string
	// Variants is the number of combinations of parameters, Tried of those that were computed.
	Variants, Tried uint64
	// Folds are those of WalkForward, in order. OutOfSample are the columns, by label, over the bars out of sample of all
	// folds, each with the variant that was chosen in it, and OutOfSampleBars the number of these bars.
	Folds           []Fold
	OutOfSample     map[string]float64
	OutOfSampleBars uint64

	columns map[string][]float64
	whole   map[string][][]float64
	parts   map[string]*variant
}

// Len is the number of variants that were returned; 0 with WalkForward.
func (t *Table) Len() int {
	if len(t.Parameters) > 0 {
		return len(t.columns[t.Parameters[0]])
	}
	for _, column := range t.columns {
		return len(column)
	}
	for _, column := range t.whole {
		return len(column)
	}
	return 0
}

// Column returns a parameter or a reduction, one value per variant; nil if there is none. Times of bars are in seconds since
// the Unix epoch.
func (t *Table) Column(label string) []float64 { return t.columns[label] }

// Values returns a column of each variant, one value per bar, of a sweep without reductions; nil if there is none.
func (t *Table) Values(label string) [][]float64 { return t.whole[label] }

// Sweep is the answer of a sweep: a table per expression, in the order of the request.
type Sweep struct {
	Tables []*Table
	// Times are when each bar opens, if columns are returned: nanoseconds since the Unix epoch, UTC.
	Times []int64
	// Header is what the server says about the bars: their number, epoch, joins.
	Header *atradv1.SweepHeader
	// Variants are all combinations of parameters, Tried those that were computed, Returned those that are here; with
	// WalkForward the folds in which one was chosen.
	Variants, Tried, Returned uint64
	// Undefined are the variants with a reduction that has no value, as the Sharpe ratio of equal values.
	Undefined uint64

	isComplete bool
}

type variant struct {
	parameters []float64
	columns    map[string][]float64
}

// Sweep computes every variant of expressions with ranges, as in ema(5..200), and reduces each on the server.
func (c *Client) Sweep(ctx context.Context, symbol, timeframe string, expressions Expressions, by SweepBy, given ...Option) (*Sweep, error) {
	options, err := without("Sweep", given, "persist", "since", "float32")
	texts, wrong := expressions.texts()
	if err := firstOf(err, wrong); err != nil {
		return nil, err
	}
	request := &atradv1.SweepRequest{
		Source: &atradv1.SweepRequest_Series{Series: Series{symbol, timeframe}.id()},
		Range:  options.bounds, Expressions: texts, Resampling: options.resampling, Adjust: options.adjust,
		Reductions: by.Reductions, Where: by.Where, Top: by.Top, By: by.By, Ascending: by.Ascending,
		WalkForward: by.WalkForward,
	}
	var made *Sweep
	err = whole(c, ctx, request, c.Indicators.Sweep, func() { made = &Sweep{} }, func(part *atradv1.SweepResponse) error {
		return made.take(part)
	})
	if err == nil && !made.isComplete {
		err = broken("the sweep ended without its summary")
	}
	if err != nil {
		return nil, err
	}
	for _, table := range made.Tables {
		table.complete()
	}
	return made, nil
}

func (s *Sweep) take(response *atradv1.SweepResponse) error {
	switch part := response.GetPart().(type) {
	case *atradv1.SweepResponse_Header:
		s.Header = part.Header
		for _, each := range part.Header.GetExpressions() {
			s.Tables = append(s.Tables, newTable(each))
		}
	case *atradv1.SweepResponse_Times:
		s.Times = append(s.Times, part.Times.GetTimes()...)
	case *atradv1.SweepResponse_Rows:
		table, err := s.table(part.Rows.GetExpression())
		if err != nil {
			return err
		}
		for _, column := range append(part.Rows.GetParameters(), part.Rows.GetColumns()...) {
			table.columns[column.GetLabel()] = append(table.columns[column.GetLabel()], column.GetValues()...)
		}
	case *atradv1.SweepResponse_Columns:
		table, err := s.table(part.Columns.GetExpression())
		if err != nil {
			return err
		}
		return table.add(part.Columns, int(s.Header.GetRows()))
	case *atradv1.SweepResponse_Fold:
		table, err := s.table(part.Fold.GetExpression())
		if err != nil {
			return err
		}
		return table.addFold(part.Fold)
	case *atradv1.SweepResponse_OutOfSample:
		table, err := s.table(part.OutOfSample.GetExpression())
		if err != nil {
			return err
		}
		table.OutOfSampleBars = part.OutOfSample.GetBars()
		table.OutOfSample, err = named(table.Labels, part.OutOfSample.GetColumns())
		return err
	case *atradv1.SweepResponse_Summary:
		s.Variants, s.Tried, s.Returned = part.Summary.GetVariants(), part.Summary.GetTried(), part.Summary.GetReturned()
		s.Undefined = part.Summary.GetUndefined()
		s.isComplete = true
	default:
		return broken(fmt.Sprintf("the sweep has a part that this client does not know: %T", part))
	}
	return nil
}

func (s *Sweep) table(expression uint32) (*Table, error) {
	if int(expression) >= len(s.Tables) {
		return nil, broken("the sweep names an expression that is not in its header")
	}
	return s.Tables[expression], nil
}

func newTable(declared *atradv1.SweptExpression) *Table {
	made := &Table{
		Label: declared.GetLabel(), Parameters: declared.GetParameters(),
		Variants: declared.GetVariants(), Tried: declared.GetTried(),
		columns: map[string][]float64{}, whole: map[string][][]float64{}, parts: map[string]*variant{},
	}
	for _, each := range declared.GetColumns() {
		made.Labels = append(made.Labels, each.GetLabel())
	}
	return made
}

// add takes a part of the columns of one variant.
func (t *Table) add(part *atradv1.SweepColumns, rows int) error {
	key := fmtKey(part.GetParameters())
	found := t.parts[key]
	if found == nil {
		found = &variant{part.GetParameters(), map[string][]float64{}}
		t.parts[key] = found
	}
	for _, column := range part.GetColumns() {
		values := found.columns[column.GetLabel()]
		if values == nil {
			values = make([]float64, rows)
			for row := range values {
				values[row] = math.NaN()
			}
			found.columns[column.GetLabel()] = values
		}
		start := int(min(part.GetStartRow(), uint64(rows)))
		if start+len(column.GetValues()) > rows {
			return broken("the sweep has more rows than its header says")
		}
		copy(values[start:], column.GetValues())
	}
	return nil
}

// complete puts whole columns in the order of their parameters.
func (t *Table) complete() {
	variants := make([]*variant, 0, len(t.parts))
	for _, each := range t.parts {
		variants = append(variants, each)
	}
	slices.SortFunc(variants, func(a, b *variant) int { return slices.Compare(a.parameters, b.parameters) })
	for _, each := range variants {
		for at, name := range t.Parameters {
			t.columns[name] = append(t.columns[name], each.parameters[at])
		}
		for _, label := range t.Labels {
			t.whole[label] = append(t.whole[label], each.columns[label])
		}
	}
	t.parts = nil
}

func fmtKey(parameters []float64) string {
	key := make([]byte, 0, 8*len(parameters))
	for _, each := range parameters {
		bits := math.Float64bits(each)
		for range 8 {
			key, bits = append(key, byte(bits)), bits>>8
		}
	}
	return string(key)
}

// ScreenBy says which series to look at, and which to return.
type ScreenBy struct {
	// Symbols are names and patterns, as in *USDT; none looks at all.
	Symbols []string
	// RankBy ranks the series; Top returns the first of them, 0 all.
	RankBy    indicator.Expression
	Ascending bool
	Top       uint32
}

// Hit is a series where the condition holds.
type Hit struct {
	Series Series
	// Time is when its newest closed bar opens.
	Time time.Time
	// Values are those of the expressions at that bar, in the order of the labels.
	Values []float64
	// Rank is what ranks it; NaN without RankBy.
	Rank float64
}

// Screen is the series where a condition holds, at their newest closed bars.
type Screen struct {
	Hits   []Hit
	Labels []string
	// Scanned counts the series that were looked at, Matched those where the condition holds, Undefined those that have too
	// few bars for it, Failed those with an error.
	Scanned, Matched, Undefined, Failed uint64
	// Failures are the first of those that failed.
	Failures map[Series]*Error
}

// Screen finds the series where a condition holds at the newest closed bar, with the values of expressions there. A nil
// condition finds all. Of the options it takes AsOf, Resample and Adjust.
func (c *Client) Screen(ctx context.Context, timeframe string, condition indicator.Expression, expressions Expressions, by ScreenBy, given ...Option) (*Screen, error) {
	options, err := without("Screen", given, "last", "from", "until", "persist", "since", "float32")
	texts, wrong := indicator.Texts(expressions...)
	if wrong != nil {
		wrong = invalid("expressions", wrong.Error())
	}
	holds, wrongCondition := optional("condition", condition)
	rank, wrongRank := optional("rank_by", by.RankBy)
	if err := firstOf(err, wrong, wrongCondition, wrongRank); err != nil {
		return nil, err
	}
	request := &atradv1.ScreenRequest{
		Symbols: by.Symbols, Timeframe: timeframe, Condition: holds, Expressions: texts, RankBy: rank,
		Ascending: by.Ascending, Top: by.Top, Resampling: options.resampling, Adjust: options.adjust,
	}
	if options.bounds != nil {
		request.AsOf = options.bounds.AsOf
	}
	var made *Screen
	isComplete := false
	begin := func() { made, isComplete = &Screen{Failures: map[Series]*Error{}}, false }
	err = whole(c, ctx, request, c.Indicators.Screen, begin, func(response *atradv1.ScreenResponse) error {
		isComplete = made.take(response)
		return nil
	})
	if err == nil && !isComplete {
		err = broken("the screen ended without its summary")
	}
	if err != nil {
		return nil, err
	}
	return made, nil
}

// take takes the next message, and tells whether it is the last.
func (s *Screen) take(response *atradv1.ScreenResponse) bool {
	if hit := response.GetHit(); hit != nil {
		rank := math.NaN()
		if hit.Rank != nil {
			rank = hit.GetRank()
		}
		s.Hits = append(s.Hits, Hit{seriesOf(hit.GetSeries()), *timeOf(&hit.Time), hit.GetValues(), rank})
		return false
	}
	summary := response.GetSummary()
	s.Labels, s.Scanned, s.Matched = summary.GetLabels(), summary.GetScanned(), summary.GetMatched()
	s.Undefined, s.Failed = summary.GetUndefined(), summary.GetFailed()
	for _, each := range summary.GetFailures() {
		s.Failures[seriesOf(each.GetSeries())] = failureOf(each.GetFailure())
	}
	return summary != nil
}

// optional is the text of an expression; empty for none.
func optional(field string, expression indicator.Expression) (string, error) {
	if expression == nil {
		return "", nil
	}
	if err := expression.Err(); err != nil {
		return "", invalid(field, err.Error())
	}
	return expression.String(), nil
}
