//! Every encoding: real prices, hostile bits, hostile bytes.

use super::*;
use crate::prices::{Report, inspect};

/// Unvalidated bars as a source.
pub(super) struct Anything(pub(super) Columns);

impl Source for Anything {
    fn rows(&self) -> usize {
        self.0.times.len()
    }

    fn extras(&self) -> Vec<ColumnName> {
        self.0.extra.iter().map(|(name, _)| *name).collect()
    }

    fn values<'a>(&'a self, column: Column, rows: Range<usize>, _: &'a mut [f64]) -> &'a [f64] {
        &self.0.values(column).expect("there")[rows]
    }

    fn times(&self, rows: Range<usize>, times: &mut Vec<i64>) {
        times.extend_from_slice(&self.0.times[rows]);
    }
}

/// The report on a file of these bars, and its path.
fn round_trip(columns: Columns) -> (TempDir, PathBuf, Report) {
    let (directory, folder) = folder();
    let source = Anything(columns);
    folder.write(1, &origin(), &source).expect("written");
    let segment = folder.segment(1).expect("opens");
    let rows = source.rows();
    assert!(bits(&read(&segment, 0..rows).expect("sound")) == bits(&source.0), "not what was written");
    let path = folder.path().join("prices/0000000000000001.atp");
    let report = inspect(&path).expect("a price file");
    assert!(report.is_sound());
    (directory, path, report)
}

/// Times one minute apart, and the same values in all columns.
pub(super) fn columns_of(values: &[f64]) -> Columns {
    let times = (0..values.len() as i64).map(|row| row * 60_000_000_000).collect();
    let [open, high, low, close, volume] = std::array::from_fn(|_| values.to_vec());
    Columns { times, open, high, low, close, volume, extra: vec![] }
}

/// Realistic bars: a random walk in cents, opens at the previous close, tails above and below, volumes in lots.
pub(super) fn walk(rows: usize) -> Columns {
    let mut random = 1_u64;
    let mut below = |limit: i64| {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((random >> 33) % limit.unsigned_abs()).cast_signed()
    };
    let mut columns = columns_of(&[]);
    let mut close = 1_000_000;
    for row in 0..rows as i64 {
        let open = close;
        close += below(2001) - 1000;
        let cents = |price: i64| price as f64 / 100.0;
        columns.times.push(1_600_000_000_000_000_000 + (row + row / 777 * 50) * 60_000_000_000);
        columns.open.push(cents(open + i64::from(row % 300 == 7) * below(90_000)));
        columns.high.push(cents(open.max(close) + below(500)));
        columns.low.push(cents(open.min(close) - below(500)));
        columns.close.push(cents(close));
        columns.volume.push(((1 << below(12)) + below(3000)) as f64 * 100.0);
    }
    columns
}

#[test]
fn any_rows_are_those_of_the_whole() {
    let (_directory, folder) = folder();
    let source = Anything(walk(20_000));
    folder.write(1, &origin(), &source).expect("written");
    let segment = folder.segment(1).expect("opens");
    let rows = source.rows();
    let part = |range: Range<usize>| {
        let columns = &source.0;
        let values = |values: &[f64]| values[range.clone()].to_vec();
        Columns {
            times: columns.times[range.clone()].to_vec(),
            open: values(&columns.open),
            high: values(&columns.high),
            low: values(&columns.low),
            close: values(&columns.close),
            volume: values(&columns.volume),
            extra: vec![],
        }
    };
    let mut ranges: Vec<_> =
        (0..70).flat_map(|start| [0, 1, 31, 32, 33, 64, 100].map(|len| start..start + len)).collect();
    ranges.extend([0..rows, 1000..1100, 1023..1025, 1024..2048, 1500..2524, 1..rows - 1, rows - 1..rows, rows..rows]);
    for range in ranges {
        let end = range.end.min(rows);
        let range = range.start.min(end)..end;
        let columns = read(&segment, range.clone()).expect("sound");
        assert!(bits(&columns) == bits(&part(range.clone())), "{range:?}");
    }
}

