//! The services, one file each, assembled once.

mod admin;
mod alert;
mod board;
mod cache;
mod clock;
mod flight;
mod health;
mod indicator;
mod ingest;
mod reflection;
mod saved_result;
mod series;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tonic::codec::CompressionEncoding::{Gzip, Zstd};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_reflection::pb::{v1, v1alpha};

use self::health::HealthReporter;
use super::middleware::methods::methods;
use super::middleware::routes::Routes;
use super::middleware::stack::Middleware;
use super::proto::admin_service_server::{AdminServiceServer, SERVICE_NAME as ADMIN};
use super::proto::alert_service_server::{AlertServiceServer, SERVICE_NAME as ALERT};
use super::proto::board_service_server::{BoardServiceServer, SERVICE_NAME as BOARD};
use super::proto::cache_service_server::{CacheServiceServer, SERVICE_NAME as CACHE};
use super::proto::clock_service_server::{ClockServiceServer, SERVICE_NAME as CLOCK};
use super::proto::indicator_service_server::{IndicatorServiceServer, SERVICE_NAME as INDICATOR};
use super::proto::ingest_service_server::{IngestServiceServer, SERVICE_NAME as INGEST};
use super::proto::saved_result_service_server::{SERVICE_NAME as SAVED_RESULT, SavedResultServiceServer};
use super::proto::series_service_server::{SERVICE_NAME as SERIES, SeriesServiceServer};
use super::{Observer, Settings};
use crate::app::App;

/// The server as a whole, and each service of its own.
const NAMES: [&str; 10] = ["", INDICATOR, INGEST, SERIES, SAVED_RESULT, ALERT, ADMIN, BOARD, CACHE, CLOCK];

/// Requests may be compressed with gzip or zstd. Responses are compressed with zstd for clients that accept it; none
/// does by default. Not with gzip, which most clients accept always: columns of doubles cost more to compress than to send.
macro_rules! limited {
    ($server:ident, $service:expr, $settings:expr) => {
        $server::new($service)
            .max_decoding_message_size($settings.message_bytes_max)
            .accept_compressed(Gzip)
            .accept_compressed(Zstd)
            .send_compressed(Zstd)
    };
}

/// The middleware over all services, and their health reporter.
pub(in crate::rpc) fn middleware(
    app: Arc<App>,
    settings: Settings,
    observer: Arc<dyn Observer>,
    draining: CancellationToken,
) -> (Arc<Middleware>, HealthReporter) {
    let (health, reflection) = (HealthReporter::new(), reflection::Service::new());
    health.set(&NAMES, ServingStatus::Serving);
    let flight = flight::Server::new(app.clone(), health.clone(), settings.message_bytes_max, draining.clone());
    let ingest = ingest::Service::new(app.clone(), settings.message_bytes_max, draining.clone());
    let routes = Routes::new(methods())
        .add(health.service())
        .add(flight)
        .add(v1::server_reflection_server::ServerReflectionServer::new(reflection.clone()))
        .add(v1alpha::server_reflection_server::ServerReflectionServer::new(reflection))
        .add(limited!(IndicatorServiceServer, indicator::Service::new(app.clone()), settings))
        .add(limited!(IngestServiceServer, ingest, settings))
        .add(limited!(SeriesServiceServer, series::Service::new(app.clone()), settings))
        .add(limited!(SavedResultServiceServer, saved_result::Service::new(app.clone()), settings))
        .add(limited!(AlertServiceServer, alert::Service::new(app.clone()), settings))
        .add(limited!(AdminServiceServer, admin::Service::new(app.clone(), Arc::clone(&observer)), settings))
        .add(limited!(BoardServiceServer, board::Service::new(app.clone()), settings))
        .add(limited!(ClockServiceServer, clock::Service::new(app.clone()), settings))
        .add(limited!(CacheServiceServer, cache::Service::new(app.clone()), settings));
    let (deadline_max, clocks) = (app.limits().deadline_max(), Arc::clone(&app.clocks));
    (Arc::new(Middleware { routes, settings, deadline_max, clocks, observer, draining }), health)
}

/// Reports NOT_SERVING for every service.
pub(in crate::rpc) fn not_serving(health: &HealthReporter) {
    health.set(&NAMES, ServingStatus::NotServing);
}
