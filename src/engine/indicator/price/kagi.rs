//! Kagi.

use crate::indicator::{Group, Indicator, Input, Output, Param};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Kagi.
pub(in crate::indicator) static KAGI: Indicator = Indicator {
    name: "kagi",
    title: "Kagi",
    summary: "The current line of a Kagi chart of closes, at each bar.",
    formula: "a close beyond the end extends the line; a close `reversal` percent of the end back reverses it; the line becomes thick above its latest shoulder (the high of a reversal) and thin below its latest waist (the low of one)",
    source: "Steve Nison, Beyond Candlesticks, 1994",
    group: Group::Price,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[Param::real("reversal", 4.0, 0.0, 100.0, "the percentage retracement that reverses the line")],
    outputs: &[
        Output { name: "line", help: "the end of the line" },
        Output { name: "direction", help: "1 if the line rises, -1 if it falls, 0 before the first line" },
        Output { name: "thickness", help: "1 if the line is thick (yang), -1 if thin (yin), 0 while undetermined" },
    ],
    build: |graph, args| {
        let [close] = args.inputs();
        graph.add_all::<_, 3>(Kagi { share: args.real("reversal") / 100.0 }, &[close]).into()
    },
};

/// Input: close.
#[derive(Debug, Clone)]
struct Kagi {
    share: f64,
}

parameters!(Kagi { share });

#[derive(Clone)]
struct KagiState {
    share: f64,
    line: Option<f64>,
    direction: f64,
    /// The price of the last downward and of the last upward reversal.
    shoulder: f64,
    waist: f64,
    thickness: f64,
}

impl KagiState {
    /// Extends or reverses the line; returns its new end.
    fn draw(&mut self, line: f64, close: f64) -> f64 {
        let turns_up = self.direction <= 0.0 && close > line && close >= line * (1.0 + self.share);
        let turns_down = self.direction >= 0.0 && close < line && close <= line * (1.0 - self.share);
        let is_extension = self.direction * close > self.direction * line;
        if turns_up {
            (self.waist, self.direction) = (if self.direction < 0.0 { line } else { self.waist }, 1.0);
        } else if turns_down {
            (self.shoulder, self.direction) = (if self.direction > 0.0 { line } else { self.shoulder }, -1.0);
        }
        if turns_up || turns_down || is_extension { close } else { line }
    }
}

impl Sequential<1, 3> for KagiState {
    #[inline(always)]
    fn step(&mut self, [close]: [f64; 1]) -> [f64; 3] {
        let line = self.line.unwrap_or(close);
        let line = self.draw(line, close);
        self.line = Some(line);
        if line > self.shoulder {
            self.thickness = 1.0;
        } else if line < self.waist {
            self.thickness = -1.0;
        }
        [line, self.direction, self.thickness]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.line, &mut self.direction]);
        fields.visit(&mut [&mut self.shoulder, &mut self.waist, &mut self.thickness]);
    }
}

sequential!(Kagi: 1 => 3, |_| 0, |kernel| KagiState {
    share: kernel.share,
    line: None,
    direction: 0.0,
    shoulder: f64::INFINITY,
    waist: f64::NEG_INFINITY,
    thickness: 0.0,
});
