//! Watches: what watchers are told is what Compute answers at that epoch, bit for bit, whoever joins when.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use proptest::prelude::*;

use super::fixture::{MINUTE, SMALL, app, app_with, bars, id, ingest};
use crate::app::{
    ActionKind, Adjust, Answer, App, BarsFrom, CallContext, CorporateAction, Error, Question, WatchEvent,
    WatchQuestion, WatchRows,
};
use crate::series::{Bars, Columns, Fill, Resampling, SeriesId, Span};

/// Recurrences, windows, cumulative sums, sessions, joins, and outputs of several at once.
const TEXTS: [&str; 10] = [
    "rsi(14)",
    "ema(close, 50)",
    "sma(close, 20)",
    "macd(12, 26, 9)",
    "obv",
    "session_vwap",
    "session_volume(calendar=asia_kolkata)",
    "supertrend",
    "close - ema(close@S2, 9)",
    "correl(close, close@S2, 8)",
];

pub(super) fn watch_of(series: Vec<SeriesId>, texts: &[&str], last: u64) -> WatchQuestion {
    let compiled = super::fixture::question(1, Span::ALL, texts).compiled;
    let resampling = Resampling::default();
    let (glob, conditional, wait_for_series, resume, adjust) = (None, false, false, vec![], Adjust::None);
    WatchQuestion { series, glob, compiled, conditional, resampling, adjust, last, wait_for_series, resume }
}

/// The rows that a watcher holds, as a client would: by time, with those that were void removed.
pub(super) struct View {
    pub(super) events: Pin<Box<dyn Stream<Item = Result<WatchEvent, Error>> + Send>>,
    pub(super) rows: BTreeMap<i64, Vec<u64>>,
    provisional: Option<(i64, Vec<u64>)>,
    epoch: u64,
    pub(super) token: Bytes,
    skipped: u64,
    revisions: usize,
}

impl View {
    pub(super) fn new(app: &Arc<App>, question: &WatchQuestion) -> Self {
        let events = Box::pin(app.watches.watch(question.clone(), None).expect("begun"));
        let (rows, token) = (BTreeMap::new(), Bytes::new());
        Self { events, rows, provisional: None, epoch: 0, token, skipped: 0, revisions: 0 }
    }

    pub(super) async fn next(&mut self) -> Option<Result<WatchEvent, Error>> {
        tokio::time::timeout(Duration::from_secs(8), self.events.next()).await.expect("an event in time")
    }

    pub(super) async fn rows(&mut self) -> WatchRows {
        let event = self.next().await.expect("it goes on").expect("no error");
        self.token = event.token;
        event.outcome.expect("rows")
    }

    /// Takes the next event.
    pub(super) async fn take(&mut self) {
        let rows = self.rows().await;
        self.apply(&rows);
    }

    pub(super) fn apply(&mut self, rows: &WatchRows) {
        self.provisional = None;
        self.skipped += rows.skipped;
        if let Some(from) = rows.revised_from {
            self.rows.split_off(&from);
            self.revisions += 1;
        }
        self.epoch = rows.answer.epoch;
        for (time, values) in table(&rows.answer) {
            if rows.provisional {
                self.provisional = Some((time, values));
            } else {
                assert!(self.rows.last_key_value().is_none_or(|(&newest, _)| newest < time), "row {time} twice");
                self.rows.insert(time, values);
            }
        }
    }

    /// The closed rows, and the one of the forming bar.
    fn shown(&self) -> BTreeMap<i64, Vec<u64>> {
        self.rows.clone().into_iter().chain(self.provisional.clone()).collect()
    }

    /// Takes what is there until the rows are those of `expected`.
    pub(super) async fn until(&mut self, expected: &BTreeMap<i64, Vec<u64>>) {
        // A revision may bring older rows than those it began with.
        let held = |rows: &BTreeMap<i64, _>| rows.first_key_value().map_or(i64::MIN, |(&time, _)| time);
        while self.shown() != expected.clone().split_off(&held(&self.rows)) {
            let waited = tokio::time::timeout(Duration::from_secs(6), self.take()).await;
            assert!(waited.is_ok(), "{:?}\ninstead of {:?}", self.rows, expected);
        }
    }
}

