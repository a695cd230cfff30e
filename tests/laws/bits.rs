//! One value: the same bits by every road to a bar.

use std::sync::Arc;

use atrad::indicator::{Expression, Graph, Indicator, Limits, Plan, PlanReader, registry};
use atrad::kernel::{BLOCK, Level, copy_canonical};
use atrad::series::{Bars, Matrix};

use crate::asked::{Asked, GAPPED, ROWS, asked, assert_all_same, assert_same, feed, random};
use crate::common::series::prefix;
use crate::common::trials::Trials;
use crate::common::{columns, plan};

/// The most expressions of a plan of many.
const MANY: usize = 40;

pub(crate) fn add(trials: &mut Trials) {
    trials.each("cuts", every_level_and_every_cut_gives_the_same_bits);
    trials.each("range", a_range_is_a_slice_of_the_whole);
    trials.each("fold", folded_values_are_those_of_the_whole);
    trials.each("resume", a_checkpoint_is_gone_on_from);
    trials.each("prefix", the_answer_on_a_prefix_is_the_prefix_of_the_answer);
    trials.each("forming", a_forming_bar_is_fed_to_a_clone);
    trials.each("together", many_in_one_plan_equal_each_alone);
    trials.single("what_is_shared_is_computed_once", what_is_shared_is_computed_once);
}

fn every_level_and_every_cut_gives_the_same_bits(indicator: &'static Indicator) {
    let bars: &Bars = &GAPPED;
    let mut random = random(3, indicator);
    for Asked { text, plan, .. } in asked(indicator) {
        let whole = Level::available()[0].run(|| feed(&mut plan.start(), plan, bars, 0..ROWS, &[BLOCK]));
        let uneven: Vec<usize> = (0..50).map(|_| 1 + random.below(90)).collect();
        let cuts: [&[usize]; 10] = [&[1], &[2], &[3], &[7], &[8], &[64], &[1000], &[1024], &[ROWS], &uneven];
        for level in Level::available() {
            for cuts in cuts {
                let found = level.run(|| feed(&mut plan.start(), plan, bars, 0..ROWS, cuts));
                assert_all_same(&whole, &found, &format!("{text} at {} by {cuts:?}", level.name()));
            }
        }
    }
}

fn a_range_is_a_slice_of_the_whole(indicator: &'static Indicator) {
    let mut random = random(5, indicator);
    for question in asked(indicator) {
        let starts = [0, 1, 699, 705, ROWS - 1, random.below(ROWS), random.below(ROWS)];
        for start in starts {
            let end = start + 1 + random.below(ROWS - start);
            let part = question.plan.compute(&*GAPPED, start..end, &|| true).expect("nobody stops it");
            for (output, whole) in question.whole().iter().enumerate() {
                let what = format!("{} in {start}..{end}", question.text);
                assert_same(&whole[start..end], part.column(output), &what);
            }
        }
    }
}

fn folded_values_are_those_of_the_whole(indicator: &'static Indicator) {
    let mut random = random(7, indicator);
    for question in asked(indicator) {
        let mut graph = Graph::new();
        let limits = Limits { bytes_max: 4096, ..Limits::default() };
        let parsed = Expression::parse(&question.text, &limits).expect("valid");
        let ports: Vec<_> = parsed.iter().map(|expression| expression.port(&mut graph)).collect();
        let plan = Arc::new(Plan::folded(graph, &ports));
        let start = random.below(ROWS);
        let mut folded = vec![vec![0.0; ROWS - start]; plan.outputs()];
        let mut keep = |output: usize, row: usize, values: &[f64]| {
            copy_canonical(values, &mut folded[output][row - start..][..values.len()]);
        };
        PlanReader::new(&plan, &*GAPPED, start).fold(ROWS - start, &mut keep, &|| true).expect("nobody stops it");
        for (found, whole) in folded.iter().zip(question.whole()) {
            assert_same(&whole[start..], found, &format!("{} folded from {start}", question.text));
        }
    }
}

fn a_checkpoint_is_gone_on_from(indicator: &'static Indicator) {
    let bars: &Arc<Bars> = &GAPPED;
    let mut random = random(19, indicator);
    for question in asked(indicator) {
        let plan = &question.plan;
        let start = 1 + random.below(ROWS - 10);
        let at = random.below(start);
        let mut first = PlanReader::new(plan, bars, start);
        let checkpoint = first.save_checkpoint(at, &|| true).expect("nobody stops it");
        for mut reading in [first, PlanReader::resume(plan, bars, start, checkpoint)] {
            let mut part = Matrix::zeros(9, plan.outputs());
            reading.next(9, &mut part, &|| true).expect("nobody stops it");
            for (output, whole) in question.whole().iter().enumerate() {
                let what = format!("{} from {at} at {start}", question.text);
                assert_same(&whole[start..start + 9], part.column(output), &what);
            }
        }
    }
}

fn the_answer_on_a_prefix_is_the_prefix_of_the_answer(indicator: &'static Indicator) {
    let mut random = random(11, indicator);
    for question in asked(indicator) {
        for rows in [1, 2, 60, 1 + random.below(ROWS)] {
            for (whole, part) in question.whole().iter().zip(question.values(&prefix(&GAPPED, rows))) {
                assert_same(&whole[..rows], &part, &format!("{} over {rows} bars", question.text));
            }
        }
    }
}

fn a_forming_bar_is_fed_to_a_clone(indicator: &'static Indicator) {
    let bars: &Bars = &GAPPED;
    let mut random = random(13, indicator);
    for question in asked(indicator) {
        let (text, plan) = (&question.text, &question.plan);
        let tip = 1 + random.below(ROWS - 2);
        let mut run = plan.start();
        feed(&mut run, plan, bars, 0..tip, &[100]);
        // First with other prices, then with those that it closes at.
        feed(&mut run.clone(), plan, bars, 0..1, &[1]);
        let formed = feed(&mut run.clone(), plan, bars, tip..tip + 1, &[1]);
        let rest = feed(&mut run, plan, bars, tip..ROWS, &[1000]);
        for ((whole, formed), rest) in question.whole().iter().zip(formed).zip(rest) {
            assert_same(&whole[tip..=tip], &formed, text);
            assert_same(&whole[tip..], &rest, text);
        }
    }
}

/// The questions about an indicator in plans with those about the ones after it, which are of its kind.
fn many_in_one_plan_equal_each_alone(indicator: &'static Indicator) {
    let all = &registry::INDICATORS;
    let at = all.iter().position(|other| other.name == indicator.name).expect("it is in the registry");
    let own = asked(indicator);
    for own in own.chunks(MANY) {
        let others = all.iter().cycle().skip(at + 1).flat_map(|other| asked(other));
        let texts: Vec<&str> = own.iter().chain(others).take(MANY).map(|question| question.text.as_str()).collect();
        let alone: Vec<Vec<f64>> = own.iter().flat_map(|question| question.whole().to_vec()).collect();
        let mut together = columns(&texts, &GAPPED);
        together.truncate(alone.len());
        assert_all_same(&alone, &together, &texts.join(" "));
    }
}

fn what_is_shared_is_computed_once() {
    let kernels = |texts: &[&str]| plan(texts).kernels();
    assert_eq!(kernels(&["atr(14)", "natr(14)", "atr(14)"]), kernels(&["natr(14)"]));
    assert!(kernels(&["adx", "plus_di", "minus_di", "dx"]) < kernels(&["adx"]) + kernels(&["plus_di"]) + 5);
}
