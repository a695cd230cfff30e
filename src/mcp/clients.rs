//! The clients of the API over any transport.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use ::http::{Request, Response};
use bytes::Bytes;
use tokio::sync::Semaphore;
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

/// The tools that run at once for one caller; others wait. Each may hold a few megabytes.
pub(super) const RUNNING_MAX: usize = 16;

/// The clients of the API for one caller.
#[derive(Clone)]
pub struct Clients {
    transport: Transport,
    /// What its tools run in.
    places: Arc<Semaphore>,
}

/// The places of the callers of a server that run tools, each with its own: one caller's long sweeps hold up nobody else.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<HashMap<u64, Weak<Semaphore>>>);

impl Places {
    /// The places of a caller.
    pub(super) fn of(&self, caller: u64) -> Arc<Semaphore> {
        // Safe after poisoning: each change is a single step.
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = places.get(&caller).and_then(Weak::upgrade) {
            return own;
        }
        // Only callers with requests are remembered.
        places.retain(|_, places| places.strong_count() > 0);
        let own = Arc::new(Semaphore::new(RUNNING_MAX));
        places.insert(caller, Arc::downgrade(&own));
        own
    }
}

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
        Self { transport: BoxCloneSyncService::new(transport), places: Arc::new(Semaphore::new(RUNNING_MAX)) }
    }

    /// The same, whose tools run in these places.
    pub(super) fn within(self, places: Arc<Semaphore>) -> Self {
        Self { places, ..self }
    }

    /// What the tools of the caller run in.
    pub(super) fn places(&self) -> &Semaphore {
        &self.places
    }

    /// Indicators and computation.
    pub(super) fn indicators(&self) -> IndicatorServiceClient<Transport> {
        IndicatorServiceClient::new(self.transport.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX)
    }

    /// The catalog of series.
    pub(super) fn series(&self) -> SeriesServiceClient<Transport> {
        SeriesServiceClient::new(self.transport.clone()).max_decoding_message_size(MESSAGE_BYTES_MAX)
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}
