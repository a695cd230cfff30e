//! The results of a sweep on their way out: in the order of the variants, or best first.

use bytes::Bytes;

use super::question::{SweepColumns, SweepPart, SweepQuery, SweepRows};
use super::ranking::Best;
use super::reducing::deflation::Deflation;
use super::tile::{Swept, TileResult, TileValues};
use crate::app::Error;
use crate::app::compute::question::chunk_rows;
use crate::app::workers::byte_budget::BytesHeld;
use crate::app::workers::outbox::Outbox;

/// The results of one expression on their way out.
pub(super) struct Results<'a> {
    swept: &'a Swept,
    chunk_bytes: usize,
    best: Option<(usize, Best<Vec<f64>>)>,
    /// The band that is not complete, and its results.
    band: u64,
    rows: Vec<(u64, Vec<f64>)>,
    deflation: Option<Deflation>,
    returned: u64,
    undefined: u64,
}

impl<'a> Results<'a> {
    pub(super) fn new(swept: &'a Swept, request: &SweepQuery, chunk_bytes: usize) -> Self {
        let best = request.ranking.as_ref().map(|ranking| (ranking.columns[swept.index], Best::new(ranking.order)));
        let deflation = Deflation::of(&request.feeds, swept.expression.outputs().len());
        Self { swept, chunk_bytes, best, band: 0, rows: vec![], deflation, returned: 0, undefined: 0 }
    }

    /// Takes the results of the next tile.
    pub(super) async fn add(
        &mut self,
        band: u64,
        result: TileResult,
        held: BytesHeld,
        outbox: &Outbox<SweepPart>,
    ) -> Result<(), Error> {
        let rows = match result.values {
            TileValues::Columns(columns) => return self.send_columns(&result.numbers, columns, held, outbox).await,
            TileValues::Reduced(mut windows) => windows.pop().unwrap_or_default(),
        };
        if self.deflation.is_none() {
            self.undefined += rows.iter().filter(|row| is_undefined(row)).count() as u64;
        }
        match (&self.deflation, &mut self.best) {
            // All are held until all are known.
            (Some(_), _) => self.rows.extend(result.numbers.into_iter().zip(rows)),
            (None, Some((column, best))) => {
                for (number, row) in result.numbers.into_iter().zip(rows) {
                    best.add(number, row[*column], row);
                }
            }
            (None, None) => {
                if band != self.band {
                    self.band = band;
                    self.send_band(outbox).await?;
                }
                self.rows.extend(result.numbers.into_iter().zip(rows));
            }
        }
        Ok(())
    }

    /// Sends what is left. The number of variants that were sent, and of those without a value.
    pub(super) async fn finish(mut self, outbox: &Outbox<SweepPart>) -> Result<(u64, u64), Error> {
        if let Some(deflation) = self.deflation.take() {
            deflation.among(&mut self.rows);
            self.undefined += self.rows.iter().filter(|(_, row)| is_undefined(row)).count() as u64;
            if let Some((column, best)) = &mut self.best {
                self.rows.drain(..).for_each(|(number, row)| best.add(number, row[*column], row));
            }
        }
        if let Some((_, best)) = self.best.take() {
            let rows: Vec<_> = best.finish().collect();
            self.send_rows(rows, outbox).await?;
        }
        self.send_band(outbox).await?;
        Ok((self.returned, self.undefined))
    }

    async fn send_band(&mut self, outbox: &Outbox<SweepPart>) -> Result<(), Error> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by_key(|(number, _)| *number);
        self.send_rows(rows, outbox).await
    }

    /// Sends results in chunks of columns.
    async fn send_rows(&mut self, rows: Vec<(u64, Vec<f64>)>, outbox: &Outbox<SweepPart>) -> Result<(), Error> {
        let Some((_, first)) = rows.first() else { return Ok(()) };
        let parameters = self.swept.expression.parameters().len();
        let width = parameters + first.len();
        for chunk in rows.chunks(chunk_rows(width, self.chunk_bytes)) {
            let mut part = SweepRows {
                expression: self.swept.index,
                parameters: vec![Vec::with_capacity(chunk.len()); parameters],
                columns: vec![Vec::with_capacity(chunk.len()); first.len()],
            };
            for (number, row) in chunk {
                let values = self.parameters(*number);
                part.parameters.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
                part.columns.iter_mut().zip(row).for_each(|(column, value)| column.push(*value));
            }
            self.returned += chunk.len() as u64;
            outbox.send(SweepPart::Rows(part), 8 * width * chunk.len()).await?;
        }
        Ok(())
    }

    /// Sends the columns of variants, each in chunks of rows.
    async fn send_columns(
        &mut self,
        numbers: &[u64],
        columns: Vec<Bytes>,
        mut held: BytesHeld,
        outbox: &Outbox<SweepPart>,
    ) -> Result<(), Error> {
        let outputs = self.swept.expression.outputs().len();
        for (number, columns) in numbers.iter().zip(columns.chunks(outputs)) {
            let rows = columns[0].len() / 8;
            let chunk = chunk_rows(outputs, self.chunk_bytes);
            for start in (0..rows.max(1)).step_by(chunk) {
                let end = rows.min(start + chunk);
                let part = SweepColumns {
                    expression: self.swept.index,
                    parameters: self.parameters(*number),
                    start: start as u64,
                    columns: columns.iter().map(|column| column.slice(8 * start..8 * end)).collect(),
                };
                // The memory of the tile goes with its first part.
                outbox.send_held(SweepPart::Columns(part), std::mem::take(&mut held)).await?;
            }
            self.returned += 1;
        }
        Ok(())
    }

    fn parameters(&self, number: u64) -> Vec<f64> {
        self.swept.expression.values(&self.swept.variants.indices(number))
    }
}

/// Whether a statistic has no value.
fn is_undefined(row: &[f64]) -> bool {
    row.iter().any(|value| value.is_nan())
}
