//! The lower floors of atrad, in a package of their own: what computes, without I/O, time or threads.
//!
//! The package `atrad` passes these modules on under the same names; use that one. They are apart so that a change in
//! the server does not compile the kernels again, and so that only they need full optimisation in tests and benches.

pub mod indicator;
pub mod kernel;
pub mod series;
