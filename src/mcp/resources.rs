//! Resources: all values of a question as CSV, the schema of an indicator, and the guide.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rmcp::model::{Resource, ResourceContents, ResourceTemplate};

use super::error::Error;
use super::reply::{budget, time};
use super::tools::Session;
use super::{Clients, LLMS_TXT, schema};
use crate::rpc::proto::compute_request::Source;
use crate::rpc::proto::{Adjust, Calendar, ComputeRequest, ListCalendarsRequest, Persist, Range, Resampling, SeriesId};
use crate::rpc::wire::ComputeResponse;

/// Where values are.
const VALUES: &str = "atrad://compute/";

/// Where indicators are described.
const INDICATORS: &str = "atrad://indicators/";

/// Where the calendars are.
const CALENDARS: &str = "atrad://calendars";

/// Where the guide is.
const GUIDE: &str = "atrad://llms.txt";

/// The most values of a resource, over all columns: about 2 MB of text.
const VALUES_MAX: usize = 100_000;

/// What stands for itself in a part of a URI; the rest is encoded.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'(').remove(b')').remove(b',');

/// The adjustments of a URI.
const ADJUSTS: [(&str, Adjust); 2] = [("split", Adjust::Split), ("total", Adjust::Total)];

/// The values of expressions over bars of a series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Values {
    pub(super) series: SeriesId,
    pub(super) expressions: Vec<String>,
    /// Only the newest bars.
    pub(super) last: u64,
    /// Only bars that open then or later, in nanoseconds since the Unix epoch.
    pub(super) from: Option<i64>,
    /// Only bars that open before.
    pub(super) to: Option<i64>,
    /// Only bars that were closed then.
    pub(super) as_of: Option<i64>,
    /// Which corporate actions adjust them.
    pub(super) adjust: Adjust,
    /// The calendar of bars that are resampled; empty without one.
    pub(super) calendar: String,
}

impl Values {
    /// Their URI.
    pub(super) fn uri(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
        let SeriesId { symbol, timeframe } = &self.series;
        let mut uri = format!("{VALUES}{}/{}?last={}", encoded(symbol), encoded(timeframe), self.last);
        for (name, at) in [("from", self.from), ("to", self.to), ("as_of", self.as_of)] {
            if let Some(at) = at {
                let _ = write!(uri, "&{name}={}", encoded(&time::text(at)));
            }
        }
        if let Some(adjust) = ADJUSTS.iter().find(|(_, adjust)| *adjust == self.adjust) {
            let _ = write!(uri, "&adjust={}", adjust.0);
        }
        if !self.calendar.is_empty() {
            let _ = write!(uri, "&calendar={}", encoded(&self.calendar));
        }
        for text in &self.expressions {
            let _ = write!(uri, "&e={}", encoded(text));
        }
        uri
    }

    /// Reads what follows `atrad://compute/`.
    fn parse(rest: &str) -> Result<Self, Error> {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (symbol, timeframe) =
            path.split_once('/').ok_or_else(|| wrong("the path", "SYMBOL/TIMEFRAME, a / in a symbol as %2F", path))?;
        let series =
            SeriesId { symbol: decoded("the symbol", symbol)?, timeframe: decoded("the timeframe", timeframe)? };
        let mut values = Self {
            series,
            expressions: vec![],
            last: VALUES_MAX as u64,
            from: None,
            to: None,
            as_of: None,
            adjust: Adjust::Unspecified,
            calendar: String::new(),
        };
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, text) = part.split_once('=').unwrap_or((part, ""));
            let text = decoded(name, text)?;
            let instant = || time::parse(&text).map(Some).ok_or_else(|| wrong(name, "a time, as in 2024-01-31", &text));
            match name {
                "e" => values.expressions.push(text),
                "last" => {
                    let last = text.parse().ok().filter(|&last| last > 0);
                    values.last = last.ok_or_else(|| wrong(name, "a whole number of at least 1", &text))?;
                }
                "from" => values.from = instant()?,
                "to" => values.to = instant()?,
                "as_of" => values.as_of = instant()?,
                "adjust" => {
                    let known = ADJUSTS.iter().find(|(known, _)| *known == text);
                    values.adjust = known.ok_or_else(|| wrong(name, "split or total", &text))?.1;
                }
                "calendar" => values.calendar = text,
                _ => return Err(wrong("a parameter", "e, last, from, to, as_of, adjust or calendar", name)),
            }
        }
        Ok(values)
    }

    /// The resources with all rows of an answer to this, oldest first: one, unless it has more values than a resource. The newest
    /// rows of an answer are all of them, so what was asked for in rows is said in those that there are.
    pub(super) fn pages(&self, times: &[i64], columns: usize) -> Vec<Self> {
        let rows_max = (VALUES_MAX / columns.max(1)).max(1);
        if times.len() <= rows_max {
            return vec![Self { last: times.len().max(1) as u64, ..self.clone() }];
        }
        let page = |(number, rows): (usize, &[i64])| Self {
            last: rows.len() as u64,
            from: rows.first().copied(),
            to: times.get((number + 1) * rows_max).copied().or(self.to),
            ..self.clone()
        };
        times.chunks(rows_max).enumerate().map(page).collect()
    }

    /// Computes them.
    pub(super) async fn compute(&self, clients: &Clients, persist: Option<Persist>) -> Result<ComputeResponse, Error> {
        let Self { series, expressions, last, from, to, as_of, adjust, calendar } = self.clone();
        let request = ComputeRequest {
            source: Some(Source::Series(series)),
            range: Some(Range { start_time: from, end_time: to, last: Some(last), as_of }),
            expressions,
            resampling: Some(Resampling { calendar, ..Resampling::default() }),
            persist,
            adjust: adjust.into(),
            ..ComputeRequest::default()
        };
        Ok(clients.indicators().compute(request).await?.into_inner())
    }
}

