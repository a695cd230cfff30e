//! `atrad completions`: what a shell completes.

use std::io::{self, Write};

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::Error;

/// Print the completions of a shell
///
/// As in: source <(atrad completions bash). A package puts them where the shell looks.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the verb on the command that is completed.
pub(crate) fn run(completions: &Completions, mut command: Command) -> Result<(), Error> {
    // `generate` panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut command, "atrad", &mut script);
    Ok(io::stdout().write_all(&script)?)
}
