//! Non-temporal stores: outputs larger than the caches bypass them.
//!
//! An ordinary store first reads the line that it overwrites (read for ownership): 24 bytes of traffic per bar instead
//! of 16. Only whole cache lines are streamed, since a partial line would be written to memory twice.

use std::ops::Range;

/// Copies the leading values of columns to `rows` of outputs.
pub fn stream(columns: &[&mut [f64]], outputs: &mut [&mut [f64]], rows: &Range<usize>) {
    for (values, output) in columns.iter().zip(outputs) {
        let (values, output) = (&values[..rows.len()], &mut output[rows.clone()]);
        // Full cache lines only: a partial line would be written to memory twice.
        let head = output.as_ptr().align_offset(LINE * size_of::<f64>()).min(output.len());
        let tail = head + (output.len() - head) / LINE * LINE;
        output[..head].copy_from_slice(&values[..head]);
        output[tail..].copy_from_slice(&values[tail..]);
        let (values, _) = values[head..tail].as_chunks::<LINE>();
        let (lines, _) = output[head..tail].as_chunks_mut::<LINE>();
        lines.iter_mut().zip(values).for_each(|(line, values)| store(values, line));
    }
    end();
}

/// The number of values in a cache line.
const LINE: usize = 8;

/// Stores an aligned cache line, which must not be read before `end`.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "non-temporal stores have no safe interface")]
#[inline(always)]
fn store(values: &[f64; LINE], line: &mut [f64; LINE]) {
    use std::arch::x86_64::{_mm_loadu_pd, _mm_stream_pd};
    for at in (0..LINE).step_by(2) {
        let (from, to) = (values[at..at + 2].as_ptr(), line[at..at + 2].as_mut_ptr());
        // SAFETY: both slices hold two values, the target is 16-byte aligned because the line is 64-byte aligned, and every
        // x86-64 has SSE2.
        unsafe { _mm_stream_pd(to, _mm_loadu_pd(from)) };
    }
}

/// Orders the stores before later reads.
#[cfg(target_arch = "x86_64")]
fn end() {
    #[allow(unsafe_code, reason = "the fence has no safe interface")]
    // SAFETY: every x86-64 has SSE.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn store(values: &[f64; LINE], line: &mut [f64; LINE]) {
    *line = *values;
}

#[cfg(not(target_arch = "x86_64"))]
fn end() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_streamed_at_any_alignment() {
        let mut values: Vec<f64> = (0..100).map(f64::from).collect();
        let mut output = vec![-1.0; 120];
        for start in 0..17 {
            for len in [0, 1, 7, 8, 9, 63, 100] {
                output.fill(-1.0);
                stream(&[&mut values], &mut [&mut output], &(start..start + len));
                let (before, rest) = output.split_at(start);
                assert_eq!(rest[..len], values[..len]);
                assert!(before.iter().chain(&rest[len..]).all(|&value| value == -1.0));
            }
        }
    }
}
