//! The audit log: who was refused, what admins did, and that a flood of refusals has few lines.

use std::fs::{self, File};

use atrad::rpc::proto::series_service_client::SeriesServiceClient;
use atrad::rpc::proto::{DeleteSeriesRequest, GetSeriesRequest, SeriesId};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};

use crate::process::{Server, say};

fn request<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("legal"));
    request.metadata_mut().insert("x-request-id", "mine-7".parse().expect("legal"));
    request
}

fn series(symbol: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: "1d".into() })
}

async fn get(client: &mut SeriesServiceClient<Channel>, symbol: &str, token: &str) -> Code {
    let asked = GetSeriesRequest { series: series(symbol), ..GetSeriesRequest::default() };
    client.get_series(request(asked, token)).await.map_or_else(|status| status.code(), |_| Code::Ok)
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_admin_calls_have_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, log, file) = (folder.path().join("data"), folder.path().join("log"), folder.path().join("tokens"));
    let path = file.to_str().expect("text");
    let make = |arguments: &[&str]| {
        let printed = say(&data, &[&["token", "new", "--tokens", path][..], arguments].concat());
        printed.trim_end().to_owned()
    };
    let (desk, ops) = (make(&["desk", "--symbols", "AAPL"]), make(&["ops", "--scopes", "admin"]));
    let variables = [("ATRAD_TOKENS", path), ("ATRAD_DEMO", "1"), ("ATRAD_LOG_FORMAT", "json")];
    let server = Server::try_start(&data, &variables, File::create(&log).expect("a log")).expect("started");
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).expect("an address");
    let mut client = SeriesServiceClient::new(endpoint.connect().await.expect("connected"));
    assert_eq!(get(&mut client, "AAPL", &desk).await, Code::Ok);
    assert_eq!(get(&mut client, "MSFT", &desk).await, Code::PermissionDenied);
    assert_eq!(get(&mut client, "AAPL", &ops).await, Code::PermissionDenied);
    let delete = DeleteSeriesRequest { series: series("IBM") };
    client.delete_series(request(delete.clone(), &ops)).await.expect("deleted");
    let gone = client.delete_series(request(delete, &ops)).await.expect_err("it is gone");
    assert_eq!(gone.code(), Code::NotFound);
    for _ in 0..500 {
        assert_eq!(get(&mut client, "AAPL", "a-wrong-one").await, Code::Unauthenticated);
    }
    assert_eq!(server.stop(), Some(0));
    let text = fs::read_to_string(log).expect("a log");
    let lines: Vec<_> = text.lines().filter(|line| line.contains("atrad::audit")).collect();
    let with = |parts: &[&str]| lines.iter().filter(|line| parts.iter().all(|part| line.contains(part))).count();
    let get = "/atrad.v1.SeriesService/GetSeries";
    for parts in [
        &["\"desk\"", "127.0.0.1", get, "token desk is not allowed to use symbol MSFT", "PERMISSION_DENIED", "mine-7"]
            [..],
        &["\"ops\"", get, "needs a token with the scope read", "PERMISSION_DENIED"],
        &["\"ops\"", "/atrad.v1.SeriesService/DeleteSeries", "series IBM", "\"OK\"", "admin call"],
        &["\"ops\"", "/atrad.v1.SeriesService/DeleteSeries", "series IBM", "NOT_FOUND", "admin call"],
    ] {
        assert_eq!(with(parts), 1, "{parts:?}: {lines:#?}");
    }
    let flood = with(&["\"-\"", "UNAUTHENTICATED"]);
    assert!((20..30).contains(&flood), "{flood} lines of 500 refusals");
    for secret in [&*desk, &ops, "a-wrong-one"] {
        assert!(!text.contains(secret), "the log shows a token");
    }
}
