//! Screen: a condition at the newest closed bar of many series.
//!
//! The road of each series is that of Compute, for one row: an answer that is known from before is not computed again, and a
//! checkpoint is resumed. Series are taken in parts; a part is one piece of work on a lane, and a few parts are under way at a
//! time, so memory does not depend on the number of series.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};

use super::question::{Order, Screen, ScreenQuery, ScreenTexts};
use super::ranking::Best;
use crate::app::bars::visible::now;
use crate::app::compute::prepared::PreparedQuery;
use crate::app::compute::question::BarsRequest;
use crate::app::compute::recent::RecentKey;
use crate::app::compute::service::Compute;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::Cancellation;
use crate::app::workers::executor::{Progress, STEP_COST};
use crate::app::workers::outbox::{Outbox, streamed};
use crate::app::{Adjustment, Answer, Error};
use crate::series::{SeriesId, Span};

/// A part of the answer to a screen.
#[derive(Debug, Clone)]
pub enum ScreenPart {
    /// A series where the condition holds.
    Hit(Hit),
    /// The end: every series was looked at.
    Summary(ScreenSummary),
}

/// A series where the condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The series.
    pub series: SeriesId,
    /// When its newest closed bar opens.
    pub time: i64,
    /// The values to show.
    pub values: Vec<f64>,
    /// What ranks it.
    pub rank: Option<f64>,
    /// How the bars are adjusted, of each series with corporate actions that count.
    pub adjustments: Vec<Arc<Adjustment>>,
}

/// The end of a screen.
#[derive(Debug, Clone, Default)]
pub struct ScreenSummary {
    /// The number of series.
    pub scanned: u64,
    /// Those where the condition holds.
    pub matched: u64,
    /// Those with too few bars for the condition.
    pub undefined: u64,
    /// Those that could not be computed.
    pub failed: u64,
    /// The first of those, and why.
    pub failures: Vec<(SeriesId, Arc<Error>)>,
    /// The time at which the newest bars were closed, nanoseconds since the Unix epoch.
    pub as_of: i64,
}

/// The series of a part.
const PART: usize = 32;

/// The answer of a series, by its place in its part.
type Placed = (usize, Result<Answer, Error>);

/// What became of a series.
type Outcome = (SeriesId, Result<Judged, Error>);

/// What the condition says of a series.
enum Judged {
    Hit(Hit),
    Miss,
    /// There are too few bars.
    Undefined,
}

impl Compute {
    /// Understands the texts of a screen.
    pub fn screen_query(&self, texts: ScreenTexts) -> Result<ScreenQuery, Error> {
        let ScreenTexts { mut expressions, condition, rank_by, top, ascending } = texts;
        let (condition, rank_by) = (condition.trim(), rank_by.trim());
        if top > 0 && rank_by.is_empty() {
            let expected = "unset without rank_by".into();
            return Err(Error::Field { field: "top", expected, given: top.to_string() });
        }
        for (field, text) in [("condition", condition), ("rank_by", rank_by)] {
            if !text.is_empty() {
                self.compile_single(text).map_err(|error| error.of_field(field))?;
            }
        }
        let own = expressions.len();
        expressions.extend([condition, rank_by].into_iter().filter(|text| !text.is_empty()).map(str::to_owned));
        if expressions.is_empty() {
            let expected = "a condition, an expression to show or to rank by".into();
            return Err(Error::Field { field: "condition", expected, given: "nothing".into() });
        }
        let compiled = self.compile(&expressions)?;
        let shown = (0..own).map(|text| compiled.columns_of(text)).sum();
        let condition = (!condition.is_empty()).then_some(shown);
        let rank = (!rank_by.is_empty()).then_some(shown + usize::from(condition.is_some()));
        let order = Order { top: if top == 0 { usize::MAX } else { top as usize }, ascending };
        Ok(ScreenQuery { compiled, shown, condition, rank, order })
    }

