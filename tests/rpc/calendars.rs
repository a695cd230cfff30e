//! Sessions of exchanges on every road: the half day of New York after Thanksgiving 2024, and the days around it.

use atrad::rpc::proto::compute_batch_response::Outcome;
use atrad::rpc::proto::compute_request::Source;
use atrad::rpc::proto::watch_response::Event;
use atrad::rpc::proto::{
    Alert, Calendar, ComputeBatchRequest, ComputeRequest, ComputeStreamRequest, CorrelateRequest, DownsampleRequest,
    GetSeriesRequest, IngestRequest, ListAlertsRequest, ListCalendarsRequest, Persist, PutAlertRequest, Range,
    ReadBarsRequest, ReadSavedResultRequest, Resampling, ScreenRequest, SeriesId, SweepRequest, WatchRequest,
    alert_service_client::AlertServiceClient, saved_result_service_client::SavedResultServiceClient, screen_response,
    sweep_response,
};
use atrad::rpc::wire::{Bars, ComputeResponse, Packed};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::flight;
use crate::server::{Server, question};

const MINUTE: i64 = 60_000_000_000;
const HOUR: i64 = 60 * MINUTE;

/// 27 November 2024, 00:00 UTC: a Wednesday. Thursday is a holiday, and on Friday New York closes at 18:00 UTC.
const WEDNESDAY: i64 = 1_732_665_600_000_000_000;
const FRIDAY: i64 = WEDNESDAY + 48 * HOUR;
const MONDAY: i64 = WEDNESDAY + 120 * HOUR;

/// Half hours from 13:00 to 22:00 UTC of a day, each with a volume of 1; closes are the hour of the day at their end.
fn half_hours(day: i64) -> Vec<(i64, f64)> {
    (26..44).map(|half| (day + half * HOUR / 2, (half + 1) as f64 / 2.0)).collect()
}

fn bars(of: &[(i64, f64)]) -> Option<Bars> {
    let closes: Vec<f64> = of.iter().map(|bar| bar.1).collect();
    Some(Bars {
        times: Packed::of(&of.iter().map(|bar| bar.0).collect::<Vec<i64>>()),
        open: Packed::of(&closes),
        high: Packed::of(&closes),
        low: Packed::of(&closes),
        close: Packed::of(&closes),
        volume: Packed::of(&vec![1.0; of.len()]),
        ..Bars::default()
    })
}

async fn ingest(server: &Server, symbol: &str, timeframe: &str, of: &[(i64, f64)]) {
    let request = IngestRequest { series: id(symbol, timeframe), bars: bars(of), ..IngestRequest::default() };
    server.ingest().ingest(request).await.expect("stored");
}

async fn filled() -> Server {
    let server = Server::start().await;
    for symbol in ["A", "B"] {
        let all: Vec<_> = [WEDNESDAY, FRIDAY, MONDAY].into_iter().flat_map(half_hours).collect();
        ingest(&server, symbol, "30m", &all).await;
    }
    server
}

fn id(symbol: &str, timeframe: &str) -> Option<SeriesId> {
    Some(SeriesId { symbol: symbol.into(), timeframe: timeframe.into() })
}

fn by(calendar: &str) -> Option<Resampling> {
    Some(Resampling { calendar: calendar.into(), ..Resampling::default() })
}

fn asked(timeframe: &str, calendar: &str, expressions: &[&str]) -> ComputeRequest {
    let source = id("A", timeframe).map(Source::Series);
    ComputeRequest { source, resampling: by(calendar), ..question("A", expressions, None) }
}

async fn compute(server: &Server, request: ComputeRequest) -> Result<ComputeResponse, Status> {
    server.indicators().compute(request).await.map(tonic::Response::into_inner)
}

