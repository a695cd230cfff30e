//! Bytes that no client of ours would send: broken messages, broken frames, broken headers.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use prost::Message;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

use crate::server::{Server, question};

const COMPUTE: &str = "/atrad.v1.IndicatorService/Compute";

/// Sends these bytes as the body of a call and gives the status that comes back, in headers or trailers.
async fn send(channel: &Channel, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Status {
    let mut request = Request::post(format!("http://atrad{path}")).header("content-type", "application/grpc");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::new(Full::from(body))).expect("a request");
    let response = channel.clone().ready().await.expect("connected").call(request).await.expect("answered");
    if let Some(status) = Status::from_header_map(response.headers()) {
        return status;
    }
    let body = http_body_util::BodyExt::collect(response.into_body()).await.expect("whole");
    Status::from_header_map(body.trailers().expect("there")).expect("a status")
}

/// As `send`, over a connection that does nothing on its own: our client would watch the time itself.
pub(crate) async fn send_plain(address: &str, headers: &[(&str, &str)], message: &impl Message) -> Status {
    let address = address.strip_prefix("http://").expect("an address");
    let socket = tokio::net::TcpStream::connect(address).await.expect("connected");
    let (client, connection) = h2::client::handshake(socket).await.expect("spoken to");
    tokio::spawn(connection);
    let mut request = Request::post(format!("http://{address}{COMPUTE}")).header("content-type", "application/grpc");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut client = client.ready().await.expect("ready");
    let (response, mut body) = client.send_request(request.body(()).expect("a request"), false).expect("sent");
    // A call that is refused for its headers may be over by now.
    let _ = body.send_data(frame(&message.encode_to_vec()).into(), true);
    let response = response.await.expect("answered");
    if let Some(status) = Status::from_header_map(response.headers()) {
        return status;
    }
    let mut body = response.into_body();
    while body.data().await.is_some() {}
    Status::from_header_map(&body.trailers().await.expect("whole").expect("there")).expect("a status")
}

/// A message in its frame.
fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("short").to_be_bytes();
    [&[0][..], &length, message].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message_are_refused() {
    let server = Server::start().await;
    server.fill("GOOD", 10).await;
    let mut half = Vec::new();
    // A column of bars with one and a half values.
    let bars = [&[0x1a, 12][..], &[0; 12]].concat();
    prost::encoding::bytes::encode(2, &bars, &mut half);
    let good = frame(&question("GOOD", &["close"], None).encode_to_vec());
    let lies = [&[0, 0xff, 0xff, 0xff, 0xff][..], &[1, 2, 3]].concat();
    let cases = [
        (frame(&half), Code::InvalidArgument, "12 bytes of a packed field are not a multiple of 8"),
        (frame(&[0x22, 0x02, 0xff, 0xfe]), Code::InvalidArgument, "expressions"),
        (frame(&[0x0f; 40]), Code::InvalidArgument, "failed to decode"),
        (Vec::new(), Code::InvalidArgument, "Missing request message"),
        (lies, Code::ResourceExhausted, "message_bytes_max allows at most 67108864 bytes"),
        (vec![9, 0, 0, 0, 0], Code::InvalidArgument, "compression flag"),
    ];
    for (body, code, part) in cases {
        let status = send(&server.channel, COMPUTE, &[], body).await;
        assert_eq!(status.code(), code, "{status:?}");
        assert!(status.message().contains(part), "{status:?}");
        assert_eq!(send(&server.channel, COMPUTE, &[], good.clone()).await.code(), Code::Ok);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_bomb_is_measured_unpacked() {
    let server = Server::start().await;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &vec![0; 100 << 20]).expect("packed");
    let packed = packer.finish().expect("packed");
    assert!(packed.len() < 1 << 20);
    let mut body = frame(&packed);
    body[0] = 1;
    let status = send(&server.channel, COMPUTE, &[("grpc-encoding", "gzip")], body).await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_unpacked_is_the_callers_fault() {
    let server = Server::start().await;
    server.fill("GOOD", 10).await;
    let message = question("GOOD", &["close"], None).encode_to_vec();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &message).expect("packed");
    let good = packer.finish().expect("packed");
    let send = async |encoding: &str, packed: &[u8]| {
        let mut body = frame(packed);
        body[0] = 1;
        send(&server.channel, COMPUTE, &[("grpc-encoding", encoding)], body).await
    };
    assert_eq!(send("gzip", &good).await.code(), Code::Ok);
    let mut flipped = good.clone();
    flipped[good.len() - 6] ^= 0xff;
    for (encoding, damaged) in [
        ("gzip", &*flipped),
        ("gzip", &good[..good.len() - 9]),
        ("gzip", &good[..5]),
        ("gzip", b"not gzip at all"),
        ("gzip", b""),
        ("zstd", b"not zstd at all"),
        ("zstd", &good),
    ] {
        let status = send(encoding, damaged).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{encoding} of {} bytes: {status:?}", damaged.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_methods_are_unimplemented_and_counted_as_one() {
    let server = Server::start().await;
    for path in ["/atrad.v1.IndicatorService/Guess", "/x.Y/Z"] {
        assert_eq!(send(&server.channel, path, &[], Vec::new()).await.code(), Code::Unimplemented, "{path}");
    }
    let ended = server.ended.lock().expect("nobody panics with it").clone();
    assert_eq!(ended, vec![("unknown".to_owned(), "UNIMPLEMENTED"); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_keeps_its_id() {
    let server = Server::start().await;
    let response = |id: &'static str| {
        let mut channel = server.channel.clone();
        async move {
            let request = Request::post(format!("http://atrad{COMPUTE}")).header("x-request-id", id);
            let request = request.header("content-type", "application/grpc");
            let request = request.body(Body::new(Full::from(Bytes::new()))).expect("a request");
            let response = channel.ready().await.expect("connected").call(request).await.expect("answered");
            response.headers()["x-request-id"].to_str().expect("text").to_owned()
        }
    };
    assert_eq!(response("mine-7").await, "mine-7");
    assert_eq!(response("has a space").await.len(), 16);
}
