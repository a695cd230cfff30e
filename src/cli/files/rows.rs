//! Rows of a file of any format: valid bars, and the reasons of invalid rows.

use std::collections::HashMap;
use std::sync::Arc;

use atrad::series::{self, Bar, ColumnName, Columns, PriceRange, Symbol, Timeframe};

use super::repair::Repair;

/// The maximum number of skipped rows reported one by one.
pub(crate) const EXAMPLES_MAX: usize = 20;

/// What holds for every row of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// The prices that are legal.
    pub(crate) prices: PriceRange,
    /// What is done about a high below another price, and a low above.
    pub(crate) repair: Repair,
    /// Other names for symbols, as the file writes them.
    pub(crate) renames: Vec<Rename>,
    /// The extra columns.
    pub(crate) extras: Vec<ColumnName>,
}

/// Another name for a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rename {
    /// The symbol as the file writes it.
    pub(crate) old: Box<str>,
    /// The symbol that it gets.
    pub(crate) new: Symbol,
}

/// Some rows of a file, in its order.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    rules: Arc<Rules>,
    /// The bars. Each is one, but their times may be in any order.
    pub(crate) columns: Columns,
    /// The name in `names` of each bar; empty when no bar has one.
    pub(crate) series: Vec<u32>,
    /// What the file says about the series of its bars.
    pub(crate) names: Names,
    /// The invalid rows.
    pub(crate) skipped: Remarks,
    /// The number of invalid rows whose high is below another price, or whose low is above.
    pub(crate) contradictory: u64,
    /// The rows whose high or low was repaired.
    pub(crate) repaired: Remarks,
    /// The rows with a whole number that no `f64` is, of which the nearest is stored.
    pub(crate) rounded: Remarks,
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

/// Rows to report.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Remarks {
    /// Their number.
    pub(crate) count: u64,
    /// The first of them: line and reason.
    pub(crate) examples: Vec<(u64, String)>,
}

impl Names {
    /// The names, in the order in which they came.
    pub(crate) fn all(&self) -> &[Name] {
        &self.names
    }