/// Times and columns of an answer.
fn table(answer: &ComputeResponse) -> (Vec<i64>, Vec<Vec<u64>>) {
    let columns = answer.columns.iter().map(|column| column.values.values::<f64>());
    (answer.times.values(), columns.map(|column| column.iter().map(|value| value.to_bits()).collect()).collect())
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_a_bar_and_its_hours_begin_with_it() {
    let server = filled().await;
    let days = compute(&server, asked("1d", "XNYS", &["close", "volume"])).await.expect("computed");
    let opens = [WEDNESDAY, FRIDAY, MONDAY].map(|day| day + 29 * HOUR / 2).to_vec();
    assert_eq!(table(&days), (opens, vec![bits(&[21.0, 18.0, 21.0]), bits(&[13.0, 7.0, 13.0])]));
    assert_eq!(days.resampled_from, "30m");
    // Hours from half past; the last one of each day is short.
    let hours = compute(&server, asked("1h", "nyse", &["volume"])).await.expect("computed");
    let starts = [(WEDNESDAY, 7), (FRIDAY, 4), (MONDAY, 7)]
        .into_iter()
        .flat_map(|(day, count)| (0..count).map(move |hour| day + 29 * HOUR / 2 + hour * HOUR));
    let volumes = [(7, 1.0), (4, 1.0), (7, 1.0)].map(|(count, last)| [vec![2.0; count - 1], vec![last]].concat());
    assert_eq!(table(&hours), (starts.collect(), vec![bits(&volumes.concat())]));
    // The week, the month and the quarter from their first open on; those of Monday are forming.
    for (timeframe, volume) in [("1w", 20.0), ("1M", 20.0)] {
        let found = compute(&server, asked(timeframe, "XNYS", &["volume"])).await.expect("computed");
        assert_eq!(table(&found).1, [bits(&[volume])], "{timeframe}");
    }
    let forming = Some(Resampling { include_forming: true, ..by("XNYS").expect("set") });
    let request = ComputeRequest { resampling: forming, ..asked("3M", "XNYS", &["volume"]) };
    assert_eq!(table(&compute(&server, request).await.expect("computed")).1, [bits(&[33.0])]);
    // Months of UTC, from 00:00: nothing is left out.
    let months = compute(&server, asked("1M", "", &["volume"])).await.expect("computed");
    assert_eq!(table(&months).1, [bits(&[36.0])]);
    // Days of a zone are all of its hours.
    let local = compute(&server, asked("1d", "America/New_York", &["volume"])).await.expect("computed");
    assert_eq!(table(&local), ([WEDNESDAY, FRIDAY].map(|day| day + 5 * HOUR).to_vec(), vec![bits(&[18.0, 18.0])]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_road_knows_the_calendar() {
    let server = filled().await;
    let texts = ["close", "sma(volume, 2)", "close@B"];
    let request = asked("1d", "XNYS", &texts);
    let unary = compute(&server, request.clone()).await.expect("computed");
    let expected = table(&unary);
    let stream = ComputeStreamRequest { request: Some(request.clone()) };
    let mut chunks = server.indicators().compute_stream(stream).await.expect("begun").into_inner();
    let chunk = chunks.message().await.expect("whole").expect("one").chunk.expect("there");
    assert_eq!(table(&chunk), expected);
    let batch = ComputeBatchRequest {
        series: id("A", "1d").into_iter().collect(),
        expressions: texts.map(String::from).to_vec(),
        resampling: by("XNYS"),
        ..ComputeBatchRequest::default()
    };
    let mut responses = server.indicators().compute_batch(batch).await.expect("begun").into_inner();
    match responses.message().await.expect("told").expect("one").outcome {
        Some(Outcome::Values(values)) => assert_eq!(table(&values), expected),
        other => panic!("{other:?}"),
    }
    let drawn = DownsampleRequest { request: Some(request.clone()), buckets_max: 100, with_bars: false };
    let drawn = server.indicators().downsample(drawn).await.expect("drawn").into_inner();
    assert_eq!(bits(&drawn.columns[0].last), expected.1[0]);
    let read = ReadBarsRequest { series: id("A", "1d"), resampling: by("XNYS"), ..ReadBarsRequest::default() };
    let mut chunks = server.series().read_bars(read).await.expect("begun").into_inner();
    let read = chunks.message().await.expect("read").expect("one").bars.expect("bars");
    assert_eq!(
        (read.times.values::<i64>(), bits(&read.close.values::<f64>())),
        (expected.0.clone(), expected.1[0].clone())
    );
    let described = GetSeriesRequest { series: id("A", "1d"), resampling: by("XNYS"), as_of: None };
    let info = server.series().get_series(described).await.expect("told").into_inner().series.expect("there");
    assert_eq!((info.rows, info.first_time), (3, expected.0.first().copied()));
    let watch = WatchRequest {
        series: id("A", "1d").into_iter().collect(),
        expressions: texts.map(String::from).to_vec(),
        last: 10,
        resampling: by("XNYS"),
        ..WatchRequest::default()
    };
    let mut events = server.indicators().watch(watch).await.expect("begun").into_inner();
    let event = events.message().await.expect("told").expect("rows").event;
    let Some(Event::Rows(rows)) = event else { panic!("{event:?}") };
    assert_eq!(table(&rows.values.expect("values")), expected);
    let sweep = SweepRequest {
        source: id("A", "1d").map(atrad::rpc::proto::sweep_request::Source::Series),
        expressions: vec!["sma(volume, 2..2)".into()],
        reductions: vec!["last".into()],
        resampling: by("XNYS"),
        ..SweepRequest::default()
    };
    let mut parts = server.indicators().sweep(sweep).await.expect("begun").into_inner();
    let mut last = Vec::new();
    while let Some(part) = parts.message().await.expect("whole") {
        if let Some(sweep_response::Part::Rows(rows)) = part.part {
            last.extend(rows.columns[0].values.values::<f64>());
        }
    }
    assert_eq!(last.last().map(|value| value.to_bits()), expected.1[1].last().copied());
    let screen = ScreenRequest {
        symbols: vec!["A".into()],
        timeframe: "1d".into(),
        expressions: vec!["sma(volume, 2)".into()],
        condition: "close == 21".into(),
        resampling: by("XNYS"),
        ..ScreenRequest::default()
    };
    let mut parts = server.indicators().screen(screen).await.expect("begun").into_inner();
    let mut hits = Vec::new();
    while let Some(part) = parts.message().await.expect("whole") {
        if let Some(screen_response::Part::Hit(hit)) = part.part {
            hits.push((hit.time, bits(&hit.values)));
        }
    }
    assert_eq!(hits, [(*expected.0.last().expect("rows"), vec![*expected.1[1].last().expect("rows")])]);
    let ticket = serde_json::json!({
        "series": { "symbol": "A", "timeframe": "1d" }, "expressions": texts, "resampling": { "calendar": "XNYS" }
    });
    let batches = flight::get(&server, ticket).await.expect("answered");
    assert_eq!(flight::times(&batches[0]), expected.0);
    let columns = texts.map(|text| bits(&flight::values(&batches[0], text)));
    assert_eq!(columns.to_vec(), expected.1);
    // Saved by its own key, and described with its calendar.
    let save =
        |calendar: &str| ComputeRequest { persist: Some(Persist::default()), ..asked("1d", calendar, &["close"]) };
    let key = compute(&server, save("XNYS")).await.expect("saved").saved_result_key;
    assert_ne!(key, compute(&server, save("")).await.expect("saved").saved_result_key);
    let mut saved = SavedResultServiceClient::new(server.channel.clone());
    let read = ReadSavedResultRequest { key };
    let mut chunks = saved.read_saved_result(read).await.expect("read").into_inner();
    let told = chunks.message().await.expect("read").expect("one").saved_result.expect("told");
    assert_eq!(told.resampling.map(|resampling| resampling.calendar).as_deref(), Some("XNYS"));
    let mut alerts = AlertServiceClient::new(server.channel.clone());
    let alert = Alert {
        name: "session".into(),
        series: id("A", "1d").into_iter().collect(),
        condition: "close > 0".into(),
        resampling: by("xnys"),
        ..Alert::default()
    };
    alerts.put_alert(PutAlertRequest { alert: Some(alert) }).await.expect("stored");
    let listed = alerts.list_alerts(ListAlertsRequest {}).await.expect("listed").into_inner().alerts;
    assert_eq!(listed[0].resampling.as_ref().map(|resampling| &*resampling.calendar), Some("XNYS"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_closed_when_it_closes() {
    let server = filled().await;
    let friday = FRIDAY + 29 * HOUR / 2;
    for (as_of, rows, last) in [
        // The half hour to 18:00 closes the half day.
        (FRIDAY + 18 * HOUR, 2, friday),
        (FRIDAY + 18 * HOUR - 1, 1, WEDNESDAY + 29 * HOUR / 2),
        (MONDAY + 21 * HOUR - 1, 2, friday),
        (MONDAY + 21 * HOUR, 3, MONDAY + 29 * HOUR / 2),
    ] {
        let range = Some(Range { as_of: Some(as_of), ..Range::default() });
        let request = ComputeRequest { range, ..asked("1d", "XNYS", &["close"]) };
        let times = compute(&server, request).await.expect("computed").times.values::<i64>();
        assert_eq!((times.len(), times.last()), (rows, Some(&last)), "as of {as_of}");
    }
    // Before the open, a forming week has what was traded so far, and what comes before the open counts nowhere.
    let range = Some(Range { as_of: Some(FRIDAY + 14 * HOUR), ..Range::default() });
    let resampling = Some(Resampling { include_forming: true, ..by("XNYS").expect("set") });
    let request = ComputeRequest { range, resampling, ..asked("1w", "XNYS", &["volume"]) };
    assert_eq!(table(&compute(&server, request).await.expect("computed")).1, [bits(&[13.0])]);
    // Since an epoch: the next session alone.
    let since = |epoch, token| ComputeRequest {
        since_epoch: Some(epoch),
        since_token: token,
        ..asked("1d", "XNYS", &["close"])
    };
    let first = compute(&server, since(0, "".into())).await.expect("computed");
    let tuesday = MONDAY + 24 * HOUR;
    let (before, closing) = (half_hours(tuesday), half_hours(tuesday)[15]);
    assert_eq!(closing.0, tuesday + 41 * HOUR / 2);
    ingest(&server, "A", "30m", &before[..15]).await;
    let news = compute(&server, since(first.epoch, first.since_token.clone())).await.expect("computed");
    assert_eq!(table(&news).0, Vec::<i64>::new(), "the session is not over");
    ingest(&server, "A", "30m", &[closing]).await;
    let news = compute(&server, since(first.epoch, first.since_token)).await.expect("computed");
    assert_eq!(table(&news).0, [tuesday + 29 * HOUR / 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_days_and_months_are_those_of_their_dates() {
    let server = Server::start().await;
    // Dated at 00:00 UTC, as vendors do: before the open in New York.
    let days: Vec<_> = [WEDNESDAY, FRIDAY, MONDAY].into_iter().zip([1.0, 2.0, 3.0]).collect();
    ingest(&server, "A", "1d", &days).await;
    let sessions = compute(&server, asked("1d", "XNYS", &["close"])).await.expect("computed");
    let opens = [WEDNESDAY, FRIDAY, MONDAY].map(|day| day + 29 * HOUR / 2).to_vec();
    assert_eq!(table(&sessions), (opens, vec![bits(&[1.0, 2.0, 3.0])]));
    // A stored day is known a day after it opens, not when the session closes.
    for (as_of, rows) in [(FRIDAY + 18 * HOUR, 1), (FRIDAY + 24 * HOUR, 2)] {
        let range = Some(Range { as_of: Some(as_of), ..Range::default() });
        let found = compute(&server, ComputeRequest { range, ..asked("1d", "XNYS", &["close"]) }).await;
        assert_eq!(found.expect("computed").times.len(), rows);
    }
    let months = compute(&server, asked("1M", "XNYS", &["volume"])).await.expect("computed");
    assert_eq!(table(&months).1, [bits(&[2.0])]);
    // Months that are stored: of 2023, and January 2024.
    let month = |month: i64| {
        (
            1_672_531_200_000_000_000
                + [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365][month as usize] * 24 * HOUR,
            month as f64,
        )
    };
    let stored: Vec<_> = (0..13).map(month).collect();
    ingest(&server, "M", "1M", &stored).await;
    let of_m = |timeframe: &str| ComputeRequest {
        source: id("M", timeframe).map(Source::Series),
        ..question("M", &["volume"], None)
    };
    for (timeframe, volumes) in [("1M", vec![1.0; 13]), ("3M", vec![3.0; 4]), ("12M", vec![12.0])] {
        let found = compute(&server, of_m(timeframe)).await.expect("computed");
        assert_eq!(table(&found).1, [bits(&volumes)], "{timeframe}");
    }
    // The last of 2023 closes with the year.
    for (as_of, rows) in [(month(12).0 - 1, 11), (month(12).0, 12)] {
        let range = Some(Range { as_of: Some(as_of), ..Range::default() });
        assert_eq!(compute(&server, ComputeRequest { range, ..of_m("1M") }).await.expect("computed").times.len(), rows);
    }
    // They stay what they are when the server starts again.
    let server = Server::on(server.end().await, atrad::app::Limits::default(), atrad::rpc::Settings::default()).await;
    assert_eq!(compute(&server, of_m("3M")).await.expect("computed").times.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_calendars_are_named() {
    let server = filled().await;
    ingest(&server, "OLD", "30m", &[(-40 * 24 * HOUR, 1.0), (WEDNESDAY, 1.0)]).await;
    let shifted = |calendar: &str| Some(Resampling { session_offset_minutes: 30, ..by(calendar).expect("set") });
    let old = ComputeRequest { source: id("OLD", "1d").map(Source::Series), ..asked("1d", "XNYS", &["close"]) };
    for (request, field, told) in [
        (asked("1d", "XNY", &["close"]), "resampling.calendar", vec!["got \"XNY\"", "the nearest is XNYS"]),
        (asked("1d", "America/NewYork", &["close"]), "resampling.calendar", vec!["the nearest is America/New_York"]),
        (asked("1d", &"x".repeat(100_000), &["close"]), "resampling.calendar", vec!["got \"xxx"]),
        (
            ComputeRequest { resampling: shifted("XNYS"), ..asked("1d", "XNYS", &["close"]) },
            "resampling.session_offset_minutes",
            vec!["must be 0 with calendar XNYS", "got 30"],
        ),
        (old, "resampling.calendar", vec!["XNYS knows 1970-01-01 to 2040-12-31", "got bars of 1969-11-22"]),
    ] {
        let status = compute(&server, request).await.expect_err("refused");
        let named = status.get_details_bad_request().expect("named").field_violations[0].field.clone();
        assert_eq!((status.code(), &*named), (Code::InvalidArgument, field), "{status:?}");
        assert!(told.iter().all(|part| status.message().contains(part)), "{status:?}");
        assert!(status.message().len() < 400);
    }
    // XTAE opens at 09:59 in Tel Aviv.
    let status = compute(&server, asked("1d", "XTAE", &["close"])).await.expect_err("refused");
    let told = "series A 1d with calendar XTAE does not exist and cannot be resampled from the stored timeframes (30m)";
    assert_eq!((status.code(), status.message()), (Code::NotFound, told));
    let status = compute(&server, asked("1d", "", &["session_vwap(calendar=xnyz)"])).await.expect_err("refused");
    assert!(status.message().contains("xnys"), "{status:?}");
    // A clock beside that of the calendar would not be read.
    let status = compute(&server, asked("1d", "", &["close", "vwap(day, calendar=xnys, utc_offset=330)"])).await;
    let status = status.expect_err("refused");
    let named = status.get_details_bad_request().expect("named").field_violations[0].field.clone();
    assert_eq!((status.code(), &*named), (Code::InvalidArgument, "expressions[1]"), "{status:?}");
    let told = "utc_offset of vwap must be 0 with calendar=xnys, whose sessions are on a clock of their own, got 330; leave one of \
                the two out";
    assert!(status.message().contains(told), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_are_listed() {
    let server = Server::start().await;
    let list = async |search: &str| {
        let request = ListCalendarsRequest { search: search.into() };
        server.series().list_calendars(request).await.expect("listed").into_inner().calendars
    };
    let all = list("").await;
    assert!(all.len() > 300 && all.iter().filter(|one| !one.hours.is_empty()).count() > 60, "{}", all.len());
    // Each name is one that bars may have.
    for one in &all {
        let calendar = atrad::series::Calendar::find(&one.name).expect("known");
        assert_eq!((calendar.zone(), calendar.reach()), (&*one.zone, [one.first_date.clone(), one.last_date.clone()]));
    }
    let found = list("NySe").await;
    assert_eq!(found.len(), 1);
    let Calendar { name, zone, hours, first_date, last_date, aliases, source } = &found[0];
    assert_eq!(
        [name, zone, hours, first_date, last_date],
        ["XNYS", "America/New_York", "09:30-16:00", "1970-01-01", "2040-12-31"]
    );
    assert!(aliases.contains(&"NYSE".to_owned()) && source.starts_with("exchange_calendars "), "{aliases:?} {source}");
    assert!(list("york").await.iter().any(|one| one.name == "America/New_York" && one.hours.is_empty()));
    assert!(list("nothing of this name").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn correlations_are_of_the_bars_of_a_calendar() {
    let server = filled().await;
    let correlated = async |calendar: &str| {
        let series = ["A", "B"].into_iter().filter_map(|symbol| id(symbol, "1h")).collect();
        let request = CorrelateRequest { series, resampling: by(calendar), ..CorrelateRequest::default() };
        server.indicators().correlate(request).await.map(|answer| answer.into_inner().rows)
    };
    let mut found = vec![];
    for calendar in ["", "XNYS"] {
        let rows = compute(&server, asked("1h", calendar, &["close"])).await.expect("answered").times.len() as u64;
        assert_eq!(correlated(calendar).await.expect("answered"), rows, "{calendar}");
        found.push(rows);
    }
    assert!(found[1] < found[0], "sessions are shorter than days: {found:?}");
    let error = correlated("XXXX").await.expect_err("refused");
    assert_eq!(error.code(), Code::InvalidArgument);
    assert_eq!(
        error.get_error_details().bad_request().expect("a field").field_violations[0].field,
        "resampling.calendar"
    );
}
