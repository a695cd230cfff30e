//! Messages in envelopes: a byte of flags, a length of four bytes, the message. gRPC, gRPC-Web and Connect share them.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};

/// The length of the flags and the length.
pub(super) const HEADER_BYTES: usize = 5;

/// The message is compressed.
pub(super) const COMPRESSED: u8 = 1;

/// An envelope in Connect that ends the stream.
pub(super) const END_OF_STREAM: u8 = 2;

/// A message and its flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) flags: u8,
    pub(super) message: Bytes,
}

/// Splits frames of a body into envelopes. A message that came in one frame is not copied.
#[derive(Debug, Default)]
pub(super) struct Envelopes {
    frames: VecDeque<Bytes>,
}

impl Envelopes {
    pub(super) fn push(&mut self, frame: Bytes) {
        if !frame.is_empty() {
            self.frames.push_back(frame);
        }
    }

    /// The bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.frames.iter().map(Bytes::len).sum()
    }

    /// The length that the next envelope announces.
    pub(super) fn announced(&self) -> Option<usize> {
        let mut header = self.frames.iter().flat_map(|frame| frame.iter().copied()).skip(1);
        let length = [header.next()?, header.next()?, header.next()?, header.next()?];
        Some(u32::from_be_bytes(length) as usize)
    }

    /// The next envelope, once all of it has come.
    pub(super) fn next(&mut self) -> Option<Envelope> {
        let whole = HEADER_BYTES.checked_add(self.announced()?)?;
        if self.len() < whole {
            return None;
        }
        let mut message = self.take(whole);
        let flags = message[0];
        message.advance(HEADER_BYTES);
        Some(Envelope { flags, message })
    }

    fn take(&mut self, bytes: usize) -> Bytes {
        let first = self.frames.front_mut().expect("the caller counted the bytes");
        if first.len() > bytes {
            return first.split_to(bytes);
        }
        if first.len() == bytes {
            return self.frames.pop_front().unwrap_or_default();
        }
        let mut whole = BytesMut::with_capacity(bytes);
        while whole.len() < bytes {
            let part = self.frames.front_mut().expect("the caller counted the bytes");
            let missing = bytes - whole.len();
            whole.extend_from_slice(&part.split_to(missing.min(part.len())));
            if part.is_empty() {
                self.frames.pop_front();
            }
        }
        whole.freeze()
    }
}

/// A message in its envelope.
pub(super) fn envelope(flags: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("messages are limited to 2 GiB");
    let mut whole = Vec::with_capacity(HEADER_BYTES + message.len());
    whole.push(flags);
    whole.extend_from_slice(&length.to_be_bytes());
    whole.extend_from_slice(message);
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn however_a_body_is_cut_its_messages_are_the_same(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..6),
            cut in 1usize..70,
            short in 0usize..4,
        ) {
            let mut sent: Vec<u8> = messages.iter().flat_map(|message| envelope(1, message)).collect();
            sent.truncate(sent.len().saturating_sub(short));
            let (mut envelopes, mut read) = (Envelopes::default(), Vec::new());
            for frame in sent.chunks(cut) {
                envelopes.push(Bytes::copy_from_slice(frame));
                while let Some(Envelope { flags: 1, message }) = envelopes.next() {
                    read.push(message.to_vec());
                }
            }
            let whole = if short == 0 || messages.is_empty() { messages.len() } else { messages.len() - 1 };
            prop_assert_eq!(&read[..], &messages[..whole]);
            prop_assert_eq!(envelopes.len() == 0, whole == messages.len());
        }
    }
}
