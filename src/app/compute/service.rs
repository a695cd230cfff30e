//! Compute: the road of a query, and the unary answer.
//!
//! Parse -> resolve -> prepare -> admit -> run -> encode. `question` is the parsed request; `bars` resolves its series;
//! `prepared` plans what to read and to run; `executor` admits and runs it, or `cached` has the answer already; the
//! transport encodes it. `stream` and `batch` send answers in parts along the same road.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::checkpoint_store::Checkpoints;
use super::compiled::{CompiledQueries, CompiledQuery};
use super::prepared::PreparedQuery;
use super::question::{Answer, BarsFrom, BarsRequest, Question};
use super::recent::RecentAnswers;
use crate::app::bars::reader::BarsReader;
use crate::app::bars::resample::{Inputs, Loaded};
use crate::app::bars::source::BarsSource;
use crate::app::bars::visible::{View, VisibleBars};
use crate::app::saved::service::SavedResults;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::executor::Executor;
use crate::app::{Error, Limits};
use crate::cache::Cache;
use crate::series::SeriesId;

/// Computes expressions over bars.
pub struct Compute {
    pub(crate) bars: Arc<BarsReader>,
    pub(crate) executor: Arc<Executor>,
    pub(super) saved: Arc<SavedResults>,
    pub(super) cache: Arc<Cache>,
    pub(super) limits: Arc<Limits>,
    pub(crate) checkpoints: Arc<Checkpoints>,
    queries: CompiledQueries,
    pub(super) recent: RecentAnswers,
    /// Answers that were computed, not cached.
    pub(super) computed: AtomicU64,
}

impl Compute {
    pub(crate) fn new(
        bars: &Arc<BarsReader>,
        executor: &Arc<Executor>,
        saved: &Arc<SavedResults>,
        cache: &Arc<Cache>,
        limits: &Arc<Limits>,
    ) -> Self {
        Self {
            bars: Arc::clone(bars),
            executor: Arc::clone(executor),
            saved: Arc::clone(saved),
            cache: Arc::clone(cache),
            limits: Arc::clone(limits),
            checkpoints: Arc::new(Checkpoints::new(limits.checkpoint_bytes_max)),
            queries: CompiledQueries::new(limits),
            recent: RecentAnswers::new(limits.recent_answer_bytes_max),
            computed: AtomicU64::new(0),
        }
    }

    /// Parses and plans the expressions of a request, unless the same texts were compiled before.
    pub fn compile<T: AsRef<str>>(&self, expressions: &[T]) -> Result<Arc<CompiledQuery>, Error> {
        self.queries.parse(expressions, &self.limits)
    }

    /// As `compile`, of the expressions of a request and others after them, which count for no limit of its caller.
    pub fn compile_with(&self, expressions: &[String], ours: &[&str]) -> Result<Arc<CompiledQuery>, Error> {
        self.queries.parse_with(expressions, ours, &self.limits)
    }

    /// As `compile`, for a single expression of one column.
    pub fn compile_single(&self, expression: &str) -> Result<Arc<CompiledQuery>, Error> {
        CompiledQuery::parse_single(expression, &self.limits).map(Arc::new)
    }

    /// The whole answer to a query.
    pub async fn unary(&self, question: Question, context: impl Into<CallContext>) -> Result<Answer, Error> {
        let context = context.into();
        self.executor.ensure_running()?;
        let query = self.prepare(&question, &context).await?;
        self.check_bytes("answer_bytes_max", self.limits.answer_bytes_max, &query)?;
        let save = self.saved.plan(&question, &query, &context)?;
        let held = context.reserve(query.answer_bytes()).await?;
        let answer = self.answer(query, &context).await?;
        context.memory.attach(held);
        match save {
            Some(save) => Box::pin(self.saved.save(save, answer, context.deadline)).await,
            None => Ok(answer),
        }
    }

    /// Answers computed, not cached, since the start.
    pub(crate) fn computed(&self) -> u64 {
        self.computed.load(Relaxed)
    }

    /// Resolves the bars of a question, and prepares the query over them.
    pub(crate) async fn prepare(&self, question: &Question, context: &CallContext) -> Result<PreparedQuery, Error> {
        let (compiled, resampling, span) = (Arc::clone(&question.compiled), question.resampling, question.span);
        let (since, adjust) = (question.since.clone(), question.adjust);
        let query = match (&question.from, compiled.plan.series()) {
            (BarsFrom::Series(id), _) => {
                let context = context.clone();
                self.prepare_stored(id, &BarsRequest { compiled, resampling, span, adjust, since, context }).await?
            }
            (BarsFrom::Bars(bars), []) => {
                let bars = VisibleBars::all(BarsSource::Bars(Arc::clone(bars)));
                PreparedQuery::new(compiled, bars, vec![], &span, None, &self.checkpoints)?
            }
            (BarsFrom::Bars(_), [symbol, ..]) => {
                let expected = "without other series if the request has bars".into();
                return Err(Error::Field { field: "expressions", expected, given: format!("a column @{symbol}") });
            }
        };
        self.check_rows(query)
    }

    /// A query over a series, after its resampling is done.
    pub(super) async fn prepare_stored(&self, id: &SeriesId, request: &BarsRequest) -> Result<PreparedQuery, Error> {
        self.prepare_inputs(self.inputs(id, request)?, request).await
    }

    /// The bars of a query, some of which may still have to be resampled.
    pub(super) fn inputs(&self, id: &SeriesId, request: &BarsRequest) -> Result<Inputs, Error> {
        let view = View::of(&request.context, request.span.as_of_time());
        let view = View { adjust: request.adjust, since: request.since.as_ref(), ..view };
        self.bars.inputs(id, &request.resampling, view, request.compiled.plan.series(), &request.context)
    }

    /// The query over these bars, once they are resampled.
    pub(super) async fn prepare_inputs(&self, inputs: Inputs, request: &BarsRequest) -> Result<PreparedQuery, Error> {
        let Loaded { own, joined, changed } = self.bars.load(inputs, &request.context).await?;
        let (span, changed) = (request.span.as_of(request.as_of()), request.since.as_ref().map(|_| changed));
        PreparedQuery::new(request.compiled.clone(), own, joined, &span, changed, &self.checkpoints)
    }

    pub(super) fn check_rows(&self, query: PreparedQuery) -> Result<PreparedQuery, Error> {
        let (max, needed) = (self.limits.answer_rows_max as u64, query.rows.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "answer_rows_max", max, needed, hint: Some("use a shorter range") });
        }
        Ok(query)
    }

    pub(super) fn check_bytes(&self, limit: &'static str, max: usize, query: &PreparedQuery) -> Result<(), Error> {
        let (max, needed) = (max as u64, query.answer_bytes() as u64);
        if needed > max {
            let hint = Some("use ComputeStream or a shorter range");
            return Err(Error::TooMuch { limit, max, needed, hint });
        }
        Ok(())
    }
}
