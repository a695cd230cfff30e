//! Bars: OHLCV columns of equal length, validated on construction.

use std::ops::Range;

use crate::series::{Column, ColumnName, Error, Source, absent};

/// Unvalidated columns; lengths and values may be anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Opening times: nanoseconds since the Unix epoch, UTC.
    pub times: Vec<i64>,
    /// Opening prices.
    pub open: Vec<f64>,
    /// Highest prices.
    pub high: Vec<f64>,
    /// Lowest prices.
    pub low: Vec<f64>,
    /// Closing prices.
    pub close: Vec<f64>,
    /// Volumes.
    pub volume: Vec<f64>,
    /// Extra columns by name, sorted by name once validated.
    pub extra: Vec<(ColumnName, Vec<f64>)>,
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Its opening time: nanoseconds since the Unix epoch, UTC.
    pub time: i64,
    /// Its opening price.
    pub open: f64,
    /// Its highest price.
    pub high: f64,
    /// Its lowest price.
    pub low: f64,
    /// Its closing price.
    pub close: f64,
    /// Its volume.
    pub volume: f64,
}

/// The prices that bars may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PriceRange {
    /// Finite and >= 0.
    #[default]
    NotNegative,
    /// Finite, as of spreads, power and crude oil.
    Any,
}

/// Bars in time order: times strictly increase, prices and volumes are finite, volumes are >= 0, and so are prices unless
/// their range is [`PriceRange::Any`]; low and high bound the other prices, values of extra columns are finite or NaN. No
/// price or volume is -0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars(Columns);

impl Bars {
    /// Validates the columns of at least one bar.
    pub fn new(columns: Columns) -> Result<Self, Error> {
        Self::in_range(columns, PriceRange::NotNegative)
    }

    /// Like `new`, with prices of this range.
    pub fn in_range(columns: Columns, prices: PriceRange) -> Result<Self, Error> {
        check(&columns, Legal { prices, gaps: false })?;
        Ok(Self(columns.canonical()))
    }

    /// Like `new`, but a price or volume may be NaN, for a gap.
    pub fn with_gaps(columns: Columns) -> Result<Self, Error> {
        check(&columns, Legal { prices: PriceRange::NotNegative, gaps: true })?;
        Ok(Self(columns.canonical()))
    }

    /// Validates columns that were stored: prices of any range, and NaN for a gap.
    pub fn stored(columns: Columns) -> Result<Self, Error> {
        check(&columns, Legal { prices: PriceRange::Any, gaps: true })?;
        Ok(Self(columns.canonical()))
    }

    /// The number of bars.
    pub fn len(&self) -> usize {
        self.0.times.len()
    }

    /// Whether there are no bars.
    pub fn is_empty(&self) -> bool {
        self.0.times.is_empty()
    }

    /// Opening times: nanoseconds since the Unix epoch, UTC.
    pub fn times(&self) -> &[i64] {
        &self.0.times
    }

    /// The values of one column, one per bar; empty if the extra column is absent.
    pub fn column(&self, column: Column) -> &[f64] {
        self.0.values(column).unwrap_or_default()
    }

    /// The columns.
    pub fn columns(&self) -> &Columns {
        &self.0
    }

    /// The bar at `index`, which is below `len`.
    pub fn bar(&self, index: usize) -> Bar {
        self.0.bar(index)
    }

    /// No bars, with capacity for this many.
    pub fn with_capacity(rows: usize) -> Self {
        Self::with_extras(rows, &[])
    }

    /// No bars, with capacity for this many and with these extra columns, sorted by name.
    pub fn with_extras(rows: usize, extras: &[ColumnName]) -> Self {
        let extra = extras.iter().map(|&name| (name, Vec::with_capacity(rows))).collect();
        Self(Columns { extra, ..Columns::with_capacity(rows) })
    }

