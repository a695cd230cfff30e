//! Tiles: neighbouring bars of several columns, side by side in arrays of fixed length.
//!
//! Arrays of constant length are what the auto-vectoriser needs; a slice iterator over several columns leaves bounds
//! checks and possible overlap in the loop.

/// As `std::array::from_fn`, but always inlined, which that is not where the code is compiled for a level.
#[inline(always)]
pub(crate) fn array<T: Copy, const N: usize>(empty: T, make: impl Fn(usize) -> T) -> [T; N] {
    let mut array = [empty; N];
    for (n, place) in array.iter_mut().enumerate() {
        *place = make(n);
    }
    array
}

/// `L` neighbouring values of each column. Loaded before anything is stored, which is what lets the compiler use vector
/// registers.
#[inline(always)]
pub(crate) fn lanes<const L: usize, const N: usize>(columns: &[&[f64]; N], at: usize) -> [[f64; L]; N] {
    array([0.0; L], |n| columns[n][at..at + L].try_into().expect("a slice of L values"))
}

/// How many bars are computed in one loop, which is what the compiler needs to use vector registers: long enough not to
/// be unrolled, and with results that cannot overlap with what is read.
pub(crate) const TILE: usize = 64;

/// One lane of a tile of each column.
#[inline(always)]
pub(crate) fn lane<const L: usize, const N: usize>(tile: &[&[f64; L]; N], l: usize) -> [f64; N] {
    array(0.0, |n| tile[n][l])
}

/// Tiles of `L` bars of each column.
#[inline(always)]
pub(crate) fn tiles<'a, const L: usize, const N: usize>(columns: &[&'a [f64]; N], at: usize) -> [&'a [f64; L]; N] {
    array(const { &[0.0; L] }, |n| columns[n][at..at + L].try_into().expect("a slice of L values"))
}

/// Puts the values of a tile of `L` bars in their place in each of `O` outputs, with canonical NaN. They are computed
/// before any is put there, as nothing else tells the compiler that outputs do not overlap with what is read. A macro,
/// as no attribute makes a closure be inlined where the code is compiled for a level.
macro_rules! give_out {
    ($outputs:expr, $at:expr, <$L:ident, $O:ident>, $l:ident => $values:expr) => {{
        let mut result = [[0.0; $L]; $O];
        for $l in 0..$L {
            let values: [f64; $O] = $values;
            for o in 0..$O {
                result[o][$l] = $crate::kernel::simd::canonical_nan::canonical(values[o]);
            }
        }
        for o in 0..$O {
            $outputs[o][$at..$at + $L].copy_from_slice(&result[o]);
        }
    }};
}
pub(crate) use give_out;

/// Calls `$at::<.., L>` for tiles of `L` bars that cover a block.
macro_rules! in_tiles {
    ($len:expr, $at:ident::<$($generic:ident),+>($($arg:expr),*)) => {{
        let len = $len;
        let (tiled, lanes) = (len / $crate::kernel::simd::tile::TILE * $crate::kernel::simd::tile::TILE, len / 8 * 8);
        for at in (0..tiled).step_by($crate::kernel::simd::tile::TILE) {
            $at::<$($generic),+, { $crate::kernel::simd::tile::TILE }>($($arg),*, at);
        }
        for at in (tiled..lanes).step_by(8) {
            $at::<$($generic),+, 8>($($arg),*, at);
        }
        for at in lanes..len {
            $at::<$($generic),+, 1>($($arg),*, at);
        }
    }};
}
pub(crate) use in_tiles;
