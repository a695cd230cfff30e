//! The unit of counts since the Unix epoch, chosen once for a column.
//!
//! The size of a count says little: 345600000 is 1980 in seconds and January 1970 in milliseconds. What says more is the
//! step from one row to the next, which is a timeframe in one unit only: a day in milliseconds is 1000 days in seconds.
//! A column is cut into runs where its counts jump by an order of magnitude. Each run allows some units. A unit that
//! all runs allow is the unit of the column; without one, the runs have units of their own if the times then continue
//! from run to run in one direction, as in a file whose exporter changed from milliseconds to microseconds.

use std::fmt;

use super::runs::{CLASSIC, JUMP, Run, SMALL, UNITS, gcd, is_jump};
use super::stamp::{Offset, Stamp};
use crate::cli::times::{DAY, SECOND};

const NAMES: [&str; 4] = ["seconds", "milliseconds", "microseconds", "nanoseconds"];

/// The most runs of a column that is understood.
const RUNS_MAX: usize = 4096;

/// The days since 1900 that look like the serial dates of spreadsheets: 1927 to 2201.
const SERIALS: std::ops::Range<i64> = 10_000..110_000;

/// The most time between two runs of different units.
const GAP_MAX: i64 = 366 * DAY;

/// Counts of one unit each, by size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bands(Vec<Band>);

/// The sizes of the counts of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Band {
    lowest: u64,
    highest: u64,
    unit: i64,
}

impl Bands {
    /// The time of a count.
    pub(super) fn read(&self, count: i64) -> Result<Stamp, String> {
        let size = count.unsigned_abs();
        let band = self.0.iter().find(|band| (band.lowest..=band.highest).contains(&size));
        let Some(Band { unit, .. }) = band else {
            return Err(format!("is far from the others, which are {self}: {count}"));
        };
        let nanos = count.checked_mul(*unit).ok_or_else(|| format!("is out of range in {self}: {count}"))?;
        Ok(Stamp { nanos, offset: Offset::Utc })
    }
}

impl fmt::Display for Bands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.0.iter().map(|band| name(band.unit)).collect();
        names.dedup();
        write!(f, "{} since 1970", names.join(" and "))
    }
}

/// The name of a unit.
pub(super) fn name(unit: i64) -> &'static str {
    UNITS.iter().zip(NAMES).find(|(known, _)| **known == unit).map_or("", |(_, name)| name)
}

/// The counts of a column so far.
#[derive(Debug, Default)]
pub(super) struct Counts {
    runs: Vec<Run>,
    /// The number of counts.
    pub(super) rows: u64,
    overflow: bool,
}

impl Counts {
    /// Adds the count of the next row.
    pub(super) fn add(&mut self, count: i64) {
        self.rows += 1;
        let size = count.unsigned_abs();
        let runs = self.runs.len();
        match self.runs.last_mut() {
            Some(run) if !is_jump(run.last.unsigned_abs(), size) => run.add(count),
            _ if runs == RUNS_MAX => self.overflow = true,
            _ => self.runs.push(Run::of(count)),
        }
    }

    /// The unit or units of the column, or why they cannot be told.
    pub(super) fn decide(&self) -> Result<Bands, String> {
        let Some(first) = self.runs.first() else { return Err("has no counts".into()) };
        if self.overflow {
            return Err(format!("jumps more than {RUNS_MAX} times by an order of magnitude"));
        }
        // Single counts follow the others.
        let is_long = |run: &&Run| !run.is_single() || self.runs.len() == 1;
        let long: Vec<&Run> = self.runs.iter().filter(is_long).collect();
        let candidates = long.iter().map(|run| run.units()).collect::<Result<Vec<_>, _>>()?;
        let common = (0..UNITS.len()).find(|&unit| candidates.iter().all(|units| units[unit]));
        let bands = match common {
            Some(unit) => self.of_one_unit(UNITS[unit])?,
            None => self.of_several(&long, &candidates)?,
        };
        let [band] = &bands.0[..] else { return Ok(bands) };
        let is_plausible = match band.unit {
            SECOND => self.are_seconds(),
            unit => self.runs.iter().any(|run| run.highest > (DAY / unit) as u64),
        };
        if is_plausible { Ok(bands) } else { Err(self.small(first)) }
    }

