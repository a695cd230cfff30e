//! Volatilities by returns and by ranges.

use atrad::series::{Bars, Column};

use super::{Reference, ln_ratio, log_returns, number};
use crate::arithmetic::*;

fn year(bars: f64) -> Exact {
    number(bars).sqrt()
}

/// Open, high, low and close of each bar.
fn prices(bars: &Bars) -> Vec<[Exact; 4]> {
    let columns = [Column::Open, Column::High, Column::Low, Column::Close].map(|of| column(bars, of));
    (0..bars.len()).map(|row| [0, 1, 2, 3].map(|at| columns[at][row])).collect()
}

fn square(x: Exact) -> Exact {
    x * x
}

fn of_bars(bars: &Bars, term: impl Fn([Exact; 4]) -> Exact) -> Values {
    prices(bars).into_iter().map(term).collect()
}

fn parkinson([_, high, low, _]: [Exact; 4]) -> Exact {
    square(ln_ratio(high, low)) / (number(4.0) * number(std::f64::consts::LN_2))
}

fn garman_klass([open, high, low, close]: [Exact; 4]) -> Exact {
    let weight = number(2.0) * number(std::f64::consts::LN_2) - number(1.0);
    square(ln_ratio(high, low)) / number(2.0) - weight * square(ln_ratio(close, open))
}

fn rogers_satchell([open, high, low, close]: [Exact; 4]) -> Exact {
    ln_ratio(high, close) * ln_ratio(high, open) + ln_ratio(low, close) * ln_ratio(low, open)
}

fn yang_zhang(bars: &Bars, n: usize) -> Values {
    let closes = close(bars);
    let opens = column(bars, Column::Open);
    let gaps = zipped(&opens, &paired(&closes, |_, before| before), ln_ratio);
    let bodies = zipped(&closes, &opens, ln_ratio);
    let ranges = of_bars(bars, rogers_satchell);
    let k = 0.34 / (1.34 + (n as f64 + 1.0) / (n as f64 - 1.0));
    let (k, rest) = (number(k), number(1.0) - number(k));
    let inside = pairs(&bodies, &ranges, n, |body, range| k * variance(body, 1) + rest * mean(range));
    let overnight = windows(&gaps, n, |gap| variance(gap, 1));
    zipped(&inside, &overnight, |inside, overnight| (inside + overnight).sqrt() * year(252.0))
}

fn width(span: &[Exact], closes: &[Exact], n: usize, scale: f64) -> Values {
    let share = Exact::from(2usize) / Exact::from(n + 1);
    let averages = [span, closes].map(|x| smoothed(x, share, 1));
    zipped(&averages[0], &averages[1], |span, middle| number(scale) * span / middle)
}

fn ranges(bars: &Bars) -> Values {
    of_bars(bars, |[_, high, low, _]| high - low)
}

/// The true range, that of the first bar counted.
fn true_range_from_first(bars: &Bars) -> Values {
    let mut values = true_range(bars);
    values[0] = ranges(bars)[0];
    values
}

pub(super) const REFERENCES: &[Reference] = &[
    ("ewma_volatility", 14, |bars, _| {
        let squares: Values = log_returns(&close(bars), 1).into_iter().map(square).collect();
        let smooth = smoothed(&squares, number(1.0) - number(0.94), 1);
        smooth.into_iter().map(|x| if x.is_missing() { x } else { x.sqrt() * year(252.0) }).collect()
    }),
    ("garman_klass({n})", 5, |bars, n| {
        windows(&of_bars(bars, garman_klass), n, |x| mean(x).positive().sqrt() * year(252.0))
    }),
    ("historical_volatility({n})", 5, |bars, n| {
        windows(&log_returns(&close(bars), 1), n, |x| variance(x, 1).sqrt() * year(252.0))
    }),
    ("historical_volatility({n}, 365, 0)", 5, |bars, n| {
        windows(&log_returns(&close(bars), 1), n, |x| variance(x, 0).sqrt() * year(365.0))
    }),
    ("kcw({n})", 2, |bars, n| width(&true_range_from_first(bars), &close(bars), n, 4.0)),
    ("kcw({n}, 1.5, high_low)", 2, |bars, n| width(&ranges(bars), &close(bars), n, 3.0)),
    ("parkinson({n}, 1)", 2, |bars, n| windows(&of_bars(bars, parkinson), n, |x| mean(x).sqrt())),
    ("realized_volatility({n})", 2, |bars, n| {
        let squares: Values = log_returns(&close(bars), 1).into_iter().map(square).collect();
        windows(&squares, n, |x| sum(x).sqrt())
    }),
    ("realized_volatility({n}, year, 365)", 2, |bars, n| {
        let squares: Values = log_returns(&close(bars), 1).into_iter().map(square).collect();
        windows(&squares, n, |x| (mean(x) * number(365.0)).sqrt())
    }),
    ("tr", 14, |bars, _| true_range_from_first(bars)),
    ("tr(none)", 14, |bars, _| true_range(bars)),
    ("yang_zhang({n})", 5, yang_zhang),
];
