//! The layout of a segment: an Arrow IPC file of one batch, whose columns are written in place.
//!
//! Readers of Arrow map it as it is (pyarrow, Polars, DuckDB, Go, Java); whoever knows the offsets needs no Arrow. Its
//! metadata is a few hundred bytes before and behind the columns, so it costs nothing that a layout of our own would save.

use std::sync::Arc;

use arrow_ipc::convert::IpcSchemaEncoder;
use arrow_ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteOptions};
use arrow_ipc::{
    Block, Buffer, FieldNode, FooterBuilder, MessageBuilder, MessageHeader, MetadataVersion, RecordBatchBuilder,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use flatbuffers::FlatBufferBuilder;

/// The first and the last bytes of an Arrow file.
const MAGIC: &[u8; 6] = b"ARROW1";

/// Columns begin at multiples of it: a cache line, which is what Arrow recommends.
const ALIGNMENT: usize = 64;

/// The bytes of a value.
const VALUE: usize = 8;

/// Precedes the length of each message.
const CONTINUATION: [u8; 4] = [0xff; 4];

/// An Arrow file of a column `time` (`timestamp[ns, UTC]`) and columns of float64, without nulls, that are to be written.
#[derive(Debug)]
pub struct ArrowFile {
    head: Vec<u8>,
    tail: Vec<u8>,
    offsets: Vec<usize>,
    bytes: usize,
}

impl ArrowFile {
    /// The layout for these labels and this number of rows.
    pub fn new<'a>(labels: impl Iterator<Item = &'a str>, rows: usize) -> Self {
        let utc = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
        let values = labels.map(|label| Field::new(label, DataType::Float64, false));
        let fields: Vec<_> = std::iter::once(Field::new("time", utc, false)).chain(values).collect();
        let (columns, schema) = (fields.len(), Arc::new(Schema::new(fields)));
        let stride = (rows * VALUE).next_multiple_of(ALIGNMENT);

        let mut head = MAGIC.to_vec();
        head.resize(VALUE, 0);
        push(&mut head, &schema_message(&schema), VALUE);
        let batch_start = head.len();
        push(&mut head, &batch_message(rows, columns, stride), ALIGNMENT);
        let body = head.len();
        let block = Block::new(batch_start as i64, (body - batch_start) as i32, (columns * stride) as i64);

        let mut tail = [CONTINUATION, [0; 4]].concat();
        let footer = footer(&schema, block);
        tail.extend_from_slice(&footer);
        tail.extend_from_slice(&(footer.len() as i32).to_le_bytes());
        tail.extend_from_slice(MAGIC);
        let offsets = (0..columns).map(|column| body + column * stride).collect();
        Self { bytes: body + columns * stride + tail.len(), head, tail, offsets }
    }

    /// The size of the file.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Where the columns begin: first the times, then the others in the order of their labels.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// Writes everything but the columns.
    pub fn write_metadata(&self, file: &mut [u8]) {
        file[..self.head.len()].copy_from_slice(&self.head);
        file[self.bytes - self.tail.len()..self.bytes].copy_from_slice(&self.tail);
    }
}

/// Adds a message, with what its end lacks to a multiple of `alignment`.
fn push(file: &mut Vec<u8>, message: &[u8], alignment: usize) {
    let start = file.len() + CONTINUATION.len() + size_of::<i32>();
    let end = (start + message.len()).next_multiple_of(alignment);
    file.extend_from_slice(&CONTINUATION);
    file.extend_from_slice(&((end - start) as i32).to_le_bytes());
    file.extend_from_slice(message);
    file.resize(end, 0);
}

fn schema_message(schema: &Schema) -> Vec<u8> {
    let (options, mut tracker) = (IpcWriteOptions::default(), DictionaryTracker::new(false));
    IpcDataGenerator::default().schema_to_bytes_with_dictionary_tracker(schema, &mut tracker, &options).ipc_message
}

fn batch_message(rows: usize, columns: usize, stride: usize) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let nodes = builder.create_vector(&vec![FieldNode::new(rows as i64, 0); columns]);
    // Each column has an empty bitmap, as nothing is null, and its values.
    let place = |column: usize| {
        let start = (column * stride) as i64;
        [Buffer::new(start, 0), Buffer::new(start, (rows * VALUE) as i64)]
    };
    let buffers: Vec<_> = (0..columns).flat_map(place).collect();
    let buffers = builder.create_vector(&buffers);
    let mut batch = RecordBatchBuilder::new(&mut builder);
    batch.add_length(rows as i64);
    batch.add_nodes(nodes);
    batch.add_buffers(buffers);
    let batch = batch.finish();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(MessageHeader::RecordBatch);
    message.add_header(batch.as_union_value());
    message.add_bodyLength((columns * stride) as i64);
    let root = message.finish();
    builder.finish(root, None);
    builder.finished_data().to_vec()
}

fn footer(schema: &Schema, batch: Block) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let none: [Block; 0] = [];
    let dictionaries = builder.create_vector(&none);
    let batches = builder.create_vector(&[batch]);
    let schema = IpcSchemaEncoder::new().schema_to_fb_offset(&mut builder, schema);
    let mut footer = FooterBuilder::new(&mut builder);
    footer.add_version(MetadataVersion::V5);
    footer.add_schema(schema);
    footer.add_dictionaries(dictionaries);
    footer.add_recordBatches(batches);
    let root = footer.finish();
    builder.finish(root, None);
    builder.finished_data().to_vec()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, TimestampNanosecondType};
    use arrow_ipc::reader::FileReader;

    use super::*;

    #[test]
    fn readers_of_arrow_read_it() {
        for rows in [0, 1, 7, 8, 1000] {
            let layout = ArrowFile::new(["a", "rsi(14)"].into_iter(), rows);
            let mut file = vec![0; layout.bytes()];
            layout.write_metadata(&mut file);
            for (column, &offset) in layout.offsets().iter().enumerate() {
                assert_eq!(offset % ALIGNMENT, 0);
                for row in 0..rows {
                    let bits = if column == 0 { row as u64 } else { (row as f64 + 0.5 * column as f64).to_bits() };
                    file[offset + row * VALUE..][..VALUE].copy_from_slice(&bits.to_le_bytes());
                }
            }
            let mut reader = FileReader::try_new(Cursor::new(file), None).expect("an Arrow file");
            assert_eq!(reader.schema().field(2).name(), "rsi(14)");
            let batch = reader.next().expect("one batch").expect("readable");
            assert_eq!(batch.num_rows(), rows);
            assert!(reader.next().is_none());
            let times: Vec<_> = batch.column(0).as_primitive::<TimestampNanosecondType>().values().to_vec();
            assert_eq!(times, (0..rows as i64).collect::<Vec<_>>());
            let values = batch.column(2).as_primitive::<Float64Type>();
            assert!((0..rows).all(|row| values.value(row) == row as f64 + 1.0));
        }
    }
}
