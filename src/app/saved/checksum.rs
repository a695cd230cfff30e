//! Saved results as MessagePack `[version, crc32, body]` in the ledger: detects damage, not forgery; writers of the
//! ledger are trusted.
//!
//! Older versions must stay readable, so this format is fixed.

use bytes::Bytes;

const VERSION: u64 = 1;

/// Wraps the body with its checksum.
pub(crate) fn add(body: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(body.len() + 16);
    let promise = "writing to memory cannot fail";
    rmp::encode::write_array_len(&mut stored, 3).expect(promise);
    rmp::encode::write_uint(&mut stored, VERSION).expect(promise);
    rmp::encode::write_uint(&mut stored, u64::from(crc32fast::hash(body))).expect(promise);
    rmp::encode::write_bin(&mut stored, body).expect(promise);
    stored
}

/// The body, if its checksum and version match.
pub(crate) fn verify(stored: Bytes) -> Option<Bytes> {
    let mut rest = &stored[..];
    let parts = rmp::decode::read_array_len(&mut rest).ok()?;
    let version: u64 = rmp::decode::read_int(&mut rest).ok()?;
    let crc: u32 = rmp::decode::read_int(&mut rest).ok()?;
    let len = rmp::decode::read_bin_len(&mut rest).ok()? as usize;
    let right = parts == 3 && version == VERSION && rest.len() == len && crc32fast::hash(rest) == crc;
    right.then(|| stored.slice(stored.len() - len..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_comes_out_and_nothing_else() {
        for body in [&b""[..], b"a", &[7; 70_000]] {
            let stored = add(body);
            assert_eq!(verify(stored.clone().into()).as_deref(), Some(body));
            for at in (0..stored.len()).step_by(1 + stored.len() / 50) {
                let mut torn = stored.clone();
                torn[at] ^= 0x10;
                assert_ne!(verify(torn.into()).as_deref(), Some(body), "byte {at}");
                assert_eq!(verify(Bytes::copy_from_slice(&stored[..at])), None);
            }
        }
        assert_eq!(verify(Bytes::from_static(b"something else")), None);
        // Written by version 0.1.0.
        let old = [0x93, 1, 0xce, 0xe8, 0xb7, 0xbe, 0x43, 0xc4, 1, b'a'];
        assert_eq!(verify(Bytes::copy_from_slice(&old)).as_deref(), Some(&b"a"[..]));
    }
}
