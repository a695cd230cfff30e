//! Bars out and in again, in every kind of file, and price files explained.

use std::fs;
use std::path::Path;

use crate::process::{atrad, complain, run, say};

/// Bars with the numbers that are hard to write: the least, the most, none, and those with all their bits.
fn hard(folder: &Path) {
    let mut text = "time,open,high,low,close,volume\n".to_owned();
    for row in 0..3000_i64 {
        let price =
            f64::from_bits(0x3ff0_0000_0000_0000 + (row as u64).wrapping_mul(0x0003_1415_9265_3589) % (1 << 54));
        let (high, volume) = (price * 3.0, [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, 1e300, 0.1 + 0.2][row as usize % 6]);
        let nanos = row * 60_000_000_001 - 90_000_000_000_000;
        text += &format!("{nanos},{price:?},{high:?},{:?},{price:?},{volume:?}\n", price / 7.0);
    }
    // Counts of nanoseconds so near the epoch would be taken for seconds.
    let text: String = text
        .lines()
        .map(|line| match line.split_once(',') {
            Some((nanos, rest)) if nanos != "time" => {
                format!("{},{rest}\n", 1_577_836_800_000_000_000 + nanos.parse::<i64>().expect("a number"))
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let file = folder.join("hard.csv");
    fs::write(&file, text).expect("written");
    let told = say(folder, &["import", file.to_str().expect("text"), "--symbol", "HARD", "--timeframe", "1m"]);
    assert!(told.contains("3000 bars to HARD 1m: 3000 new"), "{told}");
}

fn real(folder: &Path, name: &str, symbol: &str) {
    let file = format!("{}/tests/data/{name}.csv.gz", env!("CARGO_MANIFEST_DIR"));
    say(folder, &["import", &file, "--symbol", symbol, "--timeframe", "1m"]);
}

#[test]
fn every_kind_of_file_gives_the_same_bits_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("made");
    hard(&data);
    real(&data, "dolphindb_btcusdtswap_15m", "BTC/USDT");
    real(&data, "wiki_msft_1d", "MSFT");
    let kinds = ["csv", "csv.gz", "parquet", "arrow", "arrows"].map(|kind| (kind, "zstd"));
    for (kind, compression) in kinds.into_iter().chain([("parquet", "snappy")]) {
        let file = folder.path().join(format!("all.{kind}"));
        let file = file.to_str().expect("text");
        say(&data, &["export", "HARD,BTC/*,MSFT", "1m", "--output", file, "--compression", compression]);
        let copy = folder.path().join(format!("copy.{kind}.{compression}"));
        let told = say(&copy, &["import", file, "--timeframe", "1m"]);
        assert!(
            told.contains(" to 3 series: ") && told.contains(" 0 replaced, 0 without effect; 0 rows skipped"),
            "{told}"
        );
        for symbol in ["HARD", "BTC/USDT", "MSFT"] {
            let (one, two) = (say(&data, &["export", symbol, "1m"]), say(&copy, &["export", symbol, "1m"]));
            assert!(one == two && one.lines().count() > 2000, "{symbol} in {kind}");
        }
    }
    // Whole volumes are whole numbers in the file, and come back as they were.
    for kind in ["parquet", "arrow"] {
        let file = folder.path().join(format!("msft.{kind}"));
        say(&data, &["export", "MSFT", "1m", "--output", file.to_str().expect("text"), "--from", "2000-01-01"]);
        let copy = folder.path().join(format!("msft.copy.{kind}"));
        say(&copy, &["import", file.to_str().expect("text"), "--symbol", "MSFT", "--timeframe", "1m"]);
        let part = say(&data, &["export", "MSFT", "1m", "--from", "2000-01-01"]);
        assert_eq!(say(&copy, &["export", "MSFT", "1m"]), part);
    }
}

#[test]
fn extra_columns_come_back_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("made");
    let mut text = "date,open,high,low,close,volume,rate,Ticker\n".to_owned();
    for day in 1..=28 {
        let rate = if day % 5 == 0 { String::new() } else { format!("{:?}", 0.1 / f64::from(day) - 0.01) };
        let ticker = [5e-324, -1e300, 0.1 + 0.2, 7.0][day as usize % 4];
        text += &format!("2024-02-{day:02},1,2,0.5,1,{day},{rate},{ticker:?}\n");
    }
    let file = folder.path().join("in.csv");
    fs::write(&file, text).expect("written");
    // `ticker` is what a column of symbols is called, which it must not become.
    let extra = "funding=rate,ticker=Ticker";
    say(&data, &["import", file.to_str().expect("text"), "--symbol", "WITH", "--timeframe", "1d", "--extra", extra]);
    let bare = ["--symbol", "BARE", "--timeframe", "1d", "--extra", "x=rate", "--columns", "symbol=none"];
    say(&data, &[&["import", file.to_str().expect("text")], &bare[..]].concat());
    let stored = say(&data, &["export", "WITH", "1d"]);
    assert!(stored.starts_with("time,open,high,low,close,volume,funding,ticker\n"), "{stored}");
    assert_eq!(stored.matches(",,").count(), 5, "{stored}");
    let json: serde_json::Value =
        serde_json::from_str(&say(&data, &["export", "WITH", "1d", "--format", "json"])).expect("json");
    assert_eq!((&json[4]["funding"], &json[4]["ticker"]), (&serde_json::Value::Null, &(-1e300).into()));
    assert_eq!(json[0]["funding"], 0.1 - 0.01);
    for kind in ["csv", "csv.gz", "parquet", "arrow", "arrows"] {
        let file = folder.path().join(format!("with.{kind}"));
        let file = file.to_str().expect("text");
        say(&data, &["export", "WITH", "1d", "--output", file]);
        let copy = folder.path().join(format!("copy.{kind}"));
        let ask = ["import", file, "--symbol", "WITH", "--timeframe", "1d", "--extra", "funding,ticker"];
        let told = say(&copy, &ask);
        assert!(told.contains("28 bars to WITH 1d: 28 new"), "{told}");
        assert_eq!(say(&copy, &["export", "WITH", "1d"]), stored, "{kind}");
        // A series without a column has no value in it.
        let both = say(&data, &["export", "WITH,BARE", "1d"]);
        assert!(both.starts_with("symbol,time,open,high,low,close,volume,funding,ticker,x\n"), "{both}");
        assert!(both.contains("BARE,2024-02-05T00:00:00Z,1,2,0.5,1,5,,,\n"), "{both}");
        let file = folder.path().join(format!("both.{kind}"));
        let file = file.to_str().expect("text");
        say(&data, &["export", "WITH,BARE", "1d", "--output", file]);
        let copy = folder.path().join(format!("copies.{kind}"));
        say(&copy, &["import", file, "--timeframe", "1d", "--extra", "funding,ticker,x"]);
        assert_eq!(say(&copy, &["export", "WITH,BARE", "1d"]), both, "{kind}");
    }
}

#[test]
fn a_cut_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    real(&data, "dolphindb_btcusdtswap_15m", "A");
    for kind in ["parquet", "arrow", "arrows", "csv.gz"] {
        let file = folder.path().join(format!("a.{kind}"));
        say(&data, &["export", "A", "1m", "--output", file.to_str().expect("text")]);
        let bytes = fs::read(&file).expect("read");
        for keep in [bytes.len() - 5, bytes.len() / 2, 100] {
            fs::write(&file, &bytes[..keep]).expect("written");
            let copy = folder.path().join("copy");
            let output = run(&copy, &["import", file.to_str().expect("text"), "--symbol", "A", "--timeframe", "1m"]);
            let told = String::from_utf8_lossy(&output.stderr);
            // A stream that lacks but its end marker has all its bars.
            let whole = kind == "arrows" && keep == bytes.len() - 5;
            assert_eq!(output.status.code(), Some(i32::from(!whole)), "{kind} {keep}: {told}");
            assert!(
                !told.contains("panicked") && (whole || told.contains(&format!("a.{kind}"))),
                "{kind} {keep}: {told}"
            );
        }
    }
}

