//! Bytes that the kernel cannot give, as behind a bad sector: here because the file was cut behind its map.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::prices::map::Map;

/// Cuts a file at the page after `at`, and says where that is.
pub(super) fn cut(path: &Path, at: u64) -> u64 {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("ours");
    let (file, end) = (fs::File::options().write(true).open(path).expect("opened"), at.next_multiple_of(4096));
    file.set_len(end).expect("cut");
    end
}

#[test]
fn a_block_that_cannot_be_read_is_an_error_and_those_before_it_are_read() {
    let (_directory, folder) = folder();
    // More than a group of blocks for each column.
    let rows = 40 * 1024;
    let (path, bytes) = sealed(&folder, 1, rows);
    let segment = folder.segment(1).expect("good");
    // In the middle of what the columns hold.
    cut(&path, bytes.len() as u64 / 2);
    let mut outcomes = Vec::new();
    for column in Column::ALL {
        for block in 0..40 {
            let checked = segment.verify(block * 1024..(block + 1) * 1024, &[column]);
            if let Err(error) = &checked {
                assert!(matches!(error, Error::Unreadable { number: 1, .. }) && error.is_loss(), "{error}");
                assert!(!error.is_damage(), "the file is not moved");
            }
            outcomes.push(checked.is_ok());
        }
        let whole = segment.verify(0..rows, &[column]);
        assert_eq!(whole.is_ok(), outcomes[outcomes.len() - 40..].iter().all(|&is_ok| is_ok));
    }
    let readable = outcomes.iter().filter(|&&is_ok| is_ok).count();
    assert!((20..180).contains(&readable), "{readable} of {} blocks", outcomes.len());
}

#[test]
fn a_range_is_read_into_memory_or_refused() {
    let (_directory, folder) = folder();
    let (path, bytes) = sealed(&folder, 1, 40 * 1024);
    let map = Map::new(&fs::File::open(&path).expect("opened"), bytes.len()).expect("mapped");
    assert!(map.load(0..bytes.len()).is_ok());
    assert_eq!(cut(&path, 4096), 4096);
    assert!(map.load(0..4096).is_ok() && map.load(5000..5001).is_err() && map.load(0..bytes.len()).is_err());
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let (_directory, folder) = folder();
    let path = |number: u64| folder.path().join(format!("prices/{number:016x}.atp"));
    let made = std::process::Command::new("mkfifo").arg(path(1)).status().expect("started");
    assert!(made.success());
    fs::create_dir(path(2)).expect("made");
    for number in [1, 2] {
        let error = folder.segment(number).expect_err("refused");
        assert!(error.to_string().ends_with("it is not a regular file"), "{error}");
    }
}

/// The process that loses bytes is another one: this test again, in a folder that tells it so.
#[test]
fn a_process_ends_with_a_message_if_mapped_bytes_are_gone() {
    let sign = "this process loses bytes";
    if Path::new(sign).exists() {
        crate::prices::end_on_lost_bytes();
        let (_directory, folder) = folder();
        let (path, bytes) = sealed(&folder, 1, 40 * 1024);
        let segment = folder.segment(1).expect("good");
        segment.verify(0..40 * 1024, &[Column::Low]).expect("sound");
        cut(&path, bytes.len() as u64 / 8);
        let mut scratch = vec![0.0; 40 * 1024];
        let sum: f64 = segment.values(Column::Low, 0..40 * 1024, &mut scratch).iter().sum();
        panic!("read {sum} of nothing");
    }
    let directory = tempfile::tempdir().expect("a folder");
    fs::write(directory.path().join(sign), "").expect("written");
    let name = concat!(module_path!(), "::a_process_ends_with_a_message_if_mapped_bytes_are_gone");
    let name = name.split_once("::").expect("the name of the crate").1;
    let this = std::env::current_exe().expect("a program");
    let command = std::process::Command::new(this).args(["--exact", name]).current_dir(directory.path()).output();
    let ended = command.expect("started");
    let message = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(1) && message.starts_with("atrad: a mapped file was cut short"), "{ended:?}");
}
