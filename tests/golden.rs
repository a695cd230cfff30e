//! Every indicator against TA-Lib, on all the bundled series, with several parameters: a test per indicator.

mod common;

#[path = "golden/declarations.rs"]
mod declarations;
#[path = "golden/patterns.rs"]
mod patterns;
#[path = "golden/semantics.rs"]
mod semantics;
#[path = "golden/starts.rs"]
mod starts;
#[path = "golden/tolerance.rs"]
mod tolerance;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::LazyLock;

use atrad::indicator::{Group, Indicator, Kind, Value, registry};
use atrad::series::{Bar, Bars, Columns};
use common::trials::{Trials, assert_none};
use common::{Question, Series, columns, real, talib, worst};
use ta_lib::Core;
use tolerance::Tolerance;

/// The bundled series.
static REAL: LazyLock<Vec<Series>> = LazyLock::new(real);

fn main() -> ExitCode {
    let mut trials = Trials::of("golden");
    // TA-Lib takes the settings of patterns elsewhere; `patterns` compares those.
    let compared = |indicator: &&Indicator| indicator.group != Group::Pattern && !is_ours(indicator);
    let compared = registry::INDICATORS.iter().copied().filter(compared);
    trials.each_of("values", compared.clone(), |indicator| assert_none(&all_complaints(indicator, &REAL)));
    starts::add(&mut trials, compared);
    trials.single("every_period_of_mavp", every_period_of_mavp_is_that_of_talib);
    patterns::add(&mut trials);
    declarations::add(&mut trials);
    trials.run()
}

/// Whether TA-Lib does not have it; then it has a naive reference in `tests/exact`.
fn is_ours(indicator: &Indicator) -> bool {
    !indicator.source.starts_with("TA-Lib")
}

/// The numbers of bars that are tried beside the defaults.
const BARS: [usize; 5] = [1, 2, 5, 50, 200];

/// The parameters that TA-Lib has too.
fn shared(indicator: &'static Indicator) -> Vec<usize> {
    let theirs = talib::function(indicator).expect("TA-Lib has it").info().opt_inputs;
    let mut shared: Vec<usize> =
        theirs.iter().filter_map(|param| talib::param_index(indicator, param.param_name)).collect();
    shared.dedup();
    shared
}

/// As [`Question::with_bars`], of the parameters that TA-Lib has too.
fn with_bars(default: &Question, bars: usize) -> Question {
    let (moved, shared) = (default.with_bars(bars), shared(default.indicator));
    shared.into_iter().fold(default.clone(), |question, index| question.with(index, moved.values[index]))
}

/// The questions about an indicator that TA-Lib can answer too.
fn questions(indicator: &'static Indicator) -> Vec<Question> {
    let default = Question::default(indicator);
    let shared = shared(indicator);
    let mut questions = vec![default.clone()];
    for bars in BARS {
        questions.push(with_bars(&default, bars));
        for &index in &shared {
            let moved = default.with_bars(bars).values[index];
            questions.push(default.with(index, moved));
        }
    }
    for &index in &shared {
        match indicator.params[index].kind {
            Kind::Choice { words } => {
                questions.extend(words.iter().map(|word| default.with(index, Value::Choice(word))));
            }
            Kind::Real { min, max, .. } => {
                let values = [0.0, 0.5, 2.5, 7.0, -1.5].map(|value: f64| value.clamp(min, max));
                questions.extend(values.map(|value| default.with(index, Value::Real(value))));
            }
            Kind::Integer { .. } => {}
        }
    }
    let mut seen = BTreeSet::new();
    questions.retain(|question| seen.insert(question.text()));
    questions
}

/// What differs from TA-Lib's answers. It must answer some of the questions.
fn all_complaints(indicator: &'static Indicator, all: &[Series]) -> Vec<String> {
    let (core, mut wrong, mut answered) = (Core::new(), Vec::new(), false);
    for question in questions(indicator) {
        for series in all {
            let Some(theirs) = talib::answer(&core, &question, &series.bars) else { continue };
            answered = true;
            wrong.extend(complaints(&core, &question, series, &theirs));
        }
    }
    assert!(answered, "TA-Lib refuses all questions about {}", indicator.name);
    wrong
}

/// The column, where a value that rounding left of zero is zero: in a column of zeros there is nothing to compare it with.
fn without_specks(column: &[f64]) -> Vec<f64> {
    const SPECK: f64 = 1e-12;
    column.iter().map(|value| if value.abs() < SPECK { 0.0 } else { *value }).collect()
}

fn complaints(core: &Core, question: &Question, series: &Series, theirs: &[Vec<f64>]) -> Vec<String> {
    let ours = columns(&[question.text()], &series.bars);
    assert_eq!(ours.len(), theirs.len(), "{}", question.text());
    let mut complaints = Vec::new();
    let ours = ours.iter().map(|column| without_specks(column));
    let theirs = theirs.iter().map(|column| without_specks(column));
    for (output, (ours, theirs)) in ours.zip(theirs).enumerate() {
        let (ours, theirs) = (&*ours, &*theirs);
        let what = format!("{} of {} .{output}", question.text(), series.name);
        let first = |column: &[f64]| column.iter().position(|value| !value.is_nan());
        if first(ours) != first(theirs) {
            complaints.push(format!("{what}: the first value is at {:?} and {:?}", first(ours), first(theirs)));
        } else if semantics::averages_which_way(question, output) {
            complaints.extend(semantics::average_complaint(core, question, series, ours, theirs, &what));
        } else if semantics::is_squeeze(question, output) {
            complaints.extend(semantics::squeeze_complaint(question, series, ours, theirs, &what));
        } else if semantics::has_phase(question) {
            let tolerance = Tolerance::of(question, output);
            complaints.extend(semantics::phase_complaint(question, series, ours, theirs, tolerance, &what));
        } else {
            complaints.extend(complaint(ours, theirs, Tolerance::of(question, output), &what));
        }
    }
    complaints
}

/// What is wrong where two columns are further apart than `tolerance`.
fn complaint(ours: &[f64], theirs: &[f64], tolerance: Tolerance, what: &str) -> Option<String> {
    let (off, at) = worst(ours, theirs);
    let wrong = !tolerance.admits(off);
    wrong.then(|| format!("{what}: {off:e} off at bar {at}: {} and {}", ours[at], theirs[at]))
}

fn every_period_of_mavp_is_that_of_talib() {
    let mut random = 1_u64;
    let mut columns = Columns::default();
    for row in 0..3000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        columns.push(Bar { volume: (random >> 59) as f64 * 1.25, ..REAL[0].bars.bar(row) });
    }
    let series = Series { name: "periods as volumes".to_owned(), bars: Bars::new(columns).expect("good").into() };
    assert_none(&all_complaints(registry::indicator("mavp").expect("it is there"), &[series]));
}
