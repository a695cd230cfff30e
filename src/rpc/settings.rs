//! The settings of the server.

use std::sync::Arc;
use std::time::Duration;

use super::error::{Error, field};
use super::http::Extension;
use super::identity::Tokens;

/// An origin whose web pages may call: `https://app.example:8443`, or `*` for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsOrigin(Box<str>);

impl CorsOrigin {
    /// Checks an origin: a scheme and a host, with a port if it is not that of the scheme, and nothing after it.
    pub fn new(text: &str) -> Result<Self, Error> {
        let lower = text.to_ascii_lowercase();
        let rest = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
        let is_origin = rest.is_some_and(|host| {
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        });
        if text == "*" || is_origin {
            return Ok(Self(lower.into()));
        }
        let expected = "* or an origin as in https://app.example:8443, without a path";
        Err(field("cors_origin", expected, format!("{:?}", text.chars().take(80).collect::<String>())))
    }

    /// Any origin.
    pub(super) fn is_any(&self) -> bool {
        &*self.0 == "*"
    }

    /// The origin that a browser sends.
    pub(super) fn is(&self, given: &str) -> bool {
        self.0.eq_ignore_ascii_case(given)
    }
}

/// The settings of the server. A duration of 0 means no limit.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who may make which calls.
    pub tokens: Arc<Tokens>,
    /// The origins whose web pages may call; without any, no page may.
    pub cors_origins: Vec<CorsOrigin>,
    /// Whether the server has a page for browsers, at `/ui/`.
    pub page: bool,
    /// The maximum size of the metadata of a call in bytes, counted as in HTTP/2: 32 more for each entry.
    pub metadata_bytes_max: u32,
    /// The maximum size of a request message in bytes, before and after decompression.
    pub message_bytes_max: usize,
    /// The maximum number of concurrent connections. One more closes the connection that was idle for longest; if all are
    /// busy, it is closed itself.
    pub connections_max: usize,
    /// The same per peer: an IPv4 address, an IPv6 /64 network, or a user at a Unix socket.
    pub connections_per_peer_max: usize,
    /// The time without a call after which a connection is closed.
    pub connection_idle: Duration,
    /// The age at which a connection is closed, once its calls have ended.
    pub connection_age: Duration,
    /// The time after which a connection is closed whose client reads nothing of what waits for it.
    pub stall_timeout: Duration,
    /// The maximum number of concurrent calls per connection (HTTP/2 MAX_CONCURRENT_STREAMS).
    pub streams_max: u32,
    /// The maximum number of concurrent calls per caller, over all its connections: a token, or else a peer. A token may have
    /// a maximum of its own.
    pub calls_per_caller_max: usize,
    /// The memory of all responses until they are sent, in bytes. A caller may use a quarter of it, a connection a sixteenth,
    /// but each may use as much as the largest answer.
    pub response_bytes_max: usize,
    /// The memory of all requests until they are read, in bytes, divided alike.
    pub request_bytes_max: usize,
    /// The drain timeout.
    pub drain: Duration,
    /// What else the port serves.
    pub extensions: Vec<Arc<dyn Extension>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tokens: Arc::default(),
            cors_origins: Vec::new(),
            page: false,
            metadata_bytes_max: 16 << 10,
            message_bytes_max: 64 << 20,
            connections_max: 1024,
            connections_per_peer_max: 512,
            connection_idle: Duration::from_secs(900),
            connection_age: Duration::ZERO,
            stall_timeout: Duration::from_secs(60),
            streams_max: 256,
            calls_per_caller_max: 16_384,
            response_bytes_max: 1 << 30,
            request_bytes_max: 1 << 30,
            drain: Duration::from_secs(30),
            extensions: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for good in ["*", "https://app.example", "http://localhost:3000", "http://[::1]:3000", "HTTPS://App.Example"] {
            assert!(CorsOrigin::new(good).expect("good").is(good), "{good}");
        }
        for wrong in ["", "app.example", "https://", "https://app.example/", "https://*.example", "ftp://a", "null"] {
            let error = CorsOrigin::new(wrong).expect_err("refused").to_string();
            assert!(error.starts_with("cors_origin must be * or an origin") && error.contains(wrong), "{error}");
        }
    }
}
