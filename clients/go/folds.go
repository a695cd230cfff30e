package atrad

import (
	"fmt"
	"time"

	"atrad/clients/go/atradv1"
)

// Fold is the best variant of a fold in sample, and what came of it. The maps are nil if no variant has a value in sample.
type Fold struct {
	// InSampleBars are the bars by which the variant was chosen, OutOfSampleBars those by which it was judged.
	InSampleBars, OutOfSampleBars FoldBars
	// Parameters are its parameters, by name.
	Parameters map[string]float64
	// InSample and OutOfSample are its columns over these bars, by label.
	InSample, OutOfSample map[string]float64
}

// FoldBars are bars of a fold that count.
type FoldBars struct {
	// First and Last are when the first and the last of them open, in UTC.
	First, Last time.Time
	Bars        uint64
}

// addFold takes the next fold of the expression.
func (t *Table) addFold(part *atradv1.SweepFold) error {
	if int(part.GetNumber()) != len(t.Folds) {
		return broken(fmt.Sprintf("fold %d of %s after %d folds", part.GetNumber(), t.Label, len(t.Folds)))
	}
	parameters, err := named(t.Parameters, part.GetParameters())
	inSample, wrongIn := named(t.Labels, part.GetInSample())
	outOfSample, wrongOut := named(t.Labels, part.GetOutOfSample())
	if err := firstOf(err, wrongIn, wrongOut); err != nil {
		return err
	}
	t.Folds = append(t.Folds, Fold{
		foldBarsOf(part.GetInSampleBars()), foldBarsOf(part.GetOutOfSampleBars()), parameters, inSample, outOfSample,
	})
	return nil
}

func foldBarsOf(bars *atradv1.FoldBars) FoldBars {
	return FoldBars{time.Unix(0, bars.GetFirstTime()).UTC(), time.Unix(0, bars.GetLastTime()).UTC(), bars.GetBars()}
}

// named are values by their names; nil if there are none.
func named(names []string, values []float64) (map[string]float64, error) {
	if len(values) == 0 {
		return nil, nil
	}
	if len(values) != len(names) {
		return nil, broken(fmt.Sprintf("a fold has %d values for %q", len(values), names))
	}
	made := make(map[string]float64, len(names))
	for at, name := range names {
		made[name] = values[at]
	}
	return made, nil
}
