//! Where values exist: none before the lookback, finite ones after it and after missing or huge inputs.

use std::sync::{Arc, LazyLock};

use atrad::indicator::{Indicator, Input, registry};
use atrad::kernel::Memory;
use atrad::series::Bars;

use crate::asked::{Asked, GAP, HARD, HOLED, ROWS, asked, assert_same};
use crate::common::Question;
use crate::common::series::{prefix, spiked, walk};
use crate::common::trials::Trials;

/// The row of the one huge bar.
const HUGE: usize = 600;

/// Indicators with no value, or an infinite one, where they have no meaning: the logarithm of nothing, the shape of what
/// is all the same, a share of no volume or of no loss, what has not happened yet, a swing where there is none.
const PARTIAL: &[&str] = &[
    "acos",
    "anchored_vwap",
    "asin",
    "barssince",
    "calmar",
    "common_sense_ratio",
    "cosh",
    "cpr",
    "div",
    "downside_capture",
    "exp",
    "fcb",
    "gain_loss_ratio",
    "gapo",
    "half_life",
    "hurst",
    "information_ratio",
    "jarque_bera",
    "kelly",
    "kurtosis",
    "liquidity_sweep",
    "m2",
    "omega",
    "order_blocks",
    "pain_ratio",
    "pivot_points",
    "pivothigh",
    "pivotlow",
    "previous_session",
    "profit_factor",
    "rolling_pivots",
    "rvol",
    "rvol_time",
    "session_gap",
    "sharpe",
    "sinh",
    "skew",
    "sortino",
    "structure",
    "swings",
    "tail_ratio",
    "treynor",
    "ulcer_performance",
    "updown_volume",
    "upside_capture",
    "valuewhen",
    "volume_profile",
    "vwema",
    "vwma",
    "vwmacd",
];

/// Indicators whose windows are the roots of their periods.
const ROOTS: &[&str] = &["apz"];

/// Whether a value may be missing, or not be finite, after the lookback. Outside of the hours of an exchange there is none.
fn is_partial(indicator: &Indicator, text: &str) -> bool {
    PARTIAL.contains(&indicator.name) || text.contains("calendar=x")
}

pub(crate) fn add(trials: &mut Trials) {
    trials.each("finite", the_lookback_is_exact_and_all_is_finite_after_it);
    trials.each("long_window", a_window_longer_than_the_series_has_no_value);
    trials.each("gap", a_gap_is_passed_over);
    trials.each("forgets", a_window_forgets_a_huge_bar);
    trials.single("many_indicators_forget", many_indicators_forget);
    trials.each("inputs", every_column_that_is_read_is_one_that_is_declared);
    trials.single("what_is_drawn_elsewhere_says_so", what_is_drawn_elsewhere_says_so);
}

fn the_lookback_is_exact_and_all_is_finite_after_it(indicator: &'static Indicator) {
    for question in asked(indicator) {
        let is_partial = is_partial(indicator, &question.text);
        for series in &*HARD {
            for (found, &lookback) in question.values(&series.bars).iter().zip(&question.lookbacks) {
                let what = format!("{} of {}, lookback {lookback}", question.text, series.name);
                assert!(found[..lookback].iter().all(|value| value.is_nan()), "{what}");
                let bad = (lookback..ROWS).find(|&at| !found[at].is_finite() && !is_partial);
                assert_eq!(bad.map(|at| (at, found[at])), None, "{what}");
            }
        }
        for (output, &lookback) in question.lookbacks.iter().enumerate().filter(|(_, lookback)| **lookback > 0) {
            let short = &question.values(&prefix(&HARD[0].bars, lookback))[output];
            assert!(short.iter().all(|value| value.is_nan()), "{} over {lookback} bars", question.text);
        }
    }
}

fn a_window_longer_than_the_series_has_no_value(indicator: &'static Indicator) {
    let default = Question::default(indicator);
    let long = default.with_bars(usize::MAX);
    if long.values == default.values || ROOTS.contains(&indicator.name) {
        return;
    }
    let long = Asked::new(&long);
    for (values, &lookback) in long.values(&HARD[0].bars).iter().zip(&long.lookbacks) {
        assert!(lookback == 0 || lookback > ROWS, "{}", long.text);
        assert!(lookback == 0 || values.iter().all(|value| value.is_nan()), "{}", long.text);
    }
}

fn a_gap_is_passed_over(indicator: &'static Indicator) {
    for question in asked(indicator) {
        let is_partial = is_partial(indicator, &question.text);
        for (found, &lookback) in question.values(&HOLED).iter().zip(&question.lookbacks) {
            let what = format!("{}, lookback {lookback}", question.text);
            assert!(GAP.clone().all(|at| found[at].is_nan()), "{what}");
            // Indicators of changes, sums of them too, need the bar before.
            let bad = (GAP.end + lookback.max(1)..ROWS).find(|&at| !found[at].is_finite() && !is_partial);
            assert_eq!(bad, None, "{what}");
        }
    }
}

fn a_window_forgets_a_huge_bar(indicator: &'static Indicator) {
    static CALM_AND_HUGE: LazyLock<[Arc<Bars>; 2]> = LazyLock::new(|| {
        let calm = walk(17, ROWS, 100.0, 2.0);
        [calm.clone(), spiked(calm, HUGE)].map(|columns| Arc::new(Bars::new(columns).expect("good")))
    });
    let [calm, huge] = &*CALM_AND_HUGE;
    for question in asked(indicator).iter().filter(|question| question.memories.iter().any(is_window)) {
        let (one, two) = (question.values(calm), question.values(huge));
        for ((one, two), memory) in one.iter().zip(&two).zip(&question.memories) {
            let Memory::Bars(bars) = memory else { continue };
            let after = ROWS.min(HUGE + bars + 1);
            assert_same(&one[after..], &two[after..], &question.text);
        }
    }
}

fn is_window(memory: &Memory) -> bool {
    matches!(memory, Memory::Bars(_))
}

fn many_indicators_forget() {
    let windows = |indicator: &&'static Indicator| asked(indicator)[0].memories.iter().any(is_window);
    let forgetful = registry::INDICATORS.iter().copied().filter(windows).count();
    assert!(forgetful > 100, "{forgetful} windows");
}

fn every_column_that_is_read_is_one_that_is_declared(indicator: &'static Indicator) {
    let plan = &asked(indicator)[0].plan;
    for column in plan.columns() {
        let declared = indicator.inputs.iter().any(|input| input.name() == column.name());
        assert!(declared, "{} reads {}", indicator.name, column.name());
    }
    let declared = indicator.inputs.contains(&Input::Time);
    assert_eq!(plan.reads_time(), declared, "{} reads the time", indicator.name);
}

fn what_is_drawn_elsewhere_says_so() {
    let facts = |name| registry::indicator(name).expect("it is there").facts();
    let shifts = |name| facts(name).iter().map(|facts| facts.display_shift).collect::<Vec<_>>();
    assert_eq!(shifts("alligator"), [8, 5, 3]);
    assert_eq!(shifts("ichimoku"), [0, 0, 26, 26]);
    assert_eq!(shifts("gator"), [0, 0]);
}
