//! Trend versus Cycle Mode.

use crate::indicator::builders::{PHASE_FIRST, PHASE_SHOWN, Rotation, phase, sines, trendline};
use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Sequential, WarmUp, parameters, sequential};

/// Trend versus Cycle Mode.
pub(in crate::indicator) static HT_TRENDMODE: Indicator = Indicator {
    name: "ht_trendmode",
    title: "Trend versus Cycle Mode",
    summary: "1 in trend mode, 0 in cycle mode.",
    formula: "0 for half a cycle after sine and lead cross, and while the phase advances by 0.67 to 1.5 times 360 / period; but 1 wherever the smoothed price is 1.5 % or more from the trendline; else 1",
    source: "TA-Lib 0.8.3 HT_TRENDMODE",
    group: Group::Cycle,
    revision: 2,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();

        let rotation = Rotation::of(graph, x, PHASE_FIRST);
        let phase = phase(graph, rotation);
        let [sine, lead] = sines(graph, phase);
        let line = trendline(graph, x, rotation);
        let mode = graph.add(Mode, &[rotation.smooth, rotation.period, phase, sine, lead, line]);
        vec![graph.add(WarmUp { bars: PHASE_SHOWN - PHASE_FIRST }, &[mode])]
    },
};

/// The mode from smoothed price, cycle period, phase, sine, lead sine and trendline.
#[derive(Debug, Clone)]
struct Mode;

parameters!(Mode);

#[derive(Clone)]
struct ModeState {
    /// The number of bars since sine and lead sine crossed.
    since: f64,
    phase: f64,
    sine: f64,
    lead: f64,
}

impl Sequential<6, 1> for ModeState {
    #[inline(always)]
    fn step(&mut self, [smooth, period, phase, sine, lead, line]: [f64; 6]) -> [f64; 1] {
        let up = sine > lead && self.sine <= self.lead;
        let down = sine < lead && self.sine >= self.lead;
        self.since = if up || down { 1.0 } else { self.since + 1.0 };
        let steps = (phase - self.phase) * period / 360.0;
        let cycle = up || down || self.since < 0.5 * period || (steps > 0.67 && steps < 1.5);
        (self.phase, self.sine, self.lead) = (phase, sine, lead);
        let far = line != 0.0 && ((smooth - line) / line).abs() >= 0.015;
        [if far || !cycle { 1.0 } else { 0.0 }]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.since, &mut self.phase, &mut self.sine, &mut self.lead]);
    }
}

sequential!(Mode: 6 => 1, |_| 0, |_| ModeState { since: 0.0, phase: 0.0, sine: 0.0, lead: 0.0 });
