//! Runtime dispatch: one body of each kernel, compiled for several instruction sets and chosen once per process.
//!
//! The bits are the same at every level: lanes and the order of operations are fixed in the body, FMA is used where the
//! body says `mul_add` and nowhere else, and no approximate instruction (`rcp`, `rsqrt`) is used. This is function
//! multiversioning: baseline, AVX2 with FMA (every CPU with AVX2 but one has it), AVX-512. `unsafe` is needed to call a
//! function compiled for a level.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

/// An instruction set that this CPU supports: a value is the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(Set);

/// The instruction sets that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// The baseline of the target.
    Baseline,
    /// AVX2 and FMA, 4 lanes.
    Avx2,
    /// AVX-512 F, VL, DQ and BW, and FMA, 8 lanes.
    Avx512,
}

const SETS: [(Set, &str); 3] = [(Set::Baseline, "baseline"), (Set::Avx2, "avx2"), (Set::Avx512, "avx512")];

/// The level of this process: its index in `SETS` plus one, or 0 before it is chosen.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

thread_local! {
    static OVERRIDE: Cell<Option<Level>> = const { Cell::new(None) };
}

impl Level {
    /// Every level that this CPU supports, lowest first.
    pub fn available() -> Vec<Self> {
        SETS.iter().filter(|(set, _)| has(*set)).map(|(set, _)| Self(*set)).collect()
    }

    /// The level of this name, if this CPU supports it: `baseline`, `avx2`, `avx512`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|level| level.name() == name)
    }

    /// The name of the level.
    pub fn name(self) -> &'static str {
        SETS[self.0 as usize].1
    }

    /// Sets the level of the process.
    pub fn choose(self) {
        CHOSEN.store(self.0 as u8 + 1, Ordering::Relaxed);
    }

    /// Runs `work` at this level, on this thread only.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let before = OVERRIDE.replace(Some(self));
        let result = work();
        OVERRIDE.set(before);
        result
    }

    /// The current level: the override of this thread, or the level of the process, or the highest supported.
    pub fn current() -> Self {
        OVERRIDE.get().unwrap_or_else(|| match CHOSEN.load(Ordering::Relaxed) {
            0 => Self::choose_best(),
            chosen => Self(SETS[usize::from(chosen) - 1].0),
        })
    }

    #[cold]
    fn choose_best() -> Self {
        let best = Self::available().pop().expect("every CPU has the baseline");
        best.choose();
        best
    }

    /// The instruction set of this level.
    pub fn set(self) -> Set {
        self.0
    }
}

#[cfg(target_arch = "x86_64")]
fn has(set: Set) -> bool {
    match set {
        Set::Baseline => true,
        Set::Avx2 => std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma"),
        Set::Avx512 => {
            std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("fma")
                && std::arch::is_x86_feature_detected!("avx512vl")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512bw")
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn has(set: Set) -> bool {
    set == Set::Baseline
}

/// Defines functions whose body is compiled for every level and dispatched to the current one.
#[macro_export]
macro_rules! leveled {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$($generic:ident: $bound:path),+ $(; $(const $constant:ident: usize),+)?>)?
            ($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? $body:block
    )+) => {$(
        $(#[$meta])*
        $vis fn $name $(<$($generic: $bound),+ $(, $(const $constant: usize),+)?>)? ($($arg: $type),*) $(-> $ret)? {
            #[inline(always)]
            fn body $(<$($generic: $bound),+ $(, $(const $constant: usize),+)?>)? ($($arg: $type),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2 $(<$($generic: $bound),+ $(, $(const $constant: usize),+)?>)? ($($arg: $type),*) $(-> $ret)? {
                body $(::<$($generic),+ $(, $($constant),+)?>)? ($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma")]
            fn avx512 $(<$($generic: $bound),+ $(, $(const $constant: usize),+)?>)? ($($arg: $type),*) $(-> $ret)? {
                body $(::<$($generic),+ $(, $($constant),+)?>)? ($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "a level is made only on a CPU that has its instructions")]
            match $crate::kernel::Level::current().set() {
                // SAFETY: the level in hand proves that this CPU has the features the function was compiled for.
                $crate::kernel::Set::Avx512 => unsafe { avx512 $(::<$($generic),+ $(, $($constant),+)?>)? ($($arg),*) },
                // SAFETY: as above.
                $crate::kernel::Set::Avx2 => unsafe { avx2 $(::<$($generic),+ $(, $($constant),+)?>)? ($($arg),*) },
                $crate::kernel::Set::Baseline => body $(::<$($generic),+ $(, $($constant),+)?>)? ($($arg),*),
            }
            #[cfg(not(target_arch = "x86_64"))]
            body $(::<$($generic),+ $(, $($constant),+)?>)? ($($arg),*)
        }
    )+};
}
pub use leveled;
