//! Fuzz target: envelopes of values in Redis, which anybody there can write.

use std::sync::LazyLock;

use bytes::Bytes;

use crate::cache::envelope::{open, seal};
use crate::cache::key::Key;

const NAME: &str = "answer:1";
/// The length of the head of an envelope before its MAC: array, version, and the head of the MAC.
const HEAD_BYTES: usize = 4;
const MAC_BYTES: usize = 32;

/// The heads of arrays, numbers and bytes of every width, and the versions around ours.
const TOKENS: [&[u8]; 14] = [
    b"\x93\x02\xc4\x20",
    b"\x93\x01\xc4\x20",
    b"\x93\x03",
    b"\x92",
    b"\x94",
    b"\xdc\x00\x03",
    b"\xdd\xff\xff\xff\xff",
    b"\xcc\x02",
    b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xd3\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xc4\x00",
    b"\xc5\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xc0",
];

static BODIES: [&[u8]; 4] = [b"", b"a", b"\x93\x02\xc4\x20", &[7; 300]];

static KEYS: LazyLock<[Key; 2]> = LazyLock::new(|| {
    ["0123456789abcdef", "another secret.."].map(|secret| Key::derive(secret.as_bytes()).expect("good"))
});

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| BODIES.iter().map(|body| seal(&KEYS[0], NAME, body)).collect());

/// Puts the right MAC of the bytes after the head of the body, as one who has the key could, and gives those bytes.
fn forge(bytes: &mut [u8], body_head_bytes: usize) -> Option<Bytes> {
    let body = bytes.get(HEAD_BYTES + MAC_BYTES + body_head_bytes..)?.to_vec();
    let mac = *KEYS[0].mac(2, NAME, &body).as_bytes();
    bytes[HEAD_BYTES..HEAD_BYTES + MAC_BYTES].copy_from_slice(&mac);
    Some(body.into())
}

#[test]
fn envelopes() {
    atrad_fuzz::check(8000, 1 << 20, |input| {
        let mut bytes = input.edit(&FILES, &TOKENS);
        let body_head_bytes = [2, 3, 5][usize::from(input.choice >> 1) % 3];
        let forged = if input.choice & 1 == 1 { forge(&mut bytes, body_head_bytes) } else { None };
        let sealed = Bytes::from(bytes);
        let (opened, held) = atrad_fuzz::metered(|| open(&KEYS[0], NAME, sealed.clone()));
        assert!(held <= 4096, "an envelope of {} bytes held {held}", sealed.len());
        assert_eq!(open(&KEYS[1], NAME, sealed.clone()), None, "of another key");
        assert_eq!(open(&KEYS[0], "answer:2", sealed), None, "of another name");
        let Some(body) = opened else { return false };
        let is_ours = BODIES.contains(&&*body) || forged.as_ref() == Some(&body);
        assert!(is_ours, "nobody sealed {body:?}");
        assert_eq!(open(&KEYS[0], NAME, seal(&KEYS[0], NAME, &body).into()), Some(body));
        true
    });
}
