//! A level of the queue: its flows, their start tags, and virtual time.

use std::collections::{BTreeMap, HashMap};

/// What a place in the order depends on: the virtual time of the end, and first come, first served.
pub(super) type Key = (u64, u64);

/// The flows of a level.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// The flows with a waiting call, in the order of service.
    pub(super) waiting: BTreeMap<Key, u64>,
    pub(super) flows: HashMap<u64, Flow>,
    /// Virtual time.
    now: u64,
    /// The flows with calls.
    pub(super) active: usize,
    /// The sum of their shares.
    shares: u64,
}

#[derive(Debug, Default)]
pub(super) struct Flow {
    start: u64,
    /// Its share, 1 or more while it has calls.
    share: u64,
    /// The calls that wait or run.
    calls: usize,
    /// Its place among those that wait.
    place: Option<Key>,
}

/// Flows without calls that had more than their share are remembered, up to about this many.
pub(super) const IDLE_FLOWS_MAX: usize = 64;

impl Level {
    /// A call of a flow comes, which has this share from now on.
    pub(super) fn enter(&mut self, flow: u64, share: u16) {
        let entry = self.flows.entry(flow).or_default();
        if entry.calls == 0 {
            entry.start = entry.start.max(self.now);
            self.active += 1;
        } else {
            self.shares -= entry.share;
        }
        entry.share = share.max(1).into();
        self.shares += entry.share;
        entry.calls += 1;
    }

    /// The next waiting call of a flow: what is left of it, and its number.
    pub(super) fn place(&mut self, flow: u64, next: Option<(u64, u64)>) {
        let Some(entry) = self.flows.get_mut(&flow) else { return };
        let place = next.map(|(left, number)| (entry.start.saturating_add(left / entry.share), number));
        if let Some(before) = std::mem::replace(&mut entry.place, place) {
            self.waiting.remove(&before);
        }
        if let Some(place) = place {
            self.waiting.insert(place, flow);
        }
    }

    /// The place of a flow that is served with this cost.
    pub(super) fn serve(&mut self, flow: u64, cost: u64) {
        let Some(entry) = self.flows.get_mut(&flow) else { return };
        // Not the start tag of what is served, as where the smallest start goes first: whoever is done step by step is far
        // ahead of those that wait, and newcomers would begin behind them all.
        self.now = self.now.saturating_add(cost / self.shares.max(1));
        entry.start = entry.start.saturating_add(cost / entry.share);
    }

    /// Corrects the start tag of a flow that was served: what it got, and what was counted.
    pub(super) fn correct(&mut self, flow: u64, done: u64, counted: u64) {
        if let Some(entry) = self.flows.get_mut(&flow) {
            entry.start = entry.start.saturating_add(done / entry.share).saturating_sub(counted / entry.share);
        }
    }

    /// A call of a flow ends; whether it was the last.
    pub(super) fn leave(&mut self, flow: u64) -> bool {
        let Some(entry) = self.flows.get_mut(&flow) else { return true };
        entry.calls -= 1;
        let is_last = entry.calls == 0;
        if is_last {
            self.active -= 1;
            self.shares -= entry.share;
            if entry.start <= self.now {
                self.flows.remove(&flow);
            }
        }
        if self.active == 0 {
            // Nobody waits: all begin alike.
            self.now = self.flows.values().map(|flow| flow.start).fold(self.now, u64::max);
            self.flows.clear();
        } else if self.flows.len() > 2 * self.active + IDLE_FLOWS_MAX {
            let now = self.now;
            self.flows.retain(|_, flow| flow.calls > 0 || flow.start > now);
        }
        is_last
    }

    /// The start tag that a call of a flow has, or would have.
    pub(super) fn start(&self, flow: u64) -> u64 {
        match self.flows.get(&flow) {
            Some(flow) if flow.calls > 0 => flow.start,
            Some(flow) => flow.start.max(self.now),
            None => self.now,
        }
    }

    /// The virtual end of work of a flow with this share, if it began now.
    pub(super) fn end(&self, flow: u64, share: u16, cost: u64) -> u64 {
        self.start(flow).saturating_add(cost / u64::from(share.max(1)))
    }

    /// The flow whose turn it is.
    pub(super) fn first(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|(_, &flow)| flow)
    }

    /// The waiting work of the other flows that is done before `end`; `cost` is that of a flow.
    pub(super) fn before(&self, own: u64, end: u64, cost: impl Fn(u64) -> u64) -> u64 {
        let others = self.waiting.range(..=(end, u64::MAX)).filter(|&(_, &flow)| flow != own);
        let share = |flow: u64| self.flows.get(&flow).map_or(1, |flow| flow.share);
        let before = |flow: u64| end.saturating_sub(self.start(flow)).saturating_mul(share(flow));
        others.map(|(_, &flow)| cost(flow).min(before(flow))).fold(0, u64::saturating_add)
    }
}
