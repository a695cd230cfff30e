//! The file of tokens: a JSON object per line, so that a line is added with `>>` and a mistake has a number. Empty lines
//! and lines that begin with `#` are skipped.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::token::TokenHash;
use crate::app::{Identity, Scope};
use crate::rpc::doors::DoorError;
use crate::series::Symbol;

/// The longest name of a token, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The digits of the hash of a token in the name of its clock.
const CLOCK_DIGITS: usize = 16;

/// The largest share.
const SHARE_MAX: u16 = 100;

/// What a file of tokens is, in errors.
pub(super) const TOKENS: &str = "token file";

/// A line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenLine {
    /// The name, in logs, errors and figures.
    pub name: String,
    /// The SHA-256 of the token, in hexadecimal digits.
    pub sha256: String,
    /// Some of `read`, `write` and `admin`.
    pub scopes: Vec<String>,
    /// The beginnings of the symbols that it may reach; empty means every symbol.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<String>,
    /// The namespaces of the cache that it may reach; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// The time of knowledge of its questions, in nanoseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<i64>,
    /// Whether that is where its clock begins, which it may move forward.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clock: bool,
    /// Its share of the CPU beside others, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
    /// The maximum number of its calls in flight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_max: Option<u32>,
}

impl TokenLine {
    /// Checks the line.
    pub fn check(&self) -> Result<(), String> {
        self.identity().map(drop)
    }

    /// The hash and whom it stands for, or what is wrong.
    fn identity(&self) -> Result<(TokenHash, Identity), String> {
        let Self { name, sha256, scopes, symbols, namespaces, as_of, clock, share, calls_max } = self;
        let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte));
        if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !is_plain(name) {
            return Err(format!("name must be 1 to {NAME_BYTES_MAX} of A-Z a-z 0-9 . _ - @, got {name:?}"));
        }
        let hash = TokenHash::parse(sha256).ok_or("sha256 must be 64 hexadecimal digits")?;
        if scopes.is_empty() {
            return Err("scopes must be some of read, write and admin, got none".into());
        }
        let scope = |text: &String| {
            let found = Scope::ALL.into_iter().find(|scope| scope.name() == text);
            found.ok_or_else(|| format!("scopes must be some of read, write and admin, got {text:?}"))
        };
        let scopes = scopes.iter().map(scope).collect::<Result<_, _>>()?;
        let symbols = names("symbols", symbols)?;
        let namespaces = names("namespaces", namespaces)?;
        let share = share.unwrap_or(1);
        if !(1..=SHARE_MAX).contains(&share) {
            return Err(format!("share must be between 1 and {SHARE_MAX}, got {share}"));
        }
        if *calls_max == Some(0) {
            return Err("calls_max must be 1 or more, got 0".into());
        }
        if *clock && as_of.is_none() {
            return Err("clock needs as_of, where it begins".into());
        }
        // Of this token: another of the same name, for the next back-test, has a clock of its own.
        let clock = clock.then(|| format!("{name}:{}", sha256[..CLOCK_DIGITS].to_ascii_lowercase()).into());
        let (name, as_of, calls_max) = (name.as_str().into(), *as_of, *calls_max);
        Ok((hash, Identity { name, scopes, symbols, namespaces, as_of, clock, share, calls_max }))
    }
}

/// Beginnings of symbols, or namespaces, which have the characters of symbols.
fn names(field: &str, texts: &[String]) -> Result<Box<[Box<str>]>, String> {
    let name = |text: &String| match text.parse::<Symbol>() {
        Ok(_) => Ok(text.as_str().into()),
        Err(_) => Err(format!("{field} must be 1 to {} of {}, got {text:?}", Symbol::BYTES_MAX, Symbol::CHARACTERS)),
    };
    texts.iter().map(name).collect()
}

/// Checks the text of a file of tokens; `path` is its name in errors.
pub fn check_tokens(path: &Path, text: &str) -> Result<(), DoorError> {
    parse(path, text).map(drop)
}

