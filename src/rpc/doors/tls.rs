//! TLS with rustls: the certificate of the server, and which certificates clients must have. Files that change are loaded
//! again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

use super::DoorError;
use super::reloading::{Reloading, read_file};
use super::validity::validity;

/// The protocols over TLS, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// A certificate that ends within this many days is warned of once a day.
const WARN_DAYS: f64 = 14.0;
const DAY: Duration = Duration::from_secs(86_400);

/// What the files are, in errors.
const CERTIFICATE: &str = "TLS certificate";
const KEY: &str = "TLS key";
const CLIENT_CA: &str = "TLS client CA";

/// The files of TLS, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate of the server, then those that lead to its CA.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The CAs of which clients must have a certificate; without it they need none.
    pub client_ca: Option<PathBuf>,
}

/// TLS as the files say, now and after each change of them.
pub struct Tls {
    files: TlsFiles,
    loaded: Arc<Reloading<Loaded>>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    /// When the certificate, or one that it depends on, begins and ends to be valid, in seconds since the Unix epoch.
    valid: (i64, i64),
}

impl Tls {
    /// Loads the files.
    pub fn load(files: TlsFiles) -> Result<Self, DoorError> {
        let paths = [&files.certificate, &files.key].into_iter().chain(&files.client_ca).cloned().collect();
        let from = files.clone();
        let loaded = Reloading::new("TLS files", paths, Box::new(move || load(&from)))?;
        let tls = Self { files, loaded: Arc::new(loaded) };
        tls.tell();
        Ok(tls)
    }

    /// Whether clients must have a certificate.
    pub fn asks_for_certificates(&self) -> bool {
        self.files.client_ca.is_some()
    }

    /// The days for which the certificate is still valid; less than 0 once it has expired.
    pub fn days_left(&self) -> f64 {
        (self.loaded.get().valid.1 - now()) as f64 / DAY.as_secs_f64()
    }

    /// The handshake of the server.
    pub(in crate::rpc) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.loaded.get().config);
        TlsAcceptor::from(config).accept(stream).await
    }

    /// Looks at the files for ever.
    pub(in crate::rpc) async fn follow(&self) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut warned = Instant::now();
        loop {
            looks.tick().await;
            if self.loaded.refresh_aside().await || warned.elapsed() >= DAY && self.days_left() < WARN_DAYS {
                self.tell();
                warned = Instant::now();
            }
        }
    }

    /// Logs for how long the certificate is valid.
    fn tell(&self) {
        let (path, days) = (self.files.certificate.display(), self.days_left());
        if days < 0.0 {
            tracing::error!("{CERTIFICATE} {path} expired {:.1} days ago: clients will refuse it", -days);
        } else if self.loaded.get().valid.0 > now() {
            tracing::error!("{CERTIFICATE} {path} is not valid yet: clients will refuse it");
        } else if days < WARN_DAYS {
            tracing::warn!("{CERTIFICATE} {path} expires in {days:.1} days");
        } else {
            tracing::info!("{CERTIFICATE} {path} is valid for {days:.0} days");
        }
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tls").field(&self.files).finish()
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or_else(|before| -(before.duration().as_secs() as i64), |since| since.as_secs() as i64)
}

fn load(files: &TlsFiles) -> Result<Loaded, DoorError> {
    let TlsFiles { certificate, key, client_ca } = files;
    let chain = certificates(CERTIFICATE, certificate)?;
    let valid = chain.iter().map(|one| validity(one));
    let valid = valid.reduce(|one, other| one.zip(other).map(|(one, other)| (one.0.max(other.0), one.1.min(other.1))));
    let why = || "a certificate that cannot be read".into();
    let content = || DoorError::Content { what: CERTIFICATE, path: certificate.clone(), why: why() };
    let valid = valid.flatten().ok_or_else(content)?;
    let private = PrivateKeyDer::from_pem_slice(&read_file(KEY, key)?);
    let private = private.map_err(|error| not_pem(KEY, key, "private key", &error))?;
    // Named, as another crate may bring another provider into the process.
    let provider = Arc::new(ring::default_provider());
    let verifier = match client_ca {
        Some(path) => client_verifier(path, &provider)?,
        None => WebPkiClientVerifier::no_client_auth(),
    };
    let unusable = |error| DoorError::Pair { certificate: certificate.clone(), key: key.clone(), error };
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(unusable)?.with_client_cert_verifier(verifier);
    let mut config = builder.with_single_cert(chain, private).map_err(unusable)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    Ok(Loaded { config: Arc::new(config), valid })
}

/// Accepts clients with a certificate of one of these CAs.
fn client_verifier(
    path: &Path,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn tokio_rustls::rustls::server::danger::ClientCertVerifier>, DoorError> {
    let mut roots = RootCertStore::empty();
    let wrong = |why: String| DoorError::Content { what: CLIENT_CA, path: path.into(), why };
    for certificate in certificates(CLIENT_CA, path)? {
        roots.add(certificate).map_err(|error| wrong(format!("a certificate that is not of a CA: {error}")))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    builder.build().map(|verifier| verifier as _).map_err(|error| wrong(error.to_string()))
}

/// The certificates of a file; at least one.
fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, DoorError> {
    let text = read_file(what, path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.and_then(|found| if found.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(found) });
    found.map_err(|error| not_pem(what, path, "certificate", &error))
}

fn not_pem(what: &'static str, path: &Path, wanted: &str, error: &pem::Error) -> DoorError {
    // The others print sections as lists of bytes.
    let error = match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            format!("section without its end {}", String::from_utf8_lossy(end_marker))
        }
        pem::Error::IllegalSectionStart { line } => {
            format!("illegal section start {:?}", String::from_utf8_lossy(line))
        }
        error => error.to_string(),
    };
    DoorError::Content { what, path: path.into(), why: format!("no {wanted} in PEM ({error})") }
}
