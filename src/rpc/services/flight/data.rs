//! `arrow.flight.protocol.FlightData` for responses: its body is written from columns that stay where they are.

use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType, encode_key, encode_varint, encoded_len_varint, key_len, skip_field};
use prost::{DecodeError, Message};

/// The numbers of the fields.
const HEADER: u32 = 2;
const METADATA: u32 = 3;
const BODY: u32 = 1000;

/// A message of a stream: a schema, a dictionary or a batch.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Data {
    /// The metadata of Arrow IPC.
    pub(super) header: Bytes,
    /// What the application says of the batch.
    pub(super) metadata: Bytes,
    /// The parts of the body, one after the other.
    pub(super) body: Vec<Bytes>,
}

impl Data {
    fn body_len(&self) -> usize {
        self.body.iter().map(Bytes::len).sum()
    }
}

impl Message for Data {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        for (tag, bytes) in [(HEADER, &self.header), (METADATA, &self.metadata)] {
            if !bytes.is_empty() {
                prost::encoding::bytes::encode(tag, bytes, buf);
            }
        }
        let body = self.body_len();
        if body > 0 {
            encode_key(BODY, WireType::LengthDelimited, buf);
            encode_varint(body as u64, buf);
            self.body.iter().for_each(|part| buf.put_slice(part));
        }
    }

    /// Requests have a message type that is generated; this one is only written.
    fn merge_field(
        &mut self,
        tag: u32,
        wire: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire, tag, buf, context)
    }

    fn encoded_len(&self) -> usize {
        let short = [(HEADER, &self.header), (METADATA, &self.metadata)];
        let short = short.iter().filter(|(_, bytes)| !bytes.is_empty());
        let short: usize = short.map(|(tag, bytes)| prost::encoding::bytes::encoded_len(*tag, *bytes)).sum();
        match self.body_len() {
            0 => short,
            body => short + key_len(BODY) + encoded_len_varint(body as u64) + body,
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use arrow_flight::FlightData;

    use super::*;

    #[test]
    fn it_is_the_message_of_the_protocol() {
        for (header, metadata, body) in [
            ("", "", vec![]),
            ("header", "", vec!["one", "two"]),
            ("header", "metadata", vec![]),
            ("header", "metadata", vec!["", "one"]),
        ] {
            let data = Data {
                header: header.into(),
                metadata: metadata.into(),
                body: body.iter().map(|&part| Bytes::from(part)).collect(),
            };
            let bytes = data.encode_to_vec();
            assert_eq!(bytes.len(), data.encoded_len());
            let read = FlightData::decode(&*bytes).expect("legal");
            assert_eq!((&*read.data_header, &*read.app_metadata), (header.as_bytes(), metadata.as_bytes()));
            assert_eq!(read.data_body, body.concat().as_bytes());
            assert_eq!(read.encode_to_vec(), bytes);
        }
    }
}
