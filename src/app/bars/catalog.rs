//! The catalog: every series by name, with its current snapshot. Only the writer thread publishes snapshots.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use arc_swap::{ArcSwap, Guard};

use super::adjust::ActionTables;
use super::revisions::changes::Changes;
use super::snapshot::Snapshot;
use crate::app::workers::threads::point;
use crate::series::{ColumnName, Retention, SegmentFacts, SeriesId, Source, Symbol, SymbolPattern, Timeframe};

/// The current snapshot of one series.
pub(crate) type SeriesSlot = ArcSwap<Snapshot>;

/// The facts of a series, known without reading its bars.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesFacts {
    /// The series.
    pub id: SeriesId,
    /// The number of bars, missing ones included.
    pub rows: u64,
    /// When the first bar opens.
    pub first_time: Option<i64>,
    /// When the newest bar opens.
    pub last_time: Option<i64>,
    /// Incremented with every change.
    pub epoch: u64,
    /// The number of sealed price files.
    pub segments: u32,
    /// The bars that are not sealed yet.
    pub tail_rows: u64,
    /// The bytes of the sealed price files.
    pub file_bytes: u64,
    /// The retention.
    pub retention: Retention,
    /// The stored timeframe these are resampled from; `None` when they are stored.
    pub derived_from: Option<Timeframe>,
    /// Its extra columns, in order.
    pub extras: Vec<ColumnName>,
    /// Its missing or damaged price files, in order of time. Queries that need their bars fail with DATA_LOSS.
    pub missing: Arc<[SegmentFacts]>,
    /// The time at which the bars were closed, nanoseconds since the Unix epoch; `None` is now.
    pub as_of: Option<i64>,
}

#[derive(Default)]
pub(crate) struct Catalog {
    series: RwLock<BTreeMap<SeriesId, Arc<SeriesSlot>>>,
    changes: Arc<Changes>,
    actions: ActionTables,
}

impl Catalog {
    pub(crate) fn new(series: impl Iterator<Item = (SeriesId, SeriesSlot)>) -> Self {
        let series = RwLock::new(series.map(|(id, slot)| (id, Arc::new(slot))).collect());
        Self { series, ..Self::default() }
    }

    /// The same, with these corporate actions.
    pub(crate) fn with_actions(self, actions: ActionTables) -> Self {
        Self { actions, ..self }
    }

    /// The corporate actions of all symbols.
    pub(crate) fn actions(&self) -> &ActionTables {
        &self.actions
    }

    pub(crate) fn get(&self, id: &SeriesId) -> Option<Arc<SeriesSlot>> {
        self.read().get(id).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().len()
    }

    pub(crate) fn ids(&self) -> Vec<SeriesId> {
        self.read().keys().cloned().collect()
    }

    /// The number of price files that are missing or damaged, over all series.
    pub(crate) fn missing_files(&self) -> u64 {
        self.read().values().map(|slot| slot.load().missing.len() as u64).sum()
    }

    /// Every series with its snapshot, in name order.
    pub(crate) fn snapshots(&self) -> Vec<(SeriesId, Arc<Snapshot>)> {
        self.read().iter().map(|(id, slot)| (id.clone(), slot.load_full())).collect()
    }

    /// The changes of watched symbols.
    pub(crate) fn changes(&self) -> &Arc<Changes> {
        &self.changes
    }

    /// Publishes a snapshot.
    pub(crate) fn publish(&self, id: &SeriesId, snapshot: Snapshot) {
        if let Some(slot) = self.get(id) {
            point();
            slot.store(Arc::new(snapshot));
            return self.changes.mark(&id.symbol, false);
        }
        let slot = Arc::new(SeriesSlot::from_pointee(snapshot));
        self.series.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), slot);
        self.changes.mark(&id.symbol, true);
    }

    pub(crate) fn remove(&self, id: &SeriesId) {
        self.series.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.changes.mark(&id.symbol, false);
    }

    /// The series of a symbol, that of the shortest timeframe first.
    pub(crate) fn of_symbol(&self, symbol: &Symbol) -> Vec<(Timeframe, Arc<Snapshot>)> {
        let from = SeriesId { symbol: symbol.clone(), timeframe: Timeframe::SHORTEST };
        let series = self.read();
        let own = series.range(from..).take_while(|(id, _)| id.symbol == *symbol);
        own.map(|(id, slot)| (id.timeframe, slot.load_full())).collect()
    }

    /// The symbols that match a pattern and have a series that `serves`, in name order.
    pub(crate) fn symbols(
        &self,
        pattern: &SymbolPattern,
        serves: impl Fn(Timeframe, &Snapshot) -> bool,
    ) -> Vec<Symbol> {
        let series = self.read();
        let matching = series.iter().filter(|(id, _)| pattern.matches(&id.symbol));
        let found = matching.filter(|(id, slot)| serves(id.timeframe, &slot.load()));
        let mut symbols: Vec<Symbol> = found.map(|(id, _)| id.symbol.clone()).collect();
        symbols.dedup();
        symbols
    }

    /// Lists these series in name order, after `after`, at most `limit`.
    pub(crate) fn list(
        &self,
        shown: impl Fn(&SeriesId, &Snapshot) -> bool,
        after: Option<&SeriesId>,
        limit: usize,
    ) -> Vec<(SeriesId, Arc<Snapshot>)> {
        let series = self.read();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let found = series.range((from, Bound::Unbounded)).filter_map(|(id, slot)| {
            let snapshot = slot.load();
            shown(id, &snapshot).then(|| (id.clone(), Guard::into_inner(snapshot)))
        });
        found.take(limit).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<SeriesId, Arc<SeriesSlot>>> {
        // Safe after poisoning: the map only sees single inserts and removals.
        self.series.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The facts of a series. Versions and files, which later bars change too, are not told to a caller who sees only bars up to a
/// fixed time.
pub(crate) fn facts(id: &SeriesId, snapshot: &Snapshot) -> SeriesFacts {
    let (epoch, segments, tail_rows, file_bytes) = match snapshot.tells_versions() {
        true => {
            let bytes = snapshot.facts().map(|facts| facts.bytes).sum();
            (snapshot.epoch, snapshot.segments.len() as u32, snapshot.tail.len() as u64, bytes)
        }
        false => (0, 0, 0, 0),
    };
    let missing = &snapshot.missing;
    let missing_first = missing.first().map(|missing| missing.first_time);
    let missing_last = missing.last().map(|missing| missing.last_time);
    SeriesFacts {
        id: id.clone(),
        rows: snapshot.rows() as u64 + missing.iter().map(|missing| missing.rows).sum::<u64>(),
        first_time: snapshot.first_time().into_iter().chain(missing_first).min(),
        last_time: snapshot.last_time().into_iter().chain(missing_last).max(),
        epoch,
        segments,
        tail_rows,
        file_bytes,
        retention: snapshot.retention,
        derived_from: None,
        extras: snapshot.extras(),
        missing: Arc::clone(missing),
        as_of: None,
    }
}
