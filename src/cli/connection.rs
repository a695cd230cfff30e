//! The connection of the clients: to a running server, or to a data folder opened by this process.

use std::path::PathBuf;
use std::sync::Arc;

use atrad::app::{self, App};
use atrad::rpc;
use atrad::rpc::proto::SeriesId;
use atrad::rpc::proto::admin_service_client::AdminServiceClient;
use atrad::rpc::proto::alert_service_client::AlertServiceClient;
use atrad::rpc::proto::cache_service_client::CacheServiceClient;
use atrad::rpc::proto::clock_service_client::ClockServiceClient;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::saved_result_service_client::SavedResultServiceClient;
use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::series;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::Error;
use crate::config::{ClientTls, ServerAddress, Source, data_folder};

/// The transport of the clients.
pub(crate) type Way = InterceptedService<Channel, Token>;

/// An open connection.
pub(crate) struct Connection {
    channel: Way,
    /// The target, for display.
    pub(crate) place: String,
    app: Option<Arc<App>>,
}

/// Sends the token with every call.
#[derive(Clone)]
pub(crate) struct Token(Option<MetadataValue<Ascii>>);

impl From<Option<rpc::Token>> for Token {
    fn from(token: Option<rpc::Token>) -> Self {
        Self(token.map(|token| {
            let value = format!("Bearer {}", token.expose()).parse();
            let mut value: MetadataValue<Ascii> = value.expect("a token is visible ASCII");
            value.set_sensitive(true);
            value
        }))
    }
}

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

impl Connection {
    /// Connects as the flags say.
    pub(crate) async fn open(source: Source) -> Result<Self, Error> {
        Self::open_with(source, None).await
    }

    /// As `open`; a data folder opened directly writes its backups there.
    pub(crate) async fn open_with(source: Source, backups: Option<PathBuf>) -> Result<Self, Error> {
        let Source { server, token, tls, data } = source;
        match server {
            Some(server) => Self::remote(&server, token, &tls).await,
            None => {
                let data = data_folder(data).ok_or(Error::NoData)?;
                let place = data.display().to_string();
                // With direct access the caller chooses the folder of each backup, so backups need no quota.
                let limits = app::Limits { backups_max: 0, backup_bytes_max: 0, ..app::Limits::default() };
                let config = app::Config { data, backups, limits, ..app::Config::default() };
                let app = App::open(config).map_err(Error::data)?;
                let channel = InterceptedService::new(rpc::local(app.clone()).await, Token(None));
                Ok(Self { channel, place, app: Some(app) })
            }
        }
    }

    async fn remote(server: &ServerAddress, token: Option<rpc::Token>, tls: &ClientTls) -> Result<Self, Error> {
        let unreachable = |error| Error::Unreachable { server: server.to_string(), error };
        // Flow-control windows and buffers as large as the server's, so that they do not limit throughput.
        let mut endpoint = Endpoint::from_shared(server.url())
            .map_err(unreachable)?
            .initial_stream_window_size(8 << 20)
            .initial_connection_window_size(16 << 20)
            .connect_timeout(std::time::Duration::from_secs(10));
        if let ServerAddress::Https(_) = server {
            endpoint = endpoint.tls_config(client_tls(tls)?).map_err(unreachable)?;
        }
        let channel = InterceptedService::new(endpoint.connect().await.map_err(unreachable)?, Token::from(token));
        Ok(Self { channel, place: server.to_string(), app: None })
    }

    /// Indicators and computation.
    pub(crate) fn indicators(&self) -> IndicatorServiceClient<Way> {
        IndicatorServiceClient::new(self.channel.clone())
    }

    /// The catalog of series.
    pub(crate) fn series(&self) -> SeriesServiceClient<Way> {
        SeriesServiceClient::new(self.channel.clone())
    }

    /// Ingest.
    pub(crate) fn ingest(&self) -> IngestServiceClient<Way> {
        IngestServiceClient::new(self.channel.clone())
    }

    /// Saved results.
    pub(crate) fn saved_results(&self) -> SavedResultServiceClient<Way> {
        SavedResultServiceClient::new(self.channel.clone())
    }

    /// Administration.
    pub(crate) fn admin(&self) -> AdminServiceClient<Way> {
        AdminServiceClient::new(self.channel.clone())
    }

    /// Stored alerts.
    pub(crate) fn alerts(&self) -> AlertServiceClient<Way> {
        AlertServiceClient::new(self.channel.clone())
    }

    /// The clock of the token.
    pub(crate) fn clock(&self) -> ClockServiceClient<Way> {
        ClockServiceClient::new(self.channel.clone())
    }

    /// The cache.
    pub(crate) fn cache(&self) -> CacheServiceClient<Way> {
        CacheServiceClient::new(self.channel.clone())
    }

    /// The clients of an agent's tools.
    #[cfg(feature = "mcp")]
    pub(crate) fn for_agents(&self) -> atrad::mcp::Clients {
        atrad::mcp::Clients::new(self.channel.clone())
    }

    /// The status of the standard health service: `serving` or not.
    pub(crate) async fn serving(&self) -> Result<&'static str, Error> {
        let request = HealthCheckRequest::default();
        let answer = HealthClient::new(self.channel.clone()).check(request).await?.into_inner();
        Ok(if answer.status() == ServingStatus::Serving { "serving" } else { "not serving" })
    }

    /// Closes what this process opened, in order.
    pub(crate) async fn close(self) {
        if let Some(app) = self.app {
            app.close().await;
        }
    }
}

/// TLS as the flags say.
fn client_tls(tls: &ClientTls) -> Result<ClientTlsConfig, Error> {
    let ClientTls { tls_ca, tls_name, client_cert, client_key } = tls;
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| Error::File { path: path.clone(), error });
    let config = match tls_ca {
        Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(path)?)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    let config = match tls_name {
        Some(name) => config.domain_name(name),
        None => config,
    };
    Ok(match client_cert.as_ref().zip(client_key.as_ref()) {
        Some((certificate, key)) => config.identity(Identity::from_pem(read(certificate)?, read(key)?)),
        None => config,
    })
}

/// The series id of a symbol and a timeframe, validated before anything is opened.
pub(crate) fn id(symbol: &str, timeframe: &str) -> Result<SeriesId, Error> {
    Ok((&series::SeriesId::parse(symbol, timeframe)?).into())
}
