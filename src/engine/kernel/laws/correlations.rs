//! Correlation matrices against exact ones.

use super::super::*;
use super::bars::Random;
use super::exact::Exact;

/// Deterministic, correlated columns.
fn columns(count: usize, rows: usize, offset: f64) -> Vec<Vec<f64>> {
    let mut random = Random(7);
    let common: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
    let mut column =
        |at: usize| common.iter().map(|common| offset + common * (at as f64 - 3.0) + random.unit()).collect();
    (0..count).map(&mut column).collect()
}

fn reference(one: &[f64], two: &[f64]) -> f64 {
    let exact = |values: &[f64]| values.iter().map(|&value| Exact::from(value)).collect::<Vec<_>>();
    let (one, two) = (exact(one), exact(two));
    let bars = Exact::from(one.len() as f64);
    let mean = |values: &[Exact]| values.iter().copied().sum::<Exact>() / bars;
    let products = |one: &[Exact], two: &[Exact]| {
        let (a, b) = (mean(one), mean(two));
        one.iter().zip(two).map(|(&x, &y)| (x - a) * (y - b)).sum::<Exact>()
    };
    (products(&one, &two) / (products(&one, &one) * products(&two, &two)).sqrt()).value()
}

#[test]
fn correlations_are_exact_at_every_level() {
    for (rows, offset) in [(2, 0.0), (3, 100.0), (250, 100.0), (1000, 1e8), (256, 1e-9)] {
        let columns = columns(13, rows, offset);
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let block = |columns: &[&[f64]]| Correlated::new(columns);
        let [one, two] = [block(&slices[..8]), block(&slices[8..])];
        let found = one.with(&two);
        for level in Level::available() {
            let again = level.run(|| block(&slices[..8]).with(&block(&slices[8..])));
            assert_eq!(again.map(|row| row.map(f64::to_bits)), found.map(|row| row.map(f64::to_bits)));
        }
        for (i, row) in found.iter().enumerate() {
            for (j, value) in row[..5].iter().enumerate() {
                let expected = reference(&columns[i], &columns[8 + j]);
                assert!((value - expected).abs() < 1e-14, "{rows} rows: {value} and {expected}");
            }
        }
        assert!((one.with(&one)[3][3] - 1.0).abs() < 1e-14);
        // Symmetric, to the bit.
        assert_eq!(two.with(&one)[4][7].to_bits(), found[7][4].to_bits());
    }
}

#[test]
fn flat_and_missing_columns_have_no_correlation() {
    let rising: Vec<f64> = (0..300).map(f64::from).collect();
    let mut broken = rising.clone();
    broken[7] = f64::INFINITY;
    let mut missing = rising.clone();
    missing[7] = f64::NAN;
    let flat = vec![0.1; 300];
    let falling: Vec<f64> = rising.iter().map(|value| 5.0 - value).collect();
    let block = Correlated::new(&[&rising, &broken, &missing, &flat, &falling]);
    let found = block.with(&block);
    assert!((1..4).all(|at| found[0][at].is_nan() && found[at][at].is_nan()));
    assert!((found[0][4] + 1.0).abs() < 1e-14 && found[0][4] >= -1.0);
    assert!(Correlated::new(&[&[5.0]]).with(&Correlated::new(&[&[5.0]]))[0][0].is_nan());
    assert!(Correlated::new(&[&[]]).with(&Correlated::new(&[&[]]))[0][0].is_nan());
}

#[test]
fn equal_values_share_their_ranks() {
    assert_eq!(ranks(&[30.0, 10.0, 20.0, 10.0, 10.0]), [5.0, 2.0, 4.0, 2.0, 2.0]);
    assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
}
