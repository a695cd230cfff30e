//! Floor 2, indicators: declarations, the catalog, expressions and plans.
//!
//! An [`Indicator`] is a value, declared in a file of its own and listed in the [`registry`]. An [`Expression`] is parsed
//! and validated once. A [`Plan`] computes many of them over one series and shares common subexpressions. There is no I/O
//! here, and nothing blocks.
//!
//! ```
//! use std::sync::Arc;
//!
//! use atrad_engine::indicator::{Expression, Graph, Limits, Plan};
//! use atrad_engine::series::{Bar, Bars, Columns};
//!
//! let mut columns = Columns::default();
//! for (time, close) in [(0, 1.0), (60, 2.0), (120, 6.0)] {
//!     columns.push(Bar { time, open: close, high: close, low: close, close, volume: 1.0 });
//! }
//! let bars = Arc::new(Bars::new(columns)?);
//! let mut graph = Graph::new();
//! let ports = [Expression::parse("sma(close, 2)", &Limits::default())?[0].port(&mut graph)];
//! let values = Arc::new(Plan::new(graph, &ports)).compute(&bars, 0..3, &|| true).expect("not stopped");
//! assert!(values.column(0)[0].is_nan());
//! assert_eq!(values.column(0)[1..], [1.5, 4.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod breadth;
mod builders;
mod catalog;
mod cycle;
mod error;
mod expression;
mod logic;
mod math;
mod momentum;
mod overlap;
mod pattern;
mod plan;
mod price;
mod risk;
mod session;
mod statistic;
mod sweep;
mod volatility;
mod volume;

pub use catalog::declaration::{Args, Group, Indicator, Kind, Output, PERIOD_MAX, Param, Value};
pub use catalog::input::Input;
pub use catalog::registry;
pub use error::Error;
pub use expression::parser::Limits;
pub use expression::range::Values;
pub use expression::swept::{Parameter, SweptExpression};
pub use expression::{Expression, FUNCTIONS, Function, number_repeated};
pub use plan::checkpoint::{Checkpoint, Unusable};
pub use plan::compiled::Plan;
pub use plan::graph::{Facts, Graph, Port};
pub use plan::reader::{PlanReader, Stopped, seconds};
pub use plan::run::Run;
pub use sweep::sharpe::{SharpeEstimate, deviation, expected_maximum};
pub use sweep::statistic::Statistic;
pub use sweep::variants::{Tile, Variants};

pub use crate::kernel::{Accumulator, Reduction, is_true};
