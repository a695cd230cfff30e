package atrad

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"atrad/clients/go/atradv1"
)

func answerWith(times []int64, last int, changedFrom *int64) *Answer {
	made := &Answer{Times: times, Labels: []string{"x"}, Columns: [][]float64{nil}, ChangedFrom: timeOf(changedFrom), last: last}
	for _, each := range times {
		made.Columns[0] = append(made.Columns[0], float64(each)/2)
	}
	return made
}

func TestALaterAnswerTakesThePlaceOfVoidRows(t *testing.T) {
	all, from := int64(math.MinInt64), func(when int64) *int64 { return &when }
	for _, c := range []struct {
		name        string
		times       []int64
		last        int
		changedFrom *int64
		want        []int64
	}{
		{"nothing", nil, 0, nil, []int64{1, 2, 3}},
		{"a new row", []int64{4}, 0, from(4), []int64{1, 2, 3, 4}},
		{"a revised row", []int64{3, 4}, 0, from(3), []int64{1, 2, 3, 4}},
		{"earlier than necessary", []int64{3, 4}, 0, from(2), []int64{1, 3, 4}},
		{"all are void", []int64{7}, 0, &all, []int64{7}},
		{"all are void, before 1970", []int64{-7, 1}, 0, &all, []int64{-7, 1}},
		{"rows are gone", nil, 0, from(2), []int64{1}},
		{"all are gone", nil, 0, &all, nil},
		{"nothing, cut", nil, 3, nil, []int64{1, 2, 3}},
		{"cut", []int64{4}, 3, from(4), []int64{2, 3, 4}},
		{"a revised row, cut", []int64{2, 3, 4}, 3, from(2), []int64{2, 3, 4}},
		{"more than the newest rows", []int64{50, 51, 52}, 3, from(4), []int64{50, 51, 52}},
	} {
		before := answerWith([]int64{1, 2, 3}, c.last, nil)
		after, err := before.Updated(answerWith(c.times, c.last, c.changedFrom))
		if err != nil || !slices.Equal(after.Times, c.want) || !sameBits(after.Columns[0], answerWith(c.want, 0, nil).Columns[0]) {
			t.Errorf("%s: got %v, %v", c.name, after, err)
		}
		if !slices.Equal(before.Times, []int64{1, 2, 3}) || !slices.Equal(before.Columns[0], []float64{0.5, 1, 1.5}) {
			t.Errorf("%s: the earlier answer has become %v", c.name, before)
		}
	}
	// Both of two later answers append to the same earlier one.
	before := answerWith([]int64{1}, 0, nil)
	one, _ := before.Updated(answerWith([]int64{2}, 0, from(2)))
	other, _ := before.Updated(answerWith([]int64{3}, 0, from(3)))
	if one.Times[1] != 2 || other.Times[1] != 3 {
		t.Errorf("got %v and %v", one, other)
	}
	before, other = answerWith([]int64{1, 2, 3}, 0, nil), answerWith([]int64{4}, 0, from(4))
	other.Labels = []string{"y"}
	for _, later := range []*Answer{answerWith([]int64{3, 4}, 0, nil), answerWith([]int64{2}, 0, from(3)), other, {ofBars: true}} {
		if _, err := before.Updated(later); !errors.Is(err, ErrInvalid) || refusal(t, err).Fields[0].Path != "later" {
			t.Errorf("%v after %v: got %v", later, before, err)
		}
	}
}

// known are bars that were stored, by time; the oracle of what is computed over them.
type known map[int64]float64

func (k known) store(t *testing.T, ctx context.Context, client *Client, symbol string, from, count int, value func(int) float64) {
	t.Helper()
	bars := &Bars{}
	for row := from; row < from+count; row++ {
		when := int64(row) * int64(time.Minute)
		k[when] = value(row)
		bars.Times, bars.Close = append(bars.Times, when), append(bars.Close, k[when])
	}
	bars.Open, bars.High, bars.Low, bars.Volume = bars.Close, bars.Close, bars.Close, bars.Close
	if _, err := client.Ingest(ctx, symbol, "1m", bars); err != nil {
		t.Fatal(err)
	}
}

