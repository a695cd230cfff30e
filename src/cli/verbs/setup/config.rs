//! `atrad config`: the settings of the server that hold, and where each comes from.

use clap::{Args, Command};
use serde_json::json;

use crate::cli::Error;
use crate::cli::output::{self, Format, Records};
use crate::config::{Serve, Setting, data_folder, settings};

/// Show the settings of the server, and where each comes from
///
/// Takes the flags of `atrad serve`, and reads its variables and its settings file: flags go before variables, these before
/// the file, and the file before defaults. Secrets are shown as ***.
#[derive(Debug, Args)]
pub(crate) struct Config {
    /// The output format
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: Format,
    /// The settings.
    #[command(flatten)]
    serve: Serve,
}

/// Runs the verb. The settings were checked when the command line was read; here only their sources count.
pub(crate) fn run(config: &Config, command: &Command) -> Result<(), Error> {
    let Config { format, serve } = config;
    let mut all = settings(command, std::env::args_os().collect())?;
    let data = || data_folder(serve.data.clone()).map(|folder| folder.display().to_string());
    for setting in all.iter_mut().filter(|setting| setting.name == "data" && setting.value.is_none()) {
        setting.value = data();
    }
    if *format == Format::Json {
        let object = |setting: &Setting| json!({"setting": setting.name, "value": setting.value, "from": setting.origin.to_string()});
        return output::write_json(&all.iter().map(object).collect::<Vec<_>>());
    }
    Records::default()
        .texts("setting", all.iter().map(|setting| setting.name.clone()))
        .texts("value", all.iter().map(|setting| setting.value.clone().unwrap_or_default()))
        .texts("from", all.iter().map(|setting| setting.origin.to_string()))
        .write(*format, output::open(None)?)
}
