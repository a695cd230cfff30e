//! The structure of prices.

use super::*;

fn channel(bars: &Bars, mode: &str, period: usize, deviations: f64) -> Values {
    let ranges = lagged(bars, 1, |bar, before| e(bar.high.max(before.close)) - e(bar.low.min(before.close)));
    let mut from_first = ranges.clone();
    from_first[0] = e(bars.bar(0).high) - e(bars.bar(0).low);
    let average = |values: &[Exact]| windows(values, period, mean);
    let first = |values: &[Exact]| smoothed(values, n(2) / n(period + 1), 1);
    let late = |values: &[Exact], period: usize, share: Exact| {
        // Both are begun so late that they have their first values at the same bar.
        let longest = period.max(8) - period;
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

pub(super) const STRUCTURES: &[Reference] = &[
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
];
