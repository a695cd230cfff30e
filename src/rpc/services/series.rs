//! `SeriesService`.

use std::sync::Arc;

use futures_util::StreamExt;
use tonic::Request;

use crate::app::{App, CorporateAction, PutOutcome, SeriesFacts, Which};
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::error::Error;
use crate::rpc::proto::series_service_server::SeriesService;
use crate::rpc::proto::{
    self, AcceptLossRequest, AcceptLossResponse, DeleteCorporateActionsRequest, DeleteCorporateActionsResponse,
    DeleteSeriesRequest, DeleteSeriesResponse, GetSeriesRequest, GetSeriesResponse, ListCalendarsRequest,
    ListCalendarsResponse, ListCorporateActionsRequest, ListCorporateActionsResponse, ListSeriesRequest,
    ListSeriesResponse, PutCorporateActionsRequest, PutCorporateActionsResponse, ReadBarsRequest, ReadBarsResponse,
    SetRetentionRequest, SetRetentionResponse, SymbolActions,
};
use crate::rpc::wire::{
    actions, bars_question, calendars, page_size, page_token, read_kind, read_resampling, read_retention, required,
};
use crate::series::{Resampling, SeriesId, Symbol};

/// About what an action takes in a message.
const ACTION_BYTES: usize = 24;

/// Lists, describes, reads and deletes series, and their corporate actions.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn page(&self, request: ListSeriesRequest, call: &Call) -> Result<ListSeriesResponse, Error> {
        let ListSeriesRequest { symbol_prefix, timeframe, page_size: size, page_token: token, as_of } = request;
        let size = page_size(size)?;
        let timeframe = if timeframe.is_empty() { None } else { Some(timeframe.parse()?) };
        // One more than asked tells whether there is another page.
        let after = page_token(&token)?;
        let context = call.context.within(as_of);
        let mut series = self.app.bars.list(&symbol_prefix, timeframe, after.as_ref(), size + 1, &context).await?;
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
        call.reply(self.page(request, &call).await)
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
        let (call, request): (_, ReadBarsRequest) = Call::open(request);
        let chunks = async {
            let chunks = self.app.bars.read(bars_question(request)?, &call.context).await?;
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

    async fn put_corporate_actions(
        &self,
        request: Request<PutCorporateActionsRequest>,
    ) -> Reply<PutCorporateActionsResponse> {
        let (call, PutCorporateActionsRequest { symbol, actions: sent }) = Call::open(request);
        let put = async {
            let (symbol, sent) = (symbol.parse::<Symbol>()?, actions(sent)?);
            let PutOutcome { added, replaced, unchanged } = self.app.actions.put(symbol, sent, &call.context).await?;
            Ok(PutCorporateActionsResponse { added, replaced, unchanged })
        };
        call.reply(put.await)
    }

    async fn list_corporate_actions(
        &self,
        request: Request<ListCorporateActionsRequest>,
    ) -> Reply<ListCorporateActionsResponse> {
        let (call, ListCorporateActionsRequest { symbol_prefix, page_size: size, page_token }) = Call::open(request);
        let list = || {
            let size = page_size(size)?;
            let page_max = (size, self.app.limits().chunk_bytes_max / ACTION_BYTES);
            let (found, has_more) = self.app.actions.list(&symbol_prefix, &page_token, page_max, &call.context);
            let last = found.last().filter(|_| has_more);
            let next_page_token = last.map(|(symbol, _)| symbol.to_string()).unwrap_or_default();
            let entry = |(symbol, actions): (Symbol, Vec<CorporateAction>)| SymbolActions {
                symbol: symbol.to_string(),
                actions: actions.into_iter().map(Into::into).collect(),
            };
            Ok(ListCorporateActionsResponse { symbols: found.into_iter().map(entry).collect(), next_page_token })
        };
        call.reply(list())
    }

    async fn list_calendars(&self, request: Request<ListCalendarsRequest>) -> Reply<ListCalendarsResponse> {
        let (call, ListCalendarsRequest { search }) = Call::open(request);
        call.reply(Ok(calendars(&search)))
    }

    async fn delete_corporate_actions(
        &self,
        request: Request<DeleteCorporateActionsRequest>,
    ) -> Reply<DeleteCorporateActionsResponse> {
        let (call, DeleteCorporateActionsRequest { symbol, ex_time, kind }) = Call::open(request);
        let delete = async {
            let (symbol, which) =
                (symbol.parse::<Symbol>()?, Which { ex_time, kind: read_kind(kind)?, known_until: None });
            Ok(DeleteCorporateActionsResponse { deleted: self.app.actions.delete(symbol, which, &call.context).await? })
        };
        call.reply(delete.await)
    }

    async fn delete_series(&self, request: Request<DeleteSeriesRequest>) -> Reply<DeleteSeriesResponse> {
        let (call, DeleteSeriesRequest { series }) = Call::open(request);
        let deleted =
            async { Ok(DeleteSeriesResponse { rows: self.app.write.delete(permitted(series, &call)?).await? }) };
        call.reply(deleted.await)
    }
}
