//! The metadata of Arrow IPC: schemas and batches of columns of eight bytes, both ways.
//!
//! Written and read here, because a column of an answer is a buffer of Arrow already, and because the reader of the crate
//! panics at buffers that lie outside of their message.

use std::sync::Arc;

use arrow_ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteOptions};
use arrow_ipc::{
    Buffer, DictionaryBatchBuilder, Field as IpcField, FieldNode, MessageBuilder, MessageHeader, MetadataVersion,
    Precision, RecordBatchBuilder, TimeUnit as IpcUnit, Type, root_as_message,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use flatbuffers::{FlatBufferBuilder, UnionWIPOffset, WIPOffset};

use super::data::Data;

/// The bytes of one value.
pub(super) const VALUE_BYTES: usize = 8;

/// Buffers begin at multiples of it.
const ALIGNMENT: usize = 8;

/// The field of times.
pub(super) fn time_field() -> Field {
    Field::new("time", DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())), false)
}

/// A field of texts of which few differ. Its dictionary has the number of the field among its kind.
pub(super) fn text_field(name: &str) -> Field {
    Field::new_dictionary(name, DataType::Int32, DataType::Utf8, false)
}

/// A field of values. NaN means no value; nothing is null.
pub(super) fn value_field(name: &str) -> Field {
    Field::new(name, DataType::Float64, false)
}

/// The schema of fields.
pub(super) fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

/// The message that begins a stream.
pub(super) fn schema_data(schema: &Schema) -> Data {
    let (options, mut tracker) = (IpcWriteOptions::default(), DictionaryTracker::new(false));
    let encoded = IpcDataGenerator::default().schema_to_bytes_with_dictionary_tracker(schema, &mut tracker, &options);
    Data { header: encoded.ipc_message.into(), ..Data::default() }
}

/// A batch of columns without nulls, each of one buffer.
pub(super) fn batch_data(rows: usize, columns: Vec<Bytes>) -> Data {
    let lengths: Vec<_> = columns.iter().map(|column| [0, column.len()]).collect();
    let mut builder = FlatBufferBuilder::new();
    let batch = record_batch(&mut builder, rows, lengths.iter().map(|lengths| &lengths[..]));
    let body = padded(columns);
    let header = message(builder, MessageHeader::RecordBatch, batch.as_union_value(), &body);
    Data { header, body, ..Data::default() }
}

/// The dictionary of a field of texts.
pub(super) fn dictionary_data(id: i64, texts: &[&str]) -> Data {
    let (mut offsets, mut end) = (0_i32.to_le_bytes().to_vec(), 0_i32);
    for text in texts {
        end += text.len() as i32;
        offsets.extend_from_slice(&end.to_le_bytes());
    }
    let values = Bytes::from(texts.concat());
    let lengths = [0, offsets.len(), values.len()];
    let mut builder = FlatBufferBuilder::new();
    let batch = record_batch(&mut builder, texts.len(), std::iter::once(&lengths[..]));
    let mut dictionary = DictionaryBatchBuilder::new(&mut builder);
    dictionary.add_id(id);
    dictionary.add_data(batch);
    let dictionary = dictionary.finish();
    let body = padded(vec![offsets.into(), values]);
    let header = message(builder, MessageHeader::DictionaryBatch, dictionary.as_union_value(), &body);
    Data { header, body, ..Data::default() }
}

/// A table of columns, of which each has buffers of these lengths.
fn record_batch<'a, 'b>(
    builder: &mut FlatBufferBuilder<'a>,
    rows: usize,
    columns: impl Iterator<Item = &'b [usize]>,
) -> WIPOffset<arrow_ipc::RecordBatch<'a>> {
    let (mut nodes, mut buffers, mut offset) = (Vec::new(), Vec::new(), 0);
    for lengths in columns {
        nodes.push(FieldNode::new(rows as i64, 0));
        for &length in lengths {
            buffers.push(Buffer::new(offset as i64, length as i64));
            offset += length.next_multiple_of(ALIGNMENT);
        }
    }
    let (nodes, buffers) = (builder.create_vector(&nodes), builder.create_vector(&buffers));
    let mut batch = RecordBatchBuilder::new(builder);
    batch.add_length(rows as i64);
    batch.add_nodes(nodes);
    batch.add_buffers(buffers);
    batch.finish()
}

