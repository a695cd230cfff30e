//! Splits and dividends from a shell.

use crate::process::{Server, complain, run, say};

#[test]
fn actions_are_imported_listed_applied_and_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let bars = data.join("bars.csv");
    let rows = (1..=4).map(|day| format!("2024-01-0{day},100,110,90,10{day},1000\n")).collect::<String>();
    std::fs::write(&bars, format!("time,open,high,low,close,volume\n{rows}")).expect("written");
    say(data, &["import", bars.to_str().expect("text"), "--symbol", "A", "--timeframe", "1d"]);
    let actions = data.join("actions.csv");
    std::fs::write(&actions, "date,symbol,split,dividend\n2024-01-03,A,4:1,\n2024-01-04,A,,1.03\n2024-01-03,B,2,\n")
        .expect("written");
    let told = say(data, &["actions", "import", actions.to_str().expect("text")]);
    assert_eq!(told, "A: 2 added, 0 replaced, 0 unchanged\nB: 1 added, 0 replaced, 0 unchanged\n");
    assert_eq!(
        say(data, &["actions", "put", "A", "2024-01-03", "--split", "2"]),
        "A: 0 added, 1 replaced, 0 unchanged\n"
    );
    let listed = say(data, &["actions", "list", "A"]);
    let expected = "symbol  ex time               kind      value\nA       2024-01-03T00:00:00Z  split         2\nA       2024-01-04T00:00:00Z  dividend   1.03\n";
    assert_eq!(listed, expected);
    let closes = |adjust: &str| {
        let csv = say(data, &["compute", "A", "1d", "close", "volume", "--adjust", adjust, "--format", "csv"]);
        csv.lines().skip(1).map(|line| line.split_once(',').expect("values").1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(closes("none"), ["101,1000", "102,1000", "103,1000", "104,1000"]);
    assert_eq!(closes("split"), ["50.5,2000", "51,2000", "103,1000", "104,1000"]);
    assert_eq!(closes("total")[2], format!("{},1000", 103.0 * (1.0 - 1.03 / 103.0)));
    let exported = say(data, &["export", "A", "1d", "--adjust", "split", "--format", "csv"]);
    assert!(exported.lines().nth(1).is_some_and(|line| line.contains("50.5")), "{exported}");
    assert_eq!(say(data, &["actions", "delete", "A", "--kind", "dividend"]), "deleted 1 actions of A\n");
    assert_eq!(closes("total"), closes("split"));
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    for (arguments, part) in [
        (&["actions", "put", "A", "2024-01-03", "--split", "0"][..], "actions[0].value of a split must be"),
        (&["actions", "put", "A", "2024-01-03", "--dividend=-1"], "actions[0].value of a dividend must be above 0"),
        (&["actions", "import", "/nothing.csv", "--symbol", "A"], "/nothing.csv: "),
    ] {
        let error = complain(data, arguments, 1);
        assert!(error.contains(part), "{error}");
    }
}

/// Adjusted closes of AAPL as Yahoo published them in 2013, to the cent; as shipped in bokeh_sampledata 2024.2, public domain.
/// They are scaled by dividends after the last day.
const YAHOO: [(&str, f64); 12] = [
    ("2000-03-01", 31.68),
    ("2000-06-20", 24.62),
    ("2000-06-21", 27.05),
    ("2005-02-25", 43.27),
    ("2005-02-28", 43.63),
    ("2012-08-08", 602.85),
    ("2012-08-09", 606.28),
    ("2012-11-06", 569.29),
    ("2012-11-07", 547.5),
    ("2013-02-06", 448.75),
    ("2013-02-07", 462.09),
    ("2013-03-01", 424.83),
];

#[test]
fn closes_are_those_that_yahoo_published() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let bars = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/wiki_aapl_1d.csv.gz");
    say(data, &["import", bars, "--symbol", "AAPL", "--timeframe", "1d"]);
    let actions = data.join("yahoo.csv");
    let rows = "Date,Dividends,Stock Splits\n2000-06-21,0,2\n2005-02-28,0,2\n2012-08-09,2.65,0\n2012-11-07,2.65,0\n2013-02-07,2.65,0\n";
    std::fs::write(&actions, rows).expect("written");
    let told = say(data, &["actions", "import", actions.to_str().expect("text"), "--symbol", "AAPL"]);
    assert_eq!(told, "AAPL: 5 added, 0 replaced, 0 unchanged\n");
    let csv = say(data, &["compute", "AAPL", "1d", "close", "--adjust", "total", "--format", "csv"]);
    let close = |day: &str| -> f64 {
        let line = csv.lines().find(|line| line.starts_with(day)).expect("a trading day");
        line.rsplit(',').next().expect("a close").parse().expect("a number")
    };
    let scale = 424.83 / close("2013-03-01");
    for (day, published) in YAHOO {
        // Half a cent of each of the two published values.
        assert!((close(day) * scale - published).abs() < 0.013, "{day}: {} for {published}", close(day) * scale);
    }
}

#[test]
fn only_what_changed_comes_with_what_to_ask_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let bars = folder.path().join("bars.csv");
    let on_server = |arguments: &[&str]| run(folder.path(), &[arguments, &["--server", &server.address]].concat());
    let import = |days: std::ops::Range<usize>, price: usize| {
        let rows = days.map(|day| format!("2024-01-{day:02},9,999,1,{price},10\n")).collect::<String>();
        std::fs::write(&bars, format!("time,open,high,low,close,volume\n{rows}")).expect("written");
        let path = bars.to_str().expect("text");
        assert!(on_server(&["import", path, "--symbol", "A", "--timeframe", "1d"]).status.success());
    };
    let ask = |next: &str| {
        let asked = ["compute", "A", "1d", "close", "--format", "csv"];
        let output = on_server(&[&asked[..], &next.split(' ').collect::<Vec<_>>()].concat());
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let (rows, told) = (text(output.stdout), text(output.stderr));
        let next = told.lines().find_map(|line| line.strip_prefix("next: ")).expect("how to go on").to_owned();
        (rows.lines().skip(1).map(str::to_owned).collect::<Vec<_>>(), told, next)
    };
    import(1..8, 100);
    let (rows, told, next) = ask("--since-epoch 0");
    assert!(
        rows.len() == 7 && told.starts_with("earlier rows from 2024-01-01T00:00:00Z on are void\n"),
        "{rows:?} {told}"
    );
    let (rows, told, next) = ask(&next);
    assert!(rows.is_empty() && told.starts_with("earlier rows stay as they are\n"), "{rows:?} {told}");
    import(6..10, 200);
    let (rows, told, _) = ask(&next);
    assert_eq!(rows, ["06", "07", "08", "09"].map(|day| format!("2024-01-{day}T00:00:00Z,200")));
    assert!(told.starts_with("earlier rows from 2024-01-06T00:00:00Z on are void\n"), "{told}");
    let wrong = ["compute", "A", "1d", "close", "--since-epoch", "1", "--since-token", "@"];
    assert!(complain(folder.path(), &wrong, 2).contains("the token that was printed with the epoch"));
    let alone = complain(folder.path(), &["compute", "A", "1d", "close", "--since-token", "AA"], 2);
    assert!(alone.contains("--since-epoch"), "{alone}");
}
