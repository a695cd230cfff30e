//! Every indicator in every way it is tested, and what it answers: computed once, whichever laws ask.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use atrad::indicator::{Expression, Graph, Indicator, Limits, Plan, Run, registry};
use atrad::kernel::Memory;
use atrad::series::Bars;

use crate::common::series::{Random, hard, holed, walk};
use crate::common::{Question, Series, columns, inputs, questions};

pub(crate) const ROWS: usize = 1500;

/// The rows without any value of `HOLED` and `gapped`.
pub(crate) const GAP: Range<usize> = 700..705;

/// A walk with a gap.
pub(crate) static HOLED: LazyLock<Arc<Bars>> = LazyLock::new(|| {
    let columns = holed(walk(7, ROWS, 100.0, 2.0), GAP);
    Arc::new(Bars::with_gaps(columns).expect("good but for gaps"))
});

/// A walk with a gap, and with bars that lack one value.
pub(crate) static GAPPED: LazyLock<Arc<Bars>> = LazyLock::new(|| {
    let mut columns = holed(walk(7, ROWS, 100.0, 2.0), GAP);
    columns.volume[300] = f64::NAN;
    columns.close[1100] = f64::NAN;
    Arc::new(Bars::with_gaps(columns).expect("good but for gaps"))
});

/// Series that are finite and hard.
pub(crate) static HARD: LazyLock<Vec<Series>> = LazyLock::new(|| hard(ROWS));

/// A question about an indicator, its plan, and what is known of it.
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) plan: Arc<Plan>,
    /// The lookback of each output.
    pub(crate) lookbacks: Vec<usize>,
    /// How far back each output depends on bars.
    pub(crate) memories: Vec<Memory>,
    whole: OnceLock<Vec<Vec<f64>>>,
}

impl Asked {
    /// Prepares a question.
    pub(crate) fn new(question: &Question) -> Self {
        let text = question.text();
        let expressions = Expression::parse(&text, &Limits::default()).expect("valid");
        let mut graph = Graph::new();
        let ports: Vec<_> = expressions.iter().map(|expression| expression.port(&mut graph)).collect();
        let lookbacks = ports.iter().map(|&port| graph.lookback(port)).collect();
        let memories = ports.iter().map(|&port| graph.memory(port)).collect();
        let plan = Arc::new(Plan::new(graph, &ports));
        Self { text, plan, lookbacks, memories, whole: OnceLock::new() }
    }

    /// Its outputs over all bars of `GAPPED`.
    pub(crate) fn whole(&self) -> &[Vec<f64>] {
        self.whole.get_or_init(|| columns(&[&self.text], &GAPPED))
    }

    /// Its outputs over these bars.
    pub(crate) fn values(&self, bars: &Arc<Bars>) -> Vec<Vec<f64>> {
        let matrix = self.plan.compute(bars, 0..bars.len(), &|| true).expect("nobody stops it");
        (0..self.plan.outputs()).map(|output| matrix.column(output).to_vec()).collect()
    }
}

/// All questions about an indicator. One that panics here fails its own tests only, and fails all of them.
pub(crate) fn asked(indicator: &'static Indicator) -> &'static [Asked] {
    static ALL: LazyLock<BTreeMap<&str, OnceLock<Vec<Asked>>>> =
        LazyLock::new(|| registry::INDICATORS.iter().map(|indicator| (indicator.name, OnceLock::new())).collect());
    ALL[indicator.name].get_or_init(|| questions(indicator).iter().map(Asked::new).collect())
}

/// Numbers of a law for an indicator, the same whichever other tests run.
pub(crate) fn random(law: u64, indicator: &Indicator) -> Random {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Random(indicator.name.bytes().fold(law, mix))
}

/// Feeds the rows of `range` in blocks of these lengths in turn.
pub(crate) fn feed(run: &mut Run, plan: &Plan, bars: &Bars, range: Range<usize>, cuts: &[usize]) -> Vec<Vec<f64>> {
    let all = inputs(plan, bars, range.clone());
    let mut found = vec![vec![0.0; range.len()]; plan.outputs()];
    let (mut from, mut cuts) = (0, cuts.iter().cycle());
    while from < range.len() {
        let to = range.len().min(from + cuts.next().expect("a cycle does not end"));
        let inputs: Vec<&[f64]> = all.iter().map(|input| &input[from..to]).collect();
        let mut outputs: Vec<&mut [f64]> = found.iter_mut().map(|output| &mut output[from..to]).collect();
        run.feed(&inputs, &mut outputs);
        from = to;
    }
    found
}

#[track_caller]
pub(crate) fn assert_same(one: &[f64], two: &[f64], what: &str) {
    assert_eq!(one.len(), two.len(), "{what}");
    if let Some(at) = (0..one.len()).find(|&at| one[at].to_bits() != two[at].to_bits()) {
        panic!("{what}: bar {at} is {} and {}", one[at], two[at]);
    }
}

#[track_caller]
pub(crate) fn assert_all_same(one: &[Vec<f64>], two: &[Vec<f64>], what: &str) {
    assert_eq!(one.len(), two.len(), "{what}");
    one.iter().zip(two).for_each(|(one, two)| assert_same(one, two, what));
}
