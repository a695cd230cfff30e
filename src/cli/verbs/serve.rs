//! `atrad serve`: the server, from its flags to graceful shutdown.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use atrad::app::App;
#[cfg(feature = "mcp")]
use atrad::mcp;
use atrad::rpc::{self, Doors, Listener, Tls, Tokens, UnixDoor};
use tokio::net::{TcpListener, lookup_host};

use crate::cli::{Error, demo, signals};
#[cfg(feature = "mcp")]
use crate::config::McpMode;
use crate::config::{Address, ListenAddress, Logs, Serve, data_folder};
use crate::telemetry::Telemetry;

/// Runs the verb.
pub(crate) async fn run(serve: Serve, logs: &Logs) -> Result<(), Error> {
    let telemetry = Telemetry::start(logs)?;
    signals::ignore()?;
    if let Some(path) = &serve.config {
        tracing::info!(path = %path.display(), "settings file");
    }
    let found = resolve_all(&serve).await?;
    let tokens = Arc::new(Tokens::new(serve.doors.tokens())?);
    let tls = serve.doors.tls().map(Tls::load).transpose()?.map(Arc::new);
    if let Some(level) = serve.level {
        level.choose();
    }
    let data = data_folder(serve.data.clone()).ok_or(Error::NoData)?;
    let app = App::open(serve.app(data)).map_err(Error::data)?;
    if serve.demo {
        demo::load(&app).await?;
    }
    let doors = open(&serve, &found).await?.with_tls(tls.clone());
    let addresses = doors.addresses()?;
    telemetry.watch(&app);
    if let Some(tls) = &tls {
        telemetry.watch_tls(tls);
    }
    if let Some(address) = &serve.metrics_listen {
        telemetry.serve(listen(address, &resolve(address).await?).await?);
    }
    let observer = Arc::new(telemetry.observer());
    let settings = rpc::Settings { extensions: extensions(&serve), ..serve.rpc(tokens) };
    let server = rpc::serve(doors, app.clone(), settings, observer, signals::termination()?);
    // At once: whoever waits for the first line may stop reading after it.
    let lines: String = addresses.iter().map(|address| format!("listening on {address}\n")).collect();
    io::stdout().write_all(lines.as_bytes())?;
    io::stdout().flush()?;
    tell_manager(sd_notify::NotifyState::Ready);
    server.await;
    app.close().await;
    tracing::info!("stopped");
    telemetry.end();
    Ok(())
}

/// What else the port serves: the tools of agents.
fn extensions(serve: &Serve) -> Vec<Arc<dyn rpc::Extension>> {
    #[cfg(feature = "mcp")]
    if serve.mcp != McpMode::Off {
        let options = mcp::Options { allow_write: serve.mcp == McpMode::Write, ..mcp::Options::default() };
        return vec![Arc::new(mcp::Http::new(options))];
    }
    let _ = serve;
    Vec::new()
}

/// Tells systemd, if it started this process as a service of `Type=notify`; nothing happens elsewhere.
fn tell_manager(state: sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// The IP addresses of each listen address, none for a Unix socket. Refuses those that are open to everybody.
async fn resolve_all(serve: &Serve) -> Result<Vec<Vec<SocketAddr>>, Error> {
    let mut all = Vec::with_capacity(serve.listen.len());
    for address in &serve.listen {
        let found = match address {
            ListenAddress::Tcp(address) => resolve(address).await?,
            ListenAddress::Unix(_) => Vec::new(),
        };
        if let Some(refusal) = found.iter().find_map(|&address| serve.doors.refuse(address)) {
            return Err(Error::Usage(refusal));
        }
        all.push(found);
    }
    if let Some(warning) = serve.doors.warning(all.iter().flatten().copied()) {
        tracing::warn!("{warning}");
    }
    Ok(all)
}

/// Listens on every listen address.
async fn open(serve: &Serve, found: &[Vec<SocketAddr>]) -> Result<Doors, Error> {
    let mut listeners = Vec::with_capacity(serve.listen.len());
    for (address, found) in serve.listen.iter().zip(found) {
        listeners.push(match address {
            ListenAddress::Tcp(address) => Listener::Tcp(listen(address, found).await?),
            ListenAddress::Unix(path) => Listener::Unix(UnixDoor::bind(path, serve.doors.socket_mode).await?),
        });
    }
    Ok(Doors::new(listeners))
}

/// The IP addresses of a listen address; never none.
async fn resolve(address: &Address) -> Result<Vec<SocketAddr>, Error> {
    let found = lookup_host((&*address.host, address.port)).await.map(Vec::from_iter);
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(Error::Listen { address: address.clone(), error: io::ErrorKind::AddrNotAvailable.into() }),
        Err(error) => Err(Error::Listen { address: address.clone(), error }),
    }
}

/// Listens on the first of the IP addresses that can be bound.
async fn listen(address: &Address, found: &[SocketAddr]) -> Result<TcpListener, Error> {
    TcpListener::bind(found).await.map_err(|error| Error::Listen { address: address.clone(), error })
}
