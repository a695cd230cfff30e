//! What changed: answers since an epoch, applied in turn, are the same table as a fresh answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use proptest::prelude::*;

use super::as_of::{EXCHANGE_FRAMES, FRAMES, MONDAY};
use super::fixture::{
    MINUTE, SMALL, app_with, bars, id, ingest, last, merged, numbers, open_with, question, reading, whole,
};
use crate::app::{Answer, App, BarsFrom, BarsQuestion, CallContext, Question, Since};
use crate::series::{Fill, Resampling, Retention, SeriesId, Span};

/// What happens to the series.
#[derive(Debug, Clone)]
enum Event {
    /// Bars of a series behind its newest, after a gap.
    Append {
        series: usize,
        gap: i64,
        bars: i64,
    },
    /// Bars of a series at any place: corrections and late ones.
    Change {
        series: usize,
        from: i64,
        bars: i64,
        variant: u32,
    },
    Delete(usize),
    Retain(usize, u64),
    Restart,
    /// Moves the time of questions that are as of one.
    Clock(i64),
}

fn events() -> impl Strategy<Value = Event> {
    let series = || 1..=2_usize;
    prop_oneof![
        6 => (series(), 0..9_i64, 1..30_i64).prop_map(|(series, gap, bars)| Event::Append { series, gap, bars }),
        4 => (series(), 0..120_i64, 1..4_i64, 0..5_u32)
            .prop_map(|(series, from, bars, variant)| Event::Change { series, from, bars, variant }),
        1 => series().prop_map(Event::Delete),
        1 => (series(), 5..40_u64).prop_map(|(series, rows)| Event::Retain(series, rows)),
        1 => Just(Event::Restart),
        4 => (-20..60_i64).prop_map(Event::Clock),
    ]
}

/// What a caller has of a question.
struct Table {
    timeframe: &'static str,
    resampling: Resampling,
    last: Option<u64>,
    texts: &'static [&'static str],
    is_as_of: bool,
    with_token: bool,
    epoch: u64,
    token: Bytes,
    rows: BTreeMap<i64, Vec<u64>>,
}

const OWN: &[&str] = &["close", "ema(close, 5)", "cumsum(volume)"];
const JOINED: &[&str] = &["close@S2", "sma(close@S2, 3)", "ema(close - open@S2, 4)"];

