//! ZigZag.

use std::array::from_fn;
use std::hint::select_unpredictable;

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::simd::dispatch::leveled;
use crate::kernel::{BarIndex, Field, Fields, Kernel, Memory, State, all_exist, parameters};

/// ZigZag.
pub(in crate::indicator) static ZIGZAG: Indicator = Indicator {
    name: "zigzag",
    title: "ZigZag",
    summary: "The extreme price of the current swing; values are final at each bar and never repainted.",
    formula: "an up swing reverses where the low is at least sensitivity percent below its highest high and that high is at least min_bars bars old, else the high may become the new extreme; a down swing likewise; the first swing is down, from the first low",
    source: "TA-Lib 0.8.3 ZIGZAG",
    group: Group::Overlap,
    revision: 1,
    inputs: &[Input::HIGH, Input::LOW],
    params: &[
        Param::real(
            "sensitivity",
            5.0,
            0.0,
            100.0,
            "the percentage retracement from the extreme price that reverses the swing",
        ),
        Param::bars("min_bars", 1, 1, "the fewest bars from the extreme price to the reversal"),
    ],
    outputs: &[
        Output { name: "price", help: "the extreme price of the swing" },
        Output { name: "trend", help: "1 while the swing is up, -1 while it is down" },
        Output { name: "pivot", help: "the absolute index in the series of the extreme price" },
    ],
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let number = graph.add(BarIndex, &[bars[0]]);
        let inputs = [bars[0], bars[1], number];
        let share = args.real("sensitivity") / 100.0;
        graph.add_all::<_, 3>(Swings { share, bars: args.integer("min_bars") }, &inputs).into()
    },
};

/// The swings from high, low and the bar index.
#[derive(Debug, Clone)]
struct Swings {
    share: f64,
    bars: usize,
}

parameters!(Swings { share, bars });

impl Kernel for Swings {
    fn outputs(&self) -> usize {
        3
    }

    fn lookback(&self) -> usize {
        self.bars
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(SwingsState { swings: self.clone(), unseen: self.bars, swing: None })
    }
}

#[derive(Clone)]
struct SwingsState {
    swings: Swings,
    unseen: usize,
    /// Nothing before the first bar.
    swing: Option<Swing>,
}

/// A swing, its extreme price, and the index of that bar.
#[derive(Clone, Copy, Default)]
struct Swing {
    rising: bool,
    extreme: f64,
    number: f64,
}

impl Field for Swing {
    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.rising, &mut self.extreme, &mut self.number]);
    }
}

impl Swing {
    /// Advances until the swing reverses and returns the index of that bar; `RISING` is its direction.
    #[inline(always)]
    fn go<const RISING: bool>(
        &mut self,
        swings: &Swings,
        [high, low, number]: [&[f64]; 3],
        price: &mut [f64],
        pivot: &mut [f64],
    ) -> usize {
        let len = price.len();
        let (ahead, back) = if RISING { (high, low) } else { (low, high) };
        let (ahead, back, number, pivot) = (&ahead[..len], &back[..len], &number[..len], &mut pivot[..len]);
        let limit = if RISING { 1.0 - swings.share } else { 1.0 + swings.share };
        let bars = swings.bars as f64;
        for at in 0..len {
            let limit = self.extreme * limit;
            let reached = if RISING { back[at] <= limit } else { back[at] >= limit };
            if reached && number[at] - self.number >= bars {
                return at;
            }
            // Branch-free: which bar makes the new extreme is unpredictable.
            let further = if RISING { ahead[at] >= self.extreme } else { ahead[at] <= self.extreme };
            let beyond = if RISING { ahead[at] > self.extreme } else { ahead[at] < self.extreme };
            self.number = select_unpredictable(further, number[at], self.number);
            self.extreme = if beyond { ahead[at] } else { self.extreme };
            (price[at], pivot[at]) = (self.extreme, self.number);
        }
        len
    }
}

leveled! {
    /// Processes one or more bars without NaN; returns the swing at the last.
    fn swing(
        swings: &Swings,
        before: Option<Swing>,
        inputs: [&[f64]; 3],
        outputs: [&mut [f64]; 3],
    ) -> Swing {
        let ([high, low, number], [price, trend, pivot]) = (inputs, outputs);
        // A swing starts at its extreme bar, which can neither extend nor reverse it.
        let begin = |rising, at: usize| {
            Swing { rising, extreme: if rising { high[at] } else { low[at] }, number: number[at] }
        };
        let mut swing = before.unwrap_or_else(|| begin(false, 0));
        let mut at = 0;
        loop {
            let (rest, price, pivot) = (inputs.map(|input| &input[at..]), &mut price[at..], &mut pivot[at..]);
            // Reversals are rare, so each direction has its own loop without a test for it.
            let bars = if swing.rising {
                swing.go::<true>(swings, rest, price, pivot)
            } else {
                swing.go::<false>(swings, rest, price, pivot)
            };
            trend[at..at + bars].fill(if swing.rising { 1.0 } else { -1.0 });
            at += bars;
            if at == trend.len() {
                return swing;
            }
            swing = begin(!swing.rising, at);
        }
    }
}

impl SwingsState {
    /// Processes bars without NaN.
    fn run(&mut self, inputs: [&[f64]; 3], mut outputs: [&mut [f64]; 3]) {
        self.swing = Some(swing(&self.swings, self.swing, inputs, outputs.each_mut().map(|output| &mut **output)));
        let unseen = self.unseen.min(inputs[0].len());
        self.unseen -= unseen;
        outputs.iter_mut().for_each(|output| output[..unseen].fill(f64::NAN));
    }
}

impl State for SwingsState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let inputs: [&[f64]; 3] = from_fn(|i| inputs[i]);
        let [price, trend, pivot] = outputs else { unreachable!("a state is fed as many outputs as it has") };
        if inputs.iter().all(|input| all_exist(input)) {
            return self.run(inputs, [price, trend, pivot]);
        }
        for at in 0..price.len() {
            let bar = inputs.map(|input| &input[at..=at]);
            let mut values = [&mut price[at..=at], &mut trend[at..=at], &mut pivot[at..=at]];
            if bar.iter().all(|input| all_exist(input)) {
                self.run(bar, values);
            } else {
                values.iter_mut().for_each(|value| value.fill(f64::NAN));
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.unseen, &mut self.swing]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
