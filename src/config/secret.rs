//! The secret of the cache as settings. It is shown nowhere: not by `--help`, not by `Debug`, not by an error.

use std::ffi::OsStr;
use std::path::PathBuf;

use atrad::app::CacheSecret;
use atrad::cache::Key;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error};

/// Where the secret of the cache comes from: at most one of the two is given.
#[derive(Debug, Args)]
pub(crate) struct CacheSecretFlags {
    /// The file of the secret that authenticates values in Redis, the same for servers that share them
    /// [default: SECRET in the data folder, made at the first start]
    #[arg(long, env = "ATRAD_CACHE_SECRET_FILE", value_name = "FILE")]
    cache_secret_file: Option<PathBuf>,
    /// That secret itself, 16 bytes or more and random; better as the variable, as all see the flags of a process
    #[arg(long, env = "ATRAD_CACHE_SECRET", hide_env_values = true, value_name = "SECRET")]
    #[arg(value_parser = Derive, conflicts_with = "cache_secret_file")]
    cache_secret: Option<Key>,
}

impl CacheSecretFlags {
    /// The secret that was given, or that of the data folder.
    pub(super) fn app(&self) -> CacheSecret {
        match (&self.cache_secret, &self.cache_secret_file) {
            (Some(key), _) => CacheSecret::Derived(key.clone()),
            (None, Some(path)) => CacheSecret::File(path.clone()),
            (None, None) => CacheSecret::Folder,
        }
    }
}

/// Derives the key. The usual parsers repeat a wrong value in their errors.
#[derive(Debug, Clone)]
struct Derive;

impl TypedValueParser for Derive {
    type Value = Key;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Key, Error> {
        let refused = |error| Error::raw(ErrorKind::ValueValidation, format!("{error}\n")).with_cmd(command);
        Key::derive(value.as_encoded_bytes()).map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        secret: CacheSecretFlags,
    }

    fn parse(flags: &[&str]) -> Result<CacheSecret, Error> {
        Flags::try_parse_from([&["atrad"], flags].concat()).map(|flags| flags.secret.app())
    }

    #[test]
    fn one_of_both_or_that_of_the_folder() {
        assert!(matches!(parse(&[]).expect("fine"), CacheSecret::Folder));
        let file = parse(&["--cache-secret-file", "a"]).expect("fine");
        assert!(matches!(file, CacheSecret::File(path) if path.as_os_str() == "a"));
        let given = parse(&["--cache-secret", "not to be shown to anybody"]).expect("fine");
        assert!(matches!(given, CacheSecret::Derived(_)));
        assert!(!format!("{given:?}").contains("shown"));
        let both = parse(&["--cache-secret", "not to be shown to anybody", "--cache-secret-file", "a"]);
        let both = both.expect_err("which?");
        assert_eq!(both.kind(), ErrorKind::ArgumentConflict);
        assert!(!both.to_string().contains("shown"), "{both}");
    }

    #[test]
    fn a_refused_secret_is_not_shown() {
        for secret in ["", "not shown"] {
            let error = parse(&["--cache-secret", secret]).expect_err("too short");
            assert_eq!((error.kind(), error.exit_code()), (ErrorKind::ValueValidation, 2));
            let text = error.to_string();
            let message = format!("the cache secret must have between 16 and 4096 bytes, got {}", secret.len());
            assert!(text.contains(&message) && !text.contains("not shown"), "{text}");
        }
    }
}
