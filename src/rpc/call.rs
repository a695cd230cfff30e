//! A call as its handler sees it: an id, a deadline, and errors as statuses.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use futures_util::{Stream, StreamExt};
use tonic::{Code, Request, Response, Status};

use super::Error;
use super::connection::peer::Peer;
use super::connection::state::Leases;
use super::identity::audit::Entry;
use super::proto::Failure;
use super::status;
use crate::app::{self, CallContext, SharedAnswers};

/// The response of a unary call.
pub(super) type Reply<T> = Result<Response<T>, Status>;

/// The response of a server-streaming call.
pub(super) type Replies<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The request id, in logs, traces and internal errors.
    pub(super) id: Arc<str>,
    /// Its deadline, its caller and its memory.
    pub(super) context: CallContext,
    /// Its path.
    pub(super) method: Arc<str>,
    /// The other end of its connection.
    pub(super) peer: Peer,
    /// What its connection has in shared memory.
    pub(super) leases: Leases,
    /// What an admin call acts on, for the audit log; `None` for any other call.
    pub(super) subject: Option<Arc<OnceLock<String>>>,
}

impl Call {
    /// Splits a request into its call and its message.
    pub(super) fn open<T>(request: Request<T>) -> (Self, T) {
        let call = request.extensions().get::<Self>().expect("the middleware gives every request its call");
        (call.clone(), request.into_inner())
    }

    /// Notes what an admin call acts on, for the audit log.
    pub(super) fn acts_on(&self, what: impl FnOnce() -> String) {
        if let Some(subject) = &self.subject {
            let _ = subject.set(what());
        }
    }

    /// The user of this machine who calls; an error if there is none to share memory with.
    pub(super) fn user(&self) -> Result<u32, app::Error> {
        self.peer.user().ok_or(app::SharingError::NotLocal.into())
    }

    /// Ends the leases of its connection on shared memory with the connection.
    pub(super) fn hold_leases(&self, shared: &SharedAnswers) {
        self.leases.get_or_init(|| shared.leases(self.context.caller.connection));
    }

    /// Its line in the audit log.
    pub(super) fn entry<'a>(&'a self, what: &'a str, outcome: &'a str) -> Entry<'a> {
        let Self { id, context, method, peer, .. } = self;
        let token = context.identity.as_ref().map(|identity| &*identity.name);
        Entry { token, peer: *peer, method, what, outcome, id }
    }

    /// The failure of one item of its stream or batch. A refused item has a line in the audit log, as a refused call has.
    pub(super) fn failure(&self, error: &Error) -> Failure {
        let failure = status::failure(error, &self.id);
        if failure.code == Code::PermissionDenied as i32 {
            self.entry(&failure.message, "PERMISSION_DENIED").refused(self.context.caller.group);
        }
        failure
    }

    /// The unary response.
    pub(super) fn reply<T>(&self, outcome: Result<T, Error>) -> Reply<T> {
        outcome.map(Response::new).map_err(|error| status::status(&error, &self.id))
    }

    /// The streaming response. The stream ends with the first error.
    pub(super) fn replies<T, S>(self, outcome: Result<S, Error>) -> Reply<Replies<T>>
    where
        S: Stream<Item = Result<T, Error>> + Send + 'static,
    {
        let call = self.clone();
        let item = move |item: Result<T, Error>| item.map_err(|error| status::status(&error, &call.id));
        self.reply(outcome.map(|stream| Box::pin(stream.map(item)) as Replies<T>))
    }
}
