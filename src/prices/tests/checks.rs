//! What an open file remembers of its blocks: which have passed their check, and which were read into memory.

use super::encodings::{Anything, columns_of};
use super::unreadable::cut;
use super::*;

/// Noise is stored raw, which is quickly written.
fn noise(rows: u32) -> Columns {
    columns_of(&(0..rows).map(|row| f64::from(row).sin()).collect::<Vec<_>>())
}

#[test]
fn each_block_is_remembered_by_itself() {
    let (_directory, folder) = folder();
    let blocks = 23;
    folder.write(1, &origin(), &Anything(noise(blocks * 1024 - 5))).expect("written");
    let segment = folder.segment(1).expect("opens");
    let rows = |block: usize| block * 1024..((block + 1) * 1024).min(segment.rows());
    let mut left: Vec<(usize, usize)> =
        (0..6).flat_map(|column| (0..blocks as usize).map(move |b| (column, b))).collect();
    let unverified = |column: usize, rows: &Range<usize>| match column {
        0 => segment.unverified_times(rows),
        _ => segment.unverified(rows, &[Column::ALL[column - 1]]),
    };
    // In an order that leaves none of the words whole.
    let mut at = 0;
    while !left.is_empty() {
        at = (at + 37) % left.len();
        let (column, block) = left.remove(at);
        let part = rows(block).start + 3..rows(block).end;
        match column {
            0 => segment.verify_times(part).expect("sound"),
            _ => segment.verify(part, &[Column::ALL[column - 1]]).expect("sound"),
        }
        for column in 0..6 {
            let expected = left.iter().filter(|(other, _)| *other == column).count();
            assert_eq!(unverified(column, &(0..segment.rows())), expected);
            let expected = left.contains(&(column, block));
            assert_eq!(unverified(column, &rows(block)), usize::from(expected), "{column} {block}");
        }
    }
    assert_eq!(segment.unverified(&(0..segment.rows()), &Column::ALL), 0);
}

#[test]
fn all_columns_are_asked_and_only_the_blocks_of_the_rows() {
    let (_directory, folder) = folder();
    folder.write(1, &origin(), &Anything(noise(4000))).expect("written");
    let segment = folder.segment(1).expect("opens");
    for (rows, blocks) in [(0..4000, 4), (1023..1025, 2), (1024..2048, 1), (2047..2047, 0), (3999..4000, 1)] {
        assert_eq!(segment.unverified(&rows, &Column::ALL), 5 * blocks, "{rows:?}");
        assert_eq!(segment.unverified_times(&rows), blocks);
    }
}

#[test]
fn every_group_is_read_before_it_is_accessed() {
    let (_directory, folder) = folder();
    // More groups than a word has bits.
    let blocks = 190;
    folder.write(1, &origin(), &Anything(noise(blocks * 1024))).expect("written");
    let path = folder.path().join("prices/0000000000000001.atp");
    let bytes = fs::metadata(&path).expect("there").len();
    let segment = folder.segment(1).expect("good");
    let verify = |block: usize, column| segment.verify(block * 1024..(block + 1) * 1024, &[column]).is_ok();
    // One block of each group, so that what was read of one says nothing about the next.
    assert!((5..64).step_by(16).all(|block| Column::ALL.into_iter().all(|column| verify(block, column))));
    let header = Header::parse(fs::read(&path).expect("readable").first_chunk().expect("a header"), 1, &path);
    let (header, file) = (header.expect("good"), fs::read(&path).expect("readable"));
    let end = cut(&path, bytes / 2);
    for (place, column) in (1..).zip(Column::ALL) {
        for block in 64..blocks as usize {
            let is_there = header.block(&file, place, block).expect("known").payload().end as u64 <= end;
            assert_eq!(verify(block, column), is_there, "block {block} of {}", column.name());
        }
    }
}

#[test]
fn raw_rows_are_not_copied() {
    let (_directory, folder) = folder();
    folder.write(1, &origin(), &Anything(noise(3000))).expect("written");
    let segment = folder.segment(1).expect("opens");
    segment.verify(0..3000, &Column::ALL).expect("sound");
    for rows in [0..3000, 5..9, 1000..2100, 2048..3000] {
        let mut scratch = vec![7.0; 3000];
        let values = segment.values(Column::High, rows.clone(), &mut scratch).as_ptr_range();
        assert!(!scratch.as_ptr_range().contains(&values.start), "{rows:?}");
        assert!(scratch.iter().all(|&value| value == 7.0));
    }
}

