package indicator_test

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"atrad/clients/go"
	"atrad/clients/go/atradv1"
	. "atrad/clients/go/indicator"
)

func TestAnExpressionPrintsToItsText(t *testing.T) {
	rsi, macd := Rsi(RsiParams{Period: new(14)}), Macd(MacdParams{Fast: new(12), Slow: new(26), Signal: new(9)})
	cases := map[string]Expression{
		"rsi(period=14)":                             rsi,
		"rsi()":                                      Rsi(RsiParams{}),
		"rsi(hl2, period=9, method=cutler)":          Rsi(RsiParams{Of: []Expr{Hl2}, Period: new(9), Method: new("cutler")}),
		"ema(rsi(period=14), period=9)":              Ema(EmaParams{Of: []Expr{rsi}, Period: new(9)}),
		"macd(fast=12, slow=26, signal=9)":           macd,
		"macd(fast=12, slow=26, signal=9).hist":      macd.Hist,
		"bbands(up=2.5).upper":                       Bbands(BbandsParams{Up: new(2.5)}).Upper,
		"close - (open - high)":                      Close.Minus(Open.Minus(High)),
		"close - open - high":                        Close.Minus(Open).Minus(High),
		"close * (high + low) / 2":                   Close.Times(High.Plus(Low)).Over(Number(2)),
		"(close ^ 2) ^ 3":                            Close.Pow(Number(2)).Pow(Number(3)),
		"(-close) ^ (-2)":                            Close.Negated().Pow(Number(-2)),
		"close > 1 and close < 2 or not volume == 0": Close.Gt(Number(1)).And(Close.Lt(Number(2))).Or(Volume.Eq(Number(0)).Not()),
		"(close > 1 or close < 0) and volume > 0":    Close.Gt(Number(1)).Or(Close.Lt(Number(0))).And(Volume.Gt(Number(0))),
		"(close > open) == (high > low)":             Close.Gt(Open).Eq(High.Gt(Low)),
		`shift(close@"BTC-USD", 1)`:                  Close.Of("BTC-USD").Shift(1),
		"crossover(close, close - 1 > 0)":            Crossover(Close, Text("close - 1 > 0")),
		"(close - 1) * 2":                            Text("close - 1").Times(Number(2)),
		"if(close > open, 1, -1.5)":                  If(Close.Gt(Open), Number(1), Number(-1.5)),
		"fast = rsi(period=14)":                      rsi.As("fast"),
		"ema(period=5..50 step 5 as fast)":           Ema(EmaParams{Vary: Vary{"period": Steps(5, 50, 5).As("fast")}}),
		"bbands(period=[10, 20], up=2..3).upper":     Bbands(BbandsParams{Vary: Vary{"period": Values(10, 20), "up": Steps(2, 3, 1)}}).Upper,
	}
	for text, made := range cases {
		if texts, err := Texts(made); err != nil || texts[0] != text {
			t.Errorf("%s: got %v, %v", text, texts, err)
		}
	}
}

func TestWhatIsWrongIsToldBeforeItIsSent(t *testing.T) {
	wrong := Rsi(RsiParams{Period: new(1)})
	cases := map[string]Expression{
		"period of rsi must be between 2 and 100000, got 1": wrong,
		"must be one of wilder, cutler, ewm":                Rsi(RsiParams{Method: new("sma")}),
		"kc reads 3 inputs":                                 Kc(KcParams{Of: []Expr{Close}}),
		"got NaN":                                           Bbands(BbandsParams{Up: new(math.NaN())}),
		"is finite":                                         Close.Plus(Number(math.Inf(1))),
		"not a symbol":                                      Close.Of("no such"),
		"only a column":                                     wrong.Of("AAPL"),
		"a label is":                                        Close.As("a b"),
		"must rise":                                         Rsi(RsiParams{Vary: Vary{"period": Steps(9, 5, 1)}}),
		"between 2 and 100000, got [0, 9]":                  Rsi(RsiParams{Vary: Vary{"period": Values(0, 9)}}),
		"cannot vary":                                       Rsi(RsiParams{Vary: Vary{"method": Values(1)}}),
		"has a value already":                               Rsi(RsiParams{Period: new(3), Vary: Vary{"period": Values(5)}}),
		"no parameter slow":                                 Rsi(RsiParams{Vary: Vary{"slow": Values(5)}}),
		"at least one":                                      Rsi(RsiParams{Vary: Vary{"period": Values()}}),
		"period of rsi":                                     Ema(EmaParams{Of: []Expr{wrong}}).Gt(Close).And(Open).Not().Shift(1),
	}
	for said, made := range cases {
		if _, err := Texts(Close, made); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%s: got %v", said, err)
		}
	}
}

func TestTheServerComputesEveryIndicator(t *testing.T) {
	client, err := atrad.Connect(os.Getenv("ATRAD_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	listed, err := client.Indicators.ListIndicators(ctx, &atradv1.ListIndicatorsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(every) != len(listed.GetIndicators()) {
		t.Fatalf("%d functions of %d indicators", len(every), len(listed.GetIndicators()))
	}
	for at, each := range listed.GetIndicators() {
		if every[at].String() != each.GetName()+"()" {
			t.Errorf("%s is %s", each.GetName(), every[at])
		}
	}
	for some := range slices.Chunk(every, 40) {
		answer, err := client.Compute(ctx, "IBM", "1d", some, atrad.Last(1))
		if err != nil || len(answer.Columns) < len(some) {
			t.Fatalf("%v: %v", some, err)
		}
	}
}
