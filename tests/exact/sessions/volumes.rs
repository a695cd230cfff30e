//! Volumes.

use super::days::rolling_vwap;
use super::*;

/// The quantity of a bar, by where in its range it closed.
pub(super) fn location(bar: Bar) -> Exact {
    let [high, low, close] = [bar.high, bar.low, bar.close].map(Exact::from);
    e(bar.volume) * ((close - low) - (high - close)).over(high - low, 0.0)
}

pub(super) fn body(bar: Bar) -> Exact {
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(Exact::from);
    e(bar.volume) * (close - open).over(high - low, 0.0)
}

pub(super) fn ema(values: &[Exact], period: usize) -> Values {
    smoothed(values, n(2) / n(period + 1), period)
}

/// The sums over windows of two series, divided.
pub(super) fn share(one: &[Exact], two: &[Exact], window: usize, scale: usize, flat: f64) -> Values {
    pairs(one, two, window, |one, two| {
        let (one, two) = (sum(one), sum(two));
        if one.is_missing() || two.is_missing() { Exact::MISSING } else { (n(scale) * one).over(two, flat) }
    })
}

/// The volume with the sign of the move, where that is larger than the cutoff.
pub(super) fn counted(moved: Exact, cutoff: Exact, volume: Exact) -> Exact {
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

pub(super) fn fve(bars: &Bars, window: usize) -> Values {
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

pub(super) fn vfi(bars: &Bars, window: usize) -> Values {
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

pub(super) fn vpci(bars: &Bars, fast: usize, slow: usize) -> Values {
    let (prices, volumes) = (close(bars), volume(bars));
    let weighted = |window| pairs(&prices, &volumes, window, |x, w| weighed(x, w, x[x.len() - 1])[0]);
    let average = |values: &[Exact], window| windows(values, window, mean);
    let confirmed = zipped(&weighted(slow), &average(&prices, slow), |w, mean| w - mean);
    let ratio = zipped(&weighted(fast), &average(&prices, fast), |w, mean| w / mean);
    let multiplier = zipped(&average(&volumes, fast), &average(&volumes, slow), |few, many| few.over(many, 0.0));
    zipped(&zipped(&confirmed, &ratio, |a, b| a * b), &multiplier, |a, b| a * b)
}

pub(super) fn tmf(bars: &Bars, period: usize) -> Values {
    let flows = lagged(bars, 1, |bar, before| {
        let (high, low) = (bar.high.max(before.close), bar.low.min(before.close));
        location(Bar { high, low, ..bar })
    });
    let wilder = |values: &[Exact]| smoothed(values, n(1) / n(period), period);
    let traded = lagged(bars, 1, |bar, _| e(bar.volume));
    zipped(&wilder(&flows), &wilder(&traded), |flow, traded| flow.over(traded, 0.0))
}

pub(super) fn vzo(bars: &Bars, period: usize) -> Values {
    let signed = lagged(bars, 1, |bar, before| e(sign_of(bar.close - before.close, 0.0) * bar.volume));
    let signed: Values = std::iter::once(Exact::ZERO).chain(signed[1..].iter().copied()).collect();
    zipped(&ema(&signed, period), &ema(&volume(bars), period), |r, v| (n(100) * r).over(v, 0.0))
}

pub(super) fn tvi(bars: &Bars, tick: f64) -> Values {
    let changes: Vec<f64> = (1..bars.len()).map(|row| bars.bar(row).close - bars.bar(row - 1).close).collect();
    let direction = |row: usize| {
        let newest = changes[..row].iter().rev().map(|&change| sign_of(change, tick)).find(|&sign| sign != 0.0);
        newest.unwrap_or(0.0)
    };
    let mut total = Exact::ZERO;
    let at = |row: usize| {
        total = total + e(direction(row) * bars.bar(row).volume);
        total
    };
    std::iter::once(Exact::MISSING).chain((1..bars.len()).map(at)).collect()
}

/// The point of control and the ends of the value area of one window.
pub(super) fn profile(bars: &[Bar], bins: usize, share: f64) -> [Exact; 3] {
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

pub(super) fn volume_profile(bars: &Bars, window: usize, output: usize) -> Values {
    let all: Vec<Bar> = (0..bars.len()).map(|row| bars.bar(row)).collect();
    let at = |end: usize| {
        end.checked_sub(window).map_or(Exact::MISSING, |start| profile(&all[start..end], 10, 0.683)[output])
    };
    (1..=bars.len()).map(at).collect()
}

pub(super) const VOLUMES: &[Reference] = &[
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
