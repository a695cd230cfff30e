//! What each verb says, to whom, and with which exit code.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use crate::process::{Server, atrad, complain, free_port, run, say};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("text").to_owned()
}

#[test]
fn the_demo_computes_real_bars() {
    let folder = folder();
    let data = folder.path().join("data");
    let server = Server::start(&data, &["--demo"]);
    let compute = ["compute", "BTCUSDT", "15m", "sma(14)", "macd(12, 26, 9).hist", "close", "--last", "2", "--format"];
    let csv = say(&data, &[&compute[..], &["csv", "--server", &server.address]].concat());
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "time,sma(14),\"macd(12, 26, 9).hist\",close");
    assert!(lines[2].starts_with("2021-06-17T08:30:00Z,39118.85,") && lines[2].ends_with(",39315.4"), "{csv}");
    let json = say(&data, &[&compute[..], &["json", "--server", &server.address]].concat());
    let rows: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!((rows[1]["time"].as_str(), rows[1]["close"].as_f64()), (Some("2021-06-17T08:30:00Z"), Some(39315.4)));
    let list = say(&data, &["series", "--server", &server.address]);
    assert_eq!(list.lines().count(), 7, "{list}");
    assert_eq!(server.stop(), Some(0));
    // The same without a server, on the folder it left; the second start loads nothing anew.
    assert_eq!(say(&data, &[&compute[..], &["csv"]].concat()), csv);
    assert_eq!(say(&data, &["series"]), list);
    let server = Server::start(&data, &["--demo"]);
    assert_eq!(say(&data, &["series", "--server", &server.address]), list);
}