/// Tables of stored and resampled series, alone and joined, whole and of the newest rows, now and as of a time.
fn tables(frames: &[(&'static str, i32, Fill, &str)]) -> Vec<Table> {
    let mut all = Vec::new();
    for &(timeframe, offset, fill, calendar) in frames {
        for (texts, with_token) in [(OWN, true), (JOINED, true), (OWN, false)] {
            for case in 0..8 {
                let (is_as_of, forming, last) = (case & 1 > 0, case & 2 > 0, (case & 4 > 0).then_some(6));
                let resampling = Resampling::new(offset, fill, forming).and_then(|plain| plain.by_name(calendar));
                let resampling = resampling.expect("valid");
                let (epoch, token, rows) = (0, Bytes::new(), BTreeMap::new());
                all.push(Table { timeframe, resampling, last, texts, is_as_of, with_token, epoch, token, rows });
            }
        }
    }
    all
}

/// The rows of an answer by time, as bits.
fn rows(times: &[u8], columns: &[Bytes]) -> impl Iterator<Item = (i64, Vec<u64>)> {
    let columns: Vec<Vec<u64>> = columns.iter().map(|column| numbers(column).map(f64::to_bits).collect()).collect();
    let times = times.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect::<Vec<_>>();
    times.into_iter().enumerate().map(move |(row, time)| (time, columns.iter().map(|column| column[row]).collect()))
}

impl Table {
    fn question(&self, as_of: i64, since: Option<Since>) -> Question {
        let span = self.last.map_or(Span::ALL, last).as_of(self.is_as_of.then_some(as_of));
        let series = SeriesId { timeframe: self.timeframe.parse().expect("valid"), ..id(1) };
        Question { from: BarsFrom::Series(series), resampling: self.resampling, since, ..question(1, span, self.texts) }
    }

    /// Asks for what changed, applies it, and compares with a fresh answer. A series that is deleted changes nothing.
    async fn follow(&mut self, app: &Arc<App>, as_of: i64) {
        let Ok(fresh) = app.compute.unary(self.question(as_of, None), None).await else { return };
        assert_eq!(fresh.changes, None);
        let since = Since::new(Some(self.epoch), &self.token).expect("valid");
        let question = self.question(as_of, since);
        let news = app.compute.unary(question.clone(), None).await.expect("as before");
        let stream = app.compute.stream(question, None).await.expect("begun");
        assert_eq!(whole(stream.boxed()).await.expect("computed"), news);
        let Answer { times, columns, changes, epoch, .. } = news;
        let changes = changes.expect("reported");
        if let Some(from) = changes.from {
            self.rows.split_off(&from);
        }
        let known = self.rows.len();
        self.rows.extend(rows(&times, &columns));
        assert_eq!(self.rows.len(), known + times.len() / 8, "rows that are told were void");
        let surplus = self.rows.len().saturating_sub(self.last.unwrap_or(u64::MAX) as usize);
        self.rows = self.rows.split_off(&self.rows.keys().nth(surplus).copied().unwrap_or(i64::MIN));
        let expected: BTreeMap<_, _> = rows(&fresh.times, &fresh.columns).collect();
        let Self { timeframe, resampling, texts, .. } = self;
        assert_eq!(self.rows, expected, "{timeframe} {resampling:?} {texts:?} {} {changes:?}", self.is_as_of);
        self.epoch = epoch;
        if self.with_token {
            self.token = changes.token.clone();
        }
    }
}

/// What the bars themselves say, by the same rules.
#[derive(Default)]
struct BarsTable {
    epoch: u64,
    token: Bytes,
    rows: BTreeMap<i64, Vec<u64>>,
}

impl BarsTable {
    async fn follow(&mut self, app: &Arc<App>, timeframe: &str, as_of: Option<i64>) {
        let series = SeriesId { timeframe: timeframe.parse().expect("valid"), ..id(1) };
        let ask = async |since| {
            let question = BarsQuestion { since, ..reading(series.clone(), Span::ALL.as_of(as_of)) };
            let chunks = app.bars.read(question, &CallContext::default()).await.ok()?;
            Some(chunks.map(|chunk| chunk.expect("read")).collect::<Vec<_>>().await.remove(0))
        };
        let (Some(fresh), Some(news)) =
            (ask(None).await, ask(Since::new(Some(self.epoch), &self.token).expect("valid")).await)
        else {
            return;
        };
        let changes = news.changes.expect("reported");
        if let Some(from) = changes.from {
            self.rows.split_off(&from);
        }
        self.rows.extend(rows(&news.times, &news.columns));
        assert_eq!(self.rows, rows(&fresh.times, &fresh.columns).collect(), "{timeframe} {as_of:?}");
        (self.epoch, self.token) = (news.epoch, changes.token);
    }
}

/// A server, and how far its series have come.
struct World<'a> {
    data: &'a Path,
    app: Arc<App>,
    newest: [i64; 2],
    clock: i64,
}

impl World<'_> {
    async fn happen(&mut self, event: &Event) {
        match *event {
            Event::Append { series, gap, bars: many } => {
                let from = self.newest[series - 1] + 1 + gap;
                self.newest[series - 1] = from + many - 1;
                ingest(&self.app, series, bars(from..from + many, 0)).await;
            }
            Event::Change { series, from, bars: many, variant } => {
                let newest = &mut self.newest[series - 1];
                let from = from % (*newest).max(1);
                *newest = (*newest).max(from + many - 1);
                ingest(&self.app, series, bars(from..from + many, variant)).await;
            }
            Event::Delete(series) => {
                let _ = self.app.write.delete(id(series)).await;
                self.newest[series - 1] = self.newest[series - 1].min(50);
            }
            Event::Retain(series, rows_max) => {
                let retention = Retention { rows_max, age_max_ms: 0 };
                let _ = self.app.write.set_retention(id(series), retention).await;
            }
            Event::Restart => {
                self.app.close().await;
                self.app = open_with(self.data, SMALL, |_| ());
            }
            Event::Clock(minutes) => self.clock += minutes * MINUTE + MINUTE / 2,
        }
        // It may remove expired bars, between two questions too.
        merged(&self.app).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_in_turn_are_the_table_of_a_fresh_answer(
        history in prop::collection::vec((events(), any::<u8>()), 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (directory, app) = app_with(SMALL, |_| ());
            let mut world = World { data: directory.path(), app, newest: [-1; 2], clock: 30 * MINUTE };
            let (mut tables, mut stored, mut resampled) = (tables(&FRAMES), [BarsTable::default(), BarsTable::default()],
                [BarsTable::default(), BarsTable::default()]);
            for (event, who) in history {
                world.happen(&event).await;
                for (at, table) in tables.iter_mut().enumerate() {
                    // A number alone does not tell a series that was created anew.
                    if matches!(event, Event::Delete(_)) && !table.with_token {
                        (table.epoch, table.rows) = (0, BTreeMap::new());
                    }
                    // Some ask after every event, the others now and then.
                    if at % 3 == 0 || who & (1 << (at % 8)) > 0 {
                        table.follow(&world.app, world.clock).await;
                    }
                }
                for (tables, timeframe) in [(&mut stored, "1m"), (&mut resampled, "5m")] {
                    tables[0].follow(&world.app, timeframe, None).await;
                    tables[1].follow(&world.app, timeframe, Some(world.clock)).await;
                }
            }
            world.app.close().await;
        });
    }
}

