//! The queue of one watch: bounded by rows, and by bytes together with all others, then conflated.
//!
//! A full queue drops the oldest update of the series that has a new one, and its next update carries on what was dropped:
//! how many closed rows, and from where on values were revised. So a reader that lags misses rows in the middle, is told how
//! many, and has the newest of every series; the queue holds at most its rows and one update per series more. If the bytes of all
//! queues are spent, an update leaves all its rows out, and says so.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
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
    /// The new closed rows left out before these.
    pub(super) skipped: u64,
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

    fn bytes(&self) -> usize {
        match self {
            Self::Rows(update) => (1 + update.answer.columns.len()) * update.answer.times.len(),
            Self::Failed(_) => 0,
        }
    }

    /// What it tells without its rows; `None` if that is nothing.
    fn without_rows(&self) -> Option<Self> {
        match self {
            Self::Rows(update) if update.provisional => None,
            Self::Rows(update) => {
                // Not a slice, which would hold what it is cut from.
                let columns = vec![Bytes::new(); update.answer.columns.len()];
                let answer = Answer { times: Bytes::new(), columns, ..update.answer.clone() };
                Some(Self::Rows(Arc::new(Update { answer, ..Update::clone(update) })))
            }
            Self::Failed(_) => Some(self.clone()),
        }
    }

    /// The rows that count as skipped if they are dropped.
    fn closed(&self) -> u64 {
        match self {
            Self::Rows(update) if !update.provisional => update.answer.rows() as u64,
            _ => 0,
        }
    }

    fn skipped(&self) -> u64 {
        match self {
            Self::Rows(update) => update.skipped,
            Self::Failed(_) => 0,
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
    /// The closed rows left out before.
    pub(super) skipped: u64,
    /// The earliest revision, dropped ones included.
    pub(super) revised_from: Option<i64>,
    _held: Option<Reservation>,
}

/// The bytes that wait in the queues of all watches.
#[derive(Debug)]
pub(super) struct Waiting {
    bytes: AtomicUsize,
    bytes_max: usize,
}

/// Some of them, until they are taken or dropped.
#[derive(Debug)]
struct Reservation {
    waiting: Arc<Waiting>,
    bytes: usize,
}

impl Waiting {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), bytes_max }
    }

    fn hold(self: &Arc<Self>, bytes: usize) -> Option<Reservation> {
        let fits = |held: usize| held.checked_add(bytes).filter(|&held| held <= self.bytes_max);
        let held = self.bytes.fetch_update(Relaxed, Relaxed, fits).is_ok();
        held.then(|| Reservation { waiting: Arc::clone(self), bytes })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.waiting.bytes.fetch_sub(self.bytes, Relaxed);
    }
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    rows: usize,
    created: BTreeSet<Symbol>,
    overflowed: bool,
}

impl State {
    /// Drops the oldest news of the series of a new item. What is told after them carries on what was dropped.
    fn conflate(&mut self, item: &mut Item) -> bool {
        let feed = item.feed;
        let Some(at) = self.items.iter().position(|item| item.feed == feed) else { return false };
        let Some(dropped) = self.items.remove(at) else { return false };
        self.rows -= dropped.news.rows();
        let next = self.items.iter_mut().skip(at).find(|item| item.feed == feed).unwrap_or(item);
        next.skipped += dropped.skipped + dropped.news.closed();
        next.revised_from = next.revised_from.into_iter().chain(dropped.revised_from).min();
        true
    }
}

/// The queue of one watch.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    pub(super) filled: Notify,
    rows_max: usize,
    waiting: Arc<Waiting>,
}

impl Queue {
    pub(super) fn new(rows_max: usize, waiting: &Arc<Waiting>) -> Self {
        Self { state: Mutex::default(), filled: Notify::new(), rows_max, waiting: Arc::clone(waiting) }
    }

