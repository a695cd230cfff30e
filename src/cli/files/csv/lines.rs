//! Parses lines into rows, and shows them to a survey.

use atrad::series::Bar;

use super::super::columns::{List, Role};
use super::super::number::{self, Style};
use super::super::options::Plan;
use super::super::rows::{Row, Rows};
use super::super::survey::Survey;
use super::super::time::Cell;
use super::head::{Head, split};

/// The length of a short line in bytes, to estimate the number of lines.
const LINE_BYTES: usize = 40;

/// Parses a block of complete lines. Lines count from 0.
pub(super) fn rows(block: &[u8], head: &Head, plan: &Plan) -> Rows {
    let mut rows = Rows::new(&plan.rules, block.len() / LINE_BYTES);
    let (width, columns, named) = (plan.layout.width(), plan.layout.column_count(), plan.layout.names_series());
    let (mut fields, mut extras) = (Vec::with_capacity(width), vec![0.0; plan.layout.extras().len()]);
    for (at, line) in lines(block) {
        rows.lines += 1;
        let rest = split(line, head.delimiter, width, &mut fields);
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        if let Some(why) = rest.and_then(|rest| too_many(rest, head.delimiter, width, columns)) {
            rows.skipped.add(at, || why);
            continue;
        }
        let line = Line { fields: &fields, plan };
        let added = line.bar().and_then(|bar| {
            line.fill_extras(&mut extras)?;
            let row = Row { line: at, bar, extras: &extras, slack: f64::EPSILON };
            match named {
                true => rows.add_named(row, [line.text(Role::Symbol), line.text(Role::Timeframe)]),
                false => rows.add(row),
            }
        });
        match added {
            Ok(()) => line.tell_rounded(at, &mut rows),
            Err(why) => rows.skipped.add(at, || why),
        }
    }
    rows
}

/// Shows the lines of a block to a survey; `line` is the number of the first.
pub(super) fn survey(block: &[u8], head: &Head, first: u64, style: Style, survey: &mut Survey) -> u64 {
    let layout = &head.layout;
    let (time, clock) = (layout.place(Role::Time).unwrap_or_default(), layout.place(Role::Clock));
    let volumes = survey.volume_columns();
    let last = volumes.iter().copied().chain(clock).fold(time, usize::max);
    let width = if survey.needs_numbers() { time + List::COLUMNS_MAX } else { last + 1 };
    let (mut fields, mut numbers, mut count) = (Vec::new(), Vec::new(), 0);
    for (at, line) in lines(block) {
        count += 1;
        split(line, head.delimiter, width, &mut fields);
        let Some(cell) = fields.get(time).filter(|_| !fields.iter().all(|field| field.is_empty())) else { continue };
        let clock = clock.and_then(|clock| fields.get(clock)).map(|text| Cell::Text(text));
        survey.add_time(first + at, Cell::Text(cell), clock);
        for (place, &column) in volumes.iter().enumerate() {
            survey.add_volume(place, fields.get(column).and_then(|field| number::volume(field, style)));
        }
        if survey.needs_numbers() {
            numbers.clear();
            // The time is the first column of every list; an index may stand before it.
            numbers.extend(fields[time..].iter().map(|field| number::price(field, style)));
            survey.add_numbers(first + at, &numbers);
        }
    }
    count
}

/// What a survey needs of a block that has the times only.
pub(super) enum Times {
    /// The time of each line, which is a count.
    Counts(Vec<i64>),
    /// The lines, of which one is something else.
    Lines(Vec<u8>),
}

/// The times of a block for a survey that needs nothing else. They are read here, as several threads do so.
pub(super) fn times(block: Vec<u8>, head: &Head) -> Times {
    let time = head.layout.place(Role::Time).unwrap_or_default();
    let (mut fields, mut counts) = (Vec::new(), Vec::with_capacity(block.len() / LINE_BYTES));
    let are_counts = lines(&block).all(|(_, line)| {
        split(line, head.delimiter, time + 1, &mut fields);
        let cell = fields.get(time).map(|cell| Cell::Text(cell).counted());
        let count = cell.and_then(|cell| if let Cell::Count(count) = cell { Some(count) } else { None });
        counts.extend(count);
        count.is_some()
    });
    if are_counts { Times::Counts(counts) } else { Times::Lines(block) }
}

