//! The writer thread against a model (a plain map): after every step a series equals the map.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use proptest::prelude::*;

use super::fixture::{MINUTE, app_with, bar, bars, files, id, inline, merged, open_with, question, read};
use crate::app::write::segment_writer::Sizes;
use crate::app::{App, Batch, BatchKey, Config, Error, OnConflict, Receipt};
use crate::series::{Bar, Bars, Columns, Span};

const SERIES: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Ingest { series: usize, sent: Columns, on_conflict: OnConflict, key: Option<u8> },
    Delete { series: usize },
}

#[derive(Debug, Clone)]
enum Op {
    /// Sent at once, so that some share a group commit.
    Together(Vec<Step>),
    Reopen,
}

#[derive(Debug, Clone, Default)]
struct Model {
    epoch: u64,
    bars: BTreeMap<i64, Bar>,
}

impl Model {
    /// The outcome of a batch; `None` when it is refused for a conflict.
    fn ingest(&mut self, sent: &Columns, on_conflict: OnConflict) -> Option<Receipt> {
        let (mut chosen, mut receipt) = (BTreeMap::new(), Receipt::default());
        for bar in (0..sent.times.len()).map(|row| sent.bar(row)) {
            match (chosen.get(&bar.time), on_conflict) {
                (None, _) => drop(chosen.insert(bar.time, bar)),
                (Some(before), OnConflict::Error) if *before != bar => return None,
                (Some(_), OnConflict::Replace) => {
                    chosen.insert(bar.time, bar);
                    receipt.ignored += 1;
                }
                (Some(_), _) => receipt.ignored += 1,
            }
        }
        for (time, bar) in chosen {
            match (self.bars.get(&time), on_conflict) {
                (None, _) => receipt.accepted += 1,
                (Some(before), _) if *before == bar => receipt.ignored += 1,
                (Some(_), OnConflict::Replace) => receipt.replaced += 1,
                (Some(_), OnConflict::Keep) => {
                    receipt.ignored += 1;
                    continue;
                }
                (Some(_), OnConflict::Error) => return None,
            }
            self.bars.insert(time, bar);
        }
        self.epoch += u64::from(receipt.accepted + receipt.replaced > 0);
        Some(Receipt { epoch: self.epoch, ..receipt })
    }

    fn columns(&self, from: i64, to: i64, last: usize) -> Columns {
        let chosen: Vec<_> = self.bars.range(from..to).map(|(_, &bar)| bar).collect();
        let mut columns = Columns::default();
        chosen[chosen.len().saturating_sub(last)..].iter().for_each(|&bar| columns.push(bar));
        columns
    }
}

fn batch() -> impl Strategy<Value = Columns> {
    // Short and long, new and old, dense and sparse; few variants, so that some are equal.
    let length = prop_oneof![4 => 1..8_i64, 2 => 8..60_i64, 1 => 60..400_i64];
    let run = (0..600_i64, length, 1..4_usize, 0..2_u32).prop_map(|(start, length, stride, variant)| {
        bars((start - 100..start - 100 + length).step_by(stride), variant).into_columns()
    });
    // Some out of order, and some with duplicates.
    let mixed = (run.clone(), any::<prop::sample::Index>(), 0..3_u32).prop_map(|(run, at, variant)| {
        let (mut sent, rows) = (Columns::default(), run.times.len());
        for row in (0..rows).map(|row| (row + at.index(rows)) % rows) {
            sent.push(run.bar(row));
            if row % 5 == 0 && variant > 0 {
                sent.push(bar(run.times[row] / MINUTE, variant - 1));
            }
        }
        sent
    });
    prop_oneof![3 => run, 1 => mixed]
}

fn step() -> impl Strategy<Value = Step> {
    let on_conflict =
        prop_oneof![4 => Just(OnConflict::Replace), 1 => Just(OnConflict::Keep), 1 => Just(OnConflict::Error)];
    let ingest = (0..SERIES, batch(), on_conflict, prop::option::weighted(0.2, 0..4_u8))
        .prop_map(|(series, sent, on_conflict, key)| Step::Ingest { series, sent, on_conflict, key });
    let delete = (0..SERIES).prop_map(|series| Step::Delete { series });
    prop_oneof![9 => ingest, 1 => delete]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![5 => prop::collection::vec(step(), 1..8).prop_map(Op::Together), 1 => Just(Op::Reopen)];
    prop::collection::vec(op, 1..14)
}

/// The outcome of a step: the receipt, the rows deleted, or the error.
#[derive(Debug, PartialEq)]
enum Outcome {
    Stored(Receipt),
    Conflict,
    KeyTaken,
    Deleted(u64),
    NoSeries,
}

async fn ask(app: &App, step: Step) -> Outcome {
    match step {
        Step::Ingest { series, sent, on_conflict, key } => {
            let key = key.map(|key| BatchKey::new("model", &key.to_string()).expect("valid"));
            let Ok(batch) = Batch::new(sent, on_conflict) else { return Outcome::Conflict };
            match app.write.ingest(id(series), batch.keyed(key)).await {
                Ok(receipt) => Outcome::Stored(receipt),
                Err(Error::Shared(error)) if matches!(*error, Error::Conflict { .. }) => Outcome::Conflict,
                Err(Error::Shared(error)) if matches!(*error, Error::KeyTaken { .. }) => Outcome::KeyTaken,
                Err(error) => panic!("{error}"),
            }
        }
        Step::Delete { series } => match app.write.delete(id(series)).await {
            Ok(rows) => Outcome::Deleted(rows),
            Err(Error::Shared(error)) if matches!(*error, Error::NoSeries(_)) => Outcome::NoSeries,
            Err(error) => panic!("{error}"),
        },
    }
}

