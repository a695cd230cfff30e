//! Queries: expressions that are parsed and planned once, and computed over columns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use atrad::indicator::{Expression, Facts, Graph, Limits, Plan, seconds};
use atrad::series::{Column, ColumnName};
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::check::{Given, check, without_negative_zero};
use crate::pool::interruptible;
use crate::wrong;

/// The rows between two looks at whether somebody interrupts.
const STEP_ROWS: usize = 1 << 20;

/// Expressions, parsed and planned once.
#[pyclass(frozen, module = "atrad_native")]
pub(crate) struct Query {
    plan: Arc<Plan>,
    expressions: Vec<Expression>,
    facts: Vec<Facts>,
}

/// The label, the canonical expression, the lookback, `stable_from` and the display shift of a column.
type Info = (String, String, usize, Option<usize>, i32);

#[pymethods]
impl Query {
    /// Parses the texts of expressions.
    #[new]
    pub(crate) fn new(texts: Vec<String>) -> PyResult<Self> {
        if texts.is_empty() {
            return Err(wrong("expressions", "give at least one expression, as in rsi(14)"));
        }
        let parsed = Expression::parse_all(&texts, &Limits::default());
        let expressions = parsed.map_err(|(index, error)| wrong_expression(index, &error.to_string()))?;
        let mut graph = Graph::new();
        let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let facts = ports.iter().map(|&port| graph.facts(port)).collect();
        let plan = Plan::new(graph, &ports);
        if let Some(symbol) = plan.series().first() {
            return Err(wrong("expressions", format!("only a server has other series, such as {symbol}")));
        }
        Ok(Self { plan: Arc::new(plan), expressions, facts })
    }

    /// What is known about each column: its label, its canonical expression, its lookback, the bars after which values no
    /// longer depend on the first bar (None: they always do), and its display shift.
    #[getter]
    fn infos(&self) -> Vec<Info> {
        let both = self.expressions.iter().zip(&self.facts);
        let info = |(expression, facts): (&Expression, &Facts)| {
            let label = expression.label().to_owned();
            (label, expression.to_string(), facts.lookback, facts.stable_from, facts.display_shift)
        };
        both.map(info).collect()
    }

    /// The columns that are read, without the times.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.plan.columns().iter().map(Column::name).collect()
    }

    /// Computes the values over columns of one length, one array per column of the answer. Without times the rows are
    /// seconds from 0. `ends` are the rows at which each of several series ends; by default all rows are one.
    #[pyo3(signature = (times, columns, ends = None))]
    fn compute<'py>(
        &self,
        py: Python<'py>,
        times: Option<PyReadonlyArray1<'py, i64>>,
        columns: BTreeMap<String, PyReadonlyArray1<'py, f64>>,
        ends: Option<Vec<usize>>,
    ) -> PyResult<Vec<Bound<'py, PyArray1<f64>>>> {
        let times = times.as_ref().map(PyReadonlyArray1::as_slice).transpose();
        let times = times.map_err(|_| wrong("bars.times", "times must be contiguous"))?;
        let mut rows = times.map(<[i64]>::len);
        let mut given = Given::new();
        for (name, values) in &columns {
            let values = values.as_slice().map_err(|_| wrong(format!("bars.{name}"), "a column must be contiguous"))?;
            let expected = *rows.get_or_insert(values.len());
            if values.len() != expected {
                let message = format!("{name} has {} values for {expected} times", values.len());
                return Err(wrong(format!("bars.{name}"), message));
            }
            given.insert(name.clone(), values);
        }
        let rows = rows.unwrap_or(0);
        let groups = groups(rows, ends)?;
        let outputs = py.detach(|| self.outputs(rows, times, &given, &groups))?;
        Ok(outputs.into_iter().map(|values| PyArray1::from_vec(py, values)).collect())
    }
}

impl Query {
    pub(crate) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// Refuses expressions that read an extra column which is not there.
    pub(crate) fn check_extras(&self, extras: &[ColumnName]) -> PyResult<()> {
        let absent = |column: &&Column| matches!(column, Column::Extra(name) if !extras.contains(name));
        match self.plan.columns().iter().find(absent) {
            Some(column) => Err(self.no_extra(column, &extras.iter().map(ColumnName::as_str).collect::<Vec<_>>())),
            None => Ok(()),
        }
    }

