//! Bars from CSV: columns by the names people use, rows that are no bars told by line, order and duplicates mended.

use std::io::Read;

use atrad::series::{Bar, Bars, Columns};
use csv::{ByteRecord, ReaderBuilder, Trim};

use super::times;

/// The names of each column in headers, lower case, the most exact first.
const NAMES: [(&str, &[&str]); 6] = [
    ("time", &["ts", "time", "timestamp", "date", "datetime", "open_time", "open time", "opentime", "unix"]),
    ("open", &["open", "o"]),
    ("high", &["high", "h"]),
    ("low", &["low", "l"]),
    ("close", &["close", "c"]),
    ("volume", &["volume", "vol", "v"]),
];

/// How many of the skipped rows are told one by one.
const TOLD_MAX: usize = 20;

/// What a file held.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The bars, in order of time; `None` when there are none.
    pub(crate) bars: Option<Bars>,
    /// The rows that are no bars.
    pub(crate) skipped: u64,
    /// The first of them: line and reason.
    pub(crate) told: Vec<(u64, String)>,
    /// The rows were not in order of time.
    pub(crate) sorted: bool,
    /// Rows that another with the same time came after.
    pub(crate) duplicates: usize,
}

/// Reads a whole file.
pub(crate) fn read(input: impl Read) -> Result<Rows, String> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(input);
    let places = places(reader.byte_headers().map_err(|error| error.to_string())?)?;
    let mut rows = Rows::default();
    let mut bars = Vec::new();
    let (mut record, mut one) = (ByteRecord::new(), Columns::with_capacity(1));
    while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
        match bar(&record, &places).and_then(|bar| check(bar, &mut one)) {
            Ok(bar) => bars.push(bar),
            Err(why) => rows.skip(record.position().map_or(0, |position| position.line()), why),
        }
    }
    rows.sorted = !bars.is_sorted_by_key(|bar| bar.time);
    if rows.sorted {
        // Stable, so that of rows with the same time the last stays last.
        bars.sort_by_key(|bar| bar.time);
    }
    let read = bars.len();
    let columns = last_of_each_time(&bars);
    rows.duplicates = read - columns.times.len();
    rows.bars =
        if read == 0 { None } else { Some(Bars::new(columns).expect("every row was checked and put in order")) };
    Ok(rows)
}

impl Rows {
    fn skip(&mut self, line: u64, why: String) {
        self.skipped += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push((line, why));
        }
    }
}

fn last_of_each_time(bars: &[Bar]) -> Columns {
    let mut columns = Columns::with_capacity(bars.len());
    for same in bars.chunk_by(|one, two| one.time == two.time) {
        columns.push(*same.last().expect("a chunk holds at least one"));
    }
    columns
}

/// Where each column stands.
fn places(header: &ByteRecord) -> Result<[usize; 6], String> {
    let header: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    // Some programs start a file with a byte order mark.
    let at = |name: &&str| header.iter().position(|given| given.trim_start_matches('\u{feff}') == *name);
    let mut places = [0; 6];
    for ((column, names), place) in NAMES.iter().zip(&mut places) {
        *place = names.iter().find_map(at).ok_or_else(|| {
            format!("the header has no column for {column}, which is called one of: {}", names.join(", "))
        })?;
    }
    Ok(places)
}

/// The bar of a row, or why it is none.
fn bar(record: &ByteRecord, places: &[usize; 6]) -> Result<Bar, String> {
    let text = |column: usize| {
        let field = record.get(places[column]).ok_or_else(|| format!("has no {}", NAMES[column].0))?;
        std::str::from_utf8(field).map_err(|_| format!("{} is not text", NAMES[column].0))
    };
    let number = |column: usize| {
        let text = text(column)?;
        text.parse::<f64>().map_err(|_| format!("{} is not a number: {text:?}", NAMES[column].0))
    };
    let time = text(0)?;
    let time = times::read(time).ok_or_else(|| format!("time is not one that is known: {time:?}"))?;
    Ok(Bar { time, open: number(1)?, high: number(2)?, low: number(3)?, close: number(4)?, volume: number(5)? })
}

/// The bar, if it is one; checked by the house's own rules, in room that is used again.
fn check(bar: Bar, room: &mut Columns) -> Result<Bar, String> {
    let mut one = std::mem::take(room);
    one.times.clear();
    for column in [&mut one.open, &mut one.high, &mut one.low, &mut one.close, &mut one.volume] {
        column.clear();
    }
    one.push(bar);
    match Bars::new(one) {
        Ok(checked) => {
            *room = checked.into_columns();
            Ok(bar)
        }
        Err(error) => Err(error.to_string().replace("bars.", "").replace("[0]", "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(text: &str) -> Bars {
        read(text.as_bytes()).expect("read").bars.expect("there are bars")
    }

    #[test]
    fn headers_people_use_are_understood() {
        let plain = bars("ts,open,high,low,close,volume\n1577836800,1,3,0.5,2,10\n");
        for text in [
            "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-01,1,3,0.5,2,1.9,10\n",
            "volume,close,low,high,open,timestamp\n10,2,0.5,3,1,1577836800000\n",
            "\u{feff}Open time, Open , High, Low, Close, Volume, Close time\n2020-01-01T00:00:00Z,1,3,0.5,2,10,x\n",
        ] {
            assert_eq!(bars(text), plain, "{text}");
        }
        let error = read("ts,open,high,low,close\n".as_bytes()).expect_err("refused");
        assert!(error.contains("volume"), "{error}");
    }

    #[test]
    fn rows_that_are_no_bars_are_told() {
        let text = "ts,open,high,low,close,volume\n1,1,1,1,1,1\n2,x,1,1,1,1\n3,1,0.5,0.5,1,1\n4,1,1\n5,1,1,1,1,-1\n";
        let rows = read(text.as_bytes()).expect("read");
        let told: Vec<_> = rows.told.iter().map(|(line, why)| format!("{line}: {why}")).collect();
        assert_eq!(
            told,
            [
                "3: open is not a number: \"x\"",
                "4: high must be at least open, 1, got 0.5",
                "5: has no low",
                "6: volume must be finite and at least 0, got -1",
            ]
        );
        assert_eq!((rows.skipped, rows.bars.map(|bars| bars.len())), (4, Some(1)));
    }

    #[test]
    fn order_and_duplicates_are_mended_and_the_last_wins() {
        let rows =
            read("ts,open,high,low,close,volume\n3,1,1,1,1,1\n1,1,1,1,1,2\n3,1,1,1,1,4\n".as_bytes()).expect("read");
        assert!(rows.sorted && rows.duplicates == 1);
        let bars = rows.bars.expect("there are bars");
        assert_eq!(bars.times(), [1_000_000_000, 3_000_000_000]);
        assert_eq!(bars.bar(1).volume, 4.0);
    }

    #[test]
    fn a_file_of_nonsense_does_not_fill_the_screen() {
        let text = format!("ts,o,h,l,c,v\n{}", "x,1,1,1,1,1\n".repeat(1000));
        let rows = read(text.as_bytes()).expect("read");
        assert_eq!((rows.skipped, rows.told.len()), (1000, TOLD_MAX));
        assert!(rows.bars.is_none());
    }
}
