//! Answers that are brought up to date, and those of float32.

use atrad_client::{Answer, Bars, Client, Ingestion, Span, Version, exprs};
use futures_util::TryStreamExt;
use tonic::Code;

use crate::servers::{demo, same_bits, unique};

const MINUTE: i64 = 60_000_000_000;

/// Stores bars of these minutes, whose prices begin at a value.
async fn store(client: &Client, symbol: &str, minutes: std::ops::Range<i64>, price: f64) {
    let prices: Vec<f64> = minutes.clone().map(|minute| price + 1.0 / (minute + 3) as f64).collect();
    let bars = Bars {
        times: minutes.map(|minute| minute * MINUTE).collect(),
        open: prices.clone(),
        high: prices.clone(),
        low: prices.clone(),
        volume: prices.clone(),
        close: prices,
        ..Bars::default()
    };
    client.ingest(symbol, "1m", &bars, &Ingestion::default()).await.expect("stored");
}

fn assert_same(updated: &Answer, fresh: &Answer, what: &str) {
    assert_eq!((&updated.times, &updated.labels), (&fresh.times, &fresh.labels), "{what}");
    assert!(updated.columns.iter().zip(&fresh.columns).all(|(a, b)| same_bits(a, b)), "{what}");
    assert_eq!(updated.facts.epoch, fresh.facts.epoch, "{what}");
}

#[tokio::test]
async fn a_table_is_brought_up_to_date_by_what_changed() {
    let Some(client) = demo() else { return };
    let symbol = unique();
    store(&client, &symbol, 0..50, 1.0).await;
    for last in [0, 8, 45] {
        let span = || if last == 0 { Span::all() } else { Span::last(last) };
        let ask = |span: Span| client.compute(&symbol, "1m", exprs!["close", "ema(5)"], span);
        let mut table = ask(span().since(Version::default())).await.expect("an answer");
        let mut chunks = Answer::default();
        let streamed = client.compute_stream(&symbol, "1m", exprs!["close"], Span::all().since(Version::default()));
        let parts: Vec<Answer> = streamed.try_collect().await.expect("chunks");
        parts.into_iter().for_each(|part| chunks.update(part).expect("in turn"));
        let begin = table.times.last().expect("rows") / MINUTE;
        // New bars, the newest once more, and older ones.
        for (minutes, price) in [(begin + 1..begin + 4, 2.0), (begin + 3..begin + 5, 3.0), (begin - 3..begin, 4.0)] {
            store(&client, &symbol, minutes.clone(), price).await;
            let later = ask(span().since(table.version())).await.expect("changes");
            table.update(later).expect("up to date");
            assert_same(&table, &ask(span()).await.expect("fresh"), &format!("{last} {minutes:?}"));
        }
        let nothing = ask(span().since(table.version())).await.expect("no changes");
        assert_eq!((nothing.len(), nothing.facts.changed_from), (0, None));
        table.update(nothing).expect("as it is");
        let later = client.compute_stream(&symbol, "1m", exprs!["close"], Span::all().since(chunks.version()));
        let later: Vec<Answer> = later.try_collect().await.expect("chunks");
        later.into_iter().for_each(|part| chunks.update(part).expect("in turn"));
        let fresh = client.compute(&symbol, "1m", exprs!["close"], Span::all()).await.expect("fresh");
        assert_eq!(chunks.times, fresh.times);
    }
}

#[tokio::test]
async fn bars_are_brought_up_to_date_and_may_get_columns() {
    let Some(client) = demo() else { return };
    let symbol = unique();
    store(&client, &symbol, 0..5, 1.0).await;
    let mut bars = client.read_bars(&symbol, "1m", Span::all().since(Version::default())).await.expect("bars");
    let mut more = Bars { times: vec![5 * MINUTE], close: vec![9.0], ..Bars::default() };
    [&mut more.open, &mut more.high, &mut more.low, &mut more.volume]
        .into_iter()
        .for_each(|column| *column = vec![9.0]);
    more.extra.insert("funding".into(), vec![7.0]);
    client.ingest(&symbol, "1m", &more, &Ingestion::default()).await.expect("stored");
    let later = client.read_bars(&symbol, "1m", Span::all().since(bars.version())).await.expect("bars");
    bars.update(later).expect("up to date");
    assert_same(&bars, &client.read_bars(&symbol, "1m", Span::all()).await.expect("fresh"), "bars");
    assert_eq!(bars.column("funding").expect("there")[5], 7.0);
}

#[tokio::test]
async fn what_does_not_follow_changes_nothing() {
    let Some(client) = demo() else { return };
    let ask = |span: Span| client.compute("IBM", "1d", exprs!["close"], span);
    let mut table = ask(Span::last(5)).await.expect("an answer");
    let before = table.clone();
    let other = client.compute("IBM", "1d", exprs!["open"], Span::last(5).since(table.version())).await;
    for later in [ask(Span::last(5)).await, other, ask(Span::last(5).float32()).await] {
        let error = table.update(later.expect("an answer")).expect_err("refused");
        assert_eq!((error.code, error.fields[0].path.as_str()), (Code::InvalidArgument, "later"), "{error}");
        assert_eq!(table, before);
    }
}

#[tokio::test]
async fn the_default_answer_takes_any_later_one() {
    let Some(client) = demo() else { return };
    let bars = client.read_bars("IBM", "1d", Span::last(5).since(Version::default())).await.expect("bars");
    let short = client.compute("IBM", "1d", exprs!["close"], Span::last(5).float32()).await.expect("an answer");
    for later in [bars, short] {
        let mut table = Answer::default();
        table.update(later.clone()).expect("from nothing");
        assert_eq!(table, later);
    }
}

#[tokio::test]
async fn values_come_as_float32() {
    let Some(client) = demo() else { return };
    let asked = || exprs!["close / 3", "rsi(14)"];
    for span in [Span::last(10), Span::all(), Span::last(51_000)] {
        let exact = client.compute("BTCUSDT", "15m", asked(), span.clone()).await.expect("an answer");
        let short = client.compute("BTCUSDT", "15m", asked(), span.float32()).await.expect("an answer");
        assert!(short.columns.is_empty() && short.column("rsi(14)").is_none() && exact.column32("rsi(14)").is_none());
        assert_eq!((&short.times, short.columns32.len()), (&exact.times, 2));
        for (short, exact) in short.columns32.iter().zip(&exact.columns) {
            assert!(short.iter().zip(exact).all(
                |(short, exact)| short.to_bits() == (*exact as f32).to_bits() || (short.is_nan() && exact.is_nan())
            ));
            assert_eq!(short.len(), exact.len());
        }
        let (row, first) = (short.rows().last().expect("rows"), exact.rows().last().expect("rows"));
        assert_eq!((row.0, row.1[0]), (first.0, f64::from(first.1[0] as f32)));
    }
    let series = [("IBM", "1d"), ("MSFT", "1d")];
    let found: Vec<_> =
        client.batch(&series, exprs!["close"], Span::last(3).float32()).try_collect().await.expect("results");
    assert!(found.iter().all(|(_, answer)| answer.as_ref().is_ok_and(|answer| answer.columns32[0].len() == 3)));
}
