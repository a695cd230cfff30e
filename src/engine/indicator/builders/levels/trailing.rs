//! The stop that trails an average on one side, until the average crosses it.

use crate::kernel::{Fields, Sequential, parameters, sequential};

/// The stop that trails the first input by the second, and 1 while the stop is below, -1 while it is above.
///
/// Both stops run at every bar: the lower one never falls while the average is above its last value, the upper one never
/// rises while the average is below it. The average crossing the last value of the active stop changes the side.
#[derive(Debug, Clone)]
pub(in crate::indicator) struct TrailingStop;

parameters!(TrailingStop);

#[derive(Clone)]
struct TrailingStopState {
    /// The lower and the upper stop of the previous bar.
    stops: Option<[f64; 2]>,
    direction: f64,
}

impl Sequential<2, 2> for TrailingStopState {
    #[inline(always)]
    fn step(&mut self, [x, distance]: [f64; 2]) -> [f64; 2] {
        let (below, above) = (x - distance, x + distance);
        let [long, short] = self.stops.unwrap_or([below, above]);
        self.direction = match self.direction > 0.0 {
            true if x < long => -1.0,
            false if x > short => 1.0,
            _ => self.direction,
        };
        let below = if x > long { below.max(long) } else { below };
        let above = if x < short { above.min(short) } else { above };
        self.stops = Some([below, above]);
        [if self.direction > 0.0 { below } else { above }, self.direction]
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.stops, &mut self.direction]);
    }
}

sequential!(TrailingStop: 2 => 2, |_| 0, |_| TrailingStopState { stops: None, direction: 1.0 });
