//! JSON against another implementation of ProtoJSON (prost-reflect), and what is refused.

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};

use super::read::JsonError;
use super::{NanForm, read, schema, write};
use crate::rpc::middleware::methods::DESCRIPTORS;
use crate::rpc::proto::{ComputeRequest, ListIndicatorsResponse, Range, SeriesId, compute_request::Source};
use crate::rpc::wire::{self, Bars, Column, ComputeResponse, Packed};

fn index(name: &str) -> usize {
    schema().index(&format!("atrad.v1.{name}")).expect("there is such a message")
}

fn to_json(name: &str, bytes: &[u8]) -> String {
    let mut out = Vec::new();
    write(index(name), bytes, NanForm::Null, &mut out).expect("a message");
    String::from_utf8(out).expect("text")
}

fn to_bytes(name: &str, text: &str) -> Result<Vec<u8>, JsonError> {
    read(index(name), text.as_bytes(), 1 << 20)
}

/// What prost-reflect makes of these bytes.
fn dynamic(name: &str, bytes: &[u8]) -> DynamicMessage {
    let pool = DescriptorPool::decode(DESCRIPTORS).expect("descriptors are made by the build");
    let descriptor = pool.get_message_by_name(&format!("atrad.v1.{name}")).expect("there is such a message");
    DynamicMessage::decode(descriptor, bytes).expect("legal")
}

/// The JSON of prost-reflect.
fn theirs(name: &str, bytes: &[u8]) -> serde_json::Value {
    dynamic(name, bytes)
        .serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new())
        .expect("serialised")
}

fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("NaN differs on purpose", |value| !value.is_nan())
}

fn bars() -> impl Strategy<Value = Bars> {
    let column = || vec(finite(), 0..20).prop_map(|values| Packed::of(&values));
    let extra = ("[ -~\u{e9}\"\\\\]{0,6}", column()).prop_map(|(label, values)| Column::new(label, values));
    (vec(any::<i64>(), 0..20), column(), column(), vec(extra, 0..3)).prop_map(|(times, open, close, extra)| Bars {
        times: Packed::of(&times),
        open,
        close,
        extra,
        ..Bars::default()
    })
}

fn requests() -> impl Strategy<Value = ComputeRequest> {
    let series = ("[ -~\n]{0,5}", "[a-z0-9]{0,3}").prop_map(|(symbol, timeframe)| SeriesId { symbol, timeframe });
    let source = prop_oneof![series.prop_map(Source::Series), bars().prop_map(Source::Bars)];
    let range = any::<(Option<i64>, Option<i64>, Option<u64>, Option<i64>)>();
    let range = range.prop_map(|(start_time, end_time, last, as_of)| Range { start_time, end_time, last, as_of });
    (proptest::option::of(source), proptest::option::of(range), vec("[ -~]{0,9}", 0..3)).prop_map(
        |(source, range, expressions)| ComputeRequest { source, range, expressions, ..ComputeRequest::default() },
    )
}

proptest! {
    #[test]
    fn requests_go_both_ways_as_in_another_implementation(request in requests()) {
        let bytes = request.encode_to_vec();
        let text = to_json("ComputeRequest", &bytes);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), theirs("ComputeRequest", &bytes));
        let back = to_bytes("ComputeRequest", &text).expect("read");
        prop_assert_eq!(ComputeRequest::decode(&*back).expect("legal"), request);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}\":,0-9a-zA-Z. -]{0,60}", cut in any::<prop::sample::Index>()) {
        let _ = to_bytes("ComputeRequest", &text);
        let whole = r#"{"bars":{"times":["1",2],"close":[1.5,null]},"range":{"last":"3"},"expressions":["ema"]}"#;
        let _ = to_bytes("ComputeRequest", &whole[..cut.index(whole.len())]).expect_err("half a text");
    }

    #[test]
    fn any_bytes_are_written_or_refused(bytes in vec(any::<u8>(), 0..80)) {
        let mut out = Vec::new();
        if write(index("ComputeResponse"), &bytes, NanForm::Null, &mut out).is_some() {
            // Fields that are torn apart have their name twice, which is JSON all the same.
            serde_json::from_slice::<serde::de::IgnoredAny>(&out).expect("JSON");
        }
    }
}

