//! The hub: every state and every watch, found by what they are about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::live::{Key, Live};
use super::queue::{Queue, Waiting};
use crate::app::bars::revisions::changes::{ChangeSet, Changes};
use crate::app::compute::compiled::CompiledQuery;
use crate::app::compute::service::Compute;
use crate::app::{Error, Limits};
use crate::series::Symbol;

/// Tells of new bars and their values as they come.
pub struct Watches {
    pub(super) compute: Arc<Compute>,
    pub(super) limits: Arc<Limits>,
    /// The server is stopping.
    pub(super) ended: CancellationToken,
    /// What waits for the readers of all watches.
    pub(super) waiting: Arc<Waiting>,
    changes: Arc<Changes>,
    registry: Mutex<Registry>,
}

#[derive(Default)]
struct Registry {
    lives: HashMap<Key, Arc<Live>>,
    by_symbol: HashMap<Symbol, Vec<Arc<Live>>>,
    /// The size of all states, in bytes.
    bytes: u64,
    /// The number of watches.
    watches: u64,
    /// The queues of watches that want to know of new series.
    lookouts: BTreeMap<u64, Arc<Queue>>,
    /// The number of the next state or lookout.
    next: u64,
    is_dispatching: bool,
}

impl Registry {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Watches {
    pub(crate) fn new(compute: &Arc<Compute>, limits: &Arc<Limits>) -> Self {
        let changes = Arc::clone(compute.bars.catalog.changes());
        let (compute, limits) = (Arc::clone(compute), Arc::clone(limits));
        let waiting = Arc::new(Waiting::new(limits.watch_buffer_bytes_max));
        Self { compute, limits, ended: CancellationToken::new(), waiting, changes, registry: Mutex::default() }
    }

    /// Ends all watches.
    pub(crate) fn stop(&self) {
        self.ended.cancel();
    }

    /// The number of watches, and of the states they share.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let registry = self.lock();
        (registry.watches, registry.lives.len() as u64)
    }

    /// A place for one more watch.
    pub(super) fn place(self: &Arc<Self>) -> Result<WatchPlace, Error> {
        let mut registry = self.lock();
        let max = self.limits.watches_max;
        if registry.watches >= max {
            return Err(full("watches_max", max));
        }
        registry.watches += 1;
        Ok(WatchPlace(Arc::clone(self)))
    }

    /// Begins to take changes. Not at the start, as a server may be opened outside of a runtime, which a watch is in.
    pub(super) fn ensure_dispatching(self: &Arc<Self>) {
        if !std::mem::replace(&mut self.lock().is_dispatching, true) {
            tokio::spawn(dispatch(Arc::downgrade(self), Arc::clone(&self.changes), self.ended.clone()));
        }
    }

    /// Tells `queue` of new series for as long as the lookout lives.
    pub(super) fn look_out(self: &Arc<Self>, queue: &Arc<Queue>) -> Lookout {
        let mut registry = self.lock();
        let number = registry.number();
        registry.lookouts.insert(number, Arc::clone(queue));
        drop(registry);
        self.changes.look_out();
        Lookout { hub: Arc::clone(self), number }
    }

    /// A membership in the state of this key, which it makes if there is none.
    pub(super) fn enter(self: &Arc<Self>, key: Key, compiled: &Arc<CompiledQuery>) -> Result<Membership, Error> {
        let mut registry = self.lock();
        let live = match registry.lives.get(&key) {
            Some(live) => Arc::clone(live),
            None => self.add(&mut registry, key, compiled)?,
        };
        live.enter();
        Ok(Membership { hub: Arc::clone(self), live, watcher: None })
    }

    fn add(&self, registry: &mut Registry, key: Key, compiled: &Arc<CompiledQuery>) -> Result<Arc<Live>, Error> {
        let (number, rows_max) = (registry.number(), self.limits.watch_rows_max);
        let live = Live::new(key.clone(), number, Arc::clone(compiled), rows_max, self.ended.child_token());
        let (states_max, bytes_max) = (self.limits.watch_states_max, self.limits.watch_state_bytes_max);
        if registry.lives.len() as u64 >= states_max {
            return Err(full("watch_states_max", states_max));
        }
        if registry.bytes + live.bytes > bytes_max {
            return Err(full("watch_state_bytes_max", bytes_max));
        }
        registry.bytes += live.bytes;
        let live = Arc::new(live);
        for symbol in live.symbols().collect::<BTreeSet<_>>() {
            self.changes.watch(symbol);
            registry.by_symbol.entry(symbol.clone()).or_default().push(Arc::clone(&live));
        }
        registry.lives.insert(key, Arc::clone(&live));
        Ok(live)
    }

    fn exit(&self, live: &Arc<Live>) {
        let mut registry = self.lock();
        if !live.exit() {
            return;
        }
        live.ended.cancel();
        registry.lives.remove(&live.key);
        registry.bytes -= live.bytes;
        for symbol in live.symbols().collect::<BTreeSet<_>>() {
            self.changes.unwatch(symbol);
            if let Some(lives) = registry.by_symbol.get_mut(symbol) {
                lives.retain(|other| !Arc::ptr_eq(other, live));
                if lives.is_empty() {
                    registry.by_symbol.remove(symbol);
                }
            }
        }
    }

    fn wake(&self, taken: &ChangeSet) {
        let registry = self.lock();
        let lives = taken.changed.iter().filter_map(|symbol| registry.by_symbol.get(symbol)).flatten();
        lives.for_each(|live| live.woken.notify_one());
        if taken.overflowed || !taken.created.is_empty() {
            let series_max = self.limits.watch_series_max;
            let queues = registry.lookouts.values();
            queues.for_each(|queue| queue.created(&taken.created, taken.overflowed, series_max));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watches {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

/// Wakes the states whose bars have changed.
async fn dispatch(hub: Weak<Watches>, changes: Arc<Changes>, ended: CancellationToken) {
    loop {
        let taken = tokio::select! {
            taken = changes.take() => taken,
            () = ended.cancelled() => return,
        };
        let Some(hub) = hub.upgrade() else { return };
        hub.wake(&taken);
    }
}

fn full(limit: &'static str, max: u64) -> Error {
    Error::Full { limit, max, retry_after: Duration::from_secs(1) }
}

/// The place of a watch.
pub(super) struct WatchPlace(Arc<Watches>);

impl Drop for WatchPlace {
    fn drop(&mut self) {
        self.0.lock().watches -= 1;
    }
}

/// The wish to know of new series.
pub(super) struct Lookout {
    hub: Arc<Watches>,
    number: u64,
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.hub.changes.look_away();
        self.hub.lock().lookouts.remove(&self.number);
    }
}

/// A membership in a state. The state ends with its last one.
pub(super) struct Membership {
    hub: Arc<Watches>,
    pub(super) live: Arc<Live>,
    /// The number among its watchers, once it has joined.
    pub(super) watcher: Option<u64>,
}

impl Membership {
    /// Takes no more news, for now.
    pub(super) fn leave(&mut self) {
        if let Some(number) = self.watcher.take() {
            self.live.leave(number);
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.leave();
        self.hub.exit(&self.live);
    }
}
