//! Compiled queries: expressions parsed and planned once for all calls that send the same texts.

use std::fmt;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::app::workers::executor::STEP_COST;
use crate::app::{Error, Limits};
use crate::cache::Memo;
use crate::indicator::{Expression, Facts, Graph, Plan};
use crate::kernel::BLOCK;

/// The cost of reading the columns of a bar, in nanoseconds.
pub(super) const READ_COST: f64 = 1.0;

/// The fewest bars per step: dear kernels prepare something for each.
const STEP_BARS_MIN: usize = 8;

/// About the size of a planned kernel, in bytes, and of what it holds per bar of its window.
const KERNEL_BYTES: usize = 1024;
const WINDOW_BAR_BYTES: usize = 8;

/// The number of the next compiled query.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Expressions with everything that depends on nothing else.
pub struct CompiledQuery {
    /// Unlike that of any other of this process.
    pub(super) number: u64,
    pub(crate) plan: Arc<Plan>,
    pub(super) expressions: Box<[Expression]>,
    pub(super) facts: Arc<[Facts]>,
    /// The expressions in canonical form, with the revisions of their indicators.
    pub(crate) canonical: Box<str>,
    columns: Box<[(String, String)]>,
}

impl CompiledQuery {
    /// Parses and plans the expressions of a request.
    pub fn parse<T: AsRef<str>>(texts: &[T], limits: &Limits) -> Result<Self, Error> {
        check_count(texts.len(), limits)?;
        Self::parse_any(texts, limits)
    }

    /// As `parse`, however many there are.
    fn parse_any<T: AsRef<str>>(texts: &[T], limits: &Limits) -> Result<Self, Error> {
        let parsed = Expression::parse_all(texts, &limits.expression());
        Self::of(parsed.map_err(|(index, error)| Error::Expression { index: Some(index), error })?, limits)
    }

    /// Parses and plans a single expression of one column.
    pub fn parse_single(text: &str, limits: &Limits) -> Result<Self, Error> {
        let parsed = Expression::parse(text, &limits.expression());
        match parsed.map_err(|error| Error::Expression { index: None, error })? {
            one if one.len() == 1 => Self::of(one, limits),
            several => {
                let (expected, given) = ("one with a single output".into(), format!("{} outputs", several.len()));
                Err(Error::Field { field: "expression", expected, given })
            }
        }
    }

    /// Plans expressions whose values are folded as they are computed: variants of a sweep. They have no canonical form, as
    /// nothing of them is cached.
    pub(super) fn folded(expressions: Vec<Expression>, limits: &Limits) -> Result<Self, Error> {
        let mut graph = Graph::with_capacity(expressions.len());
        let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let facts = ports.iter().map(|&port| graph.facts(port)).collect();
        let plan = checked(Plan::folded(graph, &ports), limits)?;
        let (number, canonical, columns) = (NEXT.fetch_add(1, Relaxed), "".into(), Box::default());
        Ok(Self { number, plan: Arc::new(plan), expressions: expressions.into(), facts, canonical, columns })
    }

    fn of(expressions: Vec<Expression>, limits: &Limits) -> Result<Self, Error> {
        let mut graph = Graph::new();
        let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let facts = ports.iter().map(|&port| graph.facts(port)).collect();
        let plan = checked(Plan::new(graph, &ports), limits)?;
        let canonical = expressions.iter().map(Expression::key).collect::<Vec<_>>().join(";").into();
        let column = |expression: &Expression| (expression.label().to_owned(), expression.to_string());
        let columns = expressions.iter().map(column).collect();
        let number = NEXT.fetch_add(1, Relaxed);
        Ok(Self { number, plan: Arc::new(plan), expressions: expressions.into(), facts, canonical, columns })
    }

    /// The label and the canonical expression of each column of the answer.
    pub fn columns(&self) -> &[(String, String)] {
        &self.columns
    }

    /// The cost of a bar, in nanoseconds.
    pub(super) fn bar_cost(&self) -> f64 {
        READ_COST + self.plan.cost()
    }

    /// The cost of some bars, in nanoseconds.
    pub(crate) fn cost(&self, bars: usize) -> u64 {
        (bars as f64 * self.bar_cost()) as u64
    }

    /// The number of columns of each text, by its index; 0 for one that has none.
    pub(super) fn columns_of(&self, text: usize) -> usize {
        self.expressions.iter().filter(|expression| expression.text() == Some(text)).count()
    }

    /// The bars of a step of a long computation.
    pub(crate) fn step_bars(&self) -> usize {
        let bars = (STEP_COST as f64 / self.bar_cost()) as usize;
        if bars < BLOCK { bars.max(STEP_BARS_MIN) } else { bars / BLOCK * BLOCK }
    }

