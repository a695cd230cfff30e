//! A live state: one computation at the tip of a series, its task, and its watchers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell};
use tokio_util::sync::CancellationToken;

use super::queue::{News, Queue, Update};
use super::tip::{Progressed, Step, Tip};
use crate::app::bars::resample::Loaded;
use crate::app::bars::visible::{View, now};
use crate::app::compute::compiled::CompiledQuery;
use crate::app::compute::prepared::{Over, PreparedQuery};
use crate::app::compute::service::Compute;
use crate::app::workers::call_context::{CallContext, Caller};
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::{INLINE_COST_MAX, Progress};
use crate::app::{Adjust, Error, Kind};
use crate::indicator::Checkpoint;
use crate::series::{Resampling, SeriesId, Symbol};

/// The group of live states in the fair order of the lanes: they share the CPU with callers as one more.
const LIVE_GROUP: u64 = u64::MAX;

/// The shortest wait before the end of a bar is looked at again, and before a state that failed is tried again.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// The identity of a state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) series: SeriesId,
    /// Also whether the forming bar is told.
    pub(super) resampling: Resampling,
    pub(super) adjust: Adjust,
    pub(super) canonical: Arc<str>,
}

/// A state and its watchers.
pub(super) struct Live {
    pub(super) key: Key,
    /// Unlike that of any other state of the hub.
    number: u64,
    /// The estimated size of the state, in bytes.
    pub(super) bytes: u64,
    /// Those who joined or are about to; changed under the lock of the hub.
    users: AtomicUsize,
    /// Bars of a symbol have changed.
    pub(super) woken: Notify,
    pub(super) ended: CancellationToken,
    compiled: Arc<CompiledQuery>,
    rows_max: usize,
    begun: OnceCell<()>,
    shared: Mutex<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The bars told last, or why there are none.
    tip: Option<Result<Arc<Tip>, Arc<Error>>>,
    watchers: BTreeMap<u64, (Arc<Queue>, usize)>,
    next: u64,
}

impl Live {
    pub(super) fn new(
        key: Key,
        number: u64,
        compiled: Arc<CompiledQuery>,
        rows_max: usize,
        ended: CancellationToken,
    ) -> Self {
        let bytes = compiled.plan.state_bytes() as u64;
        let (users, woken, begun) = (AtomicUsize::new(0), Notify::new(), OnceCell::new());
        Self { key, number, bytes, users, woken, ended, compiled, rows_max, begun, shared: Mutex::default() }
    }

