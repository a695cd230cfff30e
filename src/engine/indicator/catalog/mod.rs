//! The catalog: how an indicator is declared, which exist, and how they are looked up by name.
//!
//! Knows names and parameters; does not know how an expression is parsed or run.

pub(crate) mod declaration;
pub(crate) mod input;
pub(crate) mod lookup;
pub mod registry;