#[test]
fn a_column_has_null_for_nan_and_text_for_infinity() {
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.1, 1e300, 100.0];
    let answer = ComputeResponse {
        times: Packed::of(&[1_i64 << 60]),
        columns: vec![Column::new("x".into(), Packed::of(&values))],
        epoch: u64::MAX,
        ..ComputeResponse::default()
    };
    let text = to_json("ComputeResponse", &answer.encode_to_vec());
    let column = r#"[{"label":"x","values":[null,"Infinity","-Infinity",-0.0,0.1,1e+300,100.0]}]"#;
    let whole = r#"{"times":["1152921504606846976"],"columns":COLUMN,"epoch":"18446744073709551615"}"#;
    assert_eq!(text, whole.replace("COLUMN", column));
    let mut strict = Vec::new();
    write(index("ComputeResponse"), &answer.encode_to_vec(), NanForm::Text, &mut strict).expect("a message");
    assert_eq!(String::from_utf8_lossy(&strict), text.replace("null", "\"NaN\""));
    let back = ComputeResponse::decode(&*to_bytes("ComputeResponse", &text).expect("read")).expect("legal");
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(back.columns[0].values.values()), bits(values.to_vec()));
}

#[test]
fn the_catalogue_is_what_another_implementation_writes() {
    let bytes = wire::catalogue("", "").encode_to_vec();
    let text = to_json("ListIndicatorsResponse", &bytes);
    let ours: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(ours, theirs("ListIndicatorsResponse", &bytes));
    let back = read(index("ListIndicatorsResponse"), text.as_bytes(), 8 << 20).expect("read");
    assert_eq!(ListIndicatorsResponse::decode(&*back).expect("legal"), wire::catalogue("", ""));
}

#[test]
fn all_spellings_of_a_value_are_read() {
    for text in [
        r#"{"range":{"startTime":"-5","last":3},"expressions":["a"]}"#,
        r#"{"range":{"start_time":-5,"last":"3"},"expressions":["a"],"series":null,"persist":null}"#,
        r#" {"expressions":["a"], "resampling":null, "range":{"startTime":-5.0,"last":3e0,"endTime":null}} "#,
    ] {
        let request = ComputeRequest::decode(&*to_bytes("ComputeRequest", text).expect(text)).expect("legal");
        assert_eq!(
            request.range,
            Some(Range { start_time: Some(-5), end_time: None, last: Some(3), as_of: None }),
            "{text}"
        );
        assert!(request.source.is_none() && request.persist.is_none(), "{text}");
    }
    for (text, number) in [("\"ON_CONFLICT_KEEP\"", 2), ("2", 2), ("77", 77)] {
        let bytes = to_bytes("IngestRequest", &format!("{{\"onConflict\":{text}}}")).expect(text);
        assert_eq!(crate::rpc::proto::IngestRequest::decode(&*bytes).expect("legal").on_conflict, number);
    }
    for text in ["\"+/8=\"", "\"-_8\"", "\"+/8\""] {
        let bytes = to_bytes("PutRequest", &format!("{{\"value\":{text}}}")).expect(text);
        assert_eq!(&*crate::rpc::proto::PutRequest::decode(&*bytes).expect("legal").value, [0xfb, 0xff]);
    }
}

