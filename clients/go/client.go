// Package atrad connects to atrad, the compute server for technical indicators. Messages and stubs are generated, in
// atradv1; this file holds what every caller would else write again: the options of the connection and the reading of errors.
package atrad

import (
	"context"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"atrad/clients/go/atradv1"
)

// messageBytesMax bounds one message in either direction.
const messageBytesMax = 64 << 20

// retries makes a call again when no server was there to take it; a stream of batches is the caller's to resume.
const retries = `{"methodConfig": [{"name": [
	{"service": "atrad.v1.IndicatorService"}, {"service": "atrad.v1.SeriesService"}, {"service": "atrad.v1.CacheService"},
	{"service": "atrad.v1.IngestService", "method": "Ingest"}
], "retryPolicy": {"maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "5s", "backoffMultiplier": 2,
	"retryableStatusCodes": ["UNAVAILABLE"]}}]}`

// Client is a connection to one server, with one field per service. It may be shared by goroutines.
type Client struct {
	atradv1.IndicatorServiceClient
	atradv1.IngestServiceClient
	atradv1.SeriesServiceClient
	Cache atradv1.CacheServiceClient

	connection *grpc.ClientConn
}

// Dial prepares a connection without TLS to address; the first call opens it. Options given come after its own.
func Dial(address string, options ...grpc.DialOption) (*Client, error) {
	own := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(retries),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(messageBytesMax), grpc.MaxCallSendMsgSize(messageBytesMax)),
	}
	connection, err := grpc.NewClient(address, append(own, options...)...)
	if err != nil {
		return nil, err
	}
	return &Client{
		IndicatorServiceClient: atradv1.NewIndicatorServiceClient(connection),
		IngestServiceClient:    atradv1.NewIngestServiceClient(connection),
		SeriesServiceClient:    atradv1.NewSeriesServiceClient(connection),
		Cache:                  atradv1.NewCacheServiceClient(connection),
		connection:             connection,
	}, nil
}

// Close closes the connection; calls that are under way fail.
func (c *Client) Close() error {
	return c.connection.Close()
}

// Token is a dial option's credential that sends a bearer token with every call.
type Token string

// GetRequestMetadata makes the header of a call.
func (t Token) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(t)}, nil
}

// RequireTransportSecurity is false: a server on the same host or in the same cluster has no TLS.
func (t Token) RequireTransportSecurity() bool {
	return false
}

// FieldViolations tells which fields of the request an error is about; none when no field is to blame.
func FieldViolations(err error) []*errdetails.BadRequest_FieldViolation {
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			return bad.GetFieldViolations()
		}
	}
	return nil
}

// Resource tells what was not found; nil when the error is about something else.
func Resource(err error) *errdetails.ResourceInfo {
	for _, detail := range status.Convert(err).Details() {
		if resource, ok := detail.(*errdetails.ResourceInfo); ok {
			return resource
		}
	}
	return nil
}
