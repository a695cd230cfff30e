//! The middleware of every call: request id, observer, metadata, access, deadline and final status.
//!
//! Knows no messages. It enforces the deadline because tonic would report an expired one as CANCELLED.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Version};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::Instrument;

use super::observer::{Watch, code_name};
use super::request_body::BudgetedBody;
use super::revocation::HeldToken;
use super::routes::{Route, Routes};
use super::{access, deadline, metadata, methods};
use crate::app::{self, CallContext, CallMemory, Clocks, Scope, UNCOUNTED_BYTES_MAX};
use crate::rpc::call::Call;
use crate::rpc::connection::call_tasks::end_call_at;
use crate::rpc::connection::peer::Peer;
use crate::rpc::connection::state::{Connection, RunningCall};
use crate::rpc::identity::{Allowance, CountedCall, TokenSet};
use crate::rpc::{Error, Observer, Settings, status};

/// The request id, which a caller may set and always gets back.
pub(in crate::rpc) const REQUEST_ID: &str = "x-request-id";

/// As much of the path of an unknown method as the audit log shows.
const PATH_CHARS_MAX: usize = 80;

/// The middleware, one for all connections.
pub(in crate::rpc) struct Middleware {
    pub(in crate::rpc) routes: Routes,
    pub(in crate::rpc) settings: Settings,
    pub(in crate::rpc) deadline_max: std::time::Duration,
    /// The clocks of tokens, which a call reads once.
    pub(in crate::rpc) clocks: Arc<Clocks>,
    pub(in crate::rpc) observer: Arc<dyn Observer>,
    /// Cancelled when the server drains; open-ended calls end then.
    pub(in crate::rpc) draining: CancellationToken,
}

impl Middleware {
    /// Runs one call. The observer follows the response body to its end.
    pub(in crate::rpc) async fn call<B>(
        self: Arc<Self>,
        request: Request<B>,
        connection: Arc<Connection>,
    ) -> Result<Response<ObservedBody>, Infallible>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let running = connection.begin_call();
        let (path, headers) = (request.uri().path(), request.headers());
        let id = request_id(headers);
        let route = self.routes.find(path);
        let tokens = Arc::clone(&self.settings.tokens.get());
        let (allowance, checked) = self.admit(route, path, headers, (&connection, &tokens));
        let held = HeldToken::new(&self.settings.tokens, &tokens, &allowance);
        let deadline = deadline::deadline(path, headers, self.deadline_max);
        let mut watch = Watch::begin(&self.observer, route.map(|route| &route.method), &id, headers);
        if let Some(deadline) = deadline {
            end_call_at(deadline);
        }
        if request.version() < Version::HTTP_2 {
            connection.set_due(deadline);
        }
        let endless = deadline::ends_with_drain(path, deadline);
        let drained = endless.then(|| Box::pin(self.draining.clone().cancelled_owned()));
        let memory = Arc::new(CallMemory::new(Arc::clone(&allowance.responses)));
        let (caller, identity) = (allowance.caller, allowance.identity.clone());
        let clock = identity.as_ref().and_then(|identity| self.clocks.now(identity));
        let call = Call {
            id: id.clone(),
            context: CallContext { deadline, caller, identity, clock, memory, has_begun: Arc::default() },
            method: method(route, path),
            peer: connection.peer,
            leases: Arc::clone(&connection.leases),
            subject: route.filter(|route| route.scope == Some(Scope::Admin)).map(|_| Arc::default()),
        };
        let (span, requests, memory) = (watch.span.clone(), Arc::clone(&allowance.requests), &call.context.memory);
        let request = request.map(|body| Body::new(BudgetedBody::new(body, requests, Arc::clone(memory))));
        let (counted, mut response) = match checked {
            Ok(counted) => (counted, self.answer(route, request, call.clone()).instrument(span).await),
            Err(error) => (None, span.in_scope(|| status::status(&error, &id).into_http())),
        };
        call.context.memory.end_request();
        if let Ok(mut value) = HeaderValue::from_str(&id) {
            // Not to be indexed (RFC 7541, 6.2.3): ids differ, and would fill the table that compresses headers.
            value.set_sensitive(true);
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let mut refusal = None;
        if let Some(code) = code(response.headers()) {
            watch.code = code;
            if is_refusal(code) {
                refusal = Status::from_header_map(response.headers()).map(|status| status.message().into());
            }
        }
        Ok(response.map(|body| ObservedBody {
            body,
            watch,
            call,
            refusal,
            late: None,
            drained,
            held,
            ended: false,
            connection,
            _running: running,
            _counted: counted,
        }))
    }

    /// Who makes a request that is no call of a method, and whether it is refused, as a call that reads would be.
    pub(in crate::rpc) fn admit_reader(
        &self,
        path: &str,
        headers: &HeaderMap,
        connection: &Connection,
    ) -> (Arc<Allowance>, Result<Option<CountedCall>, Error>) {
        self.admit(None, path, headers, (connection, &Arc::clone(&self.settings.tokens.get())))
    }

    /// Who makes a call, and whether it is refused for its metadata, before its message is read. Probes are not counted.
    fn admit(
        &self,
        route: Option<&Route>,
        path: &str,
        headers: &HeaderMap,
        (connection, tokens): (&Connection, &Arc<TokenSet>),
    ) -> (Arc<Allowance>, Result<Option<CountedCall>, Error>) {
        let allowance = connection.caller(access::bearer(headers), tokens);
        // What is not there, nobody has to be kept from: who has a token is told so.
        let scope = route.map_or(Some(Scope::Read), |route| route.scope);
        let checked = metadata::check(headers, self.settings.metadata_bytes_max).and_then(|()| {
            let caller = access::Caller { identity: allowance.identity.as_deref(), origin: connection.peer.origin() };
            access::check(path, scope, caller, tokens.rules)?;
            deadline::check(headers)?;
            let counted = scope.map(|_| allowance.begin()).transpose();
            counted.map_err(Into::into)
        });
        (allowance, checked)
    }

