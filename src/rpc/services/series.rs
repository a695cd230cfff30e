//! `SeriesService`.

use std::sync::Arc;

use futures_util::StreamExt;
use tonic::Request;

use crate::app::{App, SeriesFacts};
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::error::Error;
use crate::rpc::proto::series_service_server::SeriesService;
use crate::rpc::proto::{
    self, AcceptLossRequest, AcceptLossResponse, DeleteSeriesRequest, DeleteSeriesResponse, GetSeriesRequest,
    GetSeriesResponse, ListSeriesRequest, ListSeriesResponse, ReadBarsRequest, ReadBarsResponse, SetRetentionRequest,
    SetRetentionResponse,
};
use crate::rpc::wire::{page_size, page_token, read_resampling, read_retention, read_span, required};
use crate::series::{Resampling, SeriesId};

/// Lists, describes, reads and deletes series.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn page(&self, request: ListSeriesRequest, call: &Call) -> Result<ListSeriesResponse, Error> {
        let ListSeriesRequest { symbol_prefix, timeframe, page_size: size, page_token: token } = request;
        let size = page_size(size)?;
        let timeframe = if timeframe.is_empty() { None } else { Some(timeframe.parse()?) };
        // One more than asked tells whether there is another page.
        let after = page_token(&token)?;
        let mut series = self.app.bars.list(&symbol_prefix, timeframe, after.as_ref(), size + 1, &call.context);
        let more = series.len() > size;
        series.truncate(size);
        let last = series.last().filter(|_| more);
        let next_page_token = last.map(|facts| facts.id.to_string()).unwrap_or_default();
        Ok(ListSeriesResponse { series: series.into_iter().map(Into::into).collect(), next_page_token })
    }

    /// The facts of a series as far as the caller may see it.
    async fn visible(&self, id: &SeriesId, facts: SeriesFacts, call: &Call) -> Result<SeriesFacts, Error> {
        match call.context.as_of(None) {
            Some(_) => Ok(self.app.bars.describe(id, &Resampling::default(), None, &call.context).await?),
            None => Ok(facts),
        }
    }
}

/// The series of a request that changes it, if the caller may reach it.
fn permitted(series: Option<proto::SeriesId>, call: &Call) -> Result<SeriesId, Error> {
    let id: SeriesId = required(series, "series")?;
    call.acts_on(|| format!("series {id}"));
    call.context.permit(&id)?;
    Ok(id)
}

#[tonic::async_trait]
impl SeriesService for Service {
    type ReadBarsStream = Replies<ReadBarsResponse>;

    async fn list_series(&self, request: Request<ListSeriesRequest>) -> Reply<ListSeriesResponse> {
        let (call, request) = Call::open(request);
        call.reply(self.page(request, &call))
    }

    async fn get_series(&self, request: Request<GetSeriesRequest>) -> Reply<GetSeriesResponse> {
        let (call, GetSeriesRequest { series, resampling, as_of }) = Call::open(request);
        let facts = async {
            let (id, resampling) = (required(series, "series")?, read_resampling(resampling)?);
            let facts = self.app.bars.describe(&id, &resampling, as_of, &call.context).await?;
            Ok(GetSeriesResponse { as_of: facts.as_of, series: Some(facts.into()) })
        };
        call.reply(facts.await)
    }

    async fn read_bars(&self, request: Request<ReadBarsRequest>) -> Reply<Self::ReadBarsStream> {
        let (call, ReadBarsRequest { series, range, resampling }) = Call::open(request);
        let chunks = async {
            let (id, resampling) = (required(series, "series")?, read_resampling(resampling)?);
            let chunks = self.app.bars.read(&id, &resampling, read_span(range)?, &call.context).await?;
            Ok(chunks.map(|chunk| Ok(chunk?.into())))
        };
        let chunks = chunks.await;
        call.replies(chunks)
    }

    async fn set_retention(&self, request: Request<SetRetentionRequest>) -> Reply<SetRetentionResponse> {
        let (call, SetRetentionRequest { series, retention }) = Call::open(request);
        let set = async {
            let id = permitted(series, &call)?;
            let facts = self.app.write.set_retention(id.clone(), read_retention(retention)).await?;
            Ok(SetRetentionResponse { series: Some(self.visible(&id, facts, &call).await?.into()) })
        };
        call.reply(set.await)
    }

    async fn accept_loss(&self, request: Request<AcceptLossRequest>) -> Reply<AcceptLossResponse> {
        let (call, AcceptLossRequest { series }) = Call::open(request);
        let accepted = async {
            let id = permitted(series, &call)?;
            let facts = self.app.write.accept_loss(id.clone()).await?;
            Ok(AcceptLossResponse { series: Some(self.visible(&id, facts, &call).await?.into()) })
        };
        call.reply(accepted.await)
    }

    async fn delete_series(&self, request: Request<DeleteSeriesRequest>) -> Reply<DeleteSeriesResponse> {
        let (call, DeleteSeriesRequest { series }) = Call::open(request);
        let deleted =
            async { Ok(DeleteSeriesResponse { rows: self.app.write.delete(permitted(series, &call)?).await? }) };
        call.reply(deleted.await)
    }
}
