//! What a terminal shows of work that takes more than a second.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;

/// When a person begins to wonder.
const DELAY: Duration = Duration::from_secs(1);

/// How often the line moves.
const TICK: Duration = Duration::from_millis(100);

/// A line on standard error from the first second on, until it is dropped. Nothing where standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    appearing: JoinHandle<()>,
}

impl Progress {
    /// Shows what is done, and the count of rows once there are some.
    pub(crate) fn begin(what: &'static str) -> Self {
        let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {msg}");
        let style = style.expect("the template is written here");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style).with_prefix(what);
        let later = bar.clone();
        let appearing = tokio::spawn(async move {
            tokio::time::sleep(DELAY).await;
            later.set_draw_target(ProgressDrawTarget::stderr());
            later.enable_steady_tick(TICK);
        });
        Self { bar, appearing }
    }

    /// As `begin`, unless rows go to the same terminal as they come.
    pub(crate) fn beside(what: &'static str, is_streamed: bool, output: Option<&Path>) -> Self {
        let progress = Self::begin(what);
        if is_streamed && output.is_none() && io::stdout().is_terminal() {
            progress.appearing.abort();
        }
        progress
    }

    /// Counts rows.
    pub(crate) fn add(&self, rows: usize) {
        self.bar.inc(rows as u64);
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} rows", self.bar.position()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.appearing.abort();
        self.bar.finish_and_clear();
    }
}
