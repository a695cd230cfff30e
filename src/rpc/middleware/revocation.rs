//! The token of a call that runs: a call whose token is removed, or gets other rights, ends, however long it would have run.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;

use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::rpc::Error;
use crate::rpc::identity::{Allowance, Standing, TokenSet, Tokens};

/// The token that a call was let in by.
pub(super) struct HeldToken {
    tokens: Arc<Tokens>,
    /// The tokens in force when it was last looked up.
    set: Arc<TokenSet>,
    allowance: Arc<Allowance>,
    /// Wakes the call when these tokens are replaced; made when the call first waits, which most never do.
    replaced: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl HeldToken {
    /// `None` if the call has no token.
    pub(super) fn new(tokens: &Arc<Tokens>, set: &Arc<TokenSet>, allowance: &Arc<Allowance>) -> Option<Self> {
        let held = || Self {
            tokens: Arc::clone(tokens),
            set: Arc::clone(set),
            allowance: Arc::clone(allowance),
            replaced: None,
        };
        allowance.name().map(|_| held())
    }

    fn name(&self) -> &str {
        self.allowance.name().unwrap_or_default()
    }

    /// Why the call ends, if it may not go on. `waits` says whether the call is woken when tokens are replaced.
    pub(super) fn revoked(&mut self, waits: bool, context: &mut Context<'_>) -> Option<Error> {
        loop {
            if !self.set.replaced.is_cancelled() {
                if !waits {
                    return None;
                }
                let replaced = &self.set.replaced;
                let wait = self.replaced.get_or_insert_with(|| Box::pin(replaced.clone().cancelled_owned()));
                if wait.as_mut().poll(context).is_pending() {
                    return None;
                }
            }
            // They are replaced before that is told.
            let now = Arc::clone(&self.tokens.get());
            match now.standing(&self.set, self.name()) {
                Standing::Same => {}
                Standing::OtherRights => return Some(Error::OtherRights { token: self.name().into() }),
                Standing::Gone => return Some(Error::Revoked { token: self.name().into() }),
            }
            (self.set, self.replaced) = (now, None);
        }
    }
}
