//! Traces and figures by OTLP, to a collector that only notes what it is sent.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tonic::body::Body;
use tower::service_fn;

use crate::process::{Server, say};

/// What came in: the path and the bytes of each call.
type Notes = Arc<Mutex<Vec<(String, Bytes)>>>;

/// Notes every call of one connection and answers it with nothing, which is an empty message.
async fn collect(stream: TcpStream, notes: Notes) {
    let service = service_fn(move |request: Request<_>| {
        let notes = notes.clone();
        async move {
            let path = request.uri().path().to_owned();
            let body = Body::new(request.into_body()).collect().await.expect("whole").to_bytes();
            notes.lock().expect("nobody panics with it").push((path, body));
            let response = Response::builder().header("content-type", "application/grpc").header("grpc-status", "0");
            Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).expect("a response"))
        }
    });
    let builder = Builder::new(TokioExecutor::new()).http2_only();
    let _ = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_and_figures_go_to_the_collector_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    let notes = Notes::default();
    let noted = notes.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(collect(stream, noted.clone()));
        }
    });
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_SERVICE_NAME", "bars-of-gold"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
    ];
    let server = Server::start_with(folder.path(), &[], &variables);
    say(folder.path(), &["series", "--server", &server.address]);
    let has = |path: &str, part: &str| {
        let notes = notes.lock().expect("nobody panics with it");
        notes.iter().any(|(to, body)| to == path && body.windows(part.len()).any(|window| window == part.as_bytes()))
    };
    let traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let metrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    let all = async {
        while !(has(traces, "/atrad.v1.SeriesService/ListSeries")
            && has(traces, "bars-of-gold")
            && has(metrics, "grpc.server.call.duration"))
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.expect("they arrive");
    assert_eq!(server.stop(), Some(0));
}
