//! A second reader, written from `FORMAT.md` alone: number by number, bit by bit, without a line of the first.

use super::encodings::{Anything, PACKED, columns_of, walk};
use super::*;

/// A little-endian number of `len` bytes.
fn int(bytes: &[u8], at: usize, len: usize) -> u64 {
    bytes[at..at + len].iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

/// The bytes of a plane.
fn plane_bytes(rows: usize, width: usize) -> usize {
    (rows.div_ceil(32) * width).div_ceil(32) * 32 * 4
}

/// The numbers of a plane: each lane is a stream of bits.
fn plane(bytes: &[u8], rows: usize, width: usize) -> Vec<i64> {
    let number = |row: usize| {
        let bit = |bit: usize| {
            let at = row / 32 * width + bit;
            let word = int(bytes, (at / 32 * 32 + row % 32) * 4, 4).cast_signed();
            (word >> (at % 32) & 1) << bit
        };
        (0..width).map(bit).sum()
    };
    (0..rows).map(number).collect()
}

/// A payload of decimals or steps.
struct Payload {
    numbers: Vec<i64>,
    exceptions: Vec<(usize, u64)>,
    exponent: i8,
    reference: u8,
    first: i64,
    unit: i64,
}

fn parse(payload: &[u8], rows: usize, has_steps: bool) -> Payload {
    let (base, width) = (int(payload, 0, 8).cast_signed(), usize::from(payload[8]));
    let (patches, exceptions) = (int(payload, 12, 2) as usize, int(payload, 14, 2) as usize);
    assert!(base.abs() <= 1 << 53 && width <= 52 && payload[11] == 0);
    let word = |at| if has_steps { int(payload, at, 8).cast_signed() } else { 0 };
    let mut at = if has_steps { 32 } else { 16 };
    let widths = if width <= 32 { [width, 0] } else { [width.div_ceil(2), width / 2] };
    let [low, high] = widths.map(|width| {
        let numbers = plane(&payload[at..], rows, width);
        at += plane_bytes(rows, width);
        numbers
    });
    let packed: Vec<i64> = low.iter().zip(high).map(|(low, high)| low + (high << widths[0])).collect();
    let mut numbers: Vec<i64> = packed.iter().map(|packed| base + packed).collect();
    let (values, patched) = (at, at + exceptions * 8);
    let places = patched + patches * 4;
    assert_eq!(payload.len(), places + (patches + exceptions) * 2, "exactly these bytes");
    let places: Vec<usize> = (0..patches + exceptions).map(|n| int(payload, places + n * 2, 2) as usize).collect();
    let distinct: std::collections::BTreeSet<_> = places.iter().collect();
    assert!(distinct.len() == places.len() && places.iter().all(|&row| packed[row] == 0));
    for (n, &row) in places[..patches].iter().enumerate() {
        numbers[row] += i64::from((int(payload, patched + n * 4, 4) as u32).cast_signed());
    }
    let exceptions = places[patches..].iter().enumerate().map(|(n, &row)| (row, int(payload, values + n * 8, 8)));
    let (exponent, reference) = (payload[9].cast_signed(), payload[10]);
    Payload { numbers, exceptions: exceptions.collect(), exponent, reference, first: word(16), unit: word(24) }
}

/// The two parts of a power of ten, from integers: 9 bits, ties to even, and the rest.
fn parts(exponent: i8) -> (f64, f64) {
    let ten = 10_i128.pow(u32::from(exponent.unsigned_abs()));
    if exponent < 0 {
        return (ten as f64, 0.0);
    }
    let shift = (0..).find(|shift| (1 << shift) / ten >= 256).expect("a power of two is large enough");
    let (mut high, rest) = ((1 << shift) / ten, (1 << shift) % ten);
    high += i128::from(2 * rest > ten || (2 * rest == ten && high % 2 == 1));
    let unit = 0.5_f64.powi(shift);
    (high as f64 * unit, ((1 << shift) - high * ten) as f64 / ten as f64 * unit)
}

fn decimals(payload: &[u8], rows: usize, close: &[u8]) -> Vec<u64> {
    let this = parse(payload, rows, false);
    let close = (this.reference > 0).then(|| parse(close, rows, false));
    assert!(this.reference < 3 && close.as_ref().is_none_or(|close| close.reference == 0));
    let (high, low) = parts(this.exponent);
    let mut values = this.numbers.clone();
    for (row, number) in values.iter_mut().enumerate() {
        let before = row.saturating_sub(usize::from(this.reference == 2));
        *number += close.as_ref().map_or(0, |close| close.numbers[before]);
    }
    let mut values: Vec<_> = values.iter().map(|&n| (n as f64 * high + n as f64 * low).to_bits()).collect();
    this.exceptions.iter().for_each(|&(row, bits)| values[row] = bits);
    values
}

fn steps(payload: &[u8], rows: usize) -> Vec<u64> {
    let mut this = parse(payload, rows, true);
    assert!(this.exponent == 0 && this.reference == 0);
    this.exceptions.iter().for_each(|&(row, step)| this.numbers[row] = step.cast_signed());
    let mut time = this.first;
    let later = this.numbers[1..].iter().map(|step| {
        time = time.wrapping_add(this.unit.wrapping_mul(*step));
        time.cast_unsigned()
    });
    std::iter::once(this.first.cast_unsigned()).chain(later.collect::<Vec<_>>()).collect()
}

/// The entries of a file, `entries[column][block]`: offset, bytes, encoding.
type Entries = Vec<Vec<(usize, usize, u8)>>;

/// Payloads lie in runs of 64 blocks, column by column, each at the next multiple of 8, with zeros between.
fn check_layout(file: &[u8], entries: &Entries, head: usize) {
    let (mut end, blocks) = (head, entries[0].len());
    for run in (0..blocks).step_by(64) {
        for &(offset, bytes, _) in entries.iter().flat_map(|column| &column[run..blocks.min(run + 64)]) {
            assert_eq!(offset, end.next_multiple_of(8));
            assert!(file[end..offset].iter().all(|&byte| byte == 0));
            end = offset + bytes;
        }
    }
    assert_eq!(file.len(), end.next_multiple_of(8));
    assert!(file[end..].iter().all(|&byte| byte == 0));
}

/// The least and the greatest of a block.
fn check_zone(file: &[u8], entry: usize, column: usize, values: &[u64]) {
    let (least, greatest) = (int(file, entry + 16, 8), int(file, entry + 24, 8));
    if column == 0 {
        return assert_eq!((least, greatest), (values[0], values[values.len() - 1]));
    }
    let mut known: Vec<f64> = values.iter().map(|&bits| f64::from_bits(bits)).filter(|v| !v.is_nan()).collect();
    known.sort_by(f64::total_cmp);
    let (least, greatest) = (f64::from_bits(least), f64::from_bits(greatest));
    let is_right = |found: f64, value: Option<&f64>| value.map_or(found.is_nan(), |&value| found == value);
    assert!(is_right(least, known.first()) && is_right(greatest, known.last()), "{least} and {greatest}");
}

/// The names and the bits of all columns of a file of version 2 with this number.
fn columns(file: &[u8], number: u64) -> Vec<(String, Vec<u64>)> {
    assert_eq!(file[..12], *b"\x89ATP\r\n\x1a\n\x02\0\0\0");
    let (rows, count) = (int(file, 24, 8) as usize, int(file, 36, 4) as usize);
    let header = [12, 32].map(|at| int(file, at, 4));
    assert_eq!((header, int(file, 16, 8)), ([0x0102_0304, 1024], number));
    assert_eq!(int(file, 40, 8), file.len() as u64);
    let blocks = rows.div_ceil(1024);
    let (names, entries) = (256, 256 + count * 64);
    let head = entries + count * blocks * 40;
    assert!(file[68..124].iter().chain(&file[256 - 16..256]).all(|&byte| byte == 0), "reserved");
    assert_eq!(int(file, 64, 4) as u32, crc32fast::hash(&file[128..head]));
    assert_eq!(int(file, 124, 4) as u32, crc32fast::hash(&file[..124]));
    let entry = |column: usize, block: usize| entries + (column * blocks + block) * 40;
    let place = |at: usize| (int(file, at, 8) as usize, int(file, at + 8, 4) as usize, file[at + 12]);
    let all = (0..count).map(|column| (0..blocks).map(|block| place(entry(column, block))).collect());
    check_layout(file, &all.collect(), head);
    let payload = |column: usize, block: usize| {
        let (offset, bytes, _) = place(entry(column, block));
        &file[offset..offset + bytes]
    };
    let column = |column: usize| {
        let name = file[names + column * 64..][..48].split(|&byte| byte == 0).next().expect("a part");
        assert_eq!(file[names + column * 64 + 48], u8::from(column > 0));
        let mut all = Vec::with_capacity(rows);
        for block in 0..blocks {
            let (rows, bytes) = (1024.min(rows - block * 1024), payload(column, block));
            assert_eq!(int(file, entry(column, block) + 32, 4) as u32, crc32fast::hash(bytes));
            let values = match place(entry(column, block)).2 {
                0 => bytes.chunks(8).map(|value| int(value, 0, 8)).collect(),
                1 => vec![int(bytes, 0, 8); rows],
                2 => decimals(bytes, rows, payload(4, block)),
                _ => steps(bytes, rows),
            };
            assert_eq!(values.len(), rows);
            check_zone(file, entry(column, block), column, &values);
            all.extend(values);
        }
        (String::from_utf8(name.to_vec()).expect("plain"), all)
    };
    let all: Vec<_> = (0..count).map(column).collect();
    assert_eq!((int(file, 48, 8), int(file, 56, 8)), (all[0].1[0], all[0].1[rows - 1]));
    all
}

fn written(source: &dyn Source, number: u64) -> Vec<u8> {
    let (_directory, folder) = folder();
    folder.write(number, &origin(), source).expect("written");
    fs::read(folder.path().join(format!("prices/{number:016x}.atp"))).expect("readable")
}

#[test]
fn files_are_as_the_format_says() {
    let noise = |scale: f64| (0..65 * 1024 + 100).map(|row| f64::from(row).sin() * scale).collect::<Vec<_>>();
    // Two runs of blocks.
    let long = Columns { volume: noise(1e6), low: noise(0.1), ..columns_of(&noise(10.0)) };
    let nothing = Columns { volume: vec![f64::NAN; 3], ..columns_of(&[1.5, -0.0, 2.5]) };
    let mut wide = columns_of(&(0..1100).map(|row| f64::from(row * row % 999) / 8.0).collect::<Vec<_>>());
    wide.extra = vec![("funding".parse().expect("valid"), noise(1.0)[..1100].to_vec())];
    for (number, source) in [walk(5000), long, nothing, wide].into_iter().enumerate() {
        let extra: Vec<_> = source.extra.iter().map(|(name, values)| (name.to_string(), values)).collect();
        let found = columns(&written(&Anything(source.clone()), 7 + number as u64), 7 + number as u64);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names[..6], ["time", "open", "high", "low", "close", "volume"]);
        let values: Vec<u64> = found[..6].iter().flat_map(|(_, values)| values.clone()).collect();
        assert!(values == bits(&source), "file {number}");
        for ((name, expected), (found, values)) in extra.iter().zip(&found[6..]) {
            assert_eq!(name, found);
            assert!(values.iter().copied().eq(expected.iter().map(|value| value.to_bits())));
        }
        assert_eq!(found.len(), 6 + extra.len());
    }
    let values: Vec<u64> = columns(&PACKED, 1).into_iter().flat_map(|(_, values)| values).collect();
    assert!(values == bits(&open(&PACKED).expect("sound")));
}

#[test]
fn the_origin_is_where_the_format_says() {
    let file = written(&bars(1), 1);
    assert_eq!(int(&file, 128, 16 / 2), u64::MAX - 1, "the lineage");
    assert_eq!((int(&file, 136, 8), int(&file, 144, 8), int(&file, 152, 8)), (u64::MAX, 77, u64::MAX));
    assert_eq!((int(&file, 168, 4), file[172]), (15 * 60, 64));
    assert_eq!(file[176..240], [b'S'; 64]);
}
