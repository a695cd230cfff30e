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
