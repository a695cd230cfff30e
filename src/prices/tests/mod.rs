//! Price files on a real disk: bit-exact round trips, and every kind of damage.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use tempfile::TempDir;

use crate::series::{Bars, Column, ColumnName, Columns, CommitId, Lineage, Origin, SeriesId, Source};

use super::head::{BLOCK_ROWS, Block, HEADER_BYTES, Header};
use super::{Error, Folder, Segment};

mod checks;
mod copies;
mod encodings;
mod format;
mod fuzz;
mod heads;
mod merged;
mod unreadable;

fn bars(rows: usize) -> Bars {
    let mut columns = Columns::with_capacity(rows);
    for row in 0..rows {
        columns.times.push(1_600_000_000_000_000_000 + row as i64 * 60_000_000_000);
        let price = 100.0 + (row as f64 * 0.1).sin() * 7.3;
        columns.open.push(price);
        columns.high.push(price + 1.1);
        columns.low.push(price - 1.3);
        columns.close.push(if row % 97 == 5 { f64::NAN } else { price + 0.7 });
        columns.volume.push(row as f64);
    }
    Bars::with_gaps(columns).expect("valid")
}

/// The origin of the files in these tests.
pub(super) fn origin() -> Origin {
    let commit = CommitId { lineage: Lineage(u128::MAX - 1), generation: 77 };
    Origin { id: SeriesId::parse(&"S".repeat(64), "15m").expect("valid"), series: u64::MAX, commit }
}

fn folder() -> (TempDir, Folder) {
    let directory = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(&directory.path().join("data")).expect("opens");
    (directory, folder)
}

/// A sealed file of `rows` rows, and its bytes.
fn sealed(folder: &Folder, number: u64, rows: usize) -> (PathBuf, Vec<u8>) {
    folder.write(number, &origin(), &bars(rows)).expect("written");
    let path = folder.path().join(format!("prices/{number:016x}.atp"));
    let bytes = fs::read(&path).expect("readable");
    (path, bytes)
}

fn replace(path: &PathBuf, bytes: &[u8]) {
    fs::remove_file(path).expect("removed");
    fs::write(path, bytes).expect("written");
}

/// Every step of a reader, in the required order.
fn read(segment: &Segment, rows: Range<usize>) -> Result<Columns, Error> {
    segment.verify_times(rows.clone())?;
    segment.verify(rows.clone(), &Column::ALL)?;
    segment.first_at(0)?;
    segment.first_at(1_600_000_100_000_000_000)?;
    let mut scratch = vec![0.0; rows.len()];
    let mut columns = Columns::default();
    segment.times(rows.clone(), &mut columns.times);
    let mut values = |column| segment.values(column, rows.clone(), &mut scratch).to_vec();
    columns.open = values(Column::Open);
    columns.high = values(Column::High);
    columns.low = values(Column::Low);
    columns.close = values(Column::Close);
    columns.volume = values(Column::Volume);
    Ok(columns)
}

fn bits(columns: &Columns) -> Vec<u64> {
    let values = [&columns.open, &columns.high, &columns.low, &columns.close, &columns.volume];
    let values = values.into_iter().flatten().map(|value| value.to_bits());
    columns.times.iter().map(|time| time.cast_unsigned()).chain(values).collect()
}

#[test]
fn what_is_written_is_read() {
    let (_directory, folder) = folder();
    for (number, rows) in [(1, 1), (2, 1023), (3, 1024), (4, 1025), (u64::MAX, 5000)] {
        let bars = bars(rows);
        let facts = folder.write(number, &origin(), &bars).expect("written");
        let segment = folder.segment(number).expect("opens");
        assert_eq!(segment.facts(), facts);
        assert_eq!(
            (facts.rows, facts.first_time, facts.last_time),
            (rows as u64, bars.times()[0], bars.times()[rows - 1])
        );
        assert_eq!((segment.first_time(), segment.last_time()), (facts.first_time, facts.last_time));
        assert_eq!((segment.bytes(), segment.file().len() as u64), (facts.bytes, facts.bytes));
        assert_eq!(bits(&read(&segment, 0..rows).expect("sound")), bits(&bars.clone().into_columns()));
        let part = rows / 3..rows - rows / 5;
        let mut scratch = vec![0.0; part.len()];
        let values = segment.values(Column::High, part.clone(), &mut scratch).to_vec();
        assert_eq!(values, bars.column(Column::High)[part]);
    }
    assert_eq!(folder.numbers().expect("listed"), [1, 2, 3, 4, u64::MAX]);
}

