//! Laws of every indicator, checked over the whole registry.

mod common;

use std::sync::Arc;

use atrad::indicator::{Expression, Graph, Input, Limits, Plan, PlanReader, Run, registry};
use atrad::kernel::{BLOCK, Level, Memory};
use atrad::series::{Bars, Matrix};
use common::series::{Random, hard, holed, prefix, spiked, walk};
use common::{Question, columns, inputs, plan, questions};

const ROWS: usize = 1500;

/// Indicators with no value, or an infinite one, where they have no meaning: the logarithm of nothing, the shape of what
/// is all the same, a share of no volume or of no loss, what has not happened yet, a swing where there is none.
const PARTIAL: &[&str] = &[
    "acos",
    "anchored_vwap",
    "asin",
    "barssince",
    "calmar",
    "cosh",
    "cpr",
    "div",
    "exp",
    "gain_loss_ratio",
    "gapo",
    "half_life",
    "hurst",
    "kurtosis",
    "omega",
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
    "updown_volume",
    "valuewhen",
    "volume_profile",
    "vwema",
    "vwma",
    "vwmacd",
];

fn gapped() -> Arc<Bars> {
    let mut columns = holed(walk(7, ROWS, 100.0, 2.0), 700..705);
    columns.volume[300] = f64::NAN;
    columns.close[1100] = f64::NAN;
    Arc::new(Bars::with_gaps(columns).expect("good but for gaps"))
}

fn all_questions() -> impl Iterator<Item = Question> {
    registry::INDICATORS.iter().flat_map(|indicator| questions(indicator))
}

/// Feeds the rows of `range` in blocks of these lengths in turn.
fn feed(run: &mut Run, plan: &Plan, bars: &Bars, range: std::ops::Range<usize>, cuts: &[usize]) -> Vec<Vec<f64>> {
    let mut found = vec![vec![0.0; range.len()]; plan.outputs()];
    let (mut at, mut cuts) = (range.start, cuts.iter().cycle());
    while at < range.end {
        let end = range.end.min(at + cuts.next().expect("a cycle does not end"));
        let inputs = inputs(plan, bars, at..end);
        let inputs: Vec<&[f64]> = inputs.iter().map(Vec::as_slice).collect();
        let (from, to) = (at - range.start, end - range.start);
        let mut outputs: Vec<&mut [f64]> = found.iter_mut().map(|output| &mut output[from..to]).collect();
        run.feed(&inputs, &mut outputs);
        at = end;
    }
    found
}

#[track_caller]
fn assert_same(one: &[f64], two: &[f64], what: &str) {
    assert_eq!(one.len(), two.len(), "{what}");
    if let Some(at) = (0..one.len()).find(|&at| one[at].to_bits() != two[at].to_bits()) {
        panic!("{what}: bar {at} is {} and {}", one[at], two[at]);
    }
}

#[track_caller]
fn assert_all_same(one: &[Vec<f64>], two: &[Vec<f64>], what: &str) {
    assert_eq!(one.len(), two.len(), "{what}");
    one.iter().zip(two).for_each(|(one, two)| assert_same(one, two, what));
}

#[test]
fn every_level_and_block_size_gives_the_same_bits() {
    let bars = gapped();
    let mut random = Random(3);
    for question in all_questions() {
        let plan = plan(&[question.text()]);
        let whole = Level::available()[0].run(|| feed(&mut plan.start(), &plan, &bars, 0..ROWS, &[BLOCK]));
        let uneven: Vec<usize> = (0..50).map(|_| 1 + random.below(90)).collect();
        let cuts: [&[usize]; 10] = [&[1], &[2], &[3], &[7], &[8], &[64], &[1000], &[1024], &[ROWS], &uneven];
        for level in Level::available() {
            for cuts in cuts {
                let found = level.run(|| feed(&mut plan.start(), &plan, &bars, 0..ROWS, cuts));
                assert_all_same(&whole, &found, &format!("{} at {} by {cuts:?}", question.text(), level.name()));
            }
        }
    }
}

