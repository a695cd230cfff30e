//! Fuzz target: price files of both versions, with and without checksums that are right again.

use std::sync::LazyLock;

use super::*;
use crate::prices::{Report, inspect};

/// Files of both versions, short ones, and one with extra columns; all encodings are in them.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/folder-0.1.0/prices/0000000000000001.atp");
    let (_directory, folder) = folder();
    let mut columns = bars(1100).into_columns();
    let extra = |name: &str, unit: f64| {
        (name.parse().expect("valid"), (0..1100).map(|row| f64::from(row / 9) * unit).collect())
    };
    columns.extra = vec![extra("funding", 1e-5), extra("open_interest", 1e3)];
    folder.write(3, &origin(), &Bars::with_gaps(columns).expect("valid")).expect("written");
    let wide = fs::read(folder.path().join("prices/0000000000000003.atp")).expect("readable");
    vec![
        encodings::PACKED.clone(),
        sealed(&folder, 1, 40).1,
        fs::read(old).expect("bundled"),
        wide,
        sealed(&folder, 2, 1).1,
    ]
});

/// Makes every checksum right again that lies where the head says, and the length if asked.
fn mend(bytes: &mut [u8], is_length_right: bool) {
    let len = bytes.len() as u64;
    if bytes.len() < HEADER_BYTES {
        return;
    }
    if is_length_right {
        bytes[40..48].copy_from_slice(&len.to_le_bytes());
    }
    seal_header(bytes);
    let Some(Ok(header)) = bytes.first_chunk().map(|head| Header::parse(head, number(head), &PathBuf::new())) else {
        return;
    };
    if header.facts.bytes > len {
        return;
    }
    let end = header.directory().end;
    for at in (end - header.columns as usize * header.blocks() * 40..end).step_by(40) {
        let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
        let (offset, count) = (word(at) as usize, word(at + 8) as u32 as usize);
        let payload = offset.checked_add(count).and_then(|end| bytes.get(offset..end));
        let crc = payload.map_or(0, crc32fast::hash);
        bytes[at + 32..at + 36].copy_from_slice(&crc.to_le_bytes());
    }
    reseal(bytes, header.directory());
}

fn seal_header(bytes: &mut [u8]) {
    let crc = crc32fast::hash(&bytes[..124]);
    bytes[124..128].copy_from_slice(&crc.to_le_bytes());
}

fn number(head: &[u8]) -> u64 {
    u64::from_le_bytes(head[16..24].try_into().expect("eight"))
}

/// Everything that can be asked of a file.
fn ask(path: &Path, number: u64) -> Result<(Columns, Report), Error> {
    let report = inspect(path)?;
    assert!(report.to_string().contains("price file"));
    let segment = Segment::open(path, number)?;
    let rows = segment.rows();
    let extras: Vec<_> = segment.extras().into_iter().map(Column::Extra).collect();
    segment.verify(0..rows, &extras)?;
    let mut scratch = vec![0.0; rows];
    extras.iter().for_each(|&extra| assert_eq!(segment.values(extra, 0..rows, &mut scratch).len(), rows));
    assert!(segment.first_at(segment.last_time())? <= rows);
    let part = read(&segment, rows / 3..rows - rows / 5)?;
    let whole = read(&segment, 0..rows)?;
    assert_eq!((whole.times.len(), whole.close.len()), (rows, rows));
    // NaN is compared by its bits.
    assert!(
        bits(&part)[..part.times.len()] == bits(&whole)[rows / 3..rows - rows / 5],
        "a part is not that of the whole"
    );
    Ok((whole, report))
}

#[test]
fn a_block_beyond_all_numbers_is_refused() {
    let mut bytes = FILES[1].clone();
    let header = Header::parse(bytes.first_chunk().expect("a header"), 1, &PathBuf::new()).expect("good");
    let entry = header.directory().end - 40;
    for offset in [u64::MAX, u64::MAX - 7, 1 << 63] {
        bytes[entry..entry + 8].copy_from_slice(&offset.to_le_bytes());
        reseal(&mut bytes, header.directory());
        assert!(matches!(open(&bytes), Err(Error::Head { part: "a block entry", .. })), "{offset}");
    }
}

#[test]
fn price_files() {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path().join("file");
    atrad_fuzz::check(1500, 128 << 20, move |input| {
        let mut bytes = input.edit(&FILES, &[0.0, -0.0, f64::NAN, f64::MAX].map(f64::to_le_bytes));
        if input.choice & 3 != 0 {
            mend(&mut bytes, input.choice & 1 == 1);
        }
        // A new file each time: what is mapped is never changed.
        let _ = fs::remove_file(&path);
        fs::write(&path, &bytes).expect("written");
        let asked = ask(&path, bytes.first_chunk::<24>().map_or(0, |head| number(head)));
        if let Ok((_, report)) = &asked {
            assert!(report.is_sound(), "{report}");
        }
        asked.is_ok()
    });
}
