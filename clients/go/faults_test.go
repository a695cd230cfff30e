package atrad

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"atrad/clients/go/atradv1"
)

// serve starts the server of ATRAD_BINARY, and returns its address and what stops it.
func serve(t *testing.T, listen string, arguments ...string) (string, func()) {
	t.Helper()
	binary := os.Getenv("ATRAD_BINARY")
	if binary == "" {
		t.Skip("ATRAD_BINARY names no server to start")
	}
	process := exec.Command(binary, append([]string{"serve", "--listen", listen}, arguments...)...)
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	stop := func() {
		_ = process.Process.Signal(os.Interrupt)
		_ = process.Wait()
	}
	t.Cleanup(stop)
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal("the server does not start: ", err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), stop
}

func closeOf(ctx context.Context, client *Client) error {
	_, err := client.Compute(ctx, "IBM", "1d", Text("close"), Last(1))
	return err
}

func TestNoServerIsToldAfterAFewTries(t *testing.T) {
	client, began := connected(t, "127.0.0.1:1"), time.Now()
	if err := closeOf(t.Context(), client); !errors.Is(err, ErrUnavailable) || time.Since(began) > 15*time.Second {
		t.Errorf("got %v after %v", err, time.Since(began))
	}
}

func TestATokenIsSentAndAWrongOneIsTold(t *testing.T) {
	address, _ := serve(t, "127.0.0.1:0", "--demo", "--data", t.TempDir(), "--token", "secret")
	if err := closeOf(t.Context(), connected(t, address, WithToken("secret"))); err != nil {
		t.Error(err)
	}
	for _, options := range [][]ConnectOption{nil, {WithToken("wrong")}} {
		client := connected(t, address, options...)
		if err := closeOf(t.Context(), client); !errors.Is(err, ErrDenied) {
			t.Errorf("got %v", err)
		}
		for _, err := range client.ComputeStream(t.Context(), "IBM", "1d", Text("close")) {
			if !errors.Is(err, ErrDenied) {
				t.Errorf("got %v", err)
			}
		}
	}
	t.Setenv("ATRAD_SERVER", address)
	t.Setenv("ATRAD_TOKEN", "secret")
	if err := closeOf(t.Context(), connected(t, "")); err != nil {
		t.Error(err)
	}
}

func TestAUnixSocketIsAnAddress(t *testing.T) {
	folder := t.TempDir()
	address, _ := serve(t, "unix:"+filepath.Join(folder, "s"), "--demo", "--data", filepath.Join(folder, "data"))
	if err := closeOf(t.Context(), connected(t, address)); err != nil {
		t.Error(err)
	}
}

func TestAnAddressMayBeOfIPv6(t *testing.T) {
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6")
	}
	listener.Close()
	address, _ := serve(t, "[::1]:0", "--demo", "--data", t.TempDir())
	for _, where := range []string{address, "http://" + address + "/"} {
		if err := closeOf(t.Context(), connected(t, where)); err != nil {
			t.Error(err)
		}
	}
}

