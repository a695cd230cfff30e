//! Floor 0, words: bars, columns, spans, and the names of series.
//!
//! Knows no kernel, no file and no clock. Everything here is valid from the moment it exists; what comes from outside
//! is checked where it is made.

mod bars;
mod column;
mod error;
mod fold;
mod frame;
mod matrix;
mod name;
mod partner;
mod receipt;
mod retention;
mod segment;
mod source;
mod span;

pub use bars::{Bar, Bars, Columns};
pub use column::{Column, ColumnName};
pub use error::Error;
pub use fold::Fold;
pub use frame::{Fill, Grid, Resampling};
pub use matrix::Matrix;
pub use name::{SeriesId, Symbol, Timeframe};
pub use partner::Partner;
pub use receipt::Receipt;
pub use retention::Retention;
pub use segment::{CommitId, Lineage, Origin, SegmentFacts};
pub use source::{Source, absent};
pub use span::Span;
