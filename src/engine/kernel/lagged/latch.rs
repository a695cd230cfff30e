//! Latch: a state that one condition sets and another resets (SR latch, reset-dominant).

use crate::kernel::{Fields, Kernel, Memory, State, parameters};

/// 1 from the bar where the first input is true until the bar where the second is, else 0. Where both are true it is 0. A
/// constant takes the place of an input. NaN in an input: NaN at that bar, and the state stays.
#[derive(Debug, Clone)]
pub struct Latch {
    /// Whether it is set at every bar, if that is a constant.
    pub set: Option<bool>,
    /// Whether it is reset at every bar, if that is a constant.
    pub reset: Option<bool>,
}

parameters!(Latch { set, reset });

impl Kernel for Latch {
    fn lookback(&self) -> usize {
        0
    }

    fn memory(&self) -> Memory {
        Memory::Unbounded
    }

    fn is_canonical(&self) -> bool {
        true
    }

    fn start(&self) -> Box<dyn State> {
        Box::new(LatchState { kernel: self.clone(), is_set: false })
    }
}

#[derive(Clone)]
struct LatchState {
    kernel: Latch,
    is_set: bool,
}

impl LatchState {
    #[inline(always)]
    fn step(&mut self, set: f64, reset: f64) -> f64 {
        if set.is_nan() | reset.is_nan() {
            return f64::NAN;
        }
        self.is_set = (self.is_set | (set != 0.0)) & (reset == 0.0);
        f64::from(u8::from(self.is_set))
    }
}

impl State for LatchState {
    fn feed(&mut self, inputs: &[&[f64]], outputs: &mut [&mut [f64]]) {
        let Latch { set, reset } = self.kernel;
        let number = |constant: bool| f64::from(u8::from(constant));
        match (set, reset, inputs) {
            (None, None, [set, reset]) => {
                for ((output, &set), &reset) in outputs[0].iter_mut().zip(*set).zip(*reset) {
                    *output = self.step(set, reset);
                }
            }
            (None, Some(reset), [set]) => {
                outputs[0].iter_mut().zip(*set).for_each(|(output, &set)| *output = self.step(set, number(reset)));
            }
            (Some(set), None, [reset]) => {
                outputs[0].iter_mut().zip(*reset).for_each(|(output, &reset)| *output = self.step(number(set), reset));
            }
            _ => unreachable!("a latch has an input for each condition that is no constant, and one at least"),
        }
    }

    fn visit(&mut self, fields: &mut Fields<'_>) {
        fields.visit(&mut [&mut self.is_set]);
    }

    fn boxed(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f64 = f64::NAN;

    fn fed(kernel: &Latch, inputs: &[&[f64]], cut: usize) -> Vec<f64> {
        let mut state = kernel.start();
        let mut found = Vec::new();
        for start in (0..inputs[0].len()).step_by(cut) {
            let end = inputs[0].len().min(start + cut);
            let block: Vec<&[f64]> = inputs.iter().map(|input| &input[start..end]).collect();
            let mut output = vec![9.0; end - start];
            state.feed(&block, &mut [&mut output]);
            found.extend(output);
        }
        found
    }

    #[test]
    fn it_is_set_until_it_is_reset() {
        let set = [0.0, 1.0, 0.0, 0.0, 2.0, 1.0, 0.0, NONE, 0.0, 1.0, 0.0];
        let reset = [1.0, 0.0, 0.0, 3.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, NONE];
        let both = Latch { set: None, reset: None };
        let never = Latch { set: None, reset: Some(false) };
        let always = Latch { set: Some(true), reset: None };
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        for cut in 1..12 {
            let expected = vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, NONE, 0.0, 1.0, NONE];
            assert_eq!(bits(fed(&both, &[&set, &reset], cut)), bits(expected));
            let expected = vec![0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, NONE, 1.0, 1.0, 1.0];
            assert_eq!(bits(fed(&never, &[&set], cut)), bits(expected));
            let expected = vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, NONE];
            assert_eq!(bits(fed(&always, &[&reset], cut)), bits(expected));
        }
    }
}
