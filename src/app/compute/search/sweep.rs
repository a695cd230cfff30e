//! Sweep: many variants of an expression over one source of bars.
//!
//! Variants are computed in tiles on all threads of the lanes. The variants of a tile share one plan, so what they have in
//! common is computed once, and each is reduced block by block while the block is in cache: memory depends on the tile, not
//! on the number of variants. Results are sent in the order of the variants, band by band (see
//! [`Variants`](crate::indicator::Variants)), or best first.

use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};

use super::planning::{Planning, Ready};
use super::question::{Sweep, SweepPart, SweepSummary};
use super::results::Results;
use super::tile::{Bars, Job, TileResult, steps};
use crate::app::bars::column_bytes::Times;
use crate::app::bars::resample::Loaded;
use crate::app::bars::source::BarsSource;
use crate::app::bars::visible::{View, VisibleBars};
use crate::app::compute::question::chunk_rows;
use crate::app::compute::service::Compute;
use crate::app::workers::byte_budget::BytesHeld;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::outbox::{Outbox, streamed};
use crate::app::{BarsFrom, Error};
use crate::indicator::{SweptExpression, Tile};
use crate::series::{Source, Symbol};

/// The cost of checking the condition of a variant, in nanoseconds.
const CONDITION_COST: u64 = 300;

