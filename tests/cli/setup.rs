//! Completions, manual pages, settings files and the formats of lists.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use arrow_ipc::reader::FileReader;

use crate::process::{Server, atrad, complain, run, say};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn is_there(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .expect("sh")
        .success()
}

#[test]
fn every_shell_completes() {
    let folder = folder();
    for (shell, part) in [
        ("bash", "complete -F _atrad"),
        ("zsh", "#compdef atrad"),
        ("fish", "complete -c atrad"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = say(folder.path(), &["completions", shell]);
        assert!(script.contains(part) && script.contains("cache-bytes"), "{shell}");
    }
    assert!(complain(folder.path(), &["completions", "tcsh"], 2).contains("possible values"));
    // What bash says after `atrad comp<TAB>` and `atrad serve --cache-b<TAB>`.
    let script = folder.path().join("completions.bash");
    fs::write(&script, say(folder.path(), &["completions", "bash"])).expect("written");
    let complete = |words: &str, count: usize| {
        let text = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={count}; _atrad atrad \"${{COMP_WORDS[{count}]}}\" \
             \"${{COMP_WORDS[{}]}}\"; echo \"${{COMPREPLY[*]}}\"",
            script.display(),
            count - 1
        );
        let output = Command::new("bash").args(["--norc", "-c", &text]).output().expect("bash");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    assert_eq!(complete("atrad comp", 1), "compute completions");
    assert_eq!(complete("atrad serve --cache-b", 2), "--cache-bytes");
    assert_eq!(complete("atrad compute --format p", 3), "parquet plot");
}

#[test]
fn every_verb_has_a_manual_page() {
    let folder = folder();
    let pages = folder.path().join("share/man1");
    say(folder.path(), &["man", pages.to_str().expect("text")]);
    let page = |name: &str| fs::read_to_string(pages.join(name)).expect(name);
    assert!(page("atrad.1").contains("atrad\\-serve(1)"));
    assert!(
        page("atrad-serve.1").contains("\\-\\-cache\\-bytes") && page("atrad-serve.1").contains("ATRAD_CACHE_BYTES")
    );
    assert!(page("atrad-series-retain.1").contains("\\-\\-days"));
    if is_there("man") {
        let output = Command::new("man").arg("-l").arg(pages.join("atrad-serve.1")).output().expect("man");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("ATRAD_CACHE_BYTES"), "{text}");
    }
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    assert!(complain(folder.path(), &["man", file.to_str().expect("text")], 1).contains("file: "));
}

/// What `atrad config` says of one setting: its value and where it comes from.
fn setting(data: &Path, cwd: &Path, arguments: &[&str], variables: &[(&str, &str)], name: &str) -> (String, String) {
    let mut command = atrad(data);
    let arguments = [&["config", "--format", "json"], arguments].concat();
    let output = command.envs(variables.iter().copied()).current_dir(cwd).args(arguments).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let one = all.iter().find(|setting| setting["setting"] == name).expect(name);
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    (text("value"), text("from"))
}

#[test]
fn flags_go_before_variables_and_these_before_the_file() {
    let folder = folder();
    let cwd = folder.path();
    fs::write(cwd.join("atrad.toml"), "streams_max = 7\ntoken = 'not-to-be-shown'\n").expect("written");
    let of = |arguments: &[&str], variables: &[(&str, &str)]| setting(cwd, cwd, arguments, variables, "streams_max");
    let pair = |value: &str, from: &str| (value.to_owned(), from.to_owned());
    assert_eq!(of(&[], &[]), pair("7", "atrad.toml:1"));
    assert_eq!(of(&[], &[("ATRAD_STREAMS_MAX", "8")]), pair("8", "variable ATRAD_STREAMS_MAX"));
    assert_eq!(of(&["--streams-max", "9"], &[("ATRAD_STREAMS_MAX", "8")]), pair("9", "flag"));
    assert_eq!(setting(cwd, cwd, &[], &[], "drain_s"), pair("30", "default"));
    assert_eq!(setting(cwd, cwd, &[], &[], "token"), pair("***", "atrad.toml:2"));
    fs::write(cwd.join("other.toml"), "streams_max = 6").expect("written");
    assert_eq!(of(&["--config", "other.toml"], &[]), pair("6", "other.toml:1"));
    assert_eq!(of(&[], &[("ATRAD_CONFIG", "other.toml")]), pair("6", "other.toml:1"));
    let mut all = atrad(cwd);
    let all = all.current_dir(cwd).arg("config").output().expect("started");
    let all = String::from_utf8(all.stdout).expect("text");
    assert!(all.contains("atrad.toml:2") && !all.contains("not-to-be-shown"), "{all}");
}

