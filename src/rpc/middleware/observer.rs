//! The observer of calls: their begin, span and final status.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderMap;
use tonic::Code;
use tracing::Span;

/// Observes calls; implemented above, where metrics and traces are known.
pub trait Observer: Send + Sync + 'static {
    /// A call begins and runs in the returned span. `method` is a path of this server or `unknown`.
    fn begin(&self, method: &Arc<str>, id: &str, headers: &HeaderMap) -> Span;

    /// The call ended with a status, as in `NOT_FOUND`.
    fn end(&self, method: &Arc<str>, status: &'static str, duration: Duration);

    /// All metrics as Prometheus text; empty if there are none.
    fn metrics(&self) -> String {
        String::new()
    }
}

/// No observer.
pub struct Unwatched;

impl Observer for Unwatched {
    fn begin(&self, _: &Arc<str>, _: &str, _: &HeaderMap) -> Span {
        Span::none()
    }

    fn end(&self, _: &Arc<str>, _: &'static str, _: Duration) {}
}

/// Reports the end of a call when dropped, as CANCELLED unless a code was set.
pub(in crate::rpc) struct Watch {
    observer: Arc<dyn Observer>,
    method: Arc<str>,
    started: Instant,
    pub(in crate::rpc) span: Span,
    pub(in crate::rpc) code: Code,
}

impl Watch {
    pub(in crate::rpc) fn begin(
        observer: &Arc<dyn Observer>,
        method: Option<&Arc<str>>,
        id: &str,
        headers: &HeaderMap,
    ) -> Self {
        let method = method.cloned().unwrap_or_else(|| "unknown".into());
        let span = observer.begin(&method, id, headers);
        Self { observer: observer.clone(), method, started: Instant::now(), span, code: Code::Cancelled }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _entered = self.span.enter();
        self.observer.end(&self.method, code_name(self.code), self.started.elapsed());
    }
}

/// The name of a code in the specification of gRPC.
pub fn code_name(code: Code) -> &'static str {
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
