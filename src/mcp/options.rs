//! What an agent may see and do, as its operator says.

/// What an agent may see and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Only bars that were closed at this time, in nanoseconds since the Unix epoch. A question may have an earlier one.
    pub as_of: Option<i64>,
    /// Answers may be saved.
    pub allow_write: bool,
    /// The maximum length of the text of a reply, in bytes; from [`Options::BUDGET_BYTES_MIN`].
    pub budget_bytes: usize,
}

impl Options {
    /// The smallest budget in which every error can be read.
    pub const BUDGET_BYTES_MIN: usize = 512;
    /// The largest budget.
    pub const BUDGET_BYTES_MAX: usize = 1 << 20;
}

impl Default for Options {
    fn default() -> Self {
        Self { as_of: None, allow_write: false, budget_bytes: 2048 }
    }
}
