//! Eight lanes of `f64` in the registers of each level: what a blocked scan needs and the auto-vectoriser does not find.
//!
//! The operations are the same at every level and so are their bits: [`Lanes`] is the definition, in plain arrays, and
//! the oracle of the others in the tests. A scan of arrays compiled for AVX2 takes 1.4 times as long as one of two
//! registers, for AVX-512 twice as long: the compiler turns the moves between lanes into chains of inserts.

/// Eight lanes.
pub(crate) trait Vector8: Copy {
    /// The lanes of an array.
    fn load(values: &[f64; 8]) -> Self;

    /// Eight times the same.
    fn splat(value: f64) -> Self;

    /// Writes the lanes.
    fn store(self, values: &mut [f64; 8]);

    /// The first lane.
    fn first(self) -> f64;

    /// `self + other`.
    fn plus(self, other: Self) -> Self;

    /// `self - other`.
    fn minus(self, other: Self) -> Self;

    /// `self * other`.
    fn times(self, other: Self) -> Self;

    /// `self / other`.
    fn over(self, other: Self) -> Self;

    /// `self * by + to`, rounded once.
    fn times_plus(self, by: Self, to: Self) -> Self;

    /// The magnitudes.
    fn magnitude(self) -> Self;

    /// `other` where `of` is 0, else `self`.
    fn unless_zero(self, of: Self, other: Self) -> Self;

    /// A bit for each lane that is 0, the first lane lowest.
    fn zeros(self) -> u32;

    /// The first lane of each pair, twice.
    fn first_of_pairs(self) -> Self;

    /// Lanes 0, 0, 1, 1 of each half.
    fn first_pair_of_halves(self) -> Self;

    /// Lane 3 in the second half, and the first half of `first`.
    fn broadcast_3(self, first: Self) -> Self;

    /// Lane 3 times `by` is added to the second half, rounded once; the first half stays as it is.
    fn add_3(self, by: Self) -> Self;

    /// Lane 7, in all.
    fn broadcast_7(self) -> Self;
}

/// The eight lanes as an array: any level, and the definition.
#[derive(Clone, Copy)]
pub(crate) struct Lanes([f64; 8]);

impl Lanes {
    #[inline(always)]
    fn zip(mut self, other: Self, of: impl Fn(f64, f64) -> f64) -> Self {
        for (one, other) in self.0.iter_mut().zip(other.0) {
            *one = of(*one, other);
        }
        self
    }

    #[inline(always)]
    fn lanes(self, from: [usize; 8]) -> Self {
        Self(from.map(|lane| self.0[lane]))
    }
}

impl Vector8 for Lanes {
    #[inline(always)]
    fn load(values: &[f64; 8]) -> Self {
        Self(*values)
    }

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    fn store(self, values: &mut [f64; 8]) {
        *values = self.0;
    }

    #[inline(always)]
    fn first(self) -> f64 {
        self.0[0]
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.zip(other, |one, other| one + other)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.zip(other, |one, other| one - other)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.zip(other, |one, other| one * other)
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self.zip(other, |one, other| one / other)
    }

    #[inline(always)]
    fn times_plus(mut self, by: Self, to: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] = self.0[lane].mul_add(by.0[lane], to.0[lane]);
        }
        self
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.zip(self, |one, _| one.abs())
    }

    #[inline(always)]
    fn unless_zero(mut self, of: Self, other: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] = if of.0[lane] == 0.0 { other.0[lane] } else { self.0[lane] };
        }
        self
    }

    #[inline(always)]
    fn zeros(self) -> u32 {
        (0..8).fold(0, |bits, lane| bits | u32::from(self.0[lane] == 0.0) << lane)
    }

    #[inline(always)]
    fn first_of_pairs(self) -> Self {
        self.lanes([0, 0, 2, 2, 4, 4, 6, 6])
    }

    #[inline(always)]
    fn first_pair_of_halves(self) -> Self {
        self.lanes([0, 0, 1, 1, 4, 4, 5, 5])
    }

    #[inline(always)]
    fn broadcast_3(self, mut first: Self) -> Self {
        for lane in 4..8 {
            first.0[lane] = self.0[3];
        }
        first
    }

    #[inline(always)]
    fn add_3(mut self, by: Self) -> Self {
        for lane in 4..8 {
            self.0[lane] = self.0[3].mul_add(by.0[lane], self.0[lane]);
        }
        self
    }

    #[inline(always)]
    fn broadcast_7(self) -> Self {
        Self::splat(self.0[7])
    }
}

