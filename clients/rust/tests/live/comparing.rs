//! Calls that are not idempotent, to a server that carries them out and then breaks off.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use atrad_client::{Client, Error, api};
use futures_util::future::BoxFuture;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

/// A service that breaks off the first call and answers each other one by an empty message.
#[derive(Clone, Default)]
struct Breaking<const IS_BOARD: bool> {
    pushback: Option<&'static str>,
    calls: Arc<AtomicUsize>,
}

impl<const IS_BOARD: bool> NamedService for Breaking<IS_BOARD> {
    const NAME: &'static str = if IS_BOARD { "atrad.v1.BoardService" } else { "atrad.v1.CacheService" };
}

impl<const IS_BOARD: bool> Service<http::Request<Body>> for Breaking<IS_BOARD> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let (is_first, pushback) = (self.calls.fetch_add(1, Ordering::SeqCst) == 0, self.pushback);
        let answer = service_fn(move |_: Request<()>| async move {
            let mut status = Status::unavailable("broken off");
            if let Some(pushback) = pushback {
                status.metadata_mut().insert("grpc-retry-pushback-ms", pushback.parse().expect("ASCII"));
            }
            if is_first { Err(status) } else { Ok(Response::new(())) }
        });
        Box::pin(async move { Ok(Grpc::new(ProstCodec::<(), ()>::default()).unary(answer, request).await) })
    }
}

/// The number of calls that are made, and the code of the last.
async fn made<F>(pushback: Option<&'static str>, call: impl FnOnce(Client) -> F) -> (usize, Code)
where
    F: Future<Output = Result<(), Error>>,
{
    let calls = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let running = tonic::transport::Server::builder()
        .add_service(Breaking::<false> { pushback, calls: Arc::clone(&calls) })
        .add_service(Breaking::<true> { pushback, calls: Arc::clone(&calls) });
    tokio::spawn(running.serve_with_incoming(TcpListenerStream::new(listener)));
    let found = call(Client::connect(&address).expect("an address")).await;
    (calls.load(Ordering::SeqCst), found.map_or_else(|error| error.code, |()| Code::Ok))
}

async fn compare(client: Client) -> Result<(), Error> {
    let request = api::CompareAndSetRequest { key: "leader".to_owned(), ..Default::default() };
    client.call(request, async |request| client.cache().compare_and_set(request).await).await.map(drop)
}

async fn post(client: Client, expected_version: Option<u64>) -> Result<(), Error> {
    let request = api::PostValueRequest { name: "x".to_owned(), expected_version, ..Default::default() };
    client.call(request, async |request| client.board().post_value(request).await).await.map(drop)
}

async fn delete(client: Client, expected_version: Option<u64>) -> Result<(), Error> {
    let request = api::DeleteValueRequest { name: "x".to_owned(), expected_version, ..Default::default() };
    client.call(request, async |request| client.board().delete_value(request).await).await.map(drop)
}

#[tokio::test]
async fn what_compares_is_made_again_only_after_a_delay_of_the_server() {
    for (pushback, expected) in [(None, (1, Code::Unavailable)), (Some("1"), (2, Code::Ok))] {
        assert_eq!(made(pushback, compare).await, expected);
        assert_eq!(made(pushback, |client| post(client, Some(0))).await, expected);
        assert_eq!(made(pushback, |client| delete(client, Some(0))).await, expected);
    }
}

#[tokio::test]
async fn what_does_not_compare_is_made_again() {
    assert_eq!(made(None, |client| post(client, None)).await, (2, Code::Ok));
    assert_eq!(made(None, |client| delete(client, None)).await, (2, Code::Ok));
}
