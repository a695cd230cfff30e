//! Data folders that are read while a server writes to them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::fixture::{MINUTE, SMALL, app_with, bars, files, id, ingest, merged, open_with, read};
use crate::series::{Column, Source, Span};
use crate::stored::{Error, StoredBars, StoredFolder};

fn opens(folder: &StoredFolder, series: usize) -> (u64, Arc<StoredBars>) {
    let found = folder.get(&id(series)).expect("readable").expect("there");
    (found.epoch, found.bars)
}

/// The times and the closes, verified.
fn whole(bars: &StoredBars) -> (Vec<i64>, Vec<f64>) {
    let rows = bars.rows_of(&Span::ALL).expect("whole");
    bars.verify(&rows, &[Column::Close]).and_then(|()| bars.verify_times(&rows)).expect("sound");
    let (mut times, mut scratch) = (Vec::new(), vec![0.0; rows.len()]);
    bars.times(rows.clone(), &mut times);
    (times, bars.values(Column::Close, rows, &mut scratch).to_vec())
}

#[tokio::test]
async fn a_folder_reads_what_its_server_reads() {
    let (directory, app) = app_with(SMALL, |_| ());
    for (series, rows) in [(1, 5), (2, 500), (3, 1)] {
        ingest(&app, series, bars(0..rows, 0)).await;
    }
    let folder = StoredFolder::open(directory.path()).expect("opens beside a server");
    for (series, rows) in [(1, 5), (2, 500), (3, 1)] {
        let (epoch, found) = opens(&folder, series);
        let (columns, expected) = read(&app, series, Span::ALL).await.expect("readable");
        assert_eq!((whole(&found), epoch), ((columns.times, columns.close), expected));
        assert_eq!(found.rows(), rows as usize);
    }
    let extents = folder.series().expect("listed");
    let found: Vec<_> = extents.iter().map(|one| (one.name.clone(), one.rows, one.times)).collect();
    let times = |rows: i64| Some((0, (rows - 1) * MINUTE));
    assert_eq!(found, [(id(1), 5, times(5)), (id(2), 500, times(500)), (id(3), 1, times(1))]);
    assert!(folder.get(&id(9)).expect("readable").is_none());
    app.close().await;
    assert_eq!(opens(&folder, 2).1.rows(), 500, "also after the server");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_look_is_of_one_commit_while_files_are_merged_and_removed() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..25, 0)).await;
    let (folder, ended) = (StoredFolder::open(directory.path()).expect("opens"), Arc::new(AtomicBool::new(false)));
    let has_ended = Arc::clone(&ended);
    let reader = thread::spawn(move || {
        let mut looks: Vec<(u64, usize)> = Vec::new();
        let first = opens(&folder, 1).1;
        let before = whole(&first);
        while !has_ended.load(Ordering::Relaxed) {
            let (epoch, found) = opens(&folder, 1);
            let (times, closes) = whole(&found);
            // The batch of an epoch holds 25 bars, and a bar's price tells its time.
            assert_eq!(times.len(), 25 * epoch as usize);
            let expected = bars(0..times.len() as i64, 0);
            assert!(times == expected.times() && closes == expected.column(Column::Close));
            looks.push((epoch, times.len()));
        }
        assert!(looks.is_sorted() && whole(&first) == before, "what is open stays as it was");
        looks.len()
    });
    for start in (25..6000).step_by(25) {
        ingest(&app, 1, bars(start..start + 25, 0)).await;
    }
    merged(&app).await;
    ended.store(true, Ordering::Relaxed);
    assert!(reader.join().expect("no look failed") > 1);
    app.close().await;
}

#[tokio::test]
async fn what_is_lost_is_told() {
    let (directory, app) = app_with(SMALL, |_| ());
    let nowhere = directory.path().join("nowhere");
    assert!(matches!(StoredFolder::open(&nowhere), Err(Error::NoLedger { path }) if path == nowhere));
    ingest(&app, 1, bars(0..500, 0)).await;
    app.close().await;
    let folder = StoredFolder::open(directory.path()).expect("opens");
    let file = files(directory.path()).remove(0);
    let mut bytes = std::fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(&file).expect("removed");
    let absent = opens(&folder, 1).1.rows_of(&Span::ALL).expect_err("its file is gone");
    assert!(
        absent.is_loss() && absent.to_string().contains(&*file.file_name().expect("named").to_string_lossy()),
        "{absent}"
    );
    std::fs::write(&file, bytes).expect("written");
    let bars = opens(&folder, 1).1;
    let rows = 0..bars.rows();
    let all = [Column::Open, Column::High, Column::Low, Column::Close, Column::Volume];
    let damage = bars.verify(&rows, &all).and_then(|()| bars.verify_times(&rows)).expect_err("damaged");
    assert!(damage.is_damage(), "{damage}");
}

