//! A connection's I/O, with the bytes sent and the time at which bytes last moved. What was read of it before comes first.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::greeting::Greeting;

/// What a connection has moved.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    /// When calls last began or ended, in milliseconds since the connection began.
    active: AtomicU64,
    sent: AtomicU64,
    /// By when the response of HTTP/1 must have been sent, in the same milliseconds; 0 means no limit.
    due: AtomicU64,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), active: AtomicU64::new(0), sent: AtomicU64::new(0), due: AtomicU64::new(0) }
    }

    /// When a call last began or ended; the beginning of the connection before the first.
    pub(super) fn last_active(&self) -> Instant {
        self.begun + Duration::from_millis(self.active.load(Relaxed))
    }

    pub(super) fn mark_active(&self) {
        self.active.store(self.begun.elapsed().as_millis() as u64, Relaxed);
    }

    pub(super) fn set_due(&self, at: Option<Instant>) {
        let millis = at.map_or(0, |at| at.saturating_duration_since(self.begun).as_millis() as u64);
        self.due.store(millis, Relaxed);
    }

    /// The response should have been sent by now.
    pub(super) fn is_overdue(&self) -> bool {
        let due = self.due.load(Relaxed);
        due > 0 && self.begun.elapsed() > Duration::from_millis(due)
    }

    /// The bytes sent.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}

pub(super) struct Monitored<I> {
    io: I,
    greeting: Greeting,
    /// The bytes of the greeting that were read again.
    reread: usize,
    progress: Arc<Progress>,
}

impl<I> Monitored<I> {
    pub(super) fn new(io: I, greeting: Greeting, progress: Arc<Progress>) -> Self {
        Self { io, greeting, reread: 0, progress }
    }

    fn count(&self, sent: usize) {
        self.progress.sent.fetch_add(sent as u64, Relaxed);
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Monitored<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = &self.greeting.bytes()[self.reread..];
        if !left.is_empty() {
            let part = left.len().min(buffer.remaining());
            buffer.put_slice(&left[..part]);
            self.reread += part;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Monitored<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write(context, bytes))?;
        self.count(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write_vectored(context, parts))?;
        self.count(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
