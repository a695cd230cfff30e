//! The methods of Flight.

use std::pin::Pin;
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightService;
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest, HandshakeResponse,
    PollInfo, PutResult, SchemaResult, Ticket,
};
use futures_util::future::{Either, ready};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use prost::Message;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::pb::health_check_response::ServingStatus;

use super::data::Data;
use super::get;
use super::info::{Outline, of_series};
use super::put::{Target, enqueue};
use super::query::{Query, read, to_json};
use crate::app::{self, App};
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::error::field;
use crate::rpc::proto::ListIndicatorsRequest;
use crate::rpc::services::health::HealthReporter;
use crate::rpc::{Error, status, wire};

/// The maximum number of batches of one stream without a receipt.
const PENDING_RECEIPTS_MAX: usize = 64;

/// The series of one page of a list.
const PAGE: usize = 1000;

/// What DoAction does.
const ACTIONS: [(&str, &str); 2] = [
    ("health", "Returns {\"status\": \"SERVING\"}, or NOT_SERVING while the server stops."),
    ("list_indicators", "Takes a ListIndicatorsRequest in JSON, or nothing; returns a ListIndicatorsResponse in JSON."),
];

/// Answers tickets and stores batches.
pub(super) struct Service {
    pub(super) app: Arc<App>,
    pub(super) health: HealthReporter,
    pub(super) draining: CancellationToken,
    pub(super) message_bytes_max: usize,
}

impl Service {
    /// DoGet, with messages whose columns are not copied before they are sent.
    pub(super) async fn get(&self, request: Request<Ticket>) -> Reply<Replies<Data>> {
        let (call, Ticket { ticket }) = Call::open(request);
        let messages = async {
            let query = Query::of_ticket(&ticket, self.message_bytes_max)?;
            get::get(query, &self.app, &call).await
        };
        let messages = messages.await;
        call.replies(messages)
    }

    async fn outline(&self, descriptor: &FlightDescriptor, call: &Call) -> Result<(Outline, bytes::Bytes), Error> {
        let (query, ticket) = Query::of_descriptor(descriptor, self.message_bytes_max)?;
        Ok((Outline::of(&query, &self.app, &call.context).await?, ticket))
    }

