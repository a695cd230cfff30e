//! Signals: those that end the process in order, and those that must not end it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at the first termination signal.
pub(crate) fn termination() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("asked to end by SIGTERM"),
            _ = interrupt.recv() => tracing::info!("asked to end by SIGINT"),
        }
    })
}

/// Outlives SIGHUP, SIGUSR1 and SIGUSR2, which would end the process: a terminal that closes, and habits of other servers
/// that reload or dump on them. Files that change are seen without a signal.
pub(crate) fn ignore() -> io::Result<()> {
    let kinds = [
        ("SIGHUP", SignalKind::hangup()),
        ("SIGUSR1", SignalKind::user_defined1()),
        ("SIGUSR2", SignalKind::user_defined2()),
    ];
    for (name, kind) in kinds {
        let mut signals = signal(kind)?;
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                tracing::info!("{name} ignored");
            }
        });
    }
    Ok(())
}

/// Sets a flag at the first termination signal.
pub(crate) fn on_signal(stopped: Arc<AtomicBool>) -> io::Result<()> {
    let termination = termination()?;
    tokio::spawn(async move {
        termination.await;
        stopped.store(true, Relaxed);
    });
    Ok(())
}
