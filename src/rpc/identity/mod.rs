//! Who calls: tokens, the file that names them, what a connection remembers of them, and what their callers may hold.
//!
//! A token is looked up by its hash: one hash and one map lookup, and neither for a header that the connection has just seen.

mod account;
pub(super) mod audit;
mod remembered;
mod token;
mod token_file;
mod token_set;

pub use self::token::{Token, TokenHash};
pub use self::token_file::{TokenLine, check_tokens};
pub use self::token_set::{TokenSource, Tokens};

pub(super) use self::account::{Accounts, Allowance, CountedCall};
pub(super) use self::remembered::Remembered;
pub(super) use self::token_set::{Rules, Standing, TokenSet};
