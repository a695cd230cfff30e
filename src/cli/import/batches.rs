//! Groups rows into batches of one series each, in file order. Buffers a bounded number of rows, for any file size.

use std::collections::HashMap;

use atrad::series::{Columns, SeriesId, Symbol, Timeframe};

use super::timeframe::{Evidence, Found};
use crate::cli::files::{Name, Rows};

/// The bars per batch: 13 MB, below the message limit. Smaller batches make the server encode stored bars more often.
pub(super) const BATCH_ROWS: usize = 1 << 18;

/// The maximum number of buffered bars, 48 bytes each.
const HELD_ROWS_MAX: usize = 1 << 20;

/// Bars of one series, in the order of the file.
#[derive(Debug)]
pub(super) struct Batch {
    /// The index of the series in the file.
    pub(super) place: usize,
    /// The series.
    pub(super) id: SeriesId,
    /// Its bars.
    pub(super) columns: Columns,
}

/// A series of the file.
#[derive(Debug)]
pub(super) struct Series {
    /// Its symbol.
    pub(super) symbol: Symbol,
    /// Its timeframe; `None` until detected.
    pub(super) timeframe: Option<Timeframe>,
    /// The number of bars sent in batches.
    pub(super) rows: u64,
    /// The number of rows out of order.
    pub(super) unsorted: u64,
    last: Option<i64>,
    columns: Columns,
}

/// The timeframes of the stored series of a symbol.
pub(super) type Stored = Box<dyn Fn(&Symbol) -> Vec<Timeframe> + Send>;

/// The most symbols of a file whose stored series are looked up.
const LOOKED_UP_MAX: usize = 64;

/// The batches of one file.
pub(super) struct Batches {
    all: Name,
    stored: Stored,
    /// The number of rows that are no bars.
    pub(super) skipped: u64,
    /// The series of the file.
    pub(super) series: Vec<Series>,
    /// The number of rows of other series, not imported.
    pub(super) others: u64,
    /// The detected timeframe.
    pub(super) found: Option<Found>,
    places: HashMap<Name, Option<usize>>,
    held: usize,
}

/// The sink of batches: returns false once the receiver is gone.
type Give<'a> = &'a mut dyn FnMut(Batch) -> bool;

/// Why batching stopped.
#[derive(Debug, PartialEq)]
pub(super) enum Stop {
    /// The receiver is gone.
    Unwanted,
    /// The rows are of no series.
    Unknown(String),
}

impl Batches {
    /// No batches yet, of rows of which the caller, or the head of their file, says this.
    pub(super) fn new(all: Name, stored: Stored) -> Self {
        let (series, places) = (Vec::new(), HashMap::new());
        Self { all, stored, skipped: 0, series, others: 0, found: None, places, held: 0 }
    }

    /// Takes a symbol for all rows, unless the caller said one.
    pub(super) fn name_symbol(&mut self, symbol: Option<Symbol>) {
        self.all.symbol = self.all.symbol.take().or(symbol);
    }

