//! What work knows of the call it is done for.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::time::{Instant, timeout_at};

use super::byte_budget::{BytesHeld, CallMemory};
use crate::app::Error;

/// Who asks. Fair queueing divides the CPU among groups first, and the share of a group among its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Caller {
    /// The peer: an IPv4 address, the /64 network of an IPv6 address, which one host owns as a whole, or a user of this
    /// machine.
    pub group: u64,
    /// The connection.
    pub connection: u64,
}

impl Caller {
    /// The caller behind a connection.
    pub fn peer(address: IpAddr, connection: u64) -> Self {
        let group = match address.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
        };
        Self { group, connection }
    }

    /// The caller behind a connection from a process of this user of this machine.
    pub fn user(id: u32, connection: u64) -> Self {
        Self { group: USERS | u64::from(id), connection }
    }
}

/// The groups of users. Multicast networks (ff00::/8) are nobody's address, so no peer is in one of them.
const USERS: u64 = 0xff02 << 48;

/// The call that work is done for.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// Work for it stops then.
    pub deadline: Option<Instant>,
    /// Who asks.
    pub caller: Caller,
    /// The latest `as_of` that the caller may ask for, nanoseconds since the Unix epoch; `None` is now.
    pub as_of_max: Option<i64>,
    /// The memory of its answers.
    pub memory: Arc<CallMemory>,
}

impl CallContext {
    /// The `as_of` of a request, within what the caller may see.
    pub(crate) fn as_of(&self, asked: Option<i64>) -> Option<i64> {
        self.as_of_max.map(|max| asked.map_or(max, |asked| asked.min(max))).or(asked)
    }

    /// Waits for the memory of an answer, until the deadline.
    pub(crate) async fn reserve(&self, bytes: usize) -> Result<BytesHeld, Error> {
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
