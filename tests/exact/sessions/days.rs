//! Sessions.

use super::levels::levels;
use super::volumes::{body, location};
use super::*;

/// The number of the day, of a clock so many minutes ahead.
pub(super) fn day(time: i64, minutes: i64) -> i64 {
    (time + minutes * HOUR / 60).div_euclid(24 * HOUR)
}

pub(super) fn week(time: i64, minutes: i64) -> i64 {
    (day(time, minutes) + 3).div_euclid(7)
}

pub(super) fn month(time: i64, _: i64) -> i64 {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut days = day(time, 0);
    lengths
        .iter()
        .take_while(|&&length| {
            days -= length;
            days >= 0
        })
        .count() as i64
}

/// The number of the quarter; the bars are within a year or two of 1970.
fn quarter(time: i64, minutes: i64) -> i64 {
    month(time, minutes) / 3
}

/// The number of the year, until 1972.
fn year(time: i64, minutes: i64) -> i64 {
    day(time, minutes) / 365
}

/// The number of the spell of six hours.
fn six_hours(time: i64, minutes: i64) -> i64 {
    (time + minutes * HOUR / 60).div_euclid(6 * HOUR)
}

pub(super) type Key = fn(i64, i64) -> i64;

/// The rows of the session of a row, up to it; and those of the session before.
pub(super) fn rows(bars: &Bars, key: Key, minutes: i64, row: usize) -> (Range<usize>, Option<Range<usize>>) {
    let number = |row: usize| key(bars.times()[row], minutes);
    let start = |row: usize| (0..=row).rev().find(|&at| at == 0 || number(at - 1) != number(row)).expect("a first row");
    let first = start(row);
    (first..row + 1, first.checked_sub(1).map(|last| start(last)..last + 1))
}

pub(super) fn per_session(bars: &Bars, key: Key, minutes: i64, value: impl Fn(Range<usize>) -> Exact) -> Values {
    (0..bars.len()).map(|row| value(rows(bars, key, minutes, row).0)).collect()
}

/// Open, high, low and close of rows.
pub(super) fn gathered(bars: &Bars, rows: Range<usize>) -> [f64; 4] {
    let of = |column: Column| &bars.column(column)[rows.clone()];
    let (open, close) = (of(Column::Open)[0], of(Column::Close)[rows.len() - 1]);
    [open, largest(of(Column::High)), smallest(of(Column::Low)), close]
}

/// What is made of the session before and of the one at hand.
pub(super) fn per_pair(bars: &Bars, key: Key, minutes: i64, value: impl Fn([f64; 4], [f64; 4]) -> Exact) -> Values {
    let at = |row| match rows(bars, key, minutes, row) {
        (now, Some(before)) => value(gathered(bars, before), gathered(bars, now)),
        _ => Exact::MISSING,
    };
    (0..bars.len()).map(at).collect()
}

/// The mean price of a session with bands so many deviations away.
pub(super) fn session_vwap(bars: &Bars, key: Key, minutes: i64, deviations: f64) -> Values {
    let (prices, volumes) = (typical(bars), volume(bars));
    per_session(bars, key, minutes, |rows| {
        let [mean, deviation] = weighed(&prices[rows.clone()], &volumes[rows.clone()], prices[rows.end - 1]);
        mean + e(deviations) * deviation
    })
}

pub(super) fn anchored(bars: &Bars, deviations: f64) -> Values {
    let (prices, volumes) = (typical(bars), volume(bars));
    let first = bars.times().partition_point(|&time| time < 90_000 * HOUR / 3600);
    let at = |row: usize| {
        if row < first {
            return Exact::MISSING;
        }
        let [mean, deviation] = weighed(&prices[first..=row], &volumes[first..=row], prices[row]);
        mean + e(deviations) * deviation
    };
    (0..bars.len()).map(at).collect()
}

pub(super) fn rolling_vwap(bars: &Bars, window: usize, deviations: f64) -> Values {
    pairs(&typical(bars), &volume(bars), window, |prices, volumes| {
        let [mean, deviation] = weighed(prices, volumes, prices[prices.len() - 1]);
        mean + e(deviations) * deviation
    })
}

