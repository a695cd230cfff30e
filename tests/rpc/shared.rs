//! Answers in shared memory, and the board, over a Unix socket.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use atrad::app::{self, App, Limits};
use atrad::rpc::proto::board_service_client::BoardServiceClient;
use atrad::rpc::proto::indicator_service_client::IndicatorServiceClient;
use atrad::rpc::proto::post_value_request::Content;
use atrad::rpc::proto::read_value_response::Content as Read;
use atrad::rpc::proto::watch_values_response::Event;
use atrad::rpc::proto::{
    BoardColumns, ComputeRequest, ComputeStreamRequest, DeleteValueRequest, DeliveryMode, ListValuesRequest,
    MapBoardRequest, Persist, PostValueRequest, ReadValueRequest, Segment, WatchValuesRequest,
};
use atrad::rpc::wire::{Column, Packed};
use atrad::rpc::{self, Doors, Listener, Settings, UnixDoor, Unwatched};
use atrad::shared_memory::BoardReader;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Code, Status};
use tower::service_fn;

use crate::server::{bars, connect, question};

/// Bars whose answers are large enough for a segment.
const ROWS: usize = 20_000;

struct Local {
    app: Arc<App>,
    channel: Channel,
    tcp: String,
    shared: PathBuf,
    socket: PathBuf,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// A server at a Unix socket and a port, which shares memory in a folder unless it is told not to.
async fn start(limits: Limits, shared: Option<PathBuf>) -> Local {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("socket");
    let own = folder.path().join("shared");
    fs::create_dir(&own).expect("made");
    let shared = shared.unwrap_or(own);
    let config = app::Config {
        data: folder.path().join("data"),
        limits,
        shared_memory: Some(shared.clone()),
        ..app::Config::default()
    };
    let app = App::open(config).expect("opened");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let tcp = format!("http://{}", listener.local_addr().expect("bound"));
    let door = UnixDoor::bind(&socket, 0o600).await.expect("bound");
    let doors = Doors::new(vec![Listener::Tcp(listener), Listener::Unix(door)]);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving =
        rpc::serve(doors, app.clone(), Settings::default(), Arc::new(Unwatched), async { drop(stopped.await) });
    let task = tokio::spawn(serving);
    let channel = local(&socket).await;
    let whole = atrad::series::Bars::new(bars(0, ROWS).into()).expect("valid");
    app.write.ingest(atrad::series::SeriesId::parse("A", "1m").expect("valid"), whole).await.expect("stored");
    Local { app, channel, tcp, shared, socket, stop, task, _folder: folder }
}

async fn local(socket: &Path) -> Channel {
    let socket = socket.to_owned();
    let connector = service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://local").connect_with_connector(connector).await.expect("connected")
}

impl Local {
    fn indicators(&self) -> IndicatorServiceClient<Channel> {
        IndicatorServiceClient::new(self.channel.clone()).max_decoding_message_size(64 << 20)
    }

    fn board(&self) -> BoardServiceClient<Channel> {
        BoardServiceClient::new(self.channel.clone())
    }

    async fn segment(&self) -> Result<Segment, Status> {
        let response = self.indicators().compute(shared(&["close", "sma(close, 3)"], None)).await?.into_inner();
        assert!(response.times.is_empty() && response.columns.is_empty() && response.infos.len() == 2);
        Ok(response.segment.expect("it is large"))
    }

    fn files(&self) -> usize {
        let paths = |folder: &Path| -> Vec<PathBuf> {
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
        };
        let homes = paths(&self.shared).into_iter().filter(|home| home.is_dir());
        let all: Vec<_> = homes.flat_map(|home| [paths(&home.join("private")), paths(&home)].concat()).collect();
        all.iter().filter(|path| path.is_file()).count()
    }

