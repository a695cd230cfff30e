//! The walk of a sweep through its folds: the best variant of each in sample, and what came of it out of sample.

use std::ops::Range;
use std::pin::pin;

use futures_util::TryStreamExt;

use super::folds::Fold;
use super::planning::Ready;
use super::question::{FoldSpan, SweepFold, SweepOutOfSample, SweepPart, SweepQuery};
use super::ranking::Best;
use super::reducing::deflation::Deflation;
use super::tile::{Job, Swept, TileResult, TileValues, combined};
use crate::app::Error;
use crate::app::compute::service::Compute;
use crate::app::workers::call_context::CallContext;
use crate::app::workers::outbox::Outbox;
use crate::series::Source;

/// The best variants in sample.
struct Chosen {
    /// Of each fold, by the column that ranks.
    best: Vec<Best<Vec<f64>>>,
    column: usize,
    /// All variants of each fold, if their ratios are to be deflated.
    rows: Vec<Vec<(u64, Vec<f64>)>>,
    deflation: Option<Deflation>,
    undefined: u64,
}

impl Chosen {
    fn new(swept: &Swept, request: &SweepQuery, folds: usize) -> Self {
        let ranking = request.ranking.as_ref().expect("folds have a ranking");
        let deflation = Deflation::of(&request.feeds, swept.expression.outputs().len());
        Self {
            best: (0..folds).map(|_| Best::new(ranking.order)).collect(),
            column: ranking.columns[swept.index],
            rows: vec![vec![]; folds],
            deflation,
            undefined: 0,
        }
    }

    fn add(&mut self, result: TileResult) {
        let TileValues::Reduced(windows) = result.values else { return };
        let is_undefined = |at: &usize| windows.iter().any(|rows| rows[*at].iter().any(|value| value.is_nan()));
        self.undefined += (0..result.numbers.len()).filter(is_undefined).count() as u64;
        for (fold, rows) in windows.into_iter().enumerate() {
            for (&number, row) in result.numbers.iter().zip(rows) {
                match self.deflation {
                    Some(_) => self.rows[fold].push((number, row)),
                    None => self.best[fold].add(number, row[self.column], row),
                }
            }
        }
    }

    /// The best variant of each fold; `None` where no variant has a value.
    fn finish(mut self) -> Vec<Option<(u64, Vec<f64>)>> {
        if let Some(deflation) = &self.deflation {
            for (rows, best) in self.rows.iter_mut().zip(&mut self.best) {
                deflation.among(rows);
                rows.drain(..).for_each(|(number, row)| best.add(number, row[self.column], row));
            }
        }
        let column = self.column;
        let first = |best: Best<Vec<f64>>| best.finish().next().filter(|(_, row)| !row[column].is_nan());
        self.best.into_iter().map(first).collect()
    }
}

impl Compute {
    /// Chooses the best variant of an expression in each fold, and sends what came of it. The number of folds where one was
    /// chosen, and of the variants without a value.
    pub(super) async fn send_folds(
        &self,
        (ready, at): (&Ready, usize),
        folds: &[Fold],
        context: &CallContext,
        outbox: &Outbox<SweepPart>,
    ) -> Result<(u64, u64), Error> {
        let swept = &ready.swept[at];
        let mut chosen = Chosen::new(swept, &ready.request, folds.len());
        let windows: Vec<_> = folds.iter().map(|fold| fold.in_sample.clone()).collect();
        {
            let mut tiles = pin!(self.tiles((ready, at), &windows, context));
            while let Some((_, result, _)) = tiles.try_next().await? {
                chosen.add(result);
            }
        }
        let (undefined, mut returned, mut rows) = (chosen.undefined, 0, 0);
        let outputs = swept.expression.outputs().len();
        let (feeds, deflation) = (&ready.request.feeds, Deflation::of(&ready.request.feeds, outputs));
        let mut continued = Some(feeds.blocks(outputs));
        for (number, (fold, best)) in folds.iter().zip(chosen.finish()).enumerate() {
            let mut part = ready.fold(swept, number, fold);
            if let Some((variant, row)) = best {
                let numbers = vec![variant];
                let job = Job { numbers, windows: vec![fold.out_of_sample.clone()], continued: continued.take() };
                let result = self.run_job(job, (ready, at), context).await?;
                continued = result.continued;
                if let TileValues::Reduced(mut windows) = result.values {
                    part.out_values = windows.swap_remove(0).swap_remove(0);
                }
                if let Some(deflation) = &deflation {
                    deflation.alone(&mut part.out_values);
                }
                (part.parameters, part.in_values) = (swept.expression.values(&swept.variants.indices(variant)), row);
                (returned, rows) = (returned + 1, rows + fold.out_of_sample.len() as u64);
            }
            let bytes = 8 * (part.parameters.len() + 2 * part.in_values.len());
            outbox.send(SweepPart::Fold(part), bytes).await?;
        }
        let (bars, request) = (ready.bars.clone(), ready.request.clone());
        let blocks = continued.unwrap_or_default();
        // A fold in which nothing was chosen has no values out of sample.
        let row = self.executor.run(context, rows, move |_| Ok(combined(blocks, &bars, &request))).await;
        let mut values = row?;
        if let Some(deflation) = &deflation {
            deflation.alone(&mut values);
        }
        let part = SweepOutOfSample { expression: at, rows, values };
        let bytes = 8 * part.values.len();
        outbox.send(SweepPart::OutOfSample(part), bytes).await?;
        Ok((returned, undefined))
    }
}

impl Ready {
    /// A fold before anything was chosen.
    fn fold(&self, swept: &Swept, number: usize, fold: &Fold) -> SweepFold {
        let span = |rows: &Range<usize>| {
            let mut times = Vec::with_capacity(2);
            self.bars.bars.source.times(rows.start..rows.start + 1, &mut times);
            self.bars.bars.source.times(rows.end - 1..rows.end, &mut times);
            FoldSpan { first: times[0], last: times[1], rows: rows.len() as u64 }
        };
        SweepFold {
            expression: swept.index,
            number,
            in_sample: span(&fold.in_sample),
            out_of_sample: span(&fold.out_of_sample),
            parameters: vec![],
            in_values: vec![],
            out_values: vec![],
        }
    }
}
