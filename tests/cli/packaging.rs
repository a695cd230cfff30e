//! The Debian package and the unit of systemd, where their tools are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn is_there(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .expect("sh")
        .success()
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The package of the program that is tested.
fn package(out: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("packaging/deb"));
    command.arg(env!("CARGO_BIN_EXE_atrad")).arg(out).env("COMPRESSION", "none");
    said(&mut command).trim().into()
}

#[test]
fn a_package_holds_what_an_installation_needs() {
    if !is_there("dpkg-deb") {
        return println!("not tested: there is no dpkg-deb");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let package = package(folder.path());
    let fields = said(Command::new("dpkg-deb").arg("--field").arg(&package));
    assert!(fields.contains("Package: atrad\n") && fields.contains("Depends: libc6"), "{fields}");
    assert!(fields.contains(&format!("Version: {}\n", env!("CARGO_PKG_VERSION"))), "{fields}");
    let root = folder.path().join("root");
    said(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&root));
    for file in [
        "usr/lib/systemd/system/atrad.service",
        "etc/atrad/atrad.toml",
        "usr/share/man/man1/atrad-serve.1.gz",
        "usr/share/bash-completion/completions/atrad",
        "usr/share/zsh/vendor-completions/_atrad",
        "usr/share/fish/vendor_completions.d/atrad.fish",
        "usr/share/doc/atrad/copyright",
    ] {
        assert!(fs::metadata(root.join(file)).is_ok_and(|file| file.len() > 100), "{file}");
    }
    assert_eq!(said(Command::new("dpkg-deb").arg("--info").arg(&package).arg("conffiles")), "/etc/atrad/atrad.toml\n");
    // The program runs from there, and understands the settings file of the package, also with every line in force.
    let binary = root.join("usr/bin/atrad");
    assert!(said(Command::new(&binary).arg("--version")).starts_with("atrad "));
    let file = root.join("etc/atrad/atrad.toml");
    let text = fs::read_to_string(&file).expect("text");
    let all: String = text.lines().skip(3).map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    fs::write(&file, all).expect("written");
    let told = said(Command::new(&binary).args(["config", "--config"]).arg(&file));
    assert!(told.matches("atrad.toml:").count() >= 8, "{told}");
}

#[test]
fn systemd_understands_the_unit() {
    if !is_there("systemd-analyze") {
        return println!("not tested: there is no systemd-analyze");
    }
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/atrad.service")).expect("text");
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("atrad.service");
    fs::write(&unit, text.replace("/usr/bin/atrad", env!("CARGO_BIN_EXE_atrad"))).expect("written");
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().expect("started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !told.contains("atrad.service"), "{told}");
}

#[test]
fn the_service_manager_is_told_when_the_server_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).expect("bound");
    socket.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("set");
    let variables = [("NOTIFY_SOCKET", path.to_str().expect("text"))];
    let server = crate::process::Server::start_with(folder.path(), &[], &variables);
    let mut told = [0; 100];
    let bytes = socket.recv(&mut told).expect("told");
    assert_eq!(std::str::from_utf8(&told[..bytes]).expect("text").trim(), "READY=1");
    assert_eq!(server.stop(), Some(0));
}