// certificates writes those of a server and a client, and their authority.
func certificates(t *testing.T) func(name string) string {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	var authority *x509.Certificate
	var authorityKey *ecdsa.PrivateKey
	for serial, name := range []string{"ca", "server", "client"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		made := &x509.Certificate{
			SerialNumber: big.NewInt(int64(serial + 1)), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"atrad.test"},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			IsCA: name == "ca", BasicConstraintsValid: true,
		}
		if name == "ca" {
			made.KeyUsage = x509.KeyUsageCertSign
			authority, authorityKey = made, key
		}
		signed, err := x509.CreateCertificate(rand.Reader, made, authority, &key.PublicKey, authorityKey)
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		for suffix, block := range map[string]*pem.Block{
			".pem": {Type: "CERTIFICATE", Bytes: signed}, ".key": {Type: "PRIVATE KEY", Bytes: bytes},
		} {
			if err := os.WriteFile(path(name+suffix), pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return path
}

func TestTLSBothWays(t *testing.T) {
	path := certificates(t)
	address, _ := serve(t, "127.0.0.1:0", "--demo", "--data", t.TempDir(), "--tls-cert", path("server.pem"), "--tls-key", path("server.key"),
		"--tls-client-ca", path("ca.pem"))
	mutual := TLS{CA: path("ca.pem"), Cert: path("client.pem"), Key: path("client.key"), ServerName: "atrad.test"}
	if err := closeOf(t.Context(), connected(t, "https://"+address, WithTLS(mutual))); err != nil {
		t.Error(err)
	}
	unknown, elsewhere := mutual, mutual
	unknown.Cert, unknown.Key, elsewhere.ServerName = "", "", ""
	for _, refused := range []TLS{unknown, elsewhere, {}} {
		client := connected(t, address, WithTLS(refused), WithTimeout(2*time.Second))
		if err := closeOf(t.Context(), client); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%v: got %v", refused, err)
		}
	}
}

func TestWrongOptionsAreToldAtOnce(t *testing.T) {
	for field, connect := range map[string]func() (*Client, error){
		"address": func() (*Client, error) { return Connect("localhost") },
		"token":   func() (*Client, error) { return Connect("a:1", WithToken("a b")) },
		"tls":     func() (*Client, error) { return Connect("a:1", WithTLS(TLS{Cert: "a"})) },
	} {
		if _, err := connect(); refusal(t, err).Fields[0].Path != field {
			t.Errorf("got %v", err)
		}
	}
	for _, address := range []string{"a:port", "a:70000", "https://a:1/b", "ftp://a:1", ":1"} {
		if _, err := Connect(address); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

func TestAServerThatRestartsIsFoundAgain(t *testing.T) {
	data := t.TempDir()
	address, stop := serve(t, "127.0.0.1:0", "--data", data)
	client := connected(t, address)
	if _, err := client.Ingest(t.Context(), "S", "1m", minutes(1000)); err != nil {
		t.Fatal(err)
	}
	seen, watched := make(chan int, 100), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(watched)
		of := WatchOf{Series: []Series{{"S", "1m"}}, Last: 1}
		for update, err := range client.Watch(ctx, of, Text("close")) {
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				return
			}
			seen <- int(update.Answer.Times[0] / int64(time.Minute))
		}
	}()
	if first := <-seen; first != 999 {
		t.Fatalf("got %d", first)
	}
	stop()
	time.AfterFunc(300*time.Millisecond, func() { serve(t, address, "--data", data) })
	// Asked while nobody is there.
	answer, err := client.Compute(t.Context(), "S", "1m", Text("close"), Last(5))
	if err != nil || answer.Len() != 5 {
		t.Fatalf("got %v, %v", answer, err)
	}
	receipt, err := client.Ingest(t.Context(), "S", "1m", minutes(1002))
	if err != nil || receipt.Ignored != 1000 || receipt.Accepted != 2 {
		t.Errorf("got %v, %v", receipt, err)
	}
	// The watch goes on where it broke off.
	if next := <-seen; next != 1000 {
		t.Errorf("got %d", next)
	}
	cancel()
	<-watched
}

func TestACallIsCancelledOrLate(t *testing.T) {
	_, client := demo(t)
	var slow []string
	for period := range 60 {
		slow = append(slow, "wma("+big.NewInt(int64(40_000+period)).String()+")")
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := client.Compute(ctx, "BTCUSDT", "15m", Text(slow...)); !errors.Is(err, ErrCancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	late := connected(t, os.Getenv("ATRAD_ADDRESS"), WithTimeout(5*time.Millisecond))
	if _, err := late.Compute(t.Context(), "BTCUSDT", "15m", Text(slow...)); !errors.Is(err, ErrDeadline) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	closed := connected(t, os.Getenv("ATRAD_ADDRESS"))
	closed.Close()
	if err := closeOf(t.Context(), closed); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v", err)
	}
}

func TestEveryCodeThatTheServerHasIsAKind(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(string(page), -1)
	if len(rows) < 13 {
		t.Fatalf("%d codes are documented", len(rows))
	}
	for _, row := range rows {
		var code codes.Code
		if err := code.UnmarshalJSON([]byte(`"` + row[1] + `"`)); err != nil {
			t.Fatal(err)
		}
		if _, known := kinds[code]; !known {
			t.Errorf("%v has no kind", code)
		}
	}
	if err := error(&Error{Code: codes.Aborted}); !errors.Is(err, ErrConflict) || errors.Is(err, ErrPrecondition) {
		t.Error("ABORTED is not a conflict")
	}
}

func TestWhatAMethodWouldIgnoreIsRefused(t *testing.T) {
	// Nothing is sent: there is no server.
	client, ctx, series := connected(t, "127.0.0.1:1"), t.Context(), []Series{{"A", "1d"}, {"B", "1d"}}
	correlate := func(given Option) error {
		_, err := client.Correlate(ctx, series, &atradv1.CorrelateRequest{}, given)
		return err
	}
	screen := func(given Option) error {
		_, err := client.Screen(ctx, "1d", nil, nil, ScreenBy{}, given)
		return err
	}
	batch := func(given Option) (last error) {
		for _, err := range client.Batch(ctx, series, Text("close"), given) {
			last = err
		}
		return last
	}
	_, swept := client.Sweep(ctx, "A", "1d", Text("ema(2..3)"), SweepBy{Reductions: []string{"last"}}, Persist(0))
	_, read := client.ReadBars(ctx, "A", "1d", Persist(0))
	for _, each := range []struct {
		setting string
		err     error
	}{
		{"persist", correlate(Persist(0))}, {"persist", batch(Persist(0))},
		{"persist", swept}, {"persist", read}, {"last", screen(Last(5))}, {"from", screen(From(time.Now()))},
		{"until", screen(Until(time.Now()))}, {"persist", screen(Persist(0))},
	} {
		if fields := refusal(t, each.err).Fields; len(fields) != 1 || fields[0].Path != each.setting {
			t.Errorf("%s: got %v", each.setting, each.err)
		}
	}
}