fn message<'a>(
    mut builder: FlatBufferBuilder<'a>,
    kind: MessageHeader,
    header: WIPOffset<UnionWIPOffset>,
    body: &[Bytes],
) -> Bytes {
    let body_len: usize = body.iter().map(Bytes::len).sum();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(kind);
    message.add_header(header);
    message.add_bodyLength(body_len as i64);
    let root = message.finish();
    builder.finish(root, None);
    Bytes::copy_from_slice(builder.finished_data())
}

/// Buffers, each with what it lacks to the next.
fn padded(buffers: Vec<Bytes>) -> Vec<Bytes> {
    static ZEROS: [u8; ALIGNMENT] = [0; ALIGNMENT];
    let pad = |buffer: Bytes| {
        let missing = buffer.len().next_multiple_of(ALIGNMENT) - buffer.len();
        [buffer, Bytes::from_static(&ZEROS[..missing])]
    };
    buffers.into_iter().flat_map(pad).filter(|part| !part.is_empty()).collect()
}

/// The type of a column of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ColumnType {
    /// A timestamp, with the length of its unit in nanoseconds.
    Time(i64),
    Float64,
    /// Anything else, by its name.
    Other(String),
}

/// The name and the type of each column of a schema. The error says why it is none.
pub(super) fn read_schema(header: &[u8]) -> Result<Vec<(String, ColumnType)>, String> {
    let message = root_as_message(header).map_err(|error| format!("the message of Arrow cannot be read: {error}"))?;
    let schema = message.header_as_schema().ok_or("the first message must be a schema")?;
    let fields = schema.fields().ok_or("the schema has no fields")?;
    let field = |field: IpcField<'_>| (field.name().unwrap_or_default().to_owned(), column_type(&field));
    Ok(fields.iter().map(field).collect())
}

fn column_type(field: &IpcField<'_>) -> ColumnType {
    let other = |name: &str| ColumnType::Other(name.to_owned());
    if field.dictionary().is_some() {
        return other("dictionary");
    }
    match field.type_type() {
        Type::Timestamp => match field.type_as_timestamp().map(|timestamp| timestamp.unit()) {
            Some(IpcUnit::NANOSECOND) => ColumnType::Time(1),
            Some(IpcUnit::MICROSECOND) => ColumnType::Time(1000),
            Some(IpcUnit::MILLISECOND) => ColumnType::Time(1_000_000),
            _ => ColumnType::Time(1_000_000_000),
        },
        Type::FloatingPoint => match field.type_as_floating_point().map(|float| float.precision()) {
            Some(Precision::DOUBLE) => ColumnType::Float64,
            Some(Precision::SINGLE) => other("float32"),
            _ => other("float16"),
        },
        kind => other(&kind.variant_name().unwrap_or("unknown").to_ascii_lowercase()),
    }
}

/// A column of a batch: eight bytes per row, and which rows are null.
#[derive(Debug)]
pub(super) struct BatchColumn {
    pub(super) values: Bytes,
    /// A bit per row, set where there is a value; `None` if nothing is null.
    validity: Option<Bytes>,
}

impl BatchColumn {
    /// The row has no value.
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.validity.as_ref().is_some_and(|bits| bits[row / 8] >> (row % 8) & 1 == 0)
    }

    /// The first row without a value.
    pub(super) fn first_null(&self) -> Option<usize> {
        self.validity.as_ref()?;
        (0..self.values.len() / VALUE_BYTES).find(|&row| self.is_null(row))
    }
}

