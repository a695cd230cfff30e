//! A watch: it joins the states of its series, begins each with the newest rows or with those that were missed, and then hands
//! on what its queue has.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::hub::{Lookout, Membership, WatchPlace, Watches};
use super::live::Key;
use super::question::{WatchEvent, WatchQuestion, WatchRows};
use super::queue::{Item, News, Queue, Update};
use super::tip::{Tip, last_time};
use super::token::{Position, digest};
use crate::app::workers::call_context::CallContext;
use crate::app::{Answer, Error, Kind};
use crate::series::{SeriesId, Symbol};

/// A series of a watch.
struct Feed {
    series: SeriesId,
    digest: u64,
    /// While it is watched.
    membership: Option<Membership>,
}

/// A running watch.
struct Watcher {
    hub: Arc<Watches>,
    question: WatchQuestion,
    canonical: Arc<str>,
    context: CallContext,
    queue: Arc<Queue>,
    feeds: Vec<Feed>,
    by_series: HashMap<SeriesId, usize>,
    /// The feeds that are still to begin.
    to_join: VecDeque<usize>,
    /// The feeds whose series do not exist yet, or no more.
    waiting: BTreeSet<usize>,
    /// Where earlier watches stood, by digest.
    positions: HashMap<u64, Position>,
    ready: VecDeque<WatchEvent>,
    /// Whether queued news come next, before another series begins.
    news_next: bool,
    _lookout: Option<Lookout>,
    _place: WatchPlace,
}

