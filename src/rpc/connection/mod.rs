//! Connections: who may connect, what a connection may hold, and when it ends.
//!
//! A connection ends when it is idle or old, when its reader takes nothing any more, or when another peer needs its place.

pub(super) mod call_tasks;
mod ending;
mod greeting;
mod monitored;
pub(super) mod peer;
mod peers;
pub(super) mod state;
mod stream;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::http::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::time::timeout;
use tower::service_fn;

pub(super) use peers::{Admitted, Peers};
pub(super) use stream::Stream;

use self::call_tasks::CallTasks;
use self::ending::{End, stalled, unused, why_end};
use self::greeting::{GREETING_TIMEOUT, Greeting};
use self::monitored::Monitored;
use self::peer::Peer;
use self::state::Connection;
use super::doors::{Arrival, Tls};
use super::http;
use super::identity::audit::Entry;
use super::middleware::metadata;
use super::middleware::stack::Middleware;
use super::settings::Settings;

/// The time in which a request head of HTTP/1 must have come, from the end of the response before. It closes idle
/// connections, too: keeping one costs its client little to open again.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The least buffer of HTTP/1 for a request head and a part of a body, in bytes.
const HTTP1_BUFFER_BYTES: u32 = 64 << 10;

/// The timeout of the first bytes of a connection that was evicted meanwhile.
const EVICTED_GREETING_TIMEOUT: Duration = Duration::from_millis(200);

/// Serves a connection whose client greets in time.
pub(super) async fn greet(arrival: Arrival, tls: Option<Arc<Tls>>, admitted: Admitted, middleware: Arc<Middleware>) {
    let Connection { evicted, peer, .. } = &*admitted.connection;
    let (evicted, peer) = (evicted.clone(), *peer);
    let mut opening = pin!(timeout(GREETING_TIMEOUT, open(arrival, tls)));
    let opened = tokio::select! {
        opened = opening.as_mut() => opened,
        () = evicted.cancelled() => {
            // Its preface may be here, or on its way: such a client is told to go, as one that has greeted.
            let Some(_leaving) = admitted.connection.leaving() else { return };
            timeout(EVICTED_GREETING_TIMEOUT, opening).await.and_then(|opened| opened)
        }
        // Whoever has not greeted yet must not hold up the end.
        () = middleware.draining.cancelled() => return tracing::debug!(%peer, "connection closed before the preface: draining"),
    };
    let (stream, greeting) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return lost(&error, peer, admitted.connection.own.caller.group),
        Err(_) => return tracing::debug!(%peer, "preface timeout"),
    };
    // hyper makes a date for each response of HTTP/1, asked for or not, and panics on one before 1970.
    let is_http2 = greeting.is_http2();
    if !is_http2 && SystemTime::now() < UNIX_EPOCH {
        return tracing::warn!("a connection of HTTP/1 is closed: the system clock is set before 1970");
    }
    serve_after(stream, greeting, is_http2, Arc::clone(&admitted.connection), middleware).await;
}

/// A connection did not get as far as HTTP: a handshake was refused, or it just ended.
fn lost(error: &io::Error, peer: Peer, group: u64) {
    if error.kind() == io::ErrorKind::InvalidData {
        let (what, outcome) = (&*error.to_string(), "REFUSED");
        return Entry { token: None, peer, method: "TLS handshake", what, outcome, id: "" }.refused(group);
    }
    tracing::debug!(%peer, %error, "connection lost before the preface");
}

/// The stream of a connection after its handshake, if it has one, and its first bytes.
async fn open(arrival: Arrival, tls: Option<Arc<Tls>>) -> io::Result<(Stream, Greeting)> {
    let mut stream = match (arrival, tls) {
        (Arrival::Unix(stream), _) => Stream::Unix(stream),
        (Arrival::Tcp(stream), None) => {
            stream.set_nodelay(true)?;
            Stream::Tcp(stream)
        }
        (Arrival::Tcp(stream), Some(tls)) => {
            stream.set_nodelay(true)?;
            // No state of TLS for whoever says nothing.
            stream.readable().await?;
            Stream::Tls(Box::new(tls.accept(stream).await?))
        }
    };
    let greeting = Greeting::read(&mut stream).await?;
    Ok((stream, greeting))
}

/// Serves the calls of a connection of HTTP/2 from its first byte on.
pub(super) async fn serve(stream: Stream, connection: Arc<Connection>, middleware: Arc<Middleware>) {
    serve_after(stream, Greeting::default(), true, connection, middleware).await;
}

/// Serves the calls of a connection whose first bytes were read.
async fn serve_after(
    stream: Stream,
    greeting: Greeting,
    is_http2: bool,
    connection: Arc<Connection>,
    middleware: Arc<Middleware>,
) {
    let (draining, settings) = (middleware.draining.clone(), middleware.settings.clone());
    let io = Monitored::new(stream, greeting, Arc::clone(&connection.progress));
    let calls = Arc::clone(&connection);
    let service = TowerToHyperService::new(service_fn(move |request: Request<_>| {
        http::serve(Arc::clone(&middleware), request, Arc::clone(&calls))
    }));
    // Told what it is, a connection can say goodbye from its first moment on.
    let builder = builder(&settings);
    let builder = if is_http2 { builder.http2_only() } else { builder.http1_only() };
    let served = builder.serve_connection(TokioIo::new(io), service);
    tokio::pin!(served);
    let end = tokio::select! {
        ended = served.as_mut() => return report(ended),
        end = why_end(&connection, &settings, &draining) => end,
    };
    tracing::debug!(?end, "connection ends");
    match end {
        // Nothing of it could go on.
        End::Stalled => {}
        End::Evicted => {
            // It is idle, but its client may begin a call at this moment, which is served. Few may take this time at once,
            // as their places are taken already.
            let Some(_leaving) = connection.leaving() else { return };
            served.as_mut().graceful_shutdown();
            tokio::select! {
                ended = served => report(ended),
                () = unused(&connection) => {}
                () = stalled(&connection, &settings) => {}
            }
        }
        End::Draining | End::Idle | End::Old => {
            served.as_mut().graceful_shutdown();
            tokio::select! {
                ended = served => report(ended),
                // Calls in flight finish, unless nobody reads them.
                () = stalled(&connection, &settings) => {}
            }
        }
    }
}

fn report(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// HTTP settings: large windows and frames for columns, bounds against hostile clients.
fn builder(settings: &Settings) -> Builder<CallTasks> {
    let mut builder = Builder::new(CallTasks);
    let metadata_bytes = metadata::connection_max(settings.metadata_bytes_max);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(metadata_bytes.max(HTTP1_BUFFER_BYTES) as usize)
        .auto_date_header(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .max_frame_size(256 << 10)
        .max_send_buf_size(1 << 20)
        .max_concurrent_streams(settings.streams_max)
        .max_header_list_size(metadata_bytes)
        // gRPC has no use for a date, and hyper panics on a clock before 1970.
        .auto_date_header(false)
        // Agents cancel often; hyper's default of 20 takes that for an attack.
        .max_pending_accept_reset_streams(256)
        .keep_alive_interval(Duration::from_secs(60))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
