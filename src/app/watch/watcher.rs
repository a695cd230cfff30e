//! A watch: it joins the states of its series, begins each with the newest rows or with those that were missed, and then hands
//! on what its queue has.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use tokio::time::{Instant, sleep_until};

use super::hub::{Lookout, Membership, WatchPlace, Watches};
use super::live::Key;
use super::question::{Follower, WatchEvent, WatchQuestion};
use super::queue::{Queue, Update};
use super::tip::{Tip, last_time};
use super::token::Position;
use crate::app::workers::call_context::CallContext;
use crate::app::{Answer, Error, Kind};
use crate::series::SeriesId;

/// The pause before a series that could not be begun for now is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A series of a watch.
pub(super) struct Feed {
    pub(super) series: SeriesId,
    pub(super) digest: u64,
    /// While it is watched.
    pub(super) membership: Option<Membership>,
    /// Whether it was not there when the watch began.
    pub(super) is_new: bool,
    /// Whether it was told that it cannot be begun for now.
    pub(super) is_failing: bool,
    /// Whether the last row told is provisional.
    pub(super) shows_provisional: bool,
}

/// A running watch.
pub(super) struct Watcher {
    pub(super) hub: Arc<Watches>,
    pub(super) question: WatchQuestion,
    pub(super) canonical: Arc<str>,
    pub(super) context: CallContext,
    pub(super) queue: Arc<Queue>,
    pub(super) feeds: Vec<Feed>,
    pub(super) by_series: HashMap<SeriesId, usize>,
    /// The feeds that are still to begin.
    pub(super) to_join: VecDeque<usize>,
    /// The feeds to begin again at their time.
    retries: VecDeque<(Instant, usize)>,
    /// The feeds whose series do not exist yet, or no more.
    pub(super) waiting: BTreeSet<usize>,
    /// Where earlier watches stood, by digest.
    pub(super) positions: HashMap<u64, Position>,
    pub(super) ready: VecDeque<WatchEvent>,
    /// Whether queued news come next, before another series begins.
    news_next: bool,
    /// If no row may be left out.
    pub(super) follower: Option<Follower>,
    _lookout: Option<Lookout>,
    _place: Option<WatchPlace>,
}

impl Watches {
    /// Watches series: the newest rows of each first, then new ones as they come. The stream ends when none of its series
    /// exists any more and it does not wait for any.
    pub fn watch(
        self: &Arc<Self>,
        question: WatchQuestion,
        context: impl Into<CallContext>,
    ) -> Result<impl Stream<Item = Result<WatchEvent, Error>> + Send + 'static, Error> {
        self.open(question, context.into(), None)
    }

    /// Opens a watch, of a reader or of a follower.
    pub(super) fn open(
        self: &Arc<Self>,
        question: WatchQuestion,
        context: CallContext,
        follower: Option<Follower>,
    ) -> Result<impl Stream<Item = Result<WatchEvent, Error>> + Send + 'static, Error> {
        self.compute.executor.ensure_running()?;
        self.check(&question)?;
        let watcher = Watcher::new(self, question, context, follower)?;
        Ok(stream::unfold(Some(watcher), |watcher| async move {
            let mut watcher = watcher?;
            match watcher.next().await {
                Some(Ok(event)) => Some((Ok(event), Some(watcher))),
                Some(Err(error)) => Some((Err(error), None)),
                None => None,
            }
        }))
    }

    /// Checks a question against the limits.
    pub(super) fn check(&self, question: &WatchQuestion) -> Result<(), Error> {
        let (max, given) = (self.limits.watch_series_max, question.series.len());
        if given > max || (given == 0 && question.glob.is_none()) {
            let expected = format!("between 1 and {max} series, or a symbol_glob");
            return Err(Error::Field { field: "series", expected, given: given.to_string() });
        }
        let (max, needed) = (self.limits.watch_rows_max as u64, question.last);
        if needed > max {
            let hint = Some("use ComputeStream for older rows");
            return Err(Error::TooMuch { limit: "watch_rows_max", max, needed, hint });
        }
        Ok(())
    }
}

impl Watcher {
    fn new(
        hub: &Arc<Watches>,
        question: WatchQuestion,
        context: CallContext,
        follower: Option<Follower>,
    ) -> Result<Self, Error> {
        let positions = question.resume.iter().map(Position::read).collect::<Result<_, _>>()?;
        hub.ensure_dispatching();
        // Alerts have a limit of their own, so that readers cannot take their places.
        let place = if follower.is_some() { None } else { Some(hub.place()?) };
        let queue = Arc::new(Queue::new(hub.limits.watch_buffer_rows_max, &hub.waiting));
        let may_grow = question.glob.is_some() || question.wait_for_series;
        // Before the series are listed, so that none is missed in between.
        let lookout = may_grow.then(|| hub.look_out(&queue));
        let mut watcher = Self {
            hub: Arc::clone(hub),
            canonical: (*question.compiled.canonical).into(),
            context,
            queue,
            feeds: vec![],
            by_series: HashMap::new(),
            to_join: VecDeque::new(),
            retries: VecDeque::new(),
            waiting: BTreeSet::new(),
            positions,
            ready: VecDeque::new(),
            news_next: false,
            follower,
            _lookout: lookout,
            _place: place,
            question,
        };
        watcher.list()?;
        watcher.feeds.iter_mut().for_each(|feed| feed.is_new = false);
        Ok(watcher)
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        loop {
            if self.hub.ended.is_cancelled() {
                return Some(Err(Error::Stopping));
            }
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            if let Err(error) = self.look_again() {
                return Some(Err(error));
            }
            self.retry();
            self.tell_begun();
            self.news_next = !self.news_next || self.to_join.is_empty();
            if self.news_next
                && let Some(item) = self.queue.pop()
            {
                self.receive(item);
            } else if let Some(feed) = self.to_join.pop_front() {
                if let Err(error) = self.join(feed).await {
                    return Some(Err(error));
                }
            } else if self.is_over() {
                return None;
            } else {
                let due = self.retries.front().map(|(at, _)| *at);
                tokio::select! {
                    () = self.queue.filled.notified() => {}
                    () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
                    () = self.hub.ended.cancelled() => {}
                }
            }
        }
    }

