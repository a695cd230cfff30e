//! What surrounds a server goes wrong: a sector of the disk, the length of a file, the clock.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{AcceptLossRequest, ReadBarsRequest};
use tonic::{Code, Status};

use crate::faults::{GROWING, REPLACED, ROWS, SHIM, id, put, read};
use crate::process::{Server, atrad, free_port};

/// The newest of two batches that are not in a price file: at least 1,024, as whole blocks of as many are sealed.
const TAIL: usize = 1024 + 2 * ROWS % 1024;

/// Stores a series with one price file and one that is only in the ledger, and gives the price file.
async fn fill(address: &str, data: &Path) -> PathBuf {
    for number in 0..2 {
        put(address, GROWING, number).await.expect("stored");
    }
    let mut files = fs::read_dir(data.join("prices")).expect("listed");
    files.next().expect("a price file").expect("readable").path()
}

/// The error of reading a series whose bars cannot be read.
async fn refusal(address: &str, symbol: &str) -> Result<(), Status> {
    let mut client = SeriesServiceClient::connect(format!("http://{address}")).await.expect("connected");
    let request = ReadBarsRequest { series: id(symbol), ..ReadBarsRequest::default() };
    let mut chunks = client.read_bars(request).await?.into_inner();
    while chunks.message().await?.is_some() {}
    Ok(())
}

/// Leaves the first page of a file, with its directory.
fn cut(file: &Path) {
    fs::set_permissions(file, Permissions::from_mode(0o600)).expect("ours");
    File::options().write(true).open(file).and_then(|file| file.set_len(4096)).expect("cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_lost_after_they_were_read_end_the_server_with_a_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let start = || Server::try_start(&data, &[], File::create(&log).expect("a log")).expect("started");
    let said = || fs::read_to_string(&log).expect("a log");
    let server = start();
    let file = fill(&server.address, &data).await;
    assert_eq!(read(&server.address, GROWING).await.len(), 2 * ROWS);
    cut(&file);
    refusal(&server.address, GROWING).await.expect_err("there is nothing to read");
    assert_eq!(server.wait(), Some(1));
    assert!(said().contains("a mapped file was cut short"), "{}", said());
    let server = start();
    assert!(said().contains(file.to_str().expect("text")) && said().contains("quarantined"), "{}", said());
    let lost = refusal(&server.address, GROWING).await.expect_err("bars that were acknowledged are gone");
    assert!(lost.code() == Code::DataLoss && lost.message().contains("put it back"), "{lost}");
    let mut client = SeriesServiceClient::connect(format!("http://{}", server.address)).await.expect("connected");
    client.accept_loss(AcceptLossRequest { series: id(GROWING) }).await.expect("accepted");
    assert_eq!(read(&server.address, GROWING).await.len(), TAIL, "what is not in the file is served");
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_cannot_be_read_are_told_and_the_server_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    let file = fill(&server.address, &data).await;
    // The kernel fails to read these pages as it fails to read a bad sector.
    cut(&file);
    for _ in 0..2 {
        let lost = refusal(&server.address, GROWING).await.expect_err("it cannot be read");
        let name = file.file_name().and_then(|name| name.to_str()).expect("text");
        assert!(lost.code() == Code::DataLoss && lost.message().contains(name), "{lost}");
        assert!(lost.message().contains("cannot be read: a disk error"), "{lost}");
    }
    put(&server.address, REPLACED, 0).await.expect("the server goes on");
    assert!(!read(&server.address, REPLACED).await.is_empty());
    let mut client = SeriesServiceClient::connect(format!("http://{}", server.address)).await.expect("connected");
    client.accept_loss(AcceptLossRequest { series: id(GROWING) }).await.expect("accepted");
    assert_eq!(read(&server.address, GROWING).await.len(), TAIL, "what is not in the file is served");
    client.accept_loss(AcceptLossRequest { series: id(REPLACED) }).await.expect("there is nothing to accept");
    assert!(!read(&server.address, REPLACED).await.is_empty());
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_sector_at_the_start_makes_no_loop_of_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = fs::canonicalize(folder.path()).expect("there");
    let (data, log, fired) = (path.join("data"), path.join("log"), path.join("fired"));
    let server = Server::start(&data, &[]);
    let file = fill(&server.address, &data).await;
    assert_eq!(server.stop(), Some(0));
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let (shim, prices, fired) = (text(&SHIM.1), text(&data.join("prices")), text(&fired));
    let variables = [
        ("LD_PRELOAD", &*shim),
        ("FAULT_FOLDER", &prices),
        ("FAULT_LOG", &fired),
        ("FAULT_OP", "read"),
        ("FAULT_AT", "1"),
        ("FAULT_ERRNO", "5"),
        ("FAULT_STICKY", "0"),
    ];
    let server = Server::try_start(&data, &variables, File::create(&log).expect("a log")).expect("it starts");
    assert!(Path::new(&fired).exists(), "the fault was reached");
    let lost = refusal(&server.address, GROWING).await.expect_err("it cannot be read");
    assert_eq!(lost.code(), Code::DataLoss, "{lost}");
    put(&server.address, REPLACED, 0).await.expect("the server goes on");
    assert_eq!(server.stop(), Some(0));
    assert!(file.exists(), "a file that cannot be read today is not moved");
    let server = Server::start(&data, &[]);
    assert_eq!(read(&server.address, GROWING).await.len(), 2 * ROWS, "the disk is good again");
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_before_1970_harms_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let shim = SHIM.1.to_str().expect("text");
    let free = format!("127.0.0.1:{}", free_port());
    let variables =
        [("LD_PRELOAD", shim), ("FAULT_CLOCK", "-1000000"), ("ATRAD_METRICS_LISTEN", &*free), ("ATRAD_DEMO", "1")];
    let server = Server::try_start(&data, &variables, File::create(&log).expect("a log")).expect("started");
    for number in 0..2 {
        put(&server.address, GROWING, number).await.expect("stored");
    }
    assert_eq!(read(&server.address, GROWING).await.len(), 2 * ROWS);
    let mut page = TcpStream::connect(&free).expect("connected");
    page.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("sent");
    // There is no answer, as the library for it knows no such date; but a word in the log, and no panic.
    let _ = page.read_to_end(&mut Vec::new());
    // Computes, saves the result and lists it, under the same clock.
    for arguments in [
        &["compute", "AAPL", "1d", "rsi(14)", "--last", "3", "--persist"][..],
        &["results"],
        &["db", "profile"],
        &["status"],
    ] {
        let mut command = atrad(&data);
        command.env("LD_PRELOAD", shim).env("FAULT_CLOCK", "-1000000").args(arguments);
        let output = command.args(["--server", &server.address]).output().expect("started");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(&log).expect("a log");
    assert!(!log.contains("panicked") && log.contains("set before 1970"), "{log}");
    let server = Server::start(&data, &[]);
    assert_eq!(read(&server.address, GROWING).await.len(), 2 * ROWS);
    assert_eq!(server.stop(), Some(0));
}
