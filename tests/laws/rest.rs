//! At rest: on bars that stay the same every output becomes constant, bit for bit, and nothing crosses anything.
//!
//! A halted market, a padded or a forward-filled series must not fire: an average that goes on by its last bit is above
//! and below another every few bars. What decays to 0, such as the range of the bars, may go on until it is 0, for which
//! TA-Lib needs as long, but must not go up and down.

use std::sync::{Arc, LazyLock};

use atrad::indicator::{Expression, Graph, Indicator, Limits, Plan, Port};
use atrad::kernel::{BLOCK, Level, Memory};
use atrad::series::{Bar, Bars};

use crate::asked::feed;
use crate::common::series::{spiked, walk};
use crate::common::trials::{Trials, assert_none};
use crate::common::{Question, Series, questions};

/// The bars before the price stands still.
const MOVING: usize = 411;

/// The bars at rest that are looked at.
const RESTING: usize = 300;

/// The most bars that an output has to come to rest.
const PATIENCE_MAX: usize = 24_000;

/// The most turns of a value that decays: where numbers become 0 one before the other, ratios and comparisons jump, and
/// what is computed from them is held again after 16 bars.
const TURNS_MAX: usize = 32;

/// Indicators that go up and down on bars that stay the same by definition.
const RESTLESS: &[(&str, &str)] = &[
    ("adosc", "an average of a sum that goes on where the bars have a range"),
    ("anchored_vwap", "a mean of all bars"),
    ("cvd", "starts anew each day"),
    ("ebsw", "rings while it decays to 0"),
    ("emd", "rings while it decays to 0"),
    ("hwma", "not stable for every parameter"),
    ("maaq", "takes 9,000 bars to come to rest, more than are waited for"),
    ("reflex", "rings while it decays to 0"),
    ("roofing", "rings while it decays to 0"),
    ("sar", "turns where the bars reach it"),
    ("sarext", "turns where the bars reach it"),
    ("session_volume", "starts anew each day"),
    ("swak_bp", "rings while it decays to 0"),
    ("trendflex", "rings while it decays to 0"),
    ("universal_oscillator", "rings while it decays to 0"),
    ("voss", "rings while it decays to 0"),
    ("vwap", "a mean of all bars"),
    ("zigzag", "at a sensitivity of 0 every bar is a turn"),
];

/// The name of the series whose last bar that moves is huge.
const HUGE: &str = "a price after a huge bar";

/// A walk that stands still: at several prices, after a huge bar, and on bars with a range.
static STANDING: LazyLock<Vec<Series>> = LazyLock::new(|| {
    let rows = MOVING + PATIENCE_MAX + RESTING;
    let moving = |level: f64| walk(23, MOVING, level, level / 50.0);
    let halted_with = |volume: f64, mut columns: atrad::series::Columns, [open, high, low]: [f64; 3]| {
        let last = columns.close[MOVING - 1] / if columns.close[MOVING - 1] > 1e12 { 1e13 } else { 1.0 };
        for row in MOVING..rows {
            let time = columns.times[0] + (columns.times[1] - columns.times[0]) * row as i64;
            let bar = Bar { time, open: last * open, high: last * high, low: last * low, close: last, volume };
            columns.push(bar);
        }
        Arc::new(Bars::new(columns).expect("good bars"))
    };
    let halted = |columns, shares| halted_with(700.0, columns, shares);
    let doji = [1.0; 3];
    let all = [
        ("a price", halted(moving(187.15), doji)),
        ("a tiny price", halted(moving(3.1e-7), doji)),
        ("a large price", halted(moving(9.7e7), doji)),
        (HUGE, halted(spiked(moving(101.3), MOVING - 1), doji)),
        ("a gap that is filled", halted_with(0.0, moving(64.2), doji)),
        ("bars with a range", halted(moving(55.5), [0.997, 1.013, 0.991])),
    ];
    all.map(|(name, bars)| Series { name: name.into(), bars }).into()
});

/// What is asked of every output `x`; the last two of those that are constant, as what decays goes on falling.
const CROSSINGS: [&str; 6] = [
    "crossover({x}, ema({x}, 5))",
    "crossunder(ema({x}, 5), ema({x}, 9))",
    "{x} > t3({x}, 4)",
    "crossover(kama({x}, 6), sma({x}, 4))",
    "rsi({x}, 3)",
    "stochf({x}, {x}, {x}, 7).k",
];

pub(crate) fn add(trials: &mut Trials) {
    trials.each("rest", every_output_comes_to_rest);
    trials.each("rest_crossings", nothing_crosses_at_rest);
    trials.single("rest_at_every_level", averages_rest_at_every_level_and_cut);
}

/// An expression, its plan, and how many bars at rest it may take.
struct Resting {
    text: String,
    plan: Arc<Plan>,
    /// How many until it does not turn any more.
    patience: usize,
    /// How many until what decays is 0, if that is not too many to wait for.
    zero: Option<usize>,
}

impl Resting {
    fn new(text: String) -> Self {
        let mut graph = Graph::new();
        let ports: Vec<Port> = Expression::parse(&text, &Limits::default())
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .iter()
            .map(|expression| expression.port(&mut graph))
            .collect();
        let waits = ports.iter().map(|&port| wait(&graph, port));
        let (patience, zero) = waits.fold((0, Some(0)), |(one, zero), (two, other)| {
            (one.max(two), zero.zip(other).map(|(zero, other)| zero.max(other)))
        });
        let zero = zero.filter(|&bars| bars <= PATIENCE_MAX);
        Self { plan: Arc::new(Plan::new(graph, &ports)), text, patience: patience.min(PATIENCE_MAX), zero }
    }

