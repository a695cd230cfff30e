//! Copies of files in another folder, the names in a folder, and its lock.

use std::cell::Cell;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::sync::atomic::{AtomicBool, Ordering};

use super::encodings::{Anything, columns_of};
use super::*;

/// Two folders, and a file of more than a megabyte in the first.
struct Two {
    _directories: [TempDir; 2],
    from: Folder,
    to: Folder,
    facts: crate::series::SegmentFacts,
    path: PathBuf,
    bytes: Vec<u8>,
}

fn two() -> Two {
    let ((one, from), (other, to)) = (folder(), folder());
    let noise: Vec<f64> = (0..30_000).map(|row| f64::from(row).sin()).collect();
    let facts = from.write(3, &origin(), &Anything(columns_of(&noise))).expect("written");
    let path = from.path().join("prices/0000000000000003.atp");
    let bytes = fs::read(&path).expect("readable");
    assert!(bytes.len() > 1 << 20);
    Two { _directories: [one, other], from, to, facts, path, bytes }
}

impl Two {
    fn adopt(&self, open: Option<&Segment>) -> Result<(), Error> {
        self.to.adopt(&self.from, &self.facts, open, &|| true)
    }

    fn copy(&self) -> PathBuf {
        self.to.path().join("prices/0000000000000003.atp")
    }

    /// Changes bytes of the file in its place, as a disk may.
    fn damage(&self, at: usize, byte: u8) {
        fs::set_permissions(&self.path, fs::Permissions::from_mode(0o600)).expect("ours");
        let file = fs::File::options().write(true).open(&self.path).expect("opened");
        file.write_all_at(&[byte], at as u64).expect("written");
    }
}

#[test]
fn a_copy_is_the_file_to_the_byte() {
    let two = two();
    two.adopt(None).expect("copied");
    assert!(fs::read(two.copy()).expect("readable") == two.bytes);
    assert_eq!(fs::metadata(two.copy()).expect("there").permissions().mode() & 0o777, 0o400);
    two.to.sync().expect("durable");
    let error = two.adopt(None).expect_err("it is there already");
    assert!(matches!(error, Error::Io { operation: "create", .. }), "{error}");
}

#[test]
fn a_file_whose_name_is_gone_is_copied_as_long_as_it_is_open() {
    let two = two();
    let segment = two.from.segment(3).expect("opens");
    two.from.remove(3).expect("removed");
    assert!(matches!(two.adopt(None), Err(Error::Lost { number: 3, .. })));
    assert!(!two.copy().exists());
    two.adopt(Some(&segment)).expect("copied");
    assert!(fs::read(two.copy()).expect("readable") == two.bytes);
}

#[test]
fn a_file_that_cannot_be_opened_is_not_taken_for_a_lost_one() {
    let two = two();
    let segment = two.from.segment(3).expect("opens");
    two.from.remove(3).expect("removed");
    symlink(&two.path, &two.path).expect("a link to itself");
    for open in [None, Some(&segment)] {
        let error = two.adopt(open).expect_err("not opened");
        assert!(matches!(error, Error::Io { operation: "open", .. }), "{error}");
    }
}

#[test]
fn a_copy_stops_between_two_megabytes() {
    let two = two();
    for most in 0..2 {
        let asked = Cell::new(0);
        let is_active = || asked.replace(asked.get() + 1) < most;
        let error = two.to.adopt(&two.from, &two.facts, None, &is_active).expect_err("stopped");
        assert!(matches!(error, Error::Stopped { .. }) && asked.get() == most + 1, "{error}");
        fs::remove_file(two.copy()).expect("begun");
    }
}

#[test]
fn a_copy_of_what_is_wrong_is_refused() {
    let two = two();
    let copy = |wrong: &[u8]| {
        replace(&two.path, wrong);
        let error = two.adopt(None).expect_err("refused");
        fs::remove_file(two.copy()).expect("begun");
        error
    };
    let (len, needed) = (two.bytes.len() as u64 - 10, two.bytes.len() as u64);
    let error = copy(&two.bytes[..len as usize]);
    assert!(matches!(error, Error::Short { bytes, needed: all, .. } if (bytes, all) == (len, needed)), "{error}");
    let mut bytes = two.bytes.clone();
    bytes[two.bytes.len() / 2] ^= 1;
    let error = copy(&bytes);
    assert!(matches!(error, Error::Corrupt { number: 3, .. }), "{error}");

    replace(&two.path, &two.bytes);
    let other = crate::series::SegmentFacts { last_time: two.facts.last_time + 1, ..two.facts };
    let error = two.to.adopt(&two.from, &other, None, &|| true).expect_err("another file");
    assert!(matches!(error, Error::Head { part: "it is not the file that the ledger names", .. }), "{error}");
}

