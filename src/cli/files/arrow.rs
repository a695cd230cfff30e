//! Rows of Arrow's record batches, as Parquet and Arrow IPC files give them.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};
use atrad::series::Bar;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::fault::Fault;
use super::ipc;
use super::layout::{Choice, Layout, Role};
use super::rows::Rows;
use super::values::{Texts, Values, moments, numbers, of_days, texts};

/// The rows per decoded batch.
const BATCH_ROWS: usize = 1 << 15;

/// The record batches of a file, with only the columns that are needed.
type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// A file of record batches, opened for reading.
pub(crate) struct Table {
    /// The roles of the columns.
    pub(crate) layout: Layout,
    /// The index of each column of the layout in the projected batches.
    kept: Vec<usize>,
    batches: Batches,
}

impl Table {
    /// Opens a Parquet file.
    pub(crate) fn parquet(file: File, choices: &[Choice]) -> Result<Self, Fault> {
        let builder = guarded(|| Ok(ParquetRecordBatchReaderBuilder::try_new(file)?))?;
        let (layout, kept) = laid_out(builder.schema(), choices)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), kept.iter().copied());
        let batches = guarded(|| Ok(builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?))?;
        Ok(Self { layout, kept, batches: Box::new(batches) })
    }

    /// Opens an Arrow IPC file.
    pub(crate) fn ipc_file(file: File, choices: &[Choice]) -> Result<Self, Fault> {
        ipc::check_file(&file)?;
        let whole = |projection| guarded(|| Ok(FileReader::try_new(BufReader::new(file.try_clone()?), projection)?));
        let (layout, kept) = laid_out(&whole(None)?.schema(), choices)?;
        let batches = Box::new(whole(Some(kept.clone()))?);
        Ok(Self { layout, kept, batches })
    }

    /// Opens a stream of Arrow IPC.
    pub(crate) fn ipc_stream(input: impl Read + Send + 'static, choices: &[Choice]) -> Result<Self, Fault> {
        let reader = guarded(|| Ok(StreamReader::try_new(input, None)?))?;
        let (layout, kept) = laid_out(&reader.schema(), choices)?;
        let columns = kept.clone();
        let batches = Box::new(reader.map(move |batch| batch?.project(&columns)));
        Ok(Self { layout, kept, batches })
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Rows, String> {
        let sheet = Sheet::of(batch, &self.layout, &self.kept)?;
        let named = self.layout.names_series();
        let mut rows = Rows { lines: batch.num_rows() as u64, ..Rows::default() };
        for row in 0..batch.num_rows() {
            let name = |texts: &Option<Texts<'_>>| texts.as_ref().map(|text| text(row).unwrap_or_default().to_owned());
            let added = sheet.bar(row).and_then(|bar| match named {
                true => rows.add_named(bar, name(&sheet.symbols).as_deref(), name(&sheet.timeframes).as_deref()),
                false => rows.add(bar),
            });
            if let Err(why) = added {
                rows.skipped.add(row as u64, || why);
            }
        }
        Ok(rows)
    }
}

/// The columns of one batch by their role.
struct Sheet<'a> {
    times: Values<i64>,
    /// Open, high, low, close and volume; volume is optional.
    numbers: [(Role, Option<Values<f64>>); 5],
    symbols: Option<Texts<'a>>,
    timeframes: Option<Texts<'a>>,
}

impl<'a> Sheet<'a> {
    fn of(batch: &'a RecordBatch, layout: &Layout, kept: &[usize]) -> Result<Self, String> {
        let column = |role: Role| -> Option<&'a dyn Array> {
            let place = layout.place(role)?;
            Some(&**batch.column(kept.iter().position(|&kept| kept == place)?))
        };
        let unread = |role: Role| {
            move |kind: &arrow_schema::DataType| format!("{} has the type {kind}, which is not read", role.name())
        };
        let number = |role| Ok((role, column(role).map(|array| numbers(array).map_err(unread(role))).transpose()?));
        let text = |role| column(role).map(|array| texts(array).map_err(unread(role))).transpose();
        let dates = column(Role::Time).ok_or("has no time column")?;
        let times = match text(Role::Clock)? {
            Some(clocks) => of_days(&texts(dates).map_err(unread(Role::Time))?, &clocks, dates.len()),
            None => moments(dates).map_err(unread(Role::Time))?,
        };
        let [open, high, low, close, volume] = [Role::Open, Role::High, Role::Low, Role::Close, Role::Volume]
            .map(|role| -> Result<_, String> { number(role) });
        let numbers = [open?, high?, low?, close?, volume?];
        Ok(Self { times, numbers, symbols: text(Role::Symbol)?, timeframes: text(Role::Timeframe)? })
    }

    fn bar(&self, row: usize) -> Result<Bar, String> {
        let time = self.times.get(row, Role::Time)?;
        let mut bar = [0.0; 5];
        for (number, (role, values)) in bar.iter_mut().zip(&self.numbers) {
            *number = values.as_ref().map_or(Ok(0.0), |values| values.get(row, *role))?;
        }
        let [open, high, low, close, volume] = bar;
        Ok(Bar { time, open, high, low, close, volume })
    }
}

impl Iterator for Table {
    type Item = Result<Rows, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = guarded(|| Ok(self.batches.next().transpose()?));
        if batch.is_err() {
            // A reader that failed, or panicked, may fail for ever.
            self.batches = Box::new(std::iter::empty());
        }
        Some(batch.transpose()?.and_then(|batch| Ok(self.rows(&batch)?)))
    }
}

/// What the crates that read files answer, a panic being an error of the file: they check less than they should of what is
/// in it, and their state is not used again.
fn guarded<T>(read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let why = format!("is damaged: {}", text.unwrap_or("its reader panicked"));
        Err(io::Error::new(io::ErrorKind::InvalidData, why).into())
    })
}

/// The layout of a schema, and the columns that it needs, in their order.
fn laid_out(schema: &Schema, choices: &[Choice]) -> Result<(Layout, Vec<usize>), String> {
    let names: Vec<&str> = schema.fields().iter().map(|field| &**field.name()).collect();
    // The index of a pandas data frame.
    let names: Vec<&str> = names.iter().map(|name| if *name == "__index_level_0__" { "" } else { name }).collect();
    let layout = Layout::of(&names, choices)?;
    let kept = layout.used();
    Ok((layout, kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_is_an_error_of_the_file() {
        for panics in [|| panic!("static"), || panic!("at {}", "row 7")] as [fn() -> Result<(), Fault>; 2] {
            let Err(Fault::Broken(error)) = guarded(panics) else { panic!("broken") };
            assert!(["is damaged: static", "is damaged: at row 7"].contains(&&*error.to_string()), "{error}");
        }
        assert!(matches!(guarded(|| Ok(7)), Ok(7)));
    }
}
