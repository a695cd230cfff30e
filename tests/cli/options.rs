//! What can be said about a file when it is imported, and what is refused while it is not said.

use std::fs;
use std::path::Path;

use crate::process::{complain, run, say};

const HEADER: &str = "time,open,high,low,close,volume\n";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(folder: &Path, text: &str) -> String {
    let path = folder.join("a.csv");
    fs::write(&path, text).expect("written");
    path.to_str().expect("text").to_owned()
}

/// Imports a text as bars of a minute, unless the arguments say otherwise: the times it gives, and what was told.
fn times(text: &str, arguments: &[&str]) -> (Vec<String>, String) {
    let folder = folder();
    let file = write(folder.path(), text);
    let output = run(folder.path(), &[&["import", &file, "--symbol", "S", "--timeframe", "1m"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bars = say(folder.path(), &["export", "S", "1m"]);
    let times = bars.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned).collect();
    (times, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn refused(text: &str, arguments: &[&str]) -> String {
    let folder = folder();
    let file = write(folder.path(), text);
    let told =
        complain(folder.path(), &[&["import", &file, "--symbol", "S", "--timeframe", "1m"], arguments].concat(), 1);
    assert_eq!(say(folder.path(), &["series", "--format", "json"]), "[]\n", "{told}");
    told
}

fn rows(times: &[&str]) -> String {
    HEADER.to_owned() + &times.iter().map(|time| format!("{time},1,1,1,1,1\n")).collect::<String>()
}

#[test]
fn dates_are_found_out_or_said() {
    let clear = |texts: &[&str], expected: &str| assert_eq!(times(&rows(texts), &[]).0[0], expected, "{texts:?}");
    clear(&["2/21/2013", "2/22/2013"], "2013-02-21T00:00:00Z");
    clear(&["21/2/2013 9:30:00 PM", "22/2/2013 9:30:00 PM"], "2013-02-21T21:30:00Z");
    clear(&["1 Feb 2013", "2 Feb 2013"], "2013-02-01T00:00:00Z");
    clear(&["345600000", "432000000", "518400000"], "1970-01-05T00:00:00Z");
    let open = rows(&["01/02/2013", "01/03/2013"]);
    assert!(refused(&open, &[]).contains("--date-format, as in %d/%m/%Y or %m/%d/%Y"));
    assert_eq!(times(&open, &["--date-format", "%d/%m/%Y"]).0[0], "2013-02-01T00:00:00Z");
    assert_eq!(times(&open, &["--date-format", "%m/%d/%Y"]).0[0], "2013-01-02T00:00:00Z");
    let serials = rows(&["45292", "45293"]);
    assert!(refused(&serials, &[]).contains("--date-format excel"));
    assert_eq!(times(&serials, &["--date-format", "excel"]).0[0], "2024-01-01T00:00:00Z");
    let clocks = "date,time,open,high,low,close,volume\n20240102,930,1,1,1,1,1\n20240102,931,1,1,1,1,1\n";
    assert!(refused(clocks, &[]).contains("--date-format '%Y%m%d %H%M'"));
    assert_eq!(times(clocks, &["--date-format", "%Y%m%d %H%M"]).0[0], "2024-01-02T09:30:00Z");
    assert_eq!(times(clocks, &["--date-format", "%Y%m%d %H%M%S"]).0[0], "2024-01-02T00:09:30Z");
    assert!(refused(&rows(&["0", "1", "2"]), &[]).contains("numbers of rows"));
    assert_eq!(times(&rows(&["0", "1", "2"]), &["--date-format", "s"]).0[2], "1970-01-01T00:00:02Z");
    complain(folder().path(), &["import", "a", "--date-format", "dd/mm/yyyy"], 2);
}

#[test]
fn times_out_of_range_are_told_and_not_wrapped() {
    let many: Vec<String> = (0..20).map(|row| (1_623_918_600 + row * 60).to_string()).collect();
    let mut texts: Vec<&str> = many.iter().map(String::as_str).collect();
    texts.extend(["9223372036854775807", "99991231"]);
    let (times, told) = times(&rows(&texts), &[]);
    assert_eq!(times.len(), 20);
    assert!(told.contains(":22: skipped: time is") && told.contains(":23: skipped: time is"), "{told}");
    let (times, told) = self::times(&rows(&["2021-06-17", "9999-12-31", "2021-06-18", "1600-01-01"]), &[]);
    assert_eq!((times.len(), told.matches("skipped: time").count()), (2, 2), "{told}");
}

#[test]
fn local_times_are_of_a_zone() {
    let texts = ["2021-03-14 01:30", "2021-03-14 02:30", "2021-03-14 03:30", "2021-11-07 01:30", "2021-06-17 09:30"];
    let (times, told) = times(&rows(&texts), &["--time-zone", "America/New_York"]);
    assert_eq!(times, ["2021-03-14T06:30:00Z", "2021-03-14T07:30:00Z", "2021-06-17T13:30:00Z"]);
    assert!(told.contains(":3: skipped: time does not exist in America/New_York"), "{told}");
    assert!(told.contains(":5: skipped: time happens twice in America/New_York"), "{told}");
    assert_eq!(self::times(&rows(&texts[4..]), &["--time-zone", "-04:00"]).0, ["2021-06-17T13:30:00Z"]);
    complain(folder().path(), &["import", "a", "--time-zone", "Mars"], 2);
}

#[test]
fn numbers_have_the_marks_that_are_said() {
    let german = "time;open;high;low;close;volume\n2020-01-02;1.234,5;1.300;1.200,25;1.250;10\n";
    assert!(refused(german, &[]).contains("--decimal , --thousands ."));
    let folder = folder();
    let file = write(folder.path(), german);
    say(folder.path(), &["import", &file, "--symbol", "S", "--timeframe", "1d", "--decimal", ",", "--thousands", "."]);
    assert!(say(folder.path(), &["export", "S", "1d"]).contains(",1234.5,1300,1200.25,1250,10"));
    complain(folder.path(), &["import", &file, "--decimal", ",", "--thousands", ","], 2);
}

#[test]
fn prices_below_zero_are_asked_for() {
    let text = HEADER.to_owned()
        + "2020-04-17,18.27,19.2,17.31,18.27,9\n2020-04-20,17.73,17.85,-40.32,-37.63,10\n2020-04-21,-14,13.86,-16.74,10.01,11\n";
    let (kept, told) = times(&text, &[]);
    assert_eq!((kept.len(), told.matches("(--prices any takes prices below 0)").count()), (1, 2), "{told}");
    let folder = folder();
    let file = write(folder.path(), &text);
    say(folder.path(), &["import", &file, "--symbol", "CL", "--timeframe", "1d", "--prices", "any"]);
    let bars = say(folder.path(), &["export", "CL", "1d"]);
    assert!(bars.contains("2020-04-20T00:00:00Z,17.73,17.85,-40.32,-37.63,10"), "{bars}");
    let values = say(folder.path(), &["compute", "CL", "1d", "close - open", "--format", "csv", "--last", "2"]);
    assert!(values.contains(",-55.36"), "{values}");
}

#[test]
fn prices_below_zero_are_kept_in_price_files() {
    let folder = folder();
    // Hours of power prices around zero, with two decimals.
    let price = |hour: i64| (hour * hour % 9973 - 5000) as f64 / 100.0;
    let bar = |hour: i64| {
        let (open, close) = (price(hour), price(hour + 1));
        let time = 1_577_836_800 + hour * 3600;
        format!("{time},{open},{},{},{close},{}\n", open.max(close) + 0.25, open.min(close) - 0.5, hour % 7)
    };
    let file = write(folder.path(), &(HEADER.to_owned() + &(0..30_000).map(bar).collect::<String>()));
    say(folder.path(), &["import", &file, "--symbol", "PHELIX", "--prices", "any"]);
    let list = say(folder.path(), &["series", "--format", "json"]);
    assert!(!list.contains("\"segment_count\": 0"), "{list}");
    let exported = say(folder.path(), &["export", "PHELIX", "1h"]);
    let out = write(folder.path(), &exported);
    let same = ["import", &out, "--symbol", "PHELIX", "--prices", "any"];
    assert!(say(folder.path(), &same).contains("30000 bars to PHELIX 1h: 0 new, 0 replaced, 30000 without effect"));
    let first = bar(0);
    let (_, values) = first.trim_end().split_once(',').expect("columns");
    assert!(exported.contains(values), "{values}");
}

#[test]
fn prices_off_by_rounding_are_repaired_as_asked() {
    let text = HEADER.to_owned()
        + "1984-09-10,0.10119899362325671,0.1011989936232567,0.09871526807546616,0.10057805478572845,1\n\
           1984-09-11,0.10181992501020432,0.10492463409900665,0.10181992501020432,0.10368274897336960,1\n\
           1984-09-12,0.2,0.199,0.1,0.15,1\n1984-09-13,1,1,1,1,1\n1984-09-14,1,1,1,1,1\n";
    let count = |repair: &[&str]| times(&text, repair).0.len();
    assert_eq!((count(&["--repair", "none"]), count(&[]), count(&["--repair", "percent"])), (3, 4, 5));
    let told = times(&text, &[]).1;
    assert!(told.contains("1 rows were off by rounding and repaired, the first in line 2"), "{told}");
    assert!(told.contains(":4: skipped: high must be at least open") && told.contains("--repair percent"), "{told}");
}

#[test]
fn extra_columns_are_stored_under_a_name() {
    let folder = folder();
    let text = "time,open,high,low,close,volume,funding,Open Interest\n2020-01-02,1,1,1,1,1,0.01,1.5K\n2020-01-03,1,1,1,1,1,,70\n";
    let file = write(folder.path(), text);
    let import =
        ["import", &file, "--symbol", "S", "--timeframe", "1d", "--extra", "funding,open_interest=Open Interest"];
    say(folder.path(), &import);
    let values = say(folder.path(), &["compute", "S", "1d", "funding", "open_interest", "--format", "csv"]);
    assert!(values.contains(",0.01,1500") && values.contains(",,70"), "{values}");
    let told = complain(folder.path(), &["import", &file, "--symbol", "S", "--extra", "rate"], 1);
    assert!(told.contains("no column \"rate\" for rate"), "{told}");
}

#[test]
fn symbols_of_other_programs_are_taken_or_changed() {
    let folder = folder();
    let mut text = "symbol,".to_owned() + HEADER;
    for symbol in ["^GSPC", "ES=F", "EURUSD=X", "bad one"] {
        (2..6).for_each(|day| text += &format!("{symbol},2020-01-0{day},1,1,1,1,{day}\n"));
    }
    let file = write(folder.path(), &text);
    let import = ["import", &file, "--rename", "bad one=GOOD,EURUSD=X->EURUSD"];
    assert!(say(folder.path(), &import).contains("16 bars to 4 series"));
    for symbol in ["^GSPC", "ES=F", "EURUSD", "GOOD"] {
        assert_eq!(say(folder.path(), &["export", symbol, "1d"]).lines().count(), 5, "{symbol}");
    }
    let joined = say(folder.path(), &["compute", "GOOD", "1d", "close@\"^GSPC\" + close@\"ES=F\"", "--last", "1"]);
    assert!(joined.contains('2'), "{joined}");
    let told = complain(folder.path(), &["import", &file, "--symbol", "DOGE", "--rename", "bad one=GOOD"], 1);
    assert!(told.contains("DOGE; it has ES=F, EURUSD=X, GOOD, ^GSPC; --rename"), "{told}");
    complain(folder.path(), &["import", &file, "--rename", "EURUSD=X=EURUSD"], 2);
    // Files of the store have numbers for names, whatever the symbols are.
    let names = fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains(['^', '='])));
}

#[test]
fn few_rows_go_to_the_series_that_is_there() {
    let folder = folder();
    let days = |days: &[u32]| {
        HEADER.to_owned() + &days.iter().map(|day| format!("2024-01-{day:02},1,2,1,2,5\n")).collect::<String>()
    };
    let import = |text: &str| {
        let file = write(folder.path(), text);
        run(folder.path(), &["import", &file, "--symbol", "X"])
    };
    let weekend = import(&days(&[12, 15]));
    assert!(String::from_utf8_lossy(&weekend.stderr).contains("from so few steps"), "{weekend:?}");
    assert!(import(&days(&[2, 3, 4, 5, 8, 9, 10, 11, 12])).status.success());
    let update = import(&days(&[12, 15]));
    assert!(String::from_utf8_lossy(&update.stderr).contains("1d of the stored series"), "{update:?}");
    assert_eq!(say(folder.path(), &["export", "X", "1d"]).lines().count(), 11);
    let hours = import(&rows(&["2024-01-16 09:00", "2024-01-16 10:00"]));
    let told = String::from_utf8_lossy(&hours.stderr).into_owned();
    assert!(!hours.status.success() && told.contains("stored are 1d"), "{told}");
    assert_eq!(say(folder.path(), &["series", "--format", "json"]).matches("\"symbol\"").count(), 1);
}

#[test]
fn columns_that_are_not_clear_are_asked_for() {
    let row = "2020-01-02,2020-01-02,1,1,1,1,1\n";
    assert!(
        refused(&format!(",,open,high,low,close,volume\n{row}"), &[]).contains("columns 1 and 2 both have no name")
    );
    let file = format!("a,\"when, UTC\",open,high,low,close,volume\n{row}");
    assert_eq!(times(&file, &["--columns", "time=when, UTC,volume=none"]).0, ["2020-01-02T00:00:00Z"]);
    let numbered = ",when,open,high,low,close,volume\n0,x,1,1,1,1,1\n1,x,1,1,1,1,1\n";
    let told = refused(numbered, &[]);
    assert!(
        told.contains("the column without a name counts from 0 to 1, which are more like numbers of rows"),
        "{told}"
    );
    let several =
        "Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\nTicker,A,B,A,B,A,B,A,B,A,B\nDate,,,,,,,,,,\n";
    assert!(refused(several, &[]).contains("has the symbols A, B side by side"));
    let flat_survives = HEADER.to_owned() + "2020-01-02,1,1,1,1,5\n2020-01-03,1,2,3,0,5\n2020-01-04,1,2,3,0,5\n";
    let told = refused(&flat_survives, &[]);
    assert!(told.contains("2 of the first 3 rows contradict the order of the columns, so nothing is stored"), "{told}");
    let empty = "time,open,high,low,close,volume\n2020-01-02,1,1,1,1,\n";
    assert!(refused(empty, &[]).contains("volume has no value; --columns volume=none stores 0"));
}