#[test]
fn answers_are_written_as_tables_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    real(&data, "wiki_msft_1d", "A");
    let columns = ["open = open", "high = high", "low = low", "close = close", "volume = volume"];
    for kind in ["arrow", "parquet"] {
        let file = folder.path().join(kind);
        let file = file.to_str().expect("text");
        let ask = [&["compute", "A", "1m"], &columns[..], &["--format", kind, "--output", file]].concat();
        say(&data, &ask);
        let copy = folder.path().join(format!("copy.{kind}"));
        say(&copy, &["import", file, "--symbol", "A", "--timeframe", "1m"]);
        assert_eq!(say(&copy, &["export", "A", "1m"]), say(&data, &["export", "A", "1m"]));
    }
}

#[test]
fn patterns_stand_for_what_can_be_resampled_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let file = folder.path().join("in.csv");
    for (symbol, timeframe, seconds) in
        [("BTCUSDT", "15m", 900), ("BTCEUR", "1h", 3600), ("BTC-DAY", "1d", 86_400), ("ETHUSDT", "1m", 60)]
    {
        let line = |row: i64| format!("{},1,2,0.5,1,{row}\n", 1_704_067_200 + row * seconds);
        let lines: String = (1..=150).map(line).collect();
        fs::write(&file, format!("time,open,high,low,close,volume\n{lines}")).expect("written");
        say(data, &["import", file.to_str().expect("text"), "--symbol", symbol, "--timeframe", timeframe]);
    }
    let symbols = |asked: &str, timeframe: &str| {
        let mut all: Vec<_> = say(data, &["export", asked, timeframe])
            .lines()
            .skip(1)
            .map(|line| line.split_once(',').expect("a symbol").0.to_owned())
            .collect();
        all.dedup();
        all.join(" ")
    };
    // Days are no hours.
    assert_eq!(symbols("BTC*,ETHUSDT", "1h"), "BTCEUR BTCUSDT ETHUSDT");
    assert_eq!(symbols("*USDT", "1h"), "BTCUSDT ETHUSDT");
    assert_eq!(symbols("BTC????", "1h"), "BTCUSDT");
    assert_eq!(symbols("BTC*", "1d"), "BTC-DAY BTCEUR BTCUSDT");
    let one = say(data, &["export", "BTCUSDT", "1h"]);
    let expected: Vec<_> = one.lines().skip(1).map(|line| format!("BTCUSDT,{line}")).collect();
    assert_eq!(say(data, &["export", "BTCU*", "1h"]).lines().skip(1).collect::<Vec<_>>(), expected);
    complain(data, &["export", "BTC-*", "1h"], 1);
}

