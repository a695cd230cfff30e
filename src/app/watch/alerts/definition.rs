//! What an alert is: its definition, its checks, and its MessagePack form in the ledger
//! `[version, series [[symbol, timeframe]], glob, timeframe, expressions, condition, offset, fill, url, secret, calendar]`.
//! Version 1 has no calendar; it is written where there is none.

use std::fmt;

use rmp::{decode, encode};

use super::target::WebhookUrl;
use crate::app::compute::answer_codec::{Unreadable, read_version};
use crate::app::{Adjust, Compute, Error, WatchQuestion};
use crate::series::{Fill, Resampling, SeriesId, Symbol, SymbolPattern, Timeframe};

/// With a calendar.
const VERSION: u64 = 2;
const FIELDS: u32 = 11;
const FILLS: [Fill; 3] = [Fill::None, Fill::Previous, Fill::Nan];

/// The shortest secret of a webhook, in bytes, and the longest.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 16..=1024;

/// The name of an alert: 1 to 64 of the characters of a symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertName(Symbol);

impl AlertName {
    /// Checks a name.
    pub fn new(text: &str) -> Result<Self, Error> {
        let expected = || format!("1 to {} of {}", Symbol::BYTES_MAX, Symbol::CHARACTERS);
        let given = || format!("{:?}", text.chars().take(80).collect::<String>());
        let wrong = |_| Error::Field { field: "name", expected: expected(), given: given() };
        text.parse().map(Self).map_err(wrong)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Where firings are sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The address.
    pub url: WebhookUrl,
    /// The key of the signature, which is never shown.
    secret: Box<str>,
}

impl Webhook {
    /// Checks an address and a secret.
    pub fn new(url: &str, secret: &str) -> Result<Self, Error> {
        if !SECRET_BYTES.contains(&secret.len()) {
            let expected = format!("{} to {} bytes", SECRET_BYTES.start(), SECRET_BYTES.end());
            return Err(Error::Field { field: "webhook.secret", expected, given: format!("{} bytes", secret.len()) });
        }
        Ok(Self { url: WebhookUrl::new(url)?, secret: secret.into() })
    }

    pub(super) fn secret(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("url", &self.url).finish_non_exhaustive()
    }
}

/// An alert that is stored: it fires for each closed bar at which its condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The series by name.
    pub series: Vec<SeriesId>,
    /// All series of this timeframe whose symbol is of this pattern.
    pub glob: Option<(SymbolPattern, Timeframe)>,
    /// The expressions whose values are logged.
    pub expressions: Vec<String>,
    /// The condition, an expression.
    pub condition: String,
    /// How to resample series that are not stored.
    pub resampling: Resampling,
    /// Where firings are sent, if anywhere.
    pub webhook: Option<Webhook>,
}

impl Alert {
    /// Its watch, with the condition as the last column.
    pub(super) fn question(&self, compute: &Compute) -> Result<WatchQuestion, Error> {
        let Self { series, glob, expressions, condition, resampling, .. } = self;
        let texts: Vec<_> = expressions.iter().chain([condition]).collect();
        Ok(WatchQuestion {
            series: series.clone(),
            glob: glob.clone(),
            compiled: compute.compile(&texts)?,
            // Rows at which it does not hold say how far it has come.
            conditional: false,
            resampling: *resampling,
            adjust: Adjust::None,
            last: 1,
            wait_for_series: true,
            resume: vec![],
        })
    }

