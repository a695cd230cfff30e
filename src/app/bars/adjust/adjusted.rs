//! Adjusted snapshots: the factors of the bars of a stored series, from its corporate actions and its bars.
//!
//! Factors are computed once per epoch, and an adjusted snapshot shares everything else with that of the raw bars.

use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::factors::{Adjustment, AppliedAction, Step};
use super::{ActionTable, Adjust};
use crate::app::bars::snapshot::Snapshot;
use crate::app::bars::visible::now;
use crate::app::{AdjustError, Error};
use crate::cache::Memo;
use crate::ledger::{ActionKind, CorporateAction};
use crate::prices;
use crate::series::{Column, Lineage, SeriesId, Source};

/// The size of the cache of adjustments, in bytes. They are computed from a few bars each.
const CACHE_BYTES: u64 = 16 << 20;

/// What the factors depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    lineage: Lineage,
    series: u64,
    epoch: u64,
    table: u64,
    adjust: Adjust,
    /// The number of actions whose ex-date has come.
    actions: usize,
    /// Bars from this time on are not visible, if one of those actions is behind it.
    until: i64,
}

/// Adjustments by what they depend on.
pub(crate) struct Adjustments(Memo<Option<Arc<Adjustment>>, Key>);

impl Default for Adjustments {
    fn default() -> Self {
        Self(Memo::new(CACHE_BYTES))
    }
}

/// How the bars of a question are adjusted.
pub(crate) enum Adjusting {
    /// This is known; `None` if they are as they were traded.
    Known(Option<Arc<Adjustment>>),
    /// Bars have to be read for it.
    Unknown(Unknown),
}

/// An adjustment that is still to be found.
pub(crate) struct Unknown {
    table: Arc<ActionTable>,
    key: Key,
}

impl Unknown {
    /// The number of actions that count.
    pub(crate) fn actions(&self) -> usize {
        self.key.actions
    }
}

impl Adjustments {
    /// How a series is adjusted by the actions whose ex-date has come at `as_of`, as far as that is known. Reads no bars.
    pub(crate) fn find(
        &self,
        snapshot: &Snapshot,
        table: Arc<ActionTable>,
        adjust: Adjust,
        as_of: Option<i64>,
        until: Option<i64>,
    ) -> Adjusting {
        let known_at = as_of.unwrap_or_else(now);
        let actions = table.actions.partition_point(|action| action.ex_time <= known_at);
        let Some(newest) = actions.checked_sub(1).map(|newest| table.actions[newest]) else {
            return Adjusting::Known(None);
        };
        let until = until.unwrap_or(i64::MAX).min(newest.ex_time);
        let Snapshot { lineage, series, epoch, .. } = *snapshot;
        let key = Key { lineage, series, epoch, table: table.number, adjust, actions, until };
        // Bars of a missing price file may come back within an epoch.
        let known = if snapshot.missing.is_empty() { self.0.get(&key) } else { None };
        known.map_or_else(|| Adjusting::Unknown(Unknown { table, key }), Adjusting::Known)
    }

    /// Finds an adjustment: reads the close before each dividend. Only bars that open before `until` are looked at.
    pub(crate) fn make(
        &self,
        snapshot: &Snapshot,
        id: &SeriesId,
        unknown: Unknown,
    ) -> Result<Option<Arc<Adjustment>>, Error> {
        let Unknown { table, key } = unknown;
        let actions = &table.actions[..key.actions];
        let found = adjustment(snapshot, id, actions, key.adjust, key.until)?.map(Arc::new);
        let bytes = size_of::<Key>() + actions.len() * (size_of::<AppliedAction>() + size_of::<Step>());
        self.0.put(key, bytes, found.clone());
        Ok(found)
    }
}

/// The adjustment of these bars; `None` if no action counts.
fn adjustment(
    snapshot: &Snapshot,
    id: &SeriesId,
    actions: &[CorporateAction],
    adjust: Adjust,
    until: i64,
) -> Result<Option<Adjustment>, Error> {
    let (mut dividends, mut ratios) = (1.0, 1.0);
    let (mut applied, mut steps, mut hash) = (Vec::new(), Vec::<Step>::new(), Xxh3::new());
    for &action in actions.iter().rev().filter(|action| adjust.counts(action.kind)) {
        let before = action.ex_time.min(until);
        let end = snapshot.first_at(before)?;
        lost_before(snapshot, before, end)?;
        let (mut price_factor, mut volume_factor) = (1.0, 1.0);
        match action.kind {
            _ if end == 0 => {}
            ActionKind::Split => {
                (price_factor, volume_factor) = (1.0 / action.value, action.value);
                ratios *= action.value;
            }
            ActionKind::Dividend => {
                price_factor = dividend_factor(snapshot, id, &action, end - 1)?;
                dividends *= price_factor;
            }
        }
        applied.push(AppliedAction { action, price_factor, volume_factor, rows: end as u64 });
        if end == 0 {
            continue;
        }
        let step = Step { end, price: dividends / ratios, volume: ratios };
        if !(step.price.is_normal() && step.volume.is_normal()) {
            let (symbol, ex_time) = (id.symbol.clone(), action.ex_time);
            return Err(AdjustError::Factors { symbol, ex_time, price: step.price, volume: step.volume }.into());
        }
        // Not the ex-date: as of a time within it, the bar that it falls into is not visible, and not adjusted.
        hash.update(&before.to_le_bytes());
        [step.price, step.volume].iter().for_each(|factor| hash.update(&factor.to_bits().to_le_bytes()));
        // Without a bar between two actions, the older one has the factors of both.
        steps.pop_if(|newer| newer.end == end);
        steps.push(step);
    }
    applied.reverse();
    steps.reverse();
    let (actions, steps, fingerprint) = (applied.into_boxed_slice(), steps.into_boxed_slice(), hash.digest128());
    Ok((!actions.is_empty()).then(|| Adjustment { series: id.clone(), actions, steps, fingerprint }))
}

/// An error if the last bar before a time, at `end`, may be one of a missing price file.
fn lost_before(snapshot: &Snapshot, time: i64, end: usize) -> Result<(), prices::Error> {
    let Some(missing) = snapshot.missing.iter().rfind(|missing| missing.first_time < time) else { return Ok(()) };
    let is_behind = end == 0 || snapshot.time_before(time)?.is_none_or(|last| last < missing.last_time);
    if is_behind { Err(prices::Error::lost(missing)) } else { Ok(()) }
}

/// The factor of a dividend, by the close of the last bar before.
fn dividend_factor(snapshot: &Snapshot, id: &SeriesId, action: &CorporateAction, row: usize) -> Result<f64, Error> {
    let rows = row..row + 1;
    snapshot.verify(&rows, &[Column::Close])?;
    let close = snapshot.values(Column::Close, rows, &mut [0.0])[0];
    if action.value < close {
        return Ok(1.0 - action.value / close);
    }
    let CorporateAction { ex_time, value, .. } = *action;
    Err(AdjustError::Dividend { series: id.clone(), ex_time, dividend: value, close }.into())
}
