//! Indicators of sessions, volumes and the structure of prices against exact arithmetic: each with a slow twin that says
//! it as its definition does, on series that are smooth, rough, far from zero and tiny.

mod common;

use std::ops::Range;
use std::sync::Arc;

use atrad::series::{Bar, Bars, Column};
use common::exact::*;
use common::series::{Random, walk};
use common::{Series, columns, worst};

const ROWS: usize = 1500;

/// The largest error, as `common::worst` measures it.
const TOLERANCE: f64 = 1e-12;

const HOUR: i64 = 3_600_000_000_000;

fn all() -> Vec<Series> {
    let named = |name: &str, columns| Series { name: name.into(), bars: Arc::new(Bars::new(columns).expect("good")) };
    let mut rough = walk(2, ROWS, 1000.0, 1.0);
    let mut random = Random(9);
    for row in 0..ROWS {
        let factor = 1.0 / (random.unit() + 1e-3);
        for column in [&mut rough.open, &mut rough.high, &mut rough.low, &mut rough.close, &mut rough.volume] {
            column[row] *= factor;
        }
    }
    let mut holed = walk(6, ROWS, 100.0, 2.0);
    // Nights and a week without bars, and hours in which nothing is traded.
    let mut random = Random(10);
    for row in 0..ROWS {
        holed.times[row] += (row as i64 / 9) * 15 * HOUR + if row > 700 { 170 * HOUR } else { 0 };
        if random.below(5) == 0 {
            holed.volume[row] = 0.0;
        }
    }
    vec![
        named("a walk", walk(1, ROWS, 100.0, 2.0)),
        named("rough", rough),
        named("quiet", walk(3, ROWS, 1e8, 1.0)),
        named("tiny", walk(4, ROWS, 1e-9, 1e-11)),
        named("nights", holed),
    ]
}

fn n(number: usize) -> Exact {
    Exact::from(number)
}

fn column(bars: &Bars, column: Column) -> Values {
    exact(bars.column(column))
}

fn close(bars: &Bars) -> Values {
    column(bars, Column::Close)
}

fn volume(bars: &Bars) -> Values {
    column(bars, Column::Volume)
}

/// What is made of each bar.
fn each(bars: &Bars, value: impl Fn(Bar) -> Exact) -> Values {
    (0..bars.len()).map(|row| value(bars.bar(row))).collect()
}

/// What is made of each bar and the one so many before.
fn lagged(bars: &Bars, lag: usize, value: impl Fn(Bar, Bar) -> Exact) -> Values {
    let at = |row: usize| row.checked_sub(lag).map_or(Exact::MISSING, |before| value(bars.bar(row), bars.bar(before)));
    (0..bars.len()).map(at).collect()
}

fn e(value: f64) -> Exact {
    Exact::from(value)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MIN, |a, &b| a.max(b))
}

fn smallest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MAX, |a, &b| a.min(b))
}

/// What our typical price is: rounded once it is made.
fn typical(bars: &Bars) -> Values {
    each(bars, |bar| e((bar.high + bar.low + bar.close) / 3.0))
}

/// The mean with weights, and the deviation from it; `otherwise` and 0 where there is no weight.
fn weighed(values: &[Exact], weights: &[Exact], otherwise: Exact) -> [Exact; 2] {
    let weight = sum(weights);
    if weight.value() == 0.0 {
        return [otherwise, Exact::ZERO];
    }
    let mean = sum(&zipped(values, weights, |x, w| x * w)) / weight;
    let square = sum(&zipped(values, weights, |x, w| w * (x - mean) * (x - mean))) / weight;
    [mean, square.sqrt()]
}

// Sessions.

/// The number of the day, of a clock so many minutes ahead.
fn day(time: i64, minutes: i64) -> i64 {
    (time + minutes * HOUR / 60).div_euclid(24 * HOUR)
}

fn week(time: i64, minutes: i64) -> i64 {
    (day(time, minutes) + 3).div_euclid(7)
}

