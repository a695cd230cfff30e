//! Windows that are read again at each bar, where no incremental form is known: the cost of a bar grows with the window.
//!
//! Knows the values of a window by their lag; shares nothing between neighbouring windows.

pub(crate) mod by_lag;
pub(crate) mod by_window;
pub(crate) mod cointegration;
pub(crate) mod convolution;
pub(crate) mod variable_length;
