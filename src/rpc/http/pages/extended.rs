//! Serves the paths of extensions: lets callers in, and holds memory and time for them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, Response, Version};
use http_body_util::Full;
use tokio::time::{Instant, timeout_at};
use tonic::body::Body;
use tower::Service;

use super::extension::{Calls, EXTENSION_BYTES_MAX, Extension};
use crate::app;
use crate::rpc::connection::call_tasks::end_call_at;
use crate::rpc::connection::state::Connection;
use crate::rpc::http::error::{self, Answer};
use crate::rpc::identity::audit::Entry;
use crate::rpc::middleware::observer::code_name;
use crate::rpc::middleware::stack::{Middleware, request_id};
use crate::rpc::{Error, status};

/// Calls with the token and the connection of a request.
#[derive(Clone)]
struct OwnCalls {
    middleware: Arc<Middleware>,
    connection: Arc<Connection>,
    authorization: Option<HeaderValue>,
}

impl Service<Request<Body>> for OwnCalls {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(header::AUTHORIZATION, authorization.clone());
        }
        let (middleware, connection) = (Arc::clone(&self.middleware), Arc::clone(&self.connection));
        Box::pin(async move { Ok(middleware.call(request, connection).await?.map(Body::new)) })
    }
}

/// The page of an extension.
pub(in crate::rpc) fn page(extensions: &[Arc<dyn Extension>], path: &str) -> Option<Answer> {
    let (kind, text) = extensions.iter().find_map(|extension| extension.page(path))?;
    let mut response = Response::new(Body::new(Full::new(Bytes::from_static(text.as_bytes()))));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Some(response)
}

/// The extension of a path.
pub(in crate::rpc) fn find(middleware: &Middleware, path: &str) -> Option<Arc<dyn Extension>> {
    middleware.settings.extensions.iter().find(|extension| extension.serves(path)).cloned()
}

/// Serves a request to an extension, once its caller is let in and there is memory for it.
pub(in crate::rpc) async fn serve(
    extension: Arc<dyn Extension>,
    middleware: Arc<Middleware>,
    request: Request<Body>,
    connection: Arc<Connection>,
) -> Answer {
    let _running = connection.begin_call();
    let (path, id) = (request.uri().path().to_owned(), request_id(request.headers()));
    let (allowance, admitted) = middleware.admit_reader(&path, request.headers(), &connection);
    // Its place among the calls of the caller is free again: the calls that it makes take their own.
    if let Err(error) = admitted.map(drop) {
        let status = status::status(&error, &id);
        let (what, outcome) = (status.message(), code_name(status.code()));
        let entry = Entry { token: allowance.name(), peer: connection.peer, method: &path, what, outcome, id: &id };
        entry.refused(allowance.caller.group);
        return error::answer(error::http_status(status.code()), &status);
    }
    let deadline = Instant::now() + middleware.deadline_max;
    end_call_at(deadline);
    if request.version() < Version::HTTP_2 {
        connection.set_due(Some(deadline));
    }
    let authorization = request.headers().get(header::AUTHORIZATION).cloned();
    let calls = Calls::new(OwnCalls { middleware, connection: Arc::clone(&connection), authorization });
    let answer = async {
        let _held = allowance.requests.hold(EXTENSION_BYTES_MAX).await;
        extension.serve(request, allowance.caller.group, calls).await
    };
    match timeout_at(deadline, answer).await {
        Ok(answer) => answer,
        Err(_) => {
            let status = status::status(&Error::from(app::Error::Late), &id);
            error::answer(error::http_status(status.code()), &status)
        }
    }
}
