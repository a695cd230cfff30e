//! What all cells of a time column say together, and the reading that follows from it.

use super::cell::{Cell, is_missing};
use super::clock::{Clock, Clocks};
use super::compact;
use super::counts::Counts;
use super::format::TimeFormat;
use super::reader::{Reading, TimeReader};
use super::text::{self, Days, ORDERS, Order};
use super::zone::Zone;
use crate::cli::files::number;
use crate::cli::times::DAY;

/// What is known of a time column before its cells are seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hints {
    /// The format, if the caller says it.
    pub(crate) format: Option<TimeFormat>,
    /// The zone of times that name none.
    pub(crate) zone: Option<Zone>,
    /// The order in which the program that wrote the file puts day and month; used where the cells allow more than one.
    pub(crate) order: Option<Order>,
    /// The column has no name, as that of the numbers of the rows.
    pub(crate) unnamed: bool,
}

/// The cells of a time column so far.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    counts: Counts,
    /// The counts that are compact dates, by their number of digits.
    compact: [u64; compact::LENGTHS.len()],
    fractions: u64,
    /// The first number with an exponent.
    exponent: Option<String>,
    texts: Texts,
    /// The cells with a type of their own, which need no reading.
    typed: u64,
    /// Those of them that can only be times of day.
    of_day: u64,
    clocks: Clocks,
    /// The first cell, and whether another differs.
    first: Option<i64>,
    several: bool,
    /// The first line of digits, and of text.
    examples: [Option<(u64, String)>; 2],
}

/// The dates in text.
#[derive(Debug, Default)]
struct Texts {
    rows: u64,
    /// The first date with each set of orders that it allows: line and text. Bit n is the order n.
    by_orders: [Option<(u64, String)>; 8],
    /// Whether two orders give different days: the first and the second, the second and the third, the third and the first.
    differ: [bool; 3],
}

impl Evidence {
    /// Adds the cells of the next row; `clock` is the time of day in a column of its own, text as it is written.
    pub(crate) fn add(&mut self, line: u64, cell: Cell<'_>, clock: Option<Cell<'_>>) {
        let cell = cell.counted();
        match cell {
            Cell::Count(count) => {
                self.see(count);
                self.example(0, line, cell);
                self.counts.add(count);
                if let Some(at) = compact::LENGTHS.iter().position(|&len| len == compact::digits(count)) {
                    self.compact[at] += u64::from(compact::read(count).is_some());
                }
            }
            Cell::Text(text) if is_missing(text) => return,
            Cell::Text(text) if number::read(text).is_some() => {
                self.fractions += 1;
                if text.contains(&b'e') || text.contains(&b'E') {
                    self.exponent.get_or_insert_with(|| cell.shown());
                }
            }
            Cell::Text(text) => {
                let Some(days) = text::orders(text) else { return };
                self.see(days.iter().flatten().next().copied().unwrap_or_default());
                self.example(1, line, cell);
                self.texts.add(line, text, days);
            }
            Cell::Number(_) => self.fractions += 1,
            Cell::Instant(nanos) | Cell::Local(nanos) => {
                self.see(nanos);
                self.typed += 1;
                self.of_day += u64::from(matches!(cell, Cell::Local(_)) && (0..DAY).contains(&nanos));
            }
            Cell::Wrong(_) => {}
        }
        if let Some(clock) = clock {
            self.clocks.add(clock);
        }
    }

    fn see(&mut self, value: i64) {
        self.several |= *self.first.get_or_insert(value) != value;
    }

    fn example(&mut self, family: usize, line: u64, cell: Cell<'_>) {
        if self.examples[family].is_none() {
            self.examples[family] = Some((line, cell.shown()));
        }
    }

    /// How the column is read, or why that cannot be told.
    pub(crate) fn decide(&self, hints: &Hints) -> Result<TimeReader, String> {
        let clock = match &hints.format {
            Some(TimeFormat::Pattern(_)) => Clock::Colons,
            _ => self.clocks.decide(self.several).map_err(|why| format!("time {why}"))?,
        };
        let reading = match &hints.format {
            Some(format) => Reading::Format(format.clone()),
            None => self.reading(hints)?,
        };
        Ok(TimeReader { reading, clock, zone: hints.zone.clone() })
    }

