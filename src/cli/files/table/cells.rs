//! Columns of Arrow as cells of a time column, of whatever type they are.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};

use super::values::texts;
use crate::cli::files::time::Cell;
use crate::cli::times::{DAY, SECOND};

/// Returns the cell of a row.
pub(super) type Cells<'a> = Box<dyn Fn(usize) -> Cell<'a> + 'a>;

/// Floats up to this are exact whole numbers.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

const OUT_OF_RANGE: Cell<'_> = Cell::Wrong("is out of range");

/// The cells of a column; the type when it has none.
pub(super) fn cells(array: &dyn Array) -> Result<Cells<'_>, &DataType> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    Ok(match array.data_type() {
        DataType::Timestamp(Second, zone) => moments::<TimestampSecondType>(array, SECOND, zone.is_some()),
        DataType::Timestamp(Millisecond, zone) => moments::<TimestampMillisecondType>(array, 1_000_000, zone.is_some()),
        DataType::Timestamp(Microsecond, zone) => moments::<TimestampMicrosecondType>(array, 1000, zone.is_some()),
        DataType::Timestamp(Nanosecond, zone) => moments::<TimestampNanosecondType>(array, 1, zone.is_some()),
        DataType::Date32 => moments::<Date32Type>(array, DAY, false),
        DataType::Date64 => moments::<Date64Type>(array, 1_000_000, false),
        DataType::Time32(Second) => moments::<Time32SecondType>(array, SECOND, false),
        DataType::Time32(Millisecond) => moments::<Time32MillisecondType>(array, 1_000_000, false),
        DataType::Time64(Microsecond) => moments::<Time64MicrosecondType>(array, 1000, false),
        DataType::Time64(Nanosecond) => moments::<Time64NanosecondType>(array, 1, false),
        DataType::Int8 => counts::<Int8Type>(array),
        DataType::Int16 => counts::<Int16Type>(array),
        DataType::Int32 => counts::<Int32Type>(array),
        DataType::Int64 => counts::<Int64Type>(array),
        DataType::UInt8 => counts::<UInt8Type>(array),
        DataType::UInt16 => counts::<UInt16Type>(array),
        DataType::UInt32 => counts::<UInt32Type>(array),
        DataType::UInt64 => counts::<UInt64Type>(array),
        DataType::Float32 => floats::<Float32Type>(array),
        DataType::Float64 => floats::<Float64Type>(array),
        _ => {
            let text = texts(array)?;
            Box::new(move |row| Cell::Text(text(row).unwrap_or_default().trim().as_bytes()))
        }
    })
}

/// Whether cells of a type say their unit themselves.
pub(super) fn is_typed(kind: &DataType) -> bool {
    use DataType::{Date32, Date64, Time32, Time64, Timestamp};
    matches!(kind, Timestamp(..) | Date32 | Date64 | Time32(_) | Time64(_))
}

fn values<'a, T: ArrowPrimitiveType>(array: &'a dyn Array, cell: impl Fn(T::Native) -> Cell<'a> + 'a) -> Cells<'a> {
    let array = array.as_primitive::<T>();
    Box::new(move |row| if array.is_valid(row) { cell(array.value(row)) } else { Cell::Text(b"") })
}

fn moments<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, unit: i64, has_zone: bool) -> Cells<'_> {
    values::<T>(array, move |value| match (value.into().checked_mul(unit), has_zone) {
        (None, _) => OUT_OF_RANGE,
        (Some(nanos), true) => Cell::Instant(nanos),
        (Some(nanos), false) => Cell::Local(nanos),
    })
}

fn counts<T: ArrowPrimitiveType<Native: TryInto<i64>>>(array: &dyn Array) -> Cells<'_> {
    values::<T>(array, |value| value.try_into().map_or(OUT_OF_RANGE, Cell::Count))
}

fn floats<T: ArrowPrimitiveType<Native: Into<f64>>>(array: &dyn Array) -> Cells<'_> {
    values::<T>(array, |value| {
        let value: f64 = value.into();
        match value {
            _ if value.is_nan() => Cell::Text(b""),
            _ if value.abs() > WHOLE_MAX => Cell::Wrong("is a float too large to be exact"),
            _ if value.fract() == 0.0 => Cell::Count(value as i64),
            _ => Cell::Number(value),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, Time64MicrosecondArray,
        TimestampMicrosecondArray, TimestampSecondArray, UInt64Array,
    };

    #[test]
    fn cells_of_every_type_are_seen() {
        let noon = 1_577_880_000;
        let arrays: [(ArrayRef, Cell<'_>); 10] = [
            (Arc::new(TimestampSecondArray::from(vec![noon])), Cell::Local(noon * SECOND)),
            (Arc::new(TimestampMicrosecondArray::from(vec![noon]).with_timezone("+02:00")), Cell::Instant(noon * 1000)),
            (Arc::new(TimestampSecondArray::from(vec![i64::MAX])), OUT_OF_RANGE),
            (Arc::new(Int64Array::from(vec![20_240_102])), Cell::Count(20_240_102)),
            (Arc::new(UInt64Array::from(vec![u64::MAX])), OUT_OF_RANGE),
            (Arc::new(Float64Array::from(vec![noon as f64])), Cell::Count(noon)),
            (Arc::new(Float64Array::from(vec![45_292.5])), Cell::Number(45_292.5)),
            (Arc::new(StringArray::from(vec![" 2020-01-01 "])), Cell::Text(b"2020-01-01")),
            (Arc::new(Date32Array::from(vec![1])), Cell::Local(DAY)),
            (Arc::new(Time64MicrosecondArray::from(vec![1])), Cell::Local(1000)),
        ];
        for (array, expected) in &arrays {
            let cells = cells(array).unwrap_or_else(|kind| panic!("{kind}"));
            assert_eq!(cells(0), *expected, "{:?}", array.data_type());
        }
        let none: ArrayRef = Arc::new(Int64Array::from(vec![None]));
        assert_eq!(cells(&none).unwrap_or_else(|kind| panic!("{kind}"))(0), Cell::Text(b""));
        assert!(cells(&BooleanArray::from(vec![true])).is_err());
    }
}
