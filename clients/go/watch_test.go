package atrad

import (
	"errors"
	"testing"

	"atrad/clients/go/atradv1"
)

func TestAWatchGoesOnAfterItsSeriesFailed(t *testing.T) {
	ctx, client := demo(t)
	symbol, told := unique(), 0
	if _, err := client.Ingest(ctx, symbol, "1m", minutes(3)); err != nil {
		t.Fatal(err)
	}
	of := WatchOf{Series: []Series{{symbol, "1m"}}, Last: 2, WaitForSeries: true}
	for update, err := range client.Watch(ctx, of, Text("close")) {
		if err != nil {
			t.Fatal(err)
		}
		switch told++; told {
		case 1:
			if update.Err != nil || update.Answer.Len() != 2 {
				t.Fatalf("got %v", update)
			}
			if _, err := client.Series.DeleteSeries(ctx, &atradv1.DeleteSeriesRequest{Series: Series{symbol, "1m"}.id()}); err != nil {
				t.Fatal(err)
			}
		case 2:
			if !errors.Is(update.Err, ErrNotFound) || update.Answer.Len() != 0 || update.Series.Symbol != symbol {
				t.Fatalf("got %v", update)
			}
			if _, err := client.Ingest(ctx, symbol, "1m", minutes(5)); err != nil {
				t.Fatal(err)
			}
		default:
			if update.Answer.Len() > 0 {
				if last := update.Answer.Times[update.Answer.Len()-1]; update.Err != nil || last != minutes(5).Times[4] {
					t.Fatalf("got %v", update)
				}
				return
			}
		}
	}
}
