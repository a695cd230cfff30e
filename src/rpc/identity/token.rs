//! Bearer tokens, and the hashes that stand for them.

use std::fmt;
use std::hash::{Hash, Hasher};

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use crate::rpc::error::{Error, field};

/// The bytes of the random part of a token.
const RANDOM_BYTES: usize = 32;

/// What tokens made here begin with, so that scanners of secrets find those that leak.
const PREFIX: &str = "atrad_";

/// A bearer token: 1 to 4096 visible ASCII characters. Its `Debug` does not show it.
#[derive(Clone)]
pub struct Token(Box<str>);

impl Token {
    /// The longest token, in bytes.
    pub const BYTES_MAX: usize = 4096;

    /// Checks a token. The error does not show it.
    pub fn new(text: &str) -> Result<Self, Error> {
        let given = match text.len() {
            0 => "none".into(),
            1..=Self::BYTES_MAX if text.bytes().all(|byte| byte.is_ascii_graphic()) => return Ok(Self(text.into())),
            1..=Self::BYTES_MAX => "other characters".into(),
            bytes => bytes.to_string(),
        };
        Err(field("token", format!("1 to {} visible ASCII characters", Self::BYTES_MAX), given))
    }

    /// A token of 256 random bits.
    pub fn random(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut random = [0; RANDOM_BYTES];
        fill(&mut random);
        Self(format!("{PREFIX}{}", hex(&random)).into())
    }

    /// The text, to be sent and never to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The hash of the token.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The SHA-256 of a token. It opens nothing, and as tokens are random, it cannot be reversed by guessing either; passwords
/// would need a slow hash.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub(super) fn of(token: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token).as_ref());
        Self(hash)
    }

    /// Reads 64 hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(Self(hash))
    }
}

/// In constant time, as the hash of a token that was sent is compared with that of a secret.
impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl Hash for TokenHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_checked_and_not_shown() {
        let long = "x".repeat(4097);
        for (wrong, given) in
            [("", "none"), ("se cret", "other characters"), ("secr\u{e9}t\n", "other characters"), (&long, "4097")]
        {
            let error = Token::new(wrong).expect_err("refused").to_string();
            assert_eq!(error, format!("token must be 1 to 4096 visible ASCII characters, got {given}"));
        }
        let token = Token::new("secret").expect("good");
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token(..) TokenHash(..)");
    }

    #[test]
    fn hashes_are_those_of_sha256sum() {
        let hash = Token::new("secret").expect("good").hash();
        let text = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        assert_eq!(hash.to_string(), text);
        assert!(TokenHash::parse(text) == Some(hash) && TokenHash::parse(&text.to_uppercase()) == Some(hash));
        for wrong in ["", &text[1..], &format!("{text}0"), &text.replace('b', "g"), &"\u{e9}".repeat(32)] {
            assert!(TokenHash::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn tokens_are_random_and_of_one_form() {
        let token = Token::random(|bytes| bytes.fill(0xab));
        assert_eq!(token.expose(), format!("atrad_{}", "ab".repeat(32)));
        assert!(Token::new(token.expose()).is_ok());
    }
}
