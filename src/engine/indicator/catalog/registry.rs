//! The list of all indicators, by group; `lookup` finds them and the presets by name.

use std::sync::LazyLock;

pub use super::lookup::{PRESETS, Preset, indicator, is_free, nearest, nearest_of_few, preset, similar};
use crate::indicator::{
    Indicator, breadth, cycle, logic, math, momentum, overlap, pattern, price, risk, statistic, volatility, volume,
};

/// Every indicator, in the order of group, then name.
pub static INDICATORS: LazyLock<Vec<&Indicator>> = LazyLock::new(|| {
    let groups = [
        overlap::ALL,
        momentum::ALL,
        volatility::ALL,
        volume::ALL,
        breadth::ALL,
        statistic::ALL,
        risk::ALL,
        price::ALL,
        cycle::ALL,
        math::ALL,
        pattern::ALL,
        logic::ALL,
    ];
    groups.concat()
});
