//! `IngestService`.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::app::{self, App, Batch};
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::proto::ingest_service_server::IngestService;
use crate::rpc::proto::ingest_stream_response::Outcome;
use crate::rpc::proto::{IngestRequest, IngestResponse, IngestStreamRequest, IngestStreamResponse};
use crate::rpc::{Error, status};
use crate::series::SeriesId;

/// The maximum number of batches of one stream without a receipt.
const PENDING_RECEIPTS_MAX: usize = 64;

/// Stores bars.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
    message_bytes_max: usize,
    draining: CancellationToken,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>, message_bytes_max: usize, draining: CancellationToken) -> Self {
        Self { app, message_bytes_max, draining }
    }

    /// The batches until the client closes its side or the server drains.
    fn batches(&self, requests: Streaming<IngestStreamRequest>) -> impl Stream<Item = Incoming> + Send + use<> {
        let message_bytes_max = self.message_bytes_max;
        let better = move |status: Status| status::unreadable(&status, message_bytes_max).unwrap_or(status);
        let draining = self.draining.clone();
        let stopped = async move { draining.is_cancelled().then_some(Err(None)) };
        requests
            .map(move |request| request.map_err(|status| Some(better(status))))
            .take_until(self.draining.clone().cancelled_owned())
            .chain(stream::once(stopped).filter_map(ready))
    }
}

/// A batch, or why the stream ends: its status, or `None` when the server drains.
type Incoming = Result<IngestStreamRequest, Option<Status>>;

/// The response to a batch, once it is durable.
type PendingReceipt = Pin<Box<dyn Future<Output = Result<IngestStreamResponse, Status>> + Send>>;

#[tonic::async_trait]
impl IngestService for Service {
    type IngestStreamStream = Replies<IngestStreamResponse>;

    async fn ingest(&self, request: Request<IngestRequest>) -> Reply<IngestResponse> {
        let (call, request) = Call::open(request);
        let receipt = async {
            let (id, batch): (SeriesId, Batch) = request.try_into()?;
            let batch = batch.from_caller(&call.context);
            Ok(IngestResponse { receipt: Some(self.app.write.ingest(id, batch).await?.into()) })
        };
        call.reply(receipt.await)
    }

    async fn ingest_stream(
        &self,
        request: Request<Streaming<IngestStreamRequest>>,
    ) -> Reply<Replies<IngestStreamResponse>> {
        let (call, requests) = Call::open(request);
        let app = self.app.clone();
        let pending = move |incoming| enqueue(app.clone(), incoming, call.clone());
        let receipts = self.batches(requests).then(pending).buffered(PENDING_RECEIPTS_MAX);
        Ok(Response::new(Box::pin(receipts)))
    }
}

/// Waits for a place in the ingest queue, then returns the future of the receipt.
async fn enqueue(app: Arc<App>, incoming: Incoming, call: Call) -> PendingReceipt {
    let request = match incoming {
        Ok(request) => request,
        Err(status) => {
            let stopping = || status::status(&Error::from(app::Error::Stopping), &call.id);
            return Box::pin(ready(Err(status.unwrap_or_else(stopping))));
        }
    };
    let batch = request.batch;
    let given = async {
        let (id, batch): (SeriesId, Batch) = request.try_into()?;
        Ok(app.write.ingest_waiting(id, batch.from_caller(&call.context)).await?)
    };
    match given.await {
        Ok(receipt) => Box::pin(async move { Ok(response(batch, receipt.await.map_err(Error::from), &call)) }),
        Err(error) => Box::pin(ready(Ok(response(batch, Err(error), &call)))),
    }
}

fn response(batch: u64, receipt: Result<app::Receipt, Error>, call: &Call) -> IngestStreamResponse {
    let outcome = match receipt {
        Ok(receipt) => Outcome::Receipt(receipt.into()),
        Err(error) => Outcome::Failure(call.failure(&error)),
    };
    IngestStreamResponse { batch, outcome: Some(outcome) }
}