#[test]
fn times_are_found() {
    let (_directory, folder) = folder();
    let bars = bars(2500);
    folder.write(7, &origin(), &bars).expect("written");
    let segment = folder.segment(7).expect("opens");
    for row in [0, 1, 1023, 1024, 1025, 2047, 2048, 2499] {
        let time = bars.times()[row];
        assert_eq!(segment.first_at(time).expect("sound"), row);
        assert_eq!(segment.first_at(time - 1).expect("sound"), row);
        assert_eq!(segment.first_at(time + 1).expect("sound"), row + 1);
    }
    assert_eq!(segment.first_at(i64::MIN).expect("sound"), 0);
    assert_eq!(segment.first_at(i64::MAX).expect("sound"), 2500);
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let (_directory, folder) = folder();
    let (path, good) = sealed(&folder, 1, 1100);
    let header = Header::parse(good.first_chunk().expect("a header"), 1, &path).expect("good");
    let is_padding = |at: usize| {
        let payloads = (0..6)
            .flat_map(|c| (0..2).map(move |b| (c, b)))
            .map(|(c, b)| header.block(&good, c, b).expect("known").payload());
        at >= header.directory().end && !payloads.into_iter().any(|payload| payload.contains(&at))
    };
    let whole = bits(&bars(1100).into_columns());
    for at in (0..900).chain((900..good.len()).step_by(61)) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        replace(&path, &bytes);
        match folder.segment(1).and_then(|segment| read(&segment, 0..1100)) {
            Ok(columns) => assert!(is_padding(at) && bits(&columns) == whole, "byte {at} was not checked"),
            Err(error) => assert!(error.is_damage() || matches!(error, Error::Version { .. }), "byte {at}: {error}"),
        }
    }
}

#[test]
fn a_damaged_block_is_named_and_the_others_are_served() {
    let (_directory, folder) = folder();
    let (path, mut bytes) = sealed(&folder, 9, 3000);
    let header = Header::parse(bytes.first_chunk().expect("a header"), 9, &path).expect("good");
    let at = header.block(&bytes, 3, 1).expect("known").payload().start;
    bytes[at + 77] ^= 0x10;
    replace(&path, &bytes);
    let segment = folder.segment(9).expect("its head is sound");
    segment.verify(0..1024, &[Column::Low]).expect("block 0 is sound");
    segment.verify(2048..3000, &[Column::Low]).expect("block 2 is sound");
    segment.verify(0..3000, &[Column::High]).expect("high is sound");
    let error = segment.verify(1023..1025, &[Column::Low]).expect_err("found");
    assert_eq!(
        error.to_string(),
        "price file 0000000000000009.atp, bars from 1600000000000000000 to 1600179940000000000, is damaged in block 1 of \
         column low"
    );
    assert!(segment.verify(1500..1501, &[Column::Low]).is_err(), "and found again");
    let aside = folder.quarantine(9).expect("set aside");
    assert!(aside.ends_with("0000000000000009.atp.corrupt") && aside.exists());
    assert!(folder.numbers().expect("listed").is_empty());
}

#[test]
fn a_file_cut_short_is_refused() {
    let (_directory, folder) = folder();
    let (path, good) = sealed(&folder, 1, 1500);
    for length in (0..1000).chain((1000..good.len()).step_by(997)).chain([good.len() - 1]) {
        replace(&path, &good[..length]);
        let error = folder.segment(1).expect_err("cut short");
        assert!(matches!(error, Error::Short { bytes, .. } if bytes == length as u64), "{length}: {error}");
    }
    replace(&path, &[good.as_slice(), b"more"].concat());
    assert!(folder.segment(1).is_ok(), "what follows is not read");
}

