//! `atrad token`: makes tokens for a server.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use atrad::rpc::{Token, TokenLine, check_tokens};
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use crate::cli::{Error, times};

/// Make tokens for a server
#[derive(Debug, Args)]
pub(crate) struct Tokens {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a token: prints the token, which is stored nowhere, and the line for the file of `atrad serve --tokens`
    New(New),
}

#[derive(Debug, Args)]
struct New {
    /// Its name, in logs and errors: 1 to 64 of A-Z a-z 0-9 . _ - @
    name: String,
    /// What it opens: read, write (bars, saved results, cache entries) and admin, each by itself
    #[arg(long, env = "ATRAD_SCOPES", value_delimiter = ',', default_value = "read")]
    scopes: Vec<String>,
    /// The beginnings of the symbols that it reaches [default: every symbol]
    #[arg(long, env = "ATRAD_SYMBOLS", value_name = "PREFIX", value_delimiter = ',')]
    symbols: Vec<String>,
    /// The namespaces of the cache that it reaches [default: all]
    #[arg(long, env = "ATRAD_NAMESPACES", value_name = "NAME", value_delimiter = ',')]
    namespaces: Vec<String>,
    /// The time whose bars its questions see at most, as in 2021-06-17: bars that were closed later are hidden [default: now]
    #[arg(long, env = "ATRAD_AS_OF", value_parser = times::argument, allow_negative_numbers = true)]
    as_of: Option<i64>,
    /// Its time is where its clock begins, which its owner may move forward with `atrad clock`
    #[arg(long, env = "ATRAD_CLOCK", value_parser = BoolishValueParser::new(), requires = "as_of")]
    clock: bool,
    /// Its share of the CPU beside others, 1 to 100 [default: 1]
    #[arg(long, env = "ATRAD_SHARE")]
    share: Option<u16>,
    /// The maximum number of its calls in flight [default: that of all callers]
    #[arg(long, env = "ATRAD_CALLS_MAX")]
    calls_max: Option<u32>,
    /// Add the line to this file, which is made if it is missing, instead of printing it
    #[arg(long, env = "ATRAD_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
}

/// Runs the verb.
pub(crate) fn run(Tokens { verb: Verb::New(new) }: Tokens) -> Result<(), Error> {
    let New { name, scopes, symbols, namespaces, as_of, clock, share, calls_max, tokens } = new;
    let mut failed = None;
    let token = Token::random(|random| failed = getrandom::fill(random).err());
    if let Some(error) = failed {
        return Err(Error::Output(io::Error::other(error)));
    }
    let sha256 = token.hash().to_string();
    let line = TokenLine { name, sha256, scopes, symbols, namespaces, as_of, clock, share, calls_max };
    line.check().map_err(Error::Usage)?;
    let line = serde_json::to_string(&line)?;
    let mut output = io::stdout().lock();
    if io::stdout().is_terminal() {
        eprintln!("The token, which is shown only now:");
    }
    // Added first: a token that is printed is in force.
    if let Some(path) = &tokens {
        append(path, &line)?;
    }
    writeln!(output, "{}", token.expose())?;
    match tokens {
        Some(path) => eprintln!("added to {}", path.display()),
        None => writeln!(output, "{line}")?,
    }
    Ok(output.flush()?)
}

/// Adds a line to a file, after the end of its last line, if the file is then right as a whole.
fn append(path: &Path, line: &str) -> Result<(), Error> {
    let failed = |error| Error::File { path: path.into(), error };
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(failed)?;
    let text = fs::read_to_string(path).map_err(failed)?;
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let added = format!("{gap}{line}\n");
    check_tokens(path, &format!("{text}{added}"))?;
    // At once, so that a server that reads it meanwhile sees all of the line or none.
    file.write_all(added.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
