//! Reductions against slow twins.

use super::*;
use crate::kernel::{BLOCK, Level};

const ALL: [Reduction; 21] = [
    Reduction::Last,
    Reduction::Min,
    Reduction::Max,
    Reduction::Mean,
    Reduction::Sum,
    Reduction::StandardDeviation { ddof: 0 },
    Reduction::StandardDeviation { ddof: 1 },
    Reduction::ArgMin,
    Reduction::ArgMax,
    Reduction::CountTrue,
    Reduction::FirstTrue,
    Reduction::Quantile(0.0),
    Reduction::Quantile(0.3),
    Reduction::Quantile(1.0),
    Reduction::Sharpe { periods: 252.0 },
    Reduction::MaxDrawdown,
    Reduction::HitRate,
    Reduction::Count,
    Reduction::Skewness,
    Reduction::Kurtosis,
    Reduction::Holding,
];

/// The definitions, in the obvious way.
fn twin(values: &[f64], reduction: Reduction) -> f64 {
    let known: Vec<(usize, f64)> = values.iter().copied().enumerate().filter(|(_, value)| !value.is_nan()).collect();
    let mut sorted: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    sorted.sort_by(f64::total_cmp);
    let n = known.len() as f64;
    let sum: f64 = sorted.iter().sum();
    let row = |found: Option<&(usize, f64)>| found.map_or(f64::NAN, |(row, _)| *row as f64);
    let extreme = |value: Option<&f64>| row(known.iter().find(|(_, other)| Some(other) == value));
    match reduction {
        Reduction::Last => values.last().copied().unwrap_or(f64::NAN),
        Reduction::Min => sorted.first().copied().unwrap_or(f64::NAN),
        Reduction::Max => sorted.last().copied().unwrap_or(f64::NAN),
        Reduction::Mean => sum / n,
        Reduction::Sum => {
            if known.is_empty() {
                f64::NAN
            } else {
                sum
            }
        }
        Reduction::StandardDeviation { ddof } => {
            let squares: f64 = sorted.iter().map(|value| (value - sum / n).powi(2)).sum();
            if n > f64::from(ddof) { (squares / (n - f64::from(ddof))).sqrt() } else { f64::NAN }
        }
        Reduction::ArgMin => extreme(sorted.first()),
        Reduction::ArgMax => extreme(sorted.last()),
        Reduction::CountTrue => known.iter().filter(|(_, value)| *value != 0.0).count() as f64,
        Reduction::FirstTrue => row(known.iter().find(|(_, value)| *value != 0.0)),
        Reduction::Sharpe { periods } => {
            let deviation = twin(values, Reduction::StandardDeviation { ddof: 1 });
            let is_constant = sorted.first() == sorted.last();
            if is_constant { f64::NAN } else { sum / n / deviation * periods.sqrt() }
        }
        Reduction::MaxDrawdown if known.is_empty() => f64::NAN,
        Reduction::MaxDrawdown => {
            let mut levels = vec![1.0];
            known.iter().for_each(|(_, value)| levels.push(levels[levels.len() - 1] * (1.0 + value)));
            let fall = |at: usize| 1.0 - levels[at] / levels[..=at].iter().copied().fold(f64::MIN, f64::max);
            (0..levels.len()).map(fall).fold(0.0, f64::max)
        }
        Reduction::HitRate => known.iter().filter(|(_, value)| *value > 0.0).count() as f64 / n,
        Reduction::Count => n,
        Reduction::Skewness => standardised(&known, 3),
        Reduction::Kurtosis => standardised(&known, 4),
        Reduction::Holding => {
            let signs: Vec<i8> =
                known.iter().map(|(_, value)| i8::from(*value > 0.0) - i8::from(*value < 0.0)).collect();
            let ended = signs.chunk_by(|one, two| one == two).rev().skip(1).filter(|run| run[0] != 0);
            let lengths: Vec<usize> = ended.map(<[i8]>::len).collect();
            lengths.iter().sum::<usize>() as f64 / lengths.len() as f64
        }
        Reduction::Quantile(q) => {
            let place = q * (n - 1.0);
            let at = |place: f64| sorted.get(place as usize).copied().unwrap_or(f64::NAN);
            at(place.floor()) + (at(place.ceil()) - at(place.floor())) * place.fract()
        }
    }
}