/// Reads the text of a file.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<(TokenHash, Identity)>, DoorError> {
    let (mut found, mut known) = (Vec::<(TokenHash, Identity)>::new(), BTreeSet::new());
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: String| {
            let why = format!("line {}: {why}", index + 1);
            DoorError::Content { what: TOKENS, path: path.into(), why }
        };
        let read: TokenLine = serde_json::from_str(line).map_err(|error| wrong(reason(&error)))?;
        let (hash, identity) = read.identity().map_err(wrong)?;
        if !known.insert(identity.name.clone()) {
            return Err(wrong(format!("the name {} is taken by a line above", identity.name)));
        }
        if let Some((_, other)) = found.iter().find(|(other, _)| *other == hash) {
            return Err(wrong(format!("it is the token of {}", other.name)));
        }
        found.push((hash, identity));
    }
    Ok(found)
}

/// An error of JSON without its own number of the line, which is always 1.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&end) {
        Some(reason) => format!("{reason} at column {}", error.column()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::Token;

    fn line(rest: &str) -> String {
        let hash = Token::new("secret").expect("good").hash();
        format!(r#"{{"name":"desk","sha256":"{hash}"{rest}}}"#)
    }

    fn wrong(text: &str) -> String {
        parse(Path::new("tokens"), text).expect_err("refused").to_string()
    }

    #[test]
    fn a_line_says_who_and_what() {
        let full = line(
            r#","scopes":["read","write"],"symbols":["BTC"],"namespaces":["a"],"as_of":-5,"clock":true,"share":3,"calls_max":9"#,
        );
        let text = format!("# comment\r\n\n  {full}  \r\n");
        let found = parse(Path::new("tokens"), &text).expect("good");
        let [(_, identity)] = &*found else { panic!("one line") };
        let list = |name: &str| [name.into()].into();
        let expected = Identity {
            symbols: list("BTC"),
            namespaces: list("a"),
            as_of: Some(-5),
            clock: Some(format!("desk:{}", &identity.clock.as_deref().expect("a clock")[5..]).into()),
            share: 3,
            calls_max: Some(9),
            ..Identity::new("desk", [Scope::Read, Scope::Write])
        };
        assert_eq!(*identity, expected);
        let read: TokenLine = serde_json::from_str(&full).expect("good");
        assert_eq!(serde_json::to_string(&read).expect("written"), full, "it is written as it is read");
        assert!(parse(Path::new("tokens"), "").expect("good").is_empty());
    }

    #[test]
    fn a_broken_line_is_told_with_its_number_and_reason() {
        let good = line(r#","scopes":["admin"]"#);
        for (rest, part) in [
            ("", "missing field `scopes`"),
            (r#","scopes":[]"#, "got none"),
            (r#","scopes":["root"]"#, "got \"root\""),
            (r#","scopes":["read"],"share":0"#, "share must be between 1 and 100, got 0"),
            (r#","scopes":["read"],"share":101"#, "got 101"),
            (r#","scopes":["read"],"clock":true"#, "clock needs as_of, where it begins"),
            (r#","scopes":["read"],"calls_max":0"#, "calls_max must be 1 or more"),
            (r#","scopes":["read"],"symbols":["B TC"]"#, "symbols must be 1 to 64 of"),
            (r#","scopes":["read"],"symbols":[""]"#, "symbols must be 1 to 64 of"),
            (r#","scopes":["read"],"namespaces":["\n"]"#, "namespaces must be"),
            (r#","scopes":["read"],"scope":1"#, "unknown field `scope`"),
            (r#","scopes":["admin"]"#, "the name desk is taken by a line above"),
        ] {
            let text = wrong(&format!("{good}\n\n{}", line(rest)));
            assert!(text.starts_with("token file tokens: line 3: ") && text.contains(part), "{text}");
        }
        let same = good.replace("desk", "other");
        assert!(wrong(&format!("{good}\n{same}")).ends_with("line 2: it is the token of desk"));
        for (from, to, part) in
            [("desk", "", "name must be"), ("desk", "a b", "name must be"), ("sha256", "sha1", "unknown field")]
        {
            assert!(wrong(&good.replace(from, to)).contains(part));
        }
        let short = good.replace(&Token::new("secret").expect("good").hash().to_string(), "abc");
        assert!(wrong(&short).contains("64 hexadecimal digits"));
        assert!(wrong("secret").contains("line 1: expected value at column 1"), "{}", wrong("secret"));
    }
}
