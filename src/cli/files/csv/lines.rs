//! Parses lines into rows.

use atrad::series::{Bar, Columns};

use super::super::layout::Role;
use super::super::number;
use super::super::rows::Rows;
use super::head::{Head, split};
use crate::cli::times;

/// The length of a short line in bytes, to estimate the number of lines.
const LINE_BYTES: usize = 40;

/// Parses a block of complete lines. Lines count from 0.
pub(super) fn rows(block: &[u8], head: &Head) -> Rows {
    let mut rows = Rows { columns: Columns::with_capacity(block.len() / LINE_BYTES), ..Rows::default() };
    let (width, named) = (head.layout.width(), head.layout.names_series());
    let mut fields = Vec::with_capacity(width);
    let block = block.strip_suffix(b"\n").unwrap_or(block);
    for (at, line) in (0..).zip(block.split(|&byte| byte == b'\n')) {
        rows.lines += 1;
        split(line, head.delimiter, width, &mut fields);
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        let row = Row { fields: &fields, head };
        let added = row.bar().and_then(|bar| match named {
            true => rows.add_named(bar, row.text(Role::Symbol), row.text(Role::Timeframe)),
            false => rows.add(bar),
        });
        if let Err(why) = added {
            rows.skipped.add(at, || why);
        }
    }
    rows
}

/// The fields of one line.
struct Row<'a> {
    fields: &'a [&'a [u8]],
    head: &'a Head,
}

impl<'a> Row<'a> {
    fn bar(&self) -> Result<Bar, String> {
        Ok(Bar {
            time: self.time()?,
            open: self.number(Role::Open)?,
            high: self.number(Role::High)?,
            low: self.number(Role::Low)?,
            close: self.number(Role::Close)?,
            volume: self.number(Role::Volume)?,
        })
    }

    fn field(&self, role: Role) -> Result<Option<&'a [u8]>, String> {
        let Some(place) = self.head.layout.place(role) else { return Ok(None) };
        self.fields.get(place).copied().map(Some).ok_or_else(|| format!("has no {}", role.name()))
    }

    fn number(&self, role: Role) -> Result<f64, String> {
        // Volume is optional.
        let Some(field) = self.field(role)? else { return Ok(0.0) };
        number::read(field).ok_or_else(|| format!("{} {}", role.name(), number::complain(field)))
    }

    fn time(&self) -> Result<i64, String> {
        let field = self.field(Role::Time)?.unwrap_or_default();
        let clock = self.field(Role::Clock)?;
        let text = String::from_utf8_lossy(field);
        let time = match clock {
            None => times::read(&text),
            Some(clock) => times::of_day(&text, &String::from_utf8_lossy(clock)),
        };
        time.ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            let clock = clock.map(|clock| format!(" {:?}", String::from_utf8_lossy(clock))).unwrap_or_default();
            let hint = match text.split(['/', '.', '-']).map(str::len).collect::<Vec<_>>()[..] {
                [1 | 2, 1 | 2, 2 | 4 | 5..=40] => "; day and month cannot be told apart, write 2021-06-17",
                _ => "",
            };
            format!("time has an unknown format: {text:?}{clock}{hint}")
        })
    }

    fn text(&self, role: Role) -> Option<&'a str> {
        // Invalid UTF-8 is refused as an invalid name.
        Some(std::str::from_utf8(self.fields.get(self.head.layout.place(role)?)?).unwrap_or("\u{fffd}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Rows {
        let head = Head::of(text.as_bytes(), &[]).expect("understood");
        rows(&text.as_bytes()[head.bytes..], &head)
    }

    #[test]
    fn rows_that_are_no_bars_are_told() {
        let text = "ts,open,high,low,close,volume\n1,1,1,1,1,1\n2,x,1,1,1,1\n\n3,1,0.5,0.5,1,1\n4,1,1\n5,1,1,1,1,-1\r\n\
                    01/02/2020,1,1,1,1,1\n6,1,1,1,1,\0\n7,1,1,1,1,inf";
        let rows = read(text);
        let told: Vec<_> = rows.skipped.told.iter().map(|(line, why)| format!("{line}: {why}")).collect();
        assert_eq!(
            told,
            [
                "1: open is not a number: \"x\"",
                "3: high must be at least open (1), got 0.5",
                "4: has no low",
                "5: volume must be finite and at least 0, got -1",
                "6: time has an unknown format: \"01/02/2020\"; day and month cannot be told apart, write 2021-06-17",
                "7: volume is not a number: \"\\0\"",
                "8: volume must be finite and at least 0, got inf",
            ]
        );
        assert_eq!((rows.skipped.count, rows.columns.times.len(), rows.lines), (7, 1, 9));
    }

    #[test]
    fn quotes_and_blanks_are_taken_off() {
        let text = "\"ts\" ; open;high;low;close;\"volume\"\n\"60\"; 1 ;\"1\";1;1;\"2\"\n\"120\";\"1,5\";1;1;1;1\n\"180;1;1;1;1;1\n";
        let rows = read(text);
        assert_eq!((&rows.columns.times[..], &rows.columns.volume[..]), (&[60_000_000_000][..], &[2.0][..]));
        assert!(rows.skipped.told[0].1.contains("write 1.5"), "{:?}", rows.skipped);
        assert!(rows.skipped.told[1].1.starts_with("time has an unknown format"), "{:?}", rows.skipped);
    }

    #[test]
    fn dates_and_times_of_day_are_put_together() {
        let expected = 1_623_918_600_000_000_000;
        for text in ["2021-06-17,08:30:00", "2021.06.17,08:30", "20210617,083000", "2021/06/17,0830"] {
            let rows = read(&format!("date,time,open,high,low,close,volume\n{text},1,1,1,1,1\n"));
            assert_eq!(rows.columns.times, [expected], "{text}");
        }
        let rows = read("date,time,o,h,l,c,v\n2021-06-17 08:30,08:30,1,1,1,1,1\n2021-06-17,25:00,1,1,1,1,1\n");
        assert_eq!(rows.skipped.count, 2);
    }

    #[test]
    fn symbols_are_a_dictionary() {
        let rows = read("symbol,ts,o,h,l,c,v\nA,1,1,1,1,1,1\nB,1,1,1,1,1,1\nB,x,1,1,1,1,1\nA,2,1,1,1,1,1\n");
        assert_eq!((&rows.series[..], rows.columns.times.len()), (&[0, 1, 0][..], 3));
        let symbols: Vec<_> = rows.names.all().iter().flat_map(|name| &name.symbol).map(|name| name.as_str()).collect();
        assert_eq!(symbols, ["A", "B"]);
    }
}
