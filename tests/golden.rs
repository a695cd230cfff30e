//! Every indicator against TA-Lib, on all the bundled series, with several parameters.

mod common;

use atrad::indicator::{Group, Indicator, Kind, Value, registry};
use atrad::series::{Bar, Bars, Columns};
use common::{Question, Series, columns, real, talib, worst};
use ta_lib::Core;
use ta_lib::abstract_api::{self, OptInputType};

/// Whether TA-Lib does not have it; then it has a reference implementation in `tests/exact*.rs`.
fn is_ours(indicator: &Indicator) -> bool {
    !indicator.source.starts_with("TA-Lib")
}

/// The largest error, as `common::worst` measures it.
const TOLERANCE: f64 = 1e-9;

/// What is allowed where sums that TA-Lib carries along the series have lost digits; `tests/exact.rs` shows that ours
/// have not.
fn tolerance(question: &Question) -> f64 {
    match question.indicator.name {
        // Two returns that hardly differ.
        "beta" => 1e-6,
        // Turns an error of the slope, near zero, into one of degrees.
        "linearreg_angle" => 1e-8,
        // A difference of averages that hardly moved, as a share of how little it moved.
        "stc" => 1e-8,
        "percentb" => 1e-7,
        // Bands of two bars that touch the channel: rounding says on which side.
        "sqzmom" if question.values[0] == Value::Integer(2) => 2.0,
        // Where the index is at the end of its range bar after bar, ours is exactly so; rounding makes it move in theirs,
        // and these averages ask only which way.
        "stochrsi"
            if ["kama", "mama", "vidya"].map(Value::Choice).iter().any(|kind| question.values.contains(kind)) =>
        {
            f64::INFINITY
        }
        _ if question.values.contains(&Value::Choice("trima")) => 2e-8,
        _ => TOLERANCE,
    }
}

/// The numbers of bars that are tried beside the defaults.
const BARS: [usize; 5] = [1, 2, 5, 50, 200];

/// The questions about an indicator that TA-Lib can answer too.
fn questions(indicator: &'static Indicator) -> Vec<Question> {
    let default = Question::default(indicator);
    let theirs = talib::function(indicator).expect("TA-Lib has it").info().opt_inputs;
    let mut shared: Vec<usize> =
        theirs.iter().filter_map(|param| talib::param_index(indicator, param.param_name)).collect();
    shared.dedup();
    let mut questions = vec![default.clone()];
    for bars in BARS {
        questions.push(default.with_bars(bars));
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
    questions.dedup_by(|one, two| one.values == two.values);
    questions
}

fn mismatches(core: &Core, question: &Question, series: &Series) -> Vec<String> {
    let Some(theirs) = talib::answer(core, question, &series.bars) else { return Vec::new() };
    let ours = columns(&[question.text()], &series.bars);
    assert_eq!(ours.len(), theirs.len(), "{}", question.text());
    let mut mismatches = Vec::new();
    for (output, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let what = format!("{} of {} .{output}", question.text(), series.name);
        let first = |column: &[f64]| column.iter().position(|value| !value.is_nan());
        if first(ours) != first(theirs) {
            mismatches.push(format!("{what}: the first value is at {:?} and {:?}", first(ours), first(theirs)));
            continue;
        }
        let (off, at) = worst(ours, theirs);
        let exact = matches!(question.indicator.outputs[output].name, "direction");
        if off > if exact { 0.0 } else { tolerance(question) } {
            mismatches.push(format!("{what}: {off:e} off at bar {at}: {} and {}", ours[at], theirs[at]));
        }
    }
    mismatches
}

#[test]
fn values_are_those_of_talib() {
    let (core, all) = (Core::new(), real());
    let mut wrong = Vec::new();
    // TA-Lib takes the settings of patterns elsewhere; `tests/patterns.rs` compares those.
    let compared = |indicator: &&&Indicator| indicator.group != Group::Pattern && !is_ours(indicator);
    for &indicator in registry::INDICATORS.iter().filter(compared) {
        for question in questions(indicator) {
            wrong.extend(all.iter().flat_map(|series| mismatches(&core, &question, series)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn all_of_talib_is_there() {
    let all = abstract_api::funcs().map(|info| info.name).filter(|name| !name.starts_with("CDL"));
    let missing: Vec<_> = all.clone().filter(|name| registry::indicator(name).is_none()).collect();
    assert!(missing.is_empty() && all.count() == 237 - 61, "{missing:?}");
}

#[test]
fn every_period_of_mavp_is_that_of_talib() {
    let (core, mut random) = (Core::new(), 1_u64);
    let mut columns = Columns::default();
    let real = &real()[0].bars;
    for row in 0..3000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        columns.push(Bar { volume: (random >> 59) as f64 * 1.25, ..real.bar(row) });
    }
    let series = Series { name: "periods as volumes".to_owned(), bars: Bars::new(columns).expect("good").into() };
    let indicator = registry::indicator("mavp").expect("it is there");
    let wrong: Vec<_> = questions(indicator).iter().flat_map(|question| mismatches(&core, question, &series)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_indicator_is_compared() {
    for indicator in registry::INDICATORS.iter() {
        assert_eq!(talib::function(indicator).is_none(), is_ours(indicator), "{}", indicator.name);
    }
}

#[test]
fn declarations_are_those_of_talib() {
    for indicator in registry::INDICATORS.iter() {
        let Some(function) = talib::function(indicator) else { continue };
        let info = function.info();
        assert_eq!(info.outputs.len(), indicator.outputs.len(), "{}", indicator.name);
        for theirs in info.opt_inputs {
            // TA-Lib's VAR takes a factor and leaves it out.
            let Some(index) = talib::param_index(indicator, theirs.param_name) else {
                assert_eq!((indicator.name, theirs.param_name), ("var", "optInNbDev"));
                continue;
            };
            let what = format!("{} of {}", indicator.params[index].name, indicator.name);
            match (indicator.params[index].kind, theirs.kind) {
                (
                    Kind::Integer { default, min, max },
                    OptInputType::IntegerRange { default: d, min: l, max: h, .. },
                ) => {
                    assert_eq!([default, min, max].map(|v| v as i32), [d, l, h], "{what}");
                }
                (Kind::Real { default, min, max }, OptInputType::RealRange { default: d, min: l, max: h, .. }) => {
                    assert_eq!([default, min, max], [d, l, h], "{what}");
                }
                (Kind::Choice { words }, OptInputType::IntegerList { values, default }) => {
                    let word = values.iter().find(|(code, _)| *code == default).expect("a default").1;
                    assert_eq!(words[0], word.to_ascii_lowercase(), "{what}");
                }
                _ => panic!("{what} is of another kind"),
            }
        }
    }
}
