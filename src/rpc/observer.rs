//! What the floor above may see of calls: that they begin, in which span they run, and how they end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderMap;
use tonic::Code;
use tracing::Span;

/// Watches calls; made on the floor above, which knows where figures and traces go.
pub trait Observer: Send + Sync + 'static {
    /// A call begins. It runs in the span given back. `method` is one of ours or `unknown`.
    fn begin(&self, method: &str, id: &str, headers: &HeaderMap) -> Span;

    /// The same call is over, with a status as in `NOT_FOUND`.
    fn end(&self, method: &str, status: &'static str, duration: Duration);
}

/// Nobody watches.
pub struct Unwatched;

impl Observer for Unwatched {
    fn begin(&self, _: &str, _: &str, _: &HeaderMap) -> Span {
        Span::none()
    }

    fn end(&self, _: &str, _: &'static str, _: Duration) {}
}

/// A call that is watched. It ends once, when it is dropped, as cancelled if nothing else is known.
pub(super) struct Watch {
    observer: Arc<dyn Observer>,
    method: Arc<str>,
    started: Instant,
    pub(super) span: Span,
    pub(super) code: Code,
}

impl Watch {
    pub(super) fn begin(observer: &Arc<dyn Observer>, method: Arc<str>, id: &str, headers: &HeaderMap) -> Self {
        let span = observer.begin(&method, id, headers);
        Self { observer: observer.clone(), method, started: Instant::now(), span, code: Code::Cancelled }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _entered = self.span.enter();
        self.observer.end(&self.method, name(self.code), self.started.elapsed());
    }
}

/// The name of a code in the specification of gRPC.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
