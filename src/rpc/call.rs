//! A call as its handler sees it: an id, a deadline, and errors as statuses.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use super::Error;
use super::status;
use crate::app::CallContext;

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
}

impl Call {
    /// Splits a request into its call and its message.
    pub(super) fn open<T>(request: Request<T>) -> (Self, T) {
        let call = request.extensions().get::<Self>().expect("the middleware gives every request its call");
        (call.clone(), request.into_inner())
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
