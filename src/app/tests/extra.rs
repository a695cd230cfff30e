//! Extra columns: stored beside prices in tails and price files, NaN where absent, and read by name.

use std::sync::Arc;

use super::fixture::{SMALL, app_with, bars, id, ingest, inline, merged, open_with, question, read};
use crate::app::{App, Batch, Error, Kind, OnConflict, Receipt};
use crate::series::{Bars, ColumnName, Span};

fn name(name: &str) -> ColumnName {
    name.parse().expect("valid")
}

/// Bars at these minutes; each extra column holds the minute times a factor.
fn with(minutes: std::ops::Range<i64>, extras: &[(&str, f64)]) -> Bars {
    let mut columns = bars(minutes.clone(), 0).into_columns();
    let values = |factor: f64| minutes.clone().map(|minute| minute as f64 * factor).collect();
    columns.extra = extras.iter().map(|&(extra, factor)| (name(extra), values(factor))).collect();
    Bars::new(columns).expect("valid")
}

/// The extra columns of all bars, by name, with NaN mapped to a number.
async fn extras(app: &Arc<App>) -> Vec<(String, Vec<f64>)> {
    let (source, _) = read(app, 1, Span::ALL).await.expect("readable");
    let known = |value: &f64| if value.is_nan() { -1.0 } else { *value };
    source.extra.iter().map(|(name, values)| (name.to_string(), values.iter().map(known).collect())).collect()
}

fn counts(receipt: Receipt) -> [u64; 3] {
    [receipt.accepted, receipt.replaced, receipt.ignored]
}

#[tokio::test]
async fn extra_columns_live_as_long_as_their_bars() {
    let (directory, app) = app_with(SMALL, |_| ());
    ingest(&app, 1, with(0..10, &[("funding", -1.0)])).await;
    // The first ten minutes have no open interest, those from 60 on no funding.
    ingest(&app, 1, with(10..60, &[("funding", -1.0), ("open_interest", 2.0)])).await;
    ingest(&app, 1, with(60..90, &[("open_interest", 2.0)])).await;
    ingest(&app, 1, bars(90..95, 0)).await;
    let column = |from: i64, to: i64, factor: f64| {
        (0..95)
            .map(|minute| if (from..to).contains(&minute) { minute as f64 * factor } else { -1.0 })
            .collect::<Vec<_>>()
    };
    let (mut funding, interest) = (column(0, 60, -1.0), column(10, 90, 2.0));
    let expected =
        |funding: &[f64]| vec![("funding".into(), funding.to_vec()), ("open_interest".into(), interest.clone())];
    merged(&app).await;
    assert!(app.bars.get(&id(1)).expect("there").segments > 0);
    assert_eq!(extras(&app).await, expected(&funding));
    app.close().await;
    let app = open_with(directory.path(), SMALL, |_| ());
    assert_eq!(extras(&app).await, expected(&funding), "sealed bars and the tail after a restart");
    // A value that the new bar lacks is gone; equal in every column is not a change.
    assert_eq!(counts(ingest(&app, 1, with(30..31, &[("open_interest", 2.0)])).await), [0, 1, 0]);
    funding[30] = -1.0;
    assert_eq!(extras(&app).await, expected(&funding));
    assert_eq!(counts(ingest(&app, 1, with(20..22, &[("open_interest", 2.0), ("funding", -1.0)])).await), [0, 0, 2]);
    let strict = Batch::new(with(93..94, &[("funding", 1.0)]).into_columns(), OnConflict::Error).expect("valid");
    assert!(app.write.ingest(id(1), strict).await.expect_err("refused").to_string().contains("bars.times[0]"));
    app.close().await;
}

#[tokio::test]
async fn expressions_read_extra_columns_by_name() {
    let (_directory, app) = app_with(SMALL, |_| ());
    let all = with(0..500, &[("funding", -1.0), ("open_interest", 2.0)]);
    ingest(&app, 1, all.clone()).await;
    let asked =
        question(1, Span::ALL, &["sma(open_interest, 20)", "funding + 1", "ema(funding - open_interest, 9)", "volume"]);
    let stored = app.compute.unary(asked.clone(), None).await.expect("computed");
    let from_bars = app.compute.unary(inline(&all, &asked), None).await.expect("computed");
    assert_eq!((&stored.times, &stored.columns), (&from_bars.times, &from_bars.columns));
    let last = |column: usize| super::fixture::numbers(&stored.columns[column]).last().expect("there");
    assert_eq!((last(0), last(1)), (2.0 * 489.5, -498.0));
    // NaN while the window contains a gap; the average resumes after it.
    ingest(&app, 1, bars(500..501, 0)).await;
    ingest(&app, 1, with(501..530, &[("open_interest", 2.0)])).await;
    let answer = app.compute.unary(question(1, Span::ALL, &["sma(open_interest, 20)"]), None).await.expect("computed");
    let gaps: Vec<_> = super::fixture::numbers(&answer.columns[0]).map(f64::is_nan).collect();
    assert!(gaps[500..520].iter().all(|&gap| gap) && !gaps[499] && gaps[520..].iter().all(|&gap| !gap));

    let unknown =
        app.compute.unary(question(1, Span::ALL, &["close", "sma(opn_interest, 20)"]), None).await.expect_err("none");
    assert_eq!((unknown.kind(), unknown.field().as_deref()), (Kind::Invalid, Some("expressions[1]")));
    let said = unknown.to_string();
    let known = "only funding, open_interest; did you mean open_interest?";
    assert!(said.contains("opn_interest") && said.contains(known), "{said}");
    ingest(&app, 2, bars(0..10, 0)).await;
    let said = app.compute.unary(question(2, Span::ALL, &["clsoe"]), None).await.expect_err("none").to_string();
    assert!(
        said.contains("clsoe") && said.contains("did you mean close?") && said.contains("no extra columns"),
        "{said}"
    );
    assert!(app.compute.compile(&["open_interest(3)"]).is_err(), "a column has no parameters");
    app.close().await;
}

#[tokio::test]
async fn names_and_numbers_of_extra_columns_are_bounded() {
    let (_directory, app) = app_with(SMALL, |config| config.limits.extra_columns_max = 2);
    for taken in ["close", "ema", "v", "atra", "shift", "and", "time", "2x"] {
        let columns = with(0..1, &[(taken, 1.0)]).into_columns();
        let error = Batch::new(columns, OnConflict::Replace).expect_err(taken);
        assert!(error.kind() == Kind::Invalid && error.to_string().contains(taken), "{error}");
    }
    ingest(&app, 1, with(0..100, &[("one", 1.0)])).await;
    ingest(&app, 1, with(200..201, &[("two", 1.0)])).await;
    let error = app.write.ingest(id(1), with(300..301, &[("three", 1.0)])).await.expect_err("refused");
    assert_eq!(error.to_string(), "extra_columns_max allows at most 2, the request needs 3");
    assert!(matches!(error, Error::Shared(_)) && error.kind() == Kind::Exhausted);
    assert_eq!(app.bars.get(&id(1)).expect("there").rows, 101);
    app.close().await;
}
