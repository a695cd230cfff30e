//! Replies that are short enough: numbers, times, what there is to know of a column, and the budget of bytes.

pub(super) mod budget;
pub(super) mod number;
pub(super) mod summary;
pub(super) mod time;
