//! Windows that are rescanned at each bar, O(w), as no combine step is known. Vectorised over neighbouring bars.
//!
//! Knows the values of a window by lag; shares nothing between neighbouring windows.

pub(crate) mod by_lag;
pub(crate) mod by_window;
pub(crate) mod cointegration;
pub(crate) mod convolution;
pub(crate) mod variable_length;
