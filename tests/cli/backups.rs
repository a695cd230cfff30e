//! Backups of a running server: asked for at the same time, given up, cut off by a kill, and on a full disk.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use atrad::rpc::proto::admin_service_client::AdminServiceClient;
use atrad::rpc::proto::{BackupRequest, BackupResponse};
use tempfile::TempDir;
use tonic::{Code, Request, Status};

use crate::faults::SHIM;
use crate::process::{Server, say};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectorta_bitfinex_btcusd_4h.csv.gz");

/// Each series has a price file of its own, so a backup takes as many syncs.
const SERIES: usize = 6;

/// A data folder and a folder for backups.
fn folders() -> (TempDir, std::path::PathBuf, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = fs::canonicalize(folder.path()).expect("there");
    let (data, backups) = (path.join("data"), path.join("backups"));
    for series in 0..SERIES {
        say(&data, &["import", FILE, "--symbol", &format!("S{series}"), "--timeframe", "4h"]);
    }
    fs::create_dir(&backups).expect("made");
    (folder, data, backups)
}

fn start(data: &Path, backups: &Path) -> Server {
    Server::start(data, &["--backups", backups.to_str().expect("text")])
}

async fn backup(address: &str, name: &str, timeout: Option<Duration>) -> Result<BackupResponse, Status> {
    let mut client = AdminServiceClient::connect(format!("http://{address}")).await.expect("connected");
    let mut request = Request::new(BackupRequest { name: name.into() });
    if let Some(timeout) = timeout {
        request.set_timeout(timeout);
    }
    Ok(client.backup(request).await?.into_inner())
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("readable").file_name().into_string().expect("text");
    fs::read_dir(folder).expect("listed").map(name).collect()
}

/// A backup has the price files that it says, and they and its ledger are sound.
fn assert_whole(path: &Path, segments: u64) {
    assert_eq!(names(&path.join("prices")).len() as u64, segments, "{}", path.display());
    let told = say(path, &["db", "check"]);
    assert!(told.starts_with(&format!("{SERIES} series, ")), "{told}");
}

/// Waits until nothing unfinished is there any longer.
async fn settled(backups: &Path) {
    let start = Instant::now();
    while names(backups).iter().any(|name| name.contains('.')) {
        assert!(start.elapsed() < Duration::from_secs(20), "{:?} stays", names(backups));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_of_one_name_give_one_whole_backup() {
    let (_folder, data, backups) = folders();
    let server = start(&data, &backups);
    let start = Instant::now();
    let whole = backup(&server.address, "whole", None).await.expect("made");
    let (took, rounds) = (start.elapsed(), 8);
    for round in 0..rounds {
        let name = format!("r{round}");
        let (one, two) = tokio::join!(backup(&server.address, &name, None), async {
            tokio::time::sleep(took * round / rounds).await;
            backup(&server.address, &name, None).await
        });
        let [one, two] = [one, two].map(|made| made.expect("made"));
        assert_eq!((one.segment_count, one.file_bytes), (whole.segment_count, whole.file_bytes));
        assert_eq!((&one.path, one.segment_count, one.file_bytes), (&two.path, two.segment_count, two.file_bytes));
        assert_whole(Path::new(&one.path), whole.segment_count);
    }
    let at_once = ["a", "b", "c", "d", "e", "f"].map(|name| backup(&server.address, name, None));
    for made in futures_util::future::join_all(at_once).await {
        assert_eq!(made.expect("made in turn").segment_count, whole.segment_count);
    }
    assert_eq!(server.stop(), Some(0));
    assert_eq!(names(&backups).len(), 1 + rounds as usize + 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_nobody_waits_for_ends_and_a_retry_is_whole() {
    let (_folder, data, backups) = folders();
    let server = start(&data, &backups);
    let mut late = 0;
    for round in 0..10 {
        let name = format!("r{round}");
        match backup(&server.address, &name, Some(Duration::from_millis(1 + round * 2))).await {
            Ok(_) => {}
            // A client that gives up at its own deadline says that it cancelled.
            Err(status) => {
                assert!([Code::DeadlineExceeded, Code::Cancelled].contains(&status.code()), "{status:?}");
                late += 1;
            }
        }
        settled(&backups).await;
        let made = backup(&server.address, &name, None).await.expect("made, or there");
        assert_whole(Path::new(&made.path), made.segment_count);
    }
    assert!(late > 0, "no call was given up");
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_leaves_is_removed_at_the_next_start() {
    let (_folder, data, backups) = folders();
    let mut cut_off = 0;
    for round in 0..5 {
        let server = start(&data, &backups);
        let (address, name) = (server.address.clone(), format!("r{round}"));
        let call = tokio::spawn(async move { backup(&address, &name, None).await });
        while !call.is_finished() && !names(&backups).iter().any(|name| name.contains('.')) {
            tokio::task::yield_now().await;
        }
        server.kill();
        let made = call.await.expect("no panic").is_ok();
        cut_off += usize::from(names(&backups).iter().any(|name| name.contains('.')));
        let server = start(&data, &backups);
        assert!(!names(&backups).iter().any(|name| name.contains('.')), "{:?}", names(&backups));
        assert!(!made || backups.join(format!("r{round}")).exists(), "what was confirmed is there");
        for name in names(&backups) {
            assert_whole(&backups.join(name), SERIES as u64);
        }
        assert_eq!(server.stop(), Some(0));
    }
    assert!(cut_off > 0, "no backup was cut off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_left() {
    let (folder, data, backups) = folders();
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    // The first write is of the ledger, the later ones are of price files.
    for at in ["1", "5", "30"] {
        let variables = [
            ("LD_PRELOAD", text(&SHIM.1)),
            ("FAULT_FOLDER", text(&backups)),
            ("FAULT_LOG", text(&folder.path().join("fired"))),
            ("FAULT_OP", "write".into()),
            ("FAULT_AT", at.into()),
            ("FAULT_ERRNO", "28".into()),
            ("FAULT_STICKY", "1".into()),
            ("ATRAD_BACKUPS", text(&backups)),
        ];
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let log = File::create(folder.path().join("log")).expect("a log");
        let server = Server::try_start(&data, &variables, log).expect("started");
        let refused = backup(&server.address, "full", None).await.expect_err("no room");
        assert_eq!(refused.code(), Code::ResourceExhausted, "{at}: {refused:?}");
        assert!(refused.message().contains("full"), "{refused:?}");
        assert_eq!(names(&backups), Vec::<String>::new());
        assert_eq!(server.stop(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_names_its_limit() {
    let (_folder, data, backups) = folders();
    let server = Server::start(&data, &["--backups", backups.to_str().expect("text"), "--backups-max", "1"]);
    backup(&server.address, "one", None).await.expect("made");
    let refused = backup(&server.address, "two", None).await.expect_err("refused");
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(refused.message().contains("backups_max allows at most 1"), "{refused:?}");
    let details = tonic_types::StatusExt::get_details_quota_failure(&refused).expect("there");
    assert_eq!(details.violations[0].subject, "backups_max");
    assert_eq!(server.stop(), Some(0));
}
