//! Engulfing Pattern.

use crate::indicator::pattern::shape::{CANDLE, candles, first_of, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Engulfing Pattern.
pub(in crate::indicator) static CDL_ENGULFING: Indicator = Indicator {
    name: "cdl_engulfing",
    title: "Engulfing Pattern",
    summary: "A body that engulfs the previous body of the opposite color.",
    formula: "b is of the opposite color to a and its body engulfs that of a; 100 where b is white, -100 where it is black; 80 and -80 where one end is equal",
    source: "TA-Lib 0.8.3 CDLENGULFING",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 2, |_| {
            let [a, b] = candles();
            let up = || a.black() & b.white();
            let down = || a.white() & b.black();
            let beyond = b.top().above(a.top()) & b.bottom().below(a.bottom());
            let covers = b.top().at_least(a.top())
                & b.bottom().at_most(a.bottom())
                & (b.top().above(a.top()) | b.bottom().below(a.bottom()));
            first_of(covers, [(100.0, beyond.clone() & up()), (-100.0, beyond & down()), (80.0, up()), (-80.0, down())])
        })
    },
};