    /// Whether every output is constant on a series once its patience is over.
    fn is_constant(&self, series: &Series) -> bool {
        let start = MOVING + self.patience;
        let found = feed(&mut self.plan.start(), &self.plan, &series.bars, 0..start + RESTING, &[BLOCK]);
        found.iter().all(|column| column[start..].iter().all(|value| value.to_bits() == column[start].to_bits()))
    }

    /// What is wrong with it on a series, whose first bar at rest has the index `MOVING`.
    fn complaint(&self, series: &Series) -> Option<String> {
        // A huge bar is 43 bits above the others, which decay as those of the mantissa.
        let patience = if series.name == HUGE { (2 * self.patience).min(PATIENCE_MAX) } else { self.patience };
        let start = MOVING + patience;
        let end = start.max(MOVING + self.zero.unwrap_or(0)) + RESTING;
        let found = feed(&mut self.plan.start(), &self.plan, &series.bars, 0..end, &[BLOCK]);
        let wrong = |(output, column): (usize, &Vec<f64>)| {
            let turns = turns(&column[start..]);
            let at = (turns.len() > TURNS_MAX).then(|| start + turns[TURNS_MAX]).or_else(|| {
                let differs = |at: &usize| column[*at].to_bits() != column[end - 1].to_bits();
                self.zero.and((end - RESTING..end).find(differs))
            })?;
            let (one, two, bars) = (column[at - 1], column[at], at - MOVING);
            let name = &series.name;
            Some(format!("output {output} of {} on {name}: {one:e} and {two:e} after {bars} bars at rest", self.text))
        };
        found.iter().enumerate().find_map(wrong)
    }
}

/// Where values that rose fall, or the other way round, or come and go.
fn turns(values: &[f64]) -> Vec<usize> {
    let mut direction = 0.0;
    let mut is_turn = |&at: &usize| {
        let (before, now) = (values[at - 1], values[at]);
        if before.is_nan() != now.is_nan() {
            return true;
        }
        let step = if now > before {
            1.0
        } else if now < before {
            -1.0
        } else {
            return false;
        };
        let turns = direction * step < 0.0;
        direction = step;
        turns
    };
    (1..values.len()).filter(|at| is_turn(at)).collect()
}

/// The bars that an output may take: a window its length; a recurrence until its last bit, where `stable_from` counts
/// eight digits, has twice as many, and until what decays is 0, at 300 digits, 20 times as many. Where `stable_from` is
/// unknown, a sum may go on.
fn wait(graph: &Graph, port: Port) -> (usize, Option<usize>) {
    match (graph.memory(port), graph.stable_from(port)) {
        (Memory::Bars(bars), _) => (bars + 1, Some(bars + 1)),
        (Memory::Unbounded, Some(bars)) => (3 * bars + 64, Some(50 * bars + 64)),
        (Memory::Unbounded, None) => (6000, None),
    }
}

fn every_output_comes_to_rest(indicator: &'static Indicator) {
    if RESTLESS.iter().any(|(name, _)| *name == indicator.name) {
        return;
    }
    let resting = questions(indicator).into_iter().map(|question| Resting::new(question.text()));
    let wrong = resting.flat_map(|one| STANDING.iter().filter_map(|series| one.complaint(series)).collect::<Vec<_>>());
    assert_none(&wrong.collect::<Vec<_>>());
}

fn nothing_crosses_at_rest(indicator: &'static Indicator) {
    if RESTLESS.iter().any(|(name, _)| *name == indicator.name) {
        return;
    }
    let text = Question::default(indicator).text();
    let mut wrong = Vec::new();
    for output in indicator.outputs {
        let x = if indicator.outputs.len() == 1 { text.clone() } else { format!("{text}.{}", output.name) };
        let asked =
            if Resting::new(x.clone()).is_constant(&STANDING[0]) { CROSSINGS.len() } else { CROSSINGS.len() - 2 };
        for crossing in &CROSSINGS[..asked] {
            wrong.extend(Resting::new(crossing.replace("{x}", &x)).complaint(&STANDING[0]));
        }
    }
    assert_none(&wrong);
}

fn averages_rest_at_every_level_and_cut() {
    let texts = ["ema(12)", "rma(14)", "t3(5)", "kama(10)", "super_smoother(10)", "macd.hist", "ha.open", "jma", "stc"];
    let series = &STANDING[0];
    for text in texts {
        let Resting { plan, patience, zero, .. } = Resting::new(text.into());
        let end = MOVING + zero.unwrap_or(patience) + RESTING;
        let whole = feed(&mut plan.start(), &plan, &series.bars, 0..end, &[BLOCK]);
        for level in Level::available() {
            for cut in [1, 7, 8, 1000] {
                let found = level.run(|| feed(&mut plan.start(), &plan, &series.bars, 0..end, &[cut]));
                for (whole, found) in whole.iter().zip(&found) {
                    let rest = &found[end - RESTING..];
                    let what = format!("{text} at {} by {cut}", level.name());
                    assert!(rest.iter().all(|value| value.to_bits() == whole[end - 1].to_bits()), "{what}");
                }
            }
        }
    }
}
