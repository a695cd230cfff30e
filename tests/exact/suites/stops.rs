//! Stops, and lines that trail prices.

use super::*;
use crate::filters::adaptive;
use crate::reference::*;

fn dev_stop(bars: &Bars, n: usize, deviations: f64, is_long: bool) -> Values {
    let range = minus(&windows(&high(bars), 2, largest), &windows(&low(bars), 2, smallest));
    let distance = band(&windows(&range, n, mean), &windows(&range, n, deviation), deviations);
    match is_long {
        true => windows(&minus(&high(bars), &distance), n, largest),
        false => windows(&plus(&low(bars), &distance), n, smallest),
    }
}

/// The line and its direction.
fn hilo(bars: &Bars, upper: &[Exact], lower: &[Exact]) -> [Values; 2] {
    let [upper_before, lower_before] = [upper, lower].map(|x| lagged(x, 1));
    let mut rises = true;
    walked([&close(bars), upper, lower, &upper_before, &lower_before], |[x, upper, lower, resistance, support]| {
        if x > resistance {
            rises = true;
        } else if x < support {
            rises = false;
        }
        if rises { [lower, 1.0] } else { [upper, -1.0] }
    })
}

/// The line and its direction, as the script is written: a rise is trend 0.
fn half_trend(bars: &Bars, n: usize) -> [Values; 2] {
    let (high, low, close) = (high(bars), low(bars), close(bars));
    let (highest, lowest) = (windows(&high, n, largest), windows(&low, n, smallest));
    let (high_mean, low_mean) = (simple(&high, n), simple(&low, n));
    let (mut trend, mut next, mut up, mut down) = (0, 0, None, 0.0);
    let (mut max_low, mut min_high) = (0.0, 0.0);
    let [mut lines, mut directions] = [0; 2].map(|_| vec![Exact::MISSING; n - 1]);
    for row in n - 1..high.len() {
        let of = |values: &[Exact]| values[row].value();
        let before = |values: &[Exact]| values[if row == n - 1 { row } else { row - 1 }].value();
        if row == n - 1 {
            (max_low, min_high) = (of(&low), of(&high));
        }
        let last = trend;
        if next == 1 {
            max_low = of(&lowest).max(max_low);
            if (high_mean[row] - number(max_low)).value() < 0.0 && of(&close) < before(&low) {
                (trend, next, min_high) = (1, 0, of(&highest));
            }
        } else {
            min_high = of(&highest).min(min_high);
            if (low_mean[row] - number(min_high)).value() > 0.0 && of(&close) > before(&high) {
                (trend, next, max_low) = (0, 1, of(&lowest));
            }
        }
        let line = if trend == 0 {
            let line = match up {
                None => max_low,
                Some(_) if last != 0 => down,
                Some(up) => f64::max(max_low, up),
            };
            up = Some(line);
            line
        } else {
            down = if last != 1 { up.expect("a rise before") } else { min_high.min(down) };
            down
        };
        lines.push(number(line));
        directions.push(number(if trend == 0 { 1.0 } else { -1.0 }));
    }
    [lines, directions]
}

/// The variable index dynamic average with nine changes of momentum.
fn dynamic(values: &[Exact], period: usize) -> Values {
    let [gain, loss] = moves(values);
    let share = number(2.0) / Exact::from(period + 1);
    let weight = |row: usize| {
        if row == 0 {
            return Exact::MISSING;
        }
        let newest = row.saturating_sub(8).max(1)..=row;
        let (up, down) = (sum(&gain[newest.clone()]), sum(&loss[newest]));
        share * (up - down).abs().over(up + down, 0.0)
    };
    let mut average = adaptive(values, &(0..values.len()).map(weight).collect::<Values>());
    let first = average.iter().position(|x| !x.is_missing()).expect("values");
    average[first..first + 8].fill(Exact::MISSING);
    average
}

