//! Fuzz targets: files of bars of every kind.

use std::fs;
use std::io::{Read, Write as _};
use std::sync::{Arc, LazyLock};

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Float32Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, TimestampMillisecondArray, UInt64Array,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use atrad::series::{Bars, Columns};
use atrad_fuzz::Input;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

use crate::cli::files::*;
use crate::cli::times;

/// The most bytes that the thread of a reader may hold at a time. Parsers of text have threads of their own, whose
/// memory is that of their blocks.
const HELD_MAX: usize = 256 << 20;

/// Heads of files that people have, and rows of theirs.
const TEXTS: [&str; 8] = [
    "time,open,high,low,close,volume\n1600000000,1.5,2.5,0.5,1,100\n1600000060,1.5,2.5,0.5,1,100\n",
    "\u{feff}https://www.cryptodatadownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount\n\
     1600000000,2020-09-13,BTC/USDT,1e2,2E2,.5,1.,3,4,5\r\n",
    "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nSPFB.RTS,60,20210617,083000,1,1,1,1,9\nX,D,20210618,0830,1,1,1,1,9\n",
    "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n2020-01-02,74.06,75.15,73.8,74.1,135480400\n",
    "1499040000000,0.016,0.8,0.015,0.0157,148976.1,1499644799999,2434.1,308,1756.8,28.4,17928899\n",
    ",0,1,2,3,4,5\n0,1600000000000,1,2,0.5,1.5,10\n",
    "\"Date\";\"Open\";\"High\";\"Low\";\"Close\";\"Volume\"\n\"2021-06-17 08:30:00\"; 1 ;\"1\";1;1;\"2\"\n2021-06-17T08:30:00.5+02:00;1;1;1;1;1\n",
    "# note\n\nts|o|h|l|c|v\n2021/06/17 08:30|1|1|1|1|1\n\n1.6e9|1|1|1|1|1\n",
];

const TOKENS: [&str; 36] = [
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r\n",
    "\"",
    "#",
    "{",
    "http",
    "time,open,high,low,close,volume\n",
    "Date",
    "Ticker",
    "symbol",
    "1H",
    "W",
    "2021-06-17",
    "2021-06-17T08:30:00Z",
    "99991231",
    "2262-04-11T23:47:16.854775807Z",
    "2016-12-31T23:59:60Z",
    "0830",
    "\u{e9}\u{e9}\u{e9}",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "1e309",
    "-0",
    "nan",
    "inf",
    "0x10",
    "1_000",
    "1.7976931348623159e308",
    "0.000000000000000000000000000000000000001",
    "\0",
    "\u{feff}",
];

fn texts() -> Vec<Vec<u8>> {
    TEXTS.iter().map(|text| text.as_bytes().to_vec()).chain(bundled()).collect()
}

/// The first lines of the bundled series.
fn bundled() -> impl Iterator<Item = Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    ["wiki_aapl_1d.csv.gz", "vectorta_bitfinex_btcusd_4h.csv.gz"].into_iter().map(move |name| {
        let file = fs::File::open(format!("{folder}/{name}")).expect("bundled");
        let mut text = Vec::new();
        GzDecoder::new(file).take(700).read_to_end(&mut text).expect("gzip");
        text
    })
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text).and_then(|()| packed.finish()).expect("in memory")
}

/// A file that is written anew for every input.
struct Scratch {
    folder: TempDir,
}

impl Scratch {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// Reads all of a file of these bytes: its kind and its bars, or why not.
    fn read(&self, bytes: &[u8], input: &Input) -> Result<(Kind, Columns), Error> {
        let path = self.folder.path().join("bars");
        fs::write(&path, bytes).expect("written");
        let reading = open(&path, &options(input), &ProgressBar::hidden())?;
        let mut all = Columns::default();
        for rows in reading.rows {
            let rows = rows.map_err(|fault| fault.of(&path))?;
            check(&rows, reading.layout.names_series());
            all.append(rows.columns);
        }
        Ok((reading.kind, all))
    }
}

