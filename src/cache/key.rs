//! The key that authenticates values in Redis: only servers that have it can write accepted values.

use std::fmt;

use super::error::Error;

/// The domain of the derivation: the same secret yields another key elsewhere.
const CONTEXT: &str = "atrad 1 cache: MAC of values in Redis";

/// A 256-bit key derived from a secret. Its `Debug` does not show it.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// The minimum length of a secret, in bytes.
    pub const SECRET_BYTES_MIN: usize = 16;
    /// The maximum length of a secret, in bytes.
    pub const SECRET_BYTES_MAX: usize = 4096;

    /// Derives the key from a secret of 16 to 4096 bytes; trailing line ends are ignored. Servers with the same secret
    /// accept each other's values. BLAKE3 key derivation is fast, so the secret must be random, not a password.
    pub fn derive(secret: &[u8]) -> Result<Self, Error> {
        let line_ends = secret.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let secret = &secret[..secret.len() - line_ends];
        let (min, max) = (Self::SECRET_BYTES_MIN, Self::SECRET_BYTES_MAX);
        if !(min..=max).contains(&secret.len()) {
            return Err(Error::Secret { min, max, given: secret.len() });
        }
        Ok(Self(blake3::derive_key(CONTEXT, secret)))
    }

    /// The MAC (keyed BLAKE3) of a value and its name in Redis, so that it is valid under no other name.
    pub(super) fn mac(&self, version: u64, name: &str, body: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        // The length prefix of the name separates name and body.
        hasher.update(&version.to_le_bytes()).update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes()).update(body).finalize()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &str) -> Key {
        Key::derive(secret.as_bytes()).expect("long enough")
    }

    #[test]
    fn a_secret_gives_its_key_without_its_line_end() {
        let one = key("0123456789abcdef").0;
        assert_eq!(key("0123456789abcdef\n").0, one);
        assert_eq!(key("0123456789abcdef\r\n").0, one);
        assert_ne!(key("0123456789abcdeg").0, one);
        assert_ne!(key(" 0123456789abcdef").0, one);
    }

    #[test]
    fn a_secret_of_no_use_is_refused() {
        for secret in ["", "\n", "short", "fifteen bytes..\n", &"x".repeat(4097)] {
            let error = Key::derive(secret.as_bytes()).expect_err("refused").to_string();
            assert!(error.contains("must have between 16 and 4096 bytes, got"), "{error}");
            assert!(secret.trim().is_empty() || !error.contains(secret.trim()), "{error}");
        }
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", key("0123456789abcdef")), "Key(..)");
    }

    #[test]
    fn name_and_body_are_kept_apart() {
        let key = key("0123456789abcdef");
        assert_ne!(key.mac(2, "ab", b"c"), key.mac(2, "a", b"bc"));
        assert_ne!(key.mac(2, "a", b"b"), key.mac(3, "a", b"b"));
    }
}
