//! Agents: `atrad mcp` as its clients see it, message by message.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::process::{Server, atrad, complain, say};

/// A program that asks `atrad mcp`.
pub(crate) struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    next: u64,
    /// The bytes of all replies to tools.
    pub(crate) bytes: usize,
}

impl Agent {
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = atrad(data);
        command.arg("mcp").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("started");
        let (input, output) = (child.stdin.take(), child.stdout.take().expect("piped"));
        let mut agent = Self { child, input, output: BufReader::new(output).lines(), next: 0, bytes: 0 };
        let client = json!({"name": "test", "version": "1"});
        let asked = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        let told = agent.ask("initialize", &asked);
        assert_eq!(told["result"]["serverInfo"]["name"], "atrad", "{told}");
        agent.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("open");
        writeln!(input, "{message}").expect("written");
    }

    fn read(&mut self) -> (Value, usize) {
        let line = self.output.next().expect("a line").expect("text");
        (serde_json::from_str(&line).expect("JSON"), line.len() + 1)
    }

    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}));
        let (reply, bytes) = self.read();
        assert_eq!(reply["id"], self.next, "{reply}");
        if method == "tools/call" {
            self.bytes += bytes;
        }
        reply
    }

    /// The text of a tool, and whether it is an error.
    pub(crate) fn text(&mut self, tool: &str, arguments: Value) -> (String, bool) {
        let reply = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = &reply["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{reply}"));
        (text.to_owned(), result["isError"] == true)
    }

    /// The answer of a tool.
    fn tool(&mut self, tool: &str, arguments: Value) -> Value {
        let (text, is_error) = self.text(tool, arguments);
        assert!(!is_error && text.len() <= 2048, "{tool}: {} bytes: {text}", text.len());
        serde_json::from_str(&text).expect("JSON")
    }

    /// The error of a tool.
    fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let (text, is_error) = self.text(tool, arguments);
        assert!(is_error && text.len() <= 2048, "{tool}: {text}");
        text
    }

    /// Closes the input, and gives the exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().expect("it ended").code()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// A data folder with the demo series.
pub(crate) fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(Server::start(folder.path(), &["--demo"]).stop(), Some(0));
    folder
}

#[test]
fn tools_say_what_they_take_and_answer_as_the_command_does() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    let tools = agent.ask("tools/list", &json!({}))["result"]["tools"].clone();
    let tools = tools.as_array().expect("a list");
    assert_eq!(tools.len(), 8);
    for tool in tools {
        assert_eq!(
            (&tool["annotations"]["readOnlyHint"], &tool["inputSchema"]["type"]),
            (&json!(true), &json!("object"))
        );
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
    }
    let compute = tools.iter().find(|tool| tool["name"] == "compute").expect("there");
    let properties = &compute["inputSchema"]["properties"];
    assert_eq!((&properties["expressions"]["maxItems"], &properties["last"]["minimum"]), (&json!(64), &json!(1)));
    assert!(properties.get("save").is_none(), "only with --allow-write");
    let asked = json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": ["rsi(14)", "close"], "last": 50});
    let told = agent.tool("compute", asked);
    let uri = told["full"].as_str().expect("a resource").to_owned();
    let resource = agent.ask("resources/read", &json!({"uri": uri}));
    let csv = resource["result"]["contents"][0]["text"].as_str().expect("text").to_owned();
    agent.end();
    // The same bits as the command says.
    let arguments = ["compute", "BTCUSDT", "15m", "rsi(14)", "close", "--last", "50", "--format", "csv"];
    let expected = say(folder.path(), &arguments);
    let values = |line: &str| line.split_once(',').map(|(_, values)| values.to_owned());
    let (found, expected): (Vec<_>, Vec<_>) =
        (csv.lines().skip(1).map(values).collect(), expected.lines().skip(1).map(values).collect());
    assert_eq!((found.len(), &found), (50, &expected));
    let last: Vec<f64> =
        expected[49].as_ref().expect("a row").split(',').map(|text| text.parse().expect("a number")).collect();
    for (column, value) in told["columns"].as_array().expect("a list").iter().zip(last) {
        let shown = column["last"].as_f64().expect("a number");
        assert!((shown - value).abs() <= value.abs() * 1e-6, "{column} {value}");
    }
}

