//! The server in front of a Redis that comes and goes: health, answers, entries, logs and metrics.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{Server, complain, free_port, say};

/// A request over HTTP/1.1; the whole response.
fn http(address: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connected");
    let length = body.len();
    write!(stream, "{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n")
        .and_then(|()| write!(stream, "content-length: {length}\r\n\r\n{body}"))
        .expect("asked");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("answered");
    text
}

/// A Redis whose only user has a password; killed on drop.
struct Redis(Child);

impl Redis {
    /// `None` if this machine has no `redis-server`, which is reported on the terminal.
    fn start(port: u16) -> Option<Self> {
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--user", "agent", "on", ">hush", "~*", "+@all", "--user", "default", "off"])
            .stdout(Stdio::null())
            .spawn();
        child.map(Self).inspect_err(|error| println!("NOT TESTED: redis-server cannot be started ({error})")).ok()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_redis_that_comes_and_goes_changes_no_answer_and_no_health() {
    let folder = tempfile::tempdir().expect("a folder");
    let (port, metrics) = (free_port(), format!("127.0.0.1:{}", free_port()));
    let (password, log) = (folder.path().join("password"), folder.path().join("log"));
    std::fs::write(&password, "hush\n").expect("written");
    let address = format!("redis://agent@127.0.0.1:{port}");
    let variables = [
        ("ATRAD_REDIS", &*address),
        ("ATRAD_REDIS_PASSWORD_FILE", password.to_str().expect("text")),
        ("ATRAD_REDIS_TIMEOUT_MS", "5000"),
        ("ATRAD_REDIS_RETRY_MAX_MS", "100"),
        ("ATRAD_METRICS_LISTEN", &metrics),
        ("ATRAD_DEMO", "1"),
    ];
    let data = folder.path().join("data");
    let server =
        Server::try_start(&data, &variables, File::create(&log).expect("made")).expect("it starts without Redis");
    let compute = || say(&data, &["compute", "BTCUSDT", "15m", "sma(20)", "--last", "3", "--server", &server.address]);
    let cache = |call: &str, body: &str| {
        let text = http(&server.address, &format!("POST /atrad.v1.CacheService/{call}"), body);
        text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).expect("a body")
    };
    let status = || say(&data, &["status", "--server", &server.address]);
    let right = compute();
    let put = r#"{"namespace":"n","key":"k","value":"MQ=="}"#;
    assert!(cache("Put", put).contains("unavailable"));
    let is_away = || {
        assert!(http(&metrics, "GET /healthz", "").starts_with("HTTP/1.1 200"), "ready without Redis");
        assert_eq!(compute(), right);
        assert!(status().contains("serving") && status().contains("AWAY: redis does not answer and is skipped"));
        assert!(http(&metrics, "GET /metrics", "").contains("atrad_cache_available{tier=\"redis\"} 0"));
    };
    is_away();
    let Some(redis) = Redis::start(port) else { return };
    let end = Instant::now() + Duration::from_secs(30);
    while cache("Put", put) != "{}" {
        assert!(Instant::now() < end, "it is found: {}", std::fs::read_to_string(&log).expect("there"));
        std::thread::sleep(Duration::from_millis(20));
    }
    let swap =
        |expected: &str| cache("CompareAndSet", &format!(r#"{{"namespace":"n","key":"k","value":"Mg=="{expected}}}"#));
    assert_eq!(swap(""), r#"{"current":"MQ=="}"#, "there is one");
    assert_eq!(swap(r#","expected":"MQ==""#), r#"{"stored":true}"#);
    assert_eq!(swap(r#","expected":"MQ==""#), r#"{"current":"Mg=="}"#);
    assert_eq!(compute(), right);
    assert!(!status().contains("AWAY"));
    let page = http(&metrics, "GET /metrics", "");
    assert!(page.contains("atrad_cache_available{tier=\"redis\"} 1"), "{page}");
    assert!(page.contains("atrad_cache_call_time_seconds_total{tier=\"redis\"}"), "{page}");
    drop(redis);
    while !cache("Put", put).contains("unavailable") {
        assert!(Instant::now() < end);
    }
    is_away();
    assert_eq!(server.stop(), Some(0));
    let log = std::fs::read_to_string(&log).expect("there");
    assert!(log.contains("redis is skipped until it answers again") && !log.contains("hush"), "{log}");
}

#[test]
fn settings_of_redis_that_cannot_be_right_end_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let serve =
        |more: &[&str], code| complain(folder.path(), &[&["serve", "--listen", "127.0.0.1:0"], more].concat(), code);
    for (more, code, expected) in [
        (&["--redis", "redis://:hush@a,redis://b"][..], 1, "redis needs one address, or several with redis_sentinel"),
        (&["--redis", "http://agent:hush@h"], 1, "got \"http://***@h\""),
        (&["--redis", "redis://a", "--redis-password-file", "/nowhere/file"], 1, "/nowhere/file: No such file"),
        (&["--redis", "redis://a", "--redis-ca", "/nowhere/file"], 1, "redis_ca needs rediss:// addresses"),
        (&["--redis", "redis://a", "--redis-timeout-ms", "0"], 2, "--redis-timeout-ms"),
        (&["--redis-sentinel", "main"], 2, "--redis"),
        (&["--redis", "redis://a", "--redis-cluster", "--redis-sentinel", "main"], 2, "cannot be used with"),
    ] {
        let text = serve(more, code);
        assert!(text.contains(expected) && !text.contains("hush"), "{text}");
    }
}
