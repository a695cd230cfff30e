//! Rules for windows of which each bar tells the length, within what is kept for all.

use super::history::History;
use super::level::leveled;
use super::scan::{all_exist, exists, spread};
use super::{BLOCK, Fields, State};

/// What is computed from the newest `N` values of one input and the newest of another. What lies before the first bar is 0.
pub(crate) trait Reach<const N: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// The values at a bar; the newest value comes last.
    fn values(&self, newest: &[f64; N], length: f64) -> [f64; O];
}

/// The state of such a rule, which passes over the bars without a value.
#[derive(Clone)]
pub(crate) struct Reaching<R, const N: usize, const O: usize> {
    rule: R,
    history: History,
}

impl<R: Reach<N, O>, const N: usize, const O: usize> Reaching<R, N, O> {
    pub(crate) fn new(rule: R) -> Self {
        let mut history = History::new(N);
        history.block_mut(N).fill(0.0);
        Self { rule, history }
    }

    /// The values at bars that all exist.
    fn run(&mut self, values: &[f64], lengths: &[f64], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(values.len()).copy_from_slice(values);
        reach::<R, N, O>(&self.rule, self.history.reaching(N - 1, 0), lengths, outputs);
    }
}

leveled! {
    fn reach<R: Reach<N, O>; const N: usize, const O: usize>(
        rule: &R,
        column: &[f64],
        lengths: &[f64],
        outputs: &mut [&mut [f64]],
    ) {
        for (at, (newest, length)) in column.windows(N).zip(lengths).enumerate() {
            let values = rule.values(newest.first_chunk().expect("a window of N values"), *length);
            for o in 0..O {
                outputs[o][at] = values[o];
            }
        }
    }
}

impl<R: Reach<N, O>, const N: usize, const O: usize> State for Reaching<R, N, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [values, lengths] = [inputs[0], inputs[1]];
        if all_exist(values) && all_exist(lengths) {
            return self.run(values, lengths, outputs);
        }
        let mut known = [f64::NAN; BLOCK];
        let mut dense = [[0.0; BLOCK]; 2];
        let mut count = 0;
        for (at, (value, length)) in values.iter().zip(lengths).enumerate() {
            if exists(*value) && exists(*length) {
                (known[at], dense[0][count], dense[1][count]) = (*value, *value, *length);
                count += 1;
            }
        }
        let mut parts: Vec<&mut [f64]> = outputs.iter_mut().map(|output| &mut output[..count]).collect();
        self.run(&dense[0][..count], &dense[1][..count], &mut parts);
        outputs.iter_mut().for_each(|output| spread(&known[..values.len()], count, output));
    }

    fn pass(&mut self, fields: &mut Fields<'_>) {
        fields.pass(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