#[test]
fn what_would_not_be_smaller_is_raw() {
    let encodings = |rows: usize, value: &dyn Fn(usize) -> f64| {
        let (_directory, folder) = folder();
        let columns = columns_of(&(0..rows).map(value).collect::<Vec<_>>());
        folder.write(1, &origin(), &Anything(columns)).expect("written");
        let report = folder.inspect(1).expect("a price file");
        (report.columns[0].raw, report.columns[5].raw)
    };
    // Steps of four times are 32 bytes; 32 bits of each lane and a head are 144, and so are 18 values.
    let bit = |row: usize| [1.0, 2.0][row % 2];
    assert_eq!([4, 5].map(|rows| encodings(rows, &bit).0), [1, 0]);
    assert_eq!([18, 19].map(|rows| encodings(rows, &bit).1), [1, 0]);
}

#[test]
fn equal_times_are_out_of_order() {
    let (_directory, folder) = folder();
    for equal in [1_i64, 1023, 1024] {
        let mut columns = noise(1500);
        columns.times = (0..1500).map(|row| row - i64::from(row >= equal)).collect();
        let error = folder.write(equal as u64, &origin(), &Anything(columns)).expect_err("refused");
        assert!(matches!(error, Error::Order { row, .. } if row == equal as usize), "{error}");
    }
}

#[test]
fn a_report_says_what_the_file_holds() {
    let (_directory, folder) = folder();
    let rows = 1500_u32;
    let column = |value: &dyn Fn(u32) -> f64| (0..rows).map(value).collect::<Vec<_>>();
    let low = column(&|row| if row % 500 == 7 { -123_456.0 } else { f64::from(row * row % 4096) / 100.0 });
    let volume = column(&|row| if row % 50 == 49 { f64::NAN } else { f64::from(7 + row % 2) });
    let close = column(&|row| f64::from(row * 7919 % 100_003));
    let greatest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max).to_string();
    let most = [greatest(&close), greatest(&low)];
    let columns = Columns { open: close.clone(), high: vec![9.5; 1500], low, close, volume, ..noise(rows) };
    folder.write(1, &origin(), &Anything(columns)).expect("written");
    let report = folder.inspect(1).expect("a price file");
    let text = report.to_string();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let path = folder.path().join("prices/0000000000000001.atp");
    let bytes = fs::metadata(&path).expect("there").len() as f64;
    let name = path.display().to_string();
    assert_eq!(lines[0].join(" "), format!("price file {name}, number 0000000000000001, version 2"));
    let share = bytes / (1500.0 * 6.0 * 8.0) * 100.0;
    assert_eq!(
        lines[3].join(" "),
        format!("{bytes} bytes, {:.2} a row, {share:.1} % of raw, head {}", bytes / 1500.0, 256 + 6 * 64 + 12 * 40)
    );
    let bits = |bytes: u32| format!("{:.2}", f64::from(bytes) * 8.0 / 1500.0);
    // Bytes, then blocks raw, constant, decimals, from close and steps, widths, exponents, patches, exceptions, damage.
    let expected = |line: usize, name: &str, range: [&str; 2], bytes: u32, rest: &str| {
        let line = lines[line].join(" ");
        assert_eq!(line, format!("{name} {} {} {bytes} {} {rest}", range[0], range[1], bits(bytes)));
    };
    // A plane has 128 bytes for each 32 bits of a lane: 32 groups and 15 groups, of 12 bits or of 1 bit.
    let packed = |width: u32| (16 + (32 * width).div_ceil(32) * 128) + (16 + (15 * width).div_ceil(32) * 128);
    expected(5, "time", ["-", "-"], 64, "0 0 0 0 2 0 - 0 0 none");
    expected(6, "open", ["0", &most[0]], packed(0), "0 0 2 2 0 0 0 0 0 none");
    expected(7, "high", ["9.5", "9.5"], 16, "0 2 0 0 0 - - 0 0 none");
    expected(8, "low", ["-123456", &most[1]], packed(12) + 3 * 6, "0 0 2 0 0 12 2 3 0 none");
    expected(10, "volume", ["7", "8"], packed(1) + 30 * 10, "0 0 2 0 0 1 0 0 30 none");
    assert_eq!(lines.last().expect("a line").join(" "), "sound: every checksum is right");
}

#[test]
fn a_report_says_from_where_to_where_blocks_differ() {
    let (_directory, folder) = folder();
    let value = |row: u32| if row < 1024 { f64::from(row % 2) } else { f64::from(row * row % 4096) / 100.0 };
    folder.write(1, &origin(), &Anything(columns_of(&(0..2048).map(value).collect::<Vec<_>>()))).expect("written");
    let report = folder.inspect(1).expect("a price file");
    let text = report.to_string();
    let volume: Vec<&str> = text.lines().nth(10).expect("a line").split_whitespace().collect();
    // Widths and exponents stand before patches, exceptions and damage.
    assert_eq!(volume[10..].join(" "), "1 to 12 0 to 2 0 0 none", "{text}");
}
