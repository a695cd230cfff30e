//! When a certificate begins and ends to be valid, from its DER (RFC 5280, 4.1).
//!
//! rustls checks the certificates of others and hides when they end; a server has to tell about its own in time.

/// The tag of a sequence.
const SEQUENCE: u8 = 0x30;
/// The tag of the version, which old certificates do not have.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first and the last second, in seconds since the Unix epoch; `None` if this is not a certificate.
pub(super) fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    let (certificate, _) = sequence(certificate)?;
    let (mut rest, _) = sequence(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    // The serial number, the algorithm and the issuer stand before it.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (times, _) = sequence(rest)?;
    let (tag, first, rest) = element(times)?;
    let first = time(tag, first)?;
    let (tag, last, _) = element(rest)?;
    Some((first, time(tag, last)?))
}

fn sequence(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = element(bytes)?;
    (tag == SEQUENCE).then_some((content, rest))
}

/// The tag and the content of the first element, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, short], mut rest) = bytes.split_first_chunk::<2>()?;
    let mut length = usize::from(short);
    if short & 0x80 != 0 {
        let (long, after) = rest.split_at_checked(usize::from(short & 0x7f))?;
        if !(1..=4).contains(&long.len()) {
            return None;
        }
        length = long.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, in seconds since the Unix epoch.
fn time(tag: u8, text: &[u8]) -> Option<i64> {
    let digits = text.strip_suffix(b"Z")?;
    let pairs: Vec<i64> = digits
        .chunks(2)
        .map(|pair| match pair {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (year, rest) = match (tag, &*pairs) {
        (UTC_TIME, [year, rest @ ..]) => (if *year < 50 { 2000 + year } else { 1900 + year }, rest),
        (GENERALIZED_TIME, [century, year, rest @ ..]) => (century * 100 + year, rest),
        _ => return None,
    };
    let &[month, day, hour, minute, second] = rest else { return None };
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant 2013, `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn certificates_tell_when_they_end() {
        for (first, last) in
            [((1999, 12, 31), (2000, 2, 29)), ((1970, 1, 1), (2049, 12, 31)), ((2024, 3, 1), (4096, 1, 1))]
        {
            let mut params = CertificateParams::new(vec!["localhost".into()]).expect("a name");
            let date = |(year, month, day)| date_time_ymd(year, month, day);
            (params.not_before, params.not_after) = (date(first), date(last));
            let expected = (params.not_before.unix_timestamp(), params.not_after.unix_timestamp());
            let made = params.self_signed(&KeyPair::generate().expect("a key")).expect("signed");
            assert_eq!(validity(made.der()), Some(expected));
            for end in 0..120 {
                assert_eq!(validity(&made.der()[..end]), None, "cut at {end}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_harm_it(
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            noise in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            validity(&noise);
            let mut edited = MADE.clone();
            for (at, byte) in edits {
                let at = at.index(edited.len());
                edited[at] = byte;
            }
            validity(&edited);
        }
    }

    /// A certificate to edit.
    static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let key = KeyPair::generate().expect("a key");
        CertificateParams::default().self_signed(&key).expect("signed").der().to_vec()
    });

    #[test]
    fn times_are_read_or_refused() {
        assert_eq!(time(UTC_TIME, b"700101000001Z"), Some(1));
        assert_eq!(time(UTC_TIME, b"491231235959Z"), Some(2_524_607_999));
        assert_eq!(time(GENERALIZED_TIME, b"19691231235959Z"), Some(-1));
        for wrong in [&b"700101000001"[..], b"70010100000Z", b"7001010000xxZ", b"Z", b""] {
            assert_eq!(time(UTC_TIME, wrong), None);
        }
    }
}
