//! `AnswerService`.

use std::sync::Arc;

use futures_util::stream;
use tonic::Request;

use super::call::{Call, Replies, Reply};
use super::error::Error;
use super::proto::answer_service_server::AnswerService;
use super::proto::{
    DeleteAnswerRequest, DeleteAnswerResponse, ExpireAnswerRequest, ExpireAnswerResponse, ListAnswersRequest,
    ListAnswersResponse, ReadAnswerRequest, ReadAnswerResponse,
};
use super::wire::{chunks, page_size, ttl};
use crate::app::App;

/// Tells which answers are kept, and what is in them.
pub(super) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn page(&self, request: ListAnswersRequest, call: &Call) -> Result<ListAnswersResponse, Error> {
        let ListAnswersRequest { key_prefix, page_size: size, page_token } = request;
        let (answers, next) = self.app.answers(key_prefix, page_token, page_size(size)?, call.deadline).await?;
        let answers = answers.into_iter().map(Into::into).collect();
        Ok(ListAnswersResponse { answers, next_page_token: next.unwrap_or_default() })
    }
}

#[tonic::async_trait]
impl AnswerService for Service {
    type ReadAnswerStream = Replies<ReadAnswerResponse>;

    async fn list_answers(&self, request: Request<ListAnswersRequest>) -> Reply<ListAnswersResponse> {
        let (call, request) = Call::open(request);
        call.reply(self.page(request, &call).await)
    }

    async fn read_answer(&self, request: Request<ReadAnswerRequest>) -> Reply<Self::ReadAnswerStream> {
        let (call, ReadAnswerRequest { key }) = Call::open(request);
        let found = self.app.read_answer(&key, call.deadline).await;
        let bytes_max = self.app.limits().chunk_bytes_max;
        let parts = found.map(|(info, answer)| stream::iter(chunks(info, answer, bytes_max).map(Ok)));
        call.replies(parts.map_err(Into::into))
    }

    async fn expire_answer(&self, request: Request<ExpireAnswerRequest>) -> Reply<ExpireAnswerResponse> {
        let (call, ExpireAnswerRequest { key, ttl_ms }) = Call::open(request);
        let done = self.app.expire_answer(&key, ttl(ttl_ms)).await;
        call.reply(done.map(|()| ExpireAnswerResponse {}).map_err(Into::into))
    }

    async fn delete_answer(&self, request: Request<DeleteAnswerRequest>) -> Reply<DeleteAnswerResponse> {
        let (call, DeleteAnswerRequest { key }) = Call::open(request);
        let done = self.app.delete_answer(&key).await;
        call.reply(done.map(|()| DeleteAnswerResponse {}).map_err(Into::into))
    }
}
