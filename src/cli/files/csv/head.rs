//! The first lines of a text: the delimiter, the column names, and preamble lines above them.

use super::super::columns::{Layout, List};
use super::super::number;
use super::super::options::Options;
use super::super::time;

/// The delimiters.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// How to parse a text.
#[derive(Debug)]
pub(crate) struct Head {
    /// The delimiter.
    pub(super) delimiter: u8,
    /// Which column is which.
    pub(crate) layout: Layout,
    /// The symbol of all rows, from the header.
    pub(crate) symbol: Option<Box<str>>,
    /// The lines of the head.
    pub(crate) lines: u64,
    /// The bytes of the head.
    pub(super) bytes: usize,
}

impl Head {
    /// Reads the head of a text from its first lines.
    pub(super) fn of(text: &[u8], options: &Options) -> Result<Self, String> {
        let mut lines = Lines { text, at: if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, count: 0 };
        let mut said = None;
        let (line, (at, count)) = loop {
            let before = (lines.at, lines.count);
            let line = lines.next().ok_or("contains no bars")?;
            said = said.or(delimiter_said(line));
            // CryptoDataDownload has its URL above the header; other files have comments there.
            let above = line.is_empty()
                || line.starts_with(b"#")
                || (line.starts_with(b"http") && !line.contains(&b','))
                || delimiter_said(line).is_some();
            if !above {
                break (line, before);
            }
        };
        refuse_other_texts(line)?;
        let often = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
        let delimiter = said.or(DELIMITERS.into_iter().rev().max_by_key(often)).unwrap_or(b',');
        let names = fields(line, delimiter);
        if let Some((layout, is_row)) = without_names(&names, options)? {
            let (bytes, lines) = if is_row { (at, count) } else { (lines.at, lines.count) };
            return Ok(Self { delimiter, layout, symbol: None, lines, bytes });
        }
        let (symbol, names) = match names[0] {
            "Price" | "Ticker" => lines.tickers(names, delimiter)?,
            _ => (None, names),
        };
        let layout = Layout::of(&names, &options.columns, &options.extras)?;
        Ok(Self { delimiter, layout, symbol, lines: lines.count, bytes: lines.at })
    }
}

/// The delimiter of a line like `sep=;`, which Excel writes and reads.
fn delimiter_said(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii().strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (start, delimiter) = line.split_at_checked(4)?;
    match (start.eq_ignore_ascii_case(b"sep="), delimiter) {
        (true, [delimiter]) => Some(*delimiter),
        // A tab was taken for a blank.
        (true, []) => Some(b'\t'),
        _ => None,
    }
}

/// Refuses texts of other formats.
fn refuse_other_texts(line: &[u8]) -> Result<(), String> {
    let starts = |text: &str| line.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()));
    if starts("[") || starts("{") {
        return Err("is JSON, not CSV; save it as CSV or Parquet".into());
    }
    if starts("<!doctype") || starts("<html") || starts("<?xml") {
        return Err("is a web page or XML, not CSV; the download may have failed".into());
    }
    Ok(())
}

/// The layout of a file whose first line has no names: it is a row already, or only counts the columns.
fn without_names(names: &[&str], options: &Options) -> Result<Option<(Layout, bool)>, String> {
    let (choices, extras) = (&options.columns, &options.extras);
    // The column names that pandas gives the lists of ccxt, with or without an index column.
    for offset in 0..=1 {
        let counted = names.iter().skip(offset).enumerate().all(|(at, name)| *name == at.to_string());
        if names.len() == offset + 6 && names[..offset].iter().all(|name| name.is_empty()) && counted {
            let list = List::assumed(6, false).filter(|_| offset == 0 || choices.is_empty());
            return Ok(Some((Layout::of_list(names.len(), offset, list, choices, extras)?, false)));
        }
    }
    let style = options.numbers.unwrap_or_default();
    let is_number = |name: &&str| number::price(name.as_bytes(), style).is_some();
    let is_time = time::is_time(names[0].as_bytes());
    if !is_time || !names[1..].iter().any(is_number) {
        return Ok(None);
    }
    let with_clock = is_date_and_clock(names);
    let list = List::assumed(names.len(), with_clock);
    let prices = 1 + usize::from(with_clock);
    if choices.is_empty() && !(list.is_some() && names[prices..prices + 5].iter().all(is_number)) {
        let clock = if with_clock {
            "time=1,clock=2,open=3,high=4,low=5,close=6"
        } else {
            "time=1,open=2,high=3,low=4,close=5"
        };
        return Err(format!(
            "has no header, and its {} columns are not those of a known list: {}; say which they are with --columns, as in \
             --columns {clock},volume=none",
            names.len(),
            names.join(", ")
        ));
    }
    Ok(Some((Layout::of_list(names.len(), 0, list, choices, extras)?, true)))
}

/// Whether a row has a date, and a time of day in a column of its own: `18:49`, or six digits behind a date of eight.
fn is_date_and_clock(names: &[&str]) -> bool {
    let [date, clock, _, ..] = names else { return false };
    let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_clock = clock.contains(':') || (digits(clock, 6) && (digits(date, 8) || !digits(date, date.len())));
    is_clock && time::is_clock(clock.as_bytes())
}

/// The lines of a text, one after the other.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    count: u64,
}

