package atrad

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"atrad/clients/go/atradv1"
)

const (
	rowsGuessed = 1 << 17
	rowsTrusted = 1 << 18
)

// Answer is columns of values, one value per bar; NaN where there is none.
type Answer struct {
	// Times are when each bar opens: nanoseconds since the Unix epoch, UTC.
	Times []int64
	// Labels are the names of the columns: the label of an expression, or else its text.
	Labels []string
	// Columns are the values, in the order of the labels; none of an answer to Float32.
	Columns [][]float64
	// Columns32 are the values of an answer to Float32; none of any other.
	Columns32 [][]float32
	// Infos are what the server says about each column: canonical expression, lookback, shift on charts.
	Infos []*atradv1.ColumnInfo
	// Epoch is the version of the series; 0 for bars sent along.
	Epoch uint64
	// Joins are the other series that the expressions name.
	Joins []*atradv1.Join
	// ResampledFrom is the stored timeframe that the bars are made of; empty if they are stored.
	ResampledFrom string
	// Adjustments say how the bars of each series were adjusted: the actions that count, and their factors.
	Adjustments []*atradv1.SeriesAdjustment
	// SavedKey is the key of the saved result; empty if it was not saved.
	SavedKey string
	// AsOf is the time as of which the values are; nil means now.
	AsOf *time.Time
	// ChangedFrom, in an answer to Since, voids the rows of earlier answers that open at this time or later; Updated drops them.
	// The earliest time of an int64 in nanoseconds voids all, nil none.
	ChangedFrom *time.Time
	// SinceToken, in an answer to Since, names the bars behind it: see Version.
	SinceToken []byte

	// The number of newest rows that were asked for; 0 is all.
	last int
	// Whether the columns are those of a series, which may get more of them.
	ofBars bool
}

// Len is the number of bars.
func (a *Answer) Len() int { return len(a.Times) }

// Column returns the values of a label; nil if there is none, or if the answer is one to Float32.
func (a *Answer) Column(label string) []float64 { return labelled(a.Labels, a.Columns, label) }

// Column32 returns the values of a label of an answer to Float32; nil if there is none, or if the answer is another one.
func (a *Answer) Column32(label string) []float32 { return labelled(a.Labels, a.Columns32, label) }

func labelled[V any](labels []string, columns [][]V, label string) []V {
	if at := slices.Index(labels, label); at >= 0 && at < len(columns) {
		return columns[at]
	}
	return nil
}

// Time is when the bar of a row opens, in UTC.
func (a *Answer) Time(row int) time.Time { return time.Unix(0, a.Times[row]).UTC() }

// Rows yields when each bar opens, and its values in the order of the labels.
func (a *Answer) Rows() iter.Seq2[time.Time, []float64] {
	return func(yield func(time.Time, []float64) bool) {
		for row := range a.Times {
			values := make([]float64, len(a.Labels))
			for at, column := range a.Columns {
				values[at] = column[row]
			}
			for at, column := range a.Columns32 {
				values[at] = float64(column[row])
			}
			if !yield(a.Time(row), values) {
				return
			}
		}
	}
}

// answerOf is the answer of a message, to a question with these options.
func answerOf(response *atradv1.ComputeResponse, asked *options) *Answer {
	made := &Answer{
		Times: response.GetTimes(), Infos: response.GetInfos(), Epoch: response.GetEpoch(), Joins: response.GetJoins(),
		ResampledFrom: response.GetResampledFrom(), SavedKey: response.GetSavedResultKey(),
		SinceToken: response.GetSinceToken(), Adjustments: response.GetAdjustments(), last: asked.rows(),
	}
	// A failure of a watch has no values.
	if response != nil {
		made.AsOf, made.ChangedFrom = timeOf(response.AsOf), timeOf(response.ChangedFrom)
	}
	for _, column := range response.GetColumns() {
		made.Labels = append(made.Labels, column.GetLabel())
		if asked.isFloat32 {
			made.Columns32 = append(made.Columns32, column.GetFloat32Values())
		} else {
			made.Columns = append(made.Columns, column.GetValues())
		}
	}
	return made
}

func answerOfBars(response *atradv1.ReadBarsResponse, asked *options) *Answer {
	bars := response.GetBars()
	made := &Answer{
		Times:  bars.GetTimes(),
		Labels: []string{"open", "high", "low", "close", "volume"},
		Columns: [][]float64{
			bars.GetOpen(), bars.GetHigh(), bars.GetLow(), bars.GetClose(), bars.GetVolume(),
		},
		Epoch: response.GetEpoch(), ResampledFrom: response.GetResampledFrom(), AsOf: timeOf(response.AsOf),
		ChangedFrom: timeOf(response.ChangedFrom), SinceToken: response.GetSinceToken(), Adjustments: response.GetAdjustments(),
		last: asked.rows(), ofBars: true,
	}
	for _, extra := range bars.GetExtra() {
		made.Labels, made.Columns = append(made.Labels, extra.GetName()), append(made.Columns, extra.GetValues())
	}
	return made
}

func timeOf(nanoseconds *int64) *time.Time {
	if nanoseconds == nil {
		return nil
	}
	made := time.Unix(0, *nanoseconds).UTC()
	return &made
}

func sorted[V any](from map[string]V) []string { return slices.Sorted(maps.Keys(from)) }

// assembler joins chunks to one answer. It allocates each column once where the rows are known, and else doubles it.
type assembler struct {
	rows  int
	whole *Answer
}

func (a *assembler) add(chunk *Answer) error {
	if err := firstOf(checked(chunk, chunk.Columns), checked(chunk, chunk.Columns32)); err != nil {
		return err
	}
	if a.whole == nil {
		a.whole = chunk
		return nil
	}
	if len(chunk.Labels) != len(a.whole.Labels) {
		return broken(fmt.Sprintf("%d columns after %d", len(chunk.Labels), len(a.whole.Labels)))
	}
	a.whole.Times = appended(a.whole.Times, chunk.Times, a.rows)
	for at, column := range chunk.Columns {
		a.whole.Columns[at] = appended(a.whole.Columns[at], column, a.rows)
	}
	for at, column := range chunk.Columns32 {
		a.whole.Columns32[at] = appended(a.whole.Columns32[at], column, a.rows)
	}
	return nil
}

func checked[V any](chunk *Answer, columns [][]V) error {
	for at, column := range columns {
		if len(column) != len(chunk.Times) {
			return broken(fmt.Sprintf("column %s has %d values for %d bars", chunk.Labels[at], len(column), len(chunk.Times)))
		}
	}
	return nil
}

func appended[V any](column, more []V, rows int) []V {
	if needed := len(column) + len(more); needed > cap(column) {
		// All rows that may come, if that is not far more than have come: there may be fewer.
		capacity := rows
		if needed > rows || rows/4 > max(needed, rowsTrusted) {
			capacity = max(needed, 2*cap(column), rowsGuessed)
		}
		larger := make([]V, len(column), capacity)
		copy(larger, column)
		column = larger
	}
	return append(column, more...)
}

func (a *assembler) answer() *Answer {
	if a.whole == nil {
		return &Answer{}
	}
	return a.whole
}