/// The text of a part of a URI.
fn decoded(name: &str, text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| wrong(name, "UTF-8 text", text))?;
    Ok(decoded.into_owned())
}

fn wrong(name: &str, expected: &str, given: &str) -> Error {
    Error::Argument(format!("{} must be {expected}, got {:?}", budget::cut(name, 60), budget::cut(given, 60)))
}

/// The resources that are not made of a question.
pub(super) fn list() -> Vec<Resource> {
    vec![
        Resource::new(GUIDE, "llms.txt")
            .with_description("What atrad is and how to ask it")
            .with_mime_type("text/plain"),
        Resource::new(CALENDARS, "calendars")
            .with_description(
                "Exchanges and time zones whose sessions and days make bars, with their hours and last dates",
            )
            .with_mime_type("text/csv"),
    ]
}

/// The resources that are.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let values = format!("{VALUES}{{symbol}}/{{timeframe}}{{?last,from,to,as_of,adjust,calendar,e*}}");
    let indicator = format!("{INDICATORS}{{name}}");
    vec![
        ResourceTemplate::new(values, "values")
            .with_description("Every value of expressions e over a series, at most 100000 values")
            .with_mime_type("text/csv"),
        ResourceTemplate::new(indicator, "indicator")
            .with_description("JSON Schema of the parameters of an indicator, with ranges")
            .with_mime_type("application/schema+json"),
    ]
}

/// The text of a resource.
pub(super) async fn read(session: &Session<'_>, uri: &str) -> Result<ResourceContents, Error> {
    let unknown = || Error::Resource(budget::cut(uri, 200));
    let (mime, text) = match uri {
        GUIDE => ("text/plain", LLMS_TXT.to_owned()),
        CALENDARS => ("text/csv", calendars(session).await?),
        uri if uri.starts_with(INDICATORS) => {
            let schema = schema::indicator(&uri[INDICATORS.len()..]).ok_or_else(unknown)?;
            ("application/schema+json", schema.to_string())
        }
        uri => {
            let mut values = Values::parse(uri.strip_prefix(VALUES).ok_or_else(unknown)?)?;
            values.as_of = session.as_of(values.as_of);
            ("text/csv", csv(&values, session).await?)
        }
    };
    Ok(ResourceContents::text(text, uri).with_mime_type(mime))
}

/// The calendars, one in a line.
async fn calendars(session: &Session<'_>) -> Result<String, Error> {
    let found = session.clients.series().list_calendars(ListCalendarsRequest::default()).await?.into_inner();
    let mut text = String::from("calendar,zone,hours,first,last,aliases\n");
    for Calendar { name, zone, hours, first_date, last_date, aliases, .. } in found.calendars {
        let aliases = aliases.join(" ");
        let _ = writeln!(text, "{name},{zone},\"{hours}\",{first_date},{last_date},{aliases}");
    }
    Ok(text)
}

