//! Shared memory against real files: whose it is, and what is left when somebody dies.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use super::{BoardReader, Error, Home, NewValue, Owner, Region, RegionLimits, Segments};

fn root() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn segments(root: &Path, max: u64) -> Arc<Segments> {
    Arc::new(Segments::new(Arc::new(Home::open(root).expect("made")), max))
}

fn owner(root: &Path, caller: u64) -> Owner {
    Owner { user: fs::metadata(root).expect("there").uid(), caller, connection: caller }
}

fn eventually(is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "it takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

#[test]
fn a_folder_is_private_and_what_killed_servers_left_is_removed() {
    let root = root();
    let home = Home::open(root.path()).expect("made");
    let mode = fs::metadata(home.path()).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, if home.user() == 0 { 0o711 } else { 0o700 });
    let left = root.path().join(format!("atrad-{}-00ff", home.user()));
    fs::create_dir(&left).expect("made");
    fs::write(left.join("segment"), "bytes").expect("written");
    fs::write(root.path().join(format!("atrad-{}-file", home.user())), "not a folder").expect("written");
    fs::create_dir(root.path().join("other")).expect("made");
    std::os::unix::fs::symlink(root.path().join("other"), root.path().join(format!("atrad-{}-link", home.user())))
        .expect("made");
    let other = Home::open(root.path()).expect("made");
    assert!(!left.exists() && home.path().exists(), "only what nobody has locked");
    assert_eq!(entries(root.path()), 5);
    drop((home, other));
    assert_eq!(entries(root.path()), 3);
}

#[test]
fn a_segment_counts_until_nobody_maps_it() {
    let root = root();
    let segments = segments(root.path(), 64 << 20);
    let mut draft = segments.draft(1 << 20, owner(root.path(), 1)).expect("room");
    draft.bytes_mut()[..5].copy_from_slice(b"hello");
    let path = draft.publish().expect("a name").path;
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o400);
    let held = File::open(&path).expect("opened");
    fs::remove_file(&path).expect("its own");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(segments.used(), 1 << 20, "it is still open");
    let mut text = [0; 5];
    std::os::unix::fs::FileExt::read_exact_at(&held, &mut text, 0).expect("readable");
    assert_eq!(&text, b"hello");
    drop(held);
    eventually(|| segments.used() == 0);
    // One that nobody opens goes with its connection, and one that is not finished at once.
    let draft = segments.draft(10, owner(root.path(), 2)).expect("room");
    let connection = segments.of(2);
    let path = draft.publish().expect("a name").path;
    drop(segments.draft(10, owner(root.path(), 3)).expect("room"));
    assert!(path.exists() && segments.used() == (64 << 20) / 256, "{}", segments.used());
    drop(connection);
    assert!(!path.exists() && segments.used() == 0);
}

#[test]
fn memory_that_is_given_back_is_written_again_for_the_same_caller() {
    let root = root();
    let segments = segments(root.path(), 64 << 20);
    let inode = |path: &Path| fs::metadata(path).expect("there").ino();
    let publish = |bytes: usize, caller| {
        let mut draft = segments.draft(bytes, owner(root.path(), caller)).expect("room");
        draft.bytes_mut().fill(caller as u8);
        draft.publish().expect("a name").path
    };
    let give_back = |path: &Path| {
        fs::remove_file(path).expect("its own");
        eventually(|| segments.used() == 0);
    };
    let first = publish(1 << 20, 1);
    let used = inode(&first);
    give_back(&first);
    let (of_another, larger) = (publish(1 << 20, 2), publish((1 << 20) + 5000, 1));
    assert!(inode(&of_another) != used && inode(&larger) == used, "it is for whom it was for");
    assert_eq!(fs::read(&larger).expect("readable"), vec![1; (1 << 20) + 5000]);
    fs::remove_file(of_another).expect("its own");
    give_back(&larger);
    // Who has another name for it could open it while it is written.
    let named = publish(1 << 20, 1);
    assert_eq!(inode(&named), used);
    fs::hard_link(&named, root.path().join("second")).expect("linked");
    give_back_by_expiry(&segments, &named);
    assert_ne!(inode(&publish(1 << 20, 1)), used);
}

fn give_back_by_expiry(segments: &Arc<Segments>, path: &Path) {
    drop(segments.of(1));
    assert!(!path.exists() && segments.used() == 0);
}

