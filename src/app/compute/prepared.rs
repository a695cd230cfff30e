//! Prepared queries: the compiled expressions with their bars and row range.

use std::ops::Range;
use std::sync::Arc;

use super::checkpoint_store::{Checkpoints, SavedCheckpoint};
use super::compiled::{CompiledQuery, READ_COST};
use crate::app::bars::join::Joined;
use crate::app::bars::snapshot::Snapshot;
use crate::app::bars::source::BarsSource;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::cancellation::{Cancellation, parts};
use crate::app::{Answer, Error, Join};
use crate::indicator::{Expression, PlanReader};
use crate::series::{Column, Matrix, Resampling, Source, Span};
use bytes::Bytes;

/// The cost of joining a bar of another series, in nanoseconds.
const JOIN_COST: f64 = 4.0;

/// A query that is ready to run.
#[derive(Clone)]
pub(crate) struct PreparedQuery {
    pub(crate) compiled: Arc<CompiledQuery>,
    pub(crate) source: Arc<BarsSource>,
    pub(crate) rows: Range<usize>,
    pub(crate) joined: Arc<[Joined]>,
    checkpoints: Arc<Checkpoints>,
    /// The checkpoint to resume from, instead of the first bar.
    resume: Option<Arc<SavedCheckpoint>>,
}

impl PreparedQuery {
    pub(crate) fn new(
        compiled: Arc<CompiledQuery>,
        source: BarsSource,
        joined: Vec<Joined>,
        span: &Span,
        checkpoints: &Arc<Checkpoints>,
    ) -> Result<Self, Error> {
        let known = source.extras();
        let missing = |column: &&Column| if let Column::Extra(name) = column { !known.contains(name) } else { false };
        if let Some(column) = compiled.plan.columns().iter().find(missing) {
            let text =
                compiled.expressions.iter().find(|expression| expression.reads(column)).and_then(Expression::text);
            return Err(Error::no_column(text, column.name(), &known));
        }
        let (rows, checkpoints) = (source.rows_of(span)?, Arc::clone(checkpoints));
        let reads = compiled.plan.reads(&rows);
        source.connected(&reads, compiled.plan.reads_before_first(&rows))?;
        let joined = joined.into_iter().map(|joined| joined.along(&source, &reads)).collect::<Result<_, _>>()?;
        let mut query = Self { compiled, source: Arc::new(source), rows, joined, checkpoints, resume: None };
        if let Some(snapshot) = query.steady() {
            query.resume = query.checkpoints.find(&query.compiled.canonical, snapshot, query.rows.start);
        }
        Ok(query)
    }

    /// The snapshot that validates a checkpoint of this query; `None` if it depends on more than one.
    pub(super) fn steady(&self) -> Option<&Snapshot> {
        match &*self.source {
            BarsSource::Snapshot(snapshot) if self.joined.is_empty() => Some(snapshot),
            _ => None,
        }
    }

    /// The rows to read.
    fn reads(&self) -> Range<usize> {
        match &self.resume {
            Some(saved) => saved.checkpoint.row()..self.rows.end,
            None => self.compiled.plan.reads(&self.rows),
        }
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
        self.cost_before() + (self.reads().len() as f64 * READ_COST) as u64
    }

    /// The cost of what precedes the first row, in nanoseconds.
    pub(crate) fn cost_before(&self) -> u64 {
        self.compiled.cost(self.reads().len() - self.rows.len()) + self.joined_cost()
    }

    fn joined_cost(&self) -> u64 {
        self.joined.iter().map(|joined| (joined.bars() as f64 * JOIN_COST) as u64).sum()
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.source.epoch()
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
            && answer.epoch == self.epoch()
            && self.joined.iter().zip(&*answer.joins).all(|(joined, join)| joined.matches(join))
    }

    /// Computes the whole answer.
    pub(crate) fn answer(&self, cancellation: &Cancellation) -> Result<Answer, Error> {
        self.begin(cancellation)?.next(self.rows.len(), cancellation)
    }