#[test]
fn damage_that_came_with_the_copy_is_not_that_of_the_file() {
    let damaged = |at, byte| {
        let two = two();
        let segment = two.from.segment(3).expect("opens");
        two.damage(at, byte);
        two.from.remove(3).expect("removed");
        two.adopt(Some(&segment)).expect_err("refused")
    };
    // Nothing but the copy can be looked at: it may be its disk.
    let error = damaged(1 << 19, 0x55);
    assert!(matches!(error, Error::Io { operation: "copy", .. }) && !error.is_damage(), "{error}");
    assert!(matches!(damaged(8, 3), Error::Version { found: 3, .. }));
}

#[test]
fn only_names_that_are_numbers_as_written_are_listed() {
    let (_directory, folder) = folder();
    let (path, bytes) = sealed(&folder, 0xab, 10);
    for name in ["1.atp", "00000000000000AC.atp", "00000000000000ad.atp.corrupt", "00000000000000ae.ATP", "x.atp"] {
        fs::write(path.with_file_name(name), &bytes).expect("written");
    }
    assert_eq!(folder.numbers().expect("listed"), [0xab]);
    // A report takes the number from such a name, and from the file where its name has none.
    let copy = |name| {
        let copy = path.with_file_name(name);
        fs::write(&copy, &bytes).expect("written");
        crate::prices::inspect(&copy)
    };
    let wrong = copy("0000000000000001.atp");
    assert!(matches!(wrong, Err(Error::Head { part: "number, which is not that of its name", .. })));
    for name in ["prices.atp", "0000000000000001.bak"] {
        assert_eq!(copy(name).expect("a price file").facts.number, 0xab);
    }
}

#[test]
fn what_cannot_be_removed_is_told() {
    let (_directory, folder) = folder();
    fs::create_dir(folder.path().join("prices/0000000000000001.atp")).expect("made");
    assert!(matches!(folder.remove(1), Err(Error::Io { operation: "remove", .. })));
}

#[test]
fn a_lock_that_is_about_to_be_released_is_waited_for() {
    let directory = tempfile::tempdir().expect("a folder");
    // A thread that gets no time may miss one, but not each.
    let is_waited_for = |_| {
        let (held, is_tried) = (Folder::open(directory.path()).expect("opens"), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                is_tried.store(true, Ordering::SeqCst);
                Folder::open(directory.path()).is_ok()
            });
            while !is_tried.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            std::thread::sleep(std::time::Duration::from_millis(40));
            drop(held);
            other.join().expect("it ends")
        })
    };
    assert!((0..20).any(is_waited_for));
}

#[test]
fn errors_of_the_system_are_told_apart() {
    let error = |code| Error::io("write", Path::new("x"))(std::io::Error::from_raw_os_error(code));
    for code in [libc::ENOSPC, libc::EDQUOT] {
        assert!(matches!(error(code), Error::Full { .. }));
    }
    for code in [libc::EMFILE, libc::ENFILE, libc::ENOMEM] {
        assert!(matches!(error(code), Error::Handles { .. }));
    }
    assert!(matches!(error(libc::EACCES), Error::Io { .. }));
    let (number, first_time, last_time) = (1, 2, 3);
    let path = PathBuf::new;
    let column = String::new;
    let lost = [
        Error::Lost { number, first_time, last_time },
        Error::Unreadable { number, first_time, last_time },
        Error::Corrupt { number, column: column(), block: 0, first_time, last_time },
        Error::NotAPriceFile { path: path() },
        Error::Short { path: path(), bytes: 1, needed: 2 },
        Error::Head { path: path(), part: "rows" },
    ];
    assert!(lost.iter().all(Error::is_loss));
    assert!(lost[..2].iter().all(|error| !error.is_damage()) && lost[2..].iter().all(Error::is_damage));
    let others =
        [error(libc::EIO), Error::Exists { path: path() }, Error::Version { path: path(), found: 3, known: 2 }];
    assert!(others.iter().all(|error| !error.is_loss() && !error.is_damage()));
}
