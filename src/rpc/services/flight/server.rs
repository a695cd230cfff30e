//! The service of Flight on the routes: the generated one, apart from DoGet, whose messages are our own.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow_flight::Ticket;
use arrow_flight::flight_service_server::FlightServiceServer;
use http::{Request, Response};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codec::CompressionEncoding::{Gzip, Zstd};
use tonic::server::{Grpc, NamedService, ServerStreamingService};
use tonic_prost::ProstCodec;

use super::data::Data;
use super::service::Service;
use crate::app::App;
use crate::rpc::call::{Replies, Reply};
use crate::rpc::middleware::methods::DO_GET;
use crate::rpc::middleware::routes::Answer;
use crate::rpc::services::health::HealthReporter;

/// The service.
#[derive(Clone)]
pub(in crate::rpc) struct Server {
    service: Arc<Service>,
    generated: FlightServiceServer<Service>,
    message_bytes_max: usize,
}

impl Server {
    pub(in crate::rpc) fn new(
        app: Arc<App>,
        health: HealthReporter,
        message_bytes_max: usize,
        draining: CancellationToken,
    ) -> Self {
        let service = Arc::new(Service { app, health, draining, message_bytes_max });
        let generated = FlightServiceServer::from_arc(Arc::clone(&service))
            .max_decoding_message_size(message_bytes_max)
            .accept_compressed(Gzip)
            .accept_compressed(Zstd);
        Self { service, generated, message_bytes_max }
    }
}

impl NamedService for Server {
    const NAME: &'static str = <FlightServiceServer<Service> as NamedService>::NAME;
}

impl tower::Service<Request<Body>> for Server {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        if request.uri().path() != DO_GET {
            return self.generated.call(request);
        }
        let mut grpc = Grpc::new(ProstCodec::<Data, Ticket>::default())
            .apply_max_message_size_config(Some(self.message_bytes_max), None);
        let get = DoGet(Arc::clone(&self.service));
        Box::pin(async move { Ok(grpc.server_streaming(get, request).await) })
    }
}

/// DoGet as a service of its own.
struct DoGet(Arc<Service>);

impl ServerStreamingService<Ticket> for DoGet {
    type Response = Data;
    type ResponseStream = Replies<Data>;
    type Future = std::pin::Pin<Box<dyn Future<Output = Reply<Replies<Data>>> + Send>>;

    fn call(&mut self, request: tonic::Request<Ticket>) -> Self::Future {
        let service = Arc::clone(&self.0);
        Box::pin(async move { service.get(request).await })
    }
}
