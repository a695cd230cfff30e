//! `SavedResultService`.

use std::sync::Arc;

use futures_util::stream;
use tonic::Request;

use crate::app::App;
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::error::Error;
use crate::rpc::proto::saved_result_service_server::SavedResultService;
use crate::rpc::proto::{
    DeleteSavedResultRequest, DeleteSavedResultResponse, ExpireSavedResultRequest, ExpireSavedResultResponse,
    ListSavedResultsRequest, ListSavedResultsResponse, ReadSavedResultRequest, ReadSavedResultResponse,
};
use crate::rpc::wire::{chunks, page_size, ttl};

/// Lists, reads, expires and deletes saved results.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn page(&self, request: ListSavedResultsRequest, call: &Call) -> Result<ListSavedResultsResponse, Error> {
        let ListSavedResultsRequest { key_prefix, page_size: size, page_token } = request;
        let (found, next) = self.app.saved.list(key_prefix, page_token, page_size(size)?, &call.context).await?;
        let saved_results = found.into_iter().map(Into::into).collect();
        Ok(ListSavedResultsResponse { saved_results, next_page_token: next.unwrap_or_default() })
    }
}

#[tonic::async_trait]
impl SavedResultService for Service {
    type ReadSavedResultStream = Replies<ReadSavedResultResponse>;

    async fn list_saved_results(&self, request: Request<ListSavedResultsRequest>) -> Reply<ListSavedResultsResponse> {
        let (call, request) = Call::open(request);
        call.reply(self.page(request, &call).await)
    }

    async fn read_saved_result(&self, request: Request<ReadSavedResultRequest>) -> Reply<Self::ReadSavedResultStream> {
        let (call, ReadSavedResultRequest { key }) = Call::open(request);
        let found = self.app.saved.read(&key, &call.context).await;
        let bytes_max = self.app.limits().chunk_bytes_max;
        let parts = found.map(|(info, answer)| stream::iter(chunks(info, answer, bytes_max).map(Ok)));
        call.replies(parts.map_err(Into::into))
    }

    async fn expire_saved_result(
        &self,
        request: Request<ExpireSavedResultRequest>,
    ) -> Reply<ExpireSavedResultResponse> {
        let (call, ExpireSavedResultRequest { key, ttl_ms }) = Call::open(request);
        let done = self.app.saved.expire(&key, ttl(ttl_ms), &call.context).await;
        call.reply(done.map(|()| ExpireSavedResultResponse {}).map_err(Into::into))
    }

    async fn delete_saved_result(
        &self,
        request: Request<DeleteSavedResultRequest>,
    ) -> Reply<DeleteSavedResultResponse> {
        let (call, DeleteSavedResultRequest { key }) = Call::open(request);
        let done = self.app.saved.delete(&key, &call.context).await;
        call.reply(done.map(|()| DeleteSavedResultResponse {}).map_err(Into::into))
    }
}
