//! Commits: atomic, and durable across a restart.

use std::thread;

use super::*;
use crate::ledger::fixture::{add, bars, facts, hasty, ledger, ledger_with, name};

fn commit(writer: &mut Writer, changes: &[Change]) {
    writer.commit(changes).expect("committed");
}

#[test]
fn a_ledger_opened_again_holds_everything() {
    let (_directory, path, mut writer) = ledger();
    assert_eq!(writer.load().expect("loads"), []);
    let upsert = |start, rows, price| Change::UpsertTail { series: 7, bars: bars(start, rows, price) };
    commit(&mut writer, &[add(7), add(3), upsert(0, 10, 100.0), Change::SetEpoch { series: 7, epoch: 1 }]);
    commit(&mut writer, &[upsert(540, 2, 200.0), Change::SetEpoch { series: 7, epoch: u64::MAX }]);
    let segments = [facts(u64::MAX, 50), facts(4, -90)];
    commit(&mut writer, &segments.map(|facts| Change::AddSegment { series: 3, facts }));
    drop(writer);
    let writer = Writer::open(&path, &Config::default()).expect("opens again");
    let all = writer.load().expect("loads");
    assert_eq!((all.len(), &all[0].name, all[0].epoch), (2, &name(3), 0));
    assert_eq!(all[0].segments, [facts(4, -90), facts(u64::MAX, 50)], "in order of time");
    assert!(all[0].tail.is_empty());
    assert_eq!((all[1].series, all[1].epoch, all[1].tail.len()), (7, u64::MAX, 11));
    assert_eq!((all[1].tail.bar(8).open, all[1].tail.bar(9).open), (100.0, 200.0), "the forming bar is replaced");
    assert!(all[1].segments.is_empty());
}

#[test]
fn what_is_removed_is_gone() {
    let (_directory, _path, mut writer) = ledger();
    let tail = |series| Change::UpsertTail { series, bars: bars(0, 5, 1.0) };
    let segment = |series, number| Change::AddSegment { series, facts: facts(number, 0) };
    commit(&mut writer, &[add(1), add(2), tail(1), tail(2), segment(1, 1), segment(2, 2), segment(2, 3)]);
    commit(&mut writer, &[Change::ClearTail { series: 2, through: 120 }, Change::DropSegment { number: 2 }]);
    commit(&mut writer, &[Change::DeleteSeries { series: 1 }]);
    let all = writer.load().expect("loads");
    assert_eq!((all.len(), all[0].tail.times()), (1, [180, 240].as_slice()));
    assert_eq!(all[0].segments, [facts(3, 0)]);
    commit(&mut writer, &[Change::ClearTail { series: 2, through: i64::MAX }, add(1)]);
    assert!(writer.load().expect("loads").iter().all(|series| series.tail.is_empty()));
}

#[test]
fn a_commit_is_whole_or_not_at_all() {
    let (_directory, _path, mut writer) = ledger();
    commit(&mut writer, &[add(1)]);
    let before = writer.load().expect("loads");
    let good = || Change::UpsertTail { series: 1, bars: bars(0, 100, 1.0) };
    let bad = [
        (add(1), "UNIQUE constraint failed"),
        (Change::SetEpoch { series: 9, epoch: 1 }, "series 9 does not exist in the ledger"),
        (Change::DeleteSeries { series: 9 }, "series 9 does not exist in the ledger"),
        (Change::DropSegment { number: 5 }, "segment 5 does not exist in the ledger"),
        (Change::AddSegment { series: 9, facts: facts(1, 0) }, "FOREIGN KEY constraint failed"),
        (Change::UpsertTail { series: 9, bars: bars(0, 1, 1.0) }, "FOREIGN KEY constraint failed"),
    ];
    for (change, said) in bad {
        let error = writer.commit(&[good(), change, good()]).expect_err("refused");
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(writer.load().expect("loads"), before);
    }
    commit(&mut writer, &[good()]);
    let snapshot = writer.metrics().snapshot();
    assert_eq!((snapshot.commits, snapshot.rows, snapshot.failures, snapshot.retries), (2, 101, 6, 0));
}

#[test]
fn values_come_back_to_the_bit() {
    let (_directory, _path, mut writer) = ledger();
    let odd = [5e-324, 0.1 + 0.2, 1e308, f64::NAN, -0.0, 9_007_199_254_740_993.0];
    let mut columns = bars(i64::MIN, odd.len(), 0.0).into_columns();
    columns.volume = odd.to_vec();
    columns.close[0] = f64::NAN;
    columns.times[5] = i64::MAX;
    let bars = crate::series::Bars::with_gaps(columns).expect("valid");
    commit(&mut writer, &[add(1), Change::UpsertTail { series: 1, bars: bars.clone() }]);
    let tail = writer.load().expect("loads").remove(0).tail;
    let bits = |bars: &crate::series::Bars| format!("{bars:?}");
    assert_eq!(bits(&tail), bits(&bars));
}

#[test]
fn a_busy_file_is_waited_for() {
    let (_directory, path, mut writer) = ledger_with(&hasty(1_000_000));
    let other = Connection::open(&path).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let metrics = writer.metrics();
    let waiting = thread::spawn(move || writer.commit(&[add(1)]).map(|()| writer.load()));
    while metrics.snapshot().retries < 3 {
        thread::yield_now();
    }
    other.execute_batch("COMMIT").expect("free again");
    let all = waiting.join().expect("no panic").expect("committed").expect("loads");
    assert_eq!((all.len(), metrics.snapshot().commits), (1, 1));
}

