//! Relative Volume at Time.

use std::collections::BTreeMap;

use crate::indicator::session::{SessionSum, UTC_OFFSET, day, time_of_day};
use crate::indicator::{Group, Indicator, Input, Kind, Output, Param};
use crate::kernel::{Field, Fields, Kernel, Memory, NeumaierSum, State, parameters};

/// The most preceding days.
const DAYS_MAX: usize = 30;

/// Relative Volume at Time.
pub(in crate::indicator) static RVOL_TIME: Indicator = Indicator {
    name: "rvol_time",
    title: "Relative Volume at Time",
    summary: "The volume as a multiple of its average at the same time of day on previous days.",
    formula: "v / mean of v over the last `days` bars that opened at the same second of the day, the current bar excluded; mode=regular: v = volume; mode=cumulative: v = sum of volume since the day began; NaN while there are fewer such bars, and where that mean is 0",
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
    ],
    outputs: Output::ONE,
    build: |graph, args| {
        let [volume, time] = args.inputs();
        let place = time_of_day(graph, time, args);
        let traded = match args.choice("mode") {
            "cumulative" => {
                let day = day(graph, time, args);
                graph.add(SessionSum, &[day, volume])
            }
            _ => volume,
        };
        let usual = graph.add(Usual { values: args.integer("days") }, &[place, traded]);
        vec![graph.ratio([traded, usual], f64::NAN)]
    },
};

/// Inputs: time slot and value. The mean of the preceding values of the same slot, once there are enough.
#[derive(Debug, Clone)]
struct Usual {
    values: usize,
}

parameters!(Usual { values });

impl Kernel for Usual {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(Remembering { most: self.values, places: BTreeMap::new() })
    }
}

#[derive(Clone)]
struct Remembering {
    most: usize,
    /// Keyed by the second of the day.
    places: BTreeMap<usize, Place>,
}

/// The latest values of a time slot.
#[derive(Clone, Default)]
struct Place {
    second: usize,
    /// A ring buffer, once it is full.
    values: Vec<f64>,
    oldest: usize,
}

impl Field for Place {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        self.second.visit(fields);
        fields.list(&mut self.values, DAYS_MAX);
        fields.below(&mut self.oldest, self.values.len().max(1));
    }
}

impl Place {
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

impl Remembering {
    fn step(&mut self, second: f64, value: f64) -> f64 {
        if !second.is_finite() || !value.is_finite() {
            return f64::NAN;
        }
        let second = second as usize;
        let place = self.places.entry(second).or_insert_with(|| Place { second, ..Place::default() });
        place.mean_and_take(value, self.most)
    }
}

impl State for Remembering {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        for (at, output) in outputs[0].iter_mut().enumerate() {
            *output = self.step(inputs[0][at], inputs[1][at]);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        let mut places: Vec<Place> = std::mem::take(&mut self.places).into_values().collect();
        fields.list(&mut places, usize::MAX);
        if !places.is_sorted_by(|one, next| one.second < next.second) {
            fields.refuse();
        }
        self.places = places.into_iter().map(|place| (place.second, place)).collect();
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
