//! Laws of every kernel, checked over a table of all of them.

mod bars;
mod correlations;
mod exact;
mod order;
mod ranks_and_recurrences;
mod reference;
mod two_inputs;

use proptest::prelude::*;

use self::bars::{BARS, Random, Series};
use self::reference::{Case, Expected, Reference};
use super::*;

/// Feeds a state the bars of a range in blocks of these lengths, cyclically.
fn feed(state: &mut dyn State, case: &Case, series: &Series, range: std::ops::Range<usize>, cuts: &[usize]) -> Rows {
    let mut rows = vec![Vec::new(); case.kernel.outputs()];
    let (mut at, mut cuts) = (range.start, cuts.iter().cycle());
    while at < range.end {
        let end = range.end.min(at + cuts.next().expect("a cycle does not end"));
        let inputs: Vec<&[f64]> = series.columns[..case.inputs].iter().map(|column| &column[at..end]).collect();
        let mut block = vec![vec![f64::MAX; end - at]; rows.len()];
        let mut outputs: Vec<&mut [f64]> = block.iter_mut().map(Vec::as_mut_slice).collect();
        state.feed(&inputs, &mut outputs);
        rows.iter_mut().zip(&block).for_each(|(row, block)| row.extend_from_slice(block));
        at = end;
    }
    rows
}

/// The values of each output.
type Rows = Vec<Vec<f64>>;

fn run(case: &Case, series: &Series, cuts: &[usize]) -> Rows {
    feed(&mut *case.kernel.start(), case, series, 0..BARS, cuts)
}

fn same(one: f64, two: f64) -> bool {
    one.to_bits() == two.to_bits() || (one.is_nan() && two.is_nan())
}

#[track_caller]
fn assert_same(one: &[Vec<f64>], two: &[Vec<f64>], what: &str) {
    for (one, two) in one.iter().zip(two) {
        assert_eq!(one.len(), two.len(), "{what}");
        if let Some(at) = (0..one.len()).find(|at| !same(one[*at], two[*at])) {
            panic!("{what}: bar {at} is {} and {}", one[at], two[at]);
        }
    }
}

/// The series on which the division into blocks could matter.
fn is_broken(series: &Series) -> bool {
    ["gaps", "infinite", "spike", "both signs"].contains(&series.name)
}

fn for_each_case(mut law: impl FnMut(&Case, &Series, &str)) {
    let all = bars::all();
    for case in reference::all() {
        for series in &all {
            law(&case, series, &format!("{:?} on {}", case.kernel, series.name));
        }
    }
}

#[test]
fn every_level_and_cut_gives_the_same_bits() {
    for_each_case(|case, series, what| {
        if !is_broken(series) {
            return;
        }
        let reference = run(case, series, &[BLOCK]);
        for level in Level::available() {
            level.run(|| {
                for cut in [1, 2, 3, 7, 8, 64, 1000, 1024] {
                    assert_same(
                        &reference,
                        &run(case, series, &[cut]),
                        &format!("{what} at {} by {cut}", level.name()),
                    );
                }
            });
        }
    });
}

#[test]
fn values_are_causal_and_clones_independent() {
    let mut random = Random(1);
    for_each_case(|case, series, what| {
        let reference = run(case, series, &[BLOCK]);
        let tip = 1 + random.below(BARS - 2);
        let mut state = case.kernel.start();
        let mut rows = feed(&mut *state, case, series, 0..tip, &[100]);
        let prefix: Rows = reference.iter().map(|row| row[..tip].to_vec()).collect();
        assert_same(&prefix, &rows, what);

        // The forming bar, with other prices, then replaced.
        let mut forming = state.boxed();
        feed(&mut *forming, case, series, 0..9, &[4]);
        let mut replaced = state.boxed();
        let one = feed(&mut *replaced, case, series, tip..BARS, &[BLOCK]);
        let two = feed(&mut *state, case, series, tip..BARS, &[11]);
        assert_same(&one, &two, what);
        rows.iter_mut().zip(&two).for_each(|(row, rest)| row.extend(rest));
        assert_same(&reference, &rows, what);
    });
}

