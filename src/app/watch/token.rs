//! Resume tokens: where a watch of one series stands, as bytes that a client hands back.
//!
//! ```text
//! token = version u8 | question u64 | time | count u16 | count x (series u64 | epoch u64 | lineage u128 | time) | crc u32
//! time  = 0 u8 | 1 u8, i64                                                         little-endian numbers
//! ```
//!
//! A token holds nothing secret and grants nothing: a forged one asks for rows that any caller may ask for.

use bytes::{Buf, BufMut, Bytes};
use xxhash_rust::xxh3::xxh3_64;

use crate::app::Error;
use crate::app::bars::revisions::{Mark, Version};
use crate::series::{Lineage, Resampling, SeriesId};

const VERSION: u8 = 1;

/// Where a watch of one series stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    /// When the last closed row told opens; `None` if none was.
    pub(super) time: Option<i64>,
    /// The versions of its stored series: its own, then the joined ones.
    pub(super) marks: Box<[Mark]>,
}

/// The identity of what is watched of a series.
pub(super) fn digest(series: &SeriesId, resampling: &Resampling, canonical: &str) -> u64 {
    let Resampling { fill, include_forming: _, .. } = resampling;
    xxh3_64(format!("{series} {} {} {canonical}", resampling.offset_minutes(), fill.name()).as_bytes())
}

impl Position {
    /// The token of this position in the watch of this digest.
    pub(super) fn token(&self, digest: u64) -> Bytes {
        let mut bytes = Vec::with_capacity(32 + 48 * self.marks.len());
        bytes.put_u8(VERSION);
        bytes.put_u64_le(digest);
        put_time(&mut bytes, self.time);
        // A query joins at most 1024 series, and each is one mark.
        bytes.put_u16_le(self.marks.len() as u16);
        for Mark { version: Version { series, epoch, lineage }, last_time } in &self.marks {
            bytes.put_u64_le(*series);
            bytes.put_u64_le(*epoch);
            bytes.put_u128_le(lineage.0);
            put_time(&mut bytes, *last_time);
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

    /// From where on a series is followed, by the token of its first event.
    pub(super) fn since(token: &Bytes) -> i64 {
        Self::read(token).ok().and_then(|(_, position)| position.time).unwrap_or(i64::MIN)
    }
}

fn put_time(bytes: &mut Vec<u8>, time: Option<i64>) {
    bytes.put_u8(time.is_some().into());
    if let Some(time) = time {
        bytes.put_i64_le(time);
    }
}

fn read(token: &[u8]) -> Option<(u64, Position)> {
    let (mut body, crc) = token.split_last_chunk().map(|(body, crc)| (body, u32::from_le_bytes(*crc)))?;
    if crc32fast::hash(body) != crc || body.try_get_u8().ok()? != VERSION {
        return None;
    }
    let digest = body.try_get_u64_le().ok()?;
    let time = read_time(&mut body)?;
    let count = body.try_get_u16_le().ok()?;
    let mark = |body: &mut &[u8]| {
        let (series, epoch) = (body.try_get_u64_le().ok()?, body.try_get_u64_le().ok()?);
        let version = Version { series, epoch, lineage: Lineage(body.try_get_u128_le().ok()?) };
        Some(Mark { version, last_time: read_time(body)? })
    };
    let marks = (0..count).map(|_| mark(&mut body)).collect::<Option<_>>()?;
    body.is_empty().then_some((digest, Position { time, marks }))
}

fn read_time(body: &mut &[u8]) -> Option<Option<i64>> {
    match body.try_get_u8().ok()? {
        0 => Some(None),
        1 => body.try_get_i64_le().ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_whole_or_not_at_all() {
        let mark = |series, last_time| Mark {
            version: Version { series, epoch: 1 << 40, lineage: Lineage(u128::MAX - 5) },
            last_time,
        };
        let position = Position { time: Some(-7), marks: [mark(1, None), mark(u64::MAX, Some(i64::MIN))].into() };
        let token = position.token(99);
        assert_eq!(Position::read(&token).expect("whole"), (99, position));
        for end in 0..token.len() {
            assert!(Position::read(&token.slice(..end)).is_err());
        }
        for at in 0..token.len() {
            let mut other = token.to_vec();
            other[at] ^= 4;
            assert!(Position::read(&other.into()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn digests_tell_watches_apart() {
        let id = |symbol| SeriesId::parse(symbol, "1m").expect("valid");
        let one = digest(&id("A"), &Resampling::default(), "close");
        let shifted = Resampling::new(5, Default::default(), false).expect("valid");
        let others = [
            digest(&id("B"), &Resampling::default(), "close"),
            digest(&id("A"), &Resampling::default(), "open"),
            digest(&id("A"), &shifted, "close"),
        ];
        assert!(!others.contains(&one));
    }
}
