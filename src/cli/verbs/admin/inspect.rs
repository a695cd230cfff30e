//! `atrad inspect`: contents, encodings and checksums of price files.

use std::io::Write;
use std::path::PathBuf;

use atrad::prices::{self, ColumnReport, Report};
use clap::Args;
use serde_json::{Value, json};

use crate::cli::output::{self, ListFormat};
use crate::cli::{Error, times};

/// Describe price files and verify their checksums
///
/// A price file is DIR/prices/NUMBER.atp in the data folder. Exit code 1 if any is damaged.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The report format: text, or one JSON object per file and line
    #[arg(long, env = "ATRAD_FORMAT", value_enum, default_value = "table")]
    format: ListFormat,
}

/// Runs the verb.
pub(crate) fn run(Inspect { files, format }: &Inspect) -> Result<(), Error> {
    let mut output = output::open(None)?;
    let mut damaged = 0;
    for path in files {
        match prices::inspect(path) {
            Ok(report) => {
                damaged += usize::from(!report.is_sound());
                match format {
                    ListFormat::Table => write!(output, "{report}")?,
                    ListFormat::Json => writeln!(output, "{}", object(&report))?,
                }
            }
            Err(error) if error.is_damage() => {
                damaged += 1;
                match format {
                    ListFormat::Table => writeln!(output, "{error}\nDAMAGED")?,
                    ListFormat::Json => {
                        let why = error.to_string();
                        writeln!(output, "{}", json!({ "file": path.to_string_lossy(), "sound": false, "why": why }))?;
                    }
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    output.flush()?;
    if damaged > 0 { Err(Error::Damaged { damaged, files: files.len() }) } else { Ok(()) }
}

fn object(report: &Report) -> Value {
    let facts = report.facts;
    json!({
        "file": report.path.to_string_lossy(),
        "sound": report.is_sound(),
        "version": report.version,
        "number": facts.number,
        "rows": facts.rows,
        "first_time": times::write(facts.first_time),
        "last_time": times::write(facts.last_time),
        "bytes": facts.bytes,
        "head_bytes": report.head_bytes,
        "columns": report.columns.iter().map(column).collect::<Vec<_>>(),
    })
}

fn column(column: &ColumnReport) -> Value {
    json!({
        "name": column.name,
        "bytes": column.bytes,
        "range": column.range.as_ref().map(|range| [*range.start(), *range.end()]),
        "blocks": {
            "raw": column.raw,
            "constant": column.constant,
            "decimals": column.decimals,
            "from_close": column.from_close,
            "steps": column.steps,
        },
        "widths": column.widths.as_ref().map(|widths| [*widths.start(), *widths.end()]),
        "exponents": column.exponents.as_ref().map(|exponents| [*exponents.start(), *exponents.end()]),
        "patches": column.patches,
        "exceptions": column.exceptions,
        "damaged_blocks": column.damaged,
    })
}