/// Every series, and the receipt of each key.
#[derive(Debug, Default)]
struct Models {
    series: BTreeMap<usize, Model>,
    keys: BTreeMap<u8, (Step, Receipt)>,
}

fn expect(models: &mut Models, step: &Step) -> Outcome {
    match step {
        Step::Ingest { series, sent, on_conflict, key } => {
            let before = key.and_then(|key| models.keys.get(&key));
            // Invalid batches are refused before the key lookup.
            let alone = Model::default().ingest(sent, *on_conflict);
            match (alone, before) {
                (None, _) => return Outcome::Conflict,
                (_, Some((before, receipt))) if same_batch(before, step) => return Outcome::Stored(*receipt),
                (_, Some(_)) => return Outcome::KeyTaken,
                (_, None) => {}
            }
            let mut model = models.series.get(series).cloned().unwrap_or_default();
            let Some(receipt) = model.ingest(sent, *on_conflict) else { return Outcome::Conflict };
            models.series.insert(*series, model);
            models.keys.extend(key.map(|key| (key, (step.clone(), receipt))));
            Outcome::Stored(receipt)
        }
        Step::Delete { series } => {
            let is_other = |step: &Step| matches!(step, Step::Ingest { series: other, .. } if other != series);
            models.keys.retain(|_, (step, _)| is_other(step));
            models.series.remove(series).map_or(Outcome::NoSeries, |model| Outcome::Deleted(model.bars.len() as u64))
        }
    }
}

fn same_batch(one: &Step, two: &Step) -> bool {
    let taken = |step: &Step| match step {
        Step::Ingest { series, sent, on_conflict, .. } => {
            let mut alone = Model::default();
            let receipt = alone.ingest(sent, *on_conflict).expect("it was taken");
            (*series, *on_conflict as u8, receipt, format!("{:?}", alone.bars))
        }
        Step::Delete { .. } => unreachable!("it has no key"),
    };
    taken(one) == taken(two)
}

async fn compare(app: &Arc<App>, models: &BTreeMap<usize, Model>, sizes: Sizes, bounds: (i64, i64, usize)) {
    let listed: Vec<_> = app
        .bars
        .list("", None, None, 100, &crate::app::CallContext::default())
        .await
        .expect("listed")
        .into_iter()
        .map(|facts| facts.id)
        .collect();
    assert_eq!(listed, models.keys().map(|&series| id(series)).collect::<Vec<_>>());
    for (&series, model) in models {
        let facts = app.bars.get(&id(series)).expect("there");
        let times = (model.bars.keys().next().copied(), model.bars.keys().last().copied());
        assert_eq!((facts.first_time, facts.last_time, facts.epoch), (times.0, times.1, model.epoch));
        assert_eq!(facts.rows, model.bars.len() as u64);
        assert!(facts.tail_rows as usize <= sizes.tail_max);
        let all = model.columns(i64::MIN, i64::MAX, usize::MAX);
        assert_eq!(read(app, series, Span::ALL).await.expect("readable"), (all.clone(), model.epoch));

        let (from, to, last) = bounds;
        let span = Span::new(Some(from), Some(to), Some(last as u64)).expect("valid");
        assert_eq!(read(app, series, span).await.expect("readable").0, model.columns(from, to, last));
        let question = question(series, span, &["sma(5)", "close"]);
        let stored = app.compute.unary(question.clone(), None).await.expect("computed");
        let inline = inline(&Bars::new(all).expect("valid"), &question);
        let inline = app.compute.unary(inline, None).await.expect("computed");
        assert_eq!((stored.times, stored.columns), (inline.times, inline.columns));
    }
}

/// After compaction, segments are few.
async fn compare_segments(app: &App, sizes: Sizes) {
    merged(app).await;
    for facts in app.bars.list("", None, None, 100, &crate::app::CallContext::default()).await.expect("listed") {
        let sealed = (facts.rows - facts.tail_rows) as usize;
        let most = 2 + sealed.checked_ilog2().unwrap_or(0) as usize + 2 * sealed / sizes.segment_max;
        assert!(facts.segments as usize <= most, "{} segments of {sealed} bars", facts.segments);
    }
}

async fn run(ops: Vec<Op>, sizes: Sizes, bounds: (i64, i64, usize)) {
    let small_chunks = |config: &mut Config| config.limits.chunk_bytes_max = 2000;
    let (directory, mut app) = app_with(sizes, small_chunks);
    let mut models = Models::default();
    for op in ops {
        match op {
            Op::Together(steps) => {
                let outcomes = join_all(steps.iter().map(|step| ask(&app, step.clone()))).await;
                let expected: Vec<_> = steps.iter().map(|step| expect(&mut models, step)).collect();
                assert_eq!(outcomes, expected);
            }
            Op::Reopen => {
                app.close().await;
                let named: u32 = app
                    .bars
                    .list("", None, None, 100, &crate::app::CallContext::default())
                    .await
                    .expect("listed")
                    .iter()
                    .map(|facts| facts.segments)
                    .sum();
                assert_eq!(files(directory.path()).len(), named as usize, "files that nobody names are gone");
                app = open_with(directory.path(), sizes, small_chunks);
            }
        }
        compare(&app, &models.series, sizes, bounds).await;
    }
    compare_segments(&app, sizes).await;
    compare(&app, &models.series, sizes, bounds).await;
    app.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_series_holds_what_was_put_in(
        ops in ops(),
        tail_max in 4..40_usize,
        keep in 1..4_usize,
        segment_max in prop_oneof![Just(48_usize), Just(1 << 20)],
        (from, length, last) in (-120..500_i64, 1..300_i64, 1..200_usize),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sizes = Sizes { tail_max, tail_keep: keep, segment_max };
        runtime.block_on(run(ops, sizes, (from * MINUTE, (from + length) * MINUTE, last)));
    }
}
