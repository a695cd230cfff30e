//! Reads the cells of a time column by the reading that its evidence decided on.

use super::cell::{Cell, is_missing};
use super::clock::Clock;
use super::compact;
use super::counts::Bands;
use super::format::TimeFormat;
use super::stamp::{Offset, Stamp};
use super::text::{self, Order};
use super::zone::Zone;
use crate::cli::times::{DAY, SECOND};

/// How the cells of a column are read.
#[derive(Debug, Clone)]
pub(super) enum Reading {
    /// Counts since the Unix epoch.
    Counts(Bands),
    /// Digits of a date, perhaps with a time of day behind it: 20210617, 202106170830.
    Compact,
    /// Text, with the parts of the date in this order where the year does not come first.
    Text(Order),
    /// As the caller says.
    Format(TimeFormat),
}

/// Reads the times of a file.
#[derive(Debug, Clone)]
pub(crate) struct TimeReader {
    pub(super) reading: Reading,
    pub(super) clock: Clock,
    /// The zone of times that name none; UTC if absent.
    pub(super) zone: Option<Zone>,
}

impl TimeReader {
    /// The time of a cell, and of the cell with the time of day beside it, in nanoseconds since the Unix epoch; or what is
    /// wrong with it, behind the name of the column.
    pub(crate) fn read(&self, cell: Cell<'_>, clock: Option<Cell<'_>>) -> Result<i64, String> {
        match clock {
            None => self.moment(cell).and_then(|stamp| self.instant(stamp)).map_err(|why| format!("time {why}")),
            Some(clock) => self.of_day(cell, clock).map_err(|why| format!("time {why}")),
        }
    }

    /// The time of a date and a time of day.
    fn of_day(&self, date: Cell<'_>, clock: Cell<'_>) -> Result<i64, String> {
        if let Reading::Format(format @ TimeFormat::Pattern(pattern)) = &self.reading {
            // Numbers have no zeros in front: 930 is 0930, or 000930 where there are seconds.
            let width = if pattern.contains("%S") { 6 } else { 4 };
            let clock = match clock.counted() {
                Cell::Count(count) => format!("{count:0width$}"),
                _ => plain(clock),
            };
            let text = format!("{} {clock}", plain(date));
            return format.read(Cell::Text(text.as_bytes())).and_then(|stamp| self.instant(stamp));
        }
        let stamp = self.moment(date)?;
        if stamp.nanos.rem_euclid(DAY) != 0 {
            return Err(format!("must be a date beside a column of times of day, got {}", date.shown()));
        }
        let (of_day, offset) = self.clock.read(clock)?;
        let nanos = stamp.nanos.checked_add(of_day).ok_or_else(|| out_of_range(date))?;
        let offset = if matches!(offset, Offset::None) { stamp.offset } else { offset };
        self.instant(Stamp { nanos, offset })
    }

    fn moment(&self, cell: Cell<'_>) -> Result<Stamp, String> {
        match cell {
            Cell::Instant(nanos) => return Ok(Stamp { nanos, offset: Offset::Utc }),
            Cell::Local(nanos) => return Ok(Stamp { nanos, offset: Offset::None }),
            Cell::Wrong(why) => return Err(why.into()),
            Cell::Text(text) if is_missing(text) => return Err("has no value".into()),
            _ => {}
        }
        // A pattern says itself what digits are, with their zeros in front.
        let cell = if matches!(self.reading, Reading::Format(TimeFormat::Pattern(_))) { cell } else { cell.counted() };
        let unlike = |others: &str| Err(format!("is not like the others, which are {others}: {}", cell.shown()));
        match (&self.reading, cell) {
            (Reading::Format(format), _) => format.read(cell),
            (Reading::Counts(bands), Cell::Count(count)) => bands.read(count),
            (Reading::Counts(bands), Cell::Text(_) | Cell::Number(_)) => unlike(&bands.to_string()),
            (Reading::Compact, Cell::Count(count)) => compact::read(count).ok_or_else(|| no_date(cell)),
            (Reading::Compact, Cell::Text(text)) => compact::read_text(text).ok_or_else(|| no_date(cell)),
            (Reading::Text(order), Cell::Text(text)) => text::read(text, *order).ok_or_else(|| unknown(cell)),
            // A compact date is one in any company.
            (Reading::Text(_), Cell::Count(count)) => compact::read_date(count).ok_or_else(|| unknown(cell)),
            _ => Err(unknown(cell)),
        }
    }

    /// The instant of a stamp, in the zone of the column if it names none.
    fn instant(&self, stamp: Stamp) -> Result<i64, String> {
        match (stamp.offset, &self.zone) {
            (Offset::None, Some(zone)) => zone.instant(stamp.nanos),
            (Offset::None | Offset::Utc, _) => Ok(stamp.nanos),
            (Offset::Seconds(seconds), _) => stamp
                .nanos
                .checked_sub(i64::from(seconds) * SECOND)
                .ok_or_else(|| format!("is out of range: an offset of {seconds} s from the end of the range")),
            (Offset::Named(name), _) => Zone::named(&name)?.instant(stamp.nanos),
        }
    }
}

/// A cell as text for a pattern.
fn plain(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
        Cell::Count(count) => count.to_string(),
        other => other.shown(),
    }
}

fn unknown(cell: Cell<'_>) -> String {
    format!("has an unknown format: {}; say what it is with --date-format", cell.shown())
}

fn no_date(cell: Cell<'_>) -> String {
    format!("is no date of the years 1900 to 2100: {}", cell.shown())
}

fn out_of_range(cell: Cell<'_>) -> String {
    format!("is out of range, which is the years 1678 to 2261: {}", cell.shown())
}