#[test]
fn a_server_runs_by_its_file_and_refuses_a_wrong_one() {
    let folder = folder();
    let path = folder.path().join("server.toml");
    let file = path.to_str().expect("text");
    fs::write(&path, "token = 'a-token-of-the-file'\ncache_bytes = 1_000_000\n").expect("written");
    let server = Server::start(folder.path(), &["--config", file]);
    let status = |more: &[&str]| run(folder.path(), &[&["status", "--server", &server.address], more].concat());
    assert!(!status(&[]).status.success());
    assert!(status(&["--token", "a-token-of-the-file"]).status.success());
    drop(server);
    for (text, expected) in [
        ("cach_bytes = 1", "server.toml:1: unknown setting cach_bytes; did you mean cache_bytes?"),
        ("\ncache_bytes = -1", "server.toml:2: cache_bytes: invalid value '-1'"),
        ("cache_bytes = [1]", "server.toml:1: cache_bytes: takes one value, got an array"),
        ("cache_bytes = ", "server.toml:1: "),
        ("\u{0}", "server.toml:1: "),
    ] {
        fs::write(&path, text).expect("written");
        let told = complain(folder.path(), &["serve", "--config", file], 2);
        assert!(told.contains(expected), "{told}");
    }
    fs::write(&path, [0xff, 0xfe]).expect("written");
    assert!(complain(folder.path(), &["serve", "--config", file], 2).contains("UTF-8"));
    assert!(
        complain(folder.path(), &["serve", "--config", "/nowhere.toml"], 2).contains("/nowhere.toml: No such file")
    );
}

#[test]
fn lists_come_in_every_format() {
    let folder = folder();
    let file = |name: &str| format!("{}/tests/data/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
    say(folder.path(), &["import", &file("wiki_aapl_1d"), "--symbol", "AAPL", "--timeframe", "1d"]);
    let csv = say(folder.path(), &["series", "--format", "csv"]);
    assert!(csv.starts_with("symbol,timeframe,bars,first,last,epoch,files,bytes\nAAPL,1d,"), "{csv}");
    let columns = |arguments: &[&str]| {
        let output = run(folder.path(), &[arguments, &["--format", "arrow"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut reader = FileReader::try_new(std::io::Cursor::new(output.stdout), None).expect("Arrow");
        let batch = reader.next().expect("a batch").expect("good");
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        (names.join(" "), batch.num_rows())
    };
    assert_eq!(columns(&["series"]), ("symbol timeframe bars first last epoch files bytes".into(), 1));
    let (names, rows) = columns(&["indicators"]);
    assert!(names == "name group call title summary inputs outputs lookback" && rows > 300, "{names} {rows}");
    let (names, rows) = columns(&["config"]);
    assert!(names == "setting value from" && rows > 60);
    assert_eq!(columns(&["correlate", "AAPL", "AAPL", "--timeframe", "1d"]).1, 2);
    say(folder.path(), &["compute", "AAPL", "1d", "close", "--persist", "--last", "3"]);
    assert_eq!(columns(&["results"]), ("key symbol timeframe expressions bars bytes saved expires".into(), 1));
    assert!(run(folder.path(), &["series", "--format", "parquet"]).stdout.starts_with(b"PAR1"));
    let json = say(folder.path(), &["export", "AAPL", "1d", "--last", "2", "--format", "json"]);
    let bars: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert!(bars.len() == 2 && bars[0]["close"].is_f64() && bars[0]["time"].is_string(), "{json}");
}

#[test]
fn servers_have_names() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let port = server.address.rsplit_once(':').expect("a port").1;
    for name in [format!("localhost:{port}"), format!("http://LOCALHOST:{port}/")] {
        assert!(say(folder.path(), &["status", "--server", &name]).contains("serving"), "{name}");
    }
    let told = complain(folder.path(), &["status", "--server", &format!("no-such-host.invalid:{port}")], 1);
    assert!(told.contains("cannot connect to server no-such-host.invalid") && told.contains("lookup"), "{told}");
}
