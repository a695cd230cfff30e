//! Floor 2, meaning: what an indicator is, which exist, and what an expression asks for.
//!
//! An [`Indicator`] is a value, declared in a file of its own and listed in the [`registry`]. An [`Expression`] is text
//! understood once: from then on it cannot be wrong. A [`Plan`] computes many of them over one series, sharing what they
//! have in common. There is no input or output here, and nothing waits.

mod arithmetic;
mod checkpoint;
mod cycle;
mod declare;
mod error;
mod expression;
mod graph;
mod input;
mod logic;
mod math;
mod momentum;
mod names;
mod overlap;
mod pattern;
mod placing;
mod plan;
mod price;
pub mod registry;
mod risk;
mod run;
mod session;
mod statistic;
mod syntax;
mod volatility;
mod volume;

pub use checkpoint::{Checkpoint, Unusable};
pub use declare::{Args, Group, Indicator, Kind, Output, PERIOD_MAX, Param, Value};
pub use error::Error;
pub use expression::{Expression, FUNCTIONS, Function};
pub use graph::{Facts, Graph, Port};
pub use input::Input;
pub use plan::{Plan, Reading, Stopped};
pub use run::Run;
pub use syntax::Limits;
