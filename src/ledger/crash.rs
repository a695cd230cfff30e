//! Crash test: a committing process is killed at any moment. Acknowledged commits survive, and none is partial.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::fixture::{add, bars, facts, ledger};
use super::{Change, Config, Reader, Writer};

const ROWS: usize = 40;

/// Commits until killed, and reports each commit.
#[test]
#[ignore = "the process that `acknowledged_commits_survive_a_kill` kills"]
fn victim() {
    let mut path = String::new();
    std::io::stdin().read_line(&mut path).expect("a path or nothing");
    if path.is_empty() {
        return;
    }
    let mut writer = Writer::open(Path::new(path.trim()), &Config::default()).expect("opens");
    let first = writer.load().expect("loads")[0].epoch;
    for epoch in first + 1.. {
        let tail = Change::UpsertTail { series: 1, bars: bars(epoch as i64 * 1_000_000, ROWS, 1.0) };
        let segment = Change::AddSegment { series: 1, facts: facts(epoch, 0) };
        writer.commit(&[tail, segment, Change::SetEpoch { series: 1, epoch }]).expect("committed");
        println!("\nacknowledged {epoch}");
    }
}

#[test]
fn acknowledged_commits_survive_a_kill() {
    let (_directory, path, mut writer) = ledger();
    writer.commit(&[add(1)]).expect("committed");
    drop(writer);
    for round in 0..12 {
        let mut victim = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "ledger::crash::victim", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        writeln!(victim.stdin.take().expect("piped"), "{}", path.display()).expect("path sent");
        let lines = BufReader::new(victim.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let mut epochs = lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u64>().ok());
        let mut acknowledged = epochs.nth(round * 7).expect("a living victim");
        victim.kill().expect("killed");
        acknowledged = epochs.last().unwrap_or(acknowledged);
        victim.wait().expect("gone");

        let writer = Writer::open(&path, &Config::default()).expect("opens again");
        let held = writer.load().expect("loads").remove(0);
        assert!(held.epoch >= acknowledged, "{} is kept of {acknowledged}", held.epoch);
        assert_eq!((held.tail.len(), held.segments.len()), (held.epoch as usize * ROWS, held.epoch as usize));
        Reader::open(&path, &Config::default(), Default::default()).expect("opens").integrity().expect("sound");
    }
}