#[test]
fn resources_have_ranges_and_bounds() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    let read = |agent: &mut Agent, uri: &str| agent.ask("resources/read", &json!({"uri": uri}));
    let reply = read(&mut agent, "atrad://indicators/rsi");
    let schema: Value =
        serde_json::from_str(reply["result"]["contents"][0]["text"].as_str().expect("text")).expect("JSON");
    let period = &schema["properties"]["period"];
    assert_eq!((&period["type"], &period["default"], &period["minimum"]), (&json!("integer"), &json!(14), &json!(2)));
    assert!(schema["properties"]["method"]["enum"].as_array().expect("words").contains(&json!("wilder")));
    let guide = read(&mut agent, "atrad://llms.txt");
    assert!(guide["result"]["contents"][0]["text"].as_str().expect("text").starts_with("# atrad\n"));
    for (uri, part) in [
        ("atrad://indicators/nothing", "unknown resource"),
        (
            "atrad://compute/BTCUSDT/15m?last=1000000&e=close&e=macd",
            "last must be at most 25000 for 4 columns, got 1000000",
        ),
        ("atrad://compute/BTCUSDT/15m?last=ten&e=close", "last must be a whole number of at least 1, got \"ten\""),
        ("atrad://compute/NONE/15m?last=10&e=close", "NOT_FOUND: series NONE 15m does not exist"),
        ("atrad://compute/BTCUSDT/15m?last=10", "expressions"),
        ("file:///etc/passwd", "unknown resource"),
        ("", "unknown resource"),
    ] {
        let reply = read(&mut agent, uri);
        assert!(reply["error"]["message"].as_str().expect("an error").contains(part), "{uri}: {reply}");
    }
    let templates = agent.ask("resources/templates/list", &json!({}));
    assert_eq!(templates["result"]["resourceTemplates"].as_array().expect("a list").len(), 2);
}

#[test]
fn full_has_every_row_of_the_answer() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    for (name, value, expressions) in [
        ("last", json!(100_000), json!(["close", "rsi(14)", "macd"])),
        ("from", json!("2021-01-15"), json!(["close"])),
        ("from", json!("1990-01-01"), json!(["close"])),
        ("last", json!(20), json!(["close"])),
    ] {
        let mut asked = json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": expressions});
        asked[name] = value;
        let told = agent.tool("compute", asked.clone());
        let uris: Vec<&str> = match &told["full"] {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        // Five columns are too many values for one resource.
        assert_eq!(uris.len() > 1, expressions.as_array().is_some_and(|all| all.len() > 1), "{told}");
        let mut times = Vec::new();
        for uri in uris {
            let reply = agent.ask("resources/read", &json!({"uri": uri}));
            let csv = reply["result"]["contents"][0]["text"].as_str().unwrap_or_else(|| panic!("{uri}: {reply}"));
            times.extend(csv.lines().skip(1).filter_map(|line| line.split_once(',')).map(|(time, _)| time.to_owned()));
        }
        assert_eq!((json!(times.len()), json!(times[0])), (told["bars"].clone(), told["from"].clone()), "{asked}");
        assert_eq!(json!(times.last()), told["to"], "{asked}");
        let before = times.len();
        times.dedup();
        assert_eq!(times.len(), before);
    }
}

