//! A call, as its handler knows it: an id, a deadline, and how what becomes of it is told.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use tokio::time::Instant;
use tonic::{Request, Response, Status};

use super::Error;
use super::status;

/// What comes back from a call that answers once.
pub(super) type Reply<T> = Result<Response<T>, Status>;

/// What comes back from a call that answers many times.
pub(super) type Replies<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// In logs, in traces, and in what the caller gets when we fail.
    pub(super) id: Arc<str>,
    /// When its time is over.
    pub(super) deadline: Option<Instant>,
}

impl Call {
    /// Takes a request apart.
    pub(super) fn open<T>(request: Request<T>) -> (Self, T) {
        let call = request.extensions().get::<Self>().expect("the door gives every request its call");
        (call.clone(), request.into_inner())
    }

    /// Tells what came of it.
    pub(super) fn reply<T>(&self, outcome: Result<T, Error>) -> Reply<T> {
        outcome.map(Response::new).map_err(|error| status::status(&error, &self.id))
    }

    /// Tells what comes of it as it comes. The stream stops with the first error.
    pub(super) fn replies<T, S>(self, outcome: Result<S, Error>) -> Reply<Replies<T>>
    where
        S: Stream<Item = Result<T, Error>> + Send + 'static,
    {
        let call = self.clone();
        let told = move |item: Result<T, Error>| item.map_err(|error| status::status(&error, &call.id));
        self.reply(outcome.map(|stream| Box::pin(stream.map(told)) as Replies<T>))
    }
}
