//! Checks the framing of Arrow IPC before a reader trusts it: messages lie within the file, buffers within their message,
//! and no buffer claims to be larger, once decompressed, than a codec can make it.
//!
//! The reader of the crate allocates what a compressed buffer claims, which ends the process if there is not so much,
//! and panics at a buffer that lies outside of its message. Reads the metadata and eight bytes of each compressed
//! buffer, no values.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

use arrow_ipc::{Message, MessageHeader, RecordBatch, root_as_footer, root_as_message};

/// Starts the metadata of a message; streams before Arrow 0.15 have its length at once.
const CONTINUATION: u32 = u32::MAX;

/// Ends a file, after the length of its footer.
const MAGIC: &[u8] = b"ARROW1";

/// The most bytes that one compressed byte may become: zstd repeats one for a block of 128 KiB, by four bytes. Those of
/// LZ4 become 255 at most.
const EXPANSION_MAX: u64 = (128 << 10) / 4;

/// A file of known length.
struct Framed<'a> {
    file: &'a File,
    len: u64,
}

/// Checks a file with a footer.
pub(super) fn check_file(file: &File) -> io::Result<()> {
    let framed = Framed::of(file)?;
    let tail = framed.read(framed.len.saturating_sub(10), 10)?;
    let (footer_len, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(damaged("the file does not end as Arrow IPC does: it is cut short"));
    }
    let footer_len = u64::from(u32::from_le_bytes(footer_len.try_into().expect("four bytes")));
    let footer = framed.read(framed.len.saturating_sub(10 + footer_len), footer_len)?;
    let footer = root_as_footer(&footer).map_err(damaged)?;
    for block in footer.dictionaries().iter().flatten().chain(footer.recordBatches().iter().flatten()) {
        let lengths =
            (u64::try_from(block.offset()), u64::try_from(block.metaDataLength()), u64::try_from(block.bodyLength()));
        let (Ok(at), Ok(metadata), Ok(body)) = lengths else { return Err(damaged("a block has a negative length")) };
        framed.check_message_at(at, metadata, body)?;
    }
    Ok(())
}

/// Checks a stream of messages.
pub(super) fn check_stream(file: &File) -> io::Result<()> {
    let framed = Framed::of(file)?;
    let mut at = 0;
    // What is shorter than a message can only be the end marker, or part of it: no bars are lost without it.
    while at + 8 <= framed.len {
        let mut metadata = framed.word(at)?;
        at += 4;
        if metadata == CONTINUATION {
            metadata = framed.word(at)?;
            at += 4;
        }
        if metadata == 0 {
            break;
        }
        let bytes = framed.read(at, metadata.into())?;
        let message = root_as_message(&bytes).map_err(damaged)?;
        at += u64::from(metadata);
        let body = u64::try_from(message.bodyLength()).map_err(damaged)?;
        framed.check_message(&message, at, body)?;
        at += body;
    }
    Ok(())
}

impl<'a> Framed<'a> {
    fn of(file: &'a File) -> io::Result<Self> {
        Ok(Self { file, len: file.metadata()?.len() })
    }

    /// The bytes at a place, whose length is not trusted.
    fn read(&self, at: u64, len: u64) -> io::Result<Vec<u8>> {
        if at.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(damaged(format!("{len} bytes at {at} lie outside of the file, which has {}", self.len)));
        }
        let mut bytes = vec![0; len as usize];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    fn word(&self, at: u64) -> io::Result<u32> {
        let bytes = self.read(at, 4)?;
        Ok(u32::from_le_bytes(bytes.try_into().expect("four bytes")))
    }

