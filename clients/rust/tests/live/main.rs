//! The client against real servers: the one with the demo series of `ATRAD_ADDRESS`, and those of `ATRAD_BINARY`.
//! Without them there is nothing to test against, and `bash tests/run` sets both.

mod calls;
mod comparing;
mod expressions;
mod faults;
mod folds;
mod servers;
mod since;
