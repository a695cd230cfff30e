//! The program as a process: one that ends, and a server.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// The program, with none of the settings of whoever runs the tests.
pub(crate) fn atrad(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atrad"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ATRAD_") || name.starts_with("OTEL_")) {
        command.env_remove(name);
    }
    command.env("ATRAD_DATA", data);
    command
}

/// Runs the program to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    atrad(data).args(arguments).output().expect("started")
}

/// Runs the program, which must succeed, and gives what it says.
pub(crate) fn say(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Runs the program, which must fail with this code, and gives what it complains of.
pub(crate) fn complain(data: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(data, arguments);
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    text
}

/// The lowest port of `free_port`; test programs with a Redis use those below.
const LOWEST_PORT: u16 = 20_000;

/// A port that is free now, and stays so for who asks for any port: the kernel gives those from 32768 on.
pub(crate) fn free_port() -> u16 {
    static ASKED: AtomicU16 = AtomicU16::new(0);
    // Other test programs begin elsewhere.
    let first = 100 * (std::process::id() % 90) as u16;
    let mut ports = std::iter::repeat_with(|| LOWEST_PORT + (first + ASKED.fetch_add(1, Relaxed)) % 9000);
    ports.find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()).expect("there is always another")
}

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// All addresses, of which `address` is the first.
    pub(crate) addresses: Vec<String>,
}

impl Server {
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, &[])
    }

    /// Starts it with these variables set.
    pub(crate) fn start_with(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = atrad(data);
        command.envs(variables.iter().copied());
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        Self::spawn(command.stderr(Stdio::null())).unwrap_or_else(|code| panic!("it ended with {code:?}"))
    }

    /// Starts it with these variables set and its log in a file; when it ends at once, gives its exit code.
    pub(crate) fn try_start(data: &Path, variables: &[(&str, &str)], log: File) -> Result<Self, Option<i32>> {
        let mut command = atrad(data);
        command.envs(variables.iter().copied()).args(["serve", "--listen", "127.0.0.1:0"]);
        Self::spawn(command.stderr(log))
    }

    /// Starts it with these variables alone, which say where it listens.
    pub(crate) fn listening(data: &Path, variables: &[(&str, &str)]) -> Result<Self, Option<i32>> {
        let mut command = atrad(data);
        command.envs(variables.iter().copied()).arg("serve");
        Self::spawn(command.stderr(Stdio::null()))
    }

    /// Its process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    fn spawn(command: &mut Command) -> Result<Self, Option<i32>> {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.fill_buf().expect("read");
        // The lines come at once.
        let address = |line: &str| line.strip_prefix("listening on ").expect("an address").to_owned();
        let addresses: Vec<_> = std::str::from_utf8(lines.buffer()).expect("text").lines().map(address).collect();
        match addresses.first() {
            Some(address) => Ok(Self { address: address.clone(), addresses, child }),
            None => Err(child.wait().expect("it ended").code()),
        }
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }

    /// Waits until it ends by itself, and gives its exit code.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it ended").code()
    }

    /// Asks it to end, and gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let process = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &process]).status().expect("signalled");
        self.child.wait().expect("it ended").code()
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
        }
    }
}
