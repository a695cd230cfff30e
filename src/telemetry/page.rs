//! The metrics endpoint: Prometheus text at `/metrics`, and `/healthz`, over plain HTTP.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use prometheus::{Registry, TextEncoder};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tower::service_fn;

/// The maximum lifetime of a connection; scrapers reconnect.
const CONNECTION_MAX: Duration = Duration::from_secs(60);

/// The maximum number of concurrent connections. One more ends the oldest: whoever opens many and asks nothing must not keep
/// out those who ask.
const CONNECTIONS_MAX: usize = 64;

/// Serves the metrics of `registry`, until the process ends.
pub(super) async fn serve(listener: TcpListener, registry: Registry) {
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                open.retain(|connection| !connection.is_finished());
                if open.len() >= CONNECTIONS_MAX
                    && let Some(oldest) = open.pop_front()
                {
                    tracing::debug!(CONNECTIONS_MAX, "the oldest connection for metrics is closed");
                    oldest.abort();
                }
                open.push_back(tokio::spawn(connection(stream, registry.clone())).abort_handle());
            }
            Err(error) => {
                tracing::warn!(%error, "a connection for metrics cannot be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, registry: Registry) {
    // hyper makes a date for each response of HTTP/1, asked for or not, and panics on one before 1970.
    if SystemTime::now() < UNIX_EPOCH {
        tracing::warn!("a connection for metrics is closed: the system clock is set before 1970");
        return;
    }
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
    let service = TowerToHyperService::new(service_fn(move |request: Request<_>| {
        std::future::ready(Ok::<_, Infallible>(answer(request.uri().path(), &registry)))
    }));
    let served = builder.serve_connection::<_, _, Full<Bytes>>(TokioIo::new(stream), service);
    if let Ok(Err(error)) = tokio::time::timeout(CONNECTION_MAX, served).await {
        tracing::debug!(%error, "a connection for metrics ends");
    }
}

/// All metrics as Prometheus text.
pub(super) fn text(registry: &Registry) -> Result<String, prometheus::Error> {
    TextEncoder::new().encode_to_string(&registry.gather())
}

fn answer(path: &str, registry: &Registry) -> Response<Full<Bytes>> {
    let (status, text) = match path {
        "/metrics" => match text(registry) {
            Ok(text) => (StatusCode::OK, text),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        },
        "/healthz" => (StatusCode::OK, "ok\n".into()),
        _ => (StatusCode::NOT_FOUND, "there are /metrics and /healthz\n".into()),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let kind = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}
