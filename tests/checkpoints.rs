//! Checkpoints: a run that is saved as bytes and restored continues with the same bits.

mod common;

use std::ops::Range;
use std::sync::Arc;

use atrad::indicator::{Checkpoint, Plan, Run, Unusable, registry};
use atrad::series::{Bars, Columns};
use common::series::{Random, holed, walk};
use common::{columns, inputs, plan, questions};

const ROWS: usize = 1500;
const FORMULA: &str = "if(crossover(ema(5), sma(9)), shift(close, 40), obv / 1000) ^ 1.5";

fn gapped() -> Arc<Bars> {
    let mut columns = holed(walk(7, ROWS, 100.0, 2.0), 700..705);
    columns.volume[300] = f64::NAN;
    columns.close[1100] = f64::NAN;
    Arc::new(Bars::with_gaps(columns).expect("good but for gaps"))
}

/// Every indicator in every way it is tested, and a formula.
fn all_texts() -> Vec<String> {
    let questions = registry::INDICATORS.iter().flat_map(|indicator| questions(indicator));
    questions.map(|question| question.text()).chain([FORMULA.to_owned()]).collect()
}

fn feed(run: &mut Run, plan: &Plan, bars: &Bars, rows: Range<usize>) -> Vec<Vec<f64>> {
    let mut found = vec![vec![0.0; rows.len()]; plan.outputs()];
    for from in rows.clone().step_by(100) {
        let to = rows.end.min(from + 100);
        let inputs = inputs(plan, bars, from..to);
        let inputs: Vec<&[f64]> = inputs.iter().map(Vec::as_slice).collect();
        let block = from - rows.start..to - rows.start;
        let mut outputs: Vec<&mut [f64]> = found.iter_mut().map(|output| &mut output[block.clone()]).collect();
        run.feed(&inputs, &mut outputs);
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

#[test]
fn a_restored_checkpoint_continues_with_the_same_bits() {
    let bars = gapped();
    let mut random = Random(19);
    for text in all_texts() {
        let whole = columns(&[&text], &bars);
        // Another plan each time: nothing but the bytes is handed on.
        let mut run = plan(&[&text]).start();
        let mut rows = [random.below(40), random.below(ROWS), random.below(ROWS), 703];
        rows.sort_unstable();
        let mut row = 0;
        for next in rows.into_iter().chain([ROWS]) {
            let plan = plan(&[&text]);
            let found = feed(&mut run, &plan, &bars, row..next);
            for (whole, found) in whole.iter().zip(found) {
                assert_same(&whole[row..next], &found, &format!("{text} from {row} to {next}"));
            }
            let bytes = run.save_checkpoint(next).to_bytes(&plan, &text);
            let checkpoint = Checkpoint::from_bytes(&plan, &text, &bytes).expect("just written");
            assert_eq!((checkpoint.row(), checkpoint.to_bytes(&plan, &text)), (next, bytes), "{text}");
            (run, row) = (plan.resume(checkpoint), next);
        }
    }
}

#[test]
fn a_forming_bar_leaves_the_run_untouched() {
    let bars = gapped();
    let forming = [1.5, 0.25].map(|factor| times(&bars, factor));
    for text in all_texts() {
        let plan = plan(&[&text]);
        let (mut run, tip) = (plan.start(), 1003);
        feed(&mut run, &plan, &bars, 0..tip);
        let before = run.save_checkpoint(tip).to_bytes(&plan, "");
        let mut live = run.clone();
        for forming in &forming {
            feed(&mut live, &plan, forming, tip..tip + 1);
            live = run.clone();
        }
        let formed = feed(&mut live, &plan, &bars, tip..tip + 1);
        assert_eq!(run.save_checkpoint(tip).to_bytes(&plan, ""), before, "{text}");
        for (formed, closed) in formed.iter().zip(feed(&mut run, &plan, &bars, tip..tip + 1)) {
            assert_same(formed, &closed, &text);
        }
    }
}

/// The bars with every price and volume times a factor.
fn times(bars: &Bars, factor: f64) -> Bars {
    let mut columns = bars.clone().into_columns();
    let Columns { open, high, low, close, volume, .. } = &mut columns;
    for column in [open, high, low, close, volume] {
        column.iter_mut().for_each(|value| *value *= factor);
    }
    Bars::with_gaps(columns).expect("good but for gaps")
}

/// Bytes of a plan that has every kind of state, and where it stood.
fn written() -> (Arc<Plan>, Vec<u8>) {
    let plan = plan(&[FORMULA, "supertrend.direction", "rsi(14)", "median(9)"]);
    let bars = gapped();
    let mut run = plan.start();
    feed(&mut run, &plan, &bars, 0..777);
    let bytes = run.save_checkpoint(777).to_bytes(&plan, "key");
    (plan, bytes)
}

#[test]
fn corrupt_checkpoints_are_rejected() {
    let (plan, bytes) = written();
    let read = |bytes: &[u8]| Checkpoint::from_bytes(&plan, "key", bytes).map(|checkpoint| checkpoint.row());
    assert_eq!(read(&bytes), Ok(777));
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
    let longer = [&*bytes, &[0; 8]].concat();
    assert_eq!(read(&longer), Err(Unusable::Damaged));
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let expected = if bit < 64 { Unusable::Format } else { Unusable::Damaged };
        assert_eq!(read(&flipped), Err(expected), "bit {bit}");
    }
}

#[test]
fn checkpoints_of_another_plan_are_rejected() {
    let (plan, bytes) = written();
    let read = |plan: &Plan, key: &str| Checkpoint::from_bytes(plan, key, &bytes).map(|checkpoint| checkpoint.row());
    assert_eq!(read(&plan, "other key"), Err(Unusable::Plan));
    for texts in [["ema(5)", "rsi(14)"], ["ema(6)", "rsi(14)"], ["rsi(14)", "ema(5)"]] {
        let other = common::plan(&texts);
        assert_eq!(read(&other, "key"), Err(Unusable::Plan), "{texts:?}");
        let own = other.start().save_checkpoint(3).to_bytes(&other, "key");
        assert_eq!(Checkpoint::from_bytes(&other, "key", &own).map(|checkpoint| checkpoint.row()), Ok(3));
        assert!(Checkpoint::from_bytes(&common::plan(&["ema(7)", "rsi(14)"]), "key", &own).is_err());
    }
}
