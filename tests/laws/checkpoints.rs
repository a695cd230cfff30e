//! The law of checkpoints: a run that is saved, serialised and resumed gives the same bits as one that is not.

use std::sync::{Arc, LazyLock};

use atrad::indicator::{Checkpoint, Indicator, Plan, Unusable};
use atrad::series::{Bars, Columns};

use crate::asked::{GAPPED, ROWS, asked, assert_all_same, assert_same, feed, random};
use crate::common::series::Random;
use crate::common::trials::Trials;
use crate::common::{columns, plan};

const FORMULA: &str = "if(crossover(ema(5), sma(9)), shift(close, 40), obv / 1000) ^ 1.5";

pub(crate) fn add(trials: &mut Trials) {
    trials.each("bytes", |indicator| {
        let mut random = random(19, indicator);
        for question in asked(indicator) {
            assert_goes_on(&question.text, question.whole(), &mut random);
        }
    });
    trials.each("untouched", |indicator: &'static Indicator| {
        asked(indicator).iter().for_each(|question| assert_untouched(&question.text));
    });
    trials.single("bytes_of_a_formula", || assert_goes_on(FORMULA, &columns(&[FORMULA], &GAPPED), &mut Random(19)));
    trials.single("untouched_formula", || assert_untouched(FORMULA));
    trials.single("damaged_bytes_are_refused", what_is_not_just_what_was_written_is_refused);
    trials.single("another_plan_takes_no_checkpoint", another_plan_takes_no_checkpoint);
}

/// A plan resumed from bytes gives the same bits.
fn assert_goes_on(text: &str, whole: &[Vec<f64>], random: &mut Random) {
    // Another plan each time: nothing but the bytes is handed on.
    let mut run = plan(&[text]).start();
    let mut rows = [random.below(40), random.below(ROWS), random.below(ROWS), 703];
    rows.sort_unstable();
    let mut row = 0;
    for next in rows.into_iter().chain([ROWS]) {
        let plan = plan(&[text]);
        let found = feed(&mut run, &plan, &GAPPED, row..next, &[100]);
        for (whole, found) in whole.iter().zip(found) {
            assert_same(&whole[row..next], &found, &format!("{text} from {row} to {next}"));
        }
        let bytes = run.save_checkpoint(next).to_bytes(&plan, text);
        let checkpoint = Checkpoint::from_bytes(&plan, text, &bytes).expect("just written");
        assert_eq!((checkpoint.row(), checkpoint.to_bytes(&plan, text)), (next, bytes), "{text}");
        (run, row) = (plan.resume(checkpoint), next);
    }
}

/// A forming bar leaves the run untouched that was cloned for it.
fn assert_untouched(text: &str) {
    static FORMING: LazyLock<[Bars; 2]> = LazyLock::new(|| [1.5, 0.25].map(|factor| times(&GAPPED, factor)));
    let (plan, bars): (_, &Bars) = (plan(&[text]), &GAPPED);
    let (mut run, tip) = (plan.start(), 1003);
    feed(&mut run, &plan, bars, 0..tip, &[100]);
    let before = run.save_checkpoint(tip).to_bytes(&plan, "");
    let mut live = run.clone();
    for forming in &*FORMING {
        feed(&mut live, &plan, forming, tip..tip + 1, &[1]);
        live = run.clone();
    }
    let formed = feed(&mut live, &plan, bars, tip..tip + 1, &[1]);
    assert_eq!(run.save_checkpoint(tip).to_bytes(&plan, ""), before, "{text}");
    assert_all_same(&formed, &feed(&mut run, &plan, bars, tip..tip + 1, &[1]), text);
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
    let mut run = plan.start();
    feed(&mut run, &plan, &GAPPED, 0..777, &[100]);
    let bytes = run.save_checkpoint(777).to_bytes(&plan, "key");
    (plan, bytes)
}

fn what_is_not_just_what_was_written_is_refused() {
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

fn another_plan_takes_no_checkpoint() {
    let (plan, bytes) = written();
    let read = |plan: &Plan, key: &str| Checkpoint::from_bytes(plan, key, &bytes).map(|checkpoint| checkpoint.row());
    assert_eq!(read(&plan, "other key"), Err(Unusable::Plan));
    for texts in [["ema(5)", "rsi(14)"], ["ema(6)", "rsi(14)"], ["rsi(14)", "ema(5)"]] {
        let other = crate::common::plan(&texts);
        assert_eq!(read(&other, "key"), Err(Unusable::Plan), "{texts:?}");
        let own = other.start().save_checkpoint(3).to_bytes(&other, "key");
        assert_eq!(Checkpoint::from_bytes(&other, "key", &own).map(|checkpoint| checkpoint.row()), Ok(3));
        assert!(Checkpoint::from_bytes(&crate::common::plan(&["ema(7)", "rsi(14)"]), "key", &own).is_err());
    }
}
