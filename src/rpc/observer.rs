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

    /// The same call is over.
    fn end(&self, method: &str, code: Code, duration: Duration);
}

/// Nobody watches.
pub struct Unwatched;

impl Observer for Unwatched {
    fn begin(&self, _: &str, _: &str, _: &HeaderMap) -> Span {
        Span::none()
    }

    fn end(&self, _: &str, _: Code, _: Duration) {}
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
        self.observer.end(&self.method, self.code, self.started.elapsed());
    }
}