    /// Checks the message of a block: its framing, its metadata, and its body.
    fn check_message_at(&self, at: u64, metadata: u64, body: u64) -> io::Result<()> {
        let bytes = self.read(at, metadata)?;
        let framed = if bytes.starts_with(&CONTINUATION.to_le_bytes()) { 8 } else { 4 };
        let message =
            bytes.get(framed..).ok_or_else(|| damaged(format!("the message at {at} has {metadata} bytes")))?;
        // Both `read` and the sum of the reader have checked this end.
        self.check_message(&root_as_message(message).map_err(damaged)?, at + metadata, body)
    }

    /// Checks that the body of a message lies within the file, and its buffers within the body.
    fn check_message(&self, message: &Message<'_>, at: u64, body: u64) -> io::Result<()> {
        if at.checked_add(body).is_none_or(|end| end > self.len) {
            return Err(damaged(format!(
                "a message of {body} bytes at {at} lies outside of the file, which has {}",
                self.len
            )));
        }
        let batch = match message.header_type() {
            MessageHeader::RecordBatch => message.header_as_record_batch(),
            MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|batch| batch.data()),
            _ => None,
        };
        batch.map_or(Ok(()), |batch| self.check_buffers(&batch, at, body))
    }

    fn check_buffers(&self, batch: &RecordBatch<'_>, at: u64, body: u64) -> io::Result<()> {
        for buffer in batch.buffers().iter().flatten() {
            let place = (u64::try_from(buffer.offset()), u64::try_from(buffer.length()));
            let (Ok(offset), Ok(len)) = place else { return Err(damaged("a buffer has a negative length")) };
            if offset.checked_add(len).is_none_or(|end| end > body) {
                return Err(damaged(format!(
                    "a buffer of {len} bytes at {offset} lies outside of its message of {body}"
                )));
            }
            if batch.compression().is_some() && len > 0 {
                let claim = self.read(at + offset, 8.min(len))?;
                let claim = claim.try_into().map_err(|_: Vec<u8>| damaged("a compressed buffer has no length"))?;
                let (claim, max) = (i64::from_le_bytes(claim), (len - 8).saturating_mul(EXPANSION_MAX));
                // -1 is a buffer that is not compressed.
                if u64::try_from(claim).is_ok_and(|claim| claim > max) {
                    return Err(damaged(format!("a compressed buffer of {len} bytes claims to become {claim}")));
                }
            }
        }
        Ok(())
    }
}

fn damaged(why: impl Display) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    use arrow_ipc::CompressionType;
    use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};

    use super::*;

    const ROWS: i64 = 531;

    /// A file and a stream of one compressed column.
    fn written() -> [Vec<u8>; 2] {
        let values = Arc::new((0..ROWS).collect::<Int64Array>()) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("time", values)]).expect("legal");
        let options =
            || IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD)).expect("supported");
        let mut file = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options()).expect("begun");
        file.write(&batch).expect("written");
        let mut stream = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options()).expect("begun");
        stream.write(&batch).expect("written");
        [file.into_inner().expect("ended"), stream.into_inner().expect("ended")]
    }

    fn check(bytes: &[u8], is_stream: bool) -> Result<(), String> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        if is_stream { check_stream(&file) } else { check_file(&file) }.map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_sound_passes_and_no_cut_panics() {
        for (bytes, is_stream) in written().iter().zip([false, true]) {
            assert_eq!(check(bytes, is_stream), Ok(()));
            for len in 0..bytes.len() {
                let cut = check(&bytes[..len], is_stream);
                assert!(is_stream || cut.is_err(), "{len}");
            }
        }
    }

    #[test]
    fn a_buffer_that_claims_too_much_is_refused() {
        let claim = (ROWS * 8).to_le_bytes();
        for (mut bytes, is_stream) in written().into_iter().zip([false, true]) {
            let at = bytes.windows(8).position(|word| word == claim).expect("the length of the column");
            bytes[at..at + 8].copy_from_slice(&(1_i64 << 47).to_le_bytes());
            let why = check(&bytes, is_stream).expect_err("too much");
            assert!(why.ends_with("claims to become 140737488355328"), "{why}");
        }
    }
}
