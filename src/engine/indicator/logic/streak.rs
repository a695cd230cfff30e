//! Streak.

use crate::indicator::{Group, Indicator, Input, Output};
use crate::kernel::{Fields, Sequential, parameters, sequential};

/// Streak.
pub(in crate::indicator) static STREAK: Indicator = Indicator {
    name: "streak",
    title: "Streak",
    summary: "The number of consecutive rises, or of consecutive falls as a negative number.",
    formula: "max(streak[1], 0) + 1 where x > x[1]; min(streak[1], 0) - 1 where x < x[1]; 0 where x = x[1]",
    source: "Connors and Alvarez, An Introduction to ConnorsRSI, 2012",
    group: Group::Logic,
    revision: 1,
    inputs: &[Input::CLOSE],
    params: &[],
    outputs: Output::ONE,
    build: |graph, args| {
        let [x] = args.inputs();
        vec![graph.add(Streak, &[x])]
    },
};

/// The number of consecutive rises of the input, or of falls as a negative number.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct Streak;

parameters!(Streak);

#[derive(Clone)]
struct Running {
    before: Option<f64>,
    streak: f64,
}

impl Sequential<1, 1> for Running {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> [f64; 1] {
        let Some(before) = self.before.replace(x) else { return [f64::NAN] };
        let longer = |streak: f64| if streak > 0.0 { streak + 1.0 } else { 1.0 };
        self.streak = match () {
            () if x > before => longer(self.streak),
            () if x < before => -longer(-self.streak),
            () => 0.0,
        };
        [self.streak]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.before, &mut self.streak]);
    }
}

sequential!(Streak: 1 => 1, |_| 1, |_| Running { before: None, streak: 0.0 });
