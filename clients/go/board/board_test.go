//go:build linux

package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"atrad/clients/go/atradv1"
)

// TestServer reads what it posts to the server whose Unix socket is in ATRAD_SOCKET.
func TestServer(t *testing.T) {
	socket := os.Getenv("ATRAD_SOCKET")
	if socket == "" {
		t.Skip("ATRAD_SOCKET is not set")
	}
	conn, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client, ctx := atradv1.NewBoardServiceClient(conn), context.Background()
	found, err := client.MapBoard(ctx, &atradv1.MapBoardRequest{Namespace: "go"})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := Open(found.Path, found.Generation)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	post := func(request *atradv1.PostValueRequest) uint64 {
		request.Namespace, request.Name = "go", "value"
		posted, err := client.PostValue(ctx, request)
		if err != nil {
			t.Fatal(err)
		}
		return posted.Version
	}
	version := post(&atradv1.PostValueRequest{
		Content: &atradv1.PostValueRequest_Data{Data: []byte("hello")}, ContentType: "text/plain",
	})
	value, ok, err := reader.Read("value")
	if err != nil || !ok || value.Version != version || string(value.Data) != "hello" || value.ContentType != "text/plain" {
		t.Fatalf("%v %v %v", value, ok, err)
	}
	columns := &atradv1.BoardColumns{Times: []int64{1, 2, 3}, Columns: []*atradv1.Column{
		{Label: "a", Values: []float64{0.5, 1, 2}}, {Label: "b", Values: []float64{3, 4, 5}},
	}}
	post(&atradv1.PostValueRequest{Content: &atradv1.PostValueRequest_Columns{Columns: columns}})
	value, ok, err = reader.Read("value")
	if err != nil || !ok || value.Times[2] != 3 || value.Labels[1] != "b" || value.Columns[1][2] != 5 || value.Columns[0][0] != 0.5 {
		t.Fatalf("%v %v %v", value, ok, err)
	}
	if _, err := client.DeleteValue(ctx, &atradv1.DeleteValueRequest{Namespace: "go", Name: "value"}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := reader.Read("value"); ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := Open(found.Path, found.Generation+1); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Fatal(err)
	}
}

func TestNamesThatAreGoneAreForgotten(t *testing.T) {
	socket := os.Getenv("ATRAD_SOCKET")
	if socket == "" {
		t.Skip("ATRAD_SOCKET is not set")
	}
	conn, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client, ctx := atradv1.NewBoardServiceClient(conn), t.Context()
	found, err := client.MapBoard(ctx, &atradv1.MapBoardRequest{Namespace: "go-names"})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := Open(found.Path, found.Generation)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for number := range reader.slots + 10 {
		name := fmt.Sprint("signal/", number)
		content := &atradv1.PostValueRequest_Data{Data: []byte("x")}
		if _, err := client.PostValue(ctx, &atradv1.PostValueRequest{Namespace: "go-names", Name: name, Content: content}); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := reader.Read(name); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if _, err := client.DeleteValue(ctx, &atradv1.DeleteValueRequest{Namespace: "go-names", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	names := int64(0)
	reader.known.Range(func(any, any) bool {
		names++
		return true
	})
	if names == 0 || names > int64(reader.slots) || names != reader.knownNames.Load() {
		t.Errorf("%d names are known, counted as %d, of %d slots", names, reader.knownNames.Load(), reader.slots)
	}
}

func TestFilesThatAreNoBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, content := range []string{"", "short", strings.Repeat("ATRDBRD2", 1000), "ATRDBRD1" + strings.Repeat("\x09", 8000)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, 0); err == nil {
			t.Fatalf("%q was opened", content[:min(len(content), 20)])
		}
	}
	if err := syscall.Mkfifo(path+"pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path+"pipe", 0); err == nil {
		t.Fatal("a pipe was opened")
	}
	if _, err := Open(path+"x", 0); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}
