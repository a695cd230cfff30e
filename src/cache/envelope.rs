//! The envelope of a value outside this process: MessagePack `[version, mac, body]`.
//!
//! The MAC covers the name in Redis, the version and the body, under a key only our servers have. So values written by
//! others, moved from another name, truncated, or of another version are rejected. Replay of an older value of the same
//! name cannot be detected.

use bytes::Bytes;

use super::key::Key;

/// Version 1 had an unkeyed checksum, which anyone could compute.
pub(super) const VERSION: u64 = 2;
const MAC_BYTES: usize = 32;

/// The maximum overhead of the envelope, in bytes.
pub(super) const OVERHEAD_BYTES_MAX: usize = 1 + 1 + 2 + MAC_BYTES + 5;

/// Seals the value of a name.
pub(super) fn seal(key: &Key, name: &str, body: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(body.len() + OVERHEAD_BYTES_MAX);
    let promise = "writing to memory cannot fail";
    rmp::encode::write_array_len(&mut sealed, 3).expect(promise);
    rmp::encode::write_uint(&mut sealed, VERSION).expect(promise);
    rmp::encode::write_bin(&mut sealed, key.mac(VERSION, name, body).as_bytes()).expect(promise);
    rmp::encode::write_bin(&mut sealed, body).expect(promise);
    sealed
}

/// Opens an envelope: the value, if it was sealed with this key for this name.
pub(super) fn open(key: &Key, name: &str, sealed: Bytes) -> Option<Bytes> {
    let mut rest = &sealed[..];
    let parts = rmp::decode::read_array_len(&mut rest).ok()?;
    let version: u64 = rmp::decode::read_int(&mut rest).ok()?;
    let mac_bytes = rmp::decode::read_bin_len(&mut rest).ok()? as usize;
    if parts != 3 || version != VERSION || mac_bytes != MAC_BYTES {
        return None;
    }
    let (mac, mut rest) = rest.split_first_chunk::<MAC_BYTES>()?;
    let len = rmp::decode::read_bin_len(&mut rest).ok()? as usize;
    // Hashes are compared in constant time.
    let right = rest.len() == len && key.mac(VERSION, name, rest) == blake3::Hash::from_bytes(*mac);
    right.then(|| sealed.slice(sealed.len() - len..))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(secret: &str) -> Key {
        Key::derive(secret.as_bytes()).expect("long enough")
    }

    #[test]
    fn what_was_sealed_comes_out_for_its_name_and_key_only() {
        let (ours, theirs) = (key("0123456789abcdef"), key("another secret.."));
        for body in [&b""[..], b"a", &[7; 70_000]] {
            let sealed = Bytes::from(seal(&ours, "k", body));
            assert!(sealed.len() <= body.len() + OVERHEAD_BYTES_MAX);
            assert_eq!(open(&ours, "k", sealed.clone()).as_deref(), Some(body));
            assert_eq!(open(&ours, "l", sealed.clone()), None, "moved");
            assert_eq!(open(&theirs, "k", sealed.clone()), None, "of another secret");
            let longer = [&sealed[..], b"x"].concat();
            assert_eq!(open(&ours, "k", longer.into()), None, "with something after it");
        }
    }

    #[test]
    fn what_anybody_can_write_is_no_value() {
        let key = key("0123456789abcdef");
        // Version 1: the CRC of "a" is right.
        let old = [0x93, 1, 0xce, 0xe8, 0xb7, 0xbe, 0x43, 0xc4, 1, b'a'];
        assert_eq!(open(&key, "k", Bytes::copy_from_slice(&old)), None);
        let unkeyed = [&[0x93, 2, 0xc4, 32][..], blake3::hash(b"a").as_bytes(), &[0xc4, 1, b'a']].concat();
        assert_eq!(open(&key, "k", unkeyed.into()), None);
        assert_eq!(open(&key, "k", Bytes::from_static(b"something else")), None);
        // A length without data behind it must not be allocated.
        let hollow = [&[0x93, 2, 0xc6, 0xff, 0xff, 0xff, 0xff][..], &[0; 40]].concat();
        assert_eq!(open(&key, "k", hollow.into()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_flipped_byte_and_any_cut_is_no_value(
            body in prop::collection::vec(any::<u8>(), 0..600), at in any::<prop::sample::Index>(), flip in 1..=255_u8,
        ) {
            let key = key("0123456789abcdef");
            let sealed = seal(&key, "name", &body);
            prop_assert_eq!(open(&key, "name", sealed.clone().into()), Some(Bytes::from(body)));
            let mut torn = sealed.clone();
            let at = at.index(sealed.len());
            torn[at] ^= flip;
            prop_assert_eq!(open(&key, "name", torn.into()), None, "byte {}", at);
            prop_assert_eq!(open(&key, "name", Bytes::copy_from_slice(&sealed[..at])), None, "cut at {}", at);
        }
    }
}
