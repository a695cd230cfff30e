//! Floods that need a process of their own: what they leave in its memory, and the port for metrics.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::process::{Server, free_port, say};

/// An HTTP/2 connection that sends what it is told and reads nothing.
struct Raw {
    socket: TcpStream,
    stream: u32,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_HEADERS: u8 = 4;

impl Raw {
    fn connect(address: &str) -> Self {
        let mut raw = Self { socket: TcpStream::connect(address).expect("connected"), stream: 1 };
        raw.socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("sent");
        raw.frame(SETTINGS, 0, 0, &[]);
        raw
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
        let frame = [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat();
        self.socket.write_all(&frame).expect("sent");
    }

    /// Begins a call, and sends the start of its body: a message of `length` bytes, of which these are there.
    fn call(&mut self, path: &str, timeout: &str, length: u32, message: &[u8]) {
        // Literals without a table: HPACK at its simplest.
        let field = |name: &str, value: &str| {
            [&[0, name.len() as u8], name.as_bytes(), &[value.len() as u8], value.as_bytes()].concat()
        };
        let headers = [
            field(":method", "POST"),
            field(":scheme", "http"),
            field(":path", path),
            field(":authority", "x"),
            field("content-type", "application/grpc"),
            field("grpc-timeout", timeout),
        ];
        let stream = self.stream;
        self.stream += 2;
        self.frame(HEADERS, END_HEADERS, stream, &headers.concat());
        let whole = message.len() == length as usize;
        let body = [&[0][..], &length.to_be_bytes(), message].concat();
        self.frame(DATA, u8::from(whole), stream, &body);
    }
}

/// The resident memory of a process that is its own, in MiB: without mapped files.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux says so");
    line.trim().split(' ').next().expect("a number").parse::<u64>().expect("a number") / 1024
}

/// A server with the bundled series, which has answered something.
fn demo(folder: &tempfile::TempDir, arguments: &[&str]) -> Server {
    let server = Server::start(folder.path(), &[&["--demo"], arguments].concat());
    say(folder.path(), &["compute", "BTCUSDT", "15m", "sma(5)", "--last", "9", "--server", &server.address]);
    server
}

#[test]
fn announced_messages_take_no_memory_and_others_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = demo(&folder, &[]);
    let before = memory(&server);
    let mut raw = Raw::connect(&server.address);
    for _ in 0..120 {
        raw.call("/atrad.v1.IngestService/Ingest", "60S", 60_000_000, &[]);
    }
    std::thread::sleep(Duration::from_secs(1));
    let taken = memory(&server).saturating_sub(before);
    // The budget of a connection has room for one such message, those of the others wait.
    assert!(taken < 80, "{taken} MiB");
    say(folder.path(), &["compute", "BTCUSDT", "15m", "sma(6)", "--last", "9", "--server", &server.address]);
}

#[test]
fn memory_of_answers_that_nobody_read_is_given_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = demo(&folder, &[]);
    let before = memory(&server);
    // ReadBarsRequest { series: BTCUSDT 15m }, by hand.
    let series = b"\x0a\x07BTCUSDT\x12\x0315m";
    let message = [&[0x0a, series.len() as u8], &series[..]].concat();
    // Three times: freed memory that threads keep for their next work does not add up, a leak would.
    for round in 0..3 {
        let mut raw = Raw::connect(&server.address);
        for _ in 0..100 {
            raw.call("/atrad.v1.SeriesService/ReadBars", "2S", message.len() as u32, &message);
        }
        let (end, mut most) = (Instant::now() + Duration::from_secs(30), 0);
        loop {
            std::thread::sleep(Duration::from_millis(100));
            let now = memory(&server).saturating_sub(before);
            most = most.max(now);
            // The answers of a connection take up to 64 MiB, and what is on its way.
            if most > 60 && now < 56 {
                break;
            }
            assert!(Instant::now() < end, "round {round}: {now} of {most} MiB are still held");
        }
    }
}

#[test]
fn metrics_are_served_beside_connections_that_ask_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = format!("127.0.0.1:{}", free_port());
    let server = demo(&folder, &["--metrics-listen", &free]);
    let flood: Vec<_> = (0..500).map(|_| TcpStream::connect(&free).expect("connected")).collect();
    for _ in 0..3 {
        let mut scrape = TcpStream::connect(&free).expect("connected");
        write!(scrape, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("asked");
        let mut page = String::new();
        scrape.read_to_string(&mut page).expect("answered");
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    }
    let handles = std::fs::read_dir(format!("/proc/{}/fd", server.process())).map_or(0, Iterator::count);
    assert!(handles < 200, "{handles} open files");
    drop(flood);
}
