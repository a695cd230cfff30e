//! Resampling: aggregates bars of a shorter timeframe into bars of a longer one, incrementally.

use crate::series::{Bar, Fill, Grid};

/// The open bars of a grid. Each bar is the fold of the bars that open in it, in time order, so the result is
/// bit-identical for any division of the input into calls.
///
/// Open is the first value, high the maximum, low the minimum, close the last, volume the sum from left to right. NaN
/// is skipped: a value is NaN only if every bar has NaN there.
#[derive(Debug, Clone)]
pub struct Fold {
    grid: Grid,
    fill: Fill,
    forming: Option<FormingBar>,
}

#[derive(Debug, Clone, Copy)]
struct FormingBar {
    bar: Bar,
    /// Its end; `None` if beyond the last representable time.
    end: Option<i64>,
}

impl Fold {
    /// A fold with no bars yet.
    pub fn new(grid: Grid, fill: Fill) -> Self {
        Self { grid, fill, forming: None }
    }

    /// Folds in the next bars (open to volume), and returns the bars that a later one has closed.
    pub fn feed(&mut self, times: &[i64], columns: [&[f64]; 5], mut closed: impl FnMut(Bar)) {
        let mut at = 0;
        while let Some(&time) = times.get(at) {
            let place = self.grid.place(time);
            let rest = &times[at..];
            let ended = place.until.and_then(|until| rest.iter().position(|&time| time >= until));
            let rows = at..at + ended.unwrap_or(rest.len());
            if let Some(bounds) = place.bar.filter(|_| place.is_open) {
                let forming = self.forming_at(time, bounds, &mut closed);
                take(&mut forming.bar, columns.map(|column| &column[rows.clone()]));
            }
            at = rows.end;
        }
    }

    /// The newest bar, and whether input up to `until` completes it.
    pub fn newest(&self, until: i64) -> Option<(Bar, bool)> {
        self.forming.map(|FormingBar { bar, end }| (bar, end.is_some_and(|end| end <= until)))
    }

    /// The bar with these bounds that `time` belongs to, which is not before the newest.
    fn forming_at(
        &mut self,
        time: i64,
        (start, end): (i64, Option<i64>),
        closed: &mut impl FnMut(Bar),
    ) -> &mut FormingBar {
        let ended = self.forming.take_if(|forming| forming.end.is_some_and(|end| end <= time));
        if let Some(FormingBar { bar, end: Some(after) }) = ended {
            closed(bar);
            let gap = |price| Bar { time: 0, open: price, high: price, low: price, close: price, volume: 0.0 };
            let filler = match self.fill {
                Fill::None => None,
                Fill::Previous => Some(gap(bar.close)),
                Fill::Nan => Some(gap(f64::NAN)),
            };
            if let Some(filler) = filler {
                self.grid.between(after, start, |time| closed(Bar { time, ..filler }));
            }
        }
        let nan = f64::NAN;
        let empty = Bar { time: start, open: nan, high: nan, low: nan, close: nan, volume: nan };
        self.forming.get_or_insert(FormingBar { bar: empty, end })
    }
}

