//! Sliding-window aggregation: doubling windows combined into windows of any length, as in a sparse table.
//!
//! Row `k` of the table holds, at each bar, the partial aggregate of the newest `2^k` bars: `P_2k[i] = combine(P_k[i],
//! P_k[i - k])`. A few entries cover a window: disjoint ones by the binary digits of its length, or two to five
//! overlapping ones if the operation is idempotent. Cost O(log w) per bar, each step a vector operation over
//! neighbouring bars, without branch or serial chain. Where a combination is dear, as of moments, the first row is
//! lifted from four to seven bars at once, the lengths of the others are multiples of it, and the window is a few of those.
//!
//! Rejected: two-stack queues and DABA (Tangwongsan, Hirzel and Schneider 2017), O(1) combines per bar, but one bar at
//! a time and with values that depend on where the stacks were flipped; subtracting the oldest value, which drifts and
//! needs an inverse. A fixed cover makes each value a pure function of its window, so any division of the stream gives
//! the same bits.
//!
//! Knows how partial aggregates are combined; does not know the aggregate.

pub(crate) mod aggregate;
pub(crate) mod combine;
pub(crate) mod decomposition;
pub(crate) mod doubling;
pub(crate) mod window;
