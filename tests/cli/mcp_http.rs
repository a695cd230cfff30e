//! Agents over HTTP: /mcp on the port of a server.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::process::{Server, say};

/// A request of HTTP/1.1 and its answer: the status, and the body.
fn http(address: &str, head: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("connected");
    let length = body.len();
    let text = format!(
        "{head} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    let status = answer.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{answer:?}"));
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// What agents send with each request.
const HEADERS: &str = "content-type: application/json\r\naccept: application/json, text/event-stream\r\n\
                       mcp-protocol-version: 2025-11-25\r\n";

fn call(address: &str, headers: &str, name: &str, arguments: &Value) -> (u16, Value) {
    let params = json!({"name": name, "arguments": arguments});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
    let (status, body) = http(address, "POST /mcp", &format!("{HEADERS}{headers}"), &body);
    (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}

#[test]
fn the_port_of_the_server_serves_agents_through_the_same_doors() {
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = folder.path().join("tokens");
    let tokens = tokens.to_str().expect("text");
    let token = |name: &str, more: &[&str]| {
        let said = say(folder.path(), &[&["token", "new", name, "--tokens", tokens], more].concat());
        said.lines().next().expect("a token").to_owned()
    };
    let stocks = token("stocks", &["--scopes", "read", "--symbols", "AAPL"]);
    let past = token("past", &["--scopes", "read", "--as-of", "2010-01-01"]);
    let writer = token("writer", &["--scopes", "write"]);
    let server = Server::start(folder.path(), &["--demo", "--tokens", tokens]);
    let bearer = |token: &str| format!("authorization: Bearer {token}\r\n");
    let compute = |symbol: &str| json!({"symbol": symbol, "timeframe": "1d", "expressions": ["close"]});
    let ask = |token: &str, symbol: &str| call(&server.address, &bearer(token), "compute", &compute(symbol));
    let text = |reply: &Value| reply["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    let (status, reply) = ask(&stocks, "AAPL");
    assert!(status == 200 && text(&reply).contains("\"series\":\"AAPL 1d\""), "{status} {reply}");
    let (status, reply) = ask(&stocks, "MSFT");
    assert!(
        status == 200 && reply["result"]["isError"] == true && text(&reply).contains("PERMISSION_DENIED"),
        "{reply}"
    );
    let (_, reply) = ask(&past, "AAPL");
    assert!(text(&reply).contains("\"to\":\"2009-12-31\""), "{reply}");
    let (_, reply) = call(&server.address, &bearer(&past), "list_series", &json!({}));
    assert!(text(&reply).contains("AAPL 1d") && !text(&reply).contains("BTCUSDT"), "its bars are later: {reply}");
    for (headers, expected) in [(String::new(), 401), (bearer("wrong"), 401), (bearer(&writer), 403)] {
        let (status, reply) = call(&server.address, &headers, "list_series", &json!({}));
        assert_eq!(status, expected, "{reply}");
    }
    // No page of the web, no other method, no endless body; the guide is for everybody.
    let origin = format!("{}origin: https://evil.example\r\n", bearer(&stocks));
    assert_eq!(call(&server.address, &origin, "list_series", &json!({})).0, 403);
    assert_eq!(http(&server.address, "GET /mcp", &format!("{HEADERS}{}", bearer(&stocks)), "").0, 405);
    let (status, _) = call(&server.address, &bearer(&stocks), "compute", &json!({"symbol": "x".repeat(256 << 10)}));
    assert_eq!(status, 413);
    let (status, guide) = http(&server.address, "GET /llms.txt", "", "");
    assert!(status == 200 && guide.starts_with("# atrad\n"), "{status} {guide}");
    let (status, reply) = http(&server.address, "POST /mcp", &format!("{HEADERS}{}", bearer(&stocks)), "{");
    assert!((400..500).contains(&status), "{status} {reply}");
    // As the protocol has it: no other type of content, and JSON-RPC's own code for a method that is not there.
    let text_plain = HEADERS.replacen("application/json", "text/plain", 1);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    assert_eq!(http(&server.address, "POST /mcp", &format!("{text_plain}{}", bearer(&stocks)), &ping).0, 415);
    let unknown = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/drop"}).to_string();
    let (_, reply) = http(&server.address, "POST /mcp", &format!("{HEADERS}{}", bearer(&stocks)), &unknown);
    let reply: Value = serde_json::from_str(&reply).expect("JSON");
    assert_eq!((&reply["id"], &reply["error"]["code"]), (&json!(7), &json!(-32601)), "{reply}");
    drop(server);
    let server = Server::start(folder.path(), &["--mcp", "off"]);
    assert_eq!(call(&server.address, "", "list_series", &json!({})).0, 404);
}
