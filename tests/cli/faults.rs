//! Every file operation of a server fails in its turn: no batch with a receipt is lost, none is there by half or twice,
//! reads go on, and the next start finds everything sound.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use atrad::rpc::proto::admin_service_client::AdminServiceClient;
use atrad::rpc::proto::ingest_service_client::IngestServiceClient;
use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{CheckRequest, IdempotencyKey, IngestRequest, ReadBarsRequest, SeriesId};
use atrad::rpc::wire::{Bars, Packed};
use tempfile::TempDir;
use tonic::Code;
use tonic_types::StatusExt;

use crate::process::Server;

/// A batch is larger than half a tail, so every second one makes the tail seal.
pub(crate) const ROWS: usize = 3000;
const BATCHES: usize = 4;
/// A series of which every batch replaces all bars, those that are sealed and those that are not.
pub(crate) const REPLACED: &str = "REPLACED";
const REPLACED_ROWS: usize = 5000;
/// A series that every batch makes longer.
pub(crate) const GROWING: &str = "GROWING";

const EIO: i32 = 5;
const EMFILE: i32 = 24;
const ENOSPC: i32 = 28;
/// Not an error: half of the bytes are written.
const SHORT: i32 = 0;

#[derive(Debug, Clone, Copy)]
struct Fault {
    /// The part of the data folder where it strikes: all of it when empty.
    below: &'static str,
    operation: &'static str,
    errno: i32,
    sticky: bool,
}

/// The library that lets operations fail, built once.
pub(crate) static SHIM: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, shim) = (concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/fault.c"), folder.path().join("fault.so"));
    let built = Command::new("cc").args(["-shared", "-fPIC", source, "-ldl", "-o"]).arg(&shim).status();
    assert!(built.expect("a C compiler, as SQLite needs one").success());
    (folder, shim)
});

pub(crate) fn id(symbol: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: "1s".into() })
}

/// Sends the batch of this number, whose every volume tells the number.
pub(crate) async fn put(address: &str, symbol: &str, number: usize) -> Result<(), Code> {
    let rows = if symbol == GROWING { number * ROWS..(number + 1) * ROWS } else { 0..REPLACED_ROWS };
    let times: Vec<i64> = rows.map(|row| row as i64 * 1_000_000_000).collect();
    let price = Packed::of(&times.iter().map(|&time| 100.0 + (time % 7919) as f64 / 64.0).collect::<Vec<_>>());
    let bars = Bars {
        times: Packed::of(&times),
        open: price.clone(),
        high: price.clone(),
        low: price.clone(),
        close: price,
        volume: Packed::of(&vec![number as f64; times.len()]),
        ..Bars::default()
    };
    let key = IdempotencyKey { client: "faults".into(), batch: format!("{symbol}:{number}") };
    let request =
        IngestRequest { series: id(symbol), bars: Some(bars), idempotency_key: Some(key), ..IngestRequest::default() };
    let mut client = IngestServiceClient::connect(format!("http://{address}")).await.expect("connected");
    client.ingest(request).await.map(drop).map_err(|status| {
        let passes = matches!(status.code(), Code::ResourceExhausted | Code::Unavailable);
        assert_eq!(status.get_details_retry_info().is_some(), passes, "when to come back: {status:?}");
        status.code()
    })
}

/// The times in seconds and the volumes of a series.
pub(crate) async fn read(address: &str, symbol: &str) -> Vec<(usize, usize)> {
    let mut client = SeriesServiceClient::connect(format!("http://{address}")).await.expect("connected");
    let request = ReadBarsRequest { series: id(symbol), ..ReadBarsRequest::default() };
    let mut held = Vec::new();
    let mut chunks = match client.read_bars(request).await {
        Ok(chunks) => chunks.into_inner(),
        Err(status) if status.code() == Code::NotFound => return held,
        Err(status) => panic!("reads go on: {status}"),
    };
    while let Some(chunk) = chunks.message().await.expect("reads go on") {
        let bars = chunk.bars.expect("there");
        let times = bars.times.values::<i64>().into_iter().map(|time| (time / 1_000_000_000) as usize);
        held.extend(times.zip(bars.volume.values::<f64>().into_iter().map(|volume| volume as usize)));
    }
    assert!(held.is_sorted_by_key(|&(time, _)| time) && held.windows(2).all(|pair| pair[0].0 < pair[1].0), "twice");
    held
}

/// Which batches a server holds.
#[derive(Debug, Default, PartialEq)]
struct Held {
    growing: BTreeSet<usize>,
    replaced: Option<usize>,
}

impl Held {
    /// Panics when a batch is there by half.
    async fn of(address: &str) -> Self {
        let mut growing = BTreeSet::new();
        for batch in read(address, GROWING).await.chunks(ROWS) {
            let number = batch[0].1;
            let whole = (number * ROWS..(number + 1) * ROWS).map(|time| (time, number));
            assert!(batch.iter().copied().eq(whole), "half of batch {number}");
            growing.insert(number);
        }
        let bars = read(address, REPLACED).await;
        let replaced = bars.first().map(|&(_, number)| number);
        let whole = replaced.into_iter().flat_map(|number| (0..REPLACED_ROWS).map(move |time| (time, number)));
        assert!(bars.iter().copied().eq(whole), "half of a batch");
        Self { growing, replaced }
    }
}

/// A server that runs under a fault, and what it has given receipts for.
struct Trial {
    fault: Fault,
    told: Held,
    refused: usize,
}

