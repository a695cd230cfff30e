//! The standard health service, `grpc.health.v1.Health`.
//!
//! Written here because the one of tonic-health ends the watch of an unknown service with NOT_FOUND. The protocol demands
//! SERVICE_UNKNOWN and an open stream, so that a client can watch a service before it is there.

use std::collections::BTreeMap;
use std::future::ready;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::rpc::call::{Replies, Reply};

/// The status of each service by its full name; the empty name is the server as a whole.
type Statuses = BTreeMap<&'static str, ServingStatus>;

/// Sets the status of services and tells those who watch.
#[derive(Clone)]
pub(in crate::rpc) struct HealthReporter(watch::Sender<Statuses>);

impl HealthReporter {
    pub(super) fn new() -> Self {
        Self(watch::Sender::default())
    }

    /// Sets the status of these services.
    pub(super) fn set(&self, services: &[&'static str], status: ServingStatus) {
        self.0.send_modify(|statuses| statuses.extend(services.iter().map(|&service| (service, status))));
    }

    /// The status of a service; empty for the server as a whole.
    pub(super) fn status(&self, service: &str) -> Option<ServingStatus> {
        self.0.borrow().get(service).copied()
    }

    /// The service that answers from this reporter.
    pub(super) fn service(&self) -> HealthServer<Service> {
        HealthServer::new(Service(self.0.clone()))
    }
}

/// Answers `Check` and `Watch`.
pub(super) struct Service(watch::Sender<Statuses>);

#[tonic::async_trait]
impl Health for Service {
    type WatchStream = Replies<HealthCheckResponse>;

    async fn check(&self, request: Request<HealthCheckRequest>) -> Reply<HealthCheckResponse> {
        let known = self.0.borrow().get(&*request.into_inner().service).copied();
        let status = known.ok_or_else(|| Status::not_found("the server has no such service"))?;
        Ok(Response::new(HealthCheckResponse { status: status.into() }))
    }

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Reply<Replies<HealthCheckResponse>> {
        let HealthCheckRequest { service } = request.into_inner();
        let mut last = None;
        // The status of another service may have changed; only changes of this one are sent.
        let changes = WatchStream::new(self.0.subscribe()).filter_map(move |statuses| {
            let status = statuses.get(&*service).copied().unwrap_or(ServingStatus::ServiceUnknown);
            let is_new = last.replace(status) != Some(status);
            ready(is_new.then(|| Ok(HealthCheckResponse { status: status.into() })))
        });
        Ok(Response::new(Box::pin(changes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_watch_begins_before_its_service() {
        let reporter = HealthReporter::new();
        let request = Request::new(HealthCheckRequest { service: "later".into() });
        let watched = Service(reporter.0.clone()).watch(request).await.expect("watched");
        let mut statuses = watched.into_inner().map(|update| update.expect("reported").status());
        assert_eq!(statuses.next().await, Some(ServingStatus::ServiceUnknown));
        reporter.set(&["other"], ServingStatus::Serving);
        reporter.set(&["later", ""], ServingStatus::Serving);
        assert_eq!(statuses.next().await, Some(ServingStatus::Serving));
        reporter.set(&["other"], ServingStatus::NotServing);
        reporter.set(&["later"], ServingStatus::NotServing);
        assert_eq!(statuses.next().await, Some(ServingStatus::NotServing));
    }
}
