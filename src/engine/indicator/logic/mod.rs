//! Comparisons with earlier bars: bars since an event, streaks, rising and falling.

mod barssince;
mod change;
mod falling;
mod highestbars;
mod lowestbars;
mod rising;
mod streak;
mod valuewhen;

use super::Indicator;

/// The indicators of the group, sorted by name.
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