    /// All counts are of one unit, except single ones that stand apart from their neighbours.
    fn of_one_unit(&self, unit: i64) -> Result<Bands, String> {
        let steps = self.runs.iter().fold(0, |divisor, run| gcd(divisor, run.steps.divisor));
        let kept = (0..self.runs.len()).filter(|&at| !self.runs[at].is_single() || self.belongs(at, unit, steps));
        let kept: Vec<&Run> = kept.map(|at| &self.runs[at]).collect();
        if self.runs.len() > 1 && self.runs.iter().all(Run::is_single) {
            let [first, second, ..] = &self.runs[..] else { return Err("has no counts".into()) };
            return Err(format!("counts {}, then {}, which are of no common unit", first.first, second.first));
        }
        let lowest = kept.iter().map(|run| run.lowest).min().unwrap_or_default();
        let highest = kept.iter().map(|run| run.highest).max().unwrap_or_default();
        // Rows that come later, in a file that grows, may be some way off.
        let lowest = if lowest <= SMALL * JUMP { 0 } else { lowest / JUMP };
        Ok(Bands(vec![Band { lowest, highest: highest.saturating_mul(JUMP), unit }]))
    }

    /// Whether the only count of a run is of the unit: it lies between its neighbours, a whole number of steps from them,
    /// and no other unit would put it beside them. A zero, which often stands for no time, must be near them.
    fn belongs(&self, at: usize, unit: i64, steps: u64) -> bool {
        let it = self.runs[at].first;
        let before = at.checked_sub(1).map(|before| self.runs[before].last);
        let neighbours = || before.into_iter().chain(self.runs.get(at + 1).map(|run| run.first));
        let is_between = match neighbours().collect::<Vec<_>>()[..] {
            [before, behind] => (before <= it) == (it <= behind),
            _ => true,
        };
        let is_aligned = neighbours().all(|other| steps == 0 || it.abs_diff(other).is_multiple_of(steps));
        let beside = |other: i64, of: i64| {
            let nanos = |count: i64, unit: i64| i128::from(count) * i128::from(unit);
            (nanos(it, of) - nanos(other, unit)).abs() <= i128::from(GAP_MAX)
        };
        let is_other = it != 0 && UNITS.iter().any(|&of| of != unit && neighbours().any(|other| beside(other, of)));
        let is_near = it != 0 || neighbours().any(|other| beside(other, unit));
        is_between && is_aligned && !is_other && is_near
    }

    /// The unit of each run, if the times continue from run to run.
    fn of_several(&self, runs: &[&Run], candidates: &[[bool; 4]]) -> Result<Bands, String> {
        let coarsest = |units: &[bool; 4]| UNITS[units.iter().position(|&is| is).unwrap_or(0)];
        let refused = || {
            let firsts = runs.iter().take(2).map(|run| run.first.to_string());
            format!(
                "has counts of different units, and the times do not continue from one to the other: {}",
                firsts.collect::<Vec<_>>().join(" and ")
            )
        };
        let mut bands: Vec<Band> = Vec::new();
        let mut before: Option<(i64, i64)> = None;
        let direction = self.direction();
        for (run, units) in runs.iter().zip(candidates) {
            let unit = coarsest(units);
            let (first, last) = (run.first.saturating_mul(unit), run.last.saturating_mul(unit));
            if let Some((_, last_before)) = before {
                let gap = first.saturating_sub(last_before).saturating_mul(direction);
                if !(0..=GAP_MAX).contains(&gap) {
                    return Err(refused());
                }
            }
            before = Some((first, last));
            match bands.iter_mut().find(|band| band.unit == unit) {
                Some(band) => {
                    (band.lowest, band.highest) = (band.lowest.min(run.lowest), band.highest.max(run.highest));
                }
                None => bands.push(Band { lowest: run.lowest, highest: run.highest, unit }),
            }
        }
        bands.sort_by_key(|band| band.lowest);
        let apart = bands.windows(2).all(|pair| pair[0].highest < pair[1].lowest);
        if apart && !bands.is_empty() { Ok(Bands(bands)) } else { Err(refused()) }
    }

    /// 1 if most steps go up, else -1.
    fn direction(&self) -> i64 {
        let ups: u64 = self.runs.iter().map(|run| run.steps.ups).sum();
        let downs: u64 = self.runs.iter().map(|run| run.steps.downs).sum();
        if ups >= downs { 1 } else { -1 }
    }

    /// Whether counts can be seconds: small ones, which numbers of rows and serial dates are too, must be whole minutes.
    fn are_seconds(&self) -> bool {
        let highest = self.runs.iter().map(|run| run.highest).max().unwrap_or_default();
        if i64::try_from(highest).is_ok_and(|highest| highest >= CLASSIC.start) {
            return true;
        }
        let divisor = self.runs.iter().fold(0, |divisor, run| gcd(divisor, run.steps.divisor));
        match (divisor, &self.runs[..]) {
            (0, [run, ..]) => run.first != 0 && run.first % 60 == 0 && !SERIALS.contains(&run.first),
            _ => divisor % 60 == 0,
        }
    }

