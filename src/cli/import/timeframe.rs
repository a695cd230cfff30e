//! The timeframe of a file that does not say it: the most common step between its bars, if there is enough of it.
//!
//! One step is no majority: from Friday to Monday is not a bar of three days. Where a file has few steps, or few rows
//! that are bars, the series that the store has of the symbol decide, or nobody does.

use std::collections::BTreeMap;

use atrad::series::Timeframe;

/// The most steps that are thin evidence by themselves, and against the series that are stored.
const THIN: usize = 2;
const THIN_AGAINST_STORED: usize = 8;

/// The timeframes that charts have, in seconds: what few steps may be taken for.
const OF_CHARTS: [u32; 21] = [
    1, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 2700, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 86_400,
    604_800,
];

const DAY: i64 = 86_400;
const SECOND: i64 = 1_000_000_000;

/// The timeframe of a file, and what it was taken from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) timeframe: Timeframe,
    pub(super) from: From,
}

/// What a timeframe was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The most common of the steps between bars.
    Steps,
    /// The only stored series whose bars can be these steps apart.
    Stored,
}

/// The steps between the bars of a file.
#[derive(Debug)]
pub(super) struct Evidence {
    /// The number of each step, in nanoseconds.
    steps: BTreeMap<i64, usize>,
    /// The median step of each series.
    medians: Vec<i64>,
    rows: u64,
    skipped: u64,
}

impl Evidence {
    /// The steps of the times of several series, of which `skipped` rows were no bars.
    pub(super) fn of<'a>(series: impl Iterator<Item = &'a [i64]>, skipped: u64) -> Self {
        let (mut steps, mut medians, mut rows) = (BTreeMap::<i64, usize>::new(), Vec::new(), 0);
        for times in series {
            rows += times.len() as u64;
            let mut times = times.to_vec();
            times.sort_unstable();
            times.dedup();
            // A difference of times can overflow 64 bits; no timeframe is that long.
            let differences = times.windows(2).filter_map(|pair| pair[1].checked_sub(pair[0]));
            let mut differences: Vec<i64> = differences.collect();
            differences.sort_unstable();
            differences.iter().for_each(|&step| *steps.entry(step).or_default() += 1);
            medians.extend(differences.get(differences.len() / 2));
        }
        Self { steps, medians, rows, skipped }
    }

    /// The timeframe, or why it is not clear. `stored` are the timeframes that the store has of the symbols, in order.
    pub(super) fn decide(&self, stored: &[Timeframe]) -> Result<Found, String> {
        let count: usize = self.steps.values().sum();
        let known = if stored.is_empty() { String::new() } else { format!("; stored are {}", list(stored)) };
        if count == 0 {
            return Err(format!("has too few bars to tell the timeframe; say it with --timeframe{known}"));
        }
        if self.skipped > self.rows {
            return Err(format!(
                "has {} rows that are bars and {} that are not, too few to tell the timeframe; say it with --timeframe{known}",
                self.rows, self.skipped
            ));
        }
        let found = self.common();
        if let Some(found) = found.filter(|&found| self.contradicts(found)) {
            return Err(format!(
                "has bars closer than {found}, which most of its steps between bars are: {}; import bars of each timeframe \
                 by themselves, with --timeframe",
                self.common_steps()
            ));
        }
        let from_steps = |timeframe| Ok(Found { timeframe, from: From::Steps });
        let unclear = |why: &str| Err(format!("{why}: {}; say it with --timeframe{known}", self.common_steps()));
        match found {
            Some(found) if stored.contains(&found) => from_steps(found),
            Some(found) if stored.is_empty() => match count > THIN || is_of_charts(found) {
                true => from_steps(found),
                false => unclear("the timeframe is not clear from so few steps between bars"),
            },
            Some(found) if count > THIN_AGAINST_STORED => from_steps(found),
            Some(found) if is_of_charts(found) => {
                unclear("the timeframe is not that of the stored series, and there are few steps between bars")
            }
            _ => match self.fitting(stored)[..] {
                [timeframe] if count <= THIN_AGAINST_STORED => Ok(Found { timeframe, from: From::Stored }),
                _ => unclear("the timeframe is not clear from the steps between bars"),
            },
        }
    }

    /// The most common step, if it is clear that it is and a timeframe.
    fn common(&self) -> Option<Timeframe> {
        let count: usize = self.steps.values().sum();
        let smallest = self.steps.keys().next().copied();
        let (&step, &times) = self.steps.iter().rev().max_by_key(|(_, count)| **count)?;
        let seconds = u32::try_from(step / SECOND).ok().filter(|_| step % SECOND == 0)?;
        // Months have steps of 28 to 31 days, most often 31.
        let months = (28 * DAY..=31 * DAY).contains(&(step / SECOND));
        let clear = (2 * times > count || Some(step) == smallest) && !months;
        Timeframe::from_seconds(seconds).filter(|_| clear)
    }

    /// Whether bars are closer than a timeframe: those of one series, or more than a tenth of all. A few may be, as the newest
    /// one of a file that is not closed, and days of 23 hours.
    fn contradicts(&self, timeframe: Timeframe) -> bool {
        let Some(nanos) = timeframe.nanos() else { return false };
        let least = if nanos >= DAY * SECOND { nanos - 3600 * SECOND } else { nanos };
        let (all, close): (usize, usize) =
            (self.steps.values().sum(), self.steps.range(..least).map(|(_, count)| count).sum());
        10 * close > all || self.medians.iter().any(|&median| median < least)
    }

    /// The stored timeframes of which every step is a multiple.
    fn fitting(&self, stored: &[Timeframe]) -> Vec<Timeframe> {
        let divides = |length: i64| self.steps.keys().all(|step| step % length == 0);
        // Steps of months are no multiples of anything.
        let fits = |timeframe: &&Timeframe| timeframe.nanos().is_some_and(divides);
        stored.iter().filter(fits).copied().collect()
    }

    /// The most common steps.
    fn common_steps(&self) -> String {
        let mut steps: Vec<(&i64, &usize)> = self.steps.iter().collect();
        steps.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let listed = steps.iter().take(3).map(|(step, count)| format!("{} s ({count} times)", **step as f64 / 1e9));
        listed.collect::<Vec<_>>().join(", ")
    }
}

