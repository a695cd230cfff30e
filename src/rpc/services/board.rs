//! `BoardService`.

use std::sync::Arc;

use futures_util::StreamExt;
use tonic::Request;

use crate::app::{App, BoardEvent};
use crate::rpc::Error;
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::proto::board_service_server::BoardService;
use crate::rpc::proto::watch_values_response::Event;
use crate::rpc::proto::{
    DeleteValueRequest, DeleteValueResponse, ListValuesRequest, ListValuesResponse, MapBoardRequest, MapBoardResponse,
    PostValueRequest, PostValueResponse, ReadValueRequest, ReadValueResponse, WatchValuesRequest, WatchValuesResponse,
};
use crate::rpc::wire::{board_value, board_values, page_size, posted};

/// Shares named values.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn page(&self, request: ListValuesRequest) -> Result<ListValuesResponse, Error> {
        let ListValuesRequest { namespace, name_prefix, page_size: size, page_token } = request;
        let (found, has_more) = self.app.board.list(&namespace, &name_prefix, &page_token, page_size(size)?)?;
        let next_page_token = found.last().filter(|_| has_more).map(|(name, _)| name.clone()).unwrap_or_default();
        Ok(ListValuesResponse { values: found.into_iter().map(board_values).collect(), next_page_token })
    }

    fn file(&self, namespace: &str, call: &Call) -> Result<MapBoardResponse, Error> {
        let user = call.user()?;
        let (path, generation) = self.app.board.map(namespace, user)?;
        Ok(MapBoardResponse { path: path.to_string_lossy().into_owned(), generation })
    }
}

#[tonic::async_trait]
impl BoardService for Service {
    type WatchValuesStream = Replies<WatchValuesResponse>;

    async fn post_value(&self, request: Request<PostValueRequest>) -> Reply<PostValueResponse> {
        let (call, request) = Call::open(request);
        let version = || {
            call.context.permit_namespace(&request.namespace)?;
            let (namespace, name, post) = posted(request)?;
            Ok(PostValueResponse { version: self.app.board.post(&namespace, &name, &post)? })
        };
        let version = version();
        call.reply(version)
    }

    async fn read_value(&self, request: Request<ReadValueRequest>) -> Reply<ReadValueResponse> {
        let (call, ReadValueRequest { namespace, name }) = Call::open(request);
        let value = || {
            call.context.permit_namespace(&namespace)?;
            let (value, content) = self.app.board.read(&namespace, &name)?;
            Ok(board_value(name, value, content))
        };
        let value = value();
        call.reply(value)
    }

    async fn list_values(&self, request: Request<ListValuesRequest>) -> Reply<ListValuesResponse> {
        let (call, request) = Call::open(request);
        let permitted = call.context.permit_namespace(&request.namespace);
        call.reply(permitted.map_err(Into::into).and_then(|()| self.page(request)))
    }

    async fn delete_value(&self, request: Request<DeleteValueRequest>) -> Reply<DeleteValueResponse> {
        let (call, DeleteValueRequest { namespace, name, expected_version }) = Call::open(request);
        let permitted = call.context.permit_namespace(&namespace);
        let deleted = permitted.and_then(|()| self.app.board.delete(&namespace, &name, expected_version));
        call.reply(deleted.map(|()| DeleteValueResponse {}).map_err(Into::into))
    }

    async fn watch_values(&self, request: Request<WatchValuesRequest>) -> Reply<Self::WatchValuesStream> {
        let (call, WatchValuesRequest { namespace, name_prefix }) = Call::open(request);
        let events = || {
            call.context.permit_namespace(&namespace)?;
            let events = self.app.board.watch(&namespace, name_prefix, call.context.clone())?;
            Ok(events.map(|event| {
                let event = match event? {
                    BoardEvent::Posted(name, value, content) => Event::Posted(board_value(name, value, content)),
                    BoardEvent::Deleted(name) => Event::Deleted(name),
                };
                Ok(WatchValuesResponse { event: Some(event) })
            }))
        };
        let events = events();
        call.replies(events)
    }

    async fn map_board(&self, request: Request<MapBoardRequest>) -> Reply<MapBoardResponse> {
        let (call, MapBoardRequest { namespace }) = Call::open(request);
        let permitted = call.context.permit_namespace(&namespace);
        call.reply(permitted.map_err(Into::into).and_then(|()| self.file(&namespace, &call)))
    }
}
