//! The messages that carry columns, written by hand so that a column stays the bytes it is on the wire.
//!
//! Byte for byte what the public protos say: the tests compare them with messages read from the descriptors.

use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType, message, sfixed64, skip_field, string, uint64};
use prost::{DecodeError, Message};

use super::Packed;
use crate::rpc::proto::{ColumnInfo, Join, Segment, SeriesAdjustment};

/// `atrad.v1.Bars`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    /// When each bar opens: sfixed64 nanoseconds since the Unix epoch.
    pub times: Packed,
    /// The first prices.
    pub open: Packed,
    /// The highest prices.
    pub high: Packed,
    /// The lowest prices.
    pub low: Packed,
    /// The last prices.
    pub close: Packed,
    /// The quantities traded.
    pub volume: Packed,
    /// Extra columns; on the wire `atrad.v1.ExtraColumn`, whose name is the label.
    pub extra: Vec<Column>,
}

/// `atrad.v1.Column`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// The label.
    pub label: String,
    /// One double per bar.
    pub values: Packed,
    /// One float32 per bar, instead of doubles. `atrad.v1.ExtraColumn` has none.
    pub float32_values: Packed,
}

impl Column {
    /// A column of doubles.
    pub fn new(label: String, values: Packed) -> Self {
        Self { label, values, float32_values: Packed::default() }
    }

    /// Rounds the doubles to float32.
    pub(in crate::rpc) fn round(&mut self) {
        self.float32_values = std::mem::take(&mut self.values).rounded();
    }
}

/// `atrad.v1.ComputeResponse`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComputeResponse {
    /// When each bar opens: sfixed64 nanoseconds since the Unix epoch.
    pub times: Packed,
    /// The columns, in the order asked.
    pub columns: Vec<Column>,
    /// What there is to know of each column.
    pub infos: Vec<ColumnInfo>,
    /// The epoch of the series.
    pub epoch: u64,
    /// The other series that the expressions name.
    pub joins: Vec<Join>,
    /// The stored timeframe that the bars are resampled from; empty if they are stored.
    pub resampled_from: String,
    /// The key of the saved result; empty if it is not saved.
    pub saved_result_key: String,
    /// The time at which the bars were closed, if the request or the caller's token has one.
    pub as_of: Option<i64>,
    /// Rows of earlier answers from this time on are void.
    pub changed_from: Option<i64>,
    /// What to ask for the next changes with; empty if nobody asks.
    pub since_token: Bytes,
    /// How the bars are adjusted.
    pub adjustments: Vec<SeriesAdjustment>,
    /// The columns and times in shared memory, instead of those here.
    pub segment: Option<Segment>,
}

impl Bars {
    fn packed(&self) -> [&Packed; 6] {
        let Self { times, open, high, low, close, volume, extra: _ } = self;
        [times, open, high, low, close, volume]
    }

