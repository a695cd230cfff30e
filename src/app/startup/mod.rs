//! Startup: what a data folder holds is examined, recovered and opened, and the threads of the server begin.
//!
//! Decides what is refused, set aside or missing; answers no request.

pub(crate) mod cache_secret;
pub(crate) mod open;