/// Complains of more fields than columns, as of a volume `1,234` without quotes: what it is cut to would be another volume. `rest`
/// is what stands behind `width` fields; empty ones at the end are no complaint.
fn too_many(rest: &[u8], delimiter: u8, width: usize, columns: usize) -> Option<String> {
    // Most lines have as many as they should.
    if rest.iter().filter(|&&byte| byte == delimiter).count() + width < columns {
        return None;
    }
    let mut fields = Vec::new();
    split(rest, delimiter, usize::MAX, &mut fields);
    let found = width + fields.iter().rposition(|field| !field.is_empty())? + 1;
    (found > columns).then(|| format!("has {found} fields, but the file has {columns} columns"))
}

fn lines(block: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    (0..).zip(block.strip_suffix(b"\n").unwrap_or(block).split(|&byte| byte == b'\n'))
}

/// The fields of one line.
struct Line<'a> {
    fields: &'a [&'a [u8]],
    plan: &'a Plan,
}

impl<'a> Line<'a> {
    fn bar(&self) -> Result<Bar, String> {
        Ok(Bar {
            time: self.time()?,
            open: self.price(Role::Open)?,
            high: self.price(Role::High)?,
            low: self.price(Role::Low)?,
            close: self.price(Role::Close)?,
            volume: self.volume()?,
        })
    }

