//! Waddah Attar Explosion.

use crate::indicator::builders::{atr, price_oscillator};
use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{Change, NegativePart, PositivePart, StandardDeviation};

/// Waddah Attar Explosion.
pub(in crate::indicator) static WADDAH_ATTAR: Indicator = Indicator {
    name: "waddah_attar",
    title: "Waddah Attar Explosion",
    summary: "The change of MACD against the width of Bollinger bands and a dead zone: strength, volatility and noise of a move.",
    formula: "d = sensitivity * (ma - ma[1]); ma = ema(close, fast) - ema(close, slow); up = max(d, 0); down = max(-d, 0); explosion = 2 * deviations * stddev(close, channel); dead_zone = noise * atr(atr)",
    source: "LazyBear on TradingView, Waddah Attar Explosion V2",
    group: Group::Momentum,
    revision: 2,
    inputs: &[Input::HIGH, Input::LOW, Input::CLOSE],
    params: &[
        Param::real("sensitivity", 150.0, 0.0, 3e37, "the multiplier of the change of MACD"),
        Param::bars("fast", 20, 1, "the period of the fast average, in bars"),
        Param::bars("slow", 40, 1, "the period of the slow average, in bars"),
        Param::bars("channel", 20, 1, "the number of bars of the Bollinger bands"),
        Param::real("deviations", 2.0, 0.0, 3e37, "the half width of the bands, in standard deviations"),
        Param::real("noise", 3.7, 0.0, 3e37, "the dead zone, in average true ranges"),
        Param::bars("atr", 100, 1, "the period of the average true range, in bars"),
    ],
    outputs: &[
        Output { name: "up", help: "the strength of a rise" },
        Output { name: "down", help: "the strength of a fall" },
        Output { name: "explosion", help: "the width of the bands" },
        Output { name: "dead_zone", help: "below it a move is noise" },
    ],
    build: |graph, args| {
        let bars: [Port; 3] = args.inputs();
        let close = bars[2];
        let periods = ["fast", "slow"].map(|name| args.integer(name));
        let [line, _] = price_oscillator(graph, close, "ema", periods);
        let change = graph.add(Change { bars: 1 }, &[line]);
        let trend = graph.scaled(change, args.real("sensitivity"));
        let deviation = graph.add(StandardDeviation { window: args.integer("channel"), ddof: 0 }, &[close]);
        let range = atr(graph, bars, args.integer("atr"));
        vec![
            graph.add(PositivePart, &[trend]),
            graph.add(NegativePart, &[trend]),
            graph.scaled(deviation, 2.0 * args.real("deviations")),
            graph.scaled(range, args.real("noise")),
        ]
    },
};
