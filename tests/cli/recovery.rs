//! What an operator does about a ledger or a price file that is damaged, with the command.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Server, complain, say};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectorta_bitfinex_btcusd_4h.csv.gz");

fn price_file(data: &Path) -> PathBuf {
    let entries = fs::read_dir(data.join("prices")).expect("listed");
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "atp")).max().expect("a price file")
}

#[test]
fn a_lost_ledger_is_rebuilt_from_the_price_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    say(data, &["import", FILE, "--symbol", "A", "--timeframe", "4h"]);
    let server = Server::start(data, &[]);
    let bars = say(data, &["export", "A", "4h", "--server", &server.address]);
    assert!(complain(data, &["db", "repair"], 1).contains("in use"));
    server.kill();
    let files = fs::read_dir(data.join("prices")).expect("listed").count();
    fs::write(data.join("ledger.db"), b"").expect("emptied");
    let _ = fs::remove_file(data.join("ledger.db-wal"));
    let refused = complain(data, &["series"], 1);
    assert!(refused.contains("ledger.db is missing or empty") && refused.contains("atrad db repair"), "{refused}");
    assert_eq!(fs::read_dir(data.join("prices")).expect("listed").count(), files, "nothing is removed");
    let told = say(data, &["db", "repair", "--dry-run"]);
    assert!(told.contains("bars of A 4h") && told.contains("nothing was changed"), "{told}");
    assert!(say(data, &["db", "repair"]).contains("1 series, 0 price files missing"));
    let rebuilt = say(data, &["export", "A", "4h"]);
    assert!(bars.starts_with(&rebuilt), "all sealed bars are there");
    assert!(rebuilt.lines().count() > bars.lines().count() / 2);
}

#[test]
fn a_damaged_price_file_is_told_until_the_loss_is_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    say(data, &["import", FILE, "--symbol", "A", "--timeframe", "4h"]);
    let path = price_file(data);
    let bytes = fs::read(&path).expect("readable");
    fs::remove_file(&path).and_then(|()| fs::write(&path, &bytes[..5000])).expect("cut short");
    let server = Server::start(data, &[]);
    let at = ["--server", &server.address];
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    let lost = complain(data, &["compute", "A", "4h", "ema(200)", "--last", "2", at[0], at[1]], 1);
    assert!(lost.contains(name) && lost.contains("is missing or damaged"), "{lost}");
    assert!(say(data, &["compute", "A", "4h", "close", "--last", "2", at[0], at[1]]).contains("close"));
    let status = say(data, &["status", at[0], at[1]]);
    assert!(status.contains("MISSING: ") && status.contains(name), "{status}");
    let json = say(data, &["series", "--format", "json", at[0], at[1]]);
    assert!(json.contains(&format!("\"file\": \"{name}\"")), "{json}");
    let accepted = say(data, &["series", "accept-loss", "A", "4h", at[0], at[1]]);
    assert!(accepted.contains("A 4h continues with "), "{accepted}");
    assert!(!say(data, &["status", at[0], at[1]]).contains("MISSING"));
    say(data, &["compute", "A", "4h", "ema(200)", "--last", "2", at[0], at[1]]);
    assert_eq!(server.stop(), Some(0));
}
