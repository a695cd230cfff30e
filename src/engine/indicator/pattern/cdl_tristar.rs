//! Tristar Pattern.

use crate::indicator::pattern::settings::{DOJI_FACTOR, DOJI_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Tristar Pattern.
pub(in crate::indicator) static CDL_TRISTAR: Indicator = Indicator {
    name: "cdl_tristar",
    title: "Tristar Pattern",
    summary: "Three doji, the middle one gapping away from the first.",
    formula: "all three are doji by the doji limit of a; the body of b is above that of a and c is not higher: -100; the body of b is below that of a and c is not lower: 100",
    source: "TA-Lib 0.8.3 CDLTRISTAR",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[DOJI_PERIOD, DOJI_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |s| {
            let [a, b, c] = candles();
            let dojis = s.doji_at(a, a) & s.doji_at(b, a) & s.doji_at(c, a);
            either(dojis, b.gaps_down(a) & c.bottom().above(b.bottom()), b.gaps_up(a) & c.top().below(b.top()))
        })
    },
};
