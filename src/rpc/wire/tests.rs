//! The hand-written messages against messages read from the public descriptors, byte for byte.

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};

use super::{Bars, Column, ComputeResponse, Packed};
use crate::rpc::middleware::methods::DESCRIPTORS;
use crate::rpc::proto::{
    ColumnInfo, ComputeRequest, Join, Segment, SeriesAdjustment, SeriesId, compute_request::Source,
};

/// What the public protos make of these bytes.
fn public(name: &str, bytes: &[u8]) -> Result<DynamicMessage, prost::DecodeError> {
    let pool = DescriptorPool::decode(DESCRIPTORS).expect("descriptors are made by the build");
    let descriptor = pool.get_message_by_name(&format!("atrad.v1.{name}")).expect("there is such a message");
    DynamicMessage::decode(descriptor, bytes)
}

fn doubles() -> impl Strategy<Value = Packed> {
    vec(any::<u64>().prop_map(f64::from_bits), 0..40).prop_map(|values| Packed::of(&values))
}

fn times() -> impl Strategy<Value = Packed> {
    vec(any::<i64>(), 0..40).prop_map(|values| Packed::of(&values))
}

fn bars() -> impl Strategy<Value = Bars> {
    let extra = ("[a-z]{0,5}", doubles()).prop_map(|(label, values)| Column::new(label, values));
    (times(), doubles(), doubles(), doubles(), doubles(), doubles(), vec(extra, 0..3)).prop_map(
        |(times, open, high, low, close, volume, extra)| Bars { times, open, high, low, close, volume, extra },
    )
}

fn answer() -> impl Strategy<Value = ComputeResponse> {
    let column = ("[a-z]{0,5}", doubles(), any::<bool>()).prop_map(|(label, values, is_float32)| {
        let mut column = Column::new(label, values);
        if is_float32 {
            column.round();
        }
        column
    });
    let info = ("[a-z]{0,5}", "[a-z]{0,5}", any::<(u64, Option<u64>, i32)>()).prop_map(|(label, expression, facts)| {
        let (lookback, stable_from, display_shift) = facts;
        ColumnInfo { label, expression, lookback, stable_from, display_shift }
    });
    let series = ("[A-Z]{0,5}", "[a-z]{0,2}").prop_map(|(symbol, timeframe)| SeriesId { symbol, timeframe });
    let join = (proptest::option::of(series), any::<u64>(), any::<u64>(), any::<u64>(), any::<i32>()).prop_map(
        |(series, epoch, matched, unmatched, join_type)| Join { series, epoch, matched, unmatched, join_type },
    );
    let texts = ("[a-z0-9]{0,3}", "[a-z/]{0,3}");
    (
        times(),
        vec(column, 0..4),
        vec(info, 0..4),
        any::<(u64, Option<i64>, Option<i64>, Vec<u8>, u64)>(),
        texts,
        vec(join, 0..3),
    )
        .prop_map(
            |(
                times,
                columns,
                infos,
                (epoch, as_of, changed_from, since_token, adjusted),
                (resampled_from, saved_result_key),
                joins,
            )| ComputeResponse {
                times,
                columns,
                infos,
                epoch,
                resampled_from,
                joins,
                saved_result_key,
                as_of,
                changed_from,
                since_token: since_token.into(),
                adjustments: vec![SeriesAdjustment { rows: adjusted, ..SeriesAdjustment::default() }],
                segment: as_of.map(|bytes| Segment {
                    bytes: bytes as u64,
                    labels: vec!["a".into()],
                    ..Segment::default()
                }),
            },
        )
}

/// One legal way to send a column: pieces of several values or single ones.
fn field(tag: u32, pieces: &[Vec<f64>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in pieces {
        if let [value] = piece[..] {
            prost::encoding::double::encode(tag, &value, &mut bytes);
        } else {
            // An empty piece is legal too; prost itself would write nothing.
            prost::encoding::bytes::encode(tag, &Packed::of(piece).bytes().to_vec(), &mut bytes);
        }
    }
    bytes
}

proptest! {
    #[test]
    fn what_we_write_is_canonical(bars in bars(), answer in answer()) {
        for (name, bytes) in [("Bars", bars.encode_to_vec()), ("ComputeResponse", answer.encode_to_vec())] {
            prop_assert_eq!(&public(name, &bytes).expect("legal").encode_to_vec(), &bytes);
        }
        prop_assert_eq!(bars.encoded_len(), bars.encode_to_vec().len());
        prop_assert_eq!(&Bars::decode(&bars.encode_to_vec()[..]).expect("legal"), &bars);
        prop_assert_eq!(&ComputeResponse::decode(&answer.encode_to_vec()[..]).expect("legal"), &answer);
        let inside = ComputeRequest { source: Some(Source::Bars(bars)), range: None, expressions: vec!["ema".into()], ..ComputeRequest::default() };
        let bytes = inside.encode_to_vec();
        prop_assert_eq!(&public("ComputeRequest", &bytes).expect("legal").encode_to_vec(), &bytes);
    }

    #[test]
    fn every_legal_way_to_send_a_column_is_read(
        pieces in vec(vec(any::<f64>(), 0..5), 0..8),
        unknown in vec(any::<u8>(), 0..9),
        between in 0..8_usize,
    ) {
        let (early, late) = pieces.split_at(between.min(pieces.len()));
        let mut skipped = Vec::new();
        prost::encoding::bytes::encode(77, &unknown, &mut skipped);
        let bytes = [field(5, early), skipped, field(5, late)].concat();
        let read = Bars::decode(&bytes[..]).expect("legal");
        prop_assert_eq!(read.close.values::<f64>(), pieces.concat());
        prop_assert_eq!(public("Bars", &bytes).expect("legal").encode_to_vec().len(),
            read.encode_to_vec().len() + prost::encoding::bytes::encoded_len(77, &unknown));
    }

    #[test]
    fn hostile_bytes_are_read_as_the_public_protos_read_them(
        bars in bars(),
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        noise in vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = bars.encode_to_vec();
        bytes.extend(&noise);
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = with;
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        let (ours, theirs) = (Bars::decode(&bytes[..]), public("Bars", &bytes));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}", ours.err(), theirs.err());
        let _ = ComputeResponse::decode(&bytes[..]);
    }
}

#[test]
fn half_a_value_is_refused() {
    let mut bytes = Vec::new();
    prost::encoding::bytes::encode(3, &vec![0_u8; 12], &mut bytes);
    let error = Bars::decode(&bytes[..]).expect_err("refused").to_string();
    assert_eq!(
        error,
        "failed to decode Protobuf message: Bars.high: the 12 bytes of a packed field are not a multiple of 8"
    );
}

#[test]
fn a_length_beyond_the_message_is_refused() {
    let bytes = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1, 2];
    assert!(Bars::decode(&bytes[..]).is_err());
}
