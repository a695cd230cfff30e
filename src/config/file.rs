//! The settings file of the server: TOML whose keys are the flags of `atrad serve`.
//!
//! A value becomes an argument behind those of the command line, unless a flag or a variable sets it already. So a value of
//! the file is parsed, limited and related to others as a flag is, and clap knows of no third source.

use std::ffi::OsString;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use atrad::indicator::registry;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The file that is read without `--config`, in the working directory.
const DEFAULT: &str = "atrad.toml";

/// The verbs that have the flags of the server.
const VERBS: [&str; 2] = ["serve", "config"];

/// Why a settings file is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: std::io::Error,
    },
    /// It is not TOML.
    #[error("{}:{line}: {why}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        why: String,
    },
    /// A key is not a flag of the server.
    #[error("{}:{line}: unknown setting {key}{}", path.display(), did_you_mean(.similar))]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// The most similar setting.
        similar: Option<String>,
    },
    /// A value is wrong.
    #[error("{}:{line}: {key}: {why}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
    },
}

fn did_you_mean(similar: &Option<String>) -> String {
    similar.as_ref().map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

/// A setting of the file.
#[derive(Debug)]
pub(super) struct Entry {
    /// The flag without its dashes.
    pub(super) flag: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// The same as arguments.
    arguments: Vec<OsString>,
}

/// The arguments of a command with what a settings file adds to them.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// The arguments, in their order.
    pub(super) arguments: Vec<OsString>,
    /// The file, if there is one.
    pub(super) path: Option<PathBuf>,
    /// The settings of the file that count: neither a flag nor a variable sets them.
    pub(super) entries: Vec<Entry>,
}

/// The arguments of this process, and for the verbs of the server what its settings file adds to them.
///
/// Errors: a file that cannot be read, an unknown key, a wrong value.
pub(crate) fn with_file(command: &Command, arguments: Vec<OsString>) -> Result<Vec<OsString>, FileError> {
    merge(command, arguments).map(|merged| merged.arguments)
}

/// As [`with_file`], with what came from the file.
pub(super) fn merge(command: &Command, mut arguments: Vec<OsString>) -> Result<Merged, FileError> {
    // What is given by flags and variables; whether it is right is not asked yet, as the file may complete it.
    let given = command.clone().ignore_errors(true).try_get_matches_from(&arguments).ok();
    let given = given.as_ref().and_then(ArgMatches::subcommand).filter(|(verb, _)| VERBS.contains(verb));
    let Some((_, given)) = given else { return Ok(Merged { arguments, ..Merged::default() }) };
    let asked = given.get_one::<PathBuf>("config").cloned();
    let found = || Some(PathBuf::from(DEFAULT)).filter(|path| path.is_file());
    let Some(path) = asked.clone().or_else(found) else { return Ok(Merged { arguments, ..Merged::default() }) };
    if asked.is_none() {
        arguments.push(format!("--config={DEFAULT}").into());
    }
    let text = fs::read_to_string(&path).map_err(|error| FileError::Read { path: path.clone(), error })?;
    let flags = flags(command);
    let mut entries = read(&path, &text, &flags)?;
    entries.retain(|entry| {
        let flag = flags.iter().find(|flag| flag.get_long() == Some(&entry.flag));
        let source = flag.and_then(|flag| given.value_source(flag.get_id().as_str()));
        !matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    });
    check(command, &arguments, &entries, &path)?;
    arguments.extend(entries.iter().flat_map(|entry| entry.arguments.iter().cloned()));
    Ok(Merged { arguments, path: Some(path), entries })
}

/// The flags of the server, with those that all verbs have.
pub(super) fn flags(command: &Command) -> Vec<Arg> {
    let mut command = command.clone();
    command.build();
    let serve = command.find_subcommand("serve").expect("the server is a verb");
    let is_setting = |flag: &&Arg| flag.get_long().is_some_and(|long| !matches!(long, "help" | "version" | "config"));
    serve.get_arguments().filter(is_setting).cloned().collect()
}

/// The settings of a file, each as the arguments that say the same.
fn read(path: &Path, text: &str, flags: &[Arg]) -> Result<Vec<Entry>, FileError> {
    let line = |span: Range<usize>| 1 + text.bytes().take(span.start).filter(|&byte| byte == b'\n').count();
    let table = DeTable::parse(text).map_err(|error| FileError::Syntax {
        path: path.into(),
        line: error.span().map_or(1, line),
        why: error.message().replace('\n', ", "),
    })?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut pairs: Vec<(&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)> = table.get_ref().iter().collect();
    pairs.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in pairs {
        let (line, name) = (line(key.span()), key.get_ref().replace('_', "-"));
        let wrong = |why: String| FileError::Value { path: path.into(), line, key: key.get_ref().to_string(), why };
        let Some(flag) = flags.iter().find(|flag| flag.get_long() == Some(&name)) else {
            let similar = registry::nearest(&name, flags.iter().filter_map(Arg::get_long));
            let similar = similar.map(|name| name.replace('-', "_"));
            return Err(FileError::Unknown { path: path.into(), line, key: key.get_ref().to_string(), similar });
        };
        if let Some(first) = entries.iter().find(|entry| entry.flag == name) {
            return Err(wrong(format!("is set in line {} already", first.line)));
        }
        let arguments = arguments(&name, flag, value.get_ref()).map_err(wrong)?;
        entries.push(Entry { flag: name, line, arguments });
    }
    Ok(entries)
}

