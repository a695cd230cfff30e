//! Runs: counts of similar size, one after the other, and the units that their steps allow.

use std::collections::HashMap;

use crate::cli::times::{DAY, SECOND};

/// The units in nanoseconds, coarsest first.
pub(super) const UNITS: [i64; 4] = [SECOND, 1_000_000, 1_000, 1];

/// The factor between two counts that do not belong to one run, and the count below which all are small.
pub(super) const JUMP: u64 = 10;
pub(super) const SMALL: u64 = 1_000_000;

/// The most different steps that are counted.
const STEPS_MAX: usize = 256;

/// The times, in seconds, between which the size of a count tells its unit: from 1973 on to 2100.
pub(super) const CLASSIC: std::ops::Range<i64> = 100_000_000..4_102_444_800;

/// Counts of similar size, one after the other.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) rows: u64,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) lowest: u64,
    pub(super) highest: u64,
    /// The counts whose time fits into 64 bits of nanoseconds, by unit.
    fitting: [u64; 4],
    pub(super) steps: Steps,
}

/// The differences between neighbours, without their sign.
#[derive(Debug, Default)]
pub(super) struct Steps {
    counts: HashMap<u64, u64>,
    /// The step that came last, and how often it came in a row.
    last: (u64, u64),
    pub(super) divisor: u64,
    pub(super) ups: u64,
    pub(super) downs: u64,
}

impl Run {
    pub(super) fn of(count: i64) -> Self {
        let size = count.unsigned_abs();
        Self {
            rows: 1,
            first: count,
            last: count,
            lowest: size,
            highest: size,
            fitting: UNITS.map(|unit| u64::from(count.checked_mul(unit).is_some())),
            steps: Steps::default(),
        }
    }

    pub(super) fn add(&mut self, count: i64) {
        let size = count.unsigned_abs();
        self.steps.add(self.last, count);
        self.rows += 1;
        self.last = count;
        (self.lowest, self.highest) = (self.lowest.min(size), self.highest.max(size));
        for (fitting, unit) in self.fitting.iter_mut().zip(UNITS) {
            *fitting += u64::from(count.checked_mul(unit).is_some());
        }
    }

    /// Whether all counts are the same.
    pub(super) fn is_single(&self) -> bool {
        self.steps.common().is_none()
    }

    /// The units that this run allows.
    pub(super) fn units(&self) -> Result<[bool; 4], String> {
        // A few counts out of range are wrong themselves; many show that the unit is.
        let fits: [bool; 4] = self.fitting.map(|fitting| fitting * 10 >= self.rows * 9);
        let Some(step) = self.steps.common() else { return self.by_size(fits, true) };
        let of_step = |unit: usize| fits[unit] && is_timeframe(step, UNITS[unit]);
        let natural: [bool; 4] = std::array::from_fn(of_step);
        if natural.contains(&true) { Ok(natural) } else { self.by_size(fits, false) }
    }

    /// The unit by which the counts lie between 1973 and 2100; a single one may have any, if there is none.
    fn by_size(&self, fits: [bool; 4], is_single: bool) -> Result<[bool; 4], String> {
        let within = |size: u64, unit: i64| {
            let seconds = i128::from(size) * i128::from(unit) / i128::from(SECOND);
            i64::try_from(seconds).is_ok_and(|seconds| CLASSIC.contains(&seconds))
        };
        let by_size: [bool; 4] =
            std::array::from_fn(|unit| within(self.lowest, UNITS[unit]) && within(self.highest, UNITS[unit]));
        match (by_size.contains(&true), is_single) {
            (true, false) => Ok(by_size),
            (_, true) => Ok(fits),
            (false, false) if i64::try_from(self.highest).is_ok_and(|highest| highest < CLASSIC.start) => {
                // Too small for all units: refused as seconds, with what it may be.
                Ok([true, false, false, false])
            }
            (false, false) => Err(format!(
                "counts from {} to {}, whose unit is not clear; say it with --date-format s, ms, us or ns",
                self.first, self.last
            )),
        }
    }
}

impl Steps {
    fn add(&mut self, before: i64, count: i64) {
        let step = before.abs_diff(count);
        if step == 0 {
            return;
        }
        if count > before {
            self.ups += 1
        } else {
            self.downs += 1
        }
        if self.last.0 == step {
            self.last.1 += 1;
            return;
        }
        self.divisor = gcd(self.divisor, step);
        let last = std::mem::replace(&mut self.last, (step, 1));
        self.count(last);
    }

    fn count(&mut self, (step, times): (u64, u64)) {
        if self.counts.len() < STEPS_MAX || self.counts.contains_key(&step) {
            *self.counts.entry(step).or_default() += times;
        }
    }

    /// The most common step, the smaller of two.
    fn common(&self) -> Option<u64> {
        let mut counts = self.counts.clone();
        *counts.entry(self.last.0).or_default() += self.last.1;
        counts.remove(&0);
        counts.into_iter().max_by_key(|&(step, times)| (times, std::cmp::Reverse(step))).map(|(step, _)| step)
    }
}

pub(super) fn is_jump(one: u64, two: u64) -> bool {
    let (small, large) = (one.min(two).max(SMALL), one.max(two));
    large >= small.saturating_mul(JUMP)
}

/// Whether bars are a step apart: whole seconds that divide a day, or whole days.
fn is_timeframe(step: u64, unit: i64) -> bool {
    let nanos = i128::from(step) * i128::from(unit);
    let (second, day) = (i128::from(SECOND), i128::from(DAY));
    nanos % second == 0 && (day % nanos == 0 || (nanos % day == 0 && nanos <= 366 * day))
}

pub(super) fn gcd(one: u64, two: u64) -> u64 {
    if two == 0 { one } else { gcd(two, one % two) }
}
