//! `atrad serve`: the server, from its flags to graceful shutdown.

use std::io::{self, Write};
use std::sync::Arc;

use atrad::app::App;
use atrad::rpc;
use tokio::net::TcpListener;

use crate::cli::{Error, demo, signals};
use crate::config::{Logs, Serve, data_folder};
use crate::telemetry::Telemetry;

/// Runs the verb.
pub(crate) async fn run(serve: Serve, logs: &Logs) -> Result<(), Error> {
    let telemetry = Telemetry::start(logs)?;
    if let Some(level) = serve.level {
        level.choose();
    }
    let data = data_folder(serve.data.clone()).ok_or(Error::NoData)?;
    let app = App::open(serve.app(data)).map_err(Error::data)?;
    if serve.demo {
        demo::load(&app).await?;
    }
    let listener = listen(serve.listen).await?;
    let address = listener.local_addr()?;
    telemetry.watch(&app);
    if let Some(address) = serve.metrics_listen {
        telemetry.serve(listen(address).await?);
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

async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|error| Error::Listen { address, error })
}
