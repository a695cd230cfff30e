// Watch stores bars, and watches an indicator over them while another one comes.
//
// Run `atrad serve --demo`, then `go run ./samples/watch`; ATRAD_ADDRESS names a server elsewhere.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	atrad "atrad/clients/go"
	"atrad/clients/go/indicator"
)

var start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// bars are those of some minutes.
func bars(from, to int) *atrad.Bars {
	made := &atrad.Bars{}
	for minute := from; minute < to; minute++ {
		price := 100 + float64(minute*minute%17)/4
		made.Times = append(made.Times, start.Add(time.Duration(minute)*time.Minute).UnixNano())
		made.Open, made.Close = append(made.Open, price), append(made.Close, price+0.25)
		made.High, made.Low = append(made.High, price+1), append(made.Low, price-1)
		made.Volume = append(made.Volume, float64(minute))
	}
	return made
}

func main() {
	client, err := atrad.Connect(os.Getenv("ATRAD_ADDRESS"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	symbol := fmt.Sprintf("SAMPLE-GO-%d", time.Now().UnixNano())

	store := func(from, to int) {
		receipt, err := client.Ingest(ctx, symbol, "1m", bars(from, to))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("accepted %d, replaced %d, ignored %d\n", receipt.Accepted, receipt.Replaced, receipt.Ignored)
	}
	store(0, 50)
	store(49, 50)

	next := 50
	of := atrad.WatchOf{Series: []atrad.Series{{Symbol: symbol, Timeframe: "1m"}}, Last: 2}
	ema := indicator.Ema(indicator.EmaParams{Period: new(9)}).As("ema")
	for update, err := range client.Watch(ctx, of, atrad.Exprs(indicator.Close, ema)) {
		if err != nil {
			log.Fatal(err)
		}
		for time, values := range update.Answer.Rows() {
			fmt.Printf("%s\t%.6f\t%.6f\n", time.Format("2006-01-02T15:04:05"), values[0], values[1])
		}
		if next == 53 {
			break
		}
		store(next, next+1)
		next++
	}
}