// newest are the newest rows: times, closes, and the means of three.
func (k known) newest(last int) ([]int64, []float64, []float64) {
	times := sortedTimes(k)
	var closes, means []float64
	for row, when := range times {
		closes, means = append(closes, k[when]), append(means, math.NaN())
		if row >= 2 {
			means[row] = (k[times[row-2]] + k[times[row-1]] + k[when]) / 3
		}
	}
	first := 0
	if last > 0 {
		first = max(0, len(times)-last)
	}
	return times[first:], closes[first:], means[first:]
}

func sortedTimes(k known) []int64 {
	var times []int64
	for when := range k {
		times = append(times, when)
	}
	slices.Sort(times)
	return times
}

func near(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool {
		return math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-12*math.Abs(y)
	})
}

func TestATableIsKeptUpToDate(t *testing.T) {
	ctx, client := demo(t)
	symbol, stored := unique(), known{}
	price := func(row int) float64 { return float64(row%7 + 1) }
	stored.store(t, ctx, client, symbol, 0, 10, price)
	ask := []func(Version) (*Answer, error){
		func(v Version) (*Answer, error) {
			return client.Compute(ctx, symbol, "1m", Text("close", "sma(3)"), Since(v), Last(10))
		},
		func(v Version) (*Answer, error) {
			return client.Compute(ctx, symbol, "1m", Text("close", "sma(3)"), Since(v))
		},
		func(v Version) (*Answer, error) { return client.ReadBars(ctx, symbol, "1m", Since(v), Last(10)) },
	}
	tables := make([]*Answer, len(ask))
	steps := []struct {
		from, count int
		value       func(int) float64
	}{
		{10, 3, price},                           // new bars
		{12, 1, func(int) float64 { return 99 }}, // a corrected one
		{12, 4, price},                           // both
		{16, 50, price},                          // more than the table has
		{5, 1, func(int) float64 { return 50 }},  // one before the table
		{70, 9, func(row int) float64 { return 1 / price(row) }}, // after a gap
	}
	for at, question := range ask {
		first, err := question((&Answer{}).Version())
		if err != nil {
			t.Fatal(err)
		}
		if tables[at], err = (&Answer{}).Updated(first); err != nil || tables[at].Len() != 10 || len(tables[at].SinceToken) == 0 {
			t.Fatalf("got %v, %v", tables[at], err)
		}
	}
	for _, step := range steps {
		stored.store(t, ctx, client, symbol, step.from, step.count, step.value)
		for at, question := range ask {
			later, err := question(tables[at].Version())
			if err != nil {
				t.Fatal(err)
			}
			if tables[at], err = tables[at].Updated(later); err != nil {
				t.Fatal(err)
			}
			times, closes, means := stored.newest([]int{10, 0, 10}[at])
			table := tables[at]
			if !slices.Equal(table.Times, times) || !sameBits(table.Column("close"), closes) || at < 2 && !near(table.Column("sma(3)"), means) {
				t.Errorf("question %d after %d bars from %d: got %v, want %v", at, step.count, step.from, table, closes)
			}
			if nothing, err := question(table.Version()); err != nil || nothing.Len() != 0 || nothing.ChangedFrom != nil {
				t.Errorf("question %d: got %v, %v", at, nothing, err)
			}
		}
	}
	series := &atradv1.DeleteSeriesRequest{Series: Series{symbol, "1m"}.id()}
	if _, err := client.Series.DeleteSeries(ctx, series); err != nil {
		t.Fatal(err)
	}
	stored = known{}
	stored.store(t, ctx, client, symbol, 3, 4, price)
	later, err := ask[1](tables[1].Version())
	if err != nil || later.ChangedFrom.UnixNano() != math.MinInt64 {
		t.Fatalf("got %v, %v", later, err)
	}
	again, err := tables[1].Updated(later)
	times, closes, _ := stored.newest(0)
	if err != nil || !slices.Equal(again.Times, times) || !sameBits(again.Columns[0], closes) {
		t.Errorf("got %v, %v, want %v", again, err, closes)
	}
}

