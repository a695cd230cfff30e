//! Bars whose high is below another of their prices, or whose low is above: adjusted prices are often off by the last bit.

use atrad::series::Bar;
use clap::ValueEnum;

/// How many neighbouring numbers a price may be off: the products and quotients of an adjustment round a few times.
const NEIGHBOURS: f64 = 8.0;

/// How far a price may be off otherwise.
const PERCENT: f64 = 0.01;

/// What is done about a high below another price of its bar, or a low above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Repair {
    /// The row is skipped.
    None,
    /// The high or low is widened if it is off by rounding: at most 8 units in the last place.
    #[default]
    Ulp,
    /// The high or low is widened if it is off by at most 1 %.
    Percent,
}

impl Repair {
    /// The bar with its high and low widened, and what was done; `None` if nothing is to be done, or more than this allows.
    pub(crate) fn repaired(self, bar: Bar, slack: f64) -> Option<(Bar, String)> {
        let Bar { open, high, low, close, .. } = bar;
        let slack = match self {
            Self::None => return None,
            Self::Ulp => NEIGHBOURS * slack,
            Self::Percent => PERCENT,
        };
        let (highest, lowest) = (open.max(close).max(low).max(high), open.min(close).min(high).min(low));
        let allowed = slack * highest.abs().max(lowest.abs());
        let is_near = highest - high <= allowed && low - lowest <= allowed;
        let is_off = highest > high || lowest < low;
        (is_near && is_off && [open, high, low, close].iter().all(|price| price.is_finite())).then(|| {
            let remark = match (highest > high, lowest < low) {
                (true, false) => format!("high {high} widened to {highest}"),
                (false, _) => format!("low {low} widened to {lowest}"),
                (true, true) => format!("high {high} widened to {highest}, low {low} to {lowest}"),
            };
            (Bar { high: highest, low: lowest, ..bar }, remark)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rounding_does_is_repaired() {
        let bar = |high: f64, low: f64| Bar { time: 0, open: 100.0, high, low, close: 99.0, volume: 1.0 };
        let ulp = 100.0 * f64::EPSILON;
        let widened = |repair: Repair, bar| repair.repaired(bar, f64::EPSILON).map(|(bar, _)| (bar.high, bar.low));
        assert_eq!(widened(Repair::Ulp, bar(100.0 - ulp, 99.0)), Some((100.0, 99.0)));
        assert_eq!(widened(Repair::Ulp, bar(101.0, 99.0 + ulp)), Some((101.0, 99.0)));
        assert_eq!(widened(Repair::Ulp, bar(100.0 - 1e-9, 99.0)), None);
        assert_eq!(widened(Repair::Percent, bar(99.5, 99.5)), Some((100.0, 99.0)));
        assert_eq!(widened(Repair::Percent, bar(98.0, 98.0)), None);
        assert_eq!(widened(Repair::None, bar(100.0 - ulp, 99.0)), None);
        assert_eq!(widened(Repair::Ulp, bar(101.0, 98.0)), None, "nothing to do");
        assert_eq!(widened(Repair::Percent, bar(f64::NAN, 98.0)), None);
    }
}
