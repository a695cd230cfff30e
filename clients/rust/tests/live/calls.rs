//! What the client does with the demo series.

use std::time::Duration;

use atrad_client::{Bars, Ingestion, Receipt, Resource, Screening, Span, Sweeping, Version, Watching, api, exprs};
use futures_util::{StreamExt, TryStreamExt};
use tonic::Code;

use crate::servers::{demo, minutes, same_bits, unique};

#[tokio::test]
async fn an_answer_is_columns_by_label() {
    let Some(client) = demo() else { return };
    let asked = exprs!["close", "sma(close, 5)"];
    let answer = client.compute("BTCUSDT", "15m", asked, Span::last(100)).await.expect("an answer");
    assert_eq!((answer.len(), answer.labels.len(), answer.facts.infos[1].lookback), (100, 2, 4));
    let (close, mean) = (answer.column("close").expect("close"), answer.column("sma(close, 5)").expect("mean"));
    for row in 4..100 {
        let expected = close[row - 4..=row].iter().sum::<f64>() / 5.0;
        assert!((mean[row] - expected).abs() <= 1e-12 * expected, "row {row}");
    }
    assert!(answer.column("none").is_none());
}

#[tokio::test]
async fn what_a_method_would_ignore_is_refused() {
    // Nothing is sent: there is no server.
    let client = atrad_client::Client::connect("127.0.0.1:1").expect("an address");
    let (series, pearson) = ([("A", "1d"), ("B", "1d")], api::CorrelationMethod::Pearson);
    let saved = Span::last(5).persist(None);
    let correlated = |span: Span| client.correlate(&series, "close", false, pearson, span);
    let screened = |span: Span| client.screen("1d", None, Vec::new(), Screening::default(), span);
    let swept = client.sweep("A", "1d", exprs!["ema(2..3)"], Sweeping::default(), saved.clone());
    let batch = client.batch(&series, exprs!["close"], saved.clone()).try_collect::<Vec<_>>();
    let short = Span::last(5).float32();
    for (setting, error) in [
        ("float32", correlated(short.clone()).await.err()),
        ("float32", client.read_bars("A", "1d", short).await.err()),
        ("since", correlated(Span::last(5).since(Version::default())).await.err()),
        ("persist", correlated(saved.clone()).await.err()),
        ("persist", batch.await.err()),
        ("persist", swept.await.err()),
        ("persist", client.read_bars("A", "1d", saved.clone()).await.err()),
        ("last", screened(Span::last(5)).await.err()),
        ("from", screened(Span::all().from(0)).await.err()),
        ("until", screened(Span::all().until(0)).await.err()),
        ("persist", screened(Span::all().persist(None)).await.err()),
    ] {
        let error = error.expect("a refusal");
        assert_eq!((error.code, error.fields[0].path.as_str()), (Code::InvalidArgument, setting), "{error}");
    }
}

#[tokio::test]
async fn an_answer_of_any_size_is_whole() {
    let Some(client) = demo() else { return };
    let asked = || exprs!["rsi(14)", "ema(25)", "bbands(20)"];
    let whole = client.compute("BTCUSDT", "15m", asked(), Span::all()).await.expect("an answer");
    assert_eq!((whole.len(), whole.columns.len()), (51203, 5));
    assert!(whole.columns[0][13].is_nan() && !whole.columns[0][14].is_nan());
    let chunks: Vec<_> =
        client.compute_stream("BTCUSDT", "15m", asked(), Span::all()).try_collect().await.expect("chunks");
    assert!(chunks.len() > 1);
    let mut rows = 0;
    for chunk in chunks {
        for (column, all) in chunk.columns.iter().zip(&whole.columns) {
            assert!(same_bits(column, &all[rows..rows + chunk.len()]));
        }
        rows += chunk.len();
    }
    assert_eq!(rows, 51203);
    let last = client.compute("BTCUSDT", "15m", asked(), Span::last(40_000)).await.expect("an answer");
    assert!(same_bits(&last.columns[4], &whole.columns[4][11203..]) && last.columns[4].capacity() == 40_000);
}

