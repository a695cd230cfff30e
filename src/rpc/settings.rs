//! The settings of the server.

use std::time::Duration;

/// The settings of the server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bearer token that callers must send, if any.
    pub token: Option<Box<str>>,
    /// The maximum size of a request message in bytes, before and after decompression.
    pub message_bytes_max: usize,
    /// The maximum number of concurrent connections; more are closed at once.
    pub connections_max: usize,
    /// The maximum number of concurrent calls per connection (HTTP/2 MAX_CONCURRENT_STREAMS).
    pub streams_max: u32,
    /// The drain timeout.
    pub drain: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: None,
            message_bytes_max: 64 << 20,
            connections_max: 1024,
            streams_max: 256,
            drain: Duration::from_secs(30),
        }
    }
}
