//! Backups and the care of the ledger, as the command does them, with a server and without.

use crate::process::{Server, complain, say};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vectorta_bitfinex_btcusd_4h.csv.gz");

#[test]
fn a_backup_is_a_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    say(&data, &["import", FILE, "--symbol", "A", "--timeframe", "4h"]);
    let bars = say(&data, &["export", "A", "4h"]);
    let one = folder.path().join("one");
    let made = say(&data, &["backup", one.to_str().expect("text")]);
    assert!(made.contains("1 series"), "{made}");
    assert_eq!(say(&one, &["export", "A", "4h"]), bars);
    let again = say(&data, &["backup", one.to_str().expect("text")]);
    assert!(again.starts_with(made.trim_end()) && again.contains("nothing was copied"), "{again}");

    let backups = folder.path().join("backups");
    std::fs::create_dir(&backups).expect("made");
    let server = Server::start(&data, &["--backups", backups.to_str().expect("text")]);
    say(&data, &["backup", "two", "--server", &server.address]);
    assert!(complain(&data, &["backup", "../x", "--server", &server.address], 1).contains("name must be"));
    let profile = say(&data, &["db", "profile", "--server", &server.address]);
    assert!(profile.contains("no slow statements") && profile.contains("FROM segment"), "{profile}");
    let advice = say(&data, &["db", "advise", "--server", &server.address]);
    assert_eq!(advice, "no index would help the statements so far\n");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(say(&backups.join("two"), &["export", "A", "4h"]), bars);
}

#[test]
fn a_damaged_file_is_told_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    say(folder.path(), &["import", FILE, "--symbol", "A", "--timeframe", "4h"]);
    assert!(say(folder.path(), &["db", "check"]).starts_with("1 series, "));
    let prices = std::fs::read_dir(folder.path().join("prices")).expect("listed");
    let path = prices.map(|entry| entry.expect("readable").path()).max().expect("a price file");
    let mut bytes = std::fs::read(&path).expect("readable");
    let at = bytes.len() - 64;
    bytes[at] ^= 4;
    std::fs::remove_file(&path).and_then(|()| std::fs::write(&path, bytes)).expect("written");
    let told = complain(folder.path(), &["db", "check"], 1);
    assert!(told.contains("the check found 1 problem"), "{told}");
}
