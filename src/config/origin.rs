//! Where each setting of the server comes from. Secrets are not shown.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::{Entry, FileError, Merged, flags, merge};

/// What sets a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An argument.
    Flag,
    /// The environment variable of this name.
    Variable(String),
    /// The settings file, in this line.
    File(PathBuf, usize),
    /// Nothing.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A setting of the server that holds.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its key in a settings file.
    pub(crate) name: String,
    /// Its value as text, `***` for a secret; `None` if it has none.
    pub(crate) value: Option<String>,
    /// What sets it.
    pub(crate) origin: Origin,
}

/// The settings that hold for arguments of `atrad config`, in the order of the help.
///
/// Errors: those of the settings file. Wrong arguments end the process, as they do elsewhere.
pub(crate) fn settings(command: &Command, arguments: Vec<OsString>) -> Result<Vec<Setting>, FileError> {
    let Merged { arguments, path, entries } = merge(command, arguments)?;
    let matches = command.clone().get_matches_from(arguments);
    let Some((_, matches)) = matches.subcommand() else { return Ok(Vec::new()) };
    let file = path.unwrap_or_default();
    Ok(flags(command).iter().map(|flag| setting(flag, matches, &file, &entries)).collect())
}

fn setting(flag: &Arg, matches: &ArgMatches, file: &Path, entries: &[Entry]) -> Setting {
    let (id, long) = (flag.get_id().as_str(), flag.get_long().unwrap_or_default());
    let entry = entries.iter().find(|entry| entry.flag == long);
    let variable = || flag.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let origin = match (entry, matches.value_source(id)) {
        (Some(entry), _) => Origin::File(file.to_path_buf(), entry.line),
        (None, Some(ValueSource::CommandLine)) => Origin::Flag,
        (None, Some(ValueSource::EnvVariable)) => Origin::Variable(variable()),
        _ => Origin::Default,
    };
    let given = matches.get_raw(id).map(|values| {
        let texts: Vec<_> = values.map(|value| value.to_string_lossy().into_owned()).collect();
        texts.join(",")
    });
    let given = match flag.get_action().takes_values() {
        true => given,
        // A flag that is given has no text of its own.
        false => Some(matches.get_flag(id).to_string()),
    };
    let value = given.map(|value| if flag.is_hide_env_values_set() { "***".into() } else { value });
    Setting { name: long.replace('-', "_"), value, origin }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::command::Command;

    #[test]
    fn each_setting_has_its_value_and_its_origin() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        std::fs::write(&path, "cache_bytes = 1000\ntoken = 'a-secret-token'\ndemo = true\nstreams_max = 9")
            .expect("written");
        let file = path.to_str().expect("text");
        let arguments = ["atrad", "config", "--config", file, "--streams-max", "8", "--redis", "redis://:hush@h:1"];
        let found = settings(&Command::command(), arguments.iter().map(OsString::from).collect()).expect("good");
        let of = |name: &str| found.iter().find(|setting| setting.name == name).expect(name);
        let shown = |name: &str| (of(name).value.as_deref(), of(name).origin.to_string());
        assert_eq!(shown("cache_bytes"), (Some("1000"), format!("{file}:1")));
        assert_eq!(shown("token"), (Some("***"), format!("{file}:2")));
        assert_eq!(shown("demo"), (Some("true"), format!("{file}:3")));
        assert_eq!(shown("streams_max"), (Some("8"), "flag".into()));
        assert_eq!(shown("redis"), (Some("***"), "flag".into()));
        assert_eq!(shown("admin_token"), (None, "default".into()));
        assert_eq!(shown("drain_s"), (Some("30"), "default".into()));
        assert_eq!(shown("insecure"), (Some("false"), "default".into()));
        assert!(!format!("{found:?}").contains("hush") && found.len() > 60, "{found:?}");
    }
}
