//! What the caller says about a file, and what is decided from it and from the whole file.

use std::sync::Arc;

use super::columns::{Choices, Extras, Layout};
use super::number::Style;
use super::rows::Rules;
use super::time::{Hints, TimeFormat, TimeReader, Zone};

/// How the caller says that files are to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// The roles of columns.
    pub(crate) columns: Choices,
    /// The extra columns.
    pub(crate) extras: Extras,
    /// How times are written.
    pub(crate) date_format: Option<TimeFormat>,
    /// The zone of times that name none.
    pub(crate) time_zone: Option<Zone>,
    /// How numbers are written.
    pub(crate) numbers: Option<Style>,
    /// What holds for every row.
    pub(crate) rules: Rules,
}

/// How the rows of a file are read.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Which column is which.
    pub(crate) layout: Layout,
    /// How times are read.
    pub(crate) times: TimeReader,
    /// How numbers are read.
    pub(crate) numbers: Style,
    /// What holds for every row.
    pub(crate) rules: Arc<Rules>,
    /// What was decided that the names of the columns do not say.
    pub(crate) notes: Vec<String>,
}

impl Options {
    /// How numbers are written in a file of this layout.
    pub(crate) fn numbers(&self, layout: &Layout) -> Style {
        self.numbers.or(layout.numbers()).unwrap_or_default()
    }

    /// What is known of the time column of this layout.
    pub(crate) fn hints(&self, layout: &Layout) -> Hints {
        Hints {
            format: self.date_format.clone(),
            zone: self.time_zone.clone().or_else(|| layout.zone().cloned()),
            order: layout.order(),
            unnamed: layout.is_time_unnamed(),
        }
    }
}
