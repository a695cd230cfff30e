//! `atrad serve`: the server, from its flags to graceful shutdown.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use atrad::app::App;
use atrad::rpc;
use tokio::net::{TcpListener, lookup_host};

use crate::cli::{Error, demo, signals};
use crate::config::{Address, Logs, Serve, data_folder};
use crate::telemetry::Telemetry;

/// Runs the verb.
pub(crate) async fn run(serve: Serve, logs: &Logs) -> Result<(), Error> {
    let telemetry = Telemetry::start(logs)?;
    signals::ignore()?;
    let addresses = resolve(&serve.listen).await?;
    if let Some(refusal) = addresses.iter().find_map(|&address| serve.doors.refuse(address)) {
        return Err(Error::Usage(refusal));
    }
    if let Some(level) = serve.level {
        level.choose();
    }
    let data = data_folder(serve.data.clone()).ok_or(Error::NoData)?;
    let app = App::open(serve.app(data)).map_err(Error::data)?;
    if serve.demo {
        demo::load(&app).await?;
    }
    let listener = listen(&serve.listen, &addresses).await?;
    let address = listener.local_addr()?;
    telemetry.watch(&app);
    if let Some(address) = &serve.metrics_listen {
        telemetry.serve(listen(address, &resolve(address).await?).await?);
    }
    let observer = Arc::new(telemetry.observer());
    let server = rpc::serve(listener, app.clone(), serve.rpc(), observer, signals::asked()?);
    writeln!(io::stdout(), "listening on {address}")?;
    io::stdout().flush()?;
    server.await;
    app.close().await;
    tracing::info!("stopped");
    telemetry.end();
    Ok(())
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
