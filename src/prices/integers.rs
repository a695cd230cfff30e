//! A payload of integers: frame-of-reference and bit-packing with patched exceptions (PFOR: Zukowski, Heman, Nes,
//! Boncz, ICDE 2006). Decimals and times give the integers their meaning.
//!
//! Each integer is stored as its distance from `base` in `width` bits. Outliers are patches (an i32 distance, for
//! integers that miss the frame) or exceptions (8 raw bytes, for values that are not integers here). Both are lists
//! behind the planes, so that the decode loop has no branch and outliers cost one store each afterwards; PFOR's
//! original linked list of exceptions through the packed slots would chain loads and force exceptions in between.
//!
//! `Fit::best` is exact, not sampled: it sorts the integers once and slides a window over them for each width, which
//! finds the base that leaves the fewest outliers. The plain frame of reference (base = minimum) is one of its
//! candidates, but a single low outlier would widen the whole block.
//!
//! Invariant: base, packed and patch, and their sums with a reference, are exact in an f64. So decoding adds f64
//! directly and needs no 64-bit integer to double conversion, which AVX2 lacks.

use super::packing::{Group, LANES, map, pack, plane_bytes};

/// Bytes before the planes.
pub(super) const HEAD_BYTES: usize = 16;
/// The largest width of a packed number: base plus number stays exact in an f64.
pub(super) const WIDTH_MAX: u32 = 52;
/// Every number lies strictly between this and its negative.
pub(super) const INTEGER_MAX: i64 = 1 << 50;

const PATCH_BYTES: usize = 4;
const EXCEPTION_BYTES: usize = 8;
const POSITION_BYTES: usize = 2;

/// A parsed payload of integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integers<'a> {
    pub(super) base: i64,
    pub(super) width: u32,
    /// Two bytes for the caller, not interpreted here.
    pub(super) tags: [u8; 2],
    low: &'a [u8],
    high: &'a [u8],
    exceptions: &'a [[u8; EXCEPTION_BYTES]],
    patches: &'a [[u8; PATCH_BYTES]],
    positions: &'a [[u8; POSITION_BYTES]],
}

impl<'a> Integers<'a> {
    /// Parses `rows` integers from a payload with `extra` bytes between head and planes; `None` unless the lengths
    /// match exactly.
    pub(super) fn parse(payload: &'a [u8], rows: usize, extra: usize) -> Option<Self> {
        let (head, rest) = payload.split_first_chunk::<HEAD_BYTES>()?;
        let base = i64::from_le_bytes(*head.first_chunk()?);
        let (width, patches) = (u32::from(head[8]), usize::from(u16::from_le_bytes([head[12], head[13]])));
        let exceptions = usize::from(u16::from_le_bytes([head[14], head[15]]));
        if width > WIDTH_MAX {
            return None;
        }
        let groups = rows.div_ceil(LANES);
        let (_, rest) = rest.split_at_checked(extra)?;
        let (low, rest) = rest.split_at_checked(plane_bytes(groups, planes(width).0))?;
        let (high, rest) = rest.split_at_checked(plane_bytes(groups, planes(width).1))?;
        let (exceptions, rest) = rest.split_at_checked(exceptions * EXCEPTION_BYTES)?;
        let (patches, positions) = rest.split_at_checked(patches * PATCH_BYTES)?;
        let (exceptions, patches, positions) =
            (exceptions.as_chunks().0, patches.as_chunks().0, positions.as_chunks::<POSITION_BYTES>());
        let whole = positions.1.is_empty() && positions.0.len() == patches.len() + exceptions.len();
        let numbers =
            Self { base, width, tags: [head[9], head[10]], low, high, exceptions, patches, positions: positions.0 };
        whole.then_some(numbers)
    }

    /// Checks that all patches and exceptions lie within `rows`.
    pub(super) fn rows_are_good(&self, rows: usize) -> bool {
        self.positions.iter().all(|&position| usize::from(u16::from_le_bytes(position)) < rows)
    }

    /// Fills `out` with `make(start + number)` for the groups from `first` on. `number` is relative to the base and 0
    /// at an exception.
    pub(super) fn fill(&self, start: f64, first: usize, out: &mut [Group], make: impl Fn(f64) -> f64 + Copy) {
        match planes(self.width) {
            (low, 0) => map(self.low, low, first, out, |_, number| make(start + number)),
            (low, high) => {
                map(self.low, low, first, out, |_, number| start + number);
                self.high(low, high, first, out, make);
            }
        }
        self.patch(first, out, |out, patch| *out = make(start + patch));
    }