#[tokio::test]
async fn bars_are_computed_over_without_being_stored() {
    let Some(client) = demo() else { return };
    let mut bars = Bars { times: vec![1, 2, 3, 4, 5], close: vec![1.0, f64::NAN, 3.0, 4.0, 5.0], ..Bars::default() };
    let answer = client.compute_bars(&bars, exprs!["sma(close, 2)"], Span::all()).await.expect("an answer");
    assert!(answer.columns[0][2].is_nan() && answer.columns[0][4] == 4.5);
    let large = minutes(200_000);
    let answer = client.compute_bars(&large, exprs!["close"], Span::all()).await.expect("an answer");
    assert!(same_bits(&answer.columns[0], &large.close));
    bars.close.pop();
    let error = client.compute_bars(&bars, exprs!["close"], Span::all()).await.expect_err("a short column");
    assert_eq!(error.fields[0].path, "bars.close");
}

#[tokio::test]
async fn many_series_are_independent() {
    let Some(client) = demo() else { return };
    let series = [("MSFT", "1d"), ("NOSUCH", "1d"), ("AAPL", "1d")];
    let mut found: Vec<_> = client.batch(&series, exprs!["close"], Span::last(2)).try_collect().await.expect("results");
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found[0].1.as_ref().is_ok_and(|answer| answer.len() == 2) && found[1].1.is_ok());
    assert_eq!(found[2].1.as_ref().expect_err("no such series").code, Code::NotFound);
    let method = api::CorrelationMethod::Pearson;
    let pair = [series[0], series[2]];
    let found = client.correlate(&pair, "close", true, method, Span::last(100)).await.expect("a matrix");
    assert_eq!((found.matrix[0][0], found.samples), (1.0, 99));
    assert_eq!(found.matrix[0][1], found.matrix[1][0]);
}

#[tokio::test]
async fn a_sweep_returns_columns_and_a_screen_hits() {
    let Some(client) = demo() else { return };
    let sweep =
        client.sweep("MSFT", "1d", exprs!["ema(3..5)"], Sweeping::default(), Span::last(10)).await.expect("a sweep");
    let table = &sweep.tables[0];
    assert_eq!((table.len(), sweep.times.len(), table.column("period")), (3, 10, Some(&[3.0, 4.0, 5.0][..])));
    let single = client.compute("MSFT", "1d", exprs!["ema(4)"], Span::last(10)).await.expect("an answer");
    assert!(same_bits(&table.values(&table.labels[0]).expect("columns")[1], &single.columns[0]));
    let error = client.sweep("MSFT", "1d", exprs!["ema(0..5)"], Sweeping::default(), Span::all()).await;
    assert_eq!(error.expect_err("a wrong range").code, Code::InvalidArgument);
    let how = Screening { symbols: vec!["IBM".to_owned()], ..Screening::default() };
    let screen = client.screen("1d", None, exprs!["close"], how, Span::all()).await.expect("a screen");
    assert_eq!((screen.hits.len(), screen.summary.scanned, screen.hits[0].rank), (1, 1, None));
}

#[tokio::test]
async fn bars_come_back_as_they_went_in() {
    let Some(client) = demo() else { return };
    let (symbol, mut bars) = (unique(), minutes(250_001));
    let mut funding = bars.close.clone();
    funding[7] = f64::NAN;
    bars.extra.insert("funding".to_owned(), funding);
    let receipt = client.ingest(&symbol, "1m", &bars, &Ingestion::default()).await.expect("a receipt");
    assert_eq!(receipt.accepted, 250_001);
    let how = Ingestion { key: Some(("rust".to_owned(), symbol.clone())), ..Ingestion::default() };
    let again = client.ingest(&symbol, "1m", &bars, &how).await.expect("a receipt");
    assert_eq!(again, Receipt { ignored: 250_001, epoch: receipt.epoch, ..Receipt::default() });
    let read = client.read_bars(&symbol, "1m", Span::all()).await.expect("bars");
    assert!(read.times == bars.times && same_bits(read.column("close").expect("close"), &bars.close));
    assert!(same_bits(read.column("funding").expect("funding"), &bars.extra["funding"]));
    bars.high[200_005] = f64::NAN;
    let error = client.ingest(&symbol, "1m", &bars, &Ingestion::default()).await.expect_err("a wrong bar");
    assert_eq!(error.fields[0].path, "bars.high[5]");
}