#[test]
fn the_lookback_is_exact() {
    let walk = &bars::all()[0];
    for case in reference::all() {
        let rows = run(&case, walk, &[BLOCK]);
        let lookback = case.kernel.lookback();
        for row in rows {
            let first = row.iter().position(|value| !value.is_nan());
            // A sample of one bar has no variance.
            assert!(first.is_none_or(|first| first == lookback), "{:?} starts at {first:?}", case.kernel);
        }
    }
}

fn expected(case: &Case, series: &Series, at: usize, values: &[Vec<Expected>]) -> Option<Vec<Expected>> {
    let columns = &series.columns[..case.inputs];
    let none = vec![(f64::NAN, 0.0); case.kernel.outputs()];
    Some(match &case.reference {
        Reference::Window(window, reference) => {
            let Some(start) = (at + 1).checked_sub(*window) else { return Some(none) };
            let columns: Vec<&[f64]> = columns.iter().map(|column| &column[start..=at]).collect();
            let missing = columns.iter().any(|column| column.iter().any(|value| value.is_nan()));
            if missing { none } else { reference(&columns) }
        }
        Reference::Pair(bars, reference) => {
            let Some(before) = at.checked_sub(*bars) else { return Some(none) };
            let bar = |at: usize| columns.iter().map(|column| column[at]).collect::<Vec<_>>();
            reference(&bar(at), &bar(before)).into_iter().map(|value| (value, 0.0)).collect()
        }
        Reference::Values(_) => vec![values[0][at]],
        Reference::Elsewhere => return None,
    })
}

/// The values of a reference that skips gaps, scattered to their bars.
fn spread(case: &Case, column: &[f64]) -> Vec<Expected> {
    let Reference::Values(reference) = &case.reference else { return Vec::new() };
    let dense: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
    let mut values = reference(&dense).into_iter();
    let mut next = |value: &f64| if value.is_finite() { values.next() } else { Some((f64::NAN, 0.0)) };
    column.iter().map(|value| next(value).expect("one value for each")).collect()
}

#[test]
fn every_kernel_equals_its_reference() {
    let mut worst = std::collections::BTreeMap::new();
    for_each_case(|case, series, what| {
        // Only recurrences define results for infinite values.
        if series.name == "infinite" && !matches!(case.reference, Reference::Values(_)) {
            return;
        }
        let rows = run(case, series, &[BLOCK]);
        let values = vec![spread(case, &series.columns[0])];
        let step = if case.kernel.lookback() > 150 { 23 } else { 1 };
        for at in (0..BARS).step_by(step) {
            for (row, (value, scale)) in rows.iter().zip(expected(case, series, at, &values).into_iter().flatten()) {
                let error = (row[at] - value).abs();
                let good = same(row[at], value) || row[at] == value || error <= 1e-12 * scale;
                assert!(good, "{what}: bar {at} is {} and ought to be {value}, off by {}", row[at], error / scale);
                let name = what.split(' ').next().unwrap_or_default().to_owned();
                let most: &mut f64 = worst.entry(name).or_default();
                *most = most.max(if error > 0.0 { error / scale } else { 0.0 });
            }
        }
    });
    println!("{worst:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn any_cuts_give_the_same_bits(cuts in prop::collection::vec(1..=BLOCK, 1..40), small in 1..40usize) {
        let cuts: Vec<usize> = cuts.iter().enumerate().map(|(at, cut)| if at % 3 == 0 { *cut } else { cut % small + 1 }).collect();
        for_each_case(|case, series, what| {
            if is_broken(series) {
                assert_same(&run(case, series, &[BLOCK]), &run(case, series, &cuts), what);
            }
        });
    }
}

/// High, low and close around a random walk.
fn prices() -> [Vec<f64>; 3] {
    let [walk, up, down, _] = &bars::all()[0].columns;
    let spread =
        |other: &Vec<f64>| walk.iter().zip(other).map(|(x, y)| (x * 1e3 + y * 1e3).fract()).collect::<Vec<_>>();
    let (up, down) = (spread(up), spread(down));
    let add = |sign: f64, by: &[f64]| walk.iter().zip(by).map(|(x, by)| x + sign * by).collect();
    [add(1.0, &up), add(-1.0, &down), walk.clone()]
}