pub(super) fn rvol_time(bars: &Bars, days: usize, traded: &[Exact]) -> Values {
    let place = |row: usize| bars.times()[row].rem_euclid(24 * HOUR);
    let at = |row: usize| {
        let same: Values =
            (0..row).rev().filter(|&before| place(before) == place(row)).map(|row| traded[row]).collect();
        if same.len() < days { Exact::MISSING } else { traded[row].over(mean(&same[..days]), f64::NAN) }
    };
    (0..bars.len()).map(at).collect()
}

pub(super) fn opening(bars: &Bars, high: bool) -> Values {
    per_session(bars, day, 0, |rows| {
        let first = bars.times()[rows.start];
        let rows: Vec<usize> = rows.filter(|&row| bars.times()[row] < first + 3 * HOUR).collect();
        let of = |column: Column| rows.iter().map(|&row| bars.column(column)[row]).collect::<Vec<_>>();
        e(if high { largest(&of(Column::High)) } else { smallest(&of(Column::Low)) })
    })
}

fn cpr(before: [f64; 4], sign: f64) -> Exact {
    let (pivot, middle) = (levels("classic", before, 0.0)[0], (e(before[1]) + e(before[2])) / n(2));
    pivot + e(sign) * (pivot - middle).abs()
}

/// The number of the session in Manila that a time lies in: Mondays to Fridays, 09:30 to 15:30 of a clock that is eight hours ahead;
/// closed on the Good Fridays of these years.
fn manila(time: i64) -> Option<i64> {
    let (day, minute) = (day(time, 480), (time + 8 * HOUR).rem_euclid(24 * HOUR) * 60 / HOUR);
    let is_open = (570..930).contains(&minute) && (day + 3).rem_euclid(7) < 5 && ![85, 463, 820].contains(&day);
    is_open.then_some(day)
}

/// What is made of the rows of the session in Manila, up to each; nothing outside of sessions.
fn in_manila(bars: &Bars, number: fn(i64) -> i64, value: impl Fn(&[usize]) -> Exact) -> Values {
    let sessions: Vec<_> = bars.times().iter().map(|&time| manila(time).map(number)).collect();
    let at = |row: usize| {
        let same: Vec<usize> = (0..=row).filter(|&before| sessions[before] == sessions[row]).collect();
        if sessions[row].is_none() { Exact::MISSING } else { value(&same) }
    };
    (0..bars.len()).map(at).collect()
}

fn picked(values: &[Exact], rows: &[usize]) -> Values {
    rows.iter().map(|&row| values[row]).collect()
}