/// The rows and the first void one since an answer, then that answer.
async fn news(app: &Arc<App>, texts: &[&str], since: &Answer) -> (usize, Option<i64>, Answer) {
    let token = since.changes.as_ref().map(|changes| changes.token.clone()).unwrap_or_default();
    let since = Since::new(Some(since.epoch), &token).expect("valid");
    let found = app.compute.unary(Question { since, ..question(1, Span::ALL, texts) }, None).await.expect("computed");
    (found.rows(), found.changes.as_ref().expect("reported").from, found)
}

#[tokio::test]
async fn only_what_changed_is_sent() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..100, 0)).await;
    ingest(&app, 2, bars(0..100, 0)).await;
    let texts = ["ema(close, 5)", "close@S2"];
    let begin = Since::new(Some(0), &[]).expect("valid");
    let asked = Question { since: begin, ..question(1, Span::ALL, &texts) };
    let first = app.compute.unary(asked, None).await.expect("computed");
    assert_eq!((first.rows(), first.changes.as_ref().expect("reported").from), (100, Some(i64::MIN)));
    let (rows, from, same) = news(&app, &texts, &first).await;
    assert_eq!((rows, from), (0, None));
    ingest(&app, 1, bars(100..103, 0)).await;
    let (rows, from, grown) = news(&app, &texts, &same).await;
    assert_eq!((rows, from.is_some_and(|from| from > 99 * MINUTE)), (3, true));
    ingest(&app, 2, bars(90..91, 7)).await;
    let (rows, from, joined) = news(&app, &texts, &grown).await;
    assert_eq!((rows, from), (13, Some(90 * MINUTE)));
    ingest(&app, 1, bars(40..41, 7)).await;
    let (rows, from, revised) = news(&app, &texts, &joined).await;
    assert_eq!((rows, from), (63, Some(40 * MINUTE)));
    // A number alone is enough for a stored series.
    let number = Answer { changes: None, ..joined.clone() };
    assert_eq!(news(&app, &["close"], &number).await.0, 63);
    assert_eq!(news(&app, &texts, &number).await.0, 103, "it tells nothing of the other series");
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(news(&app, &texts, &revised).await.0, 0, "nothing has changed");
    let (rows, from, _) = news(&app, &texts, &joined).await;
    assert_eq!((rows, from), (103, Some(i64::MIN)), "the changes before the start are not known");
    ingest(&app, 1, bars(103..104, 0)).await;
    assert_eq!(news(&app, &texts, &revised).await.0, 1);
    app.close().await;
}

/// Bars one by one, as minutes after midnight UTC of a Monday, and their series. In New York there are regular ones, some after
/// hours, and late ones before those.
pub(super) const OUTSIDE: [(i64, usize); 15] = [
    (900, 2),
    (900, 1),
    (1150, 2),
    (1150, 1),
    (1290, 2),
    (1290, 1),
    (1330, 1),
    // Late, and the newest of a session.
    (1240, 2),
    (1240, 1),
    // On Tuesday.
    (1440 + 880, 2),
    (1440 + 880, 1),
    (1440 + 1350, 1),
    (1440 + 1350, 2),
    // On Wednesday.
    (2880 + 1000, 1),
    (2880 + 1060, 2),
];

#[tokio::test]
async fn a_gap_that_is_filled_is_told_behind_bars_outside_of_sessions() {
    let (_directory, app) = app_with(SMALL, |_| ());
    let mut tables = tables(&EXCHANGE_FRAMES);
    for (at, (minute, series)) in OUTSIDE.into_iter().enumerate() {
        ingest(&app, series, bars(MONDAY + minute..MONDAY + minute + 1, 0)).await;
        for (number, table) in tables.iter_mut().enumerate() {
            // Some ask after every bar, the others now and then.
            if number % 3 == 0 || (number + at) % 4 == 0 {
                table.follow(&app, (MONDAY + minute + 1) * MINUTE).await;
            }
        }
    }
    app.close().await;
}
