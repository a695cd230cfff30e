//! How the cost of a kernel grows with its window: [`Kernel::cost`](super::Kernel::cost) in nanoseconds per bar, fitted to
//! `--bench costs` on AVX2 (a Sapphire Rapids class Xeon).

/// A cost that grows with the logarithm of the window: `nanoseconds` per doubling.
pub(crate) fn per_level(window: usize, nanoseconds: f64) -> f64 {
    2.0 + nanoseconds * (window as f64).log2()
}

/// A cost that grows with the window: `nanoseconds` per bar of it.
pub(crate) fn per_bar(window: usize, nanoseconds: f64) -> f64 {
    2.0 + nanoseconds * window as f64
}

/// A sorted window: a rewrite of short ones, a search and a move in long ones.
pub(crate) fn sorted(window: usize) -> f64 {
    if window <= 128 { per_bar(window, 0.42) } else { 85.0 + 0.03 * window as f64 }
}