#[test]
fn stocks_are_set_against_each_other() {
    let folder = folder();
    let stocks = [("MSFT", "wiki_msft_1d"), ("BRK/A", "wiki_aapl_1d"), ("IBM", "wiki_ibm_1d")];
    for (symbol, name) in stocks {
        let file = format!("{}/tests/data/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
        say(folder.path(), &["import", &file, "--symbol", symbol, "--timeframe", "1d"]);
    }
    let texts = ["correl(close, close@\"BRK/A\", 30)", "close / close@\"BRK/A\"", "close@IBM"];
    let compute = [&["compute", "MSFT", "1d"], &texts[..], &["--last", "2", "--format", "json"]].concat();
    let rows: serde_json::Value = serde_json::from_str(&say(folder.path(), &compute)).expect("json");
    let ibm = say(folder.path(), &["compute", "IBM", "1d", "close", "--last", "1", "--format", "json"]);
    let ibm: serde_json::Value = serde_json::from_str(&ibm).expect("json");
    assert!(rows[1][texts[0]].as_f64().is_some_and(|value| value.abs() <= 1.0), "{rows}");
    assert_eq!((&rows[1]["time"], &rows[1][texts[2]]), (&ibm[0]["time"], &ibm[0]["close"]));

    let correlate = ["correlate", "MSFT", "BRK/A", "IBM", "--timeframe", "1d", "--last", "250", "--returns"];
    let table = say(folder.path(), &correlate);
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((lines[0].clone(), lines.len()), (vec!["symbol", "MSFT", "BRK/A", "IBM"], 4), "{table}");
    assert!((1..4).all(|at| lines[at][at] == "1") && lines[1][2] == lines[2][1], "{table}");
    let json = say(folder.path(), &[&correlate[..], &["--format", "json", "--method", "spearman"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!((json["rows"].as_u64(), json["matrix"][2][2].as_f64()), (Some(249), Some(1.0)));
    complain(folder.path(), &["correlate", "MSFT", "--timeframe", "1d"], 2);
    assert!(
        complain(folder.path(), &["compute", "MSFT", "1d", "close@NONE"], 1).contains("series NONE 1d does not exist")
    );
}

#[test]
fn warm_up_is_empty_in_csv_and_null_in_json() {
    let folder = folder();
    let file = write(folder.path(), "a.csv", "ts,open,high,low,close,volume\n60,1,2,0.5,1.1,1\n120,1,2,0.5,1.3,1\n");
    say(folder.path(), &["import", &file, "--symbol", "A", "--timeframe", "1m"]);
    let csv = say(folder.path(), &["compute", "A", "1m", "sma(2)", "--format", "csv"]);
    assert_eq!(csv, "time,sma(2)\n1970-01-01T00:01:00Z,\n1970-01-01T00:02:00Z,1.2000000000000002\n");
    // An expression that begins with a minus sign is no flag, and flags after it are none of its kind.
    let minus = say(folder.path(), &["compute", "A", "1m", "-close", "-1 * high", "--last", "1", "--format", "csv"]);
    assert_eq!(minus, "time,-close,-1 * high\n1970-01-01T00:02:00Z,-1.3,-2\n");
    let json = say(folder.path(), &["compute", "A", "1m", "sma(2)", "--format", "json", "--last", "2"]);
    assert_eq!(json.lines().nth(1), Some(r#"{"time":"1970-01-01T00:01:00Z","sma(2)":null},"#));
}

#[test]
fn export_and_import_give_the_same_bars() {
    let folder = folder();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    for (name, symbol) in [("dolphindb_btcusdtswap_15m", "BTC/USDT"), ("vectorta_bitfinex_btcusd_4h", "BTCUSD")] {
        let file = format!("{}/tests/data/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
        let told = say(&one, &["import", &file, "--symbol", symbol, "--timeframe", "15m"]);
        assert!(told.contains(" 0 replaced, 0 without effect; 0 rows skipped"), "{told}");
        let copy = folder.path().join("copy.csv");
        let copy = copy.to_str().expect("text");
        say(&one, &["export", symbol, "15m", "--output", copy]);
        say(&two, &["import", copy, "--symbol", symbol, "--timeframe", "15m"]);
        let (first, second) = (say(&one, &["export", symbol, "15m"]), say(&two, &["export", symbol, "15m"]));
        assert!(first == second && first.lines().count() > 10_000);
        let again = say(&two, &["import", copy, "--symbol", symbol, "--timeframe", "15m"]);
        assert!(again.contains(": 0 new, 0 replaced"), "{again}");
    }
}

#[test]
fn what_is_skipped_is_told() {
    let folder = folder();
    let broken = "x,1,1,1,1,1\n".repeat(30);
    let text = format!(
        "Time,Open,High,Low,Close,Volume\n{broken}2020-01-02,1,2,1,2,5\n2020-01-01,1,2,1,2,5\n2020-01-02,1,2,1,2,6\n"
    );
    let file = write(folder.path(), "a.csv", &text);
    let output = run(folder.path(), &["import", &file, "--symbol", "A", "--timeframe", "1d"]);
    let (told, summary) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert_eq!(told.matches(": skipped: time has an unknown format: \"x\"").count(), 20, "{told}");
    assert!(told.contains("a.csv:2: skipped") && told.contains("skipped 30 rows in all, 20 of them shown"), "{told}");
    assert!(told.contains("1 rows came after a later one"), "{told}");
    assert!(summary.contains("3 bars to A 1d: 2 new, 0 replaced, 1 without effect"), "{summary}");
    let export = say(folder.path(), &["export", "A", "1d"]);
    assert_eq!(export.lines().last(), Some("2020-01-02T00:00:00Z,1,2,1,2,6"));
}

#[test]
fn exit_codes_tell_whose_fault_it_was() {
    let folder = folder();
    let data = folder.path();
    for usage in [&["compute", "A"][..], &["serve", "--listen", "x"], &["compute", "../x", "1d", "close"], &["guess"]] {
        complain(data, usage, 2);
    }
    let told = complain(data, &["--log", "a=b=c", "series"], 2);
    assert!(told.contains("a=b=c"), "{told}");
    let told = complain(data, &["compute", "NONE", "1d", "close"], 1);
    assert!(told.contains("series NONE 1d does not exist"), "{told}");
    let told = complain(data, &["import", "/nowhere.csv", "--symbol", "A", "--timeframe", "1d"], 1);
    assert!(told.contains("/nowhere.csv"), "{told}");
    let told = complain(data, &["series", "--server", "127.0.0.1:1"], 1);
    assert!(told.contains("cannot connect to server 127.0.0.1:1"), "{told}");
    let file = write(data, "empty.csv", "ts,open,high,low,close,volume\n");
    let told = complain(data, &["import", &file, "--symbol", "A", "--timeframe", "1d"], 1);
    assert!(told.contains("contains no bars"), "{told}");
}

#[test]
fn a_folder_in_use_points_to_its_server() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    for arguments in [&["series"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let told = complain(folder.path(), arguments, 1);
        assert!(told.contains("--server") && told.contains(folder.path().to_str().expect("text")), "{told}");
    }
    assert!(say(folder.path(), &["status", "--server", &server.address]).contains("serving"));
}

#[test]
fn the_token_opens_the_server() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--token", "secret"]);
    let told = complain(folder.path(), &["series", "--server", &server.address], 1);
    assert!(told.contains("authorization"), "{told}");
    say(folder.path(), &["series", "--server", &server.address, "--token", "secret"]);
}

#[test]
fn the_cache_secret_is_checked_and_never_shown() {
    let folder = folder();
    let told = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = atrad(folder.path());
        let output = command.envs(variables.iter().copied()).arg("serve").args(arguments).output().expect("started");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).expect("text"))
    };
    let (short, long) = (("ATRAD_CACHE_SECRET", "hush"), ("ATRAD_CACHE_SECRET", "hush, this is a secret"));
    let file = ("ATRAD_CACHE_SECRET_FILE", "/nowhere/secret");
    let redis = ["--listen", "127.0.0.1:0", "--redis", "redis://127.0.0.1:1"];
    for (variables, arguments, code, expected) in [
        (&[short][..], &[][..], 2, "the cache secret must have between 16 and 4096 bytes, got 4"),
        (&[long, file], &[], 2, "cannot be used with"),
        (&[file], &redis, 1, "cannot read or make cache secret file /nowhere/secret: No such file"),
        (&[long], &["--help"], 0, "[env: ATRAD_CACHE_SECRET]"),
    ] {
        let (status, text) = told(variables, arguments);
        assert!(status == Some(code) && text.contains(expected), "{status:?} {text}");
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn a_series_keeps_as_much_as_it_is_told() {
    let folder = folder();
    let row = |day: u32| format!("1970-01-{day:02},1,1,1,1,1\n");
    let file = write(folder.path(), "a.csv", &format!("ts,o,h,l,c,v\n{}", (1..=9).map(row).collect::<String>()));
    say(folder.path(), &["import", &file, "--symbol", "A", "--timeframe", "1d"]);
    let retain = |bounds: &[&str]| say(folder.path(), &[&["series", "retain", "A", "1d"], bounds].concat());
    assert_eq!(retain(&["--rows", "20"]), "retained A 1d: 9 bars from 1970-01-01T00:00:00Z\n");
    assert_eq!(retain(&["--rows", "20", "--days", "5"]), "retained A 1d: 6 bars from 1970-01-04T00:00:00Z\n");
    assert_eq!(retain(&["--rows", "0"]), "retained A 1d: 6 bars from 1970-01-04T00:00:00Z\n");
    assert!(complain(folder.path(), &["series", "retain", "A", "1d"], 2).contains("--rows"));
}

#[test]
fn a_series_is_deleted() {
    let folder = folder();
    let file = write(folder.path(), "a.csv", "ts,o,h,l,c,v\n60,1,1,1,1,1\n");
    say(folder.path(), &["import", &file, "--symbol", "A", "--timeframe", "1m"]);
    assert_eq!(say(folder.path(), &["series", "delete", "A", "1m"]), "deleted A 1m: 1 bars\n");
    complain(folder.path(), &["series", "delete", "A", "1m"], 1);
    assert_eq!(say(folder.path(), &["series", "--format", "json"]), "[]\n");
}

#[test]
fn the_catalogue_needs_no_folder() {
    let nowhere = Path::new("/nowhere");
    assert!(say(nowhere, &["indicators"]).contains("sma(30)"));
    let detail = say(nowhere, &["indicators", "SMA"]);
    for part in ["Simple Moving Average", "formula", "period", "1 to 100000", "example   atrad compute"] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&say(nowhere, &["indicators", "--format", "json"])).expect("json");
    assert!(json["indicators"].as_array().is_some_and(|list| list.iter().any(|one| one["name"] == "sma")));
    assert!(say(nowhere, &["indicators", "CDLDOJISTAR"]).starts_with("cdl_dojistar: "));
    complain(nowhere, &["indicators", "zzzz"], 1);
    assert!(complain(nowhere, &["indicators", "supertrnd"], 1).contains("did you mean supertrend?"));
}

#[test]
fn calendars_are_listed_and_make_bars() {
    let nowhere = Path::new("/nowhere");
    let list = say(nowhere, &["calendars", "nyse"]);
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.len(), 2, "{list}");
    assert_eq!(lines[1][..5], ["XNYS", "America/New_York", "09:30-16:00", "1970-01-01", "2040-12-31"], "{list}");
    let json: serde_json::Value =
        serde_json::from_str(&say(nowhere, &["calendars", "--format", "json"])).expect("json");
    let zones = json.as_array().expect("a list").iter().filter(|one| one["hours"] == "").count();
    assert!(zones > 300 && json.as_array().is_some_and(|list| list.len() > zones + 60), "{zones}");

    // Each day on which a vendor has prices is a session of its own.
    let folder = folder();
    for (symbol, name) in [("AAPL", "wiki_aapl_1d"), ("IBM", "wiki_ibm_1d")] {
        let file = format!("{}/tests/data/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
        say(folder.path(), &["import", &file, "--symbol", symbol, "--timeframe", "1d"]);
        let closes = |flags: &[&str]| {
            let ask = [&["compute", symbol, "1d", "close", "--from", "1970-01-01", "--format", "csv"], flags].concat();
            let csv = say(folder.path(), &ask);
            csv.lines().skip(1).map(|line| line.split_once(',').expect("two").1.to_owned()).collect::<Vec<_>>()
        };
        let days = closes(&[]);
        assert!(days.len() > 2000);
        assert_eq!(closes(&["--calendar", "XNYS"]), days, "{symbol}");
    }
    let months = say(folder.path(), &["compute", "AAPL", "12M", "close", "--calendar", "nyse", "--last", "1"]);
    assert!(months.contains("T14:30:00Z"), "{months}");
    let told = complain(folder.path(), &["compute", "AAPL", "1d", "close", "--calendar", "XNYZ"], 1);
    assert!(told.contains("the nearest is XNYS"), "{told}");
    complain(
        folder.path(),
        &["compute", "AAPL", "1d", "close", "--calendar", "XNYS", "--session-offset-minutes", "5"],
        1,
    );
    let told = complain(folder.path(), &["compute", "AAPL", "1d", "session_vwap(calendar=xnys, utc_offset=-300)"], 1);
    assert!(told.contains("utc_offset of session_vwap must be 0 with calendar=xnys"), "{told}");
}

#[test]
fn whoever_stops_reading_is_no_error() {
    let folder = folder();
    let file = format!("{}/tests/data/dolphindb_btcusdtswap_15m.csv.gz", env!("CARGO_MANIFEST_DIR"));
    say(folder.path(), &["import", &file, "--symbol", "A", "--timeframe", "15m"]);
    let mut command = atrad(folder.path());
    let mut child =
        command.args(["export", "A", "15m"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().expect("piped")).read_line(&mut line).expect("read");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(line, "time,open,high,low,close,volume\n");
}

#[test]
fn figures_are_served_as_prometheus_text() {
    let folder = folder();
    let free = format!("127.0.0.1:{}", free_port());
    let server = Server::start(folder.path(), &["--metrics-listen", &free]);
    say(folder.path(), &["series", "--server", &server.address]);
    let get = |path: &str| {
        let mut stream = TcpStream::connect(&free).expect("connected");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("asked");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("answered");
        text
    };
    assert!(get("/healthz").starts_with("HTTP/1.1 200"));
    let page = get("/metrics");
    for name in [
        "grpc_server_call_duration_seconds_count{grpc_method=\"/atrad.v1.SeriesService/ListSeries\",grpc_status=\"OK\"} 1",
        "grpc_server_call_started_total",
        "atrad_calls_in_flight 0",
        "atrad_queue_depth 0",
        "atrad_writer_latency_p99_seconds",
        "atrad_cache_hits_total{tier=\"memory\"}",
        "atrad_pool_pending 0",
        "process_memory_usage_bytes",
    ] {
        assert!(page.contains(name), "{name}: {page}");
    }
}

#[test]
fn longer_bars_are_made_of_those_of_the_demo() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--demo"]);
    let export = |timeframe: &str, more: &[&str]| {
        let text = say(folder.path(), &[&["export", "BTCUSDT", timeframe, "--server", &server.address], more].concat());
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let stored = export("15m", &[]);
    // Hours and days are those whose times start alike; the newest day has no end yet, the newest hour neither.
    for (timeframe, alike) in [("1h", 13), ("1d", 10)] {
        let made = export(timeframe, &["--include-forming"]);
        let expected: Vec<_> =
            stored.chunk_by(|one, two| one[..alike] == two[..alike]).map(|lines| longer(lines, alike)).collect();
        let numbers: Vec<Vec<String>> = made.iter().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        let numbers: Vec<_> = numbers.iter().map(|cells| (&cells[0][..alike], &cells[1..])).collect();
        assert_eq!(numbers.len(), expected.len());
        for ((time, cells), (start, values)) in numbers.iter().zip(&expected) {
            assert_eq!((*time, *cells), (&start[..], &values[..]));
        }
        assert_eq!(export(timeframe, &[]), made[..made.len() - 1]);
    }
    let csv = say(
        folder.path(),
        &["compute", "BTCUSDT", "4h", "close", "--last", "1", "--format", "csv", "--server", &server.address],
    );
    assert_eq!(csv, "time,close\n2021-06-17T04:00:00Z,39192.1\n");
    let told = complain(folder.path(), &["compute", "BTCUSDT", "10m", "close", "--server", &server.address], 1);
    assert!(
        told.contains("series BTCUSDT 10m does not exist and cannot be resampled from the stored timeframes (15m)"),
        "{told}"
    );
}

/// The start of the time and the cells of one bar that is made of these.
fn longer(lines: &[String], alike: usize) -> (String, Vec<String>) {
    let rows: Vec<Vec<f64>> = lines
        .iter()
        .map(|line| line.split(',').skip(1).map(|cell| cell.parse().expect("a number")).collect())
        .collect();
    let column = |at: usize| rows.iter().map(move |row| row[at]);
    let cells = [
        rows[0][0],
        column(1).fold(f64::MIN, f64::max),
        column(2).fold(f64::MAX, f64::min),
        rows[rows.len() - 1][3],
        column(4).reduce(|sum, volume| sum + volume).expect("one or more"),
    ];
    (lines[0][..alike].to_owned(), cells.map(|cell| cell.to_string()).to_vec())
}

#[test]
fn results_are_saved_read_expired_and_deleted() {
    let folder = folder();
    let file = write(folder.path(), "a.csv", "ts,o,h,l,c,v\n60,1,1,1,1,1\n120,2,2,2,2,1\n");
    say(folder.path(), &["import", &file, "--symbol", "A", "--timeframe", "1m"]);
    let asked = ["compute", "A", "1m", "sma(2)", "--format", "csv", "--persist", "--ttl-s", "1000"];
    let output = run(folder.path(), &asked);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let key = told.trim().strip_prefix("saved as ").unwrap_or_else(|| panic!("{told}"));
    let csv = say(folder.path(), &["results", "read", key, "--format", "csv"]);
    assert_eq!((csv.as_bytes(), csv.lines().count()), (&output.stdout[..], 3));
    let list = say(folder.path(), &["results"]);
    assert!(list.lines().nth(1).is_some_and(|line| line.starts_with(key) && line.contains("sma(2)")), "{list}");
    assert_eq!(say(folder.path(), &["results", "list", "--prefix", "B"]).lines().count(), 1);
    let json: serde_json::Value =
        serde_json::from_str(&say(folder.path(), &["results", "--format", "json"])).expect("json");
    assert_eq!((json[0]["expressions"][0].as_str(), json[0]["rows"].as_u64()), (Some("sma(close, period=2)"), Some(2)));
    assert!(json[0]["expire_time"].is_string(), "{json}");
    assert_eq!(say(folder.path(), &["results", "expire", key]), format!("{key} never expires\n"));
    let list = say(folder.path(), &["results", "--format", "json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&list).expect("json")[0]["expire_time"].is_null(), "{list}");
    let told = say(folder.path(), &["results", "expire", key, "--ttl-s", "60"]);
    assert_eq!(told, format!("{key} expires in 60 s\n"));
    assert_eq!(say(folder.path(), &["results", "delete", key]), format!("deleted {key}\n"));
    let told = complain(folder.path(), &["results", "read", key], 1);
    assert!(told.contains("does not exist or has expired"), "{told}");
    complain(folder.path(), &["compute", "A", "1m", "sma(2)", "--ttl-s", "5"], 2);
}

#[test]
fn a_load_is_measured_in_both_loops() {
    let folder = folder();
    let file = write(folder.path(), "a.csv", "ts,open,high,low,close,volume\n60,1,2,0.5,1.1,1\n120,1,2,0.5,1.3,1\n");
    let data = folder.path().join("data");
    say(&data, &["import", &file, "--symbol", "A", "--timeframe", "1m"]);
    let server = Server::start(&data, &[]);
    let bench = ["bench", "--server", &server.address, "--duration-s", "1", "--warm-up-s", "0", "--format", "json"];
    let calls = ["compute A 1m last=1 sma(2)", "stream A 1m close", "read A 1m", "ingest B 1m last=3", "read NONE 1m"];
    let calls: Vec<_> = calls.iter().flat_map(|call| ["--call", call]).collect();
    for rate in [&["--in-flight", "3"][..], &["--rate", "100"]] {
        let report = say(&data, &[&bench[..], &calls, rate].concat());
        let report: serde_json::Value = serde_json::from_str(&report).expect("json");
        let figures = report["calls"].as_array().expect("a list");
        let succeeded = |at: usize| figures[at]["succeeded"].as_u64().expect("a count");
        assert!((0..4).all(|at| succeeded(at) > 0 && figures[at]["errors"].as_object().is_some_and(|e| e.is_empty())));
        assert_eq!((succeeded(4), figures[4]["errors"]["NOT_FOUND"].as_u64() > Some(0)), (0, true), "{report}");
        // A call over a socket takes more than 10 us, and less than the whole run.
        let ms = |name: &str| figures[0]["latency_ms"][name].as_f64().expect("a number");
        assert!(
            0.01 < ms("p50") && ms("p50") <= ms("p99") && ms("p99") <= ms("max") && ms("max") < 60_000.0,
            "{report}"
        );
        if rate[0] == "--rate" {
            // As many calls as were due, in equal shares.
            let due = (0..4).map(succeeded).sum::<u64>() + figures[4]["errors"]["NOT_FOUND"].as_u64().unwrap_or(0);
            assert_eq!((due, report["not_made"].as_u64()), (100, Some(0)), "{report}");
        }
    }
    let table = say(&data, &[&bench[..7], &["--rate", "50"], &calls[..2]].concat());
    assert!(table.starts_with("call ") && table.contains("compute A 1m last=1 sma(2)"), "{table}");
    let error = complain(&data, &[&bench[..7], &["--call", "guess A 1m"]].concat(), 2);
    assert!(error.contains("the method must be compute, stream, read or ingest"), "{error}");
    assert!(complain(&data, &["bench"], 1).contains("set --server"));
}
