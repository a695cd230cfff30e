//! Modified Hikkake Pattern.

use crate::indicator::pattern::settings::{NEAR_FACTOR, NEAR_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, Candle, always, candles, confirmed, first_of, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Modified Hikkake Pattern.
pub(in crate::indicator) static CDL_HIKKAKEMOD: Indicator = Indicator {
    name: "cdl_hikkakemod",
    title: "Modified Hikkake Pattern",
    summary: "Two nested inside bars, a potentially false breakout, and a later close that confirms the reversal.",
    formula: "the range of b is within that of a and that of c within that of b; d has a lower high and a lower low than c and b closes near its low: 100, or both are higher and b closes near its high: -100; at one of the next three bars, unless the pattern recurs, the first close above the high of c: 200, or below its low: -200",
    source: "TA-Lib 0.8.3 CDLHIKKAKEMOD",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[NEAR_PERIOD, NEAR_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        // TA-Lib treats a near period below 1 as 1.
        let before = if args.integer("near_period") == 0 { 6 } else { 5 };
        pattern(graph, args, before, |s| {
            let [a, b, c, newest] = candles();
            let inside = || c.inside(b) & b.inside(a);
            let up = || inside() & newest.lower(c) & b.close().at_most(b.low() + s.near(b));
            let down = || inside() & newest.higher(c) & b.close().at_least(b.high() - s.near(b));
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
