//! Shared memory between two processes: a server that writes, and this one, which reads.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use atrad::rpc::proto::board_service_client::BoardServiceClient;
use atrad::rpc::proto::post_value_request::Content;
use atrad::rpc::proto::{DeleteValueRequest, MapBoardRequest, PostValueRequest};
use atrad::shared_memory::{BoardReader, Error};
use tokio::runtime::Runtime;
use tonic::transport::{Channel, Endpoint};

use crate::process::Server;

/// How long values are posted and read at the same time.
const TORTURE: Duration = Duration::from_secs(3);

struct Board {
    runtime: Runtime,
    client: BoardServiceClient<Channel>,
}

/// A server at a Unix socket, which shares memory in a folder.
fn start(folder: &Path) -> (Server, Board) {
    let shared = folder.join("shared");
    let _ = fs::create_dir(&shared);
    let socket = format!("unix:{}", folder.join("socket").display());
    let variables = [("ATRAD_LISTEN", &*socket), ("ATRAD_SHARED_MEMORY", shared.to_str().expect("plain"))];
    let server = Server::listening(&folder.join("data"), &variables).expect("started");
    let runtime = Runtime::new().expect("a runtime");
    let channel = runtime.block_on(Endpoint::from_shared(socket).expect("an address").connect()).expect("connected");
    (server, Board { runtime, client: BoardServiceClient::new(channel) })
}

impl Board {
    fn map(&mut self) -> BoardReader {
        let request = MapBoardRequest { namespace: "desk".into() };
        let found = self.runtime.block_on(self.client.map_board(request)).expect("mapped").into_inner();
        let reader = BoardReader::open(Path::new(&found.path)).expect("a board");
        assert_eq!(reader.generation(), found.generation);
        reader
    }

    fn post(&mut self, name: &str, data: Vec<u8>) -> u64 {
        let request = PostValueRequest {
            namespace: "desk".into(),
            name: name.into(),
            content: Some(Content::Data(data.into())),
            ..PostValueRequest::default()
        };
        self.runtime.block_on(self.client.post_value(request)).expect("posted").into_inner().version
    }

    fn delete(&mut self, name: &str) {
        let request = DeleteValueRequest { namespace: "desk".into(), name: name.into(), expected_version: None };
        self.runtime.block_on(self.client.delete_value(request)).expect("deleted");
    }
}

/// A content whose bytes are all one, of a length that the byte determines: a mix of two shows.
fn content(round: usize) -> Vec<u8> {
    let byte = round as u8;
    vec![byte; 1 + usize::from(byte) * 37 % 5000]
}

fn check(content: &[u8]) {
    let byte = content[0];
    assert_eq!(content.len(), 1 + usize::from(byte) * 37 % 5000, "its length is of another");
    assert!(content.iter().all(|other| *other == byte), "it is torn");
}

#[test]
fn no_reader_in_another_process_sees_a_torn_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut board) = start(folder.path());
    let reader = board.map();
    let (done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let names = ["a", "b", "c"];
    let read = |at: usize| {
        let (mut slot, mut bytes, mut last) = (reader.slot(names[at % 3]), Vec::new(), 0);
        while !done.load(Relaxed) {
            match reader.read(&mut slot, &mut bytes) {
                Ok(Some(value)) => {
                    check(&bytes);
                    assert!(value.version >= last, "it went back in time");
                    last = value.version;
                    reads.fetch_add(1, Relaxed);
                }
                Ok(None) => {}
                Err(error) => panic!("{error}"),
            }
            if let Some(view) = reader.view(&mut slot).expect("alive") {
                let words: Vec<u64> = (0..view.value.bytes / 8).filter_map(|word| view.word(word)).collect();
                if view.is_current() {
                    assert!(words.windows(2).all(|pair| pair[0] == pair[1]), "it is torn");
                }
            }
        }
    };
    let mut posts = 0;
    std::thread::scope(|scope| {
        (0..4).for_each(|at| drop(scope.spawn(move || read(at))));
        let end = Instant::now() + TORTURE;
        while Instant::now() < end {
            // Deleted now and then, so that slots and memory change hands.
            let name = names[posts % 3];
            board.post(name, content(posts * 7));
            if posts % 11 == 0 {
                board.delete(name);
            }
            posts += 1;
        }
        done.store(true, Relaxed);
    });
    let reads = reads.into_inner();
    assert!(posts > 100 && reads > 1000, "{posts} posts and {reads} reads try too little");
    assert_eq!(server.stop(), Some(0));
    assert!(matches!(reader.check(), Err(Error::Gone)));
    assert_eq!(fs::read_dir(folder.path().join("shared")).expect("a folder").count(), 0, "nothing is left behind");
}

#[test]
fn a_killed_server_is_noticed_and_what_it_left_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut board) = start(folder.path());
    let version = board.post("a", content(7));
    let reader = board.map();
    server.kill();
    let (mut slot, mut bytes, end) = (reader.slot("a"), Vec::new(), Instant::now() + Duration::from_secs(30));
    while !matches!(reader.read(&mut slot, &mut bytes), Err(Error::Gone)) {
        assert!(Instant::now() < end, "nobody notices");
        std::thread::sleep(Duration::from_millis(50));
    }
    let left = reader.path().parent().expect("a folder").to_owned();
    assert!(left.exists());
    let (server, mut board) = start(folder.path());
    assert!(!left.exists(), "the next server removes it");
    let again = board.map();
    assert_ne!(again.generation(), reader.generation());
    let mut slot = again.slot("a");
    assert!(again.read(&mut slot, &mut bytes).expect("alive").is_none(), "a board does not survive its server");
    assert!(board.post("a", content(8)) > version, "versions never come again");
    assert_eq!(server.stop(), Some(0));
}
