//! Who may connect: limits on connections in all and per peer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::monitored::Progress;
use super::peer;
use super::state::{Connection, Leases};
use crate::app::Caller;
use crate::rpc::identity::{Accounts, Remembered};
use crate::rpc::settings::Settings;

/// The maximum number of evicted connections that say goodbye at once.
const LEAVING_MAX: usize = 64;

/// The connections of all peers.
pub(in crate::rpc) struct Peers {
    connections_max: usize,
    per_peer_max: usize,
    accounts: Arc<Accounts>,
    next: AtomicU64,
    leaving: Arc<Semaphore>,
    peers: Mutex<HashMap<u64, Peer>>,
}

#[derive(Default)]
struct Peer {
    connections: HashMap<u64, Arc<Connection>>,
}

/// An admitted connection; its place is free again on drop.
pub(in crate::rpc) struct Admitted {
    pub(in crate::rpc) connection: Arc<Connection>,
    peers: Arc<Peers>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.peers.leave(self.connection.own.caller);
    }
}

impl Peers {
    pub(in crate::rpc) fn new(settings: &Settings, largest_answer: usize) -> Self {
        Self {
            connections_max: settings.connections_max,
            per_peer_max: settings.connections_per_peer_max,
            accounts: Arc::new(Accounts::new(settings, largest_answer)),
            next: AtomicU64::new(0),
            leaving: Arc::new(Semaphore::new(LEAVING_MAX)),
            peers: Mutex::default(),
        }
    }

    /// A place for a connection. If there is none, the connection that was idle for longest is closed: of the same peer if
    /// that one has too many, otherwise of the peer with the most. `None` if none is idle.
    pub(in crate::rpc) fn admit(self: &Arc<Self>, other: peer::Peer) -> Option<Admitted> {
        let caller = other.caller(self.next.fetch_add(1, Relaxed));
        let mut peers = self.lock();
        let own = peers.get(&caller.group).map_or(0, |peer| peer.connections.len());
        let all: usize = peers.values().map(|peer| peer.connections.len()).sum();
        let full = if own >= self.per_peer_max {
            peers.get_mut(&caller.group)
        } else if all >= self.connections_max {
            peers.values_mut().max_by_key(|peer| peer.connections.len())
        } else {
            None
        };
        let is_full = full.is_some();
        if is_full && !full.is_some_and(Peer::evict) {
            return None;
        }
        let peer = peers.entry(caller.group).or_default();
        let connection = Arc::new(Connection {
            peer: other,
            own: self.accounts.allow(caller, None),
            remembered: Remembered::default(),
            leases: Leases::default(),
            accounts: Arc::clone(&self.accounts),
            calls: AtomicUsize::new(0),
            unsent: AtomicUsize::new(0),
            progress: Arc::new(Progress::new()),
            evicted: CancellationToken::new(),
            leaving: Arc::clone(&self.leaving),
        });
        peer.connections.insert(caller.connection, Arc::clone(&connection));
        Some(Admitted { connection, peers: Arc::clone(self) })
    }

    fn leave(&self, caller: Caller) {
        let mut peers = self.lock();
        if let Some(peer) = peers.get_mut(&caller.group) {
            peer.connections.remove(&caller.connection);
            if peer.connections.is_empty() {
                peers.remove(&caller.group);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Peer>> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peer {
    /// Closes the connection that was idle for longest, if any is idle.
    fn evict(&mut self) -> bool {
        let idle = |connection: &Arc<Connection>| Some((connection.idle_since()?, connection.own.caller.connection));
        let oldest: Option<(Instant, u64)> = self.connections.values().filter_map(idle).min();
        let Some((_, oldest)) = oldest else { return false };
        // Its place is free at once, so that the next one does not close it again.
        if let Some(connection) = self.connections.remove(&oldest) {
            connection.evicted.cancel();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(connections_max: usize, connections_per_peer_max: usize) -> Arc<Peers> {
        Arc::new(Peers::new(&Settings { connections_max, connections_per_peer_max, ..Settings::default() }, 1000))
    }

    #[tokio::test]
    async fn idle_connections_give_way_and_busy_ones_stay() {
        let peers = peers(3, 2);
        let host = |text: &str| peer::Peer::Host(text.parse().expect("an address"));
        let [one, two] = ["10.0.0.1", "10.0.0.2"].map(host);
        let busy = peers.admit(one).expect("the first");
        let call = busy.connection.begin_call();
        let idle = peers.admit(one).expect("the second");
        let more = peers.admit(one).expect("instead of the idle one");
        assert!(idle.connection.evicted.is_cancelled() && !busy.connection.evicted.is_cancelled());
        let other = peers.admit(two).expect("below the limit of all");
        let next = peers.admit(two).expect("instead of an idle one of the peer with the most");
        assert!(more.connection.evicted.is_cancelled() && !other.connection.evicted.is_cancelled());
        let calls = [other.connection.begin_call(), next.connection.begin_call()];
        assert!(peers.admit(two).is_none() && peers.admit(host("::1")).is_none());
        drop((call, calls, busy, idle, more, other, next));
        assert!(peers.lock().is_empty());
    }

    #[tokio::test]
    async fn a_peer_has_a_quarter_of_the_memory() {
        let peers = peers(10, 10);
        let host = peer::Peer::Host("10.0.0.1".parse().expect("an address"));
        let admitted: Vec<_> = (0..10).map(|_| peers.admit(host).expect("below the limits")).collect();
        let held: Vec<_> = admitted.iter().filter_map(|one| one.connection.own.responses.try_hold(64 << 20)).collect();
        assert_eq!((held.len(), peers.accounts.response_bytes()), (4, 256 << 20));
    }
}
