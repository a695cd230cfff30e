// Talks Arrow Flight to a demo server with Apache Arrow's client for Go: `go run . ADDRESS`.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	client, err := flight.NewClientWithMiddleware(os.Args[1], nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	defer client.Close()
	ctx := context.Background()

	batches := get(ctx, client, `{"series": {"symbol": "BTCUSDT", "timeframe": "15m"}, "range": {"last": 3}, "expressions": ["close", "rsi(14)"]}`)
	schema := batches[0].Schema()
	expect(schema.Field(0).Type, &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"})
	expect(schema.Field(2).Name, "rsi(14)")
	expect(batches[0].NumRows(), int64(3))
	for _, value := range batches[0].Column(2).(*array.Float64).Float64Values() {
		if value <= 0 || value >= 100 {
			log.Fatalf("rsi is %v", value)
		}
	}

	info, err := client.GetFlightInfo(ctx, &flight.FlightDescriptor{Type: flight.DescriptorPATH, Path: []string{"MSFT", "1d"}})
	check(err)
	bars := get(ctx, client, string(info.Endpoint[0].Ticket.Ticket))
	rows := int64(0)
	for _, batch := range bars {
		rows += batch.NumRows()
	}
	expect(rows, info.TotalRecords)

	stream, err := client.DoPut(ctx)
	check(err)
	writer := flight.NewRecordWriter(stream, ipc.WithSchema(bars[0].Schema()))
	writer.SetFlightDescriptor(&flight.FlightDescriptor{Type: flight.DescriptorPATH, Path: []string{"GO-FLIGHT", "1d"}})
	check(writer.Write(bars[0].NewSlice(0, 100)))
	check(writer.Close())
	check(stream.CloseSend())
	receipt, err := stream.Recv()
	check(err)
	expect(string(receipt.AppMetadata), `{"accepted":"100","epoch":"1"}`)

	if _, err := client.GetFlightInfo(ctx, &flight.FlightDescriptor{Type: flight.DescriptorPATH, Path: []string{"NONE", "1d"}}); err == nil {
		log.Fatal("an unknown series was described")
	}
	fmt.Println("flight from Go: ok")
}

func get(ctx context.Context, client flight.Client, ticket string) []arrow.Record {
	stream, err := client.DoGet(ctx, &flight.Ticket{Ticket: []byte(ticket)})
	check(err)
	reader, err := flight.NewRecordReader(stream)
	check(err)
	defer reader.Release()
	var batches []arrow.Record
	for {
		batch, err := reader.Read()
		if err == io.EOF {
			return batches
		}
		check(err)
		batch.Retain()
		batches = append(batches, batch)
	}
}

func expect(got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		log.Fatalf("got %v, want %v", got, want)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
