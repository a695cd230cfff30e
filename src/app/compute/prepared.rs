//! Prepared queries: the compiled expressions with their bars and row range.

use std::ops::Range;
use std::sync::Arc;

use super::checkpoint_store::{Checkpoints, SavedCheckpoint};
use super::compiled::{CompiledQuery, READ_COST};
use crate::app::bars::column_bytes::{Target, Times, Values};
use crate::app::bars::join::{Joined, adjustments};
use crate::app::bars::revisions::since::{Basis, Changes};
use crate::app::bars::snapshot::Snapshot;
use crate::app::bars::source::BarsSource;
use crate::app::bars::visible::VisibleBars;
use crate::app::workers::cancellation::{Cancellation, parts};
use crate::app::workers::executor::{INLINE_COST_MAX, Progress};
use crate::app::{Adjustment, Answer, Error, Join};
use crate::indicator::{Checkpoint, Expression, PlanReader};
use crate::series::{Column, Matrix, Source, Span};
use bytes::Bytes;

/// The cost of verifying a block of a price file, in nanoseconds.
const VERIFY_COST: u64 = 3_000;

/// The cost of joining a bar of another series, in nanoseconds.
const JOIN_COST: f64 = 4.0;

/// A query that is ready to run.
#[derive(Clone)]
pub(crate) struct PreparedQuery {
    pub(crate) compiled: Arc<CompiledQuery>,
    pub(crate) source: Arc<BarsSource>,
    pub(crate) rows: Range<usize>,
    /// The time at which the bars were closed; `None` is now.
    pub(crate) as_of: Option<i64>,
    /// How its rows differ from what the caller has, if it told.
    pub(super) changes: Option<Arc<Changes>>,
    pub(crate) joined: Arc<[Joined]>,
    checkpoints: Arc<Checkpoints>,
    /// The checkpoint to resume from, instead of the first bar.
    resume: Option<Arc<SavedCheckpoint>>,
}

impl PreparedQuery {
    /// The query for the rows of a span; with `changed`, only those from this time on.
    pub(crate) fn new(
        compiled: Arc<CompiledQuery>,
        bars: VisibleBars,
        joined: Vec<Joined>,
        span: &Span,
        changed: Option<Option<i64>>,
        checkpoints: &Arc<Checkpoints>,
    ) -> Result<Self, Error> {
        let (mut rows, as_of, mut changes) = (bars.rows_of(span)?, span.as_of_time(), None);
        if let Some(changed) = changed {
            rows = bars.source.rows_from(rows, changed)?;
            let sources = std::iter::once(&bars.source).chain(joined.iter().map(Joined::source));
            changes = Some(Arc::new(Basis::of(as_of, sources.filter_map(BarsSource::stamp)).changes(changed)));
        }
        let over = Over { compiled, source: Arc::new(bars.source), joined, rows, as_of };
        Ok(Self { changes, ..over.prepare(checkpoints, None)? })
    }
}

/// What a query is computed over.
pub(crate) struct Over {
    pub(crate) compiled: Arc<CompiledQuery>,
    pub(crate) source: Arc<BarsSource>,
    pub(crate) joined: Vec<Joined>,
    pub(crate) rows: Range<usize>,
    /// The time at which the bars were closed; `None` is now.
    pub(crate) as_of: Option<i64>,
}

impl Over {
    /// The query over these rows. With the checkpoint of a run over the same bars, at or before the first row, it resumes there.
    pub(crate) fn prepare(
        self,
        checkpoints: &Arc<Checkpoints>,
        resume: Option<Checkpoint>,
    ) -> Result<PreparedQuery, Error> {
        let Self { compiled, source, joined, rows, as_of } = self;
        let known = source.extras();
        let missing = |column: &&Column| if let Column::Extra(name) = column { !known.contains(name) } else { false };
        if let Some(column) = compiled.plan.columns().iter().find(missing) {
            let text =
                compiled.expressions.iter().find(|expression| expression.reads(column)).and_then(Expression::text);
            return Err(Error::no_column(text, column.name(), &known));
        }
        let resume = resume.map(|checkpoint| Arc::new(SavedCheckpoint::new(source.epoch(), checkpoint)));
        let (reads, from_before) = match &resume {
            Some(saved) => (saved.checkpoint.row()..rows.end, false),
            None => (compiled.plan.reads(&rows), compiled.plan.reads_before_first(&rows)),
        };
        source.connected(&reads, from_before)?;
        let joined = joined.into_iter().map(|joined| joined.along(&source, &reads)).collect::<Result<_, _>>()?;
        let checkpoints = Arc::clone(checkpoints);
        let mut query = PreparedQuery { compiled, source, rows, as_of, changes: None, joined, checkpoints, resume };
        if query.resume.is_none()
            && let Some(snapshot) = query.steady()
        {
            query.resume = query.checkpoints.find(&query.compiled.canonical, snapshot, query.rows.start);
        }
        Ok(query)
    }
}