    fn packed_mut(&mut self) -> [(&'static str, &mut Packed); 6] {
        let Self { times, open, high, low, close, volume, extra: _ } = self;
        [("times", times), ("open", open), ("high", high), ("low", low), ("close", close), ("volume", volume)]
    }
}

impl Message for Bars {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        for (tag, column) in (1..).zip(self.packed()) {
            column.encode(tag, buf);
        }
        message::encode_repeated(7, &self.extra, buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            1..=6 => {
                let (name, column) = self.packed_mut().into_iter().nth(tag as usize - 1).expect("there are six");
                column.merge(wire, buf).map_err(|error| within(error, "Bars", name))
            }
            7 => message::merge_repeated(wire, &mut self.extra, buf, context)
                .map_err(|error| within(error, "Bars", "extra")),
            _ => skip_field(wire, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        let packed: usize = (1..).zip(self.packed()).map(|(tag, column)| column.encoded_len(tag)).sum();
        packed + message::encoded_len_repeated(7, &self.extra)
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Message for Column {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        encode_text(1, &self.label, buf);
        self.values.encode(2, buf);
        self.float32_values.encode(3, buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            1 => string::merge(wire, &mut self.label, buf, context).map_err(|error| within(error, "Column", "label")),
            2 => self.values.merge(wire, buf).map_err(|error| within(error, "Column", "values")),
            3 => {
                self.float32_values.merge_float32(wire, buf).map_err(|error| within(error, "Column", "float32_values"))
            }
            _ => skip_field(wire, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        text_len(1, &self.label) + self.values.encoded_len(2) + self.float32_values.encoded_len(3)
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Message for ComputeResponse {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        self.times.encode(1, buf);
        message::encode_repeated(2, &self.columns, buf);
        message::encode_repeated(3, &self.infos, buf);
        if self.epoch != 0 {
            uint64::encode(4, &self.epoch, buf);
        }
        message::encode_repeated(5, &self.joins, buf);
        encode_text(6, &self.resampled_from, buf);
        encode_text(7, &self.saved_result_key, buf);
        if let Some(as_of) = &self.as_of {
            sfixed64::encode(8, as_of, buf);
        }
        if let Some(changed_from) = &self.changed_from {
            sfixed64::encode(9, changed_from, buf);
        }
        if !self.since_token.is_empty() {
            prost::encoding::bytes::encode(10, &self.since_token, buf);
        }
        message::encode_repeated(11, &self.adjustments, buf);
        if let Some(segment) = &self.segment {
            message::encode(15, segment, buf);
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let (name, merged) = match tag {
            1 => ("times", self.times.merge(wire, buf)),
            2 => ("columns", message::merge_repeated(wire, &mut self.columns, buf, context)),
            3 => ("infos", message::merge_repeated(wire, &mut self.infos, buf, context)),
            4 => ("epoch", uint64::merge(wire, &mut self.epoch, buf, context)),
            5 => ("joins", message::merge_repeated(wire, &mut self.joins, buf, context)),
            6 => ("resampled_from", string::merge(wire, &mut self.resampled_from, buf, context)),
            7 => ("saved_result_key", string::merge(wire, &mut self.saved_result_key, buf, context)),
            8 => ("as_of", sfixed64::merge(wire, self.as_of.get_or_insert_default(), buf, context)),
            9 => ("changed_from", sfixed64::merge(wire, self.changed_from.get_or_insert_default(), buf, context)),
            10 => ("since_token", prost::encoding::bytes::merge(wire, &mut self.since_token, buf, context)),
            11 => ("adjustments", message::merge_repeated(wire, &mut self.adjustments, buf, context)),
            15 => ("segment", message::merge(wire, self.segment.get_or_insert_default(), buf, context)),
            _ => return skip_field(wire, tag, buf, context),
        };
        merged.map_err(|error| within(error, "ComputeResponse", name))
    }

    fn encoded_len(&self) -> usize {
        self.times.encoded_len(1)
            + message::encoded_len_repeated(2, &self.columns)
            + message::encoded_len_repeated(3, &self.infos)
            + if self.epoch == 0 { 0 } else { uint64::encoded_len(4, &self.epoch) }
            + message::encoded_len_repeated(5, &self.joins)
            + text_len(6, &self.resampled_from)
            + text_len(7, &self.saved_result_key)
            + self.as_of.map_or(0, |as_of| sfixed64::encoded_len(8, &as_of))
            + self.changed_from.map_or(0, |from| sfixed64::encoded_len(9, &from))
            + if self.since_token.is_empty() { 0 } else { prost::encoding::bytes::encoded_len(10, &self.since_token) }
            + message::encoded_len_repeated(11, &self.adjustments)
            + self.segment.as_ref().map_or(0, |segment| message::encoded_len(15, segment))
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Writes a text; nothing when it is empty.
fn encode_text(tag: u32, text: &String, buf: &mut impl BufMut) {
    if !text.is_empty() {
        string::encode(tag, text, buf);
    }
}

/// The bytes that `encode_text` writes.
fn text_len(tag: u32, text: &String) -> usize {
    if text.is_empty() { 0 } else { string::encoded_len(tag, text) }
}

fn within(mut error: DecodeError, message: &'static str, field: &'static str) -> DecodeError {
    error.push(message, field);
    error
}
