//! Files as people have them, good ones and bad ones.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::process::{Server, atrad, complain, run, say};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("written");
    path.to_str().expect("text").to_owned()
}

/// What the series has after an import of a file.
fn imported(text: &str, arguments: &[&str], symbol: &str, timeframe: &str) -> Vec<String> {
    let folder = folder();
    let file = write(folder.path(), "a.csv", text);
    say(folder.path(), &[&["import", &file], arguments].concat());
    let bars = say(folder.path(), &["export", symbol, timeframe]);
    bars.lines().skip(1).map(str::to_owned).collect()
}

const DAYS: [&str; 2] = ["2020-01-02T00:00:00Z,1,3,0.5,2,10", "2020-01-03T00:00:00Z,2,4,1.5,3,20"];

#[test]
fn files_of_every_family_are_read_as_they_are() {
    let kline = |time: u64, day: &str| format!("{time},{day},{},9,1,2,3,0\n", time + 86_399_999);
    let binance = |scale| {
        let day = |time: u64, day| kline(time * scale, day);
        day(1_577_923_200, "1,3,0.5,2,10") + &day(1_578_009_600, "2,4,1.5,3,20")
    };
    let names = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
    for (family, text) in [
        ("plain", "time,open,high,low,close,volume\n2020-01-02,1,3,0.5,2,10\n2020-01-03,2,4,1.5,3,20\n".to_owned()),
        ("binance ms", binance(1000)),
        ("binance us", binance(1_000_000)),
        ("binance futures", names.to_owned() + &binance(1000)),
        ("tradingview", "time,open,high,low,close,Volume\n1577923200,1,3,0.5,2,10\n1578009600,2,4,1.5,3,20\n".into()),
        (
            "yfinance",
            "Date,Open,High,Low,Close,Adj Close,Volume\r\n2020-01-02,1,3,0.5,2,1.9,10\r\n2020-01-03,2,4,1.5,3,2.9,20\r\n".into(),
        ),
        (
            "yfinance with a zone",
            "Datetime,Open,High,Low,Close,Volume,Dividends\n2020-01-01 19:00:00-05:00,1,3,0.5,2,10,0\n\
             2020-01-02 19:00:00-05:00,2,4,1.5,3,20,0\n"
                .into(),
        ),
        (
            "yfinance of today",
            "Price,Close,High,Low,Open,Volume\nTicker,S,S,S,S,S\nDate,,,,,\n2020-01-02,2,3,0.5,1,10\n2020-01-03,3,4,1.5,2,20\n"
                .into(),
        ),
        ("ccxt", "1577923200000,1,3,0.5,2,10\n1578009600000,2,4,1.5,3,20\n".into()),
        ("ccxt in pandas", ",0,1,2,3,4,5\n0,1577923200000,1,3,0.5,2,10.0\n1,1578009600000,2,4,1.5,3,20.0\n".into()),
        ("kraken", "1577923200,1,3,0.5,2,10,7\n1578009600,2,4,1.5,3,20,8\n".into()),
        (
            "alpha vantage, the newest first",
            "timestamp,open,high,low,close,volume\n2020-01-03,2,4,1.5,3,20\n2020-01-02,1,3,0.5,2,10\n".into(),
        ),
        (
            "stooq",
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n\
             S,D,20200102,000000,1,3,0.5,2,10,0\nS,D,20200103,000000,2,4,1.5,3,20,0\n"
                .into(),
        ),
        (
            "metatrader",
            "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n2020.01.02\t00:00:00\t1\t3\t0.5\t2\t10\n\
             2020.01.03\t00:00:00\t2\t4\t1.5\t3\t20\n"
                .into(),
        ),
        (
            "cryptodatadownload",
            "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume S,Volume USD\n\
             1578009600,2020-01-03 00:00:00,S,2,4,1.5,3,20,60\n1577923200,2020-01-02 00:00:00,S,1,3,0.5,2,10,20\n"
                .into(),
        ),
        (
            "semicolons and quotes",
            "\u{feff}\"Date\";\"Open\";\"High\";\"Low\";\"Close\";\"Volume\"\n\"2020-01-02\";\"1\";\"3\";\"0.5\";\"2\";\"10\"\n\
             \"2020-01-03\";\"2\";\"4\";\"1.5\";\"3\";\"20\""
                .into(),
        ),
    ] {
        assert_eq!(imported(&text, &["--symbol", "S"], "S", "1d"), DAYS, "{family}");
    }
    let lots = "when,o,h,l,c,lots\n1577923200,1,3,0.5,2,10\n1578009600,2,4,1.5,3,20\n";
    assert_eq!(imported(lots, &["--symbol", "S", "--columns", "time=when,volume=6"], "S", "1d"), DAYS);
}

