//! The report of an import, as text or JSON.

use std::io::{self, Write};
use std::path::PathBuf;

use atrad::rpc::proto::Receipt;
use serde_json::{Value, json};

use super::batches::{Batches, Series};
use super::timeframe::{Found, From};
use crate::cli::Error;
use crate::cli::files::{EXAMPLES_MAX, Layout, Remarks};
use crate::cli::output::ListFormat;

/// The outcome of one file.
pub(super) struct Report {
    pub(super) path: PathBuf,
    pub(super) read: Read,
    /// The receipts of each series so far.
    pub(super) receipts: Vec<Receipt>,
    pub(super) seconds: f64,
}

impl Report {
    /// Prints it to standard output, and warnings to standard error.
    pub(super) fn tell(&self, format: ListFormat) -> Result<(), Error> {
        match format {
            ListFormat::Table => {
                self.warn();
                Ok(io::stdout().write_all(self.text().as_bytes())?)
            }
            ListFormat::Json => Ok(writeln!(io::stdout(), "{}", self.json())?),
        }
    }

    fn warn(&self) {
        let (name, read) = (self.path.display(), &self.read);
        for (line, why) in &read.skipped.examples {
            eprintln!("{name}:{line}: skipped: {why}");
        }
        let (skipped, shown) = (read.skipped.count, read.skipped.examples.len());
        if skipped > shown as u64 {
            eprintln!("{name}: skipped {skipped} rows in all, {shown} of them shown");
        }
        read.notes.iter().for_each(|note| eprintln!("{name}: {note}"));
        if let Some((line, what)) = read.repaired.examples.first() {
            eprintln!(
                "{name}: {} rows were off by rounding and repaired, the first in line {line}: {what}",
                read.repaired.count
            );
        }
        if let Some((line, number)) = read.rounded.examples.first() {
            let count = read.rounded.count;
            eprintln!(
                "{name}: {count} volumes have no exact float64; the nearest is stored, the first in line {line}: {number}"
            );
        }
        let unsorted = self.sum(|series| series.unsorted);
        if unsorted > 0 {
            eprintln!("{name}: {unsorted} rows came after a later one, and are put where they belong");
        }
        if read.batches.others > 0 {
            eprintln!("{name}: {} rows are of other series", read.batches.others);
        }
        let ignored = read.layout.ignored();
        if !ignored.is_empty() {
            eprintln!("{name}: columns that are not stored: {}", ignored.join(", "));
        }
        if let Some(Found { timeframe, from }) = read.batches.found {
            match from {
                From::Steps => {
                    eprintln!("{name}: the most common step between bars is {timeframe}, taken as the timeframe")
                }
                From::Stored => eprintln!(
                    "{name}: few steps between bars; {timeframe} of the stored series is taken as the timeframe"
                ),
            }
        }
    }

    fn text(&self) -> String {
        let name = self.path.display();
        let series: Vec<_> = self.series().collect();
        let Receipt { accepted, replaced, ignored, .. } = self.total();
        let rows = self.sum(|series| series.rows);
        let to = match &series[..] {
            [(_, id, _)] => id.clone(),
            several => format!("{} series", several.len()),
        };
        let (skipped, per_second) = (self.read.skipped.count, rows as f64 / self.seconds);
        let mut text = format!(
            "{name}: {rows} bars to {to}: {accepted} new, {replaced} replaced, {ignored} without effect; \
             {skipped} rows skipped; {per_second:.0} rows/s\n",
        );
        if series.len() > 1 {
            for (series, id, Receipt { accepted, replaced, ignored, .. }) in series.iter().take(EXAMPLES_MAX) {
                let rows = series.rows;
                text +=
                    &format!("  {id}: {rows} bars, {accepted} new, {replaced} replaced, {ignored} without effect\n");
            }
            let more = series.len().saturating_sub(EXAMPLES_MAX);
            if more > 0 {
                text += &format!("  and {more} more\n");
            }
        }
        text
    }

    fn json(&self) -> Value {
        let read = &self.read;
        let one = |(series, id, receipt): (&Series, String, Receipt)| {
            json!({
                "series": id,
                "rows": series.rows,
                "accepted": receipt.accepted,
                "replaced": receipt.replaced,
                "ignored": receipt.ignored,
                "epoch": receipt.epoch,
            })
        };
        let examples = read.skipped.examples.iter().map(|(line, why)| json!({ "line": line, "why": why }));
        json!({
            "file": self.path.to_string_lossy(),
            "kind": read.kind,
            "columns": read.layout.columns().collect::<std::collections::BTreeMap<_, _>>(),
            "columns_ignored": read.layout.ignored(),
            "notes": read.notes,
            "timeframe_found": read.batches.found.map(|found| found.timeframe.to_string()),
            "rows": self.sum(|series| series.rows),
            "skipped": read.skipped.count,
            "skipped_first": examples.collect::<Vec<_>>(),
            "repaired": read.repaired.count,
            "rounded": read.rounded.count,
            "unsorted": self.sum(|series| series.unsorted),
            "others": read.batches.others,
            "series": self.series().map(one).collect::<Vec<_>>(),
            "seconds": self.seconds,
        })
    }

    /// Each series, its name, and its receipts.
    fn series(&self) -> impl Iterator<Item = (&Series, String, Receipt)> {
        let batches = &self.read.batches;
        batches.series.iter().enumerate().map(|(place, series)| {
            let timeframe = series
                .timeframe
                .or(batches.found.map(|found| found.timeframe))
                .map(|timeframe| format!(" {timeframe}"));
            let id = format!("{}{}", series.symbol, timeframe.unwrap_or_default());
            (series, id, self.receipts.get(place).copied().unwrap_or_default())
        })
    }

    fn sum(&self, of: impl Fn(&Series) -> u64) -> u64 {
        self.read.batches.series.iter().map(of).sum()
    }

    fn total(&self) -> Receipt {
        self.receipts.iter().fold(Receipt::default(), |total, receipt| Receipt {
            accepted: total.accepted + receipt.accepted,
            replaced: total.replaced + receipt.replaced,
            ignored: total.ignored + receipt.ignored,
            epoch: 0,
        })
    }
}

/// What was read of a file.
pub(super) struct Read {
    pub(super) kind: &'static str,
    pub(super) layout: Layout,
    /// What was decided that the names of the columns do not say.
    pub(super) notes: Vec<String>,
    pub(super) skipped: Remarks,
    pub(super) repaired: Remarks,
    pub(super) rounded: Remarks,
    pub(super) batches: Batches,
}