impl PreparedQuery {
    /// The snapshot that validates a checkpoint of this query; `None` if it depends on more than one.
    pub(super) fn steady(&self) -> Option<&Snapshot> {
        match &*self.source {
            BarsSource::Snapshot(snapshot) if self.joined.is_empty() => Some(snapshot),
            _ => None,
        }
    }

    /// The rows to read.
    pub(super) fn reads(&self) -> Range<usize> {
        match &self.resume {
            Some(saved) => saved.checkpoint.row()..self.rows.end,
            None => self.compiled.plan.reads(&self.rows),
        }
    }

    /// How its bars are adjusted, of each series with corporate actions that count.
    pub(crate) fn adjustments(&self) -> Vec<Arc<Adjustment>> {
        adjustments(&self.source, &self.joined)
    }

    /// The identity of its bars; `None` for inline bars.
    pub(crate) fn bars(&self) -> Option<String> {
        let joined: String = self.joined.iter().map(|joined| format!(":{}", joined.name())).collect();
        self.source.name().map(|own| own + &joined)
    }

    /// Its cost, in nanoseconds.
    pub(crate) fn cost(&self) -> u64 {
        self.compiled.cost(self.reads().len()) + self.joined_cost()
    }

    /// The cost of [`Self::begin`], in nanoseconds: it verifies everything that will be read.
    pub(crate) fn begin_cost(&self) -> u64 {
        (self.reads().len() as f64 * READ_COST) as u64 + self.joined_cost() + self.verify_cost()
    }

    /// The cost of verifying blocks that were not verified before, in nanoseconds. Never inline, as they may have to be
    /// read from the disk.
    pub(crate) fn verify_cost(&self) -> u64 {
        let (plan, reads) = (&self.compiled.plan, self.reads());
        let own = self.source.unverified(&reads, plan.columns(), &self.timed(&reads));
        let joined =
            self.joined.iter().enumerate().map(|(index, joined)| joined.unverified(&self.joined_columns(index)));
        match own + joined.sum::<usize>() {
            0 => 0,
            blocks => INLINE_COST_MAX + blocks as u64 * VERIFY_COST,
        }
    }

    /// The cost of what precedes the first row, in nanoseconds.
    pub(crate) fn cost_before(&self) -> u64 {
        self.compiled.cost(self.reads().len() - self.rows.len())
    }

    fn joined_cost(&self) -> u64 {
        self.joined.iter().map(|joined| (joined.bars() as f64 * JOIN_COST) as u64).sum()
    }

    /// The size of its answer in bytes.
    pub(crate) fn answer_bytes(&self) -> usize {
        8 * self.rows.len() * (1 + self.columns())
    }

    pub(crate) fn columns(&self) -> usize {
        self.compiled.plan.outputs()
    }

    /// Whether the answer has the rows and columns of this query.
    pub(crate) fn matches(&self, answer: &Answer) -> bool {
        let compiled = (answer.rows(), answer.columns.len(), answer.joins.len());
        compiled == (self.rows.len(), self.columns(), self.joined.len())
            && self.source.is_of(answer.epoch)
            && self.joined.iter().zip(&*answer.joins).all(|(joined, join)| joined.matches(join))
    }

    /// Computes the whole answer at once.
    pub(crate) fn answer(&self, cancellation: &Cancellation) -> Result<Answer, Error> {
        let mut portion = self.begin(cancellation)?.next(self.rows.len());
        portion.advance(usize::MAX, cancellation)?;
        Ok(portion.finish().0)
    }

