//! The store of saved results in the ledger; changed by the writer thread only.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::OwnedSemaphorePermit;

use super::edit::ResultEdit;
use crate::app::write::command::Reply;
use crate::app::{Error, Limits};
use crate::ledger::{self, Change, SavedResultRow, SavedResultTotals as Totals, Writer};

/// The delay after a failed removal.
const PAUSE: Duration = Duration::from_secs(60);

/// A change that waits, with who waits for it.
struct Waiting {
    edit: ResultEdit,
    reply: Reply<()>,
    /// Queue capacity, released when it is done.
    _room: OwnedSemaphorePermit,
}

/// The bytes of one commit of saved results: bars wait no longer than it takes.
const GROUP_BYTES_MAX: usize = 4 << 20;

/// The changes of one commit.
const GROUP_EDITS_MAX: usize = 256;

/// The writer thread's view of saved results.
pub(crate) struct ResultStore {
    waiting: VecDeque<Waiting>,
    results_max: u64,
    bytes_max: u64,
    /// The next expiry, in milliseconds since the Unix epoch.
    next_end: Option<i64>,
}

impl ResultStore {
    pub(crate) fn open(writer: &Writer, limits: &Limits) -> Result<Self, ledger::Error> {
        let (results_max, bytes_max) = (limits.saved_results_max, limits.saved_bytes_max);
        Ok(Self { waiting: VecDeque::new(), results_max, bytes_max, next_end: writer.next_result_expiry()? })
    }

    /// Queues a change.
    pub(crate) fn push(&mut self, edit: ResultEdit, reply: Reply<()>, room: OwnedSemaphorePermit) {
        self.waiting.push_back(Waiting { edit, reply, _room: room });
    }

    /// Whether changes wait.
    pub(crate) fn has_work(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Applies the changes that wait, as many as one commit takes, durably.
    pub(crate) fn work(&mut self, writer: &mut Writer) {
        if self.waiting.is_empty() {
            return;
        }
        let (mut changes, mut done, mut keys, mut added) = (vec![], vec![], BTreeSet::new(), Totals::default());
        while let Some(next) = self.waiting.front() {
            // A second change of a key depends on the first, so it waits for the next commit.
            let is_full = added.bytes as usize >= GROUP_BYTES_MAX || done.len() >= GROUP_EDITS_MAX;
            if is_full || !keys.insert(next.edit.key().to_owned()) {
                break;
            }
            let Some(Waiting { edit, reply, _room }) = self.waiting.pop_front() else { break };
            match self.changes(writer, edit, &mut added) {
                Ok(own) => {
                    changes.extend(own);
                    done.push((reply, _room));
                }
                Err(error) => drop(reply.send(Err(Arc::new(error)))),
            }
        }
        let committed = if changes.is_empty() { Ok(()) } else { writer.commit(&changes) };
        let committed = committed.and_then(|()| {
            self.next_end = writer.next_result_expiry()?;
            Ok(())
        });
        let committed = committed.map_err(|error| Arc::new(Error::from(error)));
        for (reply, room) in done {
            drop(room);
            let _ = reply.send(committed.clone());
        }
    }

    fn changes(&self, writer: &Writer, edit: ResultEdit, added: &mut Totals) -> Result<Vec<Change>, Error> {
        match edit {
            ResultEdit::Save { facts, body } => self.save(writer, facts, body, added),
            ResultEdit::Expire { key, expires_ms } => {
                there(writer, &key)?;
                Ok(vec![Change::ExpireSavedResult { key, expires_ms }])
            }
            ResultEdit::Delete { key } => {
                there(writer, &key)?;
                Ok(vec![Change::DeleteSavedResult { key }])
            }
        }
    }

    /// `added` is what the same commit adds before.
    fn save(
        &self,
        writer: &Writer,
        facts: SavedResultRow,
        body: Vec<u8>,
        added: &mut Totals,
    ) -> Result<Vec<Change>, Error> {
        let now_ms = now_ms();
        if let Some(before) = writer.saved_result(&facts.key, now_ms)? {
            let expires_ms = before.expires_ms.zip(facts.expires_ms).map(|(one, two)| one.max(two));
            return Ok(vec![Change::ExpireSavedResult { key: facts.key, expires_ms }]);
        }
        let totals = writer.saved_result_totals(&facts.key, now_ms)?;
        let hint = Some("delete saved results, or use a shorter TTL");
        for (limit, max, needed) in [
            ("saved_results_max", self.results_max, totals.count + added.count + 1),
            ("saved_bytes_max", self.bytes_max, totals.bytes + added.bytes + facts.bytes),
        ] {
            if needed > max {
                return Err(Error::TooMuch { limit, max, needed, hint });
            }
        }
        *added = Totals { count: added.count + 1, bytes: added.bytes + facts.bytes };
        // An expired result may have had the same key.
        Ok(vec![Change::DeleteExpiredResults { now_ms }, Change::AddSavedResult { facts, body }])
    }

    /// The time until the next expiry; `None` when nothing expires.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let left = self.next_end?.saturating_sub(now_ms());
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    /// Removes expired results.
    pub(crate) fn sweep(&mut self, writer: &mut Writer) {
        let swept = writer.commit(&[Change::DeleteExpiredResults { now_ms: now_ms() }]);
        self.next_end = swept.and_then(|()| writer.next_result_expiry()).unwrap_or_else(|error| {
            tracing::warn!(%error, "removing expired results failed, retrying later");
            Some(expires_ms(PAUSE))
        });
    }
}

fn there(writer: &Writer, key: &str) -> Result<(), Error> {
    match writer.saved_result(key, now_ms())? {
        Some(_) => Ok(()),
        None => Err(Error::NoSavedResult { key: key.into() }),
    }
}

/// The current time, in milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// The expiry after a TTL, in milliseconds since the Unix epoch.
pub(crate) fn expires_ms(ttl: Duration) -> i64 {
    now_ms().saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::{self, Receiver};

    use super::*;

    /// The store and its writer, and what waits for a save under this key.
    struct Fixture {
        _folder: tempfile::TempDir,
        writer: Writer,
        store: ResultStore,
        room: Arc<tokio::sync::Semaphore>,
    }

    impl Fixture {
        fn new(limits: &Limits) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let writer = Writer::open(&folder.path().join("ledger.db"), &ledger::Config::default()).expect("opens");
            let store = ResultStore::open(&writer, limits).expect("opens");
            Self { _folder: folder, writer, store, room: Arc::new(tokio::sync::Semaphore::new(1000)) }
        }

        fn save(&mut self, key: &str, bytes: usize) -> Receiver<Result<(), Arc<Error>>> {
            let (reply, done) = oneshot::channel();
            let room = Arc::clone(&self.room).try_acquire_owned().expect("capacity");
            let row = SavedResultRow {
                key: key.into(),
                created_ms: now_ms(),
                expires_ms: None,
                bytes: bytes as u64,
                about: vec![1],
            };
            self.store.push(ResultEdit::Save { facts: row, body: vec![0; bytes] }, reply, room);
            done
        }

        fn commits(&self) -> u64 {
            self.writer.metrics().snapshot().commits
        }
    }