    /// Why counts near zero are no times.
    fn small(&self, first: &Run) -> String {
        let highest = self.runs.iter().map(|run| run.highest).max().unwrap_or_default() as i64;
        let (from, to) = (first.first, self.runs.last().map_or(0, |run| run.last));
        let what = if SERIALS.contains(&first.first) && SERIALS.contains(&highest) {
            "which may be serial dates of a spreadsheet (--date-format excel) or seconds since 1970 (--date-format s)"
        } else {
            "which are more like numbers of rows than times"
        };
        format!("counts from {from} to {to}, {what}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(counts: &[i64]) -> Result<Bands, String> {
        let mut all = Counts::default();
        counts.iter().for_each(|&count| all.add(count));
        all.decide()
    }

    fn times(counts: &[i64]) -> Vec<Option<i64>> {
        let bands = decided(counts).unwrap_or_else(|why| panic!("{why}: {counts:?}"));
        counts.iter().map(|&count| bands.read(count).ok().map(|stamp| stamp.nanos)).collect()
    }

    #[test]
    fn the_unit_is_that_of_the_steps() {
        // Days of 1970, 1966 to 1974, 2021 and 2150; hours and minutes of 2021.
        for (start, step) in [
            (4 * 86_400, 86_400),
            (-126_230_400, 86_400),
            (0, 86_400),
            (1_623_888_000, 86_400),
            (5_680_281_600, 86_400),
            (1_623_888_000, 3600),
            (1_623_888_000, 60),
            (1_623_888_000, 1),
            (31_536_000, 60),
        ] {
            for unit in UNITS {
                let seconds: Vec<i64> = (0..2000).map(|row| start + row * step).collect();
                let counts: Vec<i64> = seconds.iter().map(|second| second * (SECOND / unit)).collect();
                let expected: Vec<_> = seconds.iter().map(|second| Some(second * SECOND)).collect();
                assert_eq!(times(&counts), expected, "{start} {step} {}", name(unit));
                let (backward, expected): (Vec<i64>, Vec<_>) =
                    (counts.iter().rev().copied().collect(), expected.iter().rev().copied().collect());
                assert_eq!(times(&backward), expected, "{start} {step} {}", name(unit));
            }
        }
    }

    #[test]
    fn units_that_change_are_told_apart_by_the_times() {
        let minute = |at: i64| 1_735_689_600 + (at - 50) * 60;
        let mixed = |at: i64| if at < 50 { minute(at) * 1000 } else { minute(at) * 1_000_000 };
        let counts: Vec<i64> = (0..100).map(mixed).collect();
        let expected: Vec<_> = (0..100).map(|at| Some(minute(at) * SECOND)).collect();
        assert_eq!(times(&counts), expected);
        // The same counts, half of them out of place.
        let torn: Vec<i64> = (0..50).map(mixed).chain((1_000_050..1_000_100).map(mixed)).collect();
        assert!(decided(&torn).expect_err("refused").contains("different units"));
        // A gap of four years is one unit.
        let early = [345_600_000, 432_000_000, 518_400_000, 126_230_400_000, 126_316_800_000, 126_403_200_000];
        assert_eq!(times(&early)[0], Some(4 * DAY));
    }

    #[test]
    fn what_is_far_off_is_left_out() {
        let zeros = times(&[0, 0, 1_623_888_000_000, 1_623_888_060_000, 1_623_888_120_000]);
        assert_eq!((zeros[..2].to_vec(), zeros[2]), (vec![None, None], Some(1_623_888_000 * SECOND)));
        let mut counts: Vec<i64> = (0..50).map(|at| (1_623_888_000 + at * 60) * 1000).collect();
        for (at, odd) in [(0, 5), (20, 1_623_888_000), (30, i64::MAX), (49, 1_623_888_000_000_000)] {
            let before = std::mem::replace(&mut counts[at], odd);
            let times = times(&counts);
            assert_eq!(times.iter().filter(|time| time.is_none()).count(), 1, "{odd}");
            assert_eq!(times[at], None, "{odd}");
            counts[at] = before;
        }
    }

    #[test]
    fn what_counts_rows_or_days_is_no_time() {
        for (counts, why) in [
            (&[0, 1, 2, 3][..], "numbers of rows"),
            (&[1, 2, 3, 4, 5, 6], "numbers of rows"),
            (&[100, 90, 80], "numbers of rows"),
            (&[7], "numbers of rows"),
            (&[45_292, 45_293, 45_296], "--date-format excel"),
            (&[45_300], "--date-format excel"),
            (&[34_200_000, 34_260_000, 34_320_000], "numbers of rows"),
        ] {
            assert!(decided(counts).expect_err("refused").contains(why), "{counts:?} {:?}", decided(counts));
        }
        assert_eq!(times(&[60, 120, 180])[1], Some(120 * SECOND));
    }
}