/// A value as arguments: none for `false`, several for an array.
fn arguments(name: &str, flag: &Arg, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
    let takes_value = flag.get_action().takes_values();
    if !takes_value {
        return match value {
            DeValue::Boolean(true) => Ok(vec![format!("--{name}").into()]),
            DeValue::Boolean(false) => Ok(vec![]),
            other => Err(format!("must be true or false, got {}", kind(other))),
        };
    }
    let one = |value: &DeValue<'_>| {
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => {
                let parsed = i128::from_str_radix(number.as_str(), number.radix());
                parsed.map_or_else(|_| number.to_string(), |number| number.to_string())
            }
            other => return Err(format!("must be a string or an integer, got {}", kind(other))),
        };
        Ok(OsString::from(format!("--{name}={text}")))
    };
    match (value, flag.get_value_delimiter()) {
        (DeValue::Array(values), Some(_)) => values.iter().map(|value| one(value.get_ref())).collect(),
        (DeValue::Array(_), None) => Err("takes one value, got an array".into()),
        (value, _) => Ok(vec![one(value)?]),
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table; settings have no sections",
    }
}

/// Tries each setting, so that an error can name its line. How settings relate is checked with all of them together.
fn check(command: &Command, arguments: &[OsString], entries: &[Entry], path: &Path) -> Result<(), FileError> {
    let is_relation =
        |error: &clap::Error| matches!(error.kind(), ErrorKind::MissingRequiredArgument | ErrorKind::ArgumentConflict);
    let parse = |more: &[OsString]| command.clone().try_get_matches_from([arguments, more].concat());
    if parse(&[]).is_err_and(|error| !is_relation(&error)) {
        // The command line itself is wrong, or asks for help.
        return Ok(());
    }
    for Entry { flag, line, arguments } in entries {
        if let Err(error) = parse(arguments)
            && !is_relation(&error)
        {
            let text = error.to_string();
            let why = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Err(FileError::Value { path: path.into(), line: *line, key: flag.replace('-', "_"), why });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::command::Command;

    /// The arguments that a file adds, or its error.
    fn merged(text: &str, given: &[&str]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        fs::write(&path, text).expect("written");
        let path = path.to_str().expect("text");
        let first = [&["atrad", "serve", "--config", path], given].concat();
        let all = with_file(&Command::command(), first.iter().map(OsString::from).collect());
        let all = all.map_err(|error| error.to_string().replace(path, "a.toml"))?;
        Ok(all.into_iter().skip(first.len()).map(|text| text.into_string().expect("text")).collect())
    }

    #[test]
    fn keys_are_flags() {
        let text = "listen = [\"127.0.0.1:1\", 'unix:/a']\ncache_bytes = 1_000\ndemo = true\ninsecure = false\n\
                    streams-max = 0x10\nlog = \"debug\"\n";
        let expected = ["--listen=127.0.0.1:1", "--listen=unix:/a", "--cache-bytes=1000", "--demo", "--streams-max=16"];
        assert_eq!(merged(text, &[]).expect("good"), [&expected[..], &["--log=debug"]].concat());
        assert_eq!(merged(text, &["--listen", "localhost:1", "--demo"]).expect("good")[0], "--cache-bytes=1000");
        assert!(merged("", &[]).expect("good").is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, expected) in [
            ("\n\nchache_bytes = 1", "a.toml:3: unknown setting chache_bytes; did you mean cache_bytes?"),
            ("zzzzzzzz = 1", "a.toml:1: unknown setting zzzzzzzz"),
            ("config = 'b.toml'", "a.toml:1: unknown setting config"),
            ("[limits]\nstreams_max = 1", "a.toml:1: unknown setting limits"),
            ("demo = 1", "a.toml:1: demo: must be true or false, got an integer"),
            ("data = true", "a.toml:1: data: must be a string or an integer, got a boolean"),
            ("data = ['a', 'b']", "a.toml:1: data: takes one value, got an array"),
            ("log = 'a'\nstreams-max = 1\nstreams_max = 2", "a.toml:3: streams_max: is set in line 2 already"),
            ("#\nstreams_max = 0", "a.toml:2: streams_max: invalid value '0' for '--streams-max <STREAMS_MAX>': "),
            ("listen = ['nowhere']", "a.toml:1: listen: invalid value 'nowhere' for '--listen <ADDRESS>': "),
            ("data = ", "a.toml:1: "),
            ("a = 1\na = 2", "a.toml:2: "),
        ] {
            let error = merged(text, &[]).expect_err(text);
            assert!(error.starts_with(expected), "{text}: {error}");
        }
        // A secret is not repeated.
        let error = merged("cache_secret = 'not shown'", &[]).expect_err("too short");
        assert!(error.starts_with("a.toml:1: cache_secret: ") && !error.contains("not shown"), "{error}");
    }

    #[test]
    fn settings_may_complete_each_other_over_their_sources() {
        let half = "tls_cert = 'c'";
        let all = |text, given: &[&str]| {
            let arguments = [&["atrad", "serve"], given].concat().into_iter().map(str::to_owned);
            Command::command().try_get_matches_from(arguments.chain(merged(text, given).expect("each is good")))
        };
        assert!(all(half, &["--tls-key", "k"]).is_ok());
        let error = all(half, &[]).expect_err("half of it").to_string();
        assert!(error.contains("--tls-key"), "{error}");
    }
}