    #[test]
    fn results_share_a_commit_up_to_its_size() {
        let mut fixture = Fixture::new(&Limits::default());
        let before = fixture.commits();
        let mut done: Vec<_> = (0..100).map(|index| fixture.save(&format!("small/{index}"), 100)).collect();
        fixture.store.work(&mut fixture.writer);
        assert_eq!(fixture.commits(), before + 1);
        assert!(done.iter_mut().all(|done| matches!(done.try_recv(), Ok(Ok(())))));
        done = (0..3).map(|index| fixture.save(&format!("large/{index}"), GROUP_BYTES_MAX)).collect();
        fixture.store.work(&mut fixture.writer);
        assert!(matches!(done[0].try_recv(), Ok(Ok(()))) && done[1].try_recv().is_err(), "bars go between");
        while fixture.store.has_work() {
            fixture.store.work(&mut fixture.writer);
        }
        assert!(matches!(done[2].try_recv(), Ok(Ok(()))));
        assert_eq!(fixture.room.available_permits(), 1000);
    }

    #[test]
    fn limits_hold_within_a_commit_and_keys_are_edited_in_order() {
        let mut fixture = Fixture::new(&Limits { saved_results_max: 2, ..Limits::default() });
        let mut done: Vec<_> = ["a", "b", "c", "a"].map(|key| fixture.save(key, 10)).into();
        let (reply, mut deleted) = oneshot::channel();
        let room = Arc::clone(&fixture.room).try_acquire_owned().expect("capacity");
        fixture.store.push(ResultEdit::Delete { key: "a".into() }, reply, room);
        while fixture.store.has_work() {
            fixture.store.work(&mut fixture.writer);
        }
        let mut outcome = |index: usize| done[index].try_recv().expect("answered");
        assert!(outcome(0).is_ok() && outcome(1).is_ok());
        let refused = outcome(2).expect_err("one too many");
        assert!(matches!(*refused, Error::TooMuch { limit: "saved_results_max", max: 2, needed: 3, .. }), "{refused}");
        assert!(outcome(3).is_ok(), "it is there already");
        assert!(deleted.try_recv().expect("answered").is_ok());
        assert_eq!(fixture.writer.saved_result_totals("", now_ms()).expect("counted").count, 1);
    }
}
