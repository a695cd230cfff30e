package atrad

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"atrad/clients/go/atradv1"
)

// connect gives a client of the demo server whose address is in ATRAD_ADDRESS.
func connect(t *testing.T) (context.Context, *Client) {
	t.Helper()
	address := os.Getenv("ATRAD_ADDRESS")
	if address == "" {
		t.Fatal("ATRAD_ADDRESS does not name a server")
	}
	client, err := Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx, client
}

func question(symbol, timeframe string, expressions ...string) *atradv1.ComputeRequest {
	return &atradv1.ComputeRequest{
		Source:      &atradv1.ComputeRequest_Series{Series: &atradv1.SeriesId{Symbol: symbol, Timeframe: timeframe}},
		Expressions: expressions,
	}
}

func TestAnAnswerIsColumnsByLabel(t *testing.T) {
	ctx, client := connect(t)
	asked := question("BTCUSDT", "15m", "close", "sma(close, 5)")
	last := uint64(100)
	asked.Range = &atradv1.Range{Last: &last}
	answer, err := client.Compute(ctx, asked)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Times) != 100 || len(answer.Columns) != 2 || answer.Columns[1].Label != "sma(close, 5)" || answer.Epoch == 0 {
		t.Fatalf("got %d times, %d columns, epoch %d", len(answer.Times), len(answer.Columns), answer.Epoch)
	}
	closes, means := answer.Columns[0].Values, answer.Columns[1].Values
	for row := 4; row < 100; row++ {
		sum := 0.0
		for _, value := range closes[row-4 : row+1] {
			sum += value
		}
		if math.Abs(means[row]-sum/5) > 1e-12*sum {
			t.Errorf("row %d: mean %v, want %v", row, means[row], sum/5)
		}
	}
}

func TestChunksJoinToTheWhole(t *testing.T) {
	ctx, client := connect(t)
	asked := question("BTCUSDT", "15m", "rsi(14)", "ema(25)", "bbands(20)")
	stream, err := client.ComputeStream(ctx, &atradv1.ComputeStreamRequest{Request: asked})
	if err != nil {
		t.Fatal(err)
	}
	chunks, rows := 0, 0
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		chunks, rows = chunks+1, rows+len(response.Chunk.Times)
	}
	if chunks < 2 || rows != 51203 {
		t.Errorf("got %d rows in %d chunks", rows, chunks)
	}
}

func TestBarsComeBackAsTheyWentIn(t *testing.T) {
	ctx, client := connect(t)
	id := &atradv1.SeriesId{Symbol: fmt.Sprintf("GO-%d", time.Now().UnixNano()), Timeframe: "1d"}
	day := int64(24 * time.Hour)
	bars := &atradv1.Bars{
		Times: []int64{0, day}, Open: []float64{1, 2}, High: []float64{3, 3}, Low: []float64{1, 1.5},
		Close: []float64{2, 2.5}, Volume: []float64{0, 7},
	}
	stored, err := client.Ingest(ctx, &atradv1.IngestRequest{Series: id, Bars: bars})
	if err != nil || stored.Receipt.Accepted != 2 {
		t.Fatalf("got %v, %v", stored, err)
	}
	stream, err := client.ReadBars(ctx, &atradv1.ReadBarsRequest{Series: id})
	if err != nil {
		t.Fatal(err)
	}
	read, err := stream.Recv()
	if err != nil || len(read.Bars.Times) != 2 || read.Bars.Times[1] != day || read.Bars.Close[1] != 2.5 {
		t.Fatalf("got %v, %v", read, err)
	}
}

func TestErrorsNameTheFieldOrTheResource(t *testing.T) {
	ctx, client := connect(t)
	_, err := client.Compute(ctx, question("BTCUSDT", "15m", "rsi(14)", "rsi(0)"))
	fields := FieldViolations(err)
	if status.Code(err) != codes.InvalidArgument || len(fields) == 0 || !strings.HasPrefix(fields[0].Field, "expressions[1]") {
		t.Errorf("got %v with %v", err, fields)
	}
	_, err = client.Compute(ctx, question("NOSUCH", "15m", "rsi(14)"))
	if status.Code(err) != codes.NotFound || !strings.Contains(Resource(err).GetResourceName(), "NOSUCH") {
		t.Errorf("got %v with %v", err, Resource(err))
	}
}

func TestTheCacheKeepsBytes(t *testing.T) {
	ctx, client := connect(t)
	key := fmt.Sprint(time.Now().UnixNano())
	if _, err := client.Cache.Get(ctx, &atradv1.GetRequest{Namespace: "go", Key: key}); status.Code(err) != codes.NotFound {
		t.Errorf("got %v", err)
	}
	put := &atradv1.PutRequest{Namespace: "go", Key: key, Value: []byte{0, 255}, TtlMs: 60_000}
	if _, err := client.Cache.Put(ctx, put); err != nil {
		t.Fatal(err)
	}
	got, err := client.Cache.Get(ctx, &atradv1.GetRequest{Namespace: "go", Key: key})
	if err != nil || string(got.Value) != "\x00\xff" {
		t.Errorf("got %v, %v", got, err)
	}
}
