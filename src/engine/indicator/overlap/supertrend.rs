//! Supertrend.

use crate::indicator::builders::{POSITIVE_RMA_FIRST, Smoothing};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Supertrend, TrueRange};

/// Supertrend.
pub(in crate::indicator) static SUPERTREND: Indicator = Indicator {
    name: "supertrend",
    title: "Supertrend",
    summary: "A band that trails prices on one side until the close breaks through it.",
    formula: "bands = (high + low) / 2 -+ multiplier * average of trange over period, by ma; each band moves only towards prices until a close beyond it releases it; the trend reverses when the close breaks the band it follows",
    source: "TA-Lib 0.8.3 SUPERTREND",
    group: Group::Overlap,
    revision: 3,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("period", 10, 2, "the period of the average true range, in bars"),
        Param::real("multiplier", 3.0, 0.0, 3e37, "the band multiplier, in average true ranges"),
        Param::choice(
            "ma",
            POSITIVE_RMA_FIRST,
            "the average of the true range: rma (TA-Lib, TradingView), sma (an option of the SuperTrend script by KivancOzbilgic), ema or wma",
        ),
        Param::choice(
            "first_bar",
            &["skipped", "counted"],
            "the first bar of the series, which has no previous close: without a true range (skipped: TA-Lib), or with its high - low as one (counted: TradingView)",
        ),
    ],
    outputs: &[
        Output { name: "line", help: "the price of the band" },
        Output { name: "direction", help: "1 while the band is below prices, -1 while it is above" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let range = graph.add(TrueRange { first: args.choice("first_bar") == "counted" }, &bars);
        let average = Smoothing { kind: args.choice("ma"), period: args.integer("period") };
        let range = average.of(graph, range);
        let [high, low, close] = bars;
        let [line, direction] =
            graph.add_all(Supertrend { multiplier: args.real("multiplier") }, &[high, low, close, range]);
        vec![line, direction]
    },
};