    /// The index of a name, added if new, or why it is invalid.
    fn place(&mut self, texts: [Option<&str>; 2], renames: &[Rename]) -> Result<u32, String> {
        let same = |known: &[Option<Box<str>>; 2]| known[0].as_deref() == texts[0] && known[1].as_deref() == texts[1];
        if self.texts.get(self.last).is_some_and(same) {
            return Ok(self.last as u32);
        }
        let key = texts.map(|text| text.map(Box::from));
        let place = match self.places.get(&key) {
            Some(&place) => place,
            None => {
                let symbol = texts[0].map(|text| symbol(text, renames)).transpose()?;
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

/// A symbol, by its other name if it has one.
fn symbol(text: &str, renames: &[Rename]) -> Result<Symbol, String> {
    match renames.iter().find(|rename| *rename.old == *text) {
        Some(rename) => Ok(rename.new.clone()),
        None => text.parse().map_err(|error: series::Error| format!("{error}; --rename gives it another name")),
    }
}

/// A timeframe as files write it: `1h` or `1H`, and as charts do, `D`, `W`, or a count of minutes.
fn timeframe(text: &str) -> Result<Timeframe, String> {
    if text.ends_with('M') {
        return Err(format!("{text} is ambiguous: months or minutes; write 1m for one minute"));
    }
    let plain = match text {
        "D" | "W" => format!("1{}", text.to_lowercase()),
        _ if text.ends_with(|unit: char| unit.is_ascii_digit()) => format!("{text}m"),
        _ if text.ends_with(['H', 'D', 'W']) => text.to_ascii_lowercase(),
        _ => text.into(),
    };
    plain.parse().map_err(|error: series::Error| error.to_string())
}

impl Remarks {
    /// Counts a row.
    pub(crate) fn add(&mut self, line: u64, why: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push((line, why()));
        }
    }

    /// Counts the rows of a later piece, whose line 0 is `line`.
    pub(crate) fn append(&mut self, later: Self, line: u64) {
        self.count += later.count;
        let room = EXAMPLES_MAX - self.examples.len();
        self.examples.extend(later.examples.into_iter().take(room).map(|(at, why)| (line + at, why)));
    }
}

impl std::str::FromStr for Rename {
    type Err = String;

    /// `OLD=NEW`; `OLD->NEW` where a symbol has an equals sign itself.
    fn from_str(text: &str) -> Result<Self, String> {
        let split = match text.split_once("->") {
            None if text.matches('=').count() > 1 => return Err(format!("is not clear, write OLD->NEW, got {text:?}")),
            None => text.split_once('='),
            split => split,
        };
        let (old, new) = split.filter(|(old, _)| !old.is_empty()).ok_or("must be OLD=NEW, as in XBT/USD=BTCUSD")?;
        Ok(Self { old: old.into(), new: new.parse().map_err(|error: series::Error| error.to_string())? })
    }
}

impl Rows {
    /// No rows yet, with room for a number of bars.
    pub(crate) fn new(rules: &Arc<Rules>, rows: usize) -> Self {
        let extra = rules.extras.iter().map(|&name| (name, Vec::new())).collect();
        let columns = Columns { extra, ..Columns::with_capacity(rows) };
        Self { rules: Arc::clone(rules), columns, ..Self::default() }
    }

    /// Adds a bar of the series that the file names, or reports why it is invalid.
    pub(crate) fn add_named(&mut self, row: Row<'_>, name: [Option<&str>; 2]) -> Result<(), String> {
        let place = self.names.place(name, &self.rules.renames)?;
        self.add(row)?;
        self.series.push(place);
        Ok(())
    }

    /// Adds a bar, or reports why it is invalid. A fast check accepts common bars; `series` checks the rest.
    pub(crate) fn add(&mut self, Row { line, bar, extras, slack }: Row<'_>) -> Result<(), String> {
        let Bar { open, high, low, close, volume, .. } = bar;
        let holds = |price| low <= price && price <= high;
        let mut bar = bar;
        if !(low >= 0.0
            && holds(open)
            && holds(close)
            && high < f64::INFINITY
            && (0.0..f64::INFINITY).contains(&volume))
        {
            if let Some((repaired, what)) = self.rules.repair.repaired(bar, slack) {
                bar = repaired;
                self.repaired.add(line, || what);
            }
            let mut one = Columns::with_capacity(1);
            one.push(bar);
            one.check(self.rules.prices).map_err(|error| {
                let is_order = matches!(error, series::Error::HighBelow { .. } | series::Error::LowAbove { .. });
                self.contradictory += u64::from(is_order);
                explained(&error, self.rules.repair)
            })?;
        }
        self.columns.push(bar);
        for ((_, values), value) in self.columns.extra.iter_mut().zip(extras) {
            *values.last_mut().expect("a bar was pushed") = *value;
        }
        Ok(())
    }
}

/// A row of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Its line, from 0 in its piece of the file.
    pub(crate) line: u64,
    /// Its bar.
    pub(crate) bar: Bar,
    /// The values of its extra columns, finite or NaN.
    pub(crate) extras: &'a [f64],
    /// The relative distance of neighbours among the numbers of the file: that of `f64`, or of the narrower type that its
    /// columns have.
    pub(crate) slack: f64,
}

/// Why a row is no bar, and what may help.
fn explained(error: &series::Error, repair: Repair) -> String {
    let text = error.to_string().replace("bars.", "").replace("[0]", "");
    match error {
        series::Error::HighBelow { .. } | series::Error::LowAbove { .. } if repair != Repair::Percent => {
            format!("{text} (--repair percent widens what is off by up to 1 %)")
        }
        series::Error::Value { column: "open" | "high" | "low" | "close", given, .. } if *given < 0.0 => {
            format!("{text} (--prices any takes prices below 0)")
        }
        series::Error::Value { column: "volume", .. } => format!("{text} (--columns volume=none stores 0)"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atrad::series::Bars;

    fn row(bar: Bar) -> Row<'static> {
        Row { line: 0, bar, extras: &[], slack: f64::EPSILON }
    }

    #[test]
    fn the_short_way_agrees_with_the_rule() {
        let values = [0.0, -0.0, 1.0, 2.0, 3.0, -1.0, f64::NAN, f64::INFINITY];
        for prices in [PriceRange::NotNegative, PriceRange::Any] {
            let rules = Arc::new(Rules { prices, repair: Repair::None, ..Rules::default() });
            let mut bars = 0;
            for case in 0..values.len().pow(5) {
                let value = |place: u32| values[case / values.len().pow(place) % values.len()];
                let bar =
                    Bar { time: 1, open: value(0), high: value(1), low: value(2), close: value(3), volume: value(4) };
                let mut columns = Columns::default();
                columns.push(bar);
                let added = Rows::new(&rules, 1).add(row(bar)).is_ok();
                assert_eq!(added, Bars::in_range(columns, prices).is_ok(), "{bar:?}");
                bars += usize::from(added);
            }
            assert!(bars > 100);
        }
    }

    #[test]
    fn names_can_be_changed() {
        let rename: Rename = "bad one=GOOD".parse().expect("legal");
        assert_eq!(symbol("bad one", &[rename]).map(|symbol| symbol.to_string()).as_deref(), Ok("GOOD"));
        assert!(symbol("bad one", &[]).expect_err("refused").contains("--rename"));
        let yahoo: Rename = "EURUSD=X->EURUSD".parse().expect("legal");
        assert_eq!((&*yahoo.old, yahoo.new.as_str()), ("EURUSD=X", "EURUSD"));
        for wrong in ["A", "=B", "A=", "A=b c", "EURUSD=X=EURUSD"] {
            assert!(wrong.parse::<Rename>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_told_apart() {
        let mut names = Names::default();
        let asked = [("A", "1m"), ("B", "1m"), ("A", "1m"), ("A", "5m")];
        let places = asked.map(|(symbol, frame)| names.place([Some(symbol), Some(frame)], &[]));
        assert_eq!(places, [Ok(0), Ok(1), Ok(0), Ok(2)]);
        assert_eq!(names.place([None, None], &[]), Ok(3));
        assert!(names.place([Some("A B"), None], &[]).is_err() && names.place([None, Some("soon")], &[]).is_err());
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