#[test]
fn files_that_wait_leave_room_and_are_given_back() {
    let root = root();
    let segments = segments(root.path(), 4 << 20);
    let private = segments_home(root.path()).join("private");
    for caller in 0..4 {
        segments.draft(1 << 20, owner(root.path(), caller)).expect("room").publish().expect("a name");
        drop(segments.of(caller));
    }
    assert_eq!((entries(&private), segments.used()), (4, 0));
    let drafts: Vec<_> =
        (4..7).map(|caller| segments.draft(1 << 20, owner(root.path(), caller)).expect("room")).collect();
    assert_eq!(entries(&private), 4, "three that are written, and the newest that waits");
    drop(drafts);
    eventually(|| entries(&private) == 0);
}

#[test]
fn a_caller_has_a_quarter_and_all_together_the_limit() {
    let root = root();
    let segments = segments(root.path(), 4 << 20);
    let draft = |caller| segments.draft(1 << 20, owner(root.path(), caller));
    let first = draft(1).expect("room");
    let Err(Error::Exhausted { limit, max }) = draft(1) else { panic!("it has its quarter") };
    assert_eq!((limit, max), ("shared_memory_bytes_max", 4 << 20));
    let _others: Vec<_> = (2..5).map(|caller| draft(caller).expect("room")).collect();
    assert!(matches!(draft(5), Err(Error::Exhausted { .. })));
    drop(first);
    draft(5).expect("room");
    let error = segments.draft(2 << 20, owner(root.path(), 6)).expect_err("too large").to_string();
    assert_eq!(error, "shared_memory_bytes_max allows at most 1048576 bytes at once, the request needs 2097152");
}

#[test]
fn a_segment_is_given_to_the_user_who_asks_or_to_nobody() {
    let root = root();
    let segments = segments(root.path(), 1 << 20);
    let own = owner(root.path(), 1);
    let given = segments.draft(10, Owner { user: 12_345, ..own });
    match given {
        Ok(draft) => {
            assert_eq!(own.user, 0, "only the superuser can give files away");
            let found = fs::metadata(draft.publish().expect("a name").path).expect("there");
            assert_eq!((found.uid(), found.mode() & 0o777), (12_345, 0o400));
        }
        Err(Error::Foreign { user, owner }) => assert_eq!((user, owner), (12_345, own.user)),
        Err(error) => panic!("{error}"),
    }
    assert_eq!(entries(segments_home(root.path()).as_path()), 1 + usize::from(own.user == 0));
}

fn segments_home(root: &Path) -> PathBuf {
    fs::read_dir(root).expect("a folder").next().expect("one").expect("an entry").path()
}

fn limits(names_max: usize, bytes_max: usize) -> RegionLimits {
    RegionLimits { names_max, bytes_max, all_bytes_max: 8 << 20, all_bytes: Arc::new(AtomicU64::new(0)) }
}

fn bytes<'a>(content_type: &'a str, part: &'a [u8]) -> NewValue<'a> {
    NewValue { content_type, parts: vec![part], ..NewValue::default() }
}

#[test]
fn a_reader_sees_what_is_posted_replaced_and_deleted() {
    let root = root();
    let home = Home::open(root.path()).expect("made");
    let mut region = Region::new(Some(&home), limits(16, 1 << 20)).expect("made");
    let reader = BoardReader::open(region.path().expect("a file")).expect("a board");
    let (mut slot, mut content) = (reader.slot("risk/BTC"), Vec::new());
    assert_eq!(reader.read(&mut slot, &mut content).expect("alive"), None);
    let first = region.post("risk/BTC", bytes("text/plain", b"a short text")).expect("room");
    region.post("other", bytes("", b"")).expect("room");
    let value = reader.read(&mut slot, &mut content).expect("alive").expect("there");
    assert_eq!((value.version, &*value.content_type, &*content), (first, "text/plain", &b"a short text"[..]));
    assert_eq!(reader.read(&mut reader.slot("other"), &mut content).expect("alive").expect("there").bytes, 0);

    let view = reader.view(&mut slot).expect("alive").expect("there");
    assert!(view.is_current());
    let (times, values) =
        ([1_i64, 2, 3].map(i64::to_le_bytes).concat(), [0.5, f64::NAN, -1.0].map(f64::to_le_bytes).concat());
    let columns = NewValue {
        labels: vec!["rsi(14)".into(), "close".into()],
        has_times: true,
        parts: vec![&times, &values, &values],
        ..NewValue::default()
    };
    let second = region.post("risk/BTC", columns).expect("room");
    assert!(second > first && !view.is_current(), "it was replaced");
    let view = reader.view(&mut slot).expect("alive").expect("there");
    assert_eq!((view.value.rows, view.value.stride(), view.value.labels.len()), (3, 64, 2));
    let close: Vec<f64> = view.column(2).expect("there").collect();
    assert_eq!((close[0], close[2], close[1].is_nan(), view.word(2)), (0.5, -1.0, true, Some(3)));
    assert!(view.column(3).is_none() && view.is_current());
    assert_eq!(region.content("risk/BTC").expect("there").len(), 3 * 64);

    assert!(region.delete("risk/BTC") && !region.delete("risk/BTC"));
    assert!(!view.is_current() && reader.view(&mut slot).expect("alive").is_none());
    region.post("takes its slot", bytes("", b"1")).expect("room");
    assert!(reader.view(&mut slot).expect("alive").is_none());
    region.post("risk/BTC", bytes("", b"again")).expect("room");
    reader.read(&mut slot, &mut content).expect("alive").expect("there");
    assert_eq!((&*content, reader.changes()), (&b"again"[..], region.changes()));

    drop(region);
    assert!(matches!(reader.read(&mut slot, &mut content), Err(Error::Gone)));
}

