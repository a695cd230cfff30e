//! The answer to a prepared query: from the cache if that is faster, otherwise computed once for all who ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout_at;

use super::answer_codec;
use super::prepared::PreparedQuery;
use super::question::Answer;
use super::recent::RecentKey;
use super::service::Compute;
use crate::app::bars::join::Joined;
use crate::app::bars::revisions::since::Changes;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::{INLINE_COST_MAX, STEP_COST};
use crate::app::{Adjustment, Error, Join};
use crate::cache::{Tiers, Value};

/// Cheaper answers are recomputed faster than Redis returns them. About 100 microseconds.
const SHARED_MIN: u64 = 100_000;

impl Value for Answer {
    fn size(&self) -> usize {
        self.times.len() + self.columns.iter().map(|column| column.len()).sum::<usize>()
    }

    fn encode(&self) -> Bytes {
        answer_codec::pack(self)
    }

    fn decode(bytes: &Bytes) -> Option<Self> {
        answer_codec::unpack(bytes).ok()
    }
}

/// The metadata of an answer that depends on the caller.
struct AnswerMetadata {
    as_of: Option<i64>,
    changes: Option<Arc<Changes>>,
    adjustments: Vec<Arc<Adjustment>>,
    epoch: u64,
    joined: Arc<[Joined]>,
}

impl AnswerMetadata {
    fn new(query: &PreparedQuery) -> Self {
        let (as_of, changes, adjustments) = (query.as_of, query.changes.clone(), query.adjustments());
        Self { as_of, changes, adjustments, epoch: query.source.visible_epoch(), joined: Arc::clone(&query.joined) }
    }

    /// The answer with this metadata.
    fn attach(self, answer: Answer) -> Answer {
        let Self { as_of, changes, adjustments, epoch, joined } = self;
        let visible = |(joined, join): (&Joined, &Join)| joined.visible(join);
        let joins = match joined.is_empty() {
            true => answer.joins,
            false => joined.iter().zip(&*answer.joins).map(visible).collect(),
        };
        Answer { as_of, changes, adjustments, epoch, joins, ..answer }
    }
}

impl Compute {
    /// The answer to a query. What takes longer is boxed: the future of a call is copied when it begins, and recent answers need
    /// little of it.
    pub(crate) async fn answer(&self, query: PreparedQuery, context: &CallContext) -> Result<Answer, Error> {
        // Queries with different `as_of` and `since` that select the same bars share an answer.
        let metadata = AnswerMetadata::new(&query);
        let Some(key) = RecentKey::new(&query) else {
            return Ok(metadata.attach(Box::pin(self.cached(query, context)).await?));
        };
        if let Some(answer) = self.recent.get(&key) {
            return Ok(metadata.attach(answer));
        }
        let answer = Box::pin(self.cached(query, context)).await?;
        self.recent.put(key, &answer);
        Ok(metadata.attach(answer))
    }

    /// The answer from the cache if that is faster, otherwise computed once for all who ask.
    async fn cached(&self, query: PreparedQuery, context: &CallContext) -> Result<Answer, Error> {
        let Some(key) = self.key(&query) else { return self.run(query, context).await };
        // A follower may have an earlier deadline than the leader.
        let answer = self.shared_answer(&key, query, context);
        match context.deadline {
            Some(deadline) => timeout_at(deadline, answer).await.unwrap_or(Err(Error::Late)),
            None => answer.await,
        }
    }

    /// The cache key of an answer worth caching: everything it depends on.
    fn key(&self, query: &PreparedQuery) -> Option<String> {
        let worth_caching = query.cost() > INLINE_COST_MAX && query.answer_bytes() <= self.limits.answer_bytes_max;
        let bars = if worth_caching { query.bars()? } else { return None };
        let (start, end, canonical) = (query.rows.start, query.rows.end, &query.compiled.canonical);
        Some(format!("answer:{bars}:{start}-{end}:{canonical}"))
    }

    async fn shared_answer(&self, key: &str, query: PreparedQuery, context: &CallContext) -> Result<Answer, Error> {
        // A unit of cost is a nanosecond.
        let computing = Duration::from_nanos(query.cost());
        let tiers = if query.cost() < SHARED_MIN { Tiers::Memory } else { Tiers::All(computing) };
        loop {
            // A value that another version wrote under this key may not match the query.
            let fits = |answer: &Answer| query.matches(answer);
            let leads = AtomicBool::new(false);
            // Lazy: a cached answer must not pay for a copy of the query.
            let run = async {
                leads.store(true, Relaxed);
                self.run(query.clone(), context).await
            };
            match self.cache.get_or_make(key, tiers, fits, run).await {
                Ok(answer) => return Ok(answer),
                // The leader had an earlier deadline than this caller, or a longer queue.
                Err(error)
                    if !leads.load(Relaxed)
                        && is_of_the_caller(&error)
                        && Cancellation::until(context.deadline).is_active() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Computes an answer.
    pub(super) async fn run(&self, query: PreparedQuery, context: &CallContext) -> Result<Answer, Error> {
        self.computed.fetch_add(1, Relaxed);
        let cost = query.cost() + query.verify_cost();
        if cost > STEP_COST {
            return self.executor.run_steps(context, cost, query.steps()).await;
        }
        self.executor.run(context, cost, move |cancellation| query.answer(cancellation)).await
    }
}

/// Whether an error says something about the caller instead of the query.
fn is_of_the_caller(error: &Error) -> bool {
    matches!(error, Error::Late | Error::Overloaded { .. } | Error::TooLong { .. } | Error::Full { .. })
}
