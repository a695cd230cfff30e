// Package indicator has a function per indicator, and expressions made of them: they print to the text that the server
// reads. Wherever a request takes an expression, its text will do as well.
//
//	turn := indicator.Crossover(indicator.Ema(indicator.EmaParams{Period: new(12)}), indicator.Close)
//	texts, err := indicator.Texts(turn, indicator.Macd(indicator.MacdParams{}).Hist, indicator.Text("rsi(14) > 50"))
package indicator

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// How tightly an expression binds.
const (
	tightOr = 1 + iota
	tightAnd
	tightNot
	tightCompare
	tightSum
	tightProduct
	tightSign
	tightPower
	tightValue
)

// Expr is one expression. What is wrong with it is told by Err, and by Texts.
type Expr struct {
	text       string
	precedence int
	err        error
}

// Outputs is an indicator with several outputs: all of them in a request, each by the field of its name.
type Outputs struct {
	text string
	err  error
}

// Expression is an Expr, or an indicator with several outputs.
type Expression interface {
	String() string
	Err() error
}

// Columns of the bars.
var (
	Open    = Expr{text: "open", precedence: tightValue}
	High    = Expr{text: "high", precedence: tightValue}
	Low     = Expr{text: "low", precedence: tightValue}
	Close   = Expr{text: "close", precedence: tightValue}
	Volume  = Expr{text: "volume", precedence: tightValue}
	Hl2     = Expr{text: "hl2", precedence: tightValue}
	Hlc3    = Expr{text: "hlc3", precedence: tightValue}
	Ohlc4   = Expr{text: "ohlc4", precedence: tightValue}
	Hlcc4   = Expr{text: "hlcc4", precedence: tightValue}
	Returns = Expr{text: "returns", precedence: tightValue}
)

// String returns the text.
func (e Expr) String() string { return e.text }

// Err returns what is wrong with the expression: a value out of range, or a name that cannot be one.
func (e Expr) Err() error { return e.err }

// String returns the text.
func (o Outputs) String() string { return o.text }

// Err returns what is wrong with the expression.
func (o Outputs) Err() error { return o.err }

// Texts returns the texts to send, or the first error.
func Texts(expressions ...Expression) ([]string, error) {
	texts := make([]string, len(expressions))
	for at, each := range expressions {
		if err := each.Err(); err != nil {
			return nil, err
		}
		texts[at] = each.String()
	}
	return texts, nil
}

// Text is an expression by its text.
func Text(text string) Expr {
	if word.MatchString(text) {
		return Expr{text: text, precedence: tightValue}
	}
	return Expr{text: text}
}

// Number is a constant.
func Number(value float64) Expr {
	text := strconv.FormatFloat(value, 'g', -1, 64)
	switch {
	case math.IsNaN(value) || math.IsInf(value, 0):
		return Expr{text: text, err: fmt.Errorf("a number in an expression is finite, got %v", value)}
	case value < 0:
		return Expr{text: text, precedence: tightSign}
	}
	return Expr{text: text, precedence: tightValue}
}

var (
	word   = regexp.MustCompile(`^[A-Za-z_]\w*$`)
	symbol = regexp.MustCompile(`^[\w.:/\-^=$#&]{1,64}$`)
	plain  = regexp.MustCompile(`^[\w.:]+$`)
)

// Of is this column of another series: Close.Of("AAPL") is close@AAPL.
func (e Expr) Of(name string) Expr {
	switch {
	case !word.MatchString(e.text):
		e.err = fmt.Errorf("only a column is of another series, not %s", e.text)
	case !symbol.MatchString(name):
		e.err = fmt.Errorf("not a symbol: %q", name)
	case plain.MatchString(name):
		e.text += "@" + name
	default:
		e.text += `@"` + name + `"`
	}
	return e
}

// As gives its column a label; it cannot be part of another expression then.
func (e Expr) As(label string) Outputs {
	if !word.MatchString(label) {
		e.err = fmt.Errorf("a label is of letters, digits and _, got %q", label)
	}
	return Outputs{text: label + " = " + e.text, err: e.err}
}

// Plus adds.
func (e Expr) Plus(other Expr) Expr { return infix(e, "+", other, tightSum) }

// Minus subtracts.
func (e Expr) Minus(other Expr) Expr { return infix(e, "-", other, tightSum) }

// Times multiplies.
func (e Expr) Times(other Expr) Expr { return infix(e, "*", other, tightProduct) }

// Over divides.
func (e Expr) Over(other Expr) Expr { return infix(e, "/", other, tightProduct) }

// Pow is to this power.
func (e Expr) Pow(other Expr) Expr {
	return Expr{e.wrapped(tightValue) + " ^ " + other.wrapped(tightPower), tightPower, first(e, other)}
}

// Negated has the other sign.
func (e Expr) Negated() Expr { return Expr{"-" + e.wrapped(tightSign), tightSign, e.err} }

// Lt is whether it is less.
func (e Expr) Lt(other Expr) Expr { return compared(e, "<", other) }

// Le is whether it is less or equal.
func (e Expr) Le(other Expr) Expr { return compared(e, "<=", other) }

// Gt is whether it is greater.
func (e Expr) Gt(other Expr) Expr { return compared(e, ">", other) }

