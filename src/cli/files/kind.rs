//! The format of a file, by its first bytes.

use std::path::Path;

/// The format of a file, detected from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Csv,
    CsvGz,
    Parquet,
    ArrowFile,
    ArrowStream,
}

/// The magic bytes of known formats that are not read, and what to do.
const OTHERS: [(&[u8], &str); 15] = [
    (b"PK\x03\x04", "is a zip archive, as a workbook of Excel is too; unpack it first, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "is a workbook of Excel; save the sheet as CSV"),
    (b"\x28\xb5\x2f\xfd", "is compressed by zstd; unpack it first, of compressed texts only gzip is read"),
    (b"\x04\x22\x4d\x18", "is compressed by lz4; unpack it first, of compressed texts only gzip is read"),
    (b"\xfd7zXZ\0", "is compressed by xz; unpack it first, of compressed texts only gzip is read"),
    (b"BZh", "is compressed by bzip2; unpack it first, of compressed texts only gzip is read"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it first"),
    (b"Rar!", "is a rar archive; unpack it first"),
    (b"FEA1", "is Feather version 1; save it as Feather version 2, which is Arrow IPC"),
    (b"ORC", "is ORC; save it as Parquet"),
    (b"Obj\x01", "is Avro; save it as Parquet"),
    (b"DBN", "is Databento's DBN; save it as CSV or Parquet"),
    (b"\x89HDF", "is HDF5; save its table as Parquet"),
    (b"\x80\x04\x95", "is a pickle of Python; save it as Parquet"),
    (b"SQLite format 3", "is a database of SQLite; export its table as CSV"),
];

impl Kind {
    /// Its display name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::CsvGz => "CSV in gzip",
            Self::Parquet => "Parquet",
            Self::ArrowFile => "Arrow IPC",
            Self::ArrowStream => "Arrow IPC stream",
        }
    }

    /// The format of a file that starts with these bytes.
    pub(super) fn of(start: &[u8], path: &Path) -> Result<Self, String> {
        if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err((*what).into());
        }
        let named = |names: &[&str]| {
            path.extension().is_some_and(|given| names.iter().any(|name| given.eq_ignore_ascii_case(name)))
        };
        Ok(match start {
            [0x1f, 0x8b, ..] => Self::CsvGz,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Self::ArrowFile,
            [0xff, 0xff, 0xff, 0xff, ..] => Self::ArrowStream,
            _ if named(&["parquet", "pq", "arrow", "arrows", "feather", "ipc", "gz"]) => {
                return Err(
                    "does not match its extension: by its first bytes it is neither Parquet, nor Arrow, nor gzip"
                        .into(),
                );
            }
            _ => Self::Csv,
        })
    }
}
