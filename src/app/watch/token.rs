//! Resume tokens: where a watch of one series stands, as bytes that a client hands back.
//!
//! ```text
//! token   = version u8 | question u64 | time | count u16 | count x (series u64 | epoch u64 | lineage u128 | time | factors) | crc u32
//! time    = 0 u8 | 1 u8, i64                                                       little-endian numbers
//! factors = u128 in version 2, where bars are adjusted; nothing in version 1, where they are as they were traded
//! ```
//!
//! A token holds nothing secret and grants nothing: a forged one asks for rows that any caller may ask for.

use bytes::{Buf, BufMut, Bytes};
use xxhash_rust::xxh3::xxh3_64;

use crate::app::bars::revisions::{Mark, put_time, read_time};
use crate::app::{Adjust, Error};
use crate::series::{Resampling, SeriesId};

/// Bars as they were traded; with factors, the next one.
const VERSION: u8 = 1;

/// Where a watch of one series stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    /// When the last closed row told opens; `None` if none was.
    pub(super) time: Option<i64>,
    /// The versions of its stored series and the names of their factors: its own, then the joined ones.
    pub(super) marks: Box<[(Mark, u128)]>,
}

/// The identity of what is watched of a series.
pub(super) fn digest(series: &SeriesId, resampling: &Resampling, adjust: Adjust, canonical: &str) -> u64 {
    let Resampling { fill, include_forming: _, .. } = resampling;
    let adjusted = if adjust == Adjust::None { String::new() } else { format!("~{}", adjust.name()) };
    let sessions = match resampling.calendar() {
        Some(calendar) => format!("{}@{:x}", calendar.name(), calendar.digest()),
        None => resampling.offset_minutes().to_string(),
    };
    xxh3_64(format!("{series} {sessions} {}{adjusted} {canonical}", fill.name()).as_bytes())
}

impl Position {
    /// The token of this position in the watch of this digest.
    pub(super) fn token(&self, digest: u64) -> Bytes {
        let mut bytes = Vec::with_capacity(32 + 64 * self.marks.len());
        let has_factors = self.marks.iter().any(|(_, factors)| *factors != 0);
        bytes.put_u8(VERSION + u8::from(has_factors));
        bytes.put_u64_le(digest);
        put_time(&mut bytes, self.time);
        // A query joins at most 1024 series, and each is one mark.
        bytes.put_u16_le(self.marks.len() as u16);
        for (mark, factors) in &self.marks {
            mark.put(&mut bytes);
            if has_factors {
                bytes.put_u128_le(*factors);
            }
        }
        let crc = crc32fast::hash(&bytes);
        bytes.put_u32_le(crc);
        bytes.into()
    }

    /// The digest and the position of a token.
    pub(super) fn read(token: &Bytes) -> Result<(u64, Self), Error> {
        read(token).ok_or_else(|| Error::Field {
            field: "resume_tokens",
            expected: "tokens of earlier responses".into(),
            given: format!("{} other bytes", token.len()),
        })
    }

    /// The stored position of a follower; if its token cannot be read, the one after `since`.
    pub(super) fn restored(since: i64, token: &Bytes) -> Self {
        let read = Self::read(token).map(|(_, position)| position);
        read.unwrap_or_else(|_| Self { time: Some(since), marks: Box::default() })
    }

    /// From where on a series is followed, by the token of its first event.
    pub(super) fn since(token: &Bytes) -> i64 {
        Self::read(token).ok().and_then(|(_, position)| position.time).unwrap_or(i64::MIN)
    }
}

fn read(token: &[u8]) -> Option<(u64, Position)> {
    let (mut body, crc) = token.split_last_chunk().map(|(body, crc)| (body, u32::from_le_bytes(*crc)))?;
    if crc32fast::hash(body) != crc {
        return None;
    }
    let has_factors = match body.try_get_u8().ok()?.checked_sub(VERSION)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let digest = body.try_get_u64_le().ok()?;
    let time = read_time(&mut body)?;
    let count = body.try_get_u16_le().ok()?;
    let mut mark = || {
        let mark = Mark::read(&mut body)?;
        Some((mark, if has_factors { body.try_get_u128_le().ok()? } else { 0 }))
    };
    let marks = (0..count).map(|_| mark()).collect::<Option<_>>()?;
    body.is_empty().then_some((digest, Position { time, marks }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::bars::revisions::Version;
    use crate::series::Lineage;

    #[test]
    fn tokens_come_back_whole_or_not_at_all() {
        let mark = |series, last_time| Mark {
            version: Version { series, epoch: 1 << 40, lineage: Lineage(u128::MAX - 5) },
            last_time,
        };
        for (factors, length) in [([0, 0], 98), ([0, u128::MAX], 130)] {
            let marks = [(mark(1, None), factors[0]), (mark(u64::MAX, Some(i64::MIN)), factors[1])].into();
            let position = Position { time: Some(-7), marks };
            let token = position.token(99);
            assert_eq!((Position::read(&token).expect("whole"), token.len()), ((99, position), length));
            for end in 0..token.len() {
                assert!(Position::read(&token.slice(..end)).is_err());
            }
            for at in 0..token.len() {
                let mut other = token.to_vec();
                other[at] ^= 4;
                assert!(Position::read(&other.into()).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn digests_tell_watches_apart() {
        let id = |symbol| SeriesId::parse(symbol, "1m").expect("valid");
        let plain = Resampling::default();
        let one = digest(&id("A"), &plain, Adjust::None, "close");
        let shifted = Resampling::new(5, Default::default(), false).expect("valid");
        let by_calendar = plain.by_name("XNYS").expect("there");
        let others = [
            digest(&id("B"), &plain, Adjust::None, "close"),
            digest(&id("A"), &plain, Adjust::None, "open"),
            digest(&id("A"), &shifted, Adjust::None, "close"),
            digest(&id("A"), &by_calendar, Adjust::None, "close"),
            digest(&id("A"), &plain, Adjust::Split, "close"),
            digest(&id("A"), &plain, Adjust::Total, "close"),
        ];
        assert!(!others.contains(&one));
    }
}
