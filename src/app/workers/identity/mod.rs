//! Who a caller is known to be, and what it may reach.
//!
//! Series are guarded where they are resolved, and batches where they are queued, so that no road to them can be without
//! its guard.

pub(crate) mod clocks;

use std::fmt;

use crate::app::Error;
use crate::series::Symbol;

/// What a kind of call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// To read and compute.
    Read,
    /// To store bars, saved results and cache entries.
    Write,
    /// To act on the server as a whole, and to remove bars for good.
    Admin,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// Its name, as in files of tokens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A set of scopes. Each stands for itself: a writer reads only if it may read, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether the scope is one of them.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | 1 << scope as u8))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Scope::ALL.into_iter().filter(|&scope| self.has(scope)).map(Scope::name);
        f.write_str(&names.collect::<Vec<_>>().join(", "))
    }
}

/// A caller that is known by a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The name of the token.
    pub name: Box<str>,
    /// What kinds of calls it may make.
    pub scopes: Scopes,
    /// The beginnings of the symbols that it may reach; empty means every symbol.
    pub symbols: Box<[Box<str>]>,
    /// The namespaces of the cache that it may reach; empty means all.
    pub namespaces: Box<[Box<str>]>,
    /// The time of knowledge of its questions, in nanoseconds since the Unix epoch; `None` means now.
    pub as_of: Option<i64>,
    /// Its clock, which begins at that time and which it may move forward: the name by which it is kept.
    pub clock: Option<Box<str>>,
    /// Its share of the CPU: that of others times this.
    pub share: u16,
    /// The maximum number of its calls in flight, if not that of all callers.
    pub calls_max: Option<u32>,
}

impl Identity {
    /// One that may do and reach all that these scopes allow.
    pub fn new(name: &str, scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self {
            name: name.into(),
            scopes: scopes.into_iter().collect(),
            symbols: Box::default(),
            namespaces: Box::default(),
            as_of: None,
            clock: None,
            share: 1,
            calls_max: None,
        }
    }

    /// Whether it may make the same calls as this one, and reach the same by them.
    pub fn has_rights_of(&self, other: &Self) -> bool {
        self.scopes == other.scopes
            && (&self.symbols, &self.namespaces) == (&other.symbols, &other.namespaces)
            && (self.as_of, &self.clock) == (other.as_of, &other.clock)
    }

    /// Whether it may reach a symbol.
    pub fn reaches(&self, symbol: &str) -> bool {
        self.symbols.is_empty() || self.symbols.iter().any(|prefix| symbol.starts_with(&**prefix))
    }

    pub(crate) fn permit_symbol(&self, symbol: &Symbol) -> Result<(), Error> {
        let allowed = || format!("symbols that begin with {}", self.symbols.join(", "));
        if self.reaches(symbol.as_str()) { Ok(()) } else { Err(self.denied("symbol", symbol.as_str(), allowed())) }
    }

    /// For what reaches all symbols, now and later.
    pub(super) fn permit_every_symbol(&self) -> Result<(), Error> {
        let allowed = || format!("symbols that begin with {}", self.symbols.join(", "));
        if self.symbols.is_empty() { Ok(()) } else { Err(self.denied("symbol", "*", allowed())) }
    }

    /// Of a time up to `max`; `None` is now.
    pub(super) fn permit_as_of(&self, as_of: Option<i64>, max: Option<i64>) -> Result<(), Error> {
        let Some(max) = max.filter(|max| as_of.is_none_or(|as_of| as_of > *max)) else { return Ok(()) };
        let requested = as_of.map_or_else(|| "now".into(), |as_of| as_of.to_string());
        Err(self.denied("as_of", &requested, format!("times up to {max}")))
    }

    pub(super) fn permit_namespace(&self, namespace: &str) -> Result<(), Error> {
        let is_free = self.namespaces.is_empty() || self.namespaces.iter().any(|own| **own == *namespace);
        let allowed = || format!("the namespaces {}", self.namespaces.join(", "));
        if is_free { Ok(()) } else { Err(self.denied("namespace", namespace, allowed())) }
    }

    pub(super) fn permit_write(&self, what: &'static str) -> Result<(), Error> {
        let allowed = || format!("the scopes {}", self.scopes);
        if self.scopes.has(Scope::Write) {
            Ok(())
        } else {
            Err(self.denied("scope write, which is needed for", what, allowed()))
        }
    }

    pub(super) fn permit_clock(&self) -> Result<(), Error> {
        let what = || match self.as_of {
            Some(time) => format!("the fixed time {time}"),
            None => "the time of the server".into(),
        };
        if self.clock.is_some() { Ok(()) } else { Err(self.denied("a clock", "of its own", what())) }
    }

    pub(crate) fn denied(&self, what: &'static str, requested: &str, allowed: String) -> Error {
        let requested = requested.chars().take(80).collect();
        Error::NotPermitted { token: self.name.clone(), what, requested, allowed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_stand_for_themselves() {
        let scopes: Scopes = [Scope::Write, Scope::Admin].into_iter().collect();
        assert_eq!(Scope::ALL.map(|scope| scopes.has(scope)), [false, true, true]);
        assert_eq!((scopes.to_string(), Scopes::default().to_string()), ("write, admin".into(), String::new()));
    }

    #[test]
    fn who_may_reach_little_is_told_what() {
        let list = |names: &[&str]| names.iter().map(|&name| name.into()).collect();
        let free = Identity::new("free", Scope::ALL);
        let bound = Identity {
            symbols: list(&["BTC", "ETH/"]),
            namespaces: list(&["a"]),
            ..Identity::new("desk", [Scope::Read])
        };
        let symbol = |text: &str| text.parse::<Symbol>().expect("valid");
        for (name, is_reached) in [("BTC", true), ("BTCUSDT", true), ("ETH/USD", true), ("ETH", false), ("XBTC", false)]
        {
            assert_eq!(
                (bound.permit_symbol(&symbol(name)).is_ok(), free.permit_symbol(&symbol(name)).is_ok()),
                (is_reached, true)
            );
        }
        let error = bound.permit_symbol(&symbol("NVDA")).expect_err("refused").to_string();
        assert_eq!(error, "token desk is not allowed to use symbol NVDA; it has symbols that begin with BTC, ETH/");
        assert!(bound.permit_namespace("a").is_ok() && free.permit_namespace("b").is_ok());
        let error = bound.permit_namespace("ab").expect_err("refused").to_string();
        assert!(error.ends_with("namespace ab; it has the namespaces a"), "{error}");
        assert!(bound.permit_write("persist").is_err() && free.permit_write("persist").is_ok());
    }
}