    /// Appends rows of a source that open after all bars here. Extra columns these bars do not have are ignored.
    ///
    /// # Panics
    /// If they do not open later.
    pub fn extend(&mut self, source: &dyn Source, rows: Range<usize>) {
        let before = self.len();
        source.times(rows.clone(), &mut self.0.times);
        let joint = self.0.times.get(before.saturating_sub(1)..=before).unwrap_or_default();
        assert!(joint.is_sorted_by(|one, two| before == 0 || one < two), "bars are added in order of time");
        let mut scratch = vec![0.0; rows.len()];
        let Columns { open, high, low, close, volume, .. } = &mut self.0;
        for (column, values) in Column::ALL.into_iter().zip([open, high, low, close, volume]) {
            values.extend_from_slice(source.values(column, rows.clone(), &mut scratch));
        }
        for (name, values) in &mut self.0.extra {
            values.extend_from_slice(source.values(Column::Extra(*name), rows.clone(), &mut scratch));
        }
    }

    /// Appends a bar that opens after all others.
    ///
    /// # Panics
    /// If it does not open later.
    pub fn push(&mut self, bar: Bar) {
        assert!(self.0.times.last().is_none_or(|&last| last < bar.time), "bars are pushed in order of time");
        self.0.push(bar);
    }

    /// Drops the bars from row `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.0.truncate(rows);
    }

    /// Returns the columns.
    pub fn into_columns(self) -> Columns {
        self.0
    }
}

impl Source for Bars {
    fn rows(&self) -> usize {
        self.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        self.columns().extra.iter().map(|(name, _)| *name).collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        match self.columns().values(column) {
            Some(values) => &values[rows],
            None => absent(rows.len(), scratch),
        }
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        times.extend_from_slice(&Bars::times(self)[rows]);
    }
}

impl Columns {
    /// Reserves capacity for this many bars.
    pub fn with_capacity(rows: usize) -> Self {
        let column = || Vec::with_capacity(rows);
        Self {
            times: Vec::with_capacity(rows),
            open: column(),
            high: column(),
            low: column(),
            close: column(),
            volume: column(),
            extra: Vec::new(),
        }
    }

    /// The values of one column; `None` if the extra column is absent.
    pub fn values(&self, column: Column) -> Option<&[f64]> {
        Some(match column {
            Column::Open => &self.open,
            Column::High => &self.high,
            Column::Low => &self.low,
            Column::Close => &self.close,
            Column::Volume => &self.volume,
            Column::Extra(name) => &self.extra.iter().find(|(known, _)| *known == name)?.1,
        })
    }

    /// Appends one bar, unchecked, with NaN in extra columns.
    pub fn push(&mut self, bar: Bar) {
        self.times.push(bar.time);
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
        self.extra.iter_mut().for_each(|(_, values)| values.push(f64::NAN));
    }

