//! Relative Volume at Time.

use std::collections::BTreeMap;

use crate::indicator::session::{CALENDAR, SessionSum, UTC_OFFSET, day, time_of_day};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Field, Fields, Kernel, Memory, NeumaierSum, State, parameters};

/// The most preceding days.
const DAYS_MAX: usize = 30;

/// Relative Volume at Time.
pub(in crate::indicator) static RVOL_TIME: Indicator = Indicator {
    name: "rvol_time",
    title: "Relative Volume at Time",
    summary: "The volume as a multiple of its average at the same time of day on previous days.",
    formula: "v / mean of v over the last `days` bars that opened at the same second of the day (of the session, with the calendar of an exchange), the current bar excluded; mode=regular: v = volume; mode=cumulative: v = sum of volume since the day began; NaN while there are fewer such bars, and where that mean is 0",
    source: "TradingView, Relative Volume at Time",
    group: Group::Volume,
    revision: 1,
    inputs: &[Input::VOLUME, Input::Time],
    params: &[
        Param {
            name: "days",
            kind: Kind::Integer { default: 10, min: 1, max: DAYS_MAX },
            help: "the number of preceding bars in the average",
        },
        Param::choice("mode", &["regular", "cumulative"], "the compared volume"),
        UTC_OFFSET,
        CALENDAR,
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume, time] = args.inputs();
        let values_of_slot = time_of_day(graph, time, args);
        let traded = match args.choice("mode") {
            "cumulative" => {
                let day = day(graph, time, args);
                graph.add(SessionSum, &[day, volume])
            }
            _ => volume,
        };
        let usual = graph.add(SlotMean { values: args.integer("days") }, &[values_of_slot, traded]);
        vec![graph.ratio([traded, usual], f64::NAN)]
    },
};

/// Inputs: time slot and value. The mean of the preceding values of the same slot, once there are enough.
#[derive(Debug, Clone)]
struct SlotMean {
    values: usize,
}

parameters!(SlotMean { values });

impl Kernel for SlotMean {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn cost(&self) -> f64 {
        10.0 + 1.4 * self.values as f64
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SlotMeanState { most: self.values, by_second: BTreeMap::new() })
    }
}

#[derive(Clone)]
struct SlotMeanState {
    most: usize,
    /// Keyed by the second of the day.
    by_second: BTreeMap<usize, SlotValues>,
}

/// The latest values of a time slot.
#[derive(Clone, Default)]
struct SlotValues {
    second: usize,
    /// A ring buffer, once it is full.
    values: Vec<f64>,
    oldest: usize,
}

impl Field for SlotValues {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.second.visit(fields);
        fields.list(&mut self.values, DAYS_MAX);
        fields.below(&mut self.oldest, self.values.len().max(1));
    }
}

impl SlotValues {
    /// The mean of the values, if there are enough, and then one value more.
    fn mean_and_take(&mut self, value: f64, most: usize) -> f64 {
        if self.values.len() < most {
            self.values.push(value);
            return f64::NAN;
        }
        let mut sum = NeumaierSum::default();
        self.values.iter().for_each(|&value| sum.add(value));
        self.values[self.oldest] = value;
        self.oldest = (self.oldest + 1) % most;
        sum.value() / most as f64
    }
}

impl SlotMeanState {
    fn step(&mut self, second: f64, value: f64) -> f64 {
        if !second.is_finite() || !value.is_finite() {
            return f64::NAN;
        }
        let second = second as usize;
        let values_of_slot =
            self.by_second.entry(second).or_insert_with(|| SlotValues { second, ..SlotValues::default() });
        values_of_slot.mean_and_take(value, self.most)
    }
}

impl State for SlotMeanState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, output) in outputs[0].iter_mut().enumerate() {
            *output = self.step(inputs[0][at], inputs[1][at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let mut by_second: Vec<SlotValues> = std::mem::take(&mut self.by_second).into_values().collect();
        fields.list(&mut by_second, usize::MAX);
        if !by_second.is_sorted_by(|one, next| one.second < next.second) {
            fields.invalidate();
        }
        self.by_second = by_second.into_iter().map(|values_of_slot| (values_of_slot.second, values_of_slot)).collect();
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
