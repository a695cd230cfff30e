//! The catalog: every series by name, each with the snapshot that readers get. Only the writer thread puts snapshots there.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use arc_swap::ArcSwap;

use super::snapshot::Snapshot;
use crate::series::{ColumnName, Retention, SegmentFacts, SeriesId, Source, Symbol, Timeframe};

/// One series, as it is now.
pub(crate) type SeriesSlot = ArcSwap<Snapshot>;

/// What is known of a series without reading its bars.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesFacts {
    /// Which series.
    pub id: SeriesId,
    /// The number of bars, missing ones included.
    pub rows: u64,
    /// When the first bar opens.
    pub first_time: Option<i64>,
    /// When the newest bar opens.
    pub last_time: Option<i64>,
    /// Raised with every change.
    pub epoch: u64,
    /// The number of sealed price files.
    pub segments: u32,
    /// The bars that are not sealed yet.
    pub tail_rows: u64,
    /// The bytes of the sealed price files.
    pub file_bytes: u64,
    /// How much of it is kept.
    pub retention: Retention,
    /// The timeframe of the stored bars that these are made of; `None` when they are stored.
    pub derived_from: Option<Timeframe>,
    /// Its extra columns, in order.
    pub extras: Vec<ColumnName>,
    /// Its price files that are missing or damaged, in order of time. What needs their bars is an error.
    pub missing: Arc<[SegmentFacts]>,
}

#[derive(Default)]
pub(crate) struct Catalog(RwLock<BTreeMap<SeriesId, Arc<SeriesSlot>>>);

impl Catalog {
    pub(crate) fn new(kept: impl Iterator<Item = (SeriesId, SeriesSlot)>) -> Self {
        Self(RwLock::new(kept.map(|(id, kept)| (id, Arc::new(kept))).collect()))
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

    /// Every series with its snapshot, in the order of names.
    pub(crate) fn snapshots(&self) -> Vec<(SeriesId, Arc<Snapshot>)> {
        self.read().iter().map(|(id, kept)| (id.clone(), kept.load_full())).collect()
    }

    /// Puts a snapshot where readers find it.
    pub(crate) fn publish(&self, id: &SeriesId, snapshot: Snapshot) {
        if let Some(kept) = self.get(id) {
            kept.store(Arc::new(snapshot));
            return;
        }
        let kept = Arc::new(SeriesSlot::from_pointee(snapshot));
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), kept);
    }

    pub(crate) fn remove(&self, id: &SeriesId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The timeframes that are kept of a symbol, the shortest first.
    pub(crate) fn timeframes(&self, symbol: &Symbol) -> Vec<Timeframe> {
        let from = SeriesId { symbol: symbol.clone(), timeframe: Timeframe::SHORTEST };
        let kept = self.read();
        kept.range(from..).map(|(id, _)| id).take_while(|id| id.symbol == *symbol).map(|id| id.timeframe).collect()
    }

    /// The series whose symbol starts with `prefix`, in the order of names, after `after`, at most `limit`.
    pub(crate) fn list(
        &self,
        prefix: &str,
        timeframe: Option<Timeframe>,
        after: Option<&SeriesId>,
        limit: usize,
    ) -> Vec<SeriesFacts> {
        let kept = self.read();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        kept.range((from, Bound::Unbounded))
            .filter(|(id, _)| id.symbol.as_str().starts_with(prefix))
            .filter(|(id, _)| timeframe.is_none_or(|timeframe| id.timeframe == timeframe))
            .take(limit)
            .map(|(id, kept)| facts(id, &kept.load()))
            .collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<SeriesId, Arc<SeriesSlot>>> {
        // The map is changed by single inserts and removals, so a panic elsewhere cannot have left it half changed.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn facts(id: &SeriesId, snapshot: &Snapshot) -> SeriesFacts {
    let missing = &snapshot.missing;
    let missing_first = missing.first().map(|missing| missing.first_time);
    let missing_last = missing.last().map(|missing| missing.last_time);
    SeriesFacts {
        id: id.clone(),
        rows: snapshot.rows() as u64 + missing.iter().map(|missing| missing.rows).sum::<u64>(),
        first_time: snapshot.first_time().into_iter().chain(missing_first).min(),
        last_time: snapshot.last_time().into_iter().chain(missing_last).max(),
        epoch: snapshot.epoch,
        segments: snapshot.segments.len() as u32,
        tail_rows: snapshot.tail.len() as u64,
        file_bytes: snapshot.facts().map(|facts| facts.bytes).sum(),
        retention: snapshot.retention,
        derived_from: None,
        extras: snapshot.extras(),
        missing: Arc::clone(missing),
    }
}
