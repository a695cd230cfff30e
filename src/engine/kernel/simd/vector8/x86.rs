//! The registers of x86-64.
//!
//! Methods of a trait cannot be compiled for a level, so the instructions are called from functions that are always
//! inlined into one that is. Promise of every `unsafe` here: only `vectored!` names these types, in functions that are
//! compiled for their level and run on CPUs that have it.

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

use super::lanes::{Same, Vector8, scalar_operators};
use super::register::Register;

/// Two registers of four lanes, for AVX2 and FMA.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256d, __m256d);

/// One register of eight lanes, for AVX-512 F.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512d);

/// One register of four lanes that are the same.
#[derive(Clone, Copy)]
pub(crate) struct Same4(__m256d);

/// One register of eight lanes that are the same.
#[derive(Clone, Copy)]
pub(crate) struct Same8(__m512d);

/// One register of four lanes.
#[derive(Clone, Copy)]
pub(crate) struct Four(__m256d);

/// Methods by their instructions.
macro_rules! instructions {
    ($($name:ident($($arg:tt)*) $(-> $ret:ty)? = $value:expr;)+) => {$(
        #[inline(always)]
        fn $name($($arg)*) $(-> $ret)? {
            // SAFETY: as promised above; an array has the eight values that are loaded from it or stored to it.
            unsafe { $value }
        }
    )+};
}

/// Operators by their instructions.
macro_rules! operators {
    ($($type:ty: $operator:ident $name:ident($self:ident, $other:ident) = $value:expr;)+) => {$(
        impl $operator for $type {
            type Output = Self;

            instructions! { $name($self, $other: Self) -> Self = $value; }
        }
    )+};
}

operators! {
    Same4: Add add(self, other) = Self(_mm256_add_pd(self.0, other.0));
    Same4: Sub sub(self, other) = Self(_mm256_sub_pd(self.0, other.0));
    Same4: Mul mul(self, other) = Self(_mm256_mul_pd(self.0, other.0));
    Same8: Add add(self, other) = Self(_mm512_add_pd(self.0, other.0));
    Same8: Sub sub(self, other) = Self(_mm512_sub_pd(self.0, other.0));
    Same8: Mul mul(self, other) = Self(_mm512_mul_pd(self.0, other.0));
    Four: Mul mul(self, other) = Self(_mm256_mul_pd(self.0, other.0));
    Avx2: Add add(self, other) = Self(_mm256_add_pd(self.0, other.0), _mm256_add_pd(self.1, other.1));
    Avx2: Sub sub(self, other) = Self(_mm256_sub_pd(self.0, other.0), _mm256_sub_pd(self.1, other.1));
    Avx2: Mul mul(self, other) = Self(_mm256_mul_pd(self.0, other.0), _mm256_mul_pd(self.1, other.1));
    Avx2: Div div(self, other) = Self(_mm256_div_pd(self.0, other.0), _mm256_div_pd(self.1, other.1));
    Avx512: Add add(self, other) = Self(_mm512_add_pd(self.0, other.0));
    Avx512: Sub sub(self, other) = Self(_mm512_sub_pd(self.0, other.0));
    Avx512: Mul mul(self, other) = Self(_mm512_mul_pd(self.0, other.0));
    Avx512: Div div(self, other) = Self(_mm512_div_pd(self.0, other.0));
}

scalar_operators!(Avx2, Avx512);

impl Same for Same4 {
    instructions! {
        new(value: f64) -> Self = Self(_mm256_set1_pd(value));
        value(self) -> f64 = _mm256_cvtsd_f64(self.0);
        times_plus(self, by: Self, to: Self) -> Self = Self(_mm256_fmadd_pd(self.0, by.0, to.0));
    }
}

impl Same for Same8 {
    instructions! {
        new(value: f64) -> Self = Self(_mm512_set1_pd(value));
        value(self) -> f64 = _mm512_cvtsd_f64(self.0);
        times_plus(self, by: Self, to: Self) -> Self = Self(_mm512_fmadd_pd(self.0, by.0, to.0));
    }
}

