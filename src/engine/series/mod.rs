//! Floor 0, data model: bars, columns, spans, and names of series.
//!
//! No kernels, files or clock. Every value is validated on construction, so its type guarantees that it is valid.

mod bars;
mod calendar;
mod error;
mod id;
mod pattern;
mod resampling;
mod span;
mod storage;
mod timeframe;

pub use bars::column::{Column, ColumnName, InvalidColumnName};
pub use bars::matrix::Matrix;
pub use bars::partner::Partner;
pub use bars::source::{Source, absent};
pub use bars::table::{Bar, Bars, Columns, PriceRange};
pub use calendar::Calendar;
pub use calendar::place::Place;
pub use calendar::stretch::Stretch;
pub use error::Error;
pub use id::{SeriesId, Symbol};
pub use pattern::SymbolPattern;
pub use resampling::fold::Fold;
pub use resampling::grid::Grid;
pub use resampling::options::{Fill, Resampling};
pub use span::Span;
pub use storage::receipt::Receipt;
pub use storage::retention::Retention;
pub use storage::segment::{CommitId, Lineage, Origin, SegmentFacts};
pub use timeframe::Timeframe;
