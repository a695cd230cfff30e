package atrad

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"atrad/clients/go/atradv1"
	"atrad/clients/go/indicator"
)

// demo gives a client of the demo server whose address is in ATRAD_ADDRESS.
func demo(t *testing.T) (context.Context, *Client) {
	t.Helper()
	address := os.Getenv("ATRAD_ADDRESS")
	if address == "" {
		t.Fatal("ATRAD_ADDRESS does not name a server")
	}
	return t.Context(), connected(t, address)
}

func connected(t *testing.T, address string, options ...ConnectOption) *Client {
	t.Helper()
	client, err := Connect(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// minutes are bars of one series.
func minutes(count int) *Bars {
	made := &Bars{}
	for row := range count {
		price := 100 + float64(row*row%97)/8
		made.Times = append(made.Times, int64(row)*int64(time.Minute))
		made.Open, made.Close = append(made.Open, price), append(made.Close, price)
		made.High, made.Low = append(made.High, price+1), append(made.Low, price-1)
		made.Volume = append(made.Volume, float64(row))
	}
	return made
}

func unique() string { return fmt.Sprintf("GO-%d", time.Now().UnixNano()) }

func refusal(t *testing.T, err error) *Error {
	t.Helper()
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	return refused
}

func TestAnAnswerIsColumnsByLabel(t *testing.T) {
	ctx, client := demo(t)
	answer, err := client.Compute(ctx, "BTCUSDT", "15m", Text("close", "sma(close, 5)"), Last(100))
	if err != nil {
		t.Fatal(err)
	}
	if answer.Len() != 100 || !slices.Equal(answer.Labels, []string{"close", "sma(close, 5)"}) || answer.Epoch == 0 {
		t.Fatalf("got %d times, %v, epoch %d", answer.Len(), answer.Labels, answer.Epoch)
	}
	closes, means := answer.Column("close"), answer.Column("sma(close, 5)")
	for row := 4; row < 100; row++ {
		sum := 0.0
		for _, value := range closes[row-4 : row+1] {
			sum += value
		}
		if math.Abs(means[row]-sum/5) > 1e-12*sum {
			t.Errorf("row %d: mean %v, want %v", row, means[row], sum/5)
		}
	}
	if answer.Column("none") != nil || answer.Infos[1].GetLookback() != 4 || answer.AsOf != nil {
		t.Errorf("got %v", answer.Infos)
	}
}

// The same bits in one message, in chunks, and joined of them; with the NaN of the warm-up.
func TestAnAnswerOfAnySizeIsWhole(t *testing.T) {
	ctx, client := demo(t)
	expressions := Text("rsi(14)", "ema(25)", "bbands(20)")
	whole, err := client.Compute(ctx, "BTCUSDT", "15m", expressions)
	if err != nil || whole.Len() != 51203 || len(whole.Columns) != 5 {
		t.Fatalf("got %v, %v", whole, err)
	}
	if !math.IsNaN(whole.Columns[0][13]) || math.IsNaN(whole.Columns[0][14]) {
		t.Errorf("the warm-up is %v", whole.Columns[0][:16])
	}
	chunks, rows := 0, 0
	for chunk, err := range client.ComputeStream(ctx, "BTCUSDT", "15m", expressions) {
		if err != nil {
			t.Fatal(err)
		}
		for at, column := range chunk.Columns {
			if !sameBits(column, whole.Columns[at][rows:rows+len(column)]) {
				t.Fatalf("chunk %d differs", chunks)
			}
		}
		chunks, rows = chunks+1, rows+chunk.Len()
	}
	if chunks < 2 || rows != 51203 {
		t.Errorf("got %d rows in %d chunks", rows, chunks)
	}
	last, err := client.Compute(ctx, "BTCUSDT", "15m", expressions, Last(40_000))
	if err != nil || !sameBits(last.Columns[4], whole.Columns[4][11203:]) || cap(last.Columns[4]) != 40_000 {
		t.Errorf("got %v", err)
	}
	// Far more rows are asked for than there are.
	most, err := client.Compute(ctx, "BTCUSDT", "15m", expressions, Last(math.MaxInt))
	if err != nil || !sameBits(most.Columns[4], whole.Columns[4]) || cap(most.Columns[4]) > 1<<18 {
		t.Errorf("got %v", err)
	}
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

func TestBarsAreComputedOverWithoutBeingStored(t *testing.T) {
	ctx, client := demo(t)
	gap := math.NaN()
	bars := &Bars{Times: []int64{1, 2, 3, 4, 5}, Close: []float64{1, gap, 3, 4, 5}}
	answer, err := client.ComputeBars(ctx, bars, Text("sma(close, 2)"))
	if err != nil || !math.IsNaN(answer.Columns[0][2]) || answer.Columns[0][4] != 4.5 {
		t.Fatalf("got %v, %v", answer, err)
	}
	large := minutes(200_000)
	answer, err = client.ComputeBars(ctx, large, Text("close", "ema(9)"))
	if err != nil || !sameBits(answer.Columns[0], large.Close) {
		t.Fatal(err)
	}
	bars.Close = bars.Close[1:]
	if _, err = client.ComputeBars(ctx, bars, Text("close")); refusal(t, err).Fields[0].Path != "bars.close" {
		t.Errorf("got %v", err)
	}
}

func TestManySeriesAreIndependent(t *testing.T) {
	ctx, client := demo(t)
	series := []Series{{"MSFT", "1d"}, {"NOSUCH", "1d"}, {"AAPL", "1d"}}
	found := map[string]Result{}
	for result, err := range client.Batch(ctx, series, Text("close"), Last(2)) {
		if err != nil {
			t.Fatal(err)
		}
		found[result.Series.Symbol] = result
	}
	if len(found) != 3 || found["MSFT"].Answer.Len() != 2 || !errors.Is(found["NOSUCH"].Err, ErrNotFound) {
		t.Errorf("got %v", found)
	}
	matrix, err := client.Correlate(ctx, []Series{{"MSFT", "1d"}, {"AAPL", "1d"}}, &atradv1.CorrelateRequest{Returns: true}, Last(100))
	if err != nil || matrix.Matrix[0][0] != 1 || matrix.Matrix[0][1] != matrix.Matrix[1][0] || matrix.Samples != 99 ||
		!slices.Equal(matrix.Bars, []uint64{100, 100}) {
		t.Errorf("got %v, %v", matrix, err)
	}
}

func TestASweepReturnsReductionsOrColumns(t *testing.T) {
	ctx, client := demo(t)
	sweep, err := client.Sweep(ctx, "MSFT", "1d", Text("ema(3..5)"), SweepBy{}, Last(10))
	if err != nil || sweep.Tables[0].Len() != 3 || len(sweep.Times) != 10 {
		t.Fatalf("got %v, %v", sweep, err)
	}
	single, err := client.Compute(ctx, "MSFT", "1d", Text("ema(4)"), Last(10))
	table := sweep.Tables[0]
	if err != nil || !sameBits(table.Values(table.Labels[0])[1], single.Columns[0]) || table.Column("period")[1] != 4 {
		t.Errorf("got %v, %v", table, err)
	}
	if _, err := client.Sweep(ctx, "MSFT", "1d", Text("ema(0..5)"), SweepBy{Reductions: []string{"last"}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestBarsComeBackAsTheyWentIn(t *testing.T) {
	ctx, client := demo(t)
	symbol, bars := unique(), minutes(250_001)
	bars.Extra = map[string][]float64{"funding": slices.Clone(bars.Close)}
	bars.Extra["funding"][7] = math.NaN()
	receipt, err := client.Ingest(ctx, symbol, "1m", bars)
	if err != nil || receipt.Accepted != 250_001 {
		t.Fatalf("got %v, %v", receipt, err)
	}
	again, err := client.Ingest(ctx, symbol, "1m", bars, Key("go", symbol))
	if err != nil || again != (Receipt{Ignored: 250_001, Epoch: receipt.Epoch}) {
		t.Errorf("got %v, %v", again, err)
	}
	read, err := client.ReadBars(ctx, symbol, "1m")
	if err != nil || !slices.Equal(read.Times, bars.Times) || !sameBits(read.Column("close"), bars.Close) ||
		!sameBits(read.Column("funding"), bars.Extra["funding"]) {
		t.Errorf("got %v", err)
	}
	bars.High[200_005] = math.NaN()
	if _, err := client.Ingest(ctx, symbol, "1m", bars); refusal(t, err).Fields[0].Path != "bars.high[5]" {
		t.Errorf("got %v", err)
	}
}

func TestBarsAreAdjustedEverywhere(t *testing.T) {
	ctx, client := demo(t)
	symbol, bars := unique(), minutes(100)
	if _, err := client.Ingest(ctx, symbol, "1m", bars); err != nil {
		t.Fatal(err)
	}
	split := &atradv1.CorporateAction{ExTime: bars.Times[50], Kind: atradv1.CorporateActionKind_CORPORATE_ACTION_KIND_SPLIT, Value: 4}
	actions := []*atradv1.CorporateAction{split}
	if _, err := client.Series.PutCorporateActions(ctx, &atradv1.PutCorporateActionsRequest{Symbol: symbol, Actions: actions}); err != nil {
		t.Fatal(err)
	}
	splits, series, first := Adjust(atradv1.Adjust_ADJUST_SPLIT), []Series{{symbol, "1m"}}, bars.Close[0]/4
	check := func(road string, value float64, err error) {
		t.Helper()
		if err != nil || value != first {
			t.Errorf("%s: got %v, %v, want %v", road, value, err, first)
		}
	}
	answer, err := client.Compute(ctx, symbol, "1m", Text("close"), splits)
	check("Compute", answer.Column("close")[0], err)
	read, err := client.ReadBars(ctx, symbol, "1m", splits)
	check("ReadBars", read.Column("close")[0], err)
	for _, each := range [][]*atradv1.SeriesAdjustment{answer.Adjustments, read.Adjustments} {
		if len(each) != 1 || each[0].GetRows() != 50 || each[0].GetActions()[0].GetPriceFactor() != 0.25 {
			t.Errorf("got %v", each)
		}
	}
	for found, err := range client.Batch(ctx, series, Text("close"), splits) {
		check("Batch", found.Answer.Column("close")[0], err)
	}
	swept, err := client.Sweep(ctx, symbol, "1m", Text("shift(close, 99..99)"), SweepBy{Reductions: []string{"last"}}, splits)
	check("Sweep", swept.Tables[0].Column(swept.Tables[0].Labels[0])[0], err)
	screened, err := client.Screen(ctx, "1m", nil, Text("shift(close, 99)"), ScreenBy{Symbols: []string{symbol}}, splits)
	check("Screen", screened.Hits[0].Values[0], err)
	of := WatchOf{Series: series, Last: 100, Adjust: atradv1.Adjust_ADJUST_SPLIT}
	for update, err := range client.Watch(ctx, of, Text("close")) {
		check("Watch", update.Answer.Column("close")[0], err)
		break
	}
}

func TestBatchesOfAStreamHaveOutcomesInOrder(t *testing.T) {
	ctx, client := demo(t)
	wrong := minutes(2)
	wrong.High[1] = 0
	var kinds []string
	for outcome, err := range client.IngestStream(ctx, unique(), "1m", slices.Values([]*Bars{minutes(2), wrong, minutes(3)})) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, fmt.Sprint(outcome.Batch, outcome.Receipt.Accepted, outcome.Err != nil))
	}
	if !slices.Equal(kinds, []string{"0 2 false", "1 0 true", "2 1 false"}) {
		t.Errorf("got %v", kinds)
	}
	short := minutes(2)
	short.Low = nil
	for _, err := range client.IngestStream(ctx, unique(), "1m", slices.Values([]*Bars{short})) {
		if refusal(t, err).Fields[0].Path != "bars.low" {
			t.Errorf("got %v", err)
		}
	}
}

func TestErrorsNameTheFieldOrTheResource(t *testing.T) {
	ctx, client := demo(t)
	// In one message and in chunks.
	for _, options := range [][]Option{{Last(1)}, nil} {
		_, err := client.Compute(ctx, "BTCUSDT", "15m", Text("rsi(14)", "rsi(0)"), options...)
		told := refusal(t, err)
		if !errors.Is(err, ErrInvalid) || len(told.Fields) == 0 || told.Fields[0].Path != "expressions[1]" || told.RequestID == "" {
			t.Errorf("got %v with %v", err, told)
		}
		_, err = client.Compute(ctx, "NOSUCH", "15m", Text("rsi(14)"), options...)
		if told := refusal(t, err); status.Code(err) != codes.NotFound || *told.Resource != (Resource{"series", "NOSUCH 15m"}) {
			t.Errorf("got %v with %v", err, told)
		}
	}
	refused := map[string]func() error{
		"expressions": func() error { _, err := client.Compute(ctx, "IBM", "1d", nil); return err },
		"last":        func() error { _, err := client.Compute(ctx, "IBM", "1d", Text("close"), Last(0)); return err },
		"condition": func() error {
			wrong := indicator.Rsi(indicator.RsiParams{Period: new(0)})
			_, err := client.Screen(ctx, "1d", wrong, nil, ScreenBy{})
			return err
		},
	}
	for field, call := range refused {
		if told := refusal(t, call()); told.Code != codes.InvalidArgument || told.Fields[0].Path != field {
			t.Errorf("%s: got %v", field, told)
		}
	}
	_, err := client.Compute(ctx, "IBM", "1d", Text("nosuch(3)"))
	if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("got %v", err)
	}
}

func TestAnswersAreSavedAndReadBack(t *testing.T) {
	ctx, client := demo(t)
	answer, err := client.Compute(ctx, "IBM", "1d", Text("wma(77)"), Persist(time.Minute))
	if err != nil || answer.SavedKey == "" {
		t.Fatalf("got %v, %v", answer, err)
	}
	read, err := client.ReadSavedResult(ctx, answer.SavedKey)
	if err != nil || !sameBits(read.Columns[0], answer.Columns[0]) {
		t.Errorf("got %v", err)
	}
	listed := slices.ContainsFunc(collect(t, client.ListSavedResults(ctx, "IBM")), func(each *atradv1.SavedResult) bool {
		return each.GetKey() == answer.SavedKey
	})
	if !listed {
		t.Error("it is not listed")
	}
}

func TestListsAlertsAndTheCacheAreReached(t *testing.T) {
	ctx, client := demo(t)
	if found := collect(t, client.ListSeries(ctx, "BTCUSD", "")); len(found) < 2 {
		t.Errorf("got %v", found)
	}
	alert := &atradv1.Alert{Name: unique(), Series: []*atradv1.SeriesId{{Symbol: "IBM", Timeframe: "1d"}}, Condition: "close > 1"}
	if _, err := client.Alerts.PutAlert(ctx, &atradv1.PutAlertRequest{Alert: alert}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Alerts.DeleteAlert(ctx, &atradv1.DeleteAlertRequest{Name: alert.Name}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Alerts.DeleteAlert(ctx, &atradv1.DeleteAlertRequest{Name: alert.Name}); refusal(t, err).Resource.Kind != "alert" {
		t.Errorf("got %v", err)
	}
	if _, err := client.Clock.GetClock(ctx, &atradv1.GetClockRequest{}); !errors.Is(err, ErrDenied) {
		t.Errorf("a clock without a token: got %v", err)
	}
	put := &atradv1.PutRequest{Namespace: "go", Key: unique(), Value: []byte{0, 255}, TtlMs: 60_000}
	if _, err := client.Cache.Put(ctx, put); err != nil {
		t.Fatal(err)
	}
	got, err := client.Cache.Get(ctx, &atradv1.GetRequest{Namespace: "go", Key: put.Key})
	if err != nil || string(got.Value) != "\x00\xff" {
		t.Errorf("got %v, %v", got, err)
	}
}

func collect[V any](t *testing.T, items iter.Seq2[V, error]) []V {
	t.Helper()
	var found []V
	for item, err := range items {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, item)
	}
	return found
}
