//! The same file in every format gives the same bars, or the same refusal.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use atrad::series::Columns;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

use crate::cli::files::*;

/// The columns of a table as text, for CSV, and as an array, for the others.
struct Column {
    name: &'static str,
    texts: Vec<String>,
    array: ArrayRef,
}

fn int64(name: &'static str, values: &[i64]) -> Column {
    let texts = values.iter().map(ToString::to_string).collect();
    Column { name, texts, array: Arc::new(Int64Array::from(values.to_vec())) }
}

fn int32(name: &'static str, values: &[i32]) -> Column {
    let texts = values.iter().map(ToString::to_string).collect();
    Column { name, texts, array: Arc::new(Int32Array::from(values.to_vec())) }
}

fn float(name: &'static str, values: &[f64]) -> Column {
    // As pandas writes floats: whole ones with a point.
    let texts = values.iter().map(|value| format!("{value:?}")).collect();
    Column { name, texts, array: Arc::new(Float64Array::from(values.to_vec())) }
}

fn text(name: &'static str, values: &[&str]) -> Column {
    let texts = values.iter().map(ToString::to_string).collect();
    Column { name, texts, array: Arc::new(StringArray::from(values.to_vec())) }
}

/// The columns in each format: name and bytes.
fn written(columns: &[Column]) -> [(&'static str, Vec<u8>); 4] {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let mut csv = names.join(",") + "\n";
    for row in 0..columns[0].texts.len() {
        csv += &(columns.iter().map(|column| &*column.texts[row]).collect::<Vec<_>>().join(",") + "\n");
    }
    let arrays = columns.iter().map(|column| (column.name, Arc::clone(&column.array)));
    let batch = RecordBatch::try_from_iter(arrays).expect("equal lengths");
    let mut parquet = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("begun");
    parquet.write(&batch).expect("written");
    let mut file = FileWriter::try_new(Vec::new(), &batch.schema()).expect("begun");
    file.write(&batch).expect("written");
    let mut stream = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("begun");
    stream.write(&batch).expect("written");
    [
        ("a.csv", csv.into_bytes()),
        ("a.parquet", parquet.into_inner().expect("ended")),
        ("a.arrow", file.into_inner().expect("ended")),
        ("a.arrows", stream.into_inner().expect("ended")),
    ]
}

/// The bars of a file, and how many rows were skipped and rounded.
fn read(path: &Path, options: &Options) -> Result<(Columns, u64, u64), String> {
    let reading = open(path, options, &ProgressBar::hidden()).map_err(|error| error.to_string())?;
    let (mut columns, mut skipped, mut rounded) = (Columns::default(), 0, 0);
    for rows in reading.rows {
        let rows = rows.map_err(|fault| fault.of(path).to_string())?;
        (skipped, rounded) = (skipped + rows.skipped.count, rounded + rows.rounded.count);
        columns.append(rows.columns);
    }
    Ok((columns, skipped, rounded))
}

/// What all formats give of the columns.
fn agreed(times: Vec<Column>, volume: Column, options: &Options) -> Result<(Columns, u64, u64), String> {
    let rows = volume.texts.len();
    let price = |name| float(name, &vec![1.5; rows]);
    let columns: Vec<Column> =
        times.into_iter().chain(["open", "high", "low", "close"].map(price)).chain([volume]).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let all = written(&columns).map(|(name, bytes)| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        let tail =
            |why: String| why.split_once(": ").map(|(_, why)| why.replace("line 2", "line 1")).unwrap_or_default();
        (name, read(&path, options).map_err(tail))
    });
    let (_, first) = &all[0];
    for (name, other) in &all[1..] {
        match (first, other) {
            (Err(_), Err(_)) => {}
            _ => assert_eq!(other, first, "{name}"),
        }
    }
    first.clone()
}

fn volume(rows: usize) -> Column {
    float("volume", &vec![10.0; rows])
}