    fn reading(&self, hints: &Hints) -> Result<Reading, String> {
        let (digits, texts) = (self.counts.rows, self.texts.rows);
        // Of one date, the first of 1970, or of none.
        if self.of_day > 1 && self.of_day == self.typed {
            return Err(
                "time has times of day without a date; name the column of the date, too, with --columns time=COLUMN"
                    .into(),
            );
        }
        let few_others = self.fractions > digits + texts + self.typed;
        if let (Some(text), true) = (&self.exponent, few_others) {
            return Err(format!(
                "time has numbers that have lost their last digits, as {text}; save the column as whole numbers or as text"
            ));
        }
        if few_others {
            return Err("time has numbers with fractions; if they are the serial dates of a spreadsheet, say \
                        --date-format excel"
                .into());
        }
        // The few of one kind among many of the other are skipped one by one.
        let (few, many) = (digits.min(texts), digits.max(texts));
        if few * 10 > many && self.compact.iter().sum::<u64>() < digits {
            let shown = |at: usize| self.examples[at].as_ref().map(|(line, text)| format!("line {line}: {text}"));
            return Err(format!(
                "time has both counts and texts ({}); say what it is with --date-format",
                [shown(0), shown(1)].into_iter().flatten().collect::<Vec<_>>().join(", ")
            ));
        }
        if texts >= digits {
            return self.texts.order(hints.order).map(Reading::Text);
        }
        match self.is_compact() {
            true => Ok(Reading::Compact),
            false if self.may_be_compact() => Err(format!(
                "time has counts of ten digits, too few to tell hours from seconds since 1970 ({}); say which with \
                 --date-format '%Y%m%d%H' or --date-format s",
                self.examples[0].as_ref().map(|(_, text)| text.as_str()).unwrap_or_default(),
            )),
            false => self.counts.decide().map(Reading::Counts).map_err(|why| match hints.unnamed {
                true => format!("the column without a name {why}; say which column is the time with --columns time=COLUMN"),
                false => format!("time {why}; say which column is the time with --columns time=COLUMN, or its unit with --date-format"),
            }),
        }
    }

    /// Whether counts are digits of dates: nearly all of one length. Ten digits can also be seconds of the 2030s, of which
    /// three in a row are hardly ever dates.
    fn is_compact(&self) -> bool {
        let rows = self.counts.rows;
        compact::LENGTHS.iter().zip(self.compact).any(|(&len, valid)| match len {
            10 => valid == rows && rows > 2,
            _ => valid * 10 >= rows * 9,
        })
    }

    fn may_be_compact(&self) -> bool {
        let ten = compact::LENGTHS.iter().position(|&len| len == 10).map_or(0, |at| self.compact[at]);
        ten == self.counts.rows && ten > 0
    }
}

impl Texts {
    fn add(&mut self, line: u64, text: &[u8], days: Days) {
        self.rows += 1;
        let mask: usize = (0..3).map(|order| usize::from(days[order].is_some()) << order).sum();
        if self.by_orders[mask].is_none() {
            self.by_orders[mask] = Some((line, String::from_utf8_lossy(text).chars().take(40).collect()));
        }
        for (order, differ) in self.differ.iter_mut().enumerate() {
            let (one, two) = (days[order], days[(order + 1) % 3]);
            *differ |= one.is_some() && two.is_some() && one != two;
        }
    }

