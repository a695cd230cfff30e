//! What bars are to those before them: how long ago, how often in a row, above or below.

mod barssince;
mod change;
mod falling;
mod highestbars;
mod lowestbars;
mod rising;
mod streak;
mod valuewhen;

use super::Indicator;

pub(super) use streak::Streak;

/// Every indicator of the group, in the order of names.
pub(super) static ALL: &[&Indicator] = &[
    &barssince::BARSSINCE,
    &change::CHANGE,
    &falling::FALLING,
    &highestbars::HIGHESTBARS,
    &lowestbars::LOWESTBARS,
    &rising::RISING,
    &streak::STREAK,
    &valuewhen::VALUEWHEN,
];