    /// About its size in bytes.
    fn bytes(&self) -> usize {
        let texts = |(label, canonical): &(String, String)| 2 * (label.len() + canonical.len());
        let plan = KERNEL_BYTES * (1 + self.plan.kernels()) + WINDOW_BAR_BYTES * self.plan.window_bars();
        plan + self.columns.iter().map(texts).sum::<usize>()
    }
}

/// Checks the number of expressions of a caller.
fn check_count(count: usize, limits: &Limits) -> Result<(), Error> {
    let max = limits.expressions_max;
    if (1..=max).contains(&count) {
        return Ok(());
    }
    let (expected, given) = (format!("between 1 and {max} expressions"), count.to_string());
    Err(Error::Field { field: "expressions", expected, given })
}

/// The plan, if it is within the limits.
fn checked(plan: Plan, limits: &Limits) -> Result<Plan, Error> {
    let (max, needed) = (limits.window_bars_max as u64, plan.window_bars() as u64);
    if needed > max {
        return Err(Error::TooMuch { limit: "window_bars_max", max, needed, hint: Some("use shorter periods") });
    }
    let (max, needed) = (limits.joined_series_max as u64, plan.series().len() as u64);
    if needed > max {
        return Err(Error::TooMuch { limit: "joined_series_max", max, needed, hint: Some("join fewer series") });
    }
    Ok(plan)
}

impl fmt::Debug for CompiledQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CompiledQuery").field(&self.canonical).finish()
    }
}

/// Compiled queries by the texts of their expressions, as agents ask the same again and again.
pub(super) struct CompiledQueries(Memo<Arc<CompiledQuery>>);

impl CompiledQueries {
    pub(super) fn new(limits: &Limits) -> Self {
        Self(Memo::new(limits.compiled_query_bytes_max))
    }

    pub(super) fn parse<T: AsRef<str>>(&self, texts: &[T], limits: &Limits) -> Result<Arc<CompiledQuery>, Error> {
        // Before the memory, which may have more texts that were a caller's and ours.
        check_count(texts.len(), limits)?;
        self.parse_any(texts, limits)
    }

    /// The expressions of a caller, of which there may be none, and ours after them, which count for no limit of his.
    pub(super) fn parse_with(
        &self,
        texts: &[String],
        ours: &[&str],
        limits: &Limits,
    ) -> Result<Arc<CompiledQuery>, Error> {
        check_count(texts.len().max(1), limits)?;
        let all: Vec<&str> = texts.iter().map(String::as_str).chain(ours.iter().copied()).collect();
        self.parse_any(&all, limits)
    }

    fn parse_any<T: AsRef<str>>(&self, texts: &[T], limits: &Limits) -> Result<Arc<CompiledQuery>, Error> {
        let mut key = String::with_capacity(texts.iter().map(|text| text.as_ref().len() + 8).sum());
        for text in texts {
            // The length keeps `a`, `bc` apart from `ab`, `c`.
            let _ = write!(key, "{}:{}", text.as_ref().len(), text.as_ref());
        }
        if let Some(compiled) = self.0.get(&key) {
            return Ok(compiled);
        }
        let compiled = Arc::new(CompiledQuery::parse_any(texts, limits)?);
        self.0.put(key, compiled.bytes(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_texts_are_compiled_once_and_others_are_not_confused() {
        let (limits, queries) = (Limits::default(), CompiledQueries(Memo::new(1 << 20)));
        let parse = |texts: &[&str]| queries.parse(texts, &limits).expect("valid");
        let pair = parse(&["close", "open"]);
        assert!(Arc::ptr_eq(&pair, &parse(&["close", "open"])));
        for other in [&["open", "close"][..], &["close"], &["close + open"], &["close", "open", "high"]] {
            assert!(!Arc::ptr_eq(&pair, &parse(other)), "{other:?}");
        }
        // A text that looks like the key of two.
        assert!(queries.parse(&["close4:open"], &limits).is_err());
        assert_eq!(pair.columns()[1], ("open".to_owned(), "open".to_owned()));
    }

    #[test]
    fn errors_are_not_remembered_and_name_the_expression() {
        let (limits, queries) = (Limits::default(), CompiledQueries(Memo::new(1 << 20)));
        for _ in 0..2 {
            let error = queries.parse(&["close", "rsi(0)"], &limits).expect_err("out of range");
            assert_eq!(error.field().as_deref(), Some("expressions[1]"));
        }
    }
}
