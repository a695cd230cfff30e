//! Who gets in, as the flags say: tokens, addresses, and signals that must not end the server.

use std::fs::File;
use std::net::{Ipv6Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::process::{Server, atrad, complain, say};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// What a server complains of that must not start with these flags and variables.
fn refused(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = atrad(data);
    let output = command.arg("serve").args(arguments).envs(variables.iter().copied()).output().expect("started");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{arguments:?} {variables:?}: {text}");
    assert!(!data.join("LOCK").exists(), "it is refused before anything is opened");
    text
}

#[test]
fn an_empty_token_lets_nobody_in() {
    let folder = folder();
    for name in ["token", "admin-token"] {
        let variable = format!("ATRAD_{}", name.to_uppercase().replace('-', "_"));
        for text in [
            refused(folder.path(), &[&format!("--{name}"), ""], &[]),
            refused(folder.path(), &[&format!("--{name}=")], &[]),
            refused(folder.path(), &[], &[(&variable, "")]),
            refused(folder.path(), &[], &[(&variable, "two words")]),
        ] {
            assert!(text.contains(&format!("--{name} ({variable}): token must be 1 to 4096 visible ASCII")), "{text}");
        }
    }
    complain(folder.path(), &["series", "--server", "127.0.0.1:1", "--token", ""], 2);
}

#[test]
fn an_address_for_everybody_needs_a_guard_or_a_word() {
    let folder = folder();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let text = refused(folder.path(), &["--listen", address], &[]);
        assert!(text.contains("not loopback, without TLS or tokens") && text.contains("--insecure"), "{text}");
        refused(folder.path(), &["--listen", address, "--admin-token", "admin"], &[]);
        refused(folder.path(), &[], &[("ATRAD_LISTEN", address), ("ATRAD_INSECURE", "false")]);
    }
    for variables in [
        &[("ATRAD_TOKEN", "secret")][..],
        &[("ATRAD_INSECURE", "true")],
        &[("ATRAD_TOKEN", "secret"), ("ATRAD_INSECURE", "1")],
    ] {
        let mut all = vec![("ATRAD_LISTEN", "0.0.0.0:0")];
        all.extend(variables);
        let server = Server::listening(folder.path(), &all).expect("started");
        let port = server.address.rsplit_once(':').expect("a port").1;
        say(folder.path(), &["status", "--server", &format!("127.0.0.1:{port}"), "--token", "secret"]);
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn hosts_have_names() {
    let folder = folder();
    let server = Server::listening(folder.path(), &[("ATRAD_LISTEN", "localhost:0")]).expect("started");
    let port = server.address.rsplit_once(':').expect("a port").1;
    for server in [&format!("localhost:{port}"), &format!("http://localhost:{port}/"), &server.address] {
        say(folder.path(), &["status", "--server", server]);
    }
    assert_eq!(server.stop(), Some(0));
    let text = complain(folder.path(), &["serve", "--listen", "no-such-host.invalid:0"], 1);
    assert!(text.contains("cannot listen on no-such-host.invalid:0"), "{text}");
    let text = complain(folder.path(), &["series", "--server", "no-such-host.invalid:1"], 1);
    assert!(text.contains("cannot connect to server no-such-host.invalid:1"), "{text}");
    let text = complain(folder.path(), &["series", "--server", "ftp://localhost:1"], 2);
    assert!(text.contains("ftp"), "{text}");
}

#[test]
fn hosts_have_ipv6_addresses() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        eprintln!("*** NOT TESTED: this machine has no IPv6 ***");
        return;
    }
    let folder = folder();
    let server = Server::listening(folder.path(), &[("ATRAD_LISTEN", "[::1]:0")]).expect("started");
    assert!(server.address.starts_with("[::1]:"), "{}", server.address);
    say(folder.path(), &["status", "--server", &server.address]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_server_listens_on_sockets_and_several_addresses() {
    let folder = folder();
    let (data, socket) = (folder.path().join("data"), folder.path().join("atrad.sock"));
    let unix = format!("unix:{}", socket.display());
    let all = format!("{unix},127.0.0.1:0,localhost:0");
    let server = Server::listening(&data, &[("ATRAD_LISTEN", &all)]).expect("started");
    assert_eq!((server.addresses.len(), &server.addresses[0]), (3, &unix));
    assert_eq!(std::fs::metadata(&socket).expect("there").permissions().mode() & 0o777, 0o600);
    for address in &server.addresses {
        say(&data, &["status", "--server", address]);
    }
    // Another server must neither share the socket nor take it away.
    let other = folder.path().join("other");
    let text = complain(&other, &["serve", "--listen", &unix], 1);
    assert!(text.contains("another server listens there"), "{text}");
    say(&data, &["status", "--server", &unix]);
    let file = folder.path().join("file");
    std::fs::write(&file, "precious").expect("written");
    let text = complain(&other, &["serve", "--listen", &format!("unix:{}", file.display())], 1);
    assert!(text.contains("a file is in the way"), "{text}");
    let text = complain(&other, &["serve", "--listen", &format!("unix:/{}", "x".repeat(200))], 2);
    assert!(text.contains("1 to 107 bytes, got 201"), "{text}");
    // A crash leaves the socket behind.
    server.kill();
    assert!(socket.exists());
    let variables = [("ATRAD_LISTEN", &*unix), ("ATRAD_SOCKET_MODE", "0660")];
    let server = Server::listening(&data, &variables).expect("started again");
    assert_eq!(std::fs::metadata(&socket).expect("there").permissions().mode() & 0o777, 0o660);
    say(&data, &["db", "check", "--server", &unix]);
    assert_eq!(server.stop(), Some(0));
    assert!(!socket.exists());
    let text = complain(&data, &["status", "--server", &unix], 1);
    assert!(text.contains(&format!("cannot connect to server {unix}")) && text.contains("No such file"), "{text}");
}

#[test]
fn admin_verbs_send_the_admin_token() {
    let folder = folder();
    let backups = folder.path().join("backups");
    let data = folder.path().join("data");
    let arguments = ["--token", "user", "--admin-token", "admin", "--backups", backups.to_str().expect("text")];
    let server = Server::start(&data, &arguments);
    let backup = |token| ["backup", "monday", "--server", &server.address, "--token", token].map(str::to_owned);
    let text = complain(&data, &backup("user").each_ref().map(|word| &**word), 1);
    assert!(text.contains("AdminService/Backup is an admin call; send the admin token"), "{text}");
    say(&data, &backup("admin").each_ref().map(|word| &**word));
    say(&data, &["status", "--server", &server.address, "--token", "user"]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn signals_of_habit_do_not_end_the_server() {
    let folder = folder();
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let server = Server::try_start(&data, &[], File::create(&log).expect("a log")).expect("started");
    for signal in ["HUP", "USR1", "USR2", "HUP"] {
        let process = server.process().to_string();
        assert!(Command::new("kill").args(["-s", signal, &process]).status().expect("signalled").success());
        say(&data, &["status", "--server", &server.address]);
    }
    assert_eq!(server.stop(), Some(0));
    let text = std::fs::read_to_string(log).expect("a log");
    assert!(text.contains("SIGHUP ignored") && text.contains("SIGUSR1 ignored"), "{text}");
}
