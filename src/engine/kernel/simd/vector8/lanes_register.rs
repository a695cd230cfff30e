//! The lanes of any level as a register: the definition of its operations in plain arrays.

use super::lanes::{Lanes, Vector8};
use super::register::Register;

impl Register for Lanes {
    const LANES: usize = 8;

    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        <Self as Vector8>::load(values.first_chunk().expect("eight values"))
    }

    #[inline(always)]
    fn splat(value: f64) -> Self {
        <Self as Vector8>::splat(value)
    }

    #[inline(always)]
    fn store(self, values: &mut [f64]) {
        <Self as Vector8>::store(self, values.first_chunk_mut().expect("eight values"));
    }

    #[inline(always)]
    fn times_plus(self, by: Self, to: Self) -> Self {
        <Self as Vector8>::times_plus(self, by, to)
    }

    #[inline(always)]
    fn unless_below(self, least: Self) -> Self {
        Self::if_greater(least, self.magnitude(), <Self as Vector8>::splat(0.0), self)
    }

    #[inline(always)]
    fn store_columns(rows: [Self; 8], outputs: &mut [&mut [[f64; 8]]], block: usize) {
        let mut values = [[0.0; 8]; 8];
        for (row, values) in rows.into_iter().zip(&mut values) {
            <Self as Vector8>::store(row, values);
        }
        for (lane, output) in outputs.iter_mut().enumerate() {
            output[block] = values.map(|row| row[lane]);
        }
    }
}