    fn act(&self, action: &Action) -> Result<bytes::Bytes, Error> {
        match &*action.r#type {
            "health" => {
                let is_serving = self.health.status("") == Some(ServingStatus::Serving);
                let status = if is_serving { "SERVING" } else { "NOT_SERVING" };
                Ok(json!({ "status": status }).to_string().into())
            }
            "list_indicators" => {
                let body = if action.body.is_empty() { &b"{}"[..] } else { &action.body };
                let ListIndicatorsRequest { group, search } =
                    read("ListIndicatorsRequest", body, self.message_bytes_max)?;
                Ok(to_json("ListIndicatorsResponse", &wire::catalogue(&group, &search).encode_to_vec()))
            }
            other => {
                let expected = ACTIONS.map(|(name, _)| name).join(" or ");
                Err(field("type", expected, format!("{:?}", other.chars().take(80).collect::<String>())))
            }
        }
    }
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl FlightService for Service {
    type HandshakeStream = Outgoing<HandshakeResponse>;
    type ListFlightsStream = Outgoing<FlightInfo>;
    type DoGetStream = Outgoing<FlightData>;
    type DoPutStream = Outgoing<PutResult>;
    type DoExchangeStream = Outgoing<FlightData>;
    type DoActionStream = Outgoing<arrow_flight::Result>;
    type ListActionsStream = Outgoing<ActionType>;

    async fn handshake(&self, _: Request<Streaming<HandshakeRequest>>) -> Reply<Self::HandshakeStream> {
        Err(Status::unimplemented("there is no handshake; send `authorization: Bearer TOKEN` with each call"))
    }

    async fn list_flights(&self, request: Request<Criteria>) -> Reply<Self::ListFlightsStream> {
        let (call, Criteria { expression }) = Call::open(request);
        let prefix = String::from_utf8(expression.into())
            .map_err(|_| field("expression", "the prefix of symbols in UTF-8", "other bytes"));
        let prefix = match prefix {
            Ok(prefix) => prefix,
            Err(error) => return call.reply(Err(error)),
        };
        let (app, call) = (Arc::clone(&self.app), call);
        let pages = stream::try_unfold(Some(None), move |after| {
            let (app, call, prefix) = (Arc::clone(&app), call.clone(), prefix.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let page = app.bars.list(&prefix, None, Option::as_ref(&after), PAGE, &call.context).await;
                let page = page.map_err(|error| status::status(&error.into(), &call.id))?;
                let next = page.last().map(|facts| Some(facts.id.clone()));
                let flights: Vec<_> = page.iter().map(|facts| Ok(of_series(facts))).collect();
                Ok::<_, Status>((!page.is_empty()).then_some((stream::iter(flights), next)))
            }
        });
        Ok(Response::new(Box::pin(pages.try_flatten())))
    }

    async fn get_flight_info(&self, request: Request<FlightDescriptor>) -> Reply<FlightInfo> {
        let (call, descriptor) = Call::open(request);
        let outline = self.outline(&descriptor, &call).await;
        call.reply(outline.map(|(outline, ticket)| outline.info(descriptor, ticket)))
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Reply<PollInfo> {
        Err(Status::unimplemented("answers are computed as they are read; use GetFlightInfo and DoGet"))
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Reply<SchemaResult> {
        let (call, descriptor) = Call::open(request);
        let outline = self.outline(&descriptor, &call).await;
        call.reply(outline.map(|(outline, _)| outline.schema()))
    }

    async fn do_get(&self, _: Request<Ticket>) -> Reply<Self::DoGetStream> {
        // `Server` serves this method by `get`, whose messages are not those of the crate.
        Err(Status::internal("DoGet is served elsewhere"))
    }

    async fn do_put(&self, request: Request<Streaming<FlightData>>) -> Reply<Self::DoPutStream> {
        let (call, mut requests) = Call::open(request);
        let bytes_max = self.message_bytes_max;
        let better = move |status: Status| status::unreadable(&status, bytes_max).unwrap_or(status);
        // Whoever opens a stream and sends nothing must not hold up a stop.
        let first = tokio::select! {
            first = requests.message() => first.map_err(better)?,
            () = self.draining.cancelled() => return call.reply(Err(app::Error::Stopping.into())),
        };
        let target = match first.as_ref().map(|first| Target::of(first, bytes_max)) {
            Some(Ok(target)) => Arc::new(target),
            Some(Err(error)) => return call.reply(Err(error)),
            None => return Err(Status::invalid_argument("the stream has no message")),
        };
        let (app, draining, id) = (Arc::clone(&self.app), self.draining.clone(), Arc::clone(&call.id));
        let stopped = async move {
            let stopping = || status::status(&Error::from(app::Error::Stopping), &id);
            draining.is_cancelled().then(|| Err(stopping()))
        };
        let batches = requests
            .map(move |data| data.map_err(better))
            // A message may carry metadata alone.
            .filter(|data| ready(!data.as_ref().is_ok_and(|data| data.data_header.is_empty())))
            .take_until(self.draining.clone().cancelled_owned())
            .chain(stream::once(stopped).filter_map(ready));
        let pending = move |data: Result<FlightData, Status>| match data {
            Ok(data) => Either::Left(enqueue(Arc::clone(&app), Arc::clone(&target), data, call.clone())),
            Err(status) => Either::Right(ready(Box::pin(ready(Err(status))) as super::put::Pending)),
        };
        Ok(Response::new(Box::pin(batches.then(pending).buffered(PENDING_RECEIPTS_MAX))))
    }

    async fn do_exchange(&self, _: Request<Streaming<FlightData>>) -> Reply<Self::DoExchangeStream> {
        Err(Status::unimplemented("there is no exchange; use DoPut to store bars, and DoGet to compute over them"))
    }

    async fn do_action(&self, request: Request<Action>) -> Reply<Self::DoActionStream> {
        let (call, action) = Call::open(request);
        let results = self.act(&action).map(|body| stream::iter([Ok(arrow_flight::Result { body })]));
        call.replies(results)
    }

    async fn list_actions(&self, request: Request<Empty>) -> Reply<Self::ListActionsStream> {
        let (call, Empty {}) = Call::open(request);
        let action =
            |(name, description): (&str, &str)| ActionType { r#type: name.into(), description: description.into() };
        call.replies(Ok(stream::iter(ACTIONS.map(action).map(Ok))))
    }
}
