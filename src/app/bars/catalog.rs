//! The shelf: every series by name, each with the view that readers get. Only the keeper puts views there.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use arc_swap::ArcSwap;

use super::snapshot::View;
use crate::series::{ColumnName, Retention, SegmentFacts, SeriesId, Source, Symbol, Timeframe};

/// One series, as it is now.
pub(crate) type Kept = ArcSwap<View>;

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
pub(crate) struct Shelf(RwLock<BTreeMap<SeriesId, Arc<Kept>>>);

impl Shelf {
    pub(crate) fn new(kept: impl Iterator<Item = (SeriesId, Kept)>) -> Self {
        Self(RwLock::new(kept.map(|(id, kept)| (id, Arc::new(kept))).collect()))
    }

    pub(crate) fn get(&self, id: &SeriesId) -> Option<Arc<Kept>> {
        self.read().get(id).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().len()
    }

    pub(crate) fn ids(&self) -> Vec<SeriesId> {
        self.read().keys().cloned().collect()
    }

    /// Every series with its view, in the order of names.
    pub(crate) fn views(&self) -> Vec<(SeriesId, Arc<View>)> {
        self.read().iter().map(|(id, kept)| (id.clone(), kept.load_full())).collect()
    }

    /// Puts a view where readers find it.
    pub(crate) fn publish(&self, id: &SeriesId, view: View) {
        if let Some(kept) = self.get(id) {
            kept.store(Arc::new(view));
            return;
        }
        let kept = Arc::new(Kept::from_pointee(view));
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

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<SeriesId, Arc<Kept>>> {
        // The map is changed by single inserts and removals, so a panic elsewhere cannot have left it half changed.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn facts(id: &SeriesId, view: &View) -> SeriesFacts {
    let missing = &view.missing;
    let missing_first = missing.first().map(|missing| missing.first_time);
    let missing_last = missing.last().map(|missing| missing.last_time);
    SeriesFacts {
        id: id.clone(),
        rows: view.rows() as u64 + missing.iter().map(|missing| missing.rows).sum::<u64>(),
        first_time: view.first_time().into_iter().chain(missing_first).min(),
        last_time: view.last_time().into_iter().chain(missing_last).max(),
        epoch: view.epoch,
        segments: view.segments.len() as u32,
        tail_rows: view.tail.len() as u64,
        file_bytes: view.facts().map(|facts| facts.bytes).sum(),
        retention: view.retention,
        derived_from: None,
        extras: view.extras(),
        missing: Arc::clone(missing),
    }
}
