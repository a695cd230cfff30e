// Package atrad is a client of atrad, the compute server for technical indicators.
//
//	client, err := atrad.Connect("127.0.0.1:50051")
//	answer, err := client.Compute(ctx, "BTCUSDT", "15m", atrad.Text("rsi(14)", "macd(12, 26, 9).hist"), atrad.Last(100))
//	rsi := answer.Column("rsi(14)")
//
// Package indicator has a function per indicator; package atradv1 the messages and stubs of the API.
package atrad

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"atrad/clients/go/atradv1"
)

// Client is a connection to one server. It may be shared by goroutines.
//
// The methods cover what most callers need. The stubs beside them reach every method of the API, with the same retries,
// deadlines, token and errors.
type Client struct {
	Indicators   atradv1.IndicatorServiceClient
	Ingestion    atradv1.IngestServiceClient
	Series       atradv1.SeriesServiceClient
	SavedResults atradv1.SavedResultServiceClient
	Alerts       atradv1.AlertServiceClient
	Board        atradv1.BoardServiceClient
	Cache        atradv1.CacheServiceClient
	Admin        atradv1.AdminServiceClient
	Clock        atradv1.ClockServiceClient

	connection *grpc.ClientConn
	calls      *calls
}

// Connect prepares a connection; the first call opens it. The address is HOST:PORT, https://HOST:PORT for TLS by the
// well-known certificate authorities, or unix:PATH. An empty one stands for ATRAD_SERVER with the token of ATRAD_TOKEN, or
// for 127.0.0.1:50051.
func Connect(address string, options ...ConnectOption) (*Client, error) {
	target, err := newTarget(address, options)
	if err != nil {
		return nil, err
	}
	calls := &calls{timeout: target.timeout, authorization: target.authorization}
	own := append(target.dialOptions(), grpc.WithUnaryInterceptor(calls.unary), grpc.WithStreamInterceptor(calls.stream))
	connection, err := grpc.NewClient(target.address, append(own, target.more...)...)
	if err != nil {
		return nil, invalid("address", err.Error())
	}
	return &Client{
		Indicators:   atradv1.NewIndicatorServiceClient(connection),
		Ingestion:    atradv1.NewIngestServiceClient(connection),
		Series:       atradv1.NewSeriesServiceClient(connection),
		SavedResults: atradv1.NewSavedResultServiceClient(connection),
		Alerts:       atradv1.NewAlertServiceClient(connection),
		Board:        atradv1.NewBoardServiceClient(connection),
		Cache:        atradv1.NewCacheServiceClient(connection),
		Admin:        atradv1.NewAdminServiceClient(connection),
		Clock:        atradv1.NewClockServiceClient(connection),
		connection:   connection,
		calls:        calls,
	}, nil
}

// Connection is what stubs of other services are made of, such as health checks.
func (c *Client) Connection() grpc.ClientConnInterface {
	return c.connection
}

// Close closes the connection; calls that are under way fail.
func (c *Client) Close() error {
	return c.connection.Close()
}

// bounded is the context of one call with all its retries: the caller's deadline, or else the client's.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return c.calls.bounded(ctx, "")
}

// instant is a time of the API: nanoseconds since the Unix epoch.
func instant(when time.Time) *int64 {
	nanoseconds := when.UnixNano()
	return &nanoseconds
}
