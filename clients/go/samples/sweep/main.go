// Sweep counts the crossovers of many pairs of moving averages, and shows the three best.
//
// Run `atrad serve --demo`, then `go run ./samples/sweep`; ATRAD_ADDRESS names a server elsewhere.
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

	fast := Ema(EmaParams{Vary: Vary{"period": Steps(5, 50, 5).As("fast")}})
	slow := Ema(EmaParams{Vary: Vary{"period": Values(50, 100, 200).As("slow")}})
	by := atrad.SweepBy{Reductions: []string{"count_true", "mean"}, Where: "fast < slow", Top: 3}
	sweep, err := client.Sweep(context.Background(), "MSFT", "1d", atrad.Exprs(Crossover(fast, slow)), by)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d variants, %d tried, %d returned\n", sweep.Variants, sweep.Tried, sweep.Returned)
	for _, table := range sweep.Tables {
		for row := range table.Len() {
			fmt.Printf("%.0f\t%.0f", table.Column("fast")[row], table.Column("slow")[row])
			for _, label := range table.Labels {
				fmt.Printf("\t%s %.6f", label, table.Column(label)[row])
			}
			fmt.Println()
		}
	}
}
