//! Cancellation of work: a deadline, and whether a caller still waits.

use std::ops::Range;

use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::app::Error;

/// Whether work should go on.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    deadline: Option<Instant>,
    gone: CancellationToken,
}

impl Cancellation {
    pub(crate) fn until(deadline: Option<Instant>) -> Self {
        Self { deadline, gone: CancellationToken::new() }
    }

    /// A cancellation of its own for one caller, who leaves by dropping the guard.
    pub(super) fn for_caller(deadline: Option<Instant>) -> (Self, DropGuard) {
        let cancellation = Self::until(deadline);
        let guard = cancellation.gone.clone().drop_guard();
        (cancellation, guard)
    }

    /// Whether to continue; checked before each block of a computation.
    pub(crate) fn is_active(&self) -> bool {
        !self.gone.is_cancelled() && self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }

    /// As `is_active`, but as a result.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_active() { Ok(()) } else { Err(Error::Late) }
    }
}

/// Rows to verify between two checks.
const PART_ROWS: usize = 1 << 16;

pub(crate) fn parts(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.clone().step_by(PART_ROWS).map(move |start| start..rows.end.min(start + PART_ROWS))
}