#[tokio::test]
async fn batches_of_a_stream_have_outcomes_in_order() {
    let Some(client) = demo() else { return };
    let (mut wrong, mut short) = (minutes(2), minutes(2));
    wrong.high[1] = 0.0;
    short.low.pop();
    let batches = futures_util::stream::iter([minutes(2), wrong, short, minutes(3)]);
    let outcomes: Vec<_> =
        client.ingest_stream(&unique(), "1m", batches, Ingestion::default()).try_collect().await.expect("outcomes");
    let told: Vec<_> =
        outcomes.iter().map(|each| each.as_ref().map_or_else(|e| e.code as u64, |r| r.accepted)).collect();
    assert_eq!(told, [2, 3, 3, 1]);
}

#[tokio::test]
async fn errors_name_the_field_or_the_resource() {
    let Some(client) = demo() else { return };
    for span in [Span::last(1), Span::all()] {
        let error =
            client.compute("BTCUSDT", "15m", exprs!["rsi(14)", "rsi(0)"], span.clone()).await.expect_err("wrong");
        assert_eq!((error.code, error.fields[0].path.as_str()), (Code::InvalidArgument, "expressions[1]"));
        assert!(error.request_id.is_some());
        let error = client.compute("NOSUCH", "15m", exprs!["rsi(14)"], span).await.expect_err("absent");
        let resource = Resource { kind: "series".to_owned(), name: "NOSUCH 15m".to_owned() };
        assert_eq!((error.code, error.resource.as_ref()), (Code::NotFound, Some(&resource)));
    }
    let error = client.compute("IBM", "1d", exprs!["nosuch(3)"], Span::all()).await.expect_err("unknown");
    assert!(error.message.contains("nosuch"));
    let error = client.compute("IBM", "1d", vec![], Span::all()).await.expect_err("nothing");
    assert_eq!(error.fields[0].path, "expressions");
    let error = client.compute("IBM", "1d", exprs!["close"], Span::last(0)).await.expect_err("no bars");
    assert_eq!(error.fields[0].path, "last");
}

#[tokio::test]
async fn what_is_stored_is_listed_and_read_back() {
    let Some(client) = demo() else { return };
    let span = Span::all().persist(Some(Duration::from_secs(60)));
    let answer = client.compute("IBM", "1d", exprs!["wma(79)"], span).await.expect("an answer");
    let read = client.read_saved_result(&answer.facts.saved_key).await.expect("a saved result");
    assert!(same_bits(&read.columns[0], &answer.columns[0]));
    let saved = client.list_saved_results("IBM").await.expect("saved results");
    assert!(saved.iter().any(|each| each.key == answer.facts.saved_key));
    assert!(client.list_series("BTCUSD", "").await.expect("series").len() >= 2);
    let series = vec![api::SeriesId { symbol: "IBM".to_owned(), timeframe: "1d".to_owned() }];
    let alert = api::Alert { name: unique(), series, condition: "close > 1".to_owned(), ..api::Alert::default() };
    let name = alert.name.clone();
    let put = api::PutAlertRequest { alert: Some(alert) };
    client.call(put, async |put| client.alerts().put_alert(put).await).await.expect("an alert");
    let delete = api::DeleteAlertRequest { name };
    let deleted = || client.call(delete.clone(), async |delete| client.alerts().delete_alert(delete).await);
    deleted().await.expect("no alert");
    let error = deleted().await.expect_err("absent");
    assert_eq!(error.resource.as_ref().map(|resource| resource.kind.as_str()), Some("alert"));
}

#[tokio::test]
async fn a_watch_begins_with_the_newest_rows() {
    let Some(client) = demo() else { return };
    let series = vec![("IBM".to_owned(), "1d".to_owned())];
    let mut updates = client.watch(Watching { series, last: 3, ..Watching::default() }, exprs!["close"]);
    let first = updates.next().await.expect("an update").expect("rows");
    assert_eq!((first.answer.len(), first.provisional, first.error.is_none()), (3, false, true));
}