    /// Drops the bars from row `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.times.truncate(rows);
        for values in [&mut self.open, &mut self.high, &mut self.low, &mut self.close, &mut self.volume] {
            values.truncate(rows);
        }
        self.extra.iter_mut().for_each(|(_, values)| values.truncate(rows));
    }

    /// The bar at `index`, if every column is long enough.
    pub fn bar(&self, index: usize) -> Bar {
        Bar {
            time: self.times[index],
            open: self.open[index],
            high: self.high[index],
            low: self.low[index],
            close: self.close[index],
            volume: self.volume[index],
        }
    }

    /// Validates each bar, with prices of this range, but not the time order.
    pub fn check(&self, prices: PriceRange) -> Result<(), Error> {
        check_lengths(self)?;
        check_values(self, Legal { prices, gaps: false })
    }

    /// The bars at these rows, in the order of the rows.
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut columns = Self::with_capacity(rows.len());
        rows.iter().for_each(|&row| columns.push(self.bar(row)));
        let chosen = |values: &[f64]| rows.iter().map(|&row| values[row]).collect();
        columns.extra = self.extra.iter().map(|(name, values)| (*name, chosen(values))).collect();
        columns
    }

    /// The same columns, with extra columns sorted by name, and -0 as 0: SQLite stores no sign of a zero, and bars must have
    /// the same bits before and after a restart.
    fn canonical(mut self) -> Self {
        self.extra.sort_unstable_by_key(|(name, _)| *name);
        let Self { open, high, low, close, volume, .. } = &mut self;
        for values in [open, high, low, close, volume] {
            if values.iter().any(|value| value.to_bits() == (-0.0_f64).to_bits()) {
                values.iter_mut().for_each(|value| *value += 0.0);
            }
        }
        self
    }

    /// Appends all rows of `other`, unchecked.
    pub fn append(&mut self, mut more: Self) {
        if self.times.is_empty() {
            *self = more;
            return;
        }
        let before = self.times.len();
        self.times.append(&mut more.times);
        self.open.append(&mut more.open);
        self.high.append(&mut more.high);
        self.low.append(&mut more.low);
        self.close.append(&mut more.close);
        self.volume.append(&mut more.volume);
        for (name, values) in more.extra {
            let place = self.extra.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                self.extra.push((name, Vec::new()));
                self.extra.len() - 1
            });
            let known = &mut self.extra[place].1;
            known.resize(before, f64::NAN);
            known.extend(values);
        }
        let rows = self.times.len();
        self.extra.iter_mut().for_each(|(_, values)| values.resize(rows, f64::NAN));
    }

    fn named(&self) -> [(&'static str, &[f64]); 5] {
        [
            ("open", &self.open),
            ("high", &self.high),
            ("low", &self.low),
            ("close", &self.close),
            ("volume", &self.volume),
        ]
    }
}

/// What values may be.
#[derive(Clone, Copy)]
struct Legal {
    prices: PriceRange,
    /// Whether a price or volume may be NaN.
    gaps: bool,
}

fn check(columns: &Columns, legal: Legal) -> Result<(), Error> {
    check_lengths(columns)?;
    if let Some(at) = columns.times.windows(2).position(|pair| pair[0] >= pair[1]) {
        let (before, given) = (columns.times[at], columns.times[at + 1]);
        return Err(Error::TimeOrder { index: at + 1, before, given });
    }
    check_values(columns, legal)
}

fn check_lengths(columns: &Columns) -> Result<(), Error> {
    let times = columns.times.len();
    if times == 0 {
        return Err(Error::Empty);
    }
    for (column, values) in columns.named() {
        if values.len() != times {
            return Err(Error::ColumnLength { column: column.into(), times, given: values.len() });
        }
    }
    for (index, (name, values)) in columns.extra.iter().enumerate() {
        if columns.extra[..index].iter().any(|(before, _)| before == name) {
            return Err(Error::ColumnTwice { index, given: *name });
        } else if values.len() != times {
            return Err(Error::ColumnLength { column: format!("extra[{index}].values"), times, given: values.len() });
        }
    }
    Ok(())
}

fn check_values(columns: &Columns, Legal { prices, gaps }: Legal) -> Result<(), Error> {
    for (column, values) in columns.named() {
        let any_sign = prices == PriceRange::Any && column != Column::Volume.name();
        let good = |v: f64| (v.is_finite() && (v >= 0.0 || any_sign)) || (gaps && v.is_nan());
        if let Some(index) = values.iter().position(|&v| !good(v)) {
            let given = values[index];
            return Err(match any_sign {
                true => Error::NotFinite { column, index, given },
                false => Error::Value { column, index, given },
            });
        }
    }
    for (column, (name, values)) in columns.extra.iter().enumerate() {
        if let Some(index) = values.iter().position(|value| value.is_infinite()) {
            return Err(Error::ExtraValue { column, name: *name, index, given: values[index] });
        }
    }
    check_extremes(columns)
}

fn check_extremes(columns: &Columns) -> Result<(), Error> {
    for index in 0..columns.times.len() {
        let (high, low) = (columns.high[index], columns.low[index]);
        for (column, values) in &columns.named()[..4] {
            let other = values[index];
            if high < other {
                return Err(Error::HighBelow { index, column, other, given: high });
            }
            if low > other {
                return Err(Error::LowAbove { index, column, other, given: low });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
