//! Termination signals.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at the first termination signal.
pub(crate) fn asked() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("asked to end by SIGTERM"),
            _ = interrupt.recv() => tracing::info!("asked to end by SIGINT"),
        }
    })
}

/// Sets a flag at the first termination signal.
pub(crate) fn on_signal(stopped: Arc<AtomicBool>) -> io::Result<()> {
    let asked = asked()?;
    tokio::spawn(async move {
        asked.await;
        stopped.store(true, Relaxed);
    });
    Ok(())
}