    pub(super) fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::new();
        self.write(&mut packed).expect("writing to memory cannot fail");
        packed
    }

    fn write(&self, packed: &mut Vec<u8>) -> Result<(), encode::ValueWriteError> {
        let Self { series, glob, expressions, condition, resampling, webhook } = self;
        let calendar = resampling.calendar_name();
        let without = u32::from(calendar.is_empty());
        encode::write_array_len(packed, FIELDS - without)?;
        encode::write_uint(packed, VERSION - u64::from(without))?;
        encode::write_array_len(packed, 2 * series.len() as u32)?;
        for SeriesId { symbol, timeframe } in series {
            encode::write_str(packed, symbol.as_str())?;
            encode::write_uint(packed, timeframe.code().into())?;
        }
        let (pattern, seconds) = match glob {
            Some((glob, timeframe)) => (glob.to_string(), timeframe.code()),
            None => (String::new(), 0),
        };
        encode::write_str(packed, &pattern)?;
        encode::write_uint(packed, seconds.into())?;
        encode::write_array_len(packed, expressions.len() as u32)?;
        expressions.iter().try_for_each(|text| encode::write_str(packed, text))?;
        encode::write_str(packed, condition)?;
        encode::write_sint(packed, resampling.offset_minutes().into())?;
        let fill = FILLS.iter().position(|&fill| fill == resampling.fill).unwrap_or(0);
        encode::write_uint(packed, fill as u64)?;
        let (url, secret) = match webhook {
            Some(Webhook { url, secret }) => (url.as_str(), &**secret),
            None => ("", ""),
        };
        encode::write_str(packed, url)?;
        encode::write_str(packed, secret)?;
        if calendar.is_empty() { Ok(()) } else { encode::write_str(packed, calendar) }
    }

    pub(super) fn unpack(packed: &[u8]) -> Result<Self, Unreadable> {
        let (mut rest, mut first) = (packed, packed);
        let by_calendar = read_version(&mut first, FIELDS - 1, VERSION - 1).is_err();
        if by_calendar {
            read_version(&mut rest, FIELDS, VERSION)?;
        } else {
            rest = first;
        }
        let alert = Self::read(&mut rest, by_calendar).ok_or(Unreadable::Damaged)?;
        if rest.is_empty() { Ok(alert) } else { Err(Unreadable::Damaged) }
    }

    fn read(rest: &mut &[u8], by_calendar: bool) -> Option<Self> {
        let count = decode::read_array_len(rest).ok()? / 2;
        let id = |rest: &mut &[u8]| {
            let symbol = text(rest)?.parse().ok()?;
            Some(SeriesId { symbol, timeframe: Timeframe::from_code(decode::read_int(rest).ok()?)? })
        };
        let series = (0..count).map(|_| id(rest)).collect::<Option<_>>()?;
        let pattern = text(rest)?;
        let seconds = decode::read_int(rest).ok()?;
        let glob = match &*pattern {
            "" => None,
            pattern => Some((pattern.parse().ok()?, Timeframe::from_code(seconds)?)),
        };
        let count = decode::read_array_len(rest).ok()?;
        let expressions = (0..count).map(|_| text(rest)).collect::<Option<_>>()?;
        let condition = text(rest)?;
        let offset = decode::read_int(rest).ok()?;
        let fill = *FILLS.get(decode::read_int::<usize, _>(rest).ok()?)?;
        let resampling = Resampling::new(offset, fill, false).ok()?;
        let (url, secret) = (text(rest)?, text(rest)?);
        let webhook = if url.is_empty() { None } else { Some(Webhook::new(&url, &secret).ok()?) };
        let resampling = if by_calendar { resampling.by_name(&text(rest)?).ok()? } else { resampling };
        Some(Self { series, glob, expressions, condition, resampling, webhook })
    }
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let len = decode::read_str_len(rest).ok()? as usize;
    let (text, after) = rest.split_at_checked(len)?;
    *rest = after;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert() -> Alert {
        Alert {
            series: vec![SeriesId::parse("BTC/USDT", "15m").expect("valid")],
            glob: Some(("ETH*".parse().expect("valid"), "1h".parse().expect("valid"))),
            expressions: vec!["rsi(14)".into(), "close".into()],
            condition: "rsi(14) < 30".into(),
            resampling: Resampling::new(-90, Fill::Nan, false).expect("valid"),
            webhook: Some(Webhook::new("https://example.org/hook?a=b", "0123456789abcdef").expect("valid")),
        }
    }

    #[test]
    fn definitions_come_back_whole_or_not_at_all() {
        let plain = Alert { series: vec![], glob: None, webhook: None, ..alert() };
        let by_calendar = Resampling::default().by_name("Europe/London").expect("there");
        let by_calendar = Alert { resampling: by_calendar, ..alert() };
        for alert in [alert(), plain, by_calendar] {
            let packed = alert.pack();
            assert_eq!(Alert::unpack(&packed), Ok(alert));
            for end in 0..packed.len() {
                assert!(Alert::unpack(&packed[..end]).is_err());
            }
        }
    }

    #[test]
    fn secrets_are_checked_and_not_shown() {
        assert!(!format!("{:?}", alert()).contains("0123456789abcdef"));
        let error = Webhook::new("https://example.org", "short").expect_err("refused");
        assert_eq!(error.field().as_deref(), Some("webhook.secret"));
        assert!(!error.to_string().contains("short"));
        for name in ["", "two words", &"x".repeat(65)] {
            assert_eq!(AlertName::new(name).expect_err("refused").field().as_deref(), Some("name"));
        }
    }
}