/// The columns of a batch, all of values of eight bytes. The error says why it is none.
pub(super) fn read_batch(columns: usize, header: &[u8], body: &Bytes) -> Result<Vec<BatchColumn>, String> {
    let message = root_as_message(header).map_err(|error| format!("the message of Arrow cannot be read: {error}"))?;
    let batch = message.header_as_record_batch().ok_or("after the schema, messages must be batches")?;
    if batch.compression().is_some() {
        return Err("the buffers of a batch must not be compressed".into());
    }
    let (nodes, buffers) = (batch.nodes().unwrap_or_default(), batch.buffers().unwrap_or_default());
    if nodes.len() != columns || buffers.len() != 2 * columns {
        let found = format!("got {} and {}", nodes.len(), buffers.len());
        return Err(format!("a batch must have {columns} columns and {} buffers, {found}", 2 * columns));
    }
    let rows = usize::try_from(batch.length()).map_err(|_| "the length of a batch is negative")?;
    let part = |index: usize, bytes: usize| {
        let buffer = buffers.get(index);
        let outside = || format!("buffer {index} of a batch lies outside of its body or is too short");
        let (offset, length) = (usize::try_from(buffer.offset()), usize::try_from(buffer.length()));
        let (Ok(offset), Ok(length)) = (offset, length) else { return Err(outside()) };
        let end = offset.checked_add(length).filter(|&end| end <= body.len() && bytes <= length);
        end.map(|_| body.slice(offset..offset + bytes)).ok_or_else(outside)
    };
    let bytes = rows.checked_mul(VALUE_BYTES).ok_or("a batch has too many rows")?;
    let column = |at: usize| {
        let node = nodes.get(at);
        if node.length() != batch.length() {
            return Err(format!("column {at} of a batch must have {rows} rows, got {}", node.length()));
        }
        let has_validity = node.null_count() != 0 && buffers.get(2 * at).length() != 0;
        let validity = has_validity.then(|| part(2 * at, rows.div_ceil(8))).transpose()?;
        Ok(BatchColumn { values: part(2 * at + 1, bytes)?, validity })
    };
    (0..columns).map(column).collect()
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int32Type, TimestampNanosecondType};
    use arrow_flight::FlightData;
    use arrow_flight::decode::FlightRecordBatchStream;
    use futures_util::{StreamExt, stream};
    use prost::Message;

    use super::*;

    fn bytes<const N: usize>(values: [[u8; 8]; N]) -> Bytes {
        Bytes::from(values.concat())
    }

    #[tokio::test]
    async fn another_implementation_reads_what_is_written() {
        let schema = schema(vec![text_field("symbol"), time_field(), value_field("a")]);
        let times = bytes([5_i64, 6, 7].map(i64::to_le_bytes));
        let values = bytes([0.5_f64, f64::NAN, -0.0].map(f64::to_le_bytes));
        let indexes = Bytes::from([1_i32, 1, 0].map(i32::to_le_bytes).concat());
        let messages = [
            schema_data(&schema),
            dictionary_data(0, &["BTC", "ETHUSDT"]),
            batch_data(3, vec![indexes, times, values]),
            batch_data(0, vec![Bytes::new(), Bytes::new(), Bytes::new()]),
        ];
        let read = messages.map(|data| Ok(FlightData::decode(&*data.encode_to_vec()).expect("legal")));
        let batches: Vec<_> = FlightRecordBatchStream::new_from_flight_data(stream::iter(read)).collect().await;
        let batches: Vec<_> = batches.into_iter().map(|batch| batch.expect("a batch")).collect();
        assert_eq!((batches.len(), batches[1].num_rows()), (2, 0));
        assert_eq!(batches[0].schema(), schema);
        let symbols = batches[0].column(0).as_dictionary::<Int32Type>();
        let texts: Vec<_> = symbols.downcast_dict::<arrow_array::StringArray>().expect("texts").into_iter().collect();
        assert_eq!(texts, [Some("ETHUSDT"), Some("ETHUSDT"), Some("BTC")]);
        assert_eq!(batches[0].column(1).as_primitive::<TimestampNanosecondType>().values(), &[5, 6, 7]);
        let values = batches[0].column(2).as_primitive::<Float64Type>().values();
        assert_eq!([0, 1, 2].map(|row| values[row].to_bits()), [0.5, f64::NAN, -0.0].map(f64::to_bits));
    }

    #[test]
    fn hostile_batches_are_refused() {
        let column = bytes([1.0_f64, 2.0].map(f64::to_le_bytes));
        let data = batch_data(2, vec![column.clone()]);
        assert_eq!(read_batch(1, &data.header, &column).expect("good")[0].values, column);
        for (columns, header, body, part) in [
            (1, &data.header[..], column.slice(..8), "lies outside of its body or is too short"),
            (2, &data.header, column.clone(), "must have 2 columns and 4 buffers, got 1 and 2"),
            (1, &data.header[..10], column.clone(), "cannot be read"),
            (1, b"", column.clone(), "cannot be read"),
            (1, &schema_data(&schema(vec![time_field()])).header, column.clone(), "must be batches"),
            (1, &batch_data(1 << 61, vec![column.clone()]).header, column.clone(), "too many rows"),
        ] {
            let problem = read_batch(columns, header, &body).expect_err("refused");
            assert!(problem.contains(part), "{problem}");
        }
        let mut damaged = data.header.to_vec();
        for at in 0..damaged.len() {
            for bit in 0..8 {
                damaged[at] ^= 1 << bit;
                let _ = read_batch(1, &damaged, &column);
                let _ = read_schema(&damaged);
                damaged[at] ^= 1 << bit;
            }
        }
    }
}
