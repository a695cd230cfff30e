//! Rows of Arrow's record batches, as Parquet and Arrow IPC files give them.

use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema};
use atrad::series::Bar;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::cells::{Cells, cells, is_typed};
use super::ipc;
use super::values::{Quantity, Texts, Values, numbers, texts};
use crate::cli::files::columns::{Layout, Role};
use crate::cli::files::fault::Fault;
use crate::cli::files::options::{Options, Plan};
use crate::cli::files::rows::{Row, Rows};
use crate::cli::files::survey::Survey;

/// The rows per decoded batch.
const BATCH_ROWS: usize = 1 << 15;

/// The record batches of a file, with only the columns that are needed.
type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// Opens a file anew, with these columns.
type Open<'a> = &'a dyn Fn(&[usize]) -> Result<Batches, Fault>;

/// A file of record batches, opened for reading.
pub(crate) struct Table {
    /// How the rows are read.
    pub(crate) plan: Plan,
    /// The index of each column of the layout in the projected batches.
    kept: Vec<usize>,
    batches: Batches,
}

impl Table {
    /// Opens a Parquet file.
    pub(crate) fn parquet(file: &File, options: &Options) -> Result<Self, Fault> {
        let builder = || guarded(|| Ok(ParquetRecordBatchReaderBuilder::try_new(file.try_clone()?)?));
        let schema = builder()?.schema().clone();
        Self::open(&schema, options, &|kept| {
            let builder = builder()?;
            let mask = ProjectionMask::roots(builder.parquet_schema(), kept.iter().copied());
            guarded(|| Ok(Box::new(builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()?) as Batches))
        })
    }

    /// Opens an Arrow IPC file.
    pub(crate) fn ipc_file(file: &File, options: &Options) -> Result<Self, Fault> {
        ipc::check_file(file)?;
        let whole = |projection| guarded(|| Ok(FileReader::try_new(BufReader::new(file.try_clone()?), projection)?));
        let schema = whole(None)?.schema();
        Self::open(&schema, options, &|kept| Ok(Box::new(whole(Some(kept.to_vec()))?)))
    }

    /// Opens a stream of Arrow IPC.
    pub(crate) fn ipc_stream(file: &File, options: &Options) -> Result<Self, Fault> {
        ipc::check_stream(file)?;
        let whole = || {
            let mut file = file.try_clone()?;
            file.rewind()?;
            guarded(|| Ok(StreamReader::try_new(BufReader::new(file), None)?))
        };
        let schema = whole()?.schema();
        Self::open(&schema, options, &|kept| {
            let kept = kept.to_vec();
            Ok(Box::new(whole()?.map(move |batch| batch?.project(&kept))))
        })
    }

    fn open(schema: &Schema, options: &Options, open: Open<'_>) -> Result<Self, Fault> {
        let names: Vec<&str> = schema.fields().iter().map(|field| &**field.name()).collect();
        // The index of a pandas data frame.
        let names: Vec<&str> = names.iter().map(|name| if *name == "__index_level_0__" { "" } else { name }).collect();
        let layout = Layout::of(&names, &options.columns, &options.extras)?;
        let plan = survey(schema, &layout, options, open)?;
        let kept = plan.layout.used();
        Ok(Self { batches: open(&kept)?, plan, kept })
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Rows, String> {
        let sheet = Sheet::of(batch, &self.plan, &self.kept)?;
        let named = self.plan.layout.names_series();
        let mut rows = Rows::new(&self.plan.rules, batch.num_rows());
        rows.lines = batch.num_rows() as u64;
        let mut extras = vec![0.0; sheet.extras.len()];
        for at in 0..batch.num_rows() {
            let name = |texts: &Option<Texts<'_>>| texts.as_ref().map(|text| text(at).unwrap_or_default().to_owned());
            let added = sheet.bar(at, &self.plan).and_then(|bar| {
                sheet.fill_extras(at, &mut extras)?;
                let row = Row { line: at as u64, bar, extras: &extras, slack: sheet.slack };
                match named {
                    true => rows.add_named(row, [name(&sheet.symbols).as_deref(), name(&sheet.timeframes).as_deref()]),
                    false => rows.add(row),
                }
            });
            match (added, sheet.volume.as_ref().and_then(|volume| volume.rounded(at))) {
                (Err(why), _) => rows.skipped.add(at as u64, || why),
                (Ok(()), Some(number)) => rows.rounded.add(at as u64, || number.to_owned()),
                (Ok(()), None) => {}
            }
        }
        Ok(rows)
    }
}

/// Shows the times of all rows to a survey, and the volumes if there is more than one column of them.
fn survey(schema: &Schema, layout: &Layout, options: &Options, open: Open<'_>) -> Result<Plan, Fault> {
    let mut survey = Survey::of(layout);
    let volumes = survey.volume_columns();
    let [time, clock] = [Role::Time, Role::Clock].map(|role| layout.place(role));
    let typed = |at: &usize| is_typed(schema.field(*at).data_type());
    if time.iter().chain(&clock).all(typed) && volumes.is_empty() {
        return Ok(survey.decide(options)?);
    }
    let mut kept: Vec<usize> = time.iter().chain(&clock).chain(&volumes).copied().collect();
    kept.sort_unstable();
    kept.dedup();
    let style = options.numbers(layout);
    let mut line = 1;
    let mut batches = open(&kept)?;
    while let Some(batch) = guarded(|| Ok(batches.next().transpose()?))? {
        let column = |at: usize| &**batch.column(kept.iter().position(|&kept| kept == at).unwrap_or_default());
        let times = cells(column(time.ok_or_else(|| String::from("has no time column"))?)).map_err(unread("time"))?;
        let clocks = clock.map(|at| cells(column(at)).map_err(unread("clock"))).transpose()?;
        for row in 0..batch.num_rows() {
            survey.add_time(line + row as u64, times(row), clocks.as_ref().map(|clocks| clocks(row)));
        }
        for (place, &at) in volumes.iter().enumerate() {
            let values = numbers(column(at), Quantity::Volume, style).map_err(unread("volume"))?;
            (0..batch.num_rows()).for_each(|row| survey.add_volume(place, values.get(row, "volume").ok()));
        }
        line += batch.num_rows() as u64;
    }
    Ok(survey.decide(options)?)
}

fn unread(name: &str) -> impl Fn(&DataType) -> String {
    move |kind| format!("{name} has the type {kind}, which is not read")
}

/// The columns of one batch by their role.
struct Sheet<'a> {
    times: Cells<'a>,
    clocks: Option<Cells<'a>>,
    /// Open, high, low and close.
    prices: [(Role, Values); 4],
    volume: Option<Values>,
    extras: Vec<(String, Values)>,
    symbols: Option<Texts<'a>>,
    timeframes: Option<Texts<'a>>,
    /// The largest of the distances of neighbours in the price columns.
    slack: f64,
}

