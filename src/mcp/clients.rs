//! The clients of the API over any transport.

use std::fmt;

use ::http::{Request, Response};
use bytes::Bytes;
use tonic::Status;
use tonic::body::Body;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

use crate::rpc::proto::indicator_service_client::IndicatorServiceClient;
use crate::rpc::proto::series_service_client::SeriesServiceClient;

type StdError = Box<dyn std::error::Error + Send + Sync>;

/// The transport of the clients. Its errors are of one type, as the compiler cannot tell that of a future that holds a
/// boxed one whether it may be sent.
pub(super) type Transport = BoxCloneSyncService<Request<Body>, Response<Body>, Status>;

/// The largest message that is read: more than any answer.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// The clients of the API for one caller.
#[derive(Clone)]
pub struct Clients(Transport);

impl Clients {
    /// Clients over a transport, which knows who calls.
    pub fn new<S, B>(transport: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<StdError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<StdError>,
    {
        let transport = transport
            .map_response(|response| response.map(Body::new))
            .map_err(|error| Status::from_error(error.into()));
        Self(BoxCloneSyncService::new(transport))
    }

    /// Indicators and computation.
    pub(super) fn indicators(&self) -> IndicatorServiceClient<Transport> {
        IndicatorServiceClient::new(self.0.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX)
    }

    /// The catalog of series.
    pub(super) fn series(&self) -> SeriesServiceClient<Transport> {
        SeriesServiceClient::new(self.0.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX)
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}