#[test]
fn other_files_are_told_apart() {
    let (_directory, folder) = folder();
    let (path, good) = sealed(&folder, 1, 10);
    replace(&path, &[b'x'; 4096]);
    assert!(matches!(folder.segment(1), Err(Error::NotAPriceFile { .. })));
    let mut newer = good.clone();
    newer[8] = 3;
    replace(&path, &newer);
    let error = folder.segment(1).expect_err("newer");
    assert!(matches!(error, Error::Version { found: 3, known: 2, .. }) && !error.is_damage());
    replace(&path, &good);
    fs::rename(&path, path.with_file_name("0000000000000002.atp")).expect("renamed");
    assert!(matches!(folder.segment(2), Err(Error::Head { part: "number, which is not that of its name", .. })));
    assert!(matches!(folder.segment(1), Err(Error::Io { operation: "open", .. })));
}

#[test]
fn a_file_says_where_it_belongs() {
    let (_directory, folder) = folder();
    sealed(&folder, 1, 10);
    assert_eq!(folder.segment(1).expect("opens").origin(), Some(origin()));
}

#[test]
fn files_of_version_1_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("0000000000000001.atp");
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/folder-0.1.0/prices/0000000000000001.atp");
    fs::copy(old, &path).expect("copied");
    let segment = Segment::open(&path, 1).expect("opens");
    assert_eq!((segment.origin(), segment.version(), segment.rows()), (None, 1, 3176));
    let columns = read(&segment, 0..3176).expect("sound");
    for (row, &time) in columns.times.iter().enumerate() {
        let price = |row: usize| 100.0 + (row % 50) as f64 * 0.25;
        assert_eq!(time, (1_600_000_000 + 60 * row as i64) * 1_000_000_000);
        assert_eq!((columns.open[row], columns.close[row]), (price(row), price(row + 7)));
    }
}

#[test]
fn set_aside_is_not_lost() {
    let (_directory, folder) = folder();
    let (path, bytes) = sealed(&folder, 1, 10);
    folder.set_aside(1).expect("moved");
    assert_eq!((folder.numbers().expect("listed"), folder.orphans().expect("listed")), (vec![], vec![1]));
    assert_eq!(folder.orphan(1).expect("opens").rows(), 10);
    sealed(&folder, 1, 20);
    assert!(matches!(folder.take_back(1), Err(Error::Exists { .. })), "no file takes the place of another");
    folder.remove(1).expect("removed");
    folder.take_back(1).expect("moved");
    assert_eq!(fs::read(path).expect("there"), bytes);
    folder.set_aside(1).expect("moved");
    assert_eq!((folder.purge(1).expect("removed"), folder.orphans().expect("listed")), (bytes.len() as u64, vec![]));
}

#[test]
fn one_server_owns_a_folder() {
    let (_directory, folder) = folder();
    let path = folder.path().to_owned();
    assert!(matches!(Folder::open(&path), Err(Error::Locked { .. })));
    fs::remove_file(path.join("LOCK")).expect("removed by hand");
    assert!(matches!(Folder::open(&path), Err(Error::Locked { .. })), "the folder itself is locked");
    drop(folder);
    Folder::open(&path).expect("free again");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("there").permissions());
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_removed_file_stays_readable_where_it_is_held() {
    let (_directory, folder) = folder();
    folder.write(1, &origin(), &bars(2000)).expect("written");
    let segment = folder.segment(1).expect("opens");
    folder.remove(1).expect("removed");
    folder.remove(1).expect("gone already");
    assert_eq!(bits(&read(&segment, 0..2000).expect("sound")), bits(&bars(2000).into_columns()));
}

#[test]
fn many_threads_read_one_segment() {
    let (_directory, folder) = folder();
    folder.write(1, &origin(), &bars(50_000)).expect("written");
    let (segment, whole) = (folder.segment(1).expect("opens"), bits(&bars(50_000).into_columns()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(bits(&read(&segment, 0..50_000).expect("sound")), whole));
        }
    });
}

#[test]
fn published_files_are_never_written_again() {
    let (_directory, folder) = folder();
    let (path, good) = sealed(&folder, 1, 10);
    assert!(matches!(folder.write(1, &origin(), &bars(20)), Err(Error::Exists { .. })));
    assert_eq!(fs::read(&path).expect("readable"), good);
    assert!(matches!(folder.write(2, &origin(), &Bars::default()), Err(Error::Empty { .. })));
    fs::write(folder.path().join("prices/0000000000000003.tmp"), b"half").expect("written");
    assert_eq!(folder.numbers().expect("listed"), [1]);
    assert_eq!(fs::read_dir(folder.path().join("prices")).expect("listed").count(), 1);
}

