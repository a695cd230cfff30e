//! Changes: which watched symbols have new bars. The writer thread marks them, the watches take them.
//!
//! A mark costs the writer a lock and an entry of a set, whatever the number of watchers, and nothing if nobody watches.
//! Marks of one symbol between two takes are one, so the set is bounded by what is watched.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst, fence};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::series::Symbol;

/// The maximum number of created symbols that wait to be taken; with more, whoever waits for new series looks at all.
const CREATED_MAX: usize = 65_536;

/// What has changed since the last take.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ChangeSet {
    /// The watched symbols with changed series.
    pub(crate) changed: BTreeSet<Symbol>,
    /// The symbols with new series.
    pub(crate) created: BTreeSet<Symbol>,
    /// Not all of those are listed.
    pub(crate) overflowed: bool,
}

#[derive(Debug, Default)]
struct Marks {
    /// The watched symbols, with the number of their watches.
    watched: HashMap<Symbol, usize>,
    /// How many wait for new series.
    lookouts: usize,
    pending: ChangeSet,
}

/// The changes of watched symbols.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The number of watches and lookouts.
    interests: AtomicUsize,
    marks: Mutex<Marks>,
    marked: Notify,
}

impl Changes {
    /// Marks a symbol, a series of which was changed or, if it is new, created, or that has other corporate actions. Called after
    /// they are published.
    pub(crate) fn mark(&self, symbol: &Symbol, is_new: bool) {
        // Pairs with the fence of an interest: either it is seen here, or the new snapshot is seen there.
        fence(SeqCst);
        if self.interests.load(SeqCst) == 0 {
            return;
        }
        let mut marks = self.lock();
        let is_watched = marks.watched.contains_key(symbol);
        let is_sought = is_new && marks.lookouts > 0;
        if is_watched {
            marks.pending.changed.insert(symbol.clone());
        }
        if is_sought && marks.pending.created.len() < CREATED_MAX {
            marks.pending.created.insert(symbol.clone());
        } else if is_sought {
            marks.pending.overflowed = true;
        }
        drop(marks);
        if is_watched || is_sought {
            self.marked.notify_one();
        }
    }

    /// Watches a symbol until `unwatch`.
    pub(crate) fn watch(&self, symbol: &Symbol) {
        *self.lock().watched.entry(symbol.clone()).or_default() += 1;
        self.add_interest();
    }

    /// Ends one watch of a symbol.
    pub(crate) fn unwatch(&self, symbol: &Symbol) {
        let mut marks = self.lock();
        if let Some(watches) = marks.watched.get_mut(symbol) {
            *watches -= 1;
            if *watches == 0 {
                marks.watched.remove(symbol);
            }
            self.interests.fetch_sub(1, SeqCst);
        }
    }

    /// Looks out for new series until `look_away`.
    pub(crate) fn look_out(&self) {
        self.lock().lookouts += 1;
        self.add_interest();
    }

    /// Ends one lookout.
    pub(crate) fn look_away(&self) {
        self.lock().lookouts -= 1;
        self.interests.fetch_sub(1, SeqCst);
    }

    /// Waits for changes, and takes them.
    pub(crate) async fn take(&self) -> ChangeSet {
        loop {
            self.marked.notified().await;
            let pending = std::mem::take(&mut self.lock().pending);
            if pending != ChangeSet::default() {
                return pending;
            }
        }
    }

    fn add_interest(&self) {
        self.interests.fetch_add(1, SeqCst);
        fence(SeqCst);
    }

    fn lock(&self) -> MutexGuard<'_, Marks> {
        // Safe after poisoning: each change is a single step.
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn id(symbol: &str) -> Symbol {
        symbol.parse().expect("valid")
    }

    fn names(symbols: &BTreeSet<Symbol>) -> Vec<&str> {
        symbols.iter().map(Symbol::as_str).collect()
    }

    #[tokio::test]
    async fn only_what_is_watched_is_marked_and_once() {
        let changes = Changes::default();
        changes.mark(&id("A"), true);
        assert!(changes.take().now_or_never().is_none(), "nobody watches");
        changes.watch(&id("A"));
        for symbol in ["A", "B", "A"] {
            changes.mark(&id(symbol), true);
        }
        let pending = changes.take().await;
        assert_eq!((names(&pending.changed), names(&pending.created)), (vec!["A"], vec![]));
        assert!(changes.take().now_or_never().is_none());
        changes.look_out();
        changes.mark(&id("B"), true);
        changes.mark(&id("C"), false);
        let pending = changes.take().await;
        assert_eq!((names(&pending.changed), names(&pending.created)), (vec![], vec!["B"]));
        changes.look_away();
        changes.unwatch(&id("A"));
        changes.mark(&id("A"), true);
        assert!(changes.take().now_or_never().is_none());
        assert_eq!(changes.interests.load(SeqCst), 0);
    }
}