fn is_of_charts(timeframe: Timeframe) -> bool {
    OF_CHARTS.contains(&timeframe.code())
}

fn list(timeframes: &[Timeframe]) -> String {
    timeframes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(times: &[i64], skipped: u64, stored: &[&str]) -> Result<(String, From), String> {
        let times: Vec<i64> = times.iter().map(|time| time * SECOND).collect();
        let stored: Vec<Timeframe> = stored.iter().map(|text| text.parse().expect("legal")).collect();
        let found = Evidence::of([&times[..]].into_iter(), skipped).decide(&stored)?;
        Ok((found.timeframe.to_string(), found.from))
    }

    #[test]
    fn a_timeframe_is_found_out_or_asked_for() {
        let steps = |times: &[i64]| found(times, 0, &[]).map(|(timeframe, _)| timeframe);
        assert_eq!(steps(&[0, DAY, 2 * DAY, 5 * DAY, 6 * DAY]).as_deref(), Ok("1d"));
        assert_eq!(steps(&[180, 120, 0, 60]).as_deref(), Ok("1m"));
        assert_eq!(steps(&[0, 82_800, 169_200, 255_600, 342_000]).as_deref(), Ok("1d"));
        assert_eq!(steps(&[0, 3600]).as_deref(), Ok("1h"));
        let unclear: [&[i64]; 6] = [
            &[0, 31 * DAY, 59 * DAY, 90 * DAY],
            &[0, 7, 20, 40, 60, 80, 101, 130],
            &[5],
            &[],
            &[0, 3 * DAY],
            &[0, 4 * DAY, 8 * DAY],
        ];
        for times in unclear {
            assert!(steps(times).expect_err("refused").contains("--timeframe"), "{times:?}");
        }
        assert!(steps(&[0, 1_000_000, 2]).is_err());
    }

    #[test]
    fn bars_that_are_closer_than_the_timeframe_are_of_another() {
        let (minutes, days) = (0..100, 0..100);
        let minutes: Vec<i64> = minutes.map(|row| row * 60 * SECOND).collect();
        let days: Vec<i64> = days.map(|row| row * DAY * SECOND).collect();
        let of = |series: &[&[i64]]| Evidence::of(series.iter().copied(), 0).decide(&[]);
        assert!(of(&[&days, &days]).is_ok_and(|found| found.timeframe.to_string() == "1d"));
        let refused = of(&[&minutes, &days, &days]).expect_err("two timeframes");
        assert!(refused.starts_with("has bars closer than 1d") && refused.contains("--timeframe"), "{refused}");
        let pasted: Vec<i64> =
            days[..60].iter().copied().chain((1..40).map(|row| days[59] + row * 60 * SECOND)).collect();
        assert!(of(&[&pasted]).is_err());
        // The newest bar, which is not closed, and a day of 23 hours.
        let live: Vec<i64> = days.iter().copied().chain([days[99] + 20 * 3600 * SECOND]).collect();
        assert!(of(&[&live]).is_ok());
        assert!(found(&[0, 82_800, 169_200, 252_000, 338_400], 0, &[]).is_ok());
    }

    #[test]
    fn few_steps_are_held_against_what_is_stored() {
        let weekend = [0, 3 * DAY];
        assert_eq!(found(&weekend, 0, &["1d"]), Ok(("1d".into(), From::Stored)));
        assert_eq!(found(&[0, 66 * 3600], 0, &["1h"]), Ok(("1h".into(), From::Stored)));
        assert!(found(&weekend, 0, &["1d", "1h"]).expect_err("refused").contains("stored are 1d, 1h"));
        assert!(found(&weekend, 0, &["1w"]).is_err());
        assert_eq!(found(&[0, 3600], 0, &["1m", "1h"]), Ok(("1h".into(), From::Steps)));
        assert!(found(&[0, 300, 600], 0, &["1m"]).expect_err("refused").contains("stored are 1m"));
        let many: Vec<i64> = (0..20).map(|row| row * 300).collect();
        assert_eq!(found(&many, 0, &["1m"]), Ok(("5m".into(), From::Steps)));
    }

    #[test]
    fn what_is_left_of_many_rows_tells_nothing() {
        assert!(
            found(&[0, 120, 240, 360], 5, &[])
                .expect_err("refused")
                .contains("4 rows that are bars and 5 that are not")
        );
        assert!(found(&[0, 120, 240, 360], 4, &[]).is_ok());
    }
}
