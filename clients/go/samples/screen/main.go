// Screen finds the series above their moving average, the strongest first.
//
// Run `atrad serve --demo`, then `go run ./samples/screen`; ATRAD_ADDRESS names a server elsewhere.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	atrad "atrad/clients/go"
	. "atrad/clients/go/indicator"
)

func main() {
	client, err := atrad.Connect(os.Getenv("ATRAD_ADDRESS"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	rsi := Rsi(RsiParams{Period: new(14)})
	condition := Close.Gt(Sma(SmaParams{Period: new(50)}))
	by := atrad.ScreenBy{Symbols: []string{"AAPL", "MS*", "IBM", "GOOG"}, RankBy: rsi}
	screen, err := client.Screen(context.Background(), "1d", condition, atrad.Exprs(Close, rsi.As("rsi")), by)
	if err != nil {
		log.Fatal(err)
	}
	for _, hit := range screen.Hits {
		fmt.Printf("%s\t%s\t%.6f", hit.Series, hit.Time.Format("2006-01-02T15:04:05"), hit.Rank)
		for at, value := range hit.Values {
			fmt.Printf("\t%s %.6f", screen.Labels[at], value)
		}
		fmt.Println()
	}
	fmt.Printf("%d of %d\n", screen.Matched, screen.Scanned)
}
