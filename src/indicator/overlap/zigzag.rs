//! ZigZag.

use std::hint::select_unpredictable;

use crate::indicator::{Group, Indicator, Input, Output, Param, Port};
use crate::kernel::{BarsBefore, Fields, Walk, by_walk};

/// ZigZag.
pub(in crate::indicator) static ZIGZAG: Indicator = Indicator {
    name: "zigzag",
    title: "ZigZag",
    summary: "The furthest price of the swing at hand, final at each bar; nothing is drawn back.",
    formula: "a swing up turns where the low is sensitivity percent or more below its furthest high and that is min_bars or more bars ago, else the high may be the new furthest; a swing down likewise; the first swing is down, from the first low",
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
            "the percent that prices come back from the furthest price to turn the swing",
        ),
        Param::bars("min_bars", 1, 1, "the bars from the furthest price to the turn"),
    ],
    outputs: &[
        Output { name: "price", help: "the furthest price of the swing" },
        Output { name: "trend", help: "1 while the swing is up, -1 while it is down" },
        Output { name: "pivot", help: "the place in the series of the furthest price" },
    ],
    build: |graph, args| {
        let bars: [Port; 2] = args.inputs();
        let number = graph.add(BarsBefore, &[bars[0]]);
        let inputs = [bars[0], bars[1], number];
        let share = args.real("sensitivity") / 100.0;
        graph.add_all::<_, 3>(Swings { share, bars: args.integer("min_bars") }, &inputs).into()
    },
};

/// The swings of high, low and the number of the bar.
#[derive(Debug, Clone)]
struct Swings {
    share: f64,
    bars: usize,
}

#[derive(Clone)]
struct Swinging {
    swings: Swings,
    unseen: usize,
    /// The furthest price of the swing, and where it was; nothing before the first bar.
    furthest: Option<[f64; 2]>,
    rising: bool,
    /// The bars since then.
    since: usize,
}

impl Swinging {
    /// Whether the swing turns at the bar, and where it is then; `rising` is that of the swing.
    #[inline(always)]
    fn turn(&mut self, rising: bool, [high, low, number]: [f64; 3], furthest: [f64; 2]) -> [f64; 2] {
        let (ahead, back) = if rising { (high, low) } else { (low, high) };
        let limit = furthest[0] * if rising { 1.0 - self.swings.share } else { 1.0 + self.swings.share };
        let reached = if rising { back <= limit } else { back >= limit };
        if reached && self.since >= self.swings.bars {
            self.rising = !self.rising;
            self.since = 0;
            return [back, number];
        }
        // Nobody can foresee which bar is further, so there is no branch on it.
        let further = if rising { ahead >= furthest[0] } else { ahead <= furthest[0] };
        self.since = select_unpredictable(further, 0, self.since);
        let beyond = if rising { ahead > furthest[0] } else { ahead < furthest[0] };
        [if beyond { ahead } else { furthest[0] }, select_unpredictable(further, number, furthest[1])]
    }
}

impl Walk<3, 3> for Swinging {
    #[inline(always)]
    fn step(&mut self, bar: [f64; 3]) -> [f64; 3] {
        self.since += 1;
        let furthest = match self.furthest {
            // A swing seldom turns, so each way has a body of its own, which need not ask for it.
            Some(furthest) if self.rising => self.turn(true, bar, furthest),
            Some(furthest) => self.turn(false, bar, furthest),
            None => {
                self.since = 0;
                [bar[1], bar[2]]
            }
        };
        self.furthest = Some(furthest);
        if self.unseen > 0 {
            self.unseen -= 1;
            return [f64::NAN; 3];
        }
        [furthest[0], if self.rising { 1.0 } else { -1.0 }, furthest[1]]
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.unseen, &mut self.furthest, &mut self.rising, &mut self.since]);
    }
}

by_walk!(Swings: 3 => 3, |kernel| kernel.bars, |kernel| Swinging {
    swings: kernel.clone(),
    unseen: kernel.bars,
    furthest: None,
    rising: false,
    since: 0,
});