#[test]
fn a_range_is_a_slice_of_the_whole() {
    let bars = gapped();
    let mut random = Random(5);
    for question in all_questions() {
        let (text, plan) = (question.text(), plan(&[question.text()]));
        let whole = columns(&[&text], &bars);
        let starts = [0, 1, 699, 705, ROWS - 1, random.below(ROWS), random.below(ROWS)];
        for start in starts {
            let end = start + 1 + random.below(ROWS - start);
            let part = plan.compute(&bars, start..end, &|| true).expect("nobody stops it");
            for (output, whole) in whole.iter().enumerate() {
                assert_same(&whole[start..end], part.column(output), &format!("{text} in {start}..{end}"));
            }
        }
    }
}

#[test]
fn readers_resume_from_checkpoints() {
    let bars = gapped();
    let mut random = Random(19);
    for question in all_questions() {
        let (text, plan) = (question.text(), plan(&[question.text()]));
        let whole = columns(&[&text], &bars);
        let start = 1 + random.below(ROWS - 10);
        let at = random.below(start);
        let mut first = PlanReader::new(&plan, &bars, start);
        let checkpoint = first.save_checkpoint(at, &|| true).expect("nobody stops it");
        for mut reading in [first, PlanReader::resume(&plan, &bars, start, checkpoint)] {
            let mut part = Matrix::zeros(9, plan.outputs());
            reading.next(9, &mut part, &|| true).expect("nobody stops it");
            for (output, whole) in whole.iter().enumerate() {
                assert_same(&whole[start..start + 9], part.column(output), &format!("{text} from {at} at {start}"));
            }
        }
    }
}

#[test]
fn the_answer_on_a_prefix_is_the_prefix_of_the_answer() {
    let bars = gapped();
    let mut random = Random(11);
    for question in all_questions() {
        let text = question.text();
        let whole = columns(&[&text], &bars);
        for rows in [1, 2, 60, 1 + random.below(ROWS)] {
            for (whole, part) in whole.iter().zip(columns(&[&text], &prefix(&bars, rows))) {
                assert_same(&whole[..rows], &part, &format!("{text} over {rows} bars"));
            }
        }
    }
}

#[test]
fn a_forming_bar_is_fed_to_a_clone() {
    let bars = gapped();
    let mut random = Random(13);
    for question in all_questions() {
        let (text, plan) = (question.text(), plan(&[question.text()]));
        let whole = columns(&[&text], &bars);
        let tip = 1 + random.below(ROWS - 2);
        let mut run = plan.start();
        feed(&mut run, &plan, &bars, 0..tip, &[100]);
        // First with other prices, then with those that it closes at.
        feed(&mut run.clone(), &plan, &bars, 0..1, &[1]);
        let formed = feed(&mut run.clone(), &plan, &bars, tip..tip + 1, &[1]);
        let rest = feed(&mut run, &plan, &bars, tip..ROWS, &[1000]);
        for ((whole, formed), rest) in whole.iter().zip(formed).zip(rest) {
            assert_same(&whole[tip..=tip], &formed, &text);
            assert_same(&whole[tip..], &rest, &text);
        }
    }
}

#[test]
fn many_in_one_plan_equal_each_alone() {
    let bars = gapped();
    let texts: Vec<String> = all_questions().map(|question| question.text()).collect();
    for texts in texts.chunks(40) {
        let alone: Vec<Vec<f64>> = texts.iter().flat_map(|text| columns(&[text], &bars)).collect();
        assert_all_same(&alone, &columns(texts, &bars), &texts.join(" "));
    }
    let kernels = |texts: &[&str]| plan(texts).kernels();
    assert_eq!(kernels(&["atr(14)", "natr(14)", "atr(14)"]), kernels(&["natr(14)"]));
    assert!(kernels(&["adx", "plus_di", "minus_di", "dx"]) < kernels(&["adx"]) + kernels(&["plus_di"]) + 5);
}

/// Each output of a question alone: its plan, its lookback, its memory.
fn outputs(question: &Question) -> Vec<(Arc<Plan>, usize, Memory)> {
    let expressions = Expression::parse(&question.text(), &Limits::default()).expect("valid");
    let output = |expression: &Expression| {
        let mut graph = Graph::new();
        let port = expression.port(&mut graph);
        let (lookback, memory) = (graph.lookback(port), graph.memory(port));
        (Arc::new(Plan::new(graph, &[port])), lookback, memory)
    };
    expressions.iter().map(output).collect()
}

