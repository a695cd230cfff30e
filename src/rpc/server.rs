//! The server: accepts connections, serves calls and drains.
//!
//! It accepts connections itself instead of through tonic, to limit what each peer may take and the duration of the drain.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use super::connection::peer::Peer;
use super::connection::{self, Peers, Stream};
use super::doors::Doors;
use super::identity::audit;
use super::{Observer, Settings, Unwatched, services};
use crate::app::App;

/// Serves until `shutdown` resolves, then drains: health reports NOT_SERVING, no more calls are accepted, and calls in
/// flight finish or are cut off at the drain timeout.
pub async fn serve(
    doors: impl Into<Doors>,
    app: Arc<App>,
    settings: Settings,
    observer: Arc<dyn Observer>,
    shutdown: impl Future<Output = ()>,
) {
    let mut doors = doors.into();
    let draining = CancellationToken::new();
    let drain = settings.drain;
    let tokens = Arc::clone(&settings.tokens);
    let _telling = AbortOnDropHandle::new(tokio::spawn(audit::tell_what_is_left_out()));
    let _looking = AbortOnDropHandle::new(tokio::spawn(async move { tokens.follow().await }));
    let peers = Arc::new(Peers::new(&settings, largest_answer(&app)));
    if let Err(error) = app.alerts.start().await {
        tracing::error!(%error, "alerts do not run");
    }
    let (middleware, health) = services::middleware(app, settings, observer, draining.clone());
    let mut connections = JoinSet::new();
    let tls = doors.tls().cloned();
    let _following = tls.clone().map(|tls| AbortOnDropHandle::new(tokio::spawn(async move { tls.follow().await })));
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = doors.accept() => match accepted {
                Ok((arrival, peer)) => match peers.admit(peer) {
                    Some(admitted) => {
                        connections.spawn(connection::greet(arrival, tls.clone(), admitted, middleware.clone()));
                    }
                    None => tracing::warn!(%peer, "connection refused: all of connections_max are busy"),
                },
                // Out of file descriptors, or the client has gone; the next accept may succeed.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
        }
    }
    services::not_serving(&health);
    drop(doors);
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
    let settings = Settings::default();
    let peers = Arc::new(Peers::new(&settings, largest_answer(&app)));
    let (middleware, _) = services::middleware(app, settings, Arc::new(Unwatched), draining);
    let (client, server) = tokio::io::duplex(1 << 20);
    let admitted = peers.admit(Peer::Process).expect("the first connection is admitted");
    let server = Stream::Process(server);
    tokio::spawn(async move { connection::serve(server, admitted.connection.clone(), middleware).await });
    let mut client = Some(TokioIo::new(client));
    let connector = service_fn(move |_: Uri| {
        let taken = client.take().ok_or_else(|| std::io::Error::other("the connection within the process is closed"));
        std::future::ready(taken)
    });
    Endpoint::from_static("http://local").connect_with_connector_lazy(connector)
}

/// The size of the largest answer, which every connection may hold.
fn largest_answer(app: &App) -> usize {
    let limits = app.limits();
    limits.answer_bytes_max.max(limits.batch_answer_bytes_max).max(limits.saved_result_bytes_max)
}