fn month(time: i64, _: i64) -> i64 {
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

type Key = fn(i64, i64) -> i64;

/// The rows of the session of a row, up to it; and those of the session before.
fn rows(bars: &Bars, key: Key, minutes: i64, row: usize) -> (Range<usize>, Option<Range<usize>>) {
    let number = |row: usize| key(bars.times()[row], minutes);
    let start = |row: usize| (0..=row).rev().find(|&at| at == 0 || number(at - 1) != number(row)).expect("a first row");
    let first = start(row);
    (first..row + 1, first.checked_sub(1).map(|last| start(last)..last + 1))
}

fn per_session(bars: &Bars, key: Key, minutes: i64, value: impl Fn(Range<usize>) -> Exact) -> Values {
    (0..bars.len()).map(|row| value(rows(bars, key, minutes, row).0)).collect()
}

/// Open, high, low and close of rows.
fn gathered(bars: &Bars, rows: Range<usize>) -> [f64; 4] {
    let of = |column: Column| &bars.column(column)[rows.clone()];
    let (open, close) = (of(Column::Open)[0], of(Column::Close)[rows.len() - 1]);
    [open, largest(of(Column::High)), smallest(of(Column::Low)), close]
}

/// What is made of the session before and of the one at hand.
fn per_pair(bars: &Bars, key: Key, minutes: i64, value: impl Fn([f64; 4], [f64; 4]) -> Exact) -> Values {
    let at = |row| match rows(bars, key, minutes, row) {
        (now, Some(before)) => value(gathered(bars, before), gathered(bars, now)),
        _ => Exact::MISSING,
    };
    (0..bars.len()).map(at).collect()
}

/// The mean price of a session with bands so many deviations away.
fn session_vwap(bars: &Bars, key: Key, minutes: i64, deviations: f64) -> Values {
    let (prices, volumes) = (typical(bars), volume(bars));
    per_session(bars, key, minutes, |rows| {
        let [mean, deviation] = weighed(&prices[rows.clone()], &volumes[rows.clone()], prices[rows.end - 1]);
        mean + e(deviations) * deviation
    })
}

fn anchored(bars: &Bars, deviations: f64) -> Values {
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

fn rolling_vwap(bars: &Bars, window: usize, deviations: f64) -> Values {
    pairs(&typical(bars), &volume(bars), window, |prices, volumes| {
        let [mean, deviation] = weighed(prices, volumes, prices[prices.len() - 1]);
        mean + e(deviations) * deviation
    })
}

fn rvol_time(bars: &Bars, days: usize, traded: &[Exact]) -> Values {
    let place = |row: usize| bars.times()[row].rem_euclid(24 * HOUR);
    let at = |row: usize| {
        let same: Values =
            (0..row).rev().filter(|&before| place(before) == place(row)).map(|row| traded[row]).collect();
        if same.len() < days { Exact::MISSING } else { traded[row].over(mean(&same[..days]), f64::NAN) }
    };
    (0..bars.len()).map(at).collect()
}

fn opening(bars: &Bars, high: bool) -> Values {
    per_session(bars, day, 0, |rows| {
        let first = bars.times()[rows.start];
        let rows: Vec<usize> = rows.filter(|&row| bars.times()[row] < first + 3 * HOUR).collect();
        let of = |column: Column| rows.iter().map(|&row| bars.column(column)[row]).collect::<Vec<_>>();
        e(if high { largest(&of(Column::High)) } else { smallest(&of(Column::Low)) })
    })
}

// Volumes.

/// The quantity of a bar, by where in its range it closed.
fn location(bar: Bar) -> Exact {
    let [high, low, close] = [bar.high, bar.low, bar.close].map(Exact::from);
    e(bar.volume) * ((close - low) - (high - close)).over(high - low, 0.0)
}

fn body(bar: Bar) -> Exact {
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(Exact::from);
    e(bar.volume) * (close - open).over(high - low, 0.0)
}

fn ema(values: &[Exact], period: usize) -> Values {
    smoothed(values, n(2) / n(period + 1), period)
}

/// The sums over windows of two series, divided.
fn share(one: &[Exact], two: &[Exact], window: usize, scale: usize, flat: f64) -> Values {
    pairs(one, two, window, |one, two| {
        let (one, two) = (sum(one), sum(two));
        if one.is_missing() || two.is_missing() { Exact::MISSING } else { (n(scale) * one).over(two, flat) }
    })
}

/// The volume with the sign of the move, where that is larger than the cutoff.
fn counted(moved: Exact, cutoff: Exact, volume: Exact) -> Exact {
    if (moved - cutoff).value().is_nan() {
        return Exact::MISSING;
    }
    let sign = if (moved - cutoff).value() > 0.0 {
        1.0
    } else if (moved + cutoff).value() < 0.0 {
        -1.0
    } else {
        0.0
    };
    e(sign) * volume
}

fn fve(bars: &Bars, window: usize) -> Values {
    let prices = typical(bars);
    let flow = |row: usize| {
        let bar = bars.bar(row);
        let before = if row == 0 { Exact::MISSING } else { prices[row - 1] };
        let moved = e(bar.close) - (e(bar.high) + e(bar.low)) / n(2) + prices[row] - before;
        counted(moved, e(bar.close) * n(3) / n(1000), e(bar.volume))
    };
    let flows: Values = (0..bars.len()).map(flow).collect();
    share(&flows, &volume(bars), window, 100, 0.0)
}

fn vfi(bars: &Bars, window: usize) -> Values {
    let prices = typical(bars);
    let logarithms = paired(&prices, |x, before| e(((x - before) / before).value().ln_1p()));
    let moves = windows(&logarithms, 30, |x| {
        let middle = mean(x);
        mean(&x.iter().map(|&x| (x - middle) * (x - middle)).collect::<Values>()).sqrt()
    });
    let averages = windows(&volume(bars), window, mean);
    let flow = |row: usize| {
        let Some(before) = row.checked_sub(1) else { return Exact::MISSING };
        let (cap, traded) = (e(2.5) * averages[before], e(bars.bar(row).volume));
        let capped = if (traded - cap).value() < 0.0 { traded } else { cap };
        counted(prices[row] - prices[before], n(2) / n(10) * moves[row] * e(bars.bar(row).close), capped)
    };
    let flows: Values = (0..bars.len()).map(flow).collect();
    let sums = windows(&flows, window, sum);
    let at = |row: usize| if sums[row].is_missing() { sums[row] } else { sums[row].over(averages[row - 1], 0.0) };
    ema(&(0..bars.len()).map(at).collect::<Values>(), 3)
}

fn vpci(bars: &Bars, fast: usize, slow: usize) -> Values {
    let (prices, volumes) = (close(bars), volume(bars));
    let weighted = |window| pairs(&prices, &volumes, window, |x, w| weighed(x, w, x[x.len() - 1])[0]);
    let average = |values: &[Exact], window| windows(values, window, mean);
    let confirmed = zipped(&weighted(slow), &average(&prices, slow), |w, mean| w - mean);
    let ratio = zipped(&weighted(fast), &average(&prices, fast), |w, mean| w / mean);
    let multiplier = zipped(&average(&volumes, fast), &average(&volumes, slow), |few, many| few.over(many, 0.0));
    zipped(&zipped(&confirmed, &ratio, |a, b| a * b), &multiplier, |a, b| a * b)
}

fn tmf(bars: &Bars, period: usize) -> Values {
    let flows = lagged(bars, 1, |bar, before| {
        let (high, low) = (bar.high.max(before.close), bar.low.min(before.close));
        location(Bar { high, low, ..bar })
    });
    let wilder = |values: &[Exact]| smoothed(values, n(1) / n(period), period);
    let traded = lagged(bars, 1, |bar, _| e(bar.volume));
    zipped(&wilder(&flows), &wilder(&traded), |flow, traded| flow.over(traded, 0.0))
}

fn sign_of(change: f64, tick: f64) -> f64 {
    if change > tick {
        1.0
    } else if change < -tick {
        -1.0
    } else {
        0.0
    }
}

fn vzo(bars: &Bars, period: usize) -> Values {
    let signed = lagged(bars, 1, |bar, before| e(sign_of(bar.close - before.close, 0.0) * bar.volume));
    let signed: Values = std::iter::once(Exact::ZERO).chain(signed[1..].iter().copied()).collect();
    zipped(&ema(&signed, period), &ema(&volume(bars), period), |r, v| (n(100) * r).over(v, 0.0))
}

fn tvi(bars: &Bars, tick: f64) -> Values {
    let changes: Vec<f64> = (1..bars.len()).map(|row| bars.bar(row).close - bars.bar(row - 1).close).collect();
    let at = |row: usize| {
        let direction = |row: usize| {
            let newest = changes[..row].iter().rev().map(|&change| sign_of(change, tick)).find(|&sign| sign != 0.0);
            newest.unwrap_or(0.0)
        };
        sum(&(1..=row).map(|row| e(direction(row) * bars.bar(row).volume)).collect::<Values>())
    };
    std::iter::once(Exact::MISSING).chain((1..bars.len()).map(at)).collect()
}

/// The point of control and the ends of the value area of one window.
fn profile(bars: &[Bar], bins: usize, share: f64) -> [Exact; 3] {
    let low = e(bars.iter().fold(f64::MAX, |a, bar| a.min(bar.low)));
    let width = (e(bars.iter().fold(f64::MIN, |a, bar| a.max(bar.high))) - low) / n(bins);
    let bin = |price: f64| (((e(price) - low) / width).value().floor() as usize).min(bins - 1);
    let held = |at: usize| {
        let touching = bars.iter().filter(|bar| (bin(bar.low)..=bin(bar.high)).contains(&at));
        sum(&touching.map(|bar| e(bar.volume) / n(bin(bar.high) - bin(bar.low) + 1)).collect::<Values>())
    };
    let held: Vec<f64> = (0..bins).map(|at| held(at).value()).collect();
    let total: f64 = held.iter().sum();
    if total == 0.0 {
        return [Exact::MISSING; 3];
    }
    let poc = held.iter().position(|&x| x == largest(&held)).expect("one is the largest");
    let (mut first, mut last) = (poc, poc);
    while held[first..=last].iter().sum::<f64>() < share * total {
        let above = held.get(last + 1).copied().unwrap_or(-1.0);
        let below = if first == 0 { -1.0 } else { held[first - 1] };
        if above >= below { last += 1 } else { first -= 1 }
    }
    [low + width * (n(poc) + e(0.5)), low + width * n(last + 1), low + width * n(first)]
}

fn volume_profile(bars: &Bars, window: usize, output: usize) -> Values {
    let all: Vec<Bar> = (0..bars.len()).map(|row| bars.bar(row)).collect();
    let at = |end: usize| {
        end.checked_sub(window).map_or(Exact::MISSING, |start| profile(&all[start..end], 10, 0.683)[output])
    };
    (1..=bars.len()).map(at).collect()
}

// The structure of prices.

/// The levels of a method, p r1 r2 r3 r4 s1 s2 s3 s4, from the bar before and the open now.
fn levels(method: &str, [open, high, low, close]: [f64; 4], now: f64) -> [Exact; 9] {
    let [h, l, c, none] = [high, low, close, f64::NAN].map(Exact::from);
    let (w, two) = (h - l, n(2));
    let p = (h + l + c) / n(3);
    match method {
        "traditional" => {
            let (r, s) = (|k: usize| n(k) * p + h - n(k) * l, |k: usize| n(k) * p - n(k) * h + l);
            [p, two * p - l, p + w, r(2), r(3), two * p - h, p - w, s(2), s(3)]
        }
        "fibonacci" => {
            let [a, b] = [382, 618].map(|share| n(share) / n(1000) * w);
            [p, p + a, p + b, p + w, none, p - a, p - b, p - w, none]
        }
        "camarilla" => {
            let [a, b, d, f] = [12, 6, 4, 2].map(|parts| n(11) / n(10) * w / n(parts));
            [p, c + a, c + b, c + d, c + f, c - a, c - b, c - d, c - f]
        }
        "woodie" => {
            let p = (h + l + two * e(now)) / n(4);
            let (r3, s3) = (h + two * (p - l), l - two * (h - p));
            [p, two * p - l, p + w, r3, r3 + w, two * p - h, p - w, s3, s3 - w]
        }
        "demark" => {
            let more = if close > open {
                h
            } else if close < open {
                l
            } else {
                c
            };
            let x = h + l + c + more;
            [x / n(4), x / two - l, none, none, none, x / two - h, none, none, none]
        }
        _ => [p, two * p - l, p + w, p + two * w, p + n(3) * w, two * p - h, p - w, p - two * w, p - n(3) * w],
    }
}

const LEVELS: [&str; 9] = ["p", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4"];

fn channel(bars: &Bars, mode: &str, period: usize, deviations: f64) -> Values {
    let ranges = lagged(bars, 1, |bar, before| e(bar.high.max(before.close)) - e(bar.low.min(before.close)));
    let mut from_first = ranges.clone();
    from_first[0] = e(bars.bar(0).high) - e(bars.bar(0).low);
    let average = |values: &[Exact]| windows(values, period, mean);
    let first = |values: &[Exact]| smoothed(values, n(2) / n(period + 1), 1);
    let late = |values: &[Exact], period: usize, share: Exact| {
        // Both are begun so late that they have their first values at the same bar.
        let longest = (period.max(8) - period).max(0);
        let skipped = values.iter().position(|x| !x.is_missing()).unwrap_or(0);
        let mut values = values.to_vec();
        values[..(longest + skipped).min(ROWS)].fill(Exact::MISSING);
        smoothed(&values, share, period)
    };
    let (middle, range) = match mode {
        "pine" => (first(&close(bars)), first(&ranges)),
        "lean" => (average(&typical(bars)), average(&from_first)),
        "original" => (average(&typical(bars)), average(&each(bars, |bar| e(bar.high) - e(bar.low)))),
        _ => {
            let prices = if mode == "talib" { typical(bars) } else { close(bars) };
            let mut range = ranges.clone();
            let skip = period.max(8) - 8;
            range[1..1 + skip].fill(Exact::MISSING);
            (late(&prices, period, n(2) / n(period + 1)), smoothed(&range, n(1) / n(7), 7))
        }
    };
    zipped(&middle, &range, |middle, range| middle + e(deviations) * range)
}

/// Whether the value `right` before is further in the direction of the sign than those around it.
fn is_pivot(values: &[f64], row: usize, left: usize, right: usize, sign: f64) -> Option<f64> {
    let at = row.checked_sub(right)?;
    let around = &values[at.checked_sub(left)?..=row];
    let others = around.iter().enumerate().filter(|(other, _)| *other != left);
    others.into_iter().all(|(_, other)| sign * values[at] > sign * other).then_some(values[at])
}

fn pivots(bars: &Bars, column: Column, left: usize, right: usize, sign: f64) -> Vec<Option<f64>> {
    (0..bars.len()).map(|row| is_pivot(bars.column(column), row, left, right, sign)).collect()
}

/// The newest pivot so far.
fn newest(pivots: &[Option<f64>]) -> Vec<f64> {
    (0..pivots.len()).map(|row| pivots[..=row].iter().rev().find_map(|&pivot| pivot).unwrap_or(f64::NAN)).collect()
}

fn plain(values: impl IntoIterator<Item = f64>) -> Values {
    values.into_iter().map(Exact::from).collect()
}

fn structure(bars: &Bars, bars_around: usize, output: usize) -> Values {
    let above = newest(&pivots(bars, Column::High, bars_around, 3, 1.0));
    let below = newest(&pivots(bars, Column::Low, bars_around, 3, -1.0));
    let (mut broken, mut trend, mut values) = ([f64::NAN; 2], 0.0, Vec::new());
    for row in 0..bars.len() {
        let close = bars.bar(row).close;
        if above[row].is_nan() || below[row].is_nan() {
            values.push(f64::NAN);
            continue;
        }
        let (mut bos, mut choch) = (0.0, 0.0);
        if close > above[row] && broken[0] != above[row] {
            broken[0] = above[row];
            if trend < 0.0 {
                choch = 1.0
            } else {
                bos = 1.0
            }
            trend = 1.0;
        }
        if close < below[row] && broken[1] != below[row] {
            broken[1] = below[row];
            if trend > 0.0 {
                choch = -1.0
            } else {
                bos = -1.0
            }
            trend = -1.0;
        }
        values.push([bos, choch, trend][output]);
    }
    plain(values)
}

/// The closes on end, up to this row, that are below (`sign` -1) or above those of four bars before.
fn setup(bars: &Bars, row: usize, sign: f64) -> usize {
    let closes = bars.column(Column::Close);
    let holds = |&at: &usize| at >= 4 && sign * closes[at] > sign * closes[at - 4];
    (0..=row).rev().take_while(holds).count()
}

fn setups(bars: &Bars, sign: f64) -> Values {
    (0..bars.len()).map(|row| if row < 4 { Exact::MISSING } else { n(setup(bars, row, sign)) }).collect()
}

/// The rows at which countdowns begin, with their signs.
fn countdown(bars: &Bars, sign: f64) -> Values {
    let (mut side, mut rows): (f64, Vec<usize>) = (0.0, vec![]);
    let mut values = vec![f64::NAN; 4];
    for row in 4..bars.len() {
        let (now, two) = (bars.bar(row), bars.bar(row - 2));
        for other in [-1.0, 1.0] {
            if setup(bars, row, other) == 9 && (side != other || rows.len() == 13) {
                (side, rows) = (other, vec![]);
            }
        }
        let (extreme, compared) = if side < 0.0 { (now.low, two.low) } else { (now.high, two.high) };
        let deferred = rows.len() == 12 && side * extreme < side * bars.bar(rows[7]).close;
        if side != 0.0 && side * now.close >= side * compared && rows.len() < 13 && !deferred {
            rows.push(row);
        }
        values.push(if side == sign { rows.len() as f64 } else { 0.0 });
    }
    plain(values)
}

fn renko(bars: &Bars, brick: f64, output: usize) -> Values {
    let start = bars.bar(0).close;
    let (mut bottom, mut top, mut direction) = (0i64, 0i64, 0.0);
    let mut values = Vec::new();
    for row in 0..bars.len() {
        let place = ((e(bars.bar(row).close) - e(start)) / e(brick)).value();
        let mut bricks = 0.0;
        while place >= (top + 1) as f64 {
            (bottom, top, direction, bricks) = (top, top + 1, 1.0, bricks + 1.0);
        }
        while place <= (bottom - 1) as f64 {
            (bottom, top, direction, bricks) = (bottom - 1, bottom, -1.0, bricks - 1.0);
        }
        let end = if direction < 0.0 { bottom } else { top };
        values.push([e(start) + e(end as f64) * e(brick), e(direction), e(bricks)][output]);
    }
    values
}

/// The points at which a Kagi line turns, the last of which is its end.
fn kagi(bars: &Bars, share: f64, output: usize) -> Values {
    let mut points = vec![bars.bar(0).close];
    let mut thickness = 0.0;
    let mut values = Vec::new();
    for row in 0..bars.len() {
        let (close, end) = (bars.bar(row).close, points[points.len() - 1]);
        let direction = points.len().checked_sub(2).map_or(0.0, |before| sign_of(end - points[before], 0.0));
        let reverses = (close - end).abs() >= share * end && close != end;
        if direction != 0.0 && sign_of(close - end, 0.0) == direction {
            *points.last_mut().expect("an end") = close;
        } else if reverses {
            points.push(close);
        }
        let end = points[points.len() - 1];
        let direction = points.len().checked_sub(2).map_or(0.0, |before| sign_of(end - points[before], 0.0));
        // The newest turn of the same side: two before the end; the first point is none.
        if let Some(turn) = points.len().checked_sub(3).filter(|&turn| turn > 0) {
            thickness = if direction * end > direction * points[turn] { direction } else { thickness };
        }
        values.push([end, direction, thickness][output]);
    }
    plain(values)
}

fn linebreak(bars: &Bars, count: usize, output: usize) -> Values {
    let mut lines: Vec<[f64; 2]> = vec![];
    let first = bars.bar(0).close;
    let mut values = Vec::new();
    for row in 0..bars.len() {
        let close = bars.bar(row).close;
        match lines.last().copied() {
            None if close != first => lines.push([first, close]),
            None => {}
            Some([begin, end]) => {
                let ends: Vec<f64> = lines.iter().rev().take(count).flatten().copied().collect();
                let up = end > begin;
                let (top, bottom) = (largest(&ends), smallest(&ends));
                if (up && close > end) || (!up && close < end) {
                    lines.push([end, close]);
                } else if (up && close < bottom) || (!up && close > top) {
                    lines.push([begin, close]);
                }
            }
        }
        let [begin, end] = lines.last().copied().unwrap_or([first, first]);
        values.push([end, sign_of(end - begin, 0.0)][output]);
    }
    plain(values)
}

/// An expression with the number of bars for `{n}`, and its twin.
type Twin = (&'static str, fn(&Bars, usize) -> Values);

const SESSIONS: &[Twin] = &[
    ("session_vwap.vwap", |bars, _| session_vwap(bars, day, 0, 0.0)),
    ("session_vwap.upper", |bars, _| session_vwap(bars, day, 0, 1.0)),
    ("session_vwap(week, 330, nbdev=2.5).lower", |bars, _| session_vwap(bars, week, 330, -2.5)),
    ("session_vwap(session=month).vwap", |bars, _| session_vwap(bars, month, 0, 0.0)),
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

fn cpr(before: [f64; 4], sign: f64) -> Exact {
    let (pivot, middle) = (levels("classic", before, 0.0)[0], (e(before[1]) + e(before[2])) / n(2));
    pivot + e(sign) * (pivot - middle).abs()
}

const VOLUMES: &[Twin] = &[
    ("rolling_vwap({n}).vwap", |bars, n| rolling_vwap(bars, n, 0.0)),
    ("rolling_vwap({n}, nbdev=2).upper", |bars, n| rolling_vwap(bars, n, 2.0)),
    ("rolling_vwap({n}).lower", |bars, n| rolling_vwap(bars, n, -1.0)),
    ("zvwap({n})", |bars, window| {
        let means = pairs(&close(bars), &volume(bars), window, |x, w| weighed(x, w, x[x.len() - 1])[0]);
        let apart = zipped(&close(bars), &means, |x, mean| x - mean);
        let squares: Values = apart.iter().map(|&x| x * x).collect();
        zipped(&apart, &windows(&squares, window, mean), |x, square| x.over(square.sqrt(), 0.0))
    }),
    ("wvad", |bars, _| each(bars, body)),
    ("iii", |bars, _| {
        each(bars, |bar| {
            let (high, low) = (e(bar.high), e(bar.low));
            (n(2) * e(bar.close) - high - low).over((high - low) * e(bar.volume), 0.0)
        })
    }),
    ("pvr", |bars, _| {
        lagged(bars, 1, |bar, before| match (bar.close >= before.close, bar.volume >= before.volume) {
            (true, true) => n(1),
            (true, false) => n(2),
            (false, true) => n(3),
            (false, false) => n(4),
        })
    }),
    ("amihud({n})", |bars, window| {
        let ratios = lagged(bars, 1, |bar, before| {
            let moved = (e(bar.close) / e(before.close) - n(1)).abs();
            moved.over(e(bar.close) * e(bar.volume), 0.0)
        });
        windows(&ratios, window, mean)
    }),
    ("updown_volume({n})", |bars, window| {
        let of = |sign: f64| {
            lagged(bars, 1, |bar, before| {
                e(if sign_of(bar.close - before.close, 0.0) == sign { bar.volume } else { 0.0 })
            })
        };
        share(&of(1.0), &of(-1.0), window, 1, f64::NAN)
    }),
    ("tmf({n})", tmf),
    ("vzo({n})", vzo),
    ("vosc(3, {n})", |bars, window| {
        let [few, many] = [3, window].map(|window| windows(&volume(bars), window, mean));
        zipped(&few, &many, |few, many| if few.is_missing() { few } else { (n(100) * (few - many)).over(many, 0.0) })
    }),
    ("tvi(0.25)", |bars, _| tvi(bars, 0.25)),
    ("fve({n})", fve),
    ("vfi({n})", vfi),
    ("vpci(3, {n})", |bars, n| vpci(bars, 3, n)),
    ("volume_profile({n}, 10, 68.3).poc", |bars, n| volume_profile(bars, n, 0)),
    ("volume_profile({n}, 10, 68.3).vah", |bars, n| volume_profile(bars, n, 1)),
    ("volume_profile({n}, 10, 68.3).val", |bars, n| volume_profile(bars, n, 2)),
];

const STRUCTURES: &[Twin] = &[
    ("keltner(period={n}, atr=7).upper", |bars, n| channel(bars, "stockcharts", n, 2.0)),
    ("keltner(talib, {n}, 7).lower", |bars, n| channel(bars, "talib", n, -2.0)),
    ("keltner(pine, {n}).upper", |bars, n| channel(bars, "pine", n, 2.0)),
    ("keltner(lean, {n}).middle", |bars, n| channel(bars, "lean", n, 0.0)),
    ("keltner(lean, {n}).upper", |bars, n| channel(bars, "lean", n, 2.0)),
    ("keltner(original, {n}, nbdev=1).lower", |bars, n| channel(bars, "original", n, -1.0)),
    ("donchian({n}, excluded).upper", |bars, n| {
        let highs = bars.column(Column::High);
        let at = |row: usize| row.checked_sub(n).map_or(f64::NAN, |start| largest(&highs[start..row]));
        plain((0..bars.len()).map(at))
    }),
    ("donchian({n}, excluded).lower", |bars, n| {
        let lows = bars.column(Column::Low);
        let at = |row: usize| row.checked_sub(n).map_or(f64::NAN, |start| smallest(&lows[start..row]));
        plain((0..bars.len()).map(at))
    }),
    ("pivothigh({n}, 2)", |bars, n| {
        plain(pivots(bars, Column::High, n, 2, 1.0).iter().map(|pivot| pivot.unwrap_or(f64::NAN)))
    }),
    ("pivotlow(2, {n})", |bars, n| {
        plain(pivots(bars, Column::Low, 2, n, -1.0).iter().map(|pivot| pivot.unwrap_or(f64::NAN)))
    }),
    ("swings({n}, 3).high", |bars, n| plain(newest(&pivots(bars, Column::High, n, 3, 1.0)))),
    ("swings({n}, 3).low", |bars, n| plain(newest(&pivots(bars, Column::Low, n, 3, -1.0)))),
    ("structure({n}, 3).bos", |bars, n| structure(bars, n, 0)),
    ("structure({n}, 3).choch", |bars, n| structure(bars, n, 1)),
    ("structure({n}, 3).trend", |bars, n| structure(bars, n, 2)),
    ("strat", |bars, _| {
        lagged(bars, 1, |bar, before| {
            let (above, below) = (bar.high > before.high, bar.low < before.low);
            let inside = bar.high <= before.high && bar.low >= before.low;
            e(if inside {
                1.0
            } else if above && below {
                3.0
            } else if above {
                2.0
            } else {
                -2.0
            })
        })
    }),
    ("fvg", |bars, _| {
        lagged(bars, 2, |bar, before| {
            let (up, down) = (e(bar.low) - e(before.high), e(bar.high) - e(before.low));
            if up.value() > 0.0 {
                up
            } else if down.value() < 0.0 {
                down
            } else {
                Exact::ZERO
            }
        })
    }),
    ("nr({n})", |bars, n| {
        let ranges = each(bars, |bar| e(bar.high - bar.low));
        windows(&ranges, n, |ranges| {
            let (last, others) = ranges.split_last().expect("some");
            e(if others.iter().all(|other| last.value() < other.value()) { 1.0 } else { 0.0 })
        })
    }),
    ("td_setup.buy", |bars, _| setups(bars, -1.0)),
    ("td_setup.sell", |bars, _| setups(bars, 1.0)),
    ("td_sequential.buy", |bars, _| countdown(bars, -1.0)),
    ("td_sequential.sell", |bars, _| countdown(bars, 1.0)),
    ("renko(0.5).level", |bars, _| renko(bars, 0.5, 0)),
    ("renko(0.5).direction", |bars, _| renko(bars, 0.5, 1)),
    ("renko(0.5).bricks", |bars, _| renko(bars, 0.5, 2)),
    ("kagi(0.5).line", |bars, _| kagi(bars, 0.005, 0)),
    ("kagi(0.5).direction", |bars, _| kagi(bars, 0.005, 1)),
    ("kagi(0.5).thickness", |bars, _| kagi(bars, 0.005, 2)),
    ("linebreak.line", |bars, _| linebreak(bars, 3, 0)),
    ("linebreak(5).line", |bars, _| linebreak(bars, 5, 0)),
    ("linebreak(2).direction", |bars, _| linebreak(bars, 2, 1)),
];

fn complaint(text: &str, series: &Series, twin: &[Exact]) -> Option<String> {
    let ours = &columns(&[text], &series.bars)[0];
    let exact: Vec<f64> = twin.iter().map(|value| value.value()).collect();
    let (off, at) = worst(ours, &exact);
    let told = format!("{text} of {}: {off:e} off at bar {at}: {} and {}", series.name, ours[at], exact[at]);
    (off > TOLERANCE).then_some(told)
}

#[track_caller]
fn assert_exact(twins: &[Twin]) {
    let mut wrong = Vec::new();
    for series in all() {
        for (text, twin) in twins {
            let bars: &[usize] = if text.contains("{n}") { &[2, 5, 14, 60] } else { &[0] };
            for &bars in bars {
                let text = text.replace("{n}", &bars.to_string());
                wrong.extend(complaint(&text, &series, &twin(&series.bars, bars)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn sessions_are_exact() {
    assert_exact(SESSIONS);
}

#[test]
fn volumes_are_exact() {
    assert_exact(VOLUMES);
}

#[test]
fn structures_are_exact() {
    assert_exact(STRUCTURES);
}

#[test]
fn levels_are_exact() {
    let mut wrong = Vec::new();
    for series in all() {
        let bars = &series.bars;
        for method in ["classic", "traditional", "fibonacci", "camarilla", "woodie", "demark"] {
            for (index, level) in LEVELS.iter().enumerate() {
                let text = format!("pivot_points({method}).{level}");
                let twin = per_pair(bars, day, 0, |before, now| levels(method, before, now[0])[index]);
                wrong.extend(complaint(&text, &series, &twin));
                let at = |row: usize| {
                    let start = row.checked_sub(9)?;
                    Some(levels(method, gathered(bars, start..row), bars.bar(row).open)[index])
                };
                let twin: Values = (0..ROWS).map(|row| at(row).unwrap_or(Exact::MISSING)).collect();
                wrong.extend(complaint(&format!("rolling_pivots(9, {method}).{level}"), &series, &twin));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
