//! Floor 0, data model: bars, columns, spans, and names of series.
//!
//! No kernels, files or clock. Every value is validated on construction, so its type guarantees that it is valid.

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
