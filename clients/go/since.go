package atrad

import (
	"fmt"
	"math"
	"slices"
)

// Version names the bars behind an answer, to ask with Since for what changed since it. The zero Version has nothing yet. It
// may be stored and used by another process. Without the token the epoch is taken for one of the series that is stored now,
// even if that was created anew since.
type Version struct {
	Epoch uint64
	Token []byte
}

// Version is what the next question gives to Since.
func (a *Answer) Version() Version { return Version{a.Epoch, a.SinceToken} }

// fields are those of a request.
func (v *Version) fields() (*uint64, []byte) {
	if v == nil {
		return nil, nil
	}
	return &v.Epoch, v.Token
}

// Updated is this answer brought up to date by a later one: that to the same question with Since its Version. It has the values
// of a fresh answer, to the bit; with Last it is cut to so many of its newest rows. Chunks of ComputeStream are applied in turn.
// This answer stays as it is, but shares its columns with the new one if no row came. The zero Answer takes any.
func (a *Answer) Updated(later *Answer) (*Answer, error) {
	if len(a.Labels) == 0 {
		made := *later
		return &made, nil
	}
	valid := len(a.Times)
	if later.ChangedFrom != nil {
		valid, _ = slices.BinarySearch(a.Times, later.ChangedFrom.UnixNano())
	}
	if valid > 0 && later.Len() > 0 && later.Times[0] <= a.Times[valid-1] {
		return nil, invalid("later", "the later answer has rows of the earlier one that are not void: ask with Since its Version")
	}
	isOther := later.ofBars != a.ofBars || (len(later.Columns32) > 0) != (len(a.Columns32) > 0)
	if isOther || valid > 0 && !a.ofBars && !slices.Equal(a.Labels, later.Labels) {
		return nil, invalid("later", fmt.Sprintf("the later answer has the columns %s, the earlier %s", later.shape(), a.shape()))
	}
	// What comes is new among the newest rows: those between them and older ones are not known.
	first := 0
	if later.last > 0 {
		first = max(0, valid+later.Len()-later.last)
	}
	made := *later
	if !a.ofBars && len(later.Infos) == 0 && len(later.SinceToken) == 0 && later.Epoch == a.Epoch {
		// A chunk after the first of a stream, which alone has the facts.
		made = *a
		made.last = later.last
	}
	made.Times = joined(a.Times[:valid], later.Times)[first:]
	made.Columns = updated(a, later, a.Columns, later.Columns, valid, first)
	made.Columns32 = updated(a, later, a.Columns32, later.Columns32, valid, first)
	return &made, nil
}

// updated are the rows of columns that are valid, and those that came, from a row on.
func updated[V float32 | float64](a, later *Answer, before, came [][]V, valid, first int) [][]V {
	var made [][]V
	for at, more := range came {
		var column []V
		if at < len(before) && a.Labels[at] == later.Labels[at] {
			column = before[at]
		} else if column = labelled(a.Labels, before, later.Labels[at]); column == nil {
			// A column that the series did not have.
			column = slices.Repeat([]V{V(math.NaN())}, valid)
		}
		made = append(made, joined(column[:valid], more)[first:])
	}
	return made
}

// shape tells columns apart, in errors.
func (a *Answer) shape() string {
	if len(a.Columns32) > 0 {
		return fmt.Sprintf("%q of float32", a.Labels)
	}
	return fmt.Sprintf("%q", a.Labels)
}

// joined is a column and more rows, in an array of its own if there are any.
func joined[V any](column, more []V) []V {
	return append(column[:len(column):len(column)], more...)
}