    fn outputs(
        &self,
        rows: usize,
        times: Option<&[i64]>,
        given: &Given<'_>,
        groups: &[Range<usize>],
    ) -> PyResult<Vec<Vec<f64>>> {
        check(rows, times, given, groups).map_err(|error| wrong(error.field(), error.to_string()))?;
        let mut inputs = self.inputs(given)?;
        if self.plan.reads_time() {
            let given = times.map(|times| times.iter().map(|&time| seconds(time)).collect());
            inputs.push(Cow::Owned(given.unwrap_or_else(|| (0..rows).map(|row| row as f64).collect())));
        }
        let inputs: Vec<&[f64]> = inputs.iter().map(|column| &**column).collect();
        // Each from the system as zeros: a clone would write them.
        let mut outputs: Vec<_> = (0..self.plan.outputs()).map(|_| vec![0.0; rows]).collect();
        let mut rest: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        let mut tasks = Vec::with_capacity(groups.len());
        for group in groups {
            let mut own = Vec::with_capacity(rest.len());
            for output in &mut rest {
                let (now, later) = std::mem::take(output).split_at_mut(group.len());
                own.push(now);
                *output = later;
            }
            tasks.push((group.clone(), own));
        }
        if tasks.len() < 2 {
            let look = || Python::attach(|py| py.check_signals());
            tasks.into_iter().try_for_each(|(rows, own)| self.series(&inputs, rows, own, &look))?;
        } else {
            interruptible(|stopped| {
                let look = || if stopped.load(Ordering::Relaxed) { Err(()) } else { Ok(()) };
                // What is stopped has no values, and nobody sees them.
                let _ = tasks.into_par_iter().try_for_each(|(rows, own)| self.series(&inputs, rows, own, &look));
            })?;
        }
        Ok(outputs)
    }

    /// The values of one series. It ends early with the error of `look`.
    fn series<E>(
        &self,
        inputs: &[&[f64]],
        rows: Range<usize>,
        mut outputs: Vec<&mut [f64]>,
        look: &impl Fn() -> Result<(), E>,
    ) -> Result<(), E> {
        look()?;
        let mut run = self.plan.start();
        let mut start = rows.start;
        while start < rows.end {
            let step = start..rows.end.min(start + STEP_ROWS);
            let columns: Vec<&[f64]> = inputs.iter().map(|column| &column[step.clone()]).collect();
            let mut now = Vec::with_capacity(outputs.len());
            for output in &mut outputs {
                let (these, later) = std::mem::take(output).split_at_mut(step.len());
                now.push(these);
                *output = later;
            }
            run.feed(&columns, &mut now);
            start = step.end;
            if start < rows.end {
                look()?;
            }
        }
        Ok(())
    }

    /// The error of a column that an expression reads and the bars do not have.
    fn absent(&self, column: &Column, given: &Given<'_>) -> PyErr {
        let name = column.name();
        if let Column::Extra(_) = column {
            let is_extra = |name: &&String| Column::ALL.iter().all(|column| column.name() != **name);
            return self.no_extra(column, &given.keys().filter(is_extra).map(String::as_str).collect::<Vec<_>>());
        }
        let reader = self.expressions.iter().find(|expression| expression.reads(column));
        let label = reader.map_or("an expression", Expression::label);
        wrong(format!("bars.{name}"), format!("{label} reads {name}, which the bars do not have"))
    }

    /// The error of an extra column that the bars do not have; they have others.
    fn no_extra(&self, column: &Column, extras: &[&str]) -> PyErr {
        let reader = self.expressions.iter().find(|expression| expression.reads(column));
        let known = if extras.is_empty() { "no extra columns".into() } else { format!("only {}", extras.join(", ")) };
        let (index, name) = (reader.and_then(Expression::text).unwrap_or_default(), column.name());
        wrong_expression(index, &format!("{name} is not an indicator or a column; the bars have {known}"))
    }

    /// The columns in the order of the plan.
    fn inputs<'a>(&self, given: &Given<'a>) -> PyResult<Vec<Cow<'a, [f64]>>> {
        let column = |column: &Column| {
            let name = column.name();
            let values = given.get(name).copied().ok_or_else(|| self.absent(column, given))?;
            Ok(match column {
                Column::Extra(_) => Cow::Borrowed(values),
                _ => without_negative_zero(values),
            })
        };
        self.plan.columns().iter().map(column).collect()
    }
}

/// The error of an expression, by its index.
fn wrong_expression(index: usize, message: &str) -> PyErr {
    let field = format!("expressions[{index}]");
    wrong(field.clone(), format!("{field}: {message}"))
}

/// The rows of each series.
fn groups(rows: usize, ends: Option<Vec<usize>>) -> PyResult<Vec<Range<usize>>> {
    let ends = ends.unwrap_or_else(|| vec![rows]);
    let rises = ends.is_sorted() && ends.last().copied().unwrap_or(0) == rows;
    if !rises {
        return Err(wrong("ends", format!("ends must rise to the number of rows, {rows}")));
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    Ok(starts.zip(&ends).map(|(start, &end)| start..end).filter(|rows| !rows.is_empty()).collect())
}
