//! Who is at the other end of a connection.

use std::fmt;
use std::net::IpAddr;

use crate::app::Caller;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rpc) enum Peer {
    /// This process.
    Process,
    /// A host.
    Host(IpAddr),
    /// A process of this user of this machine, at a Unix socket.
    User(u32),
}

/// Where the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rpc) enum Origin {
    /// In this process.
    Process,
    /// At a loopback address or a Unix socket.
    Local,
    /// Elsewhere, or unknown.
    Remote,
}

impl Peer {
    /// Where it is.
    pub(in crate::rpc) fn origin(self) -> Origin {
        match self {
            Self::Process => Origin::Process,
            Self::User(_) => Origin::Local,
            Self::Host(address) if address.to_canonical().is_loopback() => Origin::Local,
            Self::Host(_) => Origin::Remote,
        }
    }

    /// The user of this machine at its other end, if it is a process at a Unix socket.
    pub(in crate::rpc) fn user(self) -> Option<u32> {
        match self {
            Self::User(id) => Some(id),
            Self::Process | Self::Host(_) => None,
        }
    }

    /// The caller behind a connection.
    pub(super) fn caller(self, connection: u64) -> Caller {
        match self {
            Self::Process => Caller { connection, ..Caller::default() },
            Self::Host(address) => Caller::peer(address, connection),
            Self::User(id) => Caller::user(id, connection),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("this process"),
            Self::Host(address) => address.to_canonical().fmt(f),
            Self::User(id) => write!(f, "uid {id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_at_loopback_are_local() {
        for (address, origin) in [
            ("127.0.0.1", Origin::Local),
            ("127.9.9.9", Origin::Local),
            ("::1", Origin::Local),
            ("::ffff:127.0.0.1", Origin::Local),
            ("10.0.0.1", Origin::Remote),
            ("::ffff:10.0.0.1", Origin::Remote),
            ("0.0.0.0", Origin::Remote),
            ("fe80::1", Origin::Remote),
        ] {
            assert_eq!(Peer::Host(address.parse().expect("an address")).origin(), origin, "{address}");
        }
        assert_eq!(Peer::User(7).origin(), Origin::Local);
    }

    #[test]
    fn peers_are_told_apart_in_logs() {
        let host = |text: &str| Peer::Host(text.parse().expect("an address")).to_string();
        assert_eq!((host("::ffff:10.0.0.1"), host("::1")), ("10.0.0.1".into(), "::1".into()));
        assert_eq!(Peer::User(1000).to_string(), "uid 1000");
    }
}