#[test]
fn wrong_questions_get_errors_to_learn_from() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    let btc = |name: &str, value: Value| {
        let mut all = json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": ["close"]});
        all[name] = value;
        all
    };
    for (arguments, part) in [
        (json!({}), "symbol is missing"),
        (btc("symbol", json!("BTCUSTD")), "NOT_FOUND: series BTCUSTD 15m does not exist"),
        (btc("symbol", json!(7)), "symbol must be a text, got 7"),
        (btc("symbol", json!("../../etc/passwd\u{0}<script>")), "symbol"),
        (btc("timeframe", json!("15x")), "timeframe"),
        (btc("expressions", json!([])), "a list of 1 to 64 texts"),
        (btc("expressions", json!(["rsy(14)"])), "rsi"),
        (btc("expressions", json!(["ema(1000000000)"])), "period of ema must be between"),
        (btc("expressions", json!(["(".repeat(2000)])), "1024"),
        (btc("expressions", json!(vec!["close"; 65])), "a list of 1 to 64 texts"),
        (btc("last", json!(-5)), "last must be an integer from 1 to 100000, got -5"),
        (btc("last", json!("all")), "last must be an integer"),
        (btc("as_of", json!("now")), "as_of must be a time"),
        (btc("lst", json!(5)), "unknown argument lst; did you mean last?"),
        (btc("save", json!(true)), "unknown argument save"),
        (btc("\u{202e}\u{1b}[2J", json!(1)), "unknown argument"),
    ] {
        let told = agent.refused("compute", arguments.clone());
        assert!(told.contains(part) && told.len() < 1200, "{arguments}: {told}");
    }
    assert!(agent.refused("screen", json!({"timeframe": "1d", "condition": "rsi(14) <"})).contains("condition"));
    assert!(agent.refused("correlate", json!({"symbols": ["MSFT"], "timeframe": "1d"})).contains("a list of 2 to"));
    assert!(agent.refused("find_indicators", json!({"query": "x".repeat(5000)})).contains("no indicator matches"));
    let reply = agent.ask("tools/call", &json!({"name": "drop_table", "arguments": {}}));
    assert!(reply["error"]["message"].as_str().expect("an error").contains("unknown tool drop_table"), "{reply}");
    let reply = agent.ask("tools/call", &json!({"name": "compute", "arguments": "BTCUSDT"}));
    assert!(reply["error"].is_object(), "{reply}");
    // It is still there.
    assert_eq!(agent.tool("list_series", json!({"prefix": "MSFT"}))["series"].as_array().expect("a list").len(), 1);
}

#[test]
fn an_agent_that_asks_for_everything_gets_a_bounded_part() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    let many: Vec<String> = (2..66).map(|period| format!("ema({period})")).collect();
    let all = json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": many, "last": 100_000});
    let told = agent.tool("compute", all);
    let note = json!("only the newest 6250 bars: fewer expressions allow more");
    assert_eq!((&told["bars"], &told["note"]), (&json!(6250), &note));
    assert!(
        told["left_out"].as_u64().expect("a number") > 0 && !told["columns"].as_array().expect("a list").is_empty()
    );
    let told = agent.tool("find_indicators", json!({"group": "momentum", "limit": 100}));
    assert!(told["left_out"].as_u64().expect("a number") > 10, "{told}");
    let sweep =
        json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": ["ema(2..1000)"], "top": 200, "last": 1000});
    assert!(agent.tool("sweep", sweep)["left_out"].as_u64().expect("a number") > 50);
    let screen = json!({"timeframe": "1d", "condition": "close > 0", "top": 200, "show": ["open", "high", "low"]});
    assert_eq!(agent.tool("screen", screen)["matched"], 6);
    // A million variants of dear expressions: refused by the limits of the server.
    let huge = json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": ["ema(ema(2..2000), 2..2000)"]});
    assert!(agent.refused("sweep", huge).contains("sweep_variants_max"));
}

#[test]
fn a_cancelled_call_ends_and_the_next_is_served() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &[]);
    let dear =
        json!({"symbol": "BTCUSDT", "timeframe": "15m", "expressions": ["median(2..10000)"], "reduce": ["mean"]});
    agent.send(&json!({"jsonrpc": "2.0", "id": "dear", "method": "tools/call", "params": {"name": "sweep", "arguments": dear}}));
    let reason = json!({"requestId": "dear", "reason": "changed my mind"});
    agent.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": reason}));
    agent.send(&json!({"jsonrpc": "2.0", "id": "next", "method": "tools/call", "params": {"name": "list_series"}}));
    let (reply, _) = agent.read();
    // A reply to what was cancelled may come or not; it must not be an answer.
    let reply = if reply["id"] == "dear" {
        assert!(reply.get("result").is_none(), "{reply}");
        agent.read().0
    } else {
        reply
    };
    assert_eq!(reply["id"], "next", "{reply}");
    assert_eq!(agent.end(), Some(0));
}

