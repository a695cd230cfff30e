//! Fuzz target: checkpoints as bytes, of every indicator, with a checksum that is right again.

use std::sync::{Arc, LazyLock};

use super::checkpoint::checksum;
use crate::indicator::{Checkpoint, Expression, Graph, Limits, Plan, Run, registry};

/// Rows before a checkpoint.
const ROWS: usize = 200;
/// Rows after it.
const MORE: usize = 70;

/// A plan, and the bytes of its state after some rows.
struct Saved {
    plan: Arc<Plan>,
    bytes: Vec<u8>,
}

static SAVED: LazyLock<Vec<Saved>> = LazyLock::new(|| {
    let saved = |name| {
        let mut graph = Graph::new();
        let found = Expression::parse(name, &Limits::default()).expect("defaults are good");
        let ports: Vec<_> = found.iter().map(|expression| expression.port(&mut graph)).collect();
        let plan = Arc::new(Plan::new(graph, &ports));
        let mut run = plan.start();
        feed(&mut run, &plan, ROWS);
        let bytes = run.save_checkpoint(ROWS).to_bytes(&plan, "");
        Saved { plan, bytes }
    };
    registry::INDICATORS.iter().map(|indicator| saved(indicator.name)).collect()
});

/// Feeds rows of a wave to all columns, and times.
fn feed(run: &mut Run, plan: &Plan, rows: usize) {
    let columns = plan.columns().len() + usize::from(plan.reads_time());
    let wave = |column: usize| move |row: usize| 100.0 + ((row * (3 + column)) % 17) as f64 + row as f64 / 8.0;
    let inputs: Vec<Vec<f64>> = (0..columns).map(|column| (0..rows).map(wave(column)).collect()).collect();
    let mut outputs = vec![vec![0.0; rows]; plan.outputs()];
    let inputs: Vec<&[f64]> = inputs.iter().map(Vec::as_slice).collect();
    run.feed(&inputs, &mut outputs.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>());
}

#[test]
fn checkpoints() {
    atrad_fuzz::check(8000, 64 << 20, |input| {
        let Saved { plan, bytes } = &SAVED[usize::from(u16::from_le_bytes([input.file, input.choice])) % SAVED.len()];
        let mut bytes =
            input.edit(std::slice::from_ref(bytes), &[0.0, -1.0, f64::NAN, f64::MAX, 5e-324].map(f64::to_le_bytes));
        let body = bytes.len().saturating_sub(8);
        let sum = checksum(&bytes[..body]);
        bytes[body..].iter_mut().zip(sum.to_le_bytes()).for_each(|(byte, new)| *byte = new);
        let Ok(checkpoint) = Checkpoint::from_bytes(plan, "", &bytes) else { return false };
        assert_eq!(checkpoint.to_bytes(plan, ""), bytes, "what is read is what was written");
        feed(&mut plan.resume(checkpoint), plan, MORE);
        true
    });
}
