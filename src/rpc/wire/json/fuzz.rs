//! Fuzz target: JSON as messages, read as another implementation of ProtoJSON reads it.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage};

use super::{NanForm, read, schema, write};
use crate::rpc::middleware::methods::DESCRIPTORS;
use crate::rpc::proto::{ComputeRequest, IngestRequest};

/// The bytes that are held for each byte of a text: a message of its size twice, and the path to its value.
const BYTES_PER_BYTE: usize = 64;

const TOKENS: [&[u8]; 12] = [
    b"{\"series\":{}}",
    b"\"last\":",
    b"\"startTime\"",
    b"[1,2.5e3,\"NaN\"]",
    b"null",
    b"1e400",
    b"18446744073709551616",
    b"\"ON_CONFLICT_KEEP\"",
    b"\\ud800",
    b"[[[[",
    b"}]}",
    b",",
];

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    [
        r#"{"series":{"symbol":"BTC","timeframe":"1m"},"range":{"last":"3"},"expressions":["rsi(14)"],"persist":{"ttlMs":5}}"#,
        r#"{"bars":{"times":["1",2],"close":[1.5,"Infinity"],"extra":[{"name":"oi","values":[]}]},"expressions":[]}"#,
        r#"{"resampling":{"session_offset_minutes":-5,"includeForming":true,"fill":"FILL_NAN"},"range":{"startTime":-1}}"#,
        r#"{"onConflict":2,"idempotencyKey":{"client":"a\u00e9\n","batch":"b"},"priceRange":"PRICE_RANGE_ANY"}"#,
        "{}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
});

static DESCRIPTOR_POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("descriptors are made by the build"));

/// Reads a text as one message, here and there; whether it is one.
fn one<M: Message + Default + PartialEq + std::fmt::Debug>(name: &str, text: &[u8]) -> bool {
    let full = format!("atrad.v1.{name}");
    let index = schema().index(&full).expect("there is such a message");
    let (ours, held) = atrad_fuzz::metered(|| read(index, text, 1 << 20));
    assert!(held <= 16_384 + BYTES_PER_BYTE * text.len(), "{name} of {} bytes held {held}", text.len());
    let Ok(bytes) = ours else { return false };
    let message = M::decode(&*bytes).expect("what is read is a message");
    let mut written = Vec::new();
    write(index, &message.encode_to_vec(), NanForm::Text, &mut written).expect("it can be written");
    let again = read(index, &written, 1 << 20).expect("what is written can be read");
    assert_eq!(M::decode(&*again).expect("a message"), message);
    // Theirs takes no null in an array.
    if !text.windows(4).any(|part| part == b"null") {
        let descriptor = DESCRIPTOR_POOL.get_message_by_name(&full).expect("there is such a message");
        let mut json = serde_json::Deserializer::from_slice(text);
        let strict = DeserializeOptions::new().deny_unknown_fields(true);
        let theirs = DynamicMessage::deserialize_with_options(descriptor, &mut json, &strict);
        let theirs = theirs.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)));
        assert_eq!(M::decode(&*theirs.encode_to_vec()).expect("a message"), message);
    }
    true
}

#[test]
fn json() {
    atrad_fuzz::check(3000, 64 << 20, |input| {
        let text = input.edit(&FILES, &TOKENS);
        let read = [one::<ComputeRequest>("ComputeRequest", &text), one::<IngestRequest>("IngestRequest", &text)];
        read.contains(&true)
    });
}
