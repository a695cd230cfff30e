//! Patterns against a reference implementation, bar by bar.

use super::*;
use crate::kernel::{BLOCK, Level};

/// A linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

const MEASURES: [Measure; 11] = [
    Measure::Open,
    Measure::High,
    Measure::Low,
    Measure::Close,
    Measure::Top,
    Measure::Bottom,
    Measure::Body,
    Measure::Range,
    Measure::UpperShadow,
    Measure::LowerShadow,
    Measure::Shadows,
];

fn term(random: &mut Random) -> Term {
    let measure = MEASURES[random.below(11) as usize];
    let quantity = match random.below(4) {
        0 => Quantity::Times(measure, 0.5),
        1 => Quantity::Mean(measure, 1 << random.below(4), 0.75),
        _ => Quantity::Of(measure),
    };
    Term { quantity, lag: random.below(6) as usize }
}

fn condition(random: &mut Random, depth: usize) -> Condition {
    let several = |random: &mut Random| (0..random.below(4)).map(|_| condition(random, depth - 1)).collect();
    match random.below(if depth == 0 { 1 } else { 5 }) {
        0 => {
            let sides = [(1, 1), (1, 2), (2, 1), (1, 3), (3, 1)][random.below(5) as usize];
            let mut terms = |count| (0..count).map(|_| term(random)).collect();
            Condition::Greater(terms(sides.0), terms(sides.1))
        }
        1 => !condition(random, depth - 1),
        2 => Condition::Any(several(random)),
        _ => Condition::All(several(random)),
    }
}

fn measure(measure: Measure, [open, high, low, close]: [f64; 4]) -> f64 {
    let (top, bottom) = (open.max(close), open.min(close));
    match measure {
        Measure::Open => open,
        Measure::High => high,
        Measure::Low => low,
        Measure::Close => close,
        Measure::Top => top,
        Measure::Bottom => bottom,
        Measure::Body => top - bottom,
        Measure::Range => high - low,
        Measure::UpperShadow => high - top,
        Measure::LowerShadow => bottom - low,
        Measure::Shadows => (high - top) + (bottom - low),
    }
}

fn value(term: &Term, bars: &[[f64; 4]]) -> f64 {
    let bars = &bars[..bars.len() - term.lag];
    let newest = bars[bars.len() - 1];
    match term.quantity {
        Quantity::Of(of) => measure(of, newest),
        Quantity::Times(of, factor) => factor * measure(of, newest),
        // Sums of quarters are exact in any order.
        Quantity::Mean(of, window, factor) => {
            let sum: f64 = bars[bars.len() - 1 - window..bars.len() - 1].iter().map(|bar| measure(of, *bar)).sum();
            factor * (sum / window as f64)
        }
    }
}

fn holds(condition: &Condition, bars: &[[f64; 4]]) -> bool {
    let sum = |terms: &[Term]| terms.iter().map(|term| value(term, bars)).sum::<f64>();
    match condition {
        Condition::Greater(more, less) => sum(more) > sum(less),
        Condition::Not(one) => !holds(one, bars),
        Condition::All(all) => all.iter().all(|one| holds(one, bars)),
        Condition::Any(any) => any.iter().any(|one| holds(one, bars)),
    }
}

fn reference(pattern: &Pattern, bars: &[[f64; 4]]) -> f64 {
    let Some(start) = bars.len().checked_sub(pattern.lookback + 1) else { return f64::NAN };
    if bars[start..].iter().flatten().any(|price| price.is_nan()) {
        return f64::NAN;
    }
    let answer = pattern.answers.iter().find(|(_, when)| holds(when, bars)).map_or(0.0, |(value, _)| *value);
    if holds(&pattern.always, bars) { answer } else { 0.0 }
}

