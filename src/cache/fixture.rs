//! A real Redis on a port of its own, for tests.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running `redis-server`; killed on drop.
pub(crate) struct Server {
    child: Child,
    port: u16,
    directory: TempDir,
}

impl Server {
    /// Starts one. `None` if this machine has no `redis-server`, which is reported on the terminal.
    pub(crate) fn start() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a folder");
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port").port();
        match run(&directory, port) {
            Ok(child) => {
                let server = Self { child, port, directory };
                server.wait();
                Some(server)
            }
            Err(error) => {
                // Straight to the terminal: `eprintln!` output is shown only for failed tests.
                let said = format!("\n*** NOT TESTED: redis-server cannot be started ({error}); install it ***\n");
                std::io::stderr().write_all(said.as_bytes()).expect("a terminal");
                None
            }
        }
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends a command and returns the first line of the reply.
    pub(crate) fn tell(&self, command: &str) -> String {
        self.try_tell(command).expect("an answer")
    }

    fn try_tell(&self, command: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line.trim_end().into())
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("ours");
        self.child.wait().expect("gone");
    }

    /// Restarts it at the same address, empty.
    pub(crate) fn restart(&mut self) {
        self.child = run(&self.directory, self.port).expect("it started before");
        self.wait();
    }

    /// Stops it (SIGSTOP) or continues it (SIGCONT).
    pub(crate) fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("runs");
        assert!(status.success());
    }

    fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        while self.try_tell("PING").ok().as_deref() != Some("+PONG") {
            assert!(Instant::now() < end, "redis-server starts");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(directory: &TempDir, port: u16) -> std::io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"])
        .current_dir(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}
