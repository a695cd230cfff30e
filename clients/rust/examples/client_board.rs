//! Posts values to a board, and reads them.
//!
//! Run `atrad serve`, then `cargo run -p atrad-client --example client_board`; ATRAD_ADDRESS names a server elsewhere.

use atrad_client::api::post_value_request::Content;
use atrad_client::api::{
    BoardColumns, Column, DeleteValueRequest, PostValueRequest, ReadValueRequest, read_value_response,
};
use atrad_client::{Client, Error};
use tonic::Code;

mod common;

/// One board of a server.
struct Board {
    client: Client,
    namespace: String,
}

impl Board {
    /// Posts a value and returns its version; with an expected one it may fail.
    async fn post(&self, name: &str, content: Content, expected: Option<u64>) -> Result<u64, Error> {
        let request = PostValueRequest {
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            content_type: if matches!(content, Content::Data(_)) { "text/plain".to_owned() } else { String::new() },
            content: Some(content),
            expected_version: expected,
        };
        let posted = self.client.call(async || self.client.board().post_value(request.clone()).await).await?;
        Ok(posted.version)
    }

    async fn show(&self, name: &str) -> Result<(), Error> {
        let request = ReadValueRequest { namespace: self.namespace.clone(), name: name.to_owned() };
        let found = match self.client.call(async || self.client.board().read_value(request.clone()).await).await {
            Ok(found) => found,
            Err(error) if error.code == Code::NotFound => {
                println!("{name}\tno value");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let kind = found.value.map(|value| value.content_type).unwrap_or_default();
        match found.content {
            Some(read_value_response::Content::Data(data)) => {
                println!("{name}\t{kind}\t{}", String::from_utf8_lossy(&data));
            }
            Some(read_value_response::Content::Columns(shown)) => {
                print!("{name}");
                for column in &shown.columns {
                    print!("\t{}", column.label);
                    column.values.iter().for_each(|value| print!("\t{value:.6}"));
                }
                println!();
            }
            None => println!("{name}"),
        }
        Ok(())
    }
}

fn text(value: &str) -> Content {
    Content::Data(value.as_bytes().to_vec().into())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::connect(&common::address())?;
    let board = Board { client, namespace: format!("SAMPLE-RUST-{}", common::unique()) };
    let column = |label: &str, values: &[f64]| Column { label: label.to_owned(), values: values.to_vec(), ..Column::default() };
    let columns = vec![column("rsi", &[31.5, 64.25]), column("size", &[1.0, 0.0])];
    let first = board.post("risk/BTCUSDT", text("0.25"), None).await?;
    board.post("signals", Content::Columns(BoardColumns { times: Vec::new(), columns }), None).await?;
    board.show("risk/BTCUSDT").await?;
    board.show("signals").await?;

    board.post("risk/BTCUSDT", text("0.5"), Some(first)).await?;
    board.show("risk/BTCUSDT").await?;
    if let Err(error) = board.post("risk/BTCUSDT", text("0.75"), Some(first)).await {
        println!("error {}", error.code as i32);
    }
    let delete =
        DeleteValueRequest { namespace: board.namespace.clone(), name: "signals".to_owned(), expected_version: None };
    board.client.call(async || board.client.board().delete_value(delete.clone()).await).await?;
    board.show("signals").await
}
