//! Mat Hold.

use crate::indicator::pattern::settings::{LONG_FACTOR, LONG_PERIOD, SHORT_FACTOR, SHORT_PERIOD, penetration};
use crate::indicator::pattern::shape::{CANDLE, bullish, candles, pattern};
use crate::indicator::{Group, Indicator, Output};

/// Mat Hold.
pub(in crate::indicator) static CDL_MATHOLD: Indicator = Indicator {
    name: "cdl_mathold",
    title: "Mat Hold",
    summary: "A long white candle, three short ones that retrace little of it, and a white candle to new highs.",
    formula: "a is white and long; b is black and short with its body above that of a; c and d are short, reach into the body of a by no more than `penetration`, and the tops of b, c and d fall; e is white, opens above the close of d and closes above the highs of b, c and d: 100",
    source: "TA-Lib 0.8.3 CDLMATHOLD",
    group: Group::Pattern,
    revision: 1,
    inputs: CANDLE,
    params: &[penetration(0.5), SHORT_PERIOD, SHORT_FACTOR, LONG_PERIOD, LONG_FACTOR],
    outputs: Output::ONE,
    build: |graph, args| {
        pattern(graph, args, 4, |s| {
            let [a, b, c, d, e] = candles();
            let floor = || a.close() - a.body_part(s.penetration());
            bullish(
                a.white()
                    & b.black()
                    & e.white()
                    & b.gaps_up(a)
                    & s.short(b)
                    & s.short(c)
                    & s.short(d)
                    & s.long(a)
                    & c.top().below(b.open())
                    & d.top().below(c.top())
                    & c.bottom().below(a.close())
                    & d.bottom().below(a.close())
                    & e.open().above(d.close())
                    & e.close().above(b.high())
                    & e.close().above(c.high())
                    & e.close().above(d.high())
                    & c.bottom().above(floor())
                    & d.bottom().above(floor()),
            )
        })
    },
};
