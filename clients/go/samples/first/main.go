// First lists an indicator, computes two expressions over a series, and shows how an error is told.
//
// Run `atrad serve --demo`, then `go run ./samples/first`; ATRAD_ADDRESS names a server elsewhere.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc/status"

	atrad "atrad/clients/go"
	"atrad/clients/go/atradv1"
)

func main() {
	client, err := atrad.Dial(cmp.Or(os.Getenv("ATRAD_ADDRESS"), "127.0.0.1:50051"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	printIndicator(ctx, client, "rsi")
	answer, err := client.Compute(ctx, question("BTCUSDT", "rsi(14)", "macd(12, 26, 9).hist"))
	if err != nil {
		log.Fatal(err)
	}
	printAnswer(answer)

	_, err = client.Compute(ctx, question("NOSUCH", "rsi(14)"))
	printError(err)
	_, err = client.Compute(ctx, question("BTCUSDT", "rsi(0)"))
	printError(err)
}

func question(symbol string, expressions ...string) *atradv1.ComputeRequest {
	last := uint64(5)
	return &atradv1.ComputeRequest{
		Source:      &atradv1.ComputeRequest_Series{Series: &atradv1.SeriesId{Symbol: symbol, Timeframe: "15m"}},
		Range:       &atradv1.Range{Last: &last},
		Expressions: expressions,
	}
}

func printIndicator(ctx context.Context, client *atrad.Client, name string) {
	list, err := client.ListIndicators(ctx, &atradv1.ListIndicatorsRequest{Search: name})
	if err != nil {
		log.Fatal(err)
	}
	for _, indicator := range list.Indicators {
		if indicator.Name != name {
			continue
		}
		var params []string
		for _, param := range indicator.Params {
			params = append(params, param.Name+"="+param.DefaultValue)
		}
		fmt.Printf("%s(%s): %s\n", name, strings.Join(params, ", "), indicator.Summary)
	}
}

func printAnswer(answer *atradv1.ComputeResponse) {
	fmt.Print("time")
	for _, column := range answer.Columns {
		fmt.Print("\t", column.Label)
	}
	fmt.Println()
	for row, opens := range answer.Times {
		fmt.Print(time.Unix(0, opens).UTC().Format("2006-01-02T15:04:05"))
		for _, column := range answer.Columns {
			fmt.Printf("\t%.6f", column.Values[row])
		}
		fmt.Println()
	}
}

func printError(err error) {
	told := status.Convert(err)
	fmt.Printf("error %s: %s\n", told.Code(), told.Message())
	if resource := atrad.Resource(err); resource != nil {
		fmt.Printf("  resource: %s %s\n", resource.ResourceType, resource.ResourceName)
	}
	for _, violation := range atrad.FieldViolations(err) {
		fmt.Printf("  field %s: %s\n", violation.Field, violation.Description)
	}
}