    /// The answer to a screen, part by part.
    pub fn screen(
        self: &Arc<Self>,
        question: Screen,
        context: impl Into<CallContext>,
    ) -> Result<impl Stream<Item = Result<ScreenPart, Error>> + Send + 'static, Error> {
        let context = context.into();
        self.executor.ensure_running()?;
        let Screen { selection, resampling, as_of, query, adjust } = question;
        let series = selection.series(&self.bars, &resampling, &self.limits, &context)?;
        let as_of = context.as_of(as_of).unwrap_or_else(now);
        let (compiled, span) = (Arc::clone(&query.compiled), Span::new(None, None, Some(1))?.as_of(Some(as_of)));
        let request = BarsRequest { compiled, resampling, span, adjust, since: None, context: context.clone() };
        let compute = Arc::clone(self);
        Ok(streamed(context, move |outbox| async move { compute.send_hits(series, query, request, &outbox).await }))
    }

    async fn send_hits(
        self: Arc<Self>,
        series: Vec<SeriesId>,
        query: ScreenQuery,
        request: BarsRequest,
        outbox: &Outbox<ScreenPart>,
    ) -> Result<(), Error> {
        let bytes = 8 * (query.shown + 2);
        let as_of = request.as_of().unwrap_or_default();
        let (mut summary, mut best) =
            (ScreenSummary { as_of, ..ScreenSummary::default() }, query.rank.map(|_| Best::new(query.order)));
        let parts: Vec<_> = series.chunks(PART).map(<[_]>::to_vec).collect();
        let parts = stream::iter(parts).map(|part| self.judge(part, &query, &request));
        let mut parts = pin!(parts.buffered(2 * self.executor.threads()));
        while let Some(part) = parts.try_next().await? {
            for (series, outcome) in part {
                summary.scanned += 1;
                match outcome {
                    Ok(Judged::Miss) => {}
                    Ok(Judged::Undefined) => summary.undefined += 1,
                    Ok(Judged::Hit(hit)) => {
                        summary.matched += 1;
                        match &mut best {
                            Some(best) => best.add(summary.matched, hit.rank.unwrap_or(f64::NAN), hit),
                            None => outbox.send(ScreenPart::Hit(hit), bytes).await?,
                        }
                    }
                    Err(error) => {
                        summary.failed += 1;
                        if summary.failures.len() < self.limits.screen_failures_max {
                            summary.failures.push((series, Arc::new(error)));
                        }
                    }
                }
            }
        }
        for (_, hit) in best.into_iter().flat_map(Best::finish) {
            outbox.send(ScreenPart::Hit(hit), bytes).await?;
        }
        outbox.send(ScreenPart::Summary(summary), 0).await
    }

    /// What the condition says of some series. If the server is too busy for the first of all, the screen is refused as a whole.
    async fn judge(
        &self,
        series: Vec<SeriesId>,
        query: &ScreenQuery,
        request: &BarsRequest,
    ) -> Result<Vec<Outcome>, Error> {
        let mut answers: Vec<Option<Result<Answer, Error>>> = Vec::with_capacity(series.len());
        let (mut work, mut keys) = (Vec::new(), Vec::new());
        for (at, id) in series.iter().enumerate() {
            let answer = match self.prepare_stored(id, request).await {
                Err(error @ (Error::Late | Error::Full { .. } | Error::Overloaded { .. })) => return Err(error),
                Err(error) => Some(Err(error)),
                Ok(prepared) => {
                    let key = RecentKey::new(&prepared);
                    let known = key.and_then(|key| self.recent.get(&key));
                    let known = known.map(|answer| Ok(Answer { adjustments: prepared.adjustments(), ..answer }));
                    if known.is_none() {
                        keys.push(key);
                        work.push((at, prepared));
                    }
                    known
                }
            };
            answers.push(answer);
        }
        for ((at, answer), key) in self.answers(work, request).await?.into_iter().zip(keys) {
            if let (Ok(answer), Some(key)) = (&answer, key) {
                self.recent.put(key, answer);
            }
            answers[at] = Some(answer);
        }
        let judged = |answer: Option<Result<Answer, Error>>, id: &SeriesId| {
            answer.expect("every series has an answer").map(|answer| query.judged(id, &answer))
        };
        let outcome = |(id, answer): (SeriesId, _)| {
            let found = judged(answer, &id);
            (id, found)
        };
        Ok(series.into_iter().zip(answers).map(outcome).collect())
    }

    /// Computes answers, as one piece of work on a lane.
    async fn answers(&self, work: Vec<(usize, PreparedQuery)>, request: &BarsRequest) -> Result<Vec<Placed>, Error> {
        if work.is_empty() {
            return Ok(vec![]);
        }
        let cost = |query: &PreparedQuery| query.cost() + query.verify_cost();
        let all = work.iter().map(|(_, query)| cost(query)).sum::<u64>().max(1);
        self.computed.fetch_add(work.len() as u64, Relaxed);
        let steps = steps(work.into_iter().map(|(at, query)| (at, cost(&query), query)).collect());
        self.executor.run_steps(&request.context, all, steps).await
    }
}

