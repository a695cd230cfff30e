//! Eight lanes of `f64` in the registers of each level: what a blocked scan needs and the auto-vectoriser does not find.
//!
//! The operations are the same at every level and so are their bits: [`Lanes`] is the definition, in plain arrays, and
//! the oracle of the others in the tests. A scan of arrays compiled for AVX2 takes 1.4 times as long as one of two
//! registers, for AVX-512 twice as long: the compiler turns the moves between lanes into chains of inserts.

mod lanes;
mod lanes_register;
mod register;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "instructions of a level are safe only in functions compiled for it")]
mod x86;

pub(crate) use lanes::{Lanes, Same, Vector8};
pub(crate) use register::Register;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

/// Defines functions generic in their [`Vector8`], `V`, whose body is compiled for every level with the registers of the
/// level, and dispatched to the current one.
macro_rules! vectored {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$(const $constant:ident: usize),+ $(; $generic:ident: $bound:path)?>)?
            ($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? $body:block
    )+) => {$(
        $(#[$meta])*
        $vis fn $name $(<$($generic: $bound,)? $(const $constant: usize),+>)? ($($arg: $type),*) $(-> $ret)? {
            #[inline(always)]
            fn body<V: $crate::kernel::simd::vector8::Vector8 $($(, $generic: $bound)? $(, const $constant: usize)+)?>(
                $($arg: $type),*
            ) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2 $(<$($generic: $bound,)? $(const $constant: usize),+>)? ($($arg: $type),*) $(-> $ret)? {
                body::<$crate::kernel::simd::vector8::Avx2 $($(, $generic)? $(, $constant)+)?>($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma")]
            fn avx512 $(<$($generic: $bound,)? $(const $constant: usize),+>)? ($($arg: $type),*) $(-> $ret)? {
                body::<$crate::kernel::simd::vector8::Avx512 $($(, $generic)? $(, $constant)+)?>($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "a level is made only on a CPU that has its instructions")]
            match $crate::kernel::Level::current().set() {
                // SAFETY: the level in hand proves that this CPU has the features the function was compiled for.
                $crate::kernel::Set::Avx512 => unsafe { avx512 $(::<$($generic,)? $($constant),+>)? ($($arg),*) },
                // SAFETY: as above.
                $crate::kernel::Set::Avx2 => unsafe { avx2 $(::<$($generic,)? $($constant),+>)? ($($arg),*) },
                $crate::kernel::Set::Baseline => {
                    body::<$crate::kernel::simd::vector8::Lanes $($(, $generic)? $(, $constant)+)?>($($arg),*)
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            body::<$crate::kernel::simd::vector8::Lanes $($(, $generic)? $(, $constant)+)?>($($arg),*)
        }
    )+};
}
pub(crate) use vectored;

#[cfg(test)]
mod tests {
    use super::Same;
    use crate::kernel::Level;

    vectored! {
        /// Every operation once.
        fn all_of_them(a: &[f64; 8], b: &[f64; 8], values: &mut [[f64; 8]; 39]) -> f64 {
            let (a, b) = (V::load(a), V::load(b));
            let results = [
                V::splat(2.5), a - b, a.times_plus(b, a), a.first_of_pairs(),
                a.first_pair_of_halves(), a.add_3(b), a.broadcast_3(b), a * b, V::spread(a.last()), a + b,
                a / V::splat(3.0), a.magnitude(), a.unless_zero(b, V::splat(9.0)),
                V::splat(f64::from(a.zeros())), V::splat(f64::from(b.zeros())),
                a.where_greater(b, a), a.larger(b), a.smaller(b), a.one_before(b), a.two_before(b), a.four_before(b), a.first_of_halves(), a.add_2_and_3(b, a), V::spread(a.last_but_one()),
                V::spread(a.last() + b.last()), V::spread(a.last() - b.last()), V::spread(a.last() * b.last()),
                a * 1.5, a / 1.5, b.sqrt(), V::if_greater(a, b, a, V::splat(7.0)), V::if_at_least(a, b, a, V::splat(7.0)),
                a.if_number(b.sqrt(), V::splat(7.0)), b.sqrt().canonical(), a.larger(b.sqrt()),
                V::spread(a.last().times_plus(b.last(), V::Same::new(a.first()))),
                a.firsts_in_pairs(b), a.seconds_in_halves(b), a.one_after(b),
            ];
            for (result, values) in results.into_iter().zip(values) {
                result.store(values);
            }
            a.first()
        }
    }

    /// The bits, of NaN those of the canonical one.
    fn bits(value: f64) -> u64 {
        if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
    }

    #[test]
    fn the_operations_are_the_same_at_every_level() {
        let a = [1.0, -2.0, 0.0, 1e15, -0.0, 3.3, 1e-300, 7.7];
        let b = [0.1, 5.0, -0.0, 1.0 / 3.0, 0.0, 3.3, -1e-9, 1e300];
        for level in Level::available() {
            for (a, b) in [(a, b), (b, a)] {
                let (mut expected, mut found) = ([[0.0; 8]; 39], [[9.0; 8]; 39]);
                let lowest = Level::available()[0];
                lowest.run(|| all_of_them(&a, &b, &mut expected));
                assert_eq!(level.run(|| all_of_them(&a, &b, &mut found)), a[0]);
                assert_eq!(found.map(|row| row.map(bits)), expected.map(|row| row.map(bits)));
            }
        }
    }
}
