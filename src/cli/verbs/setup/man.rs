//! `atrad man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Command};

use crate::cli::Error;

/// Write the manual pages, one for each command
///
/// As in: atrad man /usr/local/share/man/man1
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder, which is made if it is not there
    folder: PathBuf,
}

/// Runs the verb on the command that is described.
pub(crate) fn run(Man { folder }: &Man, command: Command) -> Result<(), Error> {
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|error| Error::File { path: folder.clone(), error })
}
