//! Spinning Top.

use crate::indicator::pattern::settings::{SHORT_FACTOR, SHORT_PERIOD};
use crate::indicator::pattern::shape::{CANDLE, candles, either, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Spinning Top.
pub(in crate::indicator) static CDL_SPINNINGTOP: Indicator = Indicator {
    name: "cdl_spinningtop",
    title: "Spinning Top",
    summary: "A short body with longer shadows on both sides.",
    formula: "a is short and both its shadows are longer than its body: 100 where it is white, -100 where it is black",
    source: "TA-Lib 0.8.3 CDLSPINNINGTOP",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[SHORT_PERIOD, SHORT_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 0, |s| {
            let [a] = candles();
            let spins = a.upper_shadow().above(a.body()) & a.lower_shadow().above(a.body());
            either(spins & s.short(a), a.white(), a.black())
        })
    },
};
