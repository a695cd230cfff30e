//! The files of exporters: each of tests/data/exporters gives the same bars, without a word about its columns.

use std::path::Path;

use crate::process::{complain, say};

const MINUTES: [&str; 3] = [
    "2021-06-17T08:30:00Z,10,12,9,11,100",
    "2021-06-17T08:31:00Z,11,13,10,12,150",
    "2021-06-17T08:32:00Z,12,14,11,13,125",
];

const DAYS: [&str; 3] = [
    "2021-06-15T00:00:00Z,10,12,9,11,100",
    "2021-06-16T00:00:00Z,11,13,10,12,150",
    "2021-06-17T00:00:00Z,12,14,11,13,125",
];

/// The files with bars of a day, and those that need an option.
const DAILY: [&str; 7] = ["nasdaq", "investing", "stooq", "stooq_polish", "barchart", "google_finance", "yfinance"];
const OPTIONS: [(&str, &[&str]); 1] = [("excel_german", &["--decimal", ","])];

#[test]
fn every_exporter_is_understood() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/exporters"));
    let mut count = 0;
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let data = tempfile::tempdir().expect("a folder");
        let options = OPTIONS.iter().find(|(with, _)| *with == name).map_or(&[][..], |(_, options)| options);
        let file = path.to_str().expect("text");
        say(data.path(), &[&["import", file, "--symbol", "S"], options].concat());
        let (timeframe, expected) = if DAILY.contains(&name) { ("1d", DAYS) } else { ("1m", MINUTES) };
        let bars = say(data.path(), &["export", "S", timeframe]);
        assert_eq!(bars.lines().skip(1).collect::<Vec<_>>(), expected, "{name}");
        assert_eq!(say(data.path(), &["series", "--format", "json"]).matches("\"symbol\"").count(), 1, "{name}");
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn lists_in_another_order_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |numbers: [u32; 5], time: u32| {
        let numbers = numbers.map(|number| number.to_string()).join(",");
        format!("{},{numbers}\n", 1_600_000_020 + time * 60)
    };
    let flat = |volume: u32| [10, 10, 10, 10, volume];
    for (name, order, arguments) in [
        ("kucoin", [10, 11, 12, 9, 5], "time=1,open=2,close=3,high=4,low=5,volume=6"),
        ("coinbase", [9, 12, 10, 11, 5], "time=1,low=2,high=3,open=4,close=5,volume=6"),
        ("gate", [500, 11, 12, 9, 10], "time=1,volume=2,close=3,high=4,low=5,open=6"),
    ] {
        let text = if name == "gate" { row([500, 10, 10, 10, 10], 0) } else { row(flat(5), 0) };
        let text = text + &row(order, 1) + &row(order, 2) + &row(order, 3);
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, text).expect("written");
        let file = path.to_str().expect("text");
        let told = complain(folder.path(), &["import", file, "--symbol", name], 1);
        assert!(told.contains(arguments), "{told}");
        assert_eq!(say(folder.path(), &["series", "--prefix", name, "--format", "json"]), "[]\n");
        // What the message says to the letter.
        say(folder.path(), &["import", file, "--symbol", name, "--columns", arguments]);
        let bars = say(folder.path(), &["export", name, "1m", "--last", "1"]);
        assert!(bars.contains(",10,12,9,11,"), "{bars}");
    }
}
