//! What a value is wrapped in outside this process: MessagePack `[version, crc32, body]`.

use bytes::Bytes;

const VERSION: u64 = 1;

/// Wraps a value.
pub(super) fn seal(body: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(body.len() + 16);
    let promise = "writing to memory cannot fail";
    rmp::encode::write_array_len(&mut sealed, 3).expect(promise);
    rmp::encode::write_uint(&mut sealed, VERSION).expect(promise);
    rmp::encode::write_uint(&mut sealed, u64::from(crc32fast::hash(body))).expect(promise);
    rmp::encode::write_bin(&mut sealed, body).expect(promise);
    sealed
}

/// The value inside, if it is whole and of this version.
pub(super) fn open(sealed: Bytes) -> Option<Bytes> {
    let mut rest = &sealed[..];
    let parts = rmp::decode::read_array_len(&mut rest).ok()?;
    let version: u64 = rmp::decode::read_int(&mut rest).ok()?;
    let crc: u32 = rmp::decode::read_int(&mut rest).ok()?;
    let len = rmp::decode::read_bin_len(&mut rest).ok()? as usize;
    let right = parts == 3 && version == VERSION && rest.len() == len && crc32fast::hash(rest) == crc;
    right.then(|| sealed.slice(sealed.len() - len..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_comes_out_and_nothing_else() {
        for body in [&b""[..], b"a", &[7; 70_000]] {
            let sealed = seal(body);
            assert_eq!(open(sealed.clone().into()).as_deref(), Some(body));
            for at in (0..sealed.len()).step_by(1 + sealed.len() / 50) {
                let mut torn = sealed.clone();
                torn[at] ^= 0x10;
                assert_ne!(open(torn.into()).as_deref(), Some(body), "byte {at}");
                assert_eq!(open(Bytes::copy_from_slice(&sealed[..at])), None);
            }
        }
        assert_eq!(open(Bytes::from_static(b"something else")), None);
    }
}
