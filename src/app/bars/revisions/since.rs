//! What has changed since an earlier answer: from which bar on rows are new or revised.
//!
//! An answer is over one version of its series and of each series that it joins, as of a time. A token names all of these, so
//! that a series that was deleted and created anew, restored from a backup, or is resampled from another one since is never
//! taken for the one of before. A number alone names an epoch of the series as it is stored now.
//!
//! Invariant: rows may count as changed that are as they were, never the other way round. The value at a row depends on all bars
//! before, so that every row behind the first changed bar counts as changed.

use bytes::{Buf, BufMut, Bytes};

use super::{Mark, Stamp, put_time, read_time};
use crate::app::Error;

const VERSION: u8 = 1;

/// What a caller has already: an earlier answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    epoch: u64,
    basis: Option<Basis>,
}

/// What an answer is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Basis {
    /// The time at which its bars were closed; `None` is now.
    pub(crate) as_of: Option<i64>,
    /// The versions of its stored series and the names of their factors: its own, then the joined ones.
    pub(crate) marks: Box<[(Mark, u128)]>,
}

/// How an answer differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Rows of the earlier answer that open at this time or later are void, and the rows of this answer take their place;
    /// `i64::MIN` is all rows, `None` is none.
    pub from: Option<i64>,
    /// Names the bars of this answer; see [`Since::new`].
    pub token: Bytes,
}

/// What a caller has of one series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientState {
    version: Option<ClientVersion>,
    /// The time at which its bars were closed; `None` is now.
    pub(crate) as_of: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum ClientVersion {
    Epoch(u64),
    Mark(Mark, u128),
}

impl Since {
    /// The answer of this epoch, and of this token unless it is empty; `None` without either.
    pub fn new(epoch: Option<u64>, token: &[u8]) -> Result<Option<Self>, Error> {
        let wrong = |expected: &str, given| Error::Field { field: "since_token", expected: expected.into(), given };
        let bytes = || format!("{} bytes", token.len());
        match (epoch, token) {
            (None, []) => Ok(None),
            (None, _) => Err(wrong("empty without since_epoch", bytes())),
            (Some(epoch), []) => Ok(Some(Self { epoch, basis: None })),
            (Some(epoch), _) => {
                let basis = Basis::read(token).ok_or_else(|| wrong("the token of an earlier response", bytes()))?;
                match basis.marks.first().map(|(mark, _)| mark.version.epoch) {
                    Some(own) if own != epoch => {
                        Err(wrong(&format!("that of the response of epoch {epoch}"), format!("that of epoch {own}")))
                    }
                    _ => Ok(Some(Self { epoch, basis: Some(basis) })),
                }
            }
        }
    }

    /// What the caller has of the series of a place: 0 is its own, then the joined ones.
    pub(crate) fn client_state(&self, place: usize, is_alone: bool, as_of: Option<i64>) -> ClientState {
        match &self.basis {
            Some(basis) => {
                // Rows beyond an earlier time are void, and the newest before it may never have been sent.
                let is_earlier = as_of.is_some_and(|time| basis.as_of.is_none_or(|before| time < before));
                let mark = basis.marks.get(place).filter(|_| !is_earlier);
                ClientState {
                    version: mark.map(|&(mark, adjusted)| ClientVersion::Mark(mark, adjusted)),
                    as_of: basis.as_of,
                }
            }
            // A number does not tell as of when it was, nor anything of joined series.
            None => ClientState {
                version: (is_alone && as_of.is_none()).then_some(ClientVersion::Epoch(self.epoch)),
                as_of,
            },
        }
    }
}

impl ClientState {
    /// As of a time, of bars of which no version is told.
    pub(crate) fn unknown(as_of: Option<i64>) -> Self {
        Self { version: None, as_of }
    }

    /// The earliest time from which stored bars may differ from those that the caller has; `i64::MIN` if any may.
    pub(crate) fn changed(&self, stamp: &Stamp) -> Option<i64> {
        match self.version {
            None => Some(i64::MIN),
            Some(ClientVersion::Epoch(epoch)) => stamp.changed_since_epoch(epoch),
            // Other factors change all bars before an ex-date.
            Some(ClientVersion::Mark(_, adjusted)) if adjusted != stamp.adjusted => Some(i64::MIN),
            Some(ClientVersion::Mark(mark, _)) => stamp.changed_since(&mark),
        }
    }

    /// The same for resampled bars: a number does not tell which bars they were resampled from.
    pub(crate) fn changed_source(&self, stamp: &Stamp) -> Option<i64> {
        if matches!(self.version, Some(ClientVersion::Epoch(_))) { Some(i64::MIN) } else { self.changed(stamp) }
    }
}

impl Basis {
    /// What an answer as of a time over these bars is over: its own series, then the joined ones.
    pub(crate) fn of(as_of: Option<i64>, stamps: impl Iterator<Item = Stamp>) -> Self {
        Self { as_of, marks: stamps.map(|stamp| (stamp.mark, stamp.adjusted)).collect() }
    }

    /// How the answer differs from one that is the same before a time.
    pub(crate) fn changes(&self, from: Option<i64>) -> Changes {
        Changes { from, token: self.token() }
    }

    /// `version u8 | as of | count u16 | count x (mark | factors u128) | crc u32`
    pub(crate) fn token(&self) -> Bytes {
        let mut bytes = Vec::with_capacity(24 + 64 * self.marks.len());
        bytes.put_u8(VERSION);
        put_time(&mut bytes, self.as_of);
        // A query joins at most 1024 series, and each is one mark.
        bytes.put_u16_le(self.marks.len() as u16);
        for (mark, adjusted) in &self.marks {
            mark.put(&mut bytes);
            bytes.put_u128_le(*adjusted);
        }
        let crc = crc32fast::hash(&bytes);
        bytes.put_u32_le(crc);
        bytes.into()
    }

    fn read(token: &[u8]) -> Option<Self> {
        let (mut body, crc) = token.split_last_chunk().map(|(body, crc)| (body, u32::from_le_bytes(*crc)))?;
        if crc32fast::hash(body) != crc || body.try_get_u8().ok()? != VERSION {
            return None;
        }
        let as_of = read_time(&mut body)?;
        let count = body.try_get_u16_le().ok()?;
        let marks =
            (0..count).map(|_| Mark::read(&mut body).zip(body.try_get_u128_le().ok())).collect::<Option<_>>()?;
        body.is_empty().then_some(Self { as_of, marks })
    }
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
        let basis =
            Basis { as_of: Some(-7), marks: [(mark(1, None), 0), (mark(u64::MAX, Some(i64::MIN)), u128::MAX)].into() };
        let token = basis.token();
        let since = Since::new(Some(1 << 40), &token).expect("whole").expect("given");
        assert_eq!(since, Since { epoch: 1 << 40, basis: Some(basis) });
        for end in 1..token.len() {
            assert!(Since::new(Some(1 << 40), &token[..end]).is_err());
        }
        for at in 0..token.len() {
            let mut other = token.to_vec();
            other[at] ^= 4;
            assert!(Since::new(Some(1 << 40), &other).is_err(), "byte {at}");
        }
        let error = |epoch| Since::new(epoch, &token).expect_err("refused").to_string();
        assert_eq!(
            [error(Some(7)), error(None)],
            [
                "since_token must be that of the response of epoch 7, got that of epoch 1099511627776".to_owned(),
                format!("since_token must be empty without since_epoch, got {} bytes", token.len()),
            ]
        );
        assert_eq!(Since::new(None, &[]).expect("nothing"), None);
    }
}
