//! Arrow Flight, with the client of another implementation.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, TimestampNanosecondType};
use arrow_array::{
    ArrayRef, Float32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use arrow_flight::{Action, Criteria, FlightClient, FlightData, FlightDescriptor, Ticket};
use arrow_schema::{DataType, TimeUnit};
use atrad::app::{CallContext, Limits};
use atrad::rpc::{Settings, Token, TokenSource, Tokens};
use futures_util::{StreamExt, TryStreamExt, stream};
use prost::Message;
use serde_json::{Value, json};
use tonic::{Code, Status};

use crate::server::{STEP, Server, question};

fn client(server: &Server) -> FlightClient {
    FlightClient::new(server.channel.clone())
}

fn compute(symbol: &str, expressions: &[&str]) -> Value {
    json!({ "series": { "symbol": symbol, "timeframe": "1m" }, "expressions": expressions })
}

pub(crate) async fn get(server: &Server, ticket: impl ToString) -> Result<Vec<RecordBatch>, FlightError> {
    client(server).do_get(Ticket::new(ticket.to_string())).await?.try_collect().await
}

fn status(error: FlightError) -> Status {
    match error {
        FlightError::Tonic(status) => *status,
        other => panic!("{other}"),
    }
}

pub(crate) fn values(batch: &RecordBatch, name: &str) -> Vec<f64> {
    batch.column_by_name(name).expect(name).as_primitive::<Float64Type>().values().to_vec()
}

pub(crate) fn times(batch: &RecordBatch) -> Vec<i64> {
    batch.column_by_name("time").expect("time").as_primitive::<TimestampNanosecondType>().values().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_the_one_of_grpc() {
    let limits = Limits { answer_bytes_max: 64 << 20, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 200_000).await;
    let expressions = ["close", "r = rsi(14)", "sma(close, 20)"];
    let grpc = server.indicators().compute(question("A", &expressions, None)).await.expect("computed").into_inner();
    let batches = get(&server, compute("A", &expressions)).await.expect("answered");
    assert!(batches.len() > 2, "{}", batches.len());
    let schema = batches[0].schema();
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["time", "close", "r", "sma(close, 20)"]);
    assert_eq!(schema.field(0).data_type(), &DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())));
    assert_eq!(schema.field(2).metadata()["expression"], grpc.infos[1].expression);
    let all: Vec<i64> = batches.iter().flat_map(times).collect();
    assert_eq!(all, grpc.times.values::<i64>());
    for column in &grpc.columns {
        let ours: Vec<u64> = batches.iter().flat_map(|batch| values(batch, &column.label)).map(f64::to_bits).collect();
        let theirs: Vec<u64> = column.values.values::<f64>().into_iter().map(f64::to_bits).collect();
        assert!(ours == theirs, "{}", column.label);
    }
    let protobuf = question("A", &["close"], Some(2)).encode_to_vec();
    let batches: Vec<_> =
        client(&server).do_get(Ticket::new(protobuf)).await.expect("answered").try_collect().await.expect("read");
    assert_eq!(values(&batches[0], "close"), [200_098.0, 200_099.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_and_their_facts_come_without_expressions() {
    let server = Server::start().await;
    server.fill("A", 100).await;
    let series = json!({ "symbol": "A", "timeframe": "1m" });
    let batches = get(&server, json!({ "series": series, "range": { "last": 3 } })).await.expect("answered");
    assert_eq!(
        (times(&batches[0]), values(&batches[0], "volume")),
        (vec![97 * STEP, 98 * STEP, 99 * STEP], vec![1.0; 3])
    );
    let hours = json!({ "series": { "symbol": "A", "timeframe": "1h" } });
    let ticket = Ticket::new(hours.to_string());
    let messages: Vec<FlightData> =
        server.flight().do_get(ticket).await.expect("answered").into_inner().try_collect().await.expect("read");
    let facts: Value = serde_json::from_slice(&messages[1].app_metadata).expect("JSON");
    assert_eq!(facts, json!({ "epoch": "1", "resampledFrom": "1m" }));
    let ticket = Ticket::new(compute("A", &["rsi(14)"]).to_string());
    let messages: Vec<FlightData> =
        server.flight().do_get(ticket).await.expect("answered").into_inner().try_collect().await.expect("read");
    let facts: Value = serde_json::from_slice(&messages[1].app_metadata).expect("JSON");
    assert_eq!((&facts["epoch"], &facts["infos"][0]["lookback"]), (&json!("1"), &json!("14")));
    let empty = json!({ "series": series, "range": { "startTime": "1", "endTime": "2" } });
    assert_eq!(get(&server, empty).await.expect("answered").iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_series_are_told_by_dictionaries() {
    let server = Server::start().await;
    for symbol in ["A", "B", "C"] {
        server.fill(symbol, 10).await;
    }
    let id = |symbol: &str, timeframe: &str| json!({ "symbol": symbol, "timeframe": timeframe });
    let ticket = |series: &[Value]| json!({ "series": series, "expressions": ["close"], "range": { "last": 2 } });
    let asked = [id("B", "1m"), id("A", "1m"), id("A", "2m"), id("B", "1m")];
    let batches = get(&server, ticket(&asked)).await.expect("answered");
    let mut found = Vec::new();
    for batch in &batches {
        let text = |name: &str, row| {
            let column = batch.column_by_name(name).expect(name).as_dictionary::<Int32Type>();
            let texts = column.values().as_string::<i32>();
            texts.value(column.keys().value(row) as usize).to_owned()
        };
        let close = values(batch, "close");
        found.extend((0..batch.num_rows()).map(|row| (text("symbol", row), text("timeframe", row), close[row])));
    }
    found.sort_by(|one, two| one.partial_cmp(two).expect("numbers"));
    let row = |symbol: &str, timeframe: &str, close| (symbol.to_owned(), timeframe.to_owned(), close);
    let of_b = [row("B", "1m", 108.0), row("B", "1m", 108.0), row("B", "1m", 109.0), row("B", "1m", 109.0)];
    let of_a = [row("A", "1m", 108.0), row("A", "1m", 109.0), row("A", "2m", 107.0), row("A", "2m", 109.0)];
    assert_eq!(found, [of_a, of_b].concat());
    let failed = status(get(&server, ticket(&[id("A", "1m"), id("NONE", "1m")])).await.expect_err("refused"));
    assert_eq!(failed.code(), Code::NotFound);
    assert!(failed.message().starts_with("series[1] (NONE 1m): "), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_tickets_that_work() {
    let server = Server::start().await;
    for symbol in ["A", "AB", "B"] {
        server.fill(symbol, 10).await;
    }
    let flights = async |prefix: &str| -> Vec<_> {
        let criteria = Criteria { expression: prefix.to_owned().into() };
        let flights = server.flight().list_flights(criteria).await.expect("listed").into_inner();
        flights.try_collect().await.expect("read")
    };
    let all = flights("").await;
    let paths: Vec<_> = all.iter().map(|info| info.flight_descriptor.clone().expect("there").path.join(" ")).collect();
    assert_eq!(paths, ["A 1m", "AB 1m", "B 1m"]);
    assert_eq!(flights("A").await.len(), 2);
    let info =
        client(&server).get_flight_info(FlightDescriptor::new_path(vec!["B".into(), "1m".into()])).await.expect("told");
    assert_eq!((info.total_records, &info), (10, &all[2]));
    let schema = info.clone().try_decode_schema().expect("a schema");
    let batches: Vec<_> = client(&server)
        .do_get(info.endpoint[0].ticket.clone().expect("there"))
        .await
        .expect("answered")
        .try_collect()
        .await
        .expect("read");
    assert_eq!((&*batches[0].schema(), batches[0].num_rows()), (&schema, 10));
    let asked = FlightDescriptor::new_cmd(compute("A", &["macd(12, 26, 9)"]).to_string());
    let schema = client(&server).get_schema(asked.clone()).await.expect("told");
    assert_eq!(schema.fields().len(), 4);
    let info = client(&server).get_flight_info(asked.clone()).await.expect("told");
    assert_eq!((info.endpoint[0].ticket.clone().expect("there").ticket, info.total_records), (asked.cmd, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_is_refused() {
    let server = Server::start().await;
    server.fill("A", 10).await;
    for (ticket, code, part) in [
        (String::new(), Code::InvalidArgument, "the ticket is empty"),
        ("BTCUSDT".into(), Code::InvalidArgument, "the ticket is not a question"),
        ("{\"series\"".into(), Code::InvalidArgument, "the message is not JSON"),
        ("{\"symbol\":\"A\"}".into(), Code::InvalidArgument, "symbol is not a field of atrad.v1.ReadBarsRequest"),
        (compute("A", &["rsi(0)"]).to_string(), Code::InvalidArgument, "period"),
        (compute("NONE", &["close"]).to_string(), Code::NotFound, "NONE"),
    ] {
        let refused = status(get(&server, &ticket).await.expect_err("refused"));
        assert_eq!(refused.code(), code, "{ticket}: {refused:?}");
        assert!(refused.message().contains(part), "{ticket}: {refused:?}");
    }
    let info = |descriptor| async { status(client(&server).get_flight_info(descriptor).await.expect_err("refused")) };
    let unknown = info(FlightDescriptor::new_path(vec!["NONE".into(), "1m".into()])).await;
    assert_eq!(unknown.code(), Code::NotFound);
    let short = info(FlightDescriptor::new_path(vec!["A".into()])).await;
    assert!(short.message().contains("must be [symbol, timeframe], got 1 parts"), "{short:?}");
    assert_eq!(client(&server).handshake("").await.map_err(status).expect_err("refused").code(), Code::Unimplemented);
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_listed_and_done() {
    let server = Server::start().await;
    let actions: Vec<_> = client(&server).list_actions().await.expect("listed").try_collect().await.expect("read");
    let names: Vec<_> = actions.iter().map(|action| &*action.r#type).collect();
    assert_eq!(names, ["health", "list_indicators"]);
    let act = async |name: &str, body: &str| -> Result<Value, FlightError> {
        let results: Vec<_> =
            client(&server).do_action(Action::new(name, body.to_owned())).await?.try_collect().await?;
        Ok(serde_json::from_slice(&results[0]).expect("JSON"))
    };
    assert_eq!(act("health", "").await.expect("done"), json!({ "status": "SERVING" }));
    let listed = act("list_indicators", "{\"search\":\"rsi\"}").await.expect("done");
    assert!(listed["indicators"].as_array().expect("there").iter().any(|indicator| indicator["name"] == "rsi"));
    let refused = status(act("drop_tables", "").await.expect_err("refused"));
    assert!(refused.message().contains("type must be health or list_indicators"), "{refused:?}");
}

fn bars(start: i64, rows: i64) -> Vec<(&'static str, ArrayRef)> {
    let times: TimestampNanosecondArray = (start..start + rows).map(|row| row * STEP).collect::<Vec<_>>().into();
    let close: ArrayRef = Arc::new(Float64Array::from_iter_values((start..start + rows).map(|row| row as f64 + 100.0)));
    let mut columns: Vec<(&str, ArrayRef)> = vec![("time", Arc::new(times.with_timezone("UTC")))];
    columns.extend(["open", "high", "low", "close", "volume"].map(|name| (name, Arc::clone(&close))));
    columns
}

async fn put(
    server: &Server,
    descriptor: FlightDescriptor,
    batches: Vec<RecordBatch>,
) -> Result<Vec<Value>, FlightError> {
    let data = FlightDataEncoderBuilder::new()
        .with_flight_descriptor(Some(descriptor))
        .build(stream::iter(batches.into_iter().map(Ok)));
    let results: Vec<_> = client(server).do_put(data).await?.try_collect().await?;
    Ok(results.iter().map(|result| serde_json::from_slice(&result.app_metadata).expect("JSON")).collect())
}

fn path(symbol: &str) -> FlightDescriptor {
    FlightDescriptor::new_path(vec![symbol.into(), "1m".into()])
}

#[tokio::test(flavor = "multi_thread")]
async fn bars_are_stored_with_receipts() {
    let server = Server::start().await;
    let extra: ArrayRef = Arc::new(Float64Array::from_iter((0..10).map(|row| (row % 3 > 0).then_some(f64::from(row)))));
    let with_extra = |start| [bars(start, 10), vec![("oi", Arc::clone(&extra))]].concat();
    let batches = [0, 10, 5].map(|start| RecordBatch::try_from_iter(with_extra(start)).expect("a batch"));
    // The encoder would cut batches that are nullable in one of them only; all have the same schema.
    let receipts = put(&server, path("P"), batches.to_vec()).await.expect("stored");
    let receipt = |accepted, epoch| json!({ "accepted": accepted, "epoch": epoch });
    assert_eq!(receipts[..2], [receipt("10", "1"), receipt("10", "2")]);
    assert_eq!((&receipts[2]["replaced"], &receipts[2]["epoch"]), (&json!("10"), &json!("3")));
    let stored = get(&server, json!({ "series": { "symbol": "P", "timeframe": "1m" } })).await.expect("answered");
    assert_eq!(times(&stored[0]), (0..20).map(|row| row * STEP).collect::<Vec<_>>());
    let oi = values(&stored[0], "oi");
    assert!(oi[0].is_nan() && oi[1] == 1.0 && oi[5].is_nan() && oi[6] == 1.0, "{oi:?}");
    // Microseconds without a zone, and what else a request of Ingest says.
    let micros = TimestampMicrosecondArray::from(vec![19 * STEP / 1000, 20 * STEP / 1000]);
    let mut columns = bars(19, 2);
    columns[0] = ("time", Arc::new(micros));
    columns[4] = ("close", Arc::new(Float64Array::from(vec![119.0, 120.0])));
    let command = json!({ "series": { "symbol": "P", "timeframe": "1m" }, "onConflict": "ON_CONFLICT_KEEP" });
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let receipts = put(&server, FlightDescriptor::new_cmd(command.to_string()), vec![batch]).await.expect("stored");
    assert_eq!((&receipts[0]["accepted"], &receipts[0]["ignored"]), (&json!("1"), &json!("1")));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_schema_is_refused_by_its_column() {
    let server = Server::start().await;
    let with = |at: usize, name: &'static str, column: ArrayRef| {
        let mut columns = bars(0, 2);
        columns[at] = (name, column);
        RecordBatch::try_from_iter(columns).expect("a batch")
    };
    let wide: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    let times: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1, 2]));
    let hidden: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None]));
    for (batch, problem) in [
        (with(4, "close", Arc::new(Float32Array::from(vec![1.0, 2.0]))), "column close must be float64, got float32"),
        (with(0, "time", Arc::clone(&wide)), "column time must be timestamp, got float64"),
        (with(3, "low", times), "column low must be float64, got timestamp"),
        (
            with(5, "quantity", Arc::clone(&wide)),
            "column volume is missing; there are time, open, high, low, close, quantity",
        ),
        (with(5, "close", Arc::clone(&wide)), "column close is there twice"),
        (with(5, "symbol", Arc::new(StringArray::from(vec!["A", "A"]))), "column symbol must be float64, got utf8"),
        (with(2, "high", hidden), "column high must not be null, as it is at row 1"),
        (with(3, "low", Arc::new(Float64Array::from(vec![99.0, 500.0]))), "bars.low[1]"),
    ] {
        let refused = status(put(&server, path("X"), vec![batch]).await.expect_err("refused"));
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(refused.message().contains(problem), "{problem}: {refused:?}");
    }
    let batch = || RecordBatch::try_from_iter(bars(0, 2)).expect("a batch");
    let refused =
        status(put(&server, FlightDescriptor::new_path(vec!["A".into()]), vec![batch()]).await.expect_err("refused"));
    assert!(refused.message().contains("must be [symbol, timeframe]"), "{refused:?}");
    let keyed = json!({ "idempotencyKey": { "client": "a", "batch": "b" } });
    let refused =
        status(put(&server, FlightDescriptor::new_cmd(keyed.to_string()), vec![batch()]).await.expect_err("refused"));
    assert!(refused.message().contains("idempotency_key must be unset"), "{refused:?}");
    let listed = server.app.bars.list("", None, None, 10, &CallContext::default()).await.expect("listed");
    assert!(listed.is_empty(), "nothing was stored");
    let receipts = put(&server, path("X"), vec![batch()]).await.expect("the server goes on");
    assert_eq!(receipts[0]["accepted"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_or_waits_holds_little() {
    let limits = Limits { answer_rows_max: 10_000_000, ..Limits::default() };
    let server = Server::with(limits, Settings::default()).await;
    server.fill("A", 1_000_000).await;
    let ticket = || Ticket::new(compute("A", &["close", "open", "high", "low"]).to_string());
    for _ in 0..20 {
        let mut messages = server.flight().do_get(ticket()).await.expect("answered").into_inner();
        assert!(messages.next().await.expect("a schema").is_ok());
    }
    let mut waiting = server.flight().do_get(ticket()).await.expect("answered").into_inner();
    assert!(waiting.next().await.expect("a schema").is_ok());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let rest: Vec<_> = waiting.try_collect().await.expect("read");
    assert_eq!(rest.iter().map(|data| data.data_body.len()).sum::<usize>(), 40_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_the_same() {
    let token = Some(Token::new("secret").expect("good"));
    let tokens = Tokens::new(TokenSource { token, ..TokenSource::default() }).expect("no file");
    let settings = Settings { tokens: Arc::new(tokens), ..Settings::default() };
    let server = Server::with(Limits::default(), settings).await;
    let refused = status(client(&server).list_flights("").await.map(drop).expect_err("refused"));
    assert_eq!(refused.code(), Code::Unauthenticated);
    let mut client = client(&server);
    client.add_header("authorization", "Bearer secret").expect("legal");
    let flights: Vec<_> = client.list_flights("").await.expect("listed").try_collect().await.expect("read");
    assert!(flights.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_batches_ends_when_the_server_stops() {
    let server = Server::start().await;
    let batch = RecordBatch::try_from_iter(bars(0, 2)).expect("a batch");
    let data = FlightDataEncoderBuilder::new()
        .with_flight_descriptor(Some(path("S")))
        .build(stream::iter([Ok(batch)]).chain(stream::pending()));
    let mut results = client(&server).do_put(data).await.expect("taken");
    let receipt = results.next().await.expect("a receipt").expect("stored");
    assert_eq!(serde_json::from_slice::<Value>(&receipt.app_metadata).expect("JSON")["accepted"], "2");
    let ended = tokio::spawn(server.end());
    let stopped = status(results.next().await.expect("told").expect_err("the server ends"));
    assert_eq!(stopped.code(), Code::Unavailable);
    ended.await.expect("in order");
}

/// Also one that sends nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_a_message_does_not_hold_up_the_stop() {
    let server = Server::start().await;
    let mut client = client(&server);
    let put = tokio::spawn(async move { client.do_put(stream::pending()).await.map(drop) });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let ended = tokio::time::timeout(Duration::from_secs(5), server.end());
    ended.await.expect("before the calls in flight are cut off");
    let stopped = put.await.expect("no panic").expect_err("the server ends");
    assert_eq!(status(stopped).code(), Code::Unavailable);
}
