//go:build linux

// Board posts values to a board, and reads them from mapped memory, without a call.
//
// Run `atrad serve --listen unix:atrad.sock`, then `go run ./samples/board`; ATRAD_SOCKET is the path of the socket.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	atrad "atrad/clients/go"
	"atrad/clients/go/atradv1"
	"atrad/clients/go/board"
)

type agent struct {
	context.Context
	service   atradv1.BoardServiceClient
	namespace string
	reader    *board.Reader
}

// post returns the version of the value; with an expected one it may fail.
func (a *agent) post(name string, request *atradv1.PostValueRequest) (uint64, error) {
	request.Namespace, request.Name = a.namespace, name
	posted, err := a.service.PostValue(a, request)
	return posted.GetVersion(), err
}

func text(value string, expected *uint64) *atradv1.PostValueRequest {
	content := &atradv1.PostValueRequest_Data{Data: []byte(value)}
	return &atradv1.PostValueRequest{Content: content, ContentType: "text/plain", ExpectedVersion: expected}
}

func (a *agent) show(name string) {
	value, found, err := a.reader.Read(name)
	check(err)
	switch {
	case !found:
		fmt.Printf("%s\tno value\n", name)
	case value.Labels == nil:
		fmt.Printf("%s\t%s\t%s\n", name, value.ContentType, value.Data)
	default:
		fmt.Print(name)
		for at, label := range value.Labels {
			fmt.Print("\t" + label)
			for _, each := range value.Columns[at] {
				fmt.Printf("\t%.6f", each)
			}
		}
		fmt.Println()
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	client, err := atrad.Connect("unix:" + os.Getenv("ATRAD_SOCKET"))
	check(err)
	defer client.Close()
	ctx, namespace := context.Background(), fmt.Sprintf("SAMPLE-GO-%d", time.Now().UnixNano())
	found, err := client.Board.MapBoard(ctx, &atradv1.MapBoardRequest{Namespace: namespace})
	check(err)
	reader, err := board.Open(found.Path, found.Generation)
	check(err)
	defer reader.Close()

	here := &agent{ctx, client.Board, namespace, reader}
	first, err := here.post("risk/BTCUSDT", text("0.25", nil))
	check(err)
	columns := &atradv1.BoardColumns{Columns: []*atradv1.Column{
		{Label: "rsi", Values: []float64{31.5, 64.25}}, {Label: "size", Values: []float64{1, 0}},
	}}
	_, err = here.post("signals", &atradv1.PostValueRequest{Content: &atradv1.PostValueRequest_Columns{Columns: columns}})
	check(err)
	here.show("risk/BTCUSDT")
	here.show("signals")

	_, err = here.post("risk/BTCUSDT", text("0.5", &first))
	check(err)
	here.show("risk/BTCUSDT")
	_, err = here.post("risk/BTCUSDT", text("0.75", &first))
	var failed *atrad.Error
	if errors.As(err, &failed) {
		fmt.Printf("error %d\n", failed.Code)
	}
	_, err = client.Board.DeleteValue(ctx, &atradv1.DeleteValueRequest{Namespace: namespace, Name: "signals"})
	check(err)
	here.show("signals")
}
