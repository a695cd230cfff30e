//! The segments that cover a window: aggregates over a power of two of bars.

use crate::kernel::rolling::fold::decomposition::{SHORT, disjoint, split_pair};

/// The aggregate over `2^level` bars, whose newest bar is `lag` bars before that of the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) level: usize,
    pub(super) lag: usize,
}

/// The segments of a window, newest first: each bar once, or by two that overlap.
pub(super) fn cover(window: usize, overlaps: bool) -> Vec<Segment> {
    let level = window.ilog2() as usize;
    let segment = |(bars, lag): (usize, usize)| Segment { level: bars.ilog2() as usize, lag };
    if overlaps {
        let rest = window - (1 << level);
        return [0, rest][..if rest > 0 { 2 } else { 1 }].iter().map(|&lag| Segment { level, lag }).collect();
    }
    if window < SHORT {
        let digits = (0..=level).rev().filter(|digit| window >> digit & 1 == 1);
        return digits.map(|digit| Segment { level: digit, lag: window >> (digit + 1) << (digit + 1) }).collect();
    }
    split_pair(disjoint(window)).into_iter().map(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_is_covered_once_or_by_two_that_overlap() {
        for (window, overlaps) in (1..2000).flat_map(|window| [(window, false), (window, true)]) {
            let mut covered = vec![0; window];
            for Segment { level, lag } in cover(window, overlaps) {
                covered[lag..lag + (1 << level)].iter_mut().for_each(|times| *times += 1);
            }
            assert!(covered.iter().all(|times| *times == 1 || (overlaps && *times == 2)), "{window}");
        }
    }
}