impl Compute {
    /// The answer to a sweep, part by part.
    pub async fn sweep(
        self: &Arc<Self>,
        question: Sweep,
        context: impl Into<CallContext>,
    ) -> Result<impl Stream<Item = Result<SweepPart, Error>> + Send + 'static, Error> {
        let context = context.into();
        self.executor.ensure_running()?;
        let ready = self.ready(question, &context).await?;
        self.executor.admit(&context, ready.cost / self.executor.threads() as u64)?;
        let compute = Arc::clone(self);
        context.begin();
        let inner = context.clone();
        Ok(streamed(context, move |outbox| async move { compute.send_sweep(ready, &inner, &outbox).await }))
    }

    /// Resolves the bars of a sweep, and plans its tiles.
    async fn ready(&self, question: Sweep, context: &CallContext) -> Result<Ready, Error> {
        let Sweep { from, resampling, span, query, adjust } = question;
        let mut symbols: Vec<Symbol> = query.expressions.iter().flat_map(|one| one.series().iter().cloned()).collect();
        symbols.sort();
        symbols.dedup();
        let (max, needed) = (self.limits.joined_series_max as u64, symbols.len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "joined_series_max", max, needed, hint: Some("join fewer series") });
        }
        let as_of = context.as_of(span.as_of_time());
        let (bars, joined) = match from {
            BarsFrom::Series(id) => {
                let view = View { adjust, ..View::of(context, as_of) };
                let inputs = self.bars.inputs(&id, &resampling, view, &symbols, context)?;
                let Loaded { own, joined, .. } = self.bars.load(inputs, context).await?;
                (own, joined)
            }
            BarsFrom::Bars(bars) => match &symbols[..] {
                [] => (VisibleBars::all(BarsSource::Bars(bars)), vec![]),
                [symbol, ..] => {
                    let expected = "without other series if the request has bars".into();
                    return Err(Error::Field { field: "expressions", expected, given: format!("a column @{symbol}") });
                }
            },
        };
        let (checkpoints, limits) = (Arc::clone(&self.checkpoints), Arc::clone(&self.limits));
        let bars = Arc::new(Bars { bars, joined, span: span.as_of(as_of), checkpoints, limits });
        let variants = query.expressions.iter().map(SweptExpression::variants).sum::<u64>();
        let checks = if query.condition.is_some() { variants * CONDITION_COST } else { 0 };
        let cost = checks + bars.bars.source.rows() as u64 + query.expressions.len() as u64 * 1_000_000;
        let planning = Planning { bars, request: Arc::new(query), threads: self.executor.threads() as u64 };
        self.executor.run(context, cost, move |cancellation| planning.ready(cancellation)).await
    }

    async fn send_sweep(&self, ready: Ready, context: &CallContext, outbox: &Outbox<SweepPart>) -> Result<(), Error> {
        let mut summary = SweepSummary::default();
        outbox.send(SweepPart::Header(ready.header.clone()), 0).await?;
        if !ready.request.is_reduced() {
            self.send_times(&ready, outbox).await?;
        }
        for (at, swept) in ready.swept.iter().enumerate() {
            summary.variants += swept.expression.variants();
            summary.tried += swept.variants.tried();
            let (returned, undefined) = match &ready.folds {
                Some(folds) => self.send_folds((&ready, at), folds, context, outbox).await?,
                None => self.send_variants((&ready, at), context, outbox).await?,
            };
            summary.returned += returned;
            summary.undefined += undefined;
        }
        outbox.send(SweepPart::Summary(summary), 0).await
    }

    /// Sends the results of all variants of an expression. The number of those that were sent, and of those without a value.
    async fn send_variants(
        &self,
        (ready, at): (&Ready, usize),
        context: &CallContext,
        outbox: &Outbox<SweepPart>,
    ) -> Result<(u64, u64), Error> {
        let mut results = Results::new(&ready.swept[at], &ready.request, self.limits.chunk_bytes_max);
        let mut tiles = pin!(self.tiles((ready, at), &[], context));
        while let Some((band, result, held)) = tiles.try_next().await? {
            results.add(band, result, held, outbox).await?;
        }
        results.finish(outbox).await
    }

    /// The tiles of all variants of an expression over these windows, in order, each with its band and its memory.
    pub(super) fn tiles<'a>(
        &'a self,
        (ready, at): (&'a Ready, usize),
        windows: &'a [Range<usize>],
        context: &'a CallContext,
    ) -> impl Stream<Item = Result<(u64, TileResult, BytesHeld), Error>> + Send + 'a {
        let swept = &ready.swept[at];
        let tiles = swept.variants.tiles(swept.size).filter(|tile| !tile.variants.is_empty());
        let tiles = stream::iter(tiles).map(move |tile| self.tile(tile, (ready, at), windows, context));
        tiles.buffered(2 * self.executor.threads())
    }

    async fn tile(
        &self,
        tile: Tile,
        (ready, at): (&Ready, usize),
        windows: &[Range<usize>],
        context: &CallContext,
    ) -> Result<(u64, TileResult, BytesHeld), Error> {
        let held = ready.swept[at].expression.outputs().len() * ready.request.feeds.buffered();
        let memory = context.reserve(8 * ready.reduced_rows() * held * tile.variants.len()).await?;
        let job = Job { numbers: tile.variants, windows: windows.to_vec(), continued: None };
        Ok((tile.band, self.run_job(job, (ready, at), context).await?, memory))
    }

    /// Computes a tile on a lane.
    pub(super) async fn run_job(
        &self,
        job: Job,
        (ready, at): (&Ready, usize),
        context: &CallContext,
    ) -> Result<TileResult, Error> {
        let swept = &ready.swept[at];
        let cost = (job.numbers.len() as f64 * swept.variant_cost) as u64 + 1;
        let steps = steps(Arc::clone(&ready.bars), Arc::clone(swept), Arc::clone(&ready.request), job);
        self.computed.fetch_add(1, Relaxed);
        self.executor.run_steps(context, cost, steps).await
    }

    /// Sends the times of the rows, if the columns are sent.
    async fn send_times(&self, ready: &Ready, outbox: &Outbox<SweepPart>) -> Result<(), Error> {
        let source = &ready.bars.bars.source;
        let rows = ready.bars.bars.rows_of(&ready.bars.span)?;
        let chunk = chunk_rows(0, self.limits.chunk_bytes_max);
        for start in rows.clone().step_by(chunk) {
            let mut times = Vec::with_capacity(chunk.min(rows.end - start));
            source.times(start..rows.end.min(start + chunk), &mut times);
            let bytes = Bytes::from_owner(Times(times));
            let size = bytes.len();
            outbox.send(SweepPart::Times(bytes), size).await?;
        }
        Ok(())
    }
}
