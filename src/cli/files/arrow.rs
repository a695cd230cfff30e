//! Rows of Arrow's record batches, as Parquet and Arrow IPC files give them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};
use atrad::series::Bar;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::layout::{Choice, Layout, Role};
use super::number;
use super::rows::Rows;
use crate::cli::times;

/// The rows that are decoded at a time.
const BATCH_ROWS: usize = 1 << 15;

/// The record batches of a file, with only the columns that are needed.
type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// A file of record batches that is being read.
pub(crate) struct Table {
    /// Which column is which.
    pub(crate) layout: Layout,
    /// Where the columns of the layout stand in the batches, which lack the others.
    kept: Vec<usize>,
    batches: Batches,
}

impl Table {
    /// Opens a Parquet file.
    pub(crate) fn parquet(file: File, choices: &[Choice]) -> io::Result<Result<Self, String>> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(io::Error::other)?;
        let (layout, kept) = match laid_out(builder.schema(), choices) {
            Ok(laid_out) => laid_out,
            Err(why) => return Ok(Err(why)),
        };
        let mask = ProjectionMask::roots(builder.parquet_schema(), kept.iter().copied());
        let batches = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(io::Error::other)?;
        Ok(Ok(Self { layout, kept, batches: Box::new(batches) }))
    }

    /// Opens an Arrow IPC file.
    pub(crate) fn ipc_file(file: File, choices: &[Choice]) -> io::Result<Result<Self, String>> {
        let whole =
            |projection| FileReader::try_new(BufReader::new(file.try_clone()?), projection).map_err(io::Error::other);
        let (layout, kept) = match laid_out(&whole(None)?.schema(), choices) {
            Ok(laid_out) => laid_out,
            Err(why) => return Ok(Err(why)),
        };
        let batches = whole(Some(kept.clone()))?;
        Ok(Ok(Self { layout, kept, batches: Box::new(batches) }))
    }

    /// Opens a stream of Arrow IPC.
    pub(crate) fn ipc_stream(
        input: impl Read + Send + 'static,
        choices: &[Choice],
    ) -> io::Result<Result<Self, String>> {
        let reader = StreamReader::try_new(input, None).map_err(io::Error::other)?;
        let (layout, kept) = match laid_out(&reader.schema(), choices) {
            Ok(laid_out) => laid_out,
            Err(why) => return Ok(Err(why)),
        };
        let columns = kept.clone();
        let batches = reader.map(move |batch| batch?.project(&columns));
        Ok(Ok(Self { layout, kept, batches: Box::new(batches) }))
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Rows, String> {
        let column = |role: Role| {
            let place = self.layout.place(role)?;
            Some(&**batch.column(self.kept.iter().position(|&kept| kept == place)?))
        };
        let unread =
            |role: Role| move |kind: &DataType| format!("{} has the type {kind}, which is not read", role.name());
        let numbers = |role| column(role).map(|array| numbers(array).map_err(unread(role))).transpose();
        let texts = |role| column(role).map(|array| texts(array).map_err(unread(role))).transpose();
        let times = match (column(Role::Time), texts(Role::Clock)?) {
            (Some(dates), Some(clocks)) => {
                of_days(&texts(Role::Time)?.unwrap_or_else(|| Box::new(|_| None)), &clocks, dates.len())
            }
            (array, _) => {
                array.map(|array| moments(array).map_err(unread(Role::Time))).transpose()?.unwrap_or_default()
            }
        };
        let mut values = Vec::with_capacity(5);
        for role in [Role::Open, Role::High, Role::Low, Role::Close, Role::Volume] {
            values.push((role, numbers(role)?));
        }
        let (symbols, timeframes) = (texts(Role::Symbol)?, texts(Role::Timeframe)?);
        let named = self.layout.names_series();
        let mut rows = Rows { lines: batch.num_rows() as u64, ..Rows::default() };
        for row in 0..batch.num_rows() {
            // A file may do without volumes.
            let value = |at: usize| values[at].1.as_ref().map_or(0.0, |values| values.values[row]);
            let [open, high, low, close, volume] = [0, 1, 2, 3, 4].map(value);
            let wrong = times.wrong.get(&row).map(|why| format!("time {why}")).or_else(|| {
                values
                    .iter()
                    .find_map(|(role, values)| Some(format!("{} {}", role.name(), values.as_ref()?.wrong.get(&row)?)))
            });
            let bar = || Bar { time: times.values[row], open, high, low, close, volume };
            let name = |texts: &Option<Texts<'_>>| texts.as_ref().map(|text| text(row).unwrap_or_default().to_owned());
            let added = match wrong {
                Some(why) => Err(why),
                None if named => rows.add_named(bar(), name(&symbols).as_deref(), name(&timeframes).as_deref()),
                None => rows.add(bar()),
            };
            if let Err(why) = added {
                rows.skipped.add(row as u64, || why);
            }
        }
        Ok(rows)
    }
}

impl Iterator for Table {
    type Item = io::Result<Rows>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        Some(batch.map_err(io::Error::other).and_then(|batch| self.rows(&batch).map_err(io::Error::other)))
    }
}

/// The layout of a schema, and the columns that it needs, in their order.
fn laid_out(schema: &Schema, choices: &[Choice]) -> Result<(Layout, Vec<usize>), String> {
    let names: Vec<&str> = schema.fields().iter().map(|field| &**field.name()).collect();
    // The index of a data frame.
    let names: Vec<&str> = names.iter().map(|name| if *name == "__index_level_0__" { "" } else { name }).collect();
    let layout = Layout::of(&names, choices)?;
    let kept = layout.used();
    Ok((layout, kept))
}

