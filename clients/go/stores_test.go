package atrad

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"atrad/clients/go/atradv1"
)

func TestASeriesIsDescribedCutAndDeleted(t *testing.T) {
	ctx, client := demo(t)
	symbol := unique()
	if _, err := client.Ingest(ctx, symbol, "1m", minutes(90)); err != nil {
		t.Fatal(err)
	}
	info, err := client.GetSeries(ctx, symbol, "1m")
	if err != nil || info.GetRows() != 90 || info.GetEpoch() != 1 {
		t.Errorf("got %v, %v", info, err)
	}
	if info, err = client.GetSeries(ctx, symbol, "1m", AsOf(time.Unix(600, 0))); err != nil || info.GetRows() != 10 {
		t.Errorf("got %v, %v", info, err)
	}
	if info, err = client.GetSeries(ctx, symbol, "30m"); err != nil || info.GetRows() != 3 || info.GetResampledFrom() != "1m" {
		t.Errorf("got %v, %v", info, err)
	}
	for setting, option := range map[string]Option{"last": Last(1), "adjust": Adjust(atradv1.Adjust_ADJUST_SPLIT)} {
		_, err := client.GetSeries(ctx, symbol, "1m", option)
		if told := refusal(t, err); told.Fields[0].Path != setting {
			t.Errorf("got %v", told)
		}
	}
	if info, err = client.SetRetention(ctx, symbol, "1m", Retention{Rows: 20}); err != nil || info.GetRows() != 20 || info.GetRetention().GetRowsMax() != 20 {
		t.Errorf("got %v, %v", info, err)
	}
	if info, err = client.SetRetention(ctx, symbol, "1m", Retention{}); err != nil || info.GetRetention() != nil {
		t.Errorf("got %v, %v", info, err)
	}
	if _, err = client.SetRetention(ctx, symbol, "1m", Retention{Age: -1}); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if rows, err := client.DeleteSeries(ctx, symbol, "1m"); err != nil || rows != 20 {
		t.Errorf("got %d, %v", rows, err)
	}
	if _, err = client.GetSeries(ctx, symbol, "1m"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestCorporateActionsAreStoredListedAndDeleted(t *testing.T) {
	ctx, client := demo(t)
	symbol, date := unique(), time.Date(2020, 8, 31, 0, 0, 0, 0, time.UTC)
	actions := []*atradv1.CorporateAction{Dividend(date, 0.5), Split(date, 4)}
	if err := client.PutCorporateActions(ctx, symbol, actions...); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for found, err := range client.ListCorporateActions(ctx, symbol) {
		if seen++; err != nil || found.GetSymbol() != symbol || len(found.GetActions()) != 2 || found.GetActions()[0].GetExTime() != date.UnixNano() {
			t.Errorf("got %v, %v", found, err)
		}
	}
	if deleted, err := client.DeleteCorporateActions(ctx, symbol); seen != 1 || err != nil || deleted != 2 {
		t.Errorf("got %d, %v", deleted, err)
	}
	if err := client.PutCorporateActions(ctx, symbol, Split(date, 0)); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	calendars, err := client.ListCalendars(ctx, "york")
	if err != nil || !slices.ContainsFunc(calendars, func(each *atradv1.Calendar) bool { return each.GetZone() == "America/New_York" }) {
		t.Errorf("got %v, %v", calendars, err)
	}
}

func TestTheCacheKeepsBytes(t *testing.T) {
	ctx, client := demo(t)
	space := unique()
	if value, found, err := client.CacheGet(ctx, space, "a"); value != nil || found || err != nil {
		t.Errorf("got %v, %v, %v", value, found, err)
	}
	if err := client.CachePut(ctx, space, "a", []byte("one"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := client.CachePutMany(ctx, space, map[string][]byte{"b": []byte("two"), "c": {}}, 0); err != nil {
		t.Fatal(err)
	}
	if value, found, err := client.CacheGet(ctx, space, "a"); string(value) != "one" || !found || err != nil {
		t.Errorf("got %v, %v, %v", value, found, err)
	}
	if err := client.CacheDelete(ctx, space, "a"); err != nil {
		t.Error(err)
	}
	values, err := client.CacheGetMany(ctx, space, "a", "b", "c")
	if err != nil || len(values) != 2 || string(values["b"]) != "two" {
		t.Errorf("got %v, %v", values, err)
	}
}

func TestTimesToKeepAreRoundedUp(t *testing.T) {
	for ttl, want := range map[time.Duration]uint64{-1: 0, 0: 0, 1: 1, time.Microsecond: 1, time.Second: 1000, time.Second + 1: 1001} {
		if got := milliseconds(ttl); got != want {
			t.Errorf("%v: got %d, want %d", ttl, got, want)
		}
	}
}

func TestATokenWithAClockSeesWhatWasKnown(t *testing.T) {
	begin, folder := time.Date(1970, 1, 1, 0, 4, 0, 0, time.UTC), t.TempDir()
	entry := `{"name": %[1]q, "sha256": "%[2]x", "scopes": [%[3]s]}` + "\n"
	tokens := fmt.Sprintf(entry, "writer", sha256.Sum256([]byte("writer")), `"read", "write"`) +
		fmt.Sprintf(strings.Replace(entry, "}\n", `, "as_of": %[4]d, "clock": true}`, 1), "test", sha256.Sum256([]byte("test")), `"read"`, begin.UnixNano())
	if err := os.WriteFile(filepath.Join(folder, "tokens"), []byte(tokens), 0o600); err != nil {
		t.Fatal(err)
	}
	address, _ := serve(t, "127.0.0.1:0", "--data", filepath.Join(folder, "data"), "--tokens", filepath.Join(folder, "tokens"))
	ctx, writer, client := t.Context(), connected(t, address, WithToken("writer")), connected(t, address, WithToken("test"))
	if _, err := writer.Ingest(ctx, "S", "1m", minutes(10)); err != nil {
		t.Fatal(err)
	}
	if now, err := client.GetClock(ctx); err != nil || !now.Equal(begin) {
		t.Errorf("got %v, %v", now, err)
	}
	table, err := client.Compute(ctx, "S", "1m", Text("close"), Since(Version{}))
	if err != nil || table.Len() != 4 || table.Epoch != 0 {
		t.Fatalf("got %v, %v", table, err)
	}
	// The epoch says nothing here, the token all.
	for _, want := range []int{4, 7, 10} {
		if err := client.AdvanceClock(ctx, time.Unix(int64(60*want), 0)); err != nil {
			t.Fatal(err)
		}
		later, err := client.Compute(ctx, "S", "1m", Text("close"), Since(table.Version()))
		if err == nil {
			table, err = table.Updated(later)
		}
		if err != nil || table.Len() != want || !sameBits(table.Columns[0], minutes(10).Close[:want]) {
			t.Fatalf("got %v, %v", table, err)
		}
	}
	if err := client.AdvanceClock(ctx, begin); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
