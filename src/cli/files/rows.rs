//! Rows of a file of any format: valid bars, and the reasons of invalid rows.

use std::collections::HashMap;

use atrad::series::{self, Bar, Bars, Columns, Symbol, Timeframe};

/// The maximum number of skipped rows reported one by one.
pub(crate) const TOLD_MAX: usize = 20;

/// Some rows of a file, in its order.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The bars. Each is one, but their times may be in any order.
    pub(crate) columns: Columns,
    /// The name in `names` of each bar; empty when no bar has one.
    pub(crate) series: Vec<u32>,
    /// What the file says about the series of its bars.
    pub(crate) names: Names,
    /// The invalid rows.
    pub(crate) skipped: Skipped,
    /// The lines of the file that were read.
    pub(crate) lines: u64,
}

/// What a file says about the series of a bar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    /// The symbol.
    pub(crate) symbol: Option<Symbol>,
    /// The timeframe.
    pub(crate) timeframe: Option<Timeframe>,
}

/// A dictionary of names, so that a bar stores an index.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<Name>,
    /// The symbol and the timeframe of each, as the file writes them.
    texts: Vec<[Option<Box<str>>; 2]>,
    places: HashMap<[Option<Box<str>>; 2], u32>,
    /// The name looked up last.
    last: usize,
}

/// Invalid rows.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Skipped {
    /// Their number.
    pub(crate) count: u64,
    /// The first of them: line and reason.
    pub(crate) told: Vec<(u64, String)>,
}

impl Names {
    /// The names, in the order in which they came.
    pub(crate) fn all(&self) -> &[Name] {
        &self.names
    }

    /// The index of a name, added if new, or why it is invalid.
    fn place(&mut self, texts: [Option<&str>; 2]) -> Result<u32, String> {
        let same = |known: &[Option<Box<str>>; 2]| known[0].as_deref() == texts[0] && known[1].as_deref() == texts[1];
        if self.texts.get(self.last).is_some_and(same) {
            return Ok(self.last as u32);
        }
        let key = texts.map(|text| text.map(Box::from));
        let place = match self.places.get(&key) {
            Some(&place) => place,
            None => {
                let symbol = texts[0].map(str::parse).transpose().map_err(|error: series::Error| error.to_string())?;
                let timeframe = texts[1].map(timeframe).transpose()?;
                self.names.push(Name { symbol, timeframe });
                self.texts.push(key.clone());
                let place = self.names.len() as u32 - 1;
                self.places.insert(key, place);
                place
            }
        };
        self.last = place as usize;
        Ok(place)
    }
}

/// A timeframe as files write it: `1h` or `1H`, and as charts do, `D`, `W`, or a count of minutes.
fn timeframe(text: &str) -> Result<Timeframe, String> {
    let plain = match text {
        "D" | "W" => format!("1{}", text.to_lowercase()),
        _ if text.ends_with(|unit: char| unit.is_ascii_digit()) => format!("{text}m"),
        _ if text.ends_with(['H', 'D', 'W']) => text.to_ascii_lowercase(),
        _ => text.into(),
    };
    plain.parse().map_err(|error: series::Error| error.to_string())
}

impl Skipped {
    /// Counts a row.
    pub(crate) fn add(&mut self, line: u64, why: impl FnOnce() -> String) {
        self.count += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push((line, why()));
        }
    }

    /// Counts the rows of a later piece, whose line 0 is `line`.
    pub(crate) fn append(&mut self, later: Self, line: u64) {
        self.count += later.count;
        let room = TOLD_MAX - self.told.len();
        self.told.extend(later.told.into_iter().take(room).map(|(at, why)| (line + at, why)));
    }
}

impl Rows {
    /// Adds a bar of the series that the file names, or reports why it is invalid.
    pub(crate) fn add_named(&mut self, bar: Bar, symbol: Option<&str>, timeframe: Option<&str>) -> Result<(), String> {
        let place = self.names.place([symbol, timeframe])?;
        self.add(bar)?;
        self.series.push(place);
        Ok(())
    }

    /// Adds a bar, or reports why it is invalid. A fast check accepts common bars; `series` checks the rest.
    pub(crate) fn add(&mut self, bar: Bar) -> Result<(), String> {
        let Bar { open, high, low, close, volume, .. } = bar;
        let holds = |price| low <= price && price <= high;
        if !(low >= 0.0
            && holds(open)
            && holds(close)
            && high < f64::INFINITY
            && (0.0..f64::INFINITY).contains(&volume))
        {
            let mut one = Columns::with_capacity(1);
            one.push(bar);
            Bars::new(one).map_err(|error| error.to_string().replace("bars.", "").replace("[0]", ""))?;
        }
        self.columns.push(bar);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_agrees_with_the_rule() {
        let values = [0.0, -0.0, 1.0, 2.0, 3.0, -1.0, f64::NAN, f64::INFINITY];
        let mut bars = 0;
        for case in 0..values.len().pow(5) {
            let value = |place: u32| values[case / values.len().pow(place) % values.len()];
            let bar = Bar { time: 1, open: value(0), high: value(1), low: value(2), close: value(3), volume: value(4) };
            let mut columns = Columns::default();
            columns.push(bar);
            assert_eq!(Rows::default().add(bar).is_ok(), Bars::new(columns).is_ok(), "{bar:?}");
            bars += usize::from(Rows::default().add(bar).is_ok());
        }
        assert!(bars > 100);
    }

    #[test]
    fn names_are_told_apart() {
        let mut names = Names::default();
        let asked = [("A", "1m"), ("B", "1m"), ("A", "1m"), ("A", "5m")];
        let places = asked.map(|(symbol, frame)| names.place([Some(symbol), Some(frame)]));
        assert_eq!(places, [Ok(0), Ok(1), Ok(0), Ok(2)]);
        assert_eq!(names.place([None, None]), Ok(3));
        assert!(names.place([Some("A B"), None]).is_err() && names.place([None, Some("soon")]).is_err());
        assert_eq!(names.all().len(), 4);
    }

    #[test]
    fn timeframes_of_charts_are_known() {
        for (text, expected) in [("60", "1h"), ("D", "1d"), ("1W", "1w"), ("4H", "4h"), ("15m", "15m")] {
            assert_eq!(timeframe(text).map(|frame| frame.to_string()).as_deref(), Ok(expected));
        }
        for text in ["", "1M", "0", "-5", "H"] {
            assert!(timeframe(text).is_err(), "{text}");
        }
    }
}
