//! Every function of TA-Lib over series that are short, restless, illiquid, halted and split, and from many starts.
//!
//! Long calm series hide what goes wrong in the first rows: a warm-up taken for zeros, a window that begins a bar late, a
//! seed of the wrong bars. Made prices lie on a grid of quarters, where the sums that TA-Lib carries along are exact, so
//! what differs is not its rounding. All of it is the same in every run.

use std::sync::{Arc, LazyLock};

use atrad::indicator::Indicator;
use atrad::series::{Bar, Bars, Column, Columns};
use ta_lib::Core;

use crate::common::series::Random;
use crate::common::trials::{Trials, assert_none};
use crate::common::{Question, Series, columns, talib};
use crate::{REAL, complaints, with_bars};

/// The number of bars of a made series.
const ROWS: usize = 420;

/// The windows of the default question, and the fewer of all other questions.
pub(crate) static WINDOWS: LazyLock<Vec<Series>> = LazyLock::new(windows);
static FEWER: LazyLock<Vec<Series>> = LazyLock::new(fewer);

pub(crate) fn add(trials: &mut Trials, compared: impl Iterator<Item = &'static Indicator>) {
    trials.each_of("starts", compared, every_window_is_answered_as_by_talib);
    trials.single("starts::cycles_reach_back_to_the_first_bar", cycles_reach_back_to_the_first_bar);
}

fn every_window_is_answered_as_by_talib(indicator: &'static Indicator) {
    let default = Question::default(indicator);
    let mut wrong = all_complaints(&default, &WINDOWS);
    let fewest = if FORGET_AT_REST.contains(&indicator.name) { 9 } else { 1 };
    for bars in [1, 2, 3, 9, 40].into_iter().filter(|bars| *bars >= fewest) {
        let question = with_bars(&default, bars);
        if question.values != default.values {
            wrong.extend(all_complaints(&question, &FEWER));
        }
    }
    assert_none(&wrong);
}

/// Those that divide the distance from an average by its average: averages of few bars have forgotten all but rounding
/// before a halt is over.
const FORGET_AT_REST: &[&str] = &["wavetrend"];

fn all_complaints(question: &Question, windows: &[Series]) -> Vec<String> {
    let core = Core::new();
    let of = |series: &Series| {
        let theirs = talib::answer(&core, question, &series.bars)?;
        Some(complaints(&core, question, series, &theirs))
    };
    windows.iter().filter_map(of).flatten().collect()
}

/// The mean over the first cycles takes prices from before the bar at which the cycle is first measured.
fn cycles_reach_back_to_the_first_bar() {
    for series in WINDOWS.iter().filter(|series| series.bars.len() > 64) {
        let first = columns(&["ht_trendline"], &series.bars)[0][63];
        let prices = series.bars.column(Column::Close)[..64].iter().copied();
        let (least, most) = (prices.clone().fold(f64::MAX, f64::min), prices.fold(0.0, f64::max));
        let holds = first > least * (1.0 - 1e-9) && first < most * (1.0 + 1e-9);
        assert!(holds, "{}: {first} is no mean of {least} to {most}", series.name);
    }
}

/// Sorts of markets that are hard on the first rows.
#[derive(Debug, Clone, Copy)]
enum Market {
    /// Every bar moves by up to a fifth.
    Restless,
    /// Most bars repeat the last price, without a trade.
    Illiquid,
    /// Trade stops for a while and goes on elsewhere.
    Halted,
    /// One share becomes four.
    Split,
    /// Up and down by turns.
    Alternating,
}

use Market::{Alternating, Halted, Illiquid, Restless, Split};

/// A price on the grid.
fn on_grid(price: f64) -> f64 {
    ((price * 4.0).round() / 4.0).clamp(4.0, 4000.0)
}

impl Market {
    /// The next open and close after a close, and the volume.
    fn step(self, random: &mut Random, row: usize, last: f64) -> [f64; 3] {
        let volume = (1 + random.below(500)) as f64;
        let drift = |random: &mut Random, part: f64| last * (1.0 + part * (random.unit() - 0.5));
        match self {
            Restless => [drift(random, 0.1), drift(random, 0.4), volume],
            Illiquid if random.unit() < 0.7 => [last, last, 0.0],
            Illiquid => [last, last + (random.below(7) as f64 - 3.0) / 4.0, volume],
            Halted if row % 97 > 60 => [last, last, 0.0],
            Halted if row.is_multiple_of(97) => [drift(random, 0.5), drift(random, 0.5), 10.0 * volume],
            Halted | Split => [last, drift(random, 0.04), volume],
            Alternating => {
                let step = if row.is_multiple_of(2) { 3.0 } else { -3.0 };
                [last, last + step + (random.below(9) as f64 - 4.0) / 4.0, volume]
            }
        }
    }

    fn bars(self, seed: u64) -> Columns {
        let mut random = Random(seed);
        let mut columns = Columns::with_capacity(ROWS);
        let mut last = 200.0;
        for row in 0..ROWS {
            if matches!(self, Split) && row == ROWS / 3 {
                last = on_grid(last / 4.0);
            }
            let [open, close, volume] = self.step(&mut random, row, last);
            let [open, close] = [open, close].map(on_grid);
            let wick = |random: &mut Random| if volume == 0.0 { 0.0 } else { random.below(5) as f64 / 4.0 };
            let (high, low) = (open.max(close) + wick(&mut random), open.min(close) - wick(&mut random));
            columns.push(Bar { time: row as i64 * 60_000_000_000, open, high, low, close, volume });
            last = close;
        }
        columns
    }
}

fn part(name: &str, bars: &Bars, start: usize, rows: usize) -> Series {
    let mut columns = Columns::with_capacity(rows);
    (start..start + rows).for_each(|row| columns.push(bars.bar(row)));
    Series { name: format!("{name} {start}+{rows}"), bars: Arc::new(Bars::new(columns).expect("part of good bars")) }
}

fn made(market: Market, seed: u64) -> Bars {
    Bars::new(market.bars(seed)).expect("good bars")
}

const MARKETS: [Market; 5] = [Restless, Illiquid, Halted, Split, Alternating];

fn windows() -> Vec<Series> {
    let mut windows = Vec::new();
    for (seed, market) in MARKETS.into_iter().enumerate() {
        let bars = made(market, 7 + seed as u64);
        let name = format!("{market:?}");
        windows.push(part(&name, &bars, 0, ROWS));
        // Each market from other starts, all from every start to 140.
        windows.extend((0..28).map(|step| part(&name, &bars, MARKETS.len() * step + seed + 1, 150)));
        // Few rows more than none.
        windows.extend((0..10).map(|at| part(&name, &bars, 31 * at, 2 + 5 * at)));
    }
    windows.extend(real(24));
    windows
}

fn fewer() -> Vec<Series> {
    let made = MARKETS.into_iter().enumerate().flat_map(|(seed, market)| {
        let bars = made(market, 70 + seed as u64);
        [(0, ROWS), (11, 90), (61, 47)].map(|(start, rows)| part(&format!("{market:?}"), &bars, start, rows))
    });
    made.chain(real(6)).collect()
}

/// Random windows of the bundled series.
fn real(count: usize) -> Vec<Series> {
    let mut random = Random(41);
    let window = |at: usize| {
        let series = &REAL[at % REAL.len()];
        let rows = 40 + random.below(300);
        part(&series.name, &series.bars, random.below(series.bars.len() - rows), rows)
    };
    (0..count).map(window).collect()
}
