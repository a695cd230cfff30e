//! Where a server is and how to reach it: the address, TLS and the token.

use std::path::PathBuf;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tower::service_fn;

use crate::client::Client;
use crate::error::Error;

const WINDOW_BYTES: u32 = 8 << 20;

/// TLS by files in PEM. The default trusts the certificate authorities of the system.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// The certificates to trust, instead of those of the system.
    pub ca: Option<PathBuf>,
    /// The certificate of this client and its key, for servers that ask for one (mTLS).
    pub identity: Option<(PathBuf, PathBuf)>,
    /// The name in the server's certificate, where it is not the host of the address.
    pub server_name: Option<String>,
}

/// The options of a connection.
#[derive(Debug, Clone)]
pub struct Builder {
    address: String,
    token: Option<String>,
    tls: Option<Tls>,
    timeout: Option<Duration>,
}

impl Builder {
    pub(crate) fn new(address: &str) -> Self {
        let known = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (address, token) = match address {
            "" => (known("ATRAD_SERVER").unwrap_or_else(|| "127.0.0.1:50051".to_owned()), known("ATRAD_TOKEN")),
            given => (given.to_owned(), None),
        };
        Self { address, token, tls: None, timeout: Some(Duration::from_secs(60)) }
    }

    /// Sends a bearer token with every call.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Connects by TLS.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The time for a call with all its retries, a minute unless set; `None` waits for ever. Watches have no bound.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Prepares the connection; the first call opens it. Must be called in a tokio runtime.
    ///
    /// # Errors
    ///
    /// A wrong address or token, or a file that cannot be read.
    pub fn connect(self) -> Result<Client, Error> {
        let authorization = self.token.as_deref().map(bearer).transpose()?;
        Ok(Client::new(self.channel()?, authorization, self.timeout))
    }

    fn channel(&self) -> Result<Channel, Error> {
        if let Some(path) = self.address.strip_prefix("unix:") {
            let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
            let endpoint = tuned(Endpoint::from_static("http://localhost"));
            return Ok(endpoint.connect_with_connector_lazy(service_fn(move |_| {
                let path = path.clone();
                async move { UnixStream::connect(path).await.map(TokioIo::new) }
            })));
        }
        let (scheme, rest) = self.address.split_once("://").unwrap_or(("http", &self.address));
        let rest = rest.trim_end_matches('/');
        let is_secure = matches!(scheme, "https" | "grpcs") || self.tls.is_some();
        let is_known = matches!(scheme, "http" | "https" | "grpc" | "grpcs");
        let port =
            rest.rsplit_once(':').filter(|(host, _)| !host.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
        let wrong = || {
            let address = &self.address;
            let expected = "address must be HOST:PORT, unix:PATH or https://HOST:PORT";
            Error::invalid("address", format!("{expected}, got {address:?}"))
        };
        if !is_known || rest.contains('/') || port.is_none_or(|port| port == 0) {
            return Err(wrong());
        }
        let address = format!("{}://{rest}", if is_secure { "https" } else { "http" });
        let mut endpoint = tuned(Endpoint::from_shared(address).map_err(|_| wrong())?);
        if is_secure {
            let config = self.tls.clone().unwrap_or_default().config()?;
            endpoint = endpoint.tls_config(config).map_err(|error| Error::invalid("tls", told(&error)))?;
        }
        Ok(endpoint.connect_lazy())
    }
}

impl Tls {
    fn config(&self) -> Result<ClientTlsConfig, Error> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| Error::invalid("tls", format!("{}: {error}", path.display())))
        };
        let mut config = ClientTlsConfig::new();
        config = match &self.ca {
            Some(ca) => config.ca_certificate(Certificate::from_pem(read(ca)?)),
            None => config.with_native_roots(),
        };
        if let Some((certificate, key)) = &self.identity {
            config = config.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        if let Some(name) = &self.server_name {
            config = config.domain_name(name);
        }
        Ok(config)
    }
}

fn tuned(endpoint: Endpoint) -> Endpoint {
    endpoint
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .connect_timeout(Duration::from_secs(5))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(120))
}

fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Error> {
    let wrong = || Error::invalid("token", "token must be ASCII without spaces, and not empty");
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong());
    }
    format!("Bearer {token}").parse().map_err(|_| wrong())
}

/// An error with its causes, which hold what went wrong.
fn told(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", told(cause)))
}