#[test]
fn a_file_that_stays_busy_is_an_error_that_says_so() {
    let (_directory, path, mut writer) = ledger_with(&hasty(4));
    let other = Connection::open(&path).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let error = writer.commit(&[add(1)]).expect_err("busy");
    assert!(matches!(error, Error::Busy { tries: 4, .. }));
    assert!(!error.to_string().contains("database is locked"), "{error}");
    let snapshot = writer.metrics().snapshot();
    assert_eq!((snapshot.commits, snapshot.retries, snapshot.failures), (0, 3, 1));
    other.execute_batch("COMMIT").expect("free again");
    commit(&mut writer, &[add(1)]);
}

#[test]
fn a_full_disk_is_an_error_of_its_own() {
    let (_directory, _path, mut writer) = ledger();
    commit(&mut writer, &[add(1)]);
    let pages = |writer: &Writer, count: u32| {
        let set = writer.connection.pragma_update_and_check(None, "max_page_count", count, |_| Ok(()));
        set.expect("a new bound");
    };
    pages(&writer, 20);
    let big = Change::UpsertTail { series: 1, bars: bars(0, 10_000, 1.25) };
    let error = writer.commit(&[Change::SetEpoch { series: 1, epoch: 5 }, big.clone()]).expect_err("full");
    assert!(matches!(error, Error::Full { operation: "add bars to a tail", .. }), "{error}");
    let all = writer.load().expect("reads go on");
    assert_eq!((all[0].epoch, all[0].tail.len()), (0, 0));
    pages(&writer, 1 << 20);
    commit(&mut writer, &[big]);
    assert_eq!(writer.load().expect("loads")[0].tail.len(), 10_000);
}

#[test]
fn nothing_is_promised_after_an_unconfirmed_commit() {
    let (_directory, path, mut writer) = ledger();
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
    let error = Error::of("commit", &path)(rusqlite::Error::SqliteFailure(code, None));
    assert!(matches!(error, Error::Unconfirmed { .. }) && !error.is_transient());
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_WRITE);
    assert!(Error::of("commit", &path)(rusqlite::Error::SqliteFailure(code, None)).is_transient());
    writer.unconfirmed = true;
    assert!(matches!(writer.commit(&[add(1)]), Err(Error::Unconfirmed { .. })));
}

#[test]
fn other_files_are_refused() {
    let (_directory, path, writer) = ledger();
    writer.connection.pragma_update(None, "user_version", 99).expect("set");
    drop(writer);
    let error = Writer::open(&path, &Config::default()).expect_err("newer");
    assert!(matches!(error, Error::Newer { found: 99, known: schema::VERSION, .. }), "{error}");
    std::fs::write(&path, [b'x'; 8192]).expect("written");
    assert!(matches!(Writer::open(&path, &Config::default()), Err(Error::Open { .. })));
    assert!(matches!(Writer::open(&path.join("none"), &Config::default()), Err(Error::Open { .. })));
}

#[test]
fn tails_of_every_length_are_upserted() {
    let (_directory, _path, mut writer) = ledger();
    let lengths = [1, 31, 32, 33, 64, 100, 10_000];
    for (series, rows) in (1..).zip(lengths) {
        let upsert = |price| Change::UpsertTail { series, bars: bars(0, rows, price) };
        commit(&mut writer, &[add(series), upsert(1.0), upsert(2.0)]);
    }
    for (held, rows) in writer.load().expect("loads").iter().zip(lengths) {
        assert_eq!(held.tail, bars(0, rows, 2.0));
    }
}

#[test]
fn the_writer_may_move_to_its_thread() {
    let (_directory, path, mut writer) = ledger();
    let metrics = writer.metrics();
    thread::spawn(move || commit(&mut writer, &[add(1)])).join().expect("no panic");
    assert_eq!(metrics.snapshot().commits, 1);
    let reader = crate::ledger::Reader::open(&path, &Config::default(), Default::default()).expect("opens");
    thread::spawn(move || reader.counts().expect("counts")).join().expect("no panic");
}

#[test]
fn many_series_are_loaded() {
    let (_directory, _path, mut writer) = ledger();
    let changes = (1..=2000).flat_map(|series| {
        let bars = bars(series as i64, (series % 7) as usize + 1, series as f64);
        let segment = Change::AddSegment { series, facts: facts(10_000 - series, 0) };
        [add(series), Change::UpsertTail { series, bars }, segment]
    });
    let mut changes: Vec<Change> = changes.collect();
    changes.push(Change::ClearTail { series: 1000, through: i64::MAX });
    commit(&mut writer, &changes);
    for held in writer.load().expect("loads") {
        let rows = if held.series == 1000 { 0 } else { (held.series % 7) as usize + 1 };
        assert_eq!((held.name, held.tail.len()), (name(held.series), rows));
        assert!(rows == 0 || held.tail.bar(0).open == held.series as f64);
        assert_eq!(held.segments, [facts(10_000 - held.series, 0)]);
    }
}
