//! The server: accepts connections, serves calls and drains.
//!
//! It accepts connections itself instead of through tonic, to limit their number, their idle time before the first bytes
//! and the duration of the drain.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use super::middleware::access::Peer;
use super::middleware::metadata;
use super::middleware::stack::Middleware;
use super::{Observer, Settings, Unwatched, services};
use crate::app::App;

/// The timeout of the first bytes of a connection.
const PREFACE_TIMEOUT: Duration = Duration::from_secs(10);

/// The length of the HTTP/2 connection preface.
const PREFACE_BYTES: usize = 24;

/// Serves until `shutdown` resolves, then drains: health reports NOT_SERVING, no more calls are accepted, and calls in
/// flight finish or are cut off at the drain timeout.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    settings: Settings,
    observer: Arc<dyn Observer>,
    shutdown: impl Future<Output = ()>,
) {
    let draining = CancellationToken::new();
    let (connections_max, drain) = (settings.connections_max, settings.drain);
    let (middleware, health) = services::middleware(app, settings, observer, draining.clone());
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok(_) if connections.len() >= connections_max => {
                    tracing::warn!(connections_max, "connection refused: connections_max reached");
                }
                Ok((stream, _)) => {
                    connections.spawn(greet(stream, middleware.clone()));
                }
                // Out of file descriptors, or the client has gone; the next accept may succeed.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
        }
    }
    services::not_serving(&health);
    drop(listener);
    draining.cancel();
    let ended = tokio::time::timeout(drain, async { while connections.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!(connections = connections.len(), "drain timeout: calls in flight are cut off");
    }
    connections.shutdown().await;
}

/// Serves calls from this process, over the same code.
pub async fn local(app: Arc<App>) -> Channel {
    let draining = CancellationToken::new();
    let (middleware, _) = services::middleware(app, Settings::default(), Arc::new(Unwatched), draining);
    let (client, server) = tokio::io::duplex(1 << 20);
    tokio::spawn(connection(server, Peer::Process, middleware));
    let mut client = Some(TokioIo::new(client));
    let connector = service_fn(move |_: Uri| {
        let taken = client.take().ok_or_else(|| std::io::Error::other("the connection within the process is closed"));
        std::future::ready(taken)
    });
    Endpoint::from_static("http://local").connect_with_connector_lazy(connector)
}

/// Serves a connection that sends its preface in time.
async fn greet(stream: TcpStream, middleware: Arc<Middleware>) {
    let peer = stream.peer_addr().map_or(Peer::Remote, |address| Peer::at(address.ip()));
    let preface = async {
        let mut seen = [0; PREFACE_BYTES];
        while (1..PREFACE_BYTES).contains(&stream.peek(&mut seen).await?) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stream.set_nodelay(true)
    };
    match tokio::time::timeout(PREFACE_TIMEOUT, preface).await {
        Ok(Ok(())) => connection(stream, peer, middleware).await,
        Ok(Err(error)) => tracing::debug!(%error, "connection lost before the preface"),
        Err(_) => tracing::debug!("preface timeout"),
    }
}

async fn connection<I: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    io: I,
    peer: Peer,
    middleware: Arc<Middleware>,
) {
    let draining = middleware.draining.clone();
    let builder = http2(&middleware.settings);
    let service = TowerToHyperService::new(service_fn(move |mut request: http::Request<_>| {
        request.extensions_mut().insert(peer);
        middleware.clone().call(request)
    }));
    let connection = builder.serve_connection(TokioIo::new(io), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = draining.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// HTTP/2 settings: large windows and frames for columns, bounds against hostile clients.
fn http2(settings: &Settings) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .max_frame_size(256 << 10)
        .max_send_buf_size(1 << 20)
        .max_concurrent_streams(settings.streams_max)
        .max_header_list_size(metadata::connection_max(settings.metadata_bytes_max))
        // gRPC has no use for a date, and hyper panics on a clock before 1970.
        .auto_date_header(false)
        // Agents cancel often; hyper's default of 20 takes that for an attack.
        .max_pending_accept_reset_streams(256)
        .keep_alive_interval(Duration::from_secs(60))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