    /// The order that every date allows, or why there is none.
    fn order(&self, hint: Option<Order>) -> Result<Order, String> {
        let seen = || (0..8).filter(|&mask| self.by_orders[mask].is_some());
        let common = seen().fold(7, |common, mask| common & mask);
        let allowed: Vec<Order> = ORDERS.into_iter().filter(|order| common & (1 << *order as usize) != 0).collect();
        let example = |mask: usize| self.by_orders[mask].as_ref().map(|(line, text)| format!("line {line}: {text}"));
        let examples = || seen().filter(|&mask| mask != 7).filter_map(example).take(2).collect::<Vec<_>>().join(", ");
        match &allowed[..] {
            [] => Err(format!(
                "time has dates of no common order of day and month ({}); say what it is with --date-format",
                examples()
            )),
            [order] => Ok(*order),
            orders if !self.are_different(orders) => Ok(orders[0]),
            orders => hint.filter(|hint| orders.contains(hint)).ok_or_else(|| {
                let short = orders.contains(&Order::Ymd);
                let patterns = orders.iter().map(|order| order.pattern(short)).collect::<Vec<_>>().join(" or ");
                format!(
                    "time has dates whose day and month cannot be told apart ({}); say which is which with --date-format, \
                     as in {patterns}",
                    examples()
                )
            }),
        }
    }

