//! Values as they are given out.

use super::level::leveled;

leveled! {
    /// Copies values. NaN, which comes in many forms, is given out in one.
    pub fn settle(values: &[f64], output: &mut [f64]) {
        for (output, &value) in output.iter_mut().zip(values) {
            *output = if value.is_nan() { f64::NAN } else { value };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Level;

    #[test]
    fn there_is_one_nan() {
        let values: Vec<f64> = (0..37).map(|i| if i % 3 == 0 { -f64::NAN } else { f64::from(i) }).collect();
        for level in Level::available() {
            let mut output = vec![0.0; values.len()];
            level.run(|| settle(&values, &mut output));
            for (value, output) in values.iter().zip(output) {
                let expected = if value.is_nan() { f64::NAN } else { *value };
                assert_eq!(output.to_bits(), expected.to_bits());
            }
        }
    }
}