/// A source whose times are not in order.
struct Backwards(Bars);

impl Source for Backwards {
    fn rows(&self) -> usize {
        self.0.len()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, scratch: &'a mut [f64]) -> &'a [f64] {
        self.0.values(column, rows, scratch)
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        times.extend(rows.map(|row| if row == 1024 { 0 } else { self.0.times()[row] }));
    }
}

#[test]
fn bars_out_of_order_are_not_sealed() {
    let (_directory, folder) = folder();
    let error = folder.write(1, &origin(), &Backwards(bars(2000))).expect_err("refused");
    assert!(matches!(error, Error::Order { row: 1024, .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path().join("prices")).expect("listed").count(), 0);
}

#[test]
fn a_full_disk_is_an_error_of_its_own() {
    let path = PathBuf::from("/dev/full");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("Linux has one");
    let error = crate::prices::write::write(file, &path, (1, &origin()), &bars(2000), &|_, _| None).expect_err("full");
    assert_eq!(error.to_string(), "cannot write /dev/full: the disk is full");
}

/// Recomputes the checksums of a modified head.
fn reseal(bytes: &mut [u8], directory: Range<usize>) {
    let crc = crc32fast::hash(&bytes[directory]);
    bytes[64..68].copy_from_slice(&crc.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..124]);
    bytes[124..128].copy_from_slice(&crc.to_le_bytes());
}

#[test]
fn blocks_may_lie_in_any_order() {
    let (_directory, folder) = folder();
    let (path, mut bytes) = sealed(&folder, 1, 2 * BLOCK_ROWS);
    let header = Header::parse(bytes.first_chunk().expect("a header"), 1, &path).expect("good");
    let column = 1;
    let (first, second) = (header.block(&bytes, column, 0), header.block(&bytes, column, 1));
    // Copies of both, reversed, at the end of the file.
    let mut entries = Vec::new();
    for block in [second, first].map(|block| block.expect("known")) {
        let payload = bytes[block.payload()].to_vec();
        entries.splice(0..0, Block { offset: bytes.len() as u64, ..block }.encode());
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
    }
    let entry = header.directory().end - (6 - column) * 2 * 40;
    bytes[entry..entry + 80].copy_from_slice(&entries);
    let len = bytes.len() as u64;
    bytes[40..48].copy_from_slice(&len.to_le_bytes());
    reseal(&mut bytes, header.directory());
    replace(&path, &bytes);
    let columns = read(&folder.segment(1).expect("opens"), 0..2 * BLOCK_ROWS).expect("sound");
    assert_eq!(bits(&columns), bits(&bars(2 * BLOCK_ROWS).into_columns()));
}

/// The result of reading everything in a file of these bytes.
fn open(bytes: &[u8]) -> Result<Columns, Error> {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path().join("file");
    fs::write(&path, bytes).expect("written");
    let segment = Segment::open(&path, 1)?;
    let rows = segment.rows();
    read(&segment, rows / 2..rows)?;
    read(&segment, 0..rows)
}

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| sealed(&folder().1, 1, 1100).1);

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096), magic: bool) {
        let mut bytes = bytes;
        if magic && bytes.len() > 12 {
            bytes[..12].copy_from_slice(&GOOD[..12]);
        }
        prop_assert!(open(&bytes).is_err());
    }

    #[test]
    fn no_head_with_right_checksums_makes_the_reader_panic(
        changes in prop::collection::vec((8..1100_usize, any::<u8>()), 0..6),
        word in prop::option::of((3..9_usize, prop_oneof![any::<u64>(), 0..5000_u64, Just(u64::MAX)])),
    ) {
        let mut bytes = GOOD.clone();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        if let Some((at, word)) = word {
            bytes[at * 8..at * 8 + 8].copy_from_slice(&word.to_le_bytes());
        }
        reseal(&mut bytes, HEADER_BYTES..HEADER_BYTES + 128 + 6 * 64 + 12 * 40);
        // Correct or rejected, but never a panic.
        let _ = open(&bytes);
    }
}
