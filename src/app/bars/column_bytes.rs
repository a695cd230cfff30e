//! Columns as bytes, without a copy, and what they are computed into.

use std::ops::Range;

use crate::series::Matrix;

#[cfg(target_endian = "big")]
compile_error!("columns on the wire and in price files are the bytes of little-endian numbers");

/// The columns of a matrix as bytes.
pub(crate) struct Values(pub(crate) Matrix);

impl AsRef<[u8]> for Values {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(self.0.values())
    }
}

/// Times as bytes.
pub(crate) struct Times(pub(crate) Vec<i64>);

impl AsRef<[u8]> for Times {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

/// Columns to compute into, one per expression.
pub(crate) trait Target {
    /// Some rows of each.
    fn part(&mut self, rows: Range<usize>) -> Vec<&mut [f64]>;
}

impl Target for Matrix {
    fn part(&mut self, rows: Range<usize>) -> Vec<&mut [f64]> {
        self.columns_mut().map(|column| &mut column[rows.clone()]).collect()
    }
}
