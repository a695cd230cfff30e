//! Annualisation.

use crate::indicator::Param;

/// The number of bars per year.
pub(in crate::indicator) const ANNUALIZATION: Param = Param::real(
    "annualization",
    252.0,
    1.0,
    1e9,
    "the number of bars per year: 252 for trading days, 365 for crypto, 1 for values per bar",
);
