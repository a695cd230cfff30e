//! Tasks: a question made ready to compute, with its plan, its bars and its rows.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::checkpoints::{Checkpoints, Kept};
use super::held::Held;
use super::joined::Joined;
use super::pool::Wanted;
use super::view::View;
use super::{Answer, Error, Join, Limits};
use crate::indicator::{Expression, Facts, Graph, Plan, Reading};
use crate::series::{Column, Matrix, Source, Span};

/// What several questions with the same expressions share.
#[derive(Clone)]
pub(super) struct Shape {
    pub(super) plan: Arc<Plan>,
    expressions: Arc<[Expression]>,
    facts: Arc<[Facts]>,
    /// The expressions in canonical form, with the revisions of their indicators.
    pub(super) canonical: Arc<str>,
}

impl Shape {
    pub(super) fn new(expressions: &Arc<[Expression]>, limits: &Limits) -> Result<Self, Error> {
        let mut graph = Graph::new();
        let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let facts = ports.iter().map(|&port| graph.facts(port)).collect();
        let plan = Plan::new(graph, &ports);
        let (max, needed) = (limits.window_bars_max as u64, plan.window_bars() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "window_bars_max", max, needed, hint: Some("use shorter periods") });
        }
        let (max, needed) = (limits.joined_series_max as u64, plan.series().len() as u64);
        if needed > max {
            return Err(Error::TooMuch { limit: "joined_series_max", max, needed, hint: Some("join fewer series") });
        }
        let canonical = expressions.iter().map(Expression::key).collect::<Vec<_>>().join(";");
        Ok(Self { plan: Arc::new(plan), expressions: Arc::clone(expressions), facts, canonical: canonical.into() })
    }

    /// What a bar costs, in bars times kernels.
    pub(super) fn bar_cost(&self) -> u64 {
        1 + self.plan.kernels() as u64
    }
}

/// A question that only needs computing.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) shape: Shape,
    pub(super) held: Arc<Held>,
    pub(super) rows: Range<usize>,
    pub(super) joined: Arc<[Joined]>,
    checkpoints: Arc<Checkpoints>,
    /// What the reading goes on from, instead of from the first bar.
    resume: Option<Arc<Kept>>,
}

impl Task {
    pub(super) fn new(
        shape: Shape,
        held: Held,
        joined: Vec<Joined>,
        span: &Span,
        checkpoints: &Arc<Checkpoints>,
    ) -> Result<Self, Error> {
        let known = held.extras();
        let missing = |column: &&Column| if let Column::Extra(name) = column { !known.contains(name) } else { false };
        if let Some(column) = shape.plan.columns().iter().find(missing) {
            let text = shape.expressions.iter().find(|expression| expression.reads(column)).and_then(Expression::text);
            return Err(Error::no_column(text, column.name(), &known));
        }
        let (rows, checkpoints) = (held.rows_of(span)?, Arc::clone(checkpoints));
        let reads = shape.plan.reads(&rows);
        let joined = joined.into_iter().map(|joined| joined.along(&held, &reads)).collect::<Result<_, _>>()?;
        let mut task = Self { shape, held: Arc::new(held), rows, joined, checkpoints, resume: None };
        if let Some(view) = task.steady() {
            task.resume = task.checkpoints.find(&task, view);
        }
        Ok(task)
    }

    /// The view of which alone a checkpoint of this task tells whether it is good.
    fn steady(&self) -> Option<&View> {
        match &*self.held {
            Held::View(view) if self.joined.is_empty() => Some(view),
            _ => None,
        }
    }

    /// The rows that will be read.
    fn reads(&self) -> Range<usize> {
        match &self.resume {
            Some(kept) => kept.checkpoint.row()..self.rows.end,
            None => self.shape.plan.reads(&self.rows),
        }
    }

    /// What tells its bars apart from all others, unless they came with the question.
    pub(super) fn bars(&self) -> Option<String> {
        let joined: String = self.joined.iter().map(|joined| format!(":{}", joined.name())).collect();
        self.held.name().map(|own| own + &joined)
    }

    /// What it costs, in bars times kernels.
    pub(super) fn cost(&self) -> u64 {
        let bars = self.reads().len() as u64 * self.shape.bar_cost();
        bars + self.joined.iter().map(|joined| joined.bars() as u64).sum::<u64>()
    }

    pub(super) fn epoch(&self) -> u64 {
        self.held.epoch()
    }

    /// The bytes of its answer.
    pub(super) fn answer_bytes(&self) -> usize {
        8 * self.rows.len() * (1 + self.columns())
    }

    pub(super) fn columns(&self) -> usize {
        self.shape.plan.outputs()
    }