#[test]
fn a_column_of_symbols_makes_many_series() {
    let folder = folder();
    let mut text = "symbol,timeframe,time,open,high,low,close,volume\n".to_owned();
    for minute in 0..100 {
        for symbol in ["BTC/USDT", "ETH/USDT", "bad one"] {
            text += &format!("{symbol},1m,{},1,1,1,1,{minute}\n", 1_577_836_800 + 60 * minute);
        }
        text += &format!("BTC/USDT,5m,{},1,1,1,1,1\n", 1_577_836_800 + 300 * minute);
    }
    let file = write(folder.path(), "many.csv", text);
    let output = run(folder.path(), &["import", &file]);
    let (told, text) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert!(text.contains("300 bars to 3 series: 300 new") && text.contains("  BTC/USDT 5m: 100 bars"), "{text}");
    assert!(told.contains(":4: skipped: symbol must contain only") && told.contains("100 rows in all"), "{told}");
    assert_eq!(say(folder.path(), &["export", "BTC/USDT", "1m"]).lines().count(), 101);
    let told = say(folder.path(), &["import", &file, "--symbol", "ETH/USDT", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&told).expect("json");
    assert_eq!(report["others"], 200);
    assert_eq!(report["series"][0]["series"], "ETH/USDT 1m");
    assert_eq!(report["series"][0]["ignored"], 100);
    assert_eq!((&report["skipped"], &report["skipped_first"][0]["line"]), (&100.into(), &4.into()));
    let told = complain(folder.path(), &["import", &file, "--symbol", "DOGE"], 1);
    assert!(told.contains("no bars of the requested series"), "{told}");
}

#[test]
fn what_is_not_clear_is_asked_for() {
    let folder = folder();
    let data = folder.path();
    let header = "time,open,high,low,close,volume\n";
    for (text, arguments, why) in [
        (format!("{header}60,1,1,1,1,1\n120,1,1,1,1,1\n"), &[][..], "--symbol"),
        (format!("{header}60,1,1,1,1,1\n"), &["--symbol", "A"], "--timeframe"),
        ("time,open,high,low,close\n60,1,1,1,1\n".into(), &["--symbol", "A"], "volume=none"),
        ("60,1,1,1\n".into(), &["--symbol", "A"], "--columns time=1"),
        ("Close,close,open,high,low,time,volume\n".into(), &["--symbol", "A"], "columns 1 and 2"),
    ] {
        let file = write(data, "a.csv", &text);
        let told = complain(data, &[&["import", &file], arguments].concat(), 1);
        assert!(told.contains(why), "{text}: {told}");
    }
    let file = write(data, "a.csv", format!("{header}60,1,1,1,1,1\n"));
    for usage in [&["--columns", "size=1"][..], &["--symbol", "a b"], &["--timeframe", "1y"], &["--follow", &file]] {
        complain(data, &[&["import", &file], usage].concat(), 2);
    }
}

#[test]
fn hostile_files_are_refused_and_named() {
    let folder = folder();
    let data = folder.path();
    let good = "time,open,high,low,close,volume\n60,1,1,1,1,1\n120,1,1,1,1,1\n";
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let noise: String =
        (0..50_000_u64).map(|row| format!("{},1,1,1,1,{}\n", row * 60, row * row * 7919 % 104_729)).collect();
    packed.write_all((good.to_owned() + &noise).as_bytes()).expect("packed");
    let packed = packed.finish().expect("packed");
    let utf32: Vec<u8> = [0xff, 0xfe, 0, 0].into_iter().chain(good.bytes().flat_map(|byte| [byte, 0, 0, 0])).collect();
    let files: [(&str, Vec<u8>, &str); 13] = [
        ("empty.csv", vec![], "contains no bars"),
        ("header.csv", good[..32].into(), "contains no bars"),
        ("nul.csv", vec![0; 5000], "no column for time"),
        ("nuls.csv", [&good.as_bytes()[..32], &[0; 5000]].concat(), "none of the first 1 rows is a bar"),
        ("utf32.csv", utf32, "UTF-32; save it as UTF-8"),
        ("long.csv", [good.as_bytes(), &vec![b'1'; 3 << 20]].concat(), "more than 1048576 bytes"),
        ("comma.csv", b"time;open;high;low;close;volume\n60;1,5;1,5;1,5;1,5;1\n".into(), "--decimal ,"),
        ("short.csv.gz", packed[..packed.len() / 2].into(), "short.csv.gz"),
        ("named.parquet", good.into(), "does not match its extension"),
        ("head.parquet", b"PAR1".into(), "head.parquet"),
        ("head.arrow", b"ARROW1\0\0\xff\xff\xff\xff\xff\xff\xff\x7f".into(), "head.arrow"),
        ("head.arrows", b"\xff\xff\xff\xff\xff\xff\xff\x7f".into(), "head.arrows"),
        ("bars.zip", b"PK\x03\x04".into(), "zip archive"),
    ];
    for (name, bytes, why) in files {
        let file = write(data, name, bytes);
        let told = complain(data, &["import", &file, "--symbol", "A", "--timeframe", "1m"], 1);
        assert!(told.contains(why) && told.contains(name) && !told.contains("panicked"), "{name}: {told}");
    }
}

#[test]
fn texts_in_utf_16_are_read() {
    let folder = folder();
    let text = "time\topen\thigh\tlow\tclose\tvolume\r\n60\t1\t1\t1\t1\t1\r\n120\t2\t2\t2\t2\t1\r\n";
    for (symbol, mark) in [("A", &[0xff, 0xfe][..]), ("B", &[])] {
        let bytes: Vec<u8> = mark.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let file = write(folder.path(), &format!("{symbol}.txt"), bytes);
        say(folder.path(), &["import", &file, "--symbol", symbol, "--timeframe", "1m"]);
        let shown = say(folder.path(), &["compute", symbol, "1m", "close", "--format", "csv"]);
        assert_eq!(shown.lines().count(), 3, "{shown}");
    }
}

#[test]
fn strict_stores_nothing_of_a_file_with_a_bad_row() {
    let folder = folder();
    let mut text = "time,open,high,low,close,volume\n".to_owned();
    (0..100_000).for_each(|row| text += &format!("{},1,1,1,1,1\n", row * 60));
    let file = write(folder.path(), "a.csv", text.clone() + "6000000,1,0.5,1,1,1\n");
    let import = ["import", &file, "--symbol", "A", "--timeframe", "1m", "--strict"];
    let told = complain(folder.path(), &import, 1);
    assert!(told.contains("line 100002: high must be at least") && told.contains("nothing is stored"), "{told}");
    assert_eq!(say(folder.path(), &["series", "--format", "json"]), "[]\n");
    write(folder.path(), "a.csv", text);
    assert!(say(folder.path(), &import).contains("100000 bars to A 1m: 100000 new"));
}

#[test]
fn conflicts_end_as_they_are_asked_to() {
    let folder = folder();
    let header = "time,open,high,low,close,volume\n";
    let first = write(folder.path(), "a.csv", format!("{header}60,1,1,1,1,1\n120,1,1,1,1,2\n"));
    let second = write(folder.path(), "b.csv", format!("{header}180,1,1,1,1,3\n180,1,1,1,1,4\n120,1,1,1,1,5\n"));
    for (policy, expected) in [("replace", &["1", "5", "4"][..]), ("keep", &["1", "2", "3"]), ("error", &["1", "2"])] {
        let data = folder.path().join(policy);
        say(&data, &["import", &first, "--symbol", "A", "--timeframe", "1m"]);
        let import = ["import", &second, "--symbol", "A", "--timeframe", "1m", "--on-conflict", policy];
        if policy == "error" {
            let told = complain(&data, &import, 1);
            assert!(told.contains("the server rejected bars of A 1m"), "{told}");
        } else {
            say(&data, &import);
        }
        let export = say(&data, &["export", "A", "1m"]);
        let volumes: Vec<_> = export.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
        assert_eq!(volumes, expected, "{policy}");
    }
}

/// Waits until the newest bar of the series has this volume.
fn wait_for(server: &Server, volume: &str) {
    let started = Instant::now();
    let newest = || {
        let output = run(Path::new("/nowhere"), &["export", "A", "1m", "--last", "1", "--server", &server.address]);
        String::from_utf8(output.stdout).expect("text")
    };
    while !newest().ends_with(&format!(",{volume}\n")) {
        assert!(started.elapsed() < Duration::from_secs(60), "{volume}: {}", newest());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn append(path: &PathBuf, text: &str) {
    let mut file = File::options().append(true).create(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

#[test]
fn a_growing_file_is_followed() {
    let folder = folder();
    let server = Server::start(&folder.path().join("data"), &[]);
    let path = folder.path().join("feed.csv");
    let header = "time,open,high,low,close,volume\n";
    let mut command = atrad(folder.path());
    command.args(["import", "--follow", path.to_str().expect("text"), "--symbol", "A", "--timeframe", "1m"]);
    command.args(["--server", &server.address]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("started");
    // The file is yet to come.
    append(&path, &format!("{header}60,1,1,1,1,1\n120,1,1,1,1,2\n18"));
    wait_for(&server, "2");
    append(&path, "0,1,1,1,1,3");
    append(&path, "5\n240,1,1,1,1,4.2");
    wait_for(&server, "35");
    // Replaced by another, whose columns stand otherwise; the line that was never ended is no bar.
    fs::rename(&path, folder.path().join("feed.csv.1")).expect("renamed");
    append(&path, "volume,time,open,high,low,close\n5,300,1,1,1,1\n");
    wait_for(&server, "5");
    // Cut, and begun anew.
    fs::write(&path, format!("{header}360,1,1,1,1,6\n")).expect("written");
    wait_for(&server, "6");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("signalled");
    let output = child.wait_with_output().expect("it ended");
    let (told, text) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(0), "{told}");
    let new: Vec<_> = text.lines().map(|line| line.split(": ").nth(2).unwrap_or_default()).collect();
    assert_eq!(new.len(), 3, "{text}");
    assert!(new[0].starts_with("3 new") && new[1].starts_with("1 new") && new[2].starts_with("1 new"), "{text}");
    assert_eq!(say(folder.path(), &["export", "A", "1m", "--server", &server.address]).lines().count(), 6);
}
