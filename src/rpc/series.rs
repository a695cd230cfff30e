//! `SeriesService`.

use std::sync::Arc;

use futures_util::StreamExt;
use tonic::Request;

use super::call::{Call, Replies, Reply};
use super::error::{Error, field};
use super::proto::series_service_server::SeriesService;
use super::proto::{
    DeleteSeriesRequest, DeleteSeriesResponse, GetSeriesRequest, GetSeriesResponse, ListSeriesRequest,
    ListSeriesResponse, ReadBarsRequest, ReadBarsResponse, SetRetentionRequest, SetRetentionResponse,
};
use super::wire::{page_token, required};
use crate::app::App;

/// The entries of a page when the caller does not say how many.
const PAGE: u32 = 1000;

/// The most entries of a page.
const PAGE_MAX: u32 = 10_000;

/// Tells which series there are, and what is in them.
pub(super) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn page(&self, request: ListSeriesRequest) -> Result<ListSeriesResponse, Error> {
        let ListSeriesRequest { symbol_prefix, timeframe, page_size, page_token: token } = request;
        if page_size > PAGE_MAX {
            return Err(field("page_size", format!("at most {PAGE_MAX}"), page_size.to_string()));
        }
        let size = if page_size == 0 { PAGE } else { page_size } as usize;
        let timeframe = if timeframe.is_empty() { None } else { Some(timeframe.parse()?) };
        // One more than asked tells whether there is another page.
        let mut series = self.app.list(&symbol_prefix, timeframe, page_token(&token)?.as_ref(), size + 1);
        let more = series.len() > size;
        series.truncate(size);
        let last = series.last().filter(|_| more);
        let next_page_token = last.map(|facts| facts.id.to_string()).unwrap_or_default();
        Ok(ListSeriesResponse { series: series.into_iter().map(Into::into).collect(), next_page_token })
    }
}

#[tonic::async_trait]
impl SeriesService for Service {
    type ReadBarsStream = Replies<ReadBarsResponse>;

    async fn list_series(&self, request: Request<ListSeriesRequest>) -> Reply<ListSeriesResponse> {
        let (call, request) = Call::open(request);
        call.reply(self.page(request))
    }

    async fn get_series(&self, request: Request<GetSeriesRequest>) -> Reply<GetSeriesResponse> {
        let (call, GetSeriesRequest { id }) = Call::open(request);
        let facts = || Ok(GetSeriesResponse { series: Some(self.app.get(&required(id, "id")?)?.into()) });
        call.reply(facts())
    }

    async fn read_bars(&self, request: Request<ReadBarsRequest>) -> Reply<Self::ReadBarsStream> {
        let (call, ReadBarsRequest { id, range }) = Call::open(request);
        let chunks = || {
            let chunks = self.app.read_bars(&required(id, "id")?, range.try_into()?)?;
            Ok(chunks.map(|chunk| Ok(chunk?.into())))
        };
        let chunks = chunks();
        call.replies(chunks)
    }

    async fn set_retention(&self, request: Request<SetRetentionRequest>) -> Reply<SetRetentionResponse> {
        let (call, SetRetentionRequest { id, retention }) = Call::open(request);
        let set = async {
            let facts = self.app.set_retention(required(id, "id")?, retention.into()).await?;
            Ok(SetRetentionResponse { series: Some(facts.into()) })
        };
        call.reply(set.await)
    }

    async fn delete_series(&self, request: Request<DeleteSeriesRequest>) -> Reply<DeleteSeriesResponse> {
        let (call, DeleteSeriesRequest { id }) = Call::open(request);
        let deleted = async { Ok(DeleteSeriesResponse { rows: self.app.delete(required(id, "id")?).await? }) };
        call.reply(deleted.await)
    }
}
