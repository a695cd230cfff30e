//! Servers of the tests.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use atrad_client::{Bars, Client, Error};

/// The demo server; none outside of `tests/run`.
pub(crate) fn demo() -> Option<Client> {
    let address = std::env::var("ATRAD_ADDRESS").ok()?;
    Some(Client::connect(&address).expect("an address"))
}

/// A server that ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts the server of `ATRAD_BINARY`; none outside of `tests/run`.
    pub(crate) fn start(listen: &str, data: &Path, options: &[&str]) -> Option<Self> {
        let binary = std::env::var("ATRAD_BINARY").ok()?;
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", listen, "--data"]).arg(data).args(options);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a server");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on ").expect("the server listens").to_owned();
        Some(Self { process, address })
    }

    /// Ends it as an operator does.
    pub(crate) fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        self.process.wait().expect("an end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn unique() -> String {
    format!("RS-{}", SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos())
}

/// Bars of some minutes.
pub(crate) fn minutes(count: i64) -> Bars {
    let price: Vec<f64> = (0..count).map(|row| 100.0 + (row * row % 97) as f64 / 8.0).collect();
    Bars {
        times: (0..count).map(|row| row * 60_000_000_000).collect(),
        open: price.clone(),
        high: price.iter().map(|price| price + 1.0).collect(),
        low: price.iter().map(|price| price - 1.0).collect(),
        close: price,
        volume: (0..count).map(|row| row as f64).collect(),
        ..Bars::default()
    }
}

pub(crate) fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

pub(crate) async fn close_of(client: &Client) -> Result<(), Error> {
    let asked = atrad_client::exprs!["close"];
    client.compute("IBM", "1d", asked, atrad_client::Span::last(1)).await.map(drop)
}
