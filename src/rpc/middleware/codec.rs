//! How messages are encoded: Protobuf, into memory that holds the whole message.
//!
//! tonic begins with 8 KiB, which doubles and is copied until a message fits: a batch of bars of 13 MB is copied twice over.

use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

/// The codec of all calls, of servers and clients.
#[derive(Debug)]
pub(in crate::rpc) struct PresizedCodec<T, U>(ProstCodec<T, U>);

impl<T, U> Default for PresizedCodec<T, U> {
    fn default() -> Self {
        Self(ProstCodec::new())
    }
}

impl<T, U> Codec for PresizedCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = PresizedEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        PresizedEncoder(self.0.encoder())
    }

    fn decoder(&mut self) -> Self::Decoder {
        self.0.decoder()
    }
}

/// Encodes a message in one piece of memory.
#[derive(Debug)]
pub(in crate::rpc) struct PresizedEncoder<T>(ProstEncoder<T>);

impl<T: Message> Encoder for PresizedEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(message.encoded_len());
        message.encode_raw(buffer);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        self.0.buffer_settings()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tonic::codec::{EncodeBody, SingleMessageCompressionOverride};

    use super::*;
    use crate::rpc::proto::PutRequest;

    #[tokio::test]
    async fn a_message_of_any_size_is_one_frame_with_its_length() {
        for bytes in [0, 1, 100, 8_187, 8_192, 1 << 20] {
            let message = PutRequest { key: "k".into(), value: vec![7; bytes].into(), ..PutRequest::default() };
            let (encoder, expected) = (PresizedCodec::<_, PutRequest>::default().encoder(), message.encode_to_vec());
            let messages = tokio_stream::once(Ok(message));
            let body = EncodeBody::new_server(encoder, messages, None, SingleMessageCompressionOverride::Inherit, None);
            let sent = body.collect().await.expect("encoded").to_bytes();
            assert_eq!((sent[0], &sent[1..5]), (0, &(expected.len() as u32).to_be_bytes()[..]));
            assert!(sent[5..] == expected);
        }
    }
}
