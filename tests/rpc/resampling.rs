//! Timeframes that are not stored, asked for by every method.

use atrad::rpc::proto::compute_batch_response::Outcome;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::{
    ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, Fill, GetSeriesRequest, ReadBarsRequest, Resampling,
    SeriesId,
};
use futures_util::StreamExt;
use tonic::Code;
use tonic_types::StatusExt;

use crate::server::{STEP, Server, bars, question};

fn id(symbol: &str, timeframe: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: timeframe.into() })
}

fn resampling(session_offset_minutes: i32, include_forming: bool, fill: Fill) -> Option<Resampling> {
    Some(Resampling { session_offset_minutes, include_forming, fill: fill.into(), ..Resampling::default() })
}

fn asked(timeframe: &str, resampling: Option<Resampling>) -> ComputeRequest {
    let source = id("A", timeframe).map(Source::Series);
    ComputeRequest { source, resampling, ..question("A", &["close", "sma(2)"], None) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_answers_for_a_timeframe_that_is_made() {
    let server = Server::start().await;
    // Closes are 100 plus the number of the minute.
    server.fill("A", 200).await;
    let answer = server.indicators().compute(asked("1h", None)).await.expect("answered").into_inner();
    assert_eq!((answer.times.values::<i64>(), answer.epoch), (vec![0, 60 * STEP, 120 * STEP], 1));
    assert_eq!(answer.columns[0].values.values::<f64>(), [159.0, 219.0, 279.0]);
    assert_eq!(answer.resampled_from, "1m");
    let forming = asked("1h", resampling(0, true, Fill::Unspecified));
    let request = ComputeStreamRequest { request: Some(forming) };
    let chunk = server.indicators().compute_stream(request).await.expect("answered").into_inner().next().await;
    let chunk = chunk.expect("one").expect("whole").chunk.expect("there");
    assert_eq!(chunk.columns[0].values.values::<f64>(), [159.0, 219.0, 279.0, 299.0]);

    let series = [id("A", "60m"), id("A", "1m"), id("A", "25s")].into_iter().flatten().collect();
    let request = ComputeBatchRequest { series, expressions: vec!["close".into()], ..ComputeBatchRequest::default() };
    let mut answers = server.indicators().compute_batch(request).await.expect("answered").into_inner();
    let mut seen = [const { None }; 3];
    while let Some(response) = answers.next().await {
        let response = response.expect("whole");
        seen[response.index as usize] = response.outcome.map(|outcome| match outcome {
            Outcome::Values(values) => (values.times.len(), values.resampled_from),
            Outcome::Failure(failure) => (failure.code as usize, failure.message),
        });
    }
    let told = "series A 25s does not exist and cannot be resampled from the stored timeframes (1m)";
    assert_eq!(seen, [(3, "1m"), (200, ""), (5, told)].map(|(count, text)| Some((count, text.to_owned()))));

    let request =
        GetSeriesRequest { series: id("A", "1h"), resampling: resampling(30, false, Fill::Unspecified), as_of: None };
    let info = server.series().get_series(request).await.expect("described").into_inner().series.expect("there");
    assert_eq!((info.rows, info.first_time, info.last_time), (3, Some(-30 * STEP), Some(90 * STEP)));
    assert_eq!((&*info.resampled_from, info.epoch, info.segment_count), ("1m", 1, 0));
    let request = ReadBarsRequest { series: id("A", "1h"), ..ReadBarsRequest::default() };
    let chunk = server.series().read_bars(request).await.expect("read").into_inner().next().await;
    let chunk = chunk.expect("one").expect("whole");
    assert_eq!((chunk.bars.expect("there").volume.values::<f64>(), &*chunk.resampled_from), (vec![60.0; 3], "1m"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_is_refused() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let status = server.indicators().compute(asked("90s", None)).await.expect_err("refused");
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(status.message(), "series A 90s does not exist and cannot be resampled from the stored timeframes (1m)");
    assert_eq!(status.get_details_resource_info().expect("named").resource_name, "A 90s");
    let bad = [
        (
            resampling(1440, false, Fill::Unspecified),
            "resampling.session_offset_minutes",
            "between -1439 and 1439, got 1440",
        ),
        (Some(Resampling { fill: 9, ..Resampling::default() }), "resampling.fill", "got 9"),
    ];
    for (resampling, field, part) in bad {
        let status = server.indicators().compute(asked("1h", resampling)).await.expect_err("refused");
        let named = status.get_details_bad_request().expect("named").field_violations[0].field.clone();
        assert_eq!((status.code(), &*named), (Code::InvalidArgument, field), "{status:?}");
        assert!(status.message().contains(part), "{status:?}");
    }
    let sent = ComputeRequest { source: Some(Source::Bars(bars(0, 5))), ..asked("1h", Some(Resampling::default())) };
    let status = server.indicators().compute(sent).await.expect_err("refused");
    assert!(status.message().starts_with("resampling must be unset with bars"), "{status:?}");
}
