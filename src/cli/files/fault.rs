//! Errors of reading a file: it is corrupt, or contains no bars.

use std::io;
use std::path::Path;

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

use crate::cli::Error;

/// Why a file cannot be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The file or its compression is corrupt.
    Broken(io::Error),
    /// It contains no recognisable bars.
    NoBars(String),
}

impl Fault {
    /// The error of the file at `path`.
    pub(crate) fn of(self, path: &Path) -> Error {
        match self {
            Self::Broken(error) => Error::File { path: path.into(), error },
            Self::NoBars(why) => Error::NoBars { path: path.into(), why },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::NoBars(why)
    }
}

impl From<ArrowError> for Fault {
    fn from(error: ArrowError) -> Self {
        Self::Broken(io::Error::other(error))
    }
}

impl From<ParquetError> for Fault {
    fn from(error: ParquetError) -> Self {
        Self::Broken(io::Error::other(error))
    }
}