impl<'a> Sheet<'a> {
    fn of(batch: &'a RecordBatch, plan: &Plan, kept: &[usize]) -> Result<Self, String> {
        let at = |place: usize| -> Option<&'a dyn Array> {
            Some(&**batch.column(kept.iter().position(|&kept| kept == place)?))
        };
        let column = |role: Role| at(plan.layout.place(role)?);
        let text = |role| column(role).map(|array| texts(array).map_err(unread(role.name()))).transpose();
        let price = |role: Role| -> Result<(Role, Values), String> {
            let array = column(role).ok_or_else(|| format!("has no {} column", role.name()))?;
            Ok((role, numbers(array, Quantity::Price, plan.numbers).map_err(unread(role.name()))?))
        };
        let volumes = |array, name: &str| numbers(array, Quantity::Volume, plan.numbers).map_err(unread(name));
        let extras = plan.layout.extras().iter().filter_map(|(name, place)| Some((name.to_string(), at(*place)?)));
        let prices = [price(Role::Open)?, price(Role::High)?, price(Role::Low)?, price(Role::Close)?];
        Ok(Self {
            times: cells(column(Role::Time).ok_or("has no time column")?).map_err(unread("time"))?,
            clocks: column(Role::Clock).map(|array| cells(array).map_err(unread("clock"))).transpose()?,
            slack: prices.iter().map(|(_, values)| values.slack).fold(0.0, f64::max),
            prices,
            volume: column(Role::Volume).map(|array| volumes(array, "volume")).transpose()?,
            extras: extras
                .map(|(name, array)| volumes(array, &name).map(|values| (name, values)))
                .collect::<Result<_, _>>()?,
            symbols: text(Role::Symbol)?,
            timeframes: text(Role::Timeframe)?,
        })
    }

    fn bar(&self, row: usize, plan: &Plan) -> Result<Bar, String> {
        let time = plan.times.read((self.times)(row), self.clocks.as_ref().map(|clocks| clocks(row)))?;
        let mut prices = [0.0; 4];
        for (price, (role, values)) in prices.iter_mut().zip(&self.prices) {
            *price = values.get(row, role.name())?;
        }
        let volume = self.volume.as_ref().map_or(Ok(0.0), |volume| volume.get(row, "volume"))?;
        let [open, high, low, close] = prices;
        Ok(Bar { time, open, high, low, close, volume })
    }

    /// The values of the extra columns; a missing one is NaN.
    fn fill_extras(&self, row: usize, extras: &mut [f64]) -> Result<(), String> {
        for (value, (name, values)) in extras.iter_mut().zip(&self.extras) {
            *value = if values.is_missing(row) { f64::NAN } else { values.get(row, name)? };
            if value.is_infinite() {
                return Err(format!("{name} must be finite or missing, got {value}"));
            }
        }
        Ok(())
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
