//! `atrad backup`: a consistent snapshot of a data folder in use.

use std::path::PathBuf;

use atrad::rpc::proto::BackupRequest;
use clap::Args;

use crate::cli::Error;
use crate::cli::connection::Connection;
use crate::cli::output::Progress;
use crate::config::Source;

/// Take a consistent snapshot of the data folder
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The new folder; with --server only a name inside the --backups folder of the server
    folder: PathBuf,
    /// What is copied.
    #[command(flatten)]
    source: Source,
}

/// Runs the verb.
pub(crate) async fn run(Backup { folder, source }: Backup) -> Result<(), Error> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let name = if source.server.is_some() { folder.display().to_string() } else { name };
    let parent = folder.parent().map(|parent| if parent.as_os_str().is_empty() { ".".into() } else { parent.into() });
    let connection = Connection::open_with(source, parent).await?;
    let progress = Progress::begin("copying");
    let made = connection.admin().backup(BackupRequest { name }).await;
    drop(progress);
    let made = made?.into_inner();
    connection.close().await;
    let before = if made.already_existed { "; it existed already, nothing was copied" } else { "" };
    println!(
        "{}: {} series, {} price files, {} bytes{before}",
        made.path, made.series_count, made.segment_count, made.file_bytes
    );
    Ok(())
}
