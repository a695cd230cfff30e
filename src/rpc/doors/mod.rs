//! Doors: the sockets that the server listens on, and TLS over TCP.
//!
//! Knows no calls. A connection comes in here, and what is said over it is not looked at.

mod error;
mod reloading;
mod tls;
mod unix;
mod validity;

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpStream, UnixStream};

pub use self::error::DoorError;
pub(super) use self::reloading::{Reloading, read_file};
pub use self::tls::{Tls, TlsFiles};
pub use self::unix::{SOCKET_PATH_BYTES_MAX, UnixDoor};
use super::connection::peer::Peer;

/// One socket to listen on.
#[derive(Debug)]
pub enum Listener {
    /// A TCP address.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixDoor),
}

/// A connection as it comes in.
#[derive(Debug)]
pub(super) enum Arrival {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Everything that the server listens on.
#[derive(Debug)]
pub struct Doors {
    listeners: Vec<Listener>,
    /// What connections over TCP are guarded by.
    tls: Option<Arc<Tls>>,
    /// The listener that is asked first: each in turn, so that none is starved by another.
    first: usize,
}

impl Doors {
    /// Doors at these sockets.
    pub fn new(listeners: Vec<Listener>) -> Self {
        Self { listeners, tls: None, first: 0 }
    }

    /// The same doors, with TLS over TCP if given.
    pub fn with_tls(self, tls: Option<Arc<Tls>>) -> Self {
        Self { tls, ..self }
    }

    /// What connections over TCP are guarded by.
    pub(super) fn tls(&self) -> Option<&Arc<Tls>> {
        self.tls.as_ref()
    }

    /// The addresses, as in `127.0.0.1:50051` and `unix:/run/atrad.sock`.
    pub fn addresses(&self) -> io::Result<Vec<String>> {
        let address = |listener: &Listener| match listener {
            Listener::Tcp(listener) => listener.local_addr().map(|address| address.to_string()),
            Listener::Unix(door) => Ok(format!("unix:{}", door.path().display())),
        };
        self.listeners.iter().map(address).collect()
    }

    /// The next connection, and who is at its other end.
    pub(super) async fn accept(&mut self) -> io::Result<(Arrival, Peer)> {
        poll_fn(|context| self.poll_accept(context)).await
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(Arrival, Peer)>> {
        let count = self.listeners.len();
        for turn in 0..count {
            let at = (self.first + turn) % count;
            if let Poll::Ready(accepted) = self.listeners[at].poll_accept(context) {
                self.first = at + 1;
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    }
}

impl Listener {
    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(Arrival, Peer)>> {
        match self {
            Self::Tcp(listener) => {
                let accepted = listener.poll_accept(context);
                accepted.map_ok(|(stream, address)| (Arrival::Tcp(stream), Peer::Host(address.ip())))
            }
            Self::Unix(door) => {
                door.poll_accept(context).map_ok(|(stream, user)| (Arrival::Unix(stream), Peer::User(user)))
            }
        }
    }
}

impl From<TcpListener> for Doors {
    fn from(listener: TcpListener) -> Self {
        Self::new(vec![Listener::Tcp(listener)])
    }
}
