//! A connection, and what the calls of the API are made of.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt, unfold};
use http::uri::PathAndQuery;
use prost::Message;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

use crate::api::admin_service_client::AdminServiceClient;
use crate::api::alert_service_client::AlertServiceClient;
use crate::api::board_service_client::BoardServiceClient;
use crate::api::cache_service_client::CacheServiceClient;
use crate::api::indicator_service_client::IndicatorServiceClient;
use crate::api::ingest_service_client::IngestServiceClient;
use crate::api::saved_result_service_client::SavedResultServiceClient;
use crate::api::series_service_client::SeriesServiceClient;
use crate::connect::Builder;
use crate::error::Error;
use crate::retry::{Attempts, capped, late};

/// A connection to one server. Clones share it. Every call may return an [`Error`].
#[derive(Debug, Clone)]
pub struct Client {
    channel: Stub,
    timeout: Option<Duration>,
    reached: Arc<AtomicBool>,
}

/// The channel of stubs.
type Stub = InterceptedService<Channel, Authorized>;

/// Sends the token with every call.
#[derive(Debug, Clone)]
pub struct Authorized(Option<MetadataValue<Ascii>>);

impl Interceptor for Authorized {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(authorization) = &self.0 {
            request.metadata_mut().insert("authorization", authorization.clone());
        }
        Ok(request)
    }
}

impl Client {
    /// Prepares a connection to `HOST:PORT`, `https://HOST:PORT` or `unix:PATH`; the first call opens it. An empty address
    /// stands for `ATRAD_SERVER` with the token of `ATRAD_TOKEN`, or for 127.0.0.1:50051. Must be called in a tokio runtime.
    ///
    /// # Errors
    ///
    /// A wrong address.
    pub fn connect(address: &str) -> Result<Self, Error> {
        Self::builder(address).connect()
    }

    /// A connection with options.
    #[must_use]
    pub fn builder(address: &str) -> Builder {
        Builder::new(address)
    }

    pub(crate) fn new(channel: Channel, token: Option<MetadataValue<Ascii>>, timeout: Option<Duration>) -> Self {
        let channel = InterceptedService::new(channel, Authorized(token));
        Self { channel, timeout: capped(timeout), reached: Arc::default() }
    }