    /// Why nothing of a file with this many bars is imported.
    pub(super) fn nothing(&self, bars: u64) -> String {
        const EXAMPLES_MAX: usize = 20;
        if bars == 0 {
            return "contains no bars".into();
        }
        let names = self.other_names();
        let asked = self.all.symbol.as_ref().map(ToString::to_string);
        let timeframe = self.all.timeframe.map(|timeframe| timeframe.to_string());
        let asked = asked.into_iter().chain(timeframe).collect::<Vec<_>>().join(" ");
        let more = names.len().saturating_sub(EXAMPLES_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let listed = names.iter().take(EXAMPLES_MAX).cloned().collect::<Vec<_>>().join(", ");
        format!(
            "contains no bars of the requested series {asked}; it has {listed}{more}; --rename OLD=NEW stores one under another name"
        )
    }

    /// The series of the file that are not to be imported.
    fn other_names(&self) -> Vec<String> {
        let others = self.places.iter().filter(|(_, place)| place.is_none()).map(|(name, _)| name);
        let text = |name: &Name| {
            let symbol = name.symbol.as_ref().map(ToString::to_string);
            let timeframe = name.timeframe.map(|timeframe| timeframe.to_string());
            symbol.into_iter().chain(timeframe).collect::<Vec<_>>().join(" ")
        };
        let mut names: Vec<String> = others.map(text).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Adds rows, and emits full batches.
    pub(super) fn add(&mut self, rows: Rows, give: Give<'_>) -> Result<(), Stop> {
        let Rows { columns, series, names, .. } = rows;
        self.held += columns.times.len();
        if series.is_empty() {
            if let Some(place) = self.place(&Name::default()).map_err(Stop::Unknown)? {
                self.series[place].append(columns);
                self.give_full(place, give)?;
            }
        } else {
            let places = names.all().iter().map(|name| self.place(name)).collect::<Result<Vec<_>, _>>();
            let places = places.map_err(Stop::Unknown)?;
            let mut rows = vec![Vec::new(); self.series.len()];
            for (row, &name) in series.iter().enumerate() {
                match places[name as usize] {
                    Some(place) => rows[place].push(row),
                    None => {
                        self.others += 1;
                        self.held -= 1;
                    }
                }
            }
            for (place, rows) in rows.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
                self.series[place].columns.append(columns.select(&rows));
                self.give_full(place, give)?;
            }
        }
        if self.held > HELD_ROWS_MAX { self.give_all(give) } else { Ok(()) }
    }

    /// Emits all buffered rows.
    pub(super) fn give_all(&mut self, give: Give<'_>) -> Result<(), Stop> {
        (0..self.series.len()).try_for_each(|place| self.give(place, give))
    }

    /// The index of the series of a name, `None` if it is not to be imported.
    fn place(&mut self, name: &Name) -> Result<Option<usize>, String> {
        if let Some(place) = self.places.get(name) {
            return Ok(*place);
        }
        fn other<T: PartialEq>(one: &Option<T>, two: &Option<T>) -> bool {
            one.is_some() && two.is_some() && one != two
        }
        let wanted = !other(&self.all.symbol, &name.symbol) && !other(&self.all.timeframe, &name.timeframe);
        let place = match wanted {
            false => None,
            true => {
                let symbol = self.all.symbol.clone().or_else(|| name.symbol.clone());
                let symbol = symbol.ok_or("has no symbol column; set --symbol")?;
                let timeframe = self.all.timeframe.or(name.timeframe);
                // `60m` and `1h` are one timeframe.
                let same = |series: &Series| series.symbol == symbol && series.timeframe == timeframe;
                Some(self.series.iter().position(same).unwrap_or_else(|| {
                    let columns = Columns::default();
                    self.series.push(Series { symbol, timeframe, columns, rows: 0, unsorted: 0, last: None });
                    self.series.len() - 1
                }))
            }
        };
        self.places.insert(name.clone(), place);
        Ok(place)
    }

    fn give_full(&mut self, place: usize, give: Give<'_>) -> Result<(), Stop> {
        let full = self.series[place].columns.times.len() >= BATCH_ROWS;
        if full { self.give(place, give) } else { Ok(()) }
    }

    fn give(&mut self, place: usize, give: Give<'_>) -> Result<(), Stop> {
        let columns = &self.series[place].columns;
        if columns.times.is_empty() {
            return Ok(());
        }
        let timeframe = match self.series[place].timeframe.or(self.found.map(|found| found.timeframe)) {
            Some(timeframe) => timeframe,
            None => self.found.insert(self.detect().map_err(Stop::Unknown)?).timeframe,
        };
        let series = &mut self.series[place];
        let columns = std::mem::take(&mut series.columns);
        self.held -= columns.times.len();
        series.count(&columns.times);
        let id = SeriesId { symbol: series.symbol.clone(), timeframe };
        if give(Batch { place, id, columns }) { Ok(()) } else { Err(Stop::Unwanted) }
    }
}

impl Batches {
    /// The timeframe of the series for which nothing says it.
    fn detect(&self) -> Result<Found, String> {
        let open = || self.series.iter().filter(|series| series.timeframe.is_none());
        let evidence = Evidence::of(open().map(|series| &series.columns.times[..]), self.skipped);
        let mut stored: Vec<_> = open().take(LOOKED_UP_MAX).flat_map(|series| (self.stored)(&series.symbol)).collect();
        stored.sort_unstable();
        stored.dedup();
        evidence.decide(&stored)
    }
}

impl Series {
    /// Appends rows of a file of this series alone. Long pieces get room for a batch at once: growing would copy it.
    fn append(&mut self, rows: Columns) {
        let (is_first, piece) = (self.columns.times.is_empty(), rows.times.len());
        self.columns.append(rows);
        if is_first && piece > BATCH_ROWS / 64 {
            let Columns { times, open, high, low, close, volume, .. } = &mut self.columns;
            times.reserve(BATCH_ROWS);
            [open, high, low, close, volume].into_iter().for_each(|values| values.reserve(BATCH_ROWS));
        }
    }