func TestASeriesThatGetsAColumnHasNoneBefore(t *testing.T) {
	ctx, client := demo(t)
	symbol, bars := unique(), minutes(6)
	part := func(from, to int) *Bars {
		return &Bars{
			Times: bars.Times[from:to], Open: bars.Open[from:to], High: bars.High[from:to], Low: bars.Low[from:to],
			Close: bars.Close[from:to], Volume: bars.Volume[from:to],
		}
	}
	if _, err := client.Ingest(ctx, symbol, "1m", part(0, 4)); err != nil {
		t.Fatal(err)
	}
	table, err := client.ReadBars(ctx, symbol, "1m", Since(Version{}))
	if err != nil {
		t.Fatal(err)
	}
	more := part(4, 6)
	more.Extra = map[string][]float64{"funding": {7, 8}}
	if _, err := client.Ingest(ctx, symbol, "1m", more); err != nil {
		t.Fatal(err)
	}
	later, err := client.ReadBars(ctx, symbol, "1m", Since(table.Version()))
	if err != nil || later.Len() != 2 {
		t.Fatalf("got %v, %v", later, err)
	}
	table, err = table.Updated(later)
	missing := math.NaN()
	if err != nil || !near(table.Column("funding"), []float64{missing, missing, missing, missing, 7, 8}) || !sameBits(table.Column("close"), bars.Close) {
		t.Errorf("got %v, %v", table, err)
	}
}

func TestChunksAreAppliedInTurn(t *testing.T) {
	ctx, client := demo(t)
	whole, err := client.Compute(ctx, "BTCUSDT", "15m", Text("close", "rsi(14)", "bbands(20)"))
	if err != nil {
		t.Fatal(err)
	}
	var table *Answer
	chunks := 0
	for chunk, err := range client.ComputeStream(ctx, "BTCUSDT", "15m", Text("close", "rsi(14)", "bbands(20)"), Since(Version{})) {
		if chunks++; err == nil && table != nil {
			chunk, err = table.Updated(chunk)
		}
		if err != nil {
			t.Fatal(err)
		}
		table = chunk
	}
	if chunks < 2 || !slices.Equal(table.Times, whole.Times) || !slices.EqualFunc(table.Columns, whole.Columns, sameBits) || len(table.Infos) != 5 {
		t.Errorf("got %d rows of %d in %d chunks", table.Len(), whole.Len(), chunks)
	}
	later, err := client.Compute(ctx, "BTCUSDT", "15m", Text("close", "rsi(14)", "bbands(20)"), Since(table.Version()))
	if err != nil || later.Len() != 0 || later.ChangedFrom != nil {
		t.Errorf("got %v, %v", later, err)
	}
}

func TestAWrongVersionIsToldOrGetsAllRows(t *testing.T) {
	ctx, client := demo(t)
	other, err := client.Compute(ctx, "IBM", "1d", Text("close"), Last(5), Since(Version{}))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := client.Compute(ctx, "MSFT", "1d", Text("close"), Last(5))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []Version{other.Version(), {Epoch: 99}} {
		found, err := client.Compute(ctx, "MSFT", "1d", Text("close"), Last(5), Since(version))
		if err != nil || found.ChangedFrom.UnixNano() != math.MinInt64 || !sameBits(found.Columns[0], fresh.Columns[0]) {
			t.Errorf("got %v, %v", found, err)
			continue
		}
		table, err := other.Updated(found)
		if err != nil || !sameBits(table.Columns[0], fresh.Columns[0]) {
			t.Errorf("got %v, %v", table, err)
		}
	}
	series, since := []Series{{"MSFT", "1d"}}, Since(Version{})
	for path, call := range map[string]func() error{
		"since_token": func() error {
			_, err := client.Compute(ctx, "MSFT", "1d", Text("close"), Since(Version{1, []byte("wrong")}))
			return err
		},
		"since_epoch": func() error {
			_, err := client.Compute(ctx, "MSFT", "1d", Text("close"), since, Persist(time.Minute))
			return err
		},
		"since Batch": func() error {
			for _, err := range client.Batch(ctx, series, Text("close"), since) {
				return err
			}
			return nil
		},
		"since Correlate": func() error {
			_, err := client.Correlate(ctx, series, &atradv1.CorrelateRequest{}, since)
			return err
		},
		"since Sweep":  func() error { _, err := client.Sweep(ctx, "MSFT", "1d", Text("close"), SweepBy{}, since); return err },
		"since Screen": func() error { _, err := client.Screen(ctx, "1d", nil, nil, ScreenBy{}, since); return err },
	} {
		var field, method string
		fmt.Sscan(path, &field, &method)
		if told := refusal(t, call()); !errors.Is(told, ErrInvalid) || told.Fields[0].Path != field {
			t.Errorf("%s: got %v", path, told)
		}
	}
}
