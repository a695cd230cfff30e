//! The tokens in force, by their hashes: those of the options and those of the file.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::Guard;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::token::{Token, TokenHash};
use super::token_file::{TOKENS, parse};
use crate::app::{Identity, Scope};
use crate::rpc::doors::{DoorError, Reloading, read_file};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Where tokens come from.
#[derive(Debug, Clone, Default)]
pub struct TokenSource {
    /// The token of all calls but admin calls.
    pub token: Option<Token>,
    /// The token of all calls.
    pub admin_token: Option<Token>,
    /// The file of more tokens.
    pub file: Option<PathBuf>,
}

/// The tokens as the file says, now and after each change of it.
pub struct Tokens(Arc<Reloading<TokenSet>>);

impl Tokens {
    /// Reads the file, if there is one.
    pub fn new(source: TokenSource) -> Result<Self, DoorError> {
        let paths = source.file.iter().cloned().collect();
        Reloading::new("tokens", paths, Box::new(move || TokenSet::load(&source))).map(|tokens| Self(Arc::new(tokens)))
    }

    /// Whether calls need a token.
    pub fn are_required(&self) -> bool {
        self.get().rules.is_required
    }

    /// The tokens in force.
    pub(in crate::rpc) fn get(&self) -> Guard<Arc<TokenSet>> {
        self.0.get()
    }

    /// Looks at the file for ever, if there is one.
    pub(in crate::rpc) async fn follow(&self) {
        if self.0.is_fixed() {
            return;
        }
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let before = Arc::clone(&self.get());
            if self.0.refresh_aside().await {
                before.replaced.cancel();
            }
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self::new(TokenSource::default()).expect("there is nothing to read")
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokens").field(&self.get().names()).finish()
    }
}

/// What the tokens that there are mean for callers without one.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::rpc) struct Rules {
    /// Whether calls need a token.
    pub(in crate::rpc) is_required: bool,
    /// Whether admin calls need a token with that scope; otherwise those from this machine are trusted.
    pub(in crate::rpc) is_admin_by_token: bool,
}

/// What became of a token when tokens were read again.
pub(in crate::rpc) enum Standing {
    /// It has the rights that it had.
    Same,
    /// It is in force with other rights.
    OtherRights,
    /// It is not in force any more.
    Gone,
}

/// Tokens by their hashes.
pub(in crate::rpc) struct TokenSet {
    identities: HashMap<TokenHash, Arc<Identity>>,
    pub(in crate::rpc) rules: Rules,
    /// Cancelled when others are in force.
    pub(in crate::rpc) replaced: CancellationToken,
}

impl TokenSet {
    fn load(source: &TokenSource) -> Result<Self, DoorError> {
        let TokenSource { token, admin_token, file } = source;
        let named = |token: &Option<Token>, name, scopes: &[Scope]| {
            token.as_ref().map(|token| (token.hash(), Identity::new(name, scopes.iter().copied())))
        };
        let user = named(token, "token", &[Scope::Read, Scope::Write]);
        let admin = named(admin_token, "admin-token", &Scope::ALL);
        // The later one counts if both are the same.
        let mut all: Vec<_> = user.into_iter().chain(admin).collect();
        if let Some(path) = file {
            for (hash, identity) in read(path)? {
                if let Some((_, other)) = all.iter().find(|(_, other)| other.name == identity.name) {
                    let why = format!("the name {} is that of the option --{}", identity.name, other.name);
                    return Err(DoorError::Content { what: TOKENS, path: path.clone(), why });
                }
                all.push((hash, identity));
            }
        }
        let rules = Rules {
            is_required: token.is_some() || file.is_some(),
            is_admin_by_token: admin_token.is_some() || file.is_some(),
        };
        let identities = all.into_iter().map(|(hash, identity)| (hash, Arc::new(identity))).collect();
        Ok(Self { identities, rules, replaced: CancellationToken::new() })
    }

    /// Whom a token stands for.
    pub(super) fn find(&self, token: &[u8]) -> Option<&Arc<Identity>> {
        let fits = (1..=Token::BYTES_MAX).contains(&token.len());
        self.identities.get(&fits.then(|| TokenHash::of(token))?)
    }

    /// What became of a token of earlier ones.
    pub(in crate::rpc) fn standing(&self, earlier: &Self, name: &str) -> Standing {
        match (self.named(name), earlier.named(name)) {
            (Some((hash, now)), Some((earlier_hash, before))) if hash == earlier_hash => {
                if now.has_rights_of(before) {
                    Standing::Same
                } else {
                    Standing::OtherRights
                }
            }
            _ => Standing::Gone,
        }
    }

    fn named(&self, name: &str) -> Option<(&TokenHash, &Arc<Identity>)> {
        self.identities.iter().find(|(_, identity)| &*identity.name == name)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.identities.is_empty()
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.identities.values().map(|identity| &*identity.name).collect();
        names.sort_unstable();
        names
    }
}

fn read(path: &Path) -> Result<Vec<(TokenHash, Identity)>, DoorError> {
    let text = String::from_utf8(read_file(TOKENS, path)?);
    let wrong = |_| DoorError::Content { what: TOKENS, path: path.into(), why: "not UTF-8".into() };
    parse(path, &text.map_err(wrong)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn options_and_the_file_are_one_set() {
        let of = |text: &str| Token::new(text).expect("good");
        let line = |name: &str, token: &str| {
            format!("{{\"name\":\"{name}\",\"sha256\":\"{}\",\"scopes\":[\"read\"]}}\n", of(token).hash())
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tokens");
        fs::write(&path, line("desk", "d")).expect("written");
        let source = TokenSource { token: Some(of("u")), admin_token: Some(of("a")), file: Some(path.clone()) };
        let tokens = Tokens::new(source).expect("loaded");
        let name = |token: &str| tokens.get().find(token.as_bytes()).map(|identity| identity.name.to_string());
        let names = [name("u"), name("a"), name("d"), name("x"), name("")];
        assert_eq!(names, [Some("token".into()), Some("admin-token".into()), Some("desk".into()), None, None]);
        assert_eq!(format!("{tokens:?}"), r#"Tokens(["admin-token", "desk", "token"])"#);
        // A name that an option has, and a broken line, change nothing.
        for wrong in [line("token", "d"), line("desk", "d") + "{"] {
            fs::write(&path, wrong).expect("written");
            assert!(!tokens.0.refresh() && name("d").is_some());
        }
        fs::write(&path, line("other", "e")).expect("written");
        assert!(tokens.0.refresh() && name("d").is_none() && name("e").is_some() && name("u").is_some());
        // An empty file lets nobody in, instead of everybody.
        fs::write(&path, "").expect("written");
        assert!(tokens.0.refresh() && tokens.are_required());
    }
}
