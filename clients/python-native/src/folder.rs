//! Data folders that are read in the process, without a server.

use std::cell::Cell;
use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use atrad::indicator::PlanReader;
use atrad::ledger::{self, SeriesExtent};
use atrad::prices;
use atrad::series::{Column, SeriesId, Source, Span, Timeframe};
use atrad::stored::{Error, StoredBars, StoredFolder, StoredSeries};
use numpy::PyArray1;
use pyo3::prelude::*;

use crate::query::Query;
use crate::{StorageError, wrong};

type Array<'py, T> = Bound<'py, PyArray1<T>>;
type Columns<'py> = Vec<(String, Array<'py, f64>)>;

/// The rows that are copied at once.
const COPY_ROWS: usize = 1 << 13;

/// Blocks of a kernel between two looks at whether somebody interrupts.
const LOOK_BLOCKS: usize = 1 << 10;

/// A data folder that is only read, also while a server writes to it.
#[pyclass(frozen, module = "atrad_native")]
pub(crate) struct Folder {
    folder: StoredFolder,
}

/// The bars of a stored series, as they were when they were opened.
#[pyclass(frozen, module = "atrad_native")]
pub(crate) struct Series {
    timeframe: Timeframe,
    series: StoredSeries,
}

/// Symbol, timeframe, epoch, rows, and the times of the first and of the newest bar.
type Extent = (String, String, u64, u64, Option<(i64, i64)>);

#[pymethods]
impl Folder {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let folder = py.detach(|| StoredFolder::open(&path)).map_err(refused)?;
        Ok(Self { folder })
    }

    /// How far each series reaches, by name; with a timeframe, only those that have it, however it is written.
    #[pyo3(signature = (timeframe = ""))]
    fn series(&self, py: Python<'_>, timeframe: &str) -> PyResult<Vec<Extent>> {
        let asked: Option<Timeframe> = if timeframe.is_empty() { None } else { Some(parsed("timeframe", timeframe)?) };
        let mut extents = py.detach(|| self.folder.series()).map_err(refused)?;
        extents.retain(|extent| asked.is_none_or(|asked| extent.name.timeframe == asked));
        let told = |extent: SeriesExtent| {
            let SeriesId { symbol, timeframe } = extent.name;
            (symbol.to_string(), timeframe.to_string(), extent.epoch, extent.rows, extent.times)
        };
        Ok(extents.into_iter().map(told).collect())
    }

    /// The bars of a series; None if there is no such series.
    fn open(&self, py: Python<'_>, symbol: &str, timeframe: &str) -> PyResult<Option<Series>> {
        let (symbol, timeframe) = (parsed("series.symbol", symbol)?, parsed("series.timeframe", timeframe)?);
        let series = py.detach(|| self.folder.get(&SeriesId { symbol, timeframe })).map_err(refused)?;
        Ok(series.map(|series| Series { timeframe, series }))
    }
}

#[pymethods]
impl Series {
    /// The epoch of the series.
    #[getter]
    fn epoch(&self) -> u64 {
        self.series.epoch
    }

    /// The times and the columns of the bars from `start` to before `end`, of those the newest `last`; with `as_of`, of the bars that were
    /// closed then.
    #[pyo3(signature = (start = None, end = None, last = None, as_of = None))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        start: Option<i64>,
        end: Option<i64>,
        last: Option<u64>,
        as_of: Option<i64>,
    ) -> PyResult<(Array<'py, i64>, Columns<'py>)> {
        let bars = &self.series.bars;
        let columns: Vec<Column> =
            Column::ALL.into_iter().chain(bars.extras().into_iter().map(Column::Extra)).collect();
        let (times, values) = py.detach(|| {
            let rows = self.rows(start, end, last, as_of)?;
            bars.verify(&rows, &columns).and_then(|()| bars.verify_times(&rows)).map_err(lost)?;
            let mut times = Vec::with_capacity(rows.len());
            bars.times(rows.clone(), &mut times);
            PyResult::Ok((times, columns.iter().map(|&column| copied(bars, column, &rows)).collect::<Vec<_>>()))
        })?;
        let named = columns.iter().map(|column| column.name().to_owned());
        let arrays = values.into_iter().map(|values| PyArray1::from_vec(py, values));
        Ok((PyArray1::from_vec(py, times), named.zip(arrays).collect()))
    }

    /// The times and the values of a query at the bars from `start` to before `end`, of those the newest `last`: as over all
    /// bars, of which only those are read that have an influence.
    #[pyo3(signature = (query, start = None, end = None, last = None, as_of = None))]
    fn compute<'py>(
        &self,
        py: Python<'py>,
        query: &Query,
        start: Option<i64>,
        end: Option<i64>,
        last: Option<u64>,
        as_of: Option<i64>,
    ) -> PyResult<(Array<'py, i64>, Vec<Array<'py, f64>>)> {
        let bars = &self.series.bars;
        query.check_extras(&bars.extras())?;
        let (times, values) = py.detach(|| {
            let rows = self.rows(start, end, last, as_of)?;
            bars.verify_times(&rows).map_err(lost)?;
            let mut times = Vec::with_capacity(rows.len());
            bars.times(rows.clone(), &mut times);
            PyResult::Ok((times, self.values(query, rows)?))
        })?;
        Ok((PyArray1::from_vec(py, times), values.into_iter().map(|values| PyArray1::from_vec(py, values)).collect()))
    }
}