fn feed_whole(kernel: &dyn Kernel, inputs: &[&[f64]]) -> Rows {
    let mut state = kernel.start();
    let mut rows = vec![vec![0.0; BARS]; kernel.outputs()];
    for at in (0..BARS).step_by(BLOCK) {
        let range = at..BARS.min(at + BLOCK);
        let inputs: Vec<&[f64]> = inputs.iter().map(|input| &input[range.clone()]).collect();
        let mut outputs: Vec<&mut [f64]> = rows.iter_mut().map(|row| &mut row[range.clone()]).collect();
        state.feed(&inputs, &mut outputs);
    }
    rows
}

#[test]
fn supertrend_is_that_of_ta_lib() {
    let [high, low, close] = prices();
    let range = feed_whole(&TrueRange { first: false }, &[&high, &low, &close]);
    let wilder = FirstOrder { beta: 0.9, gain: 0.1, seed: Seed::Mean(10), warm_up: 0, around_zero: false };
    let average = feed_whole(&wilder, &[&range[0]]);
    let [line, direction] = &feed_whole(&Supertrend { multiplier: 1.5 }, &[&high, &low, &close, &average[0]])[..]
    else {
        panic!("supertrend has two outputs")
    };
    let core = ta_lib::Core::new();
    let (mut expected, mut trend) = (vec![0.0; BARS], vec![0; BARS]);
    let found = core.supertrend(0, BARS - 1, &high, &low, &close, 10, 1.5, &mut expected, &mut trend);
    let start = found.expect("the arguments are right").beg_idx;
    assert_eq!(start, 10);
    assert!(trend.contains(&1) && trend.contains(&-1));
    for at in 0..BARS {
        let Some(index) = at.checked_sub(start) else {
            assert!(line[at].is_nan() && direction[at].is_nan());
            continue;
        };
        assert!((line[at] - expected[index]).abs() < 1e-10, "bar {at}: {} and {}", line[at], expected[index]);
        assert_eq!(direction[at] as i32, trend[index], "bar {at}");
    }
}

#[test]
fn the_first_bar_counts_where_it_should() {
    let nan = f64::NAN;
    let [high, low, close] = [[nan, 12.0, 15.0, nan, 14.0], [9.0, 10.0, 14.0, 8.0, 13.0], [9.5, 11.0, 14.5, 8.5, 13.5]];
    let mut range = [0.0; 5];
    TrueRange { first: true }.start().feed(&[&high, &low, &close], &mut [&mut range]);
    assert!(range[0].is_nan() && range[3].is_nan());
    assert_eq!([range[1], range[2], range[4]], [2.0, 4.0, 5.5]);
    for (first, expected) in [(true, [10.0, -14.0, 8.0, 0.0]), (false, [0.0, -14.0, 8.0, 0.0])] {
        let mut signed = [0.0; 4];
        SignedByChange { first }.start().feed(&[&[3.0, 2.0, 5.0, 5.0], &[10.0, 14.0, 8.0, 13.0]], &mut [&mut signed]);
        assert_eq!(signed, expected);
    }
}

#[test]
fn a_total_of_many_is_exact() {
    let mut random = Random(3);
    let values: Vec<f64> = (0..1_000_000).map(|_| (1.0 - random.unit()).powf(-1.5)).collect();
    let (mut state, mut rest, mut last) = (CumulativeSum.start(), self::exact::Exact::default(), [0.0; BLOCK]);
    for block in values.chunks(BLOCK) {
        state.feed(&[block], &mut [&mut last[..block.len()]]);
        rest = block.iter().fold(rest, |sum, value| sum + self::exact::Exact::from(*value));
    }
    let error = last[values.len() % BLOCK - 1] / rest.value() - 1.0;
    assert!(error.abs() < 1e-15, "{error}");
}

#[test]
fn nothing_decays_into_subnormal_numbers_or_overflows() {
    let scan = FirstOrder { beta: 13.0 / 14.0, gain: 1.0, seed: Seed::First, warm_up: 0, around_zero: false };
    let mut state = scan.start();
    let mut values = [0.0; BLOCK];
    state.feed(&[&[1.0, 1e305, f64::MAX, f64::NEG_INFINITY]], &mut [&mut values[..4]]);
    assert!(values[0] == 1.0 && values[1..4].iter().all(|value| value.is_nan()));
    for _ in 0..20 {
        state.feed(&[&[0.0; BLOCK]], &mut [&mut values]);
        assert!(values.iter().all(|value| *value == 0.0 || value.is_normal()));
    }
    assert_eq!(values[BLOCK - 1], 0.0);
}