    /// Adds news of a series.
    pub(super) fn push(&self, feed: usize, news: &News) {
        let mut state = self.lock();
        let (skipped, revised_from) = (news.skipped(), news.revised_from());
        let mut item = Item { feed, news: news.clone(), skipped, revised_from, _held: None };
        while !state.items.is_empty() && state.rows + news.rows() > self.rows_max && state.conflate(&mut item) {}
        item._held = self.waiting.hold(news.bytes());
        if item._held.is_none() {
            let Some(reported) = news.without_rows() else { return };
            item.skipped += news.closed();
            item.news = reported;
            while state.conflate(&mut item) {}
        }
        state.rows += item.news.rows();
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
            changes: None,
            adjustments: vec![],
            key: None,
        };
        let position = Position { time: None, marks: [].into() };
        News::Rows(Arc::new(Update { answer, provisional, revised_from, skipped: 0, position }))
    }

    fn first(item: &Item) -> i64 {
        match &item.news {
            News::Rows(update) => i64::from_le_bytes(update.answer.times[..8].try_into().expect("a row")),
            News::Failed(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_queue_that_is_not_read_keeps_the_newest_and_counts_the_rest() {
        let waiting = Arc::new(Waiting::new(1 << 20));
        let queue = Queue::new(4, &waiting);
        for row in 0..100 {
            queue.push(0, &news(row..row + 1, false, (row == 7).then_some(3)));
            queue.push(1, &news(row..row + 1, row % 2 == 1, None));
        }
        let items: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let rows = items.iter().map(|item| item.news.rows()).sum::<usize>();
        assert!(rows <= 5, "{rows}");
        for (feed, closed) in [(0, 100), (1, 50)] {
            let own = || items.iter().filter(|item| item.feed == feed);
            let (reported, skipped) =
                (own().map(|item| item.news.closed()).sum::<u64>(), own().map(|item| item.skipped));
            assert_eq!(reported + skipped.sum::<u64>(), closed);
            assert_eq!(first(own().next_back().expect("the newest")), 99);
        }
        assert_eq!(items.iter().filter_map(|item| item.revised_from).collect::<Vec<_>>(), [3], "not forgotten");
        assert_eq!(queue.lock().rows, 0);
        drop(items);
        assert_eq!(waiting.bytes.load(Relaxed), 0);
    }

    #[test]
    fn rows_beyond_the_bytes_of_all_queues_are_counted_and_revisions_told() {
        let waiting = Arc::new(Waiting::new(80));
        let (one, two) = (Queue::new(100, &waiting), Queue::new(100, &waiting));
        one.push(0, &news(0..10, false, None));
        for row in 0..50 {
            two.push(0, &news(row..row + 1, false, (row == 7).then_some(3)));
            two.push(1, &news(row..row + 1, true, None));
        }
        assert_eq!(two.lock().items.len(), 1);
        let item = two.pop().expect("told all the same");
        assert_eq!((item.skipped, item.revised_from, item.news.rows()), (50, Some(3), 0));
        assert_eq!(one.pop().map(|item| item.news.rows()), Some(10));
        two.push(0, &news(50..51, false, None));
        assert_eq!(two.pop().map(|item| (item.skipped, item.news.rows())), Some((0, 1)));
        assert_eq!(waiting.bytes.load(Relaxed), 0);
    }

    #[test]
    fn every_series_has_a_place() {
        let queue = Queue::new(2, &Arc::new(Waiting::new(1 << 20)));
        (0..10).for_each(|feed| queue.push(feed, &news(0..2, false, None)));
        queue.push(3, &news(2..4, false, None));
        queue.forget(4);
        let items: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|item| (item.feed, item.skipped)).collect();
        assert_eq!(items, [(0, 0), (1, 0), (2, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (3, 2)]);
    }

    #[test]
    fn new_series_are_told_or_that_there_are_too_many() {
        let queue = Queue::new(1, &Arc::new(Waiting::new(1 << 20)));
        let symbols = |names: &[&str]| names.iter().map(|name| name.parse().expect("valid")).collect::<BTreeSet<_>>();
        queue.created(&symbols(&["A", "B"]), false, 3);
        assert_eq!(queue.take_created(), (symbols(&["A", "B"]), false));
        queue.created(&symbols(&["A", "B"]), false, 3);
        queue.created(&symbols(&["C", "D"]), false, 3);
        assert_eq!(queue.take_created(), (symbols(&[]), true));
        assert_eq!(queue.take_created(), (symbols(&[]), false));
    }
}
