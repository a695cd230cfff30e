//! The first lines of a text: the delimiter, the column names, and preamble lines above them.

use super::super::layout::{Choice, Layout};
use super::super::number;
use crate::cli::times;

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
    pub(super) fn of(text: &[u8], choices: &[Choice]) -> Result<Self, String> {
        if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
            return Err("is UTF-16; save it as UTF-8".into());
        }
        let mut lines = Lines { text, at: if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }, count: 0 };
        let first = loop {
            let before = (lines.at, lines.count);
            let line = lines.next().ok_or("contains no bars")?;
            // CryptoDataDownload has its URL above the header; other files have comments there.
            let above =
                line.is_empty() || line.starts_with(b"#") || (line.starts_with(b"http") && !line.contains(&b','));
            if !above {
                break (line, before);
            }
        };
        let (line, (at, count)) = first;
        if line.starts_with(b"[") || line.starts_with(b"{") {
            return Err("is JSON, not CSV".into());
        }
        let often = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(often).unwrap_or(b',');
        let names = fields(line, delimiter);
        if let Some((layout, is_row)) = Self::without_names(&names, choices)? {
            let (bytes, lines) = if is_row { (at, count) } else { (lines.at, lines.count) };
            return Ok(Self { delimiter, layout, symbol: None, lines, bytes });
        }
        let layout = Layout::of(&names, choices)?;
        let symbol = if names[0] == "Price" { lines.tickers(delimiter)? } else { None };
        Ok(Self { delimiter, layout, symbol, lines: lines.count, bytes: lines.at })
    }

    /// The layout of a file whose first line has no names: it is a row already, or only counts the columns.
    fn without_names(names: &[&str], choices: &[Choice]) -> Result<Option<(Layout, bool)>, String> {
        // The column names that pandas gives the lists of ccxt, with or without an index column.
        for offset in 0..=1 {
            let counted = names.iter().skip(offset).enumerate().all(|(at, name)| *name == at.to_string());
            if names.len() == offset + 6 && names[..offset].iter().all(|name| name.is_empty()) && counted {
                return Ok(Some((Layout::of_numbered(names.len(), offset, choices)?, false)));
            }
        }
        let is_number = |name: &&str| number::read(name.as_bytes()).is_some();
        if times::read(names[0]).is_none() || !names[1..].iter().any(is_number) {
            return Ok(None);
        }
        // Plain lists (6), Kraken (7, with a count of trades), and klines of Binance (12).
        if choices.is_empty() && !(matches!(names.len(), 6 | 7 | 12) && names[1..6].iter().all(is_number)) {
            let names = names.join(", ");
            return Err(format!(
                "has no header, and its columns are not those of Binance, Kraken or ccxt: {names}; say which they are \
                 with --columns time=1,open=2,high=3,low=4,close=5,volume=6"
            ));
        }
        Ok(Some((Layout::of_numbered(names.len(), 0, choices)?, true)))
    }
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

    /// yfinance puts two more lines under its header: the symbol of each column, and the name of the index.
    fn tickers(&mut self, delimiter: u8) -> Result<Option<Box<str>>, String> {
        let before = (self.at, self.count);
        let symbol = match self.next().map(|line| fields(line, delimiter)) {
            Some(tickers) if tickers[0] == "Ticker" && tickers.len() > 1 => {
                if tickers[1..].iter().any(|ticker| *ticker != tickers[1]) {
                    return Err("has several symbols side by side; save each in a file of its own".into());
                }
                Some(tickers[1].into())
            }
            _ => {
                (self.at, self.count) = before;
                return Ok(None);
            }
        };
        let before = (self.at, self.count);
        if !self.next().is_some_and(|line| line.starts_with(b"Date")) {
            (self.at, self.count) = before;
        }
        Ok(symbol)
    }
}

/// The fields of a line, as text.
fn fields(line: &[u8], delimiter: u8) -> Vec<&str> {
    let mut fields = Vec::new();
    split(line, delimiter, usize::MAX, &mut fields);
    fields.into_iter().map(|field| std::str::from_utf8(field).unwrap_or("?")).collect()
}

/// Up to a number of fields of a line, without blanks and quotes.
pub(super) fn split<'a>(line: &'a [u8], delimiter: u8, width: usize, fields: &mut Vec<&'a [u8]>) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::of(text.as_bytes(), &[]).expect("understood")
    }

    fn refused(text: &[u8]) -> String {
        Head::of(text, &[]).expect_err("refused")
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
    }

    #[test]
    fn the_symbol_of_yfinance_is_found() {
        let text =
            "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n2020-01-02,1,1,1,1,1\n";
        let head = head(text);
        assert_eq!((head.symbol.as_deref(), head.lines), (Some("AAPL"), 3));
        assert!(refused(&text.replacen("AAPL", "MSFT", 1).into_bytes()).contains("side by side"));
    }

    #[test]
    fn what_is_no_csv_is_told() {
        for (text, why) in [
            (&b"\xff\xfet\0i\0"[..], "UTF-16"),
            (b"[[1,2,3]]", "JSON"),
            (b"", "contains no bars"),
            (b"\n\n", "contains no bars"),
            (b"hello\n", "no column for time"),
            (b"\0\0\0\0", "no column for time"),
        ] {
            assert!(refused(text).contains(why), "{}", refused(text));
        }
    }
}