/// Merges bars, open to volume, into the bar that contains them.
fn take(bar: &mut Bar, [open, high, low, close, volume]: [&[f64]; 5]) {
    let is_present = |value: &&f64| !value.is_nan();
    if bar.open.is_nan() {
        bar.open = open.iter().find(is_present).copied().unwrap_or(f64::NAN);
    }
    bar.high = high.iter().fold(bar.high, |high, &value| if value > high || high.is_nan() { value } else { high });
    bar.low = low.iter().fold(bar.low, |low, &value| if value < low || low.is_nan() { value } else { low });
    bar.close = close.iter().rfind(is_present).copied().unwrap_or(bar.close);
    bar.volume = volume.iter().filter(is_present).fold(bar.volume, |sum, &value| {
        // Volumes are finite, and so is their sum.
        if sum.is_nan() { value } else { (sum + value).min(f64::MAX) }
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::series::{Resampling, Timeframe};

    const MINUTE: i64 = 60_000_000_000;

    /// The reference: the bars of each interval, from the definition.
    fn model(grid: &Grid, length: i64, fill: Fill, bars: &[Bar]) -> Vec<Bar> {
        let mut intervals: BTreeMap<i64, Vec<Bar>> = BTreeMap::new();
        bars.iter().for_each(|bar| intervals.entry(grid.bounds(bar.time).0).or_default().push(*bar));
        let mut made: Vec<Bar> = Vec::new();
        for (time, bars) in intervals {
            while let Some(before) = made.last().filter(|before| fill != Fill::None && before.time + length < time) {
                let price = if fill == Fill::Nan { f64::NAN } else { before.close };
                let time = before.time + length;
                made.push(Bar { time, open: price, high: price, low: price, close: price, volume: 0.0 });
            }
            let all = |of: fn(&Bar) -> f64| bars.iter().map(of).filter(|value| !value.is_nan()).collect::<Vec<_>>();
            let most = |values: Vec<f64>, sign: f64| {
                values
                    .into_iter()
                    .reduce(|one, two| if sign * two > sign * one { two } else { one })
                    .unwrap_or(f64::NAN)
            };
            made.push(Bar {
                time,
                open: all(|bar| bar.open).first().copied().unwrap_or(f64::NAN),
                high: most(all(|bar| bar.high), 1.0),
                low: most(all(|bar| bar.low), -1.0),
                close: all(|bar| bar.close).last().copied().unwrap_or(f64::NAN),
                volume: all(|bar| bar.volume).into_iter().reduce(|sum, value| sum + value).unwrap_or(f64::NAN),
            });
        }
        made
    }

    fn fold(grid: Grid, fill: Fill, bars: &[Bar], cut: usize) -> (Vec<Bar>, Fold) {
        let (mut fold, mut closed) = (Fold::new(grid, fill), Vec::new());
        for part in bars.chunks(cut) {
            let column = |of: fn(&Bar) -> f64| part.iter().map(of).collect::<Vec<_>>();
            let times: Vec<_> = part.iter().map(|bar| bar.time).collect();
            let columns =
                [column(|b| b.open), column(|b| b.high), column(|b| b.low), column(|b| b.close), column(|b| b.volume)];
            fold.feed(&times, [0, 1, 2, 3, 4].map(|i| &columns[i][..]), |bar| closed.push(bar));
        }
        (closed, fold)
    }

    fn bits(bars: &[Bar]) -> Vec<(i64, [u64; 5])> {
        let values = |bar: &Bar| [bar.open, bar.high, bar.low, bar.close, bar.volume];
        bars.iter().map(|bar| (bar.time, values(bar).map(f64::to_bits))).collect()
    }

    fn bar() -> impl Strategy<Value = (i64, Bar)> {
        let value = || prop_oneof![1 => Just(f64::NAN), 1 => Just(0.0), 1 => Just(-0.0), 9 => 0.0..1e3_f64];
        // Usually the next minute, sometimes a gap of days.
        let step = prop_oneof![20 => Just(1_i64), 2 => 2..90_i64, 1 => 90..20_000_i64];
        (step, value(), value(), value(), value(), value())
            .prop_map(|(step, open, high, low, close, volume)| (step, Bar { time: 0, open, high, low, close, volume }))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_fold_equals_the_definition(
            start in -2_000_000..2_000_000_i64,
            steps in prop::collection::vec(bar(), 1..400),
            minutes in prop_oneof![Just(1), Just(2), Just(15), Just(60), Just(240), Just(1440), Just(10_080), 1..3000_u32],
            offset in -1439..=1439_i32,
            fill in prop_oneof![Just(Fill::None), Just(Fill::Previous), Just(Fill::Nan)],
            cut in 1..400_usize,
        ) {
            let resampling = Resampling::new(offset, fill, false).expect("in range");
            let grid = Grid::new(Timeframe::from_seconds(60 * minutes).expect("in range"), &resampling);
            let mut time = start * MINUTE;
            let bars: Vec<Bar> = steps.into_iter().map(|(step, bar)| {
                time += step * MINUTE;
                Bar { time, ..bar }
            }).collect();
            let (mut closed, fold) = fold(grid, fill, &bars, cut);
            let length = i64::from(minutes) * MINUTE;
            let all = model(&grid, length, fill, &bars);
            let (newest, complete) = fold.newest(time + MINUTE).expect("is_present are bars");
            prop_assert_eq!(complete, newest.time + length <= time + MINUTE);
            closed.push(newest);
            prop_assert_eq!(bits(&closed), bits(&all));
        }
    }

    /// The reference by a calendar: its bars begin at the minutes that say so, and each has the source bars that say so.
    fn model_by_calendar(grid: &Grid, fill: Fill, bars: &[Bar]) -> Vec<Bar> {
        let mut made: BTreeMap<i64, Bar> = BTreeMap::new();
        for bar in bars.iter().filter(|bar| grid.place(bar.time).is_open) {
            let (start, _) = grid.place(bar.time).bar.expect("open for a bar");
            let columns = [&[bar.open], &[bar.high], &[bar.low], &[bar.close], &[bar.volume]];
            made.entry(start)
                .and_modify(|made| take(made, columns.map(|column| &column[..])))
                .or_insert(Bar { time: start, ..*bar });
        }
        let (Some((&first, _)), Some((&last, _))) = (made.first_key_value(), made.last_key_value()) else {
            return vec![];
        };
        let mut before = made[&first].close;
        for time in (first..=last).step_by(MINUTE as usize).filter(|_| fill != Fill::None) {
            let price = if fill == Fill::Nan { f64::NAN } else { before };
            let filler = Bar { time, open: price, high: price, low: price, close: price, volume: 0.0 };
            if grid.place(time).bar.is_some_and(|(start, _)| start == time) {
                before = made.entry(time).or_insert(filler).close;
            }
        }
        made.into_values().collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_fold_by_a_calendar_equals_the_definition(
            // From 1 October 2024 on.
            start in 28_795_680..28_895_680_i64,
            steps in prop::collection::vec((1..400_i64, bar()), 1..100),
            name in prop::sample::select(vec!["XNYS", "XHKG", "CMES", "XTAE", "Europe/London", "24/5"]),
            timeframe in prop::sample::select(vec!["15m", "1h", "7h", "1d", "2d", "1w", "1M", "3M"]),
            fill in prop_oneof![Just(Fill::None), Just(Fill::Previous), Just(Fill::Nan)],
            cut in 1..100_usize,
        ) {
            let resampling = Resampling::new(0, fill, false).and_then(|plain| plain.by_name(name)).expect("valid");
            let grid = Grid::new(timeframe.parse().expect("valid"), &resampling);
            let mut time = start * MINUTE;
            let bars: Vec<Bar> = steps.into_iter().map(|(step, (_, bar))| {
                time += step * MINUTE;
                // A gap takes the close, which must be there.
                Bar { time, close: if bar.close.is_nan() { 1.0 } else { bar.close }, ..bar }
            }).collect();
            let (mut closed, fold) = fold(grid, fill, &bars, cut);
            closed.extend(fold.newest(i64::MIN).map(|(newest, _)| newest));
            prop_assert_eq!(bits(&closed), bits(&model_by_calendar(&grid, fill, &bars)));
        }
    }

    #[test]
    fn a_day_of_an_exchange_ends_with_its_session() {
        let resampling = Resampling::default().by_name("XNYS").expect("there");
        let bar = |time: i64| Bar { time, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 1.0 };
        // Friday, 29 November 2024: from 09:00 to 17:00 in New York, a half day from 14:30 to 18:00 UTC.
        let minutes: Vec<_> = (0..480).map(|minute| bar((28_881_480 + minute) * MINUTE)).collect();
        let (open, close) = (minutes[30].time, minutes[240].time);
        assert_eq!((open, close), (1_732_890_600 * 1_000_000_000, 1_732_903_200 * 1_000_000_000));
        for (timeframe, times, volumes) in [
            ("1d", vec![open], vec![210.0]),
            ("1h", (0..4).map(|hour| open + hour * 60 * MINUTE).collect(), vec![60.0, 60.0, 60.0, 30.0]),
        ] {
            let grid = Grid::new(timeframe.parse().expect("valid"), &resampling);
            let (mut closed, fold) = fold(grid, Fill::None, &minutes, 7);
            assert!(fold.newest(close).is_some_and(|(_, complete)| complete));
            assert!(fold.newest(close - 1).is_some_and(|(_, complete)| !complete));
            closed.extend(fold.newest(close).map(|(newest, _)| newest));
            assert_eq!(closed.iter().map(|bar| bar.time).collect::<Vec<_>>(), times, "{timeframe}");
            assert_eq!(closed.iter().map(|bar| bar.volume).collect::<Vec<_>>(), volumes, "{timeframe}");
        }
    }

    #[test]
    fn months_begin_on_their_first_day() {
        let days: Vec<_> = (0..366)
            .map(|day| Bar {
                time: (19_723 + day) * 1440 * MINUTE,
                open: 1.0,
                high: 1.0,
                low: 1.0,
                close: 1.0,
                volume: 1.0,
            })
            .collect();
        for (timeframe, lengths) in [
            ("1M", vec![31.0, 29.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0]),
            ("3M", vec![91.0, 91.0, 92.0, 92.0]),
            ("12M", vec![366.0]),
        ] {
            let grid = Grid::new(timeframe.parse().expect("valid"), &Resampling::default());
            let (mut closed, fold) = fold(grid, Fill::None, &days, 100);
            let end = days[365].time + 1440 * MINUTE;
            closed.extend(fold.newest(end).filter(|(_, complete)| *complete).map(|(newest, _)| newest));
            assert_eq!(closed.iter().map(|bar| bar.volume).collect::<Vec<_>>(), lengths, "{timeframe}");
            assert!(fold.newest(end - 1).is_some_and(|(_, complete)| !complete));
            assert_eq!(grid.count(days[0].time, days[365].time), lengths.len() as u64);
        }
        // A gap of three months, filled.
        let grid = Grid::new("1M".parse().expect("valid"), &Resampling::default());
        let (closed, _) = fold(grid, Fill::Previous, &[days[10], days[130]], 1);
        let starts: Vec<_> = [0, 31, 60, 91].iter().map(|&day| days[day].time).collect();
        assert_eq!(closed.iter().map(|bar| bar.time).collect::<Vec<_>>(), starts);
    }

    #[test]
    fn extreme_times_and_volumes_are_handled() {
        let grid = Grid::new("1d".parse().expect("valid"), &Resampling::default());
        let bar = |time| Bar { time, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: f64::MAX };
        let times = [i64::MIN, i64::MIN + 1, 0, 1, i64::MAX - 1, i64::MAX];
        let (closed, fold) = fold(grid, Fill::None, &times.map(bar), 2);
        assert_eq!(closed.iter().map(|bar| bar.time).collect::<Vec<_>>(), [i64::MIN, 0]);
        assert!(closed.iter().all(|bar| bar.volume == f64::MAX));
        assert!(fold.newest(i64::MAX).is_some_and(|(_, complete)| !complete));
    }
}
