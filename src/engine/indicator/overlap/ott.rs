//! Optimized Trend Tracker.

use crate::indicator::builders::{TrailingStop, vidya};
use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{ElementwiseMap, elementwise_map, parameters};

/// Optimized Trend Tracker.
pub(in crate::indicator) static OTT: Indicator = Indicator {
    name: "ott",
    title: "Optimized Trend Tracker",
    summary: "A variable index dynamic average, and a stop that trails it by a percentage.",
    formula: "ma = vidya(x, period, cmo); d = ma * percent / 100; long = ma - d, not below long[1] while ma > long[1]; short = ma + d, not above short[1] while ma < short[1]; the side changes where ma crosses long[1] or short[1], initially long; stop = long or short; line = stop * (1 + percent / 200) where ma > stop, else stop * (1 - percent / 200); line is drawn, and compared with ma, two bars later",
    source: "Anil Ozeksi; KivancOzbilgic on TradingView, Optimized Trend Tracker",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[
        Param::bars("period", 2, 1, "the period of the average, in bars"),
        Param::real("percent", 1.4, 0.0, 100.0, "the distance of the stop from the average, in percent"),
        Param::bars("cmo", 9, 2, "the number of changes in the momentum of the average"),
    ],
    outputs: &[
        Output { name: "ma", help: "the average" },
        Output { name: "line", help: "the trend tracker" },
        Output { name: "direction", help: "1 while the stop is below the average, -1 while it is above" },
    ],
    build: |graph, args| {
        let [x] = args.inputs();
        let percent = args.real("percent");
        let average = vidya(graph, x, args.integer("period"), args.integer("cmo"));
        let distance = graph.scaled(average, percent / 100.0);
        let [stop, direction] = graph.add_all(TrailingStop, &[average, distance]);
        let line = graph.add(Tracker { share: percent / 200.0 }, &[average, stop]);
        vec![average, graph.displayed(line, 2), direction]
    },
};

/// The stop, moved towards the average by a share of itself.
#[derive(Debug, Clone)]
struct Tracker {
    share: f64,
}

parameters!(Tracker { share });

impl ElementwiseMap<2, 1> for Tracker {
    #[inline(always)]
    fn values(&self, [average, stop]: [f64; 2]) -> [f64; 1] {
        let share = if average > stop { self.share } else { -self.share };
        [if average.is_nan() { f64::NAN } else { stop * (1.0 + share) }]
    }
}

elementwise_map!(Tracker: 2 => 1);
