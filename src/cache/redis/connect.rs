//! Connections to a Redis server: at an address, behind Sentinels, or in a cluster. Files of passwords and certificates
//! are read at each connect, so a new connection uses what they hold then.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use redis::aio::MultiplexedConnection;
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, Cmd, ConnectionAddr, ConnectionInfo, FromRedisValue,
    IntoConnectionInfo, RedisResult, TlsCertificates, TlsMode,
};
use tokio::time::timeout;

use super::config::{RedisConfig, Topology};
use crate::cache::error::Error;

/// The maximum length of a password, in bytes.
const PASSWORD_BYTES_MAX: usize = 4096;
/// The maximum size of a file of certificates, in bytes: that of a whole system is about 250,000.
const PEM_BYTES_MAX: usize = 4 << 20;
/// How often a cluster is asked again after MOVED, ASK or TRYAGAIN, and the pauses between, in milliseconds.
const CLUSTER_RETRIES: u32 = 3;
const CLUSTER_RETRY_MS: (u64, u64) = (2, 20);

/// A connection for concurrent commands; clones share it.
#[derive(Clone)]
pub(super) enum Link {
    /// To one server.
    Server(MultiplexedConnection),
    /// To all nodes of a cluster.
    Cluster(ClusterConnection),
}

impl Link {
    pub(super) async fn query<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::Server(connection) => command.query_async(connection).await,
            Self::Cluster(connection) => command.query_async(connection).await,
        }
    }
}

/// What connects.
enum Way {
    Server(Box<Client>),
    Sentinel(Box<SentinelClient>),
    Cluster(Box<ClusterClient>),
}

/// Makes connections of a configuration.
pub(super) struct Connector {
    config: RedisConfig,
    addresses: Vec<ConnectionInfo>,
}

impl Connector {
    /// Checks the configuration and reads its files, without connecting.
    ///
    /// Errors: a setting or a file that cannot be used.
    pub(super) fn new(config: RedisConfig) -> Result<Self, Error> {
        let addresses = config.addresses.iter().map(|address| parse(address)).collect::<Result<Vec<_>, _>>()?;
        let connector = Self { config, addresses };
        connector.check()?;
        connector.way()?;
        Ok(connector)
    }

    /// Connects within the timeout. The server, or the nodes of a cluster, answered.
    pub(super) async fn connect(&self) -> Result<Link, Error> {
        let max = self.config.connect_timeout;
        timeout(max, self.dial()).await.unwrap_or(Err(Error::Slow(max)))
    }

    async fn dial(&self) -> Result<Link, Error> {
        // Commands have a timeout of their own, outside.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.config.connect_timeout))
            .set_response_timeout(None);
        Ok(match self.way()? {
            Way::Server(client) => Link::Server(client.get_multiplexed_async_connection_with_config(&config).await?),
            Way::Sentinel(mut client) => Link::Server(client.get_async_connection_with_config(&config).await?),
            Way::Cluster(client) => Link::Cluster(client.get_async_connection().await?),
        })
    }

    fn check(&self) -> Result<(), Error> {
        let refused =
            |field, expected: &str, given: String| Err(Error::Setting { field, expected: expected.to_owned(), given });
        let RedisConfig { prefix, topology, ca_file, cert_file, key_file, .. } = &self.config;
        let is_safe = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
        if prefix.is_empty() || prefix.len() > 64 || !prefix.chars().all(is_safe) {
            let given = format!("{:?}", prefix.chars().take(80).collect::<String>());
            return refused("redis_prefix", "1 to 64 of A-Z a-z 0-9 . _ : -", given);
        }
        let count = self.addresses.len();
        if count == 0 || (count > 1 && *topology == Topology::Server) {
            let expected = "one address, or several with redis_sentinel or redis_cluster";
            return refused("redis", expected, count.to_string());
        }
        let encrypted = self.addresses.iter().filter(|info| is_encrypted(info)).count();
        if encrypted != 0 && encrypted != count {
            return refused("redis", "only rediss:// addresses or none", format!("{encrypted} of {count}"));
        }
        for (field, file) in [("redis_ca", ca_file), ("redis_cert", cert_file), ("redis_key", key_file)] {
            if file.is_some() && encrypted == 0 {
                return refused(field, "rediss:// addresses", "an address without TLS".into());
            }
        }
        if cert_file.is_some() != key_file.is_some() {
            return refused("redis_cert and redis_key", "both or neither", "one".into());
        }
        let login = self.addresses[0].redis_settings();
        let is_direct = !matches!(topology, Topology::Sentinel(_));
        let has_password = self.config.password_file.is_some() || (is_direct && login.password().is_some());
        if self.config.user.is_some() && !has_password {
            return refused("redis_user", "a password, from redis_password_file", "none".into());
        }
        if is_direct {
            if login.password().is_some() && self.config.password_file.is_some() {
                return refused("redis_password_file", "no password in the address", "two passwords".into());
            }
            if login.username().is_some() && self.config.user.is_some() {
                return refused("redis_user", "no user in the address", "two users".into());
            }
        }
        Ok(())
    }

