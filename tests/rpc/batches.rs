//! Batches over the wire: any order, conflicts as asked, keys that make them count once, extra columns, and how much is
//! kept of it all.

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::ingest_stream_response::Outcome;
use atrad::rpc::proto::{
    ComputeRequest, GetSeriesRequest, IdempotencyKey, IngestRequest, IngestStreamRequest, OnConflict, PriceRange,
    Range, ReadBarsRequest, Receipt, Retention, SetRetentionRequest,
};
use atrad::rpc::wire::{Bars, Column, ComputeResponse, Packed};
use futures_util::{StreamExt, stream};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::{STEP, Server, bars, id, question};

fn request(bars: Bars, on_conflict: OnConflict, key: Option<(&str, &str)>) -> IngestRequest {
    let idempotency_key = key.map(|(client, batch)| IdempotencyKey { client: client.into(), batch: batch.into() });
    IngestRequest {
        series: id("S"),
        bars: Some(bars),
        on_conflict: on_conflict.into(),
        idempotency_key,
        ..IngestRequest::default()
    }
}

async fn send(server: &Server, request: IngestRequest) -> Result<Receipt, Status> {
    Ok(server.ingest().ingest(request).await?.into_inner().receipt.expect("there"))
}

fn named(status: &Status) -> (Code, String) {
    let bad = status.get_details_bad_request().expect("a field is named");
    (status.code(), bad.field_violations[0].field.clone())
}

