//! Tiles: neighbouring bars of several columns in arrays of fixed length.
//!
//! Arrays of constant length are what the auto-vectoriser needs; a slice iterator over several columns leaves bounds
//! checks and possible overlap in the loop.

/// As `std::array::from_fn`, but always inlined, also into code compiled for a level.
#[inline(always)]
pub(crate) fn array<T: Copy, const N: usize>(empty: T, make: impl Fn(usize) -> T) -> [T; N] {
    let mut array = [empty; N];
    for (n, place) in array.iter_mut().enumerate() {
        *place = make(n);
    }
    array
}

/// `L` neighbouring values of each column, by value: loads before any store let the compiler use vector registers.
#[inline(always)]
pub(crate) fn lanes<const L: usize, const N: usize>(columns: &[&[f64]; N], at: usize) -> [[f64; L]; N] {
    array([0.0; L], |n| columns[n][at..at + L].try_into().expect("a slice of L values"))
}

/// The number of bars per tile: long enough that the compiler vectorises the loop instead of unrolling it.
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

/// A tile of each of `N` columns, aligned to a cache line.
#[repr(align(64))]
pub(crate) struct Tile<const N: usize>(pub(crate) [[f64; TILE]; N]);

impl<const N: usize> Tile<N> {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self([[0.0; TILE]; N])
    }
}

/// Computes `$values`, one of each of `$n` outputs, at `L` lanes `$l`, and stores them in the outputs from `$at` on.
///
/// All lanes are computed before any is stored, else the compiler would have to assume that outputs overlap inputs. A
/// macro, as no attribute makes a closure inline into code compiled for a level.
macro_rules! store_tile {
    ($outputs:ident: $n:ident, $tile:ident, $at:expr, |$l:ident| $values:expr) => {{
        for $l in 0..L {
            let values: [f64; $n] = $values;
            for n in 0..$n {
                $tile.0[n][$l] = values[n];
            }
        }
        for (output, values) in $outputs.iter_mut().zip(&$tile.0) {
            output[$at..$at + L].copy_from_slice(&values[..L]);
        }
    }};
}
pub(crate) use store_tile;

/// Calls `$body::<.., L>` for tiles of `L` bars, `TILE` or as given, that cover `$len` bars, with the bar where each starts as
/// the last argument. The last tile may overlap the one before it: the values there are computed twice and come out the same.
macro_rules! for_each_tile {
    ($len:expr, $body:ident::<$($generic:tt),+>($($arg:expr),*)) => {
        $crate::kernel::simd::tile::for_each_tile!({ $crate::kernel::simd::tile::TILE }, $len, $body::<$($generic),+>($($arg),*))
    };
    ($tile:block, $len:expr, $body:ident::<$($generic:tt),+>($($arg:expr),*)) => {{
        const TILE: usize = $tile;
        let len = $len;
        if len < TILE {
            for at in 0..len {
                $body::<$($generic),+, 1>($($arg),*, at);
            }
        } else {
            for at in (0..len).step_by(TILE) {
                $body::<$($generic),+, TILE>($($arg),*, at.min(len - TILE));
            }
        }
    }};
}
pub(crate) use for_each_tile;
