//! Adversarial series.

/// The number of bars of each series.
pub(super) const BARS: usize = 2600;

/// The index of the spike.
pub(super) const SPIKE: usize = 1100;

/// Four columns.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) columns: [Vec<f64>; 4],
}

/// A deterministic generator.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// Uniform in 0..1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in 0..`end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }
}

fn columns(seed: u64, mut column: impl FnMut(&mut Random, usize) -> f64) -> [Vec<f64>; 4] {
    [1, 2, 3, 4].map(|number| {
        let mut random = Random(seed * 4 + number);
        (0..BARS).map(|at| column(&mut random, at)).collect()
    })
}

fn walk(seed: u64) -> [Vec<f64>; 4] {
    let mut price = 100.0;
    columns(seed, |random, at| {
        price = if at == 0 { 100.0 } else { price * (1.0 + 0.02 * (random.unit() - 0.5)) };
        price
    })
}

fn changed(mut columns: [Vec<f64>; 4], change: impl Fn(usize, f64) -> f64) -> [Vec<f64>; 4] {
    for column in &mut columns {
        column.iter_mut().enumerate().for_each(|(at, value)| *value = change(at, *value));
    }
    columns
}

/// Whether a bar is missing: alone, in runs, and one run of more than a block.
fn is_gap(at: usize) -> bool {
    at < 3 || at % 97 == 50 || (600..640).contains(&at) || (1000..2100).contains(&at)
}

pub(super) fn all() -> Vec<Series> {
    let quiet = columns(3, |random, _| 1e8 + 0.01 * random.unit());
    let rough = columns(2, |random, _| (random.unit() * 14.0).exp());
    let mut half_flat = walk(5);
    half_flat[0] = vec![100.1; BARS];
    let infinite = |at, value| if is_gap(at) { f64::INFINITY * [1.0, -1.0][at % 2] } else { value };
    [
        ("walk", walk(1)),
        ("rough", rough),
        ("quiet", quiet),
        ("tiny", changed(walk(4), |_, value| value * 1e-9)),
        ("steps", changed(walk(6), |_, value| value.floor())),
        ("flat", columns(7, |_, _| 100.1)),
        ("half flat", half_flat),
        ("zero", columns(8, |_, _| 0.0)),
        ("both signs", changed(walk(9), |_, value| value - 100.0)),
        ("spike", changed(walk(10), |at, value| if at == SPIKE { 1e15 } else { value })),
        ("gaps", changed(walk(11), |at, value| if is_gap(at) { f64::NAN } else { value })),
        ("infinite", changed(walk(12), infinite)),
    ]
    .map(|(name, columns)| Series { name, columns })
    .into()
}
