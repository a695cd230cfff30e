//! What is told per year rather than per bar.

use crate::indicator::Param;

/// The number of bars of a year.
pub(in crate::indicator) const ANNUALIZATION: Param = Param::real(
    "annualization",
    252.0,
    1.0,
    1e9,
    "the number of bars of a year: 252 for days of an exchange, 365 for those of crypto, 1 for figures per bar",
);
