//! Windows whose length is an input, up to a fixed maximum.

use crate::kernel::simd::dispatch::leveled;
use crate::kernel::state::ring_buffer::History;
use crate::kernel::state::skip_nan::{all_exist, exists, scatter};
use crate::kernel::{BLOCK, Fields, State};

/// A function of the newest `N` values of one input and the newest value of another, the length. Values before the first
/// bar are 0.
pub(crate) trait VariableLength<const N: usize, const O: usize>: Clone + Send + Sync + 'static {
    /// The values at a bar; the newest value comes last.
    fn values(&self, newest: &[f64; N], length: f64) -> [f64; O];
}

/// The state of such a function. A bar without a value is skipped. One without a length has no result, but its value is
/// remembered: lengths begin later than values, and the first windows reach back to before them.
#[derive(Clone)]
pub(crate) struct VariableLengthState<R, const N: usize, const O: usize> {
    rule: R,
    history: History,
}

impl<R: VariableLength<N, O>, const N: usize, const O: usize> VariableLengthState<R, N, O> {
    pub(crate) fn new(rule: R) -> Self {
        let mut history = History::new(N);
        history.block_mut(N).fill(0.0);
        Self { rule, history }
    }

    /// The results at bars without gaps.
    fn run(&mut self, values: &[f64], lengths: &[f64], outputs: &mut [&mut [f64]]) {
        self.history.block_mut(values.len()).copy_from_slice(values);
        read_windows::<R, N, O>(&self.rule, self.history.with_history(N - 1, 0), lengths, outputs);
    }
}

leveled! {
    fn read_windows<R: VariableLength<N, O>; const N: usize, const O: usize>(
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

impl<R: VariableLength<N, O>, const N: usize, const O: usize> State for VariableLengthState<R, N, O> {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let [values, lengths] = [inputs[0], inputs[1]];
        if all_exist(values) && all_exist(lengths) {
            return self.run(values, lengths, outputs);
        }
        let mut dense = [[0.0; BLOCK]; 2];
        let mut count = 0;
        for (value, length) in values.iter().zip(lengths).filter(|(value, _)| exists(**value)) {
            dense[0][count] = *value;
            dense[1][count] = if exists(*length) { *length } else { 0.0 };
            count += 1;
        }
        let mut parts: Vec<&mut [f64]> = outputs.iter_mut().map(|output| &mut output[..count]).collect();
        self.run(&dense[0][..count], &dense[1][..count], &mut parts);
        for output in outputs.iter_mut() {
            scatter(values, count, output);
            let unknown = output.iter_mut().zip(lengths).filter(|(_, length)| !exists(**length));
            unknown.for_each(|(result, _)| *result = f64::NAN);
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.history]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of as many of the newest values as the other input says, and how many that are.
    #[derive(Clone)]
    struct SumAndLength;

    impl VariableLength<4, 2> for SumAndLength {
        fn values(&self, newest: &[f64; 4], length: f64) -> [f64; 2] {
            let bars = length as usize;
            [newest[4 - bars..].iter().sum(), length]
        }
    }

    #[test]
    fn variable_lengths_do_not_depend_on_the_cut() {
        let (none, rows) = (f64::NAN, 100);
        let x: Vec<f64> = (0..rows).map(|i| if i % 7 == 3 { none } else { f64::from(i) }).collect();
        // Lengths begin later than values, and have gaps of their own.
        let length = |i| if i < 9 || i % 11 == 5 { none } else { f64::from(1 + i % 4) };
        let lengths: Vec<f64> = (0..rows).map(length).collect();
        let mut known = vec![0.0; 4];
        let expected = |(x, length): (&f64, &f64)| {
            if x.is_nan() {
                return [none; 2];
            }
            known.push(*x);
            if length.is_nan() {
                return [none; 2];
            }
            [known[known.len() - *length as usize..].iter().sum(), *length]
        };
        let expected: Vec<[f64; 2]> = x.iter().zip(&lengths).map(expected).collect();
        for cut in [1, 3, 10, 100] {
            let mut state = VariableLengthState::<_, 4, 2>::new(SumAndLength);
            let mut found = Vec::new();
            for (x, lengths) in x.chunks(cut).zip(lengths.chunks(cut)) {
                let (mut sums, mut bars) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                state.feed(&[x, lengths], &mut [&mut sums, &mut bars]);
                found.extend(sums.into_iter().zip(bars));
            }
            for ((sum, bars), expected) in found.into_iter().zip(&expected) {
                let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
                assert!(same(sum, expected[0]) && same(bars, expected[1]), "{sum} and {expected:?}");
            }
        }
    }
}
