//! The compute pool: keeps kernels off the I/O threads.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::app::Error;

pub(crate) struct Pool {
    threads: rayon::ThreadPool,
    pending: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
}

/// Cancellation of work: a deadline, and whether a caller still waits.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    deadline: Option<Instant>,
    gone: CancellationToken,
}

impl Cancellation {
    pub(crate) fn until(deadline: Option<Instant>) -> Self {
        Self { deadline, gone: CancellationToken::new() }
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

impl Pool {
    /// A pool of `threads` threads; 0 means one per core.
    pub(crate) fn new(threads: usize) -> Self {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("compute-{i}"));
        let threads = builder.build().expect("the system can start a few threads");
        Self { threads, pending: Arc::default(), running: Arc::default() }
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// The queued and the running work.
    pub(crate) fn queries(&self) -> (usize, usize) {
        (self.pending.load(Relaxed), self.running.load(Relaxed))
    }

    /// Runs `work` on a pool thread, unless it is cancelled before its turn. A panic fails only this work.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        cancellation: &Cancellation,
        work: impl FnOnce(&Cancellation) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        let (pending, running) = (Arc::clone(&self.pending), Arc::clone(&self.running));
        let span = tracing::Span::current();
        let query = Cancellation { deadline: cancellation.deadline, gone: cancellation.gone.child_token() };
        let _guard = query.gone.clone().drop_guard();
        pending.fetch_add(1, Relaxed);
        self.threads.spawn(move || {
            pending.fetch_sub(1, Relaxed);
            if !query.is_active() {
                return;
            }
            running.fetch_add(1, Relaxed);
            let result = span.in_scope(|| catch_unwind(AssertUnwindSafe(|| work(&query))));
            running.fetch_sub(1, Relaxed);
            let _ = sender.send(result.unwrap_or_else(|panic| Err(Error::Panicked(panic_message(&*panic)))));
        });
        let answer = async { receiver.await.unwrap_or(Err(Error::Late)) };
        match cancellation.deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, answer).await.unwrap_or(Err(Error::Late)),
            None => answer.await,
        }
    }
}

/// The message of a panic.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

/// Rows to verify between two cancellation checks.
const PART_ROWS: usize = 1 << 16;

pub(crate) fn parts(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.clone().step_by(PART_ROWS).map(move |start| start..rows.end.min(start + PART_ROWS))
}

/// Blocking disk work, on a thread of its own.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::Panicked(error.to_string())))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Receiver;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_panic_fails_one_task_and_the_pool_goes_on() {
        let pool = Pool::new(1);
        let cancellation = Cancellation::until(None);
        let failed = pool.run(&cancellation, |_| -> Result<(), Error> { panic!("on purpose") }).await;
        assert!(matches!(failed, Err(Error::Panicked(message)) if message == "on purpose"));
        let cancellation = Cancellation::until(None);
        assert_eq!(pool.run(&cancellation, |_| Ok(7)).await.expect("the pool continues"), 7);
        assert_eq!(pool.queries(), (0, 0));
    }

    /// Endless work that signals its start and its stop.
    fn endless()
    -> (impl FnOnce(&Cancellation) -> Result<(), Error> + Send + 'static, oneshot::Receiver<()>, Receiver<()>) {
        let (start, started) = oneshot::channel();
        let (stop, stopped) = std::sync::mpsc::channel();
        let work = move |cancellation: &Cancellation| {
            start.send(()).expect("the test listens");
            while cancellation.is_active() {
                std::thread::sleep(Duration::from_millis(1));
            }
            stop.send(()).expect("the test listens");
            Err(Error::Late)
        };
        (work, started, stopped)
    }

    #[tokio::test]
    async fn work_stops_at_its_deadline() {
        let (work, _started, stopped) = endless();
        let cancellation = Cancellation::until(Some(Instant::now() + Duration::from_secs(1)));
        assert!(matches!(Pool::new(1).run(&cancellation, work).await, Err(Error::Late)));
        stopped.recv_timeout(Duration::from_secs(10)).expect("stopped by its deadline");
    }

    #[tokio::test]
    async fn work_stops_when_nobody_waits() {
        let (work, started, stopped) = endless();
        let (pool, cancellation) = (Pool::new(1), Cancellation::until(None));
        tokio::select! {
            _ = pool.run(&cancellation, work) => unreachable!("it has no end"),
            _ = started => {}
        }
        stopped.recv_timeout(Duration::from_secs(10)).expect("stopped by cancellation");
    }

    #[tokio::test]
    async fn work_whose_time_is_over_is_not_begun() {
        let (pool, cancellation) = (Pool::new(1), Cancellation::until(Some(Instant::now())));
        let never = |_: &Cancellation| -> Result<(), Error> { panic!("begun") };
        assert!(matches!(pool.run(&cancellation, never).await, Err(Error::Late)));
    }
}