    /// Computes the whole answer in steps.
    pub(crate) fn steps(self) -> impl FnMut(&Cancellation) -> Result<Progress<Answer>, Error> + Send + 'static {
        let mut portion = None;
        move |cancellation| {
            let mut now = match portion.take() {
                Some(portion) => portion,
                None => self.begin(cancellation)?.next(self.rows.len()),
            };
            let left = now.advance(self.compiled.step_bars(), cancellation)?;
            if left == 0 {
                return Ok(Progress::Done(now.finish().0));
            }
            portion = Some(now);
            Ok(Progress::More(self.compiled.cost(left)))
        }
    }

    /// The rows of `part` whose times are read: for the answer, for joins, and as a column.
    fn timed(&self, part: &Range<usize>) -> Range<usize> {
        let all = self.compiled.plan.reads_time() || !self.joined.is_empty();
        if all { part.clone() } else { part.start.max(self.rows.start)..part.end }
    }

    fn joined_columns(&self, index: usize) -> Vec<Column> {
        let columns = self.compiled.plan.joined().iter().filter(|(series, _)| *series == index);
        columns.map(|(_, column)| *column).collect()
    }

    /// Verifies all blocks to be read that were not verified before.
    fn verify(&self, cancellation: &Cancellation) -> Result<(), Error> {
        for part in parts(self.reads()) {
            cancellation.check()?;
            self.source.verify(&part, self.compiled.plan.columns(), &self.timed(&part))?;
        }
        for (index, joined) in self.joined.iter().enumerate() {
            joined.verify(&self.joined_columns(index), cancellation)?;
        }
        Ok(())
    }

    /// A reader before the first row, of a plan whose outputs are folded. Verifies as `begin` does.
    pub(super) fn folder(&self, cancellation: &Cancellation) -> Result<PlanReader<BarsSource>, Error> {
        self.verify(cancellation)?;
        let partners = self.joined.iter().map(Joined::partner).collect();
        Ok(PlanReader::joined(&self.compiled.plan, &self.source, self.rows.start, partners))
    }

    /// The same for the newest row only.
    pub(super) fn newest(mut self) -> Self {
        self.rows.start = self.rows.start.max(self.rows.end.saturating_sub(1));
        self
    }

    /// A cursor before the first row. Verifies all blocks to be read that were not verified before.
    pub(crate) fn begin(&self, cancellation: &Cancellation) -> Result<Cursor, Error> {
        let plan = &self.compiled.plan;
        self.verify(cancellation)?;
        let join = |joined: &Joined| joined.join(&self.source, &self.rows, cancellation);
        let joins = self.joined.iter().map(join).collect::<Result<_, _>>()?;
        let partners = self.joined.iter().map(Joined::partner).collect();
        let reader = match &self.resume {
            Some(saved) => {
                let checkpoint = saved.checkpoint.clone();
                PlanReader::resume_joined(plan, &self.source, self.rows.start, checkpoint, partners)
            }
            None => PlanReader::joined(plan, &self.source, self.rows.start, partners),
        };
        let checkpoint = self
            .steady()
            .and_then(|snapshot| Checkpoints::row(&self.compiled.plan, snapshot, self.rows.start, self.reads().start));
        Ok(Cursor { reader, joins, checkpoint, query: self.clone() })
    }
}

/// A running query, between two rows.
pub(crate) struct Cursor {
    query: PreparedQuery,
    reader: PlanReader<BarsSource>,
    joins: Arc<[Join]>,
    /// Where to store a checkpoint for later queries over newer bars, if it saves them enough.
    checkpoint: Option<usize>,
}

impl Cursor {
    /// The other series, as they are joined.
    pub(super) fn joins(&self) -> Arc<[Join]> {
        Arc::clone(&self.joins)
    }

    /// An answer with these times and columns.
    fn answer(&self, times: Bytes, columns: Vec<Bytes>) -> Answer {
        let query = &self.query;
        Answer {
            times,
            columns,
            facts: Arc::clone(&query.compiled.facts),
            epoch: query.source.visible_epoch(),
            derived_from: query.source.derived_from(),
            joins: Arc::clone(&self.joins),
            as_of: query.as_of,
            changes: query.changes.clone(),
            adjustments: query.adjustments(),
            key: None,
        }
    }

    /// The remaining rows.
    pub(crate) fn left(&self) -> usize {
        self.query.rows.len()
    }