    /// Begins the series again whose time has come.
    fn retry(&mut self) {
        let now = Instant::now();
        let due = self.retries.partition_point(|(at, _)| *at <= now);
        self.to_join.extend(self.retries.drain(..due).map(|(_, feed)| feed));
    }

    fn is_over(&self) -> bool {
        let is_watched = self.feeds.iter().any(|feed| feed.membership.is_some());
        !is_watched
            && self.waiting.is_empty()
            && self.retries.is_empty()
            && self.question.glob.is_none()
            && self.ready.is_empty()
    }

    /// Begins a series.
    async fn join(&mut self, feed: usize) -> Result<(), Error> {
        match self.begin(feed).await {
            Ok(()) => {
                self.feeds[feed].is_failing = false;
                Ok(())
            }
            Err(error) if error.kind() == Kind::NotFound && self.waits() => {
                self.feeds[feed].is_new = true;
                self.waiting.insert(feed);
                Ok(())
            }
            // The only series: its error is that of the call.
            Err(error) if self.feeds.len() == 1 && self.question.glob.is_none() && self.follower.is_none() => {
                Err(error)
            }
            Err(error) => {
                let passes = error.retry_after().is_some() || matches!(error.kind(), Kind::Late);
                if passes {
                    self.retries.push_back((Instant::now() + RETRY_PAUSE, feed));
                }
                // Told once, however often it is tried.
                if !std::mem::replace(&mut self.feeds[feed].is_failing, passes) {
                    self.ready.push_back(self.failure(feed, Arc::new(error)));
                }
                Ok(())
            }
        }
    }

    pub(super) fn waits(&self) -> bool {
        self.question.wait_for_series || self.question.glob.is_some()
    }

    async fn begin(&mut self, feed: usize) -> Result<(), Error> {
        let (series, resampling) = (self.feeds[feed].series.clone(), self.question.resampling);
        let adjust = self.question.adjust;
        let key = Key { series, resampling, adjust, canonical: Arc::clone(&self.canonical) };
        let mut membership = match self.feeds[feed].membership.take() {
            // It catches up.
            Some(mut membership) => {
                membership.leave();
                self.queue.forget(feed);
                membership
            }
            None => self.hub.enter(key, &self.question.compiled)?,
        };
        let live = Arc::clone(&membership.live);
        let (number, tip) = live.join(&self.hub.compute, &self.context, &self.queue, feed).await?;
        membership.watcher = Some(number);
        let begun = match tip {
            Ok(tip) => self.newest(feed, &membership, &tip).await,
            // The state tells when its series is there again.
            Err(error) if error.kind() == Kind::NotFound && self.waits() => Ok(()),
            Err(error) => Err(error.into()),
        };
        if begun.is_ok() {
            self.feeds[feed].membership = Some(membership);
        } else {
            drop(membership);
            self.queue.forget(feed);
        }
        begun
    }

    /// The rows to begin with: the newest, or those that were missed.
    async fn newest(&mut self, feed: usize, membership: &Membership, tip: &Tip) -> Result<(), Error> {
        if self.follower.is_some() {
            return self.follow(feed, membership, tip).await;
        }
        let position = self.positions.remove(&self.feeds[feed].digest);
        let (time, first, revised_from, skipped) = match position {
            None => (None, tip.closed - tip.closed.min(self.question.last as usize), None, 0),
            Some(Position { time, marks }) => {
                let (first, revised_from) = tip.resume(time, tip.changed_since(&marks)?)?;
                let unsent = tip.row_after(time)?;
                let first_max = tip.closed.saturating_sub(self.hub.limits.watch_rows_max);
                let start = first.max(first_max).min(tip.closed);
                (time, start, revised_from, start.saturating_sub(unsent) as u64)
            }
        };
        let closed = first..tip.closed;
        if !closed.is_empty() || revised_from.is_some() {
            let answer = self.answer(membership, tip, closed).await?;
            let position = tip.position(last_time(&answer).or(time));
            let update = Update { answer, provisional: false, revised_from, skipped, position };
            self.hand_on(feed, &update, skipped, revised_from);
        }
        if tip.provisional {
            let answer = self.answer(membership, tip, tip.closed..tip.closed + 1).await?;
            let position = tip.position(tip.closed_time);
            let update = Update { answer, provisional: true, revised_from: None, skipped: 0, position };
            self.hand_on(feed, &update, 0, None);
        }
        Ok(())
    }

    /// Rows of a tip, as Compute answers.
    pub(super) async fn answer(
        &self,
        membership: &Membership,
        tip: &Tip,
        rows: std::ops::Range<usize>,
    ) -> Result<Answer, Error> {
        let query = membership.live.query(&self.hub.compute, tip, rows, None)?;
        let held = self.context.reserve(query.answer_bytes()).await?;
        let answer = self.hub.compute.answer(query, &self.context).await?;
        self.context.memory.attach(held);
        Ok(answer)
    }
}