pub(super) const SESSIONS: &[Reference] = &[
    ("session_volume(calendar=xphs)", |bars, _| {
        let volumes = volume(bars);
        in_manila(bars, |day| day, |rows| sum(&picked(&volumes, rows)))
    }),
    ("session_volume(week, calendar=XPHS)", |bars, _| {
        let volumes = volume(bars);
        in_manila(bars, |day| (day + 3).div_euclid(7), |rows| sum(&picked(&volumes, rows)))
    }),
    ("session_vwap(calendar=xphs).vwap", |bars, _| {
        let (prices, volumes) = (typical(bars), volume(bars));
        in_manila(
            bars,
            |day| day,
            |rows| {
                let last = prices[rows[rows.len() - 1]];
                weighed(&picked(&prices, rows), &picked(&volumes, rows), last)[0]
            },
        )
    }),
    ("session_bars(calendar=xphs).high", |bars, _| {
        let highs = bars.column(Column::High);
        in_manila(bars, |day| day, |rows| e(largest(&rows.iter().map(|&row| highs[row]).collect::<Vec<_>>())))
    }),
    // A clock that was never set.
    ("vwap(week, calendar=asia_dubai)", |bars, _| session_vwap(bars, week, 240, 0.0)),
    ("previous_session(calendar=asia_dubai).low", |bars, _| per_pair(bars, day, 240, |before, _| e(before[2]))),
    ("rvol_time(4, calendar=asia_dubai)", |bars, _| rvol_time(bars, 4, &volume(bars))),
    ("session_vwap.vwap", |bars, _| session_vwap(bars, day, 0, 0.0)),
    ("session_vwap.upper", |bars, _| session_vwap(bars, day, 0, 1.0)),
    ("session_vwap(week, 330, nbdev=2.5).lower", |bars, _| session_vwap(bars, week, 330, -2.5)),
    ("session_vwap(session=month).vwap", |bars, _| session_vwap(bars, month, 0, 0.0)),
    ("vwap(day)", |bars, _| session_vwap(bars, day, 0, 0.0)),
    ("vwap(anchor=week, utc_offset=330)", |bars, _| session_vwap(bars, week, 330, 0.0)),
    ("vwap(month)", |bars, _| session_vwap(bars, month, 0, 0.0)),
    ("vwap(quarter)", |bars, _| session_vwap(bars, quarter, 0, 0.0)),
    ("vwap(year)", |bars, _| session_vwap(bars, year, 0, 0.0)),
    ("vwap(hours, 6, 90)", |bars, _| session_vwap(bars, six_hours, 90, 0.0)),
    ("anchored_vwap(90000).vwap", |bars, _| anchored(bars, 0.0)),
    ("anchored_vwap(90000, nbdev=2).upper", |bars, _| anchored(bars, 2.0)),
    ("session_twap(utc_offset=-300)", |bars, _| {
        let prices = each(bars, |bar| e((bar.open + bar.high + (bar.low + bar.close)) / 4.0));
        per_session(bars, day, -300, |rows| mean(&prices[rows]))
    }),
    ("session_volume(week)", |bars, _| per_session(bars, week, 0, |rows| sum(&volume(bars)[rows]))),
    ("cvd", |bars, _| {
        let flows = each(bars, location);
        (0..bars.len()).map(|row| sum(&flows[..=row])).collect()
    }),
    ("cvd(body, day)", |bars, _| per_session(bars, day, 0, |rows| sum(&each(bars, body)[rows]))),
    ("cvd(tick, week, 60)", |bars, _| {
        let flows = each(bars, |bar| e(sign_of(bar.close - bar.open, 0.0) * bar.volume));
        per_session(bars, week, 60, |rows| sum(&flows[rows]))
    }),
    ("rvol_time(4)", |bars, _| rvol_time(bars, 4, &volume(bars))),
    ("rvol_time(days=3, mode=cumulative)", |bars, _| {
        rvol_time(bars, 3, &per_session(bars, day, 0, |rows| sum(&volume(bars)[rows])))
    }),
    ("opening_range(180).high", |bars, _| opening(bars, true)),
    ("opening_range(180).low", |bars, _| opening(bars, false)),
    ("session_gap.gap", |bars, _| per_pair(bars, day, 0, |before, now| e(now[0]) - e(before[3]))),
    ("session_gap(week).percent", |bars, _| {
        per_pair(bars, week, 0, |before, now| n(100) * (e(now[0]) - e(before[3])) / e(before[3]))
    }),
    ("session_bars.open", |bars, _| per_session(bars, day, 0, |rows| e(gathered(bars, rows)[0]))),
    ("session_bars.high", |bars, _| per_session(bars, day, 0, |rows| e(gathered(bars, rows)[1]))),
    ("session_bars(week).low", |bars, _| per_session(bars, week, 0, |rows| e(gathered(bars, rows)[2]))),
    ("session_bars.close", |bars, _| close(bars)),
    ("previous_session.open", |bars, _| per_pair(bars, day, 0, |before, _| e(before[0]))),
    ("previous_session(month).high", |bars, _| per_pair(bars, month, 0, |before, _| e(before[1]))),
    ("previous_session(utc_offset=90).low", |bars, _| per_pair(bars, day, 90, |before, _| e(before[2]))),
    ("previous_session(week).close", |bars, _| per_pair(bars, week, 0, |before, _| e(before[3]))),
    ("cpr.pivot", |bars, _| per_pair(bars, day, 0, |before, _| levels("classic", before, 0.0)[0])),
    ("cpr.top", |bars, _| per_pair(bars, day, 0, |before, _| cpr(before, 1.0))),
    ("cpr(week).bottom", |bars, _| per_pair(bars, week, 0, |before, _| cpr(before, -1.0))),
];
