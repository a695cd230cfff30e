package atrad

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"atrad/clients/go/atradv1"
)

// rounded are doubles as Go rounds them.
func rounded(column []float64) []float32 {
	made := make([]float32, len(column))
	for row, value := range column {
		made[row] = float32(value)
	}
	return made
}

func sameBits32(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

func TestValuesComeAsFloat32(t *testing.T) {
	ctx, client := demo(t)
	expressions := Text("close / 3", "rsi(14)")
	// In one message, in chunks, and in chunks whose number of rows is known.
	for _, last := range [][]Option{{Last(10)}, nil, {Last(51_000)}} {
		exact, err := client.Compute(ctx, "BTCUSDT", "15m", expressions, last...)
		if err != nil {
			t.Fatal(err)
		}
		short, err := client.Compute(ctx, "BTCUSDT", "15m", expressions, append(last, Float32())...)
		if err != nil || short.Columns != nil || short.Column("rsi(14)") != nil || exact.Column32("rsi(14)") != nil ||
			!slices.Equal(short.Times, exact.Times) {
			t.Fatalf("got %v", err)
		}
		for at, label := range exact.Labels {
			if !sameBits32(short.Column32(label), rounded(exact.Columns[at])) {
				t.Errorf("%s of %d rows differs", label, exact.Len())
			}
		}
	}
	exact, rows := []float64(nil), 0
	bars, err := client.ReadBars(ctx, "BTCUSDT", "15m")
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range bars.Column("close") {
		exact = append(exact, value/3)
	}
	for chunk, err := range client.ComputeStream(ctx, "BTCUSDT", "15m", expressions, Float32()) {
		if err != nil || !sameBits32(chunk.Column32("close / 3"), rounded(exact[rows:rows+chunk.Len()])) {
			t.Fatalf("got %v after %d rows", err, rows)
		}
		rows += chunk.Len()
	}
	for when, values := range bars.Rows() {
		if len(values) != 5 || when != bars.Time(0) || values[3] != bars.Column("close")[0] {
			t.Errorf("got %v at %v", values, when)
		}
		break
	}
	if rows != 51203 {
		t.Errorf("got %d rows", rows)
	}
}

func TestFloat32OfBarsAndBatches(t *testing.T) {
	ctx, client := demo(t)
	bars := &Bars{Times: []int64{1, 2, 3, 4, 5}, Close: []float64{0.1, math.NaN(), 1e39, 1e300, 1e-60}}
	found, err := client.ComputeBars(ctx, bars, Text("close", "0 - close"), Float32())
	infinite := float32(math.Inf(1))
	if err != nil || !slices.Equal(found.Columns32[0][2:], []float32{infinite, infinite, 0}) || found.Columns32[0][0] != 0.1 ||
		found.Columns32[1][2] != -infinite ||
		!math.IsNaN(float64(found.Columns32[0][1])) {
		t.Fatalf("got %v, %v", found, err)
	}
	var all [][]float64
	for _, values := range found.Rows() {
		all = append(all, values)
	}
	if len(all) != 5 || all[0][0] != float64(float32(0.1)) {
		t.Errorf("got %v", all)
	}
	none, err := client.Compute(ctx, "IBM", "1d", Text("close", "rsi(14)"), Float32(), Until(time.Unix(0, 0)))
	if err != nil || none.Len() != 0 || len(none.Columns32) != 2 {
		t.Errorf("got %v, %v", none, err)
	}
	series := []Series{{"BTCUSDT", "15m"}, {"NOSUCH", "1d"}, {"IBM", "1d"}}
	seen := 0
	for result, err := range client.Batch(ctx, series, Text("close", "sma(9)"), Float32()) {
		if err != nil {
			t.Fatal(err)
		}
		if seen++; result.Series.Symbol == "NOSUCH" {
			if !errors.Is(result.Err, ErrNotFound) {
				t.Errorf("got %v", result.Err)
			}
			continue
		}
		exact, err := client.Compute(ctx, result.Series.Symbol, result.Series.Timeframe, Text("close", "sma(9)"))
		if err != nil || !sameBits32(result.Answer.Columns32[1], rounded(exact.Columns[1])) {
			t.Errorf("%v differs: %v", result.Series, err)
		}
	}
	if seen != 3 {
		t.Errorf("got %d series", seen)
	}
}

func TestATableOfFloat32IsKeptUpToDate(t *testing.T) {
	ctx, client := demo(t)
	symbol, stored := unique(), known{}
	stored.store(t, ctx, client, symbol, 0, 9, func(row int) float64 { return 1 / float64(row+3) })
	table, err := client.Compute(ctx, symbol, "1m", Text("close"), Float32(), Since(Version{}), Last(8))
	if err != nil {
		t.Fatal(err)
	}
	stored.store(t, ctx, client, symbol, 8, 3, func(row int) float64 { return 1 / float64(row) })
	later, err := client.Compute(ctx, symbol, "1m", Text("close"), Float32(), Since(table.Version()), Last(8))
	if err != nil || later.Len() != 3 {
		t.Fatalf("got %v, %v", later, err)
	}
	updated, err := table.Updated(later)
	times, closes, _ := stored.newest(8)
	if err != nil || !slices.Equal(updated.Times, times) || !sameBits32(updated.Columns32[0], rounded(closes)) || updated.Columns != nil {
		t.Errorf("got %v, %v, want %v", updated, err, closes)
	}
	exact, err := client.Compute(ctx, symbol, "1m", Text("close"), Since(table.Version()), Last(8))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Updated(exact); refusal(t, err).Fields[0].Path != "later" {
		t.Errorf("got %v", err)
	}
}

func TestFloat32IsRefusedWhereItIsNot(t *testing.T) {
	ctx, client := demo(t)
	series := []Series{{"MSFT", "1d"}, {"AAPL", "1d"}}
	for method, call := range map[string]func() error{
		"ReadBars": func() error { _, err := client.ReadBars(ctx, "MSFT", "1d", Float32()); return err },
		"Correlate": func() error {
			_, err := client.Correlate(ctx, series, &atradv1.CorrelateRequest{}, Float32())
			return err
		},
		"Sweep": func() error {
			_, err := client.Sweep(ctx, "MSFT", "1d", Text("close"), SweepBy{}, Float32())
			return err
		},
		"Screen": func() error { _, err := client.Screen(ctx, "1d", nil, nil, ScreenBy{}, Float32()); return err },
	} {
		if told := refusal(t, call()); !errors.Is(told, ErrInvalid) || told.Fields[0].Path != "float32" {
			t.Errorf("%s: got %v", method, told)
		}
	}
}