    async fn end(self) {
        let Self { app, stop, task, channel, .. } = self;
        drop((stop, channel));
        task.await.expect("it ends");
        app.close().await;
    }
}

fn shared(expressions: &[&str], last: Option<u64>) -> ComputeRequest {
    ComputeRequest { delivery: DeliveryMode::SharedMemory as i32, ..question("A", expressions, last) }
}

async fn eventually(is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "it takes too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn numbers(file: &[u8], offset: u64, rows: u64) -> Vec<u64> {
    let bytes = &file[offset as usize..][..8 * rows as usize];
    bytes.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_is_a_file_of_the_values_of_a_stream() {
    let server = start(Limits::default(), None).await;
    let segment = server.segment().await.expect("shared");
    let file = fs::read(&segment.path).expect("readable");
    assert_eq!((file.len() as u64, segment.rows as usize, segment.lease_ms), (segment.bytes, ROWS, 5000));
    assert_eq!(segment.labels, ["close", "sma(close, 3)"]);
    let request = Some(question("A", &["close", "sma(close, 3)"], None));
    let mut chunks =
        server.indicators().compute_stream(ComputeStreamRequest { request }).await.expect("answered").into_inner();
    let (mut times, mut columns) = (Vec::new(), vec![Vec::new(); 2]);
    while let Some(chunk) = chunks.message().await.expect("whole") {
        let chunk = chunk.chunk.expect("there");
        times.extend(chunk.times.values::<u64>());
        columns.iter_mut().zip(chunk.columns).for_each(|(all, column)| all.extend(column.values.values::<u64>()));
    }
    assert_eq!(numbers(&file, segment.times_offset, segment.rows), times);
    for (&offset, column) in segment.column_offsets.iter().zip(&columns) {
        assert_eq!(offset % 64, 0);
        assert_eq!(&numbers(&file, offset, segment.rows), column);
    }
    let mut arrow = arrow_ipc::reader::FileReader::try_new(std::io::Cursor::new(file), None).expect("an Arrow file");
    assert_eq!(arrow.next().expect("a batch").expect("readable").num_rows(), ROWS);
    // What fits into the message comes in it.
    let small = server.indicators().compute(shared(&["close"], Some(10))).await.expect("answered").into_inner();
    assert!(small.segment.is_none() && small.columns[0].values.len() == 10);
    fs::remove_file(&segment.path).expect("its own");
    eventually(|| server.app.shared_answers.used() == 0).await;
    let shared = server.shared.clone();
    server.end().await;
    assert!(!shared.exists() || fs::read_dir(shared).expect("a folder").count() == 0, "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_ends_gives_its_memory_back() {
    let server = start(Limits::default(), None).await;
    let other = local(&server.socket).await;
    let mut client = IndicatorServiceClient::new(other);
    let response = client.compute(shared(&["close"], None)).await.expect("answered").into_inner();
    let kept = server.segment().await.expect("shared");
    let path = PathBuf::from(response.segment.expect("it is large").path);
    assert!(path.exists());
    drop(client);
    eventually(|| !path.exists()).await;
    assert!(Path::new(&kept.path).exists(), "that of another connection stays");
    // Without its client the lease ends by itself.
    eventually(|| server.files() == 0 && server.app.shared_answers.used() == 0).await;
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hoards_segments_exhausts_its_own_share() {
    let server = start(Limits { shared_memory_bytes_max: 8 << 20, ..Limits::default() }, None).await;
    let mut held = Vec::new();
    let refused = loop {
        match server.segment().await {
            Ok(segment) => {
                held.push(File::open(&segment.path).expect("opened"));
                fs::remove_file(&segment.path).expect("its own");
            }
            Err(status) => break status,
        }
    };
    assert_eq!((held.len(), refused.code()), (4, Code::ResourceExhausted), "{refused}");
    assert!(refused.message().starts_with("shared_memory_bytes_max of 8388608 bytes is in use"), "{refused}");
    assert!(refused.metadata().get("grpc-retry-pushback-ms").is_some());
    held.pop();
    server.segment().await.expect("there is room again");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_not_shared_where_it_cannot_be() {
    let server = start(Limits::default(), None).await;
    let refusal = |outcome: Result<tonic::Response<_>, Status>| {
        outcome.map(|_: tonic::Response<atrad::rpc::wire::ComputeResponse>| ()).expect_err("refused")
    };
    let mut tcp = IndicatorServiceClient::new(connect(&server.tcp).await);
    let status = refusal(tcp.compute(shared(&["close"], None)).await);
    assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
    assert!(status.message().contains("Unix socket"), "{status}");
    let mut board = BoardServiceClient::new(connect(&server.tcp).await);
    assert_eq!(
        board.map_board(MapBoardRequest { namespace: "a".into() }).await.expect_err("refused").code(),
        Code::FailedPrecondition
    );
    let saved = ComputeRequest { persist: Some(Persist::default()), ..shared(&["close"], None) };
    let unknown = ComputeRequest { delivery: 9, ..shared(&["close"], None) };
    for (request, part) in
        [(saved, "delivery must be unset"), (unknown, "delivery must be a number from 0 to 1, got 9")]
    {
        let status = refusal(server.indicators().compute(request).await);
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(part), "{status}");
    }
    let request = ComputeStreamRequest { request: Some(shared(&["close"], None)) };
    let status = server.indicators().compute_stream(request).await.map(drop).expect_err("refused");
    assert!(status.code() == Code::InvalidArgument && status.message().contains("request: delivery"), "{status}");
    server.end().await;

    let missing = PathBuf::from("/no/such/folder");
    for (limits, folder) in
        [(Limits { shared_memory_bytes_max: 0, ..Limits::default() }, None), (Limits::default(), Some(missing))]
    {
        let server = start(limits, folder).await;
        let status = refusal(server.indicators().compute(shared(&["close"], None)).await);
        assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
        server.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_file_system_is_an_error_and_no_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount = |arguments: &[&str]| {
        let done = std::process::Command::new(arguments[0]).args(&arguments[1..]).arg(folder.path()).output();
        done.is_ok_and(|output| output.status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs"]) {
        eprintln!("*** NOT TESTED: this user cannot mount a small file system ***");
        return;
    }
    let server = start(Limits::default(), Some(folder.path().into())).await;
    let status = server.segment().await.expect_err("there is no room");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains("has no room for"), "{status}");
    assert_eq!((server.files(), server.app.shared_answers.used()), (0, 0), "nothing is left behind");
    let status = post(&server, "a", Content::Data(vec![1; 100_000].into()), None).await.expect_err("there is no room");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    server.indicators().compute(question("A", &["close"], Some(3))).await.expect("it goes on");
    server.end().await;
    assert!(mount(&["umount"]));
}

async fn post(server: &Local, name: &str, content: Content, expected_version: Option<u64>) -> Result<u64, Status> {
    let (namespace, name, content_type) = ("desk".into(), name.into(), String::new());
    let request = PostValueRequest { namespace, name, content: Some(content), content_type, expected_version };
    Ok(server.board().post_value(request).await?.into_inner().version)
}

fn data(text: &str) -> Content {
    Content::Data(text.to_owned().into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_is_written_by_calls_and_read_from_memory() {
    let server = start(Limits { board_value_bytes_max: 1000, ..Limits::default() }, None).await;
    let first = post(&server, "risk", data("low"), Some(0)).await.expect("new");
    let mapped =
        server.board().map_board(MapBoardRequest { namespace: "desk".into() }).await.expect("mapped").into_inner();
    let reader = BoardReader::open(Path::new(&mapped.path)).expect("a board");
    assert_eq!(reader.generation(), mapped.generation);
    let (mut slot, mut content) = (reader.slot("risk"), Vec::new());
    let value = reader.read(&mut slot, &mut content).expect("alive").expect("there");
    assert_eq!((value.version, &*content), (first, &b"low"[..]));

    let status = post(&server, "risk", data("high"), Some(0)).await.expect_err("it is there");
    assert_eq!(status.code(), Code::Aborted, "{status}");
    let second = post(&server, "risk", data("high"), Some(first)).await.expect("as expected");
    assert!(second > first && post(&server, "risk", data("late"), Some(first)).await.is_err());
    let columns =
        BoardColumns { times: vec![1, 2], columns: vec![Column::new("rsi(14)".into(), Packed::of(&[50.0, f64::NAN]))] };
    post(&server, "series", Content::Columns(columns.clone()), None).await.expect("posted");
    let read = ReadValueRequest { namespace: "desk".into(), name: "series".into() };
    let found = server.board().read_value(read).await.expect("there").into_inner();
    let Some(Read::Columns(found_columns)) = found.content else { panic!("it has columns") };
    assert_eq!(found_columns.times, columns.times);
    assert_eq!(found_columns.columns, columns.columns);

    let list = ListValuesRequest { namespace: "desk".into(), page_size: 1, ..ListValuesRequest::default() };
    let page = server.board().list_values(list.clone()).await.expect("listed").into_inner();
    assert_eq!(
        (page.values[0].name.as_str(), page.values[0].bytes, page.next_page_token.as_str()),
        ("risk", 4, "risk")
    );
    let page = ListValuesRequest { page_token: page.next_page_token, ..list };
    let page = server.board().list_values(page).await.expect("listed").into_inner();
    assert_eq!((page.values[0].labels.len(), page.values[0].rows, page.next_page_token.as_str()), (1, 2, ""));

    let delete = DeleteValueRequest { namespace: "desk".into(), name: "risk".into(), expected_version: Some(first) };
    let status = server.board().delete_value(delete.clone()).await.expect_err("another version");
    assert_eq!(status.code(), Code::Aborted);
    let delete = DeleteValueRequest { expected_version: None, ..delete };
    server.board().delete_value(delete.clone()).await.expect("deleted");
    assert_eq!(server.board().delete_value(delete).await.expect_err("gone").code(), Code::NotFound);
    assert_eq!(reader.read(&mut slot, &mut content).expect("alive"), None);

    for (name, content, code, part) in [
        ("", data("x"), Code::InvalidArgument, "name must be 1 to 128 bytes"),
        ("a\nb", data("x"), Code::InvalidArgument, "without control characters"),
        (
            "a",
            Content::Data(vec![0; 1001].into()),
            Code::ResourceExhausted,
            "board_value_bytes_max allows at most 1000",
        ),
        ("a", Content::Columns(BoardColumns::default()), Code::InvalidArgument, "1 to 1024 columns"),
        ("a", Content::Columns(BoardColumns { times: vec![1], ..columns }), Code::InvalidArgument, "columns.times"),
    ] {
        let status = post(&server, name, content, None).await.expect_err("refused");
        assert!(status.code() == code && status.message().contains(part), "{status}");
    }
    server.end().await;
    assert!(reader.check().is_err(), "the server has gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_what_is_there_and_what_changes() {
    let server = start(Limits::default(), None).await;
    post(&server, "a/1", data("one"), None).await.expect("posted");
    post(&server, "b/1", data("other"), None).await.expect("posted");
    let request = WatchValuesRequest { namespace: "desk".into(), name_prefix: "a/".into() };
    let mut events = server.board().watch_values(request).await.expect("watched").into_inner();
    let mut next = async || {
        let event = events.message().await.expect("alive").expect("an event").event.expect("set");
        match event {
            Event::Posted(value) => {
                let Some(Read::Data(data)) = value.content else { panic!("bytes were posted") };
                format!("{} {}", value.value.expect("set").name, String::from_utf8_lossy(&data))
            }
            Event::Deleted(name) => format!("{name} deleted"),
        }
    };
    assert_eq!(next().await, "a/1 one");
    post(&server, "b/1", data("unseen"), None).await.expect("posted");
    post(&server, "a/2", data("two"), None).await.expect("posted");
    assert_eq!(next().await, "a/2 two");
    let delete = DeleteValueRequest { namespace: "desk".into(), name: "a/1".into(), expected_version: None };
    server.board().delete_value(delete).await.expect("deleted");
    assert_eq!(next().await, "a/1 deleted");
    drop(server.stop);
    let status = events.message().await.expect_err("it ends with the server");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
}