    /// The state before the next row, which is fed.
    pub(crate) fn save_checkpoint(&mut self, cancellation: &Cancellation) -> Result<Checkpoint, Error> {
        let row = self.query.rows.start;
        self.reader.save_checkpoint(row, &|| cancellation.is_active()).map_err(|_| Error::Late)
    }

    /// The next `rows` rows, to be computed.
    pub(crate) fn next(self, rows: usize) -> Portion<Matrix> {
        let matrix = Matrix::zeros(rows, self.query.columns());
        self.next_into(rows, matrix)
    }

    /// The next `rows` rows, to be computed into columns of that many.
    pub(crate) fn next_into<T: Target>(self, rows: usize, target: T) -> Portion<T> {
        Portion { cursor: self, rows, done: 0, target }
    }

    /// Feeds up to `bars` bars before the first row, and stores the checkpoint on the way; how many.
    fn feed_before(&mut self, bars: usize, cancellation: &Cancellation) -> Result<usize, Error> {
        let (fed, is_active) = (self.reader.fed(), || cancellation.is_active());
        let target = self.checkpoint.unwrap_or(self.query.rows.start);
        let end = target.min(fed.saturating_add(bars)).max(fed);
        self.reader.feed_to(end, &is_active).map_err(|_| Error::Late)?;
        if let Some(row) = self.checkpoint.take_if(|row| *row <= end)
            && let Some(snapshot) = self.query.steady()
        {
            let checkpoint = self.reader.save_checkpoint(row, &is_active).map_err(|_| Error::Late)?;
            let compiled = &self.query.compiled;
            self.query.checkpoints.keep(&compiled.canonical, snapshot, compiled.plan.state_bytes(), checkpoint);
        }
        Ok(end - fed)
    }
}

/// Rows of an answer that are computed, with the cursor that computes them.
pub(crate) struct Portion<T = Matrix> {
    cursor: Cursor,
    rows: usize,
    done: usize,
    target: T,
}

impl<T: Target> Portion<T> {
    /// Feeds up to `bars` bars, unless cancelled; how many are left.
    pub(crate) fn advance(&mut self, bars: usize, cancellation: &Cancellation) -> Result<usize, Error> {
        let (start, mut bars) = (self.cursor.query.rows.start, bars);
        while bars > 0 && (self.cursor.checkpoint.is_some() || self.cursor.reader.fed() < start) {
            bars -= self.cursor.feed_before(bars, cancellation)?;
        }
        let rows = bars.min(self.rows - self.done);
        if rows > 0 {
            let columns = self.target.part(self.done..self.done + rows);
            let is_active = || cancellation.is_active();
            self.cursor.reader.fill(rows, columns, &is_active).map_err(|_| Error::Late)?;
            self.done += rows;
        }
        Ok(start + self.rows - self.cursor.reader.fed().min(start + self.done))
    }

    /// What the rows were computed into, and the answer without its times and columns.
    pub(crate) fn into_target(self) -> (T, Answer) {
        (self.target, self.cursor.answer(Bytes::new(), Vec::new()))
    }
}

impl Portion<Matrix> {
    /// Computes the rows in steps.
    pub(crate) fn steps(
        self,
    ) -> impl FnMut(&Cancellation) -> Result<Progress<(Answer, Cursor)>, Error> + Send + 'static {
        let mut portion = Some(self);
        move |cancellation| {
            let mut now = portion.take().expect("work that is done has no more steps");
            let compiled = now.cursor.query.compiled.clone();
            let left = now.advance(compiled.step_bars(), cancellation)?;
            if left == 0 {
                return Ok(Progress::Done(now.finish()));
            }
            portion = Some(now);
            Ok(Progress::More(compiled.cost(left)))
        }
    }

    /// The values of the rows, and the cursor behind them.
    pub(crate) fn finish(self) -> (Answer, Cursor) {
        let Self { mut cursor, rows, target: matrix, .. } = self;
        let (query, mut times) = (&mut cursor.query, Vec::with_capacity(rows));
        let (columns, part) = (query.columns(), query.rows.start..query.rows.start + rows);
        query.rows.start = part.end;
        query.source.times(part, &mut times);
        let values = Bytes::from_owner(Values(matrix));
        let column = |column: usize| values.slice(column * rows * 8..(column + 1) * rows * 8);
        (cursor.answer(Bytes::from_owner(Times(times)), (0..columns).map(column).collect()), cursor)
    }
}
