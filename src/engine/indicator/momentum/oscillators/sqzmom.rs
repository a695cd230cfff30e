//! Squeeze Momentum.

use crate::indicator::builders::{midrange, regression_line, sma};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{
    Aligned, Average, ElementwiseMap, MeanAndStandardDeviation, TrueRange, elementwise_map, parameters,
};

/// Squeeze Momentum.
pub(in crate::indicator) static SQZMOM: Indicator = Indicator {
    name: "sqzmom",
    title: "Squeeze Momentum",
    summary: "A regression-based momentum, and the degree to which the Bollinger Bands lie within the Keltner Channel (the squeeze).",
    formula: "momentum = linreg(close - ((max(high, kc) + min(low, kc)) / 2 + sma(close, kc)) / 2, kc); squeeze = 3, 2, 1 while the bands sma(close, bb) +- nbdev * stddev(close, bb) lie within sma(close, kc) +- narrow, normal, wide * sma(trange, kc), -1 while they lie outside the wide one, else 0",
    source: "TA-Lib 0.8.3 SQZMOM",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::bars("bb", 20, 2, "the period of the Bollinger Bands, in bars"),
        Param::real("nbdev", 2.0, 0.0, 3e37, "the band multiplier, in standard deviations"),
        Param::bars("kc", 20, 2, "the period of the Keltner Channel and of the regression, in bars"),
        Param::real("wide", 2.0, 0.0, 3e37, "the multiplier of the wide channel, in mean true ranges"),
        Param::real("normal", 1.5, 0.0, 3e37, "the multiplier of the normal channel, in mean true ranges"),
        Param::real("narrow", 1.0, 0.0, 3e37, "the multiplier of the narrow channel, in mean true ranges"),
    ],
    outputs: &[
        Output { name: "momentum", help: "the momentum" },
        Output {
            name: "squeeze",
            help: "3, 2 or 1 while the bands lie within the narrow, normal or wide channel, -1 while they lie outside the wide one, else 0",
        },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let [high, low, close] = bars;
        let (bb, window) = (args.integer("bb"), args.integer("kc"));
        let center = sma(graph, close, window);
        let range_middle = midrange(graph, [high, low], window);
        let anchor = graph.add(Average { inputs: 2 }, &[range_middle, center]);
        let off = graph.minus([close, anchor]);
        let momentum = regression_line(graph, off, window, 0.0);
        let [basis, deviation]: [Port; 2] = graph.add_all(MeanAndStandardDeviation { window: bb, ddof: 0 }, &[close]);
        let half = graph.scaled(deviation, args.real("nbdev"));
        let true_range = graph.add(TrueRange { first: false }, &bars);
        let range = sma(graph, true_range, window);
        let widths = ["wide", "normal", "narrow"].map(|name| args.real(name));
        let squeeze = graph.add(Squeeze { widths }, &[basis, half, center, range]);
        let all = [momentum, squeeze];
        all.map(|x| graph.add(Aligned, &[x, momentum, squeeze])).into()
    },
};

/// The degree to which the bands lie within channels of these widths, widest first.
#[derive(Debug, Clone)]
struct Squeeze {
    widths: [f64; 3],
}

parameters!(Squeeze { widths });

impl ElementwiseMap<4, 1> for Squeeze {
    #[inline(always)]
    fn values(&self, [basis, half, center, range]: [f64; 4]) -> [f64; 1] {
        let (upper, lower) = (basis + half, basis - half);
        let inside = |width: f64| lower > center - width * range && upper < center + width * range;
        let [wide, normal, narrow] = self.widths;
        let outside = lower < center - wide * range && upper > center + wide * range;
        let tightness = if inside(narrow) {
            3.0
        } else if inside(normal) {
            2.0
        } else if inside(wide) {
            1.0
        } else {
            0.0
        };
        let missing = (upper + lower + center + range).is_nan();
        [if missing {
            f64::NAN
        } else if outside && tightness == 0.0 {
            -1.0
        } else {
            tightness
        }]
    }
}

elementwise_map!(Squeeze: 4 => 1);
