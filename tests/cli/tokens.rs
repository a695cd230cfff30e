//! Tokens from a file: made by the command, used by its verbs, changed under a running server.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::{Server, complain, run, say};

/// Makes a token and adds its line to the file.
fn token(data: &Path, file: &str, name: &str, scopes: &str) -> String {
    let printed = say(data, &["token", "new", name, "--scopes", scopes, "--tokens", file]);
    printed.trim_end().to_owned()
}

#[test]
fn a_token_is_shown_once_and_its_line_opens_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("tokens"));
    let file = file.to_str().expect("text");
    let printed =
        say(&data, &["token", "new", "desk", "--scopes", "read,write", "--symbols", "BTC,ETH", "--share", "3"]);
    let [secret, line] = printed.lines().collect::<Vec<_>>()[..] else { panic!("{printed}") };
    assert!(secret.starts_with("atrad_") && secret.len() == 6 + 64 && !line.contains(secret), "{printed}");
    for part in [r#""name":"desk""#, r#""scopes":["read","write"]"#, r#""symbols":["BTC","ETH"]"#, r#""share":3"#] {
        assert!(line.contains(part), "{line}");
    }
    // Any tool makes the same hash.
    let mut command = std::process::Command::new("sha256sum");
    let mut child =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().expect("started");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), secret.as_bytes()).expect("sent");
    let hash = String::from_utf8(child.wait_with_output().expect("ended").stdout).expect("text");
    assert!(line.contains(&hash[..64]), "{hash} {line}");
    fs::write(file, format!("# tokens\n{line}")).expect("written");
    let admin = token(&data, file, "ops", "read,admin");
    let server = Server::start(&data, &["--tokens", file]);
    let status = |secret| ["status", "--server", &server.address, "--token", secret].map(str::to_owned);
    for secret in [secret, &admin] {
        say(&data, &status(secret).each_ref().map(|word| &**word));
    }
    complain(&data, &["status", "--server", &server.address], 1);
    complain(&data, &["db", "check", "--server", &server.address, "--token", secret], 1);
    say(&data, &["db", "check", "--server", &server.address, "--token", &admin]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn mistakes_of_a_new_token_are_told_and_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path(), folder.path().join("tokens"));
    let path = file.to_str().expect("text");
    token(data, path, "desk", "read");
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    let before = fs::read_to_string(&file).expect("there");
    for (arguments, code, part) in [
        (&["two words"][..], 2, "name must be"),
        (&["a", "--scopes", "root"], 2, "scopes must be some of"),
        (&["a", "--symbols", "B C"], 2, "symbols must be"),
        (&["a", "--share", "0"], 2, "share must be between"),
        (&["desk"], 1, "the name desk is taken by a line above"),
    ] {
        let text = complain(data, &[&["token", "new", "--tokens", path][..], arguments].concat(), code);
        assert!(text.contains(part), "{text}");
        assert_eq!(fs::read_to_string(&file).expect("there"), before);
    }
}

#[test]
fn a_broken_file_is_refused_at_the_start_and_changes_nothing_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file, log) = (folder.path().join("data"), folder.path().join("tokens"), folder.path().join("log"));
    let path = file.to_str().expect("text");
    fs::write(&file, "{\"name\":\"desk\"}\n").expect("written");
    let text = complain(&data, &["serve", "--listen", "127.0.0.1:0", "--tokens", path], 1);
    assert!(text.contains("line 1: missing field `sha256`"), "{text}");
    assert!(!data.join("LOCK").exists(), "it is refused before anything is opened");
    let text = complain(&data, &["serve", "--listen", "127.0.0.1:0", "--tokens", "/none"], 1);
    assert!(text.contains("cannot read token file /none: No such file"), "{text}");
    fs::remove_file(&file).expect("there");
    let first = token(&data, path, "first", "read");
    let good = fs::read_to_string(&file).expect("there");
    let server =
        Server::try_start(&data, &[("ATRAD_TOKENS", path)], File::create(&log).expect("a log")).expect("started");
    let asks = |secret: &str| run(&data, &["status", "--server", &server.address, "--token", secret]).status.success();
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{what}: {}", fs::read_to_string(&log).expect("a log"));
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    assert!(asks(&first));
    fs::write(&file, format!("{good}\n{{\"name\": oops\n")).expect("written");
    until("told", &|| {
        let text = fs::read_to_string(&log).expect("a log");
        text.contains("tokens not reloaded, those in force stay: token file") && text.contains("line 3: expected value")
    });
    assert!(asks(&first), "the old ones stay");
    fs::write(&file, &good).expect("written");
    let second = token(&data, path, "second", "read");
    until("added", &|| asks(&second));
    let only = fs::read_to_string(&file).expect("there").lines().skip(1).collect::<String>();
    fs::write(&file, only).expect("written");
    until("revoked", &|| !asks(&first) && asks(&second));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_token_of_an_earlier_time_sees_no_later_bar() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("tokens"));
    let path = file.to_str().expect("text");
    let new = ["token", "new", "past", "--as-of", "2021-06-01", "--tokens", path];
    let secret = say(&data, &new).trim_end().to_owned();
    let server = Server::start(&data, &["--demo", "--tokens", path]);
    let at = ["--server", &server.address, "--token", &secret];
    let compute = |more: &[&str]| {
        let compute = ["compute", "BTCUSDT", "15m", "close", "--last", "1", "--format", "csv"];
        say(&data, &[&compute[..], &at, more].concat())
    };
    // The newest bar that was closed at midnight.
    assert!(compute(&[]).contains("2021-05-31T23:45:00Z,"), "{}", compute(&[]));
    assert_eq!(compute(&["--as-of", "2021-06-10"]), compute(&[]));
    assert!(compute(&["--as-of", "2021-05-01"]).contains("2021-04-30T23:45:00Z,"));
    let listed = say(&data, &[&["series", "--format", "json"][..], &at].concat());
    assert!(listed.contains("2021-05-31") && !listed.contains("2021-06"), "{listed}");
    assert_eq!(server.stop(), Some(0));
}