impl Series {
    /// The rows of a span, of the bars that were closed at a time.
    fn rows(
        &self,
        start: Option<i64>,
        end: Option<i64>,
        last: Option<u64>,
        as_of: Option<i64>,
    ) -> PyResult<Range<usize>> {
        let span = Span::new(start, end, last).map_err(|error| wrong(error.field(), error.to_string()))?;
        let until = as_of.map(|time| self.timeframe.opens_before(time));
        self.series.bars.rows_of(&span.until(until)).map_err(lost)
    }

    fn values(&self, query: &Query, rows: Range<usize>) -> PyResult<Vec<Vec<f64>>> {
        let (bars, plan) = (&self.series.bars, query.plan());
        let reads = plan.reads(&rows);
        bars.connected(&reads, plan.reads_before_first(&rows)).map_err(lost)?;
        let mut values = vec![vec![0.0; rows.len()]; plan.outputs()];
        if rows.is_empty() {
            return Ok(values);
        }
        bars.verify(&reads, plan.columns()).map_err(lost)?;
        if plan.reads_time() {
            bars.verify_times(&reads).map_err(lost)?;
        }
        let (interrupted, blocks) = (Cell::new(None), Cell::new(0));
        let is_active = || {
            blocks.set(blocks.get() + 1);
            let looked = if blocks.get() % LOOK_BLOCKS == 0 { Python::attach(|py| py.check_signals()) } else { Ok(()) };
            looked.map_err(|error| interrupted.set(Some(error))).is_ok()
        };
        let columns = values.iter_mut().map(Vec::as_mut_slice).collect();
        let done = PlanReader::new(&plan, bars, rows.start).fill(rows.len(), columns, &is_active);
        match (done, interrupted.take()) {
            (Err(_), Some(error)) => Err(error),
            _ => Ok(values),
        }
    }
}

/// A column, copied: an array of Python may outlive the bars.
fn copied(bars: &StoredBars, column: Column, rows: &Range<usize>) -> Vec<f64> {
    let (mut values, mut scratch) = (Vec::with_capacity(rows.len()), vec![0.0; COPY_ROWS.min(rows.len())]);
    for start in rows.clone().step_by(COPY_ROWS) {
        let part = start..rows.end.min(start + COPY_ROWS);
        values.extend_from_slice(bars.values(column, part, &mut scratch));
    }
    values
}

fn parsed<T: FromStr<Err: Display>>(field: &str, text: &str) -> PyResult<T> {
    text.parse().map_err(|error: T::Err| wrong(field, error.to_string()))
}

fn lost(error: prices::Error) -> PyErr {
    refused(Error::Prices(error))
}

/// The error of a folder: its code, as of a server, and what happened.
fn refused(error: Error) -> PyErr {
    let code = match &error {
        Error::NoLedger { .. } => "NOT_FOUND",
        Error::Prices(error) if error.is_loss() => "DATA_LOSS",
        Error::Ledger(ledger::Error::Damaged { .. } | ledger::Error::Invalid { .. }) => "DATA_LOSS",
        Error::RepairInterrupted { .. } | Error::Ledger(_) | Error::Prices(_) => "UNAVAILABLE",
    };
    StorageError::new_err((code, error.to_string()))
}