/// A central moment in units of the standard deviation.
fn standardised(known: &[(usize, f64)], power: i32) -> f64 {
    let origin = known.first().map_or(0.0, |(_, value)| *value);
    let n = known.len() as f64;
    let mean = known.iter().map(|(_, value)| value - origin).sum::<f64>() / n;
    let moment = |power: i32| known.iter().map(|(_, value)| (value - origin - mean).powi(power)).sum::<f64>() / n;
    if known.iter().all(|(_, value)| *value == origin) {
        f64::NAN
    } else {
        moment(power) / moment(2).powf(f64::from(power) / 2.0)
    }
}

fn reduced(values: &[f64]) -> Vec<f64> {
    let mut accumulator = Accumulator::new(&ALL);
    values.chunks(BLOCK).enumerate().for_each(|(index, block)| accumulator.add(index * BLOCK, block));
    accumulator.results()
}

fn columns() -> Vec<Vec<f64>> {
    let wave = |len: usize, scale: f64, offset: f64| -> Vec<f64> {
        (0..len).map(|i| offset + scale * ((i * i % 1009) as f64 * 0.37).sin()).collect()
    };
    let mut gaps = wave(5000, 3.0, 0.5);
    gaps[..40].fill(f64::NAN);
    gaps[2040..3100].fill(f64::NAN);
    let signal: Vec<f64> =
        (0..4000).map(|i| if i < 30 { f64::NAN } else { f64::from(u8::from(i % 61 == 45)) }).collect();
    let mut ends_missing = wave(1024, 1.0, -2.0);
    ends_missing[1023] = -f64::NAN;
    vec![
        wave(1, 1.0, 0.0),
        wave(7, 1.0, 0.0),
        wave(1024, 1.0, 1.0),
        wave(1025, 1e-3, 100.0),
        wave(10_000, 1.0, 1e8),
        gaps,
        signal,
        ends_missing,
        vec![f64::NAN; 1500],
        vec![0.0; 2000],
        vec![-0.0; 3],
    ]
}

#[test]
fn reductions_are_those_of_a_slow_twin() {
    for (number, values) in columns().iter().enumerate() {
        for (found, reduction) in reduced(values).into_iter().zip(ALL) {
            let expected = twin(values, reduction);
            let scale =
                values.iter().filter(|value| !value.is_nan()).fold(1e-300, |most: f64, value| most.max(value.abs()));
            let scale = if reduction == Reduction::Sum { scale * values.len() as f64 } else { scale };
            let near = (found - expected).abs() <= 1e-13 * scale + 1e-11 * expected.abs();
            let same = near || found == expected || (found.is_nan() && expected.is_nan());
            assert!(same, "column {number}: {reduction:?} is {found}, not {expected}");
        }
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    for values in columns() {
        let bits = |level: Level| level.run(|| reduced(&values)).into_iter().map(f64::to_bits).collect::<Vec<_>>();
        let all: Vec<_> = Level::available().into_iter().map(bits).collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

#[test]
fn a_column_at_rest_has_its_value_as_mean_and_no_deviation() {
    for value in [0.1, -3.3e-7, 1e15 + 0.3] {
        let found = reduced(&vec![value; 70_001]);
        assert_eq!(found[1..4], [value; 3]);
        assert_eq!(found[5..7], [0.0; 2]);
        assert_eq!(found[11..14], [value; 3]);
    }
}

#[test]
fn infinite_values_are_values() {
    let values = [f64::NAN, f64::INFINITY, 2.0, f64::NEG_INFINITY];
    let found = reduced(&values);
    assert_eq!((found[1], found[2], found[7], found[8]), (f64::NEG_INFINITY, f64::INFINITY, 3.0, 1.0));
    let only = reduced(&[f64::INFINITY, f64::INFINITY]);
    assert_eq!((only[1], only[2], only[7], only[8]), (f64::INFINITY, f64::INFINITY, 0.0, 0.0));
}

#[test]
fn sums_are_compensated() {
    let mut values = vec![1e16; 1];
    values.extend(std::iter::repeat_n(1.0, 1023));
    values.extend(std::iter::repeat_n(1.0, 100 * 1024));
    values.push(-1e16);
    let mut accumulator = Accumulator::new(&[Reduction::Sum]);
    values.chunks(BLOCK).enumerate().for_each(|(index, block)| accumulator.add(index * BLOCK, block));
    let sum = accumulator.results()[0];
    assert!((sum - 103_423.0).abs() <= 2048.0 / 2.0, "{sum}");
}