/// The rows of an answer, with the bits of their values.
fn table(answer: &Answer) -> BTreeMap<i64, Vec<u64>> {
    let word = |column: &Bytes, row: usize| u64::from_le_bytes(column.as_chunks().0[row]);
    let row = |row: usize| {
        (word(&answer.times, row).cast_signed(), answer.columns.iter().map(|column| word(column, row)).collect())
    };
    (0..answer.rows()).map(row).collect()
}

/// What Compute answers now.
pub(super) async fn computed(app: &Arc<App>, question: &WatchQuestion, series: usize) -> BTreeMap<i64, Vec<u64>> {
    let (compiled, resampling, adjust) = (Arc::clone(&question.compiled), question.resampling, question.adjust);
    let from = BarsFrom::Series(SeriesId { timeframe: question.series[0].timeframe, ..id(series) });
    let question = Question { from, resampling, span: Span::ALL, compiled, persist: None, since: None, adjust };
    table(&app.compute.unary(question, None).await.expect("computed"))
}

#[derive(Debug, Clone)]
enum Change {
    /// New bars.
    Append(i64),
    /// The newest bar again, with other values.
    Replace(u32),
    /// An older bar again, this many before the newest.
    Correct(i64, u32),
    /// Bars of the joined series up to this many before the newest of the first.
    Other(i64),
    /// A split of a series this many bars before the newest of the first, or a dividend of the first.
    Split(usize, i64, f64),
    Dividend(i64, f64),
    /// Another watcher joins.
    Join(u64),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        5 => (1..4_i64).prop_map(Change::Append),
        1 => (20..90_i64).prop_map(Change::Append),
        2 => (1..9_u32).prop_map(Change::Replace),
        1 => (1..60_i64, 1..9_u32).prop_map(|(back, variant)| Change::Correct(back, variant)),
        3 => (0..4_i64).prop_map(Change::Other),
        1 => (1..3_usize, -3..40_i64, 2..5_u32).prop_map(|(series, back, ratio)| Change::Split(series, back, ratio.into())),
        1 => (-3..40_i64, 1..50_u32).prop_map(|(back, cash)| Change::Dividend(back, f64::from(cash) / 16.0)),
        1 => (0..40_u64).prop_map(Change::Join),
    ]
}

/// Stores an action, with its ex-date at a minute.
pub(super) async fn act(app: &Arc<App>, series: usize, minute: i64, kind: ActionKind, value: f64) {
    let actions = vec![CorporateAction { ex_time: minute * MINUTE, kind, value }];
    app.actions.put(id(series).symbol, actions, &CallContext::default()).await.expect("stored");
}

async fn law(changes: &[Change], text: &str, timeframe: &str, resampling: Resampling, adjust: Adjust) {
    let (_folder, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..33, 0)).await;
    ingest(&app, 2, bars((0..33).filter(|minute| minute % 5 != 2), 3)).await;
    let series = vec![SeriesId::parse("S1", timeframe).expect("valid")];
    let question = WatchQuestion { resampling, adjust, ..watch_of(series, &[text], 5) };
    let (mut newest, mut other) = (32, 32);
    let mut views = vec![View::new(&app, &question)];
    views[0].take().await;
    for change in changes {
        match *change {
            Change::Append(rows) => {
                ingest(&app, 1, bars(newest + 1..newest + 1 + rows, 0)).await;
                newest += rows;
            }
            Change::Replace(variant) => {
                ingest(&app, 1, bars(newest..newest + 1, variant)).await;
            }
            Change::Correct(back, variant) => {
                let minute = (newest - back).max(0);
                ingest(&app, 1, bars(minute..minute + 1, variant)).await;
            }
            Change::Other(back) if newest - back > other => {
                let mut new = (other + 1..=newest - back).filter(|minute| minute % 5 != 2).peekable();
                other = newest - back;
                if new.peek().is_some() {
                    ingest(&app, 2, bars(new, 3)).await;
                }
            }
            Change::Other(_) => {}
            Change::Split(series, back, ratio) => act(&app, series, newest - back, ActionKind::Split, ratio).await,
            Change::Dividend(back, cash) => act(&app, 1, newest - back, ActionKind::Dividend, cash).await,
            Change::Join(last) => {
                views.push(View::new(&app, &WatchQuestion { last, ..question.clone() }));
                if last > 0 {
                    views.last_mut().expect("pushed").take().await;
                }
            }
        }
        let expected = computed(&app, &question, 1).await;
        for view in &mut views {
            // One that has begun with nothing has nothing to compare.
            if let Some(Some(Ok(event))) = view.events.next().now_or_never()
                && let Ok(rows) = event.outcome
            {
                view.apply(&rows);
            }
            if !view.rows.is_empty() {
                view.until(&expected).await;
            }
        }
    }
    assert_eq!(app.watches.counts(), (views.len() as u64, 1), "one state for all");
    drop(views);
    assert_eq!(app.watches.counts(), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_those_of_compute(
        changes in prop::collection::vec(change(), 1..25),
        text in 0..TEXTS.len(),
        frame in 0..5_usize,
        filled in any::<bool>(),
        forming in any::<bool>(),
        adjust in prop::sample::select(vec![Adjust::None, Adjust::Split, Adjust::Total]),
    ) {
        // The third reads a stored series on a shifted grid, the last two by calendars.
        let (timeframe, offset, calendar) =
            [("1m", 0, ""), ("5m", 0, ""), ("5m", 2, ""), ("7m", 0, "24/5"), ("15m", 0, "Asia/Kolkata")][frame];
        let fill = if filled && frame > 0 { Fill::Previous } else { Fill::None };
        let resampling = Resampling::new(offset, fill, forming).and_then(|plain| plain.by_name(calendar));
        let resampling = resampling.expect("valid");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(law(&changes, TEXTS[text], timeframe, resampling, adjust));
    }
}

