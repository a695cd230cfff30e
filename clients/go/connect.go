package atrad

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

const (
	windowBytes = 8 << 20
	// The server bounds its messages; what it sends is taken.
	messageBytesMax = 1<<31 - 1
	defaultTimeout  = time.Minute
)

// TLS has files in PEM. The zero value trusts the certificate authorities of the system.
type TLS struct {
	// CA holds the certificates to trust, instead of those of the system.
	CA string
	// Cert and Key are the certificate of this client and its key, for servers that ask for one (mTLS).
	Cert, Key string
	// ServerName is the name in the server's certificate, where it is not the host of the address.
	ServerName string
}

// ConnectOption is an option of a connection.
type ConnectOption func(*target) error

// WithToken sends a bearer token with every call.
func WithToken(token string) ConnectOption {
	return func(t *target) error {
		for _, char := range []byte(token) {
			if char <= ' ' || char > '~' {
				return invalid("token", "token must be ASCII without spaces")
			}
		}
		if token == "" {
			return invalid("token", "token must not be empty")
		}
		t.authorization = "Bearer " + token
		return nil
	}
}

// WithTLS connects by TLS.
func WithTLS(files TLS) ConnectOption {
	return func(t *target) (err error) {
		t.credentials, err = files.credentials()
		return err
	}
}

// WithTimeout bounds every call whose context has no deadline, retries included: a minute unless set, 0 waits for ever.
// Watches and backups have no bound of their own.
func WithTimeout(timeout time.Duration) ConnectOption {
	return func(t *target) error {
		t.timeout = timeout
		return nil
	}
}

// WithDialOptions adds options of gRPC, which come after the client's own.
func WithDialOptions(options ...grpc.DialOption) ConnectOption {
	return func(t *target) error {
		t.more = append(t.more, options...)
		return nil
	}
}

// target is where a server is and how to reach it.
type target struct {
	address       string
	authorization string
	credentials   credentials.TransportCredentials
	timeout       time.Duration
	more          []grpc.DialOption
}

func newTarget(address string, options []ConnectOption) (*target, error) {
	t := &target{timeout: defaultTimeout}
	if address == "" {
		address = cmp.Or(os.Getenv("ATRAD_SERVER"), "127.0.0.1:50051")
		if token := os.Getenv("ATRAD_TOKEN"); token != "" {
			options = append([]ConnectOption{WithToken(token)}, options...)
		}
	}
	isSecure, err := t.read(address)
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		if err := option(t); err != nil {
			return nil, err
		}
	}
	if t.credentials == nil && isSecure {
		t.credentials = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	if t.credentials == nil {
		t.credentials = insecure.NewCredentials()
	}
	return t, nil
}

// read takes the address apart, and tells whether it asks for TLS.
func (t *target) read(address string) (bool, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		t.address = "unix:" + path
		return false, nil
	}
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "http", address
	}
	rest = strings.TrimSuffix(rest, "/")
	host, port, err := net.SplitHostPort(rest)
	number, _ := strconv.Atoi(port)
	isSecure := scheme == "https" || scheme == "grpcs"
	known := isSecure || scheme == "http" || scheme == "grpc"
	if err != nil || !known || host == "" || strings.Contains(rest, "/") || number < 1 || number > 65535 {
		return false, invalid("address", fmt.Sprintf("address must be HOST:PORT, unix:PATH or https://HOST:PORT, got %q", address))
	}
	t.address = rest
	return isSecure, nil
}

func (t *target) dialOptions() []grpc.DialOption {
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(t.credentials),
		grpc.WithInitialWindowSize(windowBytes),
		grpc.WithInitialConnWindowSize(windowBytes),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(messageBytesMax), grpc.MaxCallSendMsgSize(messageBytesMax)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 2 * time.Minute}),
		// A server that restarts is back soon; the defaults wait for up to two minutes.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
	}
	if strings.HasPrefix(t.address, "unix:") {
		// The path is no authority: strict servers refuse it.
		options = append(options, grpc.WithAuthority("localhost"))
	}
	return options
}

func (f TLS) credentials() (credentials.TransportCredentials, error) {
	config := &tls.Config{ServerName: f.ServerName, MinVersion: tls.VersionTLS12}
	if (f.Cert == "") != (f.Key == "") {
		return nil, invalid("tls", "Cert and Key of a client come together")
	}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, invalid("tls", f.CA+" holds no certificate in PEM")
		}
	}
	if f.Cert != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config), nil
}