    fn are_different(&self, orders: &[Order]) -> bool {
        let has = |at: usize| orders.contains(&ORDERS[at % 3]);
        (0..3).any(|at| self.differ[at] && has(at) && has(at + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::times;
    use proptest::prelude::*;

    fn evidence(texts: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        (0..).zip(texts).for_each(|(line, text)| evidence.add(line, Cell::of_text(text.as_bytes()), None));
        evidence
    }

    fn read(texts: &[&str], hints: &Hints) -> Result<Vec<String>, String> {
        let reader = evidence(texts).decide(hints)?;
        let time = |text: &&str| reader.read(Cell::of_text(text.as_bytes()), None).map_or_else(|why| why, times::write);
        Ok(texts.iter().map(time).collect())
    }

    #[test]
    fn times_of_day_alone_are_refused() {
        let decided = |nanos: &[i64]| {
            let mut evidence = Evidence::default();
            (0..).zip(nanos).for_each(|(line, &nanos)| evidence.add(line, Cell::Local(nanos), None));
            evidence.decide(&Hints::default()).map(drop)
        };
        let hour = DAY / 24;
        assert!(decided(&[9 * hour, 10 * hour, 9 * hour]).expect_err("refused").contains("without a date"));
        assert_eq!(decided(&[9 * hour, DAY + 9 * hour]), Ok(()));
        assert_eq!(decided(&[0]), Ok(()));
    }

    fn days(texts: &[&str]) -> Vec<String> {
        let times = read(texts, &Hints::default()).unwrap_or_else(|why| panic!("{why}: {texts:?}"));
        times.iter().map(|time| time.trim_end_matches("T00:00:00Z").to_owned()).collect()
    }

    #[test]
    fn dates_are_understood_from_the_column() {
        for texts in [
            &["2020-01-02", "2020-01-13"][..],
            &["02/01/2020", "13/01/2020"],
            &["01/02/2020", "01/13/2020"],
            &["1/2/20", "1/13/20"],
            &["02.01.2020 00:00", "13.01.2020 00:00"],
            &["20200102", "20200113"],
            &["20200102.0", "20200113.0"],
            &["202001020000", "202001130000"],
            &["20200102000000", "20200113000000"],
            &["1577923200", "1578873600"],
            &["1577923200000", "1578873600000"],
            &["1577923200.0", "1578873600.0"],
            &["Jan 2, 2020", "Jan 13, 2020"],
            &["2-Jan-20", "13-Jan-20"],
        ] {
            assert_eq!(days(texts), ["2020-01-02", "2020-01-13"], "{texts:?}");
        }
        assert_eq!(days(&["2020010209", "2020010210", "2020010211"])[2], "2020-01-02T11:00:00Z");
        assert_eq!(days(&["01/01/2020", "02/02/2020"]), ["2020-01-01", "2020-02-02"], "both orders agree");
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        for (texts, why) in [
            (
                &["01/02/2020", "01/03/2020"][..],
                "line 0: 01/02/2020); say which is which with --date-format, as in %d/%m/%Y or",
            ),
            (
                &["13/02/2020", "02/13/2020"],
                "no common order of day and month (line 0: 13/02/2020, line 1: 02/13/2020)",
            ),
            (&["0", "1", "2"], "numbers of rows"),
            (&["45292", "45293"], "--date-format excel"),
            (&["45292.5", "45293.5"], "--date-format excel"),
            (&["2034010100", "2034010101"], "--date-format '%Y%m%d%H'"),
            (&["2020-01-02", "1577923200"], "both counts and texts"),
            (&["1.62392E+12", "1.62392E+12"], "lost their last digits, as \"1.62392E+12\""),
            (&["17/06/21", "18/06/21"], "%d/%m/%y or %y/%m/%d"),
        ] {
            let refused = read(texts, &Hints::default()).expect_err("refused");
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn hints_decide_only_what_is_open() {
        let hinted = |order| Hints { order: Some(order), ..Hints::default() };
        let open = ["01/02/2020", "01/03/2020"];
        assert_eq!(read(&open, &hinted(Order::Dmy)).expect("read")[0], "2020-02-01T00:00:00Z");
        assert_eq!(read(&open, &hinted(Order::Mdy)).expect("read")[0], "2020-01-02T00:00:00Z");
        let clear = ["01/02/2020", "01/13/2020"];
        assert_eq!(read(&clear, &hinted(Order::Dmy)).expect("read")[0], "2020-01-02T00:00:00Z");
        let zone = Hints { zone: Some("America/New_York".parse().expect("known")), ..Hints::default() };
        let times = ["2021-06-17 09:30", "2021-06-17 09:30Z", "2021-03-14 02:30"];
        let read = read(&times, &zone).expect("read");
        assert_eq!(read[..2], ["2021-06-17T13:30:00Z", "2021-06-17T09:30:00Z"]);
        assert!(read[2].contains("does not exist in America/New_York"), "{read:?}");
    }

    #[test]
    fn odd_cells_are_not_read_in_their_own_way() {
        let many: Vec<String> = (0..40).map(|day| (1_577_923_200 + day * 86_400).to_string()).collect();
        let mut texts: Vec<&str> = many.iter().map(String::as_str).collect();
        texts.extend(["2020-02-11", "x", "", "9223372036854775807", "1581379200000"]);
        let read = read(&texts, &Hints::default()).expect("read");
        assert!(read[..40].iter().all(|time| time.ends_with("T00:00:00Z")));
        let reasons: Vec<_> = read[40..].iter().map(|why| why.split(':').next().unwrap_or_default()).collect();
        assert_eq!(reasons[2], "time has no value");
        assert!(reasons.iter().all(|why| why.starts_with("time ")), "{reasons:?}");
    }

    proptest! {
        /// Whatever the unit and wherever the bars start, counts come back as the times they were, or are refused.
        #[test]
        fn counts_round_trip_or_are_refused(
            start in -8_000_000_000_i64..8_000_000_000,
            step in prop::sample::select(vec![1_i64, 5, 60, 300, 900, 3600, 14_400, 86_400, 604_800]),
            rows in 1_i64..60,
            unit in prop::sample::select(vec![1_i64, 1_000, 1_000_000, 1_000_000_000]),
            backward in any::<bool>(),
        ) {
            let start = start / step * step;
            let seconds: Vec<i64> = (0..rows).map(|row| start + if backward { rows - 1 - row } else { row } * step).collect();
            let cells: Vec<Cell<'_>> = seconds.iter().map(|second| Cell::Count(second * unit)).collect();
            let mut evidence = Evidence::default();
            cells.iter().for_each(|&cell| evidence.add(0, cell, None));
            if let Ok(reader) = evidence.decide(&Hints::default()) {
                // One row near 1970 may be a later one in a coarser unit.
                let is_clear = rows > 1 || seconds[0].abs() > 10_000_000;
                for (&cell, second) in cells.iter().zip(&seconds) {
                    if let (Ok(time), true) = (reader.read(cell, None), is_clear) {
                        prop_assert_eq!(time, second * 1_000_000_000);
                    }
                }
            }
        }
    }
}
