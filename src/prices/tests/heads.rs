//! Heads that are wrong under checksums that are right: each is refused, for what is wrong with it.

use super::*;

/// Where the column entries and the block entries of `GOOD` begin.
const COLUMNS: usize = 256;
const BLOCKS: usize = COLUMNS + 6 * 64;

/// Why a file with this change is refused.
fn refused(at: usize, bytes: &[u8]) -> &'static str {
    let mut file = GOOD.clone();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    reseal(&mut file, HEADER_BYTES..BLOCKS + 12 * 40);
    match open(&file) {
        Err(Error::Head { part, .. }) => part,
        other => panic!("{bytes:?} at {at}: {other:?}"),
    }
}

#[test]
fn a_header_is_refused_for_what_is_wrong() {
    assert!(open(&GOOD).is_ok());
    assert_eq!(refused(16, &2_u64.to_le_bytes()), "number, which is not that of its name");
    assert_eq!(refused(12, &[1, 2, 3, 4]), "byte order");
    assert_eq!(refused(32, &512_u32.to_le_bytes()), "rows of a block");
    for rows in [0, 1 << 20, 1 << 60, u64::MAX] {
        assert_eq!(refused(24, &rows.to_le_bytes()), "rows");
    }
    assert_eq!(refused(48, &i64::MAX.to_le_bytes()), "rows", "it ends before it begins");
    assert_eq!(refused(40, &1000_u64.to_le_bytes()), "rows", "the head is longer than the file");
    for columns in [0_u32, 5] {
        assert_eq!(refused(36, &columns.to_le_bytes()), "columns");
    }
    let mut file = GOOD.clone();
    file[700] ^= 1;
    assert!(matches!(open(&file), Err(Error::Head { part: "checksum of the directory", .. })));
    file[40] ^= 1;
    assert!(matches!(open(&file), Err(Error::Head { part: "checksum of the header", .. })));
}

#[test]
fn an_origin_is_refused_that_is_none() {
    for len in [0, 65, 255] {
        assert_eq!(refused(128 + 44, &[len]), "the origin");
    }
    assert_eq!(refused(128 + 40, &[0; 4]), "the origin", "a timeframe of no time");
    assert_eq!(refused(128 + 48, &[0xff]), "the origin", "a symbol that is not UTF-8");
}

#[test]
fn a_column_entry_is_refused_that_is_another() {
    let name = |column: usize| COLUMNS + column * 64;
    for column in 0..6 {
        assert_eq!(refused(name(column), b"x"), "a column entry");
        assert_eq!(refused(name(column), &[0xff]), "a column entry");
        assert_eq!(refused(name(column), &[0; 48]), "a column entry");
        assert_eq!(refused(name(column) + 48, &[u8::from(column == 0)]), "a column entry", "of another kind");
    }
    assert_eq!(refused(name(5) + 48, &[2]), "a column entry");
}

#[test]
fn a_block_entry_is_refused_that_does_not_fit() {
    let header = Header::parse(GOOD.first_chunk().expect("a header"), 1, &PathBuf::new()).expect("good");
    let entry = |column: usize, block: usize| BLOCKS + (column * 2 + block) * 40;
    let block = |column, block| header.block(&GOOD, column, block).expect("known");
    // Times are steps, prices are raw, volumes are decimals.
    assert_eq!([0, 1, 5].map(|column| GOOD[entry(column, 1) + 12]), [3, 0, 2]);
    let raw = block(1, 1);
    let end = GOOD.len() as u64;
    let moved = [raw.offset + 4, raw.offset + 1, (BLOCKS + 12 * 40 - 8) as u64, 0, end, end - 8, end + 8, u64::MAX - 7];
    for offset in moved {
        assert_eq!(refused(entry(1, 1), &offset.to_le_bytes()), "a block entry", "{offset}");
    }
    for bytes in [raw.bytes - 8, raw.bytes + 8, raw.bytes - 1, 0] {
        assert_eq!(refused(entry(1, 1) + 8, &bytes.to_le_bytes()), "a block entry", "{bytes}");
    }
    assert_eq!(refused(entry(5, 1) + 8, &u32::MAX.to_le_bytes()), "a block entry", "beyond the file");
    // A constant of more than one value, steps that are no times, and none that is known.
    for (column, encoding) in [(1, 1), (5, 1), (1, 3), (5, 3), (5, 0), (5, 4), (5, 255), (0, 0), (0, 1), (0, 2)] {
        assert_eq!(refused(entry(column, 1) + 12, &[encoding]), "a block entry", "{encoding} for {column}");
    }
    let constant_times = [8_u32.to_le_bytes(), [1, 0, 0, 0]].concat();
    assert_eq!(refused(entry(0, 1) + 8, &constant_times), "a block entry");
}

#[test]
fn closes_that_are_counted_from_themselves_are_damaged() {
    const CLOSE: usize = 4;
    let header =
        Header::parse(super::encodings::PACKED.first_chunk().expect("a header"), 1, &PathBuf::new()).expect("good");
    for (block, reference) in [(0, 1), (0, 2), (1, 1)] {
        let mut file = super::encodings::PACKED.clone();
        let entry = header.directory().end - (6 - CLOSE) * 2 * 40 + block * 40;
        let payload = header.block(&file, CLOSE, block).expect("known").payload();
        assert_eq!((file[entry + 12], file[payload.start + 10]), (2, 0), "decimals that are counted from nothing");
        file[payload.start + 10] = reference;
        let crc = crc32fast::hash(&file[payload]).to_le_bytes();
        file[entry + 32..entry + 36].copy_from_slice(&crc);
        reseal(&mut file, header.directory());
        let error = open(&file).expect_err("refused");
        assert!(matches!(&error, Error::Corrupt { block: found, .. } if *found == block), "{error}");
    }
}