    async fn answer(&self, route: Option<&Route>, mut request: Request<Body>, call: Call) -> Response<Body> {
        let Some(route) = route else {
            return Status::unimplemented("unknown method").into_http();
        };
        let (id, deadline) = (call.id.clone(), call.context.deadline);
        request.extensions_mut().insert(call);
        let Ok(response) = within(deadline, route.serve(request)).await else {
            return status::status(&Error::from(app::Error::Late), &id).into_http();
        };
        let response = response.unwrap_or_else(|never| match never {});
        let status = Status::from_header_map(response.headers());
        match status.and_then(|status| status::unreadable(&status, self.settings.message_bytes_max)) {
            Some(better) => better.into_http(),
            None => response,
        }
    }
}

async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Result<T, ()> {
    match deadline {
        Some(at) => tokio::time::timeout_at(at, work).await.map_err(|_| ()),
        None => Ok(work.await),
    }
}

/// The id from the caller, if it is short printable ASCII, or a new one.
pub(in crate::rpc) fn request_id(headers: &HeaderMap) -> Arc<str> {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    given.filter(plain).map_or_else(|| methods::new_id().into(), Into::into)
}

fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}

/// A response body that ends at the deadline at the latest, or when the server drains if the call is open-ended.
pub(in crate::rpc) struct ObservedBody {
    body: Body,
    watch: Watch,
    call: Call,
    /// Why the call was refused, if it was.
    refusal: Option<Box<str>>,
    /// Wakes the body at the deadline; made when the body first waits, which most never do.
    late: Option<Pin<Box<Sleep>>>,
    drained: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    /// The token that let the call in.
    held: Option<HeldToken>,
    /// The status is sent.
    ended: bool,
    connection: Arc<Connection>,
    _running: RunningCall,
    _counted: Option<CountedCall>,
}

impl ObservedBody {
    /// Ends the body with the status of an error.
    fn end(&mut self, error: impl Into<Error>) -> Result<Frame<Bytes>, Status> {
        let status = status::status(&error.into(), &self.call.id);
        (self.body, self.ended) = (Body::empty(), true);
        self.watch.code = status.code();
        let mut trailers = HeaderMap::new();
        status.add_header(&mut trailers)?;
        Ok(Frame::trailers(trailers))
    }

    /// Logs a refused call and an admin call. Callers within this process act on their own files.
    fn audit(&self) {
        let Self { call, watch, refusal, .. } = self;
        let outcome = code_name(watch.code);
        if call.peer == Peer::Process {
            return;
        }
        if is_refusal(watch.code) {
            call.entry(refusal.as_deref().unwrap_or_default(), outcome).refused(call.context.caller.group);
        } else if let Some(subject) = &call.subject {
            call.entry(subject.get().map_or("", |subject| subject), outcome).admin();
        }
    }
}

/// Whether a call was refused for who made it.
fn is_refusal(code: Code) -> bool {
    matches!(code, Code::Unauthenticated | Code::PermissionDenied)
}

impl Drop for ObservedBody {
    fn drop(&mut self) {
        // A client that does not read gets no trailers, but its call ends for the same reason.
        let deadline = self.call.context.deadline;
        if self.watch.code == Code::Cancelled && deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.watch.code = Code::DeadlineExceeded;
        }
        self.audit();
    }
}

impl http_body::Body for ObservedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let span = self.watch.span.clone();
        let _entered = span.enter();
        let deadline = self.call.context.deadline.filter(|_| !self.ended);
        if deadline.is_some_and(|at| at <= Instant::now()) {
            return Poll::Ready(Some(self.end(app::Error::Late)));
        }
        let mut frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(data))) = &mut frame
            && let Some(bytes) = data.data_mut().filter(|bytes| bytes.len() > UNCOUNTED_BYTES_MAX)
        {
            match self.call.context.memory.frame(bytes.len()) {
                Some(held) => *bytes = self.connection.frame(std::mem::take(bytes), held),
                None => return Poll::Ready(Some(self.end(app::Error::NoMemory))),
            }
        }
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(code) = frame.trailers_ref().and_then(code)
        {
            self.ended = true;
            self.watch.code = code;
        }
        let waits = frame.is_pending();
        if !self.ended
            && let Some(held) = &mut self.held
            && let Some(error) = held.revoked(waits, context)
        {
            self.refusal = Some(error.to_string().into());
            return Poll::Ready(Some(self.end(error)));
        }
        // Ready frames go out first: a health watch learns why it ends.
        if frame.is_pending() && !self.ended {
            if self.drained.as_mut().is_some_and(|end| end.as_mut().poll(context).is_ready()) {
                return Poll::Ready(Some(self.end(app::Error::Stopping)));
            }
            if let Some(at) = deadline
                && self.late.get_or_insert_with(|| Box::pin(sleep_until(at))).as_mut().poll(context).is_ready()
            {
                return Poll::Ready(Some(self.end(app::Error::Late)));
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The method of a call: its path, if it has no route.
fn method(route: Option<&Route>, path: &str) -> Arc<str> {
    route.map_or_else(|| path.chars().take(PATH_CHARS_MAX).collect::<String>().into(), |route| route.method.clone())
}
