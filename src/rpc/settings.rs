//! The settings of the server.

use std::time::Duration;

/// The settings of the server. A duration of 0 means no limit.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bearer token that callers must send, if any.
    pub token: Option<Box<str>>,
    /// The maximum size of a request message in bytes, before and after decompression.
    pub message_bytes_max: usize,
    /// The maximum number of concurrent connections. One more closes the connection that was idle for longest; if all are
    /// busy, it is closed itself.
    pub connections_max: usize,
    /// The same per peer: an IPv4 address or an IPv6 /64 network.
    pub connections_per_peer_max: usize,
    /// The time without a call after which a connection is closed.
    pub connection_idle: Duration,
    /// The age at which a connection is closed, once its calls have ended.
    pub connection_age: Duration,
    /// The time after which a connection is closed whose client reads nothing of what waits for it.
    pub stall_timeout: Duration,
    /// The maximum number of concurrent calls per connection (HTTP/2 MAX_CONCURRENT_STREAMS).
    pub streams_max: u32,
    /// The memory of all responses until they are sent, in bytes. A peer may use a quarter of it, a connection a sixteenth,
    /// but each may use as much as the largest answer.
    pub response_bytes_max: usize,
    /// The memory of all requests until they are read, in bytes, divided alike.
    pub request_bytes_max: usize,
    /// The drain timeout.
    pub drain: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: None,
            message_bytes_max: 64 << 20,
            connections_max: 1024,
            connections_per_peer_max: 512,
            connection_idle: Duration::from_secs(900),
            connection_age: Duration::ZERO,
            stall_timeout: Duration::from_secs(60),
            streams_max: 256,
            response_bytes_max: 1 << 30,
            request_bytes_max: 1 << 30,
            drain: Duration::from_secs(30),
        }
    }
}