    /// The symbols whose bars it depends on.
    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        std::iter::once(&self.key.series.symbol).chain(self.compiled.plan.series())
    }

    /// Adds a watcher: all news after the tip that is returned go to `queue`, also where there is none for now. Starts the
    /// task if it is the first.
    pub(super) async fn join(
        self: &Arc<Self>,
        compute: &Arc<Compute>,
        context: &CallContext,
        queue: &Arc<Queue>,
        feed: usize,
    ) -> Result<(u64, Result<Arc<Tip>, Arc<Error>>), Error> {
        // The work of the caller who comes first, but the bars of all.
        let shared = CallContext { identity: None, ..context.clone() };
        let begin = async {
            let tip = Arc::new(self.load(compute, &shared).await?);
            self.lock().tip = Some(Ok(Arc::clone(&tip)));
            let task = Arc::clone(self).run(Arc::clone(compute), Progressed { tip, base: None });
            tokio::spawn(task);
            Ok::<_, Error>(())
        };
        self.begun.get_or_try_init(|| begin).await?;
        let mut shared = self.lock();
        let tip = shared.tip.clone().ok_or(Error::Stopping)?;
        shared.next += 1;
        let number = shared.next;
        shared.watchers.insert(number, (Arc::clone(queue), feed));
        Ok((number, tip))
    }

    /// Removes a watcher.
    pub(super) fn leave(&self, number: u64) {
        self.lock().watchers.remove(&number);
    }

    /// The rows of a tip as a query.
    pub(super) fn query(
        &self,
        compute: &Compute,
        tip: &Tip,
        rows: std::ops::Range<usize>,
        base: Option<Checkpoint>,
    ) -> Result<PreparedQuery, Error> {
        let (compiled, source, joined) = (Arc::clone(&self.compiled), Arc::clone(&tip.source), tip.joined.clone());
        Over { compiled, source, joined, rows, as_of: None }.prepare(&compute.checkpoints, base)
    }

    /// The tip as it is now. Watchers share it, so what each may reach is checked when it adds its series.
    async fn load(&self, compute: &Compute, context: &CallContext) -> Result<Tip, Error> {
        let Key { series, resampling, adjust, .. } = &self.key;
        let view = View { adjust: *adjust, ..View::default() };
        let inputs = compute.bars.inputs(series, resampling, view, self.compiled.plan.series(), context)?;
        let Loaded { own, joined, .. } = compute.bars.load(inputs, context).await?;
        Ok(Tip::new(own.source, joined, series.timeframe, resampling.include_forming, now())?)
    }

    /// Moves the state on whenever its bars change or its newest bar closes, until nobody watches.
    async fn run(self: Arc<Self>, compute: Arc<Compute>, mut state: Progressed) {
        let context = self.context();
        loop {
            let again = match self.advance(&compute, &context, &mut state).await {
                Ok(()) => state.tip.closes_at.map(|at| Duration::from_nanos(at.saturating_sub(now()).unsigned_abs())),
                Err(error) => {
                    state.base = None;
                    self.failed(error)
                }
            };
            let again = async {
                match again {
                    Some(pause) => tokio::time::sleep(pause.max(PAUSE_MIN)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.woken.notified() => {}
                () = again => {}
                () = self.ended.cancelled() => return,
            }
        }
    }

    /// States are a group of callers, each a connection of its own. A watch that has begun goes on, however busy the server is.
    fn context(&self) -> CallContext {
        CallContext {
            caller: Caller { group: LIVE_GROUP, connection: self.number, share: 1 },
            has_begun: Arc::new(true.into()),
            ..CallContext::default()
        }
    }

    async fn advance(&self, compute: &Compute, context: &CallContext, state: &mut Progressed) -> Result<(), Error> {
        let tip = Arc::new(self.load(compute, context).await?);
        let query = |rows, base| self.query(compute, &tip, rows, base);
        let Some(step) = Step::plan(state, &tip, self.rows_max, query)? else {
            // Whoever failed before is back.
            self.lock().tip = Some(Ok(Arc::clone(&tip)));
            state.tip = tip;
            return Ok(());
        };
        let (updates, progressed) = self.work(compute, context, step).await?;
        *state = progressed;
        self.tell(&state.tip, updates);
        Ok(())
    }

    async fn work(
        &self,
        compute: &Compute,
        context: &CallContext,
        step: Step,
    ) -> Result<(Vec<Update>, Progressed), Error> {
        let cost = step.cost();
        let mut work = step.work();
        if cost > INLINE_COST_MAX {
            return compute.executor.run_steps(context, cost, work).await;
        }
        let whole = move |cancellation: &Cancellation| loop {
            if let Progress::Done(done) = work(cancellation)? {
                return Ok(done);
            }
        };
        compute.executor.run(context, cost, whole).await
    }

    fn tell(&self, tip: &Arc<Tip>, updates: Vec<Update>) {
        let news: Vec<_> = updates.into_iter().map(|update| News::Rows(Arc::new(update))).collect();
        let mut shared = self.lock();
        shared.tip = Some(Ok(Arc::clone(tip)));
        for news in &news {
            shared.watchers.values().for_each(|(queue, feed)| queue.push(*feed, news));
        }
    }

    /// Tells the watchers of a failure that does not pass by itself; when to try again.
    fn failed(&self, error: Error) -> Option<Duration> {
        let retry_after = error.retry_after();
        if matches!((error.kind(), retry_after), (Kind::Exhausted, Some(_)) | (Kind::Late, _)) {
            return Some(retry_after.unwrap_or_default());
        }
        let error = Arc::new(error);
        let mut shared = self.lock();
        let is_new = !matches!(&shared.tip, Some(Err(known)) if known.to_string() == error.to_string());
        if is_new {
            let news = News::Failed(Arc::clone(&error));
            shared.watchers.values().for_each(|(queue, feed)| queue.push(*feed, &news));
            shared.tip = Some(Err(error));
        }
        retry_after
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // Safe after poisoning: each change is a single step.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more who is about to join.
    pub(super) fn enter(&self) {
        self.users.fetch_add(1, SeqCst);
    }

    /// One less; whether it was the last.
    pub(super) fn exit(&self) -> bool {
        self.users.fetch_sub(1, SeqCst) == 1
    }
}
