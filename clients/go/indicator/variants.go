package indicator

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Vary gives parameters several values in a sweep, by the names of the parameters:
//
//	Ema(EmaParams{Vary: Vary{"period": Steps(5, 50, 5).As("fast")}})
type Vary map[string]Variants

// Variants are the values of a number in a sweep.
type Variants struct {
	text   string
	values []float64
	err    error
}

// Steps are the values from first to last, both inclusive: 5..50 step 5.
func Steps(first, last, step float64) Variants {
	made := Variants{text: number(first) + ".." + number(last), values: []float64{first, last, step}}
	if step != 1 {
		made.text += " step " + number(step)
	}
	if !(first <= last) || !(step > 0) || math.IsInf(first, 0) || math.IsInf(last, 0) || math.IsInf(step, 0) {
		made.err = fmt.Errorf("must rise from first to last, got %s", made.text)
	}
	made.values = made.values[:2]
	return made
}

// Values are some values.
func Values(values ...float64) Variants {
	texts := make([]string, len(values))
	for at, each := range values {
		texts[at] = number(each)
	}
	made := Variants{text: "[" + strings.Join(texts, ", ") + "]", values: values}
	if len(values) == 0 {
		made.err = errors.New("must have at least one value")
	}
	return made
}

// As names the parameter in the answer.
func (v Variants) As(name string) Variants {
	if !word.MatchString(name) {
		v.err = firstError(v.err, fmt.Errorf("must have a name of letters, digits and _, got %q", name))
	}
	v.text += " as " + name
	return v
}

// of is the text of the values of a parameter.
func (v Variants) of(p param, isGiven bool) (string, error) {
	switch {
	case v.err != nil:
		return v.text, v.err
	case isGiven:
		return v.text, errors.New("has a value already and cannot vary")
	case p.choices != nil:
		return v.text, errors.New("is a word and cannot vary")
	}
	for _, each := range v.values {
		if !(each >= p.min && each <= p.max) {
			return v.text, fmt.Errorf("must be between %g and %g, got %s", p.min, p.max, v.text)
		}
	}
	return v.text, nil
}

// unknown are the names that no parameter has, in alphabetical order.
func (v Vary) unknown(params []param) []string {
	var names []string
	for name := range v {
		if !slices.ContainsFunc(params, func(each param) bool { return each.name == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

func firstError(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
