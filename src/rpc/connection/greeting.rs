//! The first bytes of a connection, read before HTTP is set up: whoever says nothing costs a socket and nothing else.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The timeout of the first bytes of a connection, the handshake of TLS included.
pub(super) const GREETING_TIMEOUT: Duration = Duration::from_secs(10);

/// What a client of HTTP/2 says first (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The bytes read so far, which HTTP has to read again.
#[derive(Debug, Default)]
pub(super) struct Greeting {
    bytes: [u8; PREFACE.len()],
    len: usize,
}

impl Greeting {
    /// Reads until the preface of HTTP/2 is there, or something else, which is HTTP/1. Ends early with the stream.
    pub(super) async fn read(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut greeting = Self::default();
        while greeting.len < PREFACE.len() && PREFACE.starts_with(greeting.bytes()) {
            let read = io.read(&mut greeting.bytes[greeting.len..]).await?;
            if read == 0 {
                break;
            }
            greeting.len += read;
        }
        Ok(greeting)
    }

    /// Whether it is that of HTTP/2; what begins otherwise is HTTP/1.
    pub(super) fn is_http2(&self) -> bool {
        self.bytes() == PREFACE
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn a_preface_is_read_whole_and_anything_else_as_far_as_it_shows() {
        for (sent, read) in [
            (&PREFACE[..], &PREFACE[..]),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore", PREFACE),
            (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"),
            (b"", b""),
        ] {
            let (mut client, mut server) = tokio::io::duplex(1024);
            client.write_all(sent).await.expect("sent");
            drop(client);
            assert_eq!(Greeting::read(&mut server).await.expect("read").bytes(), read);
        }
    }

    #[tokio::test]
    async fn half_a_preface_waits_for_the_other() {
        let (mut client, mut server) = tokio::io::duplex(1024);
        client.write_all(&PREFACE[..9]).await.expect("sent");
        let mut read = Box::pin(Greeting::read(&mut server));
        assert!(read.as_mut().now_or_never().is_none());
        client.write_all(&PREFACE[9..]).await.expect("sent");
        assert_eq!(read.await.expect("read").bytes(), PREFACE);
    }
}
