//! The queue of one watch: bounded by rows, then conflated.
//!
//! A full queue drops the oldest update of the series that has a new one, and its next update carries on what was dropped:
//! how many closed rows, and from where on values were revised. So a reader that lags misses rows in the middle, is told how
//! many, and has the newest of every series; the queue holds at most its rows and one update per series more.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::token::Position;
use crate::app::{Answer, Error};
use crate::series::Symbol;

/// New rows of a series, for all who watch it.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) answer: Answer,
    pub(super) provisional: bool,
    pub(super) revised_from: Option<i64>,
    pub(super) position: Position,
}

/// What a state tells its watchers.
#[derive(Debug, Clone)]
pub(super) enum News {
    Rows(Arc<Update>),
    Failed(Arc<Error>),
}

impl News {
    fn rows(&self) -> usize {
        match self {
            Self::Rows(update) => update.answer.rows(),
            Self::Failed(_) => 0,
        }
    }

    /// The rows that count as skipped if they are dropped.
    fn closed(&self) -> u64 {
        match self {
            Self::Rows(update) if !update.provisional => update.answer.rows() as u64,
            _ => 0,
        }
    }

    fn revised_from(&self) -> Option<i64> {
        match self {
            Self::Rows(update) => update.revised_from,
            Self::Failed(_) => None,
        }
    }
}

/// News of one series that waits.
#[derive(Debug)]
pub(super) struct Item {
    /// The number of the series within the watch.
    pub(super) feed: usize,
    pub(super) news: News,
    /// The closed rows dropped before.
    pub(super) skipped: u64,
    /// The earliest revision, dropped ones included.
    pub(super) revised_from: Option<i64>,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    rows: usize,
    created: BTreeSet<Symbol>,
    overflowed: bool,
}

/// The queue of one watch.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    pub(super) filled: Notify,
    rows_max: usize,
}

impl Queue {
    pub(super) fn new(rows_max: usize) -> Self {
        Self { state: Mutex::default(), filled: Notify::new(), rows_max }
    }

    /// Adds news of a series.
    pub(super) fn push(&self, feed: usize, news: &News) {
        let mut state = self.lock();
        let mut item = Item { feed, news: news.clone(), skipped: 0, revised_from: news.revised_from() };
        while !state.items.is_empty() && state.rows + news.rows() > self.rows_max {
            let Some(at) = state.items.iter().position(|item| item.feed == feed) else { break };
            let Some(dropped) = state.items.remove(at) else { break };
            state.rows -= dropped.news.rows();
            let next = state.items.iter_mut().skip(at).find(|item| item.feed == feed).unwrap_or(&mut item);
            next.skipped += dropped.skipped + dropped.news.closed();
            next.revised_from = next.revised_from.into_iter().chain(dropped.revised_from).min();
        }
        state.rows += news.rows();
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
    }

    /// Takes the oldest news.
    pub(super) fn pop(&self) -> Option<Item> {
        let mut state = self.lock();
        let item = state.items.pop_front()?;
        state.rows -= item.news.rows();
        Some(item)
    }

    /// Drops what waits of a series.
    pub(super) fn forget(&self, feed: usize) {
        let mut state = self.lock();
        state.items.retain(|item| item.feed != feed);
        state.rows = state.items.iter().map(|item| item.news.rows()).sum();
    }

    /// Tells of symbols with new series; not all of them, if it overflowed.
    pub(super) fn created(&self, symbols: &BTreeSet<Symbol>, overflowed: bool, created_max: usize) {
        let mut state = self.lock();
        let is_full = state.created.len() + symbols.len() > created_max;
        if is_full {
            state.created.clear();
        } else {
            state.created.extend(symbols.iter().cloned());
        }
        state.overflowed |= overflowed || is_full;
        drop(state);
        self.filled.notify_one();
    }

    /// Takes the symbols with new series, and whether there are others.
    pub(super) fn take_created(&self) -> (BTreeSet<Symbol>, bool) {
        let mut state = self.lock();
        (std::mem::take(&mut state.created), std::mem::take(&mut state.overflowed))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Safe after poisoning: the worst is a wrong count of rows.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(rows: std::ops::Range<i64>, provisional: bool, revised_from: Option<i64>) -> News {
        let times: Vec<u8> = rows.flat_map(i64::to_le_bytes).collect();
        let answer = Answer {
            times: times.into(),
            columns: vec![],
            facts: [].into(),
            epoch: 1,
            joins: [].into(),
            derived_from: None,
            as_of: None,
            key: None,
        };
        let position = Position { time: None, marks: [].into() };
        News::Rows(Arc::new(Update { answer, provisional, revised_from, position }))
    }

    fn first(item: &Item) -> i64 {
        match &item.news {
            News::Rows(update) => i64::from_le_bytes(update.answer.times[..8].try_into().expect("a row")),
            News::Failed(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_queue_that_is_not_read_keeps_the_newest_and_counts_the_rest() {
        let queue = Queue::new(4);
        for row in 0..100 {
            queue.push(0, &news(row..row + 1, false, (row == 7).then_some(3)));
            queue.push(1, &news(row..row + 1, row % 2 == 1, None));
        }
        let items: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let rows = items.iter().map(|item| item.news.rows()).sum::<usize>();
        assert!(rows <= 5, "{rows}");
        for (feed, closed) in [(0, 100), (1, 50)] {
            let own = || items.iter().filter(|item| item.feed == feed);
            let (told, skipped) = (own().map(|item| item.news.closed()).sum::<u64>(), own().map(|item| item.skipped));
            assert_eq!(told + skipped.sum::<u64>(), closed);
            assert_eq!(first(own().next_back().expect("the newest")), 99);
        }
        assert_eq!(items.iter().filter_map(|item| item.revised_from).collect::<Vec<_>>(), [3], "not forgotten");
        assert_eq!(queue.lock().rows, 0);
    }

    #[test]
    fn every_series_has_a_place() {
        let queue = Queue::new(2);
        (0..10).for_each(|feed| queue.push(feed, &news(0..2, false, None)));
        queue.push(3, &news(2..4, false, None));
        queue.forget(4);
        let items: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|item| (item.feed, item.skipped)).collect();
        assert_eq!(items, [(0, 0), (1, 0), (2, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (3, 2)]);
    }

    #[test]
    fn new_series_are_told_or_that_there_are_too_many() {
        let queue = Queue::new(1);
        let symbols = |names: &[&str]| names.iter().map(|name| name.parse().expect("valid")).collect::<BTreeSet<_>>();
        queue.created(&symbols(&["A", "B"]), false, 3);
        assert_eq!(queue.take_created(), (symbols(&["A", "B"]), false));
        queue.created(&symbols(&["A", "B"]), false, 3);
        queue.created(&symbols(&["C", "D"]), false, 3);
        assert_eq!(queue.take_created(), (symbols(&[]), true));
        assert_eq!(queue.take_created(), (symbols(&[]), false));
    }
}
