//! What work knows of the call it is done for.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use tokio::time::{Instant, timeout_at};
use xxhash_rust::xxh3::xxh3_64;

use super::byte_budget::{BytesHeld, CallMemory, UNCOUNTED_BYTES_MAX};
use super::identity::Identity;
use crate::app::Error;
use crate::series::{SeriesId, Symbol};

/// Who asks. Fair queueing divides the CPU among groups first, and the share of a group among its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Caller {
    /// The token; or else the peer: an IPv4 address, the /64 network of an IPv6 address, which one host owns as a whole, or
    /// a user of this machine.
    pub group: u64,
    /// The connection.
    pub connection: u64,
    /// How many times the share of others is that of the group; 0 counts as 1.
    pub share: u16,
}

impl Caller {
    /// The caller behind a connection.
    pub fn peer(address: IpAddr, connection: u64) -> Self {
        let group = match address.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
        };
        Self { group, connection, share: 1 }
    }

    /// The caller behind a connection from a process of this user of this machine.
    pub fn user(id: u32, connection: u64) -> Self {
        Self { group: USERS | u64::from(id), connection, share: 1 }
    }

    /// The caller with a token of this name, over a connection.
    pub fn token(name: &str, share: u16, connection: u64) -> Self {
        Self { group: TOKENS | xxh3_64(name.as_bytes()) >> 16, connection, share }
    }
}

/// The groups of tokens and of users. Multicast networks (ff00::/8) are nobody's address, so no peer is in one of them.
const TOKENS: u64 = 0xff01 << 48;
const USERS: u64 = 0xff02 << 48;

/// The call that work is done for.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// Work for it stops then.
    pub deadline: Option<Instant>,
    /// Who asks.
    pub caller: Caller,
    /// Whether some of its work was admitted: what is left of it is not refused then, however busy the server is.
    pub has_begun: Arc<AtomicBool>,
    /// Whom its token stands for, which bounds what it may reach; `None` reaches everything.
    pub identity: Option<Arc<Identity>>,
    /// The time of the clock of its token when the call began; `None` without a clock.
    pub clock: Option<i64>,
    /// The memory of its answers.
    pub memory: Arc<CallMemory>,
}

impl CallContext {
    /// The `as_of` of a request, within what the caller may see.
    pub(crate) fn as_of(&self, asked: Option<i64>) -> Option<i64> {
        self.fixed_as_of().map(|max| asked.map_or(max, |asked| asked.min(max))).or(asked)
    }

    /// The time that the token of the caller fixes, which it sees at most; `None` if it sees what there is now.
    pub(crate) fn fixed_as_of(&self) -> Option<i64> {
        self.clock.or_else(|| self.identity.as_ref().and_then(|identity| identity.as_of))
    }

    /// Says that its work is admitted.
    pub(crate) fn begin(&self) {
        self.has_begun.store(true, Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.load(Relaxed)
    }

    /// The same, of a caller who sees at most what was known at this time, too.
    #[must_use]
    pub fn within(&self, as_of: Option<i64>) -> Self {
        Self { clock: self.as_of(as_of), ..self.clone() }
    }

    /// An error if the caller may not see what was known at this time; `None` is now.
    pub fn permit_as_of(&self, as_of: Option<i64>) -> Result<(), Error> {
        self.identity.as_ref().map_or(Ok(()), |identity| identity.permit_as_of(as_of, self.fixed_as_of()))
    }

    /// An error if the caller may not reach this series.
    pub fn permit(&self, id: &SeriesId) -> Result<(), Error> {
        self.permit_symbol(&id.symbol)
    }

    /// An error if the caller may not reach series of this symbol.
    pub fn permit_symbol(&self, symbol: &Symbol) -> Result<(), Error> {
        self.identity.as_ref().map_or(Ok(()), |identity| identity.permit_symbol(symbol))
    }

    /// An error if there are symbols that the caller may not reach, or if it may not see them as they are now: for what is done
    /// on its behalf without it.
    pub fn permit_all(&self) -> Result<(), Error> {
        self.permit_as_of(None)?;
        self.identity.as_ref().map_or(Ok(()), |identity| identity.permit_every_symbol())
    }

    /// An error if the caller may not reach this namespace of the cache.
    pub fn permit_namespace(&self, namespace: &str) -> Result<(), Error> {
        self.identity.as_ref().map_or(Ok(()), |identity| identity.permit_namespace(namespace))
    }

    /// An error if the caller may store nothing, in a call that only reads otherwise.
    pub fn permit_write(&self, what: &'static str) -> Result<(), Error> {
        self.identity.as_ref().map_or(Ok(()), |identity| identity.permit_write(what))
    }

    /// Whether a list may show the caller series of this symbol.
    pub(crate) fn shows(&self, symbol: &Symbol) -> bool {
        self.identity.as_ref().is_none_or(|identity| identity.reaches(symbol.as_str()))
    }

    /// Waits for the memory of an answer, until the deadline.
    pub(crate) async fn reserve(&self, bytes: usize) -> Result<BytesHeld, Error> {
        if bytes <= UNCOUNTED_BYTES_MAX {
            return Ok(BytesHeld::default());
        }
        let held = self.memory.reserve(bytes);
        match self.deadline {
            Some(deadline) => timeout_at(deadline, held).await.map_err(|_| Error::Late),
            None => Ok(held.await),
        }
    }
}

/// A call from this process, with this deadline.
impl From<Option<Instant>> for CallContext {
    fn from(deadline: Option<Instant>) -> Self {
        Self { deadline, ..Self::default() }
    }
}

impl From<&Self> for CallContext {
    fn from(context: &Self) -> Self {
        context.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_one_group() {
        let group = |text: &str| Caller::peer(text.parse().expect("an address"), 7).group;
        assert_eq!(group("10.0.0.1"), group("::ffff:10.0.0.1"));
        assert_ne!(group("10.0.0.1"), group("10.0.0.2"));
        assert_eq!(group("2001:db8:0:1::1"), group("2001:db8:0:1:ffff::2"));
        assert_ne!(group("2001:db8:0:1::1"), group("2001:db8:0:2::1"));
        assert_ne!(Caller::user(0, 7).group, Caller::user(1000, 7).group);
        assert_ne!(Caller::user(0x0a00_0001, 7).group, group("10.0.0.1"));
    }
}
