//! The tasks of calls, ended a while after the deadline of the call even if nothing polls the response.
//!
//! hyper polls a response body only while the client grants window, so a deadline in the body does not fire when the client
//! does not read. Dropping the task of the call does: h2 then resets the stream and drops what it has buffered.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

/// The time after the deadline in which a client that reads gets its status.
pub(super) const GRACE: Duration = Duration::from_secs(1);

thread_local! {
    /// The end of the call that is polled, set by the call itself.
    static END: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Ends the task of the current call a while after `deadline`. Takes effect on the first poll of the task only.
pub(in crate::rpc) fn end_call_at(deadline: Instant) {
    END.set(Some(deadline + GRACE));
}

/// Spawns the tasks of calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallTasks;

impl<F> hyper::rt::Executor<F> for CallTasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, call: F) {
        tokio::spawn(CallTask { call, end: None, begun: false });
    }
}

pin_project! {
    struct CallTask<F> {
        #[pin]
        call: F,
        end: Option<Pin<Box<Sleep>>>,
        begun: bool,
    }
}

impl<F: Future<Output = ()>> Future for CallTask<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let task = self.project();
        let is_first = !std::mem::replace(task.begun, true);
        if is_first {
            END.set(None);
        }
        if task.call.poll(context).is_ready() {
            return Poll::Ready(());
        }
        if is_first {
            *task.end = END.take().map(|end| Box::pin(sleep_until(end)));
        }
        match task.end {
            Some(end) => end.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::rt::Executor;

    use super::*;

    #[tokio::test]
    async fn a_call_that_nothing_polls_ends_after_its_deadline() {
        let (kept, ended) = tokio::sync::oneshot::channel::<()>();
        let begun = Instant::now();
        CallTasks.execute(async move {
            let _kept = kept;
            end_call_at(begun + Duration::from_millis(50));
            std::future::pending().await
        });
        ended.await.expect_err("dropped");
        assert!(begun.elapsed() >= GRACE + Duration::from_millis(50));
    }

    #[tokio::test]
    async fn a_call_without_a_deadline_goes_on() {
        // The end that another call sets is not its own.
        end_call_at(Instant::now() - GRACE);
        let (sender, ended) = tokio::sync::oneshot::channel::<()>();
        CallTasks.execute(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            sender.send(()).expect("the test listens");
        });
        ended.await.expect("not dropped");
    }
}