#[test]
fn a_reader_finds_out_that_a_server_was_killed_and_waits_for_one_that_is_slow() {
    let root = root();
    let home = Home::open(root.path()).expect("made");
    let region = Region::new(Some(&home), limits(16, 4096)).expect("made");
    let path = region.path().expect("a file");
    let reader = BoardReader::open(path).expect("a board");
    reader.check().expect("alive");
    // The heartbeat of a server that was killed long ago, in a file that nobody has locked.
    let copy = root.path().join("copy");
    fs::copy(path, &copy).expect("copied");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("set");
    let old = |path: &Path| {
        let file = File::options().write(true).open(path).expect("opened");
        std::os::unix::fs::FileExt::write_all_at(&file, &[0; 8], 4 * 8).expect("written");
    };
    old(&copy);
    assert!(matches!(BoardReader::open(&copy).expect("a board").check(), Err(Error::Gone)));
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
    old(path);
    reader.check().expect("its lock is held");
}

#[test]
fn a_file_that_is_no_board_is_refused() {
    let root = root();
    for (text, problem) in [
        (vec![], "Invalid argument"),
        (b"ATRDBRD2".repeat(1000), "does not begin"),
        ([&b"ATRDBRD1"[..], &[9, 0, 0, 0, 0, 0, 0, 0]].concat().repeat(600), "format 9"),
        ([&b"ATRDBRD1"[..], &[1, 0, 0, 0, 0, 0, 0, 0], &[0; 5000]].concat(), "its header tells of 0"),
    ] {
        let path = root.path().join("file");
        fs::write(&path, text).expect("written");
        let error = BoardReader::open(&path).expect_err("refused").to_string();
        let is_told = error.contains(problem) || (problem.starts_with("Invalid") && error.contains("does not begin"));
        assert!(is_told, "{error}");
    }
}

#[test]
fn a_full_board_refuses_and_keeps_what_it_has() {
    let root = root();
    let home = Home::open(root.path()).expect("made");
    let mut region = Region::new(Some(&home), limits(2, 8192)).expect("made");
    let (large, mut content) = (vec![7; 4000], Vec::new());
    region.post("a", bytes("", &large)).expect("room");
    let error = region.post("b", bytes("", &vec![8; 6000])).expect_err("no room").to_string();
    assert_eq!(error, "board_namespace_bytes_max of 8192 bytes is in use; unmap what was read, or retry later");
    region.post("b", bytes("", b"small")).expect("room");
    assert!(matches!(region.post("c", bytes("", b"")), Err(Error::Names { max: 2 })));
    let reader = BoardReader::open(region.path().expect("a file")).expect("a board");
    for _ in 0..100 {
        region.post("b", bytes("", b"another")).expect("the old one makes room");
    }
    reader.read(&mut reader.slot("a"), &mut content).expect("alive").expect("there");
    assert_eq!(content, large);
    let used = Arc::new(AtomicU64::new(8 << 20));
    let full = RegionLimits { all_bytes: Arc::clone(&used), ..limits(2, 8192) };
    let error = Region::new(Some(&home), full).expect_err("no room").to_string();
    assert!(error.starts_with("board_bytes_max of 8388608 bytes is in use"), "{error}");
    assert_eq!(used.load(std::sync::atomic::Ordering::Relaxed), 8 << 20);
    assert_eq!(entries(home.path()), 2, "nothing is left of it");
}