/// The usual, or what the caller may say: columns by their number, formats, zones, marks.
fn options(input: &Input) -> Options {
    let columns = || "time=1,open=2,high=3,low=4,close=5,volume=none".parse().expect("legal");
    let format = |text: &str| Some(text.parse().expect("legal"));
    let usual = Options::default();
    match input.choice >> 4 {
        3 => Options { columns: columns(), ..usual },
        4 => Options { date_format: format("%Y-%m-%d %H:%M:%S"), ..usual },
        5 => Options { date_format: format("excel"), extras: "count".parse().expect("legal"), ..usual },
        6 => Options { time_zone: Some("Europe/Berlin".parse().expect("known")), ..usual },
        7 => Options { numbers: Some(Style { decimal: ',', thousands: Some('.'), ..Style::PLAIN }), ..usual },
        _ => usual,
    }
}

/// What is promised of rows: each is a bar, its series is one of the names, and its time can be told.
fn check(rows: &Rows, is_named: bool) {
    let Columns { times, open, high, low, close, volume, .. } = &rows.columns;
    assert!([open, high, low, close, volume].iter().all(|column| column.len() == times.len()));
    assert_eq!(rows.series.len(), if is_named { times.len() } else { 0 });
    assert!(rows.series.iter().all(|&series| (series as usize) < rows.names.all().len()));
    assert!(rows.skipped.count >= rows.skipped.examples.len() as u64 && rows.skipped.examples.len() <= EXAMPLES_MAX);
    for row in 0..times.len() {
        let mut one = Columns::default();
        one.push(atrad::series::Bar {
            time: times[row],
            open: open[row],
            high: high[row],
            low: low[row],
            close: close[row],
            volume: volume[row],
        });
        Bars::new(one).expect("each row is a bar");
        assert_eq!(times::read(&times::write(times[row])), Some(times[row]));
    }
}

/// Whether a file is read to its end.
fn is_read(read: &Result<(Kind, Columns), Error>) -> bool {
    if let Err(error) = read {
        assert!(!error.to_string().contains("a parser is gone"), "a parser panicked");
    }
    read.as_ref().is_ok_and(|(_, columns)| !columns.times.is_empty())
}

#[test]
fn csv_files() {
    let (scratch, files) = (Scratch::new(), texts());
    atrad_fuzz::check(1500, HELD_MAX, move |input| {
        let bytes = input.edit(&files, &TOKENS);
        let read = scratch.read(&bytes, input);
        // As lines come when a file is followed, the last one not being whole.
        if let (Ok((Kind::Csv, columns)), b'\n') = (&read, bytes.last().unwrap_or(&0)) {
            let followed = text(std::io::Cursor::new(bytes), &options(input), true).expect("read before");
            let rows: usize = followed.rows.map(|rows| rows.expect("read before").columns.times.len()).sum();
            assert_eq!(rows, columns.times.len(), "a file that grows has the same rows");
        }
        is_read(&read)
    });
}

#[test]
fn gzip_files() {
    let (scratch, files) = (Scratch::new(), texts().iter().map(|text| gzip(text)).collect::<Vec<_>>());
    atrad_fuzz::check(1000, HELD_MAX, move |input| is_read(&scratch.read(&input.edit(&files, &[&files[0]]), input)));
}