    /// The same connection with another time for a call.
    #[must_use]
    pub fn timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        Self { timeout: capped(timeout.into()), ..self.clone() }
    }

    /// Makes a call of a stub, again while it fails for the moment, within the time for a call:
    /// `client.call(request, async |request| client.alerts().list_alerts(request).await)`. One that compares, as
    /// `CompareAndSet`, is made again only if the server asks for it.
    ///
    /// # Errors
    ///
    /// Why the call failed at last.
    pub async fn call<Q, T, F>(&self, request: Q, mut call: impl FnMut(Q) -> F) -> Result<T, Error>
    where
        Q: Clone + 'static,
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let mut attempts = self.attempts().of(&request);
        loop {
            match attempts.within(call(request.clone())).await {
                Ok(response) => {
                    attempts.progressed();
                    return Ok(response.into_inner());
                }
                Err(error) => attempts.pause(error).await?,
            }
        }
    }

    pub(crate) fn attempts(&self) -> Attempts<'_> {
        Attempts::new(&self.reached, self.timeout)
    }

    /// What comes within the time for a call.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.attempts().within(work).await
    }

    /// The attempts of a call that has no end of its own.
    pub(crate) fn endless(&self) -> Attempts<'_> {
        Attempts::new(&self.reached, None)
    }

    fn grpc(&self) -> Grpc<Stub> {
        Grpc::new(self.channel.clone()).max_decoding_message_size(usize::MAX).max_encoding_message_size(usize::MAX)
    }

    async fn ready(&self) -> Result<Grpc<Stub>, Status> {
        let mut grpc = self.grpc();
        let unavailable = |error: tonic::transport::Error| Status::from_error(Box::new(error));
        grpc.ready().await.map_err(unavailable)?;
        Ok(grpc)
    }

    /// A unary call whose messages have columns.
    pub(crate) async fn one<Q, R>(&self, path: &'static str, request: &Q) -> Result<R, Error>
    where
        Q: Message + Clone + 'static,
        R: Message + Default + 'static,
    {
        self.call(request.clone(), async |request| {
            let codec = ProstCodec::<Q, R>::default();
            let asked = timed(request, self.timeout);
            self.ready().await?.unary(asked, PathAndQuery::from_static(path), codec).await
        })
        .await
    }

    /// Opens a stream.
    pub(crate) async fn open<Q, R>(
        &self,
        path: &'static str,
        request: Q,
        left: Option<Duration>,
    ) -> Result<Streaming<R>, Status>
    where
        Q: Message + 'static,
        R: Message + Default + 'static,
    {
        let codec = ProstCodec::<Q, R>::default();
        let mut grpc = self.ready().await?;
        let opened = grpc.server_streaming(timed(request, left), PathAndQuery::from_static(path), codec).await?;
        Ok(opened.into_inner())
    }

    /// Opens a stream in both directions.
    pub(crate) async fn duplex<Q, R>(
        &self,
        path: &'static str,
        requests: impl futures_util::Stream<Item = Q> + Send + 'static,
    ) -> Result<Streaming<R>, Status>
    where
        Q: Message + 'static,
        R: Message + Default + 'static,
    {
        let codec = ProstCodec::<Q, R>::default();
        let mut grpc = self.ready().await?;
        let opened = grpc.streaming(Request::new(requests), PathAndQuery::from_static(path), codec).await?;
        Ok(opened.into_inner())
    }

    /// All messages of a stream, given to what `begin` makes; from the start again if it breaks off.
    pub(crate) async fn whole<Q, R, T>(
        &self,
        path: &'static str,
        request: &Q,
        begin: impl Fn() -> T,
        mut take: impl FnMut(&mut T, R) -> Result<(), Error>,
    ) -> Result<T, Error>
    where
        Q: Message + Clone + 'static,
        R: Message + Default + 'static,
    {
        let mut attempts = self.attempts();
        loop {
            let mut made = begin();
            let work = async {
                let mut messages = self.open(path, request.clone(), attempts.left()).await?;
                while let Some(message) = messages.message().await? {
                    take(&mut made, message)?;
                }
                Ok::<(), Error>(())
            };
            match attempts.within(work).await {
                Ok(()) => {
                    attempts.progressed();
                    return Ok(made);
                }
                Err(error) => attempts.pause(error).await?,
            }
        }
    }

    /// The messages of a stream, which is made again only while none has come.
    pub(crate) fn each<Q, R>(&self, path: &'static str, request: Q) -> BoxStream<'static, Result<R, Error>>
    where
        Q: Message + Clone + 'static,
        R: Message + Default + 'static,
    {
        let client = self.clone();
        let deadline = self.timeout.map(|timeout| tokio::time::Instant::now() + timeout);
        let opening = async move {
            let mut attempts = client.attempts();
            loop {
                let opened = attempts.within(async {
                    let mut messages: Streaming<R> = client.open(path, request.clone(), attempts.left()).await?;
                    let first = messages.message().await?;
                    Ok::<_, Status>((messages, first))
                });
                match opened.await {
                    Ok(found) => {
                        attempts.progressed();
                        return Ok(found);
                    }
                    Err(error) => attempts.pause(error).await?,
                }
            }
        };
        let begun = async move {
            match opening.await {
                Err(error) => futures_util::stream::once(async { Err(error) }).boxed(),
                Ok((messages, first)) => {
                    futures_util::stream::iter(first.map(Ok)).chain(rest(messages, deadline)).boxed()
                }
            }
        };
        futures_util::stream::once(begun).flatten().boxed()
    }

    /// The stub of the service, with the token. `call` adds deadlines and retries.
    #[must_use]
    pub fn indicators(&self) -> IndicatorServiceClient<Stub> {
        IndicatorServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The stub of the service.
    #[must_use]
    pub fn ingestion(&self) -> IngestServiceClient<Stub> {
        IngestServiceClient::new(self.channel.clone())
    }

    /// The stub of the service.
    #[must_use]
    pub fn series(&self) -> SeriesServiceClient<Stub> {
        SeriesServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The stub of the service.
    #[must_use]
    pub fn saved_results(&self) -> SavedResultServiceClient<Stub> {
        SavedResultServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The stub of the service.
    #[must_use]
    pub fn alerts(&self) -> AlertServiceClient<Stub> {
        AlertServiceClient::new(self.channel.clone())
    }

    /// The stub of the service.
    #[must_use]
    pub fn board(&self) -> BoardServiceClient<Stub> {
        BoardServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The stub of the service.
    #[must_use]
    pub fn cache(&self) -> CacheServiceClient<Stub> {
        CacheServiceClient::new(self.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    /// The stub of the service.
    #[must_use]
    pub fn admin(&self) -> AdminServiceClient<Stub> {
        AdminServiceClient::new(self.channel.clone())
    }

    /// The channel, for stubs of other services.
    #[must_use]
    pub fn channel(&self) -> Stub {
        self.channel.clone()
    }

    pub(crate) fn reached(&self) {
        self.reached.store(true, Ordering::Relaxed);
    }
}

fn timed<Q>(message: Q, left: Option<Duration>) -> Request<Q> {
    let mut request = Request::new(message);
    if let Some(left) = left {
        request.set_timeout(left);
    }
    request
}

/// What comes after the first message.
fn rest<R: Message + Default + 'static>(
    messages: Streaming<R>,
    deadline: Option<tokio::time::Instant>,
) -> BoxStream<'static, Result<R, Error>> {
    unfold(Some(messages), move |messages| async move {
        let mut messages = messages?;
        let next = async { messages.message().await.map_err(Error::from) };
        let found = match deadline {
            None => next.await,
            Some(deadline) => tokio::time::timeout_at(deadline, next).await.unwrap_or_else(|_| Err(late())),
        };
        match found {
            Ok(message) => message.map(|message| (Ok(message), Some(messages))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}
