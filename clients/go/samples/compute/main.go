// Compute lists an indicator, computes two expressions over a series, and shows how an error is told.
//
// Run `atrad serve --demo`, then `go run ./samples/compute`; ATRAD_ADDRESS names a server elsewhere.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	atrad "atrad/clients/go"
	"atrad/clients/go/atradv1"
	"atrad/clients/go/indicator"
)

func main() {
	client, err := atrad.Connect(os.Getenv("ATRAD_ADDRESS"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	list, err := client.Indicators.ListIndicators(ctx, &atradv1.ListIndicatorsRequest{Search: "rsi"})
	if err != nil {
		log.Fatal(err)
	}
	for _, found := range list.Indicators {
		if found.Name == "rsi" {
			var params []string
			for _, param := range found.Params {
				params = append(params, param.Name+"="+param.DefaultValue)
			}
			fmt.Printf("rsi(%s): %s\n", strings.Join(params, ", "), found.Summary)
		}
	}

	rsi := indicator.Rsi(indicator.RsiParams{Period: new(14)})
	macd := indicator.Macd(indicator.MacdParams{Fast: new(12), Slow: new(26), Signal: new(9)})
	answer, err := client.Compute(ctx, "BTCUSDT", "15m", atrad.Exprs(rsi.As("rsi"), macd.Hist.As("hist")), atrad.Last(5))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("time\t" + strings.Join(answer.Labels, "\t"))
	for time, values := range answer.Rows() {
		fmt.Printf("%s\t%.6f\t%.6f\n", time.Format("2006-01-02T15:04:05"), values[0], values[1])
	}

	whole, err := client.Compute(ctx, "BTCUSDT", "15m", atrad.Text("sma(close, 50)"))
	if err != nil {
		log.Fatal(err)
	}
	sum := 0.0
	for _, value := range whole.Columns[0][49:] {
		sum += value
	}
	fmt.Printf("sum of %d\t%.6f\n", whole.Len(), sum)

	_, err = client.Compute(ctx, "NOSUCH", "15m", atrad.Text("rsi(14)"))
	printError(err)
	_, err = client.Compute(ctx, "BTCUSDT", "15m", atrad.Text("rsi(0)"), atrad.Last(1))
	printError(err)
}

func printError(err error) {
	var failed *atrad.Error
	if !errors.As(err, &failed) {
		log.Fatal("not an error of the server: ", err)
	}
	fmt.Printf("error %d: %s\n", failed.Code, failed.Message)
	if failed.Resource != nil {
		fmt.Printf("  resource: %s %s\n", failed.Resource.Kind, failed.Resource.Name)
	}
	for _, field := range failed.Fields {
		fmt.Printf("  field %s: %s\n", field.Path, field.Message)
	}
}