    /// Counts the rows of one more batch.
    fn count(&mut self, times: &[i64]) {
        self.rows += times.len() as u64;
        let across = self.last.is_some_and(|last| times.first().is_some_and(|first| last > *first));
        let within = times.windows(2).filter(|pair| pair[0] > pair[1]).count();
        self.unsorted += within as u64 + u64::from(across);
        self.last = times.last().copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::files::{Row, Rules};
    use atrad::series::Bar;

    fn rows(times: &[i64], names: Option<&[&str]>) -> Rows {
        let mut rows = Rows::new(&Rules::default().into(), times.len());
        for (row, &time) in times.iter().enumerate() {
            let bar =
                Bar { time: time * 1_000_000_000, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: row as f64 };
            let added = Row { line: 0, bar, extras: &[], slack: f64::EPSILON };
            match names {
                Some(names) => rows.add_named(added, [Some(names[row % names.len()]), None]).expect("a bar"),
                None => rows.add(added).expect("a bar"),
            }
        }
        rows
    }

    fn all(symbol: Option<&str>, timeframe: Option<&str>) -> Batches {
        let symbol = symbol.map(|symbol| symbol.parse().expect("legal"));
        let timeframe = timeframe.map(|timeframe| timeframe.parse().expect("legal"));
        Batches::new(Name { symbol, timeframe }, Box::new(|_| Vec::new()))
    }

    fn given(batches: &mut Batches, pieces: Vec<Rows>) -> Result<Vec<(String, Vec<f64>)>, Stop> {
        let mut given = Vec::new();
        let mut give = |batch: Batch| {
            given.push((batch.id.to_string(), batch.columns.volume));
            true
        };
        for rows in pieces {
            batches.add(rows, &mut give)?;
        }
        batches.give_all(&mut give)?;
        Ok(given)
    }

    #[test]
    fn the_order_of_the_file_is_kept_and_told() {
        let mut batches = all(Some("A"), Some("1m"));
        let pieces = vec![rows(&[180, 60, 180], None)];
        let bars = given(&mut batches, pieces).expect("given");
        assert_eq!(bars, [("A 1m".to_owned(), vec![0.0, 1.0, 2.0])]);
        given(&mut batches, vec![rows(&[120, 240], None)]).expect("given");
        assert_eq!((batches.series[0].unsorted, batches.series[0].rows), (2, 5));
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut batches = all(Some("A"), Some("1s"));
        let times: Vec<i64> = (0..BATCH_ROWS as i64 * 3 / 2).collect();
        let mut lens = Vec::new();
        for piece in times.chunks(BATCH_ROWS / 2) {
            let mut give = |batch: Batch| {
                lens.push(batch.columns.times.len());
                true
            };
            batches.add(rows(piece, None), &mut give).expect("given");
        }
        assert_eq!((lens, batches.held), (vec![BATCH_ROWS], BATCH_ROWS / 2));
        let gone = batches.give_all(&mut |_| false);
        assert_eq!(gone, Err(Stop::Unwanted));
    }

    #[test]
    fn series_are_parted_and_filtered() {
        let pieces = || vec![rows(&[60, 60, 120, 120], Some(&["A", "B"])), rows(&[180, 180], Some(&["B", "C"]))];
        let mut batches = all(None, None);
        let bars = given(&mut batches, pieces()).expect("given");
        let names: Vec<_> = bars.iter().map(|(name, volumes)| (&**name, volumes.len())).collect();
        assert_eq!(names, [("A 1m", 2), ("B 1m", 3), ("C 1m", 1)]);
        let mut batches = all(Some("B"), None);
        let bars = given(&mut batches, pieces()).expect("given");
        assert_eq!((bars.len(), bars[0].1.len(), batches.others), (1, 3, 3));
        assert_eq!(batches.other_names(), ["A", "C"]);
        let Err(Stop::Unknown(why)) = given(&mut all(None, None), vec![rows(&[60], None)]) else { panic!("refused") };
        assert!(why.contains("--symbol"), "{why}");
    }
}