#[test]
fn a_wrong_value_is_named() {
    for (text, field, problem) in [
        (r#"{"serie":{}}"#, "serie", "is not a field of atrad.v1.ComputeRequest, which has series, bars, range"),
        (r#"{"range":{"lst":3}}"#, "range.lst", "is not a field of atrad.v1.Range"),
        (r#"{"range":{"last":-1}}"#, "range.last", "must be an integer from 0 to 18446744073709551615, got -1"),
        (r#"{"range":{"last":1.5}}"#, "range.last", "got 1.5"),
        (r#"{"range":{"last":1e400}}"#, "range.last", "number out of range"),
        (r#"{"range":{"last":18446744073709551616}}"#, "range.last", "got 1.8446744073709552e19"),
        (r#"{"range":{"last":"ten"}}"#, "range.last", "got \"ten\""),
        (r#"{"range":[1]}"#, "range", "must be an object, got an array"),
        (r#"{"range":3}"#, "range", "must be an object, got 3"),
        (r#"{"bars":{"close":[1,"x"]}}"#, "bars.close[1]", "must be a number, \"NaN\", \"Infinity\" or \"-Infinity\""),
        (r#"{"bars":{"close":[1,"inf"]}}"#, "bars.close[1]", "got \"inf\""),
        (r#"{"bars":{"times":[1,null]}}"#, "bars.times[1]", "got null"),
        (r#"{"bars":{"close":5}}"#, "bars.close", "invalid type: integer `5`, expected an array"),
        (r#"{"expressions":["a",7]}"#, "expressions[1]", "must be a string, got 7"),
        (r#"{"expressions":["a"],"expressions":["b"]}"#, "expressions", "is set twice"),
        (r#"{"series":{},"bars":{}}"#, "bars", "only one of series, bars may be set"),
        (r#"{"resampling":{"fill":"FILL_UP"}}"#, "resampling.fill", "must be one of FILL_UNSPECIFIED, "),
        (r#"{"resampling":{"includeForming":1}}"#, "resampling.includeForming", "must be true or false, got 1"),
        ("[]", "", "must be an object, got an array"),
        ("null", "", "must be an object, got null"),
    ] {
        let Err(JsonError::Value { field: named, problem: message }) = to_bytes("ComputeRequest", text) else {
            panic!("{text} is not refused for a value");
        };
        assert_eq!(named, field, "{text}");
        assert!(message.contains(problem), "{text}: {message}");
    }
}

#[test]
fn a_text_that_ends_early_is_told_where() {
    for (text, problem) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        (r#"{"range":{"last":3"#, "EOF while parsing an object at line 1 column 18, in range"),
        ("{}{}", "trailing characters at line 1 column 3"),
        ("{'a':1}", "key must be a string at line 1 column 2"),
    ] {
        let Err(JsonError::Syntax(message)) = to_bytes("ComputeRequest", text) else { panic!("{text} is refused") };
        assert_eq!(message, problem, "{text}");
    }
}

#[test]
fn a_message_that_would_be_too_large_is_refused_early() {
    let text = format!("{{\"bars\":{{\"close\":[{}1]}}}}", "1,".repeat(10_000));
    assert_eq!(read(index("ComputeRequest"), text.as_bytes(), 4096), Err(JsonError::TooLarge(4096)));
}

#[test]
fn no_message_has_a_form_that_is_not_written_here() {
    for message in schema().all() {
        let name = &message.name;
        // Of the forms that ProtoJSON has for single types, only that of Duration is needed.
        let known = ["google.protobuf.Duration", "google.protobuf.Any"];
        assert!(!name.starts_with("google.protobuf.") || known.contains(&&**name), "{name}");
        // Details of errors may have maps that are never set here.
        let is_map = name.ends_with("Entry") && name != "atrad.v1.CacheEntry" && !name.starts_with("google.rpc.");
        assert!(!is_map, "{name} may be a map, which is not written as ProtoJSON has it");
    }
    let mut out = Vec::new();
    let index = schema().index("google.rpc.RetryInfo").expect("there");
    for (seconds, nanos, text) in [(1, 500_000_000, "1.5s"), (-2, -1, "-2.000000001s"), (0, 0, "0s"), (100, 0, "100s")]
    {
        let delay = prost_types::Duration { seconds, nanos };
        let details = tonic_types::pb::RetryInfo { retry_delay: Some(delay) };
        out.clear();
        write(index, &details.encode_to_vec(), NanForm::Null, &mut out).expect("written");
        assert_eq!(String::from_utf8_lossy(&out), format!("{{\"retryDelay\":\"{text}\"}}"));
        let back = read(index, &out, 100).expect("read");
        assert_eq!(tonic_types::pb::RetryInfo::decode(&*back).expect("legal").retry_delay, Some(delay));
    }
}