/// The stop that trails an average, and its side.
fn trailed(average: &[Exact], distance: &[Exact]) -> [Values; 2] {
    let (mut last, mut side) = (None, 1.0);
    let [mut stops, mut sides] = [const { Vec::new() }; 2];
    for (&x, &distance) in average.iter().zip(distance) {
        if (x + distance).is_missing() {
            stops.push(Exact::MISSING);
            sides.push(Exact::MISSING);
            continue;
        }
        let (mut long, mut short) = (x - distance, x + distance);
        let (long_before, short_before) = last.unwrap_or((long, short));
        let above = |one: Exact, two: Exact| (one - two).value() > 0.0;
        if side < 0.0 && above(x, short_before) {
            side = 1.0;
        } else if side > 0.0 && above(long_before, x) {
            side = -1.0;
        }
        if above(x, long_before) {
            long = largest(&[long, long_before]);
        }
        if above(short_before, x) {
            short = smallest(&[short, short_before]);
        }
        last = Some((long, short));
        stops.push(if side > 0.0 { long } else { short });
        sides.push(number(side));
    }
    [stops, sides]
}

/// The average, the tracker and the side.
fn tracker(values: &[Exact], period: usize, percent: f64) -> [Values; 3] {
    let average = dynamic(values, period);
    let [stop, side] = trailed(&average, &times(&average, percent / 100.0));
    let line = zipped(&average, &stop, |x, stop| {
        let sign = if (x - stop).value() > 0.0 { 1.0 } else { -1.0 };
        stop + stop * number(sign * percent) / number(200.0)
    });
    [average, line, side]
}

fn maximizer(bars: &Bars, n: usize) -> [Values; 3] {
    let average = exponential(&middle(bars), n);
    let [stop, side] = trailed(&average, &times(&atr(bars, 10), 3.0));
    [average, stop, side]
}

fn safe_zone(values: &[Exact], n: usize, multiplier: f64, side: f64) -> Values {
    // Of the highs, all is turned.
    let values = times(values, side);
    let penetration = paired(&values, |x, before| (before - x).positive());
    let usual = windows(&penetration, n, |x| {
        let count = x.iter().filter(|x| x.value() != 0.0).count();
        sum(x).over(Exact::from(count), 0.0) + Exact::ZERO * sum(x)
    });
    times(&windows(&minus(&values, &times(&usual, multiplier)), 3, largest), side)
}

/// The line that trails at a distance while money flows in or out.
fn alpha_trend(bars: &Bars, n: usize, flow: &[Exact]) -> Values {
    let distance = simple(&ranges(bars), n);
    let mut line: Option<f64> = None;
    let [found] = walked([&low(bars), &high(bars), &distance, flow], |[low, high, distance, flow]| {
        let (below, above) = (low - distance, high + distance);
        let next = match line {
            None if flow >= 50.0 => below,
            None => above,
            Some(line) if flow >= 50.0 => {
                if below < line {
                    line
                } else {
                    below
                }
            }
            Some(line) => {
                if above > line {
                    line
                } else {
                    above
                }
            }
        };
        line = Some(next);
        [next]
    });
    found
}

fn money_flow(bars: &Bars, n: usize) -> Values {
    let (price, volume) = (typical(bars), volume(bars));
    let money = zipped(&price, &volume, |price, volume| price * volume);
    let flow = |side: f64| {
        let signed = zipped(&changes(&price, 1), &money, |change, money| money * number(mark(sign(change) == side)));
        windows(&shown(&signed, &changes(&price, 1)), n, sum)
    };
    zipped(&flow(1.0), &flow(-1.0), |up, down| (number(100.0) * up).over(up + down, 0.0))
}

/// The line and where it went last.
fn range_filter(values: &[Exact], n: usize, multiplier: f64) -> [Values; 2] {
    let change = each(&changes(values, 1), Exact::abs);
    let range = times(&exponential(&exponential(&change, n), 2 * n - 1), multiplier);
    let (mut line, mut direction) = (None, 0.0);
    walked([values, &range], |[x, range]| {
        let before: f64 = line.unwrap_or(x);
        let next = match x > before {
            true if x - range < before => before,
            true => x - range,
            false if x + range > before => before,
            false => x + range,
        };
        if next != before {
            direction = if next > before { 1.0 } else { -1.0 };
        }
        line = Some(next);
        [next, direction]
    })
}

