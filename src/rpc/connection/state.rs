//! What the calls of a connection share.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::call_tasks::GRACE;
use super::monitored::Progress;
use super::peer::Peer;
use crate::app::BytesHeld;
use crate::rpc::identity::{Accounts, Allowance, Remembered, TokenSet};
use crate::shared_memory::SegmentsOf;

/// What a connection has in shared memory, set by the first call that asks for it. The leases end with the connection.
pub(in crate::rpc) type Leases = Arc<OnceLock<Option<SegmentsOf>>>;

/// What the calls of a connection share.
#[derive(Debug)]
pub(in crate::rpc) struct Connection {
    /// Who is at the other end.
    pub(in crate::rpc) peer: Peer,
    /// What calls without a token may hold.
    pub(in crate::rpc) own: Arc<Allowance>,
    /// What it has in shared memory.
    pub(in crate::rpc) leases: Leases,
    /// What those with a token may hold.
    pub(super) remembered: Remembered,
    pub(super) accounts: Arc<Accounts>,
    /// The calls that run, up to the end of the response.
    pub(super) calls: AtomicUsize,
    /// The bytes of large frames that are not sent yet.
    pub(super) unsent: AtomicUsize,
    pub(super) progress: Arc<Progress>,
    /// Cancelled to give its place to another.
    pub(super) evicted: CancellationToken,
    /// Places of evicted connections that say goodbye, of all peers.
    pub(super) leaving: Arc<Semaphore>,
}

/// A running call of a connection.
#[derive(Debug)]
pub(in crate::rpc) struct RunningCall(Arc<Connection>);

impl Connection {
    /// Counts a call until it is dropped.
    pub(in crate::rpc) fn begin_call(self: &Arc<Self>) -> RunningCall {
        self.calls.fetch_add(1, Relaxed);
        self.progress.mark_active();
        RunningCall(Arc::clone(self))
    }

    /// Who makes a call with this token, and what it may hold. Without a token that is known, the peer itself.
    pub(in crate::rpc) fn caller(&self, token: &[u8], tokens: &Arc<TokenSet>) -> Arc<Allowance> {
        let found = self.remembered.find(token, tokens, &self.accounts, self.own.caller.connection);
        found.unwrap_or_else(|| Arc::clone(&self.own))
    }

    /// Closes the connection unless the response is sent by then, or a moment later. In HTTP/1 a response that nobody reads
    /// has no task of its own that could end.
    pub(in crate::rpc) fn set_due(&self, deadline: Option<Instant>) {
        self.progress.set_due(deadline.and_then(|at| at.checked_add(GRACE)));
    }

    /// A frame of a response that holds its memory until it is sent.
    pub(in crate::rpc) fn frame(self: &Arc<Self>, bytes: Bytes, held: BytesHeld) -> Bytes {
        self.unsent.fetch_add(bytes.len(), Relaxed);
        Bytes::from_owner(Frame { bytes, connection: Arc::clone(self), _held: held })
    }

    /// A place to say goodbye, if there is one.
    pub(super) fn leaving(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.leaving).try_acquire_owned().ok()
    }

    /// Since when it has had no call; `None` while a call runs.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        (self.calls.load(Relaxed) == 0).then(|| self.progress.last_active())
    }
}

struct Frame {
    bytes: Bytes,
    connection: Arc<Connection>,
    _held: BytesHeld,
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.connection.unsent.fetch_sub(self.bytes.len(), Relaxed);
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        self.0.progress.mark_active();
        self.0.progress.set_due(None);
        self.0.calls.fetch_sub(1, Relaxed);
    }
}