impl Vector8 for Avx2 {
    type Same = Same4;
    type Register = Four;

    #[inline(always)]
    fn four_before(self, before: Self) -> Self {
        Self(before.1, self.0)
    }

    #[inline(always)]
    fn spread(value: Same4) -> Self {
        Self(value.0, value.0)
    }

    instructions! {
        load(values: &[f64; 8]) -> Self = Self(_mm256_loadu_pd(values.as_ptr()), _mm256_loadu_pd(values.as_ptr().add(4)));
        store(self, values: &mut [f64; 8]) = {
            _mm256_storeu_pd(values.as_mut_ptr(), self.0);
            _mm256_storeu_pd(values.as_mut_ptr().add(4), self.1);
        };
        first(self) -> f64 = _mm256_cvtsd_f64(self.0);
        times_plus(self, by: Self, to: Self) -> Self = Self(_mm256_fmadd_pd(self.0, by.0, to.0), _mm256_fmadd_pd(self.1, by.1, to.1));
        sqrt(self) -> Self = Self(_mm256_sqrt_pd(self.0), _mm256_sqrt_pd(self.1));
        if_greater(a: Self, b: Self, then: Self, otherwise: Self) -> Self = Self(
            _mm256_blendv_pd(otherwise.0, then.0, _mm256_cmp_pd::<_CMP_GT_OQ>(a.0, b.0)),
            _mm256_blendv_pd(otherwise.1, then.1, _mm256_cmp_pd::<_CMP_GT_OQ>(a.1, b.1)),
        );
        if_at_least(a: Self, b: Self, then: Self, otherwise: Self) -> Self = Self(
            _mm256_blendv_pd(otherwise.0, then.0, _mm256_cmp_pd::<_CMP_GE_OQ>(a.0, b.0)),
            _mm256_blendv_pd(otherwise.1, then.1, _mm256_cmp_pd::<_CMP_GE_OQ>(a.1, b.1)),
        );
        if_number(self, of: Self, other: Self) -> Self = Self(
            _mm256_blendv_pd(self.0, other.0, _mm256_cmp_pd::<_CMP_UNORD_Q>(of.0, of.0)),
            _mm256_blendv_pd(self.1, other.1, _mm256_cmp_pd::<_CMP_UNORD_Q>(of.1, of.1)),
        );
        magnitude(self) -> Self = {
            let sign = _mm256_set1_pd(-0.0);
            Self(_mm256_andnot_pd(sign, self.0), _mm256_andnot_pd(sign, self.1))
        };
        unless_zero(self, of: Self, other: Self) -> Self = {
            let zero = _mm256_setzero_pd();
            let first = _mm256_cmp_pd::<_CMP_EQ_OQ>(of.0, zero);
            let second = _mm256_cmp_pd::<_CMP_EQ_OQ>(of.1, zero);
            Self(_mm256_blendv_pd(self.0, other.0, first), _mm256_blendv_pd(self.1, other.1, second))
        };
        where_greater(self, a: Self, b: Self) -> Self = Self(
            _mm256_and_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(a.0, b.0), self.0),
            _mm256_and_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(a.1, b.1), self.1),
        );
        larger(self, other: Self) -> Self = Self(_mm256_max_pd(self.0, other.0), _mm256_max_pd(self.1, other.1));
        smaller(self, other: Self) -> Self = Self(_mm256_min_pd(self.0, other.0), _mm256_min_pd(self.1, other.1));
        one_before(self, before: Self) -> Self = {
            let first = _mm256_permute2f128_pd::<0x21>(before.1, self.0);
            let second = _mm256_permute2f128_pd::<0x21>(self.0, self.1);
            Self(_mm256_shuffle_pd::<5>(first, self.0), _mm256_shuffle_pd::<5>(second, self.1))
        };
        one_after(self, after: Self) -> Self = {
            let first = _mm256_permute2f128_pd::<0x21>(self.0, self.1);
            let second = _mm256_permute2f128_pd::<0x21>(self.1, after.0);
            Self(_mm256_shuffle_pd::<5>(self.0, first), _mm256_shuffle_pd::<5>(self.1, second))
        };
        two_before(self, before: Self) -> Self =
            Self(_mm256_permute2f128_pd::<0x21>(before.1, self.0), _mm256_permute2f128_pd::<0x21>(self.0, self.1));
        zeros(self) -> u32 = {
            let zero = _mm256_setzero_pd();
            let first = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_EQ_OQ>(self.0, zero));
            let second = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_EQ_OQ>(self.1, zero));
            (first | second << 4) as u32
        };
        first_of_pairs(self) -> Self = Self(_mm256_movedup_pd(self.0), _mm256_movedup_pd(self.1));
        first_pair_of_halves(self) -> Self = Self(_mm256_permute4x64_pd::<0x50>(self.0), _mm256_permute4x64_pd::<0x50>(self.1));
        first_of_halves(self) -> Self = Self(_mm256_permute4x64_pd::<0>(self.0), _mm256_permute4x64_pd::<0>(self.1));
        firsts_in_pairs(self, first: Self) -> Self =
            Self(_mm256_unpacklo_pd(first.0, self.0), _mm256_unpacklo_pd(first.1, self.1));
        seconds_in_halves(self, first: Self) -> Self = Self(
            _mm256_blend_pd::<0xc>(first.0, _mm256_permute4x64_pd::<0x50>(self.0)),
            _mm256_blend_pd::<0xc>(first.1, _mm256_permute4x64_pd::<0x50>(self.1)),
        );
        broadcast_3(self, first: Self) -> Self = Self(first.0, _mm256_permute4x64_pd::<0xff>(self.0));
        add_3(self, by: Self) -> Self = Self(self.0, _mm256_fmadd_pd(_mm256_permute4x64_pd::<0xff>(self.0), by.1, self.1));
        add_2_and_3(self, two: Self, three: Self) -> Self = {
            let sum = _mm256_fmadd_pd(_mm256_permute4x64_pd::<0xaa>(self.0), two.1, self.1);
            Self(self.0, _mm256_fmadd_pd(_mm256_permute4x64_pd::<0xff>(self.0), three.1, sum))
        };
        last(self) -> Same4 = Same4(_mm256_permute4x64_pd::<0xff>(self.1));
        last_but_one(self) -> Same4 = Same4(_mm256_permute4x64_pd::<0xaa>(self.1));
    }
}