/// Tables with columns of every type that is read, and of some that are not.
fn tables() -> Vec<RecordBatch> {
    let mut names = StringDictionaryBuilder::<Int8Type>::new();
    ["A", "B", "A"].iter().for_each(|name| names.append_value(name));
    let decimals = |values: Vec<i128>| Decimal128Array::from(values).with_precision_and_scale(12, 2).expect("legal");
    let floats = || Arc::new(Float32Array::from(vec![Some(1.5), Some(2.5), None])) as ArrayRef;
    let table = |time: ArrayRef, [open, high, low, close, volume]: [ArrayRef; 5], name: Option<ArrayRef>| {
        let bars = [("time", time), ("open", open), ("high", high), ("low", low), ("close", close), ("volume", volume)];
        RecordBatch::try_from_iter(bars.into_iter().chain(name.map(|name| ("symbol", name)))).expect("legal")
    };
    let whole = || Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef;
    let texts = Arc::new(StringArray::from(vec!["2020-01-01", "1600000000", "soon"]));
    let times = Arc::new(
        TimestampMillisecondArray::from(vec![1_600_000_000_000, 1_600_000_060_000, i64::MAX]).with_timezone_utc(),
    );
    vec![
        table(
            times,
            [floats(), floats(), floats(), floats(), Arc::new(UInt64Array::from(vec![1, 2, 3]))],
            Some(Arc::new(names.finish())),
        ),
        table(
            texts,
            [whole(), whole(), whole(), whole(), Arc::new(decimals(vec![100, 250, 99_999]))],
            Some(Arc::new(StringViewArray::from(vec!["A", "a name that is too long to be inlined", "B"]))),
        ),
        table(
            Arc::new(Date32Array::from(vec![1, 2, 20_000])),
            [whole(), whole(), whole(), whole(), Arc::new(LargeStringArray::from(vec!["1", "x", "3"]))],
            None,
        ),
    ]
}

/// What our own export writes.
fn exported(kind: TableKind) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table");
    let names = ["open", "high", "low", "close", "volume"];
    let columns = names.iter().map(|name| ((*name).to_owned(), *name == "volume")).collect();
    let shape = Shape { symbols: vec!["A".into(), "B".into()], columns };
    let mut writer = Writer::new(kind, shape, Box::new(fs::File::create(&path).expect("made"))).expect("begun");
    for symbol in 0..2 {
        let times = (0..40).map(|row| (1_600_000_000 + row * 60) * 1_000_000_000).collect();
        writer.add(symbol, times, (0..5).map(|_| (0..40).map(f64::from).collect()).collect()).expect("added");
    }
    writer.end().expect("ended");
    fs::read(path).expect("readable")
}

static PARQUET: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let foreign = tables().into_iter().map(|table| {
        let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), None).expect("begun");
        writer.write(&table).expect("written");
        writer.into_inner().expect("ended")
    });
    [TableKind::ParquetZstd, TableKind::ParquetSnappy].map(exported).into_iter().chain(foreign).collect()
});

fn packing(compression: Option<CompressionType>) -> IpcWriteOptions {
    IpcWriteOptions::default().try_with_compression(compression).expect("supported")
}

static ARROW: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let foreign = tables().into_iter().zip([None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)]);
    let foreign = foreign.map(|(table, compression)| {
        let mut writer =
            FileWriter::try_new_with_options(Vec::new(), &table.schema(), packing(compression)).expect("begun");
        writer.write(&table).expect("written");
        writer.into_inner().expect("ended")
    });
    [exported(TableKind::ArrowFile)].into_iter().chain(foreign).collect()
});

static STREAMS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let foreign = tables().into_iter().zip([None, Some(CompressionType::ZSTD), Some(CompressionType::LZ4_FRAME)]);
    let foreign = foreign.map(|(table, compression)| {
        let mut writer =
            StreamWriter::try_new_with_options(Vec::new(), &table.schema(), packing(compression)).expect("begun");
        writer.write(&table).expect("written");
        writer.into_inner().expect("ended")
    });
    [exported(TableKind::ArrowStream)].into_iter().chain(foreign).collect()
});

/// Edits tables of one kind, which have no grammar in text.
fn tables_are_read(rounds: u32, files: &'static [Vec<u8>]) {
    let scratch = Scratch::new();
    atrad_fuzz::check(rounds, HELD_MAX, move |input| {
        is_read(&scratch.read(&input.edit(files, &["open", "\0\0\0\0"]), input))
    });
}

#[test]
fn parquet_files() {
    tables_are_read(1500, &PARQUET);
}

#[test]
fn arrow_files() {
    tables_are_read(1500, &ARROW);
}

#[test]
fn arrow_streams() {
    tables_are_read(1500, &STREAMS);
}
