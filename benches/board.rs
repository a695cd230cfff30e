//! Reading the board from mapped memory beside the unary call over the Unix socket.
//!
//! `cargo bench --bench board`. The server is a process of its own; values of 64 bytes and of 1 MB are read in turn by a view in
//! place, by a copy, and by `ReadValue`. The median of each, and the ratio to the call.

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use atrad::rpc::proto::board_service_client::BoardServiceClient;
use atrad::rpc::proto::post_value_request::Content;
use atrad::rpc::proto::{MapBoardRequest, PostValueRequest, ReadValueRequest};
use atrad::shared_memory::BoardReader;
use tonic::transport::{Channel, Endpoint};

/// Rounds of each kind of read, in turn.
const ROUNDS: usize = 7;

/// A server process, which is ended with this one.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path) -> (Server, String) {
    let address = format!("unix:{}", folder.join("socket").display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrad"));
    command.args(["serve", "--listen", &address, "--data"]).arg(folder.join("data"));
    let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("read");
    assert!(line.starts_with("listening on "), "{line}");
    (Server(child), address)
}

/// The nanoseconds of one of `count` calls of `read`.
fn time(count: usize, mut read: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..count).for_each(|_| read());
    start.elapsed().as_nanos() as f64 / count as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, address) = start(folder.path());
    // One thread: a task that wakes another thread for each call would be slower.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let channel = runtime.block_on(Endpoint::from_shared(address).expect("an address").connect()).expect("connected");
    let mut client = BoardServiceClient::new(channel);
    println!("{:>9}  {:>14}  {:>12}  {:>7}  {:>12}  {:>7}", "bytes", "call", "view", "ratio", "copy", "ratio");
    for bytes in [64, 4096, 1_000_000] {
        let name = format!("value {bytes}");
        let reader = prepare(&runtime, &mut client, &name, bytes);
        let (mut slot, mut content) = (reader.slot(&name), Vec::new());
        let (mut calls, mut views, mut copies) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let request = ReadValueRequest { namespace: "bench".into(), name: name.clone() };
            calls.push(time(300, || {
                let read = runtime.block_on(client.read_value(request.clone())).expect("read");
                black_box(read);
            }));
            views.push(time(100_000, || {
                // The first and the last word, and whether they count.
                let view = reader.view(&mut slot).expect("alive").expect("there");
                black_box((view.word(0), view.word(bytes / 8 - 1)));
                assert!(view.is_current());
            }));
            copies.push(time(100_000_000 / (bytes + 10_000), || {
                black_box(reader.read(&mut slot, &mut content).expect("alive").expect("there"));
            }));
        }
        let (call, view, copy) = (median(calls), median(views), median(copies));
        println!(
            "{bytes:>9}  {call:>11.0} ns  {view:>9.0} ns  {:>7.0}  {copy:>9.0} ns  {:>7.0}",
            call / view,
            call / copy
        );
    }
}

fn prepare(
    runtime: &tokio::runtime::Runtime,
    client: &mut BoardServiceClient<Channel>,
    name: &str,
    bytes: usize,
) -> BoardReader {
    let (namespace, content) = ("bench".to_owned(), Some(Content::Data(vec![7; bytes].into())));
    let request =
        PostValueRequest { namespace: namespace.clone(), name: name.into(), content, ..PostValueRequest::default() };
    runtime.block_on(client.post_value(request)).expect("posted");
    let mapped = runtime.block_on(client.map_board(MapBoardRequest { namespace })).expect("mapped").into_inner();
    BoardReader::open(Path::new(&mapped.path)).expect("a board")
}
