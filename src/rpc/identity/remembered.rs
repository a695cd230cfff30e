//! What a connection remembers of the tokens that came over it.
//!
//! Clients send the same header with every call, so the last one is compared first. A proxy sends those of many callers:
//! each keeps what it may hold over this connection, so that to alternate wins nothing.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use subtle::ConstantTimeEq;

use super::account::{Accounts, Allowance};
use super::token_set::TokenSet;
use crate::app::Caller;

/// The callers that a connection remembers; more take the place of the oldest.
const CALLERS_MAX: usize = 16;

/// A token that came, and whom it stands for.
struct Seen {
    /// The tokens in force then; others make it void.
    set: Arc<TokenSet>,
    token: Box<[u8]>,
    allowance: Arc<Allowance>,
}

/// The tokens that came over a connection.
#[derive(Default)]
pub(in crate::rpc) struct Remembered {
    last: ArcSwapOption<Seen>,
    callers: Mutex<Vec<Arc<Allowance>>>,
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(..)")
    }
}

impl Remembered {
    /// What the caller with this token may hold; `None` if the token stands for nobody.
    pub(in crate::rpc) fn find(
        &self,
        token: &[u8],
        set: &Arc<TokenSet>,
        accounts: &Arc<Accounts>,
        connection: u64,
    ) -> Option<Arc<Allowance>> {
        if token.is_empty() || set.is_empty() {
            return None;
        }
        if let Some(seen) = &*self.last.load()
            && Arc::ptr_eq(&seen.set, set)
            && bool::from(seen.token.ct_eq(token))
        {
            return Some(Arc::clone(&seen.allowance));
        }
        let identity = set.find(token)?;
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own =
            |other: &&Arc<Allowance>| other.identity.as_ref().is_some_and(|other| Arc::ptr_eq(other, identity));
        let allowance = callers.iter().find(is_own).cloned().unwrap_or_else(|| {
            // Another version of the token is void.
            callers.retain(|other| other.name() != Some(&*identity.name));
            if callers.len() >= CALLERS_MAX {
                callers.remove(0);
            }
            let caller = Caller::token(&identity.name, identity.share, connection);
            let allowance = accounts.allow(caller, Some(Arc::clone(identity)));
            callers.push(Arc::clone(&allowance));
            allowance
        });
        let seen = Seen { set: Arc::clone(set), token: token.into(), allowance: Arc::clone(&allowance) };
        self.last.store(Some(Arc::new(seen)));
        Some(allowance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{Settings, Token, TokenSource, Tokens};

    #[test]
    fn a_token_is_known_again_and_void_when_the_tokens_change() {
        let of = |text: &str| Some(Token::new(text).expect("good"));
        let load = || Tokens::new(TokenSource { token: of("u"), admin_token: of("a"), file: None }).expect("loaded");
        let (first, second) = (load(), load());
        let accounts = Arc::new(Accounts::new(&Settings::default(), 1000));
        let remembered = Remembered::default();
        let find = |tokens: &Tokens, token: &str| remembered.find(token.as_bytes(), &tokens.get(), &accounts, 7);
        let one = find(&first, "u").expect("known");
        assert_eq!((one.name(), one.caller.connection), (Some("token"), 7));
        assert!(Arc::ptr_eq(&one, &find(&first, "u").expect("known again")));
        assert!(find(&first, "x").is_none() && find(&first, "").is_none() && find(&Tokens::default(), "u").is_none());
        let admin = find(&first, "a").expect("known");
        assert!(admin.caller.group != one.caller.group);
        assert!(Arc::ptr_eq(&one, &find(&first, "u").expect("after another")));
        let new = find(&second, "u").expect("known");
        assert!(!Arc::ptr_eq(&one, &new) && new.caller == one.caller);
    }
}