impl Vector8 for Avx512 {
    type Same = Same8;
    type Register = Self;

    #[inline(always)]
    fn spread(value: Same8) -> Self {
        Self(value.0)
    }

    instructions! {
        load(values: &[f64; 8]) -> Self = Self(_mm512_loadu_pd(values.as_ptr()));
        store(self, values: &mut [f64; 8]) = _mm512_storeu_pd(values.as_mut_ptr(), self.0);
        first(self) -> f64 = _mm512_cvtsd_f64(self.0);
        times_plus(self, by: Self, to: Self) -> Self = Self(_mm512_fmadd_pd(self.0, by.0, to.0));
        sqrt(self) -> Self = Self(_mm512_sqrt_pd(self.0));
        if_greater(a: Self, b: Self, then: Self, otherwise: Self) -> Self =
            Self(_mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(a.0, b.0), otherwise.0, then.0));
        if_at_least(a: Self, b: Self, then: Self, otherwise: Self) -> Self =
            Self(_mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_GE_OQ>(a.0, b.0), otherwise.0, then.0));
        if_number(self, of: Self, other: Self) -> Self =
            Self(_mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(of.0, of.0), self.0, other.0));
        magnitude(self) -> Self = Self(_mm512_abs_pd(self.0));
        unless_zero(self, of: Self, other: Self) -> Self = {
            let is_zero = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(of.0, _mm512_setzero_pd());
            Self(_mm512_mask_blend_pd(is_zero, self.0, other.0))
        };
        where_greater(self, a: Self, b: Self) -> Self = {
            let is_greater = _mm512_cmp_pd_mask::<_CMP_GT_OQ>(a.0, b.0);
            Self(_mm512_maskz_mov_pd(is_greater, self.0))
        };
        larger(self, other: Self) -> Self = Self(_mm512_max_pd(self.0, other.0));
        smaller(self, other: Self) -> Self = Self(_mm512_min_pd(self.0, other.0));
        one_before(self, before: Self) -> Self = {
            let (now, before) = (_mm512_castpd_si512(self.0), _mm512_castpd_si512(before.0));
            Self(_mm512_castsi512_pd(_mm512_alignr_epi64::<7>(now, before)))
        };
        one_after(self, after: Self) -> Self = {
            let (now, after) = (_mm512_castpd_si512(self.0), _mm512_castpd_si512(after.0));
            Self(_mm512_castsi512_pd(_mm512_alignr_epi64::<1>(after, now)))
        };
        two_before(self, before: Self) -> Self = {
            let (now, before) = (_mm512_castpd_si512(self.0), _mm512_castpd_si512(before.0));
            Self(_mm512_castsi512_pd(_mm512_alignr_epi64::<6>(now, before)))
        };
        four_before(self, before: Self) -> Self = {
            let (now, before) = (_mm512_castpd_si512(self.0), _mm512_castpd_si512(before.0));
            Self(_mm512_castsi512_pd(_mm512_alignr_epi64::<4>(now, before)))
        };
        zeros(self) -> u32 = u32::from(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(self.0, _mm512_setzero_pd()));
        first_of_pairs(self) -> Self = Self(_mm512_movedup_pd(self.0));
        first_pair_of_halves(self) -> Self = Self(_mm512_permutex_pd::<0x50>(self.0));
        first_of_halves(self) -> Self = Self(_mm512_permutex_pd::<0>(self.0));
        firsts_in_pairs(self, first: Self) -> Self = Self(_mm512_unpacklo_pd(first.0, self.0));
        seconds_in_halves(self, first: Self) -> Self = Self(_mm512_mask_permutex_pd::<0x50>(first.0, 0xcc, self.0));
        broadcast_3(self, first: Self) -> Self = Self(_mm512_mask_permutexvar_pd(first.0, 0xf0, _mm512_set1_epi64(3), self.0));
        add_3(self, by: Self) -> Self = {
            let third = _mm512_permutexvar_pd(_mm512_set1_epi64(3), self.0);
            Self(_mm512_mask3_fmadd_pd(third, by.0, self.0, 0xf0))
        };
        add_2_and_3(self, two: Self, three: Self) -> Self = {
            let second = _mm512_permutexvar_pd(_mm512_set1_epi64(2), self.0);
            let third = _mm512_permutexvar_pd(_mm512_set1_epi64(3), self.0);
            let sum = _mm512_mask3_fmadd_pd(second, two.0, self.0, 0xf0);
            Self(_mm512_mask3_fmadd_pd(third, three.0, sum, 0xf0))
        };
        last(self) -> Same8 = Same8(_mm512_permutexvar_pd(_mm512_set1_epi64(7), self.0));
        last_but_one(self) -> Same8 = Same8(_mm512_permutexvar_pd(_mm512_set1_epi64(6), self.0));
    }
}

