//! The catalog: declarations of indicators, the registry, and lookup by name.
//!
//! Knows names and parameters; does not know how expressions are parsed or run.

pub(crate) mod declaration;
pub(crate) mod input;
pub(crate) mod lookup;
pub mod registry;
