//! A server with a data folder of its own, and clients for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_flight::flight_service_client::FlightServiceClient;
use atrad::app::{self, App, Limits};
use atrad::rpc::proto::cache_service_client::CacheServiceClient;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{ComputeRequest, IngestRequest, Range, SeriesId};
use atrad::rpc::wire::{Bars, Packed};
use atrad::rpc::{self, Observer, Settings};
use http::HeaderMap;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use tracing::Span;

/// The time between two bars of the tests, in nanoseconds: a minute.
pub(crate) const STEP: i64 = 60_000_000_000;

pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) channel: Channel,
    pub(crate) app: Arc<App>,
    pub(crate) ended: Ended,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<()>,
    folder: tempfile::TempDir,
}

/// The calls that ended: method and status.
pub(crate) type Ended = Arc<Mutex<Vec<(String, &'static str)>>>;

struct Notes(Ended);

impl Observer for Notes {
    fn begin(&self, _: &Arc<str>, _: &str, _: &HeaderMap) -> Span {
        Span::none()
    }

    fn end(&self, method: &Arc<str>, status: &'static str, _: Duration) {
        self.0.lock().expect("nobody panics with it").push((method.to_string(), status));
    }

    fn metrics(&self) -> String {
        "the metrics of the tests 1\n".into()
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Limits::default(), Settings::default()).await
    }

    pub(crate) async fn with(limits: Limits, settings: Settings) -> Self {
        Self::on(tempfile::tempdir().expect("a folder"), limits, settings).await
    }

    /// A server on a folder that another has left.
    pub(crate) async fn on(folder: tempfile::TempDir, limits: Limits, settings: Settings) -> Self {
        let config = app::Config { data: folder.path().join("data"), limits, ..app::Config::default() };
        Self::of(folder, config, settings).await
    }

    /// A server that calls webhooks in this way.
    pub(crate) async fn with_webhooks(change: impl FnOnce(&mut app::WebhookConfig)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = app::Config { data: folder.path().join("data"), ..app::Config::default() };
        change(&mut config.webhooks);
        Self::of(folder, config, Settings::default()).await
    }

    async fn of(folder: tempfile::TempDir, config: app::Config, settings: Settings) -> Self {
        let app = App::open(config).expect("opened");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = Ended::default();
        let shutdown = async move { drop(stopped.await) };
        let observer = Arc::new(Notes(ended.clone()));
        let task = tokio::spawn(rpc::serve(listener, app.clone(), settings, observer, shutdown));
        let channel = connect(&address).await;
        Self { address, channel, app, ended, stop: Some(stop), task, folder }
    }

    pub(crate) fn indicators(&self) -> IndicatorServiceClient<Channel> {
        IndicatorServiceClient::new(self.channel.clone()).max_decoding_message_size(64 << 20)
    }

    pub(crate) fn ingest(&self) -> IngestServiceClient<Channel> {
        IngestServiceClient::new(self.channel.clone())
    }

    pub(crate) fn series(&self) -> SeriesServiceClient<Channel> {
        SeriesServiceClient::new(self.channel.clone())
    }

    pub(crate) fn cache(&self) -> CacheServiceClient<Channel> {
        CacheServiceClient::new(self.channel.clone())
    }

    pub(crate) fn flight(&self) -> FlightServiceClient<Channel> {
        FlightServiceClient::new(self.channel.clone())
    }

    /// Stores so many bars of a series.
    pub(crate) async fn fill(&self, symbol: &str, rows: usize) {
        let request = IngestRequest { series: id(symbol), bars: Some(bars(0, rows)), ..IngestRequest::default() };
        let receipt = self.ingest().ingest(request).await.expect("stored").into_inner().receipt.expect("there");
        assert_eq!(receipt.accepted, rows as u64);
    }

    /// Asks for the shutdown and waits for its end.
    pub(crate) async fn end(mut self) -> tempfile::TempDir {
        drop(self.stop.take());
        self.task.await.expect("it ends");
        self.app.close().await;
        self.folder
    }
}

pub(crate) async fn connect(address: &str) -> Channel {
    Endpoint::from_shared(address.to_owned()).expect("an address").connect().await.expect("connected")
}

pub(crate) fn id(symbol: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: "1m".into() })
}

/// Bars from row `start` on: close is the number of the row plus 100.
pub(crate) fn bars(start: usize, rows: usize) -> Bars {
    let close: Vec<f64> = (start..start + rows).map(|row| row as f64 + 100.0).collect();
    let times: Vec<i64> = (start..start + rows).map(|row| row as i64 * STEP).collect();
    Bars {
        times: Packed::of(&times),
        open: Packed::of(&close),
        high: Packed::of(&close),
        low: Packed::of(&close),
        close: Packed::of(&close),
        volume: Packed::of(&vec![1.0; rows]),
        ..Bars::default()
    }
}

pub(crate) fn question(symbol: &str, expressions: &[&str], last: Option<u64>) -> ComputeRequest {
    ComputeRequest {
        source: id(symbol).map(Source::Series),
        range: Some(Range { start_time: None, end_time: None, last, as_of: None }),
        expressions: expressions.iter().map(|&text| text.into()).collect(),
        ..ComputeRequest::default()
    }
}