/// The same bars at other times.
fn at(minutes: &[i64], bars: Bars) -> Bars {
    Bars { times: Packed::of(&minutes.iter().map(|minute| minute * STEP).collect::<Vec<_>>()), ..bars }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_come_in_any_order_and_conflicts_end_as_asked() {
    let server = Server::start().await;
    let mixed = at(&[3, 1, 2, 1, 0], bars(0, 5));
    let receipt = send(&server, request(mixed, OnConflict::Unspecified, None)).await.expect("stored");
    assert_eq!((receipt.accepted, receipt.ignored), (4, 1));
    let counts = |receipt: Receipt| [receipt.accepted, receipt.replaced, receipt.ignored, receipt.epoch];
    let other = || at(&[0, 5, 1], bars(100, 3));
    let strict = send(&server, request(other(), OnConflict::Error, None)).await.expect_err("refused");
    assert_eq!(named(&strict), (Code::InvalidArgument, "bars.times[0]".into()));
    let kept = send(&server, request(other(), OnConflict::Keep, None)).await.expect("stored");
    assert_eq!(counts(kept), [1, 0, 2, 2]);
    let replaced = send(&server, request(other(), OnConflict::Replace, None)).await.expect("stored");
    assert_eq!(counts(replaced), [0, 2, 1, 3]);
    let twice = send(&server, request(at(&[9, 8, 9], bars(0, 3)), OnConflict::Error, None)).await.expect_err("refused");
    assert_eq!(named(&twice), (Code::InvalidArgument, "bars.times[2]".into()));
    let unknown = IngestRequest { on_conflict: 4, ..request(bars(0, 1), OnConflict::Keep, None) };
    assert_eq!(named(&send(&server, unknown).await.expect_err("refused")).1, "on_conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_below_zero_are_taken_on_request() {
    let server = Server::start().await;
    let below = || {
        let bars = bars(0, 3);
        let mut low: Vec<f64> = bars.low.values();
        low[1] = -37.63;
        request(Bars { low: Packed::of(&low), ..bars }, OnConflict::Replace, None)
    };
    let refused = send(&server, below()).await.expect_err("refused");
    assert_eq!(named(&refused), (Code::InvalidArgument, "bars.low[1]".into()));
    let unknown = IngestRequest { price_range: 3, ..below() };
    assert_eq!(named(&send(&server, unknown).await.expect_err("refused")).1, "price_range");
    let any = IngestRequest { price_range: PriceRange::Any.into(), ..below() };
    assert_eq!(send(&server, any).await.expect("stored").accepted, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_makes_a_batch_count_once_on_every_road_and_after_a_restart() {
    let server = Server::start().await;
    let first = request(bars(0, 10), OnConflict::Keep, Some(("feed", "1")));
    let receipt = send(&server, first.clone()).await.expect("stored");
    let IngestRequest { series, bars: same, on_conflict, idempotency_key, price_range } = first.clone();
    let again = IngestStreamRequest { batch: 7, series, bars: same, on_conflict, idempotency_key, price_range };
    let other = IngestStreamRequest { batch: 8, bars: Some(bars(0, 11)), ..again.clone() };
    let sent = server.ingest().ingest_stream(stream::iter([again, other])).await.expect("taken").into_inner();
    let outcomes: Vec<_> = sent.map(|response| response.expect("whole").outcome.expect("there")).collect().await;
    let [Outcome::Receipt(replayed), Outcome::Failure(failure)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!((replayed, failure.code, &*failure.field), (&receipt, Code::InvalidArgument as i32, "idempotency_key"));
    assert!(failure.message.contains("\"1\"") && failure.message.contains("\"feed\""), "{}", failure.message);
    let folder = server.end().await;
    let server = Server::on(folder, Limits::default(), Settings::default()).await;
    assert_eq!(send(&server, first).await.expect("replayed"), receipt);
    for (client, batch, field) in [
        ("", "1", "idempotency_key.client"),
        ("feed", "", "idempotency_key.batch"),
        ("a b", "1", "idempotency_key.client"),
    ] {
        let refused = send(&server, request(bars(0, 1), OnConflict::Keep, Some((client, batch)))).await;
        assert_eq!(named(&refused.expect_err("refused")), (Code::InvalidArgument, field.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_keeps_as_much_as_it_is_told() {
    let server = Server::start().await;
    server.fill("S", 10_000).await;
    let set = async |symbol: &str, retention| {
        let request = SetRetentionRequest { series: id(symbol), retention };
        Ok::<_, Status>(server.series().set_retention(request).await?.into_inner().series.expect("there"))
    };
    let newest = Retention { rows_max: 5000, age_max_ms: 0 };
    let info = set("S", Some(newest)).await.expect("set");
    assert_eq!((info.rows, info.first_time, info.retention), (5000, Some(5000 * STEP), Some(newest)));
    let hour = Retention { rows_max: 0, age_max_ms: 3_600_000 };
    assert_eq!(set("S", Some(hour)).await.expect("set").rows, 61);
    let info = set("S", None).await.expect("set");
    assert_eq!((info.rows, info.retention), (61, None));
    let got = server
        .series()
        .get_series(GetSeriesRequest { series: id("S"), resampling: None, as_of: None })
        .await
        .expect("there")
        .into_inner();
    assert_eq!(got.series.expect("there"), info);
    assert_eq!(set("NONE", None).await.expect_err("refused").code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn extra_columns_come_back_and_are_read_by_name() {
    let server = Server::start().await;
    let interest: Vec<f64> = (0..100).map(|row| if row == 50 { f64::NAN } else { f64::from(row) }).collect();
    let column = |name: &str, values: &[f64]| Column::new(name.into(), Packed::of(values));
    let with = |extra: Vec<Column>| Bars { extra, ..bars(0, 100) };
    let sent = with(vec![column("open_interest", &interest), column("funding", &[-0.5; 100])]);
    send(&server, request(sent.clone(), OnConflict::Replace, None)).await.expect("stored");
    send(&server, request(bars(100, 10), OnConflict::Replace, None)).await.expect("stored");
    let range = Some(Range { start_time: None, end_time: Some(100 * STEP), last: None, as_of: None });
    let asked = ReadBarsRequest { series: id("S"), range, ..ReadBarsRequest::default() };
    let mut chunks = server.series().read_bars(asked).await.expect("read").into_inner();
    let held = chunks.message().await.expect("whole").expect("there").bars.expect("there");
    assert_eq!(held.extra, [sent.extra[1].clone(), sent.extra[0].clone()], "in the order of names");
    let got = server
        .series()
        .get_series(GetSeriesRequest { series: id("S"), resampling: None, as_of: None })
        .await
        .expect("there")
        .into_inner();
    assert_eq!(got.series.expect("there").extra, ["funding", "open_interest"]);

    let asked = question("S", &["sma(open_interest, 2)", "funding"], None);
    let stored = server.indicators().compute(asked.clone()).await.expect("computed").into_inner();
    let inline = ComputeRequest { source: Some(Source::Bars(sent)), ..asked };
    let inline = server.indicators().compute(inline).await.expect("computed").into_inner();
    let values = |answer: &ComputeResponse, column: usize| answer.columns[column].values.values::<f64>();
    assert_eq!((values(&stored, 0)[99], values(&inline, 0)[99], values(&stored, 1)[99]), (98.5, 98.5, -0.5));
    assert!(values(&stored, 0)[51].is_nan() && values(&stored, 1)[100..].iter().all(|value| value.is_nan()));
    let unknown = server
        .indicators()
        .compute(question("S", &["bbands(close)", "opn_interest"], None))
        .await
        .expect_err("refused");
    assert_eq!(named(&unknown), (Code::InvalidArgument, "expressions[1]".into()));
    assert!(unknown.message().contains("opn_interest"), "{}", unknown.message());
    for (extra, field) in [
        (vec![column("Funding", &[0.0; 100])], "bars.extra[0].name"),
        (vec![column("a", &[0.0; 100]), column("a", &[0.0; 100])], "bars.extra[1].name"),
        (vec![column("a", &[0.0; 99])], "bars.extra[0].values"),
        (vec![column("a", &[f64::NEG_INFINITY; 100])], "bars.extra[0].values[0]"),
        (vec![column("close", &[0.0; 100])], "bars.extra"),
    ] {
        let refused = send(&server, request(with(extra), OnConflict::Replace, None)).await.expect_err("refused");
        assert_eq!(named(&refused), (Code::InvalidArgument, field.into()));
    }
}