/// Values as an array of the lanes of a register.
#[inline(always)]
fn first<const N: usize>(values: &[f64]) -> &[f64; N] {
    values.first_chunk().expect("at least as many values as lanes")
}

/// As `first`, to be written.
#[inline(always)]
fn first_mut<const N: usize>(values: &mut [f64]) -> &mut [f64; N] {
    values.first_chunk_mut().expect("at least as many values as lanes")
}

/// Four rows of four lanes as columns.
#[inline(always)]
fn transposed([a, b, c, d]: [Four; 4]) -> [__m256d; 4] {
    // SAFETY: as promised above.
    unsafe {
        let (even, odd) = (_mm256_unpacklo_pd(a.0, b.0), _mm256_unpackhi_pd(a.0, b.0));
        let (next_even, next_odd) = (_mm256_unpacklo_pd(c.0, d.0), _mm256_unpackhi_pd(c.0, d.0));
        [
            _mm256_permute2f128_pd::<0x20>(even, next_even),
            _mm256_permute2f128_pd::<0x20>(odd, next_odd),
            _mm256_permute2f128_pd::<0x31>(even, next_even),
            _mm256_permute2f128_pd::<0x31>(odd, next_odd),
        ]
    }
}

impl Register for Four {
    const LANES: usize = 4;