    /// The answer has the shape that this task gives.
    pub(super) fn fits(&self, answer: &Answer) -> bool {
        let shape = (answer.rows(), answer.columns.len(), answer.joins.len());
        shape == (self.rows.len(), self.columns(), self.joined.len())
            && answer.epoch == self.epoch()
            && self.joined.iter().zip(&*answer.joins).all(|(joined, join)| joined.fits(join))
    }

    /// The answer, whole.
    pub(super) fn answer(&self, wanted: &Wanted) -> Result<Answer, Error> {
        self.begin(wanted)?.next(self.rows.len(), wanted)
    }

    /// The task under way, before its first row: all that will be read is checked, as far as that was not done before.
    pub(super) fn begin(&self, wanted: &Wanted) -> Result<Answering, Error> {
        let plan = &self.shape.plan;
        for part in parts(self.reads()) {
            wanted.check()?;
            // Times are given with the values; what is joined is joined by them, and they can be a column too.
            let timed = plan.reads_time() || !self.joined.is_empty();
            let timed = if timed { part.start } else { part.start.max(self.rows.start) };
            self.held.verify(&part, plan.columns(), &(timed..part.end))?;
        }
        for (index, joined) in self.joined.iter().enumerate() {
            let columns = plan.joined().iter().filter(|(series, _)| *series == index).map(|(_, column)| *column);
            joined.verify(&columns.collect::<Vec<_>>(), wanted)?;
        }
        let join = |joined: &Joined| joined.join(&self.held, &self.rows, wanted);
        let joins = self.joined.iter().map(join).collect::<Result<_, _>>()?;
        let mut reading = match &self.resume {
            Some(kept) => Reading::resume(plan, &self.held, self.rows.start, kept.checkpoint.clone()),
            None => {
                let partners = self.joined.iter().map(Joined::partner).collect();
                Reading::joined(plan, &self.held, self.rows.start, partners)
            }
        };
        self.set_down(&mut reading, wanted)?;
        Ok(Answering { reading, joins, task: self.clone() })
    }

    /// Keeps a checkpoint for those who ask the same of newer bars, where it saves much.
    fn set_down(&self, reading: &mut Reading<Held>, wanted: &Wanted) -> Result<(), Error> {
        if let Some(view) = self.steady()
            && let Some(row) = Checkpoints::row(self, view, self.reads().start)
        {
            let checkpoint = reading.set_down(row, &|| wanted.still()).map_err(|_| Error::Late)?;
            self.checkpoints.keep(self, view, checkpoint);
        }
        Ok(())
    }
}

/// The rows that are checked before anybody asks again whether the work is wanted.
const PART_ROWS: usize = 1 << 16;

pub(super) fn parts(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.clone().step_by(PART_ROWS).map(move |start| start..rows.end.min(start + PART_ROWS))
}

/// A task under way.
pub(super) struct Answering {
    task: Task,
    reading: Reading<Held>,
    joins: Arc<[Join]>,
}

impl Answering {
    /// The rows that are still to come.
    pub(super) fn left(&self) -> usize {
        self.task.rows.len()
    }

    /// The values of the next `rows` rows, as long as they are wanted.
    pub(super) fn next(&mut self, rows: usize, wanted: &Wanted) -> Result<Answer, Error> {
        let part = self.task.rows.start..self.task.rows.start + rows;
        self.task.rows.start = part.end;
        let mut times = Vec::with_capacity(rows);
        self.task.held.times(part, &mut times);
        let mut matrix = Matrix::zeros(rows, self.task.columns());
        if rows > 0 {
            self.reading.next(rows, &mut matrix, &|| wanted.still()).map_err(|_| Error::Late)?;
        }
        let values = Bytes::from_owner(Values(matrix));
        Ok(Answer {
            times: Bytes::from_owner(Times(times)),
            columns: (0..self.task.columns())
                .map(|column| values.slice(column * rows * 8..(column + 1) * rows * 8))
                .collect(),
            facts: Arc::clone(&self.task.shape.facts),
            epoch: self.task.held.epoch(),
            derived_from: self.task.held.derived_from(),
            joins: Arc::clone(&self.joins),
            key: None,
        })
    }
}

#[cfg(target_endian = "big")]
compile_error!("columns on the wire and in price files are the bytes of little-endian numbers");

/// A matrix as the bytes of its columns.
pub(super) struct Values(pub(super) Matrix);

impl AsRef<[u8]> for Values {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(self.0.values())
    }
}

/// Times as bytes.
pub(super) struct Times(pub(super) Vec<i64>);

impl AsRef<[u8]> for Times {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}
