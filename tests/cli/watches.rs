//! `atrad watch`: rows as bars come, over a restart of the server.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::process::{Server, atrad, complain, say};

/// A watch that runs.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn start(data: &Path, server: &str, arguments: &[&str]) -> Self {
        let mut command = atrad(data);
        command.args(["watch", "--server", server]).args(arguments);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    /// Interrupts it, and gives its exit code.
    fn stop(mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().expect("signalled");
        self.child.wait().expect("it ended").code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// Imports bars of these minutes; close is the minute.
fn import(folder: &Path, data: &Path, server: &str, minutes: std::ops::Range<u32>) {
    import_closes(folder, data, server, minutes.map(|minute| (minute, minute)));
}

fn import_closes(folder: &Path, data: &Path, server: &str, closes: impl Iterator<Item = (u32, u32)>) {
    let row = |(minute, close)| format!("2021-01-01T00:{minute:02}:00Z,{close},{close},{close},{close},1\n");
    let text = format!("time,open,high,low,close,volume\n{}", closes.map(row).collect::<String>());
    let file = folder.join("bars.csv");
    std::fs::write(&file, text).expect("written");
    let file = file.to_str().expect("text");
    say(data, &["import", file, "--symbol", "S", "--timeframe", "1m", "--server", server]);
}

#[test]
fn rows_are_written_as_their_bars_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    let address = server.address.clone();
    import(folder.path(), &data, &address, 1..10);
    let expression = ["S", "1m", "mean = sma(2)", "close"];
    let mut csv = Watch::start(&data, &address, &[&expression[..], &["--format", "csv", "--last", "2"]].concat());
    let mut json = Watch::start(&data, &address, &["*", "1m", "close", "--format", "json", "--when", "close > 10"]);
    let mut table = Watch::start(&data, &address, &expression);
    assert_eq!(csv.line(), "time,mean,close,mark");
    assert_eq!([csv.line(), csv.line()], ["2021-01-01T00:08:00Z,7.5,8,", "2021-01-01T00:09:00Z,8.5,9,"]);
    assert_eq!(table.line(), "time                          mean         close  mark");
    assert_eq!(table.line(), "2021-01-01T00:09:00Z      8.500000      9.000000");
    import(folder.path(), &data, &address, 10..12);
    assert_eq!([csv.line(), csv.line()], ["2021-01-01T00:10:00Z,9.5,10,", "2021-01-01T00:11:00Z,10.5,11,"]);
    let object: serde_json::Value = serde_json::from_str(&json.line()).expect("json");
    let expected = serde_json::json!({"symbol": "S", "time": "2021-01-01T00:11:00Z", "close": 11.0, "mark": ""});
    assert_eq!(object, expected);
    // The server ends and is there again, at the same address and with one more bar.
    assert_eq!(server.stop(), Some(0));
    let variables = [("ATRAD_LISTEN", address.as_str())];
    let server = Server::listening(&data, &variables).expect("it starts");
    import(folder.path(), &data, &address, 12..13);
    assert_eq!(csv.line(), "2021-01-01T00:12:00Z,11.5,12,", "nothing twice");
    // A correction, of which a condition may leave no row.
    json.line();
    import_closes(folder.path(), &data, &address, [(12, 5)].into_iter());
    assert_eq!([csv.line(), csv.line()], ["2021-01-01T00:12:00Z,,,void", "2021-01-01T00:12:00Z,8,5,revised"]);
    let object: serde_json::Value = serde_json::from_str(&json.line()).expect("json");
    let void = serde_json::json!({"symbol": "S", "time": "2021-01-01T00:12:00Z", "close": null, "mark": "void"});
    assert_eq!(object, void);
    assert_eq!((csv.stop(), table.stop(), json.stop()), (Some(0), Some(0), Some(0)));
    drop(server);
}

#[test]
fn compute_goes_on_with_new_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let address = server.address.clone();
    import(folder.path(), folder.path(), &address, 1..10);
    let mut command = atrad(folder.path());
    command.args(["compute", "S", "1m", "close", "--watch", "--last", "2", "--format", "csv", "--server", &address]);
    let mut rows = Watch::spawn(command);
    assert_eq!([rows.line(), rows.line()], ["time,close,mark", "2021-01-01T00:08:00Z,8,"]);
    assert_eq!(rows.line(), "2021-01-01T00:09:00Z,9,");
    import(folder.path(), folder.path(), &address, 10..11);
    assert_eq!(rows.line(), "2021-01-01T00:10:00Z,10,");
    assert_eq!(rows.stop(), Some(0));
    let compute = |more: &[&str]| {
        complain(folder.path(), &[&["compute", "S", "1m", "close", "--watch", "--server", &address], more].concat(), 2)
    };
    assert!(compute(&["--format", "parquet"]).contains("--format must be table, csv or json"));
    for more in [["--as-of", "0"], ["--to", "0"], ["--output", "a"]] {
        assert!(compute(&more).contains("cannot be used with"), "{more:?}");
    }
}

#[test]
fn a_watch_that_cannot_begin_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let watch =
        |rest: &[&str], code| complain(folder.path(), &[&["watch", "--server", &server.address], rest].concat(), code);
    assert!(watch(&["S", "1m", "close"], 1).contains("series S 1m does not exist"));
    assert!(watch(&["S*", "1m", "close"], 1).contains("no series matches S* at timeframe 1m"));
    assert!(watch(&["S", "1x", "close"], 2).contains("timeframe"));
    assert!(watch(&["S*", "1x", "close"], 2).contains("timeframe"));
}