    fn way(&self) -> Result<Way, Error> {
        let (certificates, password) = (self.certificates()?, self.password()?);
        let first = &self.addresses[0];
        let user = self.config.user.as_deref();
        Ok(match &self.config.topology {
            Topology::Server => {
                let mut login = first.redis_settings().clone();
                login = user.into_iter().fold(login, |login, user| login.set_username(user));
                login = password.into_iter().fold(login, |login, password| login.set_password(password));
                let info = first.clone().set_redis_settings(login);
                Way::Server(Box::new(match certificates {
                    Some(certificates) => Client::build_with_tls(info, certificates)?,
                    None => Client::open(info)?,
                }))
            }
            Topology::Sentinel(master) => Way::Sentinel(Box::new(self.sentinel(master, certificates, password)?)),
            Topology::Cluster => {
                let timeout = self.config.timeout;
                let mut client = ClusterClientBuilder::new(self.addresses.iter().cloned())
                    .connection_timeout(self.config.connect_timeout)
                    .response_timeout(timeout)
                    .overall_response_timeout(None)
                    .retries(CLUSTER_RETRIES)
                    .min_retry_wait(CLUSTER_RETRY_MS.0)
                    .max_retry_wait(CLUSTER_RETRY_MS.1);
                client = user.into_iter().fold(client, |client, user| client.username(user));
                client = password.into_iter().fold(client, |client, password| client.password(password));
                client = certificates.into_iter().fold(client, |client, certificates| client.certs(certificates));
                Way::Cluster(Box::new(client.build()?))
            }
        })
    }

    fn sentinel(
        &self,
        master: &str,
        certificates: Option<TlsCertificates>,
        password: Option<String>,
    ) -> RedisResult<SentinelClient> {
        let first = &self.addresses[0];
        let addresses = self.addresses.iter().map(|info| info.addr().clone());
        let mut client = SentinelClientBuilder::new(addresses, master, SentinelServerType::Master)?;
        // The addresses are of the Sentinels, and so are their user and password; the database is of the master.
        let login = first.redis_settings();
        client = client.set_client_to_redis_db(login.db());
        client = login.username().into_iter().fold(client, |client, user| client.set_client_to_sentinel_username(user));
        client = login.password().into_iter().fold(client, |client, word| client.set_client_to_sentinel_password(word));
        let user = self.config.user.as_deref();
        client = user.into_iter().fold(client, |client, user| client.set_client_to_redis_username(user));
        client = password.into_iter().fold(client, |client, word| client.set_client_to_redis_password(word));
        if is_encrypted(first) {
            client = client.set_client_to_redis_tls_mode(TlsMode::Secure);
        }
        if let Some(certificates) = certificates {
            client = client.set_client_to_sentinel_certificates(certificates.clone());
            client = client.set_client_to_redis_certificates(certificates);
        }
        client.build()
    }

    fn certificates(&self) -> Result<Option<TlsCertificates>, Error> {
        let RedisConfig { ca_file, cert_file, key_file, .. } = &self.config;
        let read = |file: &Option<_>| file.as_deref().map(|path| read(path, PEM_BYTES_MAX)).transpose();
        let (root_cert, client_cert, client_key) = (read(ca_file)?, read(cert_file)?, read(key_file)?);
        if let (Some(path), Some(pem)) = (ca_file, &root_cert)
            && !pem.windows(PEM_BEGIN.len()).any(|window| window == PEM_BEGIN)
        {
            // The TLS library takes a file of none for an empty set, which no server would ever match.
            return Err(Error::File { path: path.clone(), why: "holds no certificate (PEM)".into() });
        }
        let client_tls =
            client_cert.zip(client_key).map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
        let is_given = root_cert.is_some() || client_tls.is_some();
        Ok(is_given.then_some(TlsCertificates { client_tls, root_cert }))
    }

    fn password(&self) -> Result<Option<String>, Error> {
        let Some(path) = &self.config.password_file else { return Ok(None) };
        let refused = |why: String| Error::File { path: path.clone(), why };
        // Two for the line end.
        let bytes = read(path, PASSWORD_BYTES_MAX + 2)?;
        let password = String::from_utf8(bytes).map_err(|_| refused("must hold a password in UTF-8".into()))?;
        let password = password.trim_end_matches(['\r', '\n']);
        if password.is_empty() || password.len() > PASSWORD_BYTES_MAX {
            let given = password.len();
            return Err(refused(format!("must hold a password of 1 to {PASSWORD_BYTES_MAX} bytes, got {given}")));
        }
        Ok(Some(password.into()))
    }
}

/// How a certificate begins in a file.
const PEM_BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn is_encrypted(info: &ConnectionInfo) -> bool {
    matches!(info.addr(), ConnectionAddr::TcpTls { .. })
}

fn parse(address: &str) -> Result<ConnectionInfo, Error> {
    let info = address.into_connection_info();
    let info = info.map_err(|source| Error::Address { given: without_credentials(address), source })?;
    if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
        let expected = "a server whose certificate is verified; redis_ca names its authority";
        return Err(Error::Setting { field: "redis", expected: expected.into(), given: "#insecure".into() });
    }
    Ok(info)
}

fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let refused = |why: String| Error::File { path: path.into(), why };
    let file = File::open(path).map_err(|error| refused(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(|error| refused(error.to_string()))?;
    if bytes.len() > bytes_max {
        return Err(refused(format!("has more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// An address for messages: user and password are left out.
fn without_credentials(address: &str) -> String {
    let address = address.split_once('?').map_or(address, |(address, _)| address);
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        (None, Some((_, host))) => format!("***@{host}"),
        (_, None) => address.into(),
    }
}