impl Trial {
    /// Sends every batch; each is answered, and those that are refused are refused for the right reason.
    async fn load(&mut self, address: &str) {
        for number in 0..BATCHES {
            for symbol in [GROWING, REPLACED] {
                match put(address, symbol, number).await {
                    Ok(()) => self.take(symbol, number),
                    Err(code) => {
                        let known = match self.fault.errno {
                            ENOSPC => Code::ResourceExhausted,
                            EMFILE => Code::Unavailable,
                            _ => Code::Internal,
                        };
                        assert_eq!(code, known, "{symbol} {number}");
                        self.refused += 1;
                    }
                }
            }
        }
        assert_eq!(Held::of(address).await, self.told, "readers see what has a receipt");
    }

    fn take(&mut self, symbol: &str, number: usize) {
        if symbol == GROWING {
            self.told.growing.insert(number);
        } else {
            self.told.replaced = Some(number);
        }
    }

    /// Sends again what was refused. A fault that is over does no more harm, or the server has said that it must restart.
    async fn load_again(&mut self, address: &str, log: &Path) {
        for number in 0..BATCHES {
            if !self.told.growing.contains(&number) {
                match put(address, GROWING, number).await {
                    Ok(()) => self.take(GROWING, number),
                    Err(_) => assert!(fs::read_to_string(log).expect("a log").contains("restart needed")),
                }
            }
        }
    }
}

/// One server whose operation `at` fails, and the one after it. Gives the number of batches that were refused; `None`
/// when the operation was not reached.
async fn survive(fault: Fault, at: usize) -> Option<usize> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = fs::canonicalize(folder.path()).expect("there");
    let (data, log, fired) = (path.join("data"), path.join("log"), path.join("fired"));
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let variables = [
        ("LD_PRELOAD", text(&SHIM.1)),
        ("FAULT_FOLDER", text(&data.join(fault.below))),
        ("FAULT_LOG", text(&fired)),
        ("FAULT_OP", fault.operation.into()),
        ("FAULT_AT", at.to_string()),
        ("FAULT_ERRNO", fault.errno.to_string()),
        ("FAULT_STICKY", u8::from(fault.sticky).to_string()),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut trial = Trial { fault, told: Held::default(), refused: 0 };
    match Server::try_start(&data, &variables, File::create(&log).expect("a log")) {
        Err(code) => assert_eq!(code, Some(1), "a start that fails is told"),
        Ok(server) => {
            trial.load(&server.address).await;
            if !fault.sticky {
                trial.load_again(&server.address, &log).await;
            }
            assert_eq!(server.stop(), Some(0));
        }
    }
    let log = fs::read_to_string(log).expect("a log");
    assert!(!log.contains("panicked"), "{log}");
    let server = Server::start(&data, &[]);
    let held = Held::of(&server.address).await;
    assert!(held.growing.is_superset(&trial.told.growing) && held.replaced >= trial.told.replaced, "{held:?}");
    for number in 0..BATCHES {
        put(&server.address, GROWING, number).await.expect("a fault that is over");
    }
    put(&server.address, REPLACED, BATCHES).await.expect("a fault that is over");
    let all = Held { growing: (0..BATCHES).collect(), replaced: Some(BATCHES) };
    assert_eq!(Held::of(&server.address).await, all);
    let mut ledger = AdminServiceClient::connect(format!("http://{}", server.address)).await.expect("connected");
    let found = ledger.check(CheckRequest {}).await.expect("checked").into_inner();
    assert_eq!((found.problems, found.series_count), (vec![], 2));
    assert_eq!(server.stop(), Some(0));
    fired.exists().then_some(trial.refused)
}

/// Every operation at first, then ever fewer of them, until there are no more. Gives the number of batches refused.
async fn walk(operation: &'static str, errno: i32, sticky: bool) -> usize {
    walk_fault(Fault { below: "", operation, errno, sticky }).await
}

async fn walk_fault(fault: Fault) -> usize {
    let (mut at, mut trials, mut refused) = (1, 0, 0);
    while let Some(more) = survive(fault, at).await {
        (at, trials, refused) = (at + 1 + at / 8, trials + 1, refused + more);
    }
    assert!(trials > 1, "{fault:?} was reached {trials} times");
    eprintln!("{fault:?}: {trials} servers, operations up to {at}, {refused} batches refused");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails() {
    walk("write", EIO, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_file_that_cannot_be_written() {
    for errno in [EIO, ENOSPC] {
        assert!(walk_fault(Fault { below: "prices", operation: "write", errno, sticky: false }).await > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_short_is_gone_on_with() {
    assert!(walk("write", SHORT, false).await == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_for_a_moment() {
    assert!(walk("write", ENOSPC, false).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full() {
    assert!(walk("write", ENOSPC, true).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails() {
    assert!(walk("sync", EIO, false).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_syncs_no_more() {
    assert!(walk("sync", EIO, true).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_given() {
    assert!(walk("rename", EIO, false).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_opened() {
    assert!(walk("open", EIO, false).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_without_handles_for_price_files() {
    assert!(walk_fault(Fault { below: "prices", operation: "open", errno: EMFILE, sticky: false }).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_room_for_a_file() {
    assert!(walk("open", ENOSPC, true).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_cut() {
    assert!(walk("truncate", EIO, false).await == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_removed_harms_nobody() {
    assert!(walk("remove", EIO, false).await == 0);
}