#[test]
fn each_kind_of_block_is_what_it_should_be() {
    let report = |value: &dyn Fn(usize) -> f64| round_trip(columns_of(&(0..1500).map(value).collect::<Vec<_>>())).2;
    let volume = |value: &dyn Fn(usize) -> f64| report(value).columns.swap_remove(5);
    for constant in [1.5, -0.0, f64::NAN, f64::INFINITY, 5e-324] {
        let column = volume(&|_| constant);
        assert_eq!((column.constant, column.bytes), (2, 16));
    }
    let price = volume(&|row| (row * row % 4096) as f64 / 100.0);
    assert_eq!((price.decimals, price.widths, price.exponents, price.exceptions), (2, Some(12..=12), Some(2..=2), 0));
    let lots = volume(&|row| (row * row % 4096) as f64 * 100.0);
    assert_eq!((lots.decimals, lots.widths, lots.exponents), (2, Some(12..=12), Some(-2..=-2)));
    let wide = volume(&|row| (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_shr(23) as f64 / 1e8);
    assert!(wide.decimals == 2 && wide.widths.is_some_and(|widths| *widths.start() > 32), "{:?}", wide.exponents);
    let noise = volume(&|row| (row as f64).sin());
    assert_eq!((noise.raw, noise.bytes), (2, 1500 * 8));
    let gaps = volume(&|row| [7.25, f64::NAN, -0.0][(row % 50).saturating_sub(47)]);
    assert!(gaps.decimals == 2 && gaps.exceptions == 60, "{gaps:?}");
    let outliers = volume(&|row| if row % 100 == 7 { -123_456.0 } else { (row % 8) as f64 });
    assert_eq!((outliers.widths, outliers.patches, outliers.exceptions), (Some(3..=3), 15, 0));
}

#[test]
fn opens_are_counted_from_the_closes_before() {
    let mut columns =
        columns_of(&(0..5000_i64).map(|row| (row * row * 7919 % 100_000) as f64 / 10.0).collect::<Vec<_>>());
    columns.open.rotate_right(1);
    columns.open[0] = columns.close[0];
    columns.high.iter_mut().for_each(|high| *high += 0.5);
    let (_directory, _, report) = round_trip(columns);
    let [_, open, high, low, close, _] = &report.columns[..] else { panic!("six columns") };
    assert_eq!(close.from_close, 0);
    assert!([open, high, low].iter().all(|column| column.from_close == 5 && column.widths == Some(0..=0)), "{report}");
}

#[test]
fn times_of_every_kind_come_back() {
    let (minute, day) = (60_000_000_000, 86_400_000_000_000);
    let kinds: [(&str, Vec<i64>); 6] = [
        ("a gap", (0..3000).map(|row| row * minute + i64::from(row > 1700) * 30 * day).collect()),
        ("working days", (0..3000).map(|row| (row / 5 * 7 + row % 5) * day).collect()),
        ("ticks", (0..3000).map(|row| row * 1_000_003 + row * row % 977).collect()),
        ("all of time", vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX]),
        ("one", vec![42]),
        ("far apart", (0..1100).map(|row| row + i64::from(row > 500) * (i64::MAX / 2)).collect()),
    ];
    for (name, times) in kinds {
        let rows = times.len();
        let (_directory, path, report) = round_trip(Columns { times: times.clone(), ..columns_of(&vec![1.0; rows]) });
        assert_eq!(report.columns[0].raw > 0, ["all of time", "one"].contains(&name), "{name}: {report}");
        let segment = Segment::open(&path, 1).expect("opens");
        for (row, &time) in times.iter().enumerate().step_by(97) {
            assert_eq!(segment.first_at(time).expect("sound"), row, "{name}");
        }
    }
}

#[test]
fn a_report_tells_what_is_damaged() {
    let (directory, path, report) = round_trip(walk(5000));
    let text = report.to_string();
    assert!(text.contains("version 2") && text.contains("from close") && text.contains("sound"), "{text}");
    let mut bytes = fs::read(&path).expect("readable");
    let header = Header::parse(bytes.first_chunk().expect("a header"), 1, &path).expect("good");
    let at = header.block(&bytes, 4, 1).expect("known").payload().start;
    bytes[at + 40] ^= 1;
    let aside = directory.path().join("0000000000000001.atp.corrupt");
    fs::write(&aside, &bytes).expect("written");
    let report = inspect(&aside).expect("its head is sound");
    assert_eq!(report.columns[4].damaged, [1]);
    assert_eq!(report.columns[2].damaged, [1], "highs are counted from closes");
    assert!(!report.is_sound() && report.to_string().contains("DAMAGED"));
    let damage = report.damage();
    assert!(damage.contains("block 1 of high, "), "{damage}");
    assert!(damage.contains("block 1 of close") && !damage.contains("block 0"), "{damage}");
    fs::write(&aside, b"short").expect("written");
    assert!(matches!(inspect(&aside), Err(Error::Short { bytes: 5, .. })));
}

fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-100_000_i64..100_000, 0..5_i32).prop_map(|(number, digits)| number as f64 / 10_f64.powi(digits)),
        2 => any::<u64>().prop_map(f64::from_bits),
        1 => prop::sample::select(vec![0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2,
            f64::MAX, 9_007_199_254_740_993.0, 1e15, 1e16, f64::from_bits(0x7ff0_0000_0000_0001)]),
        2 => (0..1_u64 << 50).prop_map(|number| number as f64 / 1e8),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bits_come_back(
        some in prop::collection::vec(hostile(), 1..40), len in 1..2200_usize, noise in 0..4_usize, step in 1..i64::MAX / 4096,
    ) {
        // Few distinct values, so that packing pays.
        let value = |row: usize, column: usize| some[(row * (1 + noise) + column * noise) % some.len()];
        let column = |column| (0..len).map(|row| value(row, column)).collect();
        let [open, high, low, close, volume] = std::array::from_fn(column);
        let times = (0..len as i64).map(|row| row * step - i64::MAX / 2).collect();
        round_trip(Columns { times, open, high, low, close, volume, extra: vec![] });
    }

    #[test]
    fn no_payload_with_right_checksums_makes_the_reader_panic(
        changes in prop::collection::vec((0..6_usize, 0..2_usize, 0..64_usize, any::<u8>()), 1..8),
        tail in prop::collection::vec((0..6_usize, 0..2_usize, 0..64_usize, any::<u8>()), 0..8),
        encodings in prop::collection::vec((0..6_usize, 0..2_usize, 0..5_u8), 0..2),
        cut in prop::option::of((0..6_usize, 0..2_usize, 0..64_u32)),
    ) {
        let mut bytes = PACKED.clone();
        let header = Header::parse(bytes.first_chunk().expect("a header"), 1, &PathBuf::new()).expect("good");
        let entry = |column: usize, block: usize| header.directory().end - (6 - column) * 2 * 40 + block * 40;
        for (column, block, at, byte) in changes {
            let payload = header.block(&bytes, column, block).expect("known").payload();
            bytes[payload.start + at % payload.len()] = byte;
        }
        for (column, block, at, byte) in tail {
            let payload = header.block(&bytes, column, block).expect("known").payload();
            bytes[payload.end - 1 - at % payload.len()] = byte;
        }
        if let Some((column, block, less)) = cut {
            let length = entry(column, block) + 8;
            let whole = header.block(&bytes, column, block).expect("known").bytes;
            bytes[length..length + 4].copy_from_slice(&whole.saturating_sub(less).to_le_bytes());
        }
        for (column, block) in (0..6).flat_map(|column| [(column, 0), (column, 1)]) {
            let crc = crc32fast::hash(&bytes[header.block(&bytes, column, block).expect("known").payload()]);
            let at = entry(column, block) + 32;
            bytes[at..at + 4].copy_from_slice(&crc.to_le_bytes());
        }
        for (column, block, encoding) in encodings {
            bytes[entry(column, block) + 12] = encoding;
        }
        reseal(&mut bytes, header.directory());
        // Wrong values or rejected, but never a panic.
        let _ = open(&bytes);
    }
}

/// A file with packed blocks of every kind: references, both planes, patches and exceptions.
pub(super) static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let price = |row: usize| (row * row % 1000) as f64 / 10.0;
    let mut columns = columns_of(&(0..1900).map(price).collect::<Vec<_>>());
    columns.times[900..].iter_mut().for_each(|time| *time += 1 << 60);
    columns.open.rotate_right(1);
    for row in (0..1900).step_by(90) {
        columns.high[row] = 1e6;
        columns.low[row] = f64::NAN;
        columns.close[row] += 1e5;
    }
    columns.volume.iter_mut().enumerate().for_each(|(row, volume)| *volume = *volume * 1e3 + row as f64 / 1e8);
    let (_directory, path, report) = round_trip(columns);
    assert!(report.columns.iter().all(|column| column.raw + column.constant == 0), "{report}");
    assert!(report.columns.iter().any(|column| column.patches > 0), "{report}");
    assert!(report.columns.iter().any(|column| column.exceptions > 0), "{report}");
    assert!(report.columns[1..4].iter().all(|column| column.from_close == 2), "{report}");
    fs::read(path).expect("readable")
});

#[test]
fn extra_columns_are_kept_to_the_bit_and_others_are_nan() {
    let (_directory, folder) = folder();
    let name = |name: &str| name.parse::<ColumnName>().expect("valid");
    let mut columns = bars(3000).into_columns();
    let funding = (0..3000).map(|row| if row % 7 == 0 { f64::NAN } else { f64::from(row - 1500) * 1e-5 });
    let interest = (0..3000).map(|row| f64::from(row / 10) * 1000.0);
    columns.extra = vec![(name("open_interest"), interest.collect()), (name("funding"), funding.collect())];
    let bars = Bars::with_gaps(columns).expect("valid");
    let facts = folder.write(1, &origin(), &bars).expect("written");
    let segment = folder.segment(1).expect("opens");
    assert_eq!((segment.facts(), segment.extras()), (facts, vec![name("funding"), name("open_interest")]));
    let mut scratch = vec![0.0; 3000];
    for (extra, expected) in &bars.columns().extra {
        segment.verify(0..3000, &[Column::Extra(*extra)]).expect("sound");
        let values = segment.values(Column::Extra(*extra), 5..2999, &mut scratch);
        assert!(values.iter().map(|value| value.to_bits()).eq(expected[5..2999].iter().map(|value| value.to_bits())));
    }
    let absent = Column::Extra(name("other"));
    segment.verify(0..3000, &[absent]).expect("there is nothing to check");
    assert!(segment.values(absent, 0..10, &mut scratch).iter().all(|value| value.is_nan()));
    let report = inspect(&folder.path().join("prices/0000000000000001.atp")).expect("a price file");
    assert!(report.is_sound() && report.columns.len() == 8 && report.columns[7].name == "open_interest");
}