/// What makes a price file unreadable.
type Damage = fn(&Path);

/// How a price file is made unreadable.
fn damages() -> [(&'static str, Damage); 4] {
    [
        ("removed", |file| std::fs::remove_file(file).expect("removed")),
        ("another header", |file| replace(file, |bytes| bytes[40] ^= 1)),
        ("cut", |file| replace(file, |bytes| bytes.truncate(bytes.len() / 2))),
        ("no price file", |file| replace(file, |bytes| bytes.fill(b'x'))),
    ]
}

/// Puts an edited copy in the place of a file.
fn replace(file: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).expect("readable");
    edit(&mut bytes);
    std::fs::remove_file(file).expect("removed");
    std::fs::write(file, bytes).expect("written");
}

#[tokio::test]
async fn only_what_needs_a_lost_file_is_refused() {
    let (directory, app) = app_with(SMALL, |_| ());
    for minutes in [0..3000, 3000..3300, 3300..3340] {
        ingest(&app, 1, bars(minutes, 0)).await;
    }
    app.close().await;
    let folder = StoredFolder::open(directory.path()).expect("opens");
    let sound = opens(&folder, 1).1;
    let (facts, times) = (sound.facts().collect::<Vec<_>>(), whole(&sound).0);
    assert!(facts.len() >= 2 && sound.rows() == 3340, "{facts:?}");
    for lost in &facts {
        let file = directory.path().join(format!("prices/{:016x}.atp", lost.number));
        let before = std::fs::read(&file).expect("readable");
        for (how, damage) in damages() {
            damage(&file);
            let found = opens(&folder, 1).1;
            assert_eq!(found.rows() as u64, 3340 - lost.rows, "{how}");
            // By their definition: a span is refused if a bar that is lost would be in it.
            let step = times.len() / 37;
            let ends = || times.iter().copied().step_by(step).map(Some).chain([None]);
            for (from, to) in ends().flat_map(|from| ends().map(move |to| (from, to))) {
                let Ok(span) = Span::new(from, to, None) else { continue };
                let within = |time: &i64| from.is_none_or(|from| from <= *time) && to.is_none_or(|to| *time < to);
                let is_lost = |time: &&i64| (lost.first_time..=lost.last_time).contains(*time);
                let expected: Vec<_> = times.iter().copied().filter(within).collect();
                match found.rows_of(&span) {
                    Ok(rows) => {
                        found.verify_times(&rows).expect("sound");
                        let mut read = Vec::new();
                        found.times(rows, &mut read);
                        assert_eq!(read, expected, "{how} {span:?}");
                    }
                    Err(error) => {
                        assert!(error.is_loss() && expected.iter().any(|time| is_lost(&time)), "{how} {span:?} {error}")
                    }
                }
            }
            // A window that reaches over the gap has not the bars that it needs.
            let gap = times.iter().position(|&time| time == lost.first_time).expect("it was there");
            assert!(found.connected(&(gap..gap + 2), false).is_ok());
            let across = if gap == 0 { 0..2 } else { gap - 1..gap + 1 };
            assert!(found.connected(&across, true).is_err_and(|error| error.is_loss()), "{how}");
            drop(std::fs::remove_file(&file));
            std::fs::write(&file, &before).expect("written");
        }
    }
    assert_eq!(whole(&opens(&folder, 1).1).0, times, "once it is back, all is there");
}

#[tokio::test]
async fn a_ledger_that_was_replaced_is_opened_again() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, bars(0..5, 0)).await;
    app.close().await;
    let (ledger, aside) = (directory.path().join("ledger.db"), directory.path().join("aside.db"));
    std::fs::copy(&ledger, &aside).expect("copied");
    let app = open_with(directory.path(), SMALL, |_| ());
    ingest(&app, 1, bars(5..10, 0)).await;
    ingest(&app, 2, bars(0..3, 0)).await;
    app.close().await;
    let folder = StoredFolder::open(directory.path()).expect("opens");
    assert_eq!((opens(&folder, 1).1.rows(), folder.series().expect("listed").len()), (10, 2));
    // As a restore does.
    let newer = directory.path().join("newer.db");
    std::fs::rename(&ledger, &newer).expect("moved");
    let gone = folder.series().expect_err("there is no ledger");
    assert!(matches!(&gone, Error::NoLedger { path } if path == directory.path()), "{gone}");
    std::fs::rename(&aside, &ledger).expect("moved");
    assert_eq!((opens(&folder, 1).1.rows(), folder.series().expect("listed").len()), (5, 1));
    assert!(folder.get(&id(2)).expect("readable").is_none());
    std::fs::rename(&newer, &ledger).expect("moved");
    assert_eq!((opens(&folder, 1).1.rows(), folder.series().expect("listed").len()), (10, 2));
}