    /// Like `fill`, but each start is the value already in `out`.
    pub(super) fn add(&self, first: usize, out: &mut [Group], make: impl Fn(f64) -> f64 + Copy) {
        self.patch(first, out, |out, patch| *out += patch);
        match planes(self.width) {
            (low, 0) => map(self.low, low, first, out, |out, number| make(out + number)),
            (low, high) => {
                map(self.low, low, first, out, |out, number| out + number);
                self.high(low, high, first, out, make);
            }
        }
    }

    /// Adds the high plane of numbers whose low plane has `low` bits.
    fn high(&self, low: u32, high: u32, first: usize, out: &mut [Group], make: impl Fn(f64) -> f64 + Copy) {
        let unit = f64::from(1_u32 << low);
        map(self.high, high, first, out, |out, number| make(out + number * unit));
    }

    fn patch(&self, first: usize, out: &mut [Group], put: impl Fn(&mut f64, f64)) {
        for (&patch, row) in self.patches.iter().zip(self.positions) {
            if let Some(out) = at(row, first, out) {
                put(out, f64::from(i32::from_le_bytes(patch)));
            }
        }
    }

    /// Writes the exceptions of the groups from `first` on into place.
    pub(super) fn except(&self, first: usize, out: &mut [Group], put: impl Fn(&mut f64, [u8; 8])) {
        for (&exception, row) in self.exceptions.iter().zip(&self.positions[self.patches.len()..]) {
            if let Some(out) = at(row, first, out) {
                put(out, exception);
            }
        }
    }

    /// The rows of the exceptions, each with its 8 bytes.
    pub(super) fn exceptions(&self) -> impl Iterator<Item = (usize, [u8; EXCEPTION_BYTES])> {
        let rows = self.positions[self.patches.len()..].iter().map(|&row| usize::from(u16::from_le_bytes(row)));
        rows.zip(self.exceptions.iter().copied())
    }

    /// The numbers of patches and of exceptions.
    pub(super) fn outliers(&self) -> (usize, usize) {
        (self.patches.len(), self.exceptions.len())
    }
}

/// The bits of a number in the low plane and in the high plane.
fn planes(width: u32) -> (u32, u32) {
    match width {
        0..=32 => (width, 0),
        _ => (width.div_ceil(2), width / 2),
    }
}

/// The slot of a row in the groups from `first` on, if it lies there.
fn at<'a>(row: &[u8; POSITION_BYTES], first: usize, out: &'a mut [Group]) -> Option<&'a mut f64> {
    let row = usize::from(u16::from_le_bytes(*row)).checked_sub(first * LANES)?;
    out.as_flattened_mut().get_mut(row)
}

/// A frame of reference: numbers from `base` on that fit in `width` bits are packed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) base: i64,
    pub(super) width: u32,
    /// The approximate size of the payload in bits.
    pub(super) bits: usize,
}

impl Fit {
    /// The cheapest frame for these numbers; `None` entries are exceptions. `sorted` is scratch memory.
    pub(super) fn best(numbers: &[Option<i64>], sorted: &mut Vec<i64>) -> Self {
        sorted.clear();
        sorted.extend(numbers.iter().flatten());
        sorted.sort_unstable();
        let (Some(&least), Some(&greatest)) = (sorted.first(), sorted.last()) else {
            return Self { base: 0, width: 0, bits: numbers.len() * outlier_bits(EXCEPTION_BYTES) };
        };
        let rows = numbers.len().next_multiple_of(LANES);
        let exceptions = (numbers.len() - sorted.len()) * outlier_bits(EXCEPTION_BYTES);
        let widest = bits(greatest - least);
        let patch = outlier_bits(if widest < 32 { PATCH_BYTES } else { EXCEPTION_BYTES });
        let mut best = Self { base: least, width: widest, bits: rows * widest as usize + exceptions };
        for width in (0..widest).rev() {
            let packed = rows * width as usize + exceptions;
            // With more outliers it would not be cheaper than the best one, which is wider.
            let outliers_max = (best.bits - packed - 1) / patch;
            let found = densest(sorted, width, outliers_max);
            let outliers = found.map_or(outliers_max + 1, |(_, held)| sorted.len() - held);
            if let Some((base, _)) = found {
                best = Self { base, width, bits: packed + outliers * patch };
            }
            // Narrower widths only leave more outliers.
            if outliers * patch + exceptions >= best.bits {
                break;
            }
        }
        best.bits += HEAD_BYTES * 8;
        best
    }

