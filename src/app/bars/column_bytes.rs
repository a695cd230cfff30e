//! Columns as bytes, without a copy.

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
