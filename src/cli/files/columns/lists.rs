//! Files without a header: which lists of columns there are, and whether the rows are like the one that was taken.
//!
//! Only the most common order is ever taken. Rows that contradict it make an error that names the list they are like.

use super::role::Role;

/// The order of the columns of a file without a header, as the letters of its roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List {
    /// Who writes it.
    writers: &'static str,
    /// `t` time, `k` time of day, `o h l c v` prices and volume, `w` the mean price, `-` anything.
    roles: &'static str,
}

/// The list that is taken where a file has a date and a time of day in columns of their own.
const WITH_CLOCK: List = List { writers: "MetaTrader 4", roles: "tkohlcv" };

/// The list that is taken of any other file.
const PLAIN: List = List { writers: "Binance, ccxt, Kraken, Bybit, OKX", roles: "tohlcv" };

/// The list that is taken of eight columns: the mean price stands before the volume.
const WITH_VWAP: List = List { writers: "Kraken's OHLC call", roles: "tohlcwv-" };

/// The lists that are named where rows are like them.
const OTHERS: [List; 3] = [
    List { writers: "KuCoin, Bitfinex", roles: "tochlv" },
    List { writers: "Coinbase", roles: "tlhocv" },
    List { writers: "Gate", roles: "tvchlo" },
];

/// The numbers of columns of the plain list: alone (ccxt), with the number of trades (Kraken) or the turnover (Bybit),
/// with both volumes and a flag (OKX), and all that Binance has.
const PLAIN_LENGTHS: [usize; 4] = [6, 7, 9, 12];

/// How far rounding may put a price beyond another.
const ROUNDING: f64 = 1e-9;

/// Whether rows are like the lists.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Listed {
    rows: u64,
    assumed: u64,
    others: [u64; OTHERS.len()],
    /// The first line that is not like the list that was taken.
    first: Option<u64>,
}

impl List {
    /// The most columns of a list that have a role.
    pub(crate) const COLUMNS_MAX: usize = 8;

    /// The list that is taken for a number of columns; `with_clock` if the second is a time of day.
    pub(crate) fn assumed(columns: usize, with_clock: bool) -> Option<Self> {
        match (columns, with_clock) {
            (7, true) => Some(WITH_CLOCK),
            (8, false) => Some(WITH_VWAP),
            (_, clock) => (!clock && PLAIN_LENGTHS.contains(&columns)).then_some(PLAIN),
        }
    }

    /// The place of each role.
    pub(crate) fn places(self) -> impl Iterator<Item = (Role, usize)> {
        self.roles.chars().enumerate().filter_map(|(at, letter)| {
            let role = match letter {
                't' => Role::Time,
                'k' => Role::Clock,
                'o' => Role::Open,
                'h' => Role::High,
                'l' => Role::Low,
                'c' => Role::Close,
                'v' => Role::Volume,
                _ => return None,
            };
            Some((role, at))
        })
    }

    /// The list as an argument of `--columns`.
    pub(crate) fn argument(self) -> String {
        self.places().map(|(role, at)| format!("{}={}", role.name(), at + 1)).collect::<Vec<_>>().join(",")
    }

    /// Whether the numbers of a row can be in this order.
    fn holds(self, numbers: &[Option<f64>]) -> bool {
        let value = |letter: char| numbers.get(self.roles.find(letter)?).copied().flatten();
        let bar = || Some([value('o')?, value('h')?, value('l')?, value('c')?, value('v')?]);
        let Some([open, high, low, close, volume]) = bar() else { return false };
        let slack = ROUNDING * high.abs().max(low.abs());
        let within = |price: f64| price <= high + slack && price >= low - slack;
        let mean = !self.roles.contains('w') || value('w').is_some_and(|mean| mean == 0.0 || within(mean));
        within(open) && within(close) && low <= high + slack && volume >= 0.0 && mean
    }
}

impl Listed {
    /// Adds a row: the number in each of its columns.
    pub(crate) fn add(&mut self, assumed: List, line: u64, numbers: &[Option<f64>]) {
        self.rows += 1;
        for (count, other) in self.others.iter_mut().zip(OTHERS) {
            *count += u64::from(numbers.len() >= other.roles.len() && other.holds(numbers));
        }
        if assumed.holds(numbers) {
            self.assumed += 1;
        } else {
            self.first.get_or_insert(line);
        }
    }

    /// Why the rows are not in the order that was taken: another list fits more of them, or a tenth of them contradicts.
    pub(crate) fn check(&self, assumed: List) -> Result<(), String> {
        let best = (0..OTHERS.len()).max_by_key(|&at| (self.others[at], std::cmp::Reverse(at)));
        let better = best.filter(|&at| self.others[at] > self.assumed).map(|at| OTHERS[at]);
        let line = self.first.unwrap_or_default();
        let (wrong, rows) = (self.rows - self.assumed, self.rows);
        let finding = || {
            format!(
                "has no header, and {wrong} of {rows} rows, the first in line {line}, contradict the usual order {}",
                assumed.argument()
            )
        };
        match better {
            Some(List { writers, roles: _ }) => Err(format!(
                "{}; they fit the order of {writers}: --columns {}",
                finding(),
                better.map(List::argument).unwrap_or_default()
            )),
            None if wrong * 10 > rows => Err(format!("{}; say which columns they are with --columns", finding())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(rows: &[&[f64]]) -> Result<(), String> {
        let assumed = List::assumed(rows[0].len(), false).expect("known");
        let mut listed = Listed::default();
        for (line, row) in (1..).zip(rows) {
            listed.add(assumed, line, &row.iter().copied().map(Some).collect::<Vec<_>>());
        }
        listed.check(assumed)
    }

    #[test]
    fn rows_that_contradict_the_order_are_told_what_they_are_like() {
        assert_eq!(checked(&[&[0.0, 1.0, 3.0, 0.5, 2.0, 10.0], &[60.0, 2.0, 4.0, 1.5, 3.0, 20.0]]), Ok(()));
        for (row, who) in [
            (
                &[0.0, 10.0, 11.0, 12.0, 9.0, 5.0, 50.0][..],
                "KuCoin, Bitfinex: --columns time=1,open=2,close=3,high=4,low=5,volume=6",
            ),
            (&[0.0, 9.0, 12.0, 10.0, 11.0, 5.0], "Coinbase: --columns time=1,low=2,high=3,open=4"),
            (&[0.0, 500.0, 11.0, 12.0, 9.0, 10.0], "Gate: --columns time=1,volume=2,close=3"),
        ] {
            let flat = [0.0, 10.0, 10.0, 10.0, 10.0, 10.0, 50.0];
            let refused = checked(&[&flat[..row.len()], row, row]).expect_err("contradicts");
            assert!(refused.contains(who) && refused.contains("2 of 3 rows, the first in line 2"), "{refused}");
        }
        let wild: &[f64] = &[0.0, 1.0, 2.0, 3.0, 4.0, -5.0];
        assert!(
            checked(&[wild, wild]).expect_err("contradicts").ends_with("say which columns they are with --columns")
        );
    }

    #[test]
    fn one_bad_row_in_many_is_no_contradiction() {
        let good: &[f64] = &[0.0, 1.0, 3.0, 0.5, 2.0, 10.0];
        let mut rows = vec![good; 40];
        rows.push(&[0.0, 1.0, 0.9, 0.5, 0.7, 10.0]);
        assert_eq!(checked(&rows), Ok(()));
    }
}