#[test]
fn as_of_holds_for_every_tool() {
    let folder = demo();
    let mut agent = Agent::start(folder.path(), &["--as-of", "2010-01-01"]);
    let apple = json!({"symbol": "AAPL", "timeframe": "1d", "expressions": ["close"], "as_of": "2015-01-01"});
    assert!(agent.tool("compute", apple)["to"].as_str().expect("a time") < "2010");
    let told = agent.tool("bars_summary", json!({"symbol": "AAPL", "timeframe": "1d"}));
    assert!(told["last_bar"]["time"].as_str().expect("a time") < "2010", "{told}");
    let told = agent.tool("list_series", json!({"prefix": "AAPL"}));
    assert!(told["series"][0].as_str().expect("a line").contains("to 2009-12-31"), "{told}");
    let told = agent.tool("list_series", json!({}));
    let lines: Vec<&str> = told["series"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(lines.len() > 2 && !lines.iter().any(|line| line.contains("BTCUSDT")), "its bars are later: {told}");
    let told = agent.tool("screen", json!({"timeframe": "1d", "condition": "close > 0"}));
    assert!(told["rows"][0][1].as_str().expect("a time") < "2010" && told["as_of"] == "2010-01-01", "{told}");
    let told = agent.tool("correlate", json!({"symbols": ["MSFT", "AAPL"], "timeframe": "1d"}));
    assert_eq!(told["as_of"], "2010-01-01");
    let sweep = json!({"symbol": "AAPL", "timeframe": "1d", "expressions": ["ema(5..10)"], "as_of": "2005-01-01"});
    assert_eq!(agent.tool("sweep", sweep)["as_of"], "2005-01-01");
    let reply = agent.ask("resources/read", &json!({"uri": "atrad://compute/AAPL/1d?last=1&e=close"}));
    assert!(reply["result"]["contents"][0]["text"].as_str().expect("text").contains("\n2009-12-31,"), "{reply}");
}

#[test]
fn bars_are_those_of_a_calendar_where_it_is_asked() {
    let folder = demo();
    let expected = say(folder.path(), &["compute", "AAPL", "12M", "close", "--calendar", "XNYS", "--format", "csv"]);
    let mut agent = Agent::start(folder.path(), &[]);
    let ask = |arguments: Value| {
        let mut all = json!({"symbol": "AAPL", "timeframe": "12M", "calendar": "nyse"});
        arguments.as_object().expect("an object").iter().for_each(|(name, value)| all[name] = value.clone());
        all
    };
    let told = agent.tool("compute", ask(json!({"expressions": ["close"]})));
    assert!(told["calendar"] == "nyse" && told["to"].as_str().expect("a time").ends_with("T14:30Z"), "{told}");
    let uri = told["full"].as_str().expect("a resource").to_owned();
    let reply = agent.ask("resources/read", &json!({"uri": uri}));
    let csv = reply["result"]["contents"][0]["text"].as_str().expect("text").to_owned();
    assert_eq!(csv.lines().count(), expected.lines().count(), "{csv}");
    assert_eq!(
        csv.lines().last().map(|line| line.split_once(',')),
        Some(Some((
            told["to"].as_str().expect("a time"),
            expected.lines().last().and_then(|line| line.split_once(',')).expect("two").1
        )))
    );
    let told = agent.tool("bars_summary", ask(json!({})));
    assert!(told["last_bar"]["time"].as_str().expect("a time").ends_with("T14:30Z"), "{told}");
    let sweep = agent.tool("sweep", ask(json!({"expressions": ["sma(close, 2..4)"], "reduce": ["argmax"]})));
    assert!(sweep["rows"][0][1].as_str().expect("a time").ends_with("T14:30Z"), "{sweep}");
    let mut screen = ask(json!({"condition": "close > 0", "symbols": ["AAPL"]}));
    screen.as_object_mut().expect("an object").remove("symbol");
    let told = agent.tool("screen", screen);
    assert!(told["rows"][0][1].as_str().expect("a time").ends_with("T14:30Z"), "{told}");
    let told = agent
        .refused("compute", json!({"symbol": "AAPL", "timeframe": "1w", "calendar": "XNYZ", "expressions": ["close"]}));
    assert!(told.contains("INVALID_ARGUMENT") && told.contains("the nearest is XNYS"), "{told}");
    let told = agent.refused("compute", ask(json!({"expressions": ["vwap(week, calendar=xnys, utc_offset=60)"]})));
    assert!(told.contains("utc_offset of vwap must be 0 with calendar=xnys"), "{told}");
    let reply = agent.ask("resources/read", &json!({"uri": "atrad://calendars"}));
    let all = reply["result"]["contents"][0]["text"].as_str().expect("text").to_owned();
    let line = "XNYS,America/New_York,\"09:30-16:00\",1970-01-01,2040-12-31,";
    assert!(all.lines().any(|known| known.starts_with(line) && known.contains("NYSE")), "{all}");
    assert_eq!(all.lines().count(), say(folder.path(), &["calendars", "--format", "csv"]).lines().count());
}

#[test]
fn results_are_saved_only_where_it_is_allowed() {
    let folder = demo();
    let server = Server::start(folder.path(), &[]);
    let mut agent = Agent::start(folder.path(), &["--server", &server.address, "--allow-write"]);
    let asked = json!({"symbol": "AAPL", "timeframe": "1d", "expressions": ["close"], "save": true, "ttl_s": 60});
    let key = agent.tool("compute", asked)["saved"].as_str().expect("a key").to_owned();
    assert!(say(folder.path(), &["results", "--server", &server.address]).contains(&key));
    assert!(complain(folder.path(), &["mcp", "--budget-bytes", "10"], 2).contains("512..=1048576"));
    assert!(complain(folder.path(), &["mcp", "--server", "127.0.0.1:1"], 1).contains("cannot connect"));
}

#[test]
fn prices_are_adjusted_where_it_is_asked() {
    let folder = demo();
    say(folder.path(), &["actions", "put", "AAPL", "2005-02-28", "--split", "2"]);
    let mut agent = Agent::start(folder.path(), &["--as-of", "2005-03-01"]);
    let asked = |adjust: &str| {
        let (expressions, to) = (["close", "volume"], "2005-02-26");
        json!({"symbol": "AAPL", "timeframe": "1d", "expressions": expressions, "to": to, "last": 1, "adjust": adjust})
    };
    let told = agent.tool("compute", asked("none"));
    assert!(told["columns"][0]["last"] == 88.99 && told.get("adjusted").is_none(), "{told}");
    let told = agent.tool("compute", asked("split"));
    let last = [0, 1].map(|column| told["columns"][column]["last"].as_f64());
    assert_eq!(last, [Some(44.495), Some(32_696_800.0)]);
    let uri = told["full"].as_str().expect("a resource").to_owned();
    let reply = agent.ask("resources/read", &json!({"uri": uri}));
    assert!(reply["result"]["contents"][0]["text"].as_str().expect("text").contains("\n2005-02-25,44.495,"), "{reply}");
    // As of a day before the split, it has not come yet.
    let before = json!({"symbol": "AAPL", "timeframe": "1d", "expressions": ["close"], "last": 1, "adjust": "split",
        "as_of": "2005-02-26"});
    assert_eq!(agent.tool("compute", before)["columns"][0]["last"], 88.99);
    let screen = json!({"timeframe": "1d", "condition": "close > 0", "show": ["sma(close, 3)"], "symbols": ["AAPL"],
        "adjust": "split"});
    let adjusted = agent.tool("screen", screen.clone())["rows"][0][2].as_f64().expect("a number");
    // (44.465 + 44.495 + 44.86) / 3; without the split it would be about 74.
    assert!((adjusted - 44.606_667).abs() < 1e-4, "{adjusted}");
    let told = agent.refused("compute", asked("all"));
    assert!(told.contains("adjust must be one of none, split, total, got \"all\""), "{told}");
    agent.end();
}
