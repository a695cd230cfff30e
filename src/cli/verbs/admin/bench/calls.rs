//! The calls themselves: what is sent, and that all of the answer is read.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use atrad::rpc::proto::compute_request::Source::Series;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{ComputeRequest, ComputeStreamRequest, IngestRequest, Range, ReadBarsRequest, SeriesId};
use atrad::rpc::wire::{Bars, Packed};
use atrad::series::Timeframe;
use tonic::{Request, Status};

use super::mix::{Call, Method};
use crate::cli::connection::{Connection, Way};

/// The clients of one connection.
#[derive(Clone)]
pub(super) struct Clients {
    indicators: IndicatorServiceClient<Way>,
    series: SeriesServiceClient<Way>,
    ingest: IngestServiceClient<Way>,
}

impl Clients {
    pub(super) fn new(connection: &Connection) -> Self {
        // Answers of any size: the server bounds them.
        let (indicators, series) = (connection.indicators(), connection.series());
        Self {
            indicators: indicators.max_decoding_message_size(usize::MAX),
            series: series.max_decoding_message_size(usize::MAX),
            ingest: connection.ingest(),
        }
    }

    /// Makes a call and reads all of its answer.
    pub(super) async fn make(&mut self, call: &Prepared, deadline: Duration) -> Result<(), Status> {
        match call {
            Prepared::Compute(message) => drop(self.indicators.compute(due(message, deadline)).await?),
            Prepared::Stream(message) => {
                let mut chunks = self.indicators.compute_stream(due(message, deadline)).await?.into_inner();
                while chunks.message().await?.is_some() {}
            }
            Prepared::Read(message) => {
                let mut chunks = self.series.read_bars(due(message, deadline)).await?.into_inner();
                while chunks.message().await?.is_some() {}
            }
            Prepared::Ingest(bars) => drop(self.ingest.ingest(due(&bars.next(), deadline)).await?),
        }
        Ok(())
    }
}

/// A request with a deadline.
fn due<T: Clone>(message: &T, deadline: Duration) -> Request<T> {
    let mut request = Request::new(message.clone());
    request.set_timeout(deadline);
    request
}

/// A call with its message.
pub(super) enum Prepared {
    Compute(ComputeRequest),
    Stream(ComputeStreamRequest),
    Read(ReadBarsRequest),
    Ingest(NewBars),
}

impl Prepared {
    pub(super) fn new(call: &Call) -> Self {
        let series = SeriesId { symbol: call.symbol.clone(), timeframe: call.timeframe.clone() };
        let range = call.last.map(|last| Range { last: Some(last), ..Range::default() });
        let compute = || ComputeRequest {
            source: Some(Series(series.clone())),
            range,
            expressions: call.expressions.clone(),
            ..ComputeRequest::default()
        };
        match call.method {
            Method::Compute => Self::Compute(compute()),
            Method::Stream => Self::Stream(ComputeStreamRequest { request: Some(compute()) }),
            Method::Read => Self::Read(ReadBarsRequest { series: Some(series), range, ..ReadBarsRequest::default() }),
            Method::Ingest => Self::Ingest(NewBars::new(series, call.last.unwrap_or(1))),
        }
    }
}

/// Bars that follow each other, from now on.
pub(super) struct NewBars {
    series: SeriesId,
    bars: i64,
    step: i64,
    next: AtomicI64,
}

impl NewBars {
    fn new(series: SeriesId, bars: u64) -> Self {
        let step = series.timeframe.parse::<Timeframe>().ok().and_then(Timeframe::nanos).unwrap_or(1_000_000_000);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as i64;
        let bars = bars.min(1_000_000) as i64;
        Self { series, bars, step, next: AtomicI64::new(now - now.rem_euclid(step)) }
    }

    fn next(&self) -> IngestRequest {
        let first = self.next.fetch_add(self.bars * self.step, Relaxed);
        let times: Vec<i64> = (0..self.bars).map(|bar| first + bar * self.step).collect();
        let price = |add: f64| {
            Packed::of(&times.iter().map(|time| 100.0 + (time / self.step % 7) as f64 + add).collect::<Vec<f64>>())
        };
        let bars = Bars {
            times: Packed::of(&times),
            open: price(0.0),
            high: price(1.0),
            low: price(-1.0),
            close: price(0.5),
            volume: price(0.0),
            extra: Vec::new(),
        };
        IngestRequest { series: Some(self.series.clone()), bars: Some(bars), ..IngestRequest::default() }
    }
}