    /// Whether a number is packed, patched or an exception. The decoder sees the base at an exception.
    fn place(&self, number: Option<i64>) -> Place {
        let Some(above) = number.map(|number| number - self.base) else { return Place::Exception };
        match (above, i32::try_from(above)) {
            (0.., _) if bits(above) <= self.width => Place::Packed(above.cast_unsigned()),
            (_, Ok(patch)) => Place::Patch(patch),
            _ => Place::Exception,
        }
    }

    /// Appends a payload to `out`, and sets `numbers` to what the decoder sees before it applies exceptions.
    /// `exceptions` returns the 8 bytes of a row.
    pub(super) fn encode(
        &self,
        numbers: &mut [Option<i64>],
        tags: [u8; 2],
        extra: &[u8],
        exceptions: impl Fn(usize) -> [u8; 8],
        out: &mut Vec<u8>,
    ) {
        let mut packed = Vec::with_capacity(numbers.len());
        let (mut patched, mut excepted) = (vec![], vec![]);
        for (row, number) in numbers.iter_mut().enumerate() {
            let place = self.place(*number);
            packed.push(if let Place::Packed(above) = place { above } else { 0 });
            match place {
                Place::Packed(_) => {}
                Place::Patch(patch) => patched.push((row as u16, patch)),
                Place::Exception => {
                    excepted.push(row as u16);
                    *number = Some(self.base);
                }
            }
        }
        out.extend(self.base.to_le_bytes());
        out.extend([self.width as u8, tags[0], tags[1], 0]);
        out.extend((patched.len() as u16).to_le_bytes());
        out.extend((excepted.len() as u16).to_le_bytes());
        out.extend(extra);
        let (low, high) = planes(self.width);
        if low > 0 {
            pack(&packed, 0, low, out);
        }
        if high > 0 {
            pack(&packed, low, high, out);
        }
        excepted.iter().for_each(|&row| out.extend(exceptions(usize::from(row))));
        patched.iter().for_each(|(_, patch)| out.extend(patch.to_le_bytes()));
        let rows = patched.iter().map(|(row, _)| row).chain(&excepted);
        rows.for_each(|row| out.extend(row.to_le_bytes()));
    }
}

/// How a number is stored.
enum Place {
    Packed(u64),
    Patch(i32),
    Exception,
}

/// The base whose `width`-bit frame covers the most numbers, and that count (sliding window); `None` if every frame leaves
/// more outliers than this. Frames that few numbers are outside of begin and end near the ends.
fn densest(sorted: &[i64], width: u32, outliers_max: usize) -> Option<(i64, usize)> {
    let outliers_max = outliers_max.min(sorted.len() - 1);
    let fewest = sorted.len() - outliers_max;
    let fits = |base: i64, number: i64| number - base < 1 << width;
    let (bases, lasts) = (&sorted[..=outliers_max], &sorted[fewest - 1..]);
    // Most widths have no such frame: looking at all of them without a branch is faster than stopping at the first.
    let is_any = bases.iter().zip(lasts).fold(false, |is_any, (&base, &last)| is_any | fits(base, last));
    let (mut end, mut best) = (fewest, is_any.then_some((0, 0))?);
    for (start, &base) in bases.iter().enumerate() {
        while end < sorted.len() && fits(base, sorted[end]) {
            end += 1;
        }
        // The end never moved if it lies outside: the frames so far hold too few.
        if end - start > best.1 && fits(base, sorted[end - 1]) {
            best = (base, end - start);
        }
        if end == sorted.len() {
            break;
        }
    }
    Some(best)
}

/// The number of bits of a non-negative number.
fn bits(number: i64) -> u32 {
    64 - number.leading_zeros()
}