fn bars(random: &mut Random, rows: usize) -> Vec<[f64; 4]> {
    let bar = |row: usize| {
        let mut price = || 100.0 + random.below(9) as f64 / 4.0;
        let (open, close) = (price(), price());
        let bar = [open, open.max(close) + price() - 100.0, open.min(close) - (price() - 100.0), close];
        match row {
            _ if row % 501 == 300 => [open, f64::NAN, bar[2], close],
            // Idle where blocks begin, until a tile is active.
            _ if (row + 16) % BLOCK < 16 + 256 => [100.0; 4],
            _ => bar,
        }
    };
    (0..rows).map(bar).collect()
}

fn run(kernel: &dyn Kernel, bars: &[[f64; 4]], cut: usize) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = (0..4).map(|column| bars.iter().map(|bar| bar[column]).collect()).collect();
    let mut state = kernel.start();
    let mut found = vec![Vec::new(); kernel.outputs()];
    for start in (0..bars.len()).step_by(cut) {
        let end = bars.len().min(start + cut);
        let inputs: Vec<&[f64]> = columns.iter().map(|column| &column[start..end]).collect();
        let mut block = vec![vec![7.0; end - start]; found.len()];
        let mut outputs: Vec<&mut [f64]> = block.iter_mut().map(Vec::as_mut_slice).collect();
        state.feed(&inputs, &mut outputs);
        found.iter_mut().zip(block).for_each(|(found, block)| found.extend(block));
    }
    found
}

#[test]
fn patterns_equal_the_reference() {
    let mut random = Random(1);
    let bars = bars(&mut random, 2300);
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..20 {
        let pattern = |random: &mut Random| Pattern {
            lookback: 5 + 1 + 8 + random.below(3) as usize,
            always: condition(random, 2),
            answers: [100.0, -100.0, 80.0].map(|value| (value, condition(random, 2))).into(),
        };
        let patterns: Vec<Pattern> = (0..3).map(|_| pattern(&mut random)).collect();
        let others: Vec<&dyn Kernel> = patterns[1..].iter().map(|pattern| pattern as &dyn Kernel).collect();
        let together = patterns[0].fuse(&others, &[0]).expect("patterns fuse");
        let cuts = [1, 63, 64, 100, 500, BLOCK];
        for (level, cut) in Level::available().into_iter().flat_map(|level| cuts.map(|cut| (level, cut))) {
            let found = level.run(|| run(&*together, &bars, cut));
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let alone = level.run(|| run(&patterns[0], &bars, cut));
            assert_eq!(bits(&found[0]), bits(&alone[0]), "{:?} alone by {cut}", patterns[0]);
            for (pattern, found) in patterns.iter().zip(found) {
                for row in (0..bars.len()).step_by(if cut == BLOCK { 1 } else { 7 }) {
                    let expected = reference(pattern, &bars[..=row]);
                    let same = found[row] == expected || (found[row].is_nan() && expected.is_nan());
                    assert!(same, "{pattern:?} at {row} by {cut}: {} and not {expected}", found[row]);
                    *seen.entry(expected.to_bits()).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(seen.len(), 5, "every answer, none and NaN: {seen:?}");
}

#[test]
fn a_pattern_of_one_comparison_equals_the_reference() {
    let mut random = Random(2);
    let bars = bars(&mut random, 2300);
    let mut single = 0;
    for round in 0..24 {
        let one = condition(&mut random, 0);
        let always = if round % 2 == 0 { one } else { !one };
        let pattern = Pattern { lookback: 5 + 1 + 8, always, answers: vec![(100.0, Condition::All(vec![]))] };
        single += usize::from(program::Program::new(&[&pattern]).single.is_some());
        for (level, cut) in Level::available().into_iter().flat_map(|level| [7, 64, 300, BLOCK].map(|cut| (level, cut)))
        {
            let found = level.run(|| run(&pattern, &bars, cut));
            for row in (0..bars.len()).step_by(if cut == BLOCK { 1 } else { 11 }) {
                let (found, expected) = (found[0][row], reference(&pattern, &bars[..=row]));
                let same = found == expected || (found.is_nan() && expected.is_nan());
                assert!(same, "{pattern:?} at {row} by {cut}: {found} and not {expected}");
            }
        }
    }
    assert!((6..24).contains(&single), "some have no lag, and some have one: {single}");
}
