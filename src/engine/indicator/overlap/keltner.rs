//! Keltner Channels in the variants of several programs.

use crate::indicator::builders::{KC_OUTPUTS, channel_bands, ema_from_first, sma, with_atr};
use crate::indicator::{Group, Indicator, Input, Param, Port};
use crate::kernel::{Arithmetic, Average, Binary, Previous, TrueRange};

/// Keltner Channels in the variants of several programs.
pub(in crate::indicator) static KELTNER: Indicator = Indicator {
    name: "keltner",
    title: "Keltner Channels (variants)",
    summary: "An average price with bands a multiple of the average range above and below it, in the variants of several programs.",
    formula: "upper and lower = middle +- nbdev * range; t = (high + low + close) / 3, r = true range; mode=stockcharts: middle = ema(close, period), range = atr(atr); mode=talib: ema(t, period) and atr(atr), as kc; mode=pine: ema(close, period, seed=first) and ema(r, period, seed=first); mode=lean: sma(t, period) and sma(r, period), the first range being high - low; mode=original: sma(t, period) and sma(high - low, period)",
    source: "StockCharts, TA-Lib 0.8.3 KC, Pine Script ta.kc, QuantConnect Lean, Chester Keltner, How to Make Money in Commodities, 1960",
    group: Group::Overlap,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::choice(
            "mode",
            &["stockcharts", "talib", "pine", "lean", "original"],
            "the program whose definition is used",
        ),
        Param::bars("period", 20, 2, "the period of the moving average, in bars"),
        Param::bars("atr", 10, 1, "the period of the average true range in modes stockcharts and talib, in bars"),
        Param::real("nbdev", 2.0, -3e37, 3e37, "the band multiplier, in average ranges"),
    ],
    outputs: KC_OUTPUTS,
    build: |graph, args| {
        let inputs: [Port; 3] = args.inputs();
        let [high, low, close] = inputs;
        let period = args.integer("period");
        let typical = graph.add(Average { inputs: 3 }, &inputs);
        let averages = match args.choice("mode") {
            "talib" => with_atr(graph, typical, inputs, [period, args.integer("atr")]),
            "pine" => {
                let range = graph.add(TrueRange { first: false }, &inputs);
                [close, range].map(|x| ema_from_first(graph, x, period))
            }
            "lean" => {
                // The first bar follows its own close.
                let before = graph.add(Previous, &[close, close]);
                let high = graph.add(Arithmetic { op: Binary::Max }, &[high, before]);
                let low = graph.add(Arithmetic { op: Binary::Min }, &[low, before]);
                let range = graph.minus([high, low]);
                [typical, range].map(|x| sma(graph, x, period))
            }
            "original" => {
                let range = graph.minus([high, low]);
                [typical, range].map(|x| sma(graph, x, period))
            }
            _ => with_atr(graph, close, inputs, [period, args.integer("atr")]),
        };
        channel_bands(graph, averages, args.real("nbdev"))
    },
};
