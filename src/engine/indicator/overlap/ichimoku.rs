//! Ichimoku Kinko Hyo.

use crate::indicator::builders::midrange;
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Aligned, Average};

/// Ichimoku Kinko Hyo.
pub(in crate::indicator) static ICHIMOKU: Indicator = Indicator {
    name: "ichimoku",
    title: "Ichimoku Kinko Hyo",
    summary: "The range midpoints of three windows; the outputs are not shifted.",
    formula: "tenkan, kijun and spanb = (max(high) + min(low)) / 2 of their windows; spana = (tenkan + kijun) / 2; on charts the spans are plotted `kijun` bars ahead",
    source: "TA-Lib 0.8.3 ICHIMOKU",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::bars("tenkan", 9, 2, "the window of the conversion line, in bars"),
        Param::bars("kijun", 26, 2, "the window of the base line, in bars"),
        Param::bars("senkoub", 52, 2, "the window of the second leading span, in bars"),
    ],
    outputs: &[
        Output { name: "tenkan", help: "the conversion line" },
        Output { name: "kijun", help: "the base line" },
        Output { name: "spana", help: "the first leading span" },
        Output { name: "spanb", help: "the second leading span" },
    ],
    build: |graph, args| {
        let bars = args.inputs();
        let windows = ["tenkan", "kijun", "senkoub"].map(|name| args.integer(name));
        let [tenkan, kijun, spanb] = windows.map(|window| midrange(graph, bars, window));
        let spana = graph.add(Average { inputs: 2 }, &[tenkan, kijun]);
        let ahead = i32::try_from(windows[1]).expect("the window is shorter than this");
        let all = [(tenkan, 0), (kijun, 0), (spana, ahead), (spanb, ahead)];
        let aligned = |(line, shift)| {
            let line = graph.add(Aligned, &[line, tenkan, kijun, spanb]);
            if shift == 0 { line } else { graph.displayed(line, shift) }
        };
        all.into_iter().map(aligned).collect()
    },
};