// Ge is whether it is greater or equal.
func (e Expr) Ge(other Expr) Expr { return compared(e, ">=", other) }

// Eq is whether it is equal.
func (e Expr) Eq(other Expr) Expr { return compared(e, "==", other) }

// Ne is whether it is not equal.
func (e Expr) Ne(other Expr) Expr { return compared(e, "!=", other) }

// And is whether both are true.
func (e Expr) And(other Expr) Expr { return infix(e, "and", other, tightAnd) }

// Or is whether one is true.
func (e Expr) Or(other Expr) Expr { return infix(e, "or", other, tightOr) }

// Not is whether it is false.
func (e Expr) Not() Expr { return Expr{"not " + e.wrapped(tightNot), tightNot, e.err} }

// Shift is the value so many bars earlier, 0 or more.
func (e Expr) Shift(bars int) Expr { return function("shift", e, Number(float64(bars))) }

// Abs is the value without its sign.
func Abs(x Expr) Expr { return function("abs", x) }

// Cross is whether a is above b and was not at the bar before, or below it and was not.
func Cross(a, b Expr) Expr { return function("cross", a, b) }

// Crossover is whether a is above b and was not at the bar before.
func Crossover(a, b Expr) Expr { return function("crossover", a, b) }

// Crossunder is whether a is below b and was not at the bar before.
func Crossunder(a, b Expr) Expr { return function("crossunder", a, b) }

// Ffill is the newest value there is, at the bar or before it.
func Ffill(x Expr) Expr { return function("ffill", x) }

// If is the value of a where the condition is true, else of b.
func If(condition, a, b Expr) Expr { return function("if", condition, a, b) }

// Larger is the larger of two values at each bar.
func Larger(a, b Expr) Expr { return function("larger", a, b) }

// Smaller is the smaller of two values at each bar.
func Smaller(a, b Expr) Expr { return function("smaller", a, b) }

// Sign is above zero 1, below it -1, else 0.
func Sign(x Expr) Expr { return function("sign", x) }

// wrapped is the text, in parentheses unless it binds at least so tightly.
func (e Expr) wrapped(least int) string {
	if e.precedence >= least {
		return e.text
	}
	return "(" + e.text + ")"
}

func first(operands ...Expr) error {
	for _, each := range operands {
		if each.err != nil {
			return each.err
		}
	}
	return nil
}

func infix(left Expr, operator string, right Expr, precedence int) Expr {
	text := left.wrapped(precedence) + " " + operator + " " + right.wrapped(precedence+1)
	return Expr{text, precedence, first(left, right)}
}

func compared(left Expr, operator string, right Expr) Expr {
	text := left.wrapped(tightSum) + " " + operator + " " + right.wrapped(tightSum)
	return Expr{text, tightCompare, first(left, right)}
}

func function(name string, operands ...Expr) Expr {
	texts := make([]string, len(operands))
	for at, each := range operands {
		texts[at] = each.text
	}
	return Expr{name + "(" + strings.Join(texts, ", ") + ")", tightValue, first(operands...)}
}

// param is a parameter with its value; nil is the default.
type param struct {
	name     string
	integer  *int
	real     *float64
	choice   *string
	min, max float64
	choices  []string
}

// call is an indicator of inputs, all that it reads or none, and parameters.
func call(name string, inputs int, of []Expr, vary Vary, params ...param) Expr {
	made := function(name, of...)
	if len(of) != 0 && len(of) != inputs && made.err == nil {
		made.err = fmt.Errorf("%s reads %d inputs: give all of them or none, got %d", name, inputs, len(of))
	}
	var written []string
	for _, each := range of {
		written = append(written, each.text)
	}
	for _, each := range vary.unknown(params) {
		made.err = firstError(made.err, fmt.Errorf("%s has no parameter %s to vary", name, each))
	}
	for _, each := range params {
		text, err := each.text()
		if variants, isVaried := vary[each.name]; isVaried {
			text, err = variants.of(each, text != "")
		}
		if text != "" {
			written = append(written, each.name+"="+text)
		}
		if err != nil {
			made.err = firstError(made.err, fmt.Errorf("%s of %s %w", each.name, name, err))
		}
	}
	made.text = name + "(" + strings.Join(written, ", ") + ")"
	return made
}

// text is the value as expressions write it; empty is the default.
func (p param) text() (string, error) {
	value, text := 0.0, ""
	switch {
	case p.choice != nil:
		if !slices.Contains(p.choices, *p.choice) {
			return *p.choice, fmt.Errorf("must be one of %s, got %q", strings.Join(p.choices, ", "), *p.choice)
		}
		return *p.choice, nil
	case p.integer != nil:
		value, text = float64(*p.integer), strconv.Itoa(*p.integer)
	case p.real != nil:
		value, text = *p.real, strconv.FormatFloat(*p.real, 'g', -1, 64)
	default:
		return "", nil
	}
	if !(value >= p.min && value <= p.max) {
		return text, fmt.Errorf("must be between %g and %g, got %s", p.min, p.max, text)
	}
	return text, nil
}

// output is one of several outputs.
func (o Outputs) output(name string) Expr {
	return Expr{text: o.text + "." + name, precedence: tightValue, err: o.err}
}
