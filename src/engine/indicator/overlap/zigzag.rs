//! ZigZag.

use std::array::from_fn;

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::simd::vector8::{Vector8, vectored};
use crate::kernel::{Field, Fields, Kernel, Memory, State, all_exist, parameters};

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
        let share = args.real("sensitivity") / 100.0;
        graph.add_all::<_, 3>(Swings { share, bars: args.integer("min_bars") }, &bars).into()
    },
};

/// The number of bars that are advanced by at once.
const WIDTH: usize = 8;

/// The numbers of the bars of a block.
const NUMBERS: [f64; WIDTH] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

/// The swings from high and low.
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
        Box::new(SwingsState { swings: self.clone(), unseen: self.bars, fed: 0.0, swing: None })
    }
}

#[derive(Clone)]
struct SwingsState {
    swings: Swings,
    unseen: usize,
    /// The number of bars so far.
    fed: f64,
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
    fn go<V: Vector8, const RISING: bool>(
        &mut self,
        swings: &Swings,
        (inputs, first): ([&[f64]; 2], f64),
        price: &mut [f64],
        pivot: &mut [f64],
    ) -> usize {
        let mut at = 0;
        loop {
            at += self.go_blocks::<V, RISING>(
                swings,
                (inputs.map(|input| &input[at..]), first + at as f64),
                &mut price[at..],
                &mut pivot[at..],
            );
            // A reversal may be in the next block, or the bars end there.
            let end = price.len().min(at + WIDTH);
            let bars = at..end;
            let block = (inputs.map(|input| &input[bars.clone()]), first + at as f64);
            at += self.go_bars::<RISING>(swings, block, &mut price[bars.clone()], &mut pivot[bars]);
            if at < end || at == price.len() {
                return at;
            }
        }
    }

    /// Advances by full blocks without a bar that may reverse the swing, and returns the number of bars.
    ///
    /// The extreme price so far is a prefix scan: the larger of two is associative, and may be taken twice.
    #[inline(always)]
    fn go_blocks<V: Vector8, const RISING: bool>(
        &mut self,
        swings: &Swings,
        ([high, low], first): ([&[f64]; 2], f64),
        price: &mut [f64],
        pivot: &mut [f64],
    ) -> usize {
        let (ahead, back) = if RISING { (high, low) } else { (low, high) };
        let bars = ahead.as_chunks::<WIDTH>().0.iter().zip(back.as_chunks::<WIDTH>().0);
        let (mut number, width) = (V::load(&NUMBERS) + V::splat(first), V::splat(WIDTH as f64));
        let outputs = price.as_chunks_mut::<WIDTH>().0.iter_mut().zip(pivot.as_chunks_mut::<WIDTH>().0);
        let (one, limit) = (V::splat(1.0), V::splat(swings.limit(RISING)));
        let (mut extreme, mut pivot) = (V::splat(self.extreme), V::splat(self.number));
        let mut blocks = 0;
        for ((ahead, back), (prices, pivots)) in bars.zip(outputs) {
            let (ahead, back) = (V::load(ahead), V::load(back));
            let local = prefix_extreme::<V, RISING>(ahead);
            let extremes = further::<V, RISING>(local, extreme);
            let before = extremes.one_before(extreme);
            let limits = before * limit;
            let is_inside = if RISING { one.where_greater(back, limits) } else { one.where_greater(limits, back) };
            if is_inside.zeros() != 0 {
                break;
            }
            // The numbers of the bars that reach the extreme, else 0: the largest is the newest.
            let short = if RISING { number.where_greater(before, ahead) } else { number.where_greater(ahead, before) };
            let local_pivots = prefix_extreme::<V, true>(number - short);
            extremes.store(prices);
            local_pivots.larger(pivot).store(pivots);
            extreme = further::<V, RISING>(V::spread(local.last()), extreme);
            pivot = V::spread(local_pivots.last()).larger(pivot);
            number = number + width;
            blocks += 1;
        }
        (self.extreme, self.number) = (extreme.first(), pivot.first());
        blocks * WIDTH
    }

