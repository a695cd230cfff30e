package atrad

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"atrad/clients/go/atradv1"
)

// mean is that of a column over the bars of a fold, those without a value left out.
func mean(answer *Answer, label string, bars FoldBars) (float64, uint64) {
	sum, count, rows := 0.0, 0.0, uint64(0)
	for row, value := range answer.Column(label) {
		if when := answer.Time(row); when.Before(bars.First) || when.After(bars.Last) {
			continue
		}
		if rows++; !math.IsNaN(value) {
			sum, count = sum+value, count+1
		}
	}
	return sum / count, rows
}

func close9(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }

// Means are taken here, of the columns that Compute returns, and the best is chosen here.
func TestFoldsChooseInSampleAndJudgeOutOfSample(t *testing.T) {
	ctx, client := demo(t)
	periods := []string{"5", "10", "15", "20"}
	values, err := client.Compute(ctx, "MSFT", "1d", Text("close / ema(5)", "close / ema(10)", "close / ema(15)", "close / ema(20)"))
	if err != nil {
		t.Fatal(err)
	}
	for _, walk := range []*atradv1.WalkForward{{Folds: 4}, {Folds: 5, Anchored: true, InSample: 1000, Purge: 10, Embargo: 5}} {
		by := SweepBy{Reductions: []string{"last", "mean"}, By: "mean", WalkForward: walk}
		sweep, err := client.Sweep(ctx, "MSFT", "1d", Text("close / ema(5..20 step 5)"), by)
		if err != nil {
			t.Fatal(err)
		}
		table, rows := sweep.Tables[0], values.Len()
		if len(table.Folds) != int(walk.Folds) || sweep.Returned != uint64(walk.Folds) || sweep.Tried != 4 || table.Len() != 0 {
			t.Fatalf("got %d folds, %v", len(table.Folds), sweep)
		}
		outside := (rows - int(walk.InSample)) / int(walk.Folds)
		if walk.InSample == 0 {
			outside = rows / int(walk.Folds+1)
		}
		sum, bars := 0.0, uint64(0)
		for number, fold := range table.Folds {
			begin := rows - (int(walk.Folds)-number)*outside
			first, last := values.Time(begin+int(walk.Embargo)), values.Time(begin+outside-1)
			if judged := fold.OutOfSampleBars; !judged.First.Equal(first) || !judged.Last.Equal(last) {
				t.Errorf("fold %d is judged by %v, want %v to %v", number, judged, first, last)
			}
			if chosen := fold.InSampleBars; !chosen.Last.Equal(values.Time(begin-1-int(walk.Purge))) || walk.Anchored && !chosen.First.Equal(values.Time(0)) {
				t.Errorf("fold %d is chosen by %v", number, chosen)
			}
			best, period := math.Inf(-1), ""
			for _, each := range periods {
				found, rows := mean(values, fmt.Sprintf("close / ema(%s)", each), fold.InSampleBars)
				if found > best {
					best, period = found, each
				}
				if rows != fold.InSampleBars.Bars {
					t.Errorf("fold %d has %d bars, want %d", number, fold.InSampleBars.Bars, rows)
				}
			}
			label := fmt.Sprintf("close / ema(%s)", period)
			judged, count := mean(values, label, fold.OutOfSampleBars)
			if fmt.Sprint(fold.Parameters["period"]) != period || !close9(fold.InSample["mean"], best) ||
				!close9(fold.OutOfSample["mean"], judged) || fold.OutOfSampleBars.Bars != count {
				t.Errorf("fold %d: got %v, want %s with %v, then %v over %d", number, fold, period, best, judged, count)
			}
			sum, bars = sum+judged*float64(count), bars+count
		}
		if table.OutOfSampleBars != bars || !close9(table.OutOfSample["mean"], sum/float64(bars)) {
			t.Errorf("got %v over %d bars, want %v over %d", table.OutOfSample, table.OutOfSampleBars, sum/float64(bars), bars)
		}
		if newest := table.Folds[walk.Folds-1].OutOfSample["last"]; table.OutOfSample["last"] != newest {
			t.Errorf("got %v, want %v", table.OutOfSample["last"], newest)
		}
	}
}

func TestAFoldWithoutAValueChoosesNone(t *testing.T) {
	ctx, client := demo(t)
	by := SweepBy{Reductions: []string{"last"}, WalkForward: &atradv1.WalkForward{Folds: 2}}
	sweep, err := client.Sweep(ctx, "MSFT", "1d", Text("ema(5000..5001)", "rsi(14)"), by)
	if err != nil {
		t.Fatal(err)
	}
	none, one := sweep.Tables[0], sweep.Tables[1]
	if len(none.Folds) != 2 || none.Folds[1].Parameters != nil || none.Folds[1].InSample != nil || none.Folds[1].OutOfSampleBars.Bars != 1090 ||
		none.OutOfSampleBars != 0 || !math.IsNaN(none.OutOfSample["last"]) || sweep.Undefined != 2 {
		t.Errorf("got %v, undefined %d", none, sweep.Undefined)
	}
	if len(one.Folds) != 2 || one.Folds[0].Parameters != nil || len(one.Folds[0].InSample) != 1 || one.OutOfSampleBars != 2180 {
		t.Errorf("got %v", one)
	}
}

func TestWrongFoldsAreTold(t *testing.T) {
	ctx, client := demo(t)
	reductions := []string{"last"}
	for path, by := range map[string]SweepBy{
		"walk_forward.folds":     {Reductions: reductions, WalkForward: &atradv1.WalkForward{}},
		"walk_forward.purge":     {Reductions: reductions, WalkForward: &atradv1.WalkForward{Folds: 4, Purge: 5000}},
		"walk_forward.in_sample": {Reductions: reductions, WalkForward: &atradv1.WalkForward{Folds: 4, InSample: 1 << 40}},
		"walk_forward":           {WalkForward: &atradv1.WalkForward{Folds: 4}},
		"top":                    {Reductions: reductions, Top: 1, WalkForward: &atradv1.WalkForward{Folds: 4}},
	} {
		_, err := client.Sweep(ctx, "MSFT", "1d", Text("ema(3..5)"), by)
		if told := refusal(t, err); !errors.Is(err, ErrInvalid) || told.Fields[0].Path != path {
			t.Errorf("%s: got %v", path, told)
		}
	}
	table := newTable(&atradv1.SweptExpression{Parameters: []string{"period"}, Columns: []*atradv1.SweptColumn{{Label: "last"}}})
	for _, fold := range []*atradv1.SweepFold{{Number: 1}, {Parameters: []float64{1, 2}}, {InSample: []float64{1, 2}}} {
		if err := table.addFold(fold); !errors.Is(err, ErrInternal) {
			t.Errorf("got %v", err)
		}
	}
}