fn values(plan: &Arc<Plan>, bars: &Arc<Bars>) -> Vec<f64> {
    plan.compute(bars, 0..bars.len(), &|| true).expect("nobody stops it").column(0).to_vec()
}

#[test]
fn the_lookback_is_exact_and_all_is_finite_after_it() {
    let all = hard(ROWS);
    for question in all_questions() {
        let partial = PARTIAL.contains(&question.indicator.name);
        for (plan, lookback, _) in outputs(&question) {
            for series in &all {
                let found = values(&plan, &series.bars);
                let what = format!("{} of {}, lookback {lookback}", question.text(), series.name);
                assert!(found[..lookback].iter().all(|value| value.is_nan()), "{what}");
                let bad = (lookback..ROWS).find(|&at| !found[at].is_finite() && !partial);
                assert_eq!(bad.map(|at| (at, found[at])), None, "{what}");
            }
            let short = prefix(&all[0].bars, lookback.max(1));
            assert!(lookback == 0 || values(&plan, &short).iter().all(|value| value.is_nan()));
        }
    }
}

#[test]
fn a_window_longer_than_the_series_has_no_value() {
    let bars = &hard(ROWS)[0].bars;
    for &indicator in registry::INDICATORS.iter() {
        let question = Question::default(indicator).with_bars(usize::MAX);
        if question.values == Question::default(indicator).values {
            continue;
        }
        for (plan, lookback, _) in outputs(&question) {
            assert!(lookback == 0 || lookback > ROWS, "{}", question.text());
            assert!(lookback == 0 || values(&plan, bars).iter().all(|value| value.is_nan()), "{}", question.text());
        }
    }
}

#[test]
fn gaps_are_skipped() {
    let gap = 700..705;
    let columns = holed(walk(7, ROWS, 100.0, 2.0), gap.clone());
    let bars = Arc::new(Bars::with_gaps(columns).expect("good but for gaps"));
    for question in all_questions() {
        for (plan, lookback, _) in outputs(&question) {
            let found = values(&plan, &bars);
            let what = format!("{}, lookback {lookback}", question.text());
            assert!(gap.clone().all(|at| found[at].is_nan()), "{what}");
            // Indicators of changes, sums of them too, need the bar before.
            let partial = PARTIAL.contains(&question.indicator.name);
            let bad = (gap.end + lookback.max(1)..ROWS).find(|&at| !found[at].is_finite() && !partial);
            assert_eq!(bad, None, "{what}");
        }
    }
}

#[test]
fn a_window_forgets_a_huge_bar() {
    let at = 600;
    let calm = walk(17, ROWS, 100.0, 2.0);
    let huge = Arc::new(Bars::new(spiked(calm.clone(), at)).expect("good"));
    let calm = Arc::new(Bars::new(calm).expect("good"));
    let mut forgetful = 0;
    for question in all_questions() {
        for (plan, _, memory) in outputs(&question) {
            let Memory::Bars(bars) = memory else { continue };
            let (one, two) = (values(&plan, &calm), values(&plan, &huge));
            assert_same(&one[at + bars + 1..], &two[at + bars + 1..], &question.text());
            forgetful += 1;
        }
    }
    assert!(forgetful > 100, "{forgetful} windows");
}

#[test]
fn every_column_that_is_read_is_one_that_is_declared() {
    for &indicator in registry::INDICATORS.iter() {
        let plan = plan(&[Question::default(indicator).text()]);
        for column in plan.columns() {
            let declared = indicator.inputs.iter().any(|input| input.name() == column.name());
            assert!(declared, "{} reads {}", indicator.name, column.name());
        }
        let declared = indicator.inputs.contains(&Input::Time);
        assert_eq!(plan.reads_time(), declared, "{} reads the time", indicator.name);
    }
}

#[test]
fn display_shifts_are_declared() {
    let facts = |name| registry::indicator(name).expect("it is there").facts();
    let shifts = |name| facts(name).iter().map(|facts| facts.display_shift).collect::<Vec<_>>();
    assert_eq!(shifts("alligator"), [8, 5, 3]);
    assert_eq!(shifts("ichimoku"), [0, 0, 26, 26]);
    assert_eq!(shifts("gator"), [0, 0]);
}
