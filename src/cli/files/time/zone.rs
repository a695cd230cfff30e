//! Time zones by name: local times that do not exist, or exist twice, are reported and not guessed.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::cli::times::SECOND;

/// A time zone, as in `America/New_York` or `+02:00`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Zone {
    name: Box<str>,
    zone: TimeZone,
}

impl Zone {
    /// The zone of a name of the IANA database.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let zone = TimeZone::get(name).map_err(|_| format!("has an unknown time zone: {name:?}"))?;
        Ok(Self { name: name.into(), zone })
    }

    /// The instant at which clocks of the zone show a time, given as nanoseconds since 1970-01-01T00:00.
    pub(super) fn instant(&self, local: i64) -> Result<i64, String> {
        let wall = Timestamp::from_nanosecond(local.into()).expect("every count of nanoseconds in 64 bits is a time");
        let wall = Offset::UTC.to_datetime(wall);
        let offset = match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { .. } => return Err(self.odd(wall, "does not exist", "clocks are set forward")),
            AmbiguousOffset::Fold { .. } => {
                return Err(self.odd(wall, "happens twice", "clocks are set back; write the offset or UTC"));
            }
        };
        local
            .checked_sub(i64::from(offset.seconds()) * SECOND)
            .ok_or_else(|| format!("is out of range: {wall} in {}", self.name))
    }

    fn odd(&self, wall: DateTime, what: &str, why: &str) -> String {
        format!("{what} in {}: {wall} ({why})", self.name)
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fixed = || {
            let sign = if text.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
            let minutes =
                hours.parse::<u8>().ok()? as i64 * 60 + i64::from(minutes.parse::<u8>().ok().filter(|m| *m < 60)?);
            Offset::try_from(SignedDuration::from_secs(sign * minutes * 60)).ok()
        };
        match fixed() {
            Some(offset) => Ok(Self { name: text.into(), zone: TimeZone::fixed(offset) }),
            None => Self::named(text).map_err(|_| {
                format!("must be a zone of the IANA database as in America/New_York, or an offset as in +02:00, got {text:?}")
            }),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::times;

    #[test]
    fn clocks_that_change_are_told() {
        let zone: Zone = "America/New_York".parse().expect("known");
        let at = |text: &str| zone.instant(times::read(text).expect("a time")).map(times::write);
        assert_eq!(at("2021-06-17T09:30:00").as_deref(), Ok("2021-06-17T13:30:00Z"));
        assert_eq!(at("2021-12-17T09:30:00").as_deref(), Ok("2021-12-17T14:30:00Z"));
        assert!(at("2021-03-14T02:30:00").expect_err("a gap").contains("does not exist in America/New_York"));
        assert!(at("2021-11-07T01:30:00").expect_err("twice").contains("happens twice"));
        let zone: Zone = "-03:30".parse().expect("an offset");
        assert_eq!(zone.instant(0), Ok(12_600 * SECOND));
        for wrong in ["", "Mars/Olympus", "+2", "+02:60", "25:00"] {
            assert!(wrong.parse::<Zone>().is_err(), "{wrong}");
        }
    }
}