    instructions! {
        load(values: &[f64]) -> Self = Self(_mm256_loadu_pd(first::<4>(values).as_ptr()));
        splat(value: f64) -> Self = Self(_mm256_set1_pd(value));
        store(self, values: &mut [f64]) = _mm256_storeu_pd(first_mut::<4>(values).as_mut_ptr(), self.0);
        times_plus(self, by: Self, to: Self) -> Self = Self(_mm256_fmadd_pd(self.0, by.0, to.0));
        unless_below(self, least: Self) -> Self = {
            let magnitude = _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0);
            Self(_mm256_andnot_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(least.0, magnitude), self.0))
        };
    }

    #[inline(always)]
    fn store_columns([a, b, c, d, e, f, g, h]: [Self; 8], outputs: &mut [&mut [[f64; 8]]], block: usize) {
        let columns = transposed([a, b, c, d]).into_iter().zip(transposed([e, f, g, h]));
        for ((first, second), output) in columns.zip(outputs) {
            Vector8::store(Avx2(first, second), &mut output[block]);
        }
    }
}

impl Register for Avx512 {
    const LANES: usize = 8;

    instructions! {
        load(values: &[f64]) -> Self = Self(_mm512_loadu_pd(first::<8>(values).as_ptr()));
        splat(value: f64) -> Self = Self(_mm512_set1_pd(value));
        store(self, values: &mut [f64]) = _mm512_storeu_pd(first_mut::<8>(values).as_mut_ptr(), self.0);
        times_plus(self, by: Self, to: Self) -> Self = Self(_mm512_fmadd_pd(self.0, by.0, to.0));
        unless_below(self, least: Self) -> Self = {
            let is_kept = _mm512_cmp_pd_mask::<_CMP_NGT_UQ>(least.0, _mm512_abs_pd(self.0));
            Self(_mm512_maskz_mov_pd(is_kept, self.0))
        };
    }

    #[inline(always)]
    fn store_columns([a, b, c, d, e, f, g, h]: [Self; 8], outputs: &mut [&mut [[f64; 8]]], block: usize) {
        // SAFETY: as promised above.
        let columns = unsafe {
            let pairs = |a: Self, b: Self| [_mm512_unpacklo_pd(a.0, b.0), _mm512_unpackhi_pd(a.0, b.0)];
            // The quarters 0 and 2, and 1 and 3, of two registers.
            let quarters = |a, b| [_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0xdd>(a, b)];
            let [pairs_a, pairs_c, pairs_e, pairs_g] = [pairs(a, b), pairs(c, d), pairs(e, f), pairs(g, h)];
            let halves = |odd: usize| {
                let [[first, second], [third, fourth]] =
                    [quarters(pairs_a[odd], pairs_c[odd]), quarters(pairs_e[odd], pairs_g[odd])];
                [quarters(first, third), quarters(second, fourth)]
            };
            let [[[zero, four], [two, six]], [[one, five], [three, seven]]] = [halves(0), halves(1)];
            [zero, one, two, three, four, five, six, seven]
        };
        for (column, output) in columns.into_iter().zip(outputs) {
            Vector8::store(Self(column), &mut output[block]);
        }
    }
}
