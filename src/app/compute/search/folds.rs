//! Walk-forward folds: variants are chosen by bars in sample, and judged by the later bars out of sample.
//!
//! Pardo, "The Evaluation and Optimization of Trading Strategies" (2nd edition, 2008), chapter 11; purge and embargo after Lopez
//! de Prado, "Advances in Financial Machine Learning" (2018), chapter 7.

use std::ops::Range;

use crate::app::{Error, Limits};

/// How bars are cut into folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WalkForward {
    /// The number of folds, 1 or more.
    pub folds: u32,
    /// Whether the bars in sample of every fold begin at the first bar, instead of moving on with the folds.
    pub anchored: bool,
    /// The number of bars in sample of the first fold, and of every one that is not anchored. 0 is as many as out of sample.
    pub in_sample: u64,
    /// The number of bars at the end of those in sample that do not count.
    pub purge: u64,
    /// The number of bars at the start of those out of sample that do not count.
    pub embargo: u64,
}

/// The rows of a fold that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fold {
    pub(super) in_sample: Range<usize>,
    pub(super) out_of_sample: Range<usize>,
}

impl WalkForward {
    /// Checks what does not depend on the bars.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), Error> {
        let max = limits.sweep_folds_max as u64;
        match u64::from(self.folds) {
            folds if (1..=max).contains(&folds) => Ok(()),
            folds => Err(field("walk_forward.folds", format!("between 1 and {max}, the sweep_folds_max"), folds)),
        }
    }

    /// The folds of these rows. Those out of sample are of equal length and end with the last row.
    pub(super) fn folds(&self, rows: &Range<usize>) -> Result<Vec<Fold>, Error> {
        let (count, all) = (u64::from(self.folds), rows.len() as u64);
        let in_sample = if self.in_sample == 0 { all / (count + 1) } else { self.in_sample };
        if self.in_sample >= all.max(1) {
            return Err(field("walk_forward.in_sample", format!("less than the {all} bars to cut"), self.in_sample));
        }
        let most = if self.in_sample == 0 { all.saturating_sub(1) } else { all - in_sample };
        if count > most {
            let expected = format!("at most {most} for {all} bars, as each has a bar out of sample");
            return Err(field("walk_forward.folds", expected, count));
        }
        let out_of_sample = (all - in_sample) / count;
        if self.purge >= in_sample {
            let expected = format!("less than the {in_sample} bars in sample");
            return Err(field("walk_forward.purge", expected, self.purge));
        }
        if self.embargo >= out_of_sample {
            let expected = format!("less than the {out_of_sample} bars out of sample of each fold");
            return Err(field("walk_forward.embargo", expected, self.embargo));
        }
        let [in_sample, out_of_sample] = [in_sample, out_of_sample].map(|bars| bars as usize);
        let fold = |number: usize| {
            let start = rows.end - (count as usize - number) * out_of_sample;
            let first = if self.anchored { rows.start } else { start - in_sample };
            Fold {
                in_sample: first..start - self.purge as usize,
                out_of_sample: start + self.embargo as usize..start + out_of_sample,
            }
        };
        Ok((0..count as usize).map(fold).collect())
    }
}

fn field(field: &'static str, expected: String, given: u64) -> Error {
    Error::Field { field, expected, given: given.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folds(walk: WalkForward, rows: Range<usize>) -> Result<Vec<[usize; 4]>, String> {
        let ends =
            |fold: Fold| [fold.in_sample.start, fold.in_sample.end, fold.out_of_sample.start, fold.out_of_sample.end];
        let found = walk.folds(&rows).map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(ends).collect())
    }

    #[test]
    fn folds_walk_forward_to_the_last_row() {
        let walk = WalkForward { folds: 4, ..WalkForward::default() };
        assert_eq!(
            folds(walk, 10..60).expect("fits"),
            [[10, 20, 20, 30], [20, 30, 30, 40], [30, 40, 40, 50], [40, 50, 50, 60]]
        );
        // What is left over is the first rows.
        let walk = WalkForward { folds: 3, in_sample: 20, ..WalkForward::default() };
        assert_eq!(folds(walk, 0..52).expect("fits"), [[2, 22, 22, 32], [12, 32, 32, 42], [22, 42, 42, 52]]);
        let walk = WalkForward { anchored: true, purge: 3, embargo: 2, ..walk };
        assert_eq!(folds(walk, 0..52).expect("fits"), [[0, 19, 24, 32], [0, 29, 34, 42], [0, 39, 44, 52]]);
        assert_eq!(folds(WalkForward { folds: 1, ..WalkForward::default() }, 5..7).expect("fits"), [[5, 6, 6, 7]]);
    }

    #[test]
    fn folds_that_do_not_fit_are_told() {
        let walk = WalkForward { folds: 4, ..WalkForward::default() };
        for (walk, rows, message) in [
            (walk, 4, "walk_forward.folds must be at most 3 for 4 bars, as each has a bar out of sample, got 4"),
            (walk, 0, "walk_forward.folds must be at most 0 for 0 bars, as each has a bar out of sample, got 4"),
            (
                WalkForward { in_sample: 98, ..walk },
                100,
                "walk_forward.folds must be at most 2 for 100 bars, as each has a bar out of sample, got 4",
            ),
            (
                WalkForward { in_sample: 100, ..walk },
                100,
                "walk_forward.in_sample must be less than the 100 bars to cut, got 100",
            ),
            (
                WalkForward { in_sample: u64::MAX, ..walk },
                100,
                "walk_forward.in_sample must be less than the 100 bars to cut, got 18446744073709551615",
            ),
            (
                WalkForward { purge: 20, ..walk },
                100,
                "walk_forward.purge must be less than the 20 bars in sample, got 20",
            ),
            (
                WalkForward { embargo: 20, ..walk },
                100,
                "walk_forward.embargo must be less than the 20 bars out of sample of each fold, got 20",
            ),
        ] {
            assert_eq!(folds(walk, 0..rows).expect_err(message), message);
        }
        for count in [0, 101, u32::MAX] {
            let error =
                WalkForward { folds: count, ..walk }.check(&Limits::default()).expect_err("refused").to_string();
            assert_eq!(
                error,
                format!("walk_forward.folds must be between 1 and 100, the sweep_folds_max, got {count}")
            );
        }
    }
}
