//! The lower floors of atrad as a package: everything that computes, without I/O, clock or threads.
//!
//! The package `atrad` re-exports these modules under the same names; use that one. They are separate so that a change in
//! the server does not recompile the kernels, and only they need full optimisation in tests.

pub mod indicator;
pub mod kernel;
pub mod series;