impl<'a> Lines<'a> {
    /// The next line, if there is one.
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        self.at += end;
        self.count += 1;
        Some(rest[..end].trim_ascii())
    }

    /// yfinance puts two more lines under its header, the symbol of each column and the name of the index, or has the
    /// symbols above the names: the symbol of all columns, and their names.
    fn tickers(&mut self, names: Vec<&'a str>, delimiter: u8) -> Result<(Option<Box<str>>, Vec<&'a str>), String> {
        let before = (self.at, self.count);
        let second = self.next().map(|line| fields(line, delimiter)).unwrap_or_default();
        let (names, tickers) = match (names[0], second.first()) {
            ("Price", Some(&"Ticker")) => (names, second),
            ("Ticker", Some(&"Price")) => (second, names),
            _ => {
                (self.at, self.count) = before;
                return Ok((None, names));
            }
        };
        let mut symbols = tickers[1..].to_vec();
        symbols.sort_unstable();
        symbols.dedup();
        if symbols.len() > 1 {
            return Err(format!(
                "has the symbols {} side by side, and atrad reads one bar in each row: save each symbol in a file of its \
                 own, as with data.xs(\"{}\", axis=1, level=\"Ticker\").to_csv(...)",
                symbols.join(", "),
                symbols[0]
            ));
        }
        let before = (self.at, self.count);
        if !self.next().is_some_and(|line| line.starts_with(b"Date")) {
            (self.at, self.count) = before;
        }
        Ok((symbols.first().map(|symbol| (*symbol).into()), names))
    }
}

/// The fields of a line, as text.
fn fields(line: &[u8], delimiter: u8) -> Vec<&str> {
    let mut fields = Vec::new();
    split(line, delimiter, usize::MAX, &mut fields);
    fields.into_iter().map(|field| std::str::from_utf8(field).unwrap_or("?")).collect()
}

/// Up to a number of fields of a line, without blanks and quotes; what stands behind them, if there are more.
pub(super) fn split<'a>(line: &'a [u8], delimiter: u8, width: usize, fields: &mut Vec<&'a [u8]>) -> Option<&'a [u8]> {
    fields.clear();
    let mut rest = Some(line);
    while let Some(text) = rest.filter(|_| fields.len() < width) {
        let quoted = text.strip_prefix(b"\"").and_then(|text| text.iter().position(|&byte| byte == b'"'));
        let from = quoted.map_or(0, |end| end + 2);
        let end = text[from..].iter().position(|&byte| byte == delimiter).map_or(text.len(), |at| from + at);
        let field = text[..end].trim_ascii();
        let bare = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\""));
        fields.push(bare.map_or(field, |bare| bare.trim_ascii()));
        rest = text.get(end + 1..);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::of(text.as_bytes(), &Options::default()).expect("understood")
    }

    fn refused(text: &[u8]) -> String {
        Head::of(text, &Options::default()).expect_err("refused")
    }

    #[test]
    fn what_stands_above_the_header_is_passed_over() {
        let head =
            head("\u{feff}https://www.CryptoDataDownload.com\r\n\r\n# daily\r\nunix;open;high;low;close;volume\r\n1;");
        assert_eq!((head.delimiter, head.lines, head.bytes), (b';', 4, 83));
    }

    #[test]
    fn files_without_a_header_are_known_by_their_columns() {
        let row = "1502942400000,4261.48,4313.62,4261.32,4308.83,47.18,1502945999999,202366.13,171,35.16,150952.47,0\n";
        let seven: String = row.split(',').take(7).collect::<Vec<_>>().join(",");
        for text in [row, &seven, "2020-01-01,1,1,1,1,1"] {
            assert_eq!((head(text).lines, head(text).bytes), (0, 0), "{text}");
        }
        for text in ["0,1,2,3,4,5\n1502942400000,1,1,1,1,1\n", ",0,1,2,3,4,5\n0,1502942400000,1,1,1,1,1\n"] {
            assert_eq!(head(text).lines, 1, "{text}");
        }
        assert!(refused(b"1502942400000,1,1,1\n").contains("--columns time=1"));
        for text in [
            "2011.12.08,18:49,77.7,77.71,77.7,77.7,30",
            "20111208,184900,77.7,77.71,77.7,77.7,30",
            "01/02/2020,1,1,1,1,1",
            "20120201 000000;1.3;1.3;1.3;1.3;0",
        ] {
            assert_eq!((head(text).lines, head(text).bytes), (0, 0), "{text}");
        }
    }

    #[test]
    fn the_delimiter_can_be_said() {
        let head = head("sep=;\r\ntime;open;high;low;close;a,b,c,d,e,f;volume\r\n");
        assert_eq!((head.delimiter, head.lines), (b';', 2));
    }

    #[test]
    fn the_symbol_of_yfinance_is_found() {
        let text =
            "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n2020-01-02,1,1,1,1,1\n";
        let head = head(text);
        assert_eq!((head.symbol.as_deref(), head.lines), (Some("AAPL"), 3));
        assert!(refused(&text.replacen("AAPL", "MSFT", 1).into_bytes()).contains("AAPL, MSFT side by side"));
        let several = "Price,Close,Close,High,High\nTicker,A,B,A,B\nDate,,,,\n2020-01-02,1,1,1,1\n";
        assert!(refused(several.as_bytes()).contains("A, B side by side"));
        let above = "Ticker,A,A,A,A,A\nPrice,Open,High,Low,Close,Volume\nDate,,,,,\n2020-01-02,1,1,1,1,1\n";
        assert_eq!(Head::of(above.as_bytes(), &Options::default()).expect("understood").symbol.as_deref(), Some("A"));
    }

    #[test]
    fn what_is_no_csv_is_told() {
        for (text, why) in [
            (&b"[[1,2,3]]"[..], "JSON"),
            (b"<!DOCTYPE html>", "web page"),
            (b"", "contains no bars"),
            (b"\n\n", "contains no bars"),
            (b"hello\n", "no column for time"),
            (b"\0\0\0\0", "no column for time"),
        ] {
            assert!(refused(text).contains(why), "{}", refused(text));
        }
    }
}