/// Defines functions generic in their [`Vector8`], `V`, whose body is compiled for every level with the registers of the
/// level, and dispatched to the current one.
macro_rules! vectored {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$(const $constant:ident: usize),+>)? ($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)?
            $body:block
    )+) => {$(
        $(#[$meta])*
        $vis fn $name $(<$(const $constant: usize),+>)? ($($arg: $type),*) $(-> $ret)? {
            #[inline(always)]
            fn body<V: $crate::kernel::simd::vector8::Vector8 $($(, const $constant: usize)+)?>(
                $($arg: $type),*
            ) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2 $(<$(const $constant: usize),+>)? ($($arg: $type),*) $(-> $ret)? {
                body::<$crate::kernel::simd::vector8::Avx2 $($(, $constant)+)?>($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma")]
            fn avx512 $(<$(const $constant: usize),+>)? ($($arg: $type),*) $(-> $ret)? {
                body::<$crate::kernel::simd::vector8::Avx512 $($(, $constant)+)?>($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "a level is made only on a CPU that has its instructions")]
            match $crate::kernel::Level::current().set() {
                // SAFETY: the level in hand proves that this CPU has the features the function was compiled for.
                $crate::kernel::Set::Avx512 => unsafe { avx512 $(::<$($constant),+>)? ($($arg),*) },
                // SAFETY: as above.
                $crate::kernel::Set::Avx2 => unsafe { avx2 $(::<$($constant),+>)? ($($arg),*) },
                $crate::kernel::Set::Baseline => {
                    body::<$crate::kernel::simd::vector8::Lanes $($(, $constant)+)?>($($arg),*)
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            body::<$crate::kernel::simd::vector8::Lanes $($(, $constant)+)?>($($arg),*)
        }
    )+};
}
pub(crate) use vectored;

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

/// The registers of x86-64.
///
/// Methods of a trait cannot be compiled for a level, so the instructions are called from functions that are always
/// inlined into one that is. Promise of every `unsafe` here: only `vectored!` names these types, in functions that are
/// compiled for their level and run on CPUs that have it.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "instructions of a level are safe only in functions compiled for it")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Vector8;

    /// Two registers of four lanes, for AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(__m256d, __m256d);

    /// One register of eight lanes, for AVX-512 F.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(__m512d);

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

    impl Vector8 for Avx2 {
        instructions! {
            load(values: &[f64; 8]) -> Self = Self(_mm256_loadu_pd(values.as_ptr()), _mm256_loadu_pd(values.as_ptr().add(4)));
            splat(value: f64) -> Self = Self(_mm256_set1_pd(value), _mm256_set1_pd(value));
            store(self, values: &mut [f64; 8]) = {
                _mm256_storeu_pd(values.as_mut_ptr(), self.0);
                _mm256_storeu_pd(values.as_mut_ptr().add(4), self.1);
            };
            first(self) -> f64 = _mm256_cvtsd_f64(self.0);
            plus(self, other: Self) -> Self = Self(_mm256_add_pd(self.0, other.0), _mm256_add_pd(self.1, other.1));
            minus(self, other: Self) -> Self = Self(_mm256_sub_pd(self.0, other.0), _mm256_sub_pd(self.1, other.1));
            times(self, other: Self) -> Self = Self(_mm256_mul_pd(self.0, other.0), _mm256_mul_pd(self.1, other.1));
            over(self, other: Self) -> Self = Self(_mm256_div_pd(self.0, other.0), _mm256_div_pd(self.1, other.1));
            times_plus(self, by: Self, to: Self) -> Self = Self(_mm256_fmadd_pd(self.0, by.0, to.0), _mm256_fmadd_pd(self.1, by.1, to.1));
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
            zeros(self) -> u32 = {
                let zero = _mm256_setzero_pd();
                let first = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_EQ_OQ>(self.0, zero));
                let second = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_EQ_OQ>(self.1, zero));
                (first | second << 4) as u32
            };
            first_of_pairs(self) -> Self = Self(_mm256_movedup_pd(self.0), _mm256_movedup_pd(self.1));
            first_pair_of_halves(self) -> Self = Self(_mm256_permute4x64_pd::<0x50>(self.0), _mm256_permute4x64_pd::<0x50>(self.1));
            broadcast_3(self, first: Self) -> Self = Self(first.0, _mm256_permute4x64_pd::<0xff>(self.0));
            add_3(self, by: Self) -> Self = Self(self.0, _mm256_fmadd_pd(_mm256_permute4x64_pd::<0xff>(self.0), by.1, self.1));
            broadcast_7(self) -> Self = {
                let lane = _mm256_permute4x64_pd::<0xff>(self.1);
                Self(lane, lane)
            };
        }
    }

    impl Vector8 for Avx512 {
        instructions! {
            load(values: &[f64; 8]) -> Self = Self(_mm512_loadu_pd(values.as_ptr()));
            splat(value: f64) -> Self = Self(_mm512_set1_pd(value));
            store(self, values: &mut [f64; 8]) = _mm512_storeu_pd(values.as_mut_ptr(), self.0);
            first(self) -> f64 = _mm512_cvtsd_f64(self.0);
            plus(self, other: Self) -> Self = Self(_mm512_add_pd(self.0, other.0));
            minus(self, other: Self) -> Self = Self(_mm512_sub_pd(self.0, other.0));
            times(self, other: Self) -> Self = Self(_mm512_mul_pd(self.0, other.0));
            over(self, other: Self) -> Self = Self(_mm512_div_pd(self.0, other.0));
            times_plus(self, by: Self, to: Self) -> Self = Self(_mm512_fmadd_pd(self.0, by.0, to.0));
            magnitude(self) -> Self = Self(_mm512_abs_pd(self.0));
            unless_zero(self, of: Self, other: Self) -> Self = {
                let is_zero = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(of.0, _mm512_setzero_pd());
                Self(_mm512_mask_blend_pd(is_zero, self.0, other.0))
            };
            zeros(self) -> u32 = u32::from(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(self.0, _mm512_setzero_pd()));
            first_of_pairs(self) -> Self = Self(_mm512_movedup_pd(self.0));
            first_pair_of_halves(self) -> Self = Self(_mm512_permutex_pd::<0x50>(self.0));
            broadcast_3(self, first: Self) -> Self = Self(_mm512_mask_permutexvar_pd(first.0, 0xf0, _mm512_set1_epi64(3), self.0));
            add_3(self, by: Self) -> Self = {
                let third = _mm512_permutexvar_pd(_mm512_set1_epi64(3), self.0);
                Self(_mm512_mask3_fmadd_pd(third, by.0, self.0, 0xf0))
            };
            broadcast_7(self) -> Self = Self(_mm512_permutexvar_pd(_mm512_set1_epi64(7), self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::kernel::Level;

    vectored! {
        /// Every operation once.
        fn all_of_them(a: &[f64; 8], b: &[f64; 8], values: &mut [[f64; 8]; 15]) -> f64 {
            let (a, b) = (V::load(a), V::load(b));
            let results = [
                V::splat(2.5), a.minus(b), a.times_plus(b, a), a.first_of_pairs(),
                a.first_pair_of_halves(), a.add_3(b), a.broadcast_3(b), a.times(b), a.broadcast_7(), a.plus(b),
                a.over(V::splat(3.0)), a.magnitude(), a.unless_zero(b, V::splat(9.0)),
                V::splat(f64::from(a.zeros())), V::splat(f64::from(b.zeros())),
            ];
            for (result, values) in results.into_iter().zip(values) {
                result.store(values);
            }
            a.first()
        }
    }

    #[test]
    fn the_operations_are_the_same_at_every_level() {
        let a = [1.0, -2.0, 0.0, 1e15, -0.0, 3.3, 1e-300, 7.7];
        let b = [0.1, 5.0, -0.0, 1.0 / 3.0, 0.0, 3.3, -1e-9, 1e300];
        for level in Level::available() {
            for (a, b) in [(a, b), (b, a)] {
                let (mut expected, mut found) = ([[0.0; 8]; 15], [[9.0; 8]; 15]);
                let lowest = Level::available()[0];
                lowest.run(|| all_of_them(&a, &b, &mut expected));
                assert_eq!(level.run(|| all_of_them(&a, &b, &mut found)), a[0]);
                assert_eq!(found.map(|row| row.map(f64::to_bits)), expected.map(|row| row.map(f64::to_bits)));
            }
        }
    }
}
