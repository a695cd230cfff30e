//! Hikkake Pattern.

use crate::indicator::pattern::shape::{CANDLE, Candle, always, candles, confirmed, first_of, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Hikkake Pattern.
pub(in crate::indicator) static CDL_HIKKAKE: Indicator = Indicator {
    name: "cdl_hikkake",
    title: "Hikkake Pattern",
    summary: "An inside bar, a potentially false breakout, and a later close that confirms the reversal.",
    formula: "the range of b is within that of a and c has a lower high and a lower low: 100, or a higher high and a higher low: -100; at one of the next three bars, unless the pattern recurs, the first close above the high of b: 200, or below its low: -200",
    source: "TA-Lib 0.8.3 CDLHIKKAKE",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 5, |_| {
            let [a, b, newest] = candles();
            let up = || b.inside(a) & newest.lower(b);
            let down = || b.inside(a) & newest.higher(b);
            let known = || up() | down();
            let above = |lag: usize| newest.close().above(Candle::lag(lag + 1).high());
            let below = |lag: usize| newest.close().below(Candle::lag(lag + 1).low());
            first_of(
                always(),
                [
                    (100.0, up()),
                    (-100.0, down()),
                    (200.0, confirmed(up, known, above)),
                    (-200.0, confirmed(down, known, below)),
                ],
            )
        })
    },
};
