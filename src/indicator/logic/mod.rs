//! What bars are to those before them: how long ago, how often in a row, above or below.

mod barssince;
mod change;
mod falling;
mod highestbars;
mod lowestbars;
mod rising;
mod streak;
mod valuewhen;

pub(super) use barssince::BARSSINCE;
pub(super) use change::CHANGE;
pub(super) use falling::FALLING;
pub(super) use highestbars::HIGHESTBARS;
pub(super) use lowestbars::LOWESTBARS;
pub(super) use rising::RISING;
pub(super) use streak::{STREAK, Streak};
pub(super) use valuewhen::VALUEWHEN;
