//! Searches: one question of many variants of an expression (sweeps), or of many series (screens).
//!
//! Both take the road of Compute: resolve, prepare, admit, run. What leaves is what was sought, not the columns.

pub(crate) mod folds;
mod planning;
pub(crate) mod question;
mod ranking;
mod reducing;
mod results;
pub(crate) mod screen;
pub(crate) mod selection;
pub(crate) mod sweep;
mod tile;
mod walk;
