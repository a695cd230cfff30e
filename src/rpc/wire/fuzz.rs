//! Fuzz target: the hand-written messages, read as the public protos read them.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};

use super::{Bars, Column, ComputeResponse, Packed};
use crate::rpc::middleware::methods::DESCRIPTORS;
use crate::rpc::proto::{ColumnInfo, ComputeRequest, Join, Segment, SeriesId, compute_request::Source};

/// The bytes that an answer may hold for each byte of its message: an empty column is two bytes on the wire, and its
/// list may have twice the room.
const BYTES_PER_BYTE: usize = 2 * size_of::<Column>();

/// The tags and lengths of fields, single values, empty messages, groups and long varints.
const TOKENS: [&[u8]; 10] = [
    b"\x0a\x08\0\0\0\0\0\0\xf0\x3f",
    b"\x09\0\0\0\0\0\0\xf0\x3f",
    b"\x12\x00",
    b"\x3a\x00",
    b"\x1a\x02\x12\x00",
    b"\x0b\x0c",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80\x00",
    b"\xf8\xff\xff\xff\x0f",
    b"\x12\x03\x0a\x01\xff",
];

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let values = || Packed::of(&[1.5, f64::NAN, -0.0]);
    let column = |label: &str| Column::new(label.into(), values());
    let bars = Bars {
        times: Packed::of(&[1_i64, 2, i64::MAX]),
        open: values(),
        high: values(),
        low: values(),
        close: values(),
        volume: values(),
        extra: vec![column("funding"), Column::default()],
    };
    let info = ColumnInfo {
        label: "a".into(),
        expression: "rsi(14)".into(),
        lookback: 14,
        stable_from: Some(250),
        display_shift: -26,
    };
    let series = Some(SeriesId { symbol: "BTC/USDT".into(), timeframe: "1h".into() });
    let answer = ComputeResponse {
        times: Packed::of(&[1_i64, 2, 3]),
        columns: vec![column("a"), column("b")],
        infos: vec![info.clone(), info],
        epoch: 300,
        joins: vec![Join { series, epoch: 7, matched: 2, unmatched: 1, join_type: 1 }],
        resampled_from: "1m".into(),
        saved_result_key: "a/b".into(),
        as_of: Some(1),
        changed_from: Some(2),
        since_token: bytes::Bytes::from_static(b"token"),
        adjustments: vec![],
        segment: Some(segment()),
    };
    let request = ComputeRequest {
        source: Some(Source::Bars(bars.clone())),
        expressions: vec!["ema(12)".into()],
        ..ComputeRequest::default()
    };
    vec![bars.encode_to_vec(), answer.encode_to_vec(), request.encode_to_vec(), column("c").encode_to_vec(), vec![]]
});

fn segment() -> Segment {
    let (path, labels) = ("/dev/shm/a/b".into(), vec!["a".into(), "b".into()]);
    Segment { path, bytes: 1000, rows: 3, times_offset: 512, column_offsets: vec![576, 640], labels, lease_ms: 5000 }
}

static DESCRIPTOR_POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("descriptors are made by the build"));

fn public(name: &str) -> MessageDescriptor {
    DESCRIPTOR_POOL.get_message_by_name(&format!("atrad.v1.{name}")).expect("there is such a message")
}

/// Reads the bytes as one kind of message, here and by the public protos; whether they are one.
fn read<M: Message + Default + PartialEq>(name: &str, bytes: &[u8]) -> bool {
    let (ours, held) = atrad_fuzz::metered(|| M::decode(bytes));
    assert!(held <= 4096 + BYTES_PER_BYTE * bytes.len(), "{name} of {} bytes held {held}", bytes.len());
    let theirs = DynamicMessage::decode(public(name), bytes);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{name}: {:?} {:?}", ours.err(), theirs.err());
    let Ok(message) = ours else { return false };
    let written = message.encode_to_vec();
    assert_eq!(message.encoded_len(), written.len());
    assert!(M::decode(&*written).expect("just written") == message, "{name} is not what was written");
    assert!(DynamicMessage::decode(public(name), &*written).is_ok());
    true
}

#[test]
fn messages() {
    atrad_fuzz::check(3000, 256 << 20, |input| {
        let bytes = input.edit(&FILES, &TOKENS);
        let read = [
            read::<Bars>("Bars", &bytes),
            read::<ComputeResponse>("ComputeResponse", &bytes),
            read::<ComputeRequest>("ComputeRequest", &bytes),
            read::<Column>("Column", &bytes),
        ];
        read[usize::from(input.file) % FILES.len() % 4]
    });
}