async fn csv(values: &Values, session: &Session<'_>) -> Result<String, Error> {
    // An expression has a column at least, so one row more than this is too many.
    let rows_max = (VALUES_MAX / values.expressions.len().max(1)) as u64;
    let asked = Values { last: values.last.min(rows_max + 1), ..values.clone() };
    let answer = asked.compute(&session.clients, None).await?;
    let times: Vec<i64> = answer.times.values();
    let columns: Vec<Vec<f64>> = answer.columns.iter().map(|column| column.values.values()).collect();
    let rows_max = VALUES_MAX / columns.len().max(1);
    if times.len() > rows_max {
        let message = format!("last must be at most {rows_max} for {} columns", columns.len());
        return Err(Error::Argument(format!("{message}, got {}", values.last)));
    }
    let mut text = String::from("time");
    for column in &answer.columns {
        let _ = write!(text, ",\"{}\"", column.label.replace('"', "\"\""));
    }
    text.push('\n');
    for (row, &at) in times.iter().enumerate() {
        text.push_str(&time::text(at));
        for value in columns.iter().map(|column| column[row]) {
            let _ = if value.is_nan() { write!(text, ",") } else { write!(text, ",{value}") };
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_read_as_it_was_written() {
        let values = Values {
            series: SeriesId { symbol: "BRK.B/USD:x^=$#&".into(), timeframe: "15m".into() },
            expressions: vec!["rsi(14)".into(), "a = ema(close, 5) > 1 & 2".into(), "\u{e9}%?/".into()],
            last: 300,
            from: Some(1_623_918_600_000_000_000),
            to: None,
            as_of: Some(1_623_918_600_123_000_000),
            adjust: Adjust::Total,
            calendar: "America/New_York".into(),
        };
        let uri = values.uri();
        assert!(uri.is_ascii() && uri.starts_with("atrad://compute/BRK.B%2FUSD%3Ax"), "{uri}");
        assert!(uri.contains("&e=rsi(14)&"), "{uri}");
        assert_eq!(Values::parse(&uri[VALUES.len()..]).expect("well-formed"), values);
    }

    #[test]
    fn pages_have_every_row_of_an_answer_once() {
        let values = Values {
            series: SeriesId { symbol: "A".into(), timeframe: "1m".into() },
            expressions: vec!["macd".into()],
            last: 400_000,
            from: Some(-7),
            to: Some(1_000_000),
            as_of: None,
            adjust: Adjust::Unspecified,
            calendar: String::new(),
        };
        // What is less than asked for, or nothing, is one resource that may be read.
        for (rows, last) in [(0, 1), (1, 1), (33_333, 33_333)] {
            let times: Vec<i64> = (0..rows).collect();
            assert_eq!(values.pages(&times, 3), [Values { last, ..values.clone() }], "{rows}");
        }
        let times: Vec<i64> = (0..70_000).collect();
        let pages = values.pages(&times, 3);
        let spans: Vec<_> = pages.iter().map(|page| (page.from, page.to, page.last)).collect();
        let edges = [(0, 33_333, 33_333), (33_333, 66_666, 33_333), (66_666, 1_000_000, 3_334)];
        assert_eq!(spans, edges.map(|(from, to, last)| (Some(from), Some(to), last)));
        // More columns than values: a row each.
        assert_eq!(values.pages(&[1, 2], 200_000).len(), 2);
    }

    #[test]
    fn a_wrong_part_of_a_uri_is_named() {
        for (uri, expected) in [
            ("", "the path must be SYMBOL/TIMEFRAME, a / in a symbol as %2F, got \"\""),
            ("S", "the path must be SYMBOL/TIMEFRAME, a / in a symbol as %2F, got \"S\""),
            ("S/1d?x=1", "a parameter must be e, last, from, to, as_of, adjust or calendar, got \"x\""),
            ("S/1d?last=-1", "last must be a whole number of at least 1, got \"-1\""),
            ("S/1d?last=0", "last must be a whole number of at least 1, got \"0\""),
            ("S/1d?from=now", "from must be a time, as in 2024-01-31, got \"now\""),
            ("S/1d?adjust=all", "adjust must be split or total, got \"all\""),
            ("%ff/1d?last=1", "the symbol must be UTF-8 text, got \"%ff\""),
        ] {
            let error = Values::parse(uri).expect_err("refused").to_string();
            assert_eq!(error, format!("INVALID_ARGUMENT: {expected}"), "{uri}");
        }
    }
}
