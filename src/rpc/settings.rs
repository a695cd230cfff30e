//! The settings of the server.

use std::fmt;
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::error::{Error, field};

/// A bearer token: 1 to 4096 visible ASCII characters. Its `Debug` does not show it.
#[derive(Clone)]
pub struct Token(Box<str>);

impl Token {
    /// The longest token, in bytes.
    pub const BYTES_MAX: usize = 4096;

    /// Checks a token. The error does not show it.
    pub fn new(text: &str) -> Result<Self, Error> {
        let given = match text.len() {
            0 => "none".into(),
            1..=Self::BYTES_MAX if text.bytes().all(|byte| byte.is_ascii_graphic()) => return Ok(Self(text.into())),
            1..=Self::BYTES_MAX => "other characters".into(),
            bytes => bytes.to_string(),
        };
        Err(field("token", format!("1 to {} visible ASCII characters", Self::BYTES_MAX), given))
    }

    /// The text, to be sent and never to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that depends only on the lengths.
    pub(super) fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The settings of the server. A duration of 0 means no limit.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bearer token that callers must send, if any.
    pub token: Option<Token>,
    /// The bearer token of admin calls; without one, they are accepted from this machine only.
    pub admin_token: Option<Token>,
    /// The maximum size of the metadata of a call in bytes, counted as in HTTP/2: 32 more for each entry.
    pub metadata_bytes_max: u32,
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
            admin_token: None,
            metadata_bytes_max: 16 << 10,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_checked_and_not_shown() {
        let long = "x".repeat(4097);
        for (wrong, given) in
            [("", "none"), ("se cret", "other characters"), ("secr\u{e9}t\n", "other characters"), (&long, "4097")]
        {
            let error = Token::new(wrong).expect_err("refused").to_string();
            assert_eq!(error, format!("token must be 1 to 4096 visible ASCII characters, got {given}"));
        }
        assert_eq!(format!("{:?}", Token::new("secret").expect("good")), "Token(..)");
    }
}
