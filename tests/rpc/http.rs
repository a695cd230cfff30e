//! Clients without gRPC: Connect as JSON and as protobuf, gRPC-Web, and pages in browsers.

use std::sync::Arc;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use atrad::app::Limits;
use atrad::rpc::wire::ComputeResponse;
use atrad::rpc::{CorsOrigin, Settings, Token, TokenSource, Tokens};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use prost::Message;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::body::Body;
use tower::{Service, ServiceExt};

use crate::server::{STEP, Server, question};

const COMPUTE: &str = "/atrad.v1.IndicatorService/Compute";
const COMPUTE_STREAM: &str = "/atrad.v1.IndicatorService/ComputeStream";
const LIST: &str = "/atrad.v1.SeriesService/ListSeries";

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

fn host(server: &Server) -> &str {
    server.address.strip_prefix("http://").expect("an address")
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(host(server)).await.expect("connected")
}

/// Sends a request over HTTP/1.1, on a connection of its own.
async fn send(server: &Server, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    let (address, socket) = (host(server), connect(server).await);
    let (mut client, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(socket)).await.expect("spoken to");
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", address);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into())).expect("a request");
    let response = client.send_request(request).await.expect("answered");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("whole").to_bytes();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn post(server: &Server, path: &str, body: &Value) -> Reply {
    send(server, Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
}

fn asked(symbol: &str, expressions: &[&str], last: u64) -> Value {
    json!({ "series": { "symbol": symbol, "timeframe": "1m" }, "expressions": expressions, "range": { "last": last } })
}

fn envelope(flags: u8, message: &[u8]) -> Vec<u8> {
    [&[flags][..], &(message.len() as u32).to_be_bytes(), message].concat()
}

/// The flags and messages of a body.
fn envelopes(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while !body.is_empty() {
        let length = u32::from_be_bytes(body[1..5].try_into().expect("four bytes")) as usize;
        found.push((body[0], body[5..5 + length].to_vec()));
        body = &body[5 + length..];
    }
    found
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut unpacked).expect("gzip");
    unpacked
}

#[tokio::test(flavor = "multi_thread")]
async fn json_answers_what_grpc_answers() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    let reply = post(&server, COMPUTE, &asked("A", &["rsi(14)", "sma(close, 99)"], 3)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    assert_eq!(reply.header("x-request-id").len(), 16);
    let answer = reply.json();
    let question = question("A", &["rsi(14)", "sma(close, 99)"], Some(3));
    let grpc = server.indicators().compute(question).await.expect("computed").into_inner();
    let times: Vec<i64> = grpc.times.values();
    let told: Vec<i64> = answer["times"]
        .as_array()
        .expect("times")
        .iter()
        .map(|time| time.as_str().expect("64 bits are text").parse().expect("a number"))
        .collect();
    assert_eq!((told, times[2]), (times.clone(), 99 * STEP));
    for (at, column) in grpc.columns.iter().enumerate() {
        assert_eq!(answer["columns"][at]["label"], column.label);
        let values = answer["columns"][at]["values"].as_array().expect("values");
        for (told, value) in values.iter().zip(column.values.values::<f64>()) {
            assert_eq!(told.as_f64().map(f64::to_bits), (!value.is_nan()).then(|| value.to_bits()), "{told} {value}");
        }
    }
    assert_eq!(answer["columns"][1]["values"][0], Value::Null, "a value before there are 99 bars");
    let generated = [("content-type", "application/json"), ("connect-protocol-version", "1")];
    let body = asked("A", &["sma(close, 99)"], 3).to_string();
    let strict = send(&server, Method::POST, COMPUTE, &generated, body).await.json();
    assert_eq!(strict["columns"][0]["values"][0], "NaN", "as generated clients read it");
    assert_eq!(answer["infos"][0]["lookback"], "14");
    let ended = server.ended.lock().expect("nobody panics with it").clone();
    assert_eq!(ended[1..], vec![(COMPUTE.to_owned(), "OK"); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_go_in_and_come_out_to_the_bit() {
    let server = Server::start().await;
    let close: [f64; 5] = [0.1, 1.0 / 3.0, 9007199254740993.0, 5e-324, 1.7976931348623157e308];
    let times: Vec<i64> = (0..5).map(|row| row * STEP).collect();
    let column = json!(close);
    let bars = json!({ "times": times, "open": column, "high": column, "low": column, "close": column,
        "volume": [1, 1, 1, 1, 1], "extra": [{ "name": "oi", "values": [null, "NaN", 3, 4, 5] }] });
    let series = json!({ "symbol": "J", "timeframe": "1m" });
    let reply = post(&server, "/atrad.v1.IngestService/Ingest", &json!({ "series": series, "bars": bars })).await;
    assert_eq!(reply.json(), json!({ "receipt": { "accepted": "5", "epoch": "1" } }));
    let answer = post(&server, COMPUTE, &asked("J", &["close", "oi"], 5)).await.json();
    let bits = |column: &Value| -> Vec<Option<u64>> {
        column["values"].as_array().expect("values").iter().map(|value| value.as_f64().map(f64::to_bits)).collect()
    };
    assert_eq!(bits(&answer["columns"][0]), close.map(|value| Some(value.to_bits())));
    assert_eq!(answer["columns"][1]["values"], json!([null, null, 3.0, 4.0, 5.0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_told_with_its_details() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let detail = |error: &Value, name: &str| {
        let details = error["details"].as_array().cloned().unwrap_or_default();
        details.into_iter().find(|detail| detail["type"] == format!("google.rpc.{name}")).unwrap_or_default()
    };
    let reply = post(&server, COMPUTE, &asked("NONE", &["close"], 1)).await;
    let error = reply.json();
    assert_eq!((reply.status, &error["code"]), (404, &json!("not_found")), "{error}");
    assert_eq!(detail(&error, "ResourceInfo")["debug"]["resourceName"], "NONE 1m");
    let id = detail(&error, "RequestInfo")["debug"]["requestId"].clone();
    assert_eq!(id, reply.header("x-request-id"));
    for (given, kept) in [("mine-7", true), ("has a space", false)] {
        let headers = [("content-type", "application/json"), ("x-request-id", given)];
        let reply = send(&server, Method::POST, COMPUTE, &headers, "{").await;
        assert_eq!(reply.header("x-request-id") == given, kept);
        let id = detail(&reply.json(), "RequestInfo")["debug"]["requestId"].clone();
        assert_eq!(id, reply.header("x-request-id"), "{given}");
    }
    for (body, field, part) in [
        (r#"{"expression":["close"]}"#, "expression", "is not a field of atrad.v1.ComputeRequest"),
        (r#"{"range":{"last":"many"}}"#, "range.last", "must be an integer"),
        (r#"{"range":{"last":1e999}}"#, "range.last", "number out of range"),
        (r#"{"bars":{"close":["nan"]}}"#, "bars.close[0]", "must be a number"),
        (r#"{"series":{"symbol":"A","timeframe":"1m"},"expressions":["rsi(0)"]}"#, "expressions[0]", "period"),
    ] {
        let reply = send(&server, Method::POST, COMPUTE, &[("content-type", "application/json")], body).await;
        let error = reply.json();
        assert_eq!((reply.status, &error["code"]), (400, &json!("invalid_argument")), "{error}");
        assert!(error["message"].as_str().expect("text").contains(part), "{error}");
        assert_eq!(detail(&error, "BadRequest")["debug"]["fieldViolations"][0]["field"], field, "{error}");
    }
    let ended = server.ended.lock().expect("nobody panics with it").clone();
    assert_eq!(ended[2..], vec![(COMPUTE.to_owned(), "INVALID_ARGUMENT"); 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused() {
    let server = Server::start().await;
    let json = ("content-type", "application/json");
    let good = asked("A", &["close"], 1).to_string();
    for (path, headers, body, status, part) in [
        (
            COMPUTE,
            &[("content-type", "application/x-www-form-urlencoded")][..],
            &*good,
            415,
            "content-type must be one of",
        ),
        (COMPUTE, &[], &good, 415, "got none"),
        (COMPUTE, &[("content-type", "application/connect+json")], &good, 415, "got application/connect+json"),
        (COMPUTE_STREAM, &[json], &good, 415, "application/connect+json, application/connect+proto"),
        (COMPUTE, &[("content-type", "application/grpc")], &good, 415, "application/grpc over HTTP/2"),
        (COMPUTE, &[json], &good[..20], 400, "the message is not JSON: EOF while parsing"),
        (COMPUTE, &[json], "", 400, "the message is not JSON"),
        (COMPUTE, &[json, ("content-encoding", "br")], &good, 501, "content-encoding must be gzip or identity, got br"),
        (COMPUTE, &[json, ("content-encoding", "gzip")], &good, 400, "Error decompressing"),
        (COMPUTE, &[json, ("connect-timeout-ms", "soon")], &good, 400, "connect-timeout-ms must be 1 to 10 digits"),
        (COMPUTE, &[json, ("connect-protocol-version", "2")], &good, 400, "connect-protocol-version must be 1"),
        (COMPUTE, &[("content-type", "application/proto")], "{}", 400, "failed to decode"),
        ("/atrad.v1.IndicatorService/Guess", &[json], &good, 404, "the server has no /atrad.v1.IndicatorService/Guess"),
        ("/", &[json], &good, 404, "the server has no /"),
    ] {
        let reply = send(&server, Method::POST, path, headers, body.to_owned()).await;
        let error = reply.json();
        assert_eq!(reply.status, status, "{path} {headers:?}: {error}");
        assert!(error["message"].as_str().expect("text").contains(part), "{error}");
    }
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let reply = send(&server, method.clone(), COMPUTE, &[json], "").await;
        assert_eq!((reply.status, reply.header("allow")), (405, "POST"), "{method}");
    }
    for (method, path, status, takes) in [
        (Method::PUT, "/atrad.v1.SeriesService/ListSeries", 405, "GET, POST"),
        (Method::HEAD, "/openapi.json", 200, ""),
        (Method::POST, "/openapi.json", 405, "GET, HEAD"),
        (Method::PUT, "/atrad.v1.IndicatorService/Guess", 404, ""),
        (Method::HEAD, "/nothing", 404, ""),
    ] {
        let reply = send(&server, method.clone(), path, &[json], "").await;
        assert_eq!((reply.status, reply.header("allow")), (status, takes), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_limited_however_it_comes() {
    let settings = Settings { message_bytes_max: 4096, ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    let json = ("content-type", "application/json");
    let long = format!("{{\"expressions\":[\"{}\"]}}", "x".repeat(5000));
    let columns = format!("{{\"bars\":{{\"close\":[{}1]}}}}", "1,".repeat(1000));
    let bomb = gzip(format!("{{\"expressions\":[\"{}\"]}}", "x".repeat(1 << 18)).as_bytes());
    assert!(columns.len() < 4096 && bomb.len() < 4096);
    for (headers, body) in [
        (&[json][..], long.into_bytes()),
        (&[json], columns.into_bytes()),
        (&[json, ("content-encoding", "gzip")], bomb),
    ] {
        let reply = send(&server, Method::POST, COMPUTE, headers, body).await;
        let error = reply.json();
        assert_eq!((reply.status, &error["code"]), (429, &json!("resource_exhausted")), "{error}");
        assert!(
            error["message"].as_str().expect("text").starts_with("message_bytes_max allows at most 4096"),
            "{error}"
        );
    }
    // Of unknown length: chunks without end.
    let mut socket = connect(&server).await;
    let head = format!(
        "POST {COMPUTE} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
    for _ in 0..64 {
        if socket.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 429");
}

#[tokio::test(flavor = "multi_thread")]
async fn protobuf_and_gzip_are_spoken() {
    let server = Server::start().await;
    server.fill("A", 5000).await;
    let message = question("A", &["close"], None).encode_to_vec();
    let proto = [("content-type", "application/proto"), ("content-encoding", "gzip"), ("accept-encoding", "gzip")];
    let reply = send(&server, Method::POST, COMPUTE, &proto, gzip(&message)).await;
    assert_eq!(
        (reply.status, reply.header("content-type"), reply.header("content-encoding")),
        (200, "application/proto", "gzip")
    );
    let answer = ComputeResponse::decode(&*gunzip(&reply.body)).expect("a message");
    assert_eq!((answer.times.len(), answer.columns[0].values.values::<f64>()[4999]), (5000, 5099.0));
    let plain = send(&server, Method::POST, COMPUTE, &proto[..1], message).await;
    assert_eq!((plain.status, plain.header("content-encoding")), (200, ""));
    assert_eq!(ComputeResponse::decode(plain.body).expect("a message"), answer);
    let headers = [("content-type", "application/json"), ("accept-encoding", "br, gzip;q=0.8")];
    let reply = send(&server, Method::POST, COMPUTE, &headers, asked("A", &["close"], 5000).to_string()).await;
    let answer: Value = serde_json::from_slice(&gunzip(&reply.body)).expect("JSON");
    assert_eq!(answer["columns"][0]["values"][4999], 5099.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_their_status() {
    let server = Server::start().await;
    server.fill("A", 200_000).await;
    let ask = async |symbol: &str, headers: &[(&str, &str)]| {
        let message = json!({ "request": asked(symbol, &["close"], 200_000) }).to_string();
        let headers = [&[("content-type", "application/connect+json")], headers].concat();
        let reply = send(&server, Method::POST, COMPUTE_STREAM, &headers, envelope(0, message.as_bytes())).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/connect+json"));
        envelopes(&reply.body)
    };
    for (headers, packed) in [(&[][..], 0), (&[("connect-accept-encoding", "gzip")], 1)] {
        let (mut messages, mut rows) = (ask("A", headers).await, 0);
        let end = messages.pop().expect("the end");
        assert_eq!((end.0, &*end.1), (2, &b"{}"[..]));
        assert!(messages.len() > 2);
        for (flags, message) in messages {
            assert_eq!(flags, packed);
            let message = if packed == 1 { gunzip(&message) } else { message };
            let answer: Value = serde_json::from_slice(&message).expect("JSON");
            rows += answer["chunk"]["times"].as_array().expect("times").len();
        }
        assert_eq!(rows, 200_000);
    }
    let refused = ask("NONE", &[]).await;
    assert_eq!((refused.len(), refused[0].0), (1, 2));
    let end: Value = serde_json::from_slice(&refused[0].1).expect("JSON");
    assert_eq!(
        (&end["error"]["code"], end["error"]["details"].as_array().map(Vec::len)),
        (&json!("not_found"), Some(2))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_goes_on_until_the_server_stops() {
    let mut server = Server::with(Limits { deadline_max_s: 1, ..Limits::default() }, Settings::default()).await;
    server.fill("A", 10).await;
    let stop = server.stop.take().expect("it runs");
    let series = json!({ "symbol": "A", "timeframe": "1m" });
    let watch = json!({ "series": [series], "expressions": ["close"], "last": 2 }).to_string();
    let (path, headers) = ("/atrad.v1.IndicatorService/Watch", [("content-type", "application/connect+json")]);
    let watching = send(&server, Method::POST, path, &headers, envelope(0, watch.as_bytes()));
    let later = async {
        // Longer than any other call may take.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let column = json!([5.0]);
        let bars = json!({ "times": [10 * STEP], "open": column, "high": column, "low": column, "close": column,
            "volume": [1] });
        let stored = post(&server, "/atrad.v1.IngestService/Ingest", &json!({ "series": series, "bars": bars })).await;
        assert_eq!(stored.status, 200, "{:?}", stored.body);
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.send(()).expect("it runs");
    };
    let both = async { tokio::join!(watching, later) };
    let (reply, ()) = tokio::time::timeout(Duration::from_secs(20), both).await.expect("in time");
    let told = envelopes(&reply.body).into_iter().map(|(_, message)| serde_json::from_slice(&message).expect("JSON"));
    let told: Vec<Value> = told.collect();
    let rows = |message: &Value| message["rows"]["values"]["times"].as_array().map(Vec::len);
    assert_eq!((told.len(), rows(&told[0]), rows(&told[1])), (3, Some(2), Some(1)), "{told:?}");
    assert_eq!(told[2]["error"]["code"], "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_envelopes_are_refused() {
    let server = Server::start().await;
    let message = json!({ "request": asked("NONE", &["close"], 1) }).to_string();
    let whole = envelope(0, message.as_bytes());
    for (content_type, body, part) in [
        ("application/connect+json", whole[..whole.len() - 3].to_vec(), "the body ends within an envelope"),
        ("application/connect+json", envelope(1, message.as_bytes()), "0 without connect-content-encoding, got 1"),
        ("application/connect+json", envelope(0, b"{"), "the message is not JSON"),
        ("application/connect+json", Vec::new(), "Missing request message"),
        ("application/connect+json", vec![0, 0xff, 0xff, 0xff, 0xff, 1], "message_bytes_max allows at most"),
        ("application/connect+proto", vec![0, 0, 0, 0, 1, 0x0f], "failed to decode"),
    ] {
        let reply = send(&server, Method::POST, COMPUTE_STREAM, &[("content-type", content_type)], body).await;
        let messages = envelopes(&reply.body);
        assert_eq!((reply.status, messages.len(), messages[0].0), (200, 1, 2));
        let end: Value = serde_json::from_slice(&messages[0].1).expect("JSON");
        assert!(end["error"]["message"].as_str().expect("text").contains(part), "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_go_both_ways_on_one_stream() {
    let server = Server::start().await;
    let batch = |number: u64, close: f64| {
        let column = json!([close]);
        let bars = json!({ "times": [number * 60_000_000_000], "open": column, "high": column, "low": column,
            "close": column, "volume": [1] });
        let series = json!({ "symbol": "S", "timeframe": "1m" });
        envelope(0, json!({ "batch": number.to_string(), "series": series, "bars": bars }).to_string().as_bytes())
    };
    let body = [batch(1, 5.0), batch(2, -5.0), batch(3, 6.0)].concat();
    let headers = [("content-type", "application/connect+json")];
    let reply = send(&server, Method::POST, "/atrad.v1.IngestService/IngestStream", &headers, body).await;
    let told: Vec<Value> =
        envelopes(&reply.body).iter().map(|(_, message)| serde_json::from_slice(message).expect("JSON")).collect();
    assert_eq!((told.len(), &told[3]), (4, &json!({})), "{told:?}");
    assert_eq!(told[0]["receipt"]["accepted"], "1");
    assert_eq!((&told[1]["batch"], &told[1]["failure"]["code"]), (&json!("2"), &json!(3)));
    assert_eq!(told[2]["receipt"]["accepted"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_spoken_over_http2_as_well() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let request = Request::post(format!("http://atrad{COMPUTE}")).header("content-type", "application/json");
    let body = Body::new(Full::from(asked("A", &["close"], 2).to_string()));
    let mut channel = server.channel.clone();
    let request = request.body(body).expect("a request");
    let response = channel.ready().await.expect("connected").call(request).await.expect("answered");
    assert_eq!(response.status().as_u16(), 200);
    let body = response.into_body().collect().await.expect("whole").to_bytes();
    let answer: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(answer["columns"][0]["values"], json!([108.0, 109.0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_is_possible_by_get() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let get = async |query: &str, headers: &[(&str, &str)]| {
        send(&server, Method::GET, &format!("{LIST}?{query}"), headers, "").await
    };
    let reply = get("connect=v1&encoding=json&message=%7B%22pageSize%22%3A5%7D", &[]).await;
    assert_eq!((reply.status, &reply.json()["series"][0]["id"]["symbol"]), (200, &json!("A")));
    let packed = BASE64_URL_SAFE.encode(gzip(b"{}"));
    let reply = get(&format!("encoding=json&base64=1&compression=gzip&message={packed}"), &[]).await;
    assert_eq!((reply.status, &reply.json()["series"][0]["rows"]), (200, &json!("10")));
    for (query, part) in [("", "message must be set"), ("message={}&encoding=xml", "encoding must be json or proto")] {
        let reply = get(query, &[]).await;
        assert!(reply.status == 400 && reply.json()["message"].as_str().expect("text").contains(part), "{query}");
    }
    // A name that was made to point to this machine.
    assert_eq!(get("message={}", &[("host", "evil.example")]).await.status, 403);
    assert_eq!(get("message={}", &[("host", "localhost:50051")]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_deadlines_are_the_same() {
    let token = Some(Token::new("secret").expect("good"));
    let tokens = Tokens::new(TokenSource { token, ..TokenSource::default() }).expect("no file");
    let settings = Settings { tokens: Arc::new(tokens), ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    let json = ("content-type", "application/json");
    let reply = post(&server, COMPUTE, &asked("A", &["close"], 1)).await;
    let told = (reply.status, reply.header("www-authenticate"), reply.json()["code"].clone());
    assert_eq!(told, (401, "Bearer", json!("unauthenticated")));
    let bearer = ("authorization", "Bearer secret");
    let body = asked("A", &["close"], 1).to_string();
    assert_eq!(send(&server, Method::POST, COMPUTE, &[json, bearer], body.clone()).await.status, 404);
    // Half a body, and then nothing.
    let mut socket = connect(&server).await;
    let head = format!("POST {COMPUTE} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer secret\r\n");
    let head = head + "content-type: application/json\r\ncontent-length: 100\r\nconnect-timeout-ms: 300\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 504");
    // Whoever may not call is told before the body is read.
    let reply = send(&server, Method::POST, COMPUTE, &[json], "{").await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_web_is_spoken_as_bytes_and_as_text() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let good = envelope(0, &question("A", &["close"], Some(2)).encode_to_vec());
    let none = envelope(0, &question("NONE", &["close"], Some(2)).encode_to_vec());
    let binary = [("content-type", "application/grpc-web+proto")];
    let reply = send(&server, Method::POST, COMPUTE, &binary, good.clone()).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/grpc-web+proto"));
    let messages = envelopes(&reply.body);
    let answer = ComputeResponse::decode(&*messages[0].1).expect("a message");
    assert_eq!(answer.columns[0].values.values::<f64>(), [108.0, 109.0]);
    assert_eq!((messages[1].0, &*messages[1].1), (0x80, &b"grpc-status:0\r\n"[..]));
    let text = [("content-type", "application/grpc-web-text")];
    let reply = send(&server, Method::POST, COMPUTE, &text, BASE64_STANDARD.encode(&good)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/grpc-web-text+proto"));
    let bytes: Vec<u8> = reply.body.split_inclusive(|&c| c == b'=').fold(Vec::new(), |mut bytes, part| {
        // Parts may be padded with two characters.
        if part != b"=" {
            let part = String::from_utf8_lossy(part).trim_end_matches('=').to_owned();
            bytes.extend(base64::prelude::BASE64_STANDARD_NO_PAD.decode(part).expect("base64"));
        }
        bytes
    });
    assert_eq!(envelopes(&bytes), messages);
    let refused = send(&server, Method::POST, COMPUTE, &binary, none).await;
    assert_eq!(refused.header("grpc-status"), "5");
    let broken = send(&server, Method::POST, COMPUTE, &text, "!!!!").await;
    assert_eq!(broken.header("grpc-status"), "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_on_the_list_may_call() {
    const PAGE: &str = "https://app.example";
    let settings = Settings { cors_origins: vec![CorsOrigin::new(PAGE).expect("good")], ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    server.fill("A", 10).await;
    let json = ("content-type", "application/json");
    let asks = [("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
    let reply = send(&server, Method::OPTIONS, COMPUTE, &[&[("origin", PAGE)], &asks[..]].concat(), "").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, PAGE));
    assert_eq!(reply.header("access-control-allow-headers"), "content-type");
    let body = asked("A", &["close"], 1).to_string();
    let reply = send(&server, Method::POST, COMPUTE, &[json, ("origin", PAGE)], body.clone()).await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin"), reply.header("vary")),
        (200, PAGE, "origin")
    );
    assert!(reply.header("access-control-expose-headers").contains("grpc-status"));
    for other in ["https://evil.example", "null", &server.address] {
        let headers = [&[("origin", other)], &asks[..]].concat();
        let reply = send(&server, Method::OPTIONS, COMPUTE, &headers, "").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (403, ""), "{other}");
        let reply = send(&server, Method::POST, COMPUTE, &[json, ("origin", other)], body.clone()).await;
        assert_eq!(reply.status, 403, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_page_may_call_and_others_may_not() {
    let server = Server::with(Limits::default(), Settings { page: true, ..Settings::default() }).await;
    server.fill("A", 10).await;
    let page = send(&server, Method::GET, "/ui/", &[("sec-fetch-site", "none")], "").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
    let script = send(&server, Method::GET, "/ui/app.js", &[("accept-encoding", "gzip")], "").await;
    let plain = send(&server, Method::GET, "/ui/app.js", &[], "").await;
    assert_eq!(gunzip(&script.body), plain.body);
    assert_eq!(send(&server, Method::GET, "/", &[], "").await.header("location"), "/ui/");
    assert_eq!(send(&server, Method::GET, "/ui/none", &[], "").await.status, 404);
    let body = asked("A", &["close"], 1).to_string();
    let own = &*server.address;
    let rebound = "http://evil.example:50051";
    for (host, origin, status) in [
        (host(&server), own, 200),
        (host(&server), "http://127.0.0.1:1", 403),
        (host(&server), "null", 403),
        ("evil.example:50051", rebound, 403),
        (host(&server), rebound, 403),
    ] {
        let headers = [("content-type", "application/json"), ("host", host), ("origin", origin)];
        assert_eq!(
            send(&server, Method::POST, COMPUTE, &headers, body.clone()).await.status,
            status,
            "{host} {origin}"
        );
    }
    let metrics = post(&server, "/atrad.v1.AdminService/GetMetrics", &json!({})).await;
    assert_eq!((metrics.status, metrics.json()), (200, json!({ "text": "the metrics of the tests 1\n" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_page_there_is_none() {
    let server = Server::start().await;
    for path in ["/", "/ui/", "/ui/app.js"] {
        assert_eq!(send(&server, Method::GET, path, &[], "").await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_described() {
    let server = Server::start().await;
    let reply = send(&server, Method::GET, "/openapi.json", &[], "").await;
    let document = reply.json();
    assert_eq!((reply.status, &document["openapi"]), (200, &json!("3.1.0")));
    assert!(document["paths"][COMPUTE]["post"]["description"].as_str().expect("text").contains("Safe to retry"));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_calls_share_a_connection_of_http1() {
    let server = Server::start().await;
    let mut socket = connect(&server).await;
    let call =
        format!("POST {LIST} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}");
    // The head in two parts, of which the first is shorter than the preface of HTTP/2.
    let calls = call.repeat(3);
    socket.write_all(&calls.as_bytes()[..7]).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(50)).await;
    socket.write_all(&calls.as_bytes()[7..]).await.expect("sent");
    let mut read = Vec::new();
    while String::from_utf8_lossy(&read).matches("HTTP/1.1 200 OK").count() < 3 {
        assert!(socket.read_buf(&mut read).await.expect("read") > 0, "{}", String::from_utf8_lossy(&read));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_http1_that_stops_is_left_at_its_deadline() {
    let limits = Limits { answer_bytes_max: 64 << 20, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 500_000).await;
    let body = asked("A", &["close", "open", "high", "low"], 500_000).to_string();
    let mut socket = connect(&server).await;
    let head = format!(
        "POST {COMPUTE} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnect-timeout-ms: 8000\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut first = [0; 15];
    socket.read_exact(&mut first).await.expect("answered");
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let begun = Instant::now();
    while !server.ended.lock().expect("nobody panics with it").iter().any(|(method, _)| method == COMPUTE) {
        assert!(begun.elapsed() < Duration::from_secs(20), "the call goes on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut rest = Vec::new();
    let cut = socket.read_to_end(&mut rest).await;
    assert!(cut.is_err() || rest.len() < 20 << 20, "cut off: {} bytes", rest.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_of_http1_give_way() {
    let settings = Settings { connections_max: 2, connections_per_peer_max: 2, ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    // One that never ends its head, and one that is kept after a call.
    let mut slow = connect(&server).await;
    slow.write_all(b"POST / HTTP/1.1\r\nhost:").await.expect("sent");
    let mut kept = connect(&server).await;
    let call =
        format!("POST {LIST} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}");
    kept.write_all(call.as_bytes()).await.expect("sent");
    let mut answer = [0; 15];
    kept.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    for _ in 0..5 {
        assert_eq!(post(&server, LIST, &json!({})).await.status, 200);
    }
    let closed = async |socket: &mut TcpStream| {
        let mut rest = Vec::new();
        tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut rest)).await.expect("closed").is_ok()
    };
    closed(&mut slow).await;
    closed(&mut kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_one_host() {
    let server = Server::start().await;
    let path = "/grpc.health.v1.Health/Check";
    let json = ("content-type", "application/json");
    assert_eq!(send(&server, Method::POST, path, &[json], "{}").await.status, 200);
    let two = send(&server, Method::POST, path, &[json, ("host", "localhost"), ("host", "evil.example")], "{}").await;
    assert_eq!((two.status, two.json()["code"].as_str()), (400, Some("internal")));
    let mut socket = connect(&server).await;
    let none = format!("POST {path} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}");
    socket.write_all(none.as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 400");
}