    /// A cursor before the first row. Verifies all blocks to be read that were not verified before.
    pub(crate) fn begin(&self, cancellation: &Cancellation) -> Result<Cursor, Error> {
        let plan = &self.compiled.plan;
        for part in parts(self.reads()) {
            cancellation.check()?;
            // Times are needed for the answer and for joins, and can be a column too.
            let timed = plan.reads_time() || !self.joined.is_empty();
            let timed = if timed { part.start } else { part.start.max(self.rows.start) };
            self.source.verify(&part, plan.columns(), &(timed..part.end))?;
        }
        for (index, joined) in self.joined.iter().enumerate() {
            let columns = plan.joined().iter().filter(|(series, _)| *series == index).map(|(_, column)| *column);
            joined.verify(&columns.collect::<Vec<_>>(), cancellation)?;
        }
        let join = |joined: &Joined| joined.join(&self.source, &self.rows, cancellation);
        let joins = self.joined.iter().map(join).collect::<Result<_, _>>()?;
        let mut reader = match &self.resume {
            Some(saved) => PlanReader::resume(plan, &self.source, self.rows.start, saved.checkpoint.clone()),
            None => {
                let partners = self.joined.iter().map(Joined::partner).collect();
                PlanReader::joined(plan, &self.source, self.rows.start, partners)
            }
        };
        self.save_checkpoint(&mut reader, cancellation)?;
        Ok(Cursor { reader, joins, query: self.clone() })
    }

    /// Stores a checkpoint for later queries over newer bars, if it saves enough.
    fn save_checkpoint(&self, reader: &mut PlanReader<BarsSource>, cancellation: &Cancellation) -> Result<(), Error> {
        if let Some(snapshot) = self.steady()
            && let Some(row) = Checkpoints::row(&self.compiled.plan, snapshot, self.rows.start, self.reads().start)
        {
            let checkpoint = reader.save_checkpoint(row, &|| cancellation.is_active()).map_err(|_| Error::Late)?;
            self.checkpoints.keep(&self.compiled.canonical, snapshot, self.compiled.plan.state_bytes(), checkpoint);
        }
        Ok(())
    }
}

/// A running query.
pub(crate) struct Cursor {
    query: PreparedQuery,
    reader: PlanReader<BarsSource>,
    joins: Arc<[Join]>,
}

impl Cursor {
    /// The remaining rows.
    pub(crate) fn left(&self) -> usize {
        self.query.rows.len()
    }

    /// The values of the next `rows` rows, unless cancelled.
    pub(crate) fn next(&mut self, rows: usize, cancellation: &Cancellation) -> Result<Answer, Error> {
        let part = self.query.rows.start..self.query.rows.start + rows;
        self.query.rows.start = part.end;
        let mut times = Vec::with_capacity(rows);
        self.query.source.times(part, &mut times);
        let mut matrix = Matrix::zeros(rows, self.query.columns());
        if rows > 0 {
            self.reader.next(rows, &mut matrix, &|| cancellation.is_active()).map_err(|_| Error::Late)?;
        }
        let values = Bytes::from_owner(Values(matrix));
        Ok(Answer {
            times: Bytes::from_owner(Times(times)),
            columns: (0..self.query.columns())
                .map(|column| values.slice(column * rows * 8..(column + 1) * rows * 8))
                .collect(),
            facts: Arc::clone(&self.query.compiled.facts),
            epoch: self.query.source.epoch(),
            derived_from: self.query.source.derived_from(),
            joins: Arc::clone(&self.joins),
            key: None,
        })
    }
}

#[cfg(target_endian = "big")]
compile_error!("columns on the wire and in price files are the bytes of little-endian numbers");

/// The columns of a matrix as bytes.
pub(crate) struct Values(pub(crate) Matrix);

impl AsRef<[u8]> for Values {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(self.0.values())
    }
}

/// Times as bytes.
pub(crate) struct Times(pub(crate) Vec<i64>);

impl AsRef<[u8]> for Times {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

/// The requested bars of a series.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) compiled: Arc<CompiledQuery>,
    pub(crate) resampling: Resampling,
    pub(crate) span: Span,
    pub(crate) context: CallContext,
}
