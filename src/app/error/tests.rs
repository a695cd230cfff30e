//! Tests of the kinds of errors and their retry hints.

use super::*;

#[test]
fn what_passes_by_itself_says_when_to_come_back() {
    let (path, emfile) = (PathBuf::from("p"), || io::Error::from_raw_os_error(24));
    let backup = |source| Error::Backup { path: path.clone(), source };
    let prices = [
        prices::Error::Full { operation: "write", path: path.clone() },
        prices::Error::Handles { operation: "create", path: path.clone(), source: emfile() },
        prices::Error::Io { operation: "write", path: path.clone(), source: io::Error::from_raw_os_error(5) },
    ];
    let [file_full, file_handles, file_broken] = prices.map(Error::from);
    let (operation, tries) = ("commit", 3);
    let [full, busy, handles, removed, unconfirmed] = [
        ledger::Error::Full { operation, path: path.clone() },
        ledger::Error::Busy { operation, path: path.clone(), tries },
        ledger::Error::Handles { operation, path: path.clone() },
        ledger::Error::Removed { path: path.clone() },
        ledger::Error::Unconfirmed { operation, path: path.clone() },
    ];
    let too_much = Error::TooMuch { limit: "l", max: 1, needed: 2, hint: None };
    let (needed, left) = (Duration::from_secs(9), Duration::from_secs(1));
    for (error, kind, seconds) in [
        (Error::TooLong { needed, left }, Kind::Exhausted, None),
        (file_full, Kind::Exhausted, Some(5)),
        (backup(io::ErrorKind::StorageFull.into()), Kind::Exhausted, Some(5)),
        (backup(io::ErrorKind::QuotaExceeded.into()), Kind::Exhausted, Some(5)),
        (Arc::new(Error::from(full)).into(), Kind::Exhausted, Some(5)),
        (too_much, Kind::Exhausted, None),
        (file_handles, Kind::Unavailable, Some(1)),
        (backup(emfile()), Kind::Unavailable, Some(1)),
        (handles.into(), Kind::Unavailable, Some(1)),
        (busy.into(), Kind::Unavailable, Some(1)),
        (Error::Stopping, Kind::Unavailable, Some(1)),
        (removed.into(), Kind::Unavailable, None),
        (unconfirmed.into(), Kind::Broken, None),
        (file_broken, Kind::Broken, None),
        (Error::Internal("an invariant"), Kind::Broken, None),
    ] {
        assert_eq!((error.kind(), error.retry_after()), (kind, seconds.map(Duration::from_secs)), "{error}");
    }
}
