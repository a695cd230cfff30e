//! Breadth: counts of rising and falling issues of a market, such as the series of advances and declines of an exchange.

mod absolute_breadth;
mod ad_line;
mod ad_ratio;
mod bolton_tremblay;
mod breadth_thrust;
mod haurlan;
mod high_low_index;
mod mcclellan;
mod mcclellan_summation;
mod nhnl;
mod stix;
mod swenlin;
mod trin;
use super::Indicator;

/// The indicators of the group, sorted by name.
pub(super) static ALL: &[&Indicator] = &[
    &absolute_breadth::ABSOLUTE_BREADTH,
    &ad_line::AD_LINE,
    &ad_ratio::AD_RATIO,
    &bolton_tremblay::BOLTON_TREMBLAY,
    &breadth_thrust::BREADTH_THRUST,
    &haurlan::HAURLAN,
    &high_low_index::HIGH_LOW_INDEX,
    &mcclellan::MCCLELLAN,
    &mcclellan_summation::MCCLELLAN_SUMMATION,
    &nhnl::NHNL,
    &stix::STIX,
    &swenlin::SWENLIN,
    &trin::TRIN,
];