    fn field(&self, role: Role) -> Result<Option<&'a [u8]>, String> {
        let Some(place) = self.plan.layout.place(role) else { return Ok(None) };
        self.fields.get(place).copied().map(Some).ok_or_else(|| format!("has no {}", role.name()))
    }

    fn price(&self, role: Role) -> Result<f64, String> {
        let field = self.field(role)?.unwrap_or_default();
        number::price(field, self.plan.numbers).ok_or_else(|| format!("{} {}", role.name(), number::complain(field)))
    }

    fn volume(&self) -> Result<f64, String> {
        // Volume is optional.
        let Some(field) = self.field(Role::Volume)? else { return Ok(0.0) };
        number::volume(field, self.plan.numbers).ok_or_else(|| {
            let why = number::complain(field);
            let hint = if why.ends_with("has no value") { "; --columns volume=none stores 0" } else { "" };
            format!("volume {why}{hint}")
        })
    }

    fn time(&self) -> Result<i64, String> {
        let cell = Cell::Text(self.field(Role::Time)?.unwrap_or_default());
        self.plan.times.read(cell, self.field(Role::Clock)?.map(Cell::Text))
    }

    /// The values of the extra columns; a missing one is NaN.
    fn fill_extras(&self, extras: &mut [f64]) -> Result<(), String> {
        for (value, (name, place)) in extras.iter_mut().zip(self.plan.layout.extras()) {
            let field = self.fields.get(*place).copied().unwrap_or_default();
            *value = match number::is_nothing(field) {
                true => f64::NAN,
                false => number::volume(field, self.plan.numbers)
                    .filter(|value| value.is_finite())
                    .ok_or_else(|| format!("{name} {}", number::complain(field)))?,
            };
        }
        Ok(())
    }

    /// Tells of a volume that no `f64` is.
    fn tell_rounded(&self, at: u64, rows: &mut Rows) {
        let Ok(Some(field)) = self.field(Role::Volume) else { return };
        if field.len() > number::EXACT_DIGITS
            && rows.columns.volume.last().is_some_and(|volume| number::is_rounded(field, *volume))
        {
            rows.rounded.add(at, || String::from_utf8_lossy(field).into_owned());
        }
    }

    fn text(&self, role: Role) -> Option<&'a str> {
        // Invalid UTF-8 is refused as an invalid name.
        Some(std::str::from_utf8(self.fields.get(self.plan.layout.place(role)?)?).unwrap_or("\u{fffd}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::files::options::Options;

    fn read(text: &str) -> Rows {
        let options = Options::default();
        let head = Head::of(text.as_bytes(), &options).expect("understood");
        let (block, mut seen) = (&text.as_bytes()[head.bytes..], Survey::of(&head.layout));
        survey(block, &head, head.lines + 1, Style::PLAIN, &mut seen);
        rows(block, &head, &seen.decide(&options).expect("decided"))
    }

    #[test]
    fn times_that_are_counts_say_the_same_by_themselves() {
        let options = Options::default();
        let text = |unit: i64, other: &str| {
            let rows: String =
                (0..3000).map(|row| format!("{},1,2,1,1,1\n", 1_600_000_000 * unit + row * 60 * unit)).collect();
            format!("ts,open,high,low,close,volume\n{rows}{other}")
        };
        for unit in [1, 1000, 1_000_000] {
            let text = text(unit, "");
            let head = Head::of(text.as_bytes(), &options).expect("understood");
            let (block, [mut one, mut two]) =
                (&text.as_bytes()[head.bytes..], [(); 2].map(|()| Survey::of(&head.layout)));
            assert!(one.needs_times_only());
            let Times::Counts(counts) = times(block.to_vec(), &head) else { panic!("counts") };
            let (line, style) = (head.lines + 1, Style::PLAIN);
            assert_eq!(survey(block, &head, line, style, &mut one), two.add_counts(line, &counts));
            assert_eq!((one.rows(), format!("{one:?}")), (3000, format!("{two:?}")));
        }
        for other in ["x,1,1,1,1,1\n", "\n", "2020-01-01,1,1,1,1,1", ",,,,,\n", "1.5,1,1,1,1,1"] {
            let text = text(1, other);
            let head = Head::of(text.as_bytes(), &options).expect("understood");
            let block = text.as_bytes()[head.bytes..].to_vec();
            assert!(matches!(times(block.clone(), &head), Times::Lines(lines) if lines == block), "{other:?}");
        }
    }

    #[test]
    fn rows_that_are_no_bars_are_told() {
        let text = "ts,open,high,low,close,volume\n60,1,1,1,1,1\n120,x,1,1,1,1\n\n180,1,0.5,0.5,1,1\n240,1,1\n300,1,1,1,1,-1\r\n\
                    13/02/2020x,1,1,1,1,1\n360,1,1,1,1,\0\n420,1,1,1,1,inf";
        let rows = read(text);
        let examples: Vec<_> = rows.skipped.examples.iter().map(|(line, why)| format!("{line}: {why}")).collect();
        assert_eq!(
            examples,
            [
                "1: open is not a number: \"x\"",
                "3: high must be at least open (1), got 0.5 (--repair percent widens what is off by up to 1 %)",
                "4: has no low",
                "5: volume must be finite and at least 0, got -1 (--columns volume=none stores 0)",
                "6: time is not like the others, which are seconds since 1970: \"13/02/2020x\"",
                "7: volume is not a number: \"\\0\"",
                "8: volume must be finite and at least 0, got inf (--columns volume=none stores 0)",
            ]
        );
        assert_eq!((rows.skipped.count, rows.columns.times.len(), rows.lines), (7, 1, 9));
    }

    #[test]
    fn rows_of_too_many_fields_are_told() {
        let rows = read(
            "ts,open,high,low,close,volume\n60,1,1,1,1,1,234\n120,1,1,1,1,5,950\n180,1,1,1,1,7,,\n240,1,1,1,1,\"1,234\"\n300,1,1,1,1,8\n",
        );
        let examples: Vec<_> = rows.skipped.examples.iter().map(|(line, why)| format!("{line}: {why}")).collect();
        let problem = "has 7 fields, but the file has 6 columns";
        assert_eq!(examples[..2], [format!("0: {problem}"), format!("1: {problem}")]);
        assert_eq!(rows.columns.volume.last(), Some(&8.0));
        // Columns without a role count, and so do delimiters in quotes that stand in them.
        let rows = read("ts,open,high,low,close,volume,note,other\n60,1,1,1,1,1,\"a,b\",c\n120,1,1,1,1,1,a,b,c\n");
        assert_eq!((rows.columns.times.len(), rows.skipped.count), (1, 1));
    }

    #[test]
    fn quotes_and_blanks_are_taken_off() {
        let text = "\"ts\" ; open;high;low;close;\"volume\"\n\"60\"; 1 ;\"1\";1;1;\"2\"\n\"120\";\"1,5\";1;1;1;1\n\"180;1;1;1;1;1\n";
        let rows = read(text);
        assert_eq!((&rows.columns.times[..], &rows.columns.volume[..]), (&[60_000_000_000][..], &[2.0][..]));
        assert!(rows.skipped.examples[0].1.contains("--decimal ,"), "{:?}", rows.skipped);
        assert!(rows.skipped.examples[1].1.starts_with("time is not like the others"), "{:?}", rows.skipped);
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
        let rows = read("symbol,ts,o,h,l,c,v\nA,60,1,1,1,1,1\nB,60,1,1,1,1,1\nB,x,1,1,1,1,1\nA,120,1,1,1,1,1\n");
        assert_eq!((&rows.series[..], rows.columns.times.len()), (&[0, 1, 0][..], 3));
        let symbols: Vec<_> = rows.names.all().iter().flat_map(|name| &name.symbol).map(|name| name.as_str()).collect();
        assert_eq!(symbols, ["A", "B"]);
    }
}