#[tokio::test]
async fn a_correction_is_told_with_the_new_values() {
    let (_folder, app) = app();
    ingest(&app, 1, bars(0..100, 0)).await;
    let question = watch_of(vec![id(1)], &["ema(close, 9)", "close"], 100);
    let mut view = View::new(&app, &question);
    view.take().await;
    ingest(&app, 1, bars(90..91, 4)).await;
    let rows = view.rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows(), rows.provisional), (Some(90 * MINUTE), 10, false));
    view.apply(&rows);
    assert_eq!(view.rows, computed(&app, &question, 1).await);
    // More than are sent again: the rows in between have to be asked for.
    let (_folder, app) = app_with(SMALL, |config| config.limits.watch_rows_max = 256);
    ingest(&app, 1, bars(0..1000, 0)).await;
    let mut view = View::new(&app, &watch_of(vec![id(1)], &["close"], 1));
    view.take().await;
    ingest(&app, 1, bars(10..11, 4)).await;
    let rows = view.rows().await;
    assert_eq!((rows.revised_from, rows.answer.rows()), (Some(10 * MINUTE), 256));
    assert_eq!(table(&rows.answer).first_key_value().expect("rows").0, &(744 * MINUTE));
}

/// The start of the current minute.
pub(super) fn this_minute() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64;
    now - now % MINUTE
}

pub(super) fn bars_at(first: i64, rows: i64, price: f64) -> Bars {
    let mut columns = Columns::default();
    for row in 0..rows {
        let time = first + row * MINUTE;
        columns.push(crate::series::Bar { time, open: price, high: price, low: price, close: price, volume: 1.0 });
    }
    Bars::new(columns).expect("valid")
}

#[tokio::test]
async fn a_forming_bar_is_provisional_until_the_next_one() {
    let (_folder, app) = app();
    // Far enough from now that no minute ends while the test runs.
    let start = this_minute() + 1000 * MINUTE;
    ingest(&app, 1, bars_at(start - 10 * MINUTE, 11, 5.0)).await;
    let closed = watch_of(vec![id(1)], &["sma(close, 2)"], 3);
    let resampling = Resampling::new(0, Fill::None, true).expect("valid");
    let mut forming = View::new(&app, &WatchQuestion { resampling, ..closed.clone() });
    let mut closed = View::new(&app, &closed);
    closed.take().await;
    assert_eq!(closed.rows.last_key_value().expect("rows").0, &(start - MINUTE), "the newest is not closed");
    forming.take().await;
    assert_eq!(forming.rows, closed.rows);
    forming.take().await;
    for price in [6.0, 7.0, 9.0] {
        ingest(&app, 1, bars_at(start, 1, price)).await;
        forming.take().await;
        let (time, values) = forming.provisional.clone().expect("provisional");
        assert_eq!((time, f64::from_bits(values[0])), (start, (5.0 + price) / 2.0));
        assert_eq!(forming.revisions, 0, "what is provisional is not revised");
    }
    ingest(&app, 1, bars_at(start + MINUTE, 1, 9.0)).await;
    closed.take().await;
    forming.take().await;
    assert_eq!(forming.rows, closed.rows);
    assert_eq!(f64::from_bits(closed.rows[&start][0]), 7.0);
    forming.take().await;
    assert_eq!(forming.provisional.as_ref().expect("the next").0, start + MINUTE);
    assert!(closed.events.next().now_or_never().is_none(), "nothing else");
}