pub(super) const REFERENCES: &[Case] = &[
    ("alphatrend({n})", On::All, |bars, n| alpha_trend(bars, n, &money_flow(bars, n))),
    ("alphatrend({n}, flow=rsi)", On::All, |bars, n| {
        let [gain, loss] = moves(&close(bars)).map(|part| wilder(&part, n));
        alpha_trend(bars, n, &zipped(&gain, &loss, strength))
    }),
    ("devstop({n}).long", On::All, |bars, n| dev_stop(bars, n, 1.0, true)),
    ("devstop({n}, 2.2).short", On::All, |bars, n| dev_stop(bars, n, 2.2, false)),
    ("gann_hilo({n}, 7).line", On::All, |bars, n| {
        hilo(bars, &simple(&high(bars), n), &simple(&low(bars), 7))[0].clone()
    }),
    ("gann_hilo(4, {n}, ma=ema).line", On::All, |bars, n| {
        hilo(bars, &exponential(&high(bars), 4), &exponential(&low(bars), n))[0].clone()
    }),
    ("gann_hilo({n}, 7).direction", On::All, |bars, n| {
        hilo(bars, &simple(&high(bars), n), &simple(&low(bars), 7))[1].clone()
    }),
    ("halftrend({n}).line", On::All, |bars, n| half_trend(bars, n)[0].clone()),
    ("halftrend({n}).direction", On::All, |bars, n| half_trend(bars, n)[1].clone()),
    ("halftrend(2, {n}).upper", On::All, |bars, n| band(&half_trend(bars, 2)[0], &atr(bars, n), 1.0)),
    ("halftrend({n}, 9, 3).lower", On::All, |bars, n| band(&half_trend(bars, n)[0], &atr(bars, 9), -1.5)),
    ("kaufman_stop({n}).long", On::All, |bars, n| band(&low(bars), &simple(&minus(&high(bars), &low(bars)), n), -2.0)),
    ("kaufman_stop({n}, 1.5).short", On::All, |bars, n| {
        band(&high(bars), &simple(&minus(&high(bars), &low(bars)), n), 1.5)
    }),
    ("ott({n}).ma", On::All, |bars, n| tracker(&close(bars), n, 1.4)[0].clone()),
    ("ott({n}).line", On::All, |bars, n| tracker(&close(bars), n, 1.4)[1].clone()),
    ("ott({n}, 0.2).line", On::All, |bars, n| tracker(&close(bars), n, 0.2)[1].clone()),
    ("ott({n}, 0.2).direction", On::All, |bars, n| tracker(&close(bars), n, 0.2)[2].clone()),
    ("pmax({n}).ma", On::All, |bars, n| maximizer(bars, n)[0].clone()),
    ("pmax({n}).line", On::All, |bars, n| maximizer(bars, n)[1].clone()),
    ("pmax({n}).direction", On::All, |bars, n| maximizer(bars, n)[2].clone()),
    ("range_filter({n}).line", On::All, |bars, n| range_filter(&close(bars), n, 3.0)[0].clone()),
    ("range_filter({n}, 1).direction", On::All, |bars, n| range_filter(&close(bars), n, 1.0)[1].clone()),
    ("range_filter({n}, 2).upper", On::All, |bars, n| {
        let change = each(&changes(&close(bars), 1), Exact::abs);
        let range = exponential(&exponential(&change, n), 2 * n - 1);
        band(&range_filter(&close(bars), n, 2.0)[0], &range, 2.0)
    }),
    ("range_filter({n}, 2).lower", On::All, |bars, n| {
        let change = each(&changes(&close(bars), 1), Exact::abs);
        let range = exponential(&exponential(&change, n), 2 * n - 1);
        band(&range_filter(&close(bars), n, 2.0)[0], &range, -2.0)
    }),
    ("safezone({n}).long", On::All, |bars, n| safe_zone(&low(bars), n, 2.5, 1.0)),
    ("safezone({n}, 1.5).short", On::All, |bars, n| safe_zone(&high(bars), n, 1.5, -1.0)),
];
