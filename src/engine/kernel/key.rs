//! Identity of kernels: which compute the same, so that a plan runs one of them.
//!
//! A key is the type and the bits of every parameter. `Debug` text was rejected: a hand-written one may omit a parameter
//! or print two numbers alike, and two different computations would be merged without an error. Floats compare by
//! their bits: `0.0` and `-0.0` are different parameters.

use std::any::{TypeId, type_name};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The identity of a kernel. Equal keys mean equal output bits for equal inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelKey {
    kernel: TypeId,
    /// The path of the type, which follows from `kernel`.
    name: &'static str,
    parameters: Vec<u64>,
}

impl Hash for KernelKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Not the name: it is long, and tells no more.
        (self.kernel, &self.parameters).hash(state);
    }
}

impl KernelKey {
    pub(super) fn new<K: Parameters + 'static + ?Sized>(kernel: &K) -> Self {
        let mut parameters = Vec::new();
        kernel.write(&mut parameters);
        Self { kernel: TypeId::of::<K>(), name: type_name::<K>(), parameters }
    }

    /// The key as bytes, stable across processes of one build: the path of the type and the words of the parameters,
    /// little-endian, each prefixed with its length.
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = self.parameters.iter().flat_map(|word| word.to_le_bytes());
        let lengths = [self.name.len(), self.parameters.len()].map(|len| (len as u64).to_le_bytes());
        lengths.concat().into_iter().chain(self.name.bytes()).chain(words).collect()
    }
}

/// The parameters of a kernel as words. Implemented by the macro `parameters!`, which does not compile if a field is
/// omitted.
///
/// The encoding is injective and prefix-free, so fields can be concatenated.
pub trait Parameters {
    /// Appends the words of this value.
    fn write(&self, words: &mut Vec<u64>);
}

impl Parameters for f64 {
    fn write(&self, words: &mut Vec<u64>) {
        words.push(self.to_bits());
    }
}

impl Parameters for bool {
    fn write(&self, words: &mut Vec<u64>) {
        words.push(u64::from(*self));
    }
}

impl Parameters for usize {
    fn write(&self, words: &mut Vec<u64>) {
        words.push(*self as u64);
    }
}

impl Parameters for i64 {
    fn write(&self, words: &mut Vec<u64>) {
        words.push(self.cast_unsigned());
    }
}

impl Parameters for i32 {
    fn write(&self, words: &mut Vec<u64>) {
        i64::from(*self).write(words);
    }
}

impl<P: Parameters> Parameters for Option<P> {
    fn write(&self, words: &mut Vec<u64>) {
        self.as_slice().write(words);
    }
}

impl<P: Parameters> Parameters for [P] {
    fn write(&self, words: &mut Vec<u64>) {
        self.len().write(words);
        self.iter().for_each(|item| item.write(words));
    }
}

impl<P: Parameters, const N: usize> Parameters for [P; N] {
    fn write(&self, words: &mut Vec<u64>) {
        self.iter().for_each(|item| item.write(words));
    }
}

impl<P: Parameters> Parameters for Vec<P> {
    fn write(&self, words: &mut Vec<u64>) {
        self.as_slice().write(words);
    }
}

impl<P: Parameters + ?Sized> Parameters for Box<P> {
    fn write(&self, words: &mut Vec<u64>) {
        (**self).write(words);
    }
}

impl<P: Parameters + ?Sized> Parameters for Arc<P> {
    fn write(&self, words: &mut Vec<u64>) {
        (**self).write(words);
    }
}

impl<A: Parameters, B: Parameters> Parameters for (A, B) {
    fn write(&self, words: &mut Vec<u64>) {
        self.0.write(words);
        self.1.write(words);
    }
}

/// Implements [`Parameters`] for a struct by all its fields, or for an enum without data. The struct is destructured, so
/// a field that is not named here does not compile.
macro_rules! parameters {
    ($type:ty) => {
        $crate::kernel::parameters!($type {});
    };
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl $crate::kernel::Parameters for $type {
            fn write(&self, words: &mut Vec<u64>) {
                let Self { $($field),* } = self;
                // A kernel without parameters has nothing to write.
                let _ = &words;
                $($crate::kernel::Parameters::write($field, words);)*
            }
        }
    };
    ($type:ty as number) => {
        impl $crate::kernel::Parameters for $type {
            fn write(&self, words: &mut Vec<u64>) {
                words.push(*self as u64);
            }
        }
    };
}
pub(crate) use parameters;

#[cfg(test)]
mod tests {
    use crate::kernel::{CumulativeSum, FirstOrder, Kernel, Mean, RangePosition, Seed, Sum};

    #[test]
    fn keys_differ_by_type_and_by_every_parameter() {
        let scan = FirstOrder { beta: 0.5, gain: 0.5, seed: Seed::First, warm_up: 0, around_zero: false };
        let kernels: Vec<Box<dyn Kernel>> = vec![
            Box::new(Sum { window: 5 }),
            Box::new(Sum { window: 6 }),
            Box::new(Mean { window: 5 }),
            Box::new(CumulativeSum),
            Box::new(FirstOrder { beta: 0.25, ..scan.clone() }),
            Box::new(FirstOrder { gain: -0.0, ..scan.clone() }),
            Box::new(FirstOrder { gain: 0.0, ..scan.clone() }),
            Box::new(FirstOrder { seed: Seed::Mean(1), ..scan.clone() }),
            Box::new(FirstOrder { seed: Seed::Sum(1), ..scan.clone() }),
            Box::new(FirstOrder { warm_up: 1, ..scan.clone() }),
            Box::new(scan),
            Box::new(RangePosition { window: 5, scale: 1.0, from_top: false, limits: [0.0, 1.0] }),
            Box::new(RangePosition { window: 5, scale: 1.0, from_top: true, limits: [0.0, 1.0] }),
        ];
        for (i, one) in kernels.iter().enumerate() {
            for (j, two) in kernels.iter().enumerate() {
                assert_eq!(one.key() == two.key(), i == j, "{one:?} and {two:?}");
                assert_eq!(one.key().to_bytes() == two.key().to_bytes(), i == j, "{one:?} and {two:?}");
            }
        }
    }
}