    /// As `go`, bar by bar.
    #[inline(always)]
    fn go_bars<const RISING: bool>(
        &mut self,
        swings: &Swings,
        ([high, low], first): ([&[f64]; 2], f64),
        price: &mut [f64],
        pivot: &mut [f64],
    ) -> usize {
        let len = price.len();
        let (ahead, back) = if RISING { (high, low) } else { (low, high) };
        let bars = swings.bars as f64;
        for at in 0..len {
            let number = first + at as f64;
            let limit = self.extreme * swings.limit(RISING);
            let reached = if RISING { back[at] <= limit } else { back[at] >= limit };
            if reached && number - self.number >= bars {
                return at;
            }
            let reaches = if RISING { ahead[at] >= self.extreme } else { ahead[at] <= self.extreme };
            let beyond = if RISING { ahead[at] > self.extreme } else { ahead[at] < self.extreme };
            self.number = if reaches { number } else { self.number };
            self.extreme = if beyond { ahead[at] } else { self.extreme };
            (price[at], pivot[at]) = (self.extreme, self.number);
        }
        len
    }
}

impl Swings {
    /// The factor of the extreme price at which a swing reverses.
    #[inline(always)]
    fn limit(&self, rising: bool) -> f64 {
        if rising { 1.0 - self.share } else { 1.0 + self.share }
    }
}

/// The larger of two numbers, or the smaller.
#[inline(always)]
fn further<V: Vector8, const RISING: bool>(one: V, other: V) -> V {
    if RISING { one.larger(other) } else { one.smaller(other) }
}

/// The extreme of the lanes up to each.
#[inline(always)]
fn prefix_extreme<V: Vector8, const RISING: bool>(values: V) -> V {
    let pairs = further::<V, RISING>(values, values.first_of_pairs());
    let quads = further::<V, RISING>(pairs, pairs.first_pair_of_halves());
    further::<V, RISING>(quads, quads.broadcast_3(quads))
}

vectored! {
    /// Processes one or more bars without NaN; returns the swing at the last.
    fn swing(
        swings: &Swings,
        before: Option<Swing>,
        bars: ([&[f64]; 2], f64),
        outputs: [&mut [f64]; 3],
    ) -> Swing {
        let ((inputs, first), [price, trend, pivot]) = (bars, outputs);
        let [high, low] = inputs;
        // A swing starts at its extreme bar, which can neither extend nor reverse it.
        let begin = |rising, at: usize| {
            Swing { rising, extreme: if rising { high[at] } else { low[at] }, number: first + at as f64 }
        };
        let mut swing = before.unwrap_or_else(|| begin(false, 0));
        let mut at = 0;
        loop {
            let rest = (inputs.map(|input| &input[at..]), first + at as f64);
            let (price, pivot) = (&mut price[at..], &mut pivot[at..]);
            // Reversals are rare, so each direction has its own loop without a test for it.
            let bars = if swing.rising {
                swing.go::<V, true>(swings, rest, price, pivot)
            } else {
                swing.go::<V, false>(swings, rest, price, pivot)
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
    fn run(&mut self, inputs: [&[f64]; 2], mut outputs: [&mut [f64]; 3]) {
        let bars = (inputs, self.fed);
        self.swing = Some(swing(&self.swings, self.swing, bars, outputs.each_mut().map(|output| &mut **output)));
        self.fed += inputs[0].len() as f64;
        let unseen = self.unseen.min(inputs[0].len());
        self.unseen -= unseen;
        outputs.iter_mut().for_each(|output| output[..unseen].fill(f64::NAN));
    }
}

impl State for SwingsState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let inputs: [&[f64]; 2] = from_fn(|i| inputs[i]);
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
                self.fed += 1.0;
            }
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.unseen, &mut self.fed, &mut self.swing]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