#[test]
fn times_are_the_same_in_every_format() {
    let usual = Options::default();
    let days = [20_240_102, 20_240_103, 20_240_104];
    let first =
        |times: Vec<Column>| agreed(times, volume(3), &usual).map(|(columns, _, _)| columns.times[0] / 1_000_000_000);
    for times in [
        vec![int64("date", &days)],
        vec![int32("date", &days.map(|day| day as i32))],
        vec![float("date", &days.map(|day| day as f64))],
        vec![text("date", &["2024-01-02", "2024-01-03", "2024-01-04"])],
        vec![text("date", &["01/02/2024", "01/03/2024", "01/13/2024"])],
        vec![int64("time", &days.map(|day| day * 1_000_000))],
        vec![int64("time", &[1_704_153_600_000, 1_704_153_660_000, 1_704_153_720_000])],
        vec![int32("date", &days.map(|day| day as i32)), int64("time", &[0, 83_000, 90_000])],
        vec![text("date", &["20240102"; 3]), text("time", &["000000", "000100", "000200"])],
    ] {
        assert_eq!(first(times), Ok(1_704_153_600));
    }
    assert_eq!(first(vec![int64("time", &[345_600_000, 432_000_000, 518_400_000])]), Ok(345_600));
    for refused in [
        vec![int64("index", &[0, 1, 2])],
        vec![int64("time", &[0, 1, 2])],
        vec![int64("date", &[45_292, 45_293, 45_294])],
        vec![float("date", &[45_292.25, 45_293.25, 45_294.5])],
        vec![text("date", &["01/02/2024", "01/03/2024", "01/04/2024"])],
    ] {
        assert!(first(refused).is_err());
    }
    let excel = Options { date_format: Some("excel".parse().expect("legal")), ..Options::default() };
    let serials = vec![float("date", &[45_292.25, 45_293.25, 45_294.5])];
    let (columns, ..) = agreed(serials, volume(3), &excel).expect("read");
    assert_eq!(columns.times[0] / 1_000_000_000, 1_704_088_800);
}

#[test]
fn big_whole_volumes_are_the_nearest_in_every_format() {
    let times = || vec![int64("time", &[1_704_067_200, 1_704_070_800, 1_704_074_400])];
    let volumes = int64("volume", &[1, (1 << 60) + 1, 3]);
    let (columns, skipped, rounded) = agreed(times(), volumes, &Options::default()).expect("read");
    assert_eq!((columns.volume[1], skipped, rounded), ((1_u64 << 60) as f64, 0, 1));
}

#[test]
fn parquet_of_every_codec_is_read() {
    let columns: Vec<Column> = std::iter::once(int64("time", &[1_704_067_200, 1_704_070_800, 1_704_074_400]))
        .chain(["open", "high", "low", "close", "volume"].map(|name| float(name, &[1.5; 3])))
        .collect();
    let batch = RecordBatch::try_from_iter(columns.iter().map(|column| (column.name, Arc::clone(&column.array))));
    let batch = batch.expect("equal lengths");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::BROTLI(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        let properties = WriterProperties::builder().set_compression(codec).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("begun");
        writer.write(&batch).expect("written");
        fs::write(&path, writer.into_inner().expect("ended")).expect("written");
        let (columns, ..) = read(&path, &Options::default()).unwrap_or_else(|why| panic!("{codec}: {why}"));
        assert_eq!(columns.close, [1.5; 3], "{codec}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whole numbers of any size, regular and not, mean the same in every format.
    #[test]
    fn counts_are_the_same_in_every_format(
        start in any::<i32>(),
        steps in prop::collection::vec(prop::sample::select(vec![1_i64, 60, 3600, 86_400]), 1..6),
        unit in prop::sample::select(vec![1_i64, 1000, 1_000_000, 1_000_000_000]),
        odd in prop::option::of((0_usize..5, any::<i64>())),
    ) {
        let mut counts = vec![i64::from(start)];
        steps.iter().for_each(|step| counts.push(counts[counts.len() - 1] + step));
        let mut counts: Vec<i64> = counts.iter().map(|count| count * unit).collect();
        if let Some((at, value)) = odd {
            let at = at % counts.len();
            counts[at] = value;
        }
        let rows = counts.len();
        let _ = agreed(vec![int64("time", &counts)], volume(rows), &Options::default());
    }
}