/// The values of a column, and why some rows have none.
#[derive(Default)]
struct Values<T> {
    values: Vec<T>,
    wrong: BTreeMap<usize, String>,
}

impl<T: Default> FromIterator<Result<T, String>> for Values<T> {
    fn from_iter<I: IntoIterator<Item = Result<T, String>>>(items: I) -> Self {
        let items = items.into_iter();
        let mut all = Self { values: Vec::with_capacity(items.size_hint().0), wrong: BTreeMap::new() };
        for item in items {
            let row = all.values.len();
            all.values.push(item.unwrap_or_else(|why| {
                all.wrong.insert(row, why);
                T::default()
            }));
        }
        all
    }
}

/// Gives the text of a row.
type Texts<'a> = Box<dyn Fn(usize) -> Option<&'a str> + 'a>;

fn texts(array: &dyn Array) -> Result<Texts<'_>, &DataType> {
    Ok(match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(|row| array.is_valid(row).then(|| array.value(row)))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            Box::new(|row| array.is_valid(row).then(|| array.value(row)))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            Box::new(|row| array.is_valid(row).then(|| array.value(row)))
        }
        DataType::Dictionary(_, _) => {
            let array = array.as_any_dictionary();
            let (keys, values) = (array.normalized_keys(), texts(array.values().as_ref())?);
            Box::new(move |row| array.is_valid(row).then(|| values(keys[row])).flatten())
        }
        other => return Err(other),
    })
}

fn primitives<T: ArrowPrimitiveType, V: Default>(
    array: &dyn Array,
    read: impl Fn(T::Native) -> Result<V, String>,
) -> Values<V> {
    array.as_primitive::<T>().iter().map(|value| read(value.ok_or("has no value")?)).collect()
}

/// Numbers of any type, each the one that the file holds or, of a decimal, the nearest.
fn numbers(array: &dyn Array) -> Result<Values<f64>, &DataType> {
    fn whole<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array) -> Values<f64> {
        primitives::<T, _>(array, |value| {
            let whole: i128 = value.into();
            let number = whole as f64;
            if number as i128 == whole { Ok(number) } else { Err(format!("is a number that no f64 holds: {whole}")) }
        })
    }
    fn decimals<T: DecimalType + ArrowPrimitiveType>(array: &dyn Array) -> Values<f64> {
        let array = array.as_primitive::<T>();
        let value = |row| array.is_valid(row).then(|| number::read(array.value_as_string(row).as_bytes())).flatten();
        (0..array.len()).map(|row| value(row).ok_or_else(|| "has no value".into())).collect()
    }
    Ok(match array.data_type() {
        DataType::Float64 => primitives::<Float64Type, _>(array, Ok),
        DataType::Float32 => primitives::<Float32Type, _>(array, |value| Ok(value.into())),
        DataType::Float16 => primitives::<Float16Type, _>(array, |value| Ok(value.to_f64())),
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => whole::<UInt64Type>(array),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        _ => {
            let text = texts(array)?;
            let read = |row| {
                let text = text(row).unwrap_or_default().trim().as_bytes();
                number::read(text).ok_or_else(|| number::complain(text))
            };
            (0..array.len()).map(read).collect()
        }
    })
}

/// Times of any type. Those without a zone are UTC, and counts tell their unit by their size.
fn moments(array: &dyn Array) -> Result<Values<i64>, &DataType> {
    fn units<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, nanos: i64) -> Values<i64> {
        primitives::<T, _>(array, |value| {
            let count: i64 = value.into();
            count.checked_mul(nanos).ok_or_else(|| format!("is out of range: {count}"))
        })
    }
    fn counts<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array) -> Values<i64> {
        primitives::<T, _>(array, |value| {
            let count: i64 = value.into();
            times::of_count(count).ok_or_else(|| format!("is out of range: {count}"))
        })
    }
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => units::<TimestampSecondType>(array, 1_000_000_000),
        DataType::Timestamp(TimeUnit::Millisecond, _) => units::<TimestampMillisecondType>(array, 1_000_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => units::<TimestampMicrosecondType>(array, 1000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => units::<TimestampNanosecondType>(array, 1),
        DataType::Date32 => units::<Date32Type>(array, 86_400_000_000_000),
        DataType::Date64 => units::<Date64Type>(array, 1_000_000),
        DataType::Int64 => counts::<Int64Type>(array),
        DataType::Int32 => counts::<Int32Type>(array),
        DataType::UInt32 => counts::<UInt32Type>(array),
        DataType::UInt64 | DataType::Float64 => {
            let counts = numbers(array)?;
            let read = |(row, &value): (usize, &f64)| {
                let exact = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
                let count = if exact { times::of_count(value as i64) } else { None };
                count.ok_or_else(|| {
                    counts.wrong.get(&row).cloned().unwrap_or_else(|| format!("is not one that is known: {value}"))
                })
            };
            counts.values.iter().enumerate().map(read).collect()
        }
        _ => {
            let text = texts(array)?;
            let read = |row| {
                let text = text(row).unwrap_or_default();
                times::read(text.trim()).ok_or_else(|| format!("is not one that is known: {text:?}"))
            };
            (0..array.len()).map(read).collect()
        }
    })
}

fn of_days<'a>(dates: &Texts<'a>, clocks: &Texts<'a>, rows: usize) -> Values<i64> {
    let read = |row| {
        let (date, clock) = (dates(row).unwrap_or_default(), clocks(row).unwrap_or_default());
        times::of_day(date, clock).ok_or_else(|| format!("is not one that is known: {date:?} {clock:?}"))
    };
    (0..rows).map(read).collect()
}