/// Also one that is resampled: its last stored bar may change until then.
#[tokio::test]
async fn a_bar_closes_with_its_time() {
    for (timeframe, length) in [("1s", 1), ("2s", 2)] {
        let (_folder, app) = app();
        let series = |timeframe| SeriesId::parse("S1", timeframe).expect("valid");
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64;
        let length = length * 1_000_000_000;
        let time = now();
        let start = time - time % length + length;
        let opens = start + length - 1_000_000_000;
        app.write.ingest(series("1s"), bars_at(opens, 1, 5.0)).await.expect("stored");
        let mut view = View::new(&app, &watch_of(vec![series(timeframe)], &["close"], 3));
        app.write.ingest(series("1s"), bars_at(opens, 1, 6.0)).await.expect("stored");
        while view.rows.is_empty() {
            view.take().await;
        }
        assert!(now() >= start + length, "{timeframe}: not before its end");
        assert_eq!(
            view.rows.iter().map(|(&time, values)| (time, f64::from_bits(values[0]))).collect::<Vec<_>>(),
            [(start, 6.0)]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_watchers_share_a_state() {
    let (_folder, app) = app();
    ingest(&app, 1, bars(0..500, 0)).await;
    let question = watch_of(vec![id(1)], &["rsi(14)"], 1);
    let mut views: Vec<_> = (0..10_000).map(|_| View::new(&app, &question)).collect();
    for view in &mut views {
        view.take().await;
    }
    assert_eq!(app.watches.counts(), (10_000, 1));
    for minute in 500..505 {
        ingest(&app, 1, bars(minute..minute + 1, 0)).await;
    }
    let expected = computed(&app, &question, 1).await;
    for view in &mut views {
        view.until(&expected).await;
    }
}

#[tokio::test]
async fn who_never_reads_loses_rows_and_learns_how_many() {
    let (_folder, app) = app_with(SMALL, |config| config.limits.watch_buffer_rows_max = 16);
    ingest(&app, 1, bars(0..50, 0)).await;
    let question = watch_of(vec![id(1)], &["rsi(14)"], 10);
    let (mut slow, mut quick) = (View::new(&app, &question), View::new(&app, &question));
    slow.take().await;
    quick.take().await;
    for minute in 50..1050 {
        ingest(&app, 1, bars(minute..minute + 1, 0)).await;
        if minute % 8 == 0 {
            quick.until(&computed(&app, &question, 1).await).await;
        }
    }
    let expected = computed(&app, &question, 1).await;
    quick.until(&expected).await;
    assert_eq!(quick.skipped, 0);
    let newest = 1049 * MINUTE;
    while !slow.rows.contains_key(&newest) {
        slow.take().await;
    }
    let kept: Vec<_> = slow.rows.keys().filter(|time| **time >= 50 * MINUTE).collect();
    assert!(kept.len() <= 17, "{}", kept.len());
    assert_eq!(kept.len() as u64 + slow.skipped, 1000, "all are accounted for");
    assert!(slow.rows.iter().all(|(time, values)| expected[time] == *values));
}

#[tokio::test]
async fn a_condition_makes_an_alert() {
    let (_folder, app) = app();
    ingest(&app, 1, bars(0..50, 0)).await;
    let question =
        WatchQuestion { conditional: true, ..watch_of(vec![id(1)], &["close", "close > sma(close, 5)"], 50) };
    let mut view = View::new(&app, &question);
    view.take().await;
    ingest(&app, 1, bars(50..80, 0)).await;
    let held = |values: &Vec<u64>| f64::from_bits(values[1]) == 1.0;
    let all = computed(&app, &question, 1).await;
    let expected: BTreeMap<_, _> =
        all.iter().filter(|(_, values)| held(values)).map(|(&time, values)| (time, values[..1].to_vec())).collect();
    assert!(expected.len() > 20 && expected.len() < 60);
    view.until(&expected).await;
}