fn outlier_bits(bytes: usize) -> usize {
    (bytes + POSITION_BYTES) * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fewest bits by the definition: every width, and every number as the base.
    fn fewest(numbers: &[Option<i64>]) -> usize {
        let known: Vec<i64> = numbers.iter().copied().flatten().collect();
        let exceptions = (numbers.len() - known.len()) * 80;
        let (Some(least), Some(greatest)) = (known.iter().min(), known.iter().max()) else { return exceptions };
        let widest = (0..=WIDTH_MAX).find(|width| greatest - least < 1 << width).expect("within the greatest integer");
        let outlier = if widest < 32 { 48 } else { 80 };
        let packed = |width: u32| numbers.len().div_ceil(32) * 32 * width as usize;
        let outside = |base: i64, width: u32| known.iter().filter(|&&n| n < base || n - base >= 1 << width).count();
        let frames = (0..=widest).flat_map(|width| known.iter().map(move |&base| (base, width)));
        let bits = frames.map(|(base, width)| packed(width) + outside(base, width) * outlier + exceptions);
        bits.min().expect("at least one") + HEAD_BYTES * 8
    }

    #[test]
    fn a_frame_is_the_cheapest_of_all_and_costs_what_it_says() {
        let mut state = 7_u64;
        let mut random = move || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            state >> 20
        };
        for round in 0..300 {
            let rows = [1, 2, 31, 32, 33, 64, 100][round % 7];
            let (near, far, rare) = (1 << (random() % 20), 1 << (random() % 44), 2 + random() % 20);
            let mut number = || match random() % rare {
                0 => None,
                1 => Some((random() % far).cast_signed() - 1000),
                _ => Some((random() % near).cast_signed() - 3),
            };
            let mut numbers: Vec<_> = (0..rows).map(|_| number()).collect();
            let (fit, before) = (Fit::best(&numbers, &mut Vec::new()), numbers.clone());
            assert_eq!(fit.bits, fewest(&numbers), "{fit:?} of {numbers:?}");
            let mut payload = Vec::new();
            fit.encode(&mut numbers, [0, 0], &[], |row| (row as u64).to_le_bytes(), &mut payload);
            let parsed = Integers::parse(&payload, rows, 0).expect("whole");
            let (patches, exceptions) = parsed.outliers();
            // Each plane ends with a whole word of each lane. An outlier beyond 32 bits counts as an exception.
            let least = fit.bits / 8 - if patches > 0 { patches * 4 } else { 0 };
            assert!((least..=fit.bits / 8 + HEAD_BYTES + 256).contains(&payload.len()), "{fit:?}: {}", payload.len());
            let frame = |number: i64| (0..1 << fit.width).contains(&(number - fit.base));
            let known = before.iter().flatten().filter(|&&number| !frame(number));
            assert_eq!(patches + exceptions, known.count() + before.iter().filter(|number| number.is_none()).count());
            let seen = |(number, before): (&Option<i64>, &Option<i64>)| number == before || *number == Some(fit.base);
            assert!(numbers.iter().zip(&before).all(seen));
        }
    }

    #[test]
    fn rows_beyond_the_block_are_refused() {
        let numbers: Vec<_> = (0..64).map(|row| (row != 63).then_some(row % 2)).collect();
        let (fit, mut payload) = (Fit::best(&numbers, &mut Vec::new()), Vec::new());
        fit.encode(&mut numbers.clone(), [0, 0], &[], |_| [0; 8], &mut payload);
        let parsed = Integers::parse(&payload, 64, 0).expect("whole");
        assert!(parsed.rows_are_good(64) && !parsed.rows_are_good(63));
        assert!(Integers::parse(&payload[..payload.len() - 1], 64, 0).is_none());
        assert!(Integers::parse(&[payload.as_slice(), &[0]].concat(), 64, 0).is_none());
        let mut wide = payload.clone();
        wide[8] = WIDTH_MAX as u8 + 1;
        assert!(Integers::parse(&wide, 64, 0).is_none());
    }

    #[test]
    fn the_widest_numbers_come_back() {
        let numbers = [0, (1 << WIDTH_MAX) - 1, 1 << (WIDTH_MAX - 1), 5].map(Some);
        let (fit, mut payload) = (Fit { base: 0, width: WIDTH_MAX, bits: 0 }, Vec::new());
        fit.encode(&mut numbers.clone(), [0, 0], &[], |_| [0; 8], &mut payload);
        let parsed = Integers::parse(&payload, 4, 0).expect("whole");
        let mut out = [[0.0; LANES]];
        parsed.fill(0.0, 0, &mut out, |number| number);
        assert_eq!(out[0].map(|number| Some(number as i64))[..4], numbers);
    }
}