#[test]
fn the_format_of_tables_is_not_that_of_files() {
    let folder = tempfile::tempdir().expect("a folder");
    real(folder.path(), "wiki_msft_1d", "A");
    let told = |variable: &str, format: &str, arguments: &[&str]| {
        let output = atrad(folder.path()).env(variable, format).args(arguments).output().expect("run");
        assert!(output.status.success(), "{variable}={format}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let export = ["export", "A", "1m", "--last", "1"];
    assert!(told("ATRAD_FORMAT", "table", &export).starts_with("time,open"));
    assert!(told("ATRAD_EXPORT_FORMAT", "json", &export).starts_with('['));
    assert!(told("ATRAD_EXPORT_FORMAT", "csv.gz", &["series"]).starts_with("symbol "));
}

#[test]
fn what_is_not_there_is_not_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    for (symbols, code) in [("NONE", 1), ("NO*", 1), ("a b", 2)] {
        complain(folder.path(), &["export", symbols, "1m"], code);
    }
}

#[test]
fn a_price_file_is_explained_and_damage_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    real(&data, "dolphindb_btcusdtswap_15m", "A");
    let files = fs::read_dir(data.join("prices")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let file = files.max_by_key(|path| fs::metadata(path).expect("a file").len()).expect("there is one");
    let name = file.to_str().expect("text");
    let told = say(&data, &["inspect", name]);
    for part in ["rows from", "close", "volume", "sound: every checksum is right"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&say(&data, &["inspect", name, "--format", "json"])).expect("json");
    assert_eq!((&json["sound"], &json["columns"][4]["name"]), (&true.into(), &"close".into()));
    assert!(json["rows"].as_u64().is_some_and(|rows| rows > 40_000));
    let mut bytes = fs::read(&file).expect("read");
    let last = bytes.len() - 9;
    bytes[last] ^= 1;
    fs::write(&file, &bytes).expect("written");
    let output = run(&data, &["inspect", name, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    assert_eq!((output.status.code(), &json["sound"]), (Some(1), &false.into()));
    let damaged: Vec<_> = json["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| column["damaged_blocks"].as_array().expect("a list").len())
        .collect();
    assert_eq!(damaged.iter().sum::<usize>(), 1, "{json}");
    fs::write(&file, &bytes[..200]).expect("written");
    assert!(complain(&data, &["inspect", name], 1).contains("1 of 1 price files are damaged"));
    complain(&data, &["inspect", "/nowhere"], 1);
}
