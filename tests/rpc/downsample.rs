//! Downsample: buckets that hold every extreme, against values of Compute that are reduced here, one by one.

use atrad::app::Limits;
use atrad::rpc::Settings;
use atrad::rpc::proto::{ComputeRequest, DownsampleRequest, DownsampleResponse, Persist, Range};
use tonic::{Code, Status};

use crate::server::{STEP, Server, question};

async fn ask(server: &Server, request: DownsampleRequest) -> Result<DownsampleResponse, Status> {
    server.indicators().downsample(request).await.map(tonic::Response::into_inner)
}

fn asked(request: ComputeRequest, buckets_max: u32, with_bars: bool) -> DownsampleRequest {
    DownsampleRequest { request: Some(request), buckets_max, with_bars }
}

/// The last, first, smallest and largest of the values that are not NaN; NaN if there are none.
fn reduced(values: &[f64]) -> [f64; 4] {
    let known: Vec<_> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    match (known.first(), known.last()) {
        (Some(first), Some(last)) => {
            let (min, max) =
                (known.iter().copied().fold(*first, f64::min), known.iter().copied().fold(*first, f64::max));
            [*last, *first, min, max]
        }
        _ => [f64::NAN; 4],
    }
}

/// A question of so many expressions.
fn several(columns: usize) -> ComputeRequest {
    let expressions = (0..columns).map(|shift| format!("close + {shift}")).collect();
    ComputeRequest { expressions, ..question("A", &[], None) }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_hold_what_compute_returns() {
    // Small chunks, so that buckets are cut by them.
    let server = Server::with(Limits { chunk_bytes_max: 16_384, ..Limits::default() }, Settings::default()).await;
    server.fill("A", 3000).await;
    for (first, last, buckets_max) in [(0, 3000, 100), (37, 2711, 64), (0, 3000, 3000), (100, 107, 2), (20, 21, 2)] {
        let request = ComputeRequest {
            range: Some(Range { start_time: Some(first * STEP), end_time: Some(last * STEP), ..Range::default() }),
            ..question("A", &["rsi(14)", "close", "macd", "volume", "high", "low", "open"], None)
        };
        let whole = server.indicators().compute(request.clone()).await.expect("computed").into_inner();
        let answer = ask(&server, asked(request, buckets_max, true)).await.expect("downsampled");
        let (start, rows, size) = (answer.first_row as usize, answer.rows as usize, answer.bucket_rows as usize);
        assert_eq!((start, rows, size.count_ones()), (first as usize, (last - first) as usize, 1));
        let mut edges: Vec<_> = (start..start + rows).filter(|row| *row == start || row % size == 0).collect();
        assert!(edges.len() <= buckets_max as usize, "{} of {buckets_max}", edges.len());
        edges.push(start + rows);
        let parts = || edges.windows(2).map(|pair| pair[0] - start..pair[1] - start);
        let times = whole.times.values::<i64>();
        assert_eq!(answer.times, parts().map(|part| times[part.start]).collect::<Vec<_>>());
        for (column, given) in whole.columns.iter().zip(&answer.columns) {
            let values = column.values.values::<f64>();
            let expected: Vec<_> = parts().map(|part| reduced(&values[part])).collect();
            let of = |at: usize| expected.iter().map(|one| one[at]).collect::<Vec<_>>();
            assert_eq!((&given.label, bits(&given.last)), (&column.label, bits(&of(0))));
            let others = [&given.first, &given.min, &given.max];
            for (at, other) in (1..).zip(others) {
                assert_eq!(bits(other), if size > 1 { bits(&of(at)) } else { Vec::new() }, "{} {at}", column.label);
            }
        }
        assert_eq!((answer.columns.len(), answer.infos.len(), answer.epoch), (9, 9, whole.epoch));
        let bars = answer.bars.expect("asked for");
        let [volume, high, low, open] = [5, 6, 7, 8].map(|at| whole.columns[at].values.values::<f64>());
        let by = |values: &[f64], of: fn(&[f64]) -> f64| parts().map(|part| of(&values[part])).collect::<Vec<_>>();
        assert_eq!(bars.volume.values::<f64>(), by(&volume, |part| part.iter().sum()));
        assert_eq!(bars.high.values::<f64>(), by(&high, |part| reduced(part)[3]));
        assert_eq!(bars.low.values::<f64>(), by(&low, |part| reduced(part)[2]));
        assert_eq!(bars.open.values::<f64>(), by(&open, |part| part[0]));
        assert_eq!(bars.times.values::<i64>(), answer.times);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_ranges_have_the_same_buckets() {
    let server = Server::start().await;
    server.fill("A", 4000).await;
    let between = |first: i64, last: i64| ComputeRequest {
        range: Some(Range { start_time: Some(first * STEP), end_time: Some(last * STEP), ..Range::default() }),
        ..question("A", &["ema(20)"], None)
    };
    let one = ask(&server, asked(between(100, 2100), 256, false)).await.expect("good");
    let two = ask(&server, asked(between(105, 2105), 256, false)).await.expect("good");
    assert_eq!((one.bucket_rows, two.bucket_rows), (8, 8));
    // All but the first and the last of each.
    let inner = |answer: &DownsampleResponse| {
        let values = &answer.columns[0];
        (answer.times[2..240].to_vec(), bits(&values.min[2..240]), bits(&values.last[2..240]))
    };
    assert_eq!(inner(&one).0[1..], inner(&two).0[..237]);
    assert_eq!((&inner(&one).1[1..], &inner(&one).2[1..]), (&inner(&two).1[..237], &inner(&two).2[..237]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_downsampled_is_refused() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    let good = || question("A", &["close"], None);
    let saved = ComputeRequest { persist: Some(Persist { ttl_ms: 1 }), ..good() };
    for (request, code, part) in [
        (DownsampleRequest::default(), Code::InvalidArgument, "request must be set, got nothing"),
        (asked(good(), 1, false), Code::InvalidArgument, "buckets_max must be 0 or at least 2, got 1"),
        (asked(good(), 10_001, false), Code::ResourceExhausted, "downsample_buckets_max"),
        (asked(saved, 0, false), Code::InvalidArgument, "request.persist must be unset, got set"),
        (asked(question("A", &[], None), 0, false), Code::InvalidArgument, "expressions must be between 1 and 64"),
        (
            asked(question("A", &["rsi(0)"], None), 0, true),
            Code::InvalidArgument,
            "expressions[0]: period of rsi must be",
        ),
        (asked(question("B", &["close"], None), 0, false), Code::NotFound, "B 1m"),
    ] {
        let status = ask(&server, request).await.expect_err("refused");
        assert_eq!(status.code(), code, "{status}");
        assert!(status.message().contains(part), "{} holds no {part}", status.message());
    }
    let bars = ask(&server, asked(question("A", &[], None), 0, true)).await.expect("bars alone");
    assert_eq!((bars.columns.len(), bars.bars.map(|bars| bars.close.len())), (0, Some(10)));
    let after = Range { start_time: Some(1000 * STEP), ..Range::default() };
    let empty = ask(&server, asked(ComputeRequest { range: Some(after), ..good() }, 0, true)).await.expect("empty");
    assert_eq!((empty.rows, empty.times.len(), empty.columns[0].last.len()), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_bounded_by_its_bytes() {
    let limits = Limits { answer_bytes_max: 20_000, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 1000).await;
    let ask_of = |columns, buckets, with_bars| ask(&server, asked(several(columns), buckets, with_bars));
    // 125 buckets of a time and four values of four columns: 17000 bytes; with bars of a time and five values 6000 more.
    assert_eq!(ask_of(4, 125, false).await.expect("small").times.len(), 125);
    for (columns, buckets, with_bars, needed) in
        [(4, 125, true, 23_000), (5, 125, false, 21_000), (2, 1000, false, 24_000), (64, 125, true, 263_000)]
    {
        let status = ask_of(columns, buckets, with_bars).await.expect_err("refused");
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        let message = status.message();
        assert!(message.contains("answer_bytes_max") && message.contains(&needed.to_string()), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_count_for_no_limit_of_the_caller() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    let ask_of = |columns, with_bars| ask(&server, asked(several(columns), 10, with_bars));
    let answer = ask_of(64, true).await.expect("as many as there may be");
    assert_eq!((answer.columns.len(), answer.bars.is_some()), (64, true));
    for with_bars in [false, true] {
        let status = ask_of(65, with_bars).await.expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains("expressions must be between 1 and 64 expressions, got 65"), "{status}");
    }
    // What was compiled for bars is no way around the limit.
    let mut all = several(64);
    all.expressions.extend(["open", "high", "low", "close", "volume"].map(str::to_owned));
    let status = server.indicators().compute(all).await.expect_err("refused");
    assert!(status.message().contains("got 69"), "{status}");
}
