//! Batches by idempotency key: what was received and its outcome, so that a retried batch gets the original receipt.
//!
//! The row is written in the same transaction as the bars of the batch. A separate store could lose one without the
//! other in a crash, and the retry would be applied twice or refused wrongly. The digest of the bars detects a key
//! reused for other data. Rows expire by count and by age, which bounds the table.

use rusqlite::{OptionalExtension, params};

use crate::ledger::statistics::profile::Statements;
use crate::series::Receipt;

/// A received batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// The sender.
    pub client: String,
    /// The idempotency key, per sender.
    pub batch: String,
    /// The digest of its bars.
    pub digest: u128,
    /// The number of the series that it went to; `None` in ledgers before version 11.
    pub series: Option<u64>,
    /// Its outcome.
    pub receipt: Receipt,
}

pub(in crate::ledger) fn find(from: Statements<'_>, client: &str, batch: &str) -> rusqlite::Result<Option<BatchRow>> {
    let sql = "SELECT digest, accepted, replaced, ignored, epoch, series FROM batch WHERE client = ? AND batch = ?";
    let row = |row: &rusqlite::Row| {
        let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
        let receipt = Receipt { accepted: count(1)?, replaced: count(2)?, ignored: count(3)?, epoch: count(4)? };
        let digest = u128::from_le_bytes(row.get(0)?);
        let series = row.get::<_, Option<i64>>(5)?.map(i64::cast_unsigned);
        Ok(BatchRow { client: client.into(), batch: batch.into(), digest, series, receipt })
    };
    from.run(sql, |statement| statement.query_row([client, batch], row).optional())
}

pub(in crate::ledger) fn add(to: Statements<'_>, row: &BatchRow, received_ms: i64) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO batch (client, batch, digest, received_ms, accepted, replaced, ignored, epoch, series)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let Receipt { accepted, replaced, ignored, epoch } = row.receipt;
    let [accepted, replaced, ignored, epoch] = [accepted, replaced, ignored, epoch].map(u64::cast_signed);
    let (digest, series) = (row.digest.to_le_bytes(), row.series.map(u64::cast_signed));
    let values = params![row.client, row.batch, digest, received_ms, accepted, replaced, ignored, epoch, series];
    to.execute(sql, values)
}

pub(in crate::ledger) fn expire(to: Statements<'_>, rows_max: u64, before_ms: i64) -> rusqlite::Result<usize> {
    let run = |sql, value: i64| to.execute(sql, [value]);
    let many = run("DELETE FROM batch WHERE number <= (SELECT max(number) FROM batch) - ?", rows_max.cast_signed())?;
    Ok(many + run("DELETE FROM batch WHERE received_ms < ?", before_ms)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::fixture::ledger;
    use crate::ledger::{Change, Config, Writer};

    #[test]
    fn batches_are_known_until_they_expire() {
        let (_directory, path, mut writer) = ledger();
        let row = |number: u64| BatchRow {
            client: "c".into(),
            batch: format!("b{number}"),
            digest: u128::MAX - u128::from(number),
            series: Some(7),
            receipt: Receipt { accepted: number, replaced: 1, ignored: 2, epoch: u64::MAX },
        };
        for number in 0..100 {
            let add = Change::AddBatch { row: row(number), received_ms: number as i64 };
            writer.commit(&[add, Change::ExpireBatches { rows_max: 30, before_ms: 0 }]).expect("committed");
        }
        drop(writer);
        let mut writer = Writer::open(&path, &Config::default()).expect("opens again");
        let known = |writer: &Writer, number: u64| writer.batch("c", &format!("b{number}")).expect("readable");
        assert_eq!((known(&writer, 69), known(&writer, 70), known(&writer, 99)), (None, Some(row(70)), Some(row(99))));
        assert_eq!(writer.batch("d", "b99").expect("readable"), None);
        writer.commit(&[Change::ExpireBatches { rows_max: 30, before_ms: 90 }]).expect("committed");
        assert_eq!((known(&writer, 89), known(&writer, 90)), (None, Some(row(90))));
        let twice = writer.commit(&[Change::AddBatch { row: row(99), received_ms: 0 }]).expect_err("refused");
        assert!(twice.to_string().contains("UNIQUE"), "{twice}");
    }
}