impl Watches {
    /// Watches series: the newest rows of each first, then new ones as they come. The stream ends when none of its series
    /// exists any more and it does not wait for any.
    pub fn watch(
        self: &Arc<Self>,
        question: WatchQuestion,
        context: impl Into<CallContext>,
    ) -> Result<impl Stream<Item = Result<WatchEvent, Error>> + Send + 'static, Error> {
        self.compute.executor.ensure_running()?;
        self.check(&question)?;
        let watcher = Watcher::new(self, question, context.into())?;
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
    fn new(hub: &Arc<Watches>, question: WatchQuestion, context: CallContext) -> Result<Self, Error> {
        let positions = question.resume.iter().map(Position::read).collect::<Result<_, _>>()?;
        let place = hub.place()?;
        let queue = Arc::new(Queue::new(hub.limits.watch_buffer_rows_max));
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
            waiting: BTreeSet::new(),
            positions,
            ready: VecDeque::new(),
            news_next: false,
            _lookout: lookout,
            _place: place,
            question,
        };
        watcher.list()?;
        Ok(watcher)
    }

    /// Lists the series to begin with.
    fn list(&mut self) -> Result<(), Error> {
        self.permit()?;
        for series in self.question.series.clone() {
            if !self.question.wait_for_series {
                self.exists(&series)?;
            }
            self.add(series)?;
        }
        let is_known = |digest: &u64| self.feeds.iter().any(|feed| feed.digest == *digest);
        if self.question.glob.is_none() && !self.positions.keys().all(is_known) {
            let expected = "tokens of watches of these series, expressions and resampling".into();
            return Err(Error::Field { field: "resume_tokens", expected, given: "another".into() });
        }
        self.add_all()?;
        match &self.question.glob {
            Some((pattern, timeframe)) if self.feeds.is_empty() && !self.question.wait_for_series => {
                Err(Error::NoMatch { pattern: pattern.to_string(), timeframe: *timeframe })
            }
            _ => Ok(()),
        }
    }

    /// An error if the caller may not watch what it names. States are shared and know no caller, so it is here that each is
    /// checked; what a pattern matches is left out instead.
    fn permit(&self) -> Result<(), Error> {
        // A watch is about now.
        self.context.permit_as_of(None)?;
        self.question.series.iter().try_for_each(|series| self.context.permit(series))?;
        self.question.compiled.plan.series().iter().try_for_each(|symbol| self.context.permit_symbol(symbol))
    }

    /// An error if the series, or one that its expressions join, does not exist.
    fn exists(&self, series: &SeriesId) -> Result<(), Error> {
        let joined = self.question.compiled.plan.series();
        self.hub.compute.bars.inputs(series, &self.question.resampling, None, joined, &self.context).map(drop)
    }

    /// Adds all series of the pattern.
    fn add_all(&mut self) -> Result<(), Error> {
        let Some((pattern, _)) = &self.question.glob else { return Ok(()) };
        let symbols = self.hub.compute.bars.catalog.symbols(pattern, |_| true);
        self.add_matching(&symbols)
    }

    /// Adds the series of those of these symbols that are of the pattern, as far as the caller may reach them.
    fn add_matching<'a>(&mut self, symbols: impl IntoIterator<Item = &'a Symbol>) -> Result<(), Error> {
        let Some((glob, timeframe)) = self.question.glob.clone() else { return Ok(()) };
        let reached = |symbol: &Symbol| glob.matches(symbol) && self.context.shows(symbol);
        let symbols: Vec<_> = symbols.into_iter().filter(|symbol| reached(symbol)).collect();
        for symbol in symbols {
            let series = SeriesId { symbol: symbol.clone(), timeframe };
            let is_absent = |error: Error| matches!(error.kind(), Kind::NotFound);
            if !self.by_series.contains_key(&series) && !self.exists(&series).is_err_and(is_absent) {
                self.add(series)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, series: SeriesId) -> Result<(), Error> {
        if self.by_series.contains_key(&series) {
            return Ok(());
        }
        let (max, needed) = (self.hub.limits.watch_series_max as u64, self.feeds.len() as u64 + 1);
        if needed > max {
            return Err(Error::TooMuch { limit: "watch_series_max", max, needed, hint: Some("watch fewer series") });
        }
        let feed = self.feeds.len();
        let digest = digest(&series, &self.question.resampling, &self.canonical);
        self.by_series.insert(series.clone(), feed);
        self.feeds.push(Feed { series, digest, membership: None });
        self.to_join.push_back(feed);
        Ok(())
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
                tokio::select! {
                    () = self.queue.filled.notified() => {}
                    () = self.hub.ended.cancelled() => {}
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        let is_watched = self.feeds.iter().any(|feed| feed.membership.is_some());
        !is_watched && self.waiting.is_empty() && self.question.glob.is_none() && self.ready.is_empty()
    }

    /// Begins series that were created since.
    fn look_again(&mut self) -> Result<(), Error> {
        let (created, overflowed) = self.queue.take_created();
        if created.is_empty() && !overflowed {
            return Ok(());
        }
        let joined = self.question.compiled.plan.series();
        let feeds = &self.feeds;
        let is_there = |feed: &usize| {
            overflowed || created.contains(&feeds[*feed].series.symbol) || joined.iter().any(|s| created.contains(s))
        };
        let found: Vec<_> = self.waiting.iter().copied().filter(is_there).collect();
        for feed in found {
            self.waiting.remove(&feed);
            self.to_join.push_back(feed);
        }
        match overflowed {
            true => self.add_all(),
            false => self.add_matching(&created),
        }
    }

    /// Begins a series.
    async fn join(&mut self, feed: usize) -> Result<(), Error> {
        match self.begin(feed).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == Kind::NotFound && self.waits() => {
                self.waiting.insert(feed);
                Ok(())
            }
            // The only series: its error is that of the call.
            Err(error) if self.feeds.len() == 1 && self.question.glob.is_none() => Err(error),
            Err(error) => {
                self.ready.push_back(self.failure(feed, Arc::new(error)));
                Ok(())
            }
        }
    }

    fn waits(&self) -> bool {
        self.question.wait_for_series || self.question.glob.is_some()
    }

    async fn begin(&mut self, feed: usize) -> Result<(), Error> {
        let (series, resampling) = (self.feeds[feed].series.clone(), self.question.resampling);
        let key = Key { series, resampling, canonical: Arc::clone(&self.canonical) };
        let mut membership = self.hub.enter(key, &self.question.compiled)?;
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
            let update = Update { answer, provisional: false, revised_from, position };
            self.hand_on(feed, &update, skipped, revised_from);
        }
        if tip.provisional {
            let answer = self.answer(membership, tip, tip.closed..tip.closed + 1).await?;
            let position = tip.position(tip.closed_time);
            self.hand_on(feed, &Update { answer, provisional: true, revised_from: None, position }, 0, None);
        }
        Ok(())
    }

    /// Rows of a tip, as Compute answers.
    async fn answer(&self, membership: &Membership, tip: &Tip, rows: std::ops::Range<usize>) -> Result<Answer, Error> {
        let query = membership.live.query(&self.hub.compute, tip, rows, None)?;
        let held = self.context.reserve(query.answer_bytes()).await?;
        let answer = self.hub.compute.answer(query, &self.context).await?;
        self.context.memory.attach(held);
        Ok(answer)
    }

    /// Takes queued news.
    fn receive(&mut self, item: Item) {
        let Item { feed, news, skipped, revised_from } = item;
        match news {
            News::Rows(update) => self.hand_on(feed, &update, skipped, revised_from),
            News::Failed(error) => {
                if error.kind() == Kind::NotFound && !self.waits() {
                    self.feeds[feed].membership = None;
                    self.queue.forget(feed);
                }
                self.ready.push_back(self.failure(feed, error));
            }
        }
    }

    /// Makes an event of an update, unless the condition leaves nothing of it.
    fn hand_on(&mut self, feed: usize, update: &Update, skipped: u64, revised_from: Option<i64>) {
        let Update { answer, provisional, position, .. } = update;
        let answer = if self.question.conditional { only_held(answer) } else { answer.clone() };
        if self.question.conditional && answer.rows() == 0 && skipped == 0 && revised_from.is_none() {
            return;
        }
        let Feed { series, digest, .. } = &self.feeds[feed];
        let rows = WatchRows { answer, provisional: *provisional, revised_from, skipped };
        let (series, token) = (series.clone(), position.token(*digest));
        self.ready.push_back(WatchEvent { series, outcome: Ok(rows), token });
    }

    fn failure(&self, feed: usize, error: Arc<Error>) -> WatchEvent {
        WatchEvent { series: self.feeds[feed].series.clone(), outcome: Err(error), token: Bytes::new() }
    }
}

/// The rows whose last column holds, without that column.
fn only_held(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    let condition = answer.columns.pop().unwrap_or_default();
    let holds = |bytes: &[u8; 8]| {
        let value = f64::from_le_bytes(*bytes);
        value != 0.0 && !value.is_nan()
    };
    let held: Vec<bool> = condition.as_chunks().0.iter().map(holds).collect();
    if held.iter().all(|&held| held) {
        return answer;
    }
    let chosen = |column: &Bytes| {
        let rows = column.as_chunks::<8>().0.iter().zip(&held).filter(|(_, held)| **held);
        rows.flat_map(|(bytes, _)| *bytes).collect::<Bytes>()
    };
    Answer { times: chosen(&answer.times), columns: answer.columns.iter().map(chosen).collect(), ..answer }
}
