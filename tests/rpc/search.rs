//! Sweeps and screens over the wire.

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::sweep_request::Source;
use atrad::rpc::proto::{ScreenRequest, SweepRequest, screen_response, sweep_response};
use tonic::Code;
use tonic_types::StatusExt;

use crate::server::{Server, id, question};

async fn filled() -> Server {
    let server = Server::with(Limits { chunk_bytes_max: 4096, ..Limits::default() }, Settings::default()).await;
    for symbol in ["S", "T", "U"] {
        server.fill(symbol, 900).await;
    }
    server
}

fn request(expressions: &[&str], reductions: &[&str]) -> SweepRequest {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    SweepRequest {
        source: id("S").map(Source::Series),
        expressions: owned(expressions),
        reductions: owned(reductions),
        ..SweepRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_streams_header_rows_and_summary() {
    let server = filled().await;
    let mut parts =
        server.indicators().sweep(request(&["ema(2..400)"], &["last", "argmax"])).await.expect("begun").into_inner();
    let (mut periods, mut last, mut messages, mut summary) = (Vec::<f64>::new(), Vec::<f64>::new(), 0, None);
    while let Some(response) = parts.message().await.expect("swept") {
        match response.part.expect("a part") {
            sweep_response::Part::Header(header) => {
                assert_eq!((messages, header.rows, header.epoch), (0, 900, 1));
                let swept = &header.expressions[0];
                assert_eq!(
                    (swept.variants, swept.tried, &swept.parameters[..]),
                    (399, 399, &["period".to_owned()][..])
                );
                let columns: Vec<_> = swept.columns.iter().map(|column| (&*column.label, column.is_time)).collect();
                assert_eq!(columns, [("last", false), ("argmax", true)]);
            }
            sweep_response::Part::Rows(rows) => {
                messages += 1;
                periods.extend(rows.parameters[0].values.values::<f64>());
                last.extend(rows.columns[0].values.values::<f64>());
            }
            sweep_response::Part::Summary(found) => summary = Some(found),
            other => panic!("{other:?}"),
        }
    }
    let summary = summary.expect("a summary");
    assert_eq!((summary.variants, summary.tried, summary.returned), (399, 399, 399));
    assert_eq!(periods, (2..=400).map(f64::from).collect::<Vec<_>>());
    assert!(messages > 1);
    let own = server.indicators().compute(question("S", &["ema(37)"], Some(1))).await.expect("computed").into_inner();
    assert_eq!(own.columns[0].values.values::<f64>()[0].to_bits(), last[35].to_bits());
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_streams_hits_and_a_summary() {
    let server = filled().await;
    let asked = ScreenRequest {
        symbols: vec!["S".into(), "U*".into(), "GONE".into()],
        timeframe: "1m".into(),
        condition: "close > 0".into(),
        expressions: vec!["ema(9)".into(), "macd(3, 6, 2)".into()],
        ..ScreenRequest::default()
    };
    let mut parts = server.indicators().screen(asked).await.expect("begun").into_inner();
    let (mut hits, mut summary) = (Vec::new(), None);
    while let Some(response) = parts.message().await.expect("screened") {
        match response.part.expect("a part") {
            screen_response::Part::Hit(hit) => hits.push(hit),
            screen_response::Part::Summary(found) => summary = Some(found),
        }
    }
    let names: Vec<_> = hits.iter().map(|hit| hit.series.clone().expect("named").symbol).collect();
    assert_eq!(names, ["S", "U"]);
    assert!(hits.iter().all(|hit| hit.values.len() == 4 && hit.rank.is_none()));
    let summary = summary.expect("a summary");
    assert_eq!(summary.labels, ["ema(9)", "macd(3, 6, 2).macd", "macd(3, 6, 2).signal", "macd(3, 6, 2).hist"]);
    assert_eq!((summary.scanned, summary.matched, summary.failed), (3, 2, 1));
    let failure = summary.failures[0].failure.clone().expect("a failure");
    assert_eq!((failure.code, &*failure.message), (Code::NotFound as i32, "series GONE 1m does not exist"));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_searches_name_their_field() {
    let server = filled().await;
    let ranged = server.indicators().compute(question("S", &["close", "ema(5..9)"], None)).await.expect_err("refused");
    let named =
        |status: &tonic::Status| status.get_details_bad_request().map(|bad| bad.field_violations[0].field.clone());
    assert_eq!((ranged.code(), named(&ranged).as_deref()), (Code::InvalidArgument, Some("expressions[1]")));
    for (asked, code, field) in [
        (SweepRequest { source: None, ..request(&["ema(5..9)"], &["last"]) }, Code::InvalidArgument, Some("source")),
        (request(&["ema(9..5)"], &["last"]), Code::InvalidArgument, Some("expressions[0]")),
        (request(&["ema(5..9)"], &["last", "nothing"]), Code::InvalidArgument, Some("reductions[1]")),
        (
            SweepRequest { r#where: "slow > 3".into(), ..request(&["ema(5..9)"], &["last"]) },
            Code::InvalidArgument,
            Some("where"),
        ),
        (request(&["ema(1..2000) > ema(1..2000)"], &["last"]), Code::ResourceExhausted, None),
    ] {
        let refused = match server.indicators().sweep(asked).await {
            Err(refused) => refused,
            Ok(parts) => parts.into_inner().message().await.expect_err("refused"),
        };
        assert_eq!((refused.code(), named(&refused).as_deref()), (code, field), "{refused}");
    }
    let asked = ScreenRequest {
        symbols: vec!["X*".into()],
        timeframe: "1m".into(),
        condition: "close".into(),
        ..ScreenRequest::default()
    };
    let refused = server.indicators().screen(asked).await.expect_err("refused");
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(refused.get_details_resource_info().expect("there").resource_name, "X* 1m");
    server.end().await;
}
