//! When a call is made again: while it fails for the moment, with pauses that grow, until its deadline.

use std::any::Any;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::Code;

use crate::api;
use crate::error::Error;

/// For a server that has never answered: it may not be there at all. One that has is waited for.
const ATTEMPTS_MAX: u32 = 5;
const PAUSE_FIRST: Duration = Duration::from_millis(100);
/// Such pauses find a server that has restarted soon enough, and cost it nothing while it has not.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How long a server that is away is waited for by a call without a deadline.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether a call that may have been carried out can be made again: the second time it changes nothing. Requests that compare
/// with what is stored are not idempotent, some only with a field.
fn is_idempotent(request: &dyn Any) -> bool {
    let versions = [
        request.downcast_ref().map(|post: &api::PostValueRequest| post.expected_version),
        request.downcast_ref().map(|delete: &api::DeleteValueRequest| delete.expected_version),
    ];
    !request.is::<api::CompareAndSetRequest>() && versions.into_iter().flatten().all(|expected| expected.is_none())
}

/// Longer times overflow in clocks and headers.
const LONGEST: Duration = Duration::from_secs(10_000 * 86_400);

/// A time for a call, within which a deadline can be told.
pub(crate) fn capped(timeout: Option<Duration>) -> Option<Duration> {
    timeout.map(|timeout| timeout.min(LONGEST))
}

/// The attempts of one call.
pub(crate) struct Attempts<'a> {
    /// Whether the server has ever answered.
    reached: &'a AtomicBool,
    deadline: Option<Instant>,
    failed: u32,
    failing_since: Instant,
    is_idempotent: bool,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(reached: &'a AtomicBool, timeout: Option<Duration>) -> Self {
        let now = Instant::now();
        let deadline = timeout.map(|timeout| now + timeout);
        Self { reached, deadline, failed: 0, failing_since: now, is_idempotent: true }
    }

    /// Those of a call with this request. One that is not idempotent is repeated only after a delay of the server, which then
    /// has not carried it out: after any other error, as of a connection that broke, nobody knows.
    pub(crate) fn of(self, request: &dyn Any) -> Self {
        Self { is_idempotent: is_idempotent(request), ..self }
    }

    /// The time left for the next attempt.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
    }

    /// Counts anew: the call got further than before.
    pub(crate) fn progressed(&mut self) {
        self.failed = 0;
        self.reached.store(true, Ordering::Relaxed);
    }

    /// What comes before the deadline.
    pub(crate) async fn within<T, E: Into<Error>>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Error> {
        let Some(deadline) = self.deadline else { return work.await.map_err(Into::into) };
        match timeout_at(deadline, work).await {
            // The channel has the same deadline and calls that a cancellation.
            Ok(Err(error)) => match error.into() {
                cancelled if cancelled.code == Code::Cancelled && deadline <= Instant::now() => Err(late()),
                error => Err(error),
            },
            Ok(Ok(done)) => Ok(done),
            Err(_) => Err(late()),
        }
    }

    /// Waits before the next attempt, or returns the error if that would not help.
    pub(crate) async fn pause(&mut self, error: Error) -> Result<(), Error> {
        let now = Instant::now();
        if self.failed == 0 {
            self.failing_since = now;
        }
        self.failed += 1;
        if error.retry_after.is_some() {
            // What asks for a delay is a server that is there.
            self.reached.store(true, Ordering::Relaxed);
        }
        let is_there = self.failed < ATTEMPTS_MAX || self.reached.load(Ordering::Relaxed);
        let end = self.deadline.unwrap_or(self.failing_since + PATIENCE);
        match self.wanted(&error) {
            Some(wait) if is_there && now + wait <= end => {
                sleep(wait).await;
                Ok(())
            }
            _ => Err(error),
        }
    }

    fn wanted(&self, error: &Error) -> Option<Duration> {
        if error.retry_forbidden {
            return None;
        }
        let own = PAUSE_MAX.min(PAUSE_FIRST * 2_u32.pow(self.failed.min(9) - 1));
        let wait = match (error.code, error.retry_after) {
            // The server's delay is a least one, and one of nothing is not to be asked for all the time.
            (Code::Unavailable | Code::ResourceExhausted, Some(wait)) => wait.clamp(own / 10, LONGEST),
            (Code::Unavailable, None) if self.is_idempotent => own,
            // A limit that no waiting lifts comes without a delay.
            _ => return None,
        };
        // All clients are told about the same, and are not to come back together.
        Some(wait.mul_f64(1.0 + jitter() / 2.0))
    }
}

pub(crate) fn late() -> Error {
    Error::new(Code::DeadlineExceeded, "no answer before the deadline of the client")
}

/// Between 0 and 1. Without randomness of the system there is none here either.
fn jitter() -> f64 {
    getrandom::u32().map_or(0.0, |bits| f64::from(bits) / f64::from(u32::MAX))
}
