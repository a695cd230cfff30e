//! A server is killed under load at any moment: every receipt is honoured and every batch is atomic.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::fixture::{bar, files, id, open_with, read};
use crate::app::write::segment_writer::Sizes;
use crate::app::{App, Batch, BatchKey};
use crate::series::{Bars, Columns, Span};

const SIZES: Sizes = Sizes { tail_max: 64, tail_keep: 16, segment_max: 1 << 20 };
const ROUNDS: usize = 20;
/// The bars of each batch of the growing series, by their number.
const GROWING: [usize; 4] = [1, 7, 50, 3000];
/// A series whose every batch replaces all bars, sealed or not.
const REPLACED: usize = GROWING.len();
const REPLACED_ROWS: usize = 100;

/// The batch of this number; its volumes encode the number.
fn batch(series: usize, number: u64) -> Bars {
    let (start, rows) = match GROWING.get(series) {
        Some(&rows) => (number as usize * rows, rows),
        None => (0, REPLACED_ROWS),
    };
    let mut columns = Columns::default();
    for minute in start..start + rows {
        columns.push(bar(minute as i64, 0));
    }
    columns.volume.fill(number as f64);
    Bars::new(columns).expect("valid")
}

fn keyed(series: usize, number: u64) -> Batch {
    let key = BatchKey::new("victim", &format!("{series}:{number}")).expect("valid");
    Batch::from(batch(series, number)).keyed(Some(key))
}

/// The number of batches of a series; each must be complete.
async fn batches(app: &Arc<App>, series: usize) -> u64 {
    if app.bars.get(&id(series)).is_err() {
        return 0;
    }
    let (source, _) = read(app, series, Span::ALL).await.expect("readable");
    let (count, expected) = match GROWING.get(series) {
        Some(&rows) => {
            let count = source.times.len().div_ceil(rows) as u64;
            (count, (0..count).map(|number| batch(series, number)).collect::<Vec<_>>())
        }
        None => {
            let number = source.volume[0] as u64;
            (number + 1, vec![batch(series, number)])
        }
    };
    let mut whole = Columns::default();
    for batch in &expected {
        (0..batch.len()).for_each(|row| whole.push(batch.bar(row)));
    }
    assert!(source == whole, "series {series} holds something else than {count} whole batches");
    count
}

/// Ingests until it is killed, and prints a line after each receipt.
#[test]
#[ignore = "the process that `receipts_survive_a_kill` kills"]
fn victim() {
    let mut path = String::new();
    std::io::stdin().read_line(&mut path).expect("a path or nothing");
    if path.is_empty() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let app = open_with(Path::new(path.trim()), SIZES, |_| ());
        let mut writers = Vec::new();
        for series in 0..=REPLACED {
            let (app, mut number) = (Arc::clone(&app), batches(&app, series).await);
            writers.push(tokio::spawn(async move {
                // The last batch before the kill is recognised by its idempotency key and not applied again.
                number = number.saturating_sub(1);
                loop {
                    let receipt = app.write.ingest(id(series), keyed(series, number)).await.expect("stored");
                    assert_eq!(receipt.accepted + receipt.replaced, batch(series, number).len() as u64);
                    println!("\nreceipt {series} {number}");
                    number += 1;
                }
            }));
        }
        let ended = join_all(writers).await;
        panic!("they go on until they are killed: {ended:?}");
    });
}

#[tokio::test]
async fn receipts_survive_a_kill() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut receipts: BTreeMap<usize, u64> = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut victim = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "app::tests::crash::victim", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        writeln!(victim.stdin.take().expect("piped"), "{}", directory.path().display()).expect("written");
        let lines = BufReader::new(victim.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let mut acknowledged = lines.filter_map(|line| {
            let (series, number) = line.strip_prefix("receipt ")?.split_once(' ')?;
            Some((series.parse::<usize>().ok()?, number.parse::<u64>().ok()?))
        });
        receipts.extend([acknowledged.next().expect("a living victim")]);
        std::thread::sleep(Duration::from_micros(RandomState::new().hash_one(round) % 100_000));
        victim.kill().expect("killed");
        receipts.extend(acknowledged);
        victim.wait().expect("gone");

        let app = open_with(directory.path(), SIZES, |_| ());
        for (&series, &number) in &receipts {
            let source = batches(&app, series).await;
            assert!(source > number, "series {series} holds {source} batches, receipt {number} was given");
        }
        app.close().await;
        let segments: u32 = app
            .bars
            .list("", None, None, 100, &crate::app::CallContext::default())
            .await
            .expect("listed")
            .iter()
            .map(|facts| facts.segments)
            .sum();
        assert_eq!(files(directory.path()).len(), segments as usize, "no file is left that nobody names");
    }
    assert_eq!(receipts.len(), GROWING.len() + 1, "every series was written to");
}