/// Computes answers in steps; each may itself be long.
fn steps(
    work: Vec<(usize, u64, PreparedQuery)>,
) -> impl FnMut(&Cancellation) -> Result<Progress<Vec<Placed>>, Error> + Send + 'static {
    type Run = Box<dyn FnMut(&Cancellation) -> Result<Progress<Answer>, Error> + Send>;
    let mut left: u64 = work.iter().map(|(_, cost, _)| cost).sum();
    let (mut waiting, mut done) = (work.into_iter(), Vec::new());
    let mut running: Option<(usize, u64, Run)> = None;
    move |cancellation| {
        let mut spent = 0;
        loop {
            let next = || waiting.next().map(|(at, cost, query)| (at, cost, Box::new(query.steps()) as Run));
            let Some((at, cost, mut run)) = running.take().or_else(next) else {
                return Ok(Progress::Done(std::mem::take(&mut done)));
            };
            match run(cancellation) {
                Ok(Progress::Done(answer)) => {
                    done.push((at, Ok(answer)));
                    spent += cost;
                    left = left.saturating_sub(cost);
                }
                Ok(Progress::More(rest)) => {
                    let rest = rest.min(cost);
                    left = left.saturating_sub(cost - rest);
                    running = Some((at, rest, run));
                    return Ok(Progress::More(left.max(1)));
                }
                Err(error @ (Error::Late | Error::Full { .. } | Error::Overloaded { .. })) => return Err(error),
                Err(error) => {
                    done.push((at, Err(error)));
                    left = left.saturating_sub(cost);
                }
            }
            if spent >= STEP_COST && left > 0 {
                return Ok(Progress::More(left));
            }
        }
    }
}

impl ScreenQuery {
    /// What the condition says of the newest row.
    fn judged(&self, series: &SeriesId, answer: &Answer) -> Judged {
        let last = |bytes: &Bytes| bytes.last_chunk().map(|bytes| f64::from_le_bytes(*bytes));
        let value = |column: usize| answer.columns.get(column).and_then(last).unwrap_or(f64::NAN);
        let Some(time) = answer.times.last_chunk().map(|bytes| i64::from_le_bytes(*bytes)) else {
            return Judged::Undefined;
        };
        match self.condition.map(value) {
            Some(holds) if holds.is_nan() => Judged::Undefined,
            Some(0.0) => Judged::Miss,
            _ => {
                let (values, adjustments) = ((0..self.shown).map(value).collect(), answer.adjustments.clone());
                Judged::Hit(Hit { series: series.clone(), time, values, rank: self.rank.map(value), adjustments })
            }
        }
    }
}
